"""The marked copy: the same content, what is wrong in colour with its sentence, nothing that could run."""

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
from openpyxl import Workbook

from api.workbook.columns import MARKS
from api.workbook.mark import mark as marked
from api.workbook.read import Page, read
from tests.api.workbook.books import LECTURE, PARTY_DAY, codes, dry_run, edited, fill, mark, month
from tests.domain import branch

DANGEROUS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", '=HYPERLINK("http://x")')


def opened(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def said(page: Page) -> list[list[Any]]:
    return [[page.value(row, key) for key in page.columns] for row in page.rows]


def test_the_marked_copy_says_what_the_upload_said() -> None:
    data = month([PARTY_DAY, LECTURE], [mark(branch.MEMBER, outcome="走神", quantity=1.5)])
    dry = dry_run(data, branch.RULED.world)
    before, after = dry.book, read(marked(dry.book, dry.findings), filename="x")
    assert said(after.matters) == said(before.matters)
    assert said(after.marks) == said(before.marks)


def test_what_is_wrong_is_coloured_and_said_in_both_languages() -> None:
    dry = dry_run(month(marks=[mark(branch.MEMBER, outcome="走神") | {"name": None}]), branch.RULED.world)
    assert codes(dry) == [("记分", 10, "B", "value-missing"), ("记分", 10, "E", "outcome-unknown")]
    sheet = opened(marked(dry.book, dry.findings))["记分"]
    for cell in ("B10", "E10"):
        assert sheet[cell].fill.start_color.rgb == "FFFFC7CE"
    assert sheet["A10"].fill.fill_type is None
    assert "此处必须填写" in sheet["B10"].comment.text
    assert "This must be filled in" in sheet["B10"].comment.text
    listed = [[cell.value for cell in row] for row in opened(marked(dry.book, dry.findings))["问题"].iter_rows()]
    assert [row[:4] for row in listed[1:]] == [["记分", 10, "B", "value-missing"], ["记分", 10, "E", "outcome-unknown"]]


def test_the_corrected_copy_can_be_uploaded_as_it_is() -> None:
    dry = dry_run(month([PARTY_DAY, LECTURE], [mark(branch.MEMBER, outcome="走神")]), branch.RULED.world)

    def correct(book: Workbook) -> None:
        book["记分"]["E10"] = "缺席"

    again = dry_run(edited(marked(dry.book, dry.findings), correct), branch.RULED.world)
    assert again.findings == ()
    assert len(again.commands) == 7


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    def edit(book: Workbook) -> None:
        book["记分"]["A10"] = "0007"
        cell = book["记分"]["E10"]
        cell.value = text
        cell.data_type = "s"

    dry = dry_run(edited(month(), edit), branch.RULED.world)
    cell = opened(marked(dry.book, dry.findings))["记分"]["E10"]
    assert (cell.value, cell.data_type) == (text, "s")


def test_days_and_errors_come_back_as_they_were_shown() -> None:
    def edit(book: Workbook) -> None:
        book["记分"]["E10"] = "#N/A"

    dry = dry_run(edited(month(marks=[mark(branch.MEMBER, outcome="缺席")]), edit), branch.RULED.world)
    copy = opened(marked(dry.book, dry.findings))
    assert copy["事项"]["D2"].value.date() == date(2026, 5, 12)
    assert copy["记分"]["E10"].data_type == "s"


def test_the_same_upload_gives_the_same_copy() -> None:
    dry = dry_run(month(marks=[mark(branch.MEMBER, outcome="走神")]), branch.RULED.world)
    assert marked(dry.book, dry.findings) == marked(dry.book, dry.findings)


def test_a_copy_with_very_many_problems_stays_a_workbook() -> None:
    def edit(book: Workbook) -> None:
        rows = [{"work_number": "0007", "name": "错", "matter": "MT-0512", "item": "x", "outcome": "y"}] * 3000
        fill(book["记分"], MARKS, rows, first=10)

    dry = dry_run(edited(month(), edit), branch.RULED.world)
    assert len(dry.findings) > 8000
    copy = marked(dry.book, dry.findings)
    assert read(copy, filename="x").marks.rows.keys() == dry.book.marks.rows.keys()
