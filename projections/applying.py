"""What a read model is given: an entry at its position, the batch it writes to, and the keys of things.

A read model says in ``HANDLERS`` which facts it wants. A handler only adds rows; it decides nothing, and it raises
where a fact does not fit what is known: then whoever the fact touches is parked.
"""

from collections.abc import Callable, Mapping
from typing import Any, LiteralString, TypeAlias
from uuid import UUID

import psycopg

from domain.decider import Fact
from domain.entry import Entry, decode
from projections.keys import Keys
from projections.reading import Line
from projections.rows import Batch, Connection


class Applied:
    """One entry on its way into the read models."""

    __slots__ = ("_entry", "at", "batch", "connection", "fact", "keys", "line", "position", "state", "stream")

    position: int
    state: bytes
    line: Line
    fact: Fact
    stream: UUID
    at: str

    def __init__(self, connection: Connection, batch: Batch, keys: Keys) -> None:
        self.connection = connection
        self.batch = batch
        self.keys = keys
        self._entry: Entry | None = None

    def take(self, position: int, state: bytes, line: Line, fact: Fact) -> None:
        """Go on to the next entry: a batch needs one of these for all of its entries."""
        self.position = position
        self.state = state
        self.line = line
        self.fact = fact
        self.stream = line.stream
        self.at = line.at
        self._entry = None

    @property
    def entry(self) -> Entry:
        """The whole entry, decoded when it is first asked for."""
        if self._entry is None:
            self._entry = decode(self.state, self.fact)
        return self._entry

    def execute(self, query: LiteralString, parameters: Mapping[str, object]) -> "psycopg.Cursor[tuple[Any, ...]]":
        """Run a statement after everything before it is written: for facts that are rare."""
        self.batch.flush(self.connection)
        return self.connection.execute(query, parameters)


Handler: TypeAlias = Callable[[Applied, Any], None]
"""(the entry, its fact) → rows in the batch."""

Handlers: TypeAlias = Mapping[type[Fact], Handler]
