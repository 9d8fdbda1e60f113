"""One group of saves as the parameters of ``ledger.append``: PostgreSQL's binary arrays, made in one go.

The driver would adapt a list item by item; written by hand a group of 32 costs a tenth of that. An array is::

    int32 dimensions (1, or 0 of an empty one) · int32 flags 0 · uint32 element type
    int32 length · int32 lower bound 1                                      (not of an empty one)
    per element: int32 size · that many bytes

all big-endian. Source: array_send in src/backend/utils/adt/arrayfuncs.c of PostgreSQL.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from struct import pack
from typing import Final
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.sealed import Sealing
from ops.group import Pending

APPEND: Final = b"SELECT ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
APPEND_SEALED: Final = b"""
SELECT ledger.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
"""
APPEND_IDENTIFIED: Final = b"""
SELECT ledger.append_identified(
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21
)
"""

_BYTEA, _INT4, _TEXT, _TIMESTAMPTZ, _UUID = 17, 23, 25, 1184, 2950
_BYTEAS, _INTS, _TEXTS, _TIMESTAMPTZS, _UUIDS = 1001, 1007, 1009, 1185, 2951
TYPES: Final = (
    *(_UUIDS, _BYTEAS, _TIMESTAMPTZS),
    *(_INTS, _UUIDS, _INTS, _TEXTS, _BYTEAS),
    *(_INTS, _UUIDS, _INTS),
)
"""Types of the parameters of ``APPEND``."""

TYPES_SEALED: Final = (
    *TYPES,
    *(_INTS, _UUIDS, _BYTEAS),
    *(_INTS, _BYTEAS, _UUIDS, _BYTEAS),
)
"""Types of the parameters of ``APPEND_SEALED``."""

TYPES_IDENTIFIED: Final = (*TYPES_SEALED, _INTS, _BYTEAS, _UUIDS)
"""Types of the parameters of ``APPEND_IDENTIFIED``."""

_NOTHING: Final = Sealing()
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


def packed(group: Sequence[Pending]) -> list[bytes]:
    """The parameters of a group's append.

    Of ``APPEND`` where nothing is sealed, else of ``APPEND_SEALED``; of ``APPEND_IDENTIFIED`` where somebody is
    identified.
    """
    commands: list[UUID] = []
    digests: list[bytes] = []
    ats: list[datetime] = []
    entries: list[StoredEvent] = []
    entry_saves: list[int] = []
    guards: list[tuple[UUID, int]] = []
    guard_saves: list[int] = []
    for number, pending in enumerate(group, 1):
        save = pending.save
        commands.append(save.command)
        digests.append(save.digest)
        ats.append(save.at)
        entries += pending.entries
        entry_saves += [number] * len(pending.entries)
        # What is written the function guards by itself.
        open_guards = [guard for guard in save.guards if pending.writes.get(guard[0]) != guard[1] + 1]
        guards += open_guards
        guard_saves += [number] * len(open_guards)
    return [
        _uuids(commands),
        _texts(_BYTEA, digests),
        _instants(ats),
        _numbers(tuple(entry_saves)),
        _uuids([entry.originator_id for entry in entries]),
        _ints([entry.originator_version for entry in entries]),
        _texts(_TEXT, [entry.topic.encode() for entry in entries]),
        _texts(_BYTEA, [entry.state for entry in entries]),
        _numbers(tuple(guard_saves)),
        _uuids([stream for stream, _ in guards]),
        # The function compares with the version that would come next.
        _ints([version + 1 for _, version in guards]),
        *_sealings(group),
    ]


def _sealings(group: Sequence[Pending]) -> Sequence[bytes]:
    if all(pending.save.sealing == _NOTHING for pending in group):
        return ()
    numbered = list(enumerate(group, 1))
    keys = [(number, key) for number, pending in numbered for key in pending.save.sealing.keys]
    boxes = [(number, row) for number, pending in numbered for row in pending.save.sealing.rows]
    return [
        _ints([number for number, _ in keys]),
        _uuids([key.subject for _, key in keys]),
        _texts(_BYTEA, [key.wrapped for _, key in keys]),
        _ints([number for number, _ in boxes]),
        _texts(_BYTEA, [bytes.fromhex(row.commitment) for _, row in boxes]),
        _uuids([row.subject for _, row in boxes]),
        _texts(_BYTEA, [row.box for _, row in boxes]),
        *_identities(numbered),
    ]


def _identities(numbered: Sequence[tuple[int, Pending]]) -> Sequence[bytes]:
    rows = [(number, row) for number, pending in numbered for row in pending.save.sealing.identities]
    if not rows:
        return ()
    return [
        _ints([number for number, _ in rows]),
        _texts(_BYTEA, [row.digest for _, row in rows]),
        _uuids([row.subject for _, row in rows]),
    ]


@cache
def _head(element: int, length: int) -> bytes:
    return pack("!iiIii", 1, 0, element, length, 1) if length else pack("!iiI", 0, 0, element)


def _uuids(values: Sequence[UUID | str]) -> bytes:
    parts = [_head(_UUID, len(values))]
    parts += [value.bytes if isinstance(value, UUID) else UUID(value).bytes for value in values]
    return b"\x00\x00\x00\x10".join(parts)


def _ints(values: Sequence[int]) -> bytes:
    parts = [_head(_INT4, len(values))]
    parts += [value.to_bytes(4, "big", signed=True) for value in values]
    return b"\x00\x00\x00\x04".join(parts)


@lru_cache(1024)
def _numbers(values: tuple[int, ...]) -> bytes:
    """The numbers of saves: a few rows of numbers come again and again."""
    return _ints(values)


def _instants(values: Sequence[datetime]) -> bytes:
    parts = [_head(_TIMESTAMPTZ, len(values))]
    for value in values:
        since = value - _EPOCH
        microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
        parts.append(microseconds.to_bytes(8, "big", signed=True))
    return b"\x00\x00\x00\x08".join(parts)


def _texts(element: int, values: Sequence[bytes]) -> bytes:
    parts = [_head(element, len(values))]
    for value in values:
        parts += (len(value).to_bytes(4, "big"), value)
    return b"".join(parts)
