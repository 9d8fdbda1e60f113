"""回避: who entered, claimed or proposed it neither votes on it, nor posts it, nor looks into an objection to it.

Nor does whoever sits in his place: a right is never lent past a recusal.
"""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.actor import Actor, person
from domain.notice.changing import RepostNotice, WithdrawNotice
from domain.notice.drafting import DraftRecordNotice
from domain.notice.notice import NOTICE, DisclosureChecked, Notice, NoticePosted, correction_id, notice_of_record
from domain.notice.running import CheckDisclosure, EntererShows, PostNotice
from domain.objection.appeal import EnterAppealDecision, GroupAble, GroupTooSmall
from domain.objection.handling import HandlerUnfit
from domain.objection.objection import AppealDecided, HandlerAssigned, ObjectionAccepted, ObjectionClosed
from domain.objection.recusal import ConcernedSteps, NotTheBody
from domain.organisation.appointments import DelegateRole, Role, SubstituteRole
from domain.recording.approval import RecorderApproves
from domain.recording.archive import archive_of
from domain.recording.chain import SubjectDecides
from domain.recording.deduction import DeductionDecided, deduction_id
from domain.recording.honour import HonourDecided
from tests.domain.branch import (
    AS_OFFICER,
    AS_RECORDER,
    AS_SECRETARY,
    AT,
    BRANCH,
    DISCIPLINE,
    HIGHER_DEPUTY,
    HIGHER_SECRETARY,
    LEADER,
    MEMBER,
    OFFICER,
    OTHER,
    PROCESS,
    PUBLICITY,
    RECORDER,
    RULED,
    SECRETARY,
    SUBSTITUTE,
    TOP,
    YOUTH,
    appointed,
    digest,
    registered,
    secret,
    who,
    wish,
)
from tests.domain.given import Given
from tests.domain.merits import (
    DATED_ON,
    claimed,
    deduction_decided,
    evidence_added,
    honour_decided,
    honour_decided_above,
    honour_returned,
    proposed,
    stated,
)
from tests.domain.objection.disputes import (
    FOUND,
    OBJECTION_ID,
    accepted,
    appeal_decided,
    appealed,
    assigned,
    decided,
    filed,
    found,
    heard,
    replied,
)
from tests.domain.objection.test_objection import LONG_AFTER, close

FIRST, LAST = date(2026, 5, 13), date(2026, 5, 20)
AS_YOUTH = person(YOUTH, "committee_member", BRANCH)


def seats_lent(holder: UUID, to: UUID, role: Role = "committee_member") -> DelegateRole:
    return wish(DelegateRole, person(holder, role, BRANCH), unit=BRANCH, person=to, from_on=FIRST, until_on=LAST)


def drafted(history: Given) -> tuple[Given, UUID]:
    """The notice of the member's one record."""
    (record,) = history.world[archive_of(MEMBER, DATED_ON)].records
    draft = wish(DraftRecordNotice, PROCESS, unit=BRANCH, member=MEMBER, record=record, counted_on=DATED_ON)
    return history.given(draft), notice_of_record(record)


def checked(notice: UUID, actor: Actor = AS_SECRETARY, at: datetime = AT) -> CheckDisclosure:
    return wish(CheckDisclosure, actor, at, unit=BRANCH, notice=notice, shows=("name", "item", "points"))


def posted(notice: UUID, actor: Actor = AS_SECRETARY, at: datetime = AT) -> PostNotice:
    return wish(PostNotice, actor, at, unit=BRANCH, notice=notice)


HONOURED = RULED.given(claimed(AS_RECORDER), honour_decided(), honour_decided_above())
DEDUCTED = RULED.given(
    proposed(AS_YOUTH), evidence_added(AT), stated(None, final=True), deduction_decided(AS_SECRETARY)
)
"""Proposed by the youth commissioner; the recorder brought a second finding."""


@pytest.mark.parametrize(
    ("history", "hands"), [(HONOURED, {RECORDER}), (DEDUCTED, {YOUTH, RECORDER})], ids=["honour", "deduction"]
)
def test_the_notice_of_an_honour_or_a_deduction_says_who_entered_it(history: Given, hands: set[UUID]) -> None:
    noticed, notice = drafted(history)
    state = noticed.world[NOTICE.of(notice)]
    assert isinstance(state, Notice)
    assert state.entered_by == state.hands == hands


@pytest.mark.parametrize(("history", "proposer"), [(HONOURED, RECORDER), (DEDUCTED, YOUTH), (DEDUCTED, RECORDER)])
def test_who_entered_or_proposed_a_line_neither_checks_nor_posts_it(history: Given, proposer: UUID) -> None:
    noticed, notice = drafted(history)
    himself = person(proposer, "committee_member", BRANCH)
    noticed.when(checked(notice, himself)).refused(EntererShows)
    ready = noticed.given(checked(notice))
    ready.when(posted(notice, himself)).refused(EntererShows)
    (fact,) = ready.when(posted(notice)).says(NoticePosted)
    assert isinstance(fact, NoticePosted)
    assert fact.by == SECRETARY
    taken_down = ready.given(
        posted(notice),
        wish(WithdrawNotice, AS_SECRETARY, unit=BRANCH, notice=notice, reason=secret("reason", "有误")),
    )
    taken_down.when(wish(RepostNotice, himself, unit=BRANCH, notice=notice)).refused(EntererShows)


def test_nor_does_who_sits_in_his_place() -> None:
    noticed, notice = drafted(DEDUCTED.given(seats_lent(YOUTH, OTHER)))
    noticed.when(checked(notice, person(OTHER, "committee_member", BRANCH))).refused(EntererShows)
    noticed.when(checked(notice, person(DISCIPLINE, "committee_member", BRANCH))).says(DisclosureChecked)


def test_whoever_checked_or_posted_a_notice_may_post_its_correction_but_not_look_into_it() -> None:
    again = correction_id(OBJECTION_ID)
    history = FOUND.given(decided(), replied(), close(LONG_AFTER))
    state = history.world[NOTICE.of(again)]
    assert isinstance(state, Notice)
    assert state.entered_by == {RECORDER, SUBSTITUTE, HIGHER_DEPUTY}
    assert SECRETARY in state.hands
    history.given(checked(again, at=LONG_AFTER)).when(posted(again, at=LONG_AFTER)).says(NoticePosted)


def objected(history: Given) -> Given:
    """Posted by the secretary on the morning of 13 May, objected to the next day."""
    noticed, notice = drafted(history)
    hung = noticed.given(checked(notice), posted(notice))
    return hung.given(replace(filed(AT + timedelta(days=1), line=1), notice=notice))


@pytest.mark.parametrize("unit", [BRANCH, TOP])
def test_who_proposed_a_deduction_does_not_look_into_the_objection_to_it(unit: str) -> None:
    """Proposed by the branch, or by the organisation above that would look into it."""
    at = AT + timedelta(days=1)
    proposer = AS_YOUTH if unit == BRANCH else person(HIGHER_DEPUTY, "committee_member", TOP)
    history = RULED.given(proposed(proposer), stated(None, final=True), deduction_decided())
    case = objected(history)
    if unit == BRANCH:
        case.when(accepted(at)).says(ObjectionAccepted)
        return
    case.when(accepted(at, proposer)).refused(ConcernedSteps)
    taken = case.given(accepted(at))
    taken.when(assigned(HIGHER_DEPUTY)).refused(HandlerUnfit)
    taken.when(assigned(OFFICER)).says(HandlerAssigned)


def test_nor_does_who_sits_in_his_place_in_the_organisation_above() -> None:
    """The officer proposed nothing, but acts where the deputy would."""
    at = AT + timedelta(days=1)
    deputy = person(HIGHER_DEPUTY, "committee_member", TOP)
    lent = wish(
        SubstituteRole,
        AS_OFFICER,
        unit=TOP,
        role="committee_member",
        person=OTHER,
        stands_for=HIGHER_DEPUTY,
        from_on=FIRST,
        until_on=LAST,
    )
    history = RULED.given(proposed(deputy), stated(None, final=True), deduction_decided(), lent)
    case = objected(history)
    case.when(accepted(at, person(OTHER, "committee_member", TOP))).refused(ConcernedSteps)
    case.given(accepted(at)).when(assigned(OTHER)).refused(HandlerUnfit)


def test_a_stand_in_votes_on_a_claim_no_more_than_the_one_behind_him() -> None:
    lent = RULED.given(claimed(AS_RECORDER), seats_lent(RECORDER, OTHER))
    in_his_place = person(OTHER, "committee_member", BRANCH)
    present = (SECRETARY, OTHER, DISCIPLINE, PUBLICITY, YOUTH)
    lent.when(honour_decided(in_his_place, present)).refused(RecorderApproves)
    lent.when(honour_returned(in_his_place)).refused(RecorderApproves)
    (fact,) = lent.when(honour_decided(AS_SECRETARY, present)).says(HonourDecided)
    assert isinstance(fact, HonourDecided)
    assert (fact.recused, fact.vote.entitled) == ((OTHER,), 4)


def test_a_stand_in_of_the_subject_does_not_decide_his_deduction() -> None:
    number = deduction_id(BRANCH, YOUTH, "CMP-7", "N-QZ-1")
    lent = RULED.given(
        proposed(AS_RECORDER, AT, member=YOUTH, particulars=secret("particulars", "投诉", YOUTH)),
        seats_lent(YOUTH, OTHER),
        replace(stated(None, final=True, actor=person(YOUTH, "member", BRANCH)), deduction=number),
    )
    in_his_place = person(OTHER, "committee_member", BRANCH)
    present = (SECRETARY, RECORDER, DISCIPLINE, PUBLICITY, OTHER)
    lent.when(deduction_decided(in_his_place, present, deduction=number)).refused(SubjectDecides)
    fact = lent.when(deduction_decided(AS_SECRETARY, present, deduction=number)).facts()[0]
    assert isinstance(fact, DeductionDecided)
    assert (set(fact.recused), fact.vote.entitled) == ({OTHER, RECORDER}, 3)


def appealed_to(leader: UUID) -> Given:
    """An honour that the work committee decided, rejected on objection by an officer; a small tree's only leader."""
    at = AT + timedelta(days=1)
    lead = (appointed(leader, "leading_group", TOP),)
    case = objected(RULED.given(*lead, claimed(AS_RECORDER), honour_decided(), honour_decided_above()))
    handler = person(OFFICER, "officer", TOP)
    rejected = case.given(
        accepted(at, person(LEADER, "leading_group", TOP)),
        assigned(OFFICER, actor=person(LEADER, "leading_group", TOP)),
        heard(handler),
        found(handler),
        decided("rejected", actor=handler),
        replace(replied(at), actor=handler),
    )
    return rejected.given(appealed())


def outside(actor: Actor, **fields: Any) -> EnterAppealDecision:
    said = {"outcome": "rejected", "reply": secret("appeal_reply", "维持", OBJECTION_ID), **fields}
    paper = {"authority": "区直机关工委", "document": "区机工〔2026〕9号", "document_sha256": digest("paper")}
    return wish(EnterAppealDecision, actor, LONG_AFTER, unit=BRANCH, objection=OBJECTION_ID, **said, **paper)


def test_where_a_whole_leading_group_of_a_two_level_tree_is_concerned_the_level_outside_decides() -> None:
    """He who leads the group took the objection up, and the others decided the honour in the work committee."""
    case = appealed_to(HIGHER_SECRETARY)
    leaders = (LEADER, HIGHER_SECRETARY)
    at_home = replace(appeal_decided(present=leaders), at=LONG_AFTER)
    case.when(at_home).refused(GroupTooSmall)
    (fact,) = case.when(outside(person(HIGHER_DEPUTY, "committee_member", TOP))).says(AppealDecided)
    assert isinstance(fact, AppealDecided)
    assert (fact.authority, fact.minute, fact.vote.entitled) == ("区直机关工委", "区机工〔2026〕9号", 0)
    ended = case.given(outside(person(HIGHER_DEPUTY, "committee_member", TOP))).when(close(LONG_AFTER)).facts()
    assert isinstance(ended[-1], ObjectionClosed)
    assert ended[-1].outcome == "rejected"


def test_its_decision_is_entered_neither_by_the_handler_nor_by_the_branch() -> None:
    case = appealed_to(HIGHER_SECRETARY)
    case.when(outside(person(OFFICER, "officer", TOP))).refused(ConcernedSteps)
    case.when(outside(AS_SECRETARY)).refused(NotTheBody)


def test_no_outside_decision_is_entered_where_a_leading_group_can_decide() -> None:
    others = [who(f"leader-{n}") for n in (2, 3, 4)]
    members = (registered(other, TOP) for other in others)
    able = (appointed(other, "leading_group", TOP) for other in others)
    case = appealed_to(HIGHER_SECRETARY).given(*members, *able)
    case.when(outside(person(HIGHER_DEPUTY, "committee_member", TOP))).refused(GroupAble, body=TOP)
