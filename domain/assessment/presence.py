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


def months_present(
    stays: Iterable[Stay], months: Iterable[tuple[int, int]], rule: ProRata
) -> tuple[tuple[int, int], ...]:
    """Those of the (year, month)s that count: the member was there on the rule's day of the month."""
    known = tuple(stays)
    day = rule.month_counts_if_present_on_day
    return tuple((year, month) for year, month in months if any(stay.covers(date(year, month, day)) for stay in known))


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
