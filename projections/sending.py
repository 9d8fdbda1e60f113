"""一边读一边写 — rows are on their way to the database while the next entries are being read.

For a rebuild, which does nothing but read, fold and write. Whatever is asked of the connection waits until everything
that was sent before has arrived; an error of what was sent comes to whoever asks next.
"""

from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, Final, cast

import psycopg
from psycopg.abc import Params, Query, QueryNoTemplate
from psycopg.pq.abc import PGconn
from psycopg.rows import RowFactory, tuple_row

WAITING: Final = 32
"""Parcels that may wait for the database, so that memory stays bounded."""


class Sending(psycopg.Connection[tuple[Any, ...]]):
    """A connection that copies rows in behind its user's back, and is asked only when that is done."""

    def __init__(self, pgconn: "PGconn", row_factory: "RowFactory[Any]" = tuple_row) -> None:
        super().__init__(pgconn, row_factory)
        self._sender = ThreadPoolExecutor(1, "sending")
        self._under_way: deque[Future[None]] = deque()

    def send(self, copy: Callable[[], None]) -> None:
        """Copy rows in, some time before anything else is asked of this connection."""
        while len(self._under_way) >= WAITING:
            self._under_way.popleft().result()
        self._under_way.append(self._sender.submit(copy))

    def settle(self) -> None:
        """Wait until everything has arrived; raises the first error, and then nothing is under way."""
        under_way, self._under_way = self._under_way, deque()
        failed = [error for error in [sent.exception() for sent in under_way] if error is not None]
        if failed:
            raise failed[0]

    def execute(
        self, query: Query, params: Params | None = None, *, prepare: bool | None = None, binary: bool = False
    ) -> "psycopg.Cursor[tuple[Any, ...]]":
        """As ever, after everything that was sent."""
        self.settle()
        return super().execute(cast("QueryNoTemplate", query), params, prepare=prepare, binary=binary)

    @contextmanager
    def transaction(
        self, savepoint_name: str | None = None, force_rollback: bool = False
    ) -> Generator[psycopg.Transaction]:
        """As ever; at its end nothing is under way any more."""
        with super().transaction(savepoint_name, force_rollback) as transaction:
            try:
                yield transaction
            except BaseException:
                self.give_up()
                raise
            self.settle()

    def give_up(self) -> None:
        """Wait until nothing is under way, whatever became of it: what follows is taken back."""
        with suppress(Exception):
            self.settle()

    def close(self) -> None:
        """Close, and end the thread."""
        self.give_up()
        self._sender.shutdown()
        super().close()
