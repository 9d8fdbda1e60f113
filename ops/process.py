"""流程管理 — carries out what is due, again and again, each follow-up once.

The agenda is a read model; the command ids come from the triggers, so that a restart, or two of these at once, do
nothing twice. A follow-up that is refused is tried again later and shown on the agenda with the refusal's code.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, Protocol

import structlog
from psycopg import Connection

from domain.decider import Command, Refused
from domain.entry import decode
from domain.ledger import Receipt
from domain.process import FollowUp, carried_out
from ops.clock import Clock
from projections import agenda

POLL_S: Final = 0.2
_ENTRY = "SELECT state FROM ledger.entries WHERE position = %(position)s"

_log = structlog.get_logger("process")


class Executes(Protocol):
    """Whoever can grant a wish."""

    def execute(self, command: Command) -> Receipt:
        """Grant it or raise ``Refused``."""
        ...


def carry_out_due(connection: Connection[Any], ledger: Executes, now: Callable[[], datetime]) -> int:
    """Carry out everything that is due; gives how many follow-ups were granted."""
    granted = 0
    for task in agenda.due(connection, now()):
        wanted = FollowUp(purpose=task.purpose, trigger=task.trigger, due_at=task.due_at)
        row = connection.execute(_ENTRY, {"position": task.trigger_position}).fetchone()
        assert row is not None, f"the agenda names position {task.trigger_position}, which the log does not hold"
        try:
            ledger.execute(carried_out(wanted, decode(bytes(row[0])), now()))
        except Refused as refused:
            _log.warning("follow-up refused", purpose=task.purpose, code=refused.code)
            agenda.refused(connection, task.command, refused.code, now())
        else:
            granted += 1
    return granted


def run(connect: Callable[[], Connection[Any]], ledger: Executes, clock: Clock, stop: threading.Event) -> None:
    """Look at the agenda until stopped."""
    with connect() as connection:
        while not stop.wait(POLL_S):
            carry_out_due(connection, ledger, clock.now)
            connection.rollback()
