"""登记 — one entry of a register: entered once, taken step by step, corrected or withdrawn, never overwritten."""

from datetime import date
from typing import Final, assert_never

import msgspec
from msgspec.structs import replace

from domain.decider import Fact, Past, Refused, Stream, StreamRef
from domain.register.fields import Value
from domain.register.kinds import KindCode
from domain.values import Code, MemberId, Sha256, Title


class RegisterEntered(Fact, frozen=True, kw_only=True):
    """登记 — an organisation enters one thing into one of its registers."""

    unit: Code
    register: KindCode
    entry: Code
    title: Title
    on: date
    values: tuple[Value, ...] = ()
    words: Sha256 | None = None
    """Commitment to what somebody said."""


class RegisterCorrected(Fact, frozen=True, kw_only=True):
    """更正登记 — what the entry says from now on; what it said before stays in the log."""

    unit: Code
    register: KindCode
    entry: Code
    title: Title
    on: date
    values: tuple[Value, ...] = ()
    reason: Sha256


class RegisterWithdrawn(Fact, frozen=True, kw_only=True):
    """撤销登记 — it should not have been entered; it counts nowhere and stays to be seen."""

    unit: Code
    register: KindCode
    entry: Code
    reason: Sha256


class RegisterAdvanced(Fact, frozen=True, kw_only=True):
    """登记进展 — a step of the entry: recommended, awarded, closed, carried out, …"""

    unit: Code
    register: KindCode
    entry: Code
    number: int
    """Counts the steps of the entry, from 1."""
    step: Code
    on: date
    values: tuple[Value, ...] = ()
    document: Sha256 | None = None
    """Digest of the document that shows it."""


class RegisterStepTakenBack(Fact, frozen=True, kw_only=True):
    """撤回进展 — the last step was entered in error."""

    unit: Code
    register: KindCode
    entry: Code
    number: int
    reason: Sha256


class RegisterPartNamed(Fact, frozen=True, kw_only=True):
    """登记人员或关联 — a member, or an entry of another register, belongs to the entry."""

    unit: Code
    register: KindCode
    entry: Code
    part: Code
    member: MemberId | None = None
    of_unit: Code | None = None
    of_entry: Code | None = None


class RegisterPartStruck(Fact, frozen=True, kw_only=True):
    """删去人员或关联 — it was named in error."""

    unit: Code
    register: KindCode
    entry: Code
    part: Code
    member: MemberId | None = None
    of_unit: Code | None = None
    of_entry: Code | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A step that was taken."""

    number: int
    step: str
    on: date
    values: tuple[Value, ...]


Named = tuple[str, MemberId | None, str | None, str | None]
"""Part, and the member or the organisation and entry that it names."""


class NotEntered(msgspec.Struct, frozen=True):
    """No such entry."""


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that stands."""

    title: str
    on: date
    values: tuple[Value, ...]
    steps: tuple[Taken, ...] = ()
    last: int = 0
    """Number of the last step ever taken, also of one that was taken back."""
    parts: frozenset[Named] = frozenset()

    @property
    def step(self) -> str:
        """The last step that stands; "" for none."""
        return self.steps[-1].step if self.steps else ""


class Withdrawn(msgspec.Struct, frozen=True):
    """An entry that counts nowhere any more; its code stays taken."""


State = NotEntered | Entered | Withdrawn


class EntryUnknown(Refused):
    """台账中没有这一条。 There is no such entry in the register."""

    code = "register-entry-unknown"


class EntryWithdrawn(Refused):
    """该条登记已撤销。 This entry was withdrawn."""

    code = "register-entry-withdrawn"


def named(fact: RegisterPartNamed | RegisterPartStruck) -> Named:
    """What a fact names."""
    return fact.part, fact.member, fact.of_unit, fact.of_entry


def evolve(state: State, fact: Fact) -> State:
    """The entry after one more fact."""
    match state, fact:
        case NotEntered(), RegisterEntered():
            return Entered(title=fact.title, on=fact.on, values=fact.values)
        case Entered(), RegisterCorrected():
            return replace(state, title=fact.title, on=fact.on, values=fact.values)
        case Entered(), RegisterWithdrawn():
            return Withdrawn()
        case Entered(), RegisterAdvanced():
            step = Taken(number=fact.number, step=fact.step, on=fact.on, values=fact.values)
            return replace(state, steps=(*state.steps, step), last=fact.number)
        case Entered(), RegisterStepTakenBack():
            return replace(state, steps=state.steps[:-1])
        case Entered(), RegisterPartNamed():
            return replace(state, parts=state.parts | {named(fact)})
        case Entered(), RegisterPartStruck():
            return replace(state, parts=state.parts - {named(fact)})
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


REGISTER: Final[Stream[State]] = Stream(
    "register",
    NotEntered(),
    evolve,
    (
        RegisterEntered,
        RegisterCorrected,
        RegisterWithdrawn,
        RegisterAdvanced,
        RegisterStepTakenBack,
        RegisterPartNamed,
        RegisterPartStruck,
    ),
)


def entry_of(unit: Code, register: str, entry: Code) -> StreamRef[State]:
    """The stream of one entry."""
    # A code may hold a slash: between two of them stands what no code can hold.
    return REGISTER.of(f"{register}:{unit}:{entry}")


def living(past: Past, unit: Code, register: str, entry: Code) -> Entered:
    """The entry, if it stands; else a refusal."""
    state = past[entry_of(unit, register, entry)]
    match state:
        case Entered() as found:
            return found
        case NotEntered():
            raise EntryUnknown(entry=entry)
        case Withdrawn():
            raise EntryWithdrawn(entry=entry)
        case _:
            assert_never(state)
