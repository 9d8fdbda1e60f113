"""提请一票否决 — a veto that a department keeps is brought by its officer; the body then registers what was brought.

Until then its officer may take it back, and the body decline it in a meeting; what was registered once is used up.

What no department keeps the body registers of itself. Who brings it has no part in the vote, and what is registered
rests on the very document that was brought.
"""

from datetime import date
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec
from msgspec.structs import replace

from domain.assessment.period import need_unsealed
from domain.decider import Command, Decision, Fact, Past, Refused, Stream, StreamRef, Write
from domain.organisation.member import refuse_own
from domain.organisation.unit import established
from domain.recording.archive import archive_of
from domain.recording.committee import Vote
from domain.recording.department import KeptByDepartment, need_department
from domain.recording.entering import AlreadyRecorded, need_open_period
from domain.recording.papers import need_days, need_kind
from domain.recording.sheet import acting
from domain.rules.demands import departments_of
from domain.rules.items import VetoItem
from domain.rules.ruling import scheme_here
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, MemberId, Reference, Sha256


class VetoBrought(Fact, frozen=True, kw_only=True):
    """提请一票否决 — by the officer of the department that keeps the item; nothing is registered by it."""

    unit: Code
    member: MemberId
    matter: Code
    item: Code
    rules: Code
    occurred_on: date
    decided_on: date
    document_kind: Code
    document: Sha256
    issuer: Sha256
    department: Code
    by: MemberId
    registered: int = 0
    """So many vetoes of this matter, item and days stood in the archive by then: none of them came of this."""


Outcome: TypeAlias = Literal["registered", "taken_back", "declined"]


class BroughtVetoClosed(Fact, frozen=True, kw_only=True):
    """提请了结 — it was registered, its officer took it back, or the body declined it."""

    unit: Code
    member: MemberId
    matter: Code
    item: Code
    outcome: Outcome
    by: MemberId
    reason: Sha256 | None = None
    minute: Reference | None = None
    minute_sha256: Sha256 | None = None
    vote: Vote | None = None
    """Of the meeting that declined it: a log of before has one person's word alone."""


VetoDays: TypeAlias = tuple[date, date]
"""Of the act and of the decision."""


class NotBrought(msgspec.Struct, frozen=True):
    """Nobody brought it."""


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """What was brought last."""

    last: VetoBrought
    by: frozenset[MemberId]
    """Everybody who ever brought it."""
    waits: bool = True
    """Whether it may still be registered, as far as its own stream says."""
    registered: tuple[VetoDays, ...] = ()
    """The days of each that was closed as registered."""


State: TypeAlias = NotBrought | Brought


class VetoUnknown(Refused):
    """一票否决清单中没有这个条目。 The rule set in force has no such veto."""

    code = "veto-unknown"


class NotAsBrought(Refused):
    """与牵头部门提请的文书或日期不一致。 The document or a day is not what the department brought."""

    code = "veto-not-as-brought"


class VetoNotBrought(Refused):
    """没有待登记的提请。 Nothing of this kind was brought and waits to be registered."""

    code = "veto-not-brought"


class BringVeto(Command, frozen=True, kw_only=True):
    """Bring the decision of a competent body before the one that registers; brought anew, the last counts."""

    operation = "veto.bring"
    unit: Code
    member: MemberId
    matter: Code
    item: Code
    occurred_on: date
    decided_on: date
    document_kind: Code
    document: Sha256
    issuer: Secret


class CloseBroughtVeto(Command, frozen=True, kw_only=True):
    """Take back what one's department brought."""

    operation = "veto.close_brought"
    unit: Code
    member: MemberId
    matter: Code
    item: Code
    reason: Secret


BringingCommand: TypeAlias = BringVeto | CloseBroughtVeto


class RestsOn(NamedTuple):
    """On what a veto rests: the days of the act and of the decision, its document."""

    occurred_on: date
    decided_on: date
    document_kind: Code
    document: Sha256


def evolve(state: State, fact: Fact) -> State:
    """What was brought after one more fact."""
    match state, fact:
        case NotBrought(), VetoBrought():
            return Brought(last=fact, by=frozenset({fact.by}))
        case Brought(), VetoBrought():
            return replace(state, last=fact, by=state.by | {fact.by}, waits=True)
        case Brought(), BroughtVetoClosed(outcome="registered"):
            return replace(state, waits=False, registered=(*state.registered, _days(state.last)))
        case Brought(), BroughtVetoClosed():
            return replace(state, waits=False)
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to what is brought")


BROUGHT: Final[Stream[State]] = Stream("brought-veto", NotBrought(), evolve, (VetoBrought, BroughtVetoClosed))


def brought_of(unit: Code, member: MemberId, matter: Code, item: Code) -> StreamRef[State]:
    """The one stream of what is brought of a member, matter and item."""
    return BROUGHT.of(unit, member, matter, item)


def decide(past: Past, command: BringingCommand) -> Decision:
    """Bring, take back."""
    match command:
        case BringVeto():
            return _bring(past, command)
        case CloseBroughtVeto():
            return _close(past, command)


def _bring(past: Past, command: BringVeto) -> Decision:
    """Before the body that registers, once more where it was brought before."""
    refuse_own(command, command.member)
    unit = established(past, command.unit)
    rules, scheme = scheme_here(past, unit.unit, command.occurred_on)
    item = veto_named(scheme, command.item)
    need_department(scheme, item.code, command.actor)
    need_days(past, command.unit, command.member, command.occurred_on, command.decided_on, command.at)
    need_unsealed(past, command.unit, command.decided_on)
    need_open_period(past, command.member, command.decided_on)
    need_kind(item, command.document_kind)
    archive = past[archive_of(command.member, command.decided_on)]
    earlier = archive.live(command.unit, command.matter, command.item)
    if earlier is not None:
        raise AlreadyRecorded(record=earlier.record, matter=command.matter, item=command.item)
    fact = VetoBrought(
        unit=command.unit,
        member=command.member,
        matter=command.matter,
        item=command.item,
        rules=rules,
        occurred_on=command.occurred_on,
        decided_on=command.decided_on,
        document_kind=command.document_kind,
        document=command.document,
        issuer=command.issuer.commitment,
        department=command.actor.unit or command.unit,
        by=acting(command),
    )
    fact = replace(fact, registered=_in_archive(past, fact))
    ref = brought_of(command.unit, command.member, command.matter, command.item)
    state = past[ref]
    return [] if isinstance(state, Brought) and state.waits and state.last == fact else [ref.says(fact)]


def _close(past: Past, command: CloseBroughtVeto) -> Decision:
    refuse_own(command, command.member)
    ref = brought_of(command.unit, command.member, command.matter, command.item)
    last = waiting(past, ref).last
    if command.actor.unit != last.department:
        raise KeptByDepartment(item=command.item, departments=(last.department,))
    return [ref.says(replace(closed(last, "taken_back", acting(command)), reason=command.reason.commitment))]


def waiting(past: Past, ref: StreamRef[State]) -> Brought:
    """What was brought and may still be registered, or a refusal that there is nothing."""
    state = past[ref]
    if not isinstance(state, Brought) or not state.waits or _registered_before(past, state):
        raise VetoNotBrought
    return state


def _registered_before(past: Past, state: Brought) -> bool:
    """Whether the archive holds more such vetoes than its own stream says: a log of before closed nothing by them."""
    last = state.last
    return _in_archive(past, last) > max(last.registered, state.registered.count(_days(last)))


def _in_archive(past: Past, brought: VetoBrought) -> int:
    """How often such a veto was registered: what an objection or an order put in its place is no further one."""
    wanted = (brought.unit, brought.matter, brought.item, *_days(brought))
    records = past[archive_of(brought.member, brought.decided_on)].records.values()
    own = (one for one in records if one.kind == "veto" and one.replaces is None)
    return sum((one.unit, one.matter, one.item, one.occurred_on, one.counted_on) == wanted for one in own)


def _days(last: VetoBrought) -> VetoDays:
    return last.occurred_on, last.decided_on


def closed(last: VetoBrought, outcome: Outcome, by: MemberId) -> BroughtVetoClosed:
    """What was brought last waits no longer."""
    return BroughtVetoClosed(
        unit=last.unit, member=last.member, matter=last.matter, item=last.item, outcome=outcome, by=by
    )


def veto_named(scheme: Scheme, code: Code) -> VetoItem:
    """The veto of this code, or a refusal."""
    found = scheme.item(code)
    if not isinstance(found, VetoItem):
        raise VetoUnknown(item=code)
    return found


def need_brought(past: Past, scheme: Scheme, ref: StreamRef[State], item: Code, rests_on: RestsOn) -> Brought | None:
    """What was brought, where a department keeps the item: then that alone is registered, and once."""
    keepers = departments_of(scheme, item)
    if not keepers:
        return None
    state = past[ref]
    if isinstance(state, NotBrought) or not state.waits or _registered_before(past, state):
        raise KeptByDepartment(item=item, departments=keepers)
    last = state.last
    if rests_on != RestsOn(last.occurred_on, last.decided_on, last.document_kind, last.document):
        raise NotAsBrought(item=item)
    return state


def used_up(ref: StreamRef[State], brought: Brought, by: MemberId) -> Write:
    """What was brought is registered: nothing is registered from it any more."""
    return ref.says(closed(brought.last, "registered", by))
