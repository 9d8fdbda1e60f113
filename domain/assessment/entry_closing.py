"""补录截止 — until when what belongs to a period may be entered without anybody's saying why it comes so late."""

from collections.abc import Iterable
from datetime import date

from domain.assessment.period import days_of, periods_over
from domain.decider import Past, Refused
from domain.rules.assessing import Period
from domain.rules.calendar import published
from domain.rules.working_days import Calendars, NoCalendar, term_end


class EntryClosed(Refused):
    """该考评期的补录截止日已过:再登记须说明理由。 Entry for this period has closed: what still comes needs a reason."""

    code = "entry-closed"


def first_to_end(periods: Iterable[Period], day: date) -> Period | None:
    """Of the periods that hold a day the one with which entry of that day closes; None where none holds it."""
    held = periods_over(periods, day)
    return min(held, key=lambda one: (days_of(one, day.year)[1], one.entry_closes_working_days), default=None)


def closes_on(period: Period, year: int, calendars: Calendars) -> date:
    """The day at whose 24:00 entry of a period closes. Raises NoCalendar where a day until then is not published."""
    return term_end(days_of(period, year)[1], period.entry_closes_working_days, calendars)


def why_closed(past: Past, periods: Iterable[Period], day: date, today: date) -> Refused | None:
    """What keeps today from entering what counts on a day as if it came in time; None where nothing does.

    Where no calendar says whether entry has closed, it counts as closed.
    """
    period = first_to_end(periods, day)
    if period is None or today <= days_of(period, day.year)[1]:
        return None
    try:
        last = closes_on(period, day.year, published(past, range(day.year, today.year + 2), today))
    except NoCalendar as unknown:
        return unknown
    return None if today <= last else EntryClosed(period=period.code, closed_on=last)
