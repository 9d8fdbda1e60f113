"""在册月份 — which months count for a member who joined, left or was away."""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from domain.rules.counting import ProRata


class Stay(Struct, frozen=True):
    """Days on which a member was there; both ends count, no last day means still there."""

    first_on: date
    last_on: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the member was there on a day."""
        return self.first_on <= day and (self.last_on is None or day <= self.last_on)


class Away(Struct, frozen=True):
    """Days on which a member was on leave, or exempt from assessment; both ends count."""

    first_on: date
    last_on: date | None
    exempt: bool = False

    def covers(self, day: date, rule: ProRata) -> bool:
        """Whether it takes a day from his presence: an exemption always, a leave if it is long enough for the rule."""
        if self.last_on is None:
            return self.first_on <= day
        long_enough = self.exempt or (self.last_on - self.first_on).days + 1 >= rule.leave_counts_from_days
        return long_enough and self.first_on <= day <= self.last_on


def months_present(
    stays: Iterable[Stay], months: Iterable[tuple[int, int]], rule: ProRata, away: Iterable[Away] = ()
) -> tuple[tuple[int, int], ...]:
    """Those of the (year, month)s that count: the member was there on the rule's day of the month, and not away."""
    known, absent = tuple(stays), tuple(away)

    def present(day: date) -> bool:
        return any(stay.covers(day) for stay in known) and not any(span.covers(day, rule) for span in absent)

    return tuple((y, m) for y, m in months if present(date(y, m, rule.month_counts_if_present_on_day)))


def half_months(year: int, half: int) -> tuple[tuple[int, int], ...]:
    """The six months of the first (1) or second (2) half of a year.

    >>> half_months(2026, 2)[0], half_months(2026, 2)[-1]
    ((2026, 7), (2026, 12))
    """
    first = 1 if half == 1 else 7
    return tuple((year, month) for month in range(first, first + 6))


def gradable(months_of_halves: Sequence[int], rule: ProRata) -> bool:
    """Whether a year has enough months for a grade.

    Whole months count over both halves; a half that counts twice does not make its months more.
    """
    return sum(months_of_halves) >= rule.min_months_for_grade
