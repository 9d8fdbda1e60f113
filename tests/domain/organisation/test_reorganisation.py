"""组织变动: a new name, another place, another deciding body, an end; nothing is left without somebody responsible."""

from datetime import UTC, date, datetime

from msgspec.structs import replace

from domain.actor import person
from domain.decider import Command, NotPermitted
from domain.organisation.appointments import EndRole
from domain.organisation.membership import TransferMember
from domain.organisation.reorganisation import (
    AssignApprovalBody,
    CommitteeTooSmall,
    DissolveUnit,
    InCircle,
    MoveUnit,
    OtherScheme,
    RenameUnit,
    StillPeopled,
    TopStays,
)
from domain.organisation.unit import (
    UNIT,
    ApprovalBodyAssigned,
    DayInFuture,
    Established,
    UnitDissolved,
    UnitGone,
    UnitMoved,
    UnitRenamed,
    higher_than,
    next_higher,
)
from domain.permissions import permit
from tests.domain.branch import (
    AS_OFFICER,
    AS_SECRETARY,
    BRANCH,
    RULED,
    TOP,
    appointed,
    established,
    registered,
    who,
    wish,
)

GENERAL, SMALL, SECOND = "GW/ZZ", "GW/ZZ-1", "GW/PK-02"
ONE = who("of the small branch")
AT = datetime(2026, 8, 20, 1, tzinfo=UTC)
DAY = date(2026, 8, 10)
TREE = RULED.given(
    established(GENERAL, TOP), established(SMALL, GENERAL), established(SECOND, TOP), registered(ONE, SMALL)
)


def change(kind: type[Command], unit: str = SMALL, **fields: object) -> Command:
    return wish(kind, fields.pop("actor", AS_OFFICER), AT, unit=unit, **fields)


def moved(unit: str = SMALL, parent: str = SECOND, from_on: date = DAY) -> Command:
    return change(MoveUnit, unit, parent=parent, from_on=from_on)


def test_a_new_name_is_a_fact_and_the_same_name_none() -> None:
    TREE.when(change(RenameUnit, title="机关第一支部", from_on=DAY)).then(
        UnitRenamed(unit=SMALL, title="机关第一支部", from_on=DAY)
    )
    TREE.when(change(RenameUnit, title=SMALL, from_on=DAY)).nothing()
    TREE.when(change(RenameUnit, title="x", from_on=date(2026, 8, 21))).refused(DayInFuture)
    TREE.when(change(RenameUnit, title="x", from_on=DAY, actor=AS_SECRETARY)).refused(NotPermitted)


def test_a_moved_organisation_lies_below_the_new_one_from_then_on() -> None:
    TREE.when(moved()).then(UnitMoved(unit=SMALL, parent=SECOND, from_on=DAY))
    world = TREE.given(moved()).world
    assert higher_than(world, SMALL) == [SECOND, TOP]


def test_a_move_makes_no_circle_and_crosses_no_rule_set_and_leaves_the_top_where_it_is() -> None:
    TREE.when(moved(GENERAL, SMALL)).refused(InCircle)
    TREE.when(moved(GENERAL, GENERAL)).refused(InCircle)
    TREE.when(moved(TOP, SECOND)).refused(TopStays)
    other = TREE.given(replace(established("XX", None), scheme="another"))
    other.when(moved(parent="XX")).refused(OtherScheme)
    TREE.when(moved(parent=GENERAL)).nothing()


def test_who_is_above_after_a_move_may_what_those_above_may() -> None:
    officer = who("officer of the second")
    base = TREE.given(registered(officer, SECOND), appointed(officer, "officer", SECOND))
    theirs = change(RenameUnit, title="新名", from_on=DAY, actor=person(officer, "officer", SECOND))
    base.when(theirs).refused(NotPermitted)
    permit(base.given(moved()).world, theirs)


def test_an_organisation_is_dissolved_when_nobody_belongs_or_holds_office_there() -> None:
    gone = change(DissolveUnit, last_on=date(2026, 8, 15))
    TREE.when(gone).refused(StillPeopled, members=1)
    transfer = change(TransferMember, member=ONE, to_unit=SECOND, from_on=DAY)
    TREE.given(transfer).when(gone).then(UnitDissolved(unit=SMALL, last_on=date(2026, 8, 15)))
    TREE.given(transfer, appointed(ONE, "secretary", SMALL)).when(gone).refused(StillPeopled, offices=1)
    ended = change(EndRole, role="secretary", person=ONE, last_on=DAY)
    TREE.given(transfer, appointed(ONE, "secretary", SMALL), ended).when(gone).says(UnitDissolved)
    TREE.when(change(DissolveUnit, TOP, last_on=DAY)).refused(TopStays)


def test_what_lies_below_a_dissolved_organisation_falls_to_the_next_higher_one() -> None:
    gone = TREE.given(change(DissolveUnit, GENERAL, last_on=DAY))
    assert next_higher(TREE.world, SMALL) == GENERAL
    assert next_higher(gone.world, SMALL) == TOP
    gone.when(established("GW/ZZ-2", GENERAL)).facts()  # established before its last day: history may come late
    late = registered(who("late"), GENERAL, date(2026, 8, 11))
    gone.when(replace(late, at=AT)).refused(UnitGone)
    gone.when(change(RenameUnit, GENERAL, title="x", from_on=DAY)).refused(UnitGone)


def test_a_branch_of_fewer_than_seven_full_members_gets_no_committee_of_its_own() -> None:
    assign = change(AssignApprovalBody, approval_body="branch_meeting")
    TREE.when(assign).then(ApprovalBodyAssigned(unit=SMALL, approval_body="branch_meeting"))
    small = TREE.given(assign)
    small.when(change(AssignApprovalBody, approval_body="own_committee")).refused(CommitteeTooSmall, members=1, least=7)
    small.when(change(AssignApprovalBody, approval_body="parent_committee")).says(ApprovalBodyAssigned)
    large = TREE.given(change(AssignApprovalBody, BRANCH, approval_body="parent_committee"))
    large.when(change(AssignApprovalBody, BRANCH, approval_body="own_committee")).says(ApprovalBodyAssigned)
    unit = small.world[UNIT.of(SMALL)]
    assert isinstance(unit, Established)
    assert unit.approval_body == "branch_meeting"
