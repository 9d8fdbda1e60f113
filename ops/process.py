"""流程管理 — carries out what is due, again and again, each follow-up once.

The agenda is a read model; the command ids come from the triggers, so that a restart, or two of these at once, do
nothing twice. A follow-up that is refused is tried again later, ever more rarely, and stands on the agenda with the
refusal's code. So does one that fails by a defect, loudly: the others go on. A database that fails ends the loop.
"""

import secrets
import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol

import psycopg
import structlog
from eventsourcing.persistence import PersistenceError

from domain.decider import Command, Refused
from domain.entry import decode
from domain.ledger import Receipt
from domain.process import carried_out
from domain.values import CommandId
from ops.clock import Clock
from projections import agenda

SALT_BYTES: Final = 16
POLL_S: Final = 0.2
FIRST_PAUSE_S: Final = 2.0
LONGEST_PAUSE_S: Final = 3600.0

FAILED: Final = "failed"
"""On the agenda, in the place of a refusal's code."""
INFRASTRUCTURE: Final = (psycopg.Error, PersistenceError, OSError, MemoryError)
"""What fails for every follow-up alike, and is for the supervisor to see."""

_ENTRY: Final = "SELECT state FROM ledger.entries WHERE position = %(position)s"

_log = structlog.get_logger("process")


def _salt() -> str:
    return secrets.token_urlsafe(SALT_BYTES)


class Executes(Protocol):
    """Whoever can grant a wish."""

    def execute(self, command: Command) -> Receipt:
        """Grant it or raise ``Refused``."""
        ...


class ProcessManager:
    """Carries out the agenda. ``connection`` is the projector's, in autocommit, on the read models' schema."""

    def __init__(
        self, connection: psycopg.Connection[Any], ledger: Executes, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._connection = connection
        self._ledger = ledger
        self._monotonic = monotonic
        self._pauses: dict[CommandId, tuple[float, float]] = {}
        """(not before, pause in seconds) of what was refused or failed."""

    def carry_out_due(self, now: datetime) -> int:
        """Carry out everything that is due; gives how many follow-ups were granted."""
        due = [task for task in agenda.due(self._connection, now) if self._may_try(task.command)]
        return sum(self._carry_out(task, now) for task in due)

    def _may_try(self, command: CommandId) -> bool:
        not_before, _ = self._pauses.get(command, (0.0, 0.0))
        return self._monotonic() >= not_before

    def _carry_out(self, task: agenda.Due, now: datetime) -> bool:
        try:
            receipt = self._ledger.execute(self._command(task, now))
        except Refused as refused:
            pause_s = self._put_off(task, refused.code)
            _log.warning("follow-up refused", purpose=task.purpose, code=refused.code, again_in_s=pause_s)
            return False
        except INFRASTRUCTURE:
            raise
        except Exception as error:
            # The message may name people: the kind of the defect and its place are told, and nothing else.
            pause_s = self._put_off(task, FAILED)
            _log.error("follow-up failed", purpose=task.purpose, **_defect(error), again_in_s=pause_s)
            return False
        if receipt.first == 0:
            agenda.settled(self._connection, task.command)
        self._pauses.pop(task.command, None)
        return True

    def _command(self, task: agenda.Due, now: datetime) -> Command:
        row = self._connection.execute(_ENTRY, {"position": task.trigger_position}).fetchone()
        assert row is not None, f"the agenda names position {task.trigger_position}, which the log does not hold"
        return carried_out(task.follow_up, decode(bytes(row[0])), now, _salt)

    def _put_off(self, task: agenda.Due, code: str) -> float:
        """How long it rests now, in seconds."""
        _, before = self._pauses.get(task.command, (0.0, FIRST_PAUSE_S / 2))
        pause_s = min(2 * before, LONGEST_PAUSE_S)
        self._pauses[task.command] = self._monotonic() + pause_s, pause_s
        agenda.refused(self._connection, task.command, code)
        return pause_s


def _defect(error: Exception) -> dict[str, str]:
    """The kind of an error and where it arose."""
    frames = traceback.extract_tb(error.__traceback__)
    return {"error": type(error).__name__, "place": f"{frames[-1].name}:{frames[-1].lineno}" if frames else ""}


def run(connection: psycopg.Connection[Any], ledger: Executes, clock: Clock, stop: threading.Event) -> None:
    """Look at the agenda until stopped."""
    manager = ProcessManager(connection, ledger)
    while not stop.wait(POLL_S):
        manager.carry_out_due(clock.now())
