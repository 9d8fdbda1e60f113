"""One group of saves as the parameters of ``ledger.append``: PostgreSQL's binary arrays, made in one go.

The driver would adapt a list item by item; written by hand a group of 32 costs a tenth of that. An array is::

    int32 dimensions (1, or 0 of an empty one) · int32 flags 0 · uint32 element type
    int32 length · int32 lower bound 1                                      (not of an empty one)
    per element: int32 size · that many bytes

all big-endian. Source: array_send in src/backend/utils/adt/arrayfuncs.c of PostgreSQL.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain
from struct import pack
from typing import Final
from uuid import UUID

from ops.group import Pending

APPEND: Final = b"""
SELECT outcomes, head FROM ledger.append(
    $1, $2, $3,
    $4, $5, $6, $7, $8,
    $9, $10, $11,
    $12, $13, $14,
    $15, $16, $17, $18
)
"""

_BYTEA, _INT4, _TEXT, _TIMESTAMPTZ, _UUID = 17, 23, 25, 1184, 2950
_BYTEAS, _INTS, _TEXTS, _TIMESTAMPTZS, _UUIDS = 1001, 1007, 1009, 1185, 2951
TYPES: Final = (
    *(_UUIDS, _BYTEAS, _TIMESTAMPTZS),
    *(_INTS, _UUIDS, _INTS, _TEXTS, _BYTEAS),
    *(_INTS, _UUIDS, _INTS),
    *(_INTS, _UUIDS, _BYTEAS),
    *(_INTS, _BYTEAS, _UUIDS, _BYTEAS),
)
"""Types of the parameters of ``APPEND``."""

FORMATS: Final = (1,) * len(TYPES)
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_NONE: Final = {element: pack("!iiI", 0, 0, element) for element in (_BYTEA, _INT4, _TEXT, _TIMESTAMPTZ, _UUID)}


def packed(group: Sequence[Pending]) -> list[bytes]:
    """The parameters of ``APPEND`` for a group."""
    numbered = list(enumerate(group, 1))
    entries = [(number, entry) for number, pending in numbered for entry in pending.entries]
    guards = [
        (number, stream, version)
        for number, pending in numbered
        for stream, version in pending.save.guards
        # What is written the function guards by itself.
        if pending.writes.get(stream) != version + 1
    ]
    keys = [(number, key) for number, pending in numbered for key in pending.save.sealing.keys]
    boxes = [(number, row) for number, pending in numbered for row in pending.save.sealing.rows]
    return [
        _uuids(pending.save.command for pending in group),
        _texts(_BYTEA, [pending.save.digest for pending in group]),
        _instants([pending.save.at for pending in group]),
        _ints([number for number, _ in entries]),
        _uuids(entry.originator_id for _, entry in entries),
        _ints([entry.originator_version for _, entry in entries]),
        _texts(_TEXT, [entry.topic.encode() for _, entry in entries]),
        _texts(_BYTEA, [entry.state for _, entry in entries]),
        _ints([number for number, _, _ in guards]),
        _uuids(stream for _, stream, _ in guards),
        _ints([version + 1 for _, _, version in guards]),
        _ints([number for number, _ in keys]),
        _uuids(key.subject for _, key in keys),
        _texts(_BYTEA, [key.wrapped for _, key in keys]),
        _ints([number for number, _ in boxes]),
        _texts(_BYTEA, [bytes.fromhex(row.commitment) for _, row in boxes]),
        _uuids(row.subject for _, row in boxes),
        _texts(_BYTEA, [row.box for _, row in boxes]),
    ]


def _head(element: int, length: int) -> bytes:
    return pack("!iiIii", 1, 0, element, length, 1)


def _uuids(values: Iterable[UUID | str]) -> bytes:
    parts = [value.bytes if isinstance(value, UUID) else UUID(value).bytes for value in values]
    if not parts:
        return _NONE[_UUID]
    size = b"\x00\x00\x00\x10"
    return _head(_UUID, len(parts)) + size + size.join(parts)


def _ints(values: Sequence[int]) -> bytes:
    if not values:
        return _NONE[_INT4]
    return _head(_INT4, len(values)) + pack("!" + "ii" * len(values), *chain.from_iterable((4, v) for v in values))


def _instants(values: Sequence[datetime]) -> bytes:
    parts: list[int] = []
    for value in values:
        since = value - _EPOCH
        parts += (8, (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)
    return _head(_TIMESTAMPTZ, len(values)) + pack("!" + "iq" * len(values), *parts)


def _texts(element: int, values: Sequence[bytes]) -> bytes:
    if not values:
        return _NONE[element]
    parts = [_head(element, len(values))]
    for value in values:
        parts += (len(value).to_bytes(4, "big"), value)
    return b"".join(parts)
