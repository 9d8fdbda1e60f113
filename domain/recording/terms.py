"""期限 — the terms that run while an honour or a deduction is on its way, in working days of the published years."""

from datetime import date, datetime

from domain.decider import Past
from domain.rules.calendar import published
from domain.rules.working_days import NoCalendar, YearCalendar, term_end
from domain.values import day_of, midnight_after


def ends_on(past: Past, from_on: date, working_days: int, today: date) -> date:
    """The last day of a term, the first day not counted, by the calendars that hold today.

    Refuses where a year has no published calendar.
    """
    return term_end(from_on, working_days, published(past, range(from_on.year, from_on.year + 2), today))


def answer_by(past: Past, at: datetime, working_days: int) -> datetime:
    """When a claim that nobody answered goes up; an unpublished calendar must not keep anybody from claiming."""
    day = day_of(at)
    try:
        return midnight_after(ends_on(past, day, working_days, day))
    except NoCalendar:
        plain = {year: YearCalendar(year=year) for year in (day.year, day.year + 1)}
        return midnight_after(term_end(day, working_days, plain))
