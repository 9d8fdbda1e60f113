"""异议登记 — every objection with where it stands and until when; and what it holds back.

Rows name things by their ids alone, so that an objection is followed whoever is parked. Who objects, and what he
wrote, stand here as commitments; the vault opens them for the handler.
"""

from datetime import date, datetime
from typing import Any, Final, LiteralString, TypeAlias
from uuid import UUID

import msgspec

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
from domain.values import Code, MemberId, NoticeId, ObjectionId, RecordId, Sha256
from projections.answers import PAGE, Answer, AsyncConnection, Page, ask, ask_one, paged
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


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to it."""

    position: int
    at: datetime
    type: str


class ObjectionHeader(msgspec.Struct, frozen=True, kw_only=True):
    """One objection as whoever may see the register sees it: nothing of who objects or what he wrote."""

    objection: ObjectionId
    receipt: str
    unit: Code
    unit_title: str
    notice: NoticeId
    notice_title: str
    item_zh: str
    item_en: str
    target: str
    standing: str
    line: int | None
    body: Code
    status: str
    awaits: str | None
    due_on: date | None
    block_until: date | None
    escalated: int
    handler: MemberId | None
    outcome: str | None
    ended: str | None
    holds: bool
    """Whether it holds a line back now."""
    filed: int
    filed_at: datetime
    closed_at: datetime | None


class Objection(msgspec.Struct, frozen=True, kw_only=True):
    """One objection with everything that the log says of it."""

    header: ObjectionHeader
    subject: MemberId | None
    record: RecordId | None
    objector: Sha256
    reason: Sha256
    key: Sha256
    received_on: date | None
    ground: Code | None
    declined: Sha256 | None
    note: Sha256 | None
    finding: Sha256 | None
    right_outcome: str | None
    right_quantity: str | None
    right_level: str | None
    right_member: MemberId | None
    reply: Sha256 | None
    delivered_on: date | None
    appeal_by: date | None
    appellant: str | None
    appeal_ground: Sha256 | None
    appeal_body: Code | None
    appeal_reply: Sha256 | None
    renoticed: NoticeId | None
    steps: tuple[Step, ...]


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

_HEADER: Final = """
SELECT o.id AS objection, o.receipt, o.unit, u.title AS unit_title, o.notice, COALESCE(n.title, '') AS notice_title,
       COALESCE(n.item_zh, '') AS item_zh, COALESCE(n.item_en, '') AS item_en, o.target, o.standing,
       o.number AS line, o.body,
       o.status, o.awaits, o.due_on, o.block_until, o.escalated, o.handler, o.outcome, o.ended,
       o.suspended IS NOT NULL AND o.cleared IS NULL AND o.corrected IS NULL AS holds,
       o.filed, o.filed_at, o.closed_at
FROM objections AS o
JOIN units AS u ON u.code = o.unit
LEFT JOIN LATERAL (
  SELECT COALESCE(m.title, c.title) AS title, p.content->>'zh' AS item_zh, p.content->>'en' AS item_en
  FROM notices AS n
  LEFT JOIN sheets AS s ON s.sheet = n.sheet
  LEFT JOIN matters AS m ON m.matter = s.matter
  LEFT JOIN notice_lines AS l ON n.sheet IS NULL AND l.notice = n.notice AND l.line = 1
  LEFT JOIN merits AS x ON x.merit = l.record
  LEFT JOIN cases AS c ON c.opened = x.opened
  JOIN rule_parts AS p ON p.part = COALESCE(s.item_part, x.part) WHERE n.id = o.notice
) AS n ON true
"""
_LISTED: Final = (
    _HEADER
    + """
WHERE (o.unit = %(unit)s OR o.body = %(unit)s OR o.appeal_body = %(unit)s)
  AND (%(before)s::int IS NULL OR o.filed < %(before)s)
  AND (NOT %(running)s OR o.status <> 'closed')
ORDER BY o.filed DESC LIMIT %(limit)s + 1
"""
)
_DESK: Final = (
    _HEADER
    + """
WHERE o.status <> 'closed' AND (
  o.handler = %(person)s
  OR (o.body = %(unit)s AND o.status IN ('filed', 'accepted', 'decided') AND o.awaits IS NOT NULL)
  OR (%(group)s AND o.appeal_body = %(unit)s AND o.status = 'appealed')
)
ORDER BY o.due_on, o.filed LIMIT 200
"""
)
_ONE: Final = "".join(
    (
        "SELECT (SELECT row_to_json(h) FROM (",
        _HEADER,
        """WHERE o.id = this.id) AS h) AS header, this.subject, this.record, this.objector, this.reason, this.key,
  this.received_on, this.ground, this.declined, this.note, this.finding, this.right_outcome, this.right_quantity,
  this.right_level, this.right_member, this.reply, this.delivered_on, this.appeal_by, this.appellant,
  this.appeal_ground, this.appeal_body, this.appeal_reply, this.renoticed,
  (SELECT COALESCE(json_agg(json_build_object('position', s.position, 'at', s.at, 'type', s.type)
                            ORDER BY s.position), '[]')
   FROM objection_steps AS s WHERE s.objection = this.id) AS steps
FROM objections AS this WHERE """,
    )
)
_BY_ID: Final = _ONE + "this.id = %(objection)s"
_BY_RECEIPT: Final = _ONE + "this.receipt = %(receipt)s"
_ABOUT: Final = (
    _HEADER
    + """
WHERE o.status <> 'closed' AND o.standing <> 'information'
  AND (o.subject = %(member)s OR o.right_member = %(member)s)
ORDER BY o.filed
"""
)


async def register(
    connection: AsyncConnection, unit: Code, *, running: bool = False, before: int | None = None, limit: int = PAGE
) -> Answer[Page[ObjectionHeader]]:
    """The objections about an organisation's notices, and those that are with it, newest first."""
    known: dict[str, object] = {"unit": unit, "running": running, "before": before, "limit": limit}
    found = await ask(connection, ObjectionHeader, _LISTED, known, where=unit)
    return paged(found, [header.filed for header in found.value], limit)


async def desk(
    connection: AsyncConnection, person: MemberId, unit: Code, *, group: bool
) -> Answer[tuple[ObjectionHeader, ...]]:
    """What waits for a handler, for the organisation in which he acts and, with ``group``, for its leading group."""
    return await ask(connection, ObjectionHeader, _DESK, {"person": person, "unit": unit, "group": group}, where=unit)


async def about(connection: AsyncConnection, member: MemberId) -> Answer[tuple[ObjectionHeader, ...]]:
    """The open objections about a member's own lines."""
    return await ask(connection, ObjectionHeader, _ABOUT, {"member": member}, whose=member)


async def objection(connection: AsyncConnection, objection: ObjectionId) -> Answer[Objection | None]:
    """One objection."""
    return await ask_one(connection, Objection, _BY_ID, {"objection": objection})


async def by_receipt(connection: AsyncConnection, receipt: str) -> Answer[Objection | None]:
    """The objection of a receipt number."""
    return await ask_one(connection, Objection, _BY_RECEIPT, {"receipt": receipt})
