"""The command line over a served deployment: each verb does what it says, and what is wrong is one sentence."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from click.testing import Result
from typer.testing import CliRunner

from domain.actor import person
from domain.entry import decode
from domain.notice.notice import NoticePosted
from domain.recording.archive import PointsRecorded
from domain.recording.matter import HoldMatter, PlanMatter
from domain.values import day_of
from ops.cli import app
from ops.example.people import BRANCH, WORK_COMMITTEE, people
from tests.api.town import Town

Run = Callable[..., Result]
NEW_PASSWORD = "another-password-of-the-tests"


@pytest.fixture
def run(town: Town, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line in this process, over the town's deployment."""
    settings = town.deployment.settings
    assert settings.database_url is not None
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("STEELYARD_DEPLOYMENT", "example")
    monkeypatch.setenv("STEELYARD_DATA", str(settings.data))
    return lambda *words, typed="": CliRunner().invoke(app, [str(word) for word in words], input=typed)


def number_of(login: str) -> str:
    return next(one.work_number for one in people() if one.login == login)


def signed_in(town: Town, login: str, password: str) -> int:
    with httpx2.Client(base_url=town.base, timeout=120) as client:
        return client.post("/session", json={"login": login, "password": password}).status_code


def test_a_sheet_that_comes_late_is_recorded_with_its_reason(town: Town, run: Run) -> None:
    matter = f"L-{uuid4().hex[:8]}"
    recorder = person(town.members["recorder"], "recorder", BRANCH)
    ledger, now = town.deployment.ledger(), town.deployment.clock().now()
    held_on = day_of(now) - timedelta(days=60)
    plan = PlanMatter(
        id=uuid4(),
        actor=recorder,
        at=now,
        unit=BRANCH,
        matter=matter,
        kind="study_session",
        title="补",
        planned_on=held_on,
    )
    ledger.execute(plan)
    ledger.execute(HoldMatter(id=uuid4(), actor=recorder, at=now, unit=BRANCH, matter=matter, occurred_on=held_on))
    words = ("record", matter, "R-LX-1", "--unit", BRANCH, "--as", "recorder", "--otherwise", "attended")
    words = (*words, "--password", town.passwords["recorder"])
    silent = run(*words)
    assert type(silent.exception).__name__ == "LateReasonMissing"
    told = run(*words, "--late-reason", "记录员住院")
    assert told.exit_code == 0, told.output
    assert matter in told.output
    assert (
        "住院" not in b"".join(row.state for row in town.deployment.recorder.select_notifications(1, 10_000)).decode()
    )


def test_a_token_is_issued_used_and_ended_from_the_command_line(town: Town, run: Run) -> None:
    words = (
        number_of("recorder"),
        "导出",
        "--unit",
        BRANCH,
        "--scopes",
        "sheet.read",
        "--role",
        "recorder",
        "--days",
        2,
    )
    issued = run("token", "issue", *words)
    assert issued.exit_code == 0, issued.output
    token = issued.output.strip().splitlines()[-1]
    headers = {"authorization": f"Bearer {token}"}
    assert town.known("").get(f"/units/{BRANCH}/sheets", headers=headers).status_code == 200
    assert town.known("").get(f"/units/{BRANCH}/notices", headers=headers).json()["code"] == "not-permitted"
    ended = run("token", "end", number_of("recorder"), "--name", "导出")
    assert (ended.exit_code, ended.output.strip()) == (0, "1")
    assert town.known("").get(f"/units/{BRANCH}/sheets", headers=headers).json()["code"] == "not-signed-in"
    assert run("token", "end", number_of("recorder"), "--name", "导出").output.strip() == "0"


@pytest.mark.parametrize("wrong", [("--scopes", "everything"), ("--scopes", "sheet.read", "--days", "0")])
def test_a_token_that_could_do_nothing_or_anything_is_not_issued(town: Town, run: Run, wrong: tuple[str, ...]) -> None:
    refused = run("token", "issue", number_of("recorder"), "x", "--unit", BRANCH, *wrong)
    assert refused.exit_code != 0


def test_a_disabled_account_ends_sessions_and_tokens_at_once_and_can_be_enabled_again(town: Town, run: Run) -> None:
    login, password = "probationary", town.passwords["probationary"]
    issued = run(
        "token", "issue", number_of(login), "x", "--unit", BRANCH, "--scopes", "notice.read", "--role", "member"
    )
    headers = {"authorization": f"Bearer {issued.output.strip().splitlines()[-1]}"}
    town.forget(login)
    with town.visit(login) as client:
        assert client.get("/session").status_code == 200
        assert town.known("").get(f"/units/{BRANCH}/notices", headers=headers).status_code == 200
        assert run("account", login, "--disable").exit_code == 0
        assert client.get("/session").status_code == 401
        assert town.known("").get(f"/units/{BRANCH}/notices", headers=headers).json()["code"] == "not-signed-in"
        assert signed_in(town, login, password) == 401
        assert run("account", login, "--enable").exit_code == 0
        assert client.get("/session").status_code == 401
    assert signed_in(town, login, password) == 204


def test_a_session_that_begins_while_its_account_is_disabled_is_nobodys(town: Town, run: Run) -> None:
    """Whoever had his password looked at a moment before."""
    whose = (town.members["probationary"],)
    town.forget("probationary")
    with town.visit("probationary") as client:
        assert run("account", "probationary", "--disable").exit_code == 0
        town.sql.execute("UPDATE access.sessions SET ended_at = NULL WHERE person = %s", whose)
        assert client.get("/session").status_code == 401
        assert run("account", "probationary", "--enable").exit_code == 0
        town.sql.execute("UPDATE access.sessions SET ended_at = now() WHERE person = %s", whose)


def test_another_password_ends_what_was_begun_under_the_old_one(town: Town, run: Run) -> None:
    login, old = "probationary", town.passwords["probationary"]
    town.forget(login)
    with town.visit(login) as client:
        typed = f"{NEW_PASSWORD}\n{NEW_PASSWORD}\n"
        assert run("account", login, "--reset", typed=typed).exit_code == 0
        assert client.get("/session").status_code == 401
    assert (signed_in(town, login, old), signed_in(town, login, NEW_PASSWORD)) == (401, 204)
    assert run("account", login, "--reset", typed=f"{old}\n{old}\n").exit_code == 0
    assert signed_in(town, login, old) == 204


@pytest.mark.parametrize(
    ("words", "typed", "why"),
    [
        (("nobody", "--disable"), "", "LoginUnknown"),
        (("nobody", "--enable"), "", "LoginUnknown"),
        (("nobody", "--reset"), f"{NEW_PASSWORD}\n{NEW_PASSWORD}\n", "LoginUnknown"),
        (("recorder", "--reset"), "short\nshort\n", "PasswordWeak"),
        (("recorder", "--disable", "--enable"), "", "SystemExit"),
        (("recorder",), "", "SystemExit"),
    ],
)
def test_what_is_wrong_with_an_account_changes_nothing(
    town: Town, run: Run, words: tuple[str, ...], typed: str, why: str
) -> None:
    refused = run("account", *words, typed=typed)
    assert refused.exit_code != 0
    assert type(refused.exception).__name__ == why
    assert signed_in(town, "recorder", town.passwords["recorder"]) == 204


def test_nobody_is_parked_in_a_healthy_town(town: Town, run: Run) -> None:
    town.settled()
    listed = run("unpark")
    assert (listed.exit_code, listed.output.strip()) == (0, "停放 parked: 0")


def test_the_doctor_says_that_the_master_key_opens_the_vault(town: Town, run: Run) -> None:
    findings = {one["code"]: one for one in json.loads(run("doctor", "--json").output)}
    assert findings["vault"]["well"], findings
    key = town.deployment.settings.master_key
    assert key is not None
    kept = key.read_bytes()
    try:
        key.write_bytes(b"A" * 43 + b"=\n")
        assert not {one["code"]: one for one in json.loads(run("doctor", "--json").output)}["vault"]["well"]
        assert type(run("unpark").exception).__name__ == "MasterKeyWrong"
        key.unlink()
        assert type(run("unpark").exception).__name__ == "MasterKeyMissing"
        assert not key.exists()
    finally:
        key.write_bytes(kept)
        key.chmod(0o600)


def test_offices_a_record_and_a_notice_are_shown_as_they_were_known(town: Town, run: Run, tmp_path: Path) -> None:
    def then(*words: object, login: str, role: str = "secretary") -> Result:
        return run("then", *words, "--as", login, "--password", town.passwords[login], "--role", role)

    def recorders(file: Path, known_at: str) -> list[str]:
        words = (BRANCH, "--office", "recorder", "--known-at", known_at, "--out", file)
        found = then("offices", *words, login="secretary")
        assert found.exit_code == 0, found.output
        return file.read_text("utf-8-sig").splitlines()[1:]

    (recorder,) = recorders(tmp_path / "now.csv", "2026-06-30")
    assert recorder.startswith(f"{BRANCH},")
    assert recorders(tmp_path / "before.csv", "1") == []
    assert type(then("offices", WORK_COMMITTEE, login="secretary").exception).__name__ == "NotPermitted"

    def units_of(file: Path, role: str) -> set[str]:
        found = then("offices", WORK_COMMITTEE, "--out", file, login="everybody", role=role)
        assert found.exit_code == 0, found.output
        return {line.partition(",")[0] for line in file.read_text("utf-8-sig").splitlines()[1:]}

    assert units_of(tmp_path / "below.csv", "officer") > {WORK_COMMITTEE, BRANCH}
    assert units_of(tmp_path / "own.csv", "recorder") == {WORK_COMMITTEE}
    facts = [decode(row.state).fact for row in town.deployment.recorder.select_notifications(1, 10_000)]
    recorded = next(one for one in facts if isinstance(one, PointsRecorded) and one.member == town.members["member"])
    place = ("record", recorded.member, recorded.record)
    known = then(*place, login="member", role="member")
    assert known.exit_code == 0, known.output
    assert str(recorded.record) in known.output
    assert type(then(*place, "--known-at", "1", login="member", role="member").exception).__name__ == "NothingKnownThen"
    assert type(then(*place, login="recorder", role="member").exception).__name__ == "NotPermitted"
    notice = next(one for one in facts if isinstance(one, NoticePosted) and one.unit == BRANCH)
    assert "公示" in then("notice", BRANCH, notice.notice, login="secretary").output
