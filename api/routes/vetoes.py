"""一票否决 — the register, for whoever may know of it: entered on a decision document, lifted when that is changed."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.documents import described
from api.names import names_of
from api.pages import address
from api.readings import note_lines, note_readings
from api.routes.honours import PersonChoice, scheme_today
from api.routes.matters import Since
from api.veto_wishes import BroughtVetoWish, ClosedVetoWish, DeclinedVetoWish, LiftWish, VetoWish
from domain.recording.bringing import BringVeto, CloseBroughtVeto
from domain.recording.veto import DeclineBroughtVeto, LiftVeto, RegisterVeto
from domain.rules.demands import departments_of
from domain.rules.items import VetoItem
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, RecordId, Sha256
from projections import brought, merits, offices, organisation
from projections.answers import AsyncConnection, instead

router = APIRouter(tags=["vetoes"])


class VetoView(msgspec.Struct, frozen=True, kw_only=True):
    """One veto."""

    record: RecordId
    member: MemberId
    name: str
    unit: Code
    unit_title: str
    item: Code
    item_zh: str
    item_en: str
    clause: str
    ceiling_zh: str | None
    ceiling_en: str | None
    decided_on: date
    document: Sha256
    issuer: str
    lifted_on: date | None
    position: int


class BroughtView(msgspec.Struct, frozen=True, kw_only=True):
    """One decision that a department brought and that waits to be registered."""

    member: MemberId
    name: str
    unit: Code
    unit_title: str
    matter: Code
    item: Code
    item_zh: str
    item_en: str
    clause: str
    occurred_on: date
    decided_on: date
    document_kind: Code
    document: Sha256
    issuer: str
    department: Code
    position: int


class VetoChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A veto of the rule set, with one kind of document on which it may rest."""

    item: Code
    zh: str
    en: str
    document_kind: Code
    document_zh: str
    document_en: str
    kept: bool
    """By a department, which brings it first."""


class VetoRegister(msgspec.Struct, frozen=True, kw_only=True):
    """The vetoes of an organisation and all below it."""

    items: tuple[VetoView, ...]
    brought: tuple[BroughtView, ...]
    choices: tuple[VetoChoice, ...]
    people: tuple[PersonChoice, ...]
    """Of the organisation, for a new entry."""
    voters: tuple[PersonChoice, ...]
    """The body that registers, where it is the reader's own."""


@router.get("/units/{unit:code}/vetoes")
@described(VetoRegister)
async def register(unit: str, asked: Annotated[Asked, permitted("veto.read")], since: Since = None) -> Response:
    """The vetoes of an organisation and all below it, newest first."""
    async with asked.ready(since) as connection:
        found = await merits.vetoes_under(connection, unit)
        shown = await note_readings(asked, ((veto.member, veto.record) for veto in found.value), "veto")
        vetoes = tuple(veto for veto in found.value if veto.member in shown)
        waiting = (await brought.brought_under(connection, unit)).value
        shown = await note_lines(asked, (one.member for one in waiting), "veto")
        waiting = tuple(one for one in waiting if one.member in shown)
        scheme = await scheme_today(asked, connection)
        value = VetoRegister(
            items=await _views(asked, connection, vetoes, scheme),
            brought=await brought_views(asked, connection, waiting),
            choices=() if scheme is None else choices_of(scheme, scheme.veto),
            people=await _people(asked, connection),
            voters=await _voters(asked, connection),
        )
    return answer(asked, "vetoes.html", instead(found, value), unit=asked.unit)


@router.post("/units/{unit:code}/vetoes", status_code=201)
@described(creates=True, uploads=True)
def enter(unit: str, asked: Annotated[Asked, permitted("veto.register", takes=VetoWish)]) -> Response:
    """Register the decision of a competent body."""
    wish: VetoWish = asked.body
    receipt = asked.execute(
        RegisterVeto,
        unit=unit,
        member=wish.member,
        matter=wish.matter,
        item=wish.item,
        occurred_on=wish.occurred_on,
        decided_on=wish.decided_on,
        document_kind=wish.document_kind,
        document=wish.document,
        issuer=asked.secret(wish.member, "issuer", wish.issuer),
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        present=wish.present,
        not_in_favour=wish.not_in_favour,
    )
    return granted(asked, receipt, f"/units/{address(unit)}/vetoes", created=True)


@router.post("/units/{unit:code}/vetoes/{record:uuid}/lifting")
@described(uploads=True)
def lift(unit: str, record: UUID, asked: Annotated[Asked, permitted("veto.lift", takes=LiftWish)]) -> Response:
    """The decision was changed or withdrawn."""
    wish: LiftWish = asked.body
    receipt = asked.execute(
        LiftVeto,
        unit=unit,
        member=wish.member,
        counted_on=wish.decided_on,
        record=record,
        lifted_on=wish.lifted_on,
        document_kind=wish.document_kind,
        document=wish.document,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        present=wish.present,
        not_in_favour=wish.not_in_favour,
    )
    return granted(asked, receipt, f"/units/{address(unit)}/vetoes")


@router.post("/units/{unit:code}/vetoes/brought", status_code=201)
@described(creates=True, uploads=True)
def bring(unit: str, asked: Annotated[Asked, permitted("veto.bring", takes=BroughtVetoWish)]) -> Response:
    """Bring a decision that the department keeps before the body that registers."""
    wish: BroughtVetoWish = asked.body
    receipt = asked.execute(
        BringVeto,
        unit=unit,
        member=wish.member,
        matter=wish.matter,
        item=wish.item,
        occurred_on=wish.occurred_on,
        decided_on=wish.decided_on,
        document_kind=wish.document_kind,
        document=wish.document,
        issuer=asked.secret(wish.member, "issuer", wish.issuer),
    )
    return granted(asked, receipt, f"/units/{address(unit)}/reserved?kind=vetoes", created=True)


@router.post("/units/{unit:code}/vetoes/brought/closing")
@described()
def close_brought(
    unit: str, asked: Annotated[Asked, permitted("veto.close_brought", takes=ClosedVetoWish)]
) -> Response:
    """Take back what one's department brought."""
    wish: ClosedVetoWish = asked.body
    receipt = asked.execute(
        CloseBroughtVeto,
        unit=unit,
        member=wish.member,
        matter=wish.matter,
        item=wish.item,
        reason=asked.secret(wish.member, "reason", wish.reason),
    )
    return granted(asked, receipt, f"/units/{address(unit)}/reserved?kind=vetoes")


@router.post("/units/{unit:code}/vetoes/brought/declining")
@described(uploads=True)
def decline(unit: str, asked: Annotated[Asked, permitted("veto.register", takes=DeclinedVetoWish)]) -> Response:
    """Give back what a department brought, as the body that registers."""
    wish: DeclinedVetoWish = asked.body
    receipt = asked.execute(
        DeclineBroughtVeto,
        unit=unit,
        member=wish.member,
        matter=wish.matter,
        item=wish.item,
        reason=asked.secret(wish.member, "reason", wish.reason),
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        present=wish.present,
        not_in_favour=wish.not_in_favour,
    )
    return granted(asked, receipt, f"/units/{address(unit)}/vetoes")


async def _views(
    asked: Asked, connection: AsyncConnection, found: tuple[merits.Veto, ...], scheme: Scheme | None
) -> tuple[VetoView, ...]:
    names = await names_of(asked, connection, [veto.member for veto in found])
    issuers = await asked.house.vault.values(tuple(veto.issuer for veto in found))
    grades = {grade.code: (grade.zh, grade.en) for grade in (() if scheme is None else scheme.grades)}
    return tuple(
        VetoView(
            record=veto.record,
            member=veto.member,
            name=names(veto.member),
            unit=veto.unit,
            unit_title=veto.unit_title,
            item=veto.item,
            item_zh=veto.item_zh,
            item_en=veto.item_en,
            clause=veto.clause,
            ceiling_zh=None if veto.ceiling is None else grades[veto.ceiling][0],
            ceiling_en=None if veto.ceiling is None else grades[veto.ceiling][1],
            decided_on=veto.decided_on,
            document=veto.document,
            issuer=issuers.get(veto.issuer, asked.words("text.gone")),
            lifted_on=veto.lifted_on,
            position=veto.position,
        )
        for veto in found
    )


async def brought_views(
    asked: Asked, connection: AsyncConnection, found: tuple[brought.Brought, ...]
) -> tuple[BroughtView, ...]:
    """With names and issuers."""
    names = await names_of(asked, connection, [one.member for one in found])
    issuers = await asked.house.vault.values(tuple(one.issuer for one in found))
    return tuple(
        BroughtView(
            member=one.member,
            name=names(one.member),
            unit=one.unit,
            unit_title=one.unit_title,
            matter=one.matter,
            item=one.item,
            item_zh=one.item_zh,
            item_en=one.item_en,
            clause=one.clause,
            occurred_on=one.occurred_on,
            decided_on=one.decided_on,
            document_kind=one.document_kind,
            document=one.document,
            issuer=issuers.get(one.issuer, asked.words("text.gone")),
            department=one.department,
            position=one.position,
        )
        for one in found
    )


def choices_of(scheme: Scheme, items: Iterable[VetoItem]) -> tuple[VetoChoice, ...]:
    """Each of these vetoes with each kind of document on which it may rest."""
    return tuple(
        VetoChoice(
            item=item.code,
            zh=item.zh,
            en=item.en,
            document_kind=kind,
            document_zh=scheme.evidence_kinds[kind].zh,
            document_en=scheme.evidence_kinds[kind].en,
            kept=bool(departments_of(scheme, item.code)),
        )
        for item in items
        for kind in item.evidence
    )


async def _people(asked: Asked, connection: AsyncConnection) -> tuple[PersonChoice, ...]:
    assert asked.unit is not None
    roster = await organisation.members_of(connection, asked.unit.unit, asked.today)
    names = await names_of(asked, connection, [one.member for one in roster.value], unit=asked.unit.unit)
    return tuple(PersonChoice(member=one.member, name=names(one.member)) for one in roster.value)


async def _voters(asked: Asked, connection: AsyncConnection) -> tuple[PersonChoice, ...]:
    acting = asked.acting
    if acting is None or not asked.may("veto.register"):
        return ()
    committee = await offices.committee_of(connection, acting.unit, asked.today)
    people = tuple(dict.fromkeys(office.member for office in committee.value))
    names = await names_of(asked, connection, people)
    return tuple(PersonChoice(member=one, name=names(one)) for one in people)
