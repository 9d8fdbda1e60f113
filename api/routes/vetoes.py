"""一票否决 — the register, for whoever may know of it: entered on a decision document, lifted when that is changed."""

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
from api.readings import note_reading
from api.routes.honours import PersonChoice, scheme_today
from api.routes.matters import Since
from api.wishes import LiftWish, VetoWish
from domain.recording.veto import LiftVeto, RegisterVeto
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, RecordId, Sha256
from projections import merits, offices, organisation
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


class VetoChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A veto of the rule set, with one kind of document on which it may rest."""

    item: Code
    zh: str
    en: str
    document_kind: Code
    document_zh: str
    document_en: str


class VetoRegister(msgspec.Struct, frozen=True, kw_only=True):
    """The vetoes of an organisation and all below it."""

    items: tuple[VetoView, ...]
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
        for veto in found.value:
            await note_reading(asked, veto.member, "veto", veto.record)
        scheme = await scheme_today(asked, connection)
        value = VetoRegister(
            items=await _views(asked, connection, found.value, scheme),
            choices=_choices(scheme),
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


def _choices(scheme: Scheme | None) -> tuple[VetoChoice, ...]:
    if scheme is None:
        return ()
    return tuple(
        VetoChoice(
            item=item.code,
            zh=item.zh,
            en=item.en,
            document_kind=kind,
            document_zh=scheme.evidence_kinds[kind].zh,
            document_en=scheme.evidence_kinds[kind].en,
        )
        for item in scheme.veto
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
