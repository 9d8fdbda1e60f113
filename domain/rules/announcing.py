"""办法修订公示 — a version that follows another is known to everybody for a full term before it takes effect."""

from datetime import date
from typing import Final

from domain.decider import Past, Refused
from domain.rules.calendar import published
from domain.rules.demands import notice_ends_on
from domain.rules.scheme import Scheme
from domain.rules.working_days import Calendars

STAGE: Final = "rule_change"
"""The stage of the rule set in force that says for how many days."""


class AnnouncedTooLate(Refused):
    """办法修订须先公示期满方可施行。 A version takes effect only after the term for which it is announced."""

    code = "announced-too-late"


def announced_until(scheme: Scheme, published_on: date, calendars: Calendars) -> date | None:
    """The last day of the term that begins with a publication; None where the rule set in force has no such stage.

    The day of publication does not count, as with every notice. Raises NoCalendar for a year that is not published.
    """
    stage = scheme.stage(STAGE)
    return None if stage is None else notice_ends_on(scheme.notice, stage, published_on, calendars)


def announce(past: Past, in_force: Scheme | None, published_on: date, effective_on: date) -> None:
    """Refuse a version that would take effect before its term is over; the first of all changes nothing for anybody.

    After a trial has ended its term holds for what follows. Before the first version begins nothing is asked.
    """
    if in_force is None:
        return
    calendars = published(past, range(published_on.year, published_on.year + 2), published_on)
    ends_on = announced_until(in_force, published_on, calendars)
    if ends_on is not None and effective_on <= ends_on:
        raise AnnouncedTooLate(ends_on=ends_on)
