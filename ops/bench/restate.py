"""Restatement, for years of a district: the difference of every member's determined result under another version.

The measure, in the same run: ``COPY (SELECT the same columns) TO STDOUT``, of all that a score is made of. The narrow
rows of a made-up district are multiplied over three years, and then over other people: some 22 records in a member's
year, strewn so that hardly two are the same. Every member-year has a determined result; compared
is each with what its records come to under a lower cap: total, grade, seats, items that are not mapped. One process,
and two that share the years; both alternate with COPY, and the best round of each counts.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec
import psycopg

from domain.rules.altering import altered
from ops.bench import score
from ops.bench.district import made
from ops.bootstrap import Urls
from ops.roles import names_of
from projections import bulk, rebuild, schema, whatif
from projections.figures import Stored, YearScores

RATIO_BAR: Final = 1.0
CHANGE: Final = ("responsibility.R-LX-1.cap_half", "2")
BATCH: Final = 2_000

_PAIRS: Final = "SELECT DISTINCT member, EXTRACT(YEAR FROM day)::int FROM reads.records ORDER BY 1, 2"
_YEARS: Final = "SELECT DISTINCT EXTRACT(YEAR FROM day)::int FROM reads.records ORDER BY 1"
_PUBLISHED: Final = "SELECT max(version), max(scheme) FROM rule_sets WHERE status = 'published'"
_COUNTS: Final = "SELECT (SELECT count(*) FROM reads.records), (SELECT count(*) FROM reads.results)"
_SCORES: Final = """
SELECT s.member, s.year, e.unit, s.scores
FROM scores AS s JOIN enrolments AS e ON e.member = s.member AND e.until_on IS NULL
"""
_DETERMINE: Final = """
INSERT INTO results (stream, member, unit, year, period, months_present, base, base_max, honours, deductions, ledger,
                     ledger_part, total, graded, records, version, determined_total, grade, position)
VALUES (gen_random_uuid(), %(member)s, %(unit)s, %(year)s, 'Y', 12, %(base)s, 10000, %(honours)s, %(deductions)s,
        %(ledger)s, %(ledger)s, %(ledger)s, TRUE, 0, 1, %(ledger)s, 'qualified', 0)
"""


class Restated(msgspec.Struct, frozen=True, kw_only=True):
    """What one size came to."""

    records: int
    member_years: int
    years: int
    changed: int
    """Member-years whose result differs."""
    copy_s: float
    one_process_s: float
    two_processes_s: float
    cpu_s: float
    """Of the one process alone, its database apart: on a loaded machine what it would have taken by itself."""
    records_per_s: int
    """One process."""
    ratio_one: float
    ratio_two: float
    memory_mb: float
    """Peak of the largest process."""
    bars: tuple[dict[str, object], ...]


class Tried(msgspec.Struct, frozen=True):
    """What a process says of its years."""

    seconds: float
    cpu_s: float
    memory_mb: float
    changed: int


def main(admin_url: str, records: int, rounds: int = 2) -> bytes:
    """Measure one size; one JSON object."""
    urls, _ = made(admin_url, min(5 * records // 3, 200_000))
    rebuild.rebuild(urls.projector, readers=[names_of(urls.database)["reader"]], processes=os.cpu_count() or 1)
    score.multiply(urls, records)
    score.strew(urls)
    years, counts = _determined(urls)
    copies: list[float] = []
    ones: list[Tried] = []
    twos: list[tuple[float, Tried]] = []
    for _ in range(rounds):
        copies.append(score.copied(urls))
        ones.append(_in_processes(urls, [years])[1])
        twos.append(_in_processes(urls, [years[::2], years[1::2]]))
    one = min(ones, key=lambda each: each.seconds)
    copy_s, two_s = min(copies), min(seconds for seconds, _ in twos)
    return msgspec.json.encode(_said(counts, len(years), copy_s, one, two_s), order="sorted")


def _said(counts: tuple[int, int], years: int, copy_s: float, one: Tried, two_s: float) -> Restated:
    records, member_years = counts
    ratio = round(copy_s / one.seconds, 3)
    ratio_two = round(copy_s / two_s, 3)
    return Restated(
        records=records,
        member_years=member_years,
        years=years,
        changed=one.changed,
        copy_s=round(copy_s, 3),
        one_process_s=round(one.seconds, 3),
        two_processes_s=round(two_s, 3),
        cpu_s=round(one.cpu_s, 3),
        records_per_s=int(records / one.seconds),
        ratio_one=ratio,
        ratio_two=ratio_two,
        memory_mb=one.memory_mb,
        bars=(
            {"name": "COPY / difference, one process", "value": ratio, "bar": RATIO_BAR, "met": ratio >= RATIO_BAR},
            {"name": "COPY / difference, two", "value": ratio_two, "bar": RATIO_BAR, "met": ratio_two >= RATIO_BAR},
        ),
    )


def _determined(urls: Urls) -> tuple[list[int], tuple[int, int]]:
    """Score everybody, and let what he came to be determined; (years, (records, results))."""
    with psycopg.connect(urls.projector, autocommit=True) as connection:
        pairs = connection.execute(_PAIRS).fetchall()
        failed = bulk.rescore(urls.projector, pairs, processes=os.cpu_count() or 1)
        assert not failed, f"{len(failed)} ranges could not be scored"
        schema.use(connection)
        with connection.cursor() as cursor, connection.transaction():
            for totals in _totals(connection):
                cursor.executemany(_DETERMINE, totals)
        connection.execute("ANALYZE")
        years = [year for (year,) in connection.execute(_YEARS)]
        counts = connection.execute(_COUNTS).fetchone()
    assert counts is not None, "counts are one row"
    return years, counts


def _totals(connection: "psycopg.Connection[Any]") -> Iterator[list[dict[str, object]]]:
    with connection.cursor(name="scores") as cursor:
        cursor.itersize = BATCH
        cursor.execute(_SCORES)
        while rows := cursor.fetchmany(BATCH):
            yield [one for row in rows for one in _of_year(*row)]


def _of_year(member: int, year: int, unit: str, stored: str) -> Iterator[dict[str, object]]:
    found = YearScores(year=year, scores=msgspec.json.decode(stored, type=Stored))
    for whole in found.periods:
        if whole.period == "Y":
            figures = {"base": whole.base, "honours": whole.honours, "deductions": whole.deductions}
            yield {"member": member, "unit": unit, "year": year, **figures, "ledger": whole.ledger}


def _in_processes(urls: Urls, shares: Sequence[Sequence[int]]) -> tuple[float, Tried]:
    """(seconds until the last is done, what the first says): each share of the years in a process of its own."""
    command = [sys.executable, "-m", "ops.bench.restate"]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - this module
        for _ in shares
    ]
    said: list[Tried] = []
    for one, years in zip(running, shares, strict=True):
        assert one.stdin is not None, "it is piped"
        one.stdin.write(json.dumps([urls.projector, list(years)]))
        one.stdin.close()
    for one in running:
        assert one.stdout is not None, "it is piped"
        with one.stdout as told:
            said.append(msgspec.json.decode(told.read(), type=Tried))
        assert one.wait() == 0, "a share failed"
    return max(one.seconds for one in said), said[0]


def _compared(projector_url: str, years: Sequence[int]) -> bytes:
    """The difference of some years, as this process."""
    with psycopg.connect(projector_url, autocommit=True) as connection:
        schema.use(connection)
        row = connection.execute(_PUBLISHED).fetchone()
        assert row is not None, "a district has rules"
        version, scheme = row
        document = whatif.document_of(connection, scheme, version)
        assert document is not None, "what is published has a document"
        asked = whatif.supposed(altered(document, *CHANGE))
        began, cpu = time.perf_counter(), time.process_time()
        with bulk.no_collector():
            changed = sum(whatif.what_if(connection, scheme, asked, year, "Y").changed for year in years)
        seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return msgspec.json.encode(Tried(seconds, cpu_s, round(peak / 1024, 1), changed))


if __name__ == "__main__":
    sys.stdout.write(_compared(*json.loads(sys.stdin.read())).decode())
