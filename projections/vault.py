"""保密库 — sealed values under one key per subject, each key wrapped by a master key outside the database.

What is stored::

    vault.keys.wrapped = nonce(12) ‖ AES-256-GCM(master, subject key(32), aad = subject id(16))
    vault.sealed.box   = nonce(12) ‖ AES-256-GCM(subject key, padded disclosure, aad = commitment(32))

The disclosure is the RFC 9901 form (``domain.sealed``), padded with spaces to the next size class, so that the length
of a box says little about the text. No key is kept in memory beyond one call: when a key is destroyed, its values are
gone at once. The files of backups aside, there is then no way back.
"""

import asyncio
import base64
import hashlib
import hmac
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg_pool import ConnectionPool

from domain.ledger import KeyRow, SealedRow, Sealing
from domain.sealed import Secret, commitment_of
from domain.values import Sha256

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SIZE_CLASSES_BYTES: Final = (128, 512, 2048, 8192, 32768)

_KEYS: Final = "SELECT subject, wrapped FROM vault.keys WHERE subject = ANY(%(subjects)s)"
_SEALED: Final = """
SELECT s.commitment, s.subject, s.box, k.wrapped
FROM vault.sealed AS s JOIN vault.keys AS k ON k.subject = s.subject
WHERE s.commitment = ANY(%(commitments)s)
"""


class SecretTooLong(ValueError):
    """文字太长,无法封存。 The text is too long to be sealed."""

    code = "secret-too-long"


class MasterKeyUnsafe(ValueError):
    """主密钥文件可被他人读取。 The master key file can be read by others."""

    code = "master-key-unsafe"


def load_master_key(file: Path) -> bytes:
    """The 32-byte master key of a file in base64; made on first use, readable by its owner alone."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
    if file.stat().st_mode & 0o077:
        raise MasterKeyUnsafe(str(file))
    key = base64.b64decode(file.read_bytes(), validate=False)
    if len(key) != KEY_BYTES:
        raise ValueError(f"{file} does not hold a key of {KEY_BYTES} bytes")
    return key


class Vault:
    """Seals and opens. ``url`` names a role that may read the schema ``vault``."""

    def __init__(self, master: bytes, url: str) -> None:
        self._master = AESGCM(master)
        self._digest_key = hmac.digest(master, b"steelyard/request-digest", "sha256")
        self._pool: ConnectionPool[Any] = ConnectionPool(
            url, kwargs={"autocommit": True}, min_size=0, max_size=4, open=True
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def digest(self, request: bytes) -> bytes:
        """32-byte HMAC-SHA256 of a request under a key that is derived from the master key."""
        return hmac.digest(self._digest_key, request, hashlib.sha256)

    def seal(self, secrets: Sequence[Secret]) -> Sealing:
        """Encrypt values for storage; a subject without a key gets one, stored with its first value."""
        if not secrets:
            return Sealing()
        keys = self._keys({secret.subject for secret in secrets})
        new: list[KeyRow] = []
        for secret in secrets:
            if secret.subject not in keys:
                keys[secret.subject] = AESGCM.generate_key(256)
                new.append(KeyRow(subject=secret.subject, wrapped=self._wrap(secret.subject, keys[secret.subject])))
        return Sealing(keys=tuple(new), rows=tuple(_box(secret, keys[secret.subject]) for secret in secrets))

    def open(self, commitments: Sequence[Sha256]) -> dict[Sha256, Secret]:
        """The sealed values by commitment; one whose key was destroyed, or that was never sealed, is missing."""
        if not commitments:
            return {}
        wanted = [bytes.fromhex(commitment) for commitment in set(commitments)]
        with self._pool.connection() as connection:
            rows = connection.execute(_SEALED, {"commitments": wanted}).fetchall()
        return {bytes(row[0]).hex(): self._opened(*row) for row in rows}

    async def values(self, commitments: Sequence[Sha256]) -> Mapping[Sha256, str]:
        """The plain values by commitment, without keeping the event loop waiting."""
        opened = await asyncio.to_thread(self.open, commitments)
        return {commitment: secret.value for commitment, secret in opened.items()}

    def _keys(self, subjects: set[UUID]) -> dict[UUID, bytes]:
        with self._pool.connection() as connection:
            rows = connection.execute(_KEYS, {"subjects": list(subjects)}).fetchall()
        return {subject: self._unwrap(subject, bytes(wrapped)) for subject, wrapped in rows}

    def _wrap(self, subject: UUID, key: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, key, subject.bytes)

    def _unwrap(self, subject: UUID, wrapped: bytes) -> bytes:
        return self._master.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], subject.bytes)

    def _opened(self, commitment: bytes, subject: UUID, box: bytes, wrapped: bytes) -> Secret:
        key = AESGCM(self._unwrap(subject, bytes(wrapped)))
        padded = key.decrypt(bytes(box)[:NONCE_BYTES], bytes(box)[NONCE_BYTES:], bytes(commitment))
        disclosure = padded.rstrip(b" ").decode("ascii")
        assert commitment_of(disclosure) == bytes(commitment).hex(), "a box holds another value than it says"
        array = base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4))
        salt, name, value = msgspec.json.decode(array, type=tuple[str, str, str])
        return Secret(subject=subject, name=name, value=value, salt=salt)


def _box(secret: Secret, key: bytes) -> SealedRow:
    nonce = os.urandom(NONCE_BYTES)
    padded = _padded(secret.disclosure.encode("ascii"))
    sealed = AESGCM(key).encrypt(nonce, padded, bytes.fromhex(secret.commitment))
    return SealedRow(commitment=secret.commitment, subject=secret.subject, box=nonce + sealed)


def _padded(disclosure: bytes) -> bytes:
    """Base64url never ends in a space, so spaces can be taken off again."""
    size = next((size for size in SIZE_CLASSES_BYTES if len(disclosure) <= size), None)
    if size is None:
        raise SecretTooLong(len(disclosure))
    return disclosure.ljust(size)
