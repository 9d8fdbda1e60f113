"""延长公示 — a running term that a later edition of the calendar made longer."""

from datetime import date, timedelta

from domain.decider import Fact
from domain.rules.working_days import Term
from domain.values import Code, Instant, NoticeId, day_of


class NoticeExtended(Fact, frozen=True, kw_only=True):
    """公示延长 — the term ends later than was said at its posting; it never ends earlier."""

    notice: NoticeId
    unit: Code
    ends_on: date
    may_close_at: Instant


def term_of(posted_on: date, working_days: int, ends_on: date, may_close_at: Instant) -> Term:
    """The term as it was posted; the last day is the one at whose midnight, and a moment, it may close."""
    last_on = day_of(may_close_at) - timedelta(days=1)
    return Term(posted_on=posted_on, working_days=working_days, ends_on=ends_on, closes_on=last_on)
