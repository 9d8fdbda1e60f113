"""保密库 — sealed values under one key per subject, each key wrapped by a master key outside the database.

What is stored::

    vault.keys.wrapped = nonce(12) ‖ AES-256-GCM(master, subject key(32), aad = subject id(16))
    vault.master_check.box = nonce(12) ‖ AES-256-GCM(master, "steelyard", aad = "master-check")
    vault.identities.digest = HMAC-SHA256(derived key, field name ‖ 0x00 ‖ the value as it is compared)
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
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg_pool import ConnectionPool

from domain.decider import Refused
from domain.sealed import IdentityRow, KeyRow, SealedRow, Sealing, Secret, commitment_of
from domain.values import Sha256

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
POOL_TIMEOUT_S: Final = 4.0
"""How long a call waits for a connection, so that an outage is answered soon."""
SIZE_CLASSES_BYTES: Final = (128, 512, 2048, 8192, 32768)

_KEYS: Final = "SELECT subject, wrapped FROM vault.keys WHERE subject = ANY(%(subjects)s)"
_SEALED: Final = """
SELECT s.commitment, s.subject, s.box, k.wrapped
FROM vault.sealed AS s JOIN vault.keys AS k ON k.subject = s.subject
WHERE s.commitment = ANY(%(commitments)s)
"""
_KNOWN: Final = b"steelyard"
_KNOWN_AS: Final = b"master-check"
_BEGUN: Final = "SELECT EXISTS (SELECT FROM vault.master_check) OR EXISTS (SELECT FROM vault.keys)"
_MASTER: Final = """
SELECT (SELECT box FROM vault.master_check), k.subject, k.wrapped
FROM (VALUES (true)) AS once LEFT JOIN LATERAL (SELECT subject, wrapped FROM vault.keys LIMIT 1) AS k ON true
"""
_KEEP: Final = "SELECT ledger.keep_master_check(%(box)s)"
_NOT_IDENTIFIED: Final = """
SELECT EXISTS (SELECT FROM vault.keys) AND NOT EXISTS (SELECT FROM vault.identities)
"""
_IDENTIFY: Final = "SELECT ledger.identify(%(digests)s, %(subjects)s)"
_HOLDER: Final = """
SELECT i.subject FROM vault.identities AS i
JOIN unnest(%(digests)s::bytea[], %(subjects)s::uuid[]) AS w (digest, subject) ON w.digest = i.digest
WHERE i.subject <> w.subject
LIMIT 1
"""


class SecretTooLong(ValueError):
    """文字太长,无法封存。 The text is too long to be sealed."""

    code = "secret-too-long"


class MasterKeyMissing(Refused):
    """主密钥文件不在,而保密库已启用:请从备份放回。 The vault's master key file is missing: restore it from a backup."""

    code = "master-key-missing"


class MasterKeyWrong(Refused):
    """主密钥打不开这个保密库:请放回原来的文件。 This master key does not open this vault: put the right file back."""

    code = "master-key-wrong"


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


def open_vault(file: Path, url: str) -> "Vault":
    """The vault under the master key of a file, which is made only for a vault that holds nothing yet.

    Raises ``MasterKeyMissing`` or ``MasterKeyWrong`` before anything is sealed under another key.
    """
    if not file.exists():
        with psycopg.connect(url) as connection:
            if connection.execute(_BEGUN).fetchone() == (True,):
                raise MasterKeyMissing(file=str(file))
    vault = Vault(load_master_key(file), url)
    if not vault.fits():
        vault.close()
        raise MasterKeyWrong(file=str(file))
    return vault


def open_unchecked(file: Path, url: str) -> "Vault":
    """The vault for somebody who only looks: no key is made, and one that does not fit opens nothing."""
    return Vault(load_master_key(file) if file.exists() else os.urandom(KEY_BYTES), url)


class Vault:
    """Seals and opens. ``url`` names a role that may read the schema ``vault``."""

    def __init__(self, master: bytes, url: str) -> None:
        self._master = AESGCM(master)
        self._digest_key = hmac.digest(master, b"steelyard/request-digest", "sha256")
        self._identity_key = hmac.digest(master, b"steelyard/identity-digest", "sha256")
        self._pool: ConnectionPool[Any] = ConnectionPool(
            url, kwargs={"autocommit": True}, min_size=0, max_size=4, timeout=POOL_TIMEOUT_S, open=True
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()

    def fits(self) -> bool:
        """Whether the master key is the one that this vault was begun with; a new vault is begun with it."""
        with self._pool.connection() as connection:
            row = connection.execute(_MASTER).fetchone()
            assert row is not None
            box, subject, wrapped = row
            try:
                if box is None:
                    # Begun before a known value was kept: any subject's key tells as well.
                    if subject is not None:
                        self._unwrap(subject, bytes(wrapped))
                    kept = connection.execute(_KEEP, {"box": self._known_box()}).fetchone()
                    assert kept is not None
                    box = kept[0]
                found = self._master.decrypt(bytes(box)[:NONCE_BYTES], bytes(box)[NONCE_BYTES:], _KNOWN_AS)
            except InvalidTag:
                return False
        return found == _KNOWN

    def _known_box(self) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._master.encrypt(nonce, _KNOWN, _KNOWN_AS)

    def digest(self, request: bytes) -> bytes:
        """32-byte HMAC-SHA256 of a request under a key that is derived from the master key."""
        return hmac.digest(self._digest_key, request, hashlib.sha256)

    def identities(self, secrets: Sequence[Secret]) -> tuple[IdentityRow, ...]:
        """Rows by which these values are found again, however they are written."""
        return tuple(IdentityRow(digest=self._identity(one), subject=one.subject) for one in secrets)

    def holder(self, secrets: Sequence[Secret]) -> UUID | None:
        """Whose one of these values is already, if it is anybody's but their own subject's."""
        rows = self.identities(secrets)
        wanted = {"digests": [row.digest for row in rows], "subjects": [row.subject for row in rows]}
        with self._pool.connection() as connection:
            found = connection.execute(_HOLDER, wanted).fetchone()
        return None if found is None else found[0]

    def is_unidentified(self) -> bool:
        """Whether this vault holds people from before identities were kept."""
        with self._pool.connection() as connection:
            row: tuple[object, ...] | None = connection.execute(_NOT_IDENTIFIED).fetchone()
        return row == (True,)

    def identify(self, secrets: Sequence[Secret]) -> int:
        """Enter people from before identities were kept, all or none; gives how many are new."""
        rows = self.identities(secrets)
        wanted = {"digests": [row.digest for row in rows], "subjects": [row.subject for row in rows]}
        with self._pool.connection() as connection:
            found = connection.execute(_IDENTIFY, wanted).fetchone()
        assert found is not None
        return int(found[0])

    def _identity(self, secret: Secret) -> bytes:
        said = f"{secret.name}\0{normalised(secret.value)}"
        return hmac.digest(self._identity_key, said.encode(), hashlib.sha256)

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

    def reveal(self, commitment: Sha256, subject: UUID, box: bytes, wrapped: bytes) -> str:
        """The plain value of one row of the vault that the caller has read himself."""
        return self._opened(bytes.fromhex(commitment), subject, box, wrapped).value

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


def normalised(value: str) -> str:
    """A number as it is compared: full-width or not, in whatever case, with or without blanks.

    >>> normalised(" Slʔ００1２ x".replace("ʔ", "")) == normalised("SL0012X")
    True
    """
    return "".join(unicodedata.normalize("NFKC", value).casefold().split())


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
