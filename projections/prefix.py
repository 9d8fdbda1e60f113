"""总账的前缀 — what was known at a position: streams folded up to it and no further.

*As known at t* is the prefix of entries with ``known_at <= t``. Nothing is kept for it: the entries of the few
streams that a question concerns are read again and folded by the same ``evolve`` as ever.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from domain.decider import Past, StreamRef
from domain.entry import Entry, decode
from domain.loading import LoadedPast, Missing
from projections.answers import AsOf, AsyncConnection

T = TypeVar("T")

_HEAD: Final = "SELECT COALESCE(max(position), 0) FROM ledger.entries"
_KNOWN: Final = "SELECT known_at, state FROM ledger.entries WHERE position = %(position)s"
_ENTRIES: Final = """
SELECT stream, position, known_at, state FROM ledger.entries
WHERE stream = ANY(%(streams)s) AND position <= %(position)s AND (%(types)s::text[] IS NULL OR type = ANY(%(types)s))
ORDER BY position
"""


class Placed(NamedTuple):
    """An entry, and where it stands."""

    position: int
    known_at: datetime
    entry: Entry


async def head(connection: AsyncConnection) -> int:
    """The last position of the log."""
    row = await (await connection.execute(_HEAD)).fetchone()
    assert row is not None
    return int(row[0])


async def position_at(connection: AsyncConnection, instant: datetime) -> int:
    """The last position that was known at an instant; 0 before the first. ``known_at`` never falls: it is halved."""
    low, high = 0, await head(connection)
    while low < high:
        middle = (low + high + 1) // 2
        if (await as_known(connection, middle)).known_at <= instant:
            low = middle
        else:
            high = middle - 1
    return low


class Mark(NamedTuple):
    """One place of the log."""

    position: int
    at: datetime
    known_at: datetime

    @property
    def as_of(self) -> AsOf:
        """For an answer that was folded from the log itself, whatever the generation of the read models."""
        return AsOf(position=self.position, at=self.at, known_at=self.known_at, generation=0)


async def as_known(connection: AsyncConnection, position: int) -> Mark:
    """A place that the log has."""
    row = await (await connection.execute(_KNOWN, {"position": position})).fetchone()
    assert row is not None, f"the log has no entry {position}"
    return Mark(position, decode(bytes(row[1])).at, row[0])


async def entries_of(
    connection: AsyncConnection, refs: Iterable[StreamRef[Any]], position: int, types: Sequence[str] | None = None
) -> list[Placed]:
    """The entries of some streams up to a position, in the order of the log; of these types alone, if any are named."""
    known: dict[str, object] = {"streams": [ref.id for ref in refs], "position": position, "types": types}
    rows = await (await connection.execute(_ENTRIES, known)).fetchall()
    return [Placed(at, known_at, decode(bytes(state))) for _, at, known_at, state in rows]


async def known(connection: AsyncConnection, position: int, question: Callable[[Past], T]) -> T:
    """What a rule says of the past as it was known at a position."""
    past = LoadedPast()
    while True:
        try:
            return question(past)
        except Missing as missing:
            await _load(connection, past, missing.refs, position)


async def _load(connection: AsyncConnection, past: LoadedPast, refs: Sequence[StreamRef[Any]], position: int) -> None:
    own: defaultdict[UUID, list[Entry]] = defaultdict(list)
    for placed in await entries_of(connection, refs, position):
        own[placed.entry.stream].append(placed.entry)
    for ref in refs:
        state = ref.stream.initial
        for entry in own[ref.id]:
            state = ref.stream.evolve(state, entry.fact)
        past.put(ref, len(own[ref.id]), state)
