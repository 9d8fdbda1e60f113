"""异议期限 — the terms of an objection, in working days of the published calendars.

A term that runs for officials is counted in any case: nobody's objection is turned away because a calendar lacks, so
a year that is not published yet has plain weekdays. A term in which a person must act is refused instead (I8).
"""

from datetime import date, timedelta
from typing import Final

from domain.decider import Past
from domain.rules.calendar import published
from domain.rules.demands import Terms, terms_of
from domain.rules.ruling import scheme_here
from domain.rules.scheme import Scheme
from domain.rules.working_days import YearCalendar, term_end
from domain.values import Code, Instant, midnight_after

GRACE: Final = timedelta(seconds=60)
"""So that what was sent in the last second has arrived."""


def scheme_of(past: Past, unit: Code, day: date) -> Scheme:
    """The rule set in force for an organisation."""
    return scheme_here(past, unit, day)[1]


def terms(past: Past, unit: Code, day: date) -> Terms:
    """The terms in force."""
    return terms_of(scheme_of(past, unit, day))


def officials_until(past: Past, today: date, working_days: int) -> date:
    """The last day of a term that runs for officials."""
    years = range(today.year, today.year + 2)
    plain = {year: YearCalendar(year=year) for year in years}
    return term_end(today, working_days, plain | published(past, years, today))


def persons_until(past: Past, today: date, working_days: int) -> date:
    """The last day of a term in which a person may act; refused where a calendar lacks."""
    return term_end(today, working_days, published(past, range(today.year, today.year + 2), today))


def over_at(last_on: date) -> Instant:
    """The instant from which a term counts as missed."""
    return midnight_after(last_on) + GRACE
