"""审定: a committee decides without the recorder and, line by line, without its subject; quorum or upwards."""

from uuid import UUID

import pytest

from domain.actor import person
from domain.decider import NotPermitted
from domain.organisation.appointments import EndRole
from domain.recording.approval import (
    NotOneDecides,
    NotPresent,
    RecorderApproves,
    ReturnSheet,
    SheetNotSubmitted,
    WrongBody,
)
from domain.recording.archive import PointsRecorded
from domain.recording.committee import NoMajority, NoQuorum, NotInBody, Vote
from domain.recording.filling import LineWish, SheetNotDraft
from domain.recording.sheet import SHEET, Sheet, SheetApproved, SheetLineReferred, SheetReturned
from tests.domain.branch import (
    AS_HIGHER,
    AS_OFFICER,
    AS_SECRETARY,
    BRANCH,
    COMMITTEE,
    DISCIPLINE,
    HELD_ON,
    HIGHER,
    HIGHER_DEPUTY,
    HIGHER_SECRETARY,
    MEMBER,
    PEOPLE,
    PUBLICITY,
    READY,
    RECORDER,
    RULED,
    SECRETARY,
    STUDY,
    SUBSTITUTE,
    TOP,
    VERSION,
    YOUTH,
    appointed,
    digest,
    evidenced,
    filled,
    held,
    opened,
    planned,
    ready,
    secret,
    sheet_approved,
    submitted,
    wish,
)
from tests.domain.given import Given


def approvals(given: Given, **fields: object) -> tuple[SheetApproved, dict[UUID, PointsRecorded], set[UUID]]:
    """(header, records by member, members referred upwards) of an approval."""
    header, *rest = given.when(sheet_approved(**fields)).facts()
    assert isinstance(header, SheetApproved)
    records = {fact.member: fact for fact in rest if isinstance(fact, PointsRecorded)}
    return header, records, {fact.member for fact in rest if isinstance(fact, SheetLineReferred)}


def committee_of(*members: UUID, submitted_for: tuple[UUID, ...] = ()) -> Given:
    """The sheet of the party day where only these of the usual five sit in the committee."""
    leaving = [m for m in COMMITTEE if m not in members]
    roles = {SECRETARY: "secretary"}
    ends = (
        wish(EndRole, AS_OFFICER, unit=BRANCH, role=roles.get(m, "committee_member"), person=m, last_on=HELD_ON)
        for m in leaving
    )
    return ready(submitted_for).given(*ends)


def test_a_committee_of_five_records_everybody() -> None:
    header, records, referred = approvals(READY)
    assert set(records) == set(PEOPLE)
    assert referred == set()
    assert (header.approved, header.referred, header.decision, header.body) == (len(PEOPLE), 0, 1, BRANCH)


def test_a_record_says_what_happened_and_by_which_vote() -> None:
    _, records, _ = approvals(ready(absent=(MEMBER,)))
    record = records[MEMBER]
    assert (record.outcome, record.quantity, record.item, record.rules) == ("absent", "1.00", STUDY, VERSION)
    assert (record.occurred_on, record.unit, record.matter, record.late) == (HELD_ON, BRANCH, "MT-0512", False)
    assert (record.entitled, record.present, record.in_favour) == (4, 4, 4)


def test_i28_counts_are_stored_and_of_names_only_the_recused() -> None:
    header, records, _ = approvals(READY, not_in_favour=(YOUTH,))
    assert header.vote == Vote(entitled=4, present=4, in_favour=3)
    assert header.recused == (RECORDER,)
    said = str(header)
    assert not any(str(person) in said for person in (SECRETARY, DISCIPLINE, PUBLICITY, YOUTH))
    assert (header.minute, header.minute_sha256) == ("纪要〔2026〕3号", digest("minute"))
    # On his own line he who was against counts neither as entitled nor as present.
    assert (records[YOUTH].entitled, records[YOUTH].in_favour) == (3, 3)


def test_i3_who_entered_a_sheet_does_not_approve_it() -> None:
    READY.when(sheet_approved(person(RECORDER, "committee_member", BRANCH))).refused(RecorderApproves)
    # The office of secretary does not help somebody who entered the sheet as substitute.
    promoted = READY.given(appointed(SUBSTITUTE, "committee_member"))
    promoted.when(sheet_approved(person(SUBSTITUTE, "committee_member", BRANCH))).refused(RecorderApproves)


def test_i3_nobody_decides_his_own_line() -> None:
    _, records, _ = approvals(READY)
    for member in (SECRETARY, DISCIPLINE, PUBLICITY, YOUTH):
        assert records[member].entitled == 3
    for member in (MEMBER, SUBSTITUTE, RECORDER):
        assert records[member].entitled == 4


def test_a_committee_of_three_with_the_recorder_recused_sends_the_secretarys_line_up() -> None:
    three = committee_of(SECRETARY, RECORDER, DISCIPLINE)
    header, records, referred = approvals(three, present=(SECRETARY, RECORDER, DISCIPLINE))
    assert referred == {SECRETARY, DISCIPLINE}
    assert set(records) == set(PEOPLE) - {SECRETARY, DISCIPLINE}
    assert (header.approved, header.referred) == (len(PEOPLE) - 2, 2)
    assert (header.vote.entitled, records[MEMBER].entitled) == (2, 2)


def deed_of(member: UUID) -> Given:
    """A sheet that names one person alone."""
    return RULED.given(
        planned(kind="visit"),
        held(),
        evidenced(kind="visit_register"),
        opened(item="R-WM-1"),
        filled(item="R-WM-1", but=(LineWish(member=member, outcome="earned"),)),
        submitted(item="R-WM-1"),
    )


def test_a_committee_of_five_with_a_record_on_a_fourth_member_has_three_entitled() -> None:
    _, records, _ = approvals(deed_of(YOUTH), item="R-WM-1", present=COMMITTEE)
    assert (records[YOUTH].entitled, records[YOUTH].present, records[YOUTH].in_favour) == (3, 3, 3)
    deed_of(YOUTH).when(sheet_approved(item="R-WM-1", present=(SECRETARY,))).refused(NoQuorum)


def test_of_three_entitled_two_present_and_in_favour_are_enough() -> None:
    decision = sheet_approved(item="R-WM-1", present=(SECRETARY, DISCIPLINE))
    records = [f for f in deed_of(YOUTH).when(decision).facts() if isinstance(f, PointsRecorded)]
    assert [(r.entitled, r.present, r.in_favour) for r in records] == [(3, 2, 2)]


@pytest.mark.parametrize(
    ("present", "against", "refusal"),
    [
        ((RECORDER, SECRETARY), (), NoQuorum),  # the recused does not make up the number
        ((), (), NotPresent),
        ((SECRETARY, DISCIPLINE, PUBLICITY, YOUTH), (PUBLICITY, YOUTH), NoMajority),
        ((SECRETARY, DISCIPLINE, PUBLICITY), (PUBLICITY,), NoMajority),
    ],
)
def test_i28_half_must_be_present_and_more_than_half_of_the_entitled_in_favour(
    present: tuple[UUID, ...], against: tuple[UUID, ...], refusal: type
) -> None:
    READY.when(sheet_approved(present=present, not_in_favour=against)).refused(refusal)


def test_only_members_of_the_body_are_counted() -> None:
    READY.when(sheet_approved(present=(*COMMITTEE, MEMBER))).refused(NotInBody)
    READY.when(sheet_approved(present=COMMITTEE[:4], not_in_favour=(YOUTH,))).refused(NotInBody)


def test_what_was_referred_is_decided_by_the_next_higher_organisation_and_the_others_are_not_decided_again() -> None:
    first = sheet_approved(present=(SECRETARY, RECORDER, DISCIPLINE))
    three = committee_of(SECRETARY, RECORDER, DISCIPLINE).given(first)
    three.when(sheet_approved(present=(SECRETARY, DISCIPLINE))).refused(WrongBody, body=TOP)
    second = sheet_approved(AS_HIGHER, present=HIGHER)
    header, records, referred = approvals(three, actor=AS_HIGHER, present=HIGHER)
    assert set(records) == {SECRETARY, DISCIPLINE}
    assert (header.body, header.decision, header.unit, referred) == (TOP, 2, BRANCH, set())
    assert header.vote == Vote(entitled=3, present=3, in_favour=3)
    three.given(second).when(sheet_approved(AS_HIGHER, present=HIGHER)).refused(SheetNotSubmitted)


def test_a_sheet_that_nobody_here_may_decide_goes_up_as_a_whole() -> None:
    two = committee_of(SECRETARY, RECORDER)
    facts = two.when(sheet_approved(present=(SECRETARY, RECORDER))).facts()
    assert {type(fact) for fact in facts} == {SheetLineReferred}
    assert {fact.member for fact in facts if isinstance(fact, SheetLineReferred)} == set(PEOPLE)


def test_above_the_top_there_is_nobody() -> None:
    ends = [
        wish(EndRole, AS_OFFICER, unit=TOP, role="committee_member", person=member, last_on=HELD_ON)
        for member in HIGHER[1:]
    ]
    up = committee_of(SECRETARY, RECORDER).given(sheet_approved(present=(SECRETARY, RECORDER)), *ends)
    up.when(sheet_approved(AS_HIGHER, present=(HIGHER_SECRETARY,))).refused(NotOneDecides, body=TOP)


def test_the_branch_decides_first() -> None:
    READY.when(sheet_approved(AS_HIGHER, present=HIGHER)).refused(WrongBody, body=BRANCH)


def test_a_draft_is_not_decided() -> None:
    draft = RULED.given(planned(), held(), evidenced(), opened())
    draft.when(sheet_approved()).refused(SheetNotSubmitted)


def test_an_approved_sheet_is_not_approved_twice() -> None:
    READY.given(sheet_approved()).when(sheet_approved()).refused(SheetNotSubmitted)


def returned() -> ReturnSheet:
    reason = secret("reason", "签到表看不清", SECRETARY)
    return wish(ReturnSheet, AS_SECRETARY, unit=BRANCH, matter="MT-0512", item=STUDY, reason=reason)


def test_a_returned_sheet_is_corrected_and_comes_back() -> None:
    [fact] = READY.when(returned()).says(SheetReturned)
    assert isinstance(fact, SheetReturned)
    assert "签到表" not in str(fact)
    corrected = READY.given(returned(), filled(but=(LineWish(member=MEMBER, outcome="excused"),)), submitted())
    _, records, _ = approvals(corrected)
    assert records[MEMBER].outcome == "excused"


def test_what_is_on_record_cannot_be_changed_by_returning_the_rest() -> None:
    three = committee_of(SECRETARY, RECORDER, DISCIPLINE).given(
        sheet_approved(present=(SECRETARY, RECORDER, DISCIPLINE)),
        wish(
            ReturnSheet,
            AS_HIGHER,
            unit=BRANCH,
            matter="MT-0512",
            item=STUDY,
            reason=secret("reason", "请补充", HIGHER_SECRETARY),
        ),
    )
    # MEMBER's line was approved and recorded by the branch; a change here can only end in already-recorded.
    three.when(filled(but=(LineWish(member=MEMBER, outcome="absent"),))).refused(SheetNotDraft)


def test_a_member_without_office_decides_nothing() -> None:
    READY.when(sheet_approved(person(MEMBER, "member", BRANCH))).refused(NotPermitted)
    READY.when(sheet_approved(person(MEMBER, "secretary", BRANCH))).refused(NotPermitted)


def test_after_a_decision_every_line_is_decided_or_referred() -> None:
    after = committee_of(SECRETARY, RECORDER, DISCIPLINE).given(
        sheet_approved(present=(SECRETARY, RECORDER, DISCIPLINE))
    )
    sheet = after.world[SHEET.of(BRANCH, "MT-0512", STUDY)]
    assert isinstance(sheet, Sheet)
    assert {line.member for line in sheet.undecided} == {SECRETARY, DISCIPLINE}
    assert (sheet.referred_to, sheet.status) == (TOP, "submitted")
    assert HIGHER_DEPUTY not in sheet.lines


def test_who_was_not_at_the_meeting_does_not_record_its_decision() -> None:
    READY.when(sheet_approved(present=(DISCIPLINE, PUBLICITY, YOUTH))).refused(NotPresent)
