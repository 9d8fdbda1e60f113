"""一对一帮促 — who may help: excellent in the year that opened the measure, under none himself, one mentee at most.

Where nobody of the branch may, a member of its committee does. Source: SPEC I20, §4.10.16.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

from domain.assessment.result import result_of
from domain.decider import Command, Decision, Past, Refused, StreamRef, Write
from domain.organisation.appointments import committee
from domain.organisation.member import MEMBER, Registered, refuse_own
from domain.organisation.roster import belonging
from domain.organisation.unit import DayInFuture, established, next_higher
from domain.recording.sheet import acting
from domain.result.measure import (
    HelpEnded,
    HelperPaired,
    HelpReviewed,
    HelpTaken,
    Measure,
    MeasureNotThere,
    Measures,
    Step,
    StepUnknown,
    measures_of,
    opened,
)
from domain.rules.consequences import HelperRule, MeasureRule
from domain.rules.ruleset import scheme_of
from domain.rules.scheme import Scheme
from domain.rules.working_days import months_later
from domain.sealed import Secret
from domain.values import Code, MemberId, Sha256, day_of

PLAN: Final = "help_plan"


class HelperUnfit(Refused):
    """帮促人须当年评为优秀、自身无措施、未帮促他人。 Helpers were excellent that year, free and alone."""

    code = "helper-unfit"


class NotPairing(Refused):
    """这一步不是一对一帮促。 This step is no one-to-one help."""

    code = "not-pairing"


class PairHelper(Command, frozen=True, kw_only=True):
    """Give somebody a helper, with their plan."""

    operation = "measure.assign"
    unit: Code
    member: MemberId
    measure: UUID
    step: Code
    helper: MemberId
    paired_on: date
    plan: Sha256


class ReviewHelp(Command, frozen=True, kw_only=True):
    """See what came of it."""

    operation = "measure.assign"
    unit: Code
    member: MemberId
    measure: UUID
    step: Code
    reviewed_on: date
    note: Secret


PairingCommand: TypeAlias = PairHelper | ReviewHelp


def decide(past: Past, command: PairingCommand) -> Decision:
    """Pair, review."""
    refuse_own(command, command.member)
    found = opened(past, command.member, command.measure, command.unit)
    step = found.step(command.step)
    if step is None:
        raise StepUnknown(step=command.step)
    if step.closes_with != PLAN:
        raise NotPairing(step=command.step)
    match command:
        case PairHelper():
            return _pair(past, command, found, step)
        case ReviewHelp():
            return _review(past, command, found, step)


def scheme_of_measure(past: Past, found: Measure) -> Scheme:
    """The version under which a measure was proposed."""
    return scheme_of(past, established(past, found.unit).scheme, found.rules)


def rule_of(scheme: Scheme, found: Measure) -> MeasureRule:
    """The row of the table."""
    return next(rule for rule in scheme.measures.table if rule.code == found.code)


def _pair(past: Past, command: PairHelper, found: Measure, step: Step) -> Decision:
    if step.helper is not None or step.done:
        raise MeasureNotThere(status=found.status)
    if command.paired_on > day_of(command.at):
        raise DayInFuture(day=command.paired_on)
    scheme = scheme_of_measure(past, found)
    if not _may_help(past, scheme, found, command.member, command.helper, day_of(command.at)):
        raise HelperUnfit(helper=command.helper)
    review_by = None if step.review_months is None else months_later(command.paired_on, step.review_months)
    paired = HelperPaired(
        measure=found.measure,
        member=command.member,
        unit=found.unit,
        step=step.code,
        helper=command.helper,
        by=acting(command),
        paired_on=command.paired_on,
        plan=command.plan,
        review_by=review_by,
    )
    taken = HelpTaken(measure=found.measure, member=command.helper, unit=found.unit, mentee=command.member)
    return [measures_of(command.member).says(paired), measures_of(command.helper).says(taken)]


def who_may_help(
    past: Past, unit: Code, mentee: MemberId, measure: UUID, asked: Sequence[MemberId], day: date
) -> list[MemberId]:
    """Who of these the pairing would accept, in their order: what a form offers is asked of the rule that refuses."""
    found = past[measures_of(mentee)].known.get(measure)
    if found is None or found.unit != unit:
        return []
    scheme, people = scheme_of_measure(past, found), {*asked, *belonging(past, unit, day)}
    past.many(_needed(found, sorted(people, key=str)))
    return [one for one in asked if _may_help(past, scheme, found, mentee, one, day)]


def _needed(found: Measure, people: Sequence[MemberId]) -> list[StreamRef[Any]]:
    """What it takes to judge them all, asked for at once."""
    return [
        *(MEMBER.of(one) for one in people),
        *(result_of(one, found.year, found.period) for one in people),
        *(measures_of(one) for one in people),
    ]


def _may_help(past: Past, scheme: Scheme, found: Measure, mentee: MemberId, helper: MemberId, day: date) -> bool:
    if helper == mentee:
        return False
    if eligible(past, scheme, found, helper, day):
        return True
    others = [one for one in sorted(belonging(past, found.unit, day), key=str) if one != mentee]
    past.many(_needed(found, others))
    if any(eligible(past, scheme, found, one, day) for one in others):
        return False
    busy = len(past[measures_of(helper)].mentees) >= scheme.measures.helper.max_mentees
    return helper in committee(past, found.unit, day) and not busy


def eligible(past: Past, scheme: Scheme, found: Measure, person: MemberId, day: date) -> bool:
    """Whether somebody may help by his grade: of the pool, excellent that year, under no measure, and with room."""
    rule, member = scheme.measures.helper, past[MEMBER.of(person)]
    if not isinstance(member, Registered) or not member.belongs(day) or not _in_pool(past, rule, found, member):
        return False
    result = past[result_of(person, found.year, found.period)].standing
    if rule.grade is not None and (result is None or result.grade != rule.grade):
        return False
    held = past[measures_of(person)]
    if len(held.mentees) >= rule.max_mentees:
        return False
    return not (rule.not_under_measure and _burdened(scheme, held))


def _in_pool(past: Past, rule: HelperRule, found: Measure, member: Registered) -> bool:
    if "branch" in rule.pool and member.unit == found.unit:
        return True
    above = next_higher(past, found.unit)
    beside = above is not None and above in (member.unit, next_higher(past, member.unit))
    return "parent" in rule.pool and beside


def _burdened(scheme: Scheme, held: Measures) -> bool:
    """Whether somebody is under a measure himself; a commendation is none."""
    best = {grade.code for grade in scheme.grades if grade.candidate}
    return any(one.live and one.grade not in best for one in held.known.values())


def _review(past: Past, command: ReviewHelp, found: Measure, step: Step) -> Decision:
    if step.helper is None or step.done:
        raise MeasureNotThere(status=found.status)
    if command.reviewed_on > day_of(command.at):
        raise DayInFuture(day=command.reviewed_on)
    fact = HelpReviewed(
        measure=found.measure,
        member=command.member,
        unit=found.unit,
        step=step.code,
        reviewed_on=command.reviewed_on,
        by=acting(command),
        note=command.note.commitment,
    )
    return [measures_of(command.member).says(fact)]


def help_ended(past: Past, found: Measure) -> list[Write]:
    """Whoever helped in a measure that ends has room for somebody else."""
    helpers = [step.helper for step in found.steps if step.helper is not None]
    past.many([measures_of(one) for one in helpers])
    return [measures_of(one).says(HelpEnded(measure=found.measure, member=one, unit=found.unit)) for one in helpers]
