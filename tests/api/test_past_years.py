"""以往年度: brought in by workbook, page and command line alike, shown with its label, and taken back."""

import base64
import csv
import hashlib
import io
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import openpyxl
import pytest
from typer.testing import CliRunner

from api.workbook.columns import UNREAD_SHEETS
from api.workbook.lists import LISTS
from ops.cli import app
from ops.example.people import BRANCH, WORK_COMMITTEE
from tests.api.town import PAGE, Town, key

SHA = hashlib.sha256("2017年度评定表".encode()).hexdigest()
RULES = {
    "version": "trial-2016",
    "title": "党员积分制管理实施意见(试行)",
    "number": "区级机关工委〔2016〕5号",
    "effective_on": date(2016, 3, 1),
    "last_on": date(2025, 12, 31),
    "periods": "H1 06-30;H2 12-31;Y 12-31",
    "grades": "优秀、合格、基本合格、不合格",
    "document": SHA,
}


def book(client: httpx2.Client, kind: str, *rows: dict[str, Any], place: str = BRANCH) -> bytes:
    """The template that the service gives, filled in."""
    layout = LISTS[kind]
    made = openpyxl.load_workbook(BytesIO(client.get(f"/units/{place}/lists/{kind}").content))
    keys = [column.key for column in layout.columns]
    for number, cells in enumerate(rows, start=2):
        for name, value in cells.items():
            made[layout.zh].cell(number, keys.index(name) + 1, value)
    into = BytesIO()
    made.save(into)
    return into.getvalue()


def sent(client: httpx2.Client, kind: str, data: bytes, mode: str = "record", place: str = BRANCH) -> httpx2.Response:
    """The workbook in the body of a request."""
    body = {"filename": f"{kind}.xlsx", "content": base64.b64encode(data).decode(), "mode": mode}
    return client.post(f"/units/{place}/lists/{kind}", json=body, headers=key())


def test_past_years_are_imported_under_the_rules_of_their_time_shown_and_taken_back(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, member = town.acting("officer", "officer", WORK_COMMITTEE), town.members["member"]
    himself = town.known("member")
    who = _roster(officer, himself.get(f"/members/{member}/results").json()["value"]["name"])
    result = {**who, "year": 2017, "period": "Y", "total": "91.50", "grade": "优秀", "document": SHA}
    early = sent(officer, "past-results", book(officer, "past-results", result))
    assert early.status_code == 422
    assert [one["code"] for one in early.json()["facts"]["findings"]] == ["past-rules-missing"]
    rules = book(officer, "past-rules", RULES, place=WORK_COMMITTEE)
    assert sent(officer, "past-rules", rules, place=WORK_COMMITTEE).status_code == 200

    # A half of it is wrong: nothing of it is recorded.
    before = town.position()
    both = book(officer, "past-results", result, {**result, "year": 2026})
    refused = sent(officer, "past-results", both).json()["facts"]["findings"]
    assert [(one["sheet"], one["row"], one["code"]) for one in refused] == [("历史结果", 3, "assessed-here")]
    assert town.position() == before
    file = tmp_path / "results.xlsx"
    file.write_bytes(book(officer, "past-results", result))
    _run(town, monkeypatch, "past-results", file)
    record = {**who, "kind": "荣誉清单", "matter": "ZW-1", "item": "RY-3", "title": "征文获奖"}
    paper = book(officer, "past-records", {**record, "occurred_on": date(2017, 5, 4), "points": 2, "document": SHA})
    done = sent(officer, "past-records", paper)
    assert done.status_code == 200
    town.settled(done.json()["position"])

    past = himself.get(f"/members/{member}/results").json()["value"]["past"]
    found = [(one["rules"], one["total"], one["grade"], one["imported"]) for one in past["results"]]
    assert found == [("trial-2016", "91.50", "excellent", True)]
    assert [(one["title"], one["points"], one["document"]) for one in past["records"]] == [("征文获奖", "2.00", SHA)]
    page = himself.get(f"/members/{member}/results", headers=PAGE).text
    assert page.count("badge imported") == 2
    assert "区级机关工委〔2016〕5号" in page
    types = {one["type"] for one in himself.get(f"/members/{member}/timeline").json()["value"]["items"]}
    assert {"past-result-imported", "past-record-imported"} <= types
    _stands_with_his_points(himself, member)
    imported_at = past["results"][0]["position"]
    board = officer.get(f"/units/{BRANCH}/past-rules").json()["value"]
    assert [one["version"] for one in board["items"]] == ["trial-2016"]

    entry = past["results"][0]["entry"]
    why = {"reason": "抄录有误"}
    taken = himself.post(f"/members/{member}/past/2017/{entry}/withdrawal", json=why, headers=key())
    assert taken.status_code == 403
    taken = officer.post(f"/members/{member}/past/2017/{entry}/withdrawal", json=why, headers=key())
    assert taken.status_code == 200
    town.settled(taken.json()["last"])
    past = himself.get(f"/members/{member}/results").json()["value"]["past"]
    assert [one["withdrawn"] for one in past["results"]] == [True]
    _withdrawn_with_his_points(himself, member, imported_at)
    gone = officer.post(f"/units/{WORK_COMMITTEE}/past-rules/trial-2016/withdrawal", json=why, headers=key())
    assert gone.status_code == 200


def _stands_with_his_points(himself: httpx2.Client, member: Any) -> None:
    """With its label, the rules of its time and its source: on the page of his points, and in the file he takes."""
    (shown,) = himself.get(f"/members/{member}/points").json()["value"]["past"]
    assert (shown["year"], shown["total"], shown["grade"]) == (2017, "91.50", "excellent")
    assert shown["number"] == RULES["number"]
    assert (shown["imported"], shown["withdrawn"], shown["document"]) == (True, False, SHA)
    page = himself.get(f"/members/{member}/points", headers=PAGE).text
    assert 'class="badge imported"' in page
    assert SHA in page
    assert shown["vouched_by"] in page
    (row,) = _imported_rows(himself, member)
    assert (row[0], row[6], row[8], row[9], row[10]) == ("2017", "91.50", "导入", RULES["number"], SHA)


def _withdrawn_with_his_points(himself: httpx2.Client, member: Any, imported_at: int) -> None:
    """With the period that it was of; whoever looks back sees it stand, or not yet there."""
    points = f"/members/{member}/points"
    (shown,) = himself.get(points).json()["value"]["past"]
    assert (shown["period"], shown["withdrawn"]) == ("Y", True)
    (then,) = himself.get(points, params={"known_at": imported_at}).json()["value"]["past"]
    assert not then["withdrawn"]
    assert himself.get(points, params={"known_at": imported_at - 1}).json()["value"]["past"] == []
    assert [row[8] for row in _imported_rows(himself, member)] == ["导入,已撤回"]


def _imported_rows(himself: httpx2.Client, member: Any) -> list[list[str]]:
    taken = himself.get(f"/members/{member}/exports/results.csv").content.decode("utf-8-sig")
    return [row for row in csv.reader(io.StringIO(taken, newline="")) if row[8].startswith("导入")]


def _roster(client: httpx2.Client, name: str) -> dict[str, str]:
    """Work number and name, as the template's roster has them."""
    made = openpyxl.load_workbook(BytesIO(client.get(f"/units/{BRANCH}/lists/past-results").content))
    rows = made[UNREAD_SHEETS["roster"]].iter_rows(min_row=2, values_only=True)
    return next({"work_number": str(row[0]), "name": str(row[1])} for row in rows if row[1] == name)


def _run(town: Town, monkeypatch: pytest.MonkeyPatch, kind: str, file: Path) -> None:
    """From the command line: twice is once."""
    settings = town.deployment.settings
    assert settings.database_url is not None
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("STEELYARD_DEPLOYMENT", "example")
    monkeypatch.setenv("STEELYARD_DATA", str(settings.data))
    words = ["import", str(file), "--kind", kind, "--unit", WORK_COMMITTEE, "--as", "officer", "--role", "officer"]
    words += ["--place", BRANCH, "--password", town.passwords["officer"]]
    for said in ("1 项 commands", "0 项 commands, 1 项已入账"):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        assert said in done.output
