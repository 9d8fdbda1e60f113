"""How far the read models have read: one row, changed in the transaction that changes the others."""

from datetime import datetime
from typing import Final, LiteralString

from projections.answers import AsOf
from projections.rows import Connection

DDL: Final[LiteralString] = """
CREATE TABLE tracking (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL,
    as_of_at timestamptz,
    known_at timestamptz,
    generation bigint NOT NULL,
    shape text NOT NULL
);
"""

# Only the tables' owner can take it; readers are not kept waiting. After a wait it holds the table that bears the
# name by then, so that a follower who waited for a swap goes on in the new tables.
LOCK: Final[LiteralString] = "LOCK TABLE tracking IN EXCLUSIVE MODE"

_BEGIN: Final = "INSERT INTO tracking (position, generation, shape) VALUES (0, %(generation)s, %(shape)s)"
_READ: Final = "SELECT position, as_of_at, known_at, generation, shape FROM tracking"
_ADVANCE: Final = """
UPDATE tracking
SET position = %(position)s, as_of_at = %(at)s, known_at = GREATEST(known_at, %(known_at)s)
WHERE position = %(before)s AND position < %(position)s
"""
_GENERATION: Final = "UPDATE tracking SET generation = %(generation)s"


class OutOfShape(Exception):
    """查询数据属于另一个版本,请运行 steelyard rebuild。 The read models are of another release: `steelyard rebuild`."""


def begin(connection: Connection, shape: str, generation: int) -> None:
    """Nothing is read yet."""
    connection.execute(_BEGIN, {"generation": generation, "shape": shape})


def read(connection: Connection, shape: str) -> AsOf:
    """How far the tables are; raises OutOfShape for tables made by another release."""
    row = connection.execute(_READ).fetchone()
    assert row is not None, "tracking has no row"
    position, at, known_at, generation, found = row
    if found != shape:
        raise OutOfShape(OutOfShape.__doc__)
    return AsOf(position=position, at=at, known_at=known_at, generation=generation)


def advance(connection: Connection, before: int, position: int, at: datetime, known_at: datetime) -> None:
    """From a position to a later one; an assertion if another follower has been here."""
    known = {"before": before, "position": position, "at": at, "known_at": known_at}
    done = connection.execute(_ADVANCE, known)
    assert done.rowcount == 1, f"somebody else has moved the read models on from {before}"


def set_generation(connection: Connection, generation: int) -> None:
    """The number of the rebuild that is about to be swapped in."""
    connection.execute(_GENERATION, {"generation": generation})
