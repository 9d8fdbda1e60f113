"""负面清单减分: source document → told → his view → decision with recusal → notice → confirmed; and every exit."""

from datetime import date
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.actor import person
from domain.decider import NotPermitted, Refused
from domain.notice.drafting import DraftRecordNotice, NothingToNotice
from domain.notice.notice import NoticeDrafted, NoticeLineDrafted, NoticePosted, notice_of_record
from domain.notice.running import CheckDisclosure, PostNotice
from domain.recording.approval import RecorderApproves
from domain.recording.archive import DeductionApproved, DeductionDismissed, archive_of
from domain.recording.chain import ReasonMissing, SubjectDecides
from domain.recording.deduction import (
    DEDUCTION,
    Deduction,
    DeductionDecided,
    DeductionEvidenceAdded,
    DeductionNotOpen,
    DeductionProposed,
    MemberNotified,
    MemberStatementFiled,
    StatementTermEnded,
    deduction_id,
)
from domain.recording.docket import CaseListed
from domain.recording.entering import AlreadyRecorded
from domain.recording.filling import OwnPoints
from domain.recording.hearing import (
    AlreadyNotified,
    DeliveredBeforeProposed,
    StatementEmpty,
    StatementTermRuns,
    TellingRuns,
)
from domain.recording.matter import HoldMatter, PlanMatter
from domain.recording.proposing import (
    AlreadyCounted,
    DeductionUnknown,
    DeductionWaiting,
    EvidenceKnown,
    OwnMeasure,
)
from domain.recording.sheet import EvidenceMissing
from domain.values import MemberId
from tests.domain.branch import (
    AS_RECORDER,
    AS_SECRETARY,
    AT,
    BRANCH,
    DISCIPLINE,
    HELD_ON,
    MEMBER,
    OTHER,
    PROCESS,
    PUBLICITY,
    RECORDER,
    RULED,
    SECRETARY,
    TOP,
    calendar,
    digest,
    ready,
    secret,
    sheet_approved,
    wish,
)
from tests.domain.given import Given
from tests.domain.merits import (
    COMPLAINT,
    DATED_ON,
    acknowledged,
    deduction_decided,
    deemed,
    evidence_added,
    handed_over,
    honour_decided_above,
    later,
    proposed,
    stated,
    term_ended,
    vetoed,
)

TOLD = RULED.given(proposed())
NOTIFIED = TOLD.given(acknowledged())
OVER = later(6)
"""Tuesday 19 May: the three working days after Wednesday 13 May are over."""
HEARD = NOTIFIED.given(term_ended(OVER))


def records(history: Given, member: MemberId = MEMBER) -> list[str]:
    return [record.status for record in history.world[archive_of(member, DATED_ON)].records.values()]


def test_an_edition_of_the_calendar_counts_from_the_day_on_which_it_takes_effect() -> None:
    """Saturday 16 May becomes a make-up day, published on Wednesday 13 May, in effect from Thursday on."""
    edition = replace(calendar(2026, make_up_days=(date(2026, 5, 16),)), at=AT)
    (told,) = TOLD.given(edition).when(acknowledged()).facts()
    assert isinstance(told, MemberNotified)
    assert told.ends_on == date(2026, 5, 18)
    (told,) = TOLD.given(edition).when(acknowledged(later(1))).facts()
    assert isinstance(told, MemberNotified)
    # Thursday 14 May: Friday, the make-up Saturday, Monday.
    assert told.ends_on == date(2026, 5, 18)


def test_the_person_is_told_heard_and_only_then_decided_on() -> None:
    proposal, _ = RULED.when(proposed()).says(DeductionProposed, CaseListed)
    assert isinstance(proposal, DeductionProposed)
    assert (proposal.source, proposal.points_shown, proposal.shortfall, proposal.body) == (
        "recorder",
        "2.00",
        False,
        BRANCH,
    )
    TOLD.when(deduction_decided()).refused(StatementTermRuns)
    (told,) = TOLD.when(acknowledged()).says(MemberNotified)
    assert isinstance(told, MemberNotified)
    # Delivered Wednesday 13 May, three working days: Monday 18 May, 24:00.
    assert (told.delivery, told.delivered_on, told.ends_on) == ("acknowledged", date(2026, 5, 13), date(2026, 5, 18))
    NOTIFIED.when(deduction_decided()).refused(StatementTermRuns)
    NOTIFIED.when(term_ended(later(5))).refused(StatementTermRuns)
    NOTIFIED.when(term_ended(OVER)).says(StatementTermEnded)
    one, other = HEARD.when(deduction_decided()).says(DeductionDecided, DeductionApproved)
    assert isinstance(one, DeductionDecided)
    assert isinstance(other, DeductionApproved)
    assert (other.counted_on, other.points_shown, other.level) == (DATED_ON, "2.00", "each")
    # The recorder proposed it: he is not counted.
    assert (one.vote.entitled, one.recused) == (4, (RECORDER,))


def test_silence_of_the_process_does_not_hold_up_a_decision_when_the_term_is_over() -> None:
    late = deduction_decided(AS_SECRETARY, (SECRETARY, DISCIPLINE, PUBLICITY), OVER)
    NOTIFIED.when(late).says(DeductionDecided, DeductionApproved)


def test_his_view_is_sealed_and_may_end_the_term_early() -> None:
    (filed,) = NOTIFIED.when(stated("当时系统故障")).says(MemberStatementFiled)
    assert isinstance(filed, MemberStatementFiled)
    assert filed.statement == secret("statement", "当时系统故障", MEMBER).commitment
    still = NOTIFIED.given(stated("当时系统故障"))
    still.when(deduction_decided()).refused(StatementTermRuns)
    final = NOTIFIED.given(stated(None, final=True))
    final.when(deduction_decided()).says(DeductionDecided, DeductionApproved)
    NOTIFIED.when(stated(None)).refused(StatementEmpty)


def test_whoever_answers_was_told() -> None:
    TOLD.when(stated("我有异议", final=True)).says(MemberNotified, MemberStatementFiled)


def test_nobody_else_answers_for_him() -> None:
    somebody = person(OTHER, "member", BRANCH)
    TOLD.when(acknowledged(actor=somebody)).refused(NotPermitted)
    NOTIFIED.when(stated("不是我", actor=somebody)).refused(NotPermitted)


def test_a_statement_that_convinces_leads_to_dismissal_which_stays_on_record_and_never_counts() -> None:
    HEARD.when(deduction_decided(verdict="refused")).refused(ReasonMissing)
    no = deduction_decided(verdict="refused", reason=secret("reason", "陈述属实"))
    _, dismissed = HEARD.when(no).says(DeductionDecided, DeductionDismissed)
    assert isinstance(dismissed, DeductionDismissed)
    history = HEARD.given(no)
    assert records(history) == ["dismissed"]
    (record,) = history.world[archive_of(MEMBER, DATED_ON)].records
    draft = wish(DraftRecordNotice, PROCESS, unit=BRANCH, member=MEMBER, record=record, counted_on=DATED_ON)
    history.when(draft).refused(NothingToNotice)
    history.when(stated("还有话说")).refused(DeductionNotOpen)
    # It may be proposed anew, with what was found since.
    history.when(proposed()).says(DeductionProposed)


def test_on_paper_it_is_delivered_before_a_witness_and_never_before_it_was_proposed() -> None:
    (told,) = TOLD.when(handed_over()).says(MemberNotified)
    assert isinstance(told, MemberNotified)
    assert (told.delivery, told.proof) == ("witnessed_paper", digest("delivery"))
    TOLD.when(handed_over(proof_kind="minutes")).refused(EvidenceMissing)
    TOLD.when(handed_over(delivered_on=date(2026, 5, 12))).refused(DeliveredBeforeProposed)
    NOTIFIED.when(handed_over()).refused(AlreadyNotified)


def test_after_three_working_days_it_counts_as_delivered() -> None:
    TOLD.when(deemed(later(4))).refused(TellingRuns)
    (told,) = TOLD.when(deemed(OVER)).says(MemberNotified)
    assert isinstance(told, MemberNotified)
    assert (told.delivery, told.ends_on) == ("deemed", date(2026, 5, 22))
    NOTIFIED.when(deemed(OVER)).nothing()


def test_new_evidence_is_told_again_and_opens_the_term_again() -> None:
    (added,) = HEARD.when(evidence_added(OVER)).says(DeductionEvidenceAdded)
    assert isinstance(added, DeductionEvidenceAdded)
    assert added.round == 2
    again = HEARD.given(evidence_added(OVER))
    again.when(deduction_decided(AS_SECRETARY, (SECRETARY, DISCIPLINE), OVER)).refused(StatementTermRuns)
    # What was due for the first telling finds nothing to do any more.
    again.when(deemed(later(20), 1)).nothing()
    again.when(term_ended(later(20), 1)).nothing()
    again.when(handed_over(OVER)).refused(DeliveredBeforeProposed)
    again.given(acknowledged(OVER)).when(term_ended(later(12), 2)).says(StatementTermEnded)
    HEARD.when(evidence_added(OVER, document=digest("finding"))).refused(EvidenceKnown)


def test_whoever_proposed_it_or_is_its_subject_does_not_decide() -> None:
    as_recorder = person(RECORDER, "committee_member", BRANCH)
    HEARD.when(deduction_decided(as_recorder)).refused(RecorderApproves)
    of_secretary = deduction_id(BRANCH, SECRETARY, "CMP-7", "N-QZ-1")
    history = RULED.given(proposed(member=SECRETARY), deemed(OVER, deduction=of_secretary))
    history.when(deduction_decided(AS_SECRETARY, (SECRETARY,), later(12), deduction=of_secretary)).refused(
        SubjectDecides
    )
    RULED.when(proposed(member=RECORDER)).refused(OwnPoints)


def test_five_points_and_more_go_up_to_the_next_body() -> None:
    serious = proposed(item="N-CY-1", level="serious", document_kind="finding_report")
    deduction = deduction_id(BRANCH, MEMBER, "CMP-7", "N-CY-1")
    history = RULED.given(serious, acknowledged(deduction=deduction), term_ended(OVER, deduction=deduction))
    (first,) = history.when(deduction_decided(deduction=deduction)).says(DeductionDecided)
    assert isinstance(first, DeductionDecided)
    assert first.to == TOP
    up = history.given(deduction_decided(deduction=deduction))
    above = honour_decided_above()
    assert above.actor.unit == TOP
    decision = deduction_decided(above.actor, above.present, OVER, deduction=deduction)
    up.when(decision).says(DeductionDecided, DeductionApproved)
    no = deduction_decided(
        above.actor, above.present, OVER, deduction=deduction, verdict="refused", reason=secret("reason", "证据不足")
    )
    up.when(no).says(DeductionDecided, DeductionDismissed)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"item": "H-LX-1"}, DeductionUnknown),
        ({"item": "R-LX-1"}, DeductionUnknown),
        ({"level": "twice"}, DeductionUnknown),
        ({"document_kind": "minutes"}, EvidenceMissing),
        ({"from_own_measure": True}, OwnMeasure),
    ],
)
def test_a_deduction_rests_on_a_published_level_and_a_document_of_the_demanded_kind(
    fields: dict[str, object], refusal: type[Refused]
) -> None:
    RULED.when(proposed(**fields)).refused(refusal)


def test_one_matter_is_deducted_once_under_one_item() -> None:
    TOLD.when(proposed()).refused(DeductionWaiting)
    HEARD.given(deduction_decided()).when(proposed()).refused(AlreadyRecorded)


def test_a_shortfall_follows_the_same_procedure() -> None:
    fields = {"item": "R-QZ-1", "level": "minor", "matter": "PR-2026H1", "document_kind": "performance_sheet"}
    shortfall = deduction_id(BRANCH, MEMBER, "PR-2026H1", "R-QZ-1")
    history = RULED.given(proposed(**fields))
    history.when(deduction_decided(deduction=shortfall)).refused(StatementTermRuns)
    ended = history.given(acknowledged(deduction=shortfall), term_ended(OVER, deduction=shortfall))
    _, fact = ended.when(deduction_decided(deduction=shortfall)).says(DeductionDecided, DeductionApproved)
    assert isinstance(fact, DeductionApproved)
    assert (fact.shortfall, fact.points_shown) == (True, "1.00")


def test_a_fact_that_an_earned_item_takes_account_of_is_not_deducted() -> None:
    life = wish(
        PlanMatter, AS_RECORDER, unit=BRANCH, matter="OL-1", kind="organisational_life", title="组织生活会",
        planned_on=HELD_ON,
    )  # fmt: skip
    held = wish(HoldMatter, AS_RECORDER, unit=BRANCH, matter="OL-1", occurred_on=HELD_ON)
    absent = proposed(
        matter="OL-1",
        item="N-GJ-1",
        occurred_on=HELD_ON,
        dated_on=HELD_ON,
        document_kind="finding_report",
    )
    RULED.given(life, held).when(absent).refused(AlreadyCounted, item="R-ZT-1")


def test_absence_from_a_counted_meeting_is_deducted_and_leaves_the_ratio_later() -> None:
    history = ready((MEMBER,)).given(sheet_approved())
    absent = proposed(
        matter="MT-0512", item="N-GJ-1", occurred_on=HELD_ON, dated_on=HELD_ON, document_kind="finding_report"
    )
    history.when(absent).says(DeductionProposed, CaseListed)


def test_what_a_deduction_took_over_falls_short_no_more() -> None:
    history = HEARD.given(deduction_decided())
    breach = proposed(item="R-QZ-3", level="breach", document_kind="finding_report")
    history.when(breach).refused(AlreadyCounted, item="N-QZ-1")


def test_the_decision_behind_a_veto_is_not_deducted_as_well() -> None:
    history = RULED.given(vetoed())
    warned = proposed(matter="DEC-1", item="N-GJ-4", level="admonition", document_kind="handling_document")
    history.when(warned).refused(AlreadyCounted, item="V-1")


def test_a_deduction_is_noticed_inside_the_branch_alone() -> None:
    history = HEARD.given(deduction_decided())
    (record,) = history.world[archive_of(MEMBER, DATED_ON)].records
    draft = wish(DraftRecordNotice, PROCESS, unit=BRANCH, member=MEMBER, record=record, counted_on=DATED_ON)
    header, line = history.when(draft).says(NoticeDrafted, NoticeLineDrafted)
    assert isinstance(header, NoticeDrafted)
    assert isinstance(line, NoticeLineDrafted)
    assert (header.stage, line.outcome, line.points) == ("deduction", "deducted", "2.00")
    posting = wish(PostNotice, AS_SECRETARY, unit=BRANCH, notice=notice_of_record(record))
    check = wish(CheckDisclosure, AS_SECRETARY, unit=BRANCH, notice=notice_of_record(record), shows=("name",))
    posted = history.given(draft, check).when(posting).facts()[-1]
    assert isinstance(posted, NoticePosted)
    assert (posted.audience, posted.working_days) == ("branch", 5)


def test_the_round_of_a_proposal_is_known() -> None:
    def of(history: Given, deduction: UUID = COMPLAINT) -> tuple[str, int]:
        state = history.world[DEDUCTION.of(deduction)]
        assert isinstance(state, Deduction)
        return state.status, state.round

    assert [of(h) for h in (TOLD, NOTIFIED, HEARD, HEARD.given(evidence_added(OVER)))] == [
        ("proposed", 1),
        ("notified", 1),
        ("heard", 1),
        ("proposed", 2),
    ]
