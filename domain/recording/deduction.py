"""减分 — one proposed deduction or shortfall on its way: facts and state.

proposed → notified → heard → approved or dismissed. New evidence leads back to proposed: the person is told again.
"""

from datetime import date
from typing import Final, Literal, TypeAlias, assert_never
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from domain.decider import NAMESPACE, Fact, Past, Refused, Stream
from domain.recording.chain import Verdict
from domain.recording.committee import Vote
from domain.values import Code, Instant, MemberId, Points, Quantity, Reference, Sha256

Delivery: TypeAlias = Literal["acknowledged", "witnessed_paper", "deemed"]
Source: TypeAlias = Literal["recorder", "body"]


class DeductionProposed(Fact, frozen=True, kw_only=True):
    """拟减分 — with its basis document; from now on the person finds it on his page."""

    deduction: UUID
    unit: Code
    member: MemberId
    matter: Code
    item: Code
    level: Code
    shortfall: bool = False
    """It lowers a responsibility item that counts in full otherwise; else it stands on the negative list."""
    rules: Code
    occurred_on: date
    dated_on: date
    """The date of the basis document."""
    document_kind: Code
    document: Sha256
    quantity: Quantity | None = None
    """For a range the points chosen, else how many units; None for one matter."""
    condition: Code | None = None
    choice_reason: Sha256 | None = None
    """Commitment to why these points of a range."""
    points_shown: Points
    source: Source
    by: MemberId
    particulars: Sha256
    """Commitment to what the person is told of the matter."""
    late_reason: Sha256 | None = None
    body: Code
    """Which organisation decides first."""
    told_from: date
    """The day from which it stands on the person's page."""
    deemed_at: Instant
    """From then on it counts as delivered, if nobody acknowledged or witnessed it before."""


class DeductionEvidenceAdded(Fact, frozen=True, kw_only=True):
    """补充依据 — the person is told again, and has his term again."""

    deduction: UUID
    unit: Code
    member: MemberId
    round: int
    document_kind: Code
    document: Sha256
    by: MemberId
    told_from: date
    deemed_at: Instant


class MemberNotified(Fact, frozen=True, kw_only=True):
    """告知本人 — delivered; the term for his statement runs."""

    deduction: UUID
    unit: Code
    member: MemberId
    round: int
    """1 for the first telling, one more for each further one."""
    delivery: Delivery
    proof: Sha256 | None = None
    """Of the witnessed paper."""
    delivered_on: date
    ends_on: date
    """The last day for his statement, which ends at 24:00 Asia/Shanghai."""
    may_decide_at: Instant


class MemberStatementFiled(Fact, frozen=True, kw_only=True):
    """本人陈述 — his view, sealed; or that he has nothing more to say."""

    deduction: UUID
    unit: Code
    member: MemberId
    statement: Sha256 | None = None
    final: bool = False
    """He declares it final: the term ends early."""


class StatementTermEnded(Fact, frozen=True, kw_only=True):
    """陈述期满 — the deduction goes before the committee."""

    deduction: UUID
    unit: Code
    member: MemberId
    round: int


class DeductionDecided(Fact, frozen=True, kw_only=True):
    """减分审议 — one body's decision."""

    deduction: UUID
    unit: Code
    member: MemberId
    step: int
    body: Code
    verdict: Verdict
    minute: Reference
    minute_sha256: Sha256
    vote: Vote
    recused: tuple[MemberId, ...] = ()
    reason: Sha256 | None = None
    next_step: int | None = None
    to: Code | None = None
    """Which organisation decides next; None where this decision was the last."""


class DeductionReferred(Fact, frozen=True, kw_only=True):
    """减分上提 — too few are left in the body; the next higher organisation decides."""

    deduction: UUID
    unit: Code
    member: MemberId
    to: Code


class NoDeduction(msgspec.Struct, frozen=True):
    """No such proposal."""


class Deduction(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal on its way."""

    proposal: DeductionProposed
    entered_by: frozenset[MemberId]
    status: Literal["proposed", "notified", "heard", "approved", "refused"] = "proposed"
    documents: frozenset[str]
    round: int = 1
    told_from: date
    deemed_at: Instant
    may_decide_at: Instant | None = None
    step: int = 0
    body: str

    @property
    def open(self) -> bool:
        """Whether nobody has decided it for good."""
        return self.status in ("proposed", "notified", "heard")


State = NoDeduction | Deduction


class DeductionNotFound(Refused):
    """没有这项拟减分。 There is no such proposed deduction."""

    code = "deduction-not-found"


class DeductionNotOpen(Refused):
    """该拟减分已作出决定。 This deduction is decided already."""

    code = "deduction-not-open"


def evolve(state: State, fact: Fact) -> State:
    """The proposal after one more fact."""
    match state, fact:
        case NoDeduction(), DeductionProposed():
            return _proposed(fact)
        case Deduction(status="approved" | "refused"), DeductionProposed():
            return _proposed(fact)
        case Deduction(status="proposed" | "notified" | "heard"), DeductionEvidenceAdded():
            return replace(
                state,
                status="proposed",
                round=fact.round,
                told_from=fact.told_from,
                deemed_at=fact.deemed_at,
                may_decide_at=None,
                documents=state.documents | {fact.document},
                entered_by=state.entered_by | {fact.by},
            )
        case Deduction(status="proposed"), MemberNotified():
            return replace(state, status="notified", may_decide_at=fact.may_decide_at)
        case Deduction(status="notified" | "heard"), MemberStatementFiled():
            return replace(state, status="heard") if fact.final else state
        case Deduction(status="notified"), StatementTermEnded():
            return replace(state, status="heard")
        case Deduction(status="notified" | "heard"), DeductionReferred():
            return replace(state, body=fact.to)
        case Deduction(status="notified" | "heard"), DeductionDecided():
            if fact.to is None or fact.next_step is None:
                return replace(state, status=fact.verdict)
            return replace(state, status="heard", step=fact.next_step, body=fact.to)
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


def _proposed(fact: DeductionProposed) -> Deduction:
    return Deduction(
        proposal=fact,
        entered_by=frozenset({fact.by}),
        documents=frozenset({fact.document}),
        told_from=fact.told_from,
        deemed_at=fact.deemed_at,
        body=fact.body,
    )


DEDUCTION: Final[Stream[State]] = Stream(
    "deduction",
    NoDeduction(),
    evolve,
    (
        DeductionProposed,
        DeductionEvidenceAdded,
        MemberNotified,
        MemberStatementFiled,
        StatementTermEnded,
        DeductionDecided,
        DeductionReferred,
    ),
)


def deduction_id(unit: Code, member: MemberId, matter: Code, item: Code) -> UUID:
    """The one proposal of a member, matter and item."""
    return uuid5(NAMESPACE, f"deduction-of/{unit}/{member}/{matter}/{item}")


def living(past: Past, deduction: UUID, unit: Code) -> Deduction:
    """The proposal, or a refusal that the organisation has none of this id."""
    state = past[DEDUCTION.of(deduction)]
    match state:
        case Deduction() as found:
            if found.proposal.unit != unit:
                raise DeductionNotFound(deduction=deduction)
            return found
        case NoDeduction():
            raise DeductionNotFound(deduction=deduction)
        case _:
            assert_never(state)


def still_open(past: Past, deduction: UUID, unit: Code) -> Deduction:
    """The proposal, if nobody has decided it for good."""
    found = living(past, deduction, unit)
    if not found.open:
        raise DeductionNotOpen(deduction=deduction)
    return found
