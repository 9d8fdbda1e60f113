r"""Signed notes: a text and the Ed25519 signatures under it, and the text form of a verifier key.

    This is an example message.\n
    \n
    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuw…\n

A signature line is: em dash, space, key name, space, base64(key id || signature), newline. The verifier
key that belongs to it:

    example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
    name + hex(key id) + base64(0x01 || 32-byte public key)
    key id = SHA-256(name || 0x0A || 0x01 || public key)[:4]

Source: c2sp.org/signed-note.
"""

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from projections.transparency.refusals import KeyUnsafe, Malformed, SignatureInvalid

ED25519 = b"\x01"
COSIGNATURE = b"\x04"
"""Algorithm of a witness's key: Ed25519 over a dated form of the text (`cosignature.py`)."""
MAX_NOTE_BYTES = 1_000_000
MAX_SIGNATURES = 100

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True)
class VerifierKey:
    """A public key and the name it signs under."""

    name: str
    public_key: bytes
    algorithm: bytes = ED25519
    last: int | None = field(default=None, compare=False)
    """Size of the last checkpoint that it may have signed; None while it is in use (`keyring.py`)."""

    @property
    def key_id(self) -> bytes:
        """4 bytes: SHA-256(name || 0x0A || algorithm || public key)[:4]."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.algorithm + self.public_key).digest()[:4]

    def __str__(self) -> str:
        """Return the vkey: `name+hex(key id)+base64(algorithm || public key)`."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(self.algorithm + self.public_key)}"


@dataclass(frozen=True)
class Signature:
    """One signature line: the name, the 4-byte key id and what the key made of the text."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """`— name base64`, without the newline."""
        return f"\u2014 {self.name} {encode_base64(self.key_id + self.signature)}"


@dataclass(frozen=True)
class Note:
    """A text that ends in a newline, and the signatures under it. Unverified, it says nothing."""

    text: str
    signatures: tuple[Signature, ...]

    def encode(self) -> bytes:
        """Return the note's bytes."""
        return (self.text + "\n" + "".join(each.line() + "\n" for each in self.signatures)).encode()


@dataclass(frozen=True)
class Signer:
    """A private Ed25519 key and the name it signs under; for a log, its origin."""

    name: str
    private_key: Ed25519PrivateKey

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.private_key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Note:
        """Return `text`, which ends in a newline, with this key's signature under it."""
        if not text.endswith("\n") or _CONTROL.search(text):
            raise Malformed("a note's text ends in a newline and has no control characters")
        signature = Signature(self.name, self.verifier.key_id, self.private_key.sign(text.encode()))
        return Note(text, (signature,))


def encode_base64(data: bytes) -> str:
    """Return standard base64 with padding. Source: RFC 4648 §4."""
    return base64.b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Return the bytes that `encode_base64` writes as exactly `text`, else `Malformed`."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as problem:
        raise Malformed("not base64") from problem
    if encode_base64(data) != text:
        raise Malformed("base64 with loose bits")
    return data


def check_name(name: str) -> str:
    """Return `name` when it may stand for a key: not empty, no space, no plus, no control character."""
    if not name or "+" in name or any(each.isspace() or ord(each) < 32 for each in name):
        raise Malformed(f"not a key name: {name!r}")
    return name


def parse_vkey(text: str, algorithm: bytes = ED25519) -> VerifierKey:
    """Return the key that a vkey describes, or `Malformed`: of this algorithm alone, only with its own key id."""
    name, _, rest = text.partition("+")
    _, _, encoded = rest.partition("+")
    material = decode_base64(encoded)
    if len(material) != 33 or material[:1] != algorithm:
        raise Malformed("not an Ed25519 verifier key of this kind")
    key = VerifierKey(check_name(name), material[1:], algorithm)
    if str(key) != text:
        raise Malformed("the key id does not belong to this key")
    return key


def parse_note(data: bytes) -> Note:
    """Return text and signature lines, unverified; `Malformed` for anything but the published form."""
    if len(data) > MAX_NOTE_BYTES:
        raise Malformed("the note is too long")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError as problem:
        raise Malformed("the note is not UTF-8") from problem
    text, separator, signatures = whole.rpartition("\n\n")
    if not separator or not signatures.endswith("\n") or _CONTROL.search(whole):
        raise Malformed("the note has no signatures")
    lines = signatures[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Malformed("the note has too many signatures")
    return Note(text + "\n", tuple(_parse_line(line) for line in lines))


def _parse_line(line: str) -> Signature:
    dash, name, encoded = [*line.split(" "), "", "", ""][:3]
    data = decode_base64(encoded)
    signature = Signature(check_name(name), data[:4], data[4:])
    if dash != "\u2014" or len(data) < 5 or signature.line() != line:
        raise Malformed("not a signature line")
    return signature


def open_note(data: bytes, keys: Sequence[VerifierKey]) -> Note:
    """Return the note with the signatures of `keys` alone, all verified; `SignatureInvalid` if there is none.

    Signatures of other keys are dropped, as the format asks.
    """
    note = parse_note(data)
    known = {(key.name, key.key_id): key for key in keys}
    good: list[Signature] = []
    for each in note.signatures:
        key = known.get((each.name, each.key_id))
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public_key).verify(each.signature, note.text.encode())
        except InvalidSignature as problem:
            raise SignatureInvalid(each.name) from problem
        good.append(each)
    if not good:
        raise SignatureInvalid("no signature of a known key")
    return Note(note.text, tuple(good))


def generate_key(path: Path, name: str) -> Signer:
    """Make a new key file, readable by its owner alone: base64 of the 32-byte seed. Never overwrites."""
    check_name(name)
    private_key = Ed25519PrivateKey.generate()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(encode_base64(private_key.private_bytes_raw()) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return Signer(name, private_key)


def load_key(path: Path, name: str) -> Signer:
    """Return the signer of a key file: PKCS8 PEM without password, or base64 of the 32-byte seed."""
    if path.stat().st_mode & 0o077:
        raise KeyUnsafe(path.name)
    data = path.read_bytes()
    if data.startswith(b"-----BEGIN"):
        private_key = load_pem_private_key(data, password=None)
        if not isinstance(private_key, Ed25519PrivateKey):
            raise Malformed("not an Ed25519 key")
        return Signer(check_name(name), private_key)
    try:
        seed = decode_base64(data.decode("ascii").strip())
    except UnicodeDecodeError as problem:
        raise Malformed("not a key file") from problem
    if len(seed) != 32:
        raise Malformed("a seed has 32 bytes")
    return Signer(check_name(name), Ed25519PrivateKey.from_private_bytes(seed))
