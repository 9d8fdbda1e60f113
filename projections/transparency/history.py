"""What was signed before: the last checkpoint, in two places, and one file for every size ever signed.

    <log folder>/checkpoint             the newest, public
    <log folder>/checkpoints/000000123  the one signed at 123 entries, public, never changed
    <state folder>/checkpoint           the newest, outside the database and the public folder
    <state folder>/leaves               every leaf that it covers (`kept.py`)

The history lets a verifier say between which two sizes a rewritten log first differs.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from projections.transparency.checkpoint import Checkpoint, open_checkpoint
from projections.transparency.files import sync_folder, write_durably
from projections.transparency.kept import keep_leaves
from projections.transparency.merkle import RightEdge, apart, root_at
from projections.transparency.note import VerifierKey
from projections.transparency.refusals import CheckpointMissing, LogRewritten, Malformed, TileDamaged
from projections.transparency.tiles import TileReader

CHECKPOINT = "checkpoint"
HISTORY = "checkpoints"


def history_name(size: int) -> str:
    """Return the file of the checkpoint signed at `size` entries.

    >>> history_name(123)
    'checkpoints/000000123'
    """
    return f"{HISTORY}/{size:09d}"


def keep(folder: Path, state_folder: Path, note: bytes, size: int) -> None:
    """Write a signed checkpoint to all its places: first where nobody can make us forget it, behind its leaves."""
    keep_leaves(folder, state_folder, size)
    for path in (state_folder / CHECKPOINT, folder / history_name(size), folder / CHECKPOINT):
        if not path.is_file() or path.read_bytes() != note:
            write_durably(path, note)
            sync_folder(path.parent)


def last_signed(folder: Path, state_folder: Path, keys: Sequence[VerifierKey]) -> tuple[Checkpoint, bytes] | None:
    """Return the newest signed checkpoint and its bytes; None when neither place has one.

    Only the public one there: the other was taken away, `CheckpointMissing`. Both there: the older must be
    a prefix of the newer, else `LogRewritten`.
    """
    public, private = folder / CHECKPOINT, state_folder / CHECKPOINT
    if not private.is_file():
        if public.is_file():
            raise CheckpointMissing(str(private))
        return None
    notes = [path.read_bytes() for path in (private, public) if path.is_file()]
    opened = sorted(((open_checkpoint(note, keys), note) for note in notes), key=lambda each: each[0].size)
    newest, oldest = opened[-1][0], opened[0][0]
    read = TileReader(folder, newest.size)
    if root_at(read, newest.size) != newest.root:
        raise TileDamaged(f"the tiles do not give the root signed at {newest.size}")
    if root_at(read, oldest.size) != oldest.root:
        raise LogRewritten(f"the checkpoints at {oldest.size} and {newest.size} contradict each other")
    return opened[-1]


def newest_kept(folder: Path, state_folder: Path, keys: Sequence[VerifierKey]) -> tuple[Checkpoint, bytes] | None:
    """Return the largest checkpoint that is left anywhere and its bytes, for an operator who adopts a log."""
    paths = [state_folder / CHECKPOINT, folder / CHECKPOINT, *sorted((folder / HISTORY).glob("[0-9]*"))[-1:]]
    notes = [path.read_bytes() for path in paths if path.is_file()]
    kept = [(open_checkpoint(note, keys), note) for note in notes]
    return max(kept, key=lambda each: each[0].size, default=None)


def signed_history(folder: Path, keys: Sequence[VerifierKey]) -> Iterator[Checkpoint]:
    """Yield every checkpoint of the history, smallest first, each verified and under its own name."""
    for path in sorted((folder / HISTORY).glob("[0-9]*"), key=lambda each: (len(each.name), each.name)):
        checkpoint = open_checkpoint(path.read_bytes(), keys)
        if history_name(checkpoint.size) != f"{HISTORY}/{path.name}":
            raise Malformed(f"{HISTORY}/{path.name}")
        yield checkpoint


def first_difference(history: Iterator[Checkpoint], leaves: Iterator[bytes]) -> tuple[int, int] | None:
    """Return the first range of positions whose leaves differ from what was signed; None when none does.

    The range begins behind the last size whose signed root still holds. `leaves` may join several hashes.
    """
    edge = RightEdge()
    single = (leaf for group in leaves for leaf in apart(group))
    holds = 0
    for checkpoint in history:
        while edge.size < checkpoint.size:
            leaf = next(single, None)
            if leaf is None:
                return edge.size + 1, checkpoint.size
            edge.append(leaf)
        if edge.root() != checkpoint.root:
            return holds + 1, checkpoint.size
        holds = checkpoint.size
    return None
