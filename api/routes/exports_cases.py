"""导出申报、减分、否决、异议 — the lists of merits and of disputes as files, for whoever reads them as pages."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Response

from api.asked import Asked, permitted
from api.documents import described
from api.exports.files import MEDIA, Format, Row, file_of
from api.exports.taking import PAGE, everything, file_name, headings, listed, note_taking
from api.names import names_of
from api.readings import note_lines, note_reading, note_readings
from api.result_notices import objected_to
from domain.values import MemberId, points
from projections import cases, disputes, merits
from projections.answers import AsyncConnection

router = APIRouter(tags=["exports"])

_CASES: Final = (
    "export.name",
    "export.item",
    "export.item_title",
    "export.level",
    "export.title",
    "export.points",
    "export.dated_on",
    "export.status",
    "export.ends_on",
)


@router.get("/units/{unit:code}/exports/honours.{kind}")
@described(media_type=MEDIA["csv"])
async def honours_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("honour.read")]) -> Response:
    """The claims of an organisation."""
    return await _cases(asked, unit, kind, "honours", cases.HONOURS)


@router.get("/units/{unit:code}/exports/deductions.{kind}")
@described(media_type=MEDIA["csv"])
async def deductions_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("deduction.read")]) -> Response:
    """What was proposed in an organisation."""
    return await _cases(asked, unit, kind, "deductions", cases.DEDUCTIONS)


@router.get("/members/{member:uuid}/exports/honours.{kind}")
@described(media_type=MEDIA["csv"])
async def own_honours(member: UUID, kind: Format, asked: Annotated[Asked, permitted("honour.read")]) -> Response:
    """A member's claims."""
    return await _of_member(asked, member, kind, "honours", cases.HONOURS)


@router.get("/members/{member:uuid}/exports/deductions.{kind}")
@described(media_type=MEDIA["csv"])
async def own_deductions(member: UUID, kind: Format, asked: Annotated[Asked, permitted("deduction.read")]) -> Response:
    """What was proposed against a person."""
    return await _of_member(asked, member, kind, "deductions", cases.DEDUCTIONS)


@router.get("/units/{unit:code}/exports/vetoes.{kind}")
@described(media_type=MEDIA["csv"])
async def vetoes_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("veto.read")]) -> Response:
    """The vetoes of an organisation and all below it."""
    await note_taking(asked, f"vetoes.{kind}")
    async with asked.ready() as connection:
        found = (await merits.vetoes_under(connection, unit)).value
        names = await names_of(asked, connection, [one.member for one in found], unit=unit)
    shown = await note_readings(asked, ((one.member, one.record) for one in found), "veto")

    async def rows() -> AsyncIterator[Row]:
        for one in found:
            if one.member not in shown:
                continue
            item = asked.words.either(one.item_zh, one.item_en)
            yield (names(one.member), one.unit_title, one.item, item, one.decided_on, one.lifted_on)

    keys = ("export.name", "export.unit", "export.item", "export.item_title", "export.dated_on", "export.lifted_on")
    return file_of(kind, file_name(unit, "vetoes"), headings(asked, keys), rows())


@router.get("/units/{unit:code}/exports/objections.{kind}")
@described(media_type=MEDIA["csv"])
async def objections_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("objection.read")]) -> Response:
    """The objections of an organisation with their terms: nothing of who objects or what he wrote."""
    await note_taking(asked, f"objections.{kind}")

    async def rows() -> AsyncIterator[Row]:
        async for one in everything(asked, lambda c, before: disputes.register(c, unit, before=before, limit=PAGE)):
            title, item_zh, item_en = objected_to(one)
            item = asked.words.either(item_zh, item_en)
            status = asked.words(f"status.{'archived' if one.status == 'closed' else one.status}")
            yield (one.receipt, title, item, one.line, status, one.due_on, one.filed_at, one.closed_at)

    keys = (
        "export.receipt",
        "export.title",
        "export.item_title",
        "export.line",
        "export.status",
        "export.due_on",
        "export.filed_at",
        "export.closed_at",
    )
    return file_of(kind, file_name(unit, "objections"), headings(asked, keys), rows())


async def _cases(asked: Asked, unit: str, kind: Format, what: str, kinds: list[str]) -> Response:
    await note_taking(asked, f"{what}.{kind}")

    found = [
        one async for one in everything(asked, lambda c, b: cases.cases_of_unit(c, unit, kinds, before=b, limit=PAGE))
    ]
    shown = await note_lines(asked, (one.member for one in found), "export")
    async with asked.ready() as connection:
        rows = await _rows(asked, connection, tuple(one for one in found if one.member in shown), unit)
    return file_of(kind, file_name(unit, what), headings(asked, _CASES), listed(rows))


async def _of_member(asked: Asked, member: MemberId, kind: Format, what: str, kinds: list[str]) -> Response:
    await note_taking(asked, f"{what}.{kind}")
    await note_reading(asked, member, "export")
    async with asked.ready() as connection:
        found = (await cases.cases_of_member(connection, member, kinds)).value
        rows = await _rows(asked, connection, found, None)
    return file_of(kind, f"{what}-{member}", headings(asked, _CASES), listed(rows))


async def _rows(
    asked: Asked, connection: AsyncConnection, found: tuple[cases.CaseHeader, ...], unit: str | None
) -> list[Row]:
    names = await names_of(asked, connection, [one.member for one in found], unit=unit)
    return [_row(asked, one, names(one.member)) for one in found]


def _row(asked: Asked, one: cases.CaseHeader, name: str) -> Row:
    sign = 1 if one.kind == "honour" else -1
    return (
        name,
        one.item,
        asked.words.either(one.item_zh, one.item_en),
        asked.words.either(one.level_zh, one.level_en),
        one.title or one.matter,
        Decimal(points(sign * one.points)),
        one.dated_on,
        asked.words(f"status.{one.status}"),
        one.ends_on,
    )
