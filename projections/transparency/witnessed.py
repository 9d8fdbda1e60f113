"""What witnesses have cosigned of this log: the newest checkpoint that satisfies the policy, public beside the others.

    <log folder>/policy                 the policy that is in force (`policy.py`)
    <log folder>/witnessed              the newest checkpoint with enough cosignatures under it

A log without a policy, or whose policy asks for nobody, is unwitnessed, and its pages and verifiers say so.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from projections.transparency.checkpoint import Checkpoint, open_checkpoint
from projections.transparency.cosignature import cosigners
from projections.transparency.files import write_durably
from projections.transparency.history import CHECKPOINT
from projections.transparency.keyring import keyring
from projections.transparency.merkle import consistency_proof
from projections.transparency.note import Note, VerifierKey, parse_note
from projections.transparency.policy import NONE, Policy, Witness, parse_policy
from projections.transparency.refusals import LogRefused
from projections.transparency.tiles import TileReader
from projections.transparency.witness import Answer, Request

POLICY: Final = "policy"
WITNESSED: Final = "witnessed"

_SIZE = re.compile(r"(0|[1-9][0-9]{0,18})\n")

Ask = Callable[[str, bytes], Answer]
"""(address, body) → what the witness answered; what does not answer is status 0."""


@dataclass(frozen=True)
class Seen:
    """A checkpoint of this log and who cosigned it when (seconds since 1970)."""

    checkpoint: Checkpoint
    note: bytes
    by: dict[str, int]


@dataclass(frozen=True)
class Asked:
    """What became of asking one witness: 200, an HTTP status, or 0; how much it has seen when that is more."""

    name: str
    status: int
    ahead: int | None = None


def policy_of(folder: Path) -> Policy | None:
    """The policy in force; None where no cosignature is asked for."""
    file = folder / POLICY
    if not file.is_file():
        return None
    policy = parse_policy(file.read_bytes())
    return None if policy.quorum == NONE else policy


def put_policy(folder: Path, data: bytes | None) -> Policy | None:
    """Put a policy in force, or none: the file is public, so that everybody sees who is asked."""
    file = folder / POLICY
    if data is None:
        file.unlink(missing_ok=True)
        return None
    parse_policy(data)
    if not file.is_file() or file.read_bytes() != data:
        write_durably(file, data)
    return policy_of(folder)


def newest_witnessed(folder: Path, key: VerifierKey, policy: Policy | None) -> Seen | None:
    """The newest checkpoint that enough witnesses have cosigned; None where there is none, or no policy."""
    file = folder / WITNESSED
    if policy is None or not file.is_file():
        return None
    try:
        return _seen(file.read_bytes(), keyring(folder, key), policy)
    except LogRefused:
        return None


class Witnesses:
    """The witnesses of one policy, asked in their order; how much each has seen is learned from its answers."""

    def __init__(self, policy: Policy, ask: Ask) -> None:
        """Ask by this means."""
        self._policy, self._ask = policy, ask
        self._sizes = dict.fromkeys(policy.witnesses, 0)

    def cosign(self, folder: Path, key: VerifierKey) -> list[Asked]:
        """Have the newest checkpoint cosigned by everybody with an address; publish it once that is enough."""
        note = (folder / CHECKPOINT).read_bytes()
        head = open_checkpoint(note, keyring(folder, key))
        file = folder / WITNESSED
        known = parse_note(file.read_bytes()) if file.is_file() else None
        if known is not None and known.text == head.text():
            note = known.encode()
        asked: list[Asked] = []
        for witness in self._policy.witnesses.values():
            if witness.url and witness.key not in cosigners(parse_note(note), [witness.key]):
                line, found = self._one(witness, TileReader(folder, head.size), head, note)
                note += line
                asked.append(found)
        if asked and self._policy.satisfied(cosigners(parse_note(note), self._policy.keys)):
            write_durably(file, note)
        return asked

    def _one(self, witness: Witness, read: TileReader, head: Checkpoint, note: bytes) -> tuple[bytes, Asked]:
        # Who was never asked, or forgot that he was, is told by the first answer how much the witness has seen.
        old = min(self._sizes[witness.name], head.size)
        answer = self._put(witness, old, read, head, note)
        if answer.status == 409 and _SIZE.fullmatch(answer.body):
            seen = int(answer.body)
            if seen > head.size or seen == old:
                return b"", Asked(witness.name, 409, seen)
            answer = self._put(witness, seen, read, head, note)
        if answer.status != 200:
            return b"", Asked(witness.name, answer.status)
        line = _own_line(note, answer.body, witness.key)
        if not line:
            return b"", Asked(witness.name, 0)
        self._sizes[witness.name] = head.size
        return line, Asked(witness.name, 200)

    def _put(self, witness: Witness, old: int, read: TileReader, head: Checkpoint, note: bytes) -> Answer:
        proof = consistency_proof(read, old, head.size) if old else []
        return self._ask(witness.url, Request(old, tuple(proof), note).encode())


def _own_line(note: bytes, body: str, key: VerifierKey) -> bytes:
    """The witness's own line of its answer, verified; others are dropped."""
    try:
        answered = parse_note(note + body.encode())
        lines = [each for each in answered.signatures if (each.name, each.key_id) == (key.name, key.key_id)]
        if not cosigners(Note(answered.text, tuple(lines)), [key]):
            return b""
    except LogRefused:
        return b""
    return (lines[0].line() + "\n").encode()


def _seen(note: bytes, keys: list[VerifierKey], policy: Policy) -> Seen | None:
    checkpoint, parsed = open_checkpoint(note, keys), parse_note(note)
    found = cosigners(parsed, policy.keys)
    if not policy.satisfied(found):
        return None
    return Seen(checkpoint, note, {key.name: at_s for key, at_s in found.items()})
