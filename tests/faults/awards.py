"""A small service that awards through the ledger, matter by matter, until it is told to stop, and keeps a journal.

    python -m tests.faults.awards URL JOURNAL [--settle]

Each thread has a branch of its own and takes one matter after the other from the plan to the approved records and the
drafted notice, all by real commands. It begins with the last matter of the journal, under the same command ids, as a
client would that has no answer. With --settle it repeats everything that was ever tried, and ends.

    try 3f0c… PK-01 7        command, branch and number of the matter; written before it is executed
    ack 3f0c… 1206           command and position of its first entry; written when the receipt is there
    false 3f0c… ledger-busy  an answer that cannot be right: nobody else touches the branch
"""

import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec
from eventsourcing.persistence import OperationalError
from psycopg import OperationalError as VaultAway

from domain import house
from domain.decider import Command, Refused
from domain.ledger import Ledger, OutcomeUnknown
from ops.recorder import PostgresRecorder
from projections.vault import Vault
from tests.faults.journal import Journal
from tests.foundings import LOG, at, founding
from tests.histories import KINDS, Done, road

BRANCHES: Final = ("PK-01", "PK-02", "PK-03", "PK-04")
MEMBERS: Final = 8
DAY: Final = date(2026, 3, 3)
PATIENCE_S: Final = 60.0


class Service:
    """The ledger as a service has it, and what it was told."""

    def __init__(self, url: str, journal: Path, vault_url: str | None = None) -> None:
        self.acknowledged, self.heads = told(journal)
        self.before: Callable[[], None] = lambda: None
        """What happens just before each command."""
        self._journal = Journal(journal)
        self._recorder = PostgresRecorder(url)
        self._vault = Vault(b"k" * 32, vault_url or url)
        self._ledger = Ledger(self._recorder, self._vault, house.decide, LOG)

    def found(self) -> None:
        """The organisations and their people, and the rules."""
        for command in founding(BRANCHES, members=MEMBERS):
            self._ledger.execute(command)

    def award(self, branch: str, number: int) -> None:
        """One matter, each command until it has an answer."""
        for command in wishes(branch, number):
            if command.id not in self.acknowledged:
                self._journal.write("try", command.id, branch, number)
            self.before()
            self._settle(command)

    def close(self) -> None:
        self._ledger.close()
        self._recorder.close()
        self._vault.close()
        self._journal.close()

    def _settle(self, command: Command) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                first = self._ledger.execute(command).first
            except (OutcomeUnknown, OperationalError, VaultAway):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
                continue
            except Refused as refused:
                self._journal.write("false", command.id, refused.code)
                return
            if self.acknowledged.setdefault(command.id, first) != first:
                self._journal.write("false", command.id, f"{first} and not {self.acknowledged[command.id]}")
            self._journal.write("ack", command.id, first)
            return


def wishes(branch: str, number: int) -> list[Command]:
    """A matter's way to its drafted notice, all at one instant: the threads share one log and its clock."""
    done = Done(f"M{number}", KINDS[0], DAY, ((5, "absent", "1.00"),), reaches="approved")
    return [msgspec.structs.replace(command, at=at(DAY, 20)) for command in road(done, branch)]


def told(path: Path) -> tuple[dict[UUID, int], dict[str, int]]:
    """Position by acknowledged command, and the last matter of each branch; an unfinished last line was never said."""
    acknowledged: dict[UUID, int] = {}
    heads: dict[str, int] = {}
    for line in lines(path):
        match line.split():
            case ["ack", command, position]:
                acknowledged[UUID(command)] = int(position)
            case ["try", _, branch, number]:
                heads[branch] = max(heads.get(branch, 0), int(number))
            case _:
                continue
    return acknowledged, heads


def lines(path: Path) -> list[str]:
    """Whole lines."""
    return path.read_text().rpartition("\n")[0].splitlines() if path.exists() else []


def _go_on(service: Service, branch: str, stopped: threading.Event) -> None:
    number = max(1, service.heads.get(branch, 0))
    while not stopped.is_set():
        service.award(branch, number)
        number += 1


def _repeat(service: Service, branch: str) -> None:
    for number in range(1, service.heads.get(branch, 0) + 1):
        service.award(branch, number)


def main(url: str, path: str, *options: str) -> None:
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    service = Service(url, Path(path))
    with ThreadPoolExecutor(len(BRANCHES)) as pool:
        if "--settle" in options:
            work = [pool.submit(_repeat, service, branch) for branch in BRANCHES]
        else:
            work = [pool.submit(_go_on, service, branch, stopped) for branch in BRANCHES]
        for one in work:
            one.result()
    service.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
