"""本人状态 — a member's leaf of the newest state commitment of a period, made again from the log as it stood then.

Every leaf is folded from the streams before the commitment, so that the root can be compared with the one that was
committed to: what does not give it again is not shown.
"""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from domain.assessment.committing import disclosure, path, root
from domain.assessment.period import PERIOD, Assessment, StateCommitted, period_of
from domain.assessment.result import RESULT, Result, result_of
from domain.decider import Head, StreamRef
from domain.entry import decode
from domain.leaf import leaf_hash
from domain.recording.archive import archive_of
from domain.values import Code, MemberId, Sha256
from projections.answers import AsyncConnection

_COMMITTED: Final = """
SELECT position, state FROM ledger.entries
WHERE stream = %(stream)s AND type = 'state-committed' ORDER BY version DESC LIMIT 1
"""
_HEADS: Final = """
SELECT DISTINCT ON (stream) stream, version, encode(leaf, 'hex') FROM ledger.entries
WHERE stream = ANY(%(streams)s) AND position < %(position)s ORDER BY stream, version DESC
"""
_STATES: Final = """
SELECT stream, state FROM ledger.entries
WHERE stream = ANY(%(streams)s) AND position < %(position)s ORDER BY position
"""
_POSITIONS: Final = """
SELECT position FROM ledger.entries WHERE stream = ANY(%(streams)s) AND position < %(position)s ORDER BY position
"""


class Committed(msgspec.Struct, frozen=True, kw_only=True):
    """The newest commitment of a period, and where it stands."""

    position: int
    fact: StateCommitted


class OwnState(msgspec.Struct, frozen=True, kw_only=True):
    """One member's leaf under a commitment, and the places of his entries that it covers."""

    position: int
    root: Sha256
    disclosure: str
    index: int
    size: int
    path: tuple[Sha256, ...]
    entries: tuple[int, ...]
    total: int | None
    grade: Code | None


async def committed(connection: AsyncConnection, unit: Code, year: int, period: Code) -> Committed | None:
    """The newest commitment of a period; None where there is none yet."""
    stream = period_of(unit, year, period).id
    row = await (await connection.execute(_COMMITTED, {"stream": stream})).fetchone()
    if row is None:
        return None
    fact = decode(bytes(row[1])).fact
    assert isinstance(fact, StateCommitted), "the query asks for nothing else"
    return Committed(position=row[0], fact=fact)


async def own_state(
    connection: AsyncConnection, seal: Committed, seed: str, members: Sequence[MemberId], member: MemberId
) -> OwnState | None:
    """The leaf of one of the period's members; None where the log does not give the committed root again."""
    fact, everybody = seal.fact, sorted(members, key=str)
    period = period_of(fact.unit, fact.year, fact.period)
    results = {one: result_of(one, fact.year, fact.period) for one in everybody}
    folded = await _folded(connection, seal.position, [period, *results.values()])
    found = folded[period.id]
    if not isinstance(found, Assessment):
        return None
    archives = {one: archive_of(one, found.last_on) for one in everybody}
    heads = await _heads(connection, seal.position, [*results.values(), *archives.values()])
    said: dict[MemberId, str] = {}
    for one in everybody:
        state = folded[results[one].id]
        if isinstance(state, Result) and state.computed is not None and state.computed.unit == found.unit:
            archive, result = archives[one], results[one]
            said[one] = disclosure(seed, one, found, state, (archive, heads[archive.id]), (result, heads[result.id]))
    leaves = [leaf_hash(text.encode()) for text in said.values()]
    if member not in said or root(leaves).hex() != fact.root:
        return None
    own = folded[results[member].id]
    standing = own.standing if isinstance(own, Result) else None
    index = list(said).index(member)
    return OwnState(
        position=seal.position,
        root=fact.root,
        disclosure=said[member],
        index=index,
        size=len(leaves),
        path=tuple(one.hex() for one in path(leaves, index)),
        entries=await _positions(connection, seal.position, [archives[member].id, results[member].id]),
        total=None if standing is None else standing.total,
        grade=None if standing is None else standing.grade,
    )


async def _folded(connection: AsyncConnection, position: int, refs: Sequence[StreamRef[Any]]) -> dict[UUID, object]:
    """The states of a period and of its members' results as they were before a position."""
    folds = {ref.id: PERIOD.evolve if ref.stream is PERIOD else RESULT.evolve for ref in refs}
    states: dict[UUID, Any] = {ref.id: ref.stream.initial for ref in refs}
    cursor = await connection.execute(_STATES, {"streams": list(states), "position": position})
    for stream, state in await cursor.fetchall():
        states[stream] = folds[stream](states[stream], decode(bytes(state)).fact)
    return states


async def _heads(connection: AsyncConnection, position: int, refs: Sequence[StreamRef[Any]]) -> dict[UUID, Head]:
    cursor = await connection.execute(_HEADS, {"streams": [ref.id for ref in refs], "position": position})
    known = {stream: Head(version, leaf) for stream, version, leaf in await cursor.fetchall()}
    return {ref.id: known.get(ref.id, Head(0, None)) for ref in refs}


async def _positions(connection: AsyncConnection, position: int, streams: list[UUID]) -> tuple[int, ...]:
    cursor = await connection.execute(_POSITIONS, {"streams": streams, "position": position})
    return tuple(row[0] for row in await cursor.fetchall())
