"""A town whose time goes on: served at chosen instants, one after the other, with all carried out that is due."""

import json
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from chinese_calendar import is_workday  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from domain.entry import Entry, decode
from domain.values import day_of
from ops.deployment import on_reads
from ops.embedded import Running
from ops.example import founding
from ops.process import ProcessManager
from ops.serve import house
from tests.api.town import Town, founded, served


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
    now: datetime = datetime(2026, 5, 20, 4, tzinfo=UTC)
    """When it is served now, or was last: at first noon of the day on which the example ends."""

    @property
    def today(self) -> date:
        """In Shanghai."""
        return day_of(self.now)

    def pass_working_days(self, days: int) -> None:
        """On to the morning of that working day."""
        day = self.today
        for _ in range(days):
            day += timedelta(days=1)
            while not is_workday(day):
                day += timedelta(days=1)
        self.now = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)

    @contextmanager
    def at(self, instant: datetime) -> Generator[Town]:
        """The town at an instant; what is due by then is carried out first."""
        self.now = instant
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


@contextmanager
def moving_town(server: Running, *, public_sheets: bool = False) -> Generator[Moving]:
    """A town of one's own whose days pass; ``public_sheets``: record sheets are noticed beyond the branch as well."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patched:
            if public_sheets:
                rules = json.loads(founding.RULES_FILE.read_text())
                stage = next(one for one in rules["notice"]["stages"] if one["code"] == "record_sheet")
                stage["audience"] = "unit_and_public"
                (folder / "rules.json").write_text(json.dumps(rules, ensure_ascii=False))
                patched.setattr(founding, "RULES_FILE", folder / "rules.json")
            town = stack.enter_context(founded(server, folder))
        yield Moving(town)
    shutil.rmtree(folder)
