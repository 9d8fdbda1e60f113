"""免积分: asked in writing, decided body by body, ground and words sealed; meanwhile he stands on no sheet."""

from datetime import UTC, date, datetime
from uuid import UUID

from domain.actor import Actor, person
from domain.decider import NotPermitted
from domain.organisation.exemption import (
    DecideExemption,
    EndExemption,
    ExemptionNotProvided,
    ExemptionPending,
    ExemptionUnknown,
    NotThisBody,
    RequestExemption,
)
from domain.organisation.member import (
    MEMBER as PERSON,
)
from domain.organisation.member import (
    ExemptionEnded,
    ExemptionGranted,
    ExemptionRefused,
    ExemptionRequested,
    ExemptionSupported,
    OwnAffair,
    Registered,
)
from domain.organisation.unit import DayInFuture
from domain.recording.committee import NoMajority
from tests.domain.branch import (
    AS_LEADER,
    AS_SECRETARY,
    BRANCH,
    HELD_ON,
    LEADER,
    MEMBER,
    OTHER,
    PEOPLE,
    RECORDER,
    RULED,
    SECRETARY,
    TOP,
    appointed,
    digest,
    evidenced,
    filled,
    held,
    opened,
    planned,
    registered,
    secret,
    who,
    wish,
)

LEADERS = (LEADER, who("second leader"), who("third leader"))
GROUP = RULED.given(
    *(registered(one, TOP) for one in LEADERS[1:]), *(appointed(one, "leading_group", TOP) for one in LEADERS[1:])
)
AS_MEMBER = person(MEMBER, "member", BRANCH)
FROM = date(2026, 5, 1)


def asked(actor: Actor = AS_MEMBER, ground: str = "illness") -> RequestExemption:
    return wish(
        RequestExemption,
        actor,
        unit=BRANCH,
        member=MEMBER,
        from_on=FROM,
        ground=secret("ground", ground, MEMBER),
        reason=secret("reason", "长期住院", MEMBER),
    )


def decided(
    actor: Actor = AS_SECRETARY,
    present: tuple[UUID, ...] = PEOPLE,
    against: tuple[UUID, ...] = (),
    grant: bool = True,
    number: int = 1,
) -> DecideExemption:
    return wish(
        DecideExemption,
        actor,
        unit=BRANCH,
        member=MEMBER,
        exemption=number,
        grant=grant,
        minute="纪要〔2026〕8号",
        minute_sha256=digest("minute"),
        present=present,
        not_in_favour=against,
    )


def by_leaders(grant: bool = True) -> DecideExemption:
    return decided(AS_LEADER, LEADERS, grant=grant)


def test_it_is_asked_for_by_himself_or_on_paper_through_the_secretary_on_a_ground_of_the_rule_set() -> None:
    [fact] = GROUP.when(asked()).says(ExemptionRequested)
    assert isinstance(fact, ExemptionRequested)
    assert b"illness" not in repr(fact).encode()
    GROUP.when(asked(AS_SECRETARY)).says(ExemptionRequested)
    GROUP.when(asked(person(OTHER, "member", BRANCH))).refused(NotPermitted)
    GROUP.when(asked(ground="busy")).refused(ExemptionNotProvided)
    GROUP.given(asked()).when(asked()).refused(ExemptionPending)


def test_the_meeting_agrees_first_and_the_leading_group_decides() -> None:
    requested = GROUP.given(asked())
    requested.when(by_leaders()).refused(NotThisBody, body="branch_meeting")
    [supported] = requested.when(decided()).says(ExemptionSupported)
    assert isinstance(supported, ExemptionSupported)
    assert supported.vote.entitled == len(PEOPLE) - 1
    agreed = requested.given(decided())
    agreed.when(decided()).refused(NotThisBody, body="leading_group")
    [granted] = agreed.when(by_leaders()).says(ExemptionGranted)
    assert isinstance(granted, ExemptionGranted)
    agreed.given(by_leaders()).when(by_leaders()).refused(ExemptionUnknown)


def test_any_body_of_the_path_can_refuse_and_he_may_ask_again() -> None:
    requested = GROUP.given(asked())
    requested.when(decided(grant=False)).says(ExemptionRefused)
    refused = requested.given(decided(), by_leaders(grant=False))
    refused.when(asked()).says(ExemptionRequested)


def test_more_than_half_of_those_entitled_must_agree_and_he_himself_does_not_count() -> None:
    requested = GROUP.given(asked())
    requested.when(decided(against=PEOPLE[:4])).refused(NoMajority)
    requested.when(decided(against=PEOPLE[:3])).says(ExemptionSupported)
    secretary_himself = wish(
        RequestExemption,
        AS_SECRETARY,
        unit=BRANCH,
        member=SECRETARY,
        from_on=FROM,
        ground=secret("ground", "posted", SECRETARY),
        reason=secret("reason", "x", SECRETARY),
    )
    own = wish(
        DecideExemption,
        AS_SECRETARY,
        unit=BRANCH,
        member=SECRETARY,
        exemption=1,
        grant=True,
        minute="1",
        minute_sha256=digest("m"),
        present=PEOPLE,
    )
    GROUP.given(secretary_himself).when(own).refused(OwnAffair)


def test_the_exempt_stand_on_no_sheet_of_their_days() -> None:
    base = GROUP.given(asked(), decided(), by_leaders(), planned(), held(), evidenced(), opened())
    said = {fact.member for fact in base.when(filled(otherwise="attended")).facts()}  # type: ignore[attr-defined]
    assert said == set(PEOPLE) - {MEMBER, RECORDER}


def test_it_ends_on_a_day_that_has_come_and_he_is_assessed_again() -> None:
    granted = GROUP.given(asked(), decided(), by_leaders())
    later = datetime(2026, 9, 1, 1, tzinfo=UTC)

    def ended(last_on: date) -> EndExemption:
        return wish(EndExemption, AS_SECRETARY, later, unit=BRANCH, member=MEMBER, last_on=last_on)

    granted.when(ended(date(2026, 9, 2))).refused(DayInFuture)
    granted.when(ended(date(2026, 4, 30))).refused(ExemptionUnknown)
    GROUP.given(asked()).when(ended(date(2026, 8, 31))).refused(ExemptionUnknown)
    granted.when(ended(date(2026, 8, 31))).then(
        ExemptionEnded(member=MEMBER, unit=BRANCH, exemption=1, last_on=date(2026, 8, 31))
    )
    member = granted.given(ended(date(2026, 8, 31))).world[PERSON.of(MEMBER)]
    assert isinstance(member, Registered)
    days = (date(2026, 4, 30), HELD_ON, date(2026, 8, 31), date(2026, 9, 1))
    assert [member.exempt(day) for day in days] == [False, True, True, False]
