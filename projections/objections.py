"""异议登记 — every objection with where it stands and until when; and what it holds back.

Rows name things by their ids alone, so that an objection is followed whoever is parked. Who objects, and what he
wrote, stand here as commitments; the vault opens them for the handler.
"""

from datetime import date
from typing import Any, Final, LiteralString, TypeAlias
from uuid import UUID

from domain.notice.notice import NoticeDrafted, NoticeLineCleared, NoticeLineCorrected, NoticeLineSuspended
from domain.objection.objection import (
    AppealDecided,
    AppealFiled,
    FindingRecorded,
    HandlerAssigned,
    HandlerRecused,
    HearingHeld,
    ObjectionAccepted,
    ObjectionClosed,
    ObjectionDeclined,
    ObjectionEscalated,
    ObjectionFiled,
    ObjectionLapsed,
    ObjectionPartlyUpheld,
    ObjectionReceipted,
    ObjectionRejected,
    ObjectionUpheld,
    ObjectionWithdrawn,
    ReplyDelivered,
)
from domain.values import ObjectionId
from projections.applying import Applied, Handlers
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE objections (
    id uuid PRIMARY KEY,
    filed integer NOT NULL,
    filed_at timestamptz NOT NULL,
    unit text NOT NULL,
    notice uuid NOT NULL,
    target text NOT NULL,
    standing text NOT NULL,
    number integer,
    record uuid,
    subject uuid,
    objector text NOT NULL,
    reason text NOT NULL,
    key text NOT NULL,
    received_on date,
    block_until date,
    receipt text,
    body text,
    status text NOT NULL,
    awaits text,
    due_on date,
    escalated integer NOT NULL,
    handler uuid,
    ground text,
    declined text,
    note text,
    finding text,
    outcome text,
    right_outcome text,
    right_quantity text,
    right_level text,
    right_member uuid,
    reply text,
    delivered_on date,
    appeal_by date,
    appellant text,
    appeal_ground text,
    appeal_body text,
    appeal_reply text,
    suspended integer,
    cleared integer,
    corrected integer,
    renoticed uuid,
    closed integer,
    closed_at timestamptz,
    ended text
);
CREATE INDEX objections_of_unit ON objections (unit, filed);
CREATE INDEX objections_of_notice ON objections (notice, number);
CREATE INDEX objections_of_record ON objections (record);
CREATE INDEX objections_holding ON objections (subject)
    WHERE suspended IS NOT NULL AND cleared IS NULL AND corrected IS NULL;
CREATE UNIQUE INDEX objections_by_receipt ON objections (receipt);
CREATE TABLE objection_steps (
    objection uuid NOT NULL,
    position integer NOT NULL,
    at timestamptz NOT NULL,
    type text NOT NULL,
    PRIMARY KEY (objection, position)
);
"""


class ObjectionRow(Row, kw_only=True):
    """One objection."""

    table = "objections"
    id: UUID
    filed: int
    filed_at: str
    unit: str
    notice: UUID
    target: str
    standing: str
    number: int | None
    record: UUID | None
    subject: UUID | None
    objector: str
    reason: str
    key: str
    received_on: date | None
    block_until: date | None
    receipt: str | None = None
    body: str | None = None
    status: str = "filed"
    awaits: str | None = None
    due_on: date | None = None
    escalated: int = 0
    handler: UUID | None = None
    ground: str | None = None
    declined: str | None = None
    note: str | None = None
    finding: str | None = None
    outcome: str | None = None
    right_outcome: str | None = None
    right_quantity: str | None = None
    right_level: str | None = None
    right_member: UUID | None = None
    reply: str | None = None
    delivered_on: date | None = None
    appeal_by: date | None = None
    appellant: str | None = None
    appeal_ground: str | None = None
    appeal_body: str | None = None
    appeal_reply: str | None = None
    suspended: int | None = None
    cleared: int | None = None
    corrected: int | None = None
    renoticed: UUID | None = None
    closed: int | None = None
    closed_at: str | None = None
    ended: str | None = None


Said: TypeAlias = (
    ObjectionReceipted
    | ObjectionAccepted
    | ObjectionDeclined
    | HandlerAssigned
    | HandlerRecused
    | HearingHeld
    | FindingRecorded
    | ObjectionUpheld
    | ObjectionPartlyUpheld
    | ObjectionRejected
    | ObjectionWithdrawn
    | ReplyDelivered
    | AppealFiled
    | AppealDecided
    | ObjectionClosed
    | ObjectionEscalated
    | ObjectionLapsed
)


def _filed(this: Applied, fact: ObjectionFiled) -> None:
    this.batch.insert(
        ObjectionRow(
            id=fact.objection,
            filed=this.position,
            filed_at=this.at,
            unit=fact.unit,
            notice=fact.notice,
            target=fact.target,
            standing=fact.standing,
            number=fact.line,
            record=fact.record,
            subject=fact.subject,
            objector=fact.objector,
            reason=fact.reason,
            key=fact.key,
            received_on=fact.received_on,
            block_until=fact.block_until,
        )
    )
    _step(this, fact.objection)


def _said(this: Applied, fact: Said) -> None:
    this.batch.change(ObjectionRow, fact.objection, **_changes(this, fact))
    _step(this, fact.objection)


def _step(this: Applied, objection: ObjectionId) -> None:
    this.batch.append("objection_steps", f"{objection}\t{this.position}\t{this.at}\t{this.line.type}")


def _changes(this: Applied, fact: Said) -> dict[str, Any]:
    """What one more fact changes of the row."""
    match fact:
        case ObjectionReceipted():
            awaits = None if fact.accept_by is None else "acceptance"
            return {"receipt": fact.receipt, "body": fact.body, "due_on": fact.accept_by, "awaits": awaits}
        case ObjectionAccepted():
            return {"status": "accepted", "due_on": fact.decide_by, "awaits": "decision"}
        case ObjectionDeclined():
            gone = {"status": "declined", "due_on": fact.appeal_by, "awaits": None, "appeal_by": fact.appeal_by}
            return {**gone, "ground": fact.ground, "declined": fact.reason}
        case HandlerAssigned():
            return {"status": "assigned", "handler": fact.handler}
        case HandlerRecused():
            return {"status": "accepted", "handler": None}
        case HearingHeld():
            return {"status": "heard", "note": fact.note}
        case FindingRecorded():
            return {"status": "found", "finding": fact.finding}
        case ObjectionUpheld() | ObjectionPartlyUpheld() | ObjectionRejected():
            return _decided(fact)
        case ReplyDelivered():
            delivered = {"delivered_on": fact.delivered_on, "appeal_by": fact.appeal_by}
            return {"status": "replied", "due_on": fact.appeal_by, "awaits": None, **delivered}
        case AppealFiled():
            appeal = {"appellant": fact.by, "appeal_ground": fact.ground, "appeal_body": fact.body}
            return {"status": "appealed", "due_on": fact.decide_by, "awaits": "appeal_decision", **appeal}
        case AppealDecided():
            right = _right(fact)
            final = {"status": "final", "due_on": None, "awaits": None, "outcome": fact.outcome}
            return {**final, "appeal_reply": fact.reply, **right}
        case ObjectionEscalated():
            return _escalated(this, fact)
        case ObjectionWithdrawn():
            return {"awaits": None}
        case ObjectionClosed():
            return {**_ended(this), "ended": fact.outcome}
        case ObjectionLapsed():
            return {**_ended(this), "ended": "lapsed"}


def _decided(fact: ObjectionUpheld | ObjectionPartlyUpheld | ObjectionRejected) -> dict[str, Any]:
    common = {"status": "decided", "due_on": fact.reply_by, "awaits": "reply", "reply": fact.reply}
    match fact:
        case ObjectionRejected():
            return {**common, "outcome": "rejected"}
        case ObjectionUpheld():
            return {**common, "outcome": "upheld", **_right(fact)}
        case ObjectionPartlyUpheld():
            return {**common, "outcome": "partly", **_right(fact)}


def _right(fact: ObjectionUpheld | ObjectionPartlyUpheld | AppealDecided) -> dict[str, Any]:
    right = fact.correction
    return {
        "right_outcome": None if right is None else right.outcome,
        "right_quantity": None if right is None else right.quantity,
        "right_level": None if right is None else right.level,
        "right_member": None if right is None else right.member,
    }


def _escalated(this: Applied, fact: ObjectionEscalated) -> dict[str, Any]:
    moved: dict[str, Any] = {"due_on": fact.due_on, "escalated": this.position}
    match fact.stage:
        case "acceptance" | "reply":
            return {**moved, "body": fact.to}
        case "decision":
            return {**moved, "body": fact.to, "status": "accepted", "handler": None}
        case "appeal_decision":
            return {**moved, "appeal_body": fact.to}


def _ended(this: Applied) -> dict[str, Any]:
    return {"status": "closed", "due_on": None, "awaits": None, "closed": this.position, "closed_at": this.at}


def _line(this: Applied, fact: NoticeLineSuspended | NoticeLineCleared | NoticeLineCorrected) -> None:
    match fact:
        case NoticeLineSuspended():
            this.batch.change(ObjectionRow, fact.objection, suspended=this.position)
        case NoticeLineCleared():
            this.batch.change(ObjectionRow, fact.objection, cleared=this.position)
        case NoticeLineCorrected():
            this.batch.change(ObjectionRow, fact.objection, corrected=this.position)


def _noticed_anew(this: Applied, fact: NoticeDrafted) -> None:
    if fact.objection is not None:
        this.batch.change(ObjectionRow, fact.objection, renoticed=fact.notice)


HANDLERS: Final[Handlers] = {
    ObjectionFiled: _filed,
    **dict.fromkeys(
        (
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
        _said,
    ),
    NoticeLineSuspended: _line,
    NoticeLineCleared: _line,
    NoticeLineCorrected: _line,
    NoticeDrafted: _noticed_anew,
}
