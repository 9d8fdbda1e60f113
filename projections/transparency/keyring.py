r"""The keys of one log, one after the other: a new one takes over at a size, and the former signs nothing larger.

    <log folder>/keys/000000300-9b1c2d3e    the handover at 300 entries to the key of this id: public, never
                                            changed; a second copy lies in the state folder

    points.example/log\n                the checkpoint at which the new key took over
    300\n
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n
    key points.example/log+9b1c…\n      the new key
    former-key points.example/log+530d…\n
    \n
    — points.example/log …              signed by both; where the former was lost, by the new one alone

Whoever trusts the new key learns the former from it. Whoever trusts the former learns the new one only if the former
signed as well: after a loss the new key has to reach him on paper.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from projections.transparency.checkpoint import Checkpoint, open_checkpoint
from projections.transparency.files import write_durably
from projections.transparency.note import Note, Signer, VerifierKey, generate_key, load_key, parse_vkey
from projections.transparency.refusals import LogRefused

KEYS: Final = "keys"
_KEY, _FORMER = "key", "former-key"


def keyring(folder: Path, key: VerifierKey) -> list[VerifierKey]:
    """The key and those that it took over from, each with the size of the last checkpoint that it may have signed."""
    ring, notes = [key], [note for _, note in sorted(_notes(folder), reverse=True)]
    while former := next(filter(None, (_taken_over(note, ring[-1]) for note in notes)), None):
        if former in ring:
            break
        ring.append(former)
    return ring


def hand_over(folder: Path, state_folder: Path, head: Checkpoint, old: Signer | None, new: Signer, former: str) -> None:
    """Write the handover at `head`, signed by both; `old` is None where the former key was lost."""
    text = Checkpoint(head.origin, head.size, head.root, (f"{_KEY} {new.verifier}", f"{_FORMER} {former}")).text()
    signatures = [signer.sign(text).signatures[0] for signer in (new, old) if signer is not None]
    name = f"{head.size:09d}-{new.verifier.key_id.hex()}"
    for place in (state_folder, folder):
        write_durably(place / KEYS / name, Note(text, tuple(signatures)).encode())


def next_key(file: Path, name: str) -> Signer:
    """The key that is to take over, beside the one in `file`; one that an interrupted rotation left is taken again."""
    place = _next(file)
    return load_key(place, name) if place.exists() else generate_key(place, name)


def put_in_place(file: Path) -> None:
    """Let the next key be the key; the former is gone."""
    _next(file).replace(file)


def _next(file: Path) -> Path:
    return file.with_name(file.name + ".next")


def _notes(folder: Path) -> Iterator[tuple[int, bytes]]:
    for path in (folder / KEYS).glob("[0-9]*-*"):
        yield int(path.name.partition("-")[0]), path.read_bytes()


def _taken_over(note: bytes, key: VerifierKey) -> VerifierKey | None:
    """The key that `key` took over from in this note; None where it did not."""
    try:
        checkpoint = open_checkpoint(note, [replace(key, last=None)])
        says = dict(line.split(" ", 1) for line in checkpoint.extensions)
        if says.get(_KEY) != str(key):
            return None
        return replace(parse_vkey(says[_FORMER]), last=checkpoint.size)
    except (LogRefused, KeyError, ValueError):
        return None
