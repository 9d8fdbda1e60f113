"""Saves and entries for tests of the storage: what they say does not matter there."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from eventsourcing.persistence import StoredEvent

from domain.ledger import LogRecorder, Save
from domain.sealed import IdentityRow, KeyRow, SealedRow, Sealing

NOTHING = Sealing()


def now() -> datetime:
    return datetime.now(UTC)


def entry(stream: UUID, version: int = 1, state: bytes = b"{}", topic: str = "matter-planned") -> StoredEvent:
    return StoredEvent(originator_id=stream, originator_version=version, topic=topic, state=state)


def save(
    *guards: tuple[UUID, int],
    command: UUID | None = None,
    at: datetime | None = None,
    digest: bytes = b"request",
    sealing: Sealing = NOTHING,
) -> Save:
    return Save(command=command or uuid4(), digest=digest, at=at or now(), guards=guards, sealing=sealing)


def append(recorder: LogRecorder, *entries: StoredEvent, save: Save) -> list[int]:
    positions = recorder.insert_events(entries, save=save)
    assert positions is not None
    return list(positions)


def sealed(subject: UUID, value: bytes = b"box", key: bytes | None = None) -> Sealing:
    row = SealedRow(commitment=hashlib.sha256(value).hexdigest(), subject=subject, box=value)
    return Sealing(keys=() if key is None else (KeyRow(subject=subject, wrapped=key),), rows=(row,))


def identified(subject: UUID, *values: bytes) -> Sealing:
    rows = (IdentityRow(digest=hashlib.sha256(value).digest(), subject=subject) for value in values)
    return Sealing(keys=(KeyRow(subject=subject, wrapped=subject.bytes),), identities=tuple(rows))


def positions_of(recorder: LogRecorder) -> list[int]:
    return [notification.id for notification in recorder.select_notifications(None, 1_000_000)]


def states_of(recorder: LogRecorder, streams: Sequence[UUID]) -> list[bytes]:
    return [stored.state for stored in recorder.select_streams([(stream, 0) for stream in streams])]
