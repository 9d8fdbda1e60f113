"""Awards by real commands through the ledger: whatever is killed or lost, none is double and no conflict is made up."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.faults.awards import BRANCHES, MEMBERS, Service, lines, told, wishes
from tests.faults.proxy import Fault, Proxy
from tests.faults.victim import Victim

CYCLES = 25
ACKNOWLEDGED_PER_CYCLE = 12
MATTERS = 6
FAULTS = 60
PATIENCE_S = 90.0
ROOT = Path(__file__).parents[2]

_AWARDED = """
SELECT f ->> 'unit', f ->> 'matter', f ->> 'member'
FROM ledger.entries, LATERAL (SELECT convert_from(state, 'UTF8')::jsonb -> 'fact' AS f) AS fact
WHERE type = 'points-recorded'
"""
_COMMANDS = "SELECT command, first FROM ledger.commands"
_POSITIONS = "SELECT count(*), max(position) FROM ledger.entries"


@pytest.fixture
def founded(victim: Victim, tmp_path: Path) -> Victim:
    service = Service(victim.urls.writer, tmp_path / "founding")
    service.found()
    service.close()
    return victim


def assert_awarded_once(victim: Victim, journal: Path) -> None:
    """Every matter that was tried has one record of each member; every answer is that of the log."""
    assert [line for line in lines(journal) if line.startswith("false")] == []
    acknowledged, heads = told(journal)
    wanted = Counter(
        (branch, f"M{number}")
        for branch, last in heads.items()
        for number in range(1, last + 1)
        for _ in range(MEMBERS)
    )
    awarded = [(str(unit), str(matter), member) for unit, matter, member in victim.ask(_AWARDED)]
    assert len(set(awarded)) == len(awarded), "somebody has two records of one matter"
    assert Counter((unit, matter) for unit, matter, _ in awarded) == wanted
    stored = dict(victim.ask(_COMMANDS))
    tried = {command.id for branch, last in heads.items() for n in range(1, last + 1) for command in wishes(branch, n)}
    assert tried == acknowledged.keys()
    assert {command: stored.get(command) for command in tried} == acknowledged
    ((count, last),) = victim.ask(_POSITIONS)
    assert count == last, "there is a hole"


def service(victim: Victim, journal: Path, *options: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "tests.faults.awards", victim.urls.writer, str(journal), *options]
    return subprocess.Popen(command, cwd=ROOT)  # noqa: S603 - our own program, no shell


@contextmanager
def running(victim: Victim, journal: Path) -> "Iterator[subprocess.Popen[bytes]]":
    process = service(victim, journal)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def acknowledges_more(journal: Path) -> Callable[[], bool]:
    wanted = sum(line.startswith("ack ") for line in lines(journal)) + ACKNOWLEDGED_PER_CYCLE
    return lambda: sum(line.startswith("ack ") for line in lines(journal)) >= wanted


def wait_for(condition: Callable[[], bool], process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert process.poll() is None, "the service has ended"
        assert time.monotonic() < deadline, "the service awards nothing"
        time.sleep(0.01)


def test_killing_the_service_in_mid_award_doubles_no_award(founded: Victim, tmp_path: Path) -> None:
    journal, moments = tmp_path / "journal", random.Random(11)
    for _ in range(CYCLES):
        with running(founded, journal) as process:
            wait_for(acknowledges_more(journal), process)
            time.sleep(moments.uniform(0, 0.05))
    assert service(founded, journal, "--settle").wait(PATIENCE_S) == 0
    assert_awarded_once(founded, journal)


def test_killing_postgresql_in_mid_award_doubles_no_award(founded: Victim, tmp_path: Path) -> None:
    journal, moments = tmp_path / "journal", random.Random(12)
    with running(founded, journal) as process:
        for _ in range(CYCLES):
            wait_for(acknowledges_more(journal), process)
            time.sleep(moments.uniform(0, 0.05))
            founded.crash()
            founded.restart()
        wait_for(acknowledges_more(journal), process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
    assert service(founded, journal, "--settle").wait(PATIENCE_S) == 0
    assert_awarded_once(founded, journal)


@pytest.fixture
def proxy(founded: Victim) -> Iterator[Proxy]:
    with Proxy(str(founded.server.socket / ".s.PGSQL.5432")) as proxy:
        yield proxy


@pytest.fixture
def through(founded: Victim, proxy: Proxy, tmp_path: Path) -> Iterator[Service]:
    """A service whose appends pass the proxy."""
    direct = conninfo_to_dict(founded.urls.writer)
    url = make_conninfo("", user=direct["user"], dbname=direct["dbname"], host="127.0.0.1", port=proxy.port)
    service = Service(url, tmp_path / "journal", founded.urls.writer)
    yield service
    service.close()


@pytest.mark.parametrize("fault", Fault)
def test_each_command_of_an_award_survives_each_loss(
    founded: Victim, through: Service, proxy: Proxy, tmp_path: Path, fault: Fault
) -> None:
    """Every append of the matter is broken once; the caller of the ledger never sees more than a receipt."""
    through.before = lambda: proxy.faults.put(fault)
    for branch in BRANCHES[:2]:
        through.award(branch, 1)
    assert proxy.broken == 2 * len(wishes(BRANCHES[0], 1))
    assert proxy.faults.empty()
    assert_awarded_once(founded, tmp_path / "journal")


def test_under_many_broken_lines_every_award_is_made_once_and_no_conflict_is_made_up(
    founded: Victim, through: Service, proxy: Proxy, tmp_path: Path
) -> None:
    faults, stopped = random.Random(13), threading.Event()

    def break_lines() -> None:
        for _ in range(FAULTS):
            proxy.faults.put(faults.choice(list(Fault)))
            while not proxy.faults.empty() and not stopped.is_set():
                time.sleep(0.002)

    def award(branch: str) -> None:
        for number in range(1, MATTERS + 1):
            through.award(branch, number)

    breaking = threading.Thread(target=break_lines)
    breaking.start()
    with ThreadPoolExecutor(len(BRANCHES)) as pool:
        list(pool.map(award, BRANCHES))
    stopped.set()
    breaking.join()
    assert proxy.broken > 0
    assert_awarded_once(founded, tmp_path / "journal")
