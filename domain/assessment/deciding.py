"""支部定分 — the bodies of the chain adopt the figures as they were computed, or return them; they alter none.

Whoever sits in a body steps aside for his own line: where too few are left for it, the next higher organisation
decides. A branch without a committee is decided for by the next higher one.
"""

from collections.abc import Sequence
from typing import TypeAlias

from domain.assessment.completeness import members_of
from domain.assessment.computing import ruled_period, seats_of
from domain.assessment.period import (
    Assessment,
    CommitteeDecided,
    DecisionReferred,
    PeriodReturned,
    period_of,
    standing,
)
from domain.assessment.result import result_of
from domain.assessment.seats import by_people, pool_unit
from domain.decider import Command, Decision, Past, Refused
from domain.organisation.bodies import Seated
from domain.organisation.unit import established
from domain.recording.approval import NotPresent, WrongBody
from domain.recording.chain import Sitting, Step, following, higher, seat_of, sitting_of, steps_of
from domain.recording.committee import Meeting, Vote, convened
from domain.recording.sheet import acting
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, day_of


class SeatsUnsettled(Refused):
    """优秀名额尚未排定,不能定分。 It is not settled yet who has a seat: the figures cannot be adopted."""

    code = "seats-unsettled"


class DecidePeriod(Sitting, frozen=True, kw_only=True):
    """A body adopts the figures."""

    operation = "period.decide"
    year: int
    period: Code


class ReturnPeriod(Command, frozen=True, kw_only=True):
    """A body gives the figures back, with a reason; what is wrong is put right in the records, never here."""

    operation = "period.decide"
    unit: Code
    year: int
    period: Code
    reason: Secret


DecidingCommand: TypeAlias = DecidePeriod | ReturnPeriod


def decide(past: Past, command: DecidingCommand) -> Decision:
    """Adopt or return."""
    found = standing(past, command.unit, command.year, command.period, "computed")
    rules = ruled_period(past, found)
    steps = chain_of_period(past, rules.scheme, found)
    step = seat_of(steps, found.step, found.body or steps[found.step].unit)
    if command.actor.unit != step.unit:
        raise WrongBody(body=step.unit)
    match command:
        case ReturnPeriod():
            return _return(command, found)
        case DecidePeriod():
            return _adopt(past, rules.scheme, command, found, steps, step)


def chain_of_period(past: Past, scheme: Scheme, found: Assessment) -> list[Step]:
    """Who adopts a half's scores, or a year's totals and grades, first to last."""
    period = scheme.period(found.period)
    what = "year_total_and_grade" if period is not None and period.result == "total" else "half_score"
    chain = scheme.chain(what)
    return steps_of(past, established(past, found.unit), ("branch_committee",) if chain is None else chain.steps)


def _return(command: ReturnPeriod, found: Assessment) -> Decision:
    fact = PeriodReturned(
        unit=found.unit,
        year=found.year,
        period=found.period,
        computation=found.computation,
        by=acting(command),
        reason=command.reason.commitment,
    )
    return [period_of(found.unit, found.year, found.period).says(fact)]


def _adopt(
    past: Past, scheme: Scheme, command: DecidePeriod, found: Assessment, steps: Sequence[Step], step: Step
) -> Decision:
    if acting(command) not in command.present:
        raise NotPresent
    seated = sitting_of(past, scheme, step, day_of(command.at))
    need_seats(past, scheme, found)
    meeting = convened(seated.members, command.present, command.not_in_favour, scheme.bodies.least_voters(step.body))
    vote = _carried(past, found, seated, meeting)
    ref = period_of(found.unit, found.year, found.period)
    if vote is None:
        up = higher(past, step.unit)
        referred = DecisionReferred(
            unit=found.unit, year=found.year, period=found.period, computation=found.computation, to=up
        )
        return [ref.says(referred)]
    number = following(past, steps, found.step, step.unit)
    going_on = number < len(steps)
    decided = CommitteeDecided(
        unit=found.unit,
        year=found.year,
        period=found.period,
        computation=found.computation,
        step=found.step + 1,
        body=step.unit,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        vote=vote,
        next_step=number if going_on else None,
        to=steps[number].unit if going_on else None,
    )
    return [ref.says(decided)]


def need_seats(past: Past, scheme: Scheme, found: Assessment) -> None:
    """Refuse while it is not settled who of the candidates has a seat: what is adopted must be known whole."""
    if not by_people(scheme.excellent_quota):
        return
    results = past.many([result_of(member, found.year, found.period) for member in members_of(past, found)])
    computed = [one.computed for one in results if one.computed is not None and one.computed.unit == found.unit]
    graded = [one for one in computed if one.graded]
    waiting = seats_of(past, scheme, found, found.computation, graded).waiting
    if waiting:
        raise SeatsUnsettled(candidates=len(waiting), unit=pool_unit(past, scheme.excellent_quota, found.unit))


def _carried(past: Past, found: Assessment, seated: Seated, meeting: Meeting) -> Vote | None:
    """The vote; each line of one of its own is carried without him as well, or the next higher body decides."""
    subjects = set(members_of(past, found))
    own = [meeting.vote(seated.recused([one])) for one in sorted(meeting.body & subjects, key=str)]
    vote = meeting.vote(())
    return None if vote is None or any(one is None for one in own) else vote
