"""跟随 — the log is followed into the read models: one leader, one loop, rows and position in one transaction.

The follower is a process of its own beside the web service. It listens for the log's hint, and polls as well: a
hint can be lost, an entry cannot.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

import psycopg

from projections import schema, tracking
from projections.folding import BATCH, Fold
from projections.rows import Connection

CHANNEL: Final = "ledger"
_log = logging.getLogger(__name__)

_LISTEN: Final = "LISTEN ledger"
# One leader per database. It only spares work: should two ever follow at once, the lock on `tracking` still lets one
# batch in at a time, and each goes on from where the other stopped.
_LEAD: Final = "SELECT pg_try_advisory_lock(hashtext('steelyard follower'))"
_UNLEAD: Final = "SELECT pg_advisory_unlock(hashtext('steelyard follower'))"
_READY_LOCK: Final = "SELECT pg_advisory_xact_lock(hashtext('steelyard read models'))"


def ready(connection: Connection, readers: Sequence[str] = ()) -> None:
    """Make the read models if they are missing, empty; ``readers`` are the roles that may read them.

    Raises OutOfShape for tables of another release. The connection is the projector's, in autocommit.
    """
    with connection.transaction():
        connection.execute(_READY_LOCK)
        if not schema.exists(connection):
            schema.create(connection, readers=readers)
            schema.index(connection)
        elif missing := set(readers) - schema.readers_of(connection):
            schema.open_to(connection, sorted(missing))
    schema.use(connection)
    tracking.read(connection, schema.SHAPE)


def catch_up(connection: Connection, reached: Callable[[int], None] | None = None, *, batch: int = BATCH) -> int:
    """Apply everything that the log holds now; the position reached. ``reached`` hears of it after every batch."""
    fold = Fold(connection)
    while fold.advance(batch):
        if reached is not None:
            reached(tracking.read(connection, schema.SHAPE).position)
    return tracking.read(connection, schema.SHAPE).position


def lead(connection: Connection) -> bool:
    """Whether this connection leads from now on, until it ends."""
    row = connection.execute(_LEAD).fetchone()
    return row is not None and bool(row[0])


def run(
    projector_url: str,
    stop: threading.Event,
    *,
    readers: Sequence[str] = (),
    poll_s: float = 0.5,
    batch: int = BATCH,
) -> None:
    """Follow until told to stop. A lost connection is made again; whoever does not lead waits for his turn.

    Raises OutOfShape when the tables belong to another release.
    """
    while not stop.is_set():
        try:
            with psycopg.connect(projector_url, autocommit=True) as connection:
                _follow(connection, stop, readers, poll_s, batch)
        except psycopg.OperationalError as lost:
            _log.warning("connection lost, trying again: %s", lost)
            stop.wait(poll_s)


def _follow(connection: Connection, stop: threading.Event, readers: Sequence[str], poll_s: float, batch: int) -> None:
    while not lead(connection):
        if stop.wait(poll_s):
            return
    ready(connection, readers)
    connection.execute(_LISTEN)
    fold = Fold(connection)
    while not stop.is_set():
        if not fold.advance(batch):
            _await_hint(connection, stop, poll_s)
    connection.execute(_UNLEAD)


def _await_hint(connection: Connection, stop: threading.Event, poll_s: float) -> None:
    until = time.monotonic() + poll_s
    while not stop.is_set() and (left := until - time.monotonic()) > 0:
        # In short slices, so that a stop is heard.
        for _ in connection.notifies(timeout=min(left, 0.1), stop_after=1):
            return
