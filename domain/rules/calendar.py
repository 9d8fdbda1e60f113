"""工作日历 — the published working days of one year: which weekdays are off, which weekend days are worked.

A year may be published again when the State Council changes it. A later edition holds from the next day on and
changes only days to come; what was counted before stays. A running term may become longer by it, never shorter.
"""

from datetime import date, timedelta
from typing import Final

import msgspec

from domain.decider import Command, Decision, Fact, NotPermitted, Past, Refused, Stream
from domain.organisation.unit import established
from domain.rules.working_days import Edition, Term, YearCalendar, calendars_on, lengthened_term
from domain.values import Code, Sha256, day_of


class CalendarPublished(Fact, frozen=True, kw_only=True):
    """工作日历发布. A year has at most 366 days, so the lists cannot grow without bound."""

    year: int
    days_off: tuple[date, ...]
    """Weekdays that are not worked."""
    make_up_days: tuple[date, ...]
    """Saturdays and Sundays that are worked (调休)."""
    document_sha256: Sha256
    edition: int = 1
    effective_on: date | None = None
    """Of a later edition: the day after its publication."""


class Calendars(msgspec.Struct, frozen=True, kw_only=True):
    """The editions of one year, in the order of their publication."""

    editions: tuple[Edition, ...] = ()

    @property
    def year(self) -> YearCalendar | None:
        """As published last; None if it never was."""
        return self.editions[-1].calendar if self.editions else None


class CalendarExists(Refused):
    """该年度工作日历已发布,内容相同。 The calendar of this year is already published, and says the same."""

    code = "calendar-exists"


class NoDaysOff(Refused):
    """日历中没有任何节假日。 The calendar names no holiday at all."""

    code = "calendar-without-holidays"


class DayOutsideYear(Refused):
    """日历中的日期不属于该年度,或工作日与休息日标错。 A day lies outside the year, or on the wrong kind of weekday."""

    code = "calendar-day-wrong"


class CalendarChangesPast(Refused):
    """改版日历只能改动今后的日子。 A later edition of a calendar changes only days to come."""

    code = "calendar-changes-past"


class PublishCalendar(Command, frozen=True, kw_only=True):
    """Publish the working days of a year, for the whole tree."""

    operation = "calendar.publish"
    unit: Code
    year: int
    days_off: tuple[date, ...]
    make_up_days: tuple[date, ...]
    document_sha256: Sha256


def evolve(state: Calendars, fact: Fact) -> Calendars:
    """The year's calendar after one more fact."""
    match fact:
        case CalendarPublished():
            year = YearCalendar(
                year=fact.year, days_off=frozenset(fact.days_off), make_up_days=frozenset(fact.make_up_days)
            )
            edition = Edition(calendar=year, effective_on=fact.effective_on)
            return Calendars(editions=(*state.editions, edition))
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to a calendar")


CALENDAR: Final[Stream[Calendars]] = Stream("calendar", Calendars(), evolve, (CalendarPublished,))


def published(past: Past, years: range, on: date) -> dict[int, YearCalendar]:
    """The published calendars among some years, by year, as they hold on a day: a later edition does not yet."""
    editions = [edition for state in _states(past, years) for edition in state.editions]
    return calendars_on(editions, on)


def lengthened(past: Past, term: Term, today: date, *, calendar_days: bool = False) -> Term:
    """A running term after whatever was published since its posting: longer or the same, never shorter."""
    states = _states(past, range(term.posted_on.year, today.year + 2))
    editions = [edition for state in states for edition in state.editions]
    return lengthened_term(term, editions, today, calendar_days=calendar_days)


def _states(past: Past, years: range) -> list[Calendars]:
    return past.many([CALENDAR.of("CN", year) for year in years])


def decide(past: Past, command: PublishCalendar) -> Decision:
    """By the top of the tree; days off are weekdays, make-up days weekend days, all of that year."""
    if established(past, command.unit).parent is not None:
        raise NotPermitted
    # No year is without a public holiday: an empty list is a calendar that nobody has made.
    if not command.days_off:
        raise NoDaysOff(year=command.year)
    wrong = [day for day in command.days_off if day.year != command.year or day.weekday() > 4]
    wrong += [day for day in command.make_up_days if day.year != command.year or day.weekday() < 5]
    if wrong:
        raise DayOutsideYear(day=wrong[0])
    ref = CALENDAR.of("CN", command.year)
    editions = past[ref].editions
    effective_on = _effective_on(editions, command) if editions else None
    fact = CalendarPublished(
        year=command.year,
        days_off=tuple(sorted(set(command.days_off))),
        make_up_days=tuple(sorted(set(command.make_up_days))),
        document_sha256=command.document_sha256,
        edition=len(editions) + 1,
        effective_on=effective_on,
    )
    return [ref.says(fact)]


def _effective_on(editions: tuple[Edition, ...], command: PublishCalendar) -> date:
    """The next day; a refusal if nothing is changed, or a day that has begun."""
    before = editions[-1].calendar
    changed = before.days_off ^ set(command.days_off) | before.make_up_days ^ set(command.make_up_days)
    if not changed:
        raise CalendarExists(year=command.year)
    effective_on = day_of(command.at) + timedelta(days=1)
    if min(changed) < effective_on:
        raise CalendarChangesPast(day=min(changed))
    return effective_on
