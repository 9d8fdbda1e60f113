"""What is refused before anything is unpacked, and what no part of a workbook may do."""

import contextlib
import io
import zipfile
import zlib

import pytest

from api.workbook import package
from api.workbook.grid import CELLS_LIMIT
from api.workbook.package import (
    Package,
    WorkbookExpands,
    WorkbookLinks,
    WorkbookMacros,
    WorkbookTooLarge,
    WorkbookUnreadable,
)
from api.workbook.read import WorkbookColumnMissing, read
from tests.api.workbook.books import MARK_HEADINGS, MATTER_HEADINGS, bare, blank, packed, parts, with_sheet

GOOD = bare([MATTER_HEADINGS], [MARK_HEADINGS])


def with_part(name: str, content: bytes) -> bytes:
    return packed(parts(GOOD) | {name: content})


def refused(data: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read(data, filename="x.xlsx")


def test_more_than_five_megabytes_are_not_looked_into() -> None:
    refused(GOOD + bytes(package.SIZE_LIMIT_BYTES), WorkbookTooLarge)


def test_a_small_file_that_becomes_large_is_not_unpacked() -> None:
    bomb = with_part("xl/worksheets/sheet9.xml", bytes(100 * 1024 * 1024))
    assert len(bomb) < 300_000
    refused(bomb, WorkbookExpands)


def test_a_part_that_lies_about_its_size_is_refused_and_never_grows_beyond_it() -> None:
    # The sheet says that it becomes 1,000 bytes, and becomes 50 MB.
    honest = with_part("xl/worksheets/sheet1.xml", bytes(50_000_000))
    with zipfile.ZipFile(io.BytesIO(honest)) as opened:
        info = opened.getinfo("xl/worksheets/sheet1.xml")
    lying = honest.replace(info.file_size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != honest
    refused(lying, WorkbookUnreadable)


def test_too_many_parts_are_refused() -> None:
    many = {f"xl/media/{number}.png": b"" for number in range(package.PARTS_LIMIT)}
    refused(packed(parts(GOOD) | many), WorkbookExpands)


def test_one_cell_far_away_costs_nothing() -> None:
    # A reader that fills the rectangle up to it needs 549 GB.
    far = with_sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    refused(far, WorkbookColumnMissing)


def test_one_long_text_named_by_many_cells_is_kept_once() -> None:
    # Copied for every cell it would be 60 GB.
    rows = '<row><c t="s"><v>0</v></c></row>' * 20_000
    book = parts(with_sheet(rows))
    strings = b'<Relationship Id="s" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    relations = "xl/_rels/workbook.xml.rels"
    book[relations] = book[relations].replace(b"</Relationships>", strings)
    book["xl/sharedStrings.xml"] = f"<sst><si><t>{'长' * 1_000_000}</t></si></sst>".encode()
    refused(packed(book, zipfile.ZIP_STORED), WorkbookColumnMissing)


def test_more_cells_than_the_limit_are_refused() -> None:
    cells = "<c><v>1</v></c>" * 20_000
    rows = f"<row>{cells}</row>" * (CELLS_LIMIT // 20_000 + 1)
    refused(packed(parts(with_sheet(rows)), zipfile.ZIP_DEFLATED), WorkbookExpands)


@pytest.mark.parametrize(
    "cut",
    [0, 1, 10, 100, len(GOOD) // 2, len(GOOD) - 30, len(GOOD) - 1],
    ids=["0", "1", "10", "100", "half", "less-30", "less-1"],  # a packed book is a few bytes longer or shorter each day
)
def test_a_truncated_file_is_unreadable(cut: int) -> None:
    refused(GOOD[:cut], WorkbookUnreadable)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096),  # .xls, or an .xlsx with a password
        b"%PDF-1.7\n",
        "工号,姓名\n".encode(),
        zlib.compress(b"nothing"),
    ],
    ids=["empty", "zip-head", "ole", "pdf", "csv", "zlib"],
)
def test_what_is_no_zip_is_unreadable(data: bytes) -> None:
    refused(data, WorkbookUnreadable)


def test_a_document_renamed_to_xlsx_is_unreadable() -> None:
    document = {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": b'<Relationships><Relationship Id="r1" Type="http://x/officeDocument" '
        b'Target="word/document.xml"/></Relationships>',
        "word/document.xml": b"<document/>",
    }
    refused(packed(document), WorkbookUnreadable)
    refused(packed({"hello.txt": b"hello"}), WorkbookUnreadable)


@pytest.mark.parametrize("name", sorted(parts(GOOD)))
def test_a_workbook_without_one_of_its_parts_is_never_an_error(name: str) -> None:
    left = {other: content for other, content in parts(GOOD).items() if other != name}
    with contextlib.suppress(WorkbookUnreadable):
        read(packed(left), filename="x.xlsx")


@pytest.mark.parametrize(
    "name",
    ["xl/vbaProject.bin", "XL/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml", "xl/embeddings/oleObject1.bin"],
)
def test_what_can_run_is_refused(name: str) -> None:
    refused(with_part(name, b"x"), WorkbookMacros)


def test_a_workbook_that_is_declared_to_hold_macros_is_refused() -> None:
    book = parts(GOOD)
    types = book["[Content_Types].xml"].replace(b"spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main")
    refused(packed(book | {"[Content_Types].xml": types}), WorkbookMacros)


@pytest.mark.parametrize("name", ["xl/externalLinks/externalLink1.xml", "xl/connections.xml", "xl/queryTables/q1.xml"])
def test_what_fetches_from_elsewhere_is_refused(name: str) -> None:
    refused(with_part(name, b"<x/>"), WorkbookLinks)


def test_entities_are_refused() -> None:
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
        b"<worksheet><sheetData><row><c t='inlineStr'><is><t>&b;</t></is></c></row></sheetData></worksheet>"
    )
    book = parts(GOOD) | {"xl/worksheets/sheet1.xml": laughs}
    refused(packed(book), WorkbookUnreadable)


def test_the_same_name_twice_is_refused() -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as twice:
        for name, content in parts(GOOD).items():
            twice.writestr(name, content)
        with pytest.warns(UserWarning, match="Duplicate name"):
            twice.writestr("xl/workbook.xml", b"<workbook/>")
    refused(into.getvalue(), WorkbookUnreadable)


def test_the_template_is_far_below_every_limit() -> None:
    data = blank()
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        expanded = sum(info.file_size for info in opened.infolist())
    assert len(data) < package.SIZE_LIMIT_BYTES / 50
    assert expanded < package.EXPANDED_LIMIT_BYTES / 50
    assert "xl/workbook.xml" in Package(data)
