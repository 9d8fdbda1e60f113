"""荣誉清单加分: claimed by the member or the recorder, decided by every body of the chain, noticed, counted once."""

from datetime import date
from uuid import UUID

import pytest

from domain.actor import person
from domain.decider import NotPermitted, Refused
from domain.notice.drafting import DraftRecordNotice
from domain.notice.notice import NoticeDrafted, NoticeExists, NoticeLineDrafted
from domain.organisation.appointments import EndRole
from domain.organisation.reorganisation import AssignApprovalBody
from domain.organisation.roster import NotOnRoster
from domain.organisation.unit import DayInFuture
from domain.recording.approval import NotPresent, RecorderApproves, WrongBody
from domain.recording.archive import HonourAdded, archive_of
from domain.recording.chain import ReasonMissing, SubjectDecides
from domain.recording.claiming import EscalateHonour, HonourUnknown, HonourWaiting, WithdrawHonour
from domain.recording.committee import NoMajority, NotInBody
from domain.recording.docket import CaseListed
from domain.recording.entering import AlreadyRecorded
from domain.recording.filling import OwnPoints
from domain.recording.honour import (
    HONOUR,
    Honour,
    HonourClaimed,
    HonourDecided,
    HonourNotFound,
    HonourNotOpen,
    HonourReferred,
    HonourReturned,
    HonourWithdrawn,
    honour_id,
)
from domain.recording.lateness import LateReasonMissing
from domain.recording.papers import ActAfterDocument
from domain.recording.sheet import EvidenceMissing
from tests.domain.branch import (
    AS_OFFICER,
    AS_RECORDER,
    AS_SECRETARY,
    AS_SUBSTITUTE,
    BRANCH,
    COMMITTEE,
    DISCIPLINE,
    MEMBER,
    OTHER,
    PROCESS,
    PUBLICITY,
    RECORDER,
    RULED,
    SECRETARY,
    TOP,
    YOUTH,
    secret,
    who,
    wish,
)
from tests.domain.merits import (
    AWARD,
    DATED_ON,
    claimed,
    honour_decided,
    honour_decided_above,
    honour_returned,
    later,
)

CLAIMED = RULED.given(claimed())


def test_a_member_claims_and_every_body_of_the_chain_decides() -> None:
    claim, _ = RULED.when(claimed()).says(HonourClaimed, CaseListed)
    assert isinstance(claim, HonourClaimed)
    assert (claim.by, claim.body, claim.points_shown, claim.turn) == (MEMBER, BRANCH, "3.00", 1)
    # municipal: the branch, the next higher organisation, the work committee; here the latter two are one.
    (first,) = CLAIMED.when(honour_decided()).says(HonourDecided)
    assert isinstance(first, HonourDecided)
    assert (first.to, first.verdict, first.recused) == (TOP, "approved", ())
    decided, added = CLAIMED.given(honour_decided()).when(honour_decided_above()).says(HonourDecided, HonourAdded)
    assert isinstance(decided, HonourDecided)
    assert isinstance(added, HonourAdded)
    assert (decided.step, decided.to) == (2, None)
    assert (added.item, added.level, added.counted_on, added.points_shown) == (
        "H-LX-1",
        "municipal_first",
        DATED_ON,
        "3.00",
    )


def test_an_honour_of_the_district_needs_two_bodies_and_one_of_the_nation_three_at_most() -> None:
    wanted = claimed(item="H-QZ-1", level="national", document_kind="commendation_document")
    honour = honour_id(BRANCH, MEMBER, "AW-1", "H-QZ-1")
    history = RULED.given(wanted, honour_decided(honour=honour))
    history.when(honour_decided_above(honour=honour)).says(HonourDecided, HonourAdded)


def test_the_recorder_claims_for_others_and_the_substitute_for_the_recorder() -> None:
    RULED.when(claimed(AS_RECORDER)).says(HonourClaimed, CaseListed)
    RULED.when(claimed(AS_RECORDER, member=RECORDER)).refused(OwnPoints)
    RULED.when(claimed(AS_SUBSTITUTE, member=RECORDER)).says(HonourClaimed, CaseListed)
    RULED.when(claimed(person(RECORDER, "member", BRANCH), member=RECORDER)).says(HonourClaimed, CaseListed)


def test_whoever_claimed_takes_it_back_before_it_is_decided_and_may_claim_anew() -> None:
    def taken_back(person_id: UUID, role: str = "member") -> WithdrawHonour:
        return wish(WithdrawHonour, person(person_id, role, BRANCH), unit=BRANCH, honour=AWARD)

    CLAIMED.when(taken_back(MEMBER)).says(HonourWithdrawn)
    CLAIMED.when(taken_back(OTHER)).refused(NotPermitted)
    CLAIMED.given(honour_returned()).when(taken_back(MEMBER)).says(HonourWithdrawn)
    RULED.given(claimed(AS_RECORDER)).when(taken_back(RECORDER, "recorder")).says(HonourWithdrawn)
    gone = CLAIMED.given(taken_back(MEMBER))
    gone.when(honour_decided()).refused(HonourNotOpen)
    gone.when(taken_back(MEMBER)).refused(HonourNotOpen)
    (again,) = gone.when(claimed()).says(HonourClaimed)
    assert isinstance(again, HonourClaimed)
    assert again.turn == 3
    CLAIMED.given(honour_decided(), honour_decided_above()).when(taken_back(MEMBER)).refused(HonourNotOpen)


def test_a_member_claims_for_nobody_else() -> None:
    RULED.when(claimed(member=OTHER)).refused(NotPermitted)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"item": "R-LX-1"}, HonourUnknown),
        ({"level": "galactic"}, HonourUnknown),
        ({"document_kind": "publication"}, EvidenceMissing),
        ({"dated_on": date(2026, 5, 14)}, DayInFuture),
        ({"occurred_on": date(2026, 5, 9)}, ActAfterDocument),
        ({"occurred_on": date(2026, 1, 5), "dated_on": date(2026, 1, 6)}, LateReasonMissing),
    ],
)
def test_a_claim_that_the_rules_do_not_know_is_refused(fields: dict[str, object], refusal: type[Refused]) -> None:
    RULED.when(claimed(**fields)).refused(refusal)


def test_an_honour_of_somebody_from_elsewhere_is_refused() -> None:
    RULED.when(claimed(AS_RECORDER, member=who("stranger"))).refused(NotOnRoster)


def test_a_late_claim_with_its_reason_is_flagged() -> None:
    late = claimed(occurred_on=date(2026, 1, 5), dated_on=date(2026, 1, 6), late_reason=secret("late_reason", "出差"))
    history = RULED.given(late, honour_decided())
    added = history.when(honour_decided_above()).facts()[-1]
    assert isinstance(added, HonourAdded)
    assert added.late


def test_one_matter_is_claimed_once_under_one_item() -> None:
    CLAIMED.when(claimed()).refused(HonourWaiting)
    added = CLAIMED.given(honour_decided(), honour_decided_above())
    added.when(claimed()).refused(AlreadyRecorded, matter="AW-1")
    # Under another item it may be claimed as well: the highest counts, the other shows the same matter.
    added.when(claimed(item="H-LX-2", level="district", document_kind="publication")).says(HonourClaimed, CaseListed)


def test_whoever_claims_or_entered_it_does_not_vote() -> None:
    mine = RULED.given(claimed(AS_RECORDER, member=SECRETARY))
    honour = honour_id(BRANCH, SECRETARY, "AW-1", "H-LX-1")
    mine.when(honour_decided(AS_SECRETARY, honour=honour)).refused(SubjectDecides)
    by_recorder = person(RECORDER, "committee_member", BRANCH)
    mine.when(honour_decided(by_recorder, honour=honour)).refused(RecorderApproves)
    by_third = person(DISCIPLINE, "committee_member", BRANCH)
    (decided,) = mine.when(honour_decided(by_third, honour=honour)).says(HonourDecided)
    assert isinstance(decided, HonourDecided)
    assert (decided.vote.entitled, decided.vote.present) == (3, 3)
    assert set(decided.recused) == {SECRETARY, RECORDER}


def test_a_body_decides_with_quorum_and_majority_and_nobody_from_outside() -> None:
    CLAIMED.when(honour_decided(AS_SECRETARY, (SECRETARY, MEMBER))).refused(NotInBody)
    CLAIMED.when(honour_decided(AS_SECRETARY, (DISCIPLINE, PUBLICITY, YOUTH))).refused(NotPresent)
    CLAIMED.when(honour_decided(not_in_favour=(DISCIPLINE, PUBLICITY, YOUTH))).refused(NoMajority)
    CLAIMED.when(honour_decided_above()).refused(WrongBody, body=BRANCH)


def test_where_too_few_are_left_the_next_higher_organisation_decides() -> None:
    small = RULED.given(
        *(_ended(member) for member in (DISCIPLINE, PUBLICITY, YOUTH)),
        claimed(AS_RECORDER),
    )
    (referred,) = small.when(honour_decided(AS_SECRETARY, (SECRETARY,))).says(HonourReferred)
    assert isinstance(referred, HonourReferred)
    assert (referred.to, referred.because) == (TOP, "too-few")
    # Its decision is that of the branch and its own: nothing is decided twice by one body.
    history = small.given(honour_decided(AS_SECRETARY, (SECRETARY,)))
    history.when(honour_decided_above()).says(HonourDecided, HonourAdded)


def _ended(member: UUID) -> EndRole:
    return wish(EndRole, AS_OFFICER, unit=BRANCH, role="committee_member", person=member, last_on=date(2026, 5, 1))


def test_a_returned_claim_is_claimed_anew_and_a_refused_one_needs_a_reason() -> None:
    (returned,) = CLAIMED.when(honour_returned()).says(HonourReturned)
    assert isinstance(returned, HonourReturned)
    back = CLAIMED.given(honour_returned())
    back.when(honour_decided()).refused(HonourNotOpen)
    (anew,) = back.when(claimed()).says(HonourClaimed)
    assert isinstance(anew, HonourClaimed)
    assert anew.turn == 3
    CLAIMED.when(honour_decided(verdict="refused")).refused(ReasonMissing)
    no = honour_decided(verdict="refused", reason=secret("reason", "并非本市"))
    (decided,) = CLAIMED.when(no).says(HonourDecided)
    assert isinstance(decided, HonourDecided)
    assert decided.verdict == "refused"
    ended = CLAIMED.given(no)
    assert not ended.world[archive_of(MEMBER, DATED_ON)].records
    ended.when(honour_decided()).refused(HonourNotOpen)


def test_a_claim_is_known_in_its_own_organisation_alone() -> None:
    elsewhere = honour_decided_above(honour=who("no claim"))
    CLAIMED.when(elsewhere).refused(HonourNotFound)


def test_a_claim_unanswered_for_ten_working_days_goes_up_once() -> None:
    state = CLAIMED.world[HONOUR.of(AWARD)]
    assert isinstance(state, Honour)
    # Wednesday 13 May and ten working days: Wednesday 27 May, 24:00 in Shanghai.
    assert state.claim.answer_by.isoformat() == "2026-05-27T16:00:00+00:00"
    up = wish(EscalateHonour, PROCESS, later(15), unit=BRANCH, honour=AWARD, turn=1)
    (referred,) = CLAIMED.when(up).says(HonourReferred)
    assert isinstance(referred, HonourReferred)
    assert (referred.to, referred.because) == (TOP, "overdue")
    CLAIMED.given(honour_decided()).when(up).nothing()
    CLAIMED.given(up).when(up).nothing()
    CLAIMED.given(up).when(honour_decided()).refused(WrongBody)
    CLAIMED.given(up).when(honour_decided_above(later(16))).says(HonourDecided, HonourAdded)


def test_a_claim_under_way_is_decided_to_its_end_when_the_branch_loses_its_committee() -> None:
    assign = wish(AssignApprovalBody, AS_OFFICER, later(1), unit=BRANCH, approval_body="parent_committee")
    CLAIMED.given(assign).when(honour_decided(AS_SECRETARY, COMMITTEE, later(2))).says(HonourDecided)
    halfway = CLAIMED.given(honour_decided(), assign)
    halfway.when(honour_decided_above(later(2))).says(HonourDecided, HonourAdded)


def test_an_honour_is_noticed_by_its_own_stage_with_the_least() -> None:
    history = CLAIMED.given(honour_decided(), honour_decided_above())
    (record,) = history.world[archive_of(MEMBER, DATED_ON)].records
    draft = wish(DraftRecordNotice, PROCESS, unit=BRANCH, member=MEMBER, record=record, counted_on=DATED_ON)
    header, line = history.when(draft).says(NoticeDrafted, NoticeLineDrafted)
    assert isinstance(header, NoticeDrafted)
    assert isinstance(line, NoticeLineDrafted)
    assert (header.stage, header.matter, header.occurred_on) == ("honour", "AW-1", DATED_ON)
    assert (line.outcome, line.level, line.points) == ("honoured", "municipal_first", "3.00")
    history.given(draft).when(draft).refused(NoticeExists)
