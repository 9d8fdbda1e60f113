"""恢复 — a backup put back into an empty deployment; and a log that lost entries, taken on under a new name.

`restore FOLDER` compares every byte with the MANIFEST, loads all tables in one transaction, computes the root again
from the entries, and commits only if it is the one that was backed up and signed. Then the read models are made anew.
Where a newer checkpoint is known outside the database, signed entries are lost: nothing more is written until an
operator says so with `restore --adopt NEW-NAME --operator WORK-NUMBER`, which is the first entry under the new name.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid5

import psycopg

from domain.decider import Refused
from domain.entry import decode
from domain.house import decide
from domain.oversight.log import LOG, LogRestored, NothingLost, RestoreLog
from domain.values import MemberId, day_of
from ops import publish
from ops.backup import Backup, BackupDamaged, owner, read_backup, stored_root
from ops.database import open_database
from ops.deployment import CLOCK_FILE, STATE, Deployment, deployed, readers
from ops.destroyed import destroy, destroyed, named_in_log
from ops.explain import person_of
from ops.founding import INSTALLATION
from ops.guarded import NamedLedger, stop_writing
from ops.migrate import DatabaseIsNewer, known
from ops.settings import Settings
from ops.tables import copy_in, filled, tables
from projections import rebuild
from projections.transparency import publisher
from projections.transparency.checkpoint import open_checkpoint
from projections.transparency.history import CHECKPOINT, newest_kept
from projections.transparency.keyring import keyring
from projections.transparency.note import load_key, parse_vkey
from projections.transparency.publisher import KEY, common_prefix
from projections.transparency.refusals import CheckpointMissing, LogRefused, LogRolledBack

_NAMESPACE: Final = UUID("b5a3f0c4-5f1e-5f0c-8e0b-0f3a3a4f2d11")
_END_TOKENS: Final = "UPDATE access.tokens SET ended_at = %(now)s WHERE ended_at IS NULL"


class TargetNotEmpty(Refused):
    """要恢复到的数据库不是空的,不会覆盖。 The database to restore into is not empty: nothing is overwritten."""

    code = "target-not-empty"


class KeysMissing(Refused):
    """主密钥或签名密钥不在原处:先放回另外保管的密钥文件。

    The master key or the signing key is not in its place: first put back the key files that are kept elsewhere.
    """

    code = "keys-missing"


class KeysMismatch(Refused):
    """密钥不是这份备份的。 The keys are not those of this backup."""

    code = "keys-mismatch"


class BackupOfOtherRelease(Refused):
    """备份出自本程序不认识的版本。 The backup was made by a release that this program does not know."""

    code = "backup-of-other-release"


@dataclass(frozen=True)
class Restored:
    """What was put back, how many destroyed keys were destroyed again, and why nothing may be written yet."""

    backup: Backup
    destroyed: int
    refused: LogRefused | None


def restore(settings: Settings, folder: Path) -> Restored:
    """Put a backup back; whatever is refused leaves the tables empty.

    Refuses with `backup-damaged`, `backup-of-other-release`, `keys-missing`, `keys-mismatch`, `target-not-empty`.
    """
    backup = read_backup(folder)
    _check_keys(settings, folder, backup)
    gone = 0
    with _migrations_of(backup) as migrations:
        try:
            with open_database(settings, migrations=migrations) as database:
                gone = _load(settings, database.urls.migrator, database.urls.database, folder, backup)
        except DatabaseIsNewer as newer:
            raise TargetNotEmpty(found="public.migrations") from newer
    _put_files(settings, folder)
    with deployed(settings) as deployment:
        _made_anew(deployment)
        return Restored(backup, gone, _judged(deployment, backup))


def _check_keys(settings: Settings, folder: Path, backup: Backup) -> None:
    master, signing = settings.master_key, settings.signing_key
    assert master is not None, "settings always name the master key"
    assert signing is not None, "settings always name the signing key"
    if not (master.exists() and signing.exists()):
        raise KeysMissing(file=str(signing if master.exists() else master))
    made_with = parse_vkey((folder / "log" / KEY).read_text().strip())
    # A backup from before a rotation is of the same log: what the key took over is kept beside it.
    if made_with not in keyring(signing.parent / STATE, load_key(signing, backup.origin).verifier):
        raise KeysMismatch(file=signing.name)


@contextmanager
def _migrations_of(backup: Backup) -> Generator[Path]:
    """A folder of the migrations that had been applied when the backup was made; later ones are applied afterwards."""
    ours = known()[: len(backup.migrations)]
    if tuple(migration.sha256 for migration in ours) != backup.migrations:
        raise BackupOfOtherRelease(migrations=len(backup.migrations))
    with tempfile.TemporaryDirectory(prefix="steelyard-") as place:
        for migration in ours:
            (Path(place) / f"{migration.number:04}_{migration.name}.sql").write_text(migration.text)
        yield Path(place)


def _load(settings: Settings, migrator_url: str, database: str, folder: Path, backup: Backup) -> int:
    """All tables in one transaction, which is kept only if the log in it is the one that was signed."""
    assert settings.signing_key is not None, "settings always name the signing key"
    with owner(migrator_url, database, write=True) as connection:
        found = next(filled(connection), None)
        if found is not None:
            raise TargetNotEmpty(found=found)
        if {taken.table for taken in backup.tables} != set(tables(connection)):
            raise BackupOfOtherRelease(tables=len(backup.tables))
        for taken in backup.tables:
            try:
                rows = copy_in(connection, taken.table, folder / taken.file)
            except psycopg.DataError as wrong:
                raise BackupDamaged(file=taken.file) from wrong
            if rows != taken.rows:
                raise BackupDamaged(file=taken.file)
        _check_log(connection, folder, backup)
        # Ended later or not, nobody knows: a token that was taken back must not come alive again.
        connection.execute(_END_TOKENS, {"now": backup.made_at})
        gone = destroyed(settings.signing_key.parent / "checkpoint") | named_in_log(connection)
        return destroy(connection, gone)


def _check_log(connection: "psycopg.Connection[Any]", folder: Path, backup: Backup) -> None:
    size, root = stored_root(connection)
    if (size, root.hex()) != (backup.size, backup.root):
        raise BackupDamaged(file="tables/ledger.entries")
    key = parse_vkey((folder / "log" / KEY).read_text().strip())
    signed = open_checkpoint((folder / "log" / CHECKPOINT).read_bytes(), keyring(folder / "log", key))
    publisher.check_signed(connection, signed)


def _put_files(settings: Settings, folder: Path) -> None:
    """The simulated clock's stand and the signed history, where there are none: what is newer stays."""
    assert settings.log is not None, "settings always name the log's folder"
    clock = folder / CLOCK_FILE
    if clock.exists() and not (settings.data / CLOCK_FILE).exists():
        shutil.copy(clock, settings.data / CLOCK_FILE)
    if not (settings.log / CHECKPOINT).exists():
        shutil.copytree(folder / "log", settings.log, dirs_exist_ok=True)


def _made_anew(deployment: Deployment) -> None:
    rebuild.rebuild(deployment.database.urls.projector, readers=readers(deployment))


def _judged(deployment: Deployment, backup: Backup) -> LogRefused | None:
    """Let writing go on where everything that was ever signed is there; else stop it, and say why."""
    log = deployment.settings.log
    assert log is not None, "settings always name the log's folder"
    kept = newest_kept(log, deployment.state_folder, keyring(log, deployment.signer(backup.origin).verifier))
    refused: LogRefused | None = None
    if not (deployment.state_folder / CHECKPOINT).exists():
        refused = CheckpointMissing(backup.origin)
    elif kept is not None and kept[0].size > backup.size:
        refused = LogRolledBack(f"{backup.size} entries, {kept[0].size} were signed")
    if refused is None:
        publish.adopt(deployment, backup.origin)
    else:
        stop_writing(deployment.state_folder, refused, deployment.clock().now())
    return refused


def adopt(deployment: Deployment, name: str, work_number: str) -> LogRestored:
    """Go on under a new name from an older state that was put back, however that came about.

    What is still there must be what was signed. The fact that names the loss is appended first, then the former
    public files are set aside, then the first head under the new name is signed; an interruption is simply run again.
    """
    fact = _last_restored(deployment)
    if fact is None or fact.origin != name:
        _say(deployment, name, work_number)
        fact = _last_restored(deployment)
        assert fact is not None, "it was just said"
    log, state = deployment.settings.log, deployment.state_folder
    assert log is not None, "settings always name the log's folder"
    if any(_origin(place / CHECKPOINT) == fact.former for place in (log, state)):
        publisher.set_aside(log, state, fact.former)
    publish.adopt(deployment, name)
    return fact


def _say(deployment: Deployment, name: str, work_number: str) -> None:
    log, state, origin = deployment.settings.log, deployment.state_folder, deployment.origin
    assert log is not None, "settings always name the log's folder"
    if origin is None:
        raise NothingLost
    keys = keyring(log, deployment.signer(origin).verifier)
    kept = newest_kept(log, state, keys)
    if kept is None:
        raise CheckpointMissing(origin)
    now, base = deployment.clock().now(), kept[0]
    with psycopg.connect(deployment.database.urls.auditor, autocommit=True) as connection:
        stands = common_prefix(connection, log, state, base, keys)
    if stands >= base.size:
        raise NothingLost(kept=stands, signed=base.size)
    stop_writing(state, LogRolledBack(f"{stands} entries, {base.size} were signed"), now)
    _made_anew(deployment)
    command = RestoreLog(
        id=uuid5(_NAMESPACE, f"{origin}/{stands}/{base.size}/{name}"),
        actor=INSTALLATION,
        at=now,
        origin=name,
        kept=stands,
        signed=base.size,
        root=base.root.hex(),
        operator=_operator(deployment, work_number),
    )
    # The one wish that is granted while the log is refused: it is what ends that.
    ledger = NamedLedger(deployment.recorder, deployment.vault, decide, origin)
    ledger.execute(command)
    ledger.close()


def _operator(deployment: Deployment, work_number: str) -> MemberId:
    member, _ = asyncio.run(person_of(deployment, work_number, day_of(deployment.clock().now())))
    return member


def _last_restored(deployment: Deployment) -> LogRestored | None:
    last = deployment.recorder.select_events(LOG.of().id, desc=True, limit=1)
    fact = decode(last[0].state).fact if last else None
    return fact if isinstance(fact, LogRestored) else None


def _origin(checkpoint: Path) -> str:
    return checkpoint.read_text().partition("\n")[0] if checkpoint.exists() else ""
