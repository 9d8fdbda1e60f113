"""汇总 — the log folded into the tables of one connection: in order, each entry once, nobody skipped in silence.

A batch goes in one transaction together with the position it ends at. Where a batch fails it is taken back and
tried again entry by entry; whoever an entry cannot be applied for is parked, and the others go on.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import count
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
import psycopg

from domain.decider import Fact
from domain.recording.archive import PointsConfirmed
from domain.values import day_of
from projections import agenda, organisation, parking, records, scores, tracking
from projections.alike import Alike
from projections.answers import AsOf
from projections.applying import Applied
from projections.keys import KEPT, Keys, UnknownThing
from projections.reading import Line, read
from projections.rows import Batch, Connection
from projections.schema import HANDLERS, SHAPE

BATCH: Final = 1_000
PART: Final = 5_000
"""Entries of a larger batch that are read at a time: so many stay near at hand."""
WAITING: Final = 200_000
"""Rows that may wait until nothing changes them any more, some 150 MB: to change a row costs more than to write it."""

_ENTRIES: Final = """
SELECT position, known_at, state FROM ledger.entries
WHERE position > %(after)s ORDER BY position LIMIT %(limit)s
"""
# One row for all of them: a tuple and an instant for each was a third of what reading took.
_PART: Final = """
SELECT max(position), max(known_at), array_agg(state ORDER BY position) FROM (
    SELECT position, known_at, state FROM ledger.entries
    WHERE position > %(after)s ORDER BY position LIMIT %(limit)s
) AS part
"""
_ENTRY: Final = "SELECT position, known_at, state FROM ledger.entries WHERE position = %(position)s"
_HEAD: Final = "SELECT COALESCE(max(position), 0) FROM ledger.entries"


class Stored(NamedTuple):
    """One entry as it is read."""

    position: int
    known_at: datetime
    state: bytes


class Part(NamedTuple):
    """Entries that follow one another: where the last stands, when it was known, the bytes and what each says."""

    position: int
    known_at: datetime
    states: list[bytes]
    said: Iterable[tuple[Line, Fact]]
    """Mostly read when it is its turn, so that it is near at hand."""

    @property
    def last(self) -> Stored:
        """The last one."""
        return Stored(*self[:2], self.states[-1])


class Hole(Exception):
    """总账中有缺号。 The log has a hole: nothing beyond it is read."""


NOT_ITS_FAULT: Final = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.UndefinedTable,
    tracking.OutOfShape,
    Hole,
)
"""What no fact can be blamed for: the caller connects again, rebuilds, or stops."""

_log = logging.getLogger(__name__)


def stored_part(connection: Connection, after: int, limit: int) -> Part | None:
    """The entries behind a position, at most so many; None where there are none. Raises Hole."""
    row = connection.execute(_PART, {"after": after, "limit": limit}, binary=True).fetchone()
    if row is None or row[0] is None:
        return None
    position, known_at, states = row
    _need_all(after, len(states), position)
    return Part(position, known_at, states, map(read, states))


def stored_entries(connection: Connection, after: int, limit: int) -> list[Stored]:
    """The same, each by itself."""
    cursor = connection.execute(_ENTRIES, {"after": after, "limit": limit}, binary=True)
    entries = list(map(Stored._make, cursor.fetchall()))
    if entries:
        _need_all(after, len(entries), entries[-1].position)
    return entries


def _need_all(after: int, number: int, last: int) -> None:
    if last != after + number:
        raise Hole(f"{Hole.__doc__} {after}…{last}")


def _begun(before: datetime | None, entries: Sequence[Stored]) -> dict[int, int]:
    """Year → position of the first entry known in it, of each year that begins among some entries."""
    last = day_of(before or entries[0].known_at).year
    begun: dict[int, int] = {}
    if day_of(entries[-1].known_at).year == last:
        return begun
    for stored in entries:
        year = day_of(stored.known_at).year
        begun |= dict.fromkeys(range(last + 1, year + 1), stored.position)
        last = max(last, year)
    return begun


class Fold:
    """Applies entries to the tables that the connection's search path names.

    With ``scoring`` off, scores are left to be made later: for a rebuild, which need not score at every step.
    ``source`` gives the entries behind a position, at most so many; by default the connection itself is asked.
    ``kept`` is how many keys are remembered; ``reached`` hears of every part of a batch.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        scoring: bool = True,
        source: Callable[[int, int], Part | None] | None = None,
        kept: int = KEPT,
        reached: Callable[[int], None] = lambda _: None,
    ) -> None:
        self._connection = connection
        self._source = source or partial(stored_part, connection)
        self._keys = Keys(connection, kept)
        self._alike = Alike(partial(records.item_names, connection))
        self._scoring = scoring
        self._unscored: set[tuple[int, int]] = set()
        self._reached = reached
        self._carefully = 0
        """So many entries are left among which one cannot be applied: they go in small batches."""

    def advance(self, limit: int = BATCH) -> int:
        """Read and apply the next entries, at most ``limit``; how many there were."""
        asked = min(limit, BATCH) if self._carefully else limit
        done = self._advance(asked)
        self._carefully = max(0, self._carefully - done) if done else 0
        return done

    def _advance(self, limit: int) -> int:
        self._keys.trim()
        try:
            with self._connection.transaction():
                return self._step(limit, slowly=False)
        except NOT_ITS_FAULT:
            self._keys.forget()
            raise
        except Exception:
            self._keys.forget()
        if limit > BATCH:
            self._carefully = limit
            return self._advance(BATCH)
        with self._connection.transaction():
            return self._step(limit, slowly=True)

    def _step(self, limit: int, *, slowly: bool) -> int:
        self._connection.execute(tracking.LOCK)
        before = tracking.read(self._connection, SHAPE)
        last = (self._apply_slowly if slowly else self._apply)(before, limit)
        if last is None:
            return 0
        at = parking.envelope(last.state).at
        tracking.advance(self._connection, before.position, last.position, at, last.known_at)
        return last.position - before.position

    def _apply(self, before: AsOf, limit: int) -> Stored | None:
        """All at once; the last one, if there is any. Raises whatever one of them raises."""
        batch = Batch()
        blocked = parking.parked_keys(self._connection)
        last: Stored | None = None
        begun: dict[int, int] = {}
        for part in self._parts(before.position, limit):
            begun |= self._begun_in(part, last.known_at if last else before.known_at)
            last = part.last
            self._handle_all(batch, part, blocked)
            if batch.waiting > WAITING:
                batch.flush(self._connection)
            else:
                batch.send(self._connection)
            self._reached(last.position)
        if last is not None:
            batch.flush(self._connection)
            self._touch_new_year(batch, begun)
            self._score(batch.touched)
        return last

    def _parts(self, after: int, limit: int) -> Iterator[Part]:
        """The entries behind a position, at most so many, a part at a time."""
        while limit > 0 and (part := self._source(after, min(limit, PART))) is not None:
            yield part
            if len(part.states) < min(limit, PART):
                break
            after, limit = part.position, limit - len(part.states)

    def _begun_in(self, part: Part, before: datetime | None) -> dict[int, int]:
        """As ``_begun``; looked for only where the year has changed, or begins with the log."""
        if before is not None and day_of(before).year == day_of(part.known_at).year:
            return {}
        number = len(part.states)
        return _begun(before, stored_entries(self._connection, part.position - number, number))

    def _handle_all(self, batch: Batch, part: Part, blocked: set[UUID]) -> None:
        """Entries that follow one another."""
        this = Applied(self._connection, batch, self._keys)
        take, handlers, commands = this.take, HANDLERS, set[str | None]()
        first = part.position - len(part.states) + 1
        for position, state, (line, fact) in zip(count(first), part.states, part.said, strict=False):
            if blocked and self._hold(position, state, fact, blocked):
                continue
            take(position, state, line, fact)
            for handle in handlers[type(fact)]:
                handle(this, fact)
            # A command has many facts, and is carried out with the first.
            if line.command not in commands:
                commands.add(line.command)
                agenda.carried_out(this)

    def _whom(self, envelope: parking.Envelope, fact: Fact | None) -> dict[UUID, parking.Kind]:
        """Whom an entry touches; a record's member is known here, for all records that were applied."""
        if isinstance(fact, PointsConfirmed):
            try:
                _, member, _ = self._keys.record(fact.record)
            except UnknownThing:
                pass
            else:
                return {self._keys.person(member): "member"}
        return parking.touched(self._connection, envelope, fact)

    def _hold(self, position: int, state: bytes, fact: Fact, blocked: set[UUID]) -> bool:
        """Whether an entry must wait because it touches somebody who is parked; then all it touches are parked."""
        envelope = parking.envelope(state)
        keys = self._whom(envelope, fact)
        if envelope.stream in blocked:
            keys[envelope.stream] = "stream"
        if not blocked & keys.keys():
            return False
        parking.park(self._connection, keys, position, envelope, "touches-parked")
        blocked.update(keys)
        return True

    def _touch_new_year(self, batch: Batch, begun: Mapping[int, int]) -> None:
        """A new year begins: whoever is known by then has a score in it, though nothing is on record yet."""
        for year, position in begun.items():
            known = organisation.everybody(self._connection)
            batch.touched.update((member, year) for member in known if member < position)

    def _score(self, touched: Iterable[tuple[int, int]]) -> None:
        if self._scoring:
            scores.rescore(self._connection, touched, self._alike)
        else:
            self._unscored.update(touched)

    def _apply_slowly(self, before: AsOf, limit: int) -> Stored | None:
        entries = stored_entries(self._connection, before.position, limit)
        for number, stored in enumerate(entries):
            known_at = entries[number - 1].known_at if number else before.known_at
            self._apply_alone(stored, msgspec.structs.replace(before, known_at=known_at))
        return entries[-1] if entries else None

    def _apply_alone(self, stored: Stored, before: AsOf) -> None:
        """One entry, or whom it touches parked."""
        try:
            said = read(stored.state)
        except Exception as error:
            self._park(stored, None, error)
            return
        _, fact = said
        blocked = parking.parked_keys(self._connection)
        if blocked and self._hold(stored.position, stored.state, fact, blocked):
            return
        batch = Batch()
        named = self._members(stored, fact)
        try:
            with self._connection.transaction():
                self._handle_all(batch, Part(*stored[:2], [stored.state], [said]), set())
                batch.flush(self._connection)
                self._touch_new_year(batch, _begun(before.known_at, [stored]))
                self._score(pair for pair in batch.touched if pair[0] in named)
        except NOT_ITS_FAULT:
            raise
        except Exception as error:
            self._keys.forget()
            self._park(stored, fact, error)
            return
        for pair in sorted(batch.touched):
            if pair[0] not in named:
                self._score_alone(pair, stored)

    def _members(self, stored: Stored, fact: Fact) -> set[int | None]:
        """Keys of the members whom an entry itself is about: they stand and fall with it."""
        keys = self._whom(parking.envelope(stored.state), fact)
        found = {organisation.key_of(self._connection, key) for key, kind in keys.items() if kind == "member"}
        # A member who is registered by this very entry has its position for a key.
        return found | {stored.position}

    def _score_alone(self, pair: tuple[int, int], stored: Stored) -> None:
        """The score of somebody whom a fact concerns without naming him; if it fails, he alone is parked."""
        try:
            with self._connection.transaction():
                self._score([pair])
        except NOT_ITS_FAULT:
            raise
        except Exception as error:
            person = organisation.person_of(self._connection, pair[0])
            envelope = parking.envelope(stored.state)
            _log.error("parked at %s %s", stored.position, envelope.type, exc_info=error)
            code = parking.code_of(error)
            parking.park(self._connection, {person: "member"}, stored.position, envelope, code, hold=False)

    def _park(self, stored: Stored, fact: Fact | None, error: Exception) -> None:
        envelope = parking.envelope(stored.state)
        keys = self._whom(envelope, fact)
        _log.error("parked at %s %s", stored.position, envelope.type, exc_info=error)
        parking.park(self._connection, keys, stored.position, envelope, parking.code_of(error))

    def unscored(self) -> list[tuple[int, int]]:
        """The (member, year) whose scores were left out; from now on each step scores."""
        self._scoring = True
        touched, self._unscored = sorted(self._unscored), set()
        return touched

    def score_range(self, touched: Sequence[tuple[int, int]]) -> None:
        """Make some scores again; whose fails is parked."""
        try:
            with self._connection.transaction():
                scores.rescore(self._connection, touched, self._alike)
        except NOT_ITS_FAULT:
            raise
        except Exception:
            with self._connection.transaction():
                position = tracking.read(self._connection, SHAPE).position
                last = self._stored(position)
                for pair in touched:
                    self._score_alone(pair, last)

    def _stored(self, position: int) -> Stored:
        row = self._connection.execute(_ENTRY, {"position": position}, binary=True).fetchone()
        assert row is not None, f"the log has no entry {position}"
        return Stored(*row)

    def unpark(self, key: UUID) -> int:
        """Apply what waits for one member or stream, in order; how many facts still wait for him.

        It stops at the first fact that cannot be applied yet: then he stays parked there.
        """
        with self._connection.transaction():
            self._connection.execute(tracking.LOCK)
            self._keys.forget()
            waiting = parking.held_positions(self._connection, key)
            parking.release(self._connection, key)
            for done, position in enumerate(waiting):
                if not self._apply_held(key, self._stored(position)):
                    return len(waiting) - done
            self._score_again(key)
        return 0

    def _apply_held(self, key: UUID, stored: Stored) -> bool:
        others = parking.parked_keys(self._connection)
        if parking.waits_elsewhere(self._connection, key, stored.position) and others:
            envelope = parking.envelope(stored.state)
            parking.park(self._connection, {key: self._kind(stored, key)}, stored.position, envelope, "touches-parked")
            return False
        parking.release_fact(self._connection, key, stored.position)
        self._apply_alone(stored, tracking.read(self._connection, SHAPE))
        return key not in parking.parked_keys(self._connection)

    def _kind(self, stored: Stored, key: UUID) -> parking.Kind:
        return "stream" if parking.envelope(stored.state).stream == key else "member"

    def _score_again(self, key: UUID) -> None:
        """A member who was parked for his score alone has no fact waiting."""
        last = self._stored(tracking.read(self._connection, SHAPE).position)
        member = organisation.key_of(self._connection, key)
        if member is None:
            return
        this_year = {(member, day_of(last.known_at).year)}
        for pair in sorted(records.years_of(self._connection, key) | this_year):
            self._score_alone(pair, last)


def head(connection: Connection) -> int:
    """The last position of the log."""
    row: tuple[Any, ...] | None = connection.execute(_HEAD).fetchone()
    assert row is not None
    return int(row[0])
