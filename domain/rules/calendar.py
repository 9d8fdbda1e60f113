"""工作日历 — the published working days of one year: which weekdays are off, which weekend days are worked."""

from datetime import date
from typing import Final

import msgspec

from domain.decider import Command, Decision, Fact, NotPermitted, Past, Refused, Stream
from domain.organisation.unit import established
from domain.rules.working_days import YearCalendar
from domain.values import Code, Sha256


class CalendarPublished(Fact, frozen=True, kw_only=True):
    """工作日历发布. A year has at most 366 days, so the lists cannot grow without bound."""

    year: int
    days_off: tuple[date, ...]
    """Weekdays that are not worked."""
    make_up_days: tuple[date, ...]
    """Saturdays and Sundays that are worked (调休)."""
    document_sha256: Sha256


class Calendars(msgspec.Struct, frozen=True, kw_only=True):
    """The calendar of one year, as published so far."""

    year: YearCalendar | None = None
    edition: int = 0


class CalendarExists(Refused):
    """该年度工作日历已发布。 The calendar of this year is already published."""

    code = "calendar-exists"


class NoDaysOff(Refused):
    """日历中没有任何节假日。 The calendar names no holiday at all."""

    code = "calendar-without-holidays"


class DayOutsideYear(Refused):
    """日历中的日期不属于该年度,或工作日与休息日标错。 A day lies outside the year, or on the wrong kind of weekday."""

    code = "calendar-day-wrong"


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
            return Calendars(year=year, edition=state.edition + 1)
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to a calendar")


CALENDAR: Final[Stream[Calendars]] = Stream("calendar", Calendars(), evolve, (CalendarPublished,))


def published(past: Past, years: range) -> dict[int, YearCalendar]:
    """The published calendars among some years, by year."""
    found = past.many([CALENDAR.of("CN", year) for year in years])
    return {state.year.year: state.year for state in found if state.year is not None}


def decide(past: Past, command: PublishCalendar) -> Decision:
    """Once a year, by the top of the tree; days off are weekdays, make-up days weekend days, all of that year."""
    if established(past, command.unit).parent is not None:
        raise NotPermitted
    # No year is without a public holiday: an empty list is a calendar that nobody has made.
    if not command.days_off:
        raise NoDaysOff(year=command.year)
    ref = CALENDAR.of("CN", command.year)
    if past[ref].year is not None:
        raise CalendarExists(year=command.year)
    wrong = [day for day in command.days_off if day.year != command.year or day.weekday() > 4]
    wrong += [day for day in command.make_up_days if day.year != command.year or day.weekday() < 5]
    if wrong:
        raise DayOutsideYear(day=wrong[0])
    fact = CalendarPublished(
        year=command.year,
        days_off=tuple(sorted(set(command.days_off))),
        make_up_days=tuple(sorted(set(command.make_up_days))),
        document_sha256=command.document_sha256,
    )
    return [ref.says(fact)]
