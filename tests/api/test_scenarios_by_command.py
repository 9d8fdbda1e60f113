"""SPEC §5 by the command line: 6 (as known on both days), 17 (one byte), 19 (the same export twice), 20 (an auditor).

One small town for all: a party day at which somebody was wrongly said to have been absent, his objection upheld.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from click.testing import Result
from typer.testing import CliRunner

from domain.decider import Command
from domain.notice.notice import correction_id
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from ops.cli import app
from ops.embedded import Running
from tests.api.lived import PEOPLE, lived
from tests.api.town import PASSWORD, Town
from tests.domain.branch import (
    AS_SECRETARY,
    BRANCH,
    OTHER,
    PROCESS,
    STUDY,
    TOP,
    VERSION,
    appointed,
    registered,
    who,
    wish,
)
from tests.domain.objection.disputes import FOUND, OBJECTION_ID, closed, confirmed, decided, replied
from tests.domain.objection.test_objection import LONG_AFTER, close

WATCHER: Final = who("watcher")
OVER: Final = LONG_AFTER + timedelta(days=30)
ONE: Final = "SELECT position, state FROM ledger.entries WHERE type = 'points-recorded' ORDER BY position LIMIT 1"
ABSENT: Final = "2026-05-12 主题党日 absent 0.00 (suspended)"
PRESENT: Final = "2026-05-12 主题党日 attended 3.00 (confirmed)"
Run = Callable[..., Result]


def told() -> list[Command]:
    """Upheld, reversed, replaced, noticed anew and confirmed; and an auditor above."""
    corrected = {"unit": BRANCH, "notice": correction_id(OBJECTION_ID)}
    lived_through = FOUND.given(
        decided(),
        replied(),
        closed(),
        confirmed(),
        close(LONG_AFTER),
        wish(CheckDisclosure, AS_SECRETARY, LONG_AFTER, **corrected, shows=("name",)),
        wish(PostNotice, AS_SECRETARY, LONG_AFTER, **corrected),
        wish(CloseNotice, PROCESS, OVER, **corrected),
        wish(ConfirmRecords, PROCESS, OVER, **corrected),
    )
    wishes = {command.id: command for command, _ in lived_through.world.said if command is not None}
    everything = [*wishes.values(), registered(WATCHER, TOP), appointed(WATCHER, "auditor", TOP)]
    return sorted(everything, key=lambda command: command.at)


@pytest.fixture(scope="module")
def town(server: Running) -> Iterator[Town]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, told(), {**PEOPLE, "watcher": WATCHER}) as found:
        yield found
    shutil.rmtree(folder)


@pytest.fixture
def run(town: Town, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line in this process, over the town's deployment."""
    settings = town.deployment.settings
    assert settings.database_url is not None
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("STEELYARD_DEPLOYMENT", "example")
    monkeypatch.setenv("STEELYARD_DATA", str(settings.data))
    monkeypatch.setenv("STEELYARD_PASSWORD", PASSWORD)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def test_6_upheld_the_total_is_right_as_it_was_known_before_and_after(run: Run) -> None:
    def known(at: str, valid_on: str = "") -> str:
        words = ("explain", str(OTHER)[:8], "--year", 2026, "--period", "H1", "--as", "other", "--unit", BRANCH)
        done = run(*words, "--known-at", at, "--valid-on", valid_on)
        assert done.exit_code == 0, done.exception
        return done.output

    # While it is disputed the absence takes nothing from him; afterwards the presence counts, on its own day.
    before, after, earlier = known("2026-06-20"), known("2026-08-15"), known("2026-08-15", "2026-05-11")
    assert all("2026 H1: 33.00" in one for one in (before, after, earlier))
    assert ABSENT in before
    assert PRESENT not in before
    assert PRESENT in after
    # However narrow the screen, no sentence loses its figures.
    assert "应到1次,实到1次:3.00 × 1 ÷ 1 = 3.00" in " ".join(after.replace("│", " ").split())
    assert ABSENT not in after
    assert PRESENT not in earlier


def test_17_one_byte_altered_and_the_verifier_names_the_entry(town: Town, run: Run, tmp_path: Path) -> None:
    row = town.sql.execute(ONE).fetchone()
    assert row is not None
    position, state = int(row[0]), bytes(row[1])
    folder = tmp_path / "export"
    assert run("export", folder).exit_code == 0
    assert said_by_verifier(folder)[0] == 0
    altered = state.replace(b'"attended"', b'"attendee"')
    assert altered != state
    for file in folder.rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes().replace(state, altered))
    code, said = said_by_verifier(folder)
    assert code == 1
    assert f"第 {position} 条" in said


def said_by_verifier(folder: Path) -> tuple[int, str]:
    """What the file for outsiders says, in a process that knows nothing of ours."""
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), str(folder), "--lang", "zh"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own file
    return done.returncode, done.stdout + done.stderr


def test_19_an_export_taken_twice_is_identical(town: Town, run: Run, tmp_path: Path) -> None:
    size = town.signed()
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        done = run("export", folder, "--at", size)
        assert done.exit_code == 0, done.exception
        town.settled()
    assert town.signed() > size, "that it was taken stands in the log, beyond what was taken"
    assert contents(first) == contents(second)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


@pytest.mark.parametrize("role", ["auditor", "recorder"])
def test_20_an_auditor_signed_in_on_the_command_line_writes_nothing(town: Town, run: Run, role: str) -> None:
    town.settled()
    before = town.position()
    signed_in = ("--as", "watcher", "--role", role)
    for words in (
        ("record", "MT-0512", STUDY, "--unit", BRANCH, *signed_in, "--otherwise", "attended"),
        ("restate", "--of", TOP, "--unit", BRANCH, "--year", 2026, "--rules", VERSION, "--as", "watcher", "--order"),
    ):
        refused = run(*words)
        assert type(refused.exception).__name__ == "NotPermitted", (words, refused.output, refused.exception)
    town.settled()
    assert town.position() == before
