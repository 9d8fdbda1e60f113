"""Reading ahead — the next batch of the log is on its way while the present one is applied.

For a rebuild, which reads everything: it has a connection of its own for that. Only behind a full batch is there a
next one to fetch; near the end of the log every read asks anew, so that nothing is missed.
"""

from collections.abc import Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import psycopg

from projections.folding import Part, stored_part
from projections.rows import Connection


class Ahead:
    """Gives the entries behind a position, at most so many; called by one thread."""

    def __init__(self, connection: Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread
        self._next: tuple[int, int, Future[Part | None]] | None = None

    def __call__(self, after: int, limit: int) -> Part | None:
        """The entries; those behind them are asked for at once."""
        expected, self._next = self._next, None
        if expected is not None and expected[:2] == (after, limit):
            part = expected[2].result()
        else:
            if expected is not None:
                expected[2].result()
            part = stored_part(self._connection, after, limit)
        if part is not None and len(part.states) == limit:
            behind = part.position
            asked = self._thread.submit(stored_part, self._connection, behind, limit)
            self._next = behind, limit, asked
        return part


@contextmanager
def reading_ahead(url: str) -> Generator[Ahead]:
    """A reader over a connection of its own."""
    with psycopg.connect(url, autocommit=True) as connection, ThreadPoolExecutor(1, "ahead") as thread:
        yield Ahead(connection, thread)
