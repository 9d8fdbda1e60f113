"""组织变动 — an organisation takes another name, moves in the tree, gets another deciding body, or is dissolved.

Nothing is left without somebody responsible: nobody is on the roster of a dissolved organisation and nobody holds an
office there; what is still open, and what lies below, falls to the next higher organisation.
"""

from datetime import date
from typing import TypeAlias

from domain.decider import Command, Decision, NotPermitted, Past, Refused
from domain.organisation.appointments import APPOINTMENTS
from domain.organisation.bodies import meeting_of
from domain.organisation.roster import roster_of
from domain.organisation.unit import (
    UNIT,
    ApprovalBody,
    ApprovalBodyAssigned,
    DayInFuture,
    UnitDissolved,
    UnitMoved,
    UnitRenamed,
    established,
    higher_than,
    living,
)
from domain.rules.ruleset import scheme_on
from domain.values import Code, Title, day_of


class InCircle(Refused):
    """不能隶属于自己或自己的下级。 An organisation cannot lie below itself."""

    code = "unit-in-circle"


class OtherScheme(Refused):
    """两个组织适用的办法不同。 The two organisations apply different rule sets."""

    code = "other-scheme"


class StillPeopled(Refused):
    """仍有党员或任职人员,不能撤销。 Somebody still belongs here or holds an office: it cannot be dissolved."""

    code = "unit-peopled"


class TopStays(Refused):
    """最上级组织不能撤销或变更隶属。 The organisation at the top is neither moved nor dissolved."""

    code = "unit-on-top"


class CommitteeTooSmall(Refused):
    """正式党员人数不足,不设支部委员会。 Too few full members for a committee of its own."""

    code = "no-own-committee"


class RenameUnit(Command, frozen=True, kw_only=True):
    """Give an organisation another name."""

    operation = "unit.change"
    unit: Code
    title: Title
    from_on: date


class MoveUnit(Command, frozen=True, kw_only=True):
    """Put an organisation below another one."""

    operation = "unit.change"
    unit: Code
    parent: Code
    from_on: date


class AssignApprovalBody(Command, frozen=True, kw_only=True):
    """Say who decides an organisation's sheets."""

    operation = "unit.change"
    unit: Code
    approval_body: ApprovalBody


class DissolveUnit(Command, frozen=True, kw_only=True):
    """Dissolve an organisation."""

    operation = "unit.change"
    unit: Code
    last_on: date


ReorganisationCommand: TypeAlias = RenameUnit | MoveUnit | AssignApprovalBody | DissolveUnit


def decide(past: Past, command: ReorganisationCommand) -> Decision:
    """On a living organisation, on a day that has come."""
    unit = living(past, command.unit, day_of(command.at))
    ref = UNIT.of(command.unit)
    match command:
        case RenameUnit():
            _has_come(command.from_on, command)
            if command.title == unit.title:
                return []
            return [ref.says(UnitRenamed(unit=command.unit, title=command.title, from_on=command.from_on))]
        case MoveUnit():
            return _move(past, command)
        case AssignApprovalBody():
            return _assign(past, command)
        case DissolveUnit():
            return _dissolve(past, command)


def _has_come(day: date, command: ReorganisationCommand) -> None:
    if day > day_of(command.at):
        raise DayInFuture(day=day)


def _move(past: Past, command: MoveUnit) -> Decision:
    unit, parent = established(past, command.unit), living(past, command.parent, command.from_on)
    _has_come(command.from_on, command)
    if unit.parent is None:
        raise TopStays(unit=command.unit)
    above = [command.parent, *higher_than(past, command.parent)]
    if command.unit in above:
        raise InCircle(unit=command.unit)
    if parent.scheme != unit.scheme:
        raise OtherScheme(scheme=parent.scheme)
    if command.actor.unit is not None and command.actor.unit not in above:
        raise NotPermitted
    if command.parent == unit.parent:
        return []
    fact = UnitMoved(unit=command.unit, parent=command.parent, from_on=command.from_on)
    return [UNIT.of(command.unit).says(fact)]


def _assign(past: Past, command: AssignApprovalBody) -> Decision:
    unit = established(past, command.unit)
    if command.approval_body == unit.approval_body:
        return []
    if unit.kind == "branch" and command.approval_body == "own_committee":
        _, scheme = scheme_on(past, unit.scheme, day_of(command.at))
        least = scheme.bodies.branch_committee.exists_from_full_members or 0
        voting = len(meeting_of(past, scheme, command.unit, day_of(command.at)).members)
        if voting < least:
            raise CommitteeTooSmall(members=voting, least=least)
    fact = ApprovalBodyAssigned(unit=command.unit, approval_body=command.approval_body)
    return [UNIT.of(command.unit).says(fact)]


def _dissolve(past: Past, command: DissolveUnit) -> Decision:
    unit = established(past, command.unit)
    _has_come(command.last_on, command)
    if unit.parent is None:
        raise TopStays(unit=command.unit)
    members = [e.member for e in past[roster_of(command.unit)].enrolments if e.outlives(command.last_on)]
    offices = [a for a in past[APPOINTMENTS.of(command.unit)].held if a.outlives(command.last_on)]
    if members or offices:
        raise StillPeopled(members=len(members), offices=len(offices))
    return [UNIT.of(command.unit).says(UnitDissolved(unit=command.unit, last_on=command.last_on))]
