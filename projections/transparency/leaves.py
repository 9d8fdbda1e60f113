"""Leaf hashes of the stored log, in position order, streamed: a group of entries is one row of a binary COPY.

A row for each took longer to fetch than all that is done with the hashes. What a group must be (its positions without
a hole, each leaf the hash of its state) is asked of the server in the same statement, and named by position.
"""

from array import array
from collections.abc import Generator
from sys import byteorder
from typing import Any, Final

from psycopg import Connection, InternalError, errors

from projections.transparency.refusals import LogRewritten, LogUnreadable

LEAVES = r"""
COPY (
    SELECT rows.positions, rows.leaves, rows.unsound
    FROM generate_series(
        %(after)s::bigint + 1, least(%(last)s, (SELECT coalesce(max(position), 0) FROM ledger.entries)), %(group)s
    ) AS first,
    LATERAL (
        SELECT string_agg(int8send(position), ''::bytea) AS positions, string_agg(leaf, ''::bytea) AS leaves,
               min(position) FILTER (WHERE leaf IS DISTINCT FROM sha256('\x00'::bytea || state)) AS unsound
        FROM (
            SELECT position, leaf, state FROM ledger.entries
            WHERE position BETWEEN first AND least(first + %(group)s - 1, %(last)s)
            ORDER BY position
        ) AS entry
    ) AS rows
) TO STDOUT (FORMAT BINARY)
"""
SOMETHING_STORED = "SELECT position FROM ledger.entries LIMIT 1"

UNBOUNDED = 2**63 - 1

DAMAGE: Final = (InternalError, errors.IoError, errors.UndefinedFile)
"""What PostgreSQL says of a row or page that it cannot make sense of: a damaged page, a cut value, a lost file."""

_GROUP: Final = 4096
_TYPES: Final = ["bytea", "bytea", "int8"]


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
    with connection.cursor() as cursor, cursor.copy(LEAVES, {"after": after, "last": last, "group": _GROUP}) as copy:
        copy.set_types(_TYPES)
        for positions, leaves, unsound in copy.rows():
            count = len(positions or b"") // 8
            if positions != _positions(after, count) or not count:
                raise _missing(positions or b"", after)
            if unsound is not None:
                raise LogRewritten(f"position {unsound}: the leaf is not the entry's hash", unsound)
            if len(leaves) != 32 * count:
                raise LogRewritten("a stored leaf is not 32 bytes")
            yield leaves
            after += count


def _positions(after: int, count: int) -> bytes:
    """The next positions, as PostgreSQL sends them: 8 bytes each, the highest first."""
    found = array("q", range(after + 1, after + count + 1))
    if byteorder == "little":
        found.byteswap()
    return found.tobytes()


def _missing(positions: bytes, after: int) -> LogRewritten:
    """The refusal that names the first position that is not there."""
    for at in range(0, len(positions), 8):
        if int.from_bytes(positions[at : at + 8], "big") != after + 1:
            break
        after += 1
    return LogRewritten(f"position {after + 1} is not there", after + 1)


def nothing_stored(connection: Connection[Any]) -> bool:
    """Whether the log has no entry yet."""
    return connection.execute(SOMETHING_STORED).fetchone() is None
