"""范围 — which entries an export of one organisation, one person or one time holds: whole streams, as a rule.

`scope.json` says it, canonical, every field present::

    {"member":null,"period":"H1","unit":"PK-01","year":2026}

What one person takes home says beside it `"ballots":"told"`: single ballots are left out, tallies taken as told.

Of an organisation it is everything said of it and those below it, and of everybody ever on their rosters; of a person
his own streams and, from those that he shares with others, the entries that name him; of a year what happened in it,
and of the years before what still bears on it: results, and what lowers points for longer. Of a half-year, a quarter,
a month, whichever periods the rule set has: what happened in its days, its own results and those of the periods
within it; an archive is one stream a year and stays whole. The rules, the calendars and the tree of organisations are
always there: nothing can be counted without them. A function of the log alone.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

import msgspec
from psycopg import Connection

from domain.house import STREAMS
from domain.result.consequence import LONGEST_STREAK
from domain.vocabulary import stored_name
from projections.transparency.refusals import ScopeEmpty

ALWAYS: Final = frozenset({"log", "unit", "rule-set", "calendar", "past-rules"})
ORGANISATION: Final = frozenset({"roster", "member", "appointments"})
"""Not of one year."""
PERSONAL: Final = frozenset(
    {
        "member",
        "archive",
        "honour",
        "deduction",
        "member-assessment",
        "component-assessment",
        "probation",
        "measures",
        "past-year",
    }
)
"""One person's own."""
LASTING: Final = frozenset({"deduction-approved", "veto-registered", "record-replaced"})
"""What of an archive can bear on later years."""
RESTATED: Final = frozenset({"restatement-ordered", "restatement-computed"})
"""What of a restatement names none of its members and belongs to each whom it concerns."""
TIME: Final = re.compile(r"([0-9]{4})(?:-([A-Za-z0-9][A-Za-z0-9._]{0,63}))?", re.ASCII)
"""A year, or a period of it: 2026, 2026-H1."""
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
    period: str | None = None
    """Of the year; None for all of it."""

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return self == WHOLE

    def encode(self) -> bytes:
        """The bytes that say it."""
        return msgspec.json.encode(self, order="sorted")


WHOLE: Final = Scope()


def time_of(text: str) -> tuple[int | None, str | None]:
    """Year and period of a text: nothing for none; ``ValueError`` for what is neither.

    >>> time_of("2026-H1")
    (2026, 'H1')
    """
    if not text:
        return None, None
    found = TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return int(found[1]), found[2]


class _Fact(msgspec.Struct):
    """What of a fact says whose it is and when."""

    unit: str | None = None
    parent: str | None = None
    member: str | None = None
    subject: str | None = None
    year: int | None = None
    period: str | None = None
    occurred_on: str = ""
    counted_on: str = ""
    planned_on: str = ""
    dated_on: str = ""
    first_on: str = ""
    last_on: str = ""
    decided_on: str = ""
    on: str = ""

    def days(self) -> Iterator[str]:
        """The days of which it speaks."""
        named = self.occurred_on, self.counted_on, self.planned_on, self.dated_on, self.decided_on, self.on
        for day in (*named, self.first_on, self.last_on):
            if day:
                yield day

    def years(self) -> Iterator[int]:
        """The years of which it speaks."""
        if self.year is not None:
            yield self.year
        for day in self.days():
            yield int(day[:4])


class _Entry(msgspec.Struct):
    """What of an entry says whose it is."""

    stream: UUID
    type: str
    fact: _Fact


class Chosen:
    """The streams of a scope, and the single entries beside them."""

    def __init__(self, scope: Scope, withheld: frozenset[str] = frozenset()) -> None:
        self.scope = scope
        self._withheld = withheld
        self.units: set[str] = set()
        self.members: set[str] = set() if scope.member is None else {str(scope.member)}
        self.periods_of: set[str] = set()
        self.streams: set[UUID] = set()
        self._opened: dict[str, tuple[str, str]] = {}
        self._restated: set[UUID] = set()
        self._within: dict[str, tuple[str, str]] | None = None
        self._member = None if scope.member is None else str(scope.member)

    def encode(self) -> bytes:
        """The bytes of `scope.json`; where ballots are withheld it says that tallies are told, not to be counted."""
        said = msgspec.to_builtins(self.scope)
        return msgspec.json.encode({**said, "ballots": "told"} if self._withheld else said, order="sorted")

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

        elif KIND_OF[entry.type] == "restatement" and fact.member is not None and fact.member == self._member:
            self._restated.add(entry.stream)
        elif entry.type == "period-opened" and fact.period is not None and fact.year == self.scope.year:
            first, last = self._opened.get(fact.period, (fact.first_on, fact.last_on))
            self._opened[fact.period] = min(first, fact.first_on), max(last, fact.last_on)

    @property
    def periods(self) -> dict[str, tuple[str, str]]:
        """The period asked for and those within it, each with its days; nothing where nobody opened it."""
        if self._within is None:
            first, last = self._opened.get(self.scope.period or "", ("", ""))
            self._within = {code: days for code, days in self._opened.items() if first <= days[0] and days[1] <= last}
        return self._within

    def choose(self, entry: _Entry) -> None:
        """Second reading: a stream belongs to the scope where one of its entries does."""
        kind = KIND_OF[entry.type]
        if kind in ALWAYS or (
            self._of_unit(kind, entry.fact) and self._of_member(kind, entry.fact) and self._of_time(kind, entry)
        ):
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

    def _of_time(self, kind: str, entry: _Entry) -> bool:
        if self.scope.year is None or kind in ORGANISATION:
            return True
        return self._meanwhile(kind, entry.fact) or self._before(kind, entry)

    def _meanwhile(self, kind: str, fact: _Fact) -> bool:
        """Whether it speaks of the time itself."""
        if self.scope.period is None or kind == "archive":
            return any(year == self.scope.year for year in fact.years())
        if fact.period is not None and fact.year is not None:
            return fact.year == self.scope.year and fact.period in self.periods
        first, last = self.periods.get(self.scope.period, ("", ""))
        days = list(fact.days())
        return bool(days) and min(days) <= last and first <= max(days)

    def _before(self, kind: str, entry: _Entry) -> bool:
        """Whether it bears on the time from before: results, what papers say of them, what lowers points for longer."""
        year = self.scope.year or 0
        if not any(year - LONGEST_STREAK < known < year for known in entry.fact.years()):
            return False
        if kind in ("member-assessment", "past-year"):
            return self.scope.period is None or entry.fact.period is None or entry.fact.period in self.periods
        return kind == "archive" and entry.type in LASTING

    def holds(self, state: bytes) -> bool:
        """Whether an entry belongs to it."""
        entry = told_by(state)
        if entry.stream in self.streams:
            return True
        if entry.type in self._withheld:
            return False
        named = self._member is not None and self._member in (entry.fact.member, entry.fact.subject)
        named = named or (entry.stream in self._restated and entry.type in RESTATED)
        return named and (self.scope.year is None or self._meanwhile(KIND_OF[entry.type], entry.fact))


_DECODE: Final = msgspec.json.Decoder(_Entry)


def told_by(state: bytes) -> _Entry:
    """Whose an entry is and when."""
    return _DECODE.decode(state)


def chosen(connection: Connection[Any], scope: Scope, last: int, withheld: frozenset[str] = frozenset()) -> Chosen:
    """The streams of a scope, as far as the log is signed; refuses with `scope-empty`.

    ``withheld`` are types of facts that name a person outside his own streams and are not given out.
    """
    found = Chosen(scope, withheld)
    for state in states(connection, last):
        found.learn(told_by(state))
    if (scope.unit is not None and not found.units) or (scope.period is not None and not found.periods):
        raise ScopeEmpty(scope.encode().decode())
    for state in states(connection, last):
        found.choose(told_by(state))
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
