r"""Cosignatures: a witness's dated statement that a checkpoint extends everything it has seen of that log.

A signature line of a note whose key has algorithm 0x04, and whose 72 bytes are a time and an Ed25519 signature:

    — witness.example/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiI…
    base64(key id (4) || seconds since 1970, big-endian (8) || signature (64))

What is signed is not the note's text alone but

    cosignature/v1\n
    time 1679315147\n
    example.com/behind-the-sofa\n                       the text of the checkpoint, with its extension lines
    …

Source: c2sp.org/tlog-cosignature.
"""

from collections.abc import Iterable

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from projections.transparency.note import COSIGNATURE, Note, Signature, Signer, VerifierKey
from projections.transparency.refusals import SignatureInvalid

_TIME_BYTES = 8
_LATEST = 2**63 - 1


def cosigner_key(signer: Signer) -> VerifierKey:
    """The public half of a witness's key; the same bytes under a log's algorithm would be another key."""
    return VerifierKey(signer.name, signer.verifier.public_key, COSIGNATURE)


def cosign(signer: Signer, text: str, at_s: int) -> Signature:
    """Return the line of a witness that verified the checkpoint `text` at `at_s`, in seconds since 1970."""
    signature = signer.private_key.sign(_message(text, at_s))
    return Signature(signer.name, cosigner_key(signer).key_id, at_s.to_bytes(_TIME_BYTES, "big") + signature)


def cosigned_at(note: Note, key: VerifierKey) -> int | None:
    """When the witness with this key cosigned, in seconds since 1970; None if it did not.

    A line that bears its name and key id and does not verify is `SignatureInvalid`.
    """
    for each in note.signatures:
        if (each.name, each.key_id) == (key.name, key.key_id):
            return _verified(note.text, each, key)
    return None


def cosigners(note: Note, keys: Iterable[VerifierKey]) -> dict[VerifierKey, int]:
    """Which of the witnesses cosigned, and when."""
    found = {key: cosigned_at(note, key) for key in keys}
    return {key: at_s for key, at_s in found.items() if at_s is not None}


def _verified(text: str, line: Signature, key: VerifierKey) -> int:
    at_s = int.from_bytes(line.signature[:_TIME_BYTES], "big")
    try:
        if at_s > _LATEST:
            raise SignatureInvalid(f"{line.name}: its time")
        public_key = Ed25519PublicKey.from_public_bytes(key.public_key)
        public_key.verify(line.signature[_TIME_BYTES:], _message(text, at_s))
    except InvalidSignature as problem:
        raise SignatureInvalid(line.name) from problem
    return at_s


def _message(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()
