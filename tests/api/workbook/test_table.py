"""Exports: numbers that add up, text that never runs, the same bytes again."""

import csv
import io
from collections.abc import Iterator
from datetime import date

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from api.workbook import table
from api.workbook.table import TableColumn, TableTooLong, csv_lines, write_table

COLUMNS = (
    TableColumn("姓名", "Name"),
    TableColumn("得分", "Points", "number", 10),
    TableColumn("日期", "Day", "day", 12),
)
ROWS = (("周七", "-1.50", date(2026, 5, 12)), ("=cmd|' /C calc'!A0", 3, None), ("-", None, None))


def sheet() -> Worksheet:
    return openpyxl.load_workbook(io.BytesIO(write_table("公示/一览", COLUMNS, ROWS))).active


def test_numbers_are_numbers_days_are_days_and_text_is_text() -> None:
    rows = [[(cell.value, cell.data_type) for cell in row] for row in sheet().iter_rows(min_row=2)]
    assert rows[0][:2] == [("周七", "s"), (-1.5, "n")]
    assert rows[0][2][0].date() == date(2026, 5, 12)
    assert rows[1][:2] == [("=cmd|' /C calc'!A0", "s"), (3, "n")]
    assert rows[2][0] == ("-", "s")


def test_the_same_table_is_the_same_bytes() -> None:
    assert write_table("一览", COLUMNS, ROWS) == write_table("一览", COLUMNS, iter(ROWS))


def test_a_title_that_excel_forbids_still_names_the_sheet() -> None:
    assert sheet().title == "公示 一览"
    assert openpyxl.load_workbook(io.BytesIO(write_table("[]", COLUMNS, ()))).sheetnames == ["Sheet1"]


def test_a_table_beyond_excel_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "EXCEL_ROWS", 3)
    assert write_table("x", COLUMNS[:1], [["a"], ["b"]])
    with pytest.raises(TableTooLong):
        write_table("x", COLUMNS[:1], [["a"], ["b"], ["c"]])


def test_csv_begins_with_the_mark_that_excel_needs() -> None:
    lines = list(csv_lines(COLUMNS, ROWS))
    assert lines[0] == "\ufeff姓名 Name,得分 Points,日期 Day\r\n".encode()
    assert lines[1] == "周七,-1.50,2026-05-12\r\n".encode()
    assert lines[2].decode() == "'=cmd|' /C calc'!A0,3,\r\n"


def test_csv_takes_its_rows_one_by_one() -> None:
    taken: list[int] = []

    def rows() -> Iterator[list[int]]:
        for number in range(3):
            taken.append(number)
            yield [number]

    lines = csv_lines([TableColumn("数", "Number", "number")], rows())
    assert (next(lines), taken) == (b"\xef\xbb\xbf\xe6\x95\xb0 Number\r\n", [])
    assert (next(lines), taken) == (b"0\r\n", [0])


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_no_text_begins_a_formula_and_none_is_lost(texts: list[str]) -> None:
    columns = [TableColumn(str(number), "") for number in range(len(texts))]
    content = b"".join(csv_lines(columns, [texts])).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(content, newline="")))[1:]
    for text, cell in zip(texts, found[0] if found else [""], strict=True):
        assert cell.removeprefix("'") == text.removeprefix("'") or cell == text
        assert not cell.startswith(("=", "+", "@", "\t", "\r", "＝"))
        assert not cell.startswith("-") or cell[1:].replace(".", "").isdigit()
