"""Rescoring — everybody's scores made again, next to the least that any rescoring must read.

The measure, in the same run: ``COPY (SELECT the same columns) TO STDOUT``, of all that a score is made of. The narrow
rows of a made-up district are multiplied over three years, and then over other people: some 22 records in a member's
year, all in its first half. That is few, so that much of what is measured is spent on each member rather than on each
record. As for COPY, the connections of the one process are there before it begins. Rescored is in one process and
in two, every score stored; one process, no score stored, as for a comparison of rules; and one member after one fact.

The made-up branches are copies of one another: that is measured apart. For all other figures outcomes and quantities
are strewn first, so that hardly two members' years are the same.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median
from typing import Any, Final

import msgspec
import psycopg
from psycopg import sql

from ops.bench.district import made
from ops.bootstrap import Urls
from ops.roles import names_of
from projections import bulk, rebuild, schema, scores
from projections.alike import Alike
from projections.records import item_names

RATIO_BAR: Final = 1.0
ONE_BAR_MS: Final = 1.0
ONES: Final = 200

_COPY: Final = """
COPY (SELECT member, day, item, said, level, condition FROM reads.records ORDER BY member) TO STDOUT
"""
_COUNT: Final = "SELECT count(*) FROM reads.records"
_COLUMNS: Final = (
    "unit",
    "item",
    "matter",
    "sheet",
    "outcome",
    "quantity",
    "late",
    "entitled",
    "present",
    "in_favour",
    "notice",
    "confirmed",
)
_MORE: Final = sql.SQL(
    """
    INSERT INTO reads.records (record, id, member, day, {columns})
    SELECT record + %(shift)s, gen_random_uuid(), member + %(others)s,
           (day + make_interval(years => %(years)s))::date, {columns}
    FROM reads.records WHERE record <= %(last)s
    """
).format(columns=sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)))
_OTHERS: Final = (
    """
    INSERT INTO reads.enrolments (enrolment, unit, member, from_on, until_on)
    SELECT enrolment + %(others)s, unit, member + %(others)s, from_on, until_on
    FROM reads.enrolments WHERE member <= %(last)s
    """,
    """
    INSERT INTO reads.profiles (assigned, member, profile, from_on)
    SELECT assigned + %(others)s, member + %(others)s, profile, from_on FROM reads.profiles WHERE member <= %(last)s
    """,
)
"""Other people who are where these are: the keys of all are positions of the log, and theirs lie behind it."""
YEARS: Final = 3
_STREW: Final = """
UPDATE reads.records SET quantity = 100 * (1 + abs(hashint4(record)) % 4), outcome = CASE
  WHEN outcome IN (0, 1, 2) THEN (ARRAY[0, 0, 0, 0, 0, 0, 1, 2])[1 + abs(hashint4(record + 7)) % 8]
  WHEN outcome IN (3, 4, 5) THEN (ARRAY[3, 3, 3, 4, 5])[1 + abs(hashint4(record + 9)) % 5]
  ELSE outcome END
"""
_INDEXES: Final = """
SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'reads' AND tablename = 'records' AND indexname <> 'records_pkey'
"""
_LAST: Final = "SELECT greatest(max(record), (SELECT max(enrolment) FROM reads.enrolments)) FROM reads.records"
_PAIRS: Final = "SELECT DISTINCT member, EXTRACT(YEAR FROM day)::int FROM reads.records ORDER BY 1, 2"


class Rescored(msgspec.Struct, frozen=True, kw_only=True):
    """What one size came to."""

    records: int
    member_years: int
    copy_s: float
    copy_per_s: int
    alike_s: float
    """One process, while the branches are still copies of one another."""
    one_process_s: float
    two_processes_s: float
    unstored_s: float
    """One process, everybody's figures made and none stored."""
    ratio_one: float
    ratio_two: float
    ratio_unstored: float
    memory_mb: float
    """Peak of the largest process."""
    one_member_p50_ms: float
    bars: tuple[dict[str, object], ...]


def main(admin_url: str, records: int, rounds: int = 3) -> bytes:
    """Measure one size; the best of some rounds of each, alternating. One JSON object."""
    # The branch of the example has some five entries to each record.
    urls, _ = made(admin_url, min(5 * records, 200_000))
    rebuild.rebuild(urls.projector, readers=[names_of(urls.database)["reader"]], processes=os.cpu_count() or 1)
    multiply(urls, records)
    alike_s, _, _ = _in_a_process(urls, 1)
    strew(urls)
    copies: list[float] = []
    ones: list[tuple[float, float, int]] = []
    twos: list[tuple[float, float, int]] = []
    unstored: list[tuple[float, float, int]] = []
    for _ in range(rounds):
        copies.append(copied(urls))
        ones.append(_in_a_process(urls, 1))
        twos.append(_in_a_process(urls, 2))
        unstored.append(_in_a_process(urls, 0))
    copy_s = min(copies)
    (one_s, one_mb, pairs), (two_s, two_mb, _), (unstored_s, _, _) = min(ones), min(twos), min(unstored)
    with psycopg.connect(urls.projector, autocommit=True) as connection:
        row = connection.execute(_COUNT).fetchone()
        assert row is not None, "a count is one row"
        one_ms = _one_member(connection)
    memory_mb = max(one_mb, two_mb)
    ratio = round(copy_s / one_s, 3)
    found = Rescored(
        records=row[0],
        member_years=pairs,
        copy_s=round(copy_s, 3),
        copy_per_s=int(row[0] / copy_s),
        alike_s=round(alike_s, 3),
        one_process_s=round(one_s, 3),
        two_processes_s=round(two_s, 3),
        unstored_s=round(unstored_s, 3),
        ratio_one=ratio,
        ratio_two=round(copy_s / two_s, 3),
        ratio_unstored=round(copy_s / unstored_s, 3),
        memory_mb=memory_mb,
        one_member_p50_ms=one_ms,
        bars=(
            {"name": "COPY / rescoring, one process", "value": ratio, "bar": RATIO_BAR, "met": ratio >= RATIO_BAR},
            {"name": "two against one", "value": round(one_s / two_s, 2), "bar": 1.0, "met": two_s < one_s},
            {"name": "one member ms", "value": one_ms, "bar": ONE_BAR_MS, "met": one_ms <= ONE_BAR_MS},
        ),
    )
    return msgspec.json.encode(found, order="sorted")


def multiply(urls: Urls, records: int) -> None:
    """The same rows in later years, three at most, and of other people, until there are as many as wanted."""
    with psycopg.connect(urls.projector, autocommit=True) as connection:
        row = connection.execute(_COUNT).fetchone()
        found = connection.execute(_LAST).fetchone()
        assert row is not None, "a count is one row"
        assert found is not None, "a maximum is one row"
        times, last = max(1, round(records / row[0])), found[0]
        years = min(times, YEARS)
        with _without_indexes(connection):
            for number in range(1, round(times / years) * years):
                person, year = divmod(number, years)
                known = {"shift": number * last, "others": person * last, "years": year, "last": last}
                connection.execute(_MORE, known)
                for statement in () if year else _OTHERS:
                    connection.execute(statement, known)
        connection.execute("VACUUM ANALYZE")


def strew(urls: Urls) -> None:
    """Quantities that differ from record to record."""
    with psycopg.connect(urls.projector, autocommit=True) as connection:
        with _without_indexes(connection):
            connection.execute(_STREW)
            connection.execute("VACUUM (FULL, ANALYZE) reads.records")
        # And what every long-lived table has had: both read from the index alone.
        connection.execute("VACUUM reads.records")


@contextmanager
def _without_indexes(connection: "psycopg.Connection[Any]") -> Generator[None]:
    """Made once at the end, rather than with each of millions of rows."""
    indexes = connection.execute(_INDEXES).fetchall()
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier("reads", name)))
    yield
    for _, definition in indexes:
        connection.execute(definition)


def copied(urls: Urls) -> float:
    """Seconds in which the columns of which a score is made are read, and nothing else."""
    with psycopg.connect(urls.projector) as connection:
        began = time.perf_counter()
        with connection.cursor().copy(_COPY) as copy:
            for _ in copy:
                pass
        return time.perf_counter() - began


def _one_member(connection: "psycopg.Connection[Any]") -> float:
    """Milliseconds for one member and year, its score stored for good, as after one fact.

    The statement that stores it commits by itself. Whoever follows the log has followed it for a while: as many others
    come before those that count.
    """
    schema.use(connection)
    pairs = connection.execute(_PAIRS).fetchmany(2 * ONES)
    waits: list[float] = []
    alike = Alike(partial(item_names, connection))
    for member, year in pairs:
        began = time.perf_counter()
        scores.rescore(connection, [(member, year)], alike)
        waits.append(time.perf_counter() - began)
    return round(1000 * median(waits[len(waits) // 2 :]), 3)


def _in_a_process(urls: Urls, processes: int) -> tuple[float, float, int]:
    """(seconds, peak memory in MB of the largest process, member-years) of one rescoring of everybody; 0: unstored."""
    done = subprocess.run(
        [sys.executable, "-m", "ops.bench.score"],
        input=json.dumps([urls.projector, processes]),
        capture_output=True,
        text=True,
        check=True,
    )
    seconds, memory_mb, pairs = json.loads(done.stdout)
    return seconds, memory_mb, pairs


def _rescore(projector_url: str, processes: int) -> str:
    with psycopg.connect(projector_url, autocommit=True) as connection:
        pairs = connection.execute(_PAIRS).fetchall()
    if processes > 1:
        began = time.perf_counter()
        failed = bulk.rescore(projector_url, pairs, processes=processes)
        seconds = time.perf_counter() - began
        assert not failed, f"{len(failed)} ranges could not be scored"
    else:
        seconds = _alone(projector_url, pairs, stored=bool(processes))
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return json.dumps([seconds, round(max(peaks) / 1024, 1), len(pairs)])


def _alone(projector_url: str, pairs: Sequence[tuple[int, int]], *, stored: bool) -> float:
    """Seconds of one process, whose connections are there already: as the one is that copies."""
    ranges = [pairs[start : start + scores.RANGE] for start in range(0, len(pairs), scores.RANGE)]
    with bulk.no_collector(), bulk.Line(projector_url, schema.READS) as line:
        began = time.perf_counter()
        if stored:
            failed = line.score(ranges)
            assert not failed, f"{len(failed)} ranges could not be scored"
        else:
            assert line.unstored(ranges) == len(pairs), "everybody is scored"
        return time.perf_counter() - began


if __name__ == "__main__":
    sys.stdout.write(_rescore(*json.loads(sys.stdin.read())))
