"""组织 — one organisation: a work committee, a party committee, a general branch or a branch."""

from datetime import date
from typing import Final, Literal, TypeAlias, assert_never

import msgspec

from domain.decider import Command, Decision, Fact, Past, Refused, Stream
from domain.values import Code, Title, day_of

UnitKind: TypeAlias = Literal["work_committee", "party_committee", "general_branch", "branch"]
ApprovalBody: TypeAlias = Literal["own_committee", "parent_committee"]


class UnitEstablished(Fact, frozen=True, kw_only=True):
    """组织设立."""

    unit: Code
    kind: UnitKind
    title: Title
    parent: Code | None
    """None for the work committee at the top alone."""
    scheme: Code
    """Whose rule set it applies."""
    approval_body: ApprovalBody
    """A branch without a committee is decided for by the next higher one."""
    established_on: date


class NotEstablished(msgspec.Struct, frozen=True):
    """No such organisation."""


class Established(msgspec.Struct, frozen=True, kw_only=True):
    """A living organisation."""

    unit: str
    kind: UnitKind
    title: str
    parent: str | None
    scheme: str
    approval_body: ApprovalBody
    established_on: date


State = NotEstablished | Established


class UnitAlreadyEstablished(Refused):
    """该组织编号已存在。 This unit code is taken."""

    code = "unit-exists"


class UnitUnknown(Refused):
    """没有这个组织。 There is no such organisation."""

    code = "unit-unknown"


class DayInFuture(Refused):
    """日期不能晚于今天。 A day in the future cannot be recorded as past."""

    code = "day-in-future"


class EstablishUnit(Command, frozen=True, kw_only=True):
    """Set up an organisation."""

    operation = "unit.establish"
    unit: Code
    kind: UnitKind
    title: Title
    parent: Code | None
    scheme: Code
    approval_body: ApprovalBody = "own_committee"
    established_on: date

    def target(self) -> Code | None:
        """A new organisation is set up by the one above it."""
        return self.parent


def evolve(state: State, fact: Fact) -> State:
    """The organisation after one more fact."""
    match state, fact:
        case NotEstablished(), UnitEstablished():
            return Established(
                unit=fact.unit,
                kind=fact.kind,
                title=fact.title,
                parent=fact.parent,
                scheme=fact.scheme,
                approval_body=fact.approval_body,
                established_on=fact.established_on,
            )
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


UNIT: Final[Stream[State]] = Stream("unit", NotEstablished(), evolve, (UnitEstablished,))


def established(past: Past, unit: Code) -> Established:
    """The organisation, or a refusal that it does not exist."""
    state = past[UNIT.of(unit)]
    match state:
        case Established() as found:
            return found
        case NotEstablished():
            raise UnitUnknown(unit=unit)
        case _:
            assert_never(state)


def higher_than(past: Past, unit: Code) -> list[Code]:
    """The organisations above, nearest first."""
    above: list[Code] = []
    parent = established(past, unit).parent
    while parent is not None:
        above.append(parent)
        parent = established(past, parent).parent
    return above


def decide(past: Past, command: EstablishUnit) -> Decision:
    """A new code, an existing parent, a day that has come."""
    ref = UNIT.of(command.unit)
    state = past[ref]
    match state:
        case Established():
            raise UnitAlreadyEstablished(unit=command.unit)
        case NotEstablished():
            pass
        case _:
            assert_never(state)
    if command.parent is not None:
        established(past, command.parent)
    if command.established_on > day_of(command.at):
        raise DayInFuture(day=command.established_on)
    fact = UnitEstablished(
        unit=command.unit,
        kind=command.kind,
        title=command.title,
        parent=command.parent,
        scheme=command.scheme,
        approval_body=command.approval_body,
        established_on=command.established_on,
    )
    return [ref.says(fact)]
