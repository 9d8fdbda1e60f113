"""封存后的补记 — what was never entered is added to a sealed period by order alone, to its member's credit."""

from datetime import date
from typing import Any

import pytest

from domain.assessment.adding import AdditionIsBurden, AdditionOutside, AddRecord
from domain.assessment.agreeing import CorrectionElsewhere, CorrectionTwice
from domain.assessment.ordering import CorrectionUndetermined
from domain.assessment.restatement import AdditionOrdered, RestatementOrdered
from domain.objection.objection import Correction
from domain.recording.amounts import LevelUnknown
from domain.recording.archive import archive_of
from domain.recording.committee import Vote
from domain.recording.entering import AlreadyRecorded
from domain.recording.matter import MATTER, MatterHeld, MatterPlanned, MatterUnknown
from domain.recording.papers import EvidenceMissing
from domain.recording.sheet import SHEET, SheetApproved, SheetOpened, SheetSubmitted, SheetUnknown
from domain.rules.ruleset import NoRuleInForce
from tests.domain.assessment.test_restatement import BASE, D, outcome, result
from tests.domain.branch import BRANCH, SECRETARY, STUDY, VERSION, digest, who
from tests.domain.given import Given
from tests.domain.restated import HEARD_AT, adopted, approved, computed, ordered
from tests.domain.year import TERM, YEAR, days

DAY = date(YEAR, 5, 20)
PRIZE = Correction(outcome="honoured", level="municipal_first")
LATER = HEARD_AT + 2 * TERM
HELD = MATTER.of(BRANCH, "MT-LEFT")


def honour(**fields: Any) -> AddRecord:
    """D's prize, of which nobody heard in time."""
    said: dict[str, Any] = {
        "member": D, "matter": "AW-LEFT", "item": "H-LX-1", "right": PRIZE, "occurred_on": DAY, "counted_on": DAY,
        "document_kind": "award_certificate", "document": digest("certificate"),
    }  # fmt: skip
    return AddRecord(**{**said, **fields})


def duty(**fields: Any) -> AddRecord:
    """D's attendance at a meeting whose sheet forgot him."""
    said: dict[str, Any] = {
        "member": D, "matter": "MT-LEFT", "item": STUDY, "right": Correction(outcome="attended"),
        "document_kind": "sign_in_list", "document": digest("sign-in"),
    }  # fmt: skip
    return AddRecord(**{**said, **fields})


def after(*additions: AddRecord, base: Given = BASE) -> Given:
    return base.given(ordered(additions=additions), computed(), approved(), *adopted())


def with_meeting() -> Given:
    """The meeting is on record, with its sheet."""
    key: dict[str, Any] = {"unit": BRANCH, "matter": "MT-LEFT"}
    sheet, vote = SHEET.of(BRANCH, "MT-LEFT", STUDY), Vote(entitled=5, present=5, in_favour=5)
    minuted: dict[str, Any] = {"body": BRANCH, "minute": "1号", "minute_sha256": digest("m"), "vote": vote}
    return BASE.given(
        HELD.says(MatterPlanned(**key, kind="study_session", title="主题党日", planned_on=DAY)),
        HELD.says(MatterHeld(**key, occurred_on=DAY)),
        sheet.says(SheetOpened(**key, item=STUDY, rules=VERSION, occurred_on=DAY)),
        sheet.says(SheetSubmitted(lines=0, by=SECRETARY)),
        sheet.says(SheetApproved(**key, item=STUDY, decision=1, **minuted, recused=(), approved=0, referred=0)),
    )


def test_an_honour_that_was_never_entered_is_added_and_the_new_result_rests_on_it() -> None:
    order, said = BASE.when(ordered(additions=(honour(),))).says(RestatementOrdered, AdditionOrdered)
    assert isinstance(order, RestatementOrdered)
    assert (order.corrections, order.additions) == (0, 1)
    assert isinstance(said, AdditionOrdered)
    assert (said.kind, said.points_shown, said.rules) == ("honour", "3.00", VERSION)
    done = after(honour())
    added = next(one for one in done.world[archive_of(D, DAY)].records.values() if one.matter == "AW-LEFT")
    assert (added.status, added.kind, added.counted_on, added.replaces) == ("confirmed", "honour", DAY, None)
    before, now = result(BASE, D).standing, result(done, D).standing
    assert before is not None
    assert now is not None
    assert (now.version, now.total > before.total) == (2, True)
    assert outcome(done) | {D: None} == outcome(BASE) | {D: None}


def test_a_duty_that_a_sheet_forgot_is_added_on_the_day_of_its_matter() -> None:
    done = after(duty(), base=with_meeting())
    added = next(one for one in done.world[archive_of(D, days(1))].records.values() if one.matter == "MT-LEFT")
    assert (added.status, added.kind, added.outcome, added.occurred_on) == (
        "confirmed",
        "responsibility",
        "attended",
        DAY,
    )


@pytest.mark.parametrize(
    ("addition", "refusal"),
    [
        (duty(right=Correction(outcome="absent")), AdditionIsBurden),
        (honour(item="N-QZ-1", right=Correction(outcome="deducted", level="each")), AdditionIsBurden),
        (honour(item="R-QZ-1"), AdditionIsBurden),
        (honour(right=Correction(outcome="honoured", level="cosmic")), LevelUnknown),
        (honour(document_kind="sign_in_list"), EvidenceMissing),
        (honour(counted_on=date(YEAR + 1, 1, 5)), AdditionOutside),
        (honour(counted_on=date(YEAR, 5, 1)), AdditionOutside),
        (honour(occurred_on=date(2024, 1, 5)), NoRuleInForce),
        (honour(occurred_on=None), MatterUnknown),
        (honour(member=who("stranger")), CorrectionUndetermined),
        (duty(occurred_on=date(YEAR, 5, 21)), MatterUnknown),
        (duty(counted_on=date(YEAR, 8, 3)), MatterUnknown),
        (duty(item="R-LX-2", document_kind="attendance_log"), SheetUnknown),
    ],
)
def test_only_what_speaks_for_a_member_and_what_papers_show_is_added(
    addition: AddRecord, refusal: type[Exception]
) -> None:
    with_meeting().when(ordered(additions=(addition,))).refused(refusal)  # type: ignore[arg-type]


def test_one_matter_is_added_once() -> None:
    BASE.when(ordered(additions=(honour(), honour()))).refused(CorrectionTwice)
    after(honour()).when(ordered(additions=(honour(),))).refused(AlreadyRecorded)


def test_two_orders_of_different_periods_do_not_add_one_thing_differently() -> None:
    half = BASE.given(ordered(period="H1", additions=(honour(),)))
    other = honour(right=Correction(outcome="honoured", level="municipal_second"))
    half.when(ordered(additions=(other,))).refused(CorrectionElsewhere)
    half.when(ordered(additions=(honour(),))).says(RestatementOrdered, AdditionOrdered)


def test_a_result_is_not_adopted_where_the_archive_has_changed_since_it_was_computed() -> None:
    """The half's order adds another prize while the year's is on its way: the year's figures know nothing of it."""
    wanting = BASE.given(ordered(additions=(honour(),)), computed(), approved())
    half = (ordered(period="H1", additions=(honour(matter="AW-OTHER"),)), computed("H1"), approved("H1"))
    after = wanting.given(*half, *adopted("H1"), *adopted())
    stands = result(after, D).standing
    assert stands is not None
    assert stands.version == 1
    assert "AW-LEFT" not in {one.matter for one in after.world[archive_of(D, DAY)].records.values()}
    anew = after.given(
        ordered(at=LATER, additions=(honour(),)), computed(number=2, at=LATER), approved(number=2, at=LATER),
        *adopted(number=2, at=LATER),
    )  # fmt: skip
    now = result(anew, D).standing
    assert now is not None
    assert (now.version, now.total - stands.total > 0) == (2, True)
