"""证明 — export and verification from the command line."""

import getpass
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg

from domain.actor import system
from domain.decider import Refused
from domain.oversight.export import EXPORT, ExportChanged, NotProduced, Produced, ProduceExport
from domain.sealed import Secret
from domain.values import CommandId, MemberId
from ops.deployment import Deployment
from ops.guarded import refusal
from projections.transparency.audit import verify_database
from projections.transparency.export import Exported, export
from projections.transparency.history import CHECKPOINT, history_name
from projections.transparency.leaves import DAMAGE
from projections.transparency.mandate import Profile
from projections.transparency.merkle import leaf_hash
from projections.transparency.note import load_key, parse_vkey
from projections.transparency.scope import WHOLE, Scope
from projections.transparency.verify import Problem, about

KEY_FILE: Final = "key"
RECOVERY_S: Final = 300.0
"""How long a server may take to come back after a row has ended one of its processes."""
FAILURES: Final = 3
"""How often in turn an entry must end the connection to be the one: the server's own restart ends others too."""

_NOTE: Final = "INSERT INTO access.exports (at, operator, size) VALUES (%(at)s, %(operator)s, %(size)s)"
_ONE: Final = """
SELECT state, leaf, stream, version, type, known_at FROM ledger.entries WHERE position = %(position)s
"""
"""Every column, as in the whole reading: which of them led the server astray is not known."""
_LAST: Final = "SELECT max(position) FROM ledger.entries"


class NotPublished(Refused):
    """总账尚未签发检查点。 No checkpoint of this log has been signed yet."""

    code = "not-published"


def _key(deployment: Deployment) -> str:
    """The log's vkey: that of the signing key, where it is at hand; the published one is only somebody's word.

    Its name is taken from the second copy of the checkpoint, else from the published key.
    """
    folder, signing = deployment.settings.log, deployment.settings.signing_key
    assert folder is not None, "settings always name the log's folder"
    assert signing is not None, "settings always name the signing key"
    published, kept = folder / KEY_FILE, deployment.state_folder / CHECKPOINT
    if kept.exists() and signing.exists():
        return str(load_key(signing, kept.read_text().partition("\n")[0]).verifier)
    if not published.exists():
        raise NotPublished
    vkey = published.read_text().strip()
    return str(load_key(signing, parse_vkey(vkey).name).verifier) if signing.exists() else vkey


@dataclass(frozen=True)
class Taking:
    """What is taken away, and by whom."""

    scope: Scope = WHOLE
    receiver: str = ""
    """To whom it goes; nobody named: the operator's own account."""
    by: MemberId | None = None
    """Who is signed in; None for the operator."""
    size: int | None = None
    """Of an earlier checkpoint; None for the newest."""
    profile: Profile | None = None
    """The mandate of whoever takes one person's; an auditor's without."""
    command: CommandId | None = None
    """The same again is the same export again, as of the checkpoint of the first; None where it never comes again."""

    @property
    def review(self) -> UUID | None:
        """Under which it is taken: then nothing outside the review says whom it is about."""
        return None if self.profile is None else self.profile.review

    @property
    def what(self) -> str:
        """For the list of what was taken away."""
        return self.scope.encode().decode() if self.review is None else f"review {self.review}"


def exported(deployment: Deployment, target: Path, taking: Taking | None = None) -> Exported:
    """Write the log or a scope of it, as far as it is signed, to a new folder; that it was taken is noted first.

    Afterwards it is put on record, unless the log takes no entries: then the access log alone says so. What is on
    record already is made again as it was, or refused with ``export-changed``.
    """
    assert deployment.settings.log is not None, "settings always name the log's folder"
    taking = taking or Taking()
    key = parse_vkey(_key(deployment))
    noted = {
        "at": deployment.clock().now(),
        "operator": getpass.getuser() if taking.by is None else f"{taking.by} {taking.what}",
        "size": deployment.recorder.max_notification_id() or 0,
    }
    with psycopg.connect(deployment.database.urls.writer) as connection:
        connection.execute(_NOTE, noted)
    first = _first(deployment, taking)
    size = taking.size if first is None else first.size
    note = None if size is None else _earlier(deployment.settings.log, size)
    vault = deployment.vault
    with psycopg.connect(deployment.database.urls.auditor) as connection:
        done = export(
            connection,
            deployment.settings.log,
            target,
            key,
            note=note,
            scope=taking.scope,
            profile=taking.profile,
            open_sealed=vault.open if vault.fits() else lambda _: {},
        )
    if refusal(deployment.state_folder) is None:
        # A repeat is known by its id: it says nothing new, and under the id of another export it is refused.
        _record(deployment, done, taking)
        first = _first(deployment, taking)
    if first is not None and first.manifest != done.manifest_sha256:
        raise ExportChanged(export=taking.command)
    return done


def _first(deployment: Deployment, taking: Taking) -> Produced | None:
    """What is on record of this very taking."""
    if taking.command is None:
        return None
    state = deployment.ledger().load(EXPORT.of(taking.command))
    return None if isinstance(state, NotProduced) else state


def _earlier(log: Path, size: int) -> bytes:
    """The checkpoint that was signed at a size."""
    file = log / history_name(size)
    if not file.is_file():
        raise NotPublished(size=size)
    return file.read_bytes()


def _record(deployment: Deployment, done: Exported, taking: Taking) -> None:
    """Say in the log that the export was produced."""
    name, receiver = taking.command or uuid4(), taking.receiver or getpass.getuser()
    deployment.ledger().execute(
        ProduceExport(
            id=name,
            actor=system("installation"),
            at=deployment.clock().now(),
            export=name,
            scope=taking.scope.unit,
            member=taking.scope.member if taking.review is None else None,
            year=taking.scope.year,
            period=taking.scope.period,
            mandate="auditor" if taking.profile is None else taking.profile.mandate,
            size=done.checkpoint.size,
            root=done.checkpoint.root.hex(),
            manifest=done.manifest_sha256,
            receiver=Secret(subject=name, name="receiver", value=receiver, salt=secrets.token_urlsafe(16)),
            by=taking.by,
            review=taking.review,
        )
    )


def verified(deployment: Deployment, trusted: Path | None) -> list[Problem]:
    """What is wrong with the stored log, the first bad entry first; nothing when it is whole.

    Its measures are the published tiles and checkpoints, the second copy of the last checkpoint, which neither the
    database nor the log's folder holds, and ``trusted``, a checkpoint file or folder from elsewhere.
    """
    assert deployment.settings.log is not None, "settings always name the log's folder"
    key, kept = _key(deployment), deployment.state_folder / CHECKPOINT
    with psycopg.connect(deployment.database.urls.auditor) as connection:
        found = verify_database(
            connection,
            deployment.settings.log,
            key=key,
            trusted=trusted,
            kept=kept if kept.exists() else None,
        )
    if found and found[0].code == "reading-broke-off":
        found[0] = narrowed(deployment.database.urls.auditor, found[0])
    return found


def narrowed(url: str, broke_off: Problem) -> Problem:
    """The entry that ended a process of the server: a length that was altered can lead it out of its memory.

    What the server had read just before was lost with it, so entry by entry from there. Read alone, the same row
    may lie beside other memory and end nothing: then it is not found, or is not what its own leaf says.
    """
    position, failures = broke_off.first, 0
    while failures < FAILURES:
        try:
            with _reconnected(url) as connection:
                last = connection.execute(_LAST).fetchone()
                end = last[0] if last is not None and last[0] is not None else 0
                while position <= end:
                    if not _reads_whole(connection, position):
                        return about("entry-unreadable", position, b"", broke_off.detail)
                    position, failures = position + 1, 0
            return broke_off
        except psycopg.OperationalError:
            failures += 1
    return about("entry-unreadable", position, b"", broke_off.detail)


def _reads_whole(connection: "psycopg.Connection[Any]", position: int) -> bool:
    """Whether the row is found, read, and has the hash that stands beside it; its columns stay the bytes they are."""
    try:
        result = connection.execute(_ONE, {"position": position}, binary=True).pgresult
    except DAMAGE:
        return False
    if result is None or result.ntuples != 1:
        return False
    state, leaf = result.get_value(0, 0), result.get_value(0, 1)
    return state is not None and leaf_hash(state) == leaf


def _reconnected(url: str) -> "psycopg.Connection[tuple[Any, ...]]":
    until = time.monotonic() + RECOVERY_S
    while True:
        try:
            return psycopg.connect(url, autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
