"""All reports of a district, each next to COPY of the very rows that it reads, in the same run.

Every member of the made-up district has a determined year and has said of himself what the fairness report groups by.
What is sealed is given as it is: opening the vault's boxes is no part of it. The statements of a report are noted while
it is made; then each is copied out by the server, as text, to somebody who looks at nothing.
"""

import os
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
from psycopg.abc import Params, QueryNoTemplate

from domain.sealed import Secret
from domain.values import Sha256
from ops.bench import whatif
from ops.bench.district import BRANCHES, made
from ops.roles import names_of
from projections import rebuild, schema
from projections.reports import catalogue
from projections.reports.asking import Asked
from projections.reports.table import NAMES, Name

ENTRIES_OF_A_BRANCH: Final = 1_875
"""As many as make a district of 300,000."""
MOST_S: Final = 2.0
ROUNDS: Final = 3
_LINES: Final = tuple(
    f"born={born};sex={sex};disability={disability}"
    for born in (1962, 1970, 1978, 1986, 1995)
    for sex in ("female", "male")
    for disability in ("no", "no", "yes")
)

_GRADES: Final = """
UPDATE results
SET grade = (ARRAY['excellent', 'qualified', 'qualified', 'basically_qualified', 'unqualified'])[1 + member % 5]
"""
_DETERMINED: Final = """
INSERT INTO determinations (key, member, unit, year, period, version, total, grade, rules, notice, determined_at,
                            superseded, position)
SELECT e.member::text, e.member, e.unit, %(year)s, 'Y', 1, COALESCE(r.determined_total, 8000),
       COALESCE(r.grade, 'qualified'), 'bench', gen_random_uuid(), now(), FALSE, 0
FROM enrolments AS e LEFT JOIN results AS r ON r.member = e.member AND r.year = %(year)s AND r.period = 'Y'
WHERE e.until_on IS NULL
"""
_SAID: Final = """
INSERT INTO traits (described, member, day, traits)
SELECT member, member, %(day)s, encode(sha256(member::text::bytea), 'hex') FROM members
"""
_TOP: Final = "SELECT code FROM units WHERE parent IS NULL"


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What one report came to; the best of the rounds."""

    seconds: float
    cpu_s: float
    """Of this process alone."""
    rows: int
    """Of its tables."""
    statements: int
    copy_s: float
    """The rows of the same statements, copied out."""
    ratio: float
    """COPY / report."""


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """What they all came to."""

    members: int
    records: int
    reports: dict[Name, Cost]
    seconds: float
    """All of them, one after the other."""
    bars: tuple[dict[str, object], ...]


class Noting(psycopg.Connection[tuple[Any, ...]]):
    """A connection that notes what it is asked, while it is told to."""

    noted: list[tuple[QueryNoTemplate, Params | None]] | None = None

    def execute(  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride] - no templates here
        self, query: QueryNoTemplate, params: Params | None = None, *, prepare: bool | None = None, binary: bool = False
    ) -> "psycopg.Cursor[tuple[Any, ...]]":
        """The same as ever."""
        if self.noted is not None:
            self.noted.append((query, params))
        return super().execute(query, params, prepare=prepare, binary=binary)


def main(admin_url: str, branches: int = BRANCHES) -> bytes:
    """Measure a district of so many branches; one JSON object."""
    urls, _ = made(admin_url, branches * ENTRIES_OF_A_BRANCH, branches)
    rebuild.rebuild(urls.projector, readers=[names_of(urls.database)["reader"]], processes=os.cpu_count() or 1)
    with Noting.connect(urls.projector, autocommit=True) as connection:
        assert isinstance(connection, Noting)
        schema.use(connection)
        year, size = whatif.determined(connection)
        connection.execute(_GRADES)
        connection.execute(_DETERMINED, {"year": year})
        connection.execute(_SAID, {"day": date(year, 1, 2)})
        connection.execute("ANALYZE")
        top = connection.execute(_TOP).fetchone()
        members = connection.execute("SELECT count(*) FROM members").fetchone()
        assert top is not None, "a district has a work committee"
        assert members is not None, "a count is one row"
        asked = Asked(top[0], date(year + 1, 2, 1), datetime(year + 1, 2, 1, tzinfo=UTC), year, "Y")
        costs: dict[Name, Cost] = {
            name: min((_cost(connection, name, asked) for _ in range(ROUNDS)), key=_seconds) for name in NAMES
        }
    bars = tuple(_bar(name, cost.seconds) for name, cost in costs.items())
    total = round(sum(cost.seconds for cost in costs.values()), 3)
    said = Reported(members=members[0], records=size.records, reports=costs, seconds=total, bars=bars)
    return msgspec.json.encode(said, order="sorted")


def _seconds(cost: Cost) -> float:
    return cost.seconds


def _bar(name: Name, seconds: float) -> dict[str, object]:
    return {"name": f"{name} s", "value": seconds, "bar": MOST_S, "met": seconds <= MOST_S}


def _cost(connection: Noting, name: Name, asked: Asked) -> Cost:
    noted = connection.noted = []
    began, cpu = time.perf_counter(), time.process_time()
    found = catalogue.made(connection, _opened, name, asked)
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    connection.noted = None
    assert found is not None, "the work committee is an organisation"
    copy_s = sum(_copied(connection, query, params) for query, params in noted)
    return Cost(
        seconds=round(seconds, 3),
        cpu_s=round(cpu_s, 3),
        rows=sum(len(table.rows) for table in found.value.tables),
        statements=len(noted),
        copy_s=round(copy_s, 3),
        ratio=round(copy_s / seconds, 3),
    )


def _copied(connection: Noting, query: QueryNoTemplate, params: Params | None) -> float:
    assert isinstance(query, str), "a report asks in constants"
    began = time.perf_counter()
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT".encode(), params) as copy:
        for _ in copy:
            pass
    return time.perf_counter() - began


def _opened(commitments: Sequence[Sha256]) -> Mapping[Sha256, Secret]:
    """Something of everybody, the same each time."""
    return {
        one: Secret(subject=UUID(one[:32]), name="traits", value=_LINES[int(one[:8], 16) % len(_LINES)], salt="")
        for one in commitments
    }
