"""代理与委托: for some days another acts in an office; he is recused wherever the one behind him is."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.actor import person
from domain.decider import NotPermitted
from domain.organisation.appointments import (
    APPOINTMENTS,
    AlreadyRepresented,
    DelegateRole,
    EndRole,
    NotBeforeToday,
    Role,
    RoleAlreadyHeld,
    RoleDelegated,
    RoleNotHeld,
    RoleSubstituted,
    StandInUnfit,
    SubstituteRole,
    TermBackwards,
    committee,
    holds,
)
from domain.recording.approval import RecorderApproves
from domain.recording.filling import LineWish
from domain.recording.sheet import SheetApproved
from domain.rules.ruleset import AuthorApproves, RuleSetApproved
from tests.domain.branch import (
    AS_OFFICER,
    AS_SECRETARY,
    BRANCH,
    COMMITTEE,
    DISCIPLINE,
    HIGHER_SECRETARY,
    MEMBER,
    OFFICER,
    OTHER,
    PUBLICITY,
    READY,
    RECORDER,
    RULED,
    SECRETARY,
    SETUP_AT,
    TOP,
    YOUTH,
    appointed,
    approved,
    drafted,
    established,
    filled,
    held,
    opened,
    organised,
    planned,
    registered,
    sheet_approved,
    who,
    wish,
)

FIRST, LAST = date(2026, 5, 13), date(2026, 5, 20)


def substituted(
    role: Role = "recorder", holder: UUID = RECORDER, by: UUID = MEMBER, first: date = FIRST, last: date = LAST
) -> SubstituteRole:
    return wish(
        SubstituteRole, AS_OFFICER, unit=BRANCH, role=role, person=by, stands_for=holder, from_on=first, until_on=last
    )


def delegated(
    to: UUID = MEMBER, holder: UUID = SECRETARY, role: str = "secretary", first: date = FIRST, last: date = LAST
) -> DelegateRole:
    return wish(DelegateRole, person(holder, role, BRANCH), unit=BRANCH, person=to, from_on=first, until_on=last)


def test_a_substitute_acts_on_his_days_and_the_holder_meanwhile_does_not() -> None:
    RULED.when(substituted()).then(
        RoleSubstituted(unit=BRANCH, role="recorder", person=MEMBER, stands_for=RECORDER, from_on=FIRST, until_on=LAST)
    )
    world = RULED.given(substituted()).world
    for day, holder in ((date(2026, 5, 12), RECORDER), (FIRST, MEMBER), (LAST, MEMBER), (date(2026, 5, 21), RECORDER)):
        acting = [one for one in (RECORDER, MEMBER) if holds(world, one, "recorder", BRANCH, day)]
        assert acting == [holder], day


def test_standing_in_ends_by_itself_and_needs_no_act() -> None:
    lent = RULED.given(substituted())
    lent.when(planned()).refused(NotPermitted)
    as_member = person(MEMBER, "recorder", BRANCH)
    lent.when(replace(planned(), actor=as_member)).facts()
    later = datetime(2026, 5, 21, 1, tzinfo=UTC)
    lent.when(replace(planned(), actor=as_member, at=later)).refused(NotPermitted)


def test_a_stand_in_never_outlasts_the_holders_own_term() -> None:
    ended = wish(EndRole, AS_OFFICER, unit=BRANCH, role="recorder", person=RECORDER, last_on=date(2026, 5, 15))
    world = RULED.given(substituted(), ended).world
    assert holds(world, MEMBER, "recorder", BRANCH, date(2026, 5, 15))
    assert not holds(world, MEMBER, "recorder", BRANCH, date(2026, 5, 16))


def test_who_stands_in_can_be_called_off() -> None:
    off = wish(EndRole, AS_OFFICER, unit=BRANCH, role="recorder", person=MEMBER, last_on=FIRST)
    world = RULED.given(substituted(), off).world
    assert holds(world, RECORDER, "recorder", BRANCH, date(2026, 5, 14))
    assert not holds(world, MEMBER, "recorder", BRANCH, date(2026, 5, 14))


def test_standing_in_is_for_an_office_that_is_held_on_days_to_come() -> None:
    RULED.when(substituted(holder=OTHER)).refused(RoleNotHeld)
    RULED.when(substituted(first=date(2026, 5, 12))).refused(NotBeforeToday)
    RULED.when(substituted(last=date(2026, 5, 12))).refused(TermBackwards)
    RULED.given(substituted()).when(substituted(by=OTHER, first=LAST, last=LAST)).refused(AlreadyRepresented)


def test_who_stands_in_belongs_here_and_votes_and_has_no_seat_of_his_own() -> None:
    stranger, far = who("far"), "GW/PK-02"
    base = RULED.given(established(far, TOP), registered(stranger, far))
    base.when(substituted(by=stranger)).refused(StandInUnfit)
    base.when(substituted("committee_member", DISCIPLINE, PUBLICITY)).refused(RoleAlreadyHeld)
    base.when(substituted("committee_member", DISCIPLINE, SECRETARY)).refused(RoleAlreadyHeld)
    RULED.given(appointed(OTHER, "auditor")).when(substituted("auditor", OTHER)).refused(StandInUnfit)
    # A higher office may be stood in for by somebody of an organisation below.
    base.when(
        wish(
            SubstituteRole,
            AS_OFFICER,
            unit=TOP,
            role="secretary",
            person=MEMBER,
            stands_for=HIGHER_SECRETARY,
            from_on=FIRST,
            until_on=LAST,
        )
    ).says(RoleSubstituted)


def test_a_holder_delegates_his_own_office_and_nobody_elses() -> None:
    [fact] = RULED.when(delegated()).says(RoleDelegated)
    assert isinstance(fact, RoleDelegated)
    assert (fact.role, fact.person, fact.stands_for) == ("secretary", MEMBER, SECRETARY)
    RULED.when(delegated(holder=RECORDER, role="recorder")).refused(NotPermitted)
    RULED.when(delegated(holder=MEMBER)).refused(NotPermitted)
    elsewhere = wish(DelegateRole, AS_SECRETARY, unit=TOP, person=MEMBER, from_on=FIRST, until_on=LAST)
    RULED.when(elsewhere).refused(NotPermitted)


def test_what_was_lent_is_not_lent_on() -> None:
    RULED.given(delegated()).when(delegated(OTHER, MEMBER)).refused(RoleNotHeld)


def test_no_seat_counts_twice() -> None:
    world = RULED.given(delegated()).world
    assert committee(world, BRANCH, FIRST) == (set(COMMITTEE) - {SECRETARY}) | {MEMBER}
    assert committee(world, BRANCH, date(2026, 5, 21)) == set(COMMITTEE)
    assert world[APPOINTMENTS.of(BRANCH)].stand_ins(("secretary",), FIRST) == {MEMBER: SECRETARY}


def test_a_delegate_of_whoever_entered_the_sheet_does_not_decide_it() -> None:
    """The recorder sits in the committee; his seat, lent out, is as recused as he is."""
    lent = READY.given(delegated(holder=RECORDER, role="committee_member"))
    as_delegate = person(MEMBER, "committee_member", BRANCH)
    present = (SECRETARY, DISCIPLINE, PUBLICITY, YOUTH, MEMBER)
    lent.when(sheet_approved(as_delegate, present)).refused(RecorderApproves)
    header = lent.when(sheet_approved(AS_SECRETARY, present)).facts()[0]
    assert isinstance(header, SheetApproved)
    assert header.recused == (MEMBER,)
    assert header.vote.entitled == 4


@pytest.mark.parametrize("subject", [SECRETARY, MEMBER])
def test_neither_side_of_a_delegation_votes_on_a_line_of_the_other(subject: UUID) -> None:
    lent = READY.given(delegated(holder=SECRETARY))
    as_delegate = person(MEMBER, "secretary", BRANCH)
    facts = lent.when(sheet_approved(as_delegate, (MEMBER, DISCIPLINE, PUBLICITY, YOUTH))).facts()
    entitled = {fact.member: fact.entitled for fact in facts if hasattr(fact, "entitled")}  # type: ignore[attr-defined]
    assert entitled[subject] == 3  # discipline, publicity, youth: the delegate is out, the recorder anyway
    assert entitled[OTHER] == 4


def test_a_substitute_recorder_enters_the_holders_own_line() -> None:
    """That is what he is there for: he decides nothing."""
    acting = person(OTHER, "recorder", BRANCH)
    base = RULED.given(
        substituted(by=OTHER), replace(planned(), actor=acting), replace(held(), actor=acting), opened(actor=acting)
    )
    own = LineWish(member=RECORDER, outcome="attended")
    [line] = base.when(filled(acting, but=(own,))).facts()
    assert (line.member, line.by) == (RECORDER, OTHER)  # type: ignore[attr-defined]


def test_a_delegate_of_the_author_does_not_approve_his_rule_set() -> None:
    """The officer who drafted it sits in the leading group as well and has lent that seat."""
    seats = (appointed(OFFICER, "leading_group", TOP), registered(who("deputy"), TOP))
    as_author, as_deputy = (person(one, "leading_group", TOP) for one in (OFFICER, who("deputy")))
    first = date(2025, 12, 1)
    lent = wish(DelegateRole, as_author, SETUP_AT, unit=TOP, person=who("deputy"), from_on=first, until_on=first)
    base = organised().given(*seats, drafted(actor=AS_OFFICER), lent)
    base.when(approved(actor=as_author)).refused(NotPermitted)
    base.when(approved(actor=as_deputy)).refused(AuthorApproves)
    base.when(approved()).says(RuleSetApproved)
