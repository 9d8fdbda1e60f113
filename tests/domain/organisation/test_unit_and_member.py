"""组织与党员: new codes under existing parents; a new pseudonym enters member stream and roster in one save."""

from datetime import date

from msgspec.structs import replace

from domain.decider import NotPermitted
from domain.organisation.member import MemberAlreadyRegistered, MemberRegistered
from domain.organisation.roster import MemberEnrolled, belonging
from domain.organisation.unit import (
    DayInFuture,
    EstablishUnit,
    UnitAlreadyEstablished,
    UnitEstablished,
    UnitUnknown,
    higher_than,
)
from domain.oversight.log import LogAlreadyOpened, LogNotOpened, OpenLog
from tests.domain.branch import (
    AS_OFFICER,
    AS_RECORDER,
    BRANCH,
    INSTALLATION,
    MEMBER,
    PEOPLE,
    RULED,
    SETUP_AT,
    TOP,
    established,
    organised,
    registered,
    who,
    wish,
)
from tests.domain.given import given


def test_an_organisation_has_a_code_of_its_own_and_an_existing_parent() -> None:
    [fact] = RULED.when(established("GW/PK-02", TOP)).says(UnitEstablished)
    assert isinstance(fact, UnitEstablished)
    assert (fact.unit, fact.parent, fact.approval_body) == ("GW/PK-02", TOP, "own_committee")
    RULED.when(established(BRANCH, TOP)).refused(UnitAlreadyEstablished, unit=BRANCH)
    RULED.when(established("GW/X/1", "GW/X")).refused(UnitUnknown, unit="GW/X")


def test_an_organisation_is_not_established_tomorrow() -> None:
    tomorrow = replace(established("GW/PK-02", TOP), established_on=date(2025, 12, 2))
    RULED.when(tomorrow).refused(DayInFuture)
    RULED.when(replace(tomorrow, established_on=date(2025, 12, 1))).says(UnitEstablished)


def test_an_organisation_is_set_up_by_an_officer_above_it() -> None:
    below = replace(established("GW/PK-02", TOP), actor=AS_OFFICER)
    RULED.when(below).says(UnitEstablished)
    RULED.when(replace(below, parent=BRANCH, unit="GW/PK-01/1")).says(UnitEstablished)
    RULED.when(replace(below, parent=None, unit="GW2")).refused(NotPermitted)
    RULED.when(replace(below, actor=AS_RECORDER)).refused(NotPermitted)


def test_organisations_above_are_named_nearest_first() -> None:
    deep = RULED.given(established("GW/PK-01/1", BRANCH)).world
    assert higher_than(deep, "GW/PK-01/1") == [BRANCH, TOP]
    assert higher_than(deep, TOP) == []


def test_a_person_enters_member_stream_and_roster_in_one_save() -> None:
    newcomer = who("newcomer")
    wished = registered(newcomer)
    RULED.when(wished).then(
        MemberRegistered(
            member=newcomer,
            unit=BRANCH,
            profile="full",
            name=wished.name.commitment,
            work_number=wished.work_number.commitment,
            present_from=date(2025, 1, 1),
        ),
        MemberEnrolled(unit=BRANCH, member=newcomer, from_on=date(2025, 1, 1)),
    )


def test_a_pseudonym_is_registered_once_in_an_organisation_that_exists() -> None:
    RULED.when(registered(MEMBER)).refused(MemberAlreadyRegistered)
    RULED.when(registered(who("newcomer"), "GW/XX")).refused(UnitUnknown)
    RULED.when(registered(who("newcomer"), since=date(2025, 12, 2))).refused(DayInFuture)


def test_the_roster_knows_who_belonged_on_which_day() -> None:
    newcomer = who("newcomer")
    world = RULED.given(registered(newcomer, since=date(2025, 11, 1))).world
    assert belonging(world, BRANCH, date(2025, 10, 31)) == list(PEOPLE)
    assert belonging(world, BRANCH, date(2025, 11, 1)) == [*PEOPLE, newcomer]
    assert belonging(world, "GW/XX", date(2026, 1, 1)) == []


def test_a_log_is_opened_once_and_before_everything_else() -> None:
    opening = wish(OpenLog, INSTALLATION, SETUP_AT, origin="example.test/other", title="另一本", clock="real")
    organised().when(opening).refused(LogAlreadyOpened)
    unit = wish(
        EstablishUnit,
        INSTALLATION,
        SETUP_AT,
        unit=TOP,
        kind="work_committee",
        title="工委",
        parent=None,
        scheme="x",
        established_on=date(2016, 1, 1),
    )
    given().when(unit).refused(LogNotOpened)
    given(opening).when(unit).says(UnitEstablished)
