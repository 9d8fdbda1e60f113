"""封存字段 — what must not stand in the ledger: a salted commitment goes in, the value goes to the vault.

The disclosure of one field is the form of RFC 9901 §4.2.1, unpadded base64url of a JSON array::

    WyJhLXNhbHQtb2YtMTI4LWJpdHMiLCJuYW1lIiwi5byg5LiJIl0      ["a-salt-of-128-bits","name","张三"]

and the commitment is the lower-case hex SHA-256 of those ASCII characters. Whoever is given the
disclosure can check it against the entry; whoever is not learns nothing, not even by guessing.
"""

import base64
import hashlib
from uuid import UUID

import msgspec

from domain.values import Sha256


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """One sealed field on its way to the vault.

    ``subject`` says under whose key it is kept: a person, or an objection. ``salt`` is 128 random bits in
    base64url, drawn at the edge: the domain draws nothing.
    """

    subject: UUID
    name: str
    value: str
    salt: str

    @property
    def disclosure(self) -> str:
        """Base64url of ``[salt, name, value]``: what the holder shows."""
        return disclosure_of(self.salt, self.name, self.value)

    @property
    def commitment(self) -> Sha256:
        """What the fact carries."""
        return commitment_of(self.disclosure)


def disclosure_of(salt: str, name: str, value: object) -> str:
    """Unpadded base64url of ``[salt, name, value]``. Source: RFC 9901 §4.2.1."""
    array = msgspec.json.encode([salt, name, value])
    return base64.urlsafe_b64encode(array).rstrip(b"=").decode()


def commitment_of(disclosure: str) -> Sha256:
    """Lower-case hex SHA-256 of a disclosure's ASCII characters. Source: RFC 9901 §4.2.3, in hex."""
    return hashlib.sha256(disclosure.encode("ascii")).hexdigest()


class SealedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed value as the vault keeps it: padded, encrypted under its subject's key."""

    commitment: Sha256
    subject: UUID
    box: bytes


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A new subject's key, wrapped by the master key."""

    subject: UUID
    wrapped: bytes


class IdentityRow(msgspec.Struct, frozen=True, kw_only=True):
    """Who has an identity, found by a keyed hash of it; it goes with the subject's key."""

    digest: bytes
    subject: UUID


class Sealing(msgspec.Struct, frozen=True, kw_only=True):
    """What the vault wants stored together with the facts."""

    keys: tuple[KeyRow, ...] = ()
    rows: tuple[SealedRow, ...] = ()
    identities: tuple[IdentityRow, ...] = ()
