"""Reading ahead — the next part of the log is on its way while the present one is applied.

For a rebuild, which reads everything: it has a connection and a thread of its own for that. While the tables are being
made nobody else has anything to do, so the first parts are not only fetched but read. Only behind a full part is there
a next one to fetch; near the end of the log every call asks anew, so that nothing is missed.
"""

from collections import deque
from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final

import psycopg

from projections.folding import PART, Part, stored_part
from projections.rows import Connection

FIRST: Final = 5
"""Parts that are read before the first is wanted, some 10 MB each."""


class Ahead:
    """Gives the entries behind a position, at most so many; called by one thread."""

    def __init__(self, connection: Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread
        self._asked: deque[tuple[int, int, Future[Part | None]]] = deque()
        for number in range(FIRST):
            self._ask(number * PART, PART, at_once=True)

    def __call__(self, after: int, limit: int) -> Part | None:
        """The entries; those behind them are asked for at once."""
        while self._asked and self._asked[0][:2] != (after, limit):
            self._asked.popleft()[2].cancel()
        if not self._asked:
            self._ask(after, limit)
        part = self._asked.popleft()[2].result()
        if part is not None and len(part.states) == limit and not self._asked:
            self._ask(part.position, limit)
        return part

    def _ask(self, after: int, limit: int, *, at_once: bool = False) -> None:
        self._asked.append((after, limit, self._thread.submit(self._part, after, limit, at_once)))

    def _part(self, after: int, limit: int, at_once: bool) -> Part | None:
        part = stored_part(self._connection, after, limit)
        return part._replace(said=list(part.said)) if part is not None and at_once else part


@contextmanager
def reading_ahead(url: str) -> Generator[Ahead]:
    """A reader over a connection of its own."""
    with psycopg.connect(url, autocommit=True) as connection, ThreadPoolExecutor(1, "ahead") as thread:
        yield Ahead(connection, thread)
