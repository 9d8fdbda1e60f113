"""Cells as programs write them: texts, exact numbers, days; never an error taken for an empty cell."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.workbook.formats import shows_day
from api.workbook.grid import Grid, Row, Unread, column_number, grids, letter
from api.workbook.package import Package, WorkbookUnreadable
from tests.api.workbook.books import packed, parts, with_sheet


def cells_of(xml: str, **parts_: bytes) -> Row:
    """The first row of a sheet written by hand."""
    data = with_sheet(f"<row>{xml}</row>")
    return grids_of(packed(parts(data) | parts_))[1].rows.get(1, {})


def grids_of(data: bytes) -> list[Grid]:
    return grids(Package(data))


@pytest.mark.parametrize(
    ("xml", "value"),
    [
        ("<c><v>1</v></c>", Decimal("1.0")),
        ("<c><v>1.1000000000000001</v></c>", Decimal("1.1")),
        ("<c><v>2.5E-1</v></c>", Decimal("0.25")),
        ('<c t="inlineStr"><is><t>甲</t></is></c>', "甲"),
        ('<c t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r><rPh><t>jia</t></rPh></is></c>', "甲乙"),
        ('<c t="str"><f>A1</f><v>甲</v></c>', "甲"),
        ('<c t="str"><f>A1</f><v></v></c>', None),
        ("<c><f>1+1</f><v>2</v></c>", Decimal("2.0")),
        ("<c><f>1+1</f></c>", Unread("cell-not-calculated", "=")),
        ("<c><f>1+1</f><v/></c>", Unread("cell-not-calculated", "=")),
        ('<c t="e"><f>1/0</f><v>#DIV/0!</v></c>', Unread("cell-error", "#DIV/0!")),
        ('<c t="e"><v>#N/A</v></c>', Unread("cell-error", "#N/A")),
        ('<c t="b"><v>1</v></c>', True),
        ('<c t="b"><v>0</v></c>', False),
        ('<c t="d"><v>2026-05-12T00:00:00</v></c>', "2026-05-12T00:00:00"),
        ('<c t="inlineStr"><is><t>a_x000D_b</t></is></c>', "a\rb"),
        ('<c s="3"/>', None),
        ("<c><v></v></c>", None),
    ],
)
def test_a_cell_is_read_by_its_type(xml: str, value: object) -> None:
    assert cells_of(xml).get(1) == value


@pytest.mark.parametrize(
    "xml",
    [
        '<c t="s"><v>0</v></c>',  # there are no shared texts
        '<c t="s"><v>-1</v></c>',
        '<c t="s"><v>²</v></c>',
        "<c><v>abc</v></c>",
        "<c><v>1_000</v></c>",
        "<c><v>nan</v></c>",
        '<c t="x"><v>1</v></c>',
        '<c r="1A"><v>1</v></c>',
        '<c r="A0"><v>1</v></c>',
        '<c r="AAAA1"><v>1</v></c>',
        '<c r="A2"><v>1</v></c>',  # in row 1
        "<c><v>1</v>",
    ],
)
def test_a_cell_that_no_program_writes_makes_the_workbook_unreadable(xml: str) -> None:
    with pytest.raises(WorkbookUnreadable):
        cells_of(xml)


STYLES = b"""<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;nian&quot;m&quot;yue&quot;"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>
<xf numFmtId="176"/><xf numFmtId="31"/><xf numFmtId="2"/></cellXfs></styleSheet>"""


@pytest.mark.parametrize("style", [1, 2, 3])
def test_a_number_in_a_day_style_is_a_day(style: int) -> None:
    found = cells_of(f'<c s="{style}"><v>46154.6</v></c><c s="4"><v>46154</v></c>', **{"xl/styles.xml": STYLES})
    assert found == {1: date(2026, 5, 12), 2: Decimal(46154)}


@pytest.mark.parametrize("serial", ["-5", "0", "60", "2958466", "1e300", "1e400"])
def test_a_serial_number_outside_the_calendar_stays_a_number(serial: str) -> None:
    found = cells_of(f'<c s="1"><v>{serial}</v></c>', **{"xl/styles.xml": STYLES})
    assert isinstance(found[1], Decimal)


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    book = parts(with_sheet('<row><c s="1"><v>44692</v></c></row>'))
    book["xl/styles.xml"] = STYLES
    properties = re.compile(rb"<workbookPr[^>]*/>")
    book["xl/workbook.xml"] = properties.sub(b'<workbookPr date1904="1"/>', book["xl/workbook.xml"])
    assert grids_of(packed(book))[1].rows[1][1] == date(2026, 5, 12)


def test_prefixes_and_missing_references_do_not_matter() -> None:
    first = '<x:row r="3"><x:c><x:v>1</x:v></x:c><x:c r="D3"><x:v>2</x:v></x:c></x:row>'
    rows = f"{first}<x:row><x:c><x:v>3</x:v></x:c></x:row>"
    book = parts(with_sheet(""))
    sheet = f'<x:worksheet xmlns:x="y"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    book["xl/worksheets/sheet2.xml"] = sheet.encode()
    assert grids_of(packed(book))[1].rows == {3: {1: Decimal(1), 4: Decimal(2)}, 4: {1: Decimal(3)}}


@given(st.integers(1, 16_384))
def test_letters_name_columns_and_back(column: int) -> None:
    assert column_number(letter(column)) == column


@pytest.mark.parametrize(
    ("code", "is_day"),
    [
        ("General", False),
        ("G/通用格式", False),
        ("0.00", False),
        ('0.0"day"', False),
        ("[Red]0", False),
        (r"\d0", False),
        ("hh:mm:ss", False),
        ("@", False),
        ("yyyy-mm-dd", True),
        (r"yyyy\-mm\-dd", True),
        ("[$-804]yyyy/m/d;@", True),
        ('m"月"d"日"', True),
        ("YYYY", True),
    ],
)
def test_which_formats_show_a_day(code: str, is_day: bool) -> None:
    assert shows_day(code) is is_day
