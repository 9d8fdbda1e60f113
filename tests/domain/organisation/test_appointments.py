"""任职: one recorder at a time, nobody twice in one office, terms with both days included."""

from datetime import date

from domain.decider import NotPermitted
from domain.organisation.appointments import (
    APPOINTMENTS,
    AppointRole,
    AuditorWrites,
    EndRole,
    OneRecorderOnly,
    Role,
    RoleAlreadyHeld,
    RoleAppointed,
    RoleEnded,
    RoleNotHeld,
    TermBackwards,
    committee,
    holds,
)
from domain.organisation.member import MemberUnknown
from domain.organisation.unit import UnitUnknown
from tests.domain.branch import (
    AS_OFFICER,
    AS_SECRETARY,
    BRANCH,
    COMMITTEE,
    MEMBER,
    OTHER,
    RECORDER,
    RULED,
    SECRETARY,
    TOP,
    planned,
    who,
    wish,
)


def appoint(member: object = MEMBER, role: Role = "recorder", **fields: object) -> AppointRole:
    terms = {"from_on": date(2026, 6, 1)} | fields
    return wish(AppointRole, AS_OFFICER, unit=terms.pop("unit", BRANCH), role=role, person=member, **terms)


def end(member: object = RECORDER, role: Role = "recorder", last_on: date = date(2026, 5, 31)) -> EndRole:
    return wish(EndRole, AS_OFFICER, unit=BRANCH, role=role, person=member, last_on=last_on)


def test_a_branch_has_one_recorder() -> None:
    RULED.when(appoint()).refused(OneRecorderOnly)
    RULED.given(end()).when(appoint()).then(
        RoleAppointed(unit=BRANCH, role="recorder", person=MEMBER, from_on=date(2026, 6, 1))
    )


def test_a_branch_has_one_recorder_on_every_day_of_both_terms() -> None:
    planned_change = RULED.given(end(), appoint(from_on=date(2026, 9, 1)))
    planned_change.when(appoint(OTHER, from_on=date(2026, 6, 1))).refused(OneRecorderOnly)


def test_a_substitute_does_not_stand_in_the_recorders_way() -> None:
    RULED.when(appoint(MEMBER, "substitute_recorder")).says(RoleAppointed)


def test_nobody_holds_one_office_twice() -> None:
    RULED.when(appoint(SECRETARY, "secretary")).refused(RoleAlreadyHeld)
    RULED.when(appoint(RECORDER, "recorder")).refused(RoleAlreadyHeld)


def test_a_term_does_not_end_before_it_begins() -> None:
    RULED.given(end()).when(appoint(until_on=date(2026, 5, 31))).refused(TermBackwards)
    RULED.given(end()).when(appoint(until_on=date(2026, 6, 1))).says(RoleAppointed)


def test_both_days_of_a_term_are_included() -> None:
    world = RULED.given(end(), appoint(until_on=date(2026, 6, 30))).world
    assert holds(world, RECORDER, "recorder", BRANCH, date(2026, 5, 31))
    assert not holds(world, RECORDER, "recorder", BRANCH, date(2026, 6, 1))
    assert [
        holds(world, MEMBER, "recorder", BRANCH, date(2026, m, d)) for m, d in ((5, 31), (6, 1), (6, 30), (7, 1))
    ] == [
        False,
        True,
        True,
        False,
    ]


def test_an_office_that_is_not_held_is_not_ended() -> None:
    RULED.when(end(MEMBER)).refused(RoleNotHeld)
    RULED.given(end()).when(end(last_on=date(2026, 6, 2))).refused(RoleNotHeld)
    RULED.when(end()).then(RoleEnded(unit=BRANCH, role="recorder", person=RECORDER, last_on=date(2026, 5, 31)))


def test_offices_are_for_members_of_the_system_in_organisations_that_exist() -> None:
    RULED.when(appoint(who("stranger"))).refused(MemberUnknown)
    RULED.when(appoint(unit="GW/XX")).refused(UnitUnknown)


def test_the_committee_is_the_secretary_and_its_members_on_that_day() -> None:
    world = RULED.given(end(RECORDER, "committee_member", date(2026, 5, 31))).world
    assert committee(world, BRANCH, date(2026, 5, 31)) == set(COMMITTEE)
    assert committee(world, BRANCH, date(2026, 6, 1)) == set(COMMITTEE) - {RECORDER}
    assert committee(world, BRANCH, date(2024, 12, 31)) == set()


def test_offices_are_given_from_above_and_end_at_once() -> None:
    RULED.when(
        wish(AppointRole, AS_SECRETARY, unit=BRANCH, role="recorder", person=MEMBER, from_on=date(2026, 6, 1))
    ).refused(NotPermitted)
    ended = RULED.given(end(last_on=date(2026, 5, 12)))
    ended.when(planned()).refused(NotPermitted)


def test_all_offices_of_an_organisation_are_one_stream() -> None:
    assert APPOINTMENTS.of(BRANCH) != APPOINTMENTS.of(TOP)
    assert len(RULED.world[APPOINTMENTS.of(BRANCH)].held) == 7


def test_an_auditor_holds_no_other_office_and_nobody_with_an_office_becomes_one() -> None:
    RULED.when(appoint(SECRETARY, "auditor")).refused(AuditorWrites)
    RULED.given(appoint(MEMBER, "auditor")).when(appoint(MEMBER, "secretary")).refused(AuditorWrites)
