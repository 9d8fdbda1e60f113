"""批注 — the uploaded workbook again, with what is wrong in it coloured and said beside the cell.

It is written anew from what was read, never edited: nothing hidden in the upload comes back. It can be corrected and
uploaded as it is: the list of problems is a sheet that is never read.
"""

import io
from collections.abc import Iterable
from typing import Final

from api.workbook.columns import UNREAD_SHEETS
from api.workbook.findings import Finding
from api.workbook.grid import column_number
from api.workbook.paper import Paper, Sheet, format_of, written
from api.workbook.read import Book, Page

COMMENTS_LIMIT: Final = 5_000
"""Beyond this the list says it all: programs become slow with more."""

_HEADINGS: Final = ("工作表\nSheet", "行\nRow", "列\nColumn", "代码\nCode", "说明", "In English")
_WIDTHS: Final = (12, 8, 8, 26, 60, 60)


def mark(book: Book, findings: Iterable[Finding]) -> bytes:
    """The marked copy, as .xlsx."""
    into = io.BytesIO()
    found = list(findings)
    with written(book.filename[:120], into) as paper:
        for page in book.pages:
            _page(paper, page, [finding for finding in found if finding.sheet == page.name])
        _list(paper, found)
    return into.getvalue()


def _page(paper: Paper, page: Page, findings: list[Finding]) -> None:
    sheet = paper.sheet(page.name)
    for key, column in page.columns.items():
        layout = page.layout.column(key)
        sheet.set_column(column - 1, column - 1, layout.width, format_of(paper, key))
        sheet.write_string(page.header - 1, column - 1, f"{layout.zh}\n{layout.en}", paper.heading)
    sheet.freeze_panes(page.header, 0)
    wrong: dict[int, dict[int, list[Finding]]] = {}
    for finding in findings:
        wrong.setdefault(finding.row, {}).setdefault(column_number(finding.column), []).append(finding)
    room = COMMENTS_LIMIT
    for number, row in page.rows.items():
        said = wrong.get(number, {})
        for column in sorted(row.keys() | said.keys()):
            paper.write(sheet, number, column, row.get(column), wrong=column in said)
        for column in sorted(said)[:room]:
            _comment(sheet, number, column, said[column])
        room = max(0, room - len(said))


def _comment(sheet: Sheet, row: int, column: int, findings: list[Finding]) -> None:
    text = "\n".join(f"{finding.zh}\n{finding.en}" for finding in findings)
    sheet.write_comment(
        row - 1, column - 1, text, {"author": "公平秤", "width": 320, "height": 40 + 40 * len(findings)}
    )


def _list(paper: Paper, findings: list[Finding]) -> None:
    sheet = paper.sheet(UNREAD_SHEETS["findings"])
    for column, (heading, width) in enumerate(zip(_HEADINGS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, heading, paper.heading)
    sheet.freeze_panes(1, 0)
    for row, finding in enumerate(findings, start=1):
        sheet.write_string(row, 0, finding.sheet)
        sheet.write_number(row, 1, finding.row)
        for column, text in enumerate((finding.column, finding.code, finding.zh, finding.en), start=2):
            sheet.write_string(row, column, text, paper.wrapped)
