"""补录期限 — until when something may still be entered in time, and whether whoever enters it today must say why."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date

import msgspec

from domain.assessment.entry_closing import closes_on, first_to_end
from domain.assessment.period import days_of
from domain.rules.scheme import Scheme
from domain.rules.working_days import Calendars, NoCalendar
from domain.values import Code
from projections.rules import Published, in_force


class EntryTerm(msgspec.Struct, frozen=True, kw_only=True):
    """For what counts on one day."""

    closes_on: date | None
    """None where no period holds the day, or no calendar says when entry of the period closes."""
    late: bool


def entry_term(scheme: Scheme, counts_on: date, today: date, calendars: Calendars) -> EntryTerm:
    """As the ledger will see it: where no calendar says whether entry has closed, it counts as closed."""
    old = (today - counts_on).days > scheme.counting.late_entry_days
    period = first_to_end(scheme.periods, counts_on)
    if period is None:
        return EntryTerm(closes_on=None, late=old)
    try:
        last = closes_on(period, counts_on.year, calendars)
    except NoCalendar:
        return EntryTerm(closes_on=None, late=old or today > days_of(period, counts_on.year)[1])
    return EntryTerm(closes_on=last, late=old or today > last)


def closings_of(known: Sequence[Published], year: int, calendars: Calendars) -> dict[Code, date]:
    """The last day for entries of each period of a year, by its code; without those of which no calendar says it.

    As the version says that is in force on the period's last day, be it no longer or not yet in force.
    """
    found: dict[Code, date] = {}
    for one in known:
        for period in one.scheme.periods:
            if in_force(known, days_of(period, year)[1]) is one:
                with suppress(NoCalendar):
                    found[period.code] = closes_on(period, year, calendars)
    return found
