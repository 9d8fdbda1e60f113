"""台账工作簿: entries, steps and persons by the sheet: clean rows are granted once, one error and nothing is."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest

from api.workbook.mark import mark
from api.workbook.shelves import SHELVES, layout_of
from api.workbook.template import list_template
from domain.register.commands import AdvanceRegister, EnterRegister, NameRegisterPart
from domain.register.kinds import KINDS
from tests.api.workbook.books import ROSTER, RULES
from tests.api.workbook.test_listing import planned
from tests.domain.branch import AS_RECORDER, BRANCH, RULED
from tests.domain.given import World
from tests.domain.register.test_registers import CONTEST, ISSUE, WORK

Cells = Mapping[str, Any]

PROOF = "a" * 64
LIT: Cells = {"entry": "WT-1", "title": "小区路灯", "entered_on": date(2026, 5, 6), "field.target": "企业"}
CLOSED: Cells = {"entry": "WT-1", "step": "办结", "step_on": date(2026, 5, 8), "document": PROOF}
AUTHOR: Cells = {"entry": "ZW-1", "part": "作者", "work_number": "0007", "name": "周七"}
SERVICE: Cells = {**LIT, "entry": "S-1", "field.handling": "承诺办结", "field.working_days": 6.5}


def filled(shelf: str, rows: Sequence[Cells]) -> bytes:
    """The template of a register's workbook, filled in."""
    layout = layout_of(shelf)
    made = list_template(shelf, unit_title="浦口一支部", roster=ROSTER, scheme=RULES)
    book = openpyxl.load_workbook(io.BytesIO(made))
    keys = [column.key for column in layout.columns]
    for number, cells in enumerate(rows, start=2):
        for key, value in cells.items():
            book[layout.zh].cell(number, keys.index(key) + 1, value)
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


@pytest.fixture
def world() -> World:
    return RULED.given(CONTEST, WORK).world.copy()


def test_entries_are_granted_once_and_say_what_their_cells_say(world: World) -> None:
    data = filled("registers/issue/entries", [{**LIT, "words": "灯不亮"}, {**LIT, "entry": "WT-2"}])
    dry = planned("registers/issue/entries", data, world, AS_RECORDER)
    assert dry.findings == ()
    first, second = dry.commands
    assert isinstance(first, EnterRegister)
    assert isinstance(second, EnterRegister)
    assert [(one.field, one.value) for one in first.values] == [("target", "enterprises")]
    assert (first.words is None, second.words is None) == (False, True)
    for command in dry.commands:
        world.execute(command)
    more = filled("registers/issue/entries", [LIT, {**LIT, "entry": "WT-3"}])
    again = planned("registers/issue/entries", more, world, AS_RECORDER)
    assert (again.findings, len(again.commands), again.summary.on_record) == ((), 1, 1)


def test_steps_and_persons_follow_by_the_sheet(world: World) -> None:
    world.execute(ISSUE)
    data = filled("registers/issue/steps", [CLOSED])
    (closed,) = planned("registers/issue/steps", data, world, AS_RECORDER).commands
    assert isinstance(closed, AdvanceRegister)
    assert (closed.step, closed.document) == ("closed", PROOF)
    world.execute(closed)
    assert planned("registers/issue/steps", data, world, AS_RECORDER).summary.on_record == 1
    (named,) = planned(
        "registers/work/persons", filled("registers/work/persons", [AUTHOR]), world, AS_RECORDER
    ).commands
    assert isinstance(named, NameRegisterPart)
    assert (named.unit, named.part) == (BRANCH, "author")


def test_numbers_of_cells_are_exact(world: World) -> None:
    rows = [{key: value for key, value in SERVICE.items() if key != "field.target"}]
    dry = planned("registers/service/entries", filled("registers/service/entries", rows), world, AS_RECORDER)
    (one,) = dry.commands
    assert isinstance(one, EnterRegister)
    assert [(value.field, value.value) for value in one.values] == [("handling", "promised"), ("working_days", "6.50")]


@pytest.mark.parametrize(
    ("shelf", "row", "code"),
    [
        ("registers/issue/entries", {**LIT, "field.target": "邻居"}, "register-field-invalid"),
        ("registers/issue/entries", {**LIT, "entered_on": date(2027, 1, 1)}, "day-in-future"),
        ("registers/issue/steps", {**CLOSED, "step": "忘记"}, "step-unknown"),
        ("registers/issue/steps", {**CLOSED, "document": None}, "register-entry-unknown"),
        ("registers/work/persons", {**AUTHOR, "part": "评委"}, "part-unknown"),
        ("registers/work/persons", {**AUTHOR, "work_number": "9999"}, "member-unknown"),
    ],
)
def test_one_error_and_nothing_is_recorded(shelf: str, row: Cells, code: str, world: World) -> None:
    dry = planned(shelf, filled(shelf, [row]), world, AS_RECORDER)
    assert dry.commands == ()
    assert [finding.code for finding in dry.findings] == [code]
    assert openpyxl.load_workbook(io.BytesIO(mark(dry.book, dry.findings))).sheetnames[-1] == "问题"


def test_every_register_but_that_of_the_public_has_its_workbooks() -> None:
    assert {shelf.split("/")[1] for shelf in SHELVES} == {kind.code for kind in KINDS if not kind.public}
    for shelf, layout in SHELVES.items():
        assert len({column.zh for column in layout.columns}) == len(layout.columns), shelf
        assert list_template(shelf, unit_title="浦口一支部", roster=ROSTER, scheme=RULES)
