"""The month's workbook through HTTP: template down, filled up, all or nothing, twice is once."""

import base64
from io import BytesIO
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from openpyxl import load_workbook

from ops.example.people import BRANCH
from tests.api.town import PAGE, Town, key

PLACE = f"/units/{BRANCH}/workbook"


@pytest.fixture
def recorder(town: Town) -> httpx2.Client:
    """The example's recorder, acting as such."""
    return town.acting("recorder", "recorder", BRANCH)


def _filled(client: httpx2.Client, matter: str, **cells: str) -> bytes:
    """The template with one matter; cells by the English line of their heading."""
    book = load_workbook(BytesIO(client.get(PLACE, params={"month": "2026-05"}).content))
    sheet = book["事项"]
    wanted = {
        "Matter code": matter,
        "Kind": "study_session",
        "Title": "工作簿学习",
        "Planned on": "2026-05-19",
        "Held on": "2026-05-19",
        "Evidence kind": "sign_in_list",
        "Evidence": "a" * 64,
        **cells,
    }
    headings = {str(cell.value).split("\n")[1]: cell.column for cell in sheet[1]}
    for heading, value in wanted.items():
        sheet.cell(row=2, column=headings[heading], value=value)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _upload(client: httpx2.Client, content: bytes, mode: str, **headers: str) -> httpx2.Response:
    form = {"mode": mode, "idempotency_key": str(uuid4())}
    return client.post(PLACE, data=form, files={"file": ("五月.xlsx", content)}, headers=headers)


def _matters(client: httpx2.Client) -> list[dict[str, Any]]:
    return list(client.get(f"/units/{BRANCH}/matters").json()["value"]["items"])


def test_a_workbook_is_checked_and_then_recorded_once(town: Town, recorder: httpx2.Client) -> None:
    content = _filled(recorder, "WB-1")
    before = town.position()
    checked = _upload(recorder, content, "check")
    assert checked.status_code == 200, checked.text
    assert checked.json()["recorded"] is False
    assert checked.json()["summary"]["matters"] == 1
    assert town.position() == before
    sent = _upload(recorder, content, "record", **PAGE)
    assert sent.status_code == 303
    recorder.get(sent.headers["location"])
    assert "WB-1" in [matter["matter"] for matter in _matters(recorder)]
    after = town.position()
    again = _upload(recorder, content, "record")
    assert again.status_code == 303
    assert town.position() == after


def test_one_error_and_nothing_is_recorded(town: Town, recorder: httpx2.Client) -> None:
    content = _filled(recorder, "WB-2", Kind="no such kind")
    before = town.position()
    sent = _upload(recorder, content, "record")
    assert (sent.status_code, sent.json()["code"]) == (422, "workbook-findings")
    assert sent.json()["facts"]["findings"][0]["sheet"] == "事项"
    assert town.position() == before


def test_a_browser_gets_the_marked_copy(town: Town, recorder: httpx2.Client) -> None:
    sent = _upload(recorder, _filled(recorder, "WB-3", Kind="no such kind"), "record", **PAGE)
    assert sent.status_code == 422
    assert "没有任何内容入账" in sent.text
    assert 'href="data:application/vnd.openxmlformats' in sent.text


def test_a_program_may_send_the_workbook_as_base64(town: Town, recorder: httpx2.Client) -> None:

    content = base64.b64encode(_filled(recorder, "WB-4")).decode()
    sent = recorder.post(PLACE, json={"filename": "五月.xlsx", "content": content}, headers=key())
    assert sent.status_code == 200, sent.text
    assert sent.json()["recorded"] is False


@pytest.mark.parametrize("content", [b"not a workbook", b"PK\x03\x04broken", b"\x00" * 1000])
def test_what_is_no_workbook_is_refused(town: Town, recorder: httpx2.Client, content: bytes) -> None:
    sent = _upload(recorder, content, "record")
    assert (sent.status_code, sent.json()["code"]) == (422, "workbook-unreadable")


def test_a_form_without_a_file_is_refused(town: Town, recorder: httpx2.Client) -> None:
    sent = recorder.post(PLACE, data={"mode": "record", "idempotency_key": "k"}, files={"file": ("", b"")})
    assert sent.status_code in (400, 422)


def test_the_page_offers_template_and_upload(town: Town, recorder: httpx2.Client) -> None:
    page = recorder.get(f"{PLACE}/upload", headers=PAGE)
    assert page.status_code == 200
    assert "multipart/form-data" in page.text
