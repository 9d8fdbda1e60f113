"""导出明细 — the lines of one sheet and of one notice, and the open things of one board, as files."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from api.asked import Asked, permitted
from api.documents import described
from api.exports.files import MEDIA, Format, Row, file_of
from api.exports.taking import file_name, headings, note_taking
from api.names import names_of
from api.refusals import NotFound
from api.routes.dashboards import LISTS
from api.routes.notices import scheme_of_notice, shown_lines, visible
from domain.values import points
from projections import dashboard, notice_board, sheets

router = APIRouter(tags=["exports"])


@router.get("/units/{unit:code}/matters/{matter:code}/sheets/{item:code}/exports/lines.{kind}")
@described(media_type=MEDIA["csv"])
async def sheet_lines(
    unit: str, matter: str, item: str, kind: Format, asked: Annotated[Asked, permitted("sheet.read")]
) -> Response:
    """What one sheet says of everybody."""
    await note_taking(asked, f"sheet.{kind}")
    async with asked.ready() as connection:
        sheet = (await sheets.sheet(connection, unit, matter, item)).value
        if sheet is None:
            raise NotFound
        people = [one.member for one in sheet.lines]
        names = await names_of(asked, connection, people, unit=unit, day=sheet.header.occurred_on)

    async def rows() -> AsyncIterator[Row]:
        for one in sheet.lines:
            yield (names(one.member), asked.words(f"outcome.{one.outcome}"), Decimal(points(one.quantity)))

    keys = ("export.name", "export.outcome", "export.quantity")
    return file_of(kind, file_name(unit, "sheet-lines"), headings(asked, keys), rows())


@router.get("/units/{unit:code}/notices/{notice:uuid}/exports/lines.{kind}")
@described(media_type=MEDIA["csv"])
async def notice_lines(
    unit: str, notice: UUID, kind: Format, asked: Annotated[Asked, permitted("notice.read")]
) -> Response:
    """What one notice shows of everybody on it: nothing that does not hang on the wall."""
    await note_taking(asked, f"notice.{kind}")
    async with asked.ready() as connection:
        shown = visible(asked, await notice_board.notice(connection, notice))
        people = [one.member for one in shown.lines]
        names = await names_of(asked, connection, people, unit=unit, day=shown.header.occurred_on)
        lines = shown_lines(shown, names, await scheme_of_notice(connection, shown))

    async def rows() -> AsyncIterator[Row]:
        for one in lines:
            level = asked.words.either(one.level_zh or "", one.level_en or "")
            worth = None if one.points is None else Decimal(one.points)
            outcome = asked.words(f"outcome.{one.outcome}")
            if one.grade_zh or one.grade_en:
                outcome = asked.words.either(one.grade_zh or "", one.grade_en or "")
            state = "" if one.state == "open" else asked.words(f"line.{one.state}")
            yield (one.line, one.name, outcome, level, worth, state)

    keys = ("export.line", "export.name", "export.outcome", "export.level", "export.points", "export.status")
    return file_of(kind, file_name(unit, "notice-lines"), headings(asked, keys), rows())


@router.get("/units/{unit:code}/exports/open.{kind}")
@described(media_type=MEDIA["csv"])
async def open_things(unit: str, kind: Format, asked: Annotated[Asked, permitted("dashboard.read")]) -> Response:
    """What is open in an organisation and until when, as far as the reader may read those lists."""
    await note_taking(asked, f"open.{kind}")
    async with asked.ready() as connection:
        found = (await dashboard.dashboard(connection, unit, asked.today, asked.now)).value
    if found is None:
        raise NotFound

    async def rows() -> AsyncIterator[Row]:
        for one in found.open:
            if not asked.reads(LISTS[one.group]):
                continue
            group, state = asked.words(f"dashboard.{one.group}"), asked.words(f"dashboard.kind.{one.kind}")
            yield (group, state, one.title, asked.words.either(one.item_zh or "", one.item_en or ""), one.due_on)

    keys = ("export.what", "export.status", "export.title", "export.item_title", "export.due_on")
    return file_of(kind, file_name(unit, "open"), headings(asked, keys), rows())
