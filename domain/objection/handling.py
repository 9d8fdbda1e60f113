"""承办 — accept or decline, assign a handler, hear those concerned, record what was found."""

from datetime import date
from typing import TypeAlias, assert_never

from domain.decider import Command, Decision, Past, Refused
from domain.notice.notice import living as notice_of
from domain.objection.objection import (
    OBJECTION,
    FindingRecorded,
    HandlerAssigned,
    HandlerRecused,
    Heard,
    HearingHeld,
    Objection,
    ObjectionAccepted,
    ObjectionDeclined,
    at_step,
    living,
)
from domain.objection.recusal import concerned, eligible, handling, receiving
from domain.objection.terms import officials_until, persons_until, scheme_of, terms
from domain.organisation.unit import DayInFuture
from domain.sealed import Secret
from domain.values import Code, MemberId, ObjectionId, day_of


class GroundUnknown(Refused):
    """办法中没有这项不予受理的理由。 The rule set knows no such ground for declining."""

    code = "ground-unknown"


class HandlerUnfit(Refused):
    """该人不能承办:不在办理组织任职,或与此事有关。 This person holds no office there, or is concerned."""

    code = "handler-unfit"


class NobodyHeard(Refused):
    """须写明听取了谁的意见。 A hearing names who was heard."""

    code = "nobody-heard"


class AcceptObjection(Command, frozen=True, kw_only=True):
    """Take it up: from now the decision has its term."""

    operation = "objection.receive"
    unit: Code
    objection: ObjectionId


class DeclineObjection(Command, frozen=True, kw_only=True):
    """Do not take it up, on a ground of the rule set."""

    operation = "objection.receive"
    unit: Code
    objection: ObjectionId
    ground: Code
    reason: Secret


class AssignHandler(Command, frozen=True, kw_only=True):
    """Say who looks into it; the leading group may take somebody from another organisation."""

    operation = "objection.receive"
    unit: Code
    objection: ObjectionId
    handler: MemberId
    of: Code | None = None
    """Where the handler holds his office, if not where the objection is."""


class RecuseHandler(Command, frozen=True, kw_only=True):
    """The handler steps back, without a ground."""

    operation = "objection.handle"
    unit: Code
    objection: ObjectionId


class HoldHearing(Command, frozen=True, kw_only=True):
    """Who was heard, on which day."""

    operation = "objection.handle"
    unit: Code
    objection: ObjectionId
    heard: tuple[Heard, ...]
    held_on: date
    note: Secret


class RecordFinding(Command, frozen=True, kw_only=True):
    """What was found."""

    operation = "objection.handle"
    unit: Code
    objection: ObjectionId
    finding: Secret


HandlingCommand: TypeAlias = (
    AcceptObjection | DeclineObjection | AssignHandler | RecuseHandler | HoldHearing | RecordFinding
)


def decide(past: Past, command: HandlingCommand) -> Decision:
    """Accept, decline, assign, step back, hear, find."""
    objection = living(past, command.unit, command.objection)
    match command:
        case AcceptObjection():
            return _accept(past, command, objection)
        case DeclineObjection():
            return _decline(past, command, objection)
        case AssignHandler():
            return _assign(past, command, objection)
        case RecuseHandler():
            return _recuse(command, objection)
        case HoldHearing():
            return _hear(command, objection)
        case RecordFinding():
            return _find(command, objection)
        case _:
            assert_never(command)


def _accept(past: Past, command: AcceptObjection, objection: Objection) -> Decision:
    at_step(objection, "filed")
    person = receiving(past, command, objection, notice_of(past, objection.notice))
    today = day_of(command.at)
    fact = ObjectionAccepted(
        objection=objection.objection,
        unit=objection.unit,
        by=person,
        decide_by=officials_until(past, today, terms(past, objection.unit, today).decision),
    )
    return [OBJECTION.of(command.objection).says(fact)]


def _decline(past: Past, command: DeclineObjection, objection: Objection) -> Decision:
    at_step(objection, "filed")
    person = receiving(past, command, objection, notice_of(past, objection.notice))
    today = day_of(command.at)
    scheme = scheme_of(past, objection.unit, today)
    if command.ground not in {ground.code for ground in scheme.objection.decline_grounds}:
        raise GroundUnknown(ground=command.ground)
    limits = terms(past, objection.unit, today)
    delivered_on = persons_until(past, today, limits.deemed_reply_delivered)
    fact = ObjectionDeclined(
        objection=objection.objection,
        unit=objection.unit,
        by=person,
        ground=command.ground,
        reason=command.reason.commitment,
        appeal_by=persons_until(past, delivered_on, limits.appeal),
    )
    return [OBJECTION.of(command.objection).says(fact)]


def _assign(past: Past, command: AssignHandler, objection: Objection) -> Decision:
    at_step(objection, "accepted", "assigned")
    notice, today = notice_of(past, objection.notice), day_of(command.at)
    person = receiving(past, command, objection, notice)
    place = command.of or objection.body
    if place != objection.body and (command.actor.role != "leading_group" or place in (notice.unit, *notice.bodies)):
        raise HandlerUnfit
    barred = concerned(past, notice, objection.subject, today) | objection.recused
    if command.handler not in eligible(past, place, today) - barred:
        raise HandlerUnfit
    fact = HandlerAssigned(objection=objection.objection, unit=objection.unit, handler=command.handler, by=person)
    return [OBJECTION.of(command.objection).says(fact)]


def _recuse(command: RecuseHandler, objection: Objection) -> Decision:
    at_step(objection, "assigned", "heard", "found")
    handler = handling(command, objection)
    fact = HandlerRecused(objection=objection.objection, unit=objection.unit, handler=handler)
    return [OBJECTION.of(command.objection).says(fact)]


def _hear(command: HoldHearing, objection: Objection) -> Decision:
    at_step(objection, "assigned", "heard")
    handling(command, objection)
    if not command.heard:
        raise NobodyHeard
    if command.held_on > day_of(command.at):
        raise DayInFuture(day=command.held_on)
    fact = HearingHeld(
        objection=objection.objection,
        unit=objection.unit,
        heard=tuple(sorted(set(command.heard))),
        held_on=command.held_on,
        note=command.note.commitment,
    )
    return [OBJECTION.of(command.objection).says(fact)]


def _find(command: RecordFinding, objection: Objection) -> Decision:
    at_step(objection, "heard", "found")
    handling(command, objection)
    fact = FindingRecorded(objection=objection.objection, unit=objection.unit, finding=command.finding.commitment)
    return [OBJECTION.of(command.objection).says(fact)]
