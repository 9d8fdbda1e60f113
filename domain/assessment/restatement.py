"""重算 — a determined period made anew, under another version or with a record put right: facts and state.

ordered → computed → (statements) → approved | dropped → noticed → adopted. An order is of one organisation's period;
a member's old determination stays readable beside the new one (``domain.assessment.result``).
"""

from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import uuid5

import msgspec
from msgspec.structs import replace

from domain.assessment.result import MemberComputed, Reason
from domain.decider import NAMESPACE, Fact, Past, Refused, Stream, StreamRef
from domain.objection.objection import Correction
from domain.recording.archive import Kind
from domain.recording.committee import Vote
from domain.values import (
    Code,
    CommandId,
    Instant,
    MemberId,
    NoticeId,
    Points,
    RecordId,
    Reference,
    RestatementId,
    Sha256,
)

Effect: TypeAlias = Literal["better", "same", "worse"]
"""What it is for the member: worse where his total or his grade falls."""


class OfRestatement(Fact, frozen=True, kw_only=True):
    """What every fact of a restatement names."""

    restatement: RestatementId
    unit: Code
    year: int
    period: Code
    number: int
    """Of the restatements of this organisation's period."""


class RestatementOrdered(OfRestatement, frozen=True, kw_only=True):
    """重算决定 — by the leading group, on a document: under which version, and whether it may be to somebody's harm."""

    rules: Code
    rules_digest: Sha256
    unfavourable: bool = False
    """Whether a result that is worse for its member is adopted too, after he was heard."""
    corrections: int = 0
    """How many records it puts right: as many facts follow."""
    additions: int = 0
    """How many records it adds that were never entered: as many facts follow."""
    document_kind: Code
    document: Sha256
    reason: Sha256
    by: MemberId
    body: Code
    minute: Reference
    minute_sha256: Sha256
    vote: Vote
    follows: RestatementId | None = None
    """The one whose adoption changed what is carried over into this year: ordered with it, put forward by itself."""


class CorrectionOrdered(OfRestatement, frozen=True, kw_only=True):
    """更正决定 — one sealed record is taken back, and what is right stands in its place."""

    member: MemberId
    record: RecordId
    right: Correction | None = None
    """None where nothing takes its place."""
    occurred_on: date | None = None
    """The day of the act, where that was wrong."""
    counted_on: date | None = None
    points_shown: Points | None = None
    """What the right level gives or takes, for whoever reads it."""
    rules: Code | None = None
    """The version in force on the right day, where that is not the record's."""


class AdditionOrdered(OfRestatement, frozen=True, kw_only=True):
    """封存后补记决定 — a record of the period that was never entered is to be: a duty done, an honour earned."""

    member: MemberId
    kind: Kind
    matter: Code
    item: Code
    right: Correction
    occurred_on: date
    counted_on: date
    rules: Code
    """The version in force on the day of the act."""
    points_shown: Points | None = None
    document_kind: Code
    document: Sha256
    """The evidence that the item demands."""


class RestatementComputed(OfRestatement, frozen=True, kw_only=True):
    """重算核算 — how it comes out, and the digest that pins the members' facts."""

    rules: Code
    as_of: CommandId
    members: int
    better: int
    same: int
    worse: int
    unmapped: int
    """Lines for which the version has no item: the old line is kept."""
    digest: Sha256


class MemberRestated(OfRestatement, frozen=True, kw_only=True):
    """一人重算 — the new figures beside what stands."""

    member: MemberId
    standing: int
    """Version of the determination that it looks at."""
    figures: MemberComputed
    before_total: Points
    before_grade: Code | None = None
    grade: Code | None = None
    reason: Reason | None = None
    effect: Effect
    adopted: bool
    """Whether it is to take the old one's place."""
    lines: int
    """How many lines differ or are not mapped: as many facts follow."""
    unmapped: int = 0
    measures_due: tuple[Code, ...] = ()
    """Which would be proposed: at most those of the rule set."""
    measures_gone: tuple[Code, ...] = ()
    state_by: date | None = None
    """The last day for his statement, where it is to his harm."""
    may_decide_at: Instant | None = None


class LineRestated(OfRestatement, frozen=True, kw_only=True):
    """一行重算 — one line of one member that differs, or for which the version has no item."""

    member: MemberId
    item: Code
    span: Code | None = None
    """Of the period, for a responsibility item."""
    record: RecordId | None = None
    """For an honour or a deduction."""
    old: Points | None = None
    new: Points | None = None
    unmapped: bool = False


class RestatementStatementFiled(OfRestatement, frozen=True, kw_only=True):
    """重算陈述 — what a member says of a result that is worse for him; or, final and without words, nothing."""

    member: MemberId
    statement: Sha256 | None = None
    final: bool = False


class RestatementApproved(OfRestatement, frozen=True, kw_only=True):
    """重算审定 — by others than who ordered it."""

    body: Code
    minute: Reference
    minute_sha256: Sha256
    vote: Vote
    adopted: int
    spared: tuple[MemberId, ...] = ()
    """Whose worse result is not adopted, having heard him: few."""


class RestatementDropped(OfRestatement, frozen=True, kw_only=True):
    """重算不予通过 — everything stays as it was determined."""

    body: Code
    minute: Reference
    minute_sha256: Sha256
    vote: Vote
    reason: Sha256


class NotRestated(msgspec.Struct, frozen=True):
    """Nobody ordered one."""


class Restatement(msgspec.Struct, frozen=True, kw_only=True):
    """The last one ordered."""

    order: RestatementOrdered
    before: tuple[RestatementOrdered, ...] = ()
    """The orders before it, oldest first."""
    corrections: tuple[CorrectionOrdered, ...] = ()
    additions: tuple[AdditionOrdered, ...] = ()
    status: Literal["ordered", "computed", "approved", "dropped"] = "ordered"
    as_of: CommandId | None = None
    members: dict[MemberId, MemberRestated] = {}
    """Those whose result differs, or whose record is put right."""
    final: frozenset[MemberId] = frozenset()
    """Who has said all he wishes to say."""
    spared: frozenset[MemberId] = frozenset()

    def ordered(self, restatement: RestatementId) -> RestatementOrdered | None:
        """The order of this id: the last, or one before it."""
        return next((one for one in (self.order, *self.before) if one.restatement == restatement), None)

    @property
    def put_right(self) -> tuple[CorrectionOrdered | AdditionOrdered, ...]:
        """What it does to sealed archives."""
        return (*self.corrections, *self.additions)

    @property
    def adopted(self) -> tuple[MemberRestated, ...]:
        """Whose new result takes the old one's place, by pseudonym."""
        taken = (one for one in self.members.values() if one.adopted and one.member not in self.spared)
        return tuple(sorted(taken, key=lambda one: str(one.member)))

    def unheard(self, at: Instant) -> tuple[MemberRestated, ...]:
        """Whose term to be heard is still running."""
        harmed = (one for one in self.adopted if one.may_decide_at is not None and one.member not in self.final)
        return tuple(one for one in harmed if one.may_decide_at is not None and at < one.may_decide_at)


State: TypeAlias = NotRestated | Restatement


class RestatementUnknown(Refused):
    """没有这次重算。 There is no such restatement."""

    code = "restatement-unknown"


class RestatementNotThere(Refused):
    """该次重算不在这一步。 The restatement is at another step."""

    code = "restatement-not-there"


class RestatementRunning(Refused):
    """该考评期的上一次重算尚未办结。 An earlier restatement of this period is still on its way."""

    code = "restatement-running"


def evolve(state: State, fact: Fact) -> State:
    """The last restatement after one more fact."""
    match state, fact:
        case NotRestated(), RestatementOrdered():
            return Restatement(order=fact)
        case Restatement(), RestatementOrdered():
            return Restatement(order=fact, before=(*state.before, state.order))
        case Restatement(), CorrectionOrdered():
            return replace(state, corrections=(*state.corrections, fact))
        case Restatement(), AdditionOrdered():
            return replace(state, additions=(*state.additions, fact))
        case Restatement(status="ordered"), RestatementComputed():
            return replace(state, status="computed", as_of=fact.as_of)
        case Restatement(status="computed"), MemberRestated():
            return replace(state, members={**state.members, fact.member: fact})
        case Restatement(status="computed"), LineRestated():
            return state
        case Restatement(status="computed"), RestatementStatementFiled():
            return replace(state, final=state.final | {fact.member}) if fact.final else state
        case Restatement(status="computed"), RestatementApproved():
            return replace(state, status="approved", spared=frozenset(fact.spared))
        case Restatement(status="computed"), RestatementDropped():
            return replace(state, status="dropped")
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


RESTATEMENT: Final[Stream[State]] = Stream(
    "restatement",
    NotRestated(),
    evolve,
    (
        RestatementOrdered,
        CorrectionOrdered,
        AdditionOrdered,
        RestatementComputed,
        MemberRestated,
        LineRestated,
        RestatementStatementFiled,
        RestatementApproved,
        RestatementDropped,
    ),
)


def restatement_of(unit: Code, year: int, period: Code) -> StreamRef[State]:
    """The one stream of the restatements of an organisation's period."""
    return RESTATEMENT.of(unit, year, period)


def restatement_id(unit: Code, year: int, period: Code, number: int) -> RestatementId:
    """The one id of a restatement."""
    return uuid5(NAMESPACE, f"restatement/{unit}/{year}/{period}/{number}")


def restatement_notice_id(restatement: RestatementId) -> NoticeId:
    """The one notice of what a restatement changes."""
    return uuid5(NAMESPACE, f"notice-of-restatement/{restatement}")


def at_step(past: Past, unit: Code, year: int, period: Code, *steps: str) -> Restatement:
    """The last restatement of a period, at one of these steps."""
    state = past[restatement_of(unit, year, period)]
    if not isinstance(state, Restatement):
        raise RestatementUnknown(period=period, year=year)
    if state.status not in steps:
        raise RestatementNotThere(period=period, year=year, status=state.status)
    return state
