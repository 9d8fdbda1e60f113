"""追加连接 — the one connection that appends, and what to do when it breaks in the middle.

The append is one prepared statement outside any transaction block, so that a group costs one round trip and its
answer comes after the commit. A broken connection leaves the outcome open: the old backend may still be at work.
So the next connection first waits until that backend is gone, and then sends the same group again: the function
looks the command ids up under the lock, and a save that had been committed answers that it is known.
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from select import POLLIN, POLLOUT, poll
from typing import Final, LiteralString, NoReturn, TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import Diagnostic, LockNotAvailable, error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from domain.ledger import OutcomeUnknown
from ops.group import Pending
from ops.parcel import (
    APPEND,
    APPEND_IDENTIFIED,
    APPEND_SEALED,
    TYPES,
    TYPES_IDENTIFIED,
    TYPES_SEALED,
    packed,
)

Connection: TypeAlias = "psycopg.Connection[tuple[object, ...]]"
Backend: TypeAlias = tuple[object, ...]

RESOLVE_TIMEOUT_S: Final = 15.0
"""How long the outcome of a broken append is sought before it is called unknown."""

_REPLY_TIMEOUT_S: Final = 60.0
_POLL_S: Final = 0.02
_STATEMENTS: Final = (
    (b"append", APPEND, TYPES),
    (b"append_sealed", APPEND_SEALED, TYPES_SEALED),
    (b"append_identified", APPEND_IDENTIFIED, TYPES_IDENTIFIED),
)
"""(name, statement, types of its parameters); which one is meant shows in the number of parameters."""

_NAME: Final = {len(types): (name, (1,) * len(types)) for name, _, types in _STATEMENTS}
_PATIENCE: Final = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "tcp_user_timeout": 15_000}
"""A server that has vanished without a word is given up after this; what the address says of them goes before."""

_BACKEND: Final = "SELECT pid, backend_start FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()"
_IS_ALIVE: Final = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity WHERE pid = %s AND backend_start = %s)
"""
_FATAL: Final = ("FATAL", "PANIC")


class Broken(Exception):
    """The connection broke after something was sent: nobody knows yet what became of it."""


class Appender:
    """Sends groups, one at a time. Whoever calls sees to it that nobody else does meanwhile."""

    def __init__(self, url: str) -> None:
        self._url = make_conninfo(url, **{**_PATIENCE, **conninfo_to_dict(url)})
        self._connection: Connection | None = None
        self._backend: Backend = ()
        self._lost: Backend | None = None
        self._warned = False
        self._is_sent = False

    def begin(self, group: Sequence[Pending]) -> None:
        """Send a group if that can be done at once; ``finish`` must follow, and does whatever is left."""
        if self._connection is not None and self._lost is None:
            with suppress(Broken):
                self._send(self._connection, packed(group))
                self._is_sent = True

    def finish(self, group: Sequence[Pending]) -> tuple[bytes, int]:
        """(outcome letters, last position before them), as ``ledger.append`` says them.

        Raises psycopg's error if nothing of the group was committed, ``OutcomeUnknown`` if that cannot be found out.
        """
        deadline = time.monotonic() + RESOLVE_TIMEOUT_S
        is_open = False
        while True:
            try:
                connection = self._connected(deadline)
                if not self._is_sent:
                    self._send(connection, packed(group))
                return self._answer_of(connection)
            except Broken:
                is_open, self._lost = True, self._backend
            except psycopg.OperationalError as error:
                if not is_open:
                    raise
                if time.monotonic() > deadline or isinstance(error, LockNotAvailable):
                    raise OutcomeUnknown from error
            except (psycopg.Error, OutcomeUnknown):
                raise
            except BaseException:
                # A signal, or an error of this program, in the middle of a conversation.
                self._lost = self._backend
                self.close()
                raise
            finally:
                self._is_sent = False
            self.close()
            time.sleep(_POLL_S)

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def _connected(self, deadline: float) -> Connection:
        if self._connection is None:
            self._connection, self._backend = self._connect()
        if self._lost is not None:
            # Only then can the ids that it may be about to commit be looked up.
            while _answer(self._connection, _IS_ALIVE, self._lost) == (True,):
                if time.monotonic() > deadline:
                    raise OutcomeUnknown
                time.sleep(_POLL_S)
            self._lost = None
        return self._connection

    def _connect(self) -> tuple[Connection, Backend]:
        connection = psycopg.connect(self._url, autocommit=True)
        try:
            connection.add_notice_handler(self._notice)
            backend = _answer(connection, _BACKEND)
            for name, statement, types in _STATEMENTS:
                prepared = connection.pgconn.prepare(name, statement, types)
                if prepared.status != ExecStatus.COMMAND_OK:
                    raise error_from_result(prepared)
        except BaseException:
            connection.close()
            raise
        return connection, backend

    def _send(self, connection: Connection, parameters: Sequence[bytes]) -> None:
        # Below the driver's own cursor, which would cost as much as the append itself.
        self._warned = False
        try:
            name, formats = _NAME[len(parameters)]
            connection.pgconn.send_query_prepared(name, parameters, formats)
            connection.pgconn.flush()
        except psycopg.OperationalError:
            raise Broken from None

    def _answer_of(self, connection: Connection) -> tuple[bytes, int]:
        pgconn = connection.pgconn
        try:
            result = _result(pgconn)
        except psycopg.OperationalError:
            raise Broken from None
        if result.status != ExecStatus.TUPLES_OK:
            if pgconn.status != ConnStatus.OK or _severity(result) in _FATAL:
                raise Broken
            raise error_from_result(result)
        if self._warned:
            # Committed here, but a standby may not have it: a cancelled wait for replication is a warning only.
            raise OutcomeUnknown
        answer = result.get_value(0, 0)
        assert answer is not None, "append gave no answer"
        head, _, outcomes = answer.partition(b" ")
        return outcomes, int(head)

    def _notice(self, diagnostic: Diagnostic) -> None:
        if diagnostic.severity_nonlocalized == "WARNING":
            self._warned = True


def _result(pgconn: PGconn) -> PGresult:
    """What the server says to the one statement that was sent; the wait lets other threads run."""
    watch = poll()
    watch.register(pgconn.socket, POLLIN)
    while pgconn.flush():
        # More than the socket takes at once: the server may have to say something before it reads on.
        watch.modify(pgconn.socket, POLLIN | POLLOUT)
        for _, event in watch.poll(_REPLY_TIMEOUT_S * 1000) or _no_reply():
            if event & ~POLLOUT:
                pgconn.consume_input()
    watch.modify(pgconn.socket, POLLIN)
    results: list[PGresult] = []
    while True:
        while pgconn.is_busy():
            if not watch.poll(_REPLY_TIMEOUT_S * 1000):
                _no_reply()
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            return results[0]
        results.append(result)


def _no_reply() -> NoReturn:
    raise Broken


def _severity(result: PGresult) -> str | None:
    return Diagnostic(result, "utf-8").severity_nonlocalized


def _answer(connection: Connection, query: LiteralString, parameters: Sequence[object] = ()) -> tuple[object, ...]:
    row = connection.execute(query, parameters).fetchone()
    assert row is not None
    return row
