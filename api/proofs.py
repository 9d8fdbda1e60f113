"""Proofs for pages: the stored bytes of an entry, and that they stand in the signed log."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from anyio import to_thread

from api.house import House
from api.refusals import ProofBroken, ProofPending
from domain.decider import Refused
from domain.entry import Entry, decode
from domain.leaf import leaf_hash
from domain.values import Sha256
from projections.answers import AsyncConnection
from projections.transparency.checkpoint import Checkpoint, open_checkpoint
from projections.transparency.history import HISTORY, history_name
from projections.transparency.keyring import keyring
from projections.transparency.note import VerifierKey, parse_vkey
from projections.transparency.publisher import KEY
from projections.transparency.refusals import LogRefused
from projections.transparency.tlogproof import Proof, inclusion, verify_proof
from projections.transparency.witnessed import Seen, newest_witnessed, policy_of

CHECKPOINT: Final = "checkpoint"
PROBED: Final = 256
"""Names of checkpoints that are tried before all of them are listed."""
_STATE: Final = "SELECT state FROM ledger.entries WHERE position = %(position)s"


@dataclass(frozen=True)
class Proven:
    """An entry, its bytes, and the proof that was just verified over exactly these bytes."""

    position: int
    state: bytes
    entry: Entry
    proof: Proof
    checkpoint: Checkpoint
    witnesses: tuple[str, ...]
    """Who cosigned the checkpoint; nobody where the log is unwitnessed, or this entry not yet seen by enough."""

    @property
    def fresh(self) -> str:
        """What the proof changes with while its entry stays."""
        return f"{self.checkpoint.size}.{len(self.witnesses)}"

    @property
    def leaf(self) -> Sha256:
        """The entry's leaf hash in lower-case hex."""
        return leaf_hash(self.state).hex()


def key_of(house: House) -> VerifierKey | None:
    """The log's public key; None before the first checkpoint."""
    path = house.log / KEY
    return parse_vkey(path.read_text().strip()) if path.is_file() else None


def newest_checkpoint(house: House) -> bytes | None:
    """The signed note of the newest checkpoint."""
    path = house.log / CHECKPOINT
    return path.read_bytes() if path.is_file() else None


def witnessed(house: House) -> Seen | None:
    """The newest checkpoint that enough witnesses have cosigned; None where the log is unwitnessed."""
    key = key_of(house)
    return None if key is None else newest_witnessed(house.log, key, policy_of(house.log))


async def covering(folder: Path, position: int) -> bytes | None:
    """The first signed checkpoint that covers a position: the same paper can be printed again; None so far."""
    return await to_thread.run_sync(_covering, folder, position)


def _covering(folder: Path, position: int) -> bytes | None:
    # A head is signed a second after its entries: nearly always one of the next names is there.
    for size in range(position, position + PROBED):
        path = folder / history_name(size)
        if path.is_file():
            return path.read_bytes()
    # After years there are as many names as seconds with an entry: one look at each, and none is kept.
    sizes = (int(path.name) for path in (folder / HISTORY).glob("[0-9]*") if path.name.isdecimal())
    first = min((size for size in sizes if size >= position), default=None)
    return None if first is None else (folder / history_name(first)).read_bytes()


async def prove(house: House, connection: AsyncConnection, position: int) -> Proven:
    """Prove an entry under the newest checkpoint that witnesses cosigned, else under the newest.

    Refuses with proof-pending while it is not covered yet, and with proof-broken where what is stored is not what
    was signed.
    """
    row = await (await connection.execute(_STATE, {"position": position})).fetchone()
    key, note = key_of(house), newest_checkpoint(house)
    if row is None or key is None or note is None:
        raise ProofPending
    state = bytes(row[0])
    seen = witnessed(house)
    if seen is not None and seen.checkpoint.size >= position:
        note = seen.note
    else:
        seen = None
    try:
        keys = keyring(house.log, key)
        if open_checkpoint(note, keys).size < position:
            raise ProofPending
        proof = inclusion(house.log, position, note, keys)
        checkpoint = verify_proof(proof, state, keys)
    except LogRefused as problem:
        # Not a matter of waiting: what is stored and what was signed do not agree.
        raise ProofBroken(position=position, reason=problem.code) from problem
    return Proven(
        position=position,
        state=state,
        entry=decode(state),
        proof=proof,
        checkpoint=checkpoint,
        witnesses=() if seen is None else tuple(seen.by),
    )


async def proven_or_why(house: House, connection: AsyncConnection, position: int) -> Proven | Refused:
    """The proof, or the refusal that says why there is none: a page shows either in its place."""
    try:
        return await prove(house, connection, position)
    except (ProofPending, ProofBroken) as refused:
        return refused
