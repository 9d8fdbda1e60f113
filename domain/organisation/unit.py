"""组织 — one organisation: a work committee, a party committee, a general branch or a branch."""

from datetime import date
from typing import Final, Literal, TypeAlias, assert_never

import msgspec

from domain.decider import Command, Decision, Fact, Past, Refused, Stream
from domain.values import Code, Title, day_of

UnitKind: TypeAlias = Literal["work_committee", "party_committee", "general_branch", "branch"]
ApprovalBody: TypeAlias = Literal["own_committee", "parent_committee", "branch_meeting"]


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
    """A branch without a committee is decided for by the next higher one, or by its own general meeting."""
    established_on: date


class UnitRenamed(Fact, frozen=True, kw_only=True):
    """组织更名."""

    unit: Code
    title: Title
    from_on: date


class UnitMoved(Fact, frozen=True, kw_only=True):
    """隶属变更 — from this day on it lies below another organisation."""

    unit: Code
    parent: Code
    from_on: date


class UnitDissolved(Fact, frozen=True, kw_only=True):
    """组织撤销 — what is still open there, and what lies below it, falls to the next higher organisation."""

    unit: Code
    last_on: date


class ApprovalBodyAssigned(Fact, frozen=True, kw_only=True):
    """审定主体认定 — who decides this organisation's sheets from now on."""

    unit: Code
    approval_body: ApprovalBody


class NotEstablished(msgspec.Struct, frozen=True):
    """No such organisation."""


class Established(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation, living or dissolved: what it left open can still be brought to its end."""

    unit: str
    kind: UnitKind
    title: str
    parent: str | None
    scheme: str
    approval_body: ApprovalBody
    established_on: date
    dissolved_on: date | None = None
    """Its last day."""

    def lives(self, day: date) -> bool:
        """Whether it is not yet dissolved on a day."""
        return self.dissolved_on is None or day <= self.dissolved_on


State = NotEstablished | Established


class UnitAlreadyEstablished(Refused):
    """该组织编号已存在。 This unit code is taken."""

    code = "unit-exists"


class UnitUnknown(Refused):
    """没有这个组织。 There is no such organisation."""

    code = "unit-unknown"


class UnitGone(Refused):
    """该组织已撤销。 This organisation was dissolved."""

    code = "unit-dissolved"


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
        case Established(), UnitRenamed():
            return msgspec.structs.replace(state, title=fact.title)
        case Established(), UnitMoved():
            return msgspec.structs.replace(state, parent=fact.parent)
        case Established(), UnitDissolved():
            return msgspec.structs.replace(state, dissolved_on=fact.last_on)
        case Established(), ApprovalBodyAssigned():
            return msgspec.structs.replace(state, approval_body=fact.approval_body)
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


UNIT: Final[Stream[State]] = Stream(
    "unit",
    NotEstablished(),
    evolve,
    (UnitEstablished, UnitRenamed, UnitMoved, UnitDissolved, ApprovalBodyAssigned),
)


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


def living(past: Past, unit: Code, day: date) -> Established:
    """The organisation if it is not dissolved on that day, or a refusal."""
    found = established(past, unit)
    if not found.lives(day):
        raise UnitGone(unit=unit, last_on=found.dissolved_on)
    return found


def higher_than(past: Past, unit: Code) -> list[Code]:
    """The organisations above, nearest first."""
    above: list[Code] = []
    parent = established(past, unit).parent
    while parent is not None:
        above.append(parent)
        parent = established(past, parent).parent
    return above


def next_higher(past: Past, unit: Code) -> Code | None:
    """The nearest organisation above that still lives; None for the one at the top."""
    return next((above for above in higher_than(past, unit) if established(past, above).dissolved_on is None), None)


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
        living(past, command.parent, command.established_on)
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
