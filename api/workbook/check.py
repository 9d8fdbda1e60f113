"""核对 — the rows of a workbook against each other, the roster and the rule set: every error, not only the first.

What the domain decides (is the day past, does the outcome fit the item, is the quantity inside the rule) is not
said here a second time: see ``rehearsal``.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec

from api.workbook.columns import plain
from api.workbook.directory import Directory, Names, Person, chosen
from api.workbook.entries import Entries, MarkEntry, MatterEntry
from api.workbook.findings import Finding, Findings
from api.workbook.lists import levels_in, named_in
from api.workbook.month import Document, Line, MatterWish, Month, SheetWish
from api.workbook.read import Book
from domain.recording.archive import Outcome
from domain.recording.filling import LineWish
from domain.rules.wording import Bilingual
from domain.values import Code, Sha256

_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}")


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """The month as far as it is clean, and what may be wrong with it all the same."""

    month: Month
    hints: tuple[Finding, ...]
    """Nothing that stops an import: possible duplicates, evidence still to come."""


def check(book: Book, rows: Entries, directory: Directory, findings: Findings) -> Checked:
    """The month; everything that is wrong is noted, and what it is wrong with is left out."""
    ground = _Ground(book, rows, directory, findings)
    matters = tuple(wish for entry in rows.matters if (wish := _matter(ground, entry)) is not None)
    lines = [line for entry in rows.marks if (line := _line(ground, entry)) is not None]
    sheets = (*_sheets(ground, lines), *_by_exception(ground, matters))
    place = {wish.matter: number for number, wish in enumerate(matters)}
    in_order = sorted(sheets, key=lambda sheet: place.get(sheet.matter, len(place)))
    return Checked(month=Month(matters=matters, sheets=tuple(in_order)), hints=_hints(book, matters))


class _Ground:
    """What every row is checked against."""

    def __init__(self, book: Book, rows: Entries, directory: Directory, findings: Findings) -> None:
        self.matters = book.matters
        self.marks = book.marks
        self.people = directory.people
        self.documents = directory.documents
        self.findings = findings
        self.on_record = directory.held
        self.listed = {entry.matter: entry for entry in reversed(rows.matters) if entry.matter is not None}
        """The first row of each matter."""
        self.marked = frozenset(entry.matter for entry in rows.marks)
        self.first_marks: dict[tuple[Code, Code, str], int] = {}
        self._names = _names(directory)

    def names(self, day: date | None) -> Names:
        """The names that the rule set of a day gives; where the day is unclear, those of any day in the workbook."""
        found = None if day is None else self._names.get(day)
        return found or next(iter(self._names.values()), _NAMELESS)

    def held_on(self, matter: Code) -> date | None:
        """The day on which a matter was held, by this workbook or on record."""
        listed = self.listed.get(matter)
        return self.on_record.get(matter) if listed is None else listed.held_on


_NAMELESS: Final = Names(None)


def _names(directory: Directory) -> dict[date, Names]:
    """Names by day, made once for each rule set."""
    made: dict[int, Names] = {}
    found: dict[date, Names] = {}
    for day, scheme in directory.schemes.items():
        if id(scheme) not in made:
            made[id(scheme)] = Names(scheme)
        found[day] = made[id(scheme)]
    return found


def _matter(ground: _Ground, entry: MatterEntry) -> MatterWish | None:
    """The wish of one row of 事项, or None where something is wrong with it."""
    page, findings, before = ground.matters, ground.findings, len(ground.findings)
    if entry.matter is not None:
        first = ground.listed[entry.matter].row
        if first != entry.row:
            findings.note(page, entry.row, "matter", "matter-twice", first=first)
    if entry.not_held and entry.reason is None and not findings.at(page, entry.row, "reason"):
        findings.note(page, entry.row, "reason", "reason-missing")
    if not entry.not_held and entry.reason is not None:
        findings.note(page, entry.row, "reason", "reason-unneeded")
    kind = None if entry.kind is None else ground.names(entry.held_on or entry.planned_on).matter_kind(entry.kind)
    if entry.kind is not None and kind is None:
        findings.note(page, entry.row, "kind", "matter-kind-unknown")
    documents = _documents(ground, entry)
    if len(findings) > before or not (entry.matter and kind and entry.title and entry.planned_on):
        return None
    return MatterWish(
        row=entry.row,
        matter=entry.matter,
        kind=kind,
        title=entry.title,
        planned_on=entry.planned_on,
        held_on=entry.held_on,
        reason=entry.reason,
        late_reason=entry.late_reason,
        documents=documents,
    )


def _documents(ground: _Ground, entry: MatterEntry) -> tuple[Document, ...]:
    page, findings = ground.matters, ground.findings
    if entry.evidence_kind is None or not entry.evidence:
        key = "evidence" if entry.evidence_kind is not None else "evidence_kind"
        if (entry.evidence_kind is not None or entry.evidence) and not findings.at(page, entry.row, key):
            findings.note(page, entry.row, key, "evidence-incomplete")
        return ()
    if entry.held_on is None and not findings.at(page, entry.row, "held_on"):
        findings.note(page, entry.row, "evidence", "evidence-unneeded")
    kind = ground.names(entry.held_on).evidence_kind(entry.evidence_kind)
    if kind is None:
        findings.note(page, entry.row, "evidence_kind", "evidence-kind-unknown")
        return ()
    digests = dict.fromkeys(_digest(ground, entry.row, text) for text in entry.evidence)
    return tuple(Document(kind, digest) for digest in digests if digest is not None)


def _digest(ground: _Ground, row: int, text: str) -> Sha256 | None:
    found = digest(text, ground.documents)
    if found is None:
        ground.findings.note(ground.matters, row, "evidence", "evidence-file-unknown", file=text[:80])
    return found


def digest(text: str, documents: Mapping[str, Sha256]) -> Sha256 | None:
    """The digest that a cell gives, or that of the uploaded document which it names; None for neither."""
    return text.lower() if _DIGEST.fullmatch(text) else documents.get(text)


def _line(ground: _Ground, entry: MarkEntry) -> tuple[Code, Code, Line] | None:
    """(matter, item, line) of one row of 记分, or None where something is wrong with it."""
    findings, before = ground.findings, len(ground.findings)
    if entry.matter is not None:
        _held(ground, entry, entry.matter)
    person = _person(ground, entry)
    item = _item(ground, entry)
    if entry.matter and item and entry.work_number:
        first = ground.first_marks.setdefault((entry.matter, item, entry.work_number), entry.row)
        if first != entry.row:
            findings.note(ground.marks, entry.row, "work_number", "line-twice", first=first)
    level, condition = (None, None) if item is None else _said(ground, entry, item)
    if len(findings) > before or not (entry.matter and item and person and entry.outcome):
        return None
    wish = LineWish(
        member=person.member,
        outcome=entry.outcome,
        quantity=entry.quantity,
        hours=entry.hours,
        level=level,
        condition=condition,
    )
    return entry.matter, item, Line(entry.row, wish)


def _held(ground: _Ground, entry: MarkEntry, matter: Code) -> None:
    listed = ground.listed.get(matter)
    if listed is None and matter not in ground.on_record:
        ground.findings.note(ground.marks, entry.row, "matter", "matter-not-listed")
    elif (
        listed is not None and listed.held_on is None and not ground.findings.at(ground.matters, listed.row, "held_on")
    ):
        ground.findings.note(ground.marks, entry.row, "matter", "matter-not-held")


def _person(ground: _Ground, entry: MarkEntry) -> Person | None:
    if entry.work_number is None:
        return None
    person = ground.people.get(entry.work_number)
    if person is None:
        ground.findings.note(ground.marks, entry.row, "work_number", "member-unknown")
    elif entry.name not in (None, person.name) and plain(entry.name or "") != plain(person.name):
        ground.findings.note(ground.marks, entry.row, "name", "name-differs")
    return person


def _item(ground: _Ground, entry: MarkEntry) -> Code | None:
    if entry.item is None:
        return None
    held_on = None if entry.matter is None else ground.held_on(entry.matter)
    item = ground.names(held_on).item(entry.item)
    if item is None:
        ground.findings.note(ground.marks, entry.row, "item", "item-unknown")
    return item


def _said(ground: _Ground, entry: MarkEntry, item: Code) -> tuple[Code | None, Code | None]:
    """Level and condition, by the words of the item."""
    if entry.level is None and entry.condition is None:
        return None, None
    held_on = None if entry.matter is None else ground.held_on(entry.matter)
    items = tuple(one for one in ground.names(held_on).items if one.code == item)
    levels, conditions = levels_in(items), named_in(items, "conditions")
    return (
        _named(ground, entry, "level", entry.level, levels),
        _named(ground, entry, "condition", entry.condition, conditions),
    )


def _named(
    ground: _Ground, entry: MarkEntry, key: str, text: str | None, known: tuple[tuple[Code, Bilingual], ...]
) -> Code | None:
    if text is None:
        return None
    found = chosen(text, {plain(word): code for code, one in known for word in (one.zh, one.en)})
    if found not in {code for code, _ in known}:
        ground.findings.note(ground.marks, entry.row, key, f"{key}-unknown")
    return found


def _sheets(ground: _Ground, lines: list[tuple[Code, Code, Line]]) -> list[SheetWish]:
    """The sheets that rows name: attendance concerns everybody, a deed or an assignment whom it concerns."""
    grouped: dict[tuple[Code, Code], list[Line]] = {}
    for matter, item, line in lines:
        grouped.setdefault((matter, item), []).append(line)
    sheets: list[SheetWish] = []
    for (matter, item), of_sheet in grouped.items():
        everybody = ground.names(ground.held_on(matter)).mode(item) == "ratio"
        otherwise: Outcome | None = "attended" if everybody else None
        sheets.append(SheetWish(matter=matter, item=item, otherwise=otherwise, lines=tuple(of_sheet)))
    return sheets


def _by_exception(ground: _Ground, matters: tuple[MatterWish, ...]) -> list[SheetWish]:
    """The sheets of held matters for which nobody was named: all were present."""
    sheets: list[SheetWish] = []
    for wish in matters:
        if wish.held_on is None or wish.matter in ground.marked:
            continue
        of_kind = [item for item in ground.names(wish.held_on).items if item.matter == wish.kind]
        items = [item for item in of_kind if item.mode != "presumed"]
        if len(items) > 1:
            codes = ", ".join(item.code for item in items)
            ground.findings.note(ground.matters, wish.row, "kind", "item-ambiguous", items=codes)
        elif items and items[0].mode != "ratio":
            ground.findings.note(ground.matters, wish.row, "kind", "lines-missing")
        elif items:
            sheets.append(SheetWish(matter=wish.matter, item=items[0].code, otherwise="attended", lines=()))
    return sheets


def _hints(book: Book, matters: tuple[MatterWish, ...]) -> tuple[Finding, ...]:
    first: dict[tuple[date, Code], int] = {}
    hints = Findings()
    for wish in matters:
        if wish.held_on is None:
            continue
        row = first.setdefault((wish.held_on, wish.kind), wish.row)
        if row != wish.row:
            hints.note(book.matters, wish.row, "held_on", "matter-alike", first=row)
        if not wish.documents:
            hints.note(book.matters, wish.row, "evidence", "evidence-later")
    return hints.in_order(book.matters)
