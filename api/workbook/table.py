"""表格导出 — any list as .xlsx or CSV, without a cell that a spreadsheet would take for a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, Literal, NamedTuple, TypeAlias

from api.workbook.paper import written
from domain.decider import Refused

Cell: TypeAlias = str | int | date | None
"""A value of a table: text, a whole number, a day, or nothing. Points and quantities are texts like "1.50"."""

EXCEL_ROWS: Final = 1_048_576
SHEET_NAME_LIMIT: Final = 31

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,2})?")
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, also in full width. Source: OWASP, CSV injection."""
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\']")


class TableTooLong(Refused):
    """行数超过 Excel 的上限,请改用 CSV。 More rows than Excel can hold; take the CSV instead."""

    code = "table-too-long"


class TableColumn(NamedTuple):
    """One column: headings, what it holds, width in characters."""

    zh: str
    en: str
    holds: Literal["text", "number", "day"] = "text"
    """``number``: points, quantities and counts, right-aligned and summable."""
    width: int = 16


def write_table(title: str, columns: Sequence[TableColumn], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet as .xlsx. Rows are taken one by one; the same table twice is the same bytes."""
    into = io.BytesIO()
    with written(title, into, by_row=True) as paper:
        sheet = paper.sheet(_NOT_IN_NAMES.sub(" ", title)[:SHEET_NAME_LIMIT].strip() or "Sheet1")
        for number, column in enumerate(columns):
            form = {"text": paper.text, "number": paper.number, "day": paper.day}[column.holds]
            sheet.set_column(number, number, column.width, form)
            sheet.write_string(0, number, f"{column.zh}\n{column.en}", paper.heading)
        sheet.freeze_panes(1, 0)
        for row, cells in enumerate(rows, start=2):
            if row > EXCEL_ROWS:
                raise TableTooLong(most=EXCEL_ROWS - 1)
            for number, (column, cell) in enumerate(zip(columns, cells, strict=True), start=1):
                paper.write(sheet, row, number, _value(column, cell))
    return into.getvalue()


def csv_lines(columns: Sequence[TableColumn], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    r"""The table as CSV, line by line: UTF-8 with a byte order mark, CRLF, quoted where needed (RFC 4180).

    A text that a spreadsheet would take for a formula gets an apostrophe in front; a number never does.

    >>> list(csv_lines([TableColumn("名称", "Title")], [["=1+1"], ["-0.50"]]))[1:]
    [b"'=1+1\r\n", b'-0.50\r\n']
    """
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")

    def taken() -> bytes:
        text = line.getvalue()
        line.seek(0)
        line.truncate()
        return text.encode()

    writer.writerow(f"{column.zh} {column.en}" for column in columns)
    yield b"\xef\xbb\xbf" + taken()
    for cells in rows:
        writer.writerow(_shown(cell) for _, cell in zip(columns, cells, strict=True))
        yield taken()


def _value(column: TableColumn, cell: Cell) -> str | Decimal | date | None:
    if isinstance(cell, int):
        return Decimal(cell)
    if isinstance(cell, str) and column.holds == "number" and _NUMBER.fullmatch(cell):
        return Decimal(cell)
    return cell


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case date():
            return cell.isoformat()
        case int():
            return str(cell)
        case str():
            dangerous = cell.lstrip(" ").startswith(_DANGEROUS) and not _NUMBER.fullmatch(cell)
            return f"'{cell}" if dangerous else cell
