"""工作日 — working days, terms counted in them, and the published years they rest on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, TypeAlias

from msgspec import Struct

from domain.decider import Refused

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class YearCalendar(Struct, frozen=True, kw_only=True):
    """The working days of one published year: every weekday but the days off, and the make-up days.

    Raises ValueError where a day lies in another year, a day off on a weekend or a make-up day on a weekday.
    """

    year: int
    days_off: frozenset[date] = frozenset()
    make_up_days: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        for day in self.days_off | self.make_up_days:
            if day.year != self.year:
                raise ValueError(f"{day} is not in {self.year}")
        for day in self.days_off:
            if day.weekday() >= _SATURDAY:
                raise ValueError(f"{day} is no weekday, so it cannot be taken off")
        for day in self.make_up_days:
            if day.weekday() < _SATURDAY:
                raise ValueError(f"{day} is no weekend day, so it cannot make up for another")

    def is_working_day(self, day: date) -> bool:
        """Whether a day of this year is worked."""
        return day in self.make_up_days or (day.weekday() < _SATURDAY and day not in self.days_off)


class Edition(Struct, frozen=True, kw_only=True):
    """A year as it was published once; a later edition holds from ``effective_on`` on, the first one from ever."""

    calendar: YearCalendar
    effective_on: date | None = None


class Term(Struct, frozen=True, kw_only=True):
    """A running term: it ends at 24:00 of ``ends_on``, and closes at 24:00 of ``closes_on``."""

    posted_on: date
    working_days: int  # or all days, where the rule set counts those
    ends_on: date
    closes_on: date


Calendars: TypeAlias = Mapping[int, YearCalendar]
"""The published calendars by year."""


class NoCalendar(Refused):
    """该年度工作日历尚未公布,期限不能计算。 No work calendar is published for that year: no term can be counted."""

    code = "no-calendar"

    def __init__(self, year: int) -> None:
        super().__init__(year=year)
        self.year = year


def calendars_of(published: Iterable[YearCalendar]) -> dict[int, YearCalendar]:
    """Calendars by year; a later one of the same year takes the place of an earlier one."""
    return {calendar.year: calendar for calendar in published}


def calendars_on(editions: Iterable[Edition], day: date) -> dict[int, YearCalendar]:
    """The calendars that hold on a day, of editions in the order of their publication."""
    return calendars_of(e.calendar for e in editions if e.effective_on is None or e.effective_on <= day)


def is_working_day(day: date, calendars: Calendars) -> bool:
    """Whether a day is worked. Raises NoCalendar for a year that is not published.

    >>> is_working_day(date(2026, 10, 9), {2026: YearCalendar(year=2026)})
    True
    """
    calendar = calendars.get(day.year)
    if calendar is None:
        raise NoCalendar(day.year)
    return calendar.is_working_day(day)


def next_working_day(day: date, calendars: Calendars) -> date:
    """The first working day after a day."""
    return term_end(day, 1, calendars)


def term_end(posted_on: date, working_days: int, calendars: Calendars) -> date:
    """The working day at whose 24:00 a term ends; the posting day does not count.

    Every day from the posting to the end lies in a published calendar, else NoCalendar with the year.

    >>> plain = {2026: YearCalendar(year=2026)}
    >>> term_end(date(2026, 6, 5), 3, plain).isoformat()  # a Friday
    '2026-06-10'
    """
    if working_days < 1:
        raise ValueError("a term has at least one working day")
    is_working_day(posted_on, calendars)
    day, left = posted_on, working_days
    while left:
        day += _DAY
        left -= is_working_day(day, calendars)
    return day


def calendar_term_end(posted_on: date, days: int) -> date:
    """The day at whose 24:00 a term of calendar days ends; the posting day does not count.

    >>> calendar_term_end(date(2026, 9, 30), 5).isoformat()
    '2026-10-05'
    """
    if days < 1:
        raise ValueError("a term has at least one day")
    return posted_on + days * _DAY


def closes_on(end_on: date, grace_working_days: int, calendars: Calendars) -> date:
    """The day at whose 24:00 a notice may be closed: its end, and the grace for paper received on the last day."""
    return term_end(end_on, grace_working_days, calendars) if grace_working_days else end_on


def months_later(day: date, months: int) -> date:
    """The same day so many months on, or the last of that month.

    >>> months_later(date(2026, 8, 31), 6).isoformat()
    '2027-02-28'
    """
    year, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + year, month + 1, 1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - first).days))


def working_days_between(after: date, until: date, calendars: Calendars) -> int:
    """How many working days lie after one day, up to and with another; 0 if it does not come later."""
    return sum(is_working_day(day, calendars) for day in _days(after, until))


def extended_end(old_end: date, new_end: date) -> date:
    """The end of a running term after its calendar changed: it may become longer, never shorter.

    >>> extended_end(date(2026, 10, 10), date(2026, 10, 9)).isoformat()
    '2026-10-10'
    """
    return max(old_end, new_end)


def lengthened_term(term: Term, editions: Sequence[Edition], today: date, *, calendar_days: bool = False) -> Term:
    """The term after every edition that took effect since its posting: whichever made it longest decides.

    The end of a term of all days moves by no edition; the grace for paper after it is of working days in any case.
    Source: a change of calendar may lengthen a running term, never shorten it.
    """
    then = calendars_on(editions, term.posted_on)
    grace = working_days_between(term.ends_on, term.closes_on, then)
    ends_on, closing = term.ends_on, term.closes_on
    changed = {edition.effective_on for edition in editions if edition.effective_on is not None}
    for day in sorted(day for day in changed if term.posted_on < day <= today):
        calendars = calendars_on(editions, day)
        new_end = term.ends_on if calendar_days else term_end(term.posted_on, term.working_days, calendars)
        ends_on = extended_end(ends_on, new_end)
        closing = extended_end(closing, closes_on(new_end, grace, calendars))
    return Term(posted_on=term.posted_on, working_days=term.working_days, ends_on=ends_on, closes_on=closing)


def _days(after: date, until: date) -> Iterator[date]:
    day = after + _DAY
    while day <= until:
        yield day
        day += _DAY
