"""事项 — the plan of an organisation: planned, held with evidence, or not held."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response

from api.answering import answer, granted, unchanged
from api.asked import Asked, permitted
from api.documents import described
from api.entry_terms import EntryTerm, entry_term
from api.pages import address
from api.refusals import NotFound
from api.sheet_places import sheet_place
from api.wishes import DropWish, EvidenceWish, HoldWish, OpenSheetWish, PlanWish
from domain.recording.filling import OpenSheet
from domain.recording.matter import AttachEvidence, DropMatter, HoldMatter, PlanMatter
from domain.rules.scheme import Scheme
from domain.values import Code
from projections import matters, rules
from projections.answers import AsyncConnection, Page, instead
from projections.local_items import scheme_here

router = APIRouter(tags=["matters"])

Before = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Cursor: `before` of the last answer.")]
Since = Annotated[int | None, Query(ge=0, le=2**62, description="Position that the answer must have reached.")]


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Something to choose from, in both languages."""

    code: Code
    zh: str
    en: str


class MatterView(msgspec.Struct, frozen=True, kw_only=True):
    """One matter, the items under which it can be recorded, the evidence they ask for."""

    matter: matters.Matter
    items: tuple[Choice, ...]
    evidence_kinds: tuple[Choice, ...]
    entry: EntryTerm | None
    """Until when its sheets are opened in time; None before it was held."""


@router.get("/units/{unit:code}/matters")
@described(Page[matters.Matter])
async def plan(
    unit: str,
    asked: Annotated[Asked, permitted("sheet.read")],
    before: Before = None,
    since: Since = None,
) -> Response:
    """The plan of an organisation, last planned first."""
    if (same := unchanged(asked, since)) is not None:
        return same
    async with asked.ready(since) as connection:
        found = await matters.matters_of(connection, unit, before=before)
        scheme = await _scheme(asked, connection)
    return answer(asked, "matters.html", found, kinds=_kinds(scheme), unit=asked.unit)


@router.get("/units/{unit:code}/matters/{matter:code}")
@described(MatterView)
async def one(
    unit: str, matter: str, asked: Annotated[Asked, permitted("sheet.read")], since: Since = None
) -> Response:
    """One matter."""
    async with asked.ready(since) as connection:
        found = await matters.matter(connection, unit, matter)
        if found.value is None:
            raise NotFound
        scheme = await _scheme(asked, connection)
        entry = await _entry(asked, connection, found.value.occurred_on)
    view = MatterView(
        matter=found.value,
        entry=entry,
        items=_items(scheme, found.value.kind),
        evidence_kinds=_evidence_kinds(scheme, found.value.kind),
    )
    return answer(asked, "matter.html", instead(found, view), unit=asked.unit)


@router.post("/units/{unit:code}/matters", status_code=201)
@described(creates=True)
def add(unit: str, asked: Annotated[Asked, permitted("matter.plan", takes=PlanWish)]) -> Response:
    """Put a matter into the plan."""
    wish: PlanWish = asked.body
    receipt = asked.execute(
        PlanMatter, unit=unit, matter=wish.matter, kind=wish.kind, title=wish.title, planned_on=wish.planned_on
    )
    return granted(asked, receipt, _place(unit, wish.matter), created=True)


@router.post("/units/{unit:code}/matters/{matter:code}/holding")
@described()
def hold(unit: str, matter: str, asked: Annotated[Asked, permitted("matter.hold", takes=HoldWish)]) -> Response:
    """Say that a matter took place."""
    receipt = asked.execute(HoldMatter, unit=unit, matter=matter, occurred_on=asked.body.occurred_on)
    return granted(asked, receipt, _place(unit, matter))


@router.post("/units/{unit:code}/matters/{matter:code}/dropping")
@described()
def drop(unit: str, matter: str, asked: Annotated[Asked, permitted("matter.drop", takes=DropWish)]) -> Response:
    """Say that a matter did not take place, and why."""
    reason = asked.secret(asked.reader.person, "reason", asked.body.reason)
    receipt = asked.execute(DropMatter, unit=unit, matter=matter, reason=reason)
    return granted(asked, receipt, _place(unit, matter))


@router.post("/units/{unit:code}/matters/{matter:code}/evidence", status_code=201)
@described(creates=True, uploads=True)
def attach(
    unit: str, matter: str, asked: Annotated[Asked, permitted("evidence.attach", takes=EvidenceWish)]
) -> Response:
    """Attach a document by its digest."""
    wish: EvidenceWish = asked.body
    receipt = asked.execute(AttachEvidence, unit=unit, matter=matter, kind=wish.kind, sha256=wish.sha256)
    return granted(asked, receipt, _place(unit, matter), created=True)


@router.post("/units/{unit:code}/matters/{matter:code}/sheets", status_code=201)
@described(creates=True)
def open_sheet(
    unit: str, matter: str, asked: Annotated[Asked, permitted("sheet.fill", takes=OpenSheetWish)]
) -> Response:
    """Open the sheet of a matter that was held."""
    wish: OpenSheetWish = asked.body
    told = wish.late_reason
    reason = None if told is None else asked.secret(asked.reader.person, "late_reason", told)
    receipt = asked.execute(OpenSheet, unit=unit, matter=matter, item=wish.item, late_reason=reason)
    return granted(asked, receipt, sheet_place(asked, unit, matter, wish.item), created=True)


def _place(unit: Code, matter: Code) -> str:
    return f"/units/{address(unit)}/matters/{address(matter)}"


async def _scheme(asked: Asked, connection: AsyncConnection) -> Scheme | None:
    assert asked.unit is not None
    published = await scheme_here(connection, asked.unit.unit, asked.today)
    return None if published is None else published.scheme


async def _entry(asked: Asked, connection: AsyncConnection, held: date | None) -> EntryTerm | None:
    assert asked.unit is not None
    known = None if held is None else await rules.scheme_on(connection, asked.unit.scheme, held)
    if held is None or known is None:
        return None
    return entry_term(known.scheme, held, asked.today, (await rules.calendars(connection)).value)


def _kinds(scheme: Scheme | None) -> tuple[Choice, ...]:
    """Every kind of matter, called after the items under which it counts."""
    by_kind: dict[str, list[tuple[str, str]]] = {}
    for item in scheme.responsibility if scheme is not None else ():
        if item.mode != "presumed":
            by_kind.setdefault(item.matter, []).append((item.zh, item.en))
    return tuple(
        Choice(code=kind, zh="、".join(zh for zh, _ in names), en=", ".join(en for _, en in names))
        for kind, names in by_kind.items()
    )


def _items(scheme: Scheme | None, kind: Code) -> tuple[Choice, ...]:
    items = scheme.responsibility if scheme is not None else ()
    return tuple(
        Choice(code=item.code, zh=item.zh, en=item.en)
        for item in items
        if item.matter == kind and item.mode != "presumed"
    )


def _evidence_kinds(scheme: Scheme | None, kind: Code) -> tuple[Choice, ...]:
    """The kinds of paper that an item of this matter asks for, first of all those."""
    if scheme is None:
        return ()
    wanted = [code for item in scheme.responsibility if item.matter == kind for code in item.evidence]
    ordered = dict.fromkeys([*wanted, *scheme.evidence_kinds])
    kinds = scheme.evidence_kinds
    return tuple(Choice(code=code, zh=kinds[code].zh, en=kinds[code].en) for code in ordered if code in kinds)
