"""台账: entered on a page, taken step by step, corrected; the article's figures lead to their rows; open feedback."""

import json
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from api.feedback import PER_ADDRESS
from domain.register.kinds import KINDS
from ops.cli import app
from ops.example.people import BRANCH, WORK_COMMITTEE
from tests.api.test_amounts import body, page, sent
from tests.api.town import OTHER, PAGE, Town, key

HERE = f"/units/{BRANCH}/registers"
ABOVE = f"/units/{WORK_COMMITTEE}"


def form(**more: str) -> dict[str, str]:
    """What a page's form sends."""
    return {"idempotency_key": str(uuid4()), **more}


def refused(answered: httpx2.Response) -> tuple[int, str]:
    return answered.status_code, str(answered.json()["code"])


@pytest.fixture
def recorder(town: Town) -> httpx2.Client:
    return town.acting("recorder", "recorder", BRANCH)


def figure(client: httpx2.Client, code: str, detail: str = "") -> dict[str, Any]:
    shown = body(client, f"{ABOVE}/article")["figures"]
    (found,) = [one for one in shown if (one["code"], one["detail"]) == (code, detail)]
    return dict(found)


def test_an_issue_is_entered_closed_and_counted_and_leads_back_to_its_entry(
    town: Town, recorder: httpx2.Client
) -> None:
    officer = town.acting("officer", "officer", WORK_COMMITTEE)
    before = figure(officer, "issues")["counted"]
    assert "登记一条" in page(recorder, f"{HERE}/issue")
    said = {"entry": "T-1", "title": "小区路灯", "on": "2026-05-06", "words": "路灯坏了三个月"}
    sent(recorder.post(f"{HERE}/issue", data=form(**said, **{"value.target": "residents"}), headers=PAGE))
    town.settled()
    shown = page(recorder, f"{HERE}/issue/T-1")
    assert "路灯坏了三个月" in shown
    assert "城乡居民家庭" in shown
    assert "路灯坏了" not in page(officer, f"{HERE}/issue/T-1")
    unproved = recorder.post(f"{HERE}/issue/T-1/steps", json={"step": "closed", "on": "2026-05-08"}, headers=key())
    assert refused(unproved) == (422, "register-proof-missing")
    proof = {"file": ("办结.pdf", b"closed")}
    closed = form(step="closed", on="2026-05-08")
    sent(recorder.post(f"{HERE}/issue/T-1/steps", data=closed, files=proof, headers=PAGE))
    town.settled()
    assert figure(officer, "issues")["counted"] == before + 1
    (row, *_) = body(officer, f"{ABOVE}/article/issues_closed")["rows"]["items"]
    assert (row["entry"], row["unit"], row["counted"], row["whole"]) == ("T-1", BRANCH, 1, 1)
    assert "小区路灯" in page(officer, f"{ABOVE}/article/issues_closed")
    csv = officer.get(f"{ABOVE}/exports/article/issues_closed.csv").text
    assert "小区路灯" in csv
    assert "路灯坏了" not in csv
    again = recorder.post(f"{HERE}/issue", json={"entry": "T-1", "title": "又一次", "on": "2026-05-06"}, headers=key())
    assert refused(again) == (409, "register-entry-exists")


def test_a_correction_and_a_withdrawal_stay_to_be_seen(town: Town, recorder: httpx2.Client) -> None:
    project = {"entry": "T-XM", "title": "停车场", "on": "2026-05-06"}
    sent(recorder.post(f"{HERE}/project", json=project, headers=key()))
    corrected = form(title="地下停车场", on="2026-05-06", reason="名称有误")
    sent(recorder.post(f"{HERE}/project/T-XM/correction", data=corrected, headers=PAGE))
    town.settled()
    shown = page(recorder, f"{HERE}/project/T-XM")
    assert "地下停车场" in shown
    assert "名称有误" in shown
    sent(recorder.post(f"{HERE}/project/T-XM/withdrawal", json={"reason": "重复"}, headers=key()))
    town.settled()
    (row,) = [one for one in body(recorder, f"{HERE}/project")["items"] if one["entry"] == "T-XM"]
    assert row["withdrawn"] is True
    assert "停车场" in recorder.get(f"/units/{BRANCH}/exports/registers/project.csv").text
    gone = recorder.post(f"{HERE}/project/T-XM/withdrawal", json={"reason": "重复"}, headers=key())
    assert refused(gone) == (409, "register-entry-withdrawn")


def test_a_member_is_named_by_choice_and_shown_by_name(town: Town, recorder: httpx2.Client) -> None:
    team = {"entry": "T-XJT", "title": "理论宣讲团", "on": "2026-05-06"}
    sent(recorder.post(f"{HERE}/team", json=team, headers=key()))
    town.settled()
    member = str(town.members["substitute"])
    assert member in page(recorder, f"{HERE}/team/T-XJT")
    sent(recorder.post(f"{HERE}/team/T-XJT/parts", data=form(part="speaker", member=member), headers=PAGE))
    town.settled()
    (part,) = body(recorder, f"{HERE}/team/T-XJT")["parts"]
    assert (part["member"], bool(part["name"])) == (member, True)
    assert part["name"] in page(recorder, f"{HERE}/team/T-XJT")
    sent(recorder.post(f"{HERE}/team/T-XJT/parts/striking", data=form(part="speaker", member=member), headers=PAGE))
    town.settled()
    assert body(recorder, f"{HERE}/team/T-XJT")["parts"] == []


def test_every_register_has_its_page_and_nothing_else_has(town: Town, recorder: httpx2.Client) -> None:
    shelves: Any = body(recorder, HERE)
    assert [one["register"] for one in shelves] == [kind.code for kind in KINDS]
    shown = page(recorder, HERE)
    for kind in KINDS:
        assert kind.zh in shown
        assert kind.zh in page(recorder, f"{HERE}/{kind.code}")
    assert recorder.get(f"{HERE}/nothing").status_code == 404
    assert recorder.get(f"{HERE}/project/none").status_code == 404
    assert recorder.get(f"/units/{BRANCH}/article/nothing").status_code == 404
    english = {**PAGE, "accept-language": "en"}
    assert "Figures of the work" in recorder.get(f"/units/{BRANCH}/article", headers=english).text
    assert recorder.get(f"/units/{OTHER}/registers").status_code == 404
    bad = recorder.post(f"{HERE}/visit", json={"entry": "x", "values": {"target": 1}}, headers=key())
    assert refused(bad) == (422, "body-invalid")


def test_anybody_leaves_feedback_once_and_not_without_end(town: Town) -> None:
    place = f"/public/feedback/{OTHER}"
    with town.visit() as nobody:
        assert "不留姓名" in nobody.get(place, headers=PAGE).text
        assert nobody.get("/public/feedback/NONE").status_code == 404
        one = form(aware="yes", approves="partly", words="窗口很快")
        for _ in range(2):
            assert nobody.post(place, data=one, headers=PAGE).headers["location"] == f"{place}?left=true"
        wrong = nobody.post(place, json={"aware": "perhaps", "approves": "yes"}, headers=key())
        assert refused(wrong) == (422, "register-field-invalid")
        answers = {"aware": "yes", "approves": "yes"}
        left = [nobody.post(place, json=answers, headers=key()).status_code for _ in range(PER_ADDRESS)]
        assert (left[0], left[-1]) == (200, 429)
    town.settled()
    watcher = town.acting("watcher", "auditor", WORK_COMMITTEE)
    items = body(watcher, f"/units/{OTHER}/registers/feedback")["items"]
    assert len(items) == 1 + left.count(200)
    assert {tuple(one["said"]) for one in items} == {()}, "single answers are for whoever keeps them"
    behind = f"/units/{OTHER}/article/feedback_aware"
    assert (body(watcher, behind)["rows"]["items"], "只有该登记册的记录人" in page(watcher, behind)) == ([], True)
    taken = watcher.get(f"/units/{OTHER}/exports/article/feedback_aware.csv")
    assert (taken.status_code, len(taken.text.splitlines())) == (200, 1)
    listed = watcher.get(f"/units/{OTHER}/exports/registers/feedback.csv").text
    assert "一般" not in listed
    assert "窗口很快" not in page(watcher, f"/units/{OTHER}/registers/feedback/{items[-1]['entry']}")


def test_the_figures_of_the_article_on_the_command_line_are_those_of_the_page(
    town: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    watcher = town.acting("watcher", "auditor", WORK_COMMITTEE)
    url = town.deployment.settings.database_url
    assert url is not None
    monkeypatch.setenv("DATABASE_URL", url.get_secret_value())
    monkeypatch.setenv("STEELYARD_DATA", str(town.deployment.settings.data))
    monkeypatch.setenv("STEELYARD_DEPLOYMENT", "example")
    out = tmp_path / "article.json"
    who = ("--as", "watcher", "--password", town.passwords["watcher"], "--role", "auditor", "--of", WORK_COMMITTEE)
    said = CliRunner().invoke(app, ["article", *who, "--unit", WORK_COMMITTEE, "--out", str(out)])
    assert said.exit_code == 0, said.output
    shown = body(watcher, f"{ABOVE}/article")["figures"]
    assert json.loads(out.read_text())["value"] == shown
    assert ("参加活动人次" in said.output, "问题办结率" in said.output) == (True, True)
    stranger = ("--as", "stranger", "--password", town.passwords["stranger"], "--role", "recorder", "--of", OTHER)
    refusal = CliRunner().invoke(app, ["article", *stranger, "--unit", BRANCH])
    assert refusal.exit_code != 0


def put(sheet: Any, row: int, code: str, post: str) -> None:
    for column, value in enumerate((code, f"承诺 {code}", date(2026, 5, 6), post), start=1):
        sheet.cell(row, column, value)


def test_many_are_entered_as_a_workbook_and_what_is_wrong_comes_back_marked(
    town: Town, recorder: httpx2.Client
) -> None:
    place = f"/units/{BRANCH}/lists/registers/pledge/entries"
    assert "upload" in page(recorder, f"{HERE}/pledge")
    assert "服务承诺登记" in page(recorder, f"{place}/upload")
    book = load_workbook(BytesIO(recorder.get(place).content))
    sheet = book["服务承诺登记"]
    put(sheet, 2, "T-CN-1", f"{BRANCH}:GW-1")
    put(sheet, 3, "T-CN-2", f"{BRANCH}:GW-1")
    into = BytesIO()
    book.save(into)
    file = {"file": ("承诺.xlsx", into.getvalue())}
    sent(recorder.post(place, data=form(mode="record"), files=file, headers=PAGE))
    town.settled()
    entries = {one["entry"] for one in body(recorder, f"{HERE}/pledge")["items"]}
    assert {"T-CN-1", "T-CN-2"} <= entries
    put(sheet, 4, "T-CN-3", f"{BRANCH}:GW-9")
    into = BytesIO()
    book.save(into)
    wrong = recorder.post(place, data=form(mode="record"), files={"file": ("错.xlsx", into.getvalue())}, headers=PAGE)
    assert (wrong.status_code, "没有这一条" in wrong.text) == (422, True)
    assert recorder.get(f"/units/{BRANCH}/lists/registers/feedback/entries").status_code == 404
