"""A second copy of every leaf hash, beside the second copy of the last checkpoint and nowhere near the database.

    <state folder>/leaves       32 bytes for each signed entry, in position order

Whoever rewrites the table, the public tiles and the public checkpoints still cannot make these give another root than
the one that was signed; and against them the altered entry itself is named, not only a range of entries.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from projections.transparency.files import make_folder, sync_folder
from projections.transparency.merkle import HASH_SIZE_BYTES
from projections.transparency.tiles import TILE_WIDTH, TileReader, TileTree

LEAVES: Final = "leaves"
_TILE_BYTES: Final = TILE_WIDTH * HASH_SIZE_BYTES


def keep_leaves(folder: Path, state_folder: Path, size: int) -> None:
    """Let the copy hold exactly the first `size` leaves, taken from the published tiles; on disk afterwards.

    What a run that was stopped wrote beyond them was never signed, and goes.
    """
    path = state_folder / LEAVES
    held = path.stat().st_size // HASH_SIZE_BYTES if path.is_file() else 0
    if held == size and path.is_file() and not path.stat().st_size % HASH_SIZE_BYTES:
        return
    make_folder(state_folder)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "r+b") as file:
        held = min(held, size)
        file.truncate(held * HASH_SIZE_BYTES)
        file.seek(0, os.SEEK_END)
        for leaves in _published(folder, held, size):
            file.write(leaves)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(state_folder)


def forget_leaves(state_folder: Path) -> None:
    """An operator takes the log over as it stands now: the copy is made anew."""
    (state_folder / LEAVES).unlink(missing_ok=True)


def _published(folder: Path, after: int, size: int) -> Iterator[bytes]:
    reader = TileReader(folder, size)
    for index in range(after // TILE_WIDTH, -(-size // TILE_WIDTH)):
        hashes = b"".join(reader.hashes(0, index))
        yield hashes[max(0, after - index * TILE_WIDTH) * HASH_SIZE_BYTES :]


class KeptLeaves:
    """The copy, as tiles of level 0; only of as many leaves as a signed root covers."""

    def __init__(self, path: Path, size: int) -> None:
        """Read `path`; nothing is believed before `gives`."""
        self._path, self._size = path, size

    def gives(self, root: bytes) -> bool:
        """Whether the leaves make this root: then they are what was signed."""
        tree = TileTree(lambda tile, data: None)
        for index in range(-(-self._size // TILE_WIDTH)):
            hashes = self.tile(0, index)
            if len(hashes) != min(_TILE_BYTES, self._size * HASH_SIZE_BYTES - index * _TILE_BYTES):
                return False
            tree.extend(hashes)
        return tree.root() == root

    def tile(self, level: int, index: int) -> bytes:
        """Bytes of a tile as far as it is kept; empty where there is none."""
        wanted = min(_TILE_BYTES, self._size * HASH_SIZE_BYTES - index * _TILE_BYTES)
        if level or wanted <= 0 or not self._path.is_file():
            return b""
        with self._path.open("rb") as file:
            file.seek(index * _TILE_BYTES)
            return file.read(wanted)
