r"""投票箱 — sealed ballots between casting and counting, which nobody reads before two tellers open the box together.

Each teller holds a key of 20 letters on paper; the service keeps neither. Both together make the private key::

    private  = HKDF-SHA256(the two keys, sorted, "\n" between, info = "steelyard/ballot-box")     X25519, 32 bytes
    envelope = ephemeral public(32) ‖ AES-256-GCM(code digest(32) ‖ mark, NUL-padded to 64)        144 bytes
    its key  = HKDF-SHA256(X25519(ephemeral, box), salt = ephemeral ‖ box), nonce of zeros: each key seals once

So a table, a write-ahead log or a backup of the box tells nothing: not which code lies in an envelope, hence neither
for whom it is nor what it says, and an order of envelopes is an order of nothing.
"""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Container, Iterable
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.assessment.appraisal import BoxKey
from domain.values import Code, Sha256
from projections.answers import AsyncConnection

LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing in it is read for something else."""
CODE_LETTERS: Final = 16
KEY_LETTERS: Final = 20
MARK_BYTES: Final = 64
_KEY_BYTES: Final = 32
_NONCE: Final = bytes(12)
_READ_AS: Final = str.maketrans("OIL", "011", "- ")

_MADE: Final = "INSERT INTO access.boxes (box) VALUES (%(box)s) ON CONFLICT DO NOTHING"
_PUT: Final = """
INSERT INTO access.envelopes (box, envelope)
SELECT b.box, e.envelope
FROM access.boxes AS b CROSS JOIN unnest(%(envelopes)s::bytea[]) AS e (envelope)
WHERE b.box = %(box)s AND NOT b.shut FOR SHARE OF b
"""
_SHUT: Final = "UPDATE access.boxes SET shut = %(shut)s WHERE box = %(box)s"
_ALL: Final = "SELECT envelope FROM access.envelopes WHERE box = %(box)s"
_EMPTIED: Final = "DELETE FROM access.envelopes WHERE box = %(box)s"


class Counted(NamedTuple):
    """What lay in a box."""

    marks: dict[Sha256, Code]
    """Digest of a code → its mark; without order."""
    spoilt: int
    """Codes under which ballots lay that say different things, or nothing that can be said."""


def drawn(letters: int) -> str:
    """A random code or key, in groups of four: ``7K2M-0XQ4-…``."""
    found = "".join(secrets.choice(LETTERS) for _ in range(letters))
    return "-".join(found[start : start + 4] for start in range(0, letters, 4))


def digest_of_code(code: str, category: Code | None = None) -> Sha256:
    """SHA-256 of a code, however it is typed; where it is good for several categories, over code, "/" and category.

    Whoever has the code can say all of its digests; whoever has the digests alone cannot say which belong together.

    >>> digest_of_code("7K2M-0XQ4") == digest_of_code("7k2m oxq4") != digest_of_code("7K2M-0XQ4", "LX")
    True
    """
    said = _plain(code) if category is None else f"{_plain(code)}/{category}"
    return hashlib.sha256(said.encode()).hexdigest()


def box_of(*keys: str) -> BoxKey:
    """The public key of the box that these two keys open, in whichever order."""
    return _private(keys).public_key().public_bytes_raw().hex()


def sealed(box: BoxKey, code: Sha256, mark: Code) -> bytes:
    """An envelope for a box."""
    ephemeral = X25519PrivateKey.generate()
    own, whole = ephemeral.public_key().public_bytes_raw(), bytes.fromhex(box)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(whole))
    content = bytes.fromhex(code) + mark.encode("ascii").ljust(MARK_BYTES, b"\0")
    return own + AESGCM(_derived(shared, own + whole)).encrypt(_NONCE, content, None)


def opened(keys: Iterable[str], envelopes: Iterable[bytes], marks: Container[Code]) -> Counted:
    """The ballots of a box: the same twice is one, and two different ones under a code are none."""
    private = _private(keys)
    whole = private.public_key().public_bytes_raw()
    found: defaultdict[Sha256, set[Code]] = defaultdict(set)
    for envelope in envelopes:
        code, mark = _content(private, whole, envelope)
        found[code].add(mark)
    clear = {code: next(iter(said)) for code, said in found.items() if len(said) == 1}
    valid = {code: mark for code, mark in sorted(clear.items()) if mark in marks}
    return Counted(valid, len(found) - len(valid))


async def make(connection: AsyncConnection, box: BoxKey) -> None:
    """A box is there, empty."""
    await connection.execute(_MADE, {"box": bytes.fromhex(box)})


async def put(connection: AsyncConnection, box: BoxKey, envelopes: Iterable[bytes]) -> bool:
    """Put some envelopes in, all or none, in an order that says nothing; False where the box is shut."""
    done = await connection.execute(_PUT, {"box": bytes.fromhex(box), "envelopes": sorted(envelopes)})
    return done.rowcount > 0


async def shut(connection: AsyncConnection, box: BoxKey, *, shut: bool) -> None:
    """Let nothing more in, or let it in again; waits for whoever is putting something in."""
    await connection.execute(_SHUT, {"box": bytes.fromhex(box), "shut": shut})


async def envelopes_of(connection: AsyncConnection, box: BoxKey) -> list[bytes]:
    """Everything in a box."""
    rows = await (await connection.execute(_ALL, {"box": bytes.fromhex(box)})).fetchall()
    return [bytes(row[0]) for row in rows]


async def empty(connection: AsyncConnection, box: BoxKey) -> None:
    """Nothing is left in the box: it was counted, or its session annulled."""
    await connection.execute(_EMPTIED, {"box": bytes.fromhex(box)})


def _plain(typed: str) -> str:
    return typed.upper().translate(_READ_AS)


def _private(keys: Iterable[str]) -> X25519PrivateKey:
    said = "\n".join(sorted(map(_plain, keys))).encode()
    made = HKDF(SHA256(), _KEY_BYTES, salt=None, info=b"steelyard/ballot-box").derive(said)
    return X25519PrivateKey.from_private_bytes(made)


def _derived(shared: bytes, salt: bytes) -> bytes:
    return HKDF(SHA256(), _KEY_BYTES, salt=salt, info=b"steelyard/envelope").derive(shared)


def _content(private: X25519PrivateKey, whole: bytes, envelope: bytes) -> tuple[Sha256, Code]:
    """(digest of the code, mark); an envelope that the box's key does not open was altered and says nothing."""
    own = envelope[:_KEY_BYTES]
    shared = private.exchange(X25519PublicKey.from_public_bytes(own))
    try:
        content = AESGCM(_derived(shared, own + whole)).decrypt(_NONCE, envelope[_KEY_BYTES:], None)
    except InvalidTag:
        return hashlib.sha256(envelope).hexdigest(), ""
    return content[:_KEY_BYTES].hex(), content[_KEY_BYTES:].rstrip(b"\0").decode("ascii")
