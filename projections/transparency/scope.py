"""范围 — which entries an export of one organisation, one person or one year holds: whole streams, as a rule.

`scope.json` says it, canonical, every field present::

    {"member":null,"unit":"PK-01","year":2026}

Of an organisation it is everything said of it and those below it, and of everybody ever on their rosters; of a person
his own streams and, from those that he shares with others, the entries that name him; of a year what happened in it,
and the results of the year before, of which a part may be carried over. The rules, the calendars and the tree of
organisations are always there: nothing can be counted without them. A function of the log alone.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import Connection

from domain.house import STREAMS
from domain.vocabulary import stored_name
from projections.transparency.refusals import ScopeEmpty

ALWAYS: Final = frozenset({"log", "unit", "rule-set", "calendar", "past-rules"})
ORGANISATION: Final = frozenset({"roster", "member", "appointments"})
"""Not of one year."""
PERSONAL: Final = frozenset(
    {"member", "archive", "honour", "deduction", "member-assessment", "probation", "measures", "past-year"}
)
"""One person's own."""
KIND_OF: Final = {stored_name(fact): stream.kind for stream in STREAMS for fact in stream.facts}

SAID: Final = """
COPY (
    SELECT state FROM ledger.entries WHERE position <= %(last)s ORDER BY position
) TO STDOUT (FORMAT BINARY)
"""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for; all of it None: the whole log."""

    unit: str | None = None
    member: UUID | None = None
    year: int | None = None

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return self == WHOLE

    def encode(self) -> bytes:
        """The bytes of `scope.json`."""
        return msgspec.json.encode(self, order="sorted")


WHOLE: Final = Scope()


class _Fact(msgspec.Struct):
    """What of a fact says whose it is and when."""

    unit: str | None = None
    parent: str | None = None
    member: str | None = None
    subject: str | None = None
    year: int | None = None
    occurred_on: str = ""
    counted_on: str = ""
    planned_on: str = ""
    dated_on: str = ""
    first_on: str = ""
    last_on: str = ""
    decided_on: str = ""
    on: str = ""

    def years(self) -> Iterator[int]:
        """The years of which it speaks."""
        if self.year is not None:
            yield self.year
        named = self.occurred_on, self.counted_on, self.planned_on, self.dated_on, self.decided_on, self.on
        for day in (*named, self.first_on, self.last_on):
            if day:
                yield int(day[:4])


class _Entry(msgspec.Struct):
    """What of an entry says whose it is."""

    stream: UUID
    type: str
    fact: _Fact


class Chosen:
    """The streams of a scope, and the single entries beside them."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.units: set[str] = set()
        self.members: set[str] = set() if scope.member is None else {str(scope.member)}
        self.periods_of: set[str] = set()
        self.streams: set[UUID] = set()
        self._member = None if scope.member is None else str(scope.member)

    def learn(self, entry: _Entry) -> None:
        """First reading: who belongs to the organisation, and where the person had results."""
        fact = entry.fact
        if entry.type in ("unit-established", "unit-moved") and fact.unit is not None:
            if fact.unit == self.scope.unit or fact.parent in self.units:
                self.units.add(fact.unit)
        elif entry.type == "member-enrolled" and fact.unit in self.units and fact.member is not None:
            self.members.add(fact.member)
        elif entry.type == "member-computed" and fact.member == self._member and fact.unit is not None:
            self.periods_of.add(fact.unit)

    def choose(self, entry: _Entry) -> None:
        """Second reading: a stream belongs to the scope where one of its entries does."""
        kind = KIND_OF[entry.type]
        tests = (self._of_unit, self._of_member, self._of_year)
        if kind in ALWAYS or all(test(kind, entry.fact) for test in tests):
            self.streams.add(entry.stream)

    def _of_unit(self, kind: str, fact: _Fact) -> bool:
        if self.scope.unit is None:
            return True
        return fact.unit in self.units or (kind in PERSONAL and fact.member in self.members)

    def _of_member(self, kind: str, fact: _Fact) -> bool:
        if self._member is None:
            return True
        if kind == "branch-assessment":
            return fact.unit in self.periods_of
        return kind in PERSONAL and fact.member == self._member

    def _of_year(self, kind: str, fact: _Fact) -> bool:
        year = self.scope.year
        if year is None or kind in ORGANISATION:
            return True
        known = list(fact.years())
        return year in known or (kind == "member-assessment" and year - 1 in known)

    def holds(self, state: bytes) -> bool:
        """Whether an entry belongs to it."""
        entry = _DECODE.decode(state)
        if entry.stream in self.streams:
            return True
        named = self._member is not None and self._member in (entry.fact.member, entry.fact.subject)
        return named and (self.scope.year is None or self.scope.year in (None, *entry.fact.years()))


_DECODE: Final = msgspec.json.Decoder(_Entry)


def chosen(connection: Connection[Any], scope: Scope, last: int) -> Chosen:
    """The streams of a scope, as far as the log is signed; refuses with `scope-empty`."""
    found = Chosen(scope)
    for state in states(connection, last):
        found.learn(_DECODE.decode(state))
    if scope.unit is not None and not found.units:
        raise ScopeEmpty(scope.encode().decode())
    for state in states(connection, last):
        found.choose(_DECODE.decode(state))
    if scope.member is not None and not registered(connection, found):
        raise ScopeEmpty(scope.encode().decode())
    return found


def registered(connection: Connection[Any], found: Chosen) -> bool:
    """Whether the person is known to the log at all."""
    known = "SELECT EXISTS (SELECT FROM ledger.entries WHERE stream = ANY(%s) AND type = 'member-registered')"
    row = connection.execute(known, (list(found.streams),)).fetchone()
    return row is not None and bool(row[0])


def states(connection: Connection[Any], last: int) -> Iterable[bytes]:
    """The stored bytes in the order of the log."""
    with connection.cursor() as cursor, cursor.copy(SAID, {"last": last}) as copy:
        copy.set_types(["bytea"])
        for (state,) in copy.rows():
            yield state
