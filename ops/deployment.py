"""部署 — everything of one deployment, made here and nowhere else: database, ledger, vault, clock, signer.

A log whose first entry says that its clock is simulated belongs to an example. A real deployment refuses it, and an
example deployment refuses a real one, before anything is served.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.conninfo import make_conninfo

from domain.decider import Refused
from domain.entry import decode
from domain.house import decide
from domain.ledger import Ledger
from domain.oversight.log import LogOpened
from ops.clock import Clock, RealClock, SimulatedClock
from ops.database import Database, open_database
from ops.recorder import PostgresRecorder
from ops.roles import names_of
from ops.settings import Settings
from projections.transparency.note import Signer, generate_key, load_key
from projections.vault import Vault, load_master_key

CLOCK_FILE: Final = "clock.json"


class SimulatedLogRefused(Refused):
    """这是示例总账(模拟时钟),正式部署不予使用。 A log with a simulated clock is refused by a real deployment."""

    code = "simulated-log-refused"


class RealLogRefused(Refused):
    """这是正式总账,示例部署不得写入。 This is a real log: an example deployment does not write to it."""

    code = "real-log-refused"


@dataclass(frozen=True)
class Deployment:
    """One deployment, ready."""

    settings: Settings
    database: Database
    recorder: PostgresRecorder
    vault: Vault

    @property
    def opened(self) -> LogOpened | None:
        """The log's first entry; None while it is empty."""
        return first_entry(self.recorder)

    def ledger(self, log: str | None = None) -> Ledger:
        """The ledger of this log; ``log`` names one that is not open yet."""
        opened = self.opened
        name = log if opened is None else opened.origin
        assert name is not None, "an empty log has no name yet"
        return Ledger(self.recorder, self.vault, decide, name)

    @property
    def simulated(self) -> bool:
        """Whether the log's time is made up."""
        opened = self.opened
        return opened is not None and opened.clock == "simulated"

    def clock(self) -> Clock:
        """The one clock: the machine's, or the example's where its telling ended."""
        if self.simulated:
            return SimulatedClock.reopen(self.settings.data / CLOCK_FILE)
        return RealClock()

    def signer(self, log: str) -> Signer:
        """The log's signing key; made on first use, readable by its owner alone."""
        file = self.settings.signing_key
        assert file is not None, "settings always name the signing key"
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return load_key(file, log) if file.exists() else generate_key(file, log)

    def connect(self, url: str) -> psycopg.Connection[Any]:
        """A connection of a role."""
        return psycopg.connect(url)


@contextmanager
def deployed(settings: Settings) -> Generator[Deployment]:
    """Open everything, refuse what does not belong together, close everything."""
    with open_database(settings) as database:
        assert settings.master_key is not None, "settings always name the master key"
        vault = Vault(load_master_key(settings.master_key), database.urls.writer)
        recorder = PostgresRecorder(database.urls.writer)
        try:
            deployment = Deployment(settings, database, recorder, vault)
            _refuse_mismatch(deployment)
            yield deployment
        finally:
            recorder.close()
            vault.close()


def readers(deployment: Deployment) -> list[str]:
    """The database's roles that may read the read models."""
    names = names_of(deployment.database.urls.database)
    return [names[role] for role in ("reader", "auditor")]


def on_reads(url: str) -> str:
    """An address whose unqualified names are the read models."""
    return make_conninfo(url, options="-csearch_path=reads")


def first_entry(recorder: PostgresRecorder) -> LogOpened | None:
    """What the log says of itself; None while it is empty."""
    rows = recorder.select_notifications(1, 1)
    if not rows:
        return None
    fact = decode(rows[0].state).fact
    assert isinstance(fact, LogOpened), "the first entry of a log opens it"
    return fact


def _refuse_mismatch(deployment: Deployment) -> None:
    if deployment.opened is None:
        return
    if deployment.simulated and deployment.settings.deployment != "example":
        raise SimulatedLogRefused
    if not deployment.simulated and deployment.settings.deployment == "example":
        raise RealLogRefused
