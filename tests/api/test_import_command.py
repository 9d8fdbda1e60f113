"""Every workbook from the command line: checked, all or nothing, twice is once, and what is wrong comes back marked."""

import hashlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from click.testing import Result
from openpyxl import load_workbook
from typer.testing import CliRunner

from api.workbook.lists import LISTS
from domain.values import day_of
from ops.cli import app
from ops.example.people import BRANCH, WORK_COMMITTEE
from tests.api.town import Town

Run = Callable[..., Result]
SHA = hashlib.sha256(b"a paper").hexdigest()


@pytest.fixture
def run(town: Town, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line in this process, over the town's deployment."""
    settings = town.deployment.settings
    assert settings.database_url is not None
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("STEELYARD_DEPLOYMENT", "example")
    monkeypatch.setenv("STEELYARD_DATA", str(settings.data))

    def invoke(kind: str, file: Path, login: str, role: str, unit: str, *more: str) -> Result:
        words = ["import", str(file), "--kind", kind, "--unit", unit, "--as", login, "--role", role, *more]
        return CliRunner().invoke(app, [*words, "--password", town.passwords[login]])

    return invoke


def filled(client: httpx2.Client, kind: str, file: Path, **cells: str) -> Path:
    """The template of a list with one row; cells by the English line of their heading."""
    book = load_workbook(BytesIO(client.get(f"/units/{BRANCH}/lists/{kind}").content))
    sheet = book[LISTS[kind].zh]
    headings = {str(cell.value).split("\n")[1]: number for number, cell in enumerate(sheet[1], start=1)}
    for heading, value in cells.items():
        sheet.cell(row=2, column=headings[heading.replace("_", " ")], value=value)
    book.save(file)
    return file


def test_the_four_lists_are_checked_carried_in_once_and_recognised(town: Town, run: Run, tmp_path: Path) -> None:
    officer, recorder = town.acting("officer", "officer", WORK_COMMITTEE), town.acting("recorder", "recorder", BRANCH)
    number, today = f"CL{uuid4().hex[:6].upper()}", str(day_of(town.deployment.clock().now()))
    who = {"Work_number": number, "Name": f"示例·新{number}"}
    paper = {"Dated_on": today, "Document": SHA}
    above, own = ("officer", "officer", WORK_COMMITTEE, "--place", BRANCH), ("recorder", "recorder", BRANCH)
    members = filled(officer, "members", tmp_path / "1.xlsx", **who, Class="full", Present_from=today)
    _once(town, run, "members", members, *above)
    office = filled(officer, "appointments", tmp_path / "2.xlsx", **who, Office="auditor", From=today)
    _once(town, run, "appointments", office, *above)
    honour = {"Item": "H-LX-3", "Level": "session", "Evidence_kind": "lecture_log", "Title": "理论宣讲"}
    honours = filled(recorder, "honours", tmp_path / "3.xlsx", **who, **paper, **honour, Matter_code=f"H-{number}")
    _once(town, run, "honours", honours, *own)
    taken = {"Item": "N-QZ-1", "Level": "each", "Evidence_kind": "complaint_finding", "Particulars": "窗口投诉"}
    deductions = filled(recorder, "deductions", tmp_path / "4.xlsx", **who, **paper, **taken, Matter_code=f"D-{number}")
    _once(town, run, "deductions", deductions, *own)


def _once(town: Town, run: Run, kind: str, file: Path, *who: str) -> None:
    before = town.position()
    checked = run(kind, file, *who, "--dry")
    assert checked.exit_code == 0, checked.output
    assert "1 项 commands" in checked.output
    assert town.position() == before
    done = run(kind, file, *who)
    assert done.exit_code == 0, done.output
    after = town.position()
    assert after > before
    again = run(kind, file, *who)
    assert "0 项 commands, 1 项已入账" in again.output, again.output
    assert town.position() == after
    town.settled()


def test_what_is_wrong_comes_back_marked_and_nothing_is_recorded(town: Town, run: Run, tmp_path: Path) -> None:
    officer, before = town.acting("officer", "officer", WORK_COMMITTEE), town.position()
    cells = {"Work_number": f"CL{uuid4().hex[:6]}", "Name": "示例·错", "Class": "no-such-class", "Present_from": "soon"}
    file = filled(officer, "members", tmp_path / "wrong.xlsx", **cells)
    said = run("members", file, "officer", "officer", WORK_COMMITTEE, "--place", BRANCH)
    assert said.exit_code == 2
    marked = load_workbook(tmp_path / "wrong.marked.xlsx")
    comments = [cell.comment.text for row in marked[LISTS["members"].zh] for cell in row if cell.comment is not None]
    assert any("2026-05-12" in text for text in comments)
    elsewhere = tmp_path / "elsewhere.xlsx"
    run("members", file, "officer", "officer", WORK_COMMITTEE, "--place", BRANCH, "--marked", str(elsewhere))
    assert elsewhere.exists()
    assert town.position() == before


def test_a_list_is_nothing_for_whom_the_table_does_not_name(town: Town, run: Run, tmp_path: Path) -> None:
    officer, before = town.acting("officer", "officer", WORK_COMMITTEE), town.position()
    cells = {"Work_number": f"CL{uuid4().hex[:6]}", "Name": "示例·外", "Class": "full", "Present_from": "2026-05-19"}
    file = filled(officer, "members", tmp_path / "members.xlsx", **cells)
    said = run("members", file, "recorder", "recorder", BRANCH)
    assert said.exit_code == 2
    assert "not-permitted" in said.output
    assert town.position() == before
