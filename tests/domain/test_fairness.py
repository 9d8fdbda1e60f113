"""SPEC §6 and §4.10.19 in the words of the rows: E3 (heard first), E7 (confidence), E14 (burden), idle recorders."""

from datetime import UTC, date, datetime, timedelta

import msgspec
from msgspec.structs import replace

from domain.actor import person
from domain.assessment.completeness import PeriodIncomplete
from domain.assessment.period import CompletenessChecked
from domain.decider import NotPermitted
from domain.notice.drafting import DraftRecordNotice, NothingToNotice
from domain.objection.closing import EndBlock, EscalateObjection
from domain.objection.filing import KeyWrong
from domain.objection.objection import ObjectionEscalated, ObjectionFiled, ObjectionLapsed, ObjectionReceipted
from domain.objection.terms import over_at
from domain.process import FOLLOW_UPS
from domain.recording.archive import PointsConfirmed, RecordReversed, archive_of
from domain.recording.claiming import EscalateHonour
from domain.recording.deduction import DEDUCTION, Deduction, DeductionProposed, MemberNotified
from domain.recording.entering import AlreadyRecorded
from domain.recording.filling import LineWish, SheetExists
from domain.recording.hearing import StatementTermRuns
from domain.recording.honour import HonourClaimed, HonourReferred
from domain.recording.matter import DropMatter, EvidenceRepeated
from domain.recording.sheet import SheetLineSet
from tests.domain.branch import (
    AS_HIGHER,
    AS_RECORDER,
    AS_SECRETARY,
    AS_SUBSTITUTE,
    BRANCH,
    COMMITTEE,
    HELD_ON,
    MEMBER,
    OTHER,
    PEOPLE,
    PROCESS,
    READY,
    RECORDER,
    RULED,
    evidenced,
    filled,
    held,
    opened,
    planned,
    secret,
    sheet_approved,
    submitted,
    wish,
)
from tests.domain.merits import (
    AWARD,
    COMPLAINT,
    DATED_ON,
    acknowledged,
    claimed,
    deduction_decided,
    deemed,
    proposed,
    stated,
    term_ended,
)
from tests.domain.objection.disputes import (
    FILED,
    about,
    closed,
    confirmed,
    objection,
    withdrawn,
)
from tests.domain.year import H1_OVER, SEATED, computed, period_opened

TOLD = RULED.given(proposed())


# E3 the person learns of a deduction first, may state his view; silence of officials never works against him


def test_e3_a_deduction_stands_on_his_page_before_anybody_decides_or_notices_it() -> None:
    (fact, _) = RULED.when(proposed()).facts()
    assert isinstance(fact, DeductionProposed)
    assert fact.told_from == date(2026, 5, 13)
    TOLD.when(deduction_decided()).refused(StatementTermRuns)
    assert TOLD.world[archive_of(MEMBER, DATED_ON)].records == {}
    dismissed = TOLD.given(
        stated("当天停机", final=True),
        deduction_decided(verdict="refused", reason=secret("reason", "陈述属实")),
    )
    (record,) = dismissed.world[archive_of(MEMBER, DATED_ON)].records
    draft = wish(DraftRecordNotice, PROCESS, unit=BRANCH, member=MEMBER, record=record, counted_on=DATED_ON)
    dismissed.when(draft).refused(NothingToNotice)


def test_e3_he_has_his_full_term_however_he_was_told() -> None:
    """Acknowledged, or counted as delivered: three working days after that, to their midnight."""
    (told,) = TOLD.when(acknowledged()).says(MemberNotified)
    assert isinstance(told, MemberNotified)
    assert told.ends_on == date(2026, 5, 18)
    state = TOLD.world[DEDUCTION.of(COMPLAINT)]
    assert isinstance(state, Deduction)
    (late,) = TOLD.when(deemed(state.deemed_at)).says(MemberNotified)
    assert isinstance(late, MemberNotified)
    assert (late.ends_on - late.delivered_on).days >= 3
    notified = TOLD.given(deemed(state.deemed_at))
    just_before = late.may_decide_at - timedelta(seconds=1)
    notified.when(deduction_decided(AS_SECRETARY, COMMITTEE, just_before)).refused(StatementTermRuns)
    notified.when(term_ended(just_before)).refused(StatementTermRuns)


def test_e3_an_idle_recorder_never_lowers_a_period() -> None:
    """A matter that nobody settled, or without its sheet, stops the period: nobody gets 36 or 66 of 100."""
    base = SEATED.given(period_opened("H1"), planned())
    base.when(computed("H1", H1_OVER)).refused(PeriodIncomplete, unsettled=("MT-0512",))
    base.given(held()).when(computed("H1", H1_OVER)).refused(PeriodIncomplete, without_sheet=("MT-0512",))


def test_e3_a_late_handler_loses_the_case_and_at_last_it_is_decided_for_the_person() -> None:
    """Two working days to take it up, then the next level; forty-five, then it falls for him."""
    called_for = {FOLLOW_UPS[type(fact)].purpose for fact in FILED.world.facts if type(fact) in FOLLOW_UPS}
    assert {"escalate-objection", "end-block"} <= called_for
    due = objection(FILED.world).due_on
    assert due is not None
    up = about(EscalateObjection, PROCESS, over_at(due), stage="acceptance", due_on=due)
    FILED.when(up).says(ObjectionEscalated)
    block_until = objection(FILED.world).block_until
    assert block_until is not None
    end = about(EndBlock, PROCESS, over_at(block_until))
    said = FILED.given(closed(), confirmed()).when(end).facts()
    assert [type(fact) for fact in said if isinstance(fact, RecordReversed | ObjectionLapsed)] == [
        RecordReversed,
        ObjectionLapsed,
    ]
    assert not any(isinstance(fact, PointsConfirmed) for fact in said)


# E7 objector's identity encrypted, seen only by the handler


def test_e7_no_fact_of_an_objection_names_its_objector() -> None:
    """A commitment stands for him; without his secret nobody follows it, whoever he is."""
    said = [fact for fact in FILED.world.facts if isinstance(fact, ObjectionFiled | ObjectionReceipted)]
    text = b"".join(msgspec.json.encode(fact) for fact in said)
    assert [one for one in PEOPLE if str(one).encode() in text] == [OTHER], "the subject alone"
    FILED.when(withdrawn(key="wrong")).refused(KeyWrong)
    FILED.when(replace(withdrawn(), actor=person(MEMBER, "member", BRANCH))).refused(NotPermitted)
    FILED.when(replace(withdrawn(), actor=AS_HIGHER)).refused(NotPermitted)


# E14 by-exception entry, no photo duty where a sign-in list suffices, at most one entry of each fact


def test_e14_a_sheet_says_the_ordinary_once_and_the_exceptions_alone() -> None:
    base = RULED.given(planned(), held(), evidenced(), opened())
    absent = LineWish(member=OTHER, outcome="absent")
    facts = base.when(filled(otherwise="attended", but=(absent,))).facts()
    lines = [fact for fact in facts if isinstance(fact, SheetLineSet)]
    assert len(lines) == len(PEOPLE) - 1  # everybody but the recorder himself, by one wish
    assert [line.member for line in lines if line.outcome != "attended"] == [OTHER]
    base.given(filled(otherwise="attended", but=(absent,))).when(filled(otherwise="attended", but=(absent,))).nothing()


def test_e14_a_sign_in_list_is_evidence_enough() -> None:
    own = LineWish(member=RECORDER, outcome="attended")
    filled_in = RULED.given(planned(), held(), evidenced(kind="sign_in_list"), opened(), filled(otherwise="attended"))
    filled_in.given(filled(AS_SUBSTITUTE, but=(own,)), submitted()).when(sheet_approved()).facts()


def test_e14_no_fact_is_entered_twice() -> None:
    READY.when(evidenced()).refused(EvidenceRepeated)
    READY.when(opened()).refused(SheetExists)
    counted = TOLD.given(stated(None, final=True), deduction_decided())
    counted.when(proposed()).refused(AlreadyRecorded)


# §4.10.19 matters held against those planned; a claim unanswered for ten working days goes up


def test_4_10_19_the_completeness_check_says_how_many_of_the_planned_were_held() -> None:
    """Few meetings make full lines: how few is on record beside the figures."""
    dropped = wish(DropMatter, AS_RECORDER, unit=BRANCH, matter="MT-0513", reason=secret("reason", "未开展"))
    base = SEATED.given(period_opened("H1"), planned("MT-0513", planned_on=HELD_ON), dropped)
    (check, *_) = base.when(computed("H1", H1_OVER)).facts()
    assert isinstance(check, CompletenessChecked)
    assert (check.planned, check.held, check.not_held) == (1, 0, 1)


def test_4_10_19_a_members_claim_goes_up_when_nobody_answers_it_for_ten_working_days() -> None:
    (fact, _) = RULED.when(claimed()).facts()
    assert isinstance(fact, HonourClaimed)
    assert fact.answer_by == datetime(2026, 5, 27, 16, tzinfo=UTC)
    up = wish(EscalateHonour, PROCESS, fact.answer_by, unit=BRANCH, honour=AWARD, turn=fact.turn)
    (gone,) = RULED.given(claimed()).when(up).says(HonourReferred)
    assert isinstance(gone, HonourReferred)
    assert gone.because == "overdue"
