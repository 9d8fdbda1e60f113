"""Leaf hashes of the stored log, in position order, streamed in PostgreSQL's binary COPY form.

header    19 bytes
row       55 bytes: 0003, 00000008 position, 00000020 leaf, 00000001 whether the leaf is the state's hash
trailer   ffff
"""

import struct
from collections.abc import Generator, Iterable, Iterator
from typing import Any, Final

from psycopg import Connection, InternalError, errors
from psycopg.abc import Buffer

from projections.transparency.refusals import LogRewritten, LogUnreadable

LEAVES = r"""
COPY (
    SELECT position, leaf, leaf = sha256('\x00'::bytea || state)
    FROM ledger.entries
    WHERE position > %(after)s AND position <= %(last)s
    ORDER BY position
) TO STDOUT (FORMAT BINARY)
"""
SOMETHING_STORED = "SELECT position FROM ledger.entries LIMIT 1"

UNBOUNDED = 2**63 - 1

DAMAGE: Final = (InternalError, errors.IoError, errors.UndefinedFile)
"""What PostgreSQL says of a row or page that it cannot make sense of: a damaged page, a cut value, a lost file."""

_HEADER_BYTES = 19
_ROW = struct.Struct(">hiqi32si?")
_GROUP_BYTES = 1024 * _ROW.size


def read_leaves(connection: Connection[Any], after: int, last: int = UNBOUNDED) -> Generator[bytes]:
    """Yield the leaf hashes of positions `after` + 1 to `last`, several joined; memory stays bounded.

    One statement, so one snapshot; closed early, it ends the COPY. A hole in the positions, or a leaf that is
    not its state's hash, is `LogRewritten`: the append function makes neither. What the server itself cannot
    read is `LogUnreadable`.
    """
    try:
        yield from _read_leaves(connection, after, last)
    except DAMAGE as damage:
        raise LogUnreadable(damage.diag.message_primary or "") from damage


def _read_leaves(connection: Connection[Any], after: int, last: int) -> Generator[bytes]:
    position = after
    with connection.cursor() as cursor, cursor.copy(LEAVES, {"after": after, "last": last}) as copy:
        for group in _row_groups(copy):
            leaves: list[bytes] = []
            for fields, _, found, size_bytes, leaf, _, sound in _ROW.iter_unpack(group):
                position += 1
                if fields != 3 or size_bytes != 32 or found != position:
                    raise LogRewritten(f"position {position} is not there", position)
                if not sound:
                    raise LogRewritten(f"position {position}: the leaf is not the entry's hash", position)
                leaves.append(leaf)
            yield b"".join(leaves)


def _row_groups(copy: Iterable[Buffer]) -> Iterator[bytes]:
    """Cut the COPY stream into whole rows, whatever pieces the server sent it in."""
    pending = bytearray()
    header = _HEADER_BYTES
    for piece in copy:
        pending += piece
        if header and len(pending) >= header:
            del pending[:header]
            header = 0
        if not header and len(pending) >= _GROUP_BYTES:
            end = len(pending) // _ROW.size * _ROW.size
            yield bytes(pending[:end])
            del pending[:end]
    if not pending.endswith(b"\xff\xff") or (len(pending) - 2) % _ROW.size:
        raise LogRewritten("a stored leaf is not 32 bytes")
    yield bytes(pending[:-2])


def nothing_stored(connection: Connection[Any]) -> bool:
    """Whether the log has no entry yet."""
    return connection.execute(SOMETHING_STORED).fetchone() is None
