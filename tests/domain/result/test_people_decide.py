"""P5, E4: whatever is wished, no measure and no outcome of a probation comes without a person's decision."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.actor import Actor, person
from domain.assessment.period import CommitteeDecided
from domain.assessment.result import GradeDetermined
from domain.decider import Command, Fact, Refused
from domain.organisation.member import MemberProfileAssigned, MembershipEnded
from domain.result.measure import (
    HelperPaired,
    HelpReviewed,
    MeasureClosed,
    MeasureOpened,
    MeasureProposed,
    StepDone,
)
from domain.result.probation import (
    HigherApprovalGiven,
    HigherOrganisationDecided,
    MeetingResolved,
    MemberConfirmed,
    ProbationCancelled,
    ProbationExtended,
)
from tests.domain import measured, probationer
from tests.domain.branch import (
    AS_HIGHER,
    AS_OFFICER,
    AS_SECRETARY,
    BRANCH,
    DISCIPLINE,
    MEMBER,
    PEOPLE,
    PROCESS,
    PUBLICITY,
)
from tests.domain.year import (
    SEATED,
    TERM,
    Y_OVER,
    appraisal_closed,
    appraisal_opened,
    ballots,
    halves,
    term_over,
    year_adopted,
)

DECISIONS: Final = (
    MeasureOpened,
    MeasureClosed,
    StepDone,
    HelperPaired,
    HelpReviewed,
    MeetingResolved,
    HigherApprovalGiven,
    HigherOrganisationDecided,
    ProbationExtended,
    ProbationCancelled,
    MemberConfirmed,
    MemberProfileAssigned,
    MembershipEnded,
)
"""What only a person brings about."""
OUTCOMES: Final = (ProbationExtended, ProbationCancelled, MemberConfirmed)
ACTORS: Final = (PROCESS, AS_SECRETARY, AS_HIGHER, AS_OFFICER, person(PUBLICITY, "member", BRANCH))
AFTER: Final = datetime(2027, 4, 20, 1, tzinfo=UTC)
START: Final = measured.determined({MEMBER: "unqualified"}, base=probationer.RUNNING.given())
AGAINST: Final = PEOPLE[:4]

WISHES: Final[tuple[Callable[[datetime], Command], ...]] = (
    probationer.looked,
    probationer.looked,
    *(lambda at, what=what: probationer.proposed(what, at) for what in ("confirm", "extend", "cancel")),
    *(lambda at, months=months: probationer.resolved(months, at) for months in (None, 6)),
    *(lambda at, months=months: probationer.resolved(months, at) for months in (None, 6)),
    lambda at: probationer.resolved(None, at, against=AGAINST),
    lambda at: probationer.approved("approved", at),
    lambda at: probationer.approved("approved", at),
    lambda at: probationer.approved("refused", at),
    *(lambda at, what=what: probationer.approved("refused", at, instead=what) for what in ("confirm", "cancel")),
    lambda at: probationer.approved("refused", at, instead="extend", months=6),
    lambda _: measured.opened(MEMBER, "help"),
    lambda _: measured.opened(MEMBER, "handle", present=PEOPLE),
    lambda _: measured.assigned(MEMBER, "help", "admonition", PUBLICITY),
    lambda _: measured.accepted(MEMBER, "help", "admonition", PUBLICITY),
    lambda _: measured.done(MEMBER, "help", "admonition", person(PUBLICITY, "member", BRANCH)),
    lambda _: measured.paired(MEMBER, DISCIPLINE),
    lambda _: measured.reviewed(MEMBER),
    lambda _: measured.closed(MEMBER, "help"),
    lambda at: measured.looked_at_again(MEMBER, 2026, at),
    lambda _: measured.called_for(2026),
)


@st.composite
def histories(draw: Callable[[st.SearchStrategy[Any]], Any]) -> list[Command]:
    found: list[Command] = []
    for number in range(draw(st.integers(1, 40))):
        command = draw(st.sampled_from(WISHES))(AFTER + timedelta(days=10 * number))
        if draw(st.integers(0, 9)) == 0:
            command = replace(command, actor=draw(st.sampled_from(ACTORS)))
        found.append(command)
    return found


@given(histories())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_measure_and_no_outcome_comes_without_a_persons_decision(history: list[Command]) -> None:
    world, said = START.world.copy(), list[tuple[Actor, Fact]]()
    for command in history:
        before = dict(world.states)
        try:
            writes = world.execute(command)
        except Refused:
            assert world.states == before, "a refusal changes nothing"
            continue
        said += [(command.actor, write.fact) for write in writes]
    for number, (actor, fact) in enumerate(said):
        if isinstance(fact, DECISIONS):
            assert actor.person is not None, f"{type(fact).__name__} came from the machine"
        _decided_before(fact, [one for _, one in said[:number]])
    assert sum(isinstance(fact, ProbationExtended) for _, fact in said) <= 1, "extended once at most"


def _decided_before(fact: Fact, earlier: list[Fact]) -> None:
    """An outcome follows an adopted resolution and the higher organisation's word; a measure was opened first."""
    if isinstance(fact, OUTCOMES):
        assert any(isinstance(one, MeetingResolved) and one.adopted for one in earlier)
        assert isinstance(earlier[-1], HigherApprovalGiven | HigherOrganisationDecided)
    if isinstance(fact, MeasureOpened):
        known = [*earlier, *START.world.facts]
        assert _of(known, MeasureProposed, fact.measure), "what nobody proposed is not opened"
    if isinstance(fact, StepDone | HelperPaired | HelpReviewed | MeasureClosed):
        assert _of(earlier, MeasureOpened, fact.measure), "what nobody opened is not carried out"


def _of(facts: list[Fact], kind: type[MeasureProposed] | type[MeasureOpened], measure: UUID) -> bool:
    return any(isinstance(one, kind) and one.measure == measure for one in facts)


def test_no_grade_comes_without_the_committees_decision() -> None:
    open_year = halves(SEATED)
    cast = ballots({one: {"excellent": 5} for one in PEOPLE[:1]})
    voted = open_year.given(appraisal_opened(), appraisal_closed(cast))
    whole = year_adopted(voted).given(*term_over("Y", Y_OVER + TERM))
    order = [type(fact) for fact in whole.world.facts]
    assert GradeDetermined in order
    assert order.index(CommitteeDecided) < order.index(GradeDetermined)
