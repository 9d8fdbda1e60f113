"""措施的开启与办结 — a person opens what is proposed, with its steps and their terms, and closes what is done.

Commendation and organisational handling go before the general meeting (SPEC §4.10.16). The case for the competent
organisation is opened under other regulations: nothing about it is decided here.
"""

from datetime import date
from typing import Final, TypeAlias
from uuid import UUID

from domain.decider import Command, Decision, Past, Refused, Write
from domain.objection.terms import officials_until
from domain.organisation.bodies import meeting_of
from domain.organisation.member import refuse_own
from domain.organisation.unit import established, higher_than, next_higher
from domain.recording.approval import NotPresent, WrongBody
from domain.recording.committee import NoQuorum, Vote, convened
from domain.recording.sheet import acting
from domain.result.measure import (
    Measure,
    MeasureClosed,
    MeasureNotThere,
    MeasureOpened,
    MeasureStepSet,
    OrganisationalHandlingOpened,
    living,
    measures_of,
    opened,
)
from domain.result.pairing import help_ended, rule_of, scheme_of_measure
from domain.rules.consequences import MeasureRule, MeasureStep
from domain.rules.ruleset import scheme_on
from domain.values import Code, MemberId, Reference, Sha256, day_of

BEFORE_MEETING: Final = frozenset({"commendation_document", "decision_document"})
"""What a measure closes with that is opened by the general meeting."""
HANDLING: Final = "decision_document"


class MeetingMissing(Refused):
    """表彰和组织处理须经支部党员大会讨论。 Commendation and organisational handling go before the general meeting."""

    code = "meeting-missing"


class StepsOpen(Refused):
    """还有必须完成的步骤。 There are steps that must be done first."""

    code = "steps-open"


class OpenMeasure(Command, frozen=True, kw_only=True):
    """Open what is proposed; with the general meeting's vote where it goes before it."""

    operation = "measure.open"
    unit: Code
    member: MemberId
    measure: UUID
    minute: Reference | None = None
    minute_sha256: Sha256 | None = None
    present: tuple[MemberId, ...] = ()
    not_in_favour: tuple[MemberId, ...] = ()


class CloseMeasure(Command, frozen=True, kw_only=True):
    """Close what is done."""

    operation = "measure.open"
    unit: Code
    member: MemberId
    measure: UUID


OpeningCommand: TypeAlias = OpenMeasure | CloseMeasure


def decide(past: Past, command: OpeningCommand) -> Decision:
    """Open, close."""
    refuse_own(command, command.member)
    match command:
        case OpenMeasure():
            return _open(past, command)
        case CloseMeasure():
            return _close(past, command)


def before_meeting(rule: MeasureRule) -> bool:
    """Whether a measure goes before the general meeting."""
    return any(step.closes_with in BEFORE_MEETING for step in rule.steps)


def _open(past: Past, command: OpenMeasure) -> Decision:
    found = living(past, command.member, command.measure, command.unit)
    if found.status != "proposed" and not _overruled(past, command, found):
        raise MeasureNotThere(status=found.status)
    rule = rule_of(scheme_of_measure(past, found), found)
    vote = _vote(past, command) if before_meeting(rule) else None
    today, ref = day_of(command.at), measures_of(command.member)
    header = MeasureOpened(
        measure=found.measure,
        member=command.member,
        unit=found.unit,
        by=acting(command),
        opened_on=today,
        minute=None if vote is None else command.minute,
        minute_sha256=None if vote is None else command.minute_sha256,
        vote=vote,
    )
    steps = [ref.says(_set(past, found, command.member, step, today)) for step in rule.steps]
    return [ref.says(header), *steps, *_handed_over(past, found, command.member, rule)]


def _overruled(past: Past, command: OpenMeasure, found: Measure) -> bool:
    """What one organisation set aside, one above it may open all the same."""
    if found.status != "set_aside" or found.set_aside_by is None:
        return False
    return command.actor.unit in higher_than(past, found.set_aside_by)


def _vote(past: Past, command: OpenMeasure) -> Vote:
    """The general meeting's, by its quorum; the person himself has no vote."""
    if command.minute is None or command.minute_sha256 is None:
        raise MeetingMissing
    if command.actor.unit != command.unit:
        raise WrongBody(body=command.unit)
    if acting(command) not in command.present:
        raise NotPresent
    _, scheme = scheme_on(past, established(past, command.unit).scheme, day_of(command.at))
    least = scheme.bodies.least_voters("branch_meeting")
    body = meeting_of(past, scheme, command.unit, day_of(command.at)).members
    meeting = convened(body, command.present, command.not_in_favour, least)
    vote = meeting.vote([command.member])
    if vote is None:
        raise NoQuorum(entitled=meeting.counted([command.member]).entitled)
    return vote


def _set(past: Past, found: Measure, member: MemberId, step: MeasureStep, today: date) -> MeasureStepSet:
    due_on = None if step.working_days is None else officials_until(past, today, step.working_days)
    return MeasureStepSet(
        measure=found.measure,
        member=member,
        unit=found.unit,
        step=step.code,
        by=step.by,
        due_on=due_on,
        closes_with=step.closes_with,
        optional=step.optional,
        sealed=step.sealed,
        review_months=step.review_months,
    )


def _handed_over(past: Past, found: Measure, member: MemberId, rule: MeasureRule) -> list[Write]:
    if not any(step.closes_with == HANDLING for step in rule.steps):
        return []
    to = next_higher(past, found.unit) or found.unit
    fact = OrganisationalHandlingOpened(measure=found.measure, member=member, unit=found.unit, to=to)
    return [measures_of(member).says(fact)]


def _close(past: Past, command: CloseMeasure) -> Decision:
    found = opened(past, command.member, command.measure, command.unit)
    missing = [step.code for step in found.steps if not step.done and not step.optional]
    if missing:
        raise StepsOpen(steps=tuple(missing))
    fact = MeasureClosed(measure=found.measure, member=command.member, unit=found.unit, by=acting(command))
    return [measures_of(command.member).says(fact), *help_ended(past, found)]
