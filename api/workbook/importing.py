"""导入 — the dry run of a workbook: the wishes it comes to, or everything that is wrong with it.

All or nothing: where there is one finding there is no wish, so nothing of a faulty workbook can reach the ledger.
Page and command line show the same dry run; whoever confirms it executes the wishes in their order. A run that
stopped half way is simply run again: what was granted before gets its first receipt.
"""

from collections.abc import Callable, Iterator
from datetime import date

import msgspec

from api.workbook.check import Checked, check
from api.workbook.commands import Author, Step, steps
from api.workbook.directory import Directory
from api.workbook.entries import Entries, entries
from api.workbook.findings import Finding, Findings
from api.workbook.month import Month
from api.workbook.read import Book, Page, read
from api.workbook.rehearsal import Known, Load, LoadMany, Rehearsal, respectful
from domain.actor import Actor
from domain.decider import Command, NotPermitted, Refused
from domain.recording.filling import FillSheet
from domain.recording.matter import MATTER, Held, PlanMatter
from domain.recording.sheet import SHEET
from domain.rules.ruleset import NoRuleInForce
from domain.rules.ruling import scheme_here
from domain.rules.scheme import Scheme
from domain.values import Code, Instant, Sha256


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a workbook says, in figures."""

    matters: int
    held: int
    not_held: int
    sheets: int
    marks: int
    """Rows that name a person."""
    commands: int
    on_record: int
    """Wishes that were granted before or say nothing new."""


class Dry(msgspec.Struct, frozen=True, kw_only=True):
    """A dry run. ``commands`` is empty where ``findings`` is not."""

    book: Book
    commands: tuple[Command, ...]
    findings: tuple[Finding, ...]
    hints: tuple[Finding, ...]
    summary: Summary

    @property
    def sha256(self) -> Sha256:
        """Of the file: whoever confirms the dry run names it."""
        return self.book.sha256


_PLACES: dict[str, str] = {
    "matter-kind-unknown": "kind",
    "evidence-kind-unknown": "evidence_kind",
    "late-reason-missing": "late_reason",
    "entry-closed": "late_reason",
    "no-calendar": "late_reason",
    "day-in-future": "held_on",
    "matter-settled": "held_on",
    "item-not-of-matter": "item",
    "item-unknown": "item",
    "shortfall-needs-procedure": "item",
    "sheet-not-draft": "item",
    "outcome-not-of-item": "outcome",
    "quantity-outside-rule": "quantity",
    "level-unknown": "level",
    "condition-unknown": "condition",
    "own-points": "work_number",
    "not-on-roster": "work_number",
}
"""The column that a refusal of the domain speaks of; otherwise the one with the matter's code."""


def plan_import(
    data: bytes,
    *,
    filename: str,
    directory: Directory,
    actor: Actor,
    at: Instant,
    salt: Callable[[], str],
    load: Load,
    known: Known,
    load_many: LoadMany | None = None,
) -> Dry:
    """The dry run of a workbook for the branch for which the actor acts.

    ``load`` gives the present state of a stream, ``known`` which command ids were committed. Raises ``Refused``
    where the file is no workbook of ours or the actor may not do this at all.
    """
    if actor.person is None or actor.role is None or actor.unit is None:
        raise NotPermitted
    book = read(data, filename=filename)
    findings = Findings()
    rows = entries(book, findings)
    past = Rehearsal(load, known, load_many)
    checked = check(book, rows, _surroundings(past, actor.unit, rows, directory), findings)
    author = Author(person=actor.person, role=actor.role, unit=actor.unit, at=at, file=book.sha256, salt=salt)
    planned = tuple(steps(checked.month, author))
    _read_ahead(past, actor.unit, checked.month)
    past.recall([step.command for step in planned])
    commands = _rehearsed(book, past, planned, findings)
    found = findings.in_order(*book.pages)
    return Dry(
        book=book,
        commands=() if found else commands,
        findings=found,
        hints=checked.hints,
        summary=_summary(checked, commands, planned),
    )


def _read_ahead(past: Rehearsal, unit: Code, month: Month) -> None:
    """Everything that the workbook is about, at once instead of one after the other."""
    matters = {*(wish.matter for wish in month.matters), *(wish.matter for wish in month.sheets)}
    past.many([MATTER.of(unit, matter) for matter in sorted(matters)])
    past.many([SHEET.of(unit, wish.matter, wish.item) for wish in month.sheets])


def _summary(checked: Checked, commands: tuple[Command, ...], planned: tuple[Step, ...]) -> Summary:
    month = checked.month
    return Summary(
        matters=len(month.matters),
        held=sum(wish.held_on is not None for wish in month.matters),
        not_held=sum(wish.reason is not None for wish in month.matters),
        sheets=len(month.sheets),
        marks=sum(len(sheet.lines) for sheet in month.sheets),
        commands=len(commands),
        on_record=len(planned) - len(commands),
    )


def _surroundings(past: Rehearsal, unit: Code, rows: Entries, directory: Directory) -> Directory:
    """The directory with the rule sets of the days that the workbook names, and the matters it does not list."""
    listed = {entry.matter for entry in rows.matters}
    held: dict[Code, date] = {}
    for matter in {entry.matter for entry in rows.marks} - listed:
        state = past[MATTER.of(unit, matter)] if matter is not None else None
        if matter is not None and isinstance(state, Held):
            held[matter] = state.occurred_on
    days = {day for entry in rows.matters for day in (entry.planned_on, entry.held_on) if day is not None}
    schemes = {day: found for day in days | set(held.values()) if (found := in_force(past, unit, day)) is not None}
    return msgspec.structs.replace(directory, schemes=schemes, held=held)


def in_force(past: Rehearsal, unit: Code, day: date) -> Scheme | None:
    """The rule set of a day; where there is none, the wish itself is refused later, at its row."""
    try:
        return scheme_here(past, unit, day)[1]
    except NoRuleInForce:
        return None


def _rehearsed(book: Book, past: Rehearsal, planned: tuple[Step, ...], findings: Findings) -> tuple[Command, ...]:
    """The wishes that are still needed; what the domain would refuse is noted at its row."""
    needed: list[Command] = []
    refused: set[str] = set()
    for step in planned:
        matter = _matter_of(step)
        command = respectful(past, step.command)
        if matter in refused or past.needless(command):
            continue
        try:
            past.perform(command)
            needed.append(command)
        except NotPermitted:
            raise
        except Refused as refusal:
            # What follows for this matter would only be refused because of this.
            refused.add(matter)
            _note(book, past, step, refusal, findings)
    return tuple(needed)


def _matter_of(step: Step) -> Code:
    return step.sheet.matter if step.sheet is not None else step.matter.matter if step.matter is not None else ""


def _note(book: Book, past: Rehearsal, step: Step, refusal: Refused, findings: Findings) -> None:
    if isinstance(step.command, FillSheet) and step.sheet is not None and step.sheet.lines:
        alone = list(_line_by_line(past, step.command, step))
        for row, reason in alone:
            findings.refused(book.marks, row, _key(book.marks, reason), reason)
        if alone:
            return
    page, row = _place(book, step, refusal)
    if isinstance(step.command, PlanMatter) and refusal.code == "matter-exists":
        findings.note(page, row, "matter", "matter-differs")
    else:
        findings.refused(page, row, _key(page, refusal), refusal)


def _line_by_line(past: Rehearsal, command: FillSheet, step: Step) -> Iterator[tuple[int, Refused]]:
    assert step.sheet is not None
    for line in step.sheet.lines:
        single = msgspec.structs.replace(command, otherwise=None, but=(line.wish,))
        reason = past.refusal(single)
        if reason is not None:
            yield line.row, reason


def _place(book: Book, step: Step, refusal: Refused) -> tuple[Page, int]:
    """Where to point: the first row of marks for what concerns the item, else the row of the matter."""
    lines = step.sheet.lines if step.sheet is not None else ()
    of_marks = _PLACES.get(refusal.code, "matter") in book.marks.columns
    if lines and (of_marks or step.matter is None):
        return book.marks, lines[0].row
    assert step.matter is not None, "a sheet without a matter in the workbook has rows of marks"
    return book.matters, step.matter.row


def _key(page: Page, refusal: Refused) -> str:
    key = "hours" if "hours" in refusal.facts else _PLACES.get(refusal.code, "matter")
    return key if any(column.key == key for column in page.layout.columns) else "matter"
