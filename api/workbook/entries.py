"""行 — the rows of a workbook as words, days and exact quantities, each cell judged by itself."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

import msgspec

from api.workbook.columns import NOT_HELD, plain
from api.workbook.findings import Findings
from api.workbook.grid import Unread, Value
from api.workbook.read import Book, Page
from domain.recording.archive import Outcome
from domain.values import Code, Quantity, Title, hundredths, points

TEXT_LIMIT: Final = 2_000
"""Characters of a reason; a title is shorter still."""

OUTCOME_WORDS: Final[dict[str, Outcome]] = {
    "出席": "attended",
    "缺席": "absent",
    "请假": "excused",
    "完成": "done",
    "未完成": "not-done",
    "撤销": "withdrawn",
    "得分": "earned",
}
"""What is said of a person, as people write it; the stored words are understood too."""

_OUTCOMES: Final[dict[str, Outcome]] = {
    plain(word): outcome for zh, outcome in OUTCOME_WORDS.items() for word in (zh, outcome)
}
_NOT_HELD: Final = frozenset(plain(word) for word in NOT_HELD)
_DAY: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?(?:[T ][0-9:.]+Z?)?")
_DOCUMENTS: Final = re.compile(r"[;;\n]")

T = TypeVar("T")


class MatterEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of 事项. What could not be read is None, and a finding says so."""

    row: int
    matter: Code | None
    kind: str | None
    """As written: a code, a name, or both."""
    title: Title | None
    planned_on: date | None
    held_on: date | None
    not_held: bool
    reason: str | None
    late_reason: str | None
    evidence_kind: str | None
    evidence: tuple[str, ...]
    """Digests or file names, as written."""


class MarkEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One row of 记分."""

    row: int
    matter: Code | None
    item: str | None
    work_number: str | None
    name: str | None
    outcome: Outcome | None
    quantity: Quantity
    hours: Quantity | None
    level: str | None = None
    condition: str | None = None


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """All rows of a workbook."""

    matters: tuple[MatterEntry, ...]
    marks: tuple[MarkEntry, ...]


def entries(book: Book, findings: Findings) -> Entries:
    """The rows of both sheets; what is wrong with single cells is noted."""
    matters = tuple(_matter(Cells(book.matters, row, findings)) for row in book.matters.rows)
    touched = (row for row in book.marks.rows if _touched(book.marks, row))
    marks = tuple(_mark(Cells(book.marks, row, findings)) for row in touched)
    return Entries(matters=matters, marks=marks)


def _touched(page: Page, row: int) -> bool:
    """A row with nothing but a person is the template's own: nothing was said of him."""
    return any(page.value(row, key) not in (None, "") for key in page.columns if key not in ("work_number", "name"))


def _matter(cells: "Cells") -> MatterEntry:
    held_on, not_held = cells.held_on()
    return MatterEntry(
        row=cells.row,
        matter=cells.needed("matter", cells.code),
        kind=cells.needed("kind", cells.words),
        title=cells.needed("title", cells.title),
        planned_on=cells.needed("planned_on", cells.day),
        held_on=held_on,
        not_held=not_held,
        reason=cells.words("reason"),
        late_reason=cells.words("late_reason"),
        evidence_kind=cells.words("evidence_kind"),
        evidence=cells.documents("evidence"),
    )


def _mark(cells: "Cells") -> MarkEntry:
    return MarkEntry(
        row=cells.row,
        matter=cells.needed("matter", cells.code),
        item=cells.needed("item", cells.words),
        work_number=cells.needed("work_number", cells.work_number),
        name=cells.needed("name", cells.words),
        outcome=cells.needed("outcome", cells.outcome),
        quantity=cells.quantity("quantity") or "1.00",
        hours=cells.quantity("hours"),
        level=cells.words("level"),
        condition=cells.words("condition"),
    )


def _line_of_text(value: str) -> str | None:
    """In the normal form, blanks made one; None where a character is not allowed."""
    text = " ".join((value if value.isascii() else unicodedata.normalize("NFC", value)).split())
    # Almost every text is printable, and is known to be so at once; joiners of some names are not.
    if not text.isprintable() and any(unicodedata.category(char) in ("Cc", "Cs", "Co", "Cn") for char in text):
        return None
    return text


class Cells:
    """The cells of one row; what is wrong with them is noted."""

    def __init__(self, page: Page, row: int, findings: Findings) -> None:
        self.row = row
        self._page = page
        self._columns = page.columns
        self._said = page.rows[row]
        self._findings = findings

    def needed(self, key: str, read: Callable[[str], T | None]) -> T | None:
        """What ``read`` makes of a cell that may not be empty."""
        value = self._cell(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            self._note(key, "value-missing")
            return None
        return read(key)

    def words(self, key: str) -> str | None:
        """One line of text; a whole number in a cell is text too, as a work number often is."""
        value = self._value(key)
        if value is None:
            return None
        if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
            value = f"{value:.0f}"
        if not isinstance(value, str):
            self._note(key, "value-not-text")
            return None
        if len(value) > TEXT_LIMIT:
            self._note(key, "text-too-long", most=TEXT_LIMIT)
            return None
        text = _line_of_text(value)
        if text is None:
            self._note(key, "text-not-allowed")
        return text or None

    def code(self, key: str) -> Code | None:
        """A code; full-width letters and digits are read as plain ones."""
        text = self.words(key)
        if text is None:
            return None
        return self._fits(key, unicodedata.normalize("NFKC", text), Code, "code-malformed")

    def work_number(self, key: str) -> str | None:
        """A work number, typed in full or half width."""
        text = self.words(key)
        return None if text is None else unicodedata.normalize("NFKC", text)

    def title(self, key: str) -> Title | None:
        """A designation."""
        text = self.words(key)
        return None if text is None else self._fits(key, text, Title, "text-too-long", most=120)

    def day(self, key: str) -> date | None:
        """A day, from a date cell or written year first."""
        return self._not(key, "date-wrong", day(self._value(key)))

    def held_on(self) -> tuple[date | None, bool]:
        """(day, not held): a day, the words for not held, or nothing while it is only planned."""
        value = self._value("held_on")
        if isinstance(value, str) and plain(value) in _NOT_HELD:
            return None, True
        if value is None or (isinstance(value, str) and not value.strip()):
            return None, False
        return self._not("held_on", "held-on-wrong", day(value)), False

    def outcome(self, key: str) -> Outcome | None:
        """One of the words."""
        text = self.words(key)
        outcome: Outcome | None = None if text is None else _OUTCOMES.get(text) or _OUTCOMES.get(plain(text))
        if text is not None and outcome is None:
            self._note(key, "outcome-unknown")
        return outcome

    def quantity(self, key: str) -> Quantity | None:
        """An exact number with at most two decimals, as "1.50"."""
        value = self._value(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        return self._not(key, "quantity-wrong", quantity(value))

    def documents(self, key: str) -> tuple[str, ...]:
        """Digests or file names, one a line or divided by semicolons."""
        value = self._value(key)
        if value is None:
            return ()
        if not isinstance(value, str):
            self._note(key, "value-not-text")
            return ()
        if len(value) > TEXT_LIMIT:
            self._note(key, "text-too-long", most=TEXT_LIMIT)
            return ()
        parts = (unicodedata.normalize("NFC", part).strip() for part in _DOCUMENTS.split(value))
        return tuple(dict.fromkeys(part for part in parts if part))

    def _cell(self, key: str) -> Value | None:
        column = self._columns.get(key)
        return None if column is None else self._said.get(column)

    def _value(self, key: str) -> Value | None:
        value = self._cell(key)
        if isinstance(value, Unread):
            self._note(key, value.why, shown=value.shown)
            return None
        return value

    def _not(self, key: str, code: str, value: T | None) -> T | None:
        """The value; where there is none although the cell holds something, a finding."""
        if value is None and (cell := self._cell(key)) is not None and not isinstance(cell, Unread):
            self._note(key, code)
        return value

    def _fits(self, key: str, text: str, kind: object, code: str, **facts: object) -> str | None:
        try:
            msgspec.convert(text, kind)
        except msgspec.ValidationError:
            self._note(key, code, **facts)
            return None
        return text

    def _note(self, key: str, code: str, **facts: object) -> None:
        self._findings.note(self._page, self.row, key, code, **facts)


def day(value: Value | None) -> date | None:
    """The day that a cell shows, or None.

    >>> day("2026年5月12日"), day("2026/5/12"), day("12.5.2026")
    (datetime.date(2026, 5, 12), datetime.date(2026, 5, 12), None)
    """
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        return None
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", value[:40]).strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def quantity(value: Value) -> Quantity | None:
    """A cell's number with two decimals, or None where it has more, is negative or is no number.

    >>> quantity(Decimal("1.5")), quantity("2"), quantity(Decimal("0.333"))
    ('1.50', '2.00', None)
    """
    if isinstance(value, Decimal):
        text = f"{value:f}" if abs(value) < 10_000_000 else ""
    elif isinstance(value, str):
        text = unicodedata.normalize("NFKC", value[:40]).strip()
    else:
        return None
    try:
        exact = points(hundredths(text))
        msgspec.convert(exact, Quantity)
    except ValueError:  # of which a ValidationError is one
        return None
    return exact
