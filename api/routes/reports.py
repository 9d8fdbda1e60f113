"""报告 — what the records of many people come to: attainability, branches side by side, and more; as page and file.

Every figure of people is one of ten or more of them; no table is ordered by anybody's points.
"""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from api.answering import answer, unchanged
from api.asked import Asked, permitted
from api.documents import described
from api.exports.files import MEDIA, Format, file_of
from api.exports.taking import file_name, listed, note_taking
from api.refusals import NotFound
from api.reports import cells, heading, made_for, need, on_page, people_in, readable
from api.routes.appraisals import PERIOD_PATTERN
from api.routes.matters import Since
from api.routes.periods import YearAsked
from domain.values import Code
from projections import waiting
from projections.answers import Answer
from projections.reports.asking import Asked as Question
from projections.reports.catalogue import table_of
from projections.reports.table import Name, Report

router = APIRouter(tags=["reports"])

PeriodAsked = Annotated[str | None, Query(pattern=PERIOD_PATTERN)]
ItemAsked = Annotated[str | None, Query(max_length=64, description="One item, branch by branch.")]


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """The reports of an organisation."""

    unit: Code
    reports: tuple[Name, ...]


@router.get("/units/{unit:code}/reports")
@described(Shelf)
async def shelf(unit: str, asked: Annotated[Asked, permitted("report.read")], since: Since = None) -> Response:
    """Which reports there are for the reader."""
    async with asked.ready(since) as connection:
        known = await waiting.as_of(connection)
    view = Shelf(unit=unit, reports=readable(asked))
    return answer(asked, "reports.html", Answer(as_of=known, complete=True, value=view), unit=asked.unit)


@router.get("/units/{unit:code}/reports/{report}")
@described(Report)
async def one(
    unit: str,
    report: Name,
    asked: Annotated[Asked, permitted("report.read")],
    year: YearAsked = None,
    period: PeriodAsked = None,
    item: ItemAsked = None,
    since: Since = None,
) -> Response:
    """One report: of a period that is over, by default the last; or of today."""
    need(asked, report)
    if (same := unchanged(asked, since)) is not None:
        return same
    async with asked.ready(since):
        pass
    found = await _found(asked, report, unit, (year, period, item))
    return answer(asked, "report.html", found, unit=asked.unit, **await on_page(asked, found.value))


@router.get("/units/{unit:code}/reports/{report}/exports/{table}.{kind}")
@described(media_type=MEDIA["csv"])
async def taken(
    unit: str,
    report: Name,
    table: str,
    kind: Format,
    asked: Annotated[Asked, permitted("report.read")],
    year: YearAsked = None,
    period: PeriodAsked = None,
    item: ItemAsked = None,
) -> Response:
    """One table of a report as a file."""
    need(asked, report)
    found = table_of((await _found(asked, report, unit, (year, period, item))).value, table)
    if found is None:
        raise NotFound
    await note_taking(asked, f"report-{report}-{table}.{kind}")
    names = await people_in(asked, [found])
    rows = listed([cells(asked, found, row, names) for row in found.rows])
    return file_of(
        kind, file_name(unit, f"{report}-{table}"), [heading(asked.words, column) for column in found.columns], rows
    )


async def _found(
    asked: Asked, name: Name, unit: Code, of: tuple[int | None, Code | None, Code | None]
) -> Answer[Report]:
    year, period, item = of
    question = Question(unit, asked.today, asked.now, year, period, item)
    found = await run_in_threadpool(made_for, asked, name, question)
    if found is None:
        raise NotFound
    return found
