"""党员变动: a transfer leaves neither overlap nor gap; leave and class by the day; nobody settles his own affairs."""

from datetime import UTC, date, datetime

from msgspec.structs import replace

from domain.actor import person
from domain.decider import Command, NotPermitted
from domain.organisation.appointments import EndRole, HandOverRole, RoleAppointed, RoleEnded, TermBackwards
from domain.organisation.member import (
    MEMBER as PERSON,
)
from domain.organisation.member import (
    LeaveRegistered,
    MembershipEnded,
    MembershipOver,
    MemberTransferred,
    OwnAffair,
    ProfileUnknown,
    Registered,
)
from domain.organisation.membership import (
    AssignProfile,
    BeforeEnrolment,
    EndMembership,
    LeaveOverlaps,
    LeaveUnknown,
    OfficesHeld,
    ProfileByExemption,
    RegisterLeave,
    SameUnit,
    ShortenLeave,
    TransferMember,
)
from domain.organisation.roster import MemberEnrolled, MemberReleased, NotOnRoster, belonging
from domain.organisation.unit import DayInFuture, UnitUnknown
from domain.recording.filling import LineWish, SheetIncomplete
from domain.recording.sheet import SHEET, Sheet, SheetSubmitted
from tests.domain.branch import (
    AS_OFFICER,
    AS_RECORDER,
    AS_SECRETARY,
    AS_SUBSTITUTE,
    BRANCH,
    HELD_ON,
    MEMBER,
    OTHER,
    PEOPLE,
    RECORDER,
    RULED,
    SECRETARY,
    STUDY,
    TOP,
    appointed,
    established,
    evidenced,
    filled,
    held,
    opened,
    planned,
    registered,
    secret,
    submitted,
    who,
    wish,
)

SECOND = "GW/PK-02"
IN_AUGUST = datetime(2026, 8, 20, 1, tzinfo=UTC)
FIRST_DAY = date(2026, 8, 10)
TWO = RULED.given(established(SECOND, TOP), registered(who("second"), SECOND))


def transfer(member: object = MEMBER, at: datetime = IN_AUGUST, **fields: object) -> TransferMember:
    wanted = {"unit": BRANCH, "to_unit": SECOND, "from_on": FIRST_DAY} | fields
    return wish(TransferMember, wanted.pop("actor", AS_OFFICER), at, member=member, **wanted)


def handed_over() -> HandOverRole:
    return wish(
        HandOverRole,
        AS_OFFICER,
        unit=BRANCH,
        role="recorder",
        person=RECORDER,
        successor=MEMBER,
        from_on=FIRST_DAY,
    )


def leave(member: object = MEMBER, actor: object = AS_RECORDER, **fields: object) -> RegisterLeave:
    wanted = {"kind": "leave", "from_on": date(2026, 5, 1), "until_on": date(2026, 5, 31)} | fields
    return wish(RegisterLeave, actor, unit=BRANCH, member=member, **wanted)


def ended(member: object = MEMBER, last_on: date = date(2026, 8, 9), unit: str = BRANCH) -> EndMembership:
    return wish(
        EndMembership, AS_OFFICER, IN_AUGUST, unit=unit, member=member, last_on=last_on, reason=secret("reason", "x")
    )


def test_the_day_before_the_first_there_is_the_last_here() -> None:
    TWO.when(transfer()).then(
        MemberTransferred(member=MEMBER, from_unit=BRANCH, to_unit=SECOND, from_on=FIRST_DAY),
        MemberReleased(unit=BRANCH, member=MEMBER, last_on=date(2026, 8, 9)),
        MemberEnrolled(unit=SECOND, member=MEMBER, from_on=FIRST_DAY),
    )


def test_on_every_day_a_member_belongs_to_exactly_one_branch() -> None:
    world = TWO.given(transfer()).world
    for day in (date(2025, 1, 1), date(2026, 8, 9), FIRST_DAY, date(2027, 1, 1)):
        places = [unit for unit in (BRANCH, SECOND, TOP) if MEMBER in belonging(world, unit, day)]
        assert places == [BRANCH if day < FIRST_DAY else SECOND], day


def test_somebody_comes_back_and_both_times_stand_on_the_roster() -> None:
    back = transfer(at=datetime(2026, 11, 2, 1, tzinfo=UTC), unit=SECOND, to_unit=BRANCH, from_on=date(2026, 11, 1))
    world = TWO.given(transfer(), back).world
    assert MEMBER not in belonging(world, BRANCH, date(2026, 10, 31))
    assert MEMBER in belonging(world, BRANCH, date(2026, 11, 1))
    assert MEMBER in belonging(world, BRANCH, date(2026, 8, 9))


def test_a_transfer_goes_to_another_organisation_on_a_day_that_has_come() -> None:
    TWO.when(transfer(to_unit=BRANCH)).refused(SameUnit)
    TWO.when(transfer(to_unit="GW/XX")).refused(UnitUnknown)
    TWO.when(transfer(from_on=date(2026, 8, 21))).refused(DayInFuture)
    TWO.when(transfer(from_on=date(2026, 8, 20))).says(MemberTransferred, MemberReleased, MemberEnrolled)
    TWO.when(transfer(from_on=date(2025, 1, 1))).refused(BeforeEnrolment)
    TWO.when(transfer(unit=SECOND, to_unit=BRANCH)).refused(NotOnRoster)
    TWO.given(transfer()).when(transfer(at=IN_AUGUST.replace(day=21))).refused(NotOnRoster)


def test_who_holds_an_office_hands_it_over_before_he_goes() -> None:
    TWO.when(transfer(RECORDER)).refused(OfficesHeld, roles=["committee_member", "recorder"])
    handed = TWO.given(
        wish(
            HandOverRole, AS_OFFICER, unit=BRANCH, role="recorder", person=RECORDER, successor=MEMBER, from_on=FIRST_DAY
        ),
        wish(EndRole, AS_OFFICER, unit=BRANCH, role="committee_member", person=RECORDER, last_on=date(2026, 8, 9)),
    )
    handed.when(transfer(RECORDER)).says(MemberTransferred, MemberReleased, MemberEnrolled)


def test_a_hand_over_is_one_save_without_a_day_between() -> None:
    TWO.when(
        wish(
            HandOverRole, AS_OFFICER, unit=BRANCH, role="recorder", person=RECORDER, successor=MEMBER, from_on=FIRST_DAY
        )
    ).then(
        RoleEnded(unit=BRANCH, role="recorder", person=RECORDER, last_on=date(2026, 8, 9)),
        RoleAppointed(unit=BRANCH, role="recorder", person=MEMBER, from_on=FIRST_DAY),
    )


def test_an_officer_moves_people_between_organisations_below_his_own_alone() -> None:
    far = TWO.given(established("XX", None), registered(who("far officer"), "XX"))
    TWO.when(transfer(actor=AS_SECRETARY)).refused(NotPermitted)
    far.when(transfer(to_unit="XX")).refused(NotPermitted)


def test_an_open_sheet_stays_with_the_branch_of_the_act() -> None:
    early = TWO.given(planned(), held(), evidenced(), opened(), filled(otherwise="attended"))
    gone = early.given(transfer(at=IN_AUGUST))
    sheet = gone.world[SHEET.of(BRANCH, "MT-0512", STUDY)]
    assert isinstance(sheet, Sheet)
    assert MEMBER in sheet.lines
    assert sheet.unit == BRANCH
    own = LineWish(member=RECORDER, outcome="attended")
    gone.given(filled(AS_SUBSTITUTE, but=(own,))).when(submitted()).says(SheetSubmitted)


def test_a_sheet_asks_for_those_who_belonged_there_on_its_day() -> None:
    after = date(2026, 8, 12)
    base = TWO.given(
        transfer(), planned("MT-8", planned_on=after), held("MT-8", after, IN_AUGUST), evidenced("MT-8"), opened("MT-8")
    )
    facts = base.when(filled(matter="MT-8", otherwise="attended")).facts()
    assert {fact.member for fact in facts} == set(PEOPLE) - {RECORDER, MEMBER}  # type: ignore[attr-defined]
    base.when(filled(matter="MT-8", but=())).nothing()


def test_nobody_transfers_or_excuses_himself() -> None:
    officer = person(MEMBER, "officer", TOP)
    held_office = TWO.given(appointed(MEMBER, "officer", TOP))
    held_office.when(replace(transfer(), actor=officer)).refused(OwnAffair)
    RULED.when(leave(RECORDER)).refused(OwnAffair)
    RULED.when(leave(RECORDER, AS_SUBSTITUTE)).says(LeaveRegistered)


def test_a_leave_is_a_kind_and_days_and_meets_no_other() -> None:
    RULED.when(leave()).then(
        LeaveRegistered(member=MEMBER, unit=BRANCH, kind="leave", from_on=date(2026, 5, 1), until_on=date(2026, 5, 31))
    )
    RULED.when(leave(until_on=date(2026, 4, 30))).refused(TermBackwards)
    on_leave = RULED.given(leave())
    on_leave.when(leave(from_on=date(2026, 5, 31), until_on=date(2026, 6, 2))).refused(LeaveOverlaps)
    on_leave.when(leave(from_on=date(2026, 6, 1), until_on=date(2026, 6, 2))).says(LeaveRegistered)
    on_leave.when(leave(OTHER)).says(LeaveRegistered)


def test_who_comes_back_earlier_is_on_leave_no_longer() -> None:
    def back(last_on: date, from_on: date = date(2026, 5, 1)) -> Command:
        return wish(ShortenLeave, AS_RECORDER, unit=BRANCH, member=MEMBER, from_on=from_on, last_on=last_on)

    on_leave = RULED.given(leave())
    on_leave.when(back(date(2026, 5, 31))).refused(TermBackwards)
    on_leave.when(back(date(2026, 5, 11), date(2026, 5, 2))).refused(LeaveUnknown)
    member = on_leave.given(back(date(2026, 5, 11))).world[PERSON.of(MEMBER)]
    assert isinstance(member, Registered)
    assert member.on_leave(date(2026, 5, 11))
    assert not member.on_leave(date(2026, 5, 12))


def test_who_is_on_leave_is_excused_where_the_others_attended() -> None:
    base = RULED.given(leave(), planned(), held(), evidenced(), opened())
    outcomes = {fact.member: fact.outcome for fact in base.when(filled(otherwise="attended")).facts()}  # type: ignore[attr-defined]
    assert outcomes[MEMBER] == "excused"
    assert outcomes[OTHER] == "attended"
    told = base.when(filled(otherwise="attended", but=(LineWish(member=MEMBER, outcome="attended"),))).facts()
    assert {fact.member: fact.outcome for fact in told}[MEMBER] == "attended"  # type: ignore[attr-defined]


def test_a_class_is_a_word_of_the_rule_set_and_counts_from_its_day() -> None:
    def assign(profile: str = "probationary", from_on: date = date(2026, 5, 1)) -> Command:
        return wish(AssignProfile, AS_OFFICER, unit=BRANCH, member=MEMBER, profile=profile, from_on=from_on)

    RULED.when(assign("knight")).refused(ProfileUnknown)
    RULED.when(assign("exempt")).refused(ProfileByExemption)
    RULED.when(assign(from_on=date(2026, 5, 14))).refused(DayInFuture)
    RULED.when(assign("full")).nothing()
    member = RULED.given(assign()).world[PERSON.of(MEMBER)]
    assert isinstance(member, Registered)
    assert [member.profile_on(day) for day in (date(2020, 1, 1), date(2026, 4, 30), date(2026, 5, 1))] == [
        "full",
        "full",
        "probationary",
    ]
    RULED.given(assign()).when(assign("full", date(2026, 4, 1))).refused(BeforeEnrolment)


def test_who_is_no_member_any_more_acts_in_no_office_and_is_given_none() -> None:
    RULED.when(ended()).says(MembershipEnded, MemberReleased)
    RULED.when(ended(SECRETARY)).refused(OfficesHeld)
    gone = RULED.given(ended())
    gone.when(ended()).refused(MembershipOver)
    gone.when(leave(from_on=date(2026, 9, 1), until_on=date(2026, 9, 2))).refused(MembershipOver)
    assert MEMBER not in belonging(gone.world, BRANCH, date(2026, 8, 10))
    # An office somewhere else, which nobody ended: it is no claim any longer.
    aside = RULED.given(established(SECOND, TOP), appointed(MEMBER, "recorder", SECOND), ended())
    aside.when(replace(planned(), actor=person(MEMBER, "recorder", SECOND), unit=SECOND, at=IN_AUGUST)).refused(
        NotPermitted
    )


def test_what_was_decided_in_office_stays_and_what_is_wished_after_it_is_refused() -> None:
    filled_in = RULED.given(planned(), held(), evidenced(), opened(), filled(otherwise="attended"))
    last = wish(EndRole, AS_OFFICER, unit=BRANCH, role="recorder", person=RECORDER, last_on=HELD_ON)
    after = filled_in.given(last)
    sheet = after.world[SHEET.of(BRANCH, "MT-0512", STUDY)]
    assert isinstance(sheet, Sheet)
    assert {line.by for line in sheet.lines.values()} == {RECORDER}
    after.when(submitted()).refused(NotPermitted)
    after.when(submitted(AS_SUBSTITUTE)).refused(SheetIncomplete)
