"""部署 — everything of one deployment, made here and nowhere else: database, ledger, vault, clock, signer.

A log whose first entry says that its clock is simulated belongs to an example. A real deployment refuses it, and an
example deployment refuses a real one, before anything is served.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg.conninfo import make_conninfo

from domain.decider import Refused
from domain.entry import decode
from domain.house import decide
from domain.ledger import Ledger
from domain.oversight.log import LOG, LogOpened, LogRestored
from ops.clock import Clock, RealClock, SimulatedClock
from ops.database import Database, open_database
from ops.guarded import GuardedLedger
from ops.identities import identify_registered
from ops.recorder import PostgresRecorder
from ops.roles import names_of
from ops.settings import Settings
from projections.transparency.note import Signer, generate_key, load_key
from projections.vault import Vault, open_unchecked, open_vault

CLOCK_FILE: Final = "clock.json"
STATE: Final = "checkpoint"
"""Folder beside the keys with a second copy of the last signed checkpoint: not in the database, not in the log."""


class SimulatedLogRefused(Refused):
    """这是示例总账(模拟时钟),正式部署不予使用。 A log with a simulated clock is refused by a real deployment."""

    code = "simulated-log-refused"


class RealLogRefused(Refused):
    """这是正式总账,示例部署不得写入。 This is a real log: an example deployment does not write to it."""

    code = "real-log-refused"


class FirstEntryUnreadable(Refused):
    """总账第一条读不出来:请运行 steelyard verify。 The log's first entry cannot be read: run `steelyard verify`."""

    code = "first-entry-unreadable"


@dataclass(frozen=True)
class Deployment:
    """One deployment, ready."""

    settings: Settings
    database: Database
    recorder: PostgresRecorder
    vault: Vault
    _first: list[LogOpened] = field(default_factory=list[LogOpened], repr=False)

    @property
    def opened(self) -> LogOpened | None:
        """The log's first entry; None while it is empty. Read once: what it says never changes."""
        if not self._first:
            found = first_entry(self.recorder)
            self._first.extend([] if found is None else [found])
        return self._first[0] if self._first else None

    @property
    def origin(self) -> str | None:
        """The name that the log bears now; None while it is empty. Another one after a restore."""
        if self.opened is None:
            return None
        last = self.recorder.select_events(LOG.of().id, desc=True, limit=1)
        fact = decode(last[0].state).fact
        assert isinstance(fact, LogOpened | LogRestored), "only these stand in the log's own stream"
        return fact.origin

    @property
    def state_folder(self) -> Path:
        """Where the second copy of the last checkpoint is kept, and whether the log is refused."""
        assert self.settings.signing_key is not None, "settings always name the signing key"
        return self.settings.signing_key.parent / STATE

    def ledger(self, log: str | None = None) -> Ledger:
        """The ledger of this log; ``log`` names one that is not open yet. It is silent while the log is refused."""
        name = self.origin or log
        assert name is not None, "an empty log has no name yet"
        return GuardedLedger(self.recorder, self.vault, decide, name, self.state_folder)

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
def deployed(settings: Settings, *, unread: bool = False, unkeyed: bool = False) -> Generator[Deployment]:
    """Open everything, refuse what does not belong together, close everything.

    With ``unread`` nothing of the log is read on the way, so that a damaged one can be looked at. With ``unkeyed``,
    or ``unread``, the master key need not fit the vault.
    """
    with open_database(settings) as database:
        assert settings.master_key is not None, "settings always name the master key"
        opened = open_unchecked if unread or unkeyed else open_vault
        vault = opened(settings.master_key, database.urls.writer)
        recorder = PostgresRecorder(database.urls.writer)
        try:
            deployment = Deployment(settings, database, recorder, vault)
            if not unread:
                _refuse_mismatch(deployment)
            if not unread and not unkeyed:
                identify_registered(recorder, vault)
            yield deployment
        finally:
            recorder.close()
            vault.close()


def readers(deployment: Deployment) -> list[str]:
    """The database's roles that may read the read models: the writer asks at once who is signed in and as what."""
    names = names_of(deployment.database.urls.database)
    return [names[role] for role in ("reader", "auditor", "writer")]


def on_reads(url: str, *, planned_once: bool = False) -> str:
    """An address whose unqualified names are the read models.

    ``planned_once`` where every statement finds its rows by keys, whatever it is asked: left to choose, the server
    plans some of them anew each time, which takes longer than they do.
    """
    once = " -cplan_cache_mode=force_generic_plan" if planned_once else ""
    return make_conninfo(url, options=f"-csearch_path=reads{once}")


def first_entry(recorder: PostgresRecorder) -> LogOpened | None:
    """What the log says of itself; None while it is empty."""
    try:
        rows = recorder.select_notifications(1, 1)
        if not rows:
            return None
        fact = decode(rows[0].state).fact
    except (msgspec.MsgspecError, PersistenceError) as damage:
        raise FirstEntryUnreadable from damage
    assert isinstance(fact, LogOpened), "the first entry of a log opens it"
    return fact


def _refuse_mismatch(deployment: Deployment) -> None:
    if deployment.opened is None:
        return
    if deployment.simulated and deployment.settings.deployment != "example":
        raise SimulatedLogRefused
    if not deployment.simulated and deployment.settings.deployment == "example":
        raise RealLogRefused
