"""A whole house under the read models: a migrated database, a ledger over it, the projector and a reader."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
import pytest
from psycopg import sql

from domain.decider import Command
from domain.entry import Entry, decode
from domain.house import decide
from domain.ledger import Ledger
from ops.bootstrap import Urls
from ops.recorder import PostgresRecorder
from projections.follow import catch_up, ready
from projections.vault import Vault
from tests.foundings import LOG

T = TypeVar("T")


@dataclass
class House:
    """One deployment without its processes."""

    urls: Urls
    recorder: PostgresRecorder
    ledger: Ledger

    @property
    def readers(self) -> tuple[str, ...]:
        return (f"{self.urls.database}_reader", f"{self.urls.database}_writer")

    def projector(self) -> "psycopg.Connection[Any]":
        """A connection of the projector with the read models made; the caller closes it."""
        connection = psycopg.connect(self.urls.projector, autocommit=True)
        try:
            ready(connection, self.readers)
        except BaseException:
            connection.close()
            raise
        return connection

    def tell(self, commands: Iterable[Command]) -> int:
        """Execute everything; the last position."""
        last = 0
        for command in commands:
            last = max(last, self.ledger.execute(command).last)
        return last

    def follow(self) -> int:
        """Apply what the log holds; the position reached."""
        with self.projector() as connection:
            return catch_up(connection)

    def entries(self) -> list[Entry]:
        """The whole log."""
        return [decode(row.state) for row in self.recorder.select_notifications(1, 1_000_000)]

    async def ask(self, question: "Callable[..., Awaitable[T]]", *arguments: object, **named: object) -> T:
        """Put a query of the read models as a reader."""
        async with await psycopg.AsyncConnection.connect(
            self.urls.reader, autocommit=True, options="-csearch_path=reads"
        ) as connection:
            return await question(connection, *arguments, **named)


@pytest.fixture
def house(database: Urls) -> Iterator[House]:
    vault = Vault(b"k" * 32, database.writer)
    recorder = PostgresRecorder(database.writer)
    ledger = Ledger(recorder, vault, decide, LOG)
    try:
        yield House(database, recorder, ledger)
    finally:
        ledger.close()
        recorder.close()
        vault.close()


def tables_of(connection: "psycopg.Connection[Any]", schema: str = "reads") -> dict[str, list[str]]:
    """Every row of every read model but the generation, as text, in a fixed order."""
    names = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = %(schema)s ORDER BY tablename", {"schema": schema}
    ).fetchall()
    found: dict[str, list[str]] = {}
    for (name,) in names:
        columns = "position, as_of_at, known_at" if name == "tracking" else "*"
        query = sql.SQL("SELECT r::text FROM (SELECT {} FROM {}.{}) AS r").format(
            sql.SQL(columns), sql.Identifier(schema), sql.Identifier(name)
        )
        found[name] = sorted(row for (row,) in connection.execute(query))
    return found
