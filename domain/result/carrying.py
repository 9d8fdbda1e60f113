"""措施的落实 — somebody takes charge, each step is done with its proof, what is overdue goes up one level.

The notes of talks are sealed. Nobody in charge is the person himself or a recorder of his branch.
"""

from datetime import date
from typing import Final, TypeAlias
from uuid import UUID

from domain.decider import Command, Decision, Past, Refused
from domain.objection.terms import officials_until
from domain.organisation.appointments import COMMITTEE
from domain.organisation.member import refuse_own
from domain.organisation.unit import DayInFuture, higher_than, next_higher
from domain.recording.sheet import acting
from domain.result.designees import who_may_take_charge
from domain.result.measure import (
    AdmonitionHeld,
    CommendationAwarded,
    DesigneeAccepted,
    DesigneeAssigned,
    DesigneeDeclined,
    HandlingDecisionFiled,
    Measure,
    MeasureEscalated,
    MeasureNotThere,
    MeasureStepDone,
    RecommendationReported,
    Stage,
    Step,
    StepDone,
    StepUnknown,
    TalkHeld,
    ThoughtReportReceived,
    measures_of,
    opened,
)
from domain.result.pairing import PLAN, NotPairing, scheme_of_measure
from domain.sealed import Secret
from domain.values import Code, MemberId, Sha256, day_of

DESIGNATED: Final = "designated_person"
DONE: Final[dict[str, type[StepDone]]] = {
    "report_received": ThoughtReportReceived,
    "talk_record": TalkHeld,
    "commendation_document": CommendationAwarded,
    "recommendation_report": RecommendationReported,
    "decision_document": HandlingDecisionFiled,
}
"""By what a step closes with; an admonition is a talk of its own kind."""


class DesigneeUnfit(Refused):
    """本人、本支部记录员、其异议承办人不能作为专人。 Nobody concerned, no recorder, no handler of his objection."""

    code = "designee-unfit"


class NotInCharge(Refused):
    """这一步由指定的人或组织办理。 This step is done by whoever is in charge of it."""

    code = "not-in-charge"


class ProofMissing(Refused):
    """须附办结文书;谈话和思想汇报须写记录。 A step closes with its paper, a talk or a report with its note."""

    code = "proof-missing"


class AssignDesignee(Command, frozen=True, kw_only=True):
    """Put somebody in charge of a step."""

    operation = "measure.assign"
    unit: Code
    member: MemberId
    measure: UUID
    step: Code
    designee: MemberId


class AcceptAssignment(Command, frozen=True, kw_only=True):
    """I take it on."""

    operation = "measure.carry"
    unit: Code
    member: MemberId
    measure: UUID
    step: Code


class DeclineAssignment(Command, frozen=True, kw_only=True):
    """I cannot, and why."""

    operation = "measure.carry"
    unit: Code
    member: MemberId
    measure: UUID
    step: Code
    reason: Secret


class CompleteStep(Command, frozen=True, kw_only=True):
    """It is done: its paper, or its note, which is sealed."""

    operation = "measure.carry"
    unit: Code
    member: MemberId
    measure: UUID
    step: Code
    done_on: date
    proof: Sha256 | None = None
    note: Secret | None = None


class EscalateMeasure(Command, frozen=True, kw_only=True):
    """A term passed and nothing was done."""

    operation = "measure.escalate"
    unit: Code
    member: MemberId
    measure: UUID
    step: Code
    stage: Stage
    due_on: date


CarryingCommand: TypeAlias = AssignDesignee | AcceptAssignment | DeclineAssignment | CompleteStep | EscalateMeasure


def decide(past: Past, command: CarryingCommand) -> Decision:
    """Assign, accept, decline, complete, escalate."""
    if isinstance(command, EscalateMeasure):
        return _escalate(past, command)
    refuse_own(command, command.member)
    found = opened(past, command.member, command.measure, command.unit)
    step = _step(found, command.step)
    match command:
        case AssignDesignee():
            return _assign(past, command, found, step)
        case AcceptAssignment() | DeclineAssignment():
            return _answer(command, found, step)
        case CompleteStep():
            return _complete(past, command, found, step)


def _step(found: Measure, code: Code) -> Step:
    step = found.step(code)
    if step is None:
        raise StepUnknown(step=code)
    if step.done:
        raise MeasureNotThere(status=found.status)
    return step


def _assign(past: Past, command: AssignDesignee, found: Measure, step: Step) -> Decision:
    day, scheme = day_of(command.at), scheme_of_measure(past, found)
    fit = who_may_take_charge(past, found, command.member, [command.designee], day)
    if step.by != DESIGNATED or not fit:
        raise DesigneeUnfit(designee=command.designee)
    fact = DesigneeAssigned(
        measure=found.measure,
        member=command.member,
        unit=found.unit,
        step=step.code,
        designee=command.designee,
        by=acting(command),
        accept_by=officials_until(past, day, scheme.measures.acceptance_working_days),
    )
    return [measures_of(command.member).says(fact)]


def _answer(command: AcceptAssignment | DeclineAssignment, found: Measure, step: Step) -> Decision:
    if step.designee is None or acting(command) != step.designee:
        raise NotInCharge(step=step.code)
    ref = measures_of(command.member)
    if isinstance(command, DeclineAssignment):
        declined = DesigneeDeclined(
            measure=found.measure,
            member=command.member,
            unit=found.unit,
            step=step.code,
            designee=step.designee,
            reason=command.reason.commitment,
        )
        return [ref.says(declined)]
    if step.accepted:
        return []
    accepted = DesigneeAccepted(
        measure=found.measure, member=command.member, unit=found.unit, step=step.code, designee=step.designee
    )
    return [ref.says(accepted)]


def _complete(past: Past, command: CompleteStep, found: Measure, step: Step) -> Decision:
    if step.closes_with == PLAN:
        raise NotPairing(step=step.code)
    _need_charge(past, command, found, step)
    if command.done_on > day_of(command.at):
        raise DayInFuture(day=command.done_on)
    if (command.note if step.sealed else command.proof) is None:
        raise ProofMissing(closes_with=step.closes_with)
    kind = AdmonitionHeld if step.code == "admonition" else DONE.get(step.closes_with, MeasureStepDone)
    fact = kind(
        measure=found.measure,
        member=command.member,
        unit=found.unit,
        step=step.code,
        done_on=command.done_on,
        by=acting(command),
        proof=command.proof,
        note=None if command.note is None else command.note.commitment,
    )
    return [measures_of(command.member).says(fact)]


def _need_charge(past: Past, command: CompleteStep, found: Measure, step: Step) -> None:
    """Refuse whoever is not in charge: the designee who accepted, or the committee of the body that the step names."""
    if step.by == DESIGNATED:
        if not step.accepted or acting(command) != step.designee:
            raise NotInCharge(step=step.code)
        return
    if command.actor.role not in COMMITTEE:
        raise NotInCharge(step=step.code)
    top = (found.unit, *higher_than(past, found.unit))[-1]
    if step.by == "work_committee" and command.actor.unit != top:
        raise NotInCharge(step=step.code)


def _escalate(past: Past, command: EscalateMeasure) -> Decision:
    """Nothing where it was done, or somebody else was asked, or the measure ended meanwhile."""
    found = past[measures_of(command.member)].known.get(command.measure)
    step = None if found is None or found.status != "open" else found.step(command.step)
    if found is None or step is None or step.done or _waited_for(step, command.stage) != command.due_on:
        return []
    fact = MeasureEscalated(
        measure=found.measure,
        member=command.member,
        unit=found.unit,
        step=step.code,
        stage=command.stage,
        due_on=command.due_on,
        to=next_higher(past, found.unit) or found.unit,
    )
    return [measures_of(command.member).says(fact)]


def _waited_for(step: Step, stage: Stage) -> date | None:
    """Until when this is waited for; None where it is not waited for any more."""
    match stage:
        case "acceptance":
            return None if step.accepted else step.accept_by
        case "completion":
            return None if step.helper is not None else step.due_on
        case "review":
            return step.review_by
