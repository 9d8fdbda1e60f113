"""异议查询 — what may be asked of the register: a list, a desk, one objection; of who objects only commitments."""

from datetime import date, datetime
from typing import Final

import msgspec

from domain.objection.objection import Target
from domain.values import Code, MemberId, NoticeId, ObjectionId, RecordId, Sha256
from projections.answers import PAGE, Answer, AsyncConnection, Page, ask, ask_one, paged


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to it."""

    position: int
    at: datetime
    type: str


class NoticedPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """Whose results a notice shows."""

    stage: Code
    period: Code
    last_on: date


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
    results: NoticedPeriod | None
    """Of which period the notice shows results, and no records."""
    target: Target
    standing: str
    line: int | None
    body: Code
    body_title: str
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


_HEADER: Final = """
SELECT o.id AS objection, o.receipt, o.unit, u.title AS unit_title, o.notice, COALESCE(n.title, '') AS notice_title,
       COALESCE(n.item_zh, '') AS item_zh, COALESCE(n.item_en, '') AS item_en, n.results, o.target, o.standing,
       o.number AS line, o.body, (SELECT b.title FROM units AS b WHERE b.code = o.body) AS body_title,
       o.status, o.awaits, o.due_on, o.block_until, o.escalated, o.handler, o.outcome, o.ended,
       o.suspended IS NOT NULL AND o.cleared IS NULL AND o.corrected IS NULL AS holds,
       o.filed, o.filed_at, o.closed_at
FROM objections AS o
JOIN units AS u ON u.code = o.unit
LEFT JOIN LATERAL (
  SELECT COALESCE(m.title, c.title, CASE WHEN p.part IS NULL THEN n.matter END) AS title,
         p.content->>'zh' AS item_zh, p.content->>'en' AS item_en,
         CASE WHEN s.sheet IS NULL AND x.merit IS NULL
           THEN json_build_object('stage', n.stage, 'period', n.item, 'last_on', n.occurred_on) END AS results
  FROM notices AS n
  LEFT JOIN sheets AS s ON s.sheet = n.sheet
  LEFT JOIN matters AS m ON m.matter = s.matter
  LEFT JOIN notice_lines AS l ON n.sheet IS NULL AND l.notice = n.notice AND l.line = 1
  LEFT JOIN merits AS x ON x.merit = l.record
  LEFT JOIN cases AS c ON c.opened = x.opened
  LEFT JOIN rule_parts AS p ON p.part = COALESCE(s.item_part, x.part) WHERE n.id = o.notice
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
