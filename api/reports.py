"""报告的页面与文件 — what a reader may see of the reports, and how a table's values are written for people."""

from collections.abc import Iterable
from datetime import date

from api.asked import Asked
from api.exports.cells import Cell
from api.names import Names, names_of
from api.words import Words
from domain.decider import NotPermitted
from domain.values import MemberId
from projections.answers import Answer
from projections.reports.asking import Asked as Question
from projections.reports.catalogue import OPERATIONS, made
from projections.reports.table import NAMES, Column, Name, Report, Row, Said, Table, Value


def readable(asked: Asked) -> tuple[Name, ...]:
    """The reports that the reader may see."""
    return tuple(name for name in NAMES if asked.reads(OPERATIONS[name]))


def need(asked: Asked, name: Name) -> None:
    """Refuse a report whose operation is not granted to the reader."""
    if not asked.reads(OPERATIONS[name]):
        raise NotPermitted


def made_for(asked: Asked, name: Name, question: Question) -> Answer[Report] | None:
    """The report, by a connection of its own: it takes a while."""
    with asked.house.looking() as connection:
        return made(connection, asked.house.vault.open, name, question)


async def people_in(asked: Asked, tables: Iterable[Table]) -> Names:
    """The names of whoever stands in some tables."""
    found = {
        MemberId(str(row.values[column.code]))
        for table in tables
        for column in table.columns
        if column.kind == "person"
        for row in table.rows
        if row.values[column.code] is not None
    }
    async with asked.ready() as connection:
        return await names_of(asked, connection, found)


async def on_page(asked: Asked, report: Report) -> dict[str, object]:
    """What a page needs beside the report."""
    return {
        "names": await people_in(asked, report.tables),
        "person": MemberId,
        "parsed": date.fromisoformat,
        "query": f"?{asked.request.url.query}" if asked.request.url.query else "",
    }


def heading(words: Words, column: Column) -> str:
    """What stands above a column."""
    if column.title is not None:
        return words.either(column.title.zh, column.title.en)
    return words(f"report.column.{column.code}")


def cells(asked: Asked, table: Table, row: Row, names: Names) -> list[Cell]:
    """One row of a file."""
    return [_cell(asked, column, row.values[column.code], names) for column in table.columns]


def _cell(asked: Asked, column: Column, value: Value, names: Names) -> Cell:
    if isinstance(value, Said):
        return asked.words.either(value.zh, value.en)
    if value is None:
        return None
    if column.kind == "word":
        return asked.words(f"report.word.{value}")
    return names(MemberId(str(value))) if column.kind == "person" else value
