"""条目 — one entry of the log: a fact in its envelope, as canonical bytes, for ever.

The stored bytes are the RFC 8785 form of one JSON object, made once and never serialised again::

    {"actor":{"person":"…","role":"recorder","unit":"PK-01"},"at":"2026-05-12T01:00:00Z","cause":null,
     "command":"…","fact":{…},"id":"…","log":"pukou","schema":1,"stream":"…","type":"sheet-opened","version":1}

No floats, ASCII keys, NFC text, UTC instants with ``Z``, at most 65,535 bytes: under these rules sorted
msgspec output equals RFC 8785. The leaf hash is SHA-256(0x00 ‖ bytes), so each entry is a leaf of the tree.
"""

import unicodedata
from typing import Final
from uuid import UUID, uuid5

import msgspec
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from domain import vocabulary
from domain.actor import Actor
from domain.decider import Fact, Refused
from domain.values import CommandId, EntryId, Instant

SCHEMA: Final = 1
SIZE_LIMIT_BYTES: Final = 65_535
"""What an entry bundle of the transparency log can hold. Source: C2SP tlog-tiles."""


class EntryTooLarge(Refused):
    """这一条太大,不能入账。 This entry is too large for the ledger."""

    code = "entry-too-large"


class TextNotNormal(Refused):
    """文字须为规范形式(Unicode NFC),且不含控制字符。 Text must be in Unicode NFC, without control characters."""

    code = "text-not-normal"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A fact with who, when, why and where. ``command`` and ``actor`` are absent for a secret ballot alone."""

    actor: Actor | None
    at: Instant
    cause: EntryId | None
    command: CommandId | None
    fact: Fact
    id: EntryId
    log: str
    stream: UUID
    version: int

    @property
    def type(self) -> str:
        """The fact's word in the vocabulary."""
        return vocabulary.stored_name(type(self.fact))

    @property
    def originator_id(self) -> UUID:
        """The stream, in the library's word."""
        return self.stream

    @property
    def originator_version(self) -> int:
        """The version in the stream, in the library's word; the first is 1."""
        return self.version


class _Stored(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The envelope as it is stored: the fact stays raw until its word is known."""

    actor: Actor | None
    at: Instant
    cause: EntryId | None
    command: CommandId | None
    fact: msgspec.Raw
    id: EntryId
    log: str
    schema: int
    stream: UUID
    type: str
    version: int


_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_ENVELOPE: Final = msgspec.json.Decoder(_Stored)
_FACTS: Final = {term.stored_name: msgspec.json.Decoder(term.fact, strict=True) for term in vocabulary.FACT_TERMS}


def entry_id(command: CommandId, ordinal: int) -> EntryId:
    """The id of the n-th entry (0…) that a command yields: a repeat yields the same."""
    return uuid5(command, str(ordinal))


def encode(entry: Entry) -> bytes:
    """The canonical bytes of an entry. Refuses what cannot stand in the log."""
    stored = _Stored(
        actor=entry.actor,
        at=entry.at,
        cause=entry.cause,
        command=entry.command,
        fact=msgspec.Raw(_ENCODER.encode(entry.fact)),
        id=entry.id,
        log=entry.log,
        schema=SCHEMA,
        stream=entry.stream,
        type=entry.type,
        version=entry.version,
    )
    state = _ENCODER.encode(stored)
    if len(state) > SIZE_LIMIT_BYTES:
        raise EntryTooLarge(size_bytes=len(state), limit_bytes=SIZE_LIMIT_BYTES)
    text = state.decode()
    # msgspec escapes control characters; any escape beyond the two that RFC 8785 shares means one slipped in.
    if not unicodedata.is_normalized("NFC", text) or "\\u" in text:
        raise TextNotNormal
    return state


def decode(state: bytes, fact: Fact | None = None) -> Entry:
    """The entry that canonical bytes hold. An unknown word or schema is a broken promise and raises.

    Whoever has read its fact already gives it.
    """
    stored = _ENVELOPE.decode(state)
    if stored.schema != SCHEMA:
        raise AssertionError(f"entry schema {stored.schema} is not known")
    return Entry(
        actor=stored.actor,
        at=stored.at,
        cause=stored.cause,
        command=stored.command,
        fact=_FACTS[stored.type].decode(stored.fact) if fact is None else fact,
        id=stored.id,
        log=stored.log,
        stream=stored.stream,
        version=stored.version,
    )


class EntryMapper(Mapper[UUID]):
    """Hands entries to the library as they are stored: topic = the fact's word, state = canonical bytes."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())

    def to_stored_event(self, domain_event: object) -> StoredEvent:
        """The entry's row."""
        assert isinstance(domain_event, Entry)
        return StoredEvent(
            originator_id=domain_event.stream,
            originator_version=domain_event.version,
            topic=domain_event.type,
            state=encode(domain_event),
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Entry:
        """The row's entry."""
        return decode(stored_event.state)
