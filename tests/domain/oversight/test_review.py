"""核查: opened with a number, by and for people outside the person's line, for a time; and it changes nothing."""

from datetime import date
from random import Random
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.actor import person
from domain.decider import Command, NotPermitted
from domain.organisation.appointments import OFFICES, EndRole, RoleNotHeld, TermBackwards
from domain.oversight.line import InHisLine
from domain.oversight.review import (
    REVIEW,
    AccessGranted,
    AccessRevoked,
    BundleSealed,
    NoAccess,
    Review,
    ReviewClosed,
    ReviewOpened,
    ReviewOver,
    ReviewTakenOver,
    ReviewUnknown,
)
from domain.oversight.reviewing import AccessTerm, AccessToOneself, ReviewExists
from domain.permissions import GRANTS
from tests.domain.branch import (
    AS_OFFICER,
    AT,
    HIGHER_DEPUTY,
    LEADER,
    MEMBER,
    OFFICER,
    OTHER,
    RECORDER,
    SECRETARY,
    TOP,
    appointed,
    established,
    secret,
    wish,
)
from tests.domain.given import Given, World
from tests.domain.life.life import Life
from tests.domain.life.playing import BEGINNING, Player
from tests.domain.oversight.reviews import (
    CHIEF,
    DAY,
    INSPECTOR,
    OFFICE,
    REVIEW_ID,
    REVIEWED,
    THIRD,
    access,
    closed,
    opened,
    revoked,
    sealed,
    taken_over,
)

OPENED = REVIEWED.given(opened())
READ = OPENED.given(access())


def review(world: World) -> Review:
    found = world[REVIEW.of(REVIEW_ID)]
    assert isinstance(found, Review)
    return found


def test_a_review_has_a_number_a_basis_and_a_sealed_subject() -> None:
    fact = REVIEWED.when(opened()).says(ReviewOpened)[0]
    assert str(MEMBER) not in repr(fact)
    OPENED.when(opened()).refused(ReviewExists)
    OPENED.when(opened(OTHER)).refused(ReviewExists)


@pytest.mark.parametrize("holder", [SECRETARY, RECORDER, OFFICER, LEADER, HIGHER_DEPUTY])
def test_whoever_decides_in_his_line_is_no_reviewer_of_his(holder: UUID) -> None:
    """The branch and its parents' decision makers step back, by person: in another house they might review."""
    aside = REVIEWED.given(established("JW", None), appointed(holder, "reviewer", "JW"))
    wished = opened()
    elsewhere = replace(wished, actor=person(holder, "reviewer", "JW"), unit="JW")
    aside.when(elsewhere).refused(InHisLine)
    OPENED.when(access(holder)).refused(RoleNotHeld)


def test_somebody_of_the_branch_and_the_person_himself_step_back() -> None:
    own = REVIEWED.given(appointed(OTHER, "reviewer", TOP))
    own.when(opened(by=OTHER)).refused(InHisLine)
    own.when(opened(OTHER, by=OTHER)).refused(InHisLine)
    own.given(opened()).when(access(OTHER)).refused(InHisLine)


def test_access_is_for_another_person_and_for_a_time() -> None:
    OPENED.when(access(CHIEF)).refused(AccessToOneself)
    OPENED.when(access(until=AT)).refused(AccessTerm)
    OPENED.when(access(until=AT + 181 * DAY)).refused(AccessTerm)
    OPENED.when(access(THIRD)).refused(RoleNotHeld)
    OPENED.when(access()).says(AccessGranted)
    REVIEWED.when(access()).refused(ReviewUnknown)


def test_access_ends_with_its_term_when_it_is_revoked_and_when_the_review_is_closed() -> None:
    assert review(READ.world).may_read(INSPECTOR, AT)
    assert not review(READ.world).may_read(INSPECTOR, AT + 30 * DAY)
    assert not review(READ.world).may_read(CHIEF, AT)
    READ.when(revoked()).says(AccessRevoked)
    assert not review(READ.given(revoked()).world).may_read(INSPECTOR, AT)
    READ.when(closed()).says(ReviewClosed)
    over = READ.given(closed())
    assert not review(over.world).may_read(INSPECTOR, AT)
    for late in (access(), revoked(), sealed(), closed()):
        over.when(late).refused(ReviewOver)


def test_only_who_has_access_seals_a_bundle() -> None:
    READ.when(sealed()).says(BundleSealed)
    READ.when(sealed(CHIEF)).refused(NoAccess)
    READ.when(sealed(at=AT + 31 * DAY)).refused(NoAccess)


def test_the_person_who_is_looked_at_is_told_what_every_other_colleague_is_told() -> None:
    office = READ.given(*(appointed(one, "reviewer", TOP) for one in (MEMBER, THIRD)))
    for outsider in (MEMBER, THIRD):
        for tried in (access(THIRD, by=outsider), access(by=outsider), access(outsider, by=outsider)):
            office.when(tried).refused(NoAccess)
        office.when(revoked(by=outsider)).refused(NoAccess)
        office.when(closed(outsider)).refused(NoAccess)


def test_who_may_read_acts_in_a_review_like_who_opened_it_as_long_as_he_may() -> None:
    office = READ.given(appointed(THIRD, "reviewer", TOP))
    office.when(access(THIRD, by=INSPECTOR)).says(AccessGranted)
    office.when(revoked(by=INSPECTOR)).says(AccessRevoked)
    office.when(closed(INSPECTOR)).says(ReviewClosed)
    office.when(closed(INSPECTOR, AT + 31 * DAY)).refused(NoAccess)
    office.given(revoked()).when(closed(INSPECTOR)).refused(NoAccess)
    office.when(closed(CHIEF, AT + 31 * DAY)).says(ReviewClosed)


def left(*more: Command) -> Given:
    """Who opened it leaves the office; what else happened."""
    end = wish(EndRole, AS_OFFICER, AT, unit=TOP, role="reviewer", person=CHIEF, last_on=AT.date())
    return OPENED.given(end, *more)


def test_a_review_whose_leader_left_office_is_taken_over_by_another_of_the_office() -> None:
    OPENED.when(taken_over()).refused(NoAccess)
    left().when(taken_over()).says(ReviewTakenOver)
    led = left(taken_over())
    later = AT + DAY
    led.when(access(CHIEF, by=INSPECTOR, at=later)).refused(RoleNotHeld)
    again = led.given(appointed(THIRD, "reviewer", TOP))
    again.when(access(THIRD, by=INSPECTOR, at=later)).says(AccessGranted)
    again.when(taken_over(THIRD)).refused(NoAccess)
    led.when(closed(INSPECTOR, later)).says(ReviewClosed)
    left(taken_over(), closed(INSPECTOR, later)).when(taken_over()).refused(ReviewOver)


def test_nobody_of_his_line_takes_a_review_over_and_he_is_told_what_everybody_else_is() -> None:
    for outsider in (MEMBER, OTHER):
        inside = left(appointed(outsider, "reviewer", TOP))
        inside.when(taken_over(outsider)).refused(NoAccess)
        inside.given(taken_over()).when(taken_over(outsider)).refused(NoAccess)


def test_a_review_is_opened_by_the_disciplinary_office_alone() -> None:
    for role in OFFICES:
        held = [grant for grant in GRANTS if grant.operation.startswith("review.") and grant.holder == role]
        assert bool(held) == (role == "reviewer")
    REVIEWED.when(opened(by=OFFICER)).refused(NotPermitted)


def test_a_reviewer_writes_nowhere_else() -> None:
    granted = {grant.operation for grant in GRANTS if grant.holder == "reviewer"}
    assert granted == {"review.open", "review.grant", "review.seal", "review.close", "review.read"}


def test_a_period_does_not_end_before_it_begins() -> None:
    REVIEWED.when(replace(opened(), last_on=date(2025, 12, 31))).refused(TermBackwards)


def told(commands: list[Command], reviews: list[Command]) -> tuple[list[object], World]:
    """What a life came to, with a review running through it."""
    life = Life()
    for one in OFFICE:
        life.world.execute(one)
    seen: list[object] = []
    for number, command in enumerate(commands):
        if number % 7 == 0 and number // 7 < len(reviews):
            life.world.execute(reviews[number // 7])
        seen.append([write.fact for write in life.world.execute(command)])
    return seen, life.world


@pytest.mark.parametrize("seed", range(3))
def test_a_life_is_the_same_whether_a_review_runs_or_not(seed: int) -> None:
    """I17: no score, no grade, no status and no refusal hangs on a review."""
    player, random = Player(BEGINNING[seed]), Random(seed)
    for _ in range(80):
        list(player.play(random))
    commands = player.life.commands
    plain, without = told(commands, [])
    watched, during = told(commands, [opened(), access(), sealed(), revoked()])
    assert plain == watched
    hidden = REVIEW.of(REVIEW_ID).id
    assert {key: state for key, state in during.states.items() if key != hidden} == without.states


def test_a_reason_is_sealed() -> None:
    fact = REVIEWED.when(opened(why="某某的问题")).facts()[0]
    assert isinstance(fact, ReviewOpened)
    assert fact.reason == secret("reason", "某某的问题", REVIEW_ID).commitment
