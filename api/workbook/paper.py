"""写出 — one way of writing .xlsx: fixed creation date, text that stays text, the same look everywhere.

Text never becomes a formula, a number or a link, whatever it begins with: every value is written by its type.
"""

import io
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Protocol, cast

import xlsxwriter  # pyright: ignore[reportMissingTypeStubs] - what we use of it is typed here

from api.workbook.grid import Unread, Value

_CREATED: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - the file format knows no zone
"""The same content is the same file, byte by byte."""
_CELL_LIMIT: Final = 32_767
"""Characters of one cell. Source: the limits of Excel."""


class Format(Protocol):
    """How a cell looks; made by the book, understood by it alone."""


class Sheet(Protocol):
    """One sheet that is being written. Rows and columns count from 0 here."""

    def write_string(self, row: int, col: int, string: str, cell_format: Format | None = None, /) -> int:
        """Text, whatever it looks like."""
        ...

    def write_number(self, row: int, col: int, number: float, cell_format: Format | None = None, /) -> int:
        """A number."""
        ...

    def write_boolean(self, row: int, col: int, boolean: bool, cell_format: Format | None = None, /) -> int:
        """A truth."""
        ...

    def write_blank(self, row: int, col: int, blank: None, cell_format: Format | None = None, /) -> int:
        """A cell that has a look and nothing else."""
        ...

    def write_datetime(self, row: int, col: int, date: datetime, cell_format: Format | None = None, /) -> int:
        """A day."""
        ...

    def write_comment(self, row: int, col: int, comment: str, options: Mapping[str, object], /) -> int:
        """A note beside a cell."""
        ...

    def data_validation(
        self, first_row: int, first_col: int, last_row: int, last_col: int, options: Mapping[str, object], /
    ) -> int:
        """What may be chosen in a range."""
        ...

    def set_column(self, first: int, last: int, width: float, cell_format: Format | None = None, /) -> int:
        """Width in characters, and the look of cells that have none of their own."""
        ...

    def set_row(self, row: int, height: float, /) -> int:
        """Height in points."""
        ...

    def freeze_panes(self, row: int, col: int, /) -> None:
        """What stays in view above and to the left."""
        ...

    def hide_gridlines(self, option: int, /) -> None:
        """2: neither on paper nor on the screen."""
        ...

    def hide(self) -> None:
        """Keep the tab out of sight."""
        ...

    def activate(self) -> None:
        """Show this sheet first."""
        ...


class _Book(Protocol):
    def add_format(self, properties: Mapping[str, object], /) -> Format: ...

    def add_worksheet(self, name: str, /) -> Sheet: ...

    def set_properties(self, properties: Mapping[str, object], /) -> None: ...

    def close(self) -> None: ...


class Paper:
    """A workbook that is being written, with the formats that all of ours share."""

    def __init__(self, book: _Book) -> None:
        self._book = book
        self.heading = book.add_format(
            {"bold": True, "bg_color": "#9B1B1B", "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter"}
        )
        self.title = book.add_format({"bold": True, "font_size": 14, "font_color": "#9B1B1B"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.text = book.add_format({"num_format": "@"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.number = book.add_format({"num_format": "0.00"})
        wrong = {"bg_color": "#FFC7CE", "font_color": "#9C0006", "border": 1, "border_color": "#9C0006"}
        self.wrong = book.add_format(wrong)
        self.wrong_day = book.add_format(wrong | {"num_format": "yyyy-mm-dd"})

    def sheet(self, name: str) -> Sheet:
        """A new sheet."""
        return self._book.add_worksheet(name)

    def write(self, sheet: Sheet, row: int, column: int, value: Value | None, wrong: bool = False) -> None:
        """One value at a row and column counted from 1, by its type; marked where it is wrong."""
        at, other = (row - 1, column - 1), self.wrong if wrong else None
        match value:
            case None:
                if wrong:
                    sheet.write_blank(*at, None, self.wrong)
            case bool():
                sheet.write_boolean(*at, value, other)
            case Decimal() if value.is_finite():
                # A cell of a spreadsheet is a double, written here by 16 digits: 1.1 leaves as 1.1.
                sheet.write_number(*at, float(value), other)
            case Decimal():
                sheet.write_string(*at, str(value), other)
            case date():
                midnight = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day has no zone
                sheet.write_datetime(*at, midnight, self.wrong_day if wrong else self.day)
            case Unread():
                sheet.write_string(*at, value.shown, other)
            case str():
                sheet.write_string(*at, value[:_CELL_LIMIT], other)


@contextmanager
def written(title: str, into: io.BytesIO, *, by_row: bool = False) -> Generator[Paper, None, None]:
    """A workbook whose bytes stand in ``into`` afterwards; ``by_row`` keeps only one row in memory."""
    options = {
        "in_memory": not by_row,
        "constant_memory": by_row,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = cast(_Book, xlsxwriter.Workbook(into, options))
    book.set_properties({"title": title, "created": _CREATED, "author": "公平秤 Steelyard"})
    try:
        yield Paper(book)
    finally:
        book.close()  # also where the rows were refused half way: it holds files while it writes by row


def format_of(paper: Paper, key: str) -> Format:
    """The format in which a column of ours is filled in: codes and numbers of people stay text."""
    if key.endswith("_on") or key == "present_from":
        return paper.day
    return paper.number if key in ("quantity", "hours") else paper.text
