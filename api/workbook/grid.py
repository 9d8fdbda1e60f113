"""单元格 — one sheet as it was filled in: a value for each cell that holds one, by row and column.

Values are texts, exact numbers, days and truths. A formula counts by the result that its program stored with it,
which is what its author saw; a formula without a result, and a cell that shows an error, are ``Unread``: such a
cell is never taken for an empty one.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import msgspec

from api.workbook.formats import day_styles
from api.workbook.markup import tell
from api.workbook.package import Package, WorkbookExpands, WorkbookUnreadable
from api.workbook.relations import contents
from api.workbook.strings import strings, unescaped

CELLS_LIMIT: Final = 600_000
"""Of all sheets together: 50,000 rows of the widest sheet, and room."""


class Unread(msgspec.Struct, frozen=True):
    """A cell whose content cannot be known: it shows an error, or a formula that was never calculated."""

    why: Literal["cell-error", "cell-not-calculated"]
    shown: str


Value: TypeAlias = str | Decimal | date | bool | Unread
Row: TypeAlias = dict[int, Value]
"""Values by column, A being 1."""


class Grid(msgspec.Struct, frozen=True):
    """One sheet: its name and its rows by number, as the program shows them."""

    name: str
    rows: dict[int, Row]


_REF: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW: Final = re.compile(r"[1-9][0-9]{0,6}")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[Ee][+-]?[0-9]+)?")
_BEGINNING: Final = date(1899, 12, 30)
_DAYS_TO_1904: Final = 1462
_LAST_DAY: Final = 2_958_465
"""31 December 9999, as a number of days."""


def letter(column: int) -> str:
    """The letters of a column.

    >>> letter(1), letter(26), letter(27), letter(703)
    ('A', 'Z', 'AA', 'AAA')
    """
    text = ""
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


@lru_cache(maxsize=1_024)
def column_number(letters: str) -> int:
    """The inverse of ``letter``."""
    number = 0
    for char in letters:
        number = number * 26 + ord(char) - 64
    return number


class _Look:
    """What the cells of a workbook refer to."""

    def __init__(self, texts: list[str], days: frozenset[str], since_1904: bool, room: int) -> None:
        self.texts = texts
        self.days = days
        self.since_1904 = since_1904
        self.room = room
        """How many cells may still come."""


class _Cells:
    """Listens to one sheet."""

    def __init__(self, look: _Look) -> None:
        self.rows: dict[int, Row] = {}
        self._look = look
        self._row = 0
        self._column = 0
        self._kind = ""
        self._style = ""
        self._formula = False
        self._in_cell = False
        self._aside = False
        self._listening = False
        self._pieces: list[str] = []

    def starts(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "row":
            self._row = _row_number(attributes.get("r"), self._row + 1)
            self._column = 0
        elif name == "rPh":
            self._aside = True
        elif self._in_cell:
            self._listening = name == "v" or (name == "t" and not self._aside)
            self._formula = self._formula or name == "f"

    def ends(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name == "rPh":
            self._aside = False
        elif name in ("v", "t"):
            self._listening = False

    def says(self, text: str) -> None:
        if self._listening:
            self._pieces.append(text)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._look.room -= 1
        if self._look.room < 0:
            raise WorkbookExpands(cells=CELLS_LIMIT)
        ref = attributes.get("r")
        if ref is None:
            self._column += 1
        else:
            found = _REF.fullmatch(ref)
            if found is None or int(found[2]) != self._row:
                raise WorkbookUnreadable(cell=ref[:20])
            self._column = column_number(found[1])
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._formula = False
        self._in_cell = True
        self._pieces = []

    def _end_cell(self) -> None:
        self._in_cell = False
        value = self._value("".join(self._pieces))
        if value is not None and value != "":
            self.rows.setdefault(self._row, {})[self._column] = value

    def _value(self, said: str) -> Value | None:
        if said == "":
            return Unread("cell-not-calculated", "=") if self._formula and self._kind != "str" else None
        match self._kind:
            case "s":
                return self._text(said)
            case "str" | "inlineStr" | "d":
                return unescaped(said)
            case "b":
                return said.strip() in ("1", "true")
            case "e":
                return Unread("cell-error", said[:20])
            case "n":
                return self._number(said.strip())
            case _:
                raise WorkbookUnreadable

    def _text(self, said: str) -> str:
        index = said.strip()
        if not (index.isascii() and index.isdigit() and len(index) < 8) or int(index) >= len(self._look.texts):
            raise WorkbookUnreadable
        return self._look.texts[int(index)]

    def _number(self, said: str) -> Value:
        if not _NUMBER.fullmatch(said):
            raise WorkbookUnreadable
        # Programs write the 17 digits of a double ("1.1000000000000001" for 1.1): its shortest name is what was typed.
        number = Decimal(repr(float(said)))
        if self._style in self._look.days:
            return _day(number, self._look.since_1904) or number
        return number


def _row_number(said: str | None, following: int) -> int:
    if said is None:
        return following
    if not _ROW.fullmatch(said):
        raise WorkbookUnreadable
    return int(said)


def _day(number: Decimal, since_1904: bool) -> date | None:
    """The day of a serial number; the time of day is dropped. None where there is no such day."""
    if not number.is_finite():
        return None
    serial = int(number) + (_DAYS_TO_1904 if since_1904 else 0)
    return _BEGINNING + timedelta(days=serial) if 60 < serial <= _LAST_DAY else None


def grids(package: Package) -> list[Grid]:
    """All sheets of a workbook in their order."""
    where = contents(package)
    look = _Look(
        texts=strings(package.part(where.strings)) if where.strings else [],
        days=day_styles(package.part(where.styles)) if where.styles else frozenset(),
        since_1904=where.since_1904,
        room=CELLS_LIMIT,
    )
    found: list[Grid] = []
    for sheet in where.sheets:
        cells = _Cells(look)
        tell(package.part(sheet.part), cells)
        found.append(Grid(sheet.name, cells.rows))
    return found
