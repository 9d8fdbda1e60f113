"""The publisher: extends the public tree by what was committed, checks it, signs its head.

The tree is the first read model: a function of the leaf hashes in position order alone. Everything that a
checkpoint covers is on disk before it is signed, so it may be stopped anywhere; what a stopped run left
behind is not covered by any signature and is written again.
"""

import fcntl
import shutil
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from psycopg import Connection

from projections.transparency.checkpoint import Checkpoint, sign_checkpoint
from projections.transparency.files import make_folder, sync_folder, write_all_durably, write_durably
from projections.transparency.history import (
    CHECKPOINT,
    HISTORY,
    first_difference,
    keep,
    last_signed,
    newest_kept,
    signed_history,
)
from projections.transparency.kept import LEAVES, KeptLeaves, forget_leaves
from projections.transparency.keyring import hand_over, keyring, next_key, put_in_place
from projections.transparency.leaves import nothing_stored, read_leaves
from projections.transparency.merkle import (
    EMPTY_ROOT,
    HASH_SIZE_BYTES,
    apart,
    consistency_proof,
    root_at,
    verify_consistency,
)
from projections.transparency.note import Signer, VerifierKey, load_key, parse_vkey
from projections.transparency.refusals import (
    CheckpointMissing,
    LogRewritten,
    LogRolledBack,
    NameMismatch,
    PublisherBusy,
    TileDamaged,
)
from projections.transparency.tiles import TILE_WIDTH, Tile, TileReader, TileTree, tiles_of

KEY = "key"
FORMER = "former"
"""Folder of what the log published under names that it bore before it was restored."""
TILES_AT_ONCE = 1024


@dataclass(frozen=True)
class Published:
    """The head that is now public: its checkpoint, the signed bytes, and by how many entries it grew."""

    checkpoint: Checkpoint
    note: bytes
    grown: int


def publish_once(
    connection: Connection[Any],
    folder: Path,
    signer: Signer,
    *,
    state_folder: Path,
    extensions: Sequence[str] = (),
    whole: bool = True,
) -> Published:
    """Publish what was committed since the last checkpoint; `signer.name` is the log's origin.

    Before anything is signed, the database and the tiles are compared with the last signed checkpoint:
    every leaf with `whole` (needed once when a process starts), else those of the last open tile.
    Nothing new: nothing is signed. Refuses with `checkpoint-missing`, `log-rolled-back`, `log-rewritten`,
    `tile-damaged`, `publisher-busy`.
    """
    keys = keyring(folder, signer.verifier)
    with alone(state_folder):
        signed = last_signed(folder, state_folder, keys)
        if signed is None:
            if not nothing_stored(connection):
                raise CheckpointMissing(signer.name)
            return _sign(folder, state_folder, signer, Checkpoint(signer.name, 0, EMPTY_ROOT, tuple(extensions)))
        base, note = signed
        if whole:
            check_prefix(connection, folder, base, keys)
        # A run that was stopped between two of these files is finished first, so the history has no gap.
        keep(folder, state_folder, note, base.size)
        size, root = _grow(connection, folder, base)
        if size == base.size:
            return Published(base, note, 0)
        head = Checkpoint(signer.name, size, root, tuple(extensions))
        return _sign(folder, state_folder, signer, head, base)


def rotate(folder: Path, key_file: Path, name: str, *, state_folder: Path, former: str | None = None) -> VerifierKey:
    """Give the log another signing key from its last checkpoint on, and return it.

    The key in `key_file` signs the handover and is gone afterwards. `former` is its vkey where the file was lost: then
    the new key alone signs. An interruption is simply run again.
    """
    lost = former is not None
    with alone(state_folder):
        old = None if lost else load_key(key_file, name)
        known = parse_vkey(former) if former is not None else load_key(key_file, name).verifier
        signed = last_signed(folder, state_folder, keyring(folder, known))
        if signed is None:
            raise CheckpointMissing(name)
        if not lost and (folder / KEY).read_text().strip() in map(str, keyring(folder, known)[1:]):
            new = load_key(key_file, name)  # it took over already, and the run was stopped before that was public
            write_durably(folder / KEY, f"{new.verifier}\n".encode())
            return new.verifier
        new = next_key(key_file, name)
        hand_over(folder, state_folder, signed[0], old, new, str(known))
        put_in_place(key_file)
        write_durably(folder / KEY, f"{new.verifier}\n".encode())
        return new.verifier


def adopt(
    connection: Connection[Any],
    folder: Path,
    signer: Signer,
    name: str,
    *,
    state_folder: Path,
    extensions: Sequence[str] = (),
) -> Published:
    """Take over a log whose last checkpoint or tiles are lost; the operator writes its `name` out.

    Whatever signed checkpoint is left anywhere must still hold. The tiles are made anew from the database.
    """
    if name != signer.name:
        raise NameMismatch(f"{name} is not {signer.name}")
    keys = keyring(folder, signer.verifier)
    with alone(state_folder):
        kept = newest_kept(folder, state_folder, keys)
        base = kept[0] if kept else Checkpoint(signer.name, 0, EMPTY_ROOT)
        _check_root(connection, folder, base, keys)
        size, root = _grow(connection, folder, Checkpoint(signer.name, 0, EMPTY_ROOT))
        forget_leaves(state_folder)
        if kept and size == base.size:
            keep(folder, state_folder, kept[1], size)
            return Published(base, kept[1], 0)
        return _sign(folder, state_folder, signer, Checkpoint(signer.name, size, root, tuple(extensions)), base)


def check_prefix(connection: Connection[Any], folder: Path, base: Checkpoint, keys: Sequence[VerifierKey]) -> None:
    """Compare every leaf up to `base` with the published tiles and the signed root; refuse what differs.

    The root decides who is right: with the database's root signed, it is the tile that was damaged.
    """
    reader = TileReader(folder, base.size)
    damaged: list[Tile] = []
    differing: list[int] = []

    def compare(tile: Tile, data: bytes) -> None:
        try:
            published = b"".join(reader.hashes(tile.level, tile.index))
        except TileDamaged:
            damaged.append(tile)
            return
        if published != data:
            damaged.append(tile)
            if tile.level == 0:
                differing.append(tile.index * TILE_WIDTH + _first_difference(published, data) + 1)

    tree = TileTree(compare)
    for group in read_leaves(connection, 0, base.size):
        tree.extend(group)
    for tile, data in tree.partials():
        compare(tile, data)
    if tree.size < base.size:
        raise LogRolledBack(f"{tree.size} entries, {base.size} were signed")
    if tree.root() != base.root and differing:
        raise LogRewritten(f"position {differing[0]}", differing[0])
    _check_root(connection, folder, base, keys, tree.root())
    if damaged:
        raise TileDamaged(damaged[0].path)


def common_prefix(
    connection: Connection[Any], folder: Path, state_folder: Path, base: Checkpoint, keys: Sequence[VerifierKey]
) -> int:
    """How many of the entries that `base` covers still stand, unchanged: for an older state that was put back.

    Every checkpoint that was signed up to there must hold, else `LogRewritten`. Where neither the second copy of the
    leaves nor the tiles say anything, what is stored is believed as far as it reaches.
    """
    reader, size = TileReader(folder, base.size), 0
    copy = KeptLeaves(state_folder / LEAVES, base.size)
    kept = copy if copy.gives(base.root) else None
    with closing(read_leaves(connection, 0, base.size)) as groups:
        for leaf in (one for group in groups for one in apart(group)):
            if _published(reader, kept, size) not in (leaf, None):
                break
            size += 1
    history = (each for each in signed_history(folder, keys) if each.size <= size)
    with closing(read_leaves(connection, 0, size)) as leaves:
        wrong = first_difference(history, leaves)
    if wrong is not None:
        raise LogRewritten(f"between positions {wrong[0]} and {wrong[1]}", wrong[0])
    return size


def _published(reader: TileReader, kept: KeptLeaves | None, index: int) -> bytes | None:
    if kept is not None:
        at = index % TILE_WIDTH * HASH_SIZE_BYTES
        return kept.tile(0, index // TILE_WIDTH)[at : at + HASH_SIZE_BYTES]
    try:
        return reader.hashes(0, index // TILE_WIDTH)[index % TILE_WIDTH]
    except TileDamaged:
        return None


def set_aside(folder: Path, state_folder: Path, name: str) -> None:
    """Put the public files and the second copy of a log that ended under `name` into a folder `former/…` of each.

    What lies there stays public and is never changed: it proves what the log said under that name.
    """
    with alone(state_folder):
        for place, files in ((folder, (CHECKPOINT, HISTORY, KEY, "tile")), (state_folder, (CHECKPOINT, LEAVES))):
            aside = place / FORMER / name.replace("/", "_")
            make_folder(aside)
            for file in files:
                if (place / file).exists():
                    (place / file).rename(aside / file)
            sync_folder(aside)
            sync_folder(place)


def check_signed(connection: Connection[Any], base: Checkpoint) -> None:
    """Refuse when the stored leaves do not give one signed root."""
    if _stored_root(connection, base) != base.root:
        raise LogRewritten(f"the entries do not give the root signed at {base.size}")


def _stored_root(connection: Connection[Any], base: Checkpoint) -> bytes:
    tree = TileTree(lambda tile, data: None)
    for group in read_leaves(connection, 0, base.size):
        tree.extend(group)
    if tree.size < base.size:
        raise LogRolledBack(f"{tree.size} entries, {base.size} were signed")
    return tree.root()


def _check_root(
    connection: Connection[Any],
    folder: Path,
    base: Checkpoint,
    keys: Sequence[VerifierKey],
    root: bytes | None = None,
) -> None:
    """Refuse when the stored leaves do not give the signed root, and say between which signed sizes."""
    if root is None:
        root = _stored_root(connection, base)
    if root == base.root:
        return
    history = (each for each in signed_history(folder, keys) if each.size < base.size)
    with closing(read_leaves(connection, 0, base.size)) as leaves:
        first, last = first_difference(chain(history, [base]), leaves) or (1, base.size)
    raise LogRewritten(f"between positions {first} and {last}", first)


def _grow(connection: Connection[Any], folder: Path, base: Checkpoint) -> tuple[int, bytes]:
    """Write the tiles behind `base`; return the new size and root. All of it is on disk afterwards."""
    touched: set[Path] = set()
    waiting: dict[Path, bytes] = {}

    def write(tile: Tile, data: bytes) -> None:
        path = folder / tile.path
        if not path.is_file() or path.read_bytes() != data:
            waiting[path] = data
            touched.add(path.parent)
        if len(waiting) == TILES_AT_ONCE:
            write_all_durably(waiting)
            waiting.clear()

    reader = TileReader(folder, base.size)
    tree = TileTree.resume(write, reader)
    start = max(0, base.size - 1) // TILE_WIDTH * TILE_WIDTH
    known = b"".join(reader.hashes(0, start // TILE_WIDTH)) if base.size else b""
    for group in read_leaves(connection, start):
        shared = min(len(known), len(group))
        if group[:shared] != known[:shared]:
            position = base.size - len(known) // HASH_SIZE_BYTES + _first_difference(group, known) + 1
            raise LogRewritten(f"position {position}", position)
        known = known[shared:]
        tree.extend(group[shared:])
    if known:
        raise LogRolledBack(f"{base.size - len(known) // HASH_SIZE_BYTES} entries, {base.size} were signed")
    for tile, data in tree.partials():
        if tree.size > base.size:
            write(tile, data)
    write_all_durably(waiting)
    for parent in touched:
        sync_folder(parent)
    return tree.size, tree.root()


def _first_difference(one: bytes, other: bytes) -> int:
    """Index of the first hash in which two rows of hashes differ."""
    pairs = enumerate(zip(apart(one), apart(other), strict=False))
    same = min(len(one), len(other)) // HASH_SIZE_BYTES
    return next((index for index, (left, right) in pairs if left != right), same)


def _sign(
    folder: Path, state_folder: Path, signer: Signer, head: Checkpoint, base: Checkpoint | None = None
) -> Published:
    """Check the head against what is on disk, sign it, publish it, drop the partial tiles it outgrew."""
    read = TileReader(folder, head.size)
    if root_at(read, head.size) != head.root:
        raise TileDamaged(f"the tiles on disk do not give the root at {head.size}")
    size = base.size if base else 0
    if base and size:
        verify_consistency(size, head.size, consistency_proof(read, size, head.size), base.root, head.root)
    key = f"{signer.verifier}\n".encode()
    if not (folder / KEY).is_file() or (folder / KEY).read_bytes() != key:
        write_durably(folder / KEY, key)
    note = sign_checkpoint(head, signer)
    keep(folder, state_folder, note, head.size)
    for tile in tiles_of(head.size, size):
        partials = folder / (tile.path + ".p")
        if tile.width == TILE_WIDTH and partials.is_dir():
            shutil.rmtree(partials)
    return Published(head, note, head.size - size)


@contextmanager
def alone(state_folder: Path) -> Generator[None]:
    """Hold the log's lock: two publishers would sign two heads."""
    make_folder(state_folder)
    with (state_folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise PublisherBusy(str(state_folder)) from problem
        yield
