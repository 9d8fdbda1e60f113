"""导出台账 — a register, the article's figures and the rows behind one, as files for whoever reads them as pages.

Persons stand in none of them: a list says what was done, a figure how much.
"""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Response

from api.asked import Asked, permitted
from api.documents import described
from api.exports.files import MEDIA, Format, Row, file_of
from api.exports.taking import PAGE, everything, file_name, headings, listed, note_taking
from api.refusals import NotFound
from api.routes.registers import keeps, told
from api.routes.registers_article import Detail, From, Until, counted_words, detail_words, levels_said, span
from domain.register.fields import Field
from domain.register.kinds import KINDS
from projections import registers, registers_article

router = APIRouter(tags=["exports"])

_ENTRY: Final = ("export.unit", "export.code", "export.title", "export.day", "export.status", "export.step_on")
_FIGURES: Final = (
    "article.line",
    "article.figure",
    "article.detail",
    "article.value",
    "article.counted",
    "article.whole",
)
_ROWS: Final = (
    "article.detail",
    "export.unit",
    "export.code",
    "export.title",
    "export.day",
    "article.counted",
    "article.whole",
    "export.position",
)


@router.get("/units/{unit:code}/exports/registers/{register}.{kind}")
@described(media_type=MEDIA["csv"])
async def register(
    unit: str, register: str, kind: Format, asked: Annotated[Asked, permitted("register.read")]
) -> Response:
    """A register of an organisation and all below it; what was withdrawn says so."""
    table = next((one for one in KINDS if one.code == register), None)
    if table is None:
        raise NotFound
    await note_taking(asked, f"register-{register}.{kind}")
    steps = {step.code: asked.words.either(step.zh, step.en) for step in table.steps}

    async def rows() -> AsyncIterator[Row]:
        page = everything(asked, lambda c, before: registers.entries(c, unit, register, before=before, limit=PAGE))
        async for one in page:
            status = asked.words("status.withdrawn") if one.withdrawn else steps.get(one.step, "")
            shown = told(asked, table, one).said
            said = [_said(asked, field, shown.get(field.code)) for field in table.fields]
            yield (one.unit_title, one.entry, one.title, one.on, status, one.step_on, *said)

    columns = [*headings(asked, _ENTRY), *(asked.words.either(field.zh, field.en) for field in table.fields)]
    return file_of(kind, file_name(unit, f"register-{register}"), columns, rows())


@router.get("/units/{unit:code}/exports/article.{kind}")
@described(media_type=MEDIA["csv"])
async def figures(
    unit: str,
    kind: Format,
    asked: Annotated[Asked, permitted("register.read")],
    from_on: From = None,
    until: Until = None,
) -> Response:
    """The article's figures."""
    await note_taking(asked, f"article.{kind}")
    first, last = span(asked, from_on, until)
    async with asked.ready() as connection:
        found = (await registers_article.figures(connection, unit, first, last)).value
        levels = await levels_said(asked, connection)
    rows: list[Row] = [
        (
            one.line,
            asked.words(f"figure.{one.code}"),
            detail_words(asked.words, levels, one.code, one.detail),
            one.value,
            None if one.value is None else counted_words(one, one.counted),
            one.whole or None,
        )
        for one in found
    ]
    return file_of(kind, file_name(unit, "article"), headings(asked, _FIGURES), listed(rows))


@router.get("/units/{unit:code}/exports/article/{figure}.{kind}")
@described(media_type=MEDIA["csv"])
async def behind(
    unit: str,
    figure: str,
    kind: Format,
    asked: Annotated[Asked, permitted("register.read")],
    from_on: From = None,
    until: Until = None,
    detail: Detail = None,
) -> Response:
    """The rows behind one figure."""
    one = registers_article.reported(figure)
    if one is None:
        raise NotFound
    await note_taking(asked, f"article-{figure}.{kind}")
    first, last = span(asked, from_on, until)
    async with asked.ready() as connection:
        levels = await levels_said(asked, connection)

    async def rows() -> AsyncIterator[Row]:
        async for row in everything(
            asked,
            lambda c, before: registers_article.behind(
                c, unit, figure, first, last, detail=detail, before=before, keeps=keeps(asked), limit=PAGE
            ),
        ):
            said = detail_words(asked.words, levels, figure, row.detail)
            counted = counted_words(one, row.counted)
            yield (said, row.unit_title, row.entry, row.title, row.day, counted, row.whole or None, row.position)

    return file_of(kind, file_name(unit, f"article-{figure}"), headings(asked, _ROWS), rows())


def _said(asked: Asked, field: Field, value: str | None) -> str | int | Decimal | None:
    if value is None:
        return None
    if field.type == "count":
        return int(value)
    if field.type == "number":
        return Decimal(value)
    choice = next((one for one in field.choices if one.code == value), None)
    return value if choice is None else asked.words.either(choice.zh, choice.en)
