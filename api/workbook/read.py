"""读取 — a workbook as it lies before us: sheets with known columns, nothing judged yet.

Reading never raises anything but ``Refused``: whatever the bytes, they are a ``Book`` or an answer with a code.
"""

import hashlib
from typing import Final

import msgspec

from api.workbook.columns import LAYOUTS, MARKS, MATTERS, UNREAD_SHEETS, SheetLayout, headings, names, plain
from api.workbook.grid import Grid, Row, Value, grids, letter
from api.workbook.package import Package
from domain.decider import Refused
from domain.values import Sha256

ROWS_LIMIT: Final = 50_000
"""Rows of one sheet below its headings."""


class WorkbookSheetMissing(Refused):
    """工作簿缺少规定的工作表。 A sheet that the workbook must have is missing."""

    code = "workbook-sheet-missing"


class WorkbookSheetTwice(Refused):
    """工作簿中有两张同类工作表。 The workbook has the same kind of sheet twice."""

    code = "workbook-sheet-twice"


class WorkbookSheetUnknown(Refused):
    """工作簿中有不认识的工作表,其内容不会被读取,请删除。 The workbook has a sheet that is not read; remove it."""

    code = "workbook-sheet-unknown"


class WorkbookColumnMissing(Refused):
    """工作表缺少规定的栏目。 A column that the sheet must have is missing."""

    code = "workbook-column-missing"


class WorkbookColumnTwice(Refused):
    """同一栏目出现了两次。 The same column stands there twice."""

    code = "workbook-column-twice"


class WorkbookColumnUnknown(Refused):
    """工作表中有不认识的栏目,请删除。 The sheet has a column that is not read; remove it."""

    code = "workbook-column-unknown"


class WorkbookTooManyRows(Refused):
    """工作表行数过多,请分月上传。 The sheet has too many rows; upload it month by month."""

    code = "workbook-too-many-rows"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet: where its columns stand and what its rows say."""

    layout: SheetLayout
    name: str
    """As on the tab."""
    header: int
    """The number of the row with the headings."""
    columns: dict[str, int]
    """Key of a column → its number, A being 1."""
    rows: dict[int, Row]
    """Below the headings, by row number; empty rows left out."""

    def value(self, row: int, key: str) -> Value | None:
        """What a cell holds; None where it is empty or the workbook left out the column."""
        column = self.columns.get(key)
        return None if column is None else self.rows[row].get(column)

    def letter(self, key: str) -> str:
        """The letters of a column; of the first column for one that the workbook left out."""
        return letter(self.columns.get(key) or min(self.columns.values()))


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """A workbook that was read."""

    filename: str
    sha256: Sha256
    """Of the file's bytes: the same file is known again."""
    pages: tuple[Page, ...]
    """One for each sheet that this kind of workbook has."""

    def page(self, layout: SheetLayout) -> Page:
        """The sheet of this layout."""
        return next(page for page in self.pages if page.layout is layout)

    @property
    def matters(self) -> Page:
        """事项."""
        return self.page(MATTERS)

    @property
    def marks(self) -> Page:
        """记分."""
        return self.page(MARKS)


def read(data: bytes, *, filename: str, layouts: tuple[SheetLayout, ...] = LAYOUTS) -> Book:
    """The workbook in these bytes, which must have exactly these sheets, or a refusal."""
    found: dict[str, Grid] = {}
    strangers: list[str] = []
    ours = frozenset(plain(name) for name in UNREAD_SHEETS.values())
    for grid in grids(Package(data)):
        layout = next((layout for layout in layouts if plain(grid.name) in names(layout)), None)
        if layout is not None:
            if layout.zh in found:
                raise WorkbookSheetTwice(sheet=layout.zh)
            found[layout.zh] = grid
        elif grid.rows and plain(grid.name) not in ours:
            strangers.append(grid.name)
    missing = [layout.zh for layout in layouts if layout.zh not in found]
    if missing:
        raise WorkbookSheetMissing(sheets=missing)
    if strangers:
        raise WorkbookSheetUnknown(sheets=strangers)
    return Book(
        filename=filename,
        sha256=hashlib.sha256(data).hexdigest(),
        pages=tuple(_page(layout, found[layout.zh]) for layout in layouts),
    )


def _page(layout: SheetLayout, grid: Grid) -> Page:
    numbers = sorted(number for number, row in grid.rows.items() if not _blank(row))
    header = numbers[0] if numbers else 1
    rows = {number: grid.rows[number] for number in numbers[1:]}
    if len(rows) > ROWS_LIMIT:
        raise WorkbookTooManyRows(sheet=grid.name, rows=len(rows), most=ROWS_LIMIT)
    columns = _columns(layout, grid, header)
    nameless = sorted({column for row in rows.values() for column in row} - set(columns.values()))
    if nameless:
        raise WorkbookColumnUnknown(sheet=grid.name, columns=[letter(column) for column in nameless])
    return Page(layout=layout, name=grid.name, header=header, columns=columns, rows=rows)


def _columns(layout: SheetLayout, grid: Grid, header: int) -> dict[str, int]:
    known = headings(layout)
    columns: dict[str, int] = {}
    unknown: list[str] = []
    for column, value in sorted(grid.rows.get(header, {}).items()):
        key = known.get(plain(value)) if isinstance(value, str) else None
        if key is None:
            unknown.append(str(value)[:40])
        elif key in columns:
            raise WorkbookColumnTwice(sheet=grid.name, column=layout.column(key).zh)
        else:
            columns[key] = column
    missing = [column.zh for column in layout.columns if column.key not in columns and not column.optional]
    if missing:
        raise WorkbookColumnMissing(sheet=grid.name, columns=missing)
    if unknown:
        raise WorkbookColumnUnknown(sheet=grid.name, columns=unknown)
    return columns


def _blank(row: Row) -> bool:
    """Spaces alone are nothing."""
    return all(isinstance(value, str) and not value.strip() for value in row.values())
