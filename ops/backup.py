"""备份 — one snapshot of everything that cannot be made again, in a folder that says what it holds.

    MANIFEST                SHA-256 of every other file, `sha256sum -c` form, sorted
    backup.json             when, of which log, how many entries, their root, until when it may be kept
    tables/ledger.entries   rows in PostgreSQL's binary COPY form, one file a table
    log/…                   the log's key and every checkpoint signed so far
    clock.json              of an example: where its simulated clock stands

It goes through an ordinary connection, so that it is the same for the private server and for one of somebody else's,
and needs none of PostgreSQL's programs. Not in it: the master key and the signing key, which are kept elsewhere; the
read models and the tiles, which are made from the log; sessions. Evidence is held by its hash alone, never as a file.
What is stored is compared with every published leaf and with the signed root before the folder gets its name.
"""

import shutil
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec
import psycopg
from psycopg import IsolationLevel, sql

from domain.decider import Refused
from domain.values import Code, Instant, Sha256
from ops.deployment import CLOCK_FILE, Deployment
from ops.migrate import known
from ops.proving import NotPublished
from ops.roles import names_of
from ops.tables import Table, copy_out, tables
from projections.transparency.files import sync_folder, write_durably
from projections.transparency.history import CHECKPOINT, HISTORY, last_signed
from projections.transparency.leaves import read_leaves
from projections.transparency.publisher import KEY, check_prefix
from projections.transparency.refusals import TargetExists
from projections.transparency.tiles import TileTree
from projections.transparency.verify import Folder

FORMAT: Final = 1
LIFE_DAYS: Final = 90
"""How long a backup may be kept: a person who was erased must not live on in one for ever."""
STAND: Final = "backup.json"
"""In the folder itself, and beside the second copy of the checkpoint: what the last backup was."""
MANIFEST: Final = "MANIFEST"

_APPLIED: Final = "SELECT max(number) FROM public.migrations"


class BackupDamaged(Refused):
    """备份被改动或不完整,不予恢复。 The backup was altered or is not whole: it is not restored."""

    code = "backup-damaged"


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One table of a backup."""

    schema: str
    name: str
    columns: tuple[str, ...]
    rows: int

    @property
    def table(self) -> Table:
        """The table as the catalogue names it."""
        return Table(schema=self.schema, name=self.name, columns=self.columns)

    @property
    def file(self) -> str:
        """Where its rows lie."""
        return f"tables/{self.table.title}"


class Backup(msgspec.Struct, frozen=True, kw_only=True):
    """What `backup.json` says."""

    format: int
    made_at: Instant
    keep_until: Instant
    origin: Code
    size: int
    """Entries of the log."""
    root: Sha256
    """Over all of them, in hex."""
    signed: int
    """Of them covered by the newest checkpoint in `log/`."""
    migrations: tuple[Sha256, ...]
    """Of the release that made it, in order."""
    tables: tuple[Taken, ...]


class LastBackup(msgspec.Struct, frozen=True, kw_only=True):
    """What a deployment remembers of its last backup."""

    made_at: Instant
    keep_until: Instant
    size: int


def back_up(deployment: Deployment, target: Path, *, life_days: int = LIFE_DAYS) -> Backup:
    """Write a backup to a new folder, readable by its owner alone; nothing is left behind by a refusal.

    Refuses with `not-published`, `target-exists`, and where the log is not what was signed.
    """
    if target.exists():
        raise TargetExists(target.name)
    unfinished = target.with_name(f"{target.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    (unfinished / "tables").mkdir(mode=0o700, parents=True)
    unfinished.chmod(0o700)
    try:
        made = _fill(deployment, unfinished, life_days)
        unfinished.rename(target)
    except BaseException:
        shutil.rmtree(unfinished)
        raise
    _remember(deployment, made)
    return made


def _fill(deployment: Deployment, folder: Path, life_days: int) -> Backup:
    log, origin = deployment.settings.log, deployment.origin
    assert log is not None, "settings always name the log's folder"
    if origin is None:
        raise NotPublished
    keys = [deployment.signer(origin).verifier]
    # Read before the snapshot is taken: whatever it covers is in it.
    signed = last_signed(log, deployment.state_folder, keys)
    if signed is None:
        raise NotPublished
    sums: dict[str, str] = {}
    with owner(deployment.database.urls.migrator, deployment.database.urls.database) as connection:
        check_prefix(connection, log, signed[0], keys)
        size, root = stored_root(connection)
        taken = _take(connection, folder, sums)
        applied = connection.execute(_APPLIED).fetchone()
    assert applied is not None, "a table has as many rows as it has"
    _copy_log(log, folder, signed[0].size, sums)
    _copy_clock(deployment, folder, sums)
    now = deployment.clock().now()
    made = Backup(
        format=FORMAT,
        made_at=now,
        keep_until=now + timedelta(days=life_days),
        origin=origin,
        size=size,
        root=root.hex(),
        signed=signed[0].size,
        migrations=tuple(migration.sha256 for migration in known()[: applied[0]]),
        tables=taken,
    )
    _put(folder, STAND, msgspec.json.format(msgspec.json.encode(made)) + b"\n", sums)
    lines = "".join(f"{sums[name]}  {name}\n" for name in sorted(sums))
    write_durably(folder / MANIFEST, lines.encode())
    return made


@contextmanager
def owner(migrator_url: str, database: str, *, write: bool = False) -> Generator["psycopg.Connection[Any]"]:
    """One transaction of the owner of all tables, on one snapshot unless it writes."""
    with psycopg.connect(migrator_url) as connection:
        connection.isolation_level = None if write else IsolationLevel.REPEATABLE_READ
        connection.read_only = not write
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(names_of(database)["owner"])))
        yield connection


def stored_root(connection: "psycopg.Connection[Any]") -> tuple[int, bytes]:
    """(number of entries, root over them), every leaf computed from its entry."""
    tree = TileTree(lambda tile, data: None)
    for group in read_leaves(connection, 0):
        tree.extend(group)
    return tree.size, tree.root()


def _take(connection: "psycopg.Connection[Any]", folder: Path, sums: dict[str, str]) -> tuple[Taken, ...]:
    found: list[Taken] = []
    for table in tables(connection):
        rows, sums[f"tables/{table.title}"] = copy_out(connection, table, folder / "tables" / table.title)
        found.append(Taken(schema=table.schema, name=table.name, columns=table.columns, rows=rows))
    return tuple(found)


def _copy_log(log: Path, folder: Path, size: int, sums: dict[str, str]) -> None:
    """The log's key and the checkpoints up to the one that was compared; a later one speaks of more entries."""
    for file in sorted((log / HISTORY).glob("[0-9]*")):
        if int(file.name) <= size:
            _put(folder, f"log/{HISTORY}/{file.name}", file.read_bytes(), sums)
    _put(folder, f"log/{CHECKPOINT}", (log / HISTORY / f"{size:09d}").read_bytes(), sums)
    _put(folder, f"log/{KEY}", (log / KEY).read_bytes(), sums)


def _copy_clock(deployment: Deployment, folder: Path, sums: dict[str, str]) -> None:
    if deployment.simulated:
        _put(folder, CLOCK_FILE, (deployment.settings.data / CLOCK_FILE).read_bytes(), sums)


def _put(folder: Path, name: str, data: bytes, sums: dict[str, str]) -> None:
    file = folder / name
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.write_bytes(data)
    sums[name] = sha256(data).hexdigest()


def _remember(deployment: Deployment, made: Backup) -> None:
    kept = LastBackup(made_at=made.made_at, keep_until=made.keep_until, size=made.size)
    write_durably(deployment.state_folder / STAND, msgspec.json.encode(kept) + b"\n")
    sync_folder(deployment.state_folder)


def last_backup(state_folder: Path) -> LastBackup | None:
    """What the deployment remembers of its last backup; None where it never made one."""
    file = state_folder / STAND
    return msgspec.json.decode(file.read_bytes(), type=LastBackup) if file.exists() else None


def read_backup(folder: Path) -> Backup:
    """What a backup says it holds, every byte of it compared with its MANIFEST; or `backup-damaged`."""
    if not folder.is_dir():
        raise BackupDamaged(file=str(folder))
    there = Folder(folder)
    listed = _listed(there.read(MANIFEST).decode("utf-8", "replace"))
    wrong = {*there.names(), *listed, STAND} ^ {*listed, MANIFEST}
    for name, digest in listed.items():
        if there.sha256(name) != digest:
            wrong.add(name)
    if wrong:
        raise BackupDamaged(file=min(wrong))
    try:
        return _known(msgspec.json.decode(there.read(STAND), type=Backup), listed)
    except msgspec.DecodeError as problem:
        raise BackupDamaged(file=STAND) from problem


def _listed(manifest: str) -> Mapping[str, str]:
    pairs: Sequence[tuple[str, str, str]] = [line.partition("  ") for line in manifest.splitlines()]
    return {name: digest for digest, _, name in pairs}


def _known(made: Backup, listed: Mapping[str, str]) -> Backup:
    lacking = {taken.file for taken in made.tables} - listed.keys()
    if made.format != FORMAT or lacking:
        raise BackupDamaged(file=min(lacking, default=STAND))
    return made


def expired(made: Backup | LastBackup, now: datetime) -> bool:
    """Whether a backup has outlived its term and must be deleted."""
    return now > made.keep_until
