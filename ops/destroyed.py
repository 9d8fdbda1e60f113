"""密钥销毁名单 — whose keys were destroyed, kept outside the database, so that no backup brings a person back.

One file beside the second copy of the checkpoint, one pseudonym a line, only ever appended to::

    destroyed    3f0e6a52-5f0b-4d0a-9a30-6a7c2f1d9e44

Whoever destroys a key writes it down here first. A restore reads it and destroys again, in the transaction that
brings the tables back, so that not even for a moment a destroyed key stands in the vault.
"""

from collections.abc import Collection
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from psycopg import Connection

from projections.transparency.files import make_folder, sync_folder, write_durably

FILE: Final = "destroyed"

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


def destroy(connection: Connection[Any], subjects: Collection[UUID]) -> int:
    """Delete sealed values and keys, as a role that may; gives how many keys were there."""
    wanted = {"subjects": list(subjects)}
    connection.execute(_SEALED, wanted)
    return connection.execute(_KEYS, wanted).rowcount
