"""报告目录 — which reports there are, and one of them made: by the name, as of one position of the log."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, TypeAlias

from domain.values import Code
from projections.answers import Answer, AsOf, NotFollowed
from projections.reports.asking import Asked, Asking, asking
from projections.reports.attainability import attainability
from projections.reports.branches import branches
from projections.reports.diligence import diligence
from projections.reports.duties import duties
from projections.reports.fairness import fairness
from projections.reports.lateness import lateness
from projections.reports.results import results
from projections.reports.table import Name, Report, Table
from projections.rows import Connection
from projections.traits import Open

Maker: TypeAlias = Callable[[Asking], tuple[tuple[Table, ...], tuple[str, ...]]]
"""What makes a report's tables, with the codes of what must be said beside them."""

MAKERS: Final[Mapping[Name, Maker]] = {
    "attainability": attainability,
    "branches": branches,
    "diligence": diligence,
    "late": lateness,
    "duties": duties,
    "results": results,
    "fairness": fairness,
}
OPERATIONS: Final[Mapping[Name, str]] = {
    **dict.fromkeys(MAKERS, "report.read"),
    "duties": "duties.read",
    "results": "result.read",
}
"""Which operation of the permission table lets somebody see it."""
OF_TODAY: Final[frozenset[Name]] = frozenset({"diligence"})
"""Reports of no period."""

_READ: Final = """
SELECT t.position, t.as_of_at, t.known_at, t.generation, NOT EXISTS (SELECT FROM parked) FROM tracking AS t
"""


def made(connection: Connection, opened: Open, name: Name, asked: Asked) -> Answer[Report] | None:
    """A report; None for an unknown organisation. A rebuild that is swapped in meanwhile makes it once more."""
    before = _state(connection)
    while True:
        found = asking(connection, opened, asked)
        if found is None:
            return None
        tables, notes = MAKERS[name](found)
        after = _state(connection)
        if before[0].generation == after[0].generation:
            as_of, complete = before
            return Answer(as_of=as_of, complete=complete, value=_report(name, found, tables, notes))
        before = after


def _report(name: Name, found: Asking, tables: tuple[Table, ...], notes: tuple[str, ...]) -> Report:
    of_period = name not in OF_TODAY
    return Report(
        name=name,
        unit=found.unit,
        year=found.year if of_period else found.today.year,
        period=found.period if of_period else None,
        first_on=found.first_on if of_period else date(found.today.year, 1, 1),
        last_on=found.last_on if of_period else found.today,
        periods=found.periods if of_period else (),
        smallest=found.smallest,
        notes=notes,
        tables=tables,
    )


def _state(connection: Connection) -> tuple[AsOf, bool]:
    row = connection.execute(_READ).fetchone()
    if row is None:
        raise NotFollowed
    position, at, known_at, generation, complete = row
    return AsOf(position=position, at=at, known_at=known_at, generation=generation), complete


def table_of(report: Report, code: Code) -> Table | None:
    """One table of a report."""
    return next((one for one in report.tables if one.code == code), None)
