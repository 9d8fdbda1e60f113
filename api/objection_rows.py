"""异议列表 — an objection in a list: where it stands and until when, nothing of who objects or what he wrote."""

from datetime import date
from typing import Final, Literal, TypeAlias

import msgspec

from api.result_notices import objected_to
from domain.values import Code, ObjectionId
from projections import disputes

Urgency: TypeAlias = Literal["overdue", "soon", "calm"]
SOON_DAYS: Final = 2


class ObjectionRow(msgspec.Struct, frozen=True, kw_only=True):
    """An objection in a list."""

    objection: ObjectionId
    receipt: str
    unit: Code
    unit_title: str
    title: str
    item_zh: str
    item_en: str
    target: str
    line: int | None
    standing: str
    status: str
    awaits: str | None
    due_on: date | None
    urgency: Urgency
    escalated: bool
    outcome: str | None
    holds: bool
    block_until: date | None
    filed_on: date


def row(header: disputes.ObjectionHeader, today: date) -> ObjectionRow:
    """An objection in a list: nothing of who objects or what he wrote."""
    title, item_zh, item_en = objected_to(header)
    return ObjectionRow(
        objection=header.objection,
        receipt=header.receipt,
        unit=header.unit,
        unit_title=header.unit_title,
        title=title,
        item_zh=item_zh,
        item_en=item_en,
        target=header.target,
        line=header.line,
        standing=header.standing,
        status=header.status,
        awaits=header.awaits,
        due_on=header.due_on,
        urgency=urgency(header.due_on if header.awaits else None, today),
        escalated=header.escalated > 0,
        outcome=header.outcome,
        holds=header.holds,
        block_until=header.block_until,
        filed_on=header.filed_at.date(),
    )


def urgency(due_on: date | None, today: date) -> Urgency:
    """Red once a term is over, amber in its last days."""
    if due_on is None:
        return "calm"
    if due_on < today:
        return "overdue"
    return "soon" if (due_on - today).days <= SOON_DAYS else "calm"
