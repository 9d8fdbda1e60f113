"""A list as a file: rows come page by page from the read models and leave as they come; memory stays bounded."""

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Sequence
from typing import Final, Literal, Protocol, TypeAlias, cast

import xlsxwriter  # pyright: ignore[reportMissingTypeStubs] - what we use of it is typed here
from anyio import to_thread
from fastapi import Response
from fastapi.responses import StreamingResponse

from api.exports.cells import Cell, text_of

Format: TypeAlias = Literal["csv", "xlsx"]
Row: TypeAlias = Sequence[Cell]

MEDIA: Final[dict[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM: Final = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for the code page of the machine."""
_PIECE: Final = 1 << 16
_SAFE: Final = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class _Sheet(Protocol):
    """A worksheet of the library."""

    def freeze_panes(self, row: int, column: int, /) -> object: ...

    def write_string(self, row: int, column: int, text: str, form: object = None, /) -> object: ...

    def write_number(self, row: int, column: int, number: int, /) -> object: ...


class _Book(Protocol):
    """A workbook of the library."""

    def add_worksheet(self) -> _Sheet: ...

    def add_format(self, properties: dict[str, object], /) -> object: ...

    def close(self) -> object: ...


def file_of(kind: Format, name: str, headings: Sequence[str], rows: AsyncIterator[Row]) -> Response:
    """The answer that hands out the list; ``name`` is ASCII, without its ending."""
    body = _csv(headings, rows) if kind == "csv" else _xlsx(headings, rows)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(body, media_type=MEDIA[kind], headers=headers)


async def _csv(headings: Sequence[str], rows: AsyncIterator[Row]) -> AsyncIterator[bytes]:
    """RFC 4180: CR LF, quoted where needed."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write(BOM)
    writer.writerow(headings)
    async for row in rows:
        writer.writerow([text_of(cell) for cell in row])
        if buffer.tell() > _PIECE:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


async def _xlsx(headings: Sequence[str], rows: AsyncIterator[Row]) -> AsyncIterator[bytes]:
    """One sheet, its rows written to disk one after the other; a workbook can only be sent once it is whole."""
    with tempfile.TemporaryFile() as file:
        book = cast(_Book, xlsxwriter.Workbook(file, {"constant_memory": True, **_SAFE}))
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for column, heading in enumerate(headings):
            sheet.write_string(0, column, heading, bold)
        number = 0
        async for row in rows:
            number += 1
            _write(sheet, number, row)
        await to_thread.run_sync(book.close)
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _write(sheet: _Sheet, number: int, row: Row) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, int):
            sheet.write_number(number, column, cell)
        else:
            # Points too stand as text: a workbook's numbers are binary fractions.
            sheet.write_string(number, column, text_of(cell))
