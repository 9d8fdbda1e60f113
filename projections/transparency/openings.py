"""开启承诺 — what opens the state roots of an export: the seed to an organisation's auditor, to one person his leaf.

A seed is disclosed like every sealed field (`disclosures.jsonl`): whoever holds it makes every leaf of its root again.
One person's leaf is a line of `openings.jsonl`, canonical, in order of position::

    {"disclosure":"WyJ…","index":2,"path":["9f…","04…"],"position":1448}

`position` is that of the `state-committed` entry, `disclosure` what its leaf is the hash of (`domain.assessment`),
`path` the hashes in hex that lead from leaf `index` to the root, the leaf's sibling first (RFC 6962 §2.1.1).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar, cast
from uuid import UUID

import msgspec
from psycopg import Connection

from domain.assessment.committing import disclosure, state_leaves
from domain.assessment.period import Assessment, StateCommitted, period_of
from domain.assessment.result import result_of
from domain.decider import Head, StreamRef
from domain.entry import decode
from domain.leaf import leaf_hash
from domain.notice.commitment import ArchivesCommitted
from domain.recording.archive import archive_of
from domain.sealed import Secret
from projections.transparency.merkle import inclusion_proof, root
from projections.transparency.scope import Chosen

S = TypeVar("S")

OpenSealed = Callable[[Sequence[str]], Mapping[str, Secret]]
"""Gives sealed values by commitment; one whose key was destroyed is missing."""

_COMMITTED: Final = """
SELECT position, stream, state FROM ledger.entries
WHERE type IN ('state-committed', 'archives-committed') AND position <= %(last)s ORDER BY position
"""
_OF_STREAM: Final = """
SELECT state FROM ledger.entries WHERE stream = %(stream)s AND position < %(before)s ORDER BY version
"""
_HEADS: Final = """
SELECT DISTINCT ON (stream) stream, version, leaf FROM ledger.entries
WHERE stream = ANY(%(streams)s) AND position < %(before)s ORDER BY stream, version DESC
"""


class StoredPast:
    """The past before one position, read from the log when somebody asks for it."""

    def __init__(self, connection: Connection[Any], before: int) -> None:
        self._connection, self._before = connection, before
        self._folded: dict[UUID, object] = {}

    def __getitem__(self, ref: StreamRef[S]) -> S:
        """The state of one stream."""
        if ref.id not in self._folded:
            state = ref.stream.initial
            asked = {"stream": ref.id, "before": self._before}
            for (entry,) in self._connection.execute(_OF_STREAM, asked, binary=True):
                state = ref.stream.evolve(state, decode(entry).fact)
            self._folded[ref.id] = state
        return cast(S, self._folded[ref.id])

    def many(self, refs: Sequence[StreamRef[S]]) -> list[S]:
        """The states of several streams."""
        return [self[ref] for ref in refs]

    def heads(self, refs: Sequence[StreamRef[Any]]) -> list[Head]:
        """Where several streams end."""
        asked = {"streams": [ref.id for ref in refs], "before": self._before}
        rows = self._connection.execute(_HEADS, asked, binary=True).fetchall()
        ends = {stream: Head(version, bytes(leaf).hex()) for stream, version, leaf in rows}
        return [ends.get(ref.id, Head(0, None)) for ref in refs]


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """One person's leaf of one state root."""

    disclosure: str
    index: int
    path: tuple[str, ...]
    position: int


def seeds_of(
    connection: Connection[Any], last: int, within: Chosen | None, open_sealed: OpenSealed
) -> dict[int, Secret]:
    """The seeds behind the state roots of a scope, by position; those whose keys were destroyed are missing."""
    rows = connection.execute(_COMMITTED, {"last": last}, binary=True).fetchall()
    facts = {
        position: decode(state).fact for position, stream, state in rows if within is None or stream in within.streams
    }
    wanted = {
        position: fact.seed for position, fact in facts.items() if isinstance(fact, (StateCommitted, ArchivesCommitted))
    }
    opened = open_sealed(list(wanted.values()))
    return {position: opened[seed] for position, seed in wanted.items() if seed in opened}


def openings(connection: Connection[Any], member: UUID, seeds: Mapping[int, Secret]) -> Iterator[Opening]:
    """One person's leaves of the roots in which he has one."""
    for position, seed in seeds.items():
        row = connection.execute("SELECT state FROM ledger.entries WHERE position = %s", (position,)).fetchone()
        assert row is not None, "the seed was found by this entry"
        fact = decode(bytes(row[0])).fact
        if not isinstance(fact, StateCommitted):
            continue  # Of a notice that others share: the person's result and archive stand under the period's roots.
        past = StoredPast(connection, position)
        found = past[period_of(fact.unit, fact.year, fact.period)]
        assert isinstance(found, Assessment), "what is committed to was opened"
        leaves = state_leaves(past, found, seed.value)
        archive, result = archive_of(member, found.last_on), result_of(member, found.year, found.period)
        held, made = past.heads([archive, result])
        shown = disclosure(seed.value, member, found, past[result], (archive, held), (result, made))
        leaf = leaf_hash(shown.encode())
        if leaf in leaves:
            index = leaves.index(leaf)
            path = inclusion_proof(_read(leaves), index, len(leaves))
            yield Opening(disclosure=shown, index=index, path=tuple(one.hex() for one in path), position=position)


def _read(leaves: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """Complete subtree `index` of `height` over these leaves."""
    return lambda height, index: root(leaves[index << height : (index + 1) << height])
