"""文中数据 — the figures that the article reports, for an organisation and all below it; each leads to its rows."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, TypeAlias

import msgspec
from fastapi import APIRouter, Query, Response
from psycopg import AsyncConnection

from api.answering import answer
from api.asked import Asked, permitted
from api.documents import described
from api.refusals import NotFound
from api.routes.registers import keeps
from api.words import Words
from domain.register.kinds import LEVEL, PRIZE, TAG, TARGET
from domain.rules.demands import levels_of
from domain.rules.items import Level, Shortfall
from domain.values import Code, points
from projections import registers_article, rules
from projections.answers import Page, instead

router = APIRouter(tags=["registers"])

From = Annotated[date | None, Query(alias="from", description="First day; by default that of the last calendar year.")]
Until = Annotated[date | None, Query(description="Last day; by default today.")]
Detail = Annotated[str | None, Query(max_length=300, description="By what the figure is told apart.")]
Before = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Cursor: `before` of the last answer.")]
Since = Annotated[int | None, Query(ge=0, le=2**62, description="Position that the answer must have reached.")]

_SAID: Final = {choice.code: choice for field in (LEVEL, PRIZE, TAG, TARGET) for choice in field.choices}
_CODED: Final = ("tagged", "awards", "persons_awarded", "visit_coverage")
"""Figures that are told apart by codes of a register's table."""


Levels: TypeAlias = Mapping[str, Level | Shortfall]
"""By their codes."""


class ArticleView(msgspec.Struct, frozen=True, kw_only=True):
    """The figures over some days."""

    unit: Code
    unit_title: str
    from_on: date
    until_on: date
    figures: tuple[registers_article.Figure, ...]


class RowsView(msgspec.Struct, frozen=True, kw_only=True):
    """The rows behind one figure."""

    figure: Code
    line: int
    detail: str | None
    from_on: date
    until_on: date
    rows: Page[registers_article.ArticleRow]


def span(asked: Asked, since: date | None, until: date | None) -> tuple[date, date]:
    """The days of a report: by default the last calendar year and this one, as the article reports two years."""
    last = until or asked.today
    return since or date(last.year - 1, 1, 1), last


async def levels_said(asked: Asked, connection: AsyncConnection) -> Levels:
    """What the rule set of today calls its levels."""
    assert asked.unit is not None
    published = await rules.scheme_on(connection, asked.unit.scheme, asked.today)
    items = () if published is None else published.scheme.items.values()
    return {level.code: level for item in items for level in levels_of(item)}


def detail_words(words: Words, levels: Levels, code: str, detail: str) -> str:
    """By what a figure is told apart, in words."""
    if code == "honours" and detail in levels:
        return words.either(levels[detail].zh, levels[detail].en)
    if code not in _CODED:
        return detail
    parts = (_SAID[part] for part in detail.split() if part in _SAID)
    return " ".join(words.either(part.zh, part.en) for part in parts)


def counted_words(figure: registers_article.Figure | registers_article.Reported, counted: int) -> str:
    """What one row counts: working days stand in hundredths, everything else in ones."""
    return points(counted) if figure.measure == "days" else str(counted)


@router.get("/units/{unit:code}/article")
@described(ArticleView)
async def figures(
    unit: str,
    asked: Annotated[Asked, permitted("register.read")],
    from_on: From = None,
    until: Until = None,
    since: Since = None,
) -> Response:
    """Every figure of the article, made of the records of these days."""
    assert asked.unit is not None
    first, last = span(asked, from_on, until)
    async with asked.ready(since) as connection:
        found = await registers_article.figures(connection, unit, first, last)
        levels = await levels_said(asked, connection)
    view = ArticleView(unit=unit, unit_title=asked.unit.title, from_on=first, until_on=last, figures=found.value)
    return answer(
        asked, "article.html", instead(found, view), unit=asked.unit, levels=levels, detail_words=detail_words
    )


@router.get("/units/{unit:code}/article/{figure}")
@described(RowsView)
async def rows(
    unit: str,
    figure: str,
    asked: Annotated[Asked, permitted("register.read")],
    from_on: From = None,
    until: Until = None,
    detail: Detail = None,
    before: Before = None,
    since: Since = None,
) -> Response:
    """The rows behind one figure, last entered first."""
    one = registers_article.reported(figure)
    if one is None:
        raise NotFound
    first, last = span(asked, from_on, until)
    async with asked.ready(since) as connection:
        found = await registers_article.behind(
            connection, unit, figure, first, last, detail=detail, before=before, keeps=keeps(asked)
        )
        levels = await levels_said(asked, connection)
    view = RowsView(figure=figure, line=one.line, detail=detail, from_on=first, until_on=last, rows=found.value)
    said = None if detail is None else detail_words(asked.words, levels, figure, detail)
    frame = {"unit": asked.unit, "said_of": said, "one": one, "counted_words": counted_words, "keeps": keeps(asked)}
    return answer(asked, "article_rows.html", instead(found, view), **frame)
