"""A town whose time goes on: served at chosen instants, one after the other, with all carried out that is due."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import psycopg

from domain.entry import Entry, decode
from ops.deployment import on_reads
from ops.process import ProcessManager
from ops.serve import house
from tests.api.town import Town, served


@dataclass(frozen=True)
class Stopped:
    """A clock that stands still."""

    instant: datetime

    def now(self) -> datetime:
        """Aware UTC instant."""
        return self.instant


@dataclass
class Moving:
    """The same town at later and later instants."""

    town: Town

    @contextmanager
    def at(self, instant: datetime) -> Generator[Town]:
        """The town at an instant; what is due by then is carried out first."""
        self.carry_out(instant)
        with served(replace(house(self.town.deployment), clock=Stopped(instant))) as base:
            then = replace(self.town, base=base, clients={})
            try:
                yield then
            finally:
                for client in then.clients.values():
                    client.close()
                if "sql" in vars(then):
                    then.sql.close()
        self.town.settled()

    def carry_out(self, instant: datetime) -> int:
        """Carry out what is due, and what that calls for; gives how much it was."""
        done = 0
        while True:
            self.town.settled()
            urls = self.town.deployment.database.urls
            with psycopg.connect(on_reads(urls.projector), autocommit=True) as connection:
                granted = ProcessManager(connection, self.town.deployment.ledger()).carry_out_due(instant)
            if not granted:
                return done
            done += granted

    def entries(self) -> list[Entry]:
        """The whole log."""
        rows = self.town.sql.execute("SELECT state FROM ledger.entries ORDER BY position").fetchall()
        return [decode(bytes(state)) for (state,) in rows]
