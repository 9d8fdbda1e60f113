"""Workbooks as people and programs make them."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import openpyxl
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from api.workbook.columns import MARKS, MATTERS, SheetLayout
from api.workbook.directory import Directory, Person
from api.workbook.importing import Dry, plan_import
from api.workbook.template import Colleague, template
from domain.actor import Actor
from domain.rules.scheme import Scheme, load
from tests.domain import branch
from tests.domain.given import World

RULES: Final[Scheme] = load(branch.DOCUMENT)

NAMES: Final = {
    branch.SECRETARY: ("0001", "张一"),
    branch.RECORDER: ("0002", "李二"),
    branch.DISCIPLINE: ("0003", "王三"),
    branch.PUBLICITY: ("0004", "赵四"),
    branch.YOUTH: ("0005", "钱五"),
    branch.SUBSTITUTE: ("0006", "孙六"),
    branch.MEMBER: ("0007", "周七"),
    branch.OTHER: ("0008", "吴八"),
}
ROSTER: Final = tuple(Colleague(number, name) for number, name in NAMES.values())
DIRECTORY: Final = Directory(
    people={number: Person(member=member, name=name) for member, (number, name) in NAMES.items()},
    documents={"签到表0512.jpg": branch.digest("sign-in")},
)

Cells = Mapping[str, Any]
"""Values of one row by the column's key."""

PARTY_DAY: Final[Cells] = {
    "matter": "MT-0512",
    "kind": "study_session 参加主题党日、集中学习",
    "title": "主题党日",
    "planned_on": date(2026, 5, 12),
    "held_on": date(2026, 5, 12),
    "evidence_kind": "签到表",
    "evidence": "签到表0512.jpg",
}
LECTURE: Final[Cells] = {
    "matter": "MT-0520",
    "kind": "按时上党课",
    "title": "党课",
    "planned_on": "2026-05-20",
    "held_on": "未开展",
    "reason": "主讲人出差",
}


def mark(member: UUID, matter: str = "MT-0512", item: str = branch.STUDY, **cells: object) -> Cells:
    """A row of 记分."""
    number, name = NAMES[member]
    return {"work_number": number, "name": name, "matter": matter, "item": item} | cells


def fill(sheet: Worksheet, layout: SheetLayout, rows: Iterable[Cells], first: int = 2) -> None:
    """Type rows into a sheet whose columns stand in the template's order."""
    keys = [column.key for column in layout.columns]
    for number, cells in enumerate(rows, start=first):
        for key, value in cells.items():
            sheet.cell(number, keys.index(key) + 1, value)


def edited(data: bytes, edit: Callable[[Workbook], None]) -> bytes:
    """The workbook after somebody opened, changed and saved it."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    edit(book)
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def blank() -> bytes:
    """The template of the branch for May."""
    return template(unit_title="浦口一支部", month=date(2026, 5, 1), roster=ROSTER, scheme=RULES)


def month(matters: Iterable[Cells] = (PARTY_DAY,), marks: Iterable[Cells] = ()) -> bytes:
    """The template filled in; marks stand below the prefilled roster."""

    def edit(book: Workbook) -> None:
        fill(book[MATTERS.zh], MATTERS, matters)
        fill(book[MARKS.zh], MARKS, marks, first=2 + len(ROSTER))

    return edited(blank(), edit)


def bare(
    matters: Sequence[Sequence[Any]], marks: Sequence[Sequence[Any]], /, **sheets: Sequence[Sequence[Any]]
) -> bytes:
    """A workbook from scratch, headings included."""
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    first.title = MATTERS.zh
    others = {MARKS.zh: marks} | sheets
    for sheet, rows in ((first, matters), *((book.create_sheet(name), rows) for name, rows in others.items())):
        for row in rows:
            sheet.append(list(row))
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


MATTER_HEADINGS: Final = [column.zh for column in MATTERS.columns]
MARK_HEADINGS: Final = [column.zh for column in MARKS.columns]


def parts(data: bytes) -> dict[str, bytes]:
    """The parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A workbook from its parts."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", method) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return into.getvalue()


def with_sheet(xml: str, sheet: str = MARKS.zh) -> bytes:
    """A small workbook whose sheet of that name has this ``sheetData``."""
    book = parts(bare([MATTER_HEADINGS], [MARK_HEADINGS]))
    part = "xl/worksheets/sheet2.xml" if sheet == MARKS.zh else "xl/worksheets/sheet1.xml"
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    book[part] = f'<worksheet xmlns="{namespace}"><sheetData>{xml}</sheetData></worksheet>'.encode()
    return packed(book)


def dry_run(
    data: bytes,
    world: World,
    actor: Actor = branch.AS_RECORDER,
    directory: Directory = DIRECTORY,
    at: datetime = branch.AT,
) -> Dry:
    """The dry run of a workbook over a past in memory."""
    return plan_import(
        data,
        filename="五月.xlsx",
        directory=directory,
        actor=actor,
        at=at,
        salt=lambda: "c2FsdC1vZi0xMjgtYml0cw",
        load=world.load,
        known=world.known,
    )


def codes(dry: Dry) -> list[tuple[str, int, str, str]]:
    """(sheet, row, column, code) of every finding."""
    return [(f.sheet, f.row, f.column, f.code) for f in dry.findings]
