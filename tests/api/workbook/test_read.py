"""Which sheets and columns a workbook must have, and that reading never raises anything but a refusal."""

import hashlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.workbook.columns import MARKS
from api.workbook.findings import said
from api.workbook.read import (
    Book,
    WorkbookColumnMissing,
    WorkbookColumnTwice,
    WorkbookColumnUnknown,
    WorkbookSheetMissing,
    WorkbookSheetTwice,
    WorkbookSheetUnknown,
    WorkbookTooManyRows,
    read,
)
from domain.decider import Refused
from tests.api.workbook.books import (
    LECTURE,
    MARK_HEADINGS,
    MATTER_HEADINGS,
    PARTY_DAY,
    bare,
    blank,
    codes,
    dry_run,
    mark,
    month,
    packed,
    parts,
    with_sheet,
)
from tests.domain import branch


def refused(data: bytes, refusal: type[Refused], **facts: object) -> None:
    with pytest.raises(refusal) as found:
        read(data, filename="五月.xlsx")
    assert found.value.facts == facts
    assert said(found.value)


def test_a_book_knows_its_file_again() -> None:
    data = blank()
    book = read(data, filename="五月.xlsx")
    assert (book.filename, book.sha256) == ("五月.xlsx", hashlib.sha256(data).hexdigest())


def test_a_missing_sheet_is_named() -> None:
    renamed = parts(bare([MATTER_HEADINGS], [MARK_HEADINGS]))
    renamed["xl/workbook.xml"] = renamed["xl/workbook.xml"].replace("记分".encode(), "别的".encode())
    refused(packed(renamed), WorkbookSheetMissing, sheets=["记分"])


def test_the_same_sheet_in_both_languages_is_twice() -> None:
    refused(bare([MATTER_HEADINGS], [MARK_HEADINGS], marks=[MARK_HEADINGS]), WorkbookSheetTwice, sheet="记分")


def test_another_sheet_is_named_unless_it_is_empty_or_ours() -> None:
    book = bare([MATTER_HEADINGS], [MARK_HEADINGS], Sheet3=[], 说明=[["x"]], 问题=[["x"]])
    assert read(book, filename="x").sha256
    refused(bare([MATTER_HEADINGS], [MARK_HEADINGS], 记分2=[["x"]]), WorkbookSheetUnknown, sheets=["记分2"])


def test_an_empty_sheet_misses_its_columns() -> None:
    needed = [column.zh for column in MARKS.columns if not column.optional]
    refused(bare([MATTER_HEADINGS], []), WorkbookColumnMissing, sheet="记分", columns=needed)


def test_missing_double_and_unknown_columns_are_named() -> None:
    without = [heading for heading in MARK_HEADINGS if heading != "工号"]
    refused(bare([MATTER_HEADINGS], [without]), WorkbookColumnMissing, sheet="记分", columns=["工号"])
    double = [*MARK_HEADINGS, "Work number"]
    refused(bare([MATTER_HEADINGS], [double]), WorkbookColumnTwice, sheet="记分", column="工号")
    more = [*MARK_HEADINGS, "备注", 7]
    refused(bare([MATTER_HEADINGS], [more]), WorkbookColumnUnknown, sheet="记分", columns=["备注", "7.0"])


def test_a_value_under_no_heading_is_named_by_its_column() -> None:
    row = [None] * len(MARK_HEADINGS) + ["留言"]
    refused(bare([MATTER_HEADINGS], [MARK_HEADINGS, row]), WorkbookColumnUnknown, sheet="记分", columns=["J"])


def test_optional_columns_may_be_left_out() -> None:
    needed = [column.zh for column in MARKS.columns if not column.optional]
    assert read(bare([MATTER_HEADINGS], [needed]), filename="x").marks.rows == {}


def test_empty_rows_are_skipped_and_rows_keep_their_numbers() -> None:
    row: list[Any] = ["0007", "周七", "MT-1", branch.STUDY, "缺席"]
    book = read(bare([MATTER_HEADINGS], [[], MARK_HEADINGS, [], ["  "], row]), filename="x")
    assert (book.marks.header, list(book.marks.rows)) == (2, [5])


def test_too_many_rows_are_refused() -> None:
    rows = "".join(f'<row r="{n}"><c t="inlineStr"><is><t>x</t></is></c></row>' for n in range(1, 50_003))
    refused(with_sheet(rows), WorkbookTooManyRows, sheet="记分", rows=50_001, most=50_000)


def test_a_formula_counts_by_its_result_and_never_as_an_empty_cell() -> None:
    world = branch.RULED.world
    calculated = dry_run(month(marks=[mark(branch.MEMBER, outcome='=IF(1=1,"缺席","")')]), world)
    # The program that wrote it here stores no results.
    assert codes(calculated) == [("记分", 10, "E", "cell-not-calculated")]
    quantity = dry_run(month(marks=[mark(branch.MEMBER, outcome="缺席", quantity="=1+0")]), world)
    assert codes(quantity) == [("记分", 10, "F", "cell-not-calculated")]


def test_an_error_value_is_said_at_its_cell() -> None:
    world = branch.RULED.world
    assert codes(dry_run(month(marks=[mark(branch.MEMBER, outcome="#N/A")]), world)) == [
        ("记分", 10, "E", "cell-error")
    ]


@pytest.mark.parametrize("value", [True, 1.5, "x" * 3000, "a\x7fb"])
def test_what_is_no_name_is_no_name(value: object) -> None:
    dry = dry_run(month(marks=[mark(branch.MEMBER, outcome="缺席") | {"name": value}]), branch.RULED.world)
    assert [(row, column) for _, row, column, _ in codes(dry)] == [(10, "B")]


MONTH = month([PARTY_DAY, LECTURE], [mark(branch.MEMBER, outcome="请假", quantity=1, hours=2)])
PARTS = parts(MONTH)
TEMPLATE = parts(blank())
"""Written by another program: with shared texts, comments and drop-downs."""


def answers(data: bytes) -> None:
    """A book, which can be rehearsed, or a refusal that says why in both languages."""
    refusals: list[Refused] = []
    try:
        assert isinstance(read(data, filename="x.xlsx"), Book)
        dry_run(data, branch.RULED.world)
    except Refused as refusal:
        refusals.append(refusal)
    assert all(refusal.code.startswith("workbook-") and said(refusal) for refusal in refusals)


@given(st.binary(max_size=2000))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_book_or_a_refusal(data: bytes) -> None:
    answers(data)
    answers(MONTH[: len(data)] + data)
    answers(data + MONTH)


@given(st.lists(st.tuples(st.integers(0, len(MONTH) - 1), st.integers(0, 255)), min_size=1, max_size=12))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_workbook_with_changed_bytes_is_a_book_or_a_refusal(changes: list[tuple[int, int]]) -> None:
    data = bytearray(MONTH)
    for at, byte in changes:
        data[at] = byte
    answers(bytes(data))


SNIPPETS = st.sampled_from(
    [
        *(b'r="A0"', b'r="XFD9999999"', b'r="', b't="s"', b't="e"', b't="zz"', b's="999"', b's="-1"', b"<v>-1</v>"),
        *(b"<v>1e999</v>", b"<f>1</f>", b"<f/>", b"<c>", b"</c>", b"</row>", b"<row>", b"&#0;", b"&amp;", b"&x;"),
        *(b"]]>", b"<!--", b"<![CDATA[", b'encoding="utf-16"', b'encoding="x"', b"\x00", b"\xff\xfe", b"_x0000_"),
        *(b"_xD800_", "①".encode(), "２０２６".encode(), b'Target="../../x"', b'Id=""', b"date1904='1'", b"<is><t>"),
    ]
)
CUTS = st.tuples(st.integers(0, 99), st.floats(0, 1), st.integers(0, 40), SNIPPETS)


@given(st.sampled_from([PARTS, TEMPLATE]), st.lists(CUTS, min_size=1, max_size=4))
@settings(max_examples=800, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_workbook_with_changed_parts_is_a_book_or_a_refusal(
    whole: dict[str, bytes], cuts: list[tuple[int, float, int, bytes]]
) -> None:
    changed = dict(whole)
    for number, where, length, snippet in cuts:
        name = sorted(whole)[number % len(whole)]
        at = int(where * len(changed[name]))
        changed[name] = changed[name][:at] + snippet + changed[name][at + length :]
    answers(packed(changed))
