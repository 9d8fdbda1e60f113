r"""Checkpoints: the signed statement of how long the log is and what its root is.

    example.com/behind-the-sofa\n                       origin
    20852163\n                                          size
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n      base64(root)
    catalogue 9f86d081…\n                               extension lines, if any
    \n
    — example.com/behind-the-sofa Az3grlgtzPICa5OS8npV…\n

Source: c2sp.org/tlog-checkpoint.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from projections.transparency.merkle import EMPTY_ROOT, HASH_SIZE_BYTES
from projections.transparency.note import Signer, VerifierKey, decode_base64, encode_base64, open_note
from projections.transparency.refusals import Malformed, SignatureInvalid

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True)
class Checkpoint:
    """A log's size (entries) and root (32 bytes), under its origin's name."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the note text, every line ending in a newline; `Malformed` when a line cannot be written."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        if any(not line or "\n" in line for line in lines):
            raise Malformed("a checkpoint's lines are not empty")
        return "".join(line + "\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """Return what a note text says, or `Malformed`; only the form `Checkpoint.text` writes is taken."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() or not all(lines) or not _SIZE.fullmatch(lines[1]):
        raise Malformed("not a checkpoint")
    checkpoint = Checkpoint(lines[0], int(lines[1]), decode_base64(lines[2]), tuple(lines[3:]))
    if len(checkpoint.root) != HASH_SIZE_BYTES:
        raise Malformed("a root has 32 bytes")
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise Malformed("the empty log has another root")
    return checkpoint


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """Return the signed note. Whoever calls this has checked that it extends everything signed before."""
    return signer.sign(checkpoint.text()).encode()


def open_checkpoint(data: bytes, keys: Sequence[VerifierKey]) -> Checkpoint:
    """Return the checkpoint of a signed note, its signature verified under one of `keys`.

    The origin must be the name of the key that signed it: a key speaks for its own log alone.
    """
    note = open_note(data, keys)
    checkpoint = parse_checkpoint(note.text)
    used = {(each.name, each.key_id) for each in note.signatures}
    if all(key.last is not None and checkpoint.size > key.last for key in keys if (key.name, key.key_id) in used):
        raise SignatureInvalid("a key that was replaced before")
    if all(each.name != checkpoint.origin for each in note.signatures):
        raise Malformed("the checkpoint is signed by another log")
    return checkpoint
