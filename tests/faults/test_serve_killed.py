"""流程管理 — ``steelyard serve`` itself, killed with its worker between the steps of J1 to J3.

Where something is due the service is started, and killed as soon as it has appended anything. What the log holds in
the end is what it should hold: nothing twice, nothing missed.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from domain.entry import decode
from ops.deployment import CLOCK_FILE, deployed
from ops.process import ProcessManager
from ops.publish import publish
from ops.settings import Settings
from projections import agenda
from projections.follow import catch_up, ready
from projections.rows import Connection
from tests.faults.victim import Victim
from tests.foundings import LOG
from tests.lives import founded
from tests.projections.test_restarts import Entered, in_memory, journeys, without_leaves

PATIENCE_S = 90.0
ROOT = Path(__file__).parents[2]
KILLED_EVERY = 4
"""Of the times when something is due: a start of the service takes seconds."""
_COUNT = "SELECT count(*) FROM ledger.entries"
_STATES = "SELECT state FROM ledger.entries ORDER BY position"


@contextmanager
def serving(settings: Settings, url: str, instant: datetime) -> Iterator["subprocess.Popen[bytes]"]:
    """The service at a moment of the log's own time, in a process of its own; killed at the end, with its worker."""
    told = {"simulated_at": instant.isoformat(), "real_at": datetime.now(UTC).isoformat()}
    (settings.data / CLOCK_FILE).write_text(json.dumps(told))
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": url,
        "STEELYARD_DEPLOYMENT": "example",
        "STEELYARD_DATA": str(settings.data),
        "STEELYARD_PORT": "0",
        "STEELYARD_SECURE_COOKIES": "false",
    }
    command = [sys.executable, "-m", "ops.cli", "serve"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, start_new_session=True)  # noqa: S603 - our own
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def entries(connection: Connection) -> int:
    row = connection.execute(_COUNT).fetchone()
    assert row is not None
    return int(row[0])


def test_killing_the_service_between_the_steps_does_nothing_twice_and_misses_nothing(
    victim: Victim, tmp_path: Path
) -> None:
    victim.tell("CREATE DATABASE serving")
    url = make_conninfo(victim.server.admin_url, dbname="serving")
    settings = Settings(deployment="example", data=tmp_path / "data", DATABASE_URL=url, secure_cookies=False)
    calls = 0
    with (
        deployed(settings) as deployment,
        psycopg.connect(deployment.database.urls.projector, autocommit=True) as connection,
    ):
        publish(deployment, whole=True, log=LOG)
        ledger = deployment.ledger(LOG)
        for command in founded():
            ledger.execute(command)
        ready(connection, ())
        for moment in journeys():
            if moment.command is not None:
                ledger.execute(moment.command)
            catch_up(connection)
            while agenda.due(connection, moment.instant):
                calls += 1
                if calls % KILLED_EVERY == 1:
                    killed_at_work(settings, url, moment.instant, connection)
                else:
                    ProcessManager(connection, ledger).carry_out_due(moment.instant)
                catch_up(connection)
        states = [bytes(state) for (state,) in connection.execute(_STATES).fetchall()]
    logged = [Entered(one.stream, one.version, one.id, without_leaves(one.fact)) for one in map(decode, states)]
    assert sorted(logged, key=lambda one: (str(one.stream), one.version)) == in_memory(journeys())
    assert calls > 2 * KILLED_EVERY, "killed in each of the three journeys"


def killed_at_work(settings: Settings, url: str, instant: datetime, connection: Connection) -> None:
    """The service from its start to what it first did, if only to see that nothing is left to do."""
    before, deadline = entries(connection), time.monotonic() + PATIENCE_S
    with serving(settings, url, instant) as process:
        while entries(connection) == before and agenda.due(connection, instant):
            assert process.poll() is None, "the service has ended"
            assert time.monotonic() < deadline, "the service carries nothing out"
            time.sleep(0.02)
