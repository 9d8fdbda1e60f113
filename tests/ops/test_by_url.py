"""Backup, restore and adoption by the command line, where DATABASE_URL names a separately started server."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from ops.deployment import deployed
from ops.embedded import Running
from ops.publish import publish
from ops.settings import Settings
from tests.ops.test_backup import SECRETARY, establish

ROOT = Path(__file__).parents[2]
ORIGIN = "example.pukou"


@dataclass(frozen=True)
class Elsewhere:
    """A deployment whose database is on a server that is not its own."""

    data: Path
    url: str

    @property
    def settings(self) -> Settings:
        return Settings(deployment="example", data=self.data, secure_cookies=False, database_url=self.url)

    def steelyard(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """The command line, in a process of its own."""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": self.url,
            "STEELYARD_DEPLOYMENT": "example",
            "STEELYARD_DATA": str(self.data),
            "STEELYARD_SECURE_COOKIES": "false",
        }
        command = [sys.executable, "-m", "ops.cli", *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603

    def done(self, *arguments: str) -> str:
        """The same where nothing is to go wrong; gives what was said."""
        found = self.steelyard(*arguments)
        assert found.returncode == 0, found.stdout + found.stderr
        return found.stdout

    def written(self) -> int:
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SELECT max(position) FROM ledger.entries").fetchone()
        assert row is not None
        return int(row[0])


def elsewhere(server: Running, data: Path) -> Elsewhere:
    """An empty database on the server, and a folder beside it."""
    name = f"by_url_{uuid4().hex[:8]}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        admin.execute(create.format(sql.Identifier(name)))
    return Elsewhere(data, server.url(name, "postgres"))


@pytest.fixture(scope="module")
def whole(server: Running, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    """The example, told."""
    found = elsewhere(server, tmp_path_factory.mktemp("whole"))
    found.done("demo", "--once", "--branches", "1")
    return found


def test_what_was_backed_up_is_restored_into_another_database_and_holds(
    whole: Elsewhere, server: Running, tmp_path: Path
) -> None:
    other = elsewhere(server, tmp_path / "other")
    said = whole.done("backup", str(tmp_path / "backup"))
    assert f"{ORIGIN} 1…{whole.written()}" in said
    shutil.copytree(whole.data / "keys", other.data / "keys")
    assert f"1…{whole.written()}" in other.done("restore", str(tmp_path / "backup"))
    assert other.written() == whole.written()
    other.done("verify")
    again = other.steelyard("restore", str(tmp_path / "backup"))
    assert again.returncode == 2
    assert "target-not-empty" in again.stderr


def test_a_restored_older_state_goes_on_only_under_the_name_that_an_operator_gives_it(
    whole: Elsewhere, server: Running, tmp_path: Path
) -> None:
    older = elsewhere(server, tmp_path / "older")
    whole.done("backup", str(tmp_path / "backup"))
    kept = whole.written()
    with deployed(whole.settings) as deployment:
        establish(deployment, f"LOST-{uuid4().hex[:6]}")
        publish(deployment, whole=False)
    shutil.copytree(whole.data / "keys", older.data / "keys")
    restored = older.steelyard("restore", str(tmp_path / "backup"))
    assert "restore --adopt" in restored.stderr, restored.stdout + restored.stderr
    assert "restore --adopt" in older.steelyard("verify").stderr or older.steelyard("verify").returncode == 1
    wrong = older.steelyard("restore", "--adopt", ORIGIN, "--operator", SECRETARY)
    assert (wrong.returncode, "log-name-used" in wrong.stderr) == (2, True)
    said = older.done("restore", "--adopt", "example.pukou-by-url", "--operator", SECRETARY)
    assert f"{ORIGIN} {kept + 1}…{kept + 1} → example.pukou-by-url" in said
    older.done("verify")


def test_a_log_without_its_last_checkpoint_is_refused_until_it_is_adopted_by_name(
    whole: Elsewhere, tmp_path: Path
) -> None:
    checkpoint = whole.data / "keys" / "checkpoint"
    checkpoint.rename(tmp_path / "checkpoint")
    assert whole.steelyard("doctor").returncode == 1
    other = whole.steelyard("adopt", "example.another")
    assert other.returncode == 2
    assert not checkpoint.exists()
    assert f"{ORIGIN}: 1…" in whole.done("adopt", ORIGIN)
    assert checkpoint.exists()
    whole.done("verify")
