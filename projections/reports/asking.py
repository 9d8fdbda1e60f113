"""所问 — what a report is asked of: an organisation, a period that is over, a day; and the rules that say how."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from domain.assessment.period import PeriodUnknown, days_of
from domain.rules.consequences import Fairness
from domain.rules.scheme import Scheme
from domain.values import Code
from projections.reports.disclosure import Path
from projections.rows import Connection
from projections.rules import Published, every_version, in_force
from projections.traits import Open

_UNIT: Final = "SELECT code, path, scheme FROM units WHERE code = %(unit)s"
_PEOPLE: Final = """
SELECT DISTINCT ON (e.member) e.member, u.path
FROM enrolments AS e JOIN units AS u ON u.code = e.unit
WHERE u.path[1] = %(top)s AND u.scheme = %(scheme)s AND e.from_on <= %(last_on)s
  AND (e.until_on IS NULL OR %(last_on)s <= e.until_on)
ORDER BY e.member, e.from_on DESC, e.enrolment DESC
"""


class Asked(NamedTuple):
    """What somebody wants to know."""

    unit: Code
    today: date
    now: datetime
    year: int | None = None
    period: Code | None = None
    item: Code | None = None


class Asking(NamedTuple):
    """The same with what the rules say of it."""

    connection: Connection
    opened: Open
    """The vault, for figures of ten people or more alone."""
    unit: Code
    path: Path
    today: date
    now: datetime
    year: int
    period: Code
    first_on: date
    last_on: date
    item: Code | None
    scheme: Scheme | None
    """The rule set in force on the period's last day."""
    code_of_scheme: Code
    periods: tuple[Code, ...]
    """Those of the year."""

    @property
    def is_over(self) -> bool:
        """Whether the period is over: only then do its figures stand still."""
        return self.last_on < self.today

    @property
    def fairness(self) -> Fairness:
        """At which limits the rule set wants to be told."""
        return Fairness() if self.scheme is None else self.scheme.fairness

    @property
    def smallest(self) -> int:
        """How many people there must be behind a figure: ten, or more where the rule set asks for more."""
        return max(Fairness().smallest_group, self.fairness.smallest_group)

    def people(self) -> dict[int, Path]:
        """Everybody under the highest organisation at the period's end, and to which he belonged."""
        known = {"top": self.path[0], "scheme": self.code_of_scheme, "last_on": self.last_on}
        return {member: tuple(path) for member, path in self.connection.execute(_PEOPLE, known)}

    def covers(self, path: Path) -> bool:
        """Whether an organisation is the one that is asked about, or below it."""
        return self.unit in path


def asking(connection: Connection, opened: Open, asked: Asked) -> Asking | None:
    """What is asked, by default of the last period that is over; None for an unknown organisation.

    Raises PeriodUnknown for a period that the rules of the year do not name.
    """
    found = connection.execute(_UNIT, {"unit": asked.unit}).fetchone()
    if found is None:
        return None
    _, path, code = found
    versions = every_version(connection).get(code, ())
    year, period, first_on, last_on = _period(versions, asked)
    published = in_force(versions, last_on)
    return Asking(
        *(connection, opened, asked.unit, tuple(path), asked.today, asked.now, year, period, first_on, last_on),
        *(asked.item, None if published is None else published.scheme, code),
        tuple(dict.fromkeys(one[1] for one in periods_of(versions, year))),
    )


def periods_of(versions: Sequence[Published], year: int) -> list[tuple[int, Code, date, date]]:
    """The periods of a year, each with its days, under the rules in force on its last one."""
    found: list[tuple[int, Code, date, date]] = []
    for version in versions:
        for one in version.scheme.periods:
            first_on, last_on = days_of(one, year)
            if in_force(versions, last_on) is version:
                found.append((year, one.code, first_on, last_on))
    return found


def _period(versions: Sequence[Published], asked: Asked) -> tuple[int, Code, date, date]:
    years = range(asked.today.year - 1, asked.today.year + 1) if asked.year is None else (asked.year,)
    known = [one for year in years for one in periods_of(versions, year)]
    if asked.period is not None:
        known = [one for one in known if one[1] == asked.period]
    over = [one for one in known if one[3] < asked.today] or known
    if not over:
        if asked.period is not None and versions:
            raise PeriodUnknown(period=asked.period)
        year = asked.year or asked.today.year - 1
        return year, asked.period or "Y", date(year, 1, 1), date(year, 12, 31)
    # Of those that end last the longest: the year before its second half.
    return max(over, key=lambda one: (one[3], one[3] - one[2]))
