"""Lists as files: the page's rows for the page's readers, nothing that a spreadsheet would run, and written down."""

import asyncio
import csv
import html
import io
import re
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx2
import psycopg
import pytest
from fastapi.responses import StreamingResponse

from api.exports.cells import Cell, text_of
from api.exports.files import Format, Row, file_of
from ops.example.people import BRANCH, WORK_COMMITTEE
from ops.example.told import SCHEME
from tests.api.town import PAGE, Town

ROW = re.compile(r"<row .*?</row>", re.DOTALL)
CELL = re.compile(r"<c [^>]*>(?:<is><t[^>]*>(.*?)</t></is>|<v>(.*?)</v>)</c>", re.DOTALL)
LISTS = ("matters", "sheets", "notices", "roster", "points")
EVIL = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1+1", '=HYPERLINK("http://x","y")')


def rows_of(kind: str, content: bytes) -> list[list[Any]]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    return [[html.unescape(cell[0] or cell[1]) for cell in CELL.findall(row)] for row in ROW.findall(sheet)]


def made(kind: Format, rows: list[Row]) -> bytes:
    async def given() -> AsyncIterator[Row]:
        for row in rows:
            yield row

    async def collected() -> bytes:
        answer = file_of(kind, "list", ["a", "b"], given())
        assert isinstance(answer, StreamingResponse)
        return b"".join([piece if isinstance(piece, bytes) else b"" async for piece in answer.body_iterator])

    return asyncio.run(collected())


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_is_taken_for_a_formula(kind: Format, text: str) -> None:
    content = made(kind, [(text, "plain")])
    cell = rows_of(kind, content)[1][0]
    assert cell.startswith("'")
    assert text.strip() in cell


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (3, "3"),
        (Decimal("-1.50"), "-1.50"),
        ("-1.50", "-1.50"),
        ("2026-05-12", "2026-05-12"),
        (date(2026, 5, 12), "2026-05-12"),
        (datetime(2026, 5, 12, 20, tzinfo=UTC), "2026-05-13 04:00:00"),
        ("a\x00b\x1fc", "abc"),
    ],
)
def test_what_is_harmless_stands_as_it_is(cell: Cell, text: str) -> None:
    assert text_of(cell) == text


def test_a_long_list_comes_in_pieces_and_is_whole() -> None:
    rows: list[Row] = [(number, f"row {number}, “quoted”\nand broken") for number in range(5_000)]
    found = rows_of("csv", made("csv", rows))
    assert len(found) == 5_001
    assert found[-1] == ["4999", "row 4999, “quoted”\nand broken"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("what", LISTS)
def test_every_list_can_be_taken_away(town: Town, what: str, kind: str) -> None:
    secretary = town.acting("secretary", "secretary", BRANCH)
    answered = secretary.get(f"/units/{BRANCH}/exports/{what}.{kind}")
    assert answered.status_code == 200, answered.text
    assert answered.headers["content-disposition"].endswith(f'.{kind}"')
    assert answered.headers["cache-control"] == "private, no-store"
    rows = rows_of(kind, answered.content)
    assert len(rows) > 1
    assert all(len(row) == len(rows[0]) for row in rows)


LIST_PAGES = (
    ("secretary", f"/units/{BRANCH}"),
    ("secretary", f"/units/{BRANCH}/dashboard"),
    ("secretary", f"/units/{BRANCH}/matters"),
    ("secretary", f"/units/{BRANCH}/sheets"),
    ("secretary", f"/units/{BRANCH}/matters/TD-202605/sheets/R-LX-1"),
    ("secretary", f"/units/{BRANCH}/notices"),
    ("secretary", f"/units/{BRANCH}/honours"),
    ("secretary", f"/units/{BRANCH}/deductions"),
    ("secretary", f"/units/{BRANCH}/objections"),
    ("officer", f"/units/{WORK_COMMITTEE}"),
    ("officer", f"/units/{WORK_COMMITTEE}/dashboard"),
    ("leader", f"/units/{WORK_COMMITTEE}/vetoes"),
    ("officer", f"/units/{WORK_COMMITTEE}/rules"),
    ("officer", f"/units/{WORK_COMMITTEE}/periods?year=2026"),
    ("officer", f"/units/{WORK_COMMITTEE}/probations"),
    ("member", f"/rules/{SCHEME}"),
    ("member", "/members/{member}/membership"),
    ("member", "/members/{member}/timeline"),
    ("member", "/members/{member}/readings"),
    ("member", "/members/{member}/honours"),
    ("member", "/members/{member}/deductions"),
)


@pytest.mark.parametrize(("login", "path"), LIST_PAGES, ids=lambda value: str(value))
def test_every_page_with_a_list_hands_it_out_as_both_kinds_of_file(town: Town, login: str, path: str) -> None:
    role, unit = ("leading_group", WORK_COMMITTEE) if login == "leader" else (login, BRANCH)
    reader = town.acting(login, role, WORK_COMMITTEE if login == "officer" else unit)
    here = path.format(member=town.members["member"])
    if here.endswith("/readings"):
        town.acting("secretary", "secretary", BRANCH).get(f"/members/{town.members['member']}/points")
    shown = reader.get(here, headers=PAGE)
    assert shown.status_code == 200, shown.text
    links = sorted(set(re.findall(r'href="([^"]*/exports/[^"]+\.(?:csv|xlsx))"', shown.text)))
    assert links, here
    assert sum(link.endswith(".csv") for link in links) == sum(link.endswith(".xlsx") for link in links)
    for link in links:
        answered = reader.get(link)
        assert answered.status_code == 200, link
        rows = rows_of(link.rpartition(".")[2], answered.content)
        assert len(rows) > 1, link
        assert all(len(row) == len(rows[0]) for row in rows) or link.endswith("xlsx"), link


def test_who_may_not_read_a_list_may_not_take_it_away(town: Town) -> None:
    member = town.acting("member", "member", BRANCH)
    several = ("honours", "deductions", "objections", "open", "dashboard", "points", "sheets")
    for what in (*several, "periods", "measures", "probations"):
        assert member.get(f"/units/{BRANCH}/exports/{what}.csv").status_code == 403, what
    assert member.get(f"/units/{BRANCH}/exports/vetoes.csv").status_code == 403
    assert member.get(f"/units/{BRANCH}/periods/2026/H1/exports/results.csv").status_code == 403
    other = town.members["secretary"]
    assert member.get(f"/members/{other}/exports/readings.csv").status_code in (403, 404)


def _everything(client: httpx2.Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    before = ""
    while True:
        page = client.get(f"{path}{before}", headers={"accept": "application/json"}).json()["value"]
        found += page["items"]
        if page["before"] is None:
            return found
        before = f"?before={page['before']}"


def test_a_list_holds_all_pages_in_their_order(town: Town) -> None:
    secretary = town.acting("secretary", "secretary", BRANCH)
    for what, key in (("matters", "matter"), ("sheets", "matter")):
        shown = [row[key] for row in _everything(secretary, f"/units/{BRANCH}/{what}")]
        rows = rows_of("csv", secretary.get(f"/units/{BRANCH}/exports/{what}.csv").content)
        assert [row[0] for row in rows[1:]] == shown


def test_a_member_gets_the_notices_that_hang_and_no_others(town: Town) -> None:
    member, secretary = town.acting("member", "member", BRANCH), town.acting("secretary", "secretary", BRANCH)
    board = secretary.get(f"/units/{BRANCH}/notices", headers={"accept": "application/json"}).json()["value"]
    own = rows_of("csv", member.get(f"/units/{BRANCH}/exports/notices.csv").content)[1:]
    every = rows_of("csv", secretary.get(f"/units/{BRANCH}/exports/notices.csv").content)[1:]
    assert len(own) == len(board["running"])
    assert len(every) > len(own)


def test_a_list_that_is_taken_away_is_written_down_and_each_person_sees_it(town: Town) -> None:
    secretary, member = town.acting("secretary", "secretary", BRANCH), town.members["substitute"]
    with psycopg.connect(town.deployment.database.urls.auditor, autocommit=True) as auditor:
        before = len(auditor.execute("SELECT 1 FROM access.exports").fetchall())
        secretary.get(f"/units/{BRANCH}/exports/points.csv")
        exports = auditor.execute("SELECT operator, size FROM access.exports ORDER BY export").fetchall()
        seen = auditor.execute(
            "SELECT reader FROM access.readings WHERE subject = %s AND what = 'export'", (member,)
        ).fetchall()
    assert len(exports) == before + 1
    assert exports[-1][0] == f"{town.members['secretary']} secretary@{BRANCH} points.csv"
    assert exports[-1][1] > 0
    assert (town.members["secretary"],) in seen


def test_an_unknown_kind_of_file_is_refused(town: Town) -> None:
    secretary = town.acting("secretary", "secretary", BRANCH)
    answered = secretary.get(f"/units/{BRANCH}/exports/matters.ods", headers={"accept": "application/json"})
    assert (answered.status_code, answered.json()["code"]) == (422, "parameter-invalid")


def test_the_rules_are_taken_away_item_by_item_and_the_calendars_day_by_day(town: Town) -> None:
    officer = town.acting("officer", "officer", WORK_COMMITTEE)
    items = rows_of("csv", officer.get(f"/rules/{SCHEME}/exports/items.csv").content)
    assert {row[1] for row in items} >= {"R-LX-1", "H-QZ-1"}
    days = rows_of("csv", officer.get(f"/units/{WORK_COMMITTEE}/exports/calendars.csv").content)[1:]
    assert all(row[0] == row[1][:4] for row in days)
    assert len({row[2] for row in days}) == 2
