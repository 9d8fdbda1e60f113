r"""Proofs to take away: one entry's inclusion in a signed log, as a text that verifies offline.

    c2sp.org/tlog-proof@v1\n
    extra cG9zaXRpb24gNQ==\n                            optional, not authenticated
    index 4\n                                           position - 1
    gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=\n      the leaf's sibling first, one hash a line
    \n
    example.com/log\n                                   the checkpoint, verbatim
    …

Stored as `.tlog-proof`. Source: c2sp.org/tlog-proof.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from projections.transparency.checkpoint import Checkpoint, open_checkpoint
from projections.transparency.merkle import HASH_SIZE_BYTES, inclusion_proof, leaf_hash, verify_inclusion
from projections.transparency.note import VerifierKey, decode_base64, encode_base64
from projections.transparency.refusals import Malformed
from projections.transparency.tiles import TileReader

HEADER = "c2sp.org/tlog-proof@v1"
MAX_HASHES = 63

_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True)
class Proof:
    """Leaf `index` is in the tree of `checkpoint`, the signed note's bytes; `hashes` lead to its root."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def encode(self) -> bytes:
        """Return the bytes of the `.tlog-proof` file."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append("extra " + encode_base64(self.extra))
        lines.append(f"index {self.index}")
        lines += [encode_base64(each) for each in self.hashes]
        return "\n".join([*lines, "", ""]).encode() + self.checkpoint


def parse_proof(data: bytes) -> Proof:
    """Return the proof that a `.tlog-proof` file holds, unverified, or `Malformed`."""
    head, separator, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as problem:
        raise Malformed("not a proof") from problem
    if not separator or len(lines) < 2 or lines.pop(0) != HEADER:
        raise Malformed("not a proof")
    extra = decode_base64(lines.pop(0)[6:]) if lines[0].startswith("extra ") else None
    index = _INDEX.fullmatch(lines.pop(0) if lines else "")
    if index is None or len(lines) > MAX_HASHES:
        raise Malformed("not a proof")
    hashes = tuple(decode_base64(line) for line in lines)
    if any(len(each) != HASH_SIZE_BYTES for each in hashes):
        raise Malformed("a hash has 32 bytes")
    return Proof(int(index[1]), hashes, checkpoint, extra)


def inclusion(folder: Path, position: int, note: bytes, keys: Sequence[VerifierKey]) -> Proof:
    """Return the proof that the entry at `position` (1 is the first) is under the signed checkpoint `note`.

    Needs the tiles below `folder` alone. The size is the checkpoint's, whatever the log has become since;
    the proof is verified before it is handed out.
    """
    checkpoint = open_checkpoint(note, keys)
    read = TileReader(folder, checkpoint.size)
    hashes = inclusion_proof(read, position - 1, checkpoint.size)
    verify_inclusion(read(0, position - 1), position - 1, checkpoint.size, hashes, checkpoint.root)
    return Proof(position - 1, tuple(hashes), note)


def verify_proof(proof: Proof, entry: bytes, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Return the checkpoint that vouches for `entry`, its stored bytes, or refuse."""
    checkpoint = open_checkpoint(proof.checkpoint, keys)
    verify_inclusion(leaf_hash(entry), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint
