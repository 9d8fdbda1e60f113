"""Whatever is killed in the middle of appending: what was acknowledged is there, and nothing is there twice."""

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.journal import Told, acknowledgements, told
from tests.faults.victim import Victim

CYCLES = 25
CONTROL_CYCLES = 500
ACKNOWLEDGED_PER_CYCLE = 60
PATIENCE_S = 60.0
ROOT = Path(__file__).parents[2]

_ENTRIES = "SELECT position, state FROM ledger.entries ORDER BY position"
_COMMANDS = "SELECT command::text, first FROM ledger.commands"


def client(victim: Victim, journal: Path, *options: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.faults.client", victim.urls.writer, str(journal), *options]
    return subprocess.Popen(command, cwd=ROOT)  # noqa: S603 - our own program, no shell


def wait_for(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert process.poll() is None, "the client has ended"
        assert time.monotonic() < deadline, "the client appends nothing"
        time.sleep(0.01)


@contextmanager
def running(victim: Victim, journal: Path) -> "Iterator[subprocess.Popen[bytes]]":
    process = client(victim, journal)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def appended(journal: Path, count: int) -> Callable[[], bool]:
    wanted = acknowledgements(journal) + count
    return lambda: acknowledgements(journal) >= wanted


def settled(victim: Victim, journal: Path) -> Told:
    """The journal, after every open attempt got its answer."""
    assert client(victim, journal, "--settle").wait(PATIENCE_S) == 0
    return told(journal)


def lost(victim: Victim, journal: Told) -> list[str]:
    """What the client believes and the log does not hold."""
    stored = dict(victim.ask(_ENTRIES))
    return [
        f"{command} at {position}"
        for command, position in journal.acknowledged.items()
        if stored.get(position) != journal.tried[command].state
    ]


def assert_whole(victim: Victim, journal: Told) -> None:
    assert journal.false == []
    assert journal.open == []
    assert lost(victim, journal) == []
    rows = victim.ask(_ENTRIES)
    assert [position for position, _ in rows] == list(range(1, len(rows) + 1))
    assert Counter(state for _, state in rows) == Counter(attempt.state for attempt in journal.tried.values())
    commands = {str(command): position for command, position in journal.acknowledged.items()}
    assert dict(victim.ask(_COMMANDS)) == commands


def test_killing_the_service_loses_nothing_and_doubles_nothing(victim: Victim, tmp_path: Path) -> None:
    journal, moments = tmp_path / "journal", random.Random(1)
    for _ in range(CYCLES):
        with running(victim, journal) as process:
            wait_for(appended(journal, ACKNOWLEDGED_PER_CYCLE), process)
            time.sleep(moments.uniform(0, 0.05))
    assert_whole(victim, settled(victim, journal))


def test_killing_postgresql_loses_nothing_and_doubles_nothing(victim: Victim, tmp_path: Path) -> None:
    journal, moments = tmp_path / "journal", random.Random(2)
    with running(victim, journal) as process:
        for _ in range(CYCLES):
            wait_for(appended(journal, ACKNOWLEDGED_PER_CYCLE), process)
            time.sleep(moments.uniform(0, 0.05))
            victim.crash()
            victim.restart()
        wait_for(appended(journal, ACKNOWLEDGED_PER_CYCLE), process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    assert_whole(victim, settled(victim, journal))


def test_the_same_without_waiting_for_the_disk_does_lose(victim: Victim, tmp_path: Path) -> None:
    """The control: were the append not forced to wait, this very test would see it."""
    loosen(victim)
    journal = tmp_path / "journal"
    for cycle in range(1, CONTROL_CYCLES + 1):
        with running(victim, journal) as process:
            wait_for(appended(journal, ACKNOWLEDGED_PER_CYCLE), process)
            victim.crash()
        victim.restart()
        if missing := lost(victim, told(journal)):
            print(f"{len(missing)} of {acknowledgements(journal)} acknowledged facts lost in cycle {cycle}")
            return
    pytest.fail(f"no loss in {CONTROL_CYCLES} cycles, {acknowledgements(journal)} acknowledged")


def loosen(victim: Victim) -> None:
    """Let the append commit without waiting, which only a superuser can."""
    ((definition,),) = victim.ask("SELECT pg_get_functiondef('ledger.append'::regproc)")
    loosened = str(definition).replace("NOT IN ('on', 'remote_apply')", "= 'never'")
    assert loosened != definition
    victim.tell(loosened)
    victim.tell(f"ALTER ROLE {victim.urls.database}_writer SET synchronous_commit = off")
