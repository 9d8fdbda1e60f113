"""What the service says while it runs names nobody: no name, no work number, no sealed text."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import psycopg

from ops.bench.award import Client, free_port, until_served
from ops.deployment import deployed
from ops.example.people import BRANCH, people
from ops.settings import Settings
from ops.signins import sign_ins
from tests.faults.deployments import ROOT

PATHS = ("/", "/nowhere", f"/units/{BRANCH}", f"/units/{BRANCH}/sheets", f"/units/{BRANCH}/notices", "/points")


def sealed_texts(settings: Settings) -> set[str]:
    """Everything that the vault holds."""
    with deployed(settings) as deployment:
        with psycopg.connect(deployment.database.urls.writer) as connection:
            found = connection.execute("SELECT encode(commitment, 'hex') FROM vault.sealed").fetchall()
        opened = deployment.vault.open([commitment for (commitment,) in found])
    return {secret.value for secret in opened.values()}


def visited(data: Path, port: int) -> None:
    """A visitor who types a name where a login belongs, and a recorder who reads and is refused."""
    with closing(Client(port)) as client:
        until_served(client, port)
        for path, wish in (("/session", {"login": people()[0].name, "password": people()[1].name}), ("/nowhere", {})):
            refused(client, "POST", path, wish)
        login = next(one for one in sign_ins(data) if one.login == "recorder")
        client.ask("POST", "/session", {"login": login.login, "password": login.password})
        for path in PATHS:
            refused(client, "GET", path, None)
        member = next(one.member for one in people() if one.login == "member")
        client.ask("GET", f"/members/{member}/timeline")
        refused(client, "POST", f"/units/{BRANCH}/matters", {"title": people()[2].name})
        wish = {"matter": "LOG-1", "kind": "visit", "title": "走访", "planned_on": "2026-05-28"}
        client.ask("POST", f"/units/{BRANCH}/matters", wish)


def refused(client: Client, method: str, path: str, wish: object) -> None:
    """Ask, whatever the answer."""
    try:
        client.ask(method, path, wish)
    except AssertionError:
        return


def test_the_log_of_a_whole_run_of_the_example_names_nobody(short_folder: Path, binaries: Path) -> None:
    port = free_port()
    settings = {
        "STEELYARD_DATA": str(short_folder),
        "STEELYARD_DEPLOYMENT": "example",
        "STEELYARD_PORT": str(port),
        "STEELYARD_SECURE_COOKIES": "false",
        "STEELYARD_POSTGRES_BINARIES": str(binaries),
    }
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
    command = [sys.executable, "-m", "ops.cli", "demo", "--branches", "1"]
    with (short_folder / "said").open("wb") as said:
        service = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=said, stderr=said)  # noqa: S603 - our own program
    try:
        visited(short_folder, port)
        until = time.monotonic() + 60
        while "published" not in (short_folder / "said").read_text() and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        service.send_signal(signal.SIGINT)
        service.wait(60)
    lines = (short_folder / "said").read_text().splitlines()
    # Beside the log stands what the command shows to whoever started it: the example's sign-ins.
    log = [line for line in lines if line.startswith("{")]
    assert any(json.loads(line)["event"] == "published" for line in log)
    text = "\n".join(log) + (short_folder / "postgresql" / "server.log").read_text()
    texts = sealed_texts(
        Settings(deployment="example", data=short_folder, port=port, secure_cookies=False, postgres_binaries=binaries)
    )
    assert {one.name for one in people()} | {one.work_number for one in people()} <= texts
    assert [one for one in texts if one in text] == []
