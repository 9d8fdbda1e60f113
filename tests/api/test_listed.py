"""Lists through HTTP: template down, filled up, all or nothing, twice is once, and only for whom the table names."""

from io import BytesIO
from uuid import uuid4

import httpx2
import pytest
from openpyxl import load_workbook

from ops.example.people import BRANCH, WORK_COMMITTEE
from tests.api.town import PAGE, Town

MEMBERS = f"/units/{BRANCH}/lists/members"


@pytest.fixture
def officer(town: Town) -> httpx2.Client:
    """The example's officer, acting as such."""
    return town.acting("officer", "officer", WORK_COMMITTEE)


def _filled(client: httpx2.Client, number: str, **cells: str) -> bytes:
    """The template with one newcomer; cells by the English line of their heading."""
    book = load_workbook(BytesIO(client.get(MEMBERS).content))
    sheet = book["党员"]
    wanted = {
        "Work number": number,
        "Name": f"示例·新{number}",
        "Class": "full",
        "Present from": "2026-05-19",
        **cells,
    }
    headings = {str(cell.value).split("\n")[1]: number for number, cell in enumerate(sheet[1], start=1)}
    for heading, value in wanted.items():
        sheet.cell(row=2, column=headings[heading], value=value)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _upload(client: httpx2.Client, content: bytes, mode: str, **headers: str) -> httpx2.Response:
    form = {"mode": mode, "idempotency_key": str(uuid4())}
    return client.post(MEMBERS, data=form, files={"file": ("名单.xlsx", content)}, headers=headers)


def test_a_list_is_checked_and_then_recorded_once(town: Town, officer: httpx2.Client) -> None:
    content, before = _filled(officer, "WB9001"), town.position()
    checked = _upload(officer, content, "check")
    assert checked.status_code == 200, checked.text
    assert checked.json()["summary"] == {"rows": 1, "commands": 1, "on_record": 0}
    assert town.position() == before
    assert _upload(officer, content, "record", **PAGE).status_code == 303
    after = town.position()
    assert after > before
    assert _upload(officer, content, "record").status_code == 303
    assert town.position() == after
    other_file = _upload(officer, _filled(officer, "WB9001", Name="示例·新WB9001 "), "check")
    assert other_file.json()["summary"]["on_record"] == 1, "who is on the roster already is not registered again"


def test_one_error_and_nothing_is_recorded(town: Town, officer: httpx2.Client) -> None:
    before = town.position()
    sent = _upload(officer, _filled(officer, "WB9002", Class="贵宾 x"), "record")
    assert (sent.status_code, sent.json()["code"]) == (422, "workbook-findings")
    assert sent.json()["facts"]["findings"][0]["sheet"] == "党员"
    assert town.position() == before


def test_a_number_that_is_somebody_elses_is_found_before_anything_is_recorded(
    town: Town, officer: httpx2.Client
) -> None:
    before = town.position()
    sent = _upload(officer, _filled(officer, "SL0001"), "record")
    assert [one["code"] for one in sent.json()["facts"]["findings"]] == ["person-exists"]
    assert town.position() == before


def test_a_browser_gets_the_marked_copy_and_the_page(town: Town, officer: httpx2.Client) -> None:
    sent = _upload(officer, _filled(officer, "WB9003", Class="贵宾 x"), "record", **PAGE)
    assert sent.status_code == 422
    assert 'href="data:application/vnd.openxmlformats' in sent.text
    for kind in ("members", "appointments"):
        page = officer.get(f"/units/{BRANCH}/lists/{kind}/upload", headers=PAGE)
        assert page.status_code == 200
        assert "multipart/form-data" in page.text


def test_the_recorder_brings_honours_and_deductions_and_no_members(town: Town) -> None:
    recorder = town.acting("recorder", "recorder", BRANCH)
    for kind, status in (("honours", 200), ("deductions", 200), ("members", 403), ("appointments", 403)):
        assert recorder.get(f"/units/{BRANCH}/lists/{kind}").status_code == status, kind


def test_traits_are_brought_in_and_never_handed_out_again(town: Town, officer: httpx2.Client) -> None:
    place, member = f"/units/{BRANCH}/lists/traits", town.members["member"]
    blank = officer.get(place).content
    book = load_workbook(BytesIO(blank))
    roster = book["名册"].iter_rows(min_row=2, values_only=True)
    name = town.known("member").get(f"/members/{member}/points").json()["value"]["name"]
    number = next(row[0] for row in roster if row[1] == name)
    for column, cell in enumerate((number, name, 1985, "女", "无"), start=1):
        book["情况"].cell(row=2, column=column, value=cell)
    out = BytesIO()
    book.save(out)
    sent = officer.post(
        place,
        data={"mode": "record", "idempotency_key": str(uuid4())},
        files={"file": ("情况.xlsx", out.getvalue())},
    )
    assert sent.status_code == 303
    town.settled(town.position())
    moments = town.known("member").get(f"/members/{member}/timeline").json()["value"]["items"]
    assert moments[0]["type"] == "member-described"
    assert officer.get(place).content == blank
    assert "1985" not in officer.get(f"/units/{BRANCH}/exports/roster.csv").text
    assert town.known("recorder").get(place).status_code == 403
    # Said again as nothing: the next test of figures counts who says something.
    taken_back = officer.post(f"/members/{member}/traits", json={}, headers={"idempotency-key": str(uuid4())})
    assert taken_back.status_code == 200
    town.settled()
