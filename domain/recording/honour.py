"""荣誉 — one claim of an honour on its way: facts and state. What it adds stands in the archive once it is decided."""

from datetime import date
from typing import Final, Literal, assert_never
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from domain.decider import NAMESPACE, Fact, Past, Refused, Stream
from domain.recording.chain import Verdict
from domain.recording.committee import Vote
from domain.values import Code, Instant, MemberId, Points, Quantity, RecordId, Reference, Sha256, Title


class HonourClaimed(Fact, frozen=True, kw_only=True):
    """荣誉申报 — somebody claims; after a return, claims anew."""

    honour: UUID
    unit: Code
    member: MemberId
    matter: Code
    title: Title
    """Of the award or the deed, as its body named it."""
    item: Code
    level: Code
    rules: Code
    """Version of the rule set in force on ``occurred_on``."""
    occurred_on: date
    dated_on: date
    """The date of the honour's document."""
    document_kind: Code
    document: Sha256
    points_shown: Points
    by: MemberId
    quantity: Quantity | None = None
    """For a range the points chosen, else how many units; None for one matter."""
    condition: Code | None = None
    share: Code | None = None
    """The person's place in the group whose result it is."""
    choice_reason: Sha256 | None = None
    """Commitment to why these points of a range."""
    late_reason: Sha256 | None = None
    turn: int
    """Counts the moves: whoever waits for an answer knows by it that there was none."""
    body: Code
    """Which organisation decides first."""
    answer_by: Instant


class HonourReturned(Fact, frozen=True, kw_only=True):
    """申报退回 — with a sealed reason; it may be claimed anew."""

    honour: UUID
    unit: Code
    member: MemberId
    by: MemberId
    reason: Sha256
    turn: int
    returned_on: date | None = None


class HonourWithdrawn(Fact, frozen=True, kw_only=True):
    """申报撤回 — whoever claimed takes it back before it is decided; it may be claimed anew."""

    honour: UUID
    unit: Code
    member: MemberId
    by: MemberId
    turn: int


class HonourDecided(Fact, frozen=True, kw_only=True):
    """加分审议 — one body's decision on the claim."""

    honour: UUID
    unit: Code
    member: MemberId
    step: int
    """1 for the first body of the chain."""
    body: Code
    verdict: Verdict
    minute: Reference
    minute_sha256: Sha256
    vote: Vote
    recused: tuple[MemberId, ...] = ()
    """Who of the body had no vote: the claimant, and whoever entered the claim."""
    reason: Sha256 | None = None
    turn: int
    next_step: int | None = None
    to: Code | None = None
    """Which organisation decides next; None where this decision was the last."""
    answer_by: Instant | None = None


class HonourReferred(Fact, frozen=True, kw_only=True):
    """申报上提 — the next higher organisation decides, because too few are left or nobody answered in time."""

    honour: UUID
    unit: Code
    member: MemberId
    to: Code
    because: Literal["too-few", "overdue"]
    turn: int
    answer_by: Instant | None = None


class NoHonour(msgspec.Struct, frozen=True):
    """No such claim."""


class Honour(msgspec.Struct, frozen=True, kw_only=True):
    """A claim on its way."""

    claim: HonourClaimed
    entered_by: frozenset[MemberId]
    status: Literal["claimed", "returned", "withdrawn", "approved", "refused"] = "claimed"
    turn: int
    step: int = 0
    """Of the chain's bodies, counted from 0: which decides next."""
    body: str
    """The organisation that decides next."""
    returned_by: MemberId | None = None
    """Who sent it back last; and when: known as well after it was claimed anew."""
    returned_on: date | None = None


State = NoHonour | Honour


class HonourNotFound(Refused):
    """没有这项荣誉申报。 There is no such claim of an honour."""

    code = "honour-not-found"


class HonourNotOpen(Refused):
    """该荣誉申报不在审议中。 This claim is not before any body."""

    code = "honour-not-open"


def evolve(state: State, fact: Fact) -> State:
    """The claim after one more fact."""
    match state, fact:
        case NoHonour(), HonourClaimed():
            return _claimed(fact)
        case Honour(status="returned" | "withdrawn" | "approved" | "refused"), HonourClaimed():
            # What was approved may be claimed anew only after its record was reversed; the decision sees to it.
            return _claimed(fact, state)
        case Honour(status="claimed"), HonourReturned():
            return replace(state, status="returned", turn=fact.turn, returned_by=fact.by, returned_on=fact.returned_on)
        case Honour(status="claimed" | "returned"), HonourWithdrawn():
            return replace(state, status="withdrawn", turn=fact.turn)
        case Honour(status="claimed"), HonourReferred():
            return replace(state, body=fact.to, turn=fact.turn)
        case Honour(status="claimed"), HonourDecided():
            if fact.to is None or fact.next_step is None:
                return replace(state, status=fact.verdict, turn=fact.turn)
            return replace(state, step=fact.next_step, body=fact.to, turn=fact.turn)
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


def _claimed(fact: HonourClaimed, before: Honour | None = None) -> Honour:
    claim = Honour(claim=fact, entered_by=frozenset({fact.by}), turn=fact.turn, body=fact.body)
    if before is None:
        return claim
    back = {"returned_by": before.returned_by, "returned_on": before.returned_on}
    return replace(claim, entered_by=before.entered_by | {fact.by}, **back)


HONOUR: Final[Stream[State]] = Stream(
    "honour", NoHonour(), evolve, (HonourClaimed, HonourReturned, HonourWithdrawn, HonourDecided, HonourReferred)
)


def honour_id(unit: Code, member: MemberId, matter: Code, item: Code) -> UUID:
    """The one claim of a member, matter and item."""
    return uuid5(NAMESPACE, f"honour-of/{unit}/{member}/{matter}/{item}")


def living(past: Past, honour: UUID, unit: Code) -> Honour:
    """The claim, or a refusal that the organisation has none of this id."""
    state = past[HONOUR.of(honour)]
    match state:
        case Honour() as found:
            if found.claim.unit != unit:
                raise HonourNotFound(honour=honour)
            return found
        case NoHonour():
            raise HonourNotFound(honour=honour)
        case _:
            assert_never(state)


UNNUMBERED: Final[RecordId] = UUID(int=0)
"""Stands where the archive will put the number of its next record."""
