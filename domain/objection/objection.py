"""异议 — somebody says that a notice is wrong: facts and state of one objection, from its filing to its end.

Who objects is known to the handler alone. His facts carry a sealed actor, and nothing that a fact says otherwise
depends on who he is: no channel, no length, no reference.
"""

from datetime import date
from typing import Final, Literal, TypeAlias, assert_never

import msgspec
from msgspec.structs import replace

from domain.decider import Fact, Past, Refused, Stream
from domain.recording.archive import Outcome
from domain.recording.committee import Vote
from domain.values import Code, MemberId, NoticeId, ObjectionId, Quantity, RecordId, Reference, Sha256, Title

Target: TypeAlias = Literal["line", "missing_line", "grade", "procedure"]
Standing: TypeAlias = Literal["objection", "correction_request", "information"]
"""In time and by name; too late; or without a name. Only the first holds anything back."""
Outcomes: TypeAlias = Literal["upheld", "partly", "rejected"]
Stage: TypeAlias = Literal["acceptance", "decision", "reply", "appeal_decision"]
"""What a term runs for."""
Status: TypeAlias = Literal[
    "filed", "accepted", "assigned", "heard", "found", "declined", "decided", "replied", "appealed", "final", "closed"
]
Appellant: TypeAlias = Literal["objector", "subject"]
Heard: TypeAlias = Literal["objector", "subject", "recorder", "other"]
Delivery: TypeAlias = Literal["page", "witnessed_paper"]


class Correction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is right instead."""

    outcome: Outcome
    quantity: Quantity = "1.00"
    level: Code | None = None
    condition: Code | None = None
    share: Code | None = None
    member: MemberId | None = None
    """Whose line was missing; None where a line is corrected."""


class ObjectionFiled(Fact, frozen=True, kw_only=True):
    """提出异议."""

    objection: ObjectionId
    unit: Code
    notice: NoticeId
    target: Target
    standing: Standing
    line: int | None = None
    record: RecordId | None = None
    subject: MemberId | None = None
    """Whose line it is about."""
    objector: Sha256
    """Commitment to who objects; to the fact that he gives no name, for information."""
    reason: Sha256
    key: Sha256
    """Digest of the secret that lets him follow, withdraw and appeal."""
    received_on: date | None = None  # the day on which a paper came in
    block_until: date | None = None
    """The last day on which it may hold a line back."""
    filed_on: date | None = None
    """From this day whoever objected is protected."""


class ObjectionReceipted(Fact, frozen=True, kw_only=True):
    """回执 — the number under which it can be followed, at once."""

    objection: ObjectionId
    unit: Code
    receipt: Code
    body: Code
    """The organisation that looks into it."""
    accept_by: date | None = None


class ObjectionAccepted(Fact, frozen=True, kw_only=True):
    """受理."""

    objection: ObjectionId
    unit: Code
    by: MemberId
    decide_by: date


class ObjectionDeclined(Fact, frozen=True, kw_only=True):
    """不予受理 — on a ground of the rule set, with a sealed reason; it can be appealed."""

    objection: ObjectionId
    unit: Code
    by: MemberId
    ground: Code
    reason: Sha256
    appeal_by: date


class HandlerAssigned(Fact, frozen=True, kw_only=True):
    """承办 — one person who had no part in what is objected to."""

    objection: ObjectionId
    unit: Code
    handler: MemberId
    by: MemberId


class HandlerRecused(Fact, frozen=True, kw_only=True):
    """回避 — without a ground: a ground could say who objects."""

    objection: ObjectionId
    unit: Code
    handler: MemberId


class HearingHeld(Fact, frozen=True, kw_only=True):
    """听取意见."""

    objection: ObjectionId
    unit: Code
    heard: tuple[Heard, ...]
    held_on: date
    note: Sha256


class FindingRecorded(Fact, frozen=True, kw_only=True):
    """查核结果."""

    objection: ObjectionId
    unit: Code
    finding: Sha256


class ObjectionUpheld(Fact, frozen=True, kw_only=True):
    """异议成立."""

    objection: ObjectionId
    unit: Code
    reply: Sha256
    correction: Correction | None = None
    """None where nothing takes the place of what is reversed, or no line is concerned."""
    reply_by: date


class ObjectionPartlyUpheld(Fact, frozen=True, kw_only=True):
    """异议部分成立."""

    objection: ObjectionId
    unit: Code
    reply: Sha256
    correction: Correction | None = None
    reply_by: date


class ObjectionRejected(Fact, frozen=True, kw_only=True):
    """异议不成立."""

    objection: ObjectionId
    unit: Code
    reply: Sha256
    reply_by: date


class ObjectionWithdrawn(Fact, frozen=True, kw_only=True):
    """异议撤回 — by whoever filed it."""

    objection: ObjectionId
    unit: Code


class ReplyDelivered(Fact, frozen=True, kw_only=True):
    """答复 — laid on the objector's page, or handed over on paper before a witness."""

    objection: ObjectionId
    unit: Code
    how: Delivery
    delivered_on: date
    """For the page the day on which it counts as delivered."""
    appeal_by: date


class AppealFiled(Fact, frozen=True, kw_only=True):
    """复核申请 — once, by the objector or by the subject."""

    objection: ObjectionId
    unit: Code
    by: Appellant
    ground: Sha256
    body: Code
    """Whose leading group decides."""
    decide_by: date


class AppealDecided(Fact, frozen=True, kw_only=True):
    """复核决定 — final."""

    objection: ObjectionId
    unit: Code
    outcome: Outcomes
    correction: Correction | None = None
    reply: Sha256
    minute: Reference
    minute_sha256: Sha256
    vote: Vote
    """Nothing but noughts where an organisation outside this log decided: its vote is its own."""
    authority: Title | None = None
    """That organisation, whose paper the minute is."""


class ObjectionClosed(Fact, frozen=True, kw_only=True):
    """异议归档."""

    objection: ObjectionId
    unit: Code
    outcome: Literal["upheld", "partly", "rejected", "declined", "withdrawn", "information"]
    notice: NoticeId
    by_restatement: bool = False  # the period was sealed meanwhile: only an ordered restatement gives effect to it


class ObjectionEscalated(Fact, frozen=True, kw_only=True):
    """逾期上提 — a term was missed: the next level takes over, with a new term."""

    objection: ObjectionId
    unit: Code
    stage: Stage
    to: Code
    due_on: date


class ObjectionLapsed(Fact, frozen=True, kw_only=True):
    """逾期从有利于本人 — blocked too long: decided for the person; changed only by restatement."""

    objection: ObjectionId
    unit: Code
    notice: NoticeId
    reversed: bool
    """Whether the record fell, because it was to his disadvantage; else it stands."""


class NoObjection(msgspec.Struct, frozen=True):
    """No such objection."""


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """An objection on its way."""

    objection: ObjectionId
    unit: str
    notice: NoticeId
    target: Target
    standing: Standing
    line: int | None
    record: RecordId | None
    subject: MemberId | None
    objector: str
    key: str
    block_until: date | None
    filed_on: date | None = None
    received_on: date | None = None
    status: Status = "filed"
    receipt: str = ""
    body: str = ""
    appeal_body: str | None = None
    due_on: date | None = None
    """Until when whoever has to act next has time; the appeal term while it runs."""
    handler: MemberId | None = None
    involved: frozenset[MemberId] = frozenset()
    """Who has dealt with it: none of them decides the appeal."""
    recused: frozenset[MemberId] = frozenset()
    """Who stepped back from it, or let its term pass: none of them looks into it again."""
    outcome: Outcomes | None = None
    correction: Correction | None = None
    heard: bool = False

    @property
    def persons(self) -> frozenset[MemberId]:
        """Whom it is about: whose line it was, or whose line was missing."""
        missing = None if self.correction is None else self.correction.member
        return frozenset(one for one in (self.subject, missing) if one is not None)

    @property
    def open(self) -> bool:
        """Whether it is not at its end."""
        return self.status != "closed"

    def awaits(self) -> Stage | None:
        """What the running term is for, if somebody has to act."""
        match self.status:
            case "filed":
                return "acceptance" if self.due_on is not None else None
            case "accepted" | "assigned" | "heard" | "found":
                return "decision"
            case "decided":
                return "reply"
            case "appealed":
                return "appeal_decision"
            case _:
                return None


State = NoObjection | Objection


class ObjectionUnknown(Refused):
    """没有这件异议。 There is no such objection."""

    code = "objection-unknown"


class ObjectionNotThere(Refused):
    """该异议现在不在这一步。 The objection is not at this step now."""

    code = "objection-not-at-step"


def evolve(state: State, fact: Fact) -> State:
    """The objection after one more fact."""
    match state, fact:
        case NoObjection(), ObjectionFiled():
            return _filed(fact)
        case Objection(status="filed"), ObjectionReceipted():
            return replace(state, receipt=fact.receipt, body=fact.body, due_on=fact.accept_by)
        case Objection(), ObjectionAccepted() | ObjectionDeclined() | HandlerAssigned() | HandlerRecused():
            return _received(state, fact)
        case Objection(), HearingHeld():
            return replace(state, status="heard", heard=True)
        case Objection(), FindingRecorded():
            return replace(state, status="found")
        case Objection(), ObjectionUpheld() | ObjectionPartlyUpheld() | ObjectionRejected():
            return _decided(state, fact)
        case Objection(), ReplyDelivered():
            return replace(state, status="replied", due_on=fact.appeal_by)
        case Objection(), AppealFiled():
            return replace(state, status="appealed", appeal_body=fact.body, due_on=fact.decide_by)
        case Objection(), AppealDecided():
            return replace(state, status="final", outcome=fact.outcome, correction=fact.correction, due_on=None)
        case Objection(), ObjectionEscalated():
            return _escalated(state, fact)
        case Objection(), ObjectionWithdrawn():
            return state
        case Objection(), ObjectionClosed() | ObjectionLapsed():
            return replace(state, status="closed", due_on=None)
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


def _filed(fact: ObjectionFiled) -> Objection:
    return Objection(
        objection=fact.objection,
        unit=fact.unit,
        notice=fact.notice,
        target=fact.target,
        standing=fact.standing,
        line=fact.line,
        record=fact.record,
        subject=fact.subject,
        objector=fact.objector,
        key=fact.key,
        block_until=fact.block_until,
        filed_on=fact.filed_on,
        received_on=fact.received_on,
    )


def _received(
    state: Objection, fact: ObjectionAccepted | ObjectionDeclined | HandlerAssigned | HandlerRecused
) -> Objection:
    match fact:
        case ObjectionAccepted():
            return replace(state, status="accepted", due_on=fact.decide_by, involved=state.involved | {fact.by})
        case ObjectionDeclined():
            involved = state.involved | {fact.by}
            return replace(state, status="declined", due_on=fact.appeal_by, involved=involved)
        case HandlerAssigned():
            return replace(state, status="assigned", handler=fact.handler, involved=state.involved | {fact.by})
        case HandlerRecused():
            recused = state.recused | {fact.handler}
            return replace(state, status="accepted", handler=None, recused=recused)


def _decided(state: Objection, fact: ObjectionUpheld | ObjectionPartlyUpheld | ObjectionRejected) -> Objection:
    involved = state.involved if state.handler is None else state.involved | {state.handler}
    decided = replace(state, status="decided", due_on=fact.reply_by, involved=involved)
    match fact:
        case ObjectionUpheld():
            return replace(decided, outcome="upheld", correction=fact.correction)
        case ObjectionPartlyUpheld():
            return replace(decided, outcome="partly", correction=fact.correction)
        case ObjectionRejected():
            return replace(decided, outcome="rejected")


def _escalated(state: Objection, fact: ObjectionEscalated) -> Objection:
    """The level above begins where the one below stopped; whoever let the term pass has had his part in it."""
    late: frozenset[MemberId] = frozenset() if state.handler is None else frozenset({state.handler})
    match fact.stage:
        case "acceptance" | "reply":
            return replace(state, body=fact.to, due_on=fact.due_on)
        case "decision":
            moved = replace(state, body=fact.to, due_on=fact.due_on, recused=state.recused | late)
            return replace(moved, status="accepted", handler=None, heard=False, involved=state.involved | late)
        case "appeal_decision":
            return replace(state, appeal_body=fact.to, due_on=fact.due_on)


OBJECTION: Final[Stream[State]] = Stream(
    "objection",
    NoObjection(),
    evolve,
    (
        ObjectionFiled,
        ObjectionReceipted,
        ObjectionAccepted,
        ObjectionDeclined,
        HandlerAssigned,
        HandlerRecused,
        HearingHeld,
        FindingRecorded,
        ObjectionUpheld,
        ObjectionPartlyUpheld,
        ObjectionRejected,
        ObjectionWithdrawn,
        ReplyDelivered,
        AppealFiled,
        AppealDecided,
        ObjectionClosed,
        ObjectionEscalated,
        ObjectionLapsed,
    ),
)


def living(past: Past, unit: Code, objection: ObjectionId) -> Objection:
    """The objection, if it is about this organisation; else there is none."""
    state = past[OBJECTION.of(objection)]
    match state:
        case Objection() as found:
            if found.unit != unit:
                raise ObjectionUnknown(objection=objection)
            return found
        case NoObjection():
            raise ObjectionUnknown(objection=objection)
        case _:
            assert_never(state)


def at_step(state: Objection, *steps: Status) -> None:
    """Refuse what does not belong to where the objection stands."""
    if state.status not in steps:
        raise ObjectionNotThere(status=state.status)
