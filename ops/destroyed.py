"""密钥销毁名单 — whose keys were destroyed, kept outside the database, so that no backup brings a person back.

One file beside the second copy of the checkpoint, one pseudonym a line, only ever appended to::

    destroyed    3f0e6a52-5f0b-4d0a-9a30-6a7c2f1d9e44

Whoever destroys a key writes it down here first. A restore reads it and destroys again, in the transaction that
brings the tables back, so that not even for a moment a destroyed key stands in the vault.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final, LiteralString
from uuid import UUID

from psycopg import Connection

from projections.transparency.files import make_folder, sync_folder, write_durably

FILE: Final = "destroyed"
UNSWEPT: Final = "not-rewritten"
"""An empty file beside it, from before a deletion until the tables that lost rows are rewritten."""

_NAMED: Final = """
SELECT convert_from(state, 'UTF8')::json->'fact'->>CASE type WHEN 'case-key-destroyed' THEN 'case' ELSE 'member' END
FROM ledger.entries WHERE type IN ('personal-key-destroyed', 'case-key-destroyed')
"""
_ACCESS: Final[tuple[LiteralString, ...]] = (
    "DELETE FROM access.sessions WHERE person = ANY(%(subjects)s)",
    "DELETE FROM access.tokens WHERE person = ANY(%(subjects)s)",
    "DELETE FROM access.accounts WHERE person = ANY(%(subjects)s)",
)
_SEALED: Final = "DELETE FROM vault.sealed WHERE subject = ANY(%(subjects)s)"
_KEYS: Final = "DELETE FROM vault.keys WHERE subject = ANY(%(subjects)s)"


def destroyed(state_folder: Path) -> frozenset[UUID]:
    """Everybody whose key was ever destroyed."""
    file = state_folder / FILE
    return frozenset(map(UUID, file.read_text().split())) if file.exists() else frozenset()


def note_destroyed(state_folder: Path, subject: UUID) -> None:
    """Write down that a key is about to be destroyed; twice is once."""
    known = destroyed(state_folder)
    if subject not in known:
        make_folder(state_folder)
        lines = sorted(str(one) for one in known | {subject})
        write_durably(state_folder / FILE, "".join(f"{line}\n" for line in lines).encode())
        sync_folder(state_folder)


def still_unswept(state_folder: Path) -> bool:
    """Whether bytes of deleted rows may still stand in the files of the tables."""
    return (state_folder / UNSWEPT).exists()


def note_unswept(state_folder: Path) -> None:
    """Write down, before anything is deleted, that the tables have to be rewritten after it."""
    make_folder(state_folder)
    write_durably(state_folder / UNSWEPT, b"")
    sync_folder(state_folder)


def note_swept(state_folder: Path) -> None:
    """Every table was rewritten since."""
    (state_folder / UNSWEPT).unlink(missing_ok=True)
    sync_folder(state_folder)


def named_in_log(connection: Connection[Any]) -> frozenset[UUID]:
    """Everybody of whom the log itself says that his key was destroyed: the whole log is read."""
    return frozenset(UUID(subject) for (subject,) in connection.execute(_NAMED).fetchall())


def destroy(connection: Connection[Any], subjects: Collection[UUID]) -> int:
    """Delete sealed values, keys, account and sign-ins, as a role that may; gives how many keys were there."""
    wanted = {"subjects": list(subjects)}
    for statement in _ACCESS:
        connection.execute(statement, wanted)
    connection.execute(_SEALED, wanted)
    return connection.execute(_KEYS, wanted).rowcount
