"""补录截止 — after its period's last day so many working days are left to enter in time; later an entry says why.

The first half of 2026 ends on Tuesday 30 June: ten working days are over on 14 July, and the example's calendar knows
no holiday between.
"""

from datetime import UTC, date, datetime
from typing import Final, TypeVar

import pytest
from msgspec.structs import replace

from domain.assessment.entry_closing import EntryClosed
from domain.recording.claiming import ClaimHonour
from domain.recording.filling import FillSheet, OpenSheet
from domain.recording.lateness import LateReasonMissing
from domain.recording.proposing import ProposeDeduction
from domain.recording.sheet import SheetLineSet, SheetOpened
from domain.rules.working_days import NoCalendar
from tests.domain.branch import (
    DOCUMENT,
    RULED,
    calendar,
    filled,
    held,
    opened,
    organised,
    planned,
    rules_in_force,
    secret,
)
from tests.domain.given import Given
from tests.domain.merits import claimed, proposed

W = TypeVar("W", OpenSheet, FillSheet, ClaimHonour, ProposeDeduction)

LATE: Final = secret("late_reason", "记录员住院")
LAST_DAY: Final = date(2026, 6, 30)
CLOSES_ON: Final = date(2026, 7, 14)
DAY_AFTER: Final = date(2026, 7, 15)


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 1, tzinfo=UTC)


def entered(wish: W, day: date, *, saying_why: bool = False) -> W:
    return replace(wish, at=morning(day), late_reason=LATE if saying_why else None)


def party_day(day: date, base: Given = RULED) -> Given:
    return base.given(planned(planned_on=day), held(occurred_on=day, at=morning(day)))


HELD: Final = party_day(LAST_DAY)


def is_late(history: Given, wish: OpenSheet | ClaimHonour | ProposeDeduction) -> bool:
    return getattr(history.when(wish).facts()[0], "late_reason", None) is not None


def test_a_sheet_is_opened_in_time_until_entry_of_its_period_closes() -> None:
    assert not is_late(HELD, entered(opened(), CLOSES_ON))
    HELD.when(entered(opened(), DAY_AFTER)).refused(EntryClosed, period="H1", closed_on=CLOSES_ON)


def test_a_sheet_opened_after_that_says_why_and_is_flagged() -> None:
    (fact,) = HELD.when(entered(opened(), DAY_AFTER, saying_why=True)).says(SheetOpened)
    assert isinstance(fact, SheetOpened)
    assert fact.late_reason == LATE.commitment


def test_a_sheet_opened_in_time_and_filled_after_entry_closed_says_why() -> None:
    draft = HELD.given(entered(opened(), CLOSES_ON))
    wish = filled(otherwise="attended")
    draft.when(entered(wish, DAY_AFTER)).refused(EntryClosed)
    lines = draft.when(entered(wish, DAY_AFTER, saying_why=True)).facts()
    assert lines
    assert all(isinstance(line, SheetLineSet) and line.late_reason == LATE.commitment for line in lines)


@pytest.mark.parametrize("wish", [claimed, proposed])
def test_a_document_of_the_period_comes_in_time_until_then(wish: type[ClaimHonour] | type[ProposeDeduction]) -> None:
    dated = wish(occurred_on=LAST_DAY, dated_on=LAST_DAY)
    assert not is_late(RULED, entered(dated, CLOSES_ON))
    RULED.when(entered(dated, DAY_AFTER)).refused(EntryClosed, closed_on=CLOSES_ON)
    assert is_late(RULED, entered(dated, DAY_AFTER, saying_why=True))


def test_the_rule_set_says_how_many_working_days_there_are() -> None:
    text = DOCUMENT.replace(b'"entry_closes_working_days": 10', b'"entry_closes_working_days": 2')
    assert text != DOCUMENT
    hurried = party_day(LAST_DAY, organised().given(*rules_in_force(text)))
    assert not is_late(hurried, entered(opened(), date(2026, 7, 2)))
    hurried.when(entered(opened(), date(2026, 7, 3))).refused(EntryClosed, closed_on=date(2026, 7, 2))


def test_of_an_act_long_ago_the_days_since_are_named_first() -> None:
    HELD.when(entered(opened(), date(2026, 8, 31))).refused(LateReasonMissing, days=30)


def test_a_period_that_runs_asks_no_calendar() -> None:
    eve = date(2026, 12, 31)
    assert not is_late(party_day(eve), entered(opened(), eve))


def test_where_no_calendar_says_whether_entry_has_closed_it_counts_as_closed() -> None:
    eve, new_year = party_day(date(2026, 12, 31)), date(2027, 1, 4)
    eve.when(entered(opened(), new_year)).refused(NoCalendar, year=2027)
    assert is_late(eve, entered(opened(), new_year, saying_why=True))
    assert not is_late(eve.given(calendar(2027)), entered(opened(), new_year))
