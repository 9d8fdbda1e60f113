"""人员变动 — transfers and small branches as the acceptance scenarios tell them."""

from datetime import UTC, date, datetime
from uuid import UUID

from msgspec.structs import replace

from domain.actor import Actor, person
from domain.decider import Command
from domain.organisation.membership import TransferMember
from domain.organisation.reorganisation import AssignApprovalBody
from domain.recording.approval import ApproveSheet, WrongBody
from domain.recording.archive import Archive, PointsRecorded, archive_of
from domain.recording.committee import NoQuorum, NotInBody
from domain.recording.filling import FillSheet, LineWish, OpenSheet, SubmitSheet
from domain.recording.matter import AttachEvidence, HoldMatter, PlanMatter
from domain.recording.sheet import SheetApproved
from tests.domain.branch import (
    AS_HIGHER,
    AS_OFFICER,
    BRANCH,
    COMMITTEE,
    HIGHER,
    MEMBER,
    PEOPLE,
    READY,
    RULED,
    STUDY,
    TOP,
    appointed,
    digest,
    established,
    ready,
    registered,
    sheet_approved,
    who,
    wish,
)
from tests.domain.given import Given

SECOND = "GW/PK-02"
FIVE = tuple(who(f"second {number}") for number in range(5))
"""Secretary, recorder, substitute recorder and two members: too few for a committee."""
SEPTEMBER = date(2026, 9, 10)
AFTER = datetime(2026, 9, 11, 1, tzinfo=UTC)
TRANSFERRED_AT = datetime(2026, 8, 10, 1, tzinfo=UTC)


def as_second(number: int, role: str) -> Actor:
    return person(FIVE[number], role, SECOND)


def small_branch(base: Given, body: str = "parent_committee") -> Given:
    """A branch of five without a committee."""
    return base.given(
        established(SECOND, TOP, approval_body=body),
        *(registered(one, SECOND) for one in FIVE),
        appointed(FIVE[0], "secretary", SECOND),
        appointed(FIVE[1], "recorder", SECOND),
        appointed(FIVE[2], "substitute_recorder", SECOND),
    )


def party_day(matter: str = "MT-0910", day: date = SEPTEMBER, at: datetime = AFTER) -> tuple[Command, ...]:
    """A theme party day of the second branch, its sheet before whoever decides."""
    recorder, substitute = as_second(1, "recorder"), as_second(2, "substitute_recorder")
    own = LineWish(member=FIVE[1], outcome="attended")

    def said(command: type[Command], actor: Actor = recorder, /, **fields: object) -> Command:
        return wish(command, actor, at, unit=SECOND, matter=matter, **fields)

    return (
        said(PlanMatter, kind="study_session", title="主题党日", planned_on=day),
        said(HoldMatter, occurred_on=day),
        said(AttachEvidence, kind="sign_in_list", sha256=digest(matter)),
        said(OpenSheet, item=STUDY),
        said(FillSheet, item=STUDY, otherwise="attended"),
        said(FillSheet, substitute, item=STUDY, but=(own,)),
        said(SubmitSheet, item=STUDY),
    )


def approve(actor: Actor, present: tuple[UUID, ...], **fields: object) -> ApproveSheet:
    return wish(
        ApproveSheet,
        actor,
        AFTER,
        unit=SECOND,
        matter="MT-0910",
        item=STUDY,
        minute="纪要〔2026〕9号",
        minute_sha256=digest("minute"),
        present=present,
        **fields,
    )


def transferred() -> TransferMember:
    return wish(
        TransferMember,
        AS_OFFICER,
        TRANSFERRED_AT,
        unit=BRANCH,
        member=MEMBER,
        to_unit=SECOND,
        from_on=TRANSFERRED_AT.date(),
    )


def test_14_a_branch_of_five_without_committee_is_decided_by_the_next_higher_organisation() -> None:
    waiting = small_branch(RULED).given(*party_day())
    waiting.when(approve(as_second(0, "secretary"), FIVE)).refused(WrongBody, body=TOP)
    facts = waiting.when(approve(AS_HIGHER, HIGHER)).facts()
    assert isinstance(facts[0], SheetApproved)
    assert facts[0].body == TOP
    assert len([fact for fact in facts if isinstance(fact, PointsRecorded)]) == 5


def test_14_or_by_its_own_general_meeting_where_the_rule_says_so() -> None:
    waiting = small_branch(RULED, "branch_meeting").given(*party_day())
    waiting.when(approve(AS_HIGHER, HIGHER)).refused(WrongBody, body=SECOND)
    waiting.when(approve(as_second(0, "secretary"), (*FIVE[:4], MEMBER))).refused(NotInBody)
    waiting.when(approve(as_second(0, "secretary"), FIVE[:1])).refused(NoQuorum)
    facts = waiting.when(approve(as_second(0, "secretary"), FIVE)).facts()
    header = facts[0]
    assert isinstance(header, SheetApproved)
    # Recorder and substitute entered it; of the three others each stays out of his own line.
    assert (header.body, header.vote.entitled, set(header.recused)) == (SECOND, 3, {FIVE[1], FIVE[2]})
    entitled = {fact.member: fact.entitled for fact in facts if isinstance(fact, PointsRecorded)}
    assert entitled == {FIVE[0]: 2, FIVE[1]: 3, FIVE[2]: 3, FIVE[3]: 2, FIVE[4]: 2}


def test_14_a_branch_that_has_shrunk_is_given_another_body_and_its_open_sheet_follows() -> None:
    body = wish(AssignApprovalBody, AS_OFFICER, AFTER, unit=SECOND, approval_body="parent_committee")
    waiting = small_branch(RULED, "branch_meeting").given(*party_day())
    waiting.given(body).when(approve(AS_HIGHER, HIGHER)).facts()


def test_15_transfer_in_august_the_records_of_both_branches_stand_in_one_archive() -> None:
    spring = small_branch(ready()).given(sheet_approved())
    moved = spring.given(transferred())
    autumn = moved.given(*party_day(), approve(AS_HIGHER, HIGHER))
    found = autumn.world[archive_of(MEMBER, SEPTEMBER)]
    assert isinstance(found, Archive)
    places = {record.matter: record.unit for record in found.records.values()}
    assert places == {"MT-0512": BRANCH, "MT-0910": SECOND}
    assert archive_of(MEMBER, SEPTEMBER) == archive_of(MEMBER, date(2026, 5, 12))


def test_15_what_the_old_branch_had_open_when_he_left_it_decides_itself() -> None:
    moved = small_branch(READY).given(transferred())
    late = replace(sheet_approved(present=COMMITTEE), at=AFTER)
    facts = moved.when(late).facts()
    his = [fact for fact in facts if isinstance(fact, PointsRecorded) and fact.member == MEMBER]
    assert [fact.unit for fact in his] == [BRANCH]
    assert len([fact for fact in facts if isinstance(fact, PointsRecorded)]) == len(PEOPLE)
