"""事项 — one meeting, activity or task of one organisation: planned, held with evidence, or not held."""

from datetime import date
from typing import Final, assert_never

import msgspec

from domain.assessment.period import need_unsealed
from domain.decider import Command, Decision, Fact, Past, Refused, Stream
from domain.organisation.unit import DayInFuture, established
from domain.recording.docket import matter_listed
from domain.rules.ruling import scheme_here
from domain.sealed import Secret
from domain.values import Code, Sha256, Title, day_of


class MatterPlanned(Fact, frozen=True, kw_only=True):
    """计划."""

    unit: Code
    matter: Code
    kind: Code
    """Of the rule set's items: ``study_session``, ``branch_meeting``, …"""
    title: Title
    planned_on: date


class MatterHeld(Fact, frozen=True, kw_only=True):
    """已开展 — it took place on this day."""

    unit: Code
    matter: Code
    occurred_on: date


class MatterNotHeld(Fact, frozen=True, kw_only=True):
    """未开展 — it did not take place; the reason is sealed."""

    unit: Code
    matter: Code
    reason: Sha256


class EvidenceAttached(Fact, frozen=True, kw_only=True):
    """佐证 — the digest of a document of a kind that the rule set names."""

    unit: Code
    matter: Code
    kind: Code
    sha256: Sha256


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One document behind a matter."""

    kind: str
    sha256: str


class NotPlanned(msgspec.Struct, frozen=True):
    """No such matter."""


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """It stands in the plan."""

    kind: str
    title: str
    planned_on: date


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """It took place."""

    kind: str
    title: str
    occurred_on: date
    evidence: tuple[Evidence, ...] = ()


class NotHeld(msgspec.Struct, frozen=True, kw_only=True):
    """It did not take place."""

    kind: str
    title: str
    planned_on: date


State = NotPlanned | Planned | Held | NotHeld


class MatterExists(Refused):
    """该事项编号已存在。 This matter code is taken."""

    code = "matter-exists"


class MatterUnknown(Refused):
    """没有这个事项。 There is no such matter."""

    code = "matter-unknown"


class MatterNotHeldYet(Refused):
    """该事项尚未开展。 This matter has not been held."""

    code = "matter-not-held"


class MatterSettled(Refused):
    """该事项已登记为开展或未开展。 Whether this matter was held is already on record."""

    code = "matter-settled"


class MatterKindUnknown(Refused):
    """办法中没有这类事项。 The rule set in force knows no matter of this kind."""

    code = "matter-kind-unknown"


class EvidenceKindUnknown(Refused):
    """办法中没有这类佐证材料。 The rule set in force knows no evidence of this kind."""

    code = "evidence-kind-unknown"


class EvidenceRepeated(Refused):
    """该佐证材料已登记。 This document is already attached."""

    code = "evidence-repeated"


class PlanMatter(Command, frozen=True, kw_only=True):
    """Put a matter into the plan."""

    operation = "matter.plan"
    unit: Code
    matter: Code
    kind: Code
    title: Title
    planned_on: date


class HoldMatter(Command, frozen=True, kw_only=True):
    """Say that a matter took place."""

    operation = "matter.hold"
    unit: Code
    matter: Code
    occurred_on: date


class DropMatter(Command, frozen=True, kw_only=True):
    """Say that a matter did not take place, and why."""

    operation = "matter.drop"
    unit: Code
    matter: Code
    reason: Secret


class AttachEvidence(Command, frozen=True, kw_only=True):
    """Attach a document by its digest."""

    operation = "evidence.attach"
    unit: Code
    matter: Code
    kind: Code
    sha256: Sha256


def evolve(state: State, fact: Fact) -> State:
    """The matter after one more fact."""
    match state, fact:
        case NotPlanned(), MatterPlanned():
            return Planned(kind=fact.kind, title=fact.title, planned_on=fact.planned_on)
        case Planned(), MatterHeld():
            return Held(kind=state.kind, title=state.title, occurred_on=fact.occurred_on)
        case Planned(), MatterNotHeld():
            return NotHeld(kind=state.kind, title=state.title, planned_on=state.planned_on)
        case Held(), EvidenceAttached():
            document = Evidence(kind=fact.kind, sha256=fact.sha256)
            return msgspec.structs.replace(state, evidence=(*state.evidence, document))
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


MATTER: Final[Stream[State]] = Stream(
    "matter", NotPlanned(), evolve, (MatterPlanned, MatterHeld, MatterNotHeld, EvidenceAttached)
)

MatterCommand = PlanMatter | HoldMatter | DropMatter | AttachEvidence


def held(past: Past, unit: Code, matter: Code) -> Held:
    """The matter if it took place, or a refusal."""
    state = past[MATTER.of(unit, matter)]
    match state:
        case Held() as found:
            return found
        case NotPlanned():
            raise MatterUnknown(matter=matter)
        case Planned() | NotHeld():
            raise MatterNotHeldYet(matter=matter)
        case _:
            assert_never(state)


def decide(past: Past, command: MatterCommand) -> Decision:
    """Planned once, settled once, evidenced while held."""
    match command:
        case PlanMatter():
            return _plan(past, command)
        case HoldMatter() | DropMatter():
            return _settle(past, command)
        case AttachEvidence():
            return _attach(past, command)


def _plan(past: Past, command: PlanMatter) -> Decision:
    unit = established(past, command.unit)
    ref = MATTER.of(command.unit, command.matter)
    if not isinstance(past[ref], NotPlanned):
        raise MatterExists(matter=command.matter)
    _, scheme = scheme_here(past, unit.unit, command.planned_on)
    if command.kind not in {item.matter for item in scheme.responsibility}:
        raise MatterKindUnknown(kind=command.kind)
    need_unsealed(past, command.unit, command.planned_on)
    fact = MatterPlanned(
        unit=command.unit,
        matter=command.matter,
        kind=command.kind,
        title=command.title,
        planned_on=command.planned_on,
    )
    return [ref.says(fact), matter_listed(past, command.unit, command.matter, command.planned_on)]


def _settle(past: Past, command: HoldMatter | DropMatter) -> Decision:
    ref = MATTER.of(command.unit, command.matter)
    state = past[ref]
    match state:
        case NotPlanned():
            raise MatterUnknown(matter=command.matter)
        case Held() | NotHeld():
            raise MatterSettled(matter=command.matter)
        case Planned():
            pass
        case _:
            assert_never(state)
    if isinstance(command, DropMatter):
        fact = MatterNotHeld(unit=command.unit, matter=command.matter, reason=command.reason.commitment)
        return [ref.says(fact)]
    if command.occurred_on > day_of(command.at):
        raise DayInFuture(day=command.occurred_on)
    need_unsealed(past, command.unit, command.occurred_on)
    return [ref.says(MatterHeld(unit=command.unit, matter=command.matter, occurred_on=command.occurred_on))]


def _attach(past: Past, command: AttachEvidence) -> Decision:
    unit = established(past, command.unit)
    matter = held(past, command.unit, command.matter)
    _, scheme = scheme_here(past, unit.unit, matter.occurred_on)
    if command.kind not in scheme.evidence_kinds:
        raise EvidenceKindUnknown(kind=command.kind)
    if any(document.sha256 == command.sha256 for document in matter.evidence):
        raise EvidenceRepeated(sha256=command.sha256)
    fact = EvidenceAttached(unit=command.unit, matter=command.matter, kind=command.kind, sha256=command.sha256)
    return [MATTER.of(command.unit, command.matter).says(fact)]
