"""记录器 — the log in PostgreSQL: appends through ``ledger.append``, reads with plain SELECTs."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString, TypeAlias
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    OperationalError,
    StoredEvent,
    Subscription,
)
from psycopg_pool import ConnectionPool, PoolTimeout

from domain.ledger import (
    ClockWrong,
    CommandKnown,
    IdentityTaken,
    Known,
    LogRecorder,
    OutcomeUnknown,
    Receipt,
    Save,
)
from domain.values import CommandId
from ops.committer import GroupCommitter
from ops.group import Outcome, Pending, Queue
from ops.outcomes import Outcomes
from ops.subscription import LogSubscription

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"

READERS: Final = 8
"""Connections that read at the same time; more readers wait for one."""

_READ_TIMEOUT_S: Final = 4.0
_TRIES: Final = 3

_COMMAND: Final = """
SELECT c.digest, c.first, c.last, ARRAY(
    SELECT encode(e.leaf, 'hex') FROM ledger.entries AS e
    WHERE e.position BETWEEN c.first AND c.last ORDER BY e.position
)
FROM ledger.commands AS c
WHERE c.command = %(command)s
"""
_COMMITTED: Final = "SELECT command FROM ledger.commands WHERE command = ANY(%(commands)s)"
_STREAMS: Final = """
SELECT e.stream, e.version, e.type, e.state
FROM unnest(%(streams)s::uuid[], %(versions)s::integer[]) AS w (stream, version)
CROSS JOIN LATERAL (
    SELECT stream, version, type, state FROM ledger.entries
    WHERE stream = w.stream AND version > w.version
    ORDER BY version
) AS e
ORDER BY e.stream, e.version
"""
_STREAM: Final = """
SELECT stream, version, type, state FROM ledger.entries
WHERE stream = %(stream)s AND version > %(after)s AND version <= %(upto)s
ORDER BY version
LIMIT %(limit)s
"""
_STREAM_BACKWARDS: Final = """
SELECT stream, version, type, state FROM ledger.entries
WHERE stream = %(stream)s AND version > %(after)s AND version <= %(upto)s
ORDER BY version DESC
LIMIT %(limit)s
"""
_LOG: Final = """
SELECT stream, version, type, state, position FROM ledger.entries
WHERE position >= %(start)s AND position <= %(stop)s
ORDER BY position
LIMIT %(limit)s
"""
_LOG_OF_TYPES: Final = """
SELECT stream, version, type, state, position FROM ledger.entries
WHERE position >= %(start)s AND position <= %(stop)s AND type = ANY(%(types)s)
ORDER BY position
LIMIT %(limit)s
"""
_LAST: Final = "SELECT position FROM ledger.entries ORDER BY position DESC LIMIT 1"

_SETTINGS: Final = (
    # A plan made while the log was empty would scan it from end to end for ever after.
    "SET enable_seqscan = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
)


class PostgresRecorder(LogRecorder):
    """One log in one database, for any number of threads. ``url`` names the role writer, without a pool between.

    Raises what ``LogRecorder`` says; ``LedgerBusy`` if the append lock cannot be had within 10 s;
    ``OperationalError`` if the database cannot be reached and nothing was sent; ``DataError`` for what a table
    refuses. None of the last three has appended anything.
    """

    def __init__(self, url: str, readers: int = READERS) -> None:
        self._url = url
        self._committer = GroupCommitter(url)
        self._queue = Queue(self._committer)
        self._outcomes = Outcomes()
        self._pool = ConnectionPool(
            url,
            kwargs={"autocommit": True},
            min_size=0,
            max_size=readers,
            timeout=_READ_TIMEOUT_S,
            configure=_configure,
            open=True,
        )

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int]:
        """Append everything of one command or nothing; positions of the entries."""
        save = kwargs["save"]
        assert isinstance(save, Save)
        pending = Pending(stored_events, save)
        with self._outcomes.of(pending):
            self._queue.run(pending)
        match pending.outcome:
            case Outcome.COMMITTED:
                return list(range(pending.first, pending.first + len(stored_events)))
            case Outcome.CONFLICT:
                raise IntegrityError("a stream or a key has moved")
            case Outcome.CLOCK_WRONG:
                raise ClockWrong
            case Outcome.IDENTITY_TAKEN:
                raise IdentityTaken
            case Outcome.KNOWN:
                raise CommandKnown(self._known(save.command))
            case None:
                raise AssertionError("a save was left without an outcome")

    def find_command(self, command: CommandId) -> Known | None:
        """What became of a command; None if it never committed."""
        rows = self._read(_COMMAND, {"command": command})
        if not rows:
            return None
        digest, first, last, leaves = rows[0]
        return Known(digest=digest, receipt=Receipt(command=command, first=first, last=last, leaves=tuple(leaves)))

    def committed(self, commands: Sequence[CommandId]) -> set[CommandId]:
        """Which of these commands committed; one query."""
        return {command for (command,) in self._read(_COMMITTED, {"commands": list(commands)})}

    def select_streams(self, after: Sequence[tuple[UUID, int]]) -> Sequence[StoredEvent]:
        """Entries of several streams beyond the given version of each, per stream in order; one query."""
        wanted = {"streams": [stream for stream, _ in after], "versions": [version for _, version in after]}
        return [StoredEvent(*row) for row in self._read(_STREAMS, wanted)]

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Entries of one stream between two versions."""
        query = _STREAM_BACKWARDS if desc else _STREAM
        upto = _LARGEST_VERSION if lte is None else lte
        wanted = {"stream": originator_id, "after": gt or 0, "upto": upto, "limit": limit}
        return [StoredEvent(*row) for row in self._read(query, wanted)]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Entries in the order of the log; the id is the position."""
        first = 1 if start is None else start + (not inclusive_of_start)
        last = _LARGEST_POSITION if stop is None else stop
        wanted = {"start": first, "stop": last, "types": list(topics), "limit": limit}
        return [Notification(*row) for row in self._read(_LOG_OF_TYPES if topics else _LOG, wanted)]

    def max_notification_id(self) -> int | None:
        """Position of the last entry; None of an empty log."""
        rows = self._read(_LAST, {})
        return rows[0][0] if rows else None

    def subscribe(self, gt: int | None = None, topics: Sequence[str] = ()) -> Subscription[ApplicationRecorder]:
        """Entries after a position, as they come."""
        return LogSubscription(self, self._url, gt, topics)

    def counts(self) -> dict[str, int]:
        """What became of the saves of this process so far, by word, and how many ``waiting`` there are now."""
        return {**self._outcomes.counts(), "waiting": self._queue.waiting}

    def close(self) -> None:
        """Let all connections go."""
        self._committer.close()
        self._pool.close()

    def _read(self, query: LiteralString, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        for tries_left in reversed(range(_TRIES)):
            try:
                with self._pool.connection() as connection:
                    return connection.execute(query, parameters).fetchall()
            except psycopg.OperationalError as error:
                # The server was restarted: connections of before are dead, and reading again does no harm.
                if not tries_left or isinstance(error, PoolTimeout):
                    raise OperationalError(error) from error
                self._pool.check()
        raise AssertionError("unreachable")

    def _known(self, command: CommandId) -> Known:
        try:
            known = self.find_command(command)
        except OperationalError as error:
            raise OutcomeUnknown from error
        assert known is not None, "append knew a command that is not there"
        return known


_LARGEST_VERSION: Final = 2**31 - 1
_LARGEST_POSITION: Final = 2**63 - 1


def _configure(connection: Connection) -> None:
    for setting in _SETTINGS:
        connection.execute(setting)
