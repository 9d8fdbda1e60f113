"""A made-up district for measuring: the example's branch, as the domain itself told it, many times over.

One branch's half-year goes through ``Ledger.execute`` like everybody's wishes. Its entries are then stamped out under
other names: codes and ids are exchanged in the canonical bytes, streams that a further round goes on with are counted
on, and everything stands in order of time, so that the branches live side by side as real ones do. What is shared (the
log, the work committee, its people, the rule set, the calendar) stands once. Matters, sheets, records and notices are
in it; honours, deductions and objections are not: they are few, and have codes of their own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
import psycopg
from psycopg import sql

from domain.entry import decode
from domain.house import decide
from domain.ledger import Ledger
from domain.organisation.appointments import RoleAppointed
from domain.organisation.member import MemberRegistered
from domain.organisation.roster import MemberEnrolled
from domain.organisation.unit import UnitEstablished
from ops.bootstrap import Urls, bootstrap
from ops.clock import SimulatedClock
from ops.example.founding import ORIGIN
from ops.example.load import salt, tell
from ops.example.people import BRANCH, people
from ops.example.story import ordinary
from ops.migrate import migrate
from ops.recorder import PostgresRecorder
from ops.roles import names_of
from projections.vault import Vault

BRANCHES: Final = 160
"""Branches of about fifteen people: the 2,400 members of a district."""

_NAMED: Final = f'"{BRANCH}"'.encode()
_UUID: Final = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_VERSION: Final = re.compile(rb'"version":([0-9]+)\}$')
_MATTER: Final = re.compile(rb'"matter":"([A-Z]+-[0-9]+)"')
_COPY: Final = "COPY ledger.entries (position, stream, version, type, known_at, state) FROM STDIN (FORMAT BINARY)"
_TYPES: Final = ["int8", "uuid", "int4", "text", "timestamptz", "bytea"]
_ORGANISATION: Final = (UnitEstablished, MemberRegistered, MemberEnrolled, RoleAppointed)


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How large the log came out."""

    entries: int
    records: int
    members: int
    branches: int


@dataclass(frozen=True)
class Told:
    """One entry of the branch: its bytes, and what must be exchanged in them."""

    state: bytes
    type: str
    at: datetime
    again: bool
    """Whether it stands in every round; else in the first alone."""
    shared: bool


@dataclass(frozen=True)
class Copy:
    """One round of one branch."""

    branch: int
    round: int
    rounds: int

    def salt(self, lasting: bool) -> int:
        """What ids are changed by: those of people and their archives last over the rounds."""
        label = f"{self.branch}" if lasting else f"{self.branch}/{self.round}"
        return int.from_bytes(sha256(label.encode()).digest()[:16], "big")


class District:
    """Stamps out the branch. ``template`` is the whole log of the example."""

    def __init__(self, template: list[bytes]) -> None:
        entries = [decode(state) for state in template]
        members = {one.member for one in people() if one.unit == BRANCH}
        archives = {entry.stream for entry in entries if entry.type in ("points-recorded", "points-confirmed")}
        # Some facts name no organisation; but then they, or another of their stream, name one of its people.
        marks = (_NAMED, *(str(one).encode() for one in members))
        own = {
            entry.stream for entry, state in zip(entries, template, strict=True) if any(mark in state for mark in marks)
        }
        shared = [entry.stream not in own for entry in entries]
        self._constant = {
            one for state, is_shared in zip(template, shared, strict=True) if is_shared for one in _UUID.findall(state)
        }
        self._lasting = {str(one).encode() for one in members | archives}
        self.told: list[Told] = []
        for entry, state, is_shared in zip(entries, template, shared, strict=True):
            again = not isinstance(entry.fact, _ORGANISATION)
            if not again:
                self._lasting.update(_UUID.findall(state))
            self.told.append(Told(state, entry.type, entry.at, again, is_shared))
        self._archives = {str(one).encode(): one for one in archives}

    def rows(self, wanted: int, branches: int) -> Iterator[tuple[object, ...]]:
        """Rows of ``ledger.entries``: about as many as wanted."""
        whole = sum(not one.shared for one in self.told)
        branches = min(branches, max(1, wanted // whole))
        rounds = max(1, round(wanted / whole / branches))
        copies = [Copy(branch, number, rounds) for number in range(rounds) for branch in range(branches)]
        position = 0
        for one in self.told:
            for copy in [copies[0]] if one.shared else copies:
                if one.again or copy.round == 0:
                    position += 1
                    yield self._row(position, one, copy)

    def _row(self, position: int, one: Told, copy: Copy) -> tuple[object, ...]:
        state = one.state if one.shared else self._stamped(one.state, copy)
        version = _VERSION.search(state)
        assert version is not None, "every entry ends in its version"
        stream = _UUID.search(state, state.rindex(b'"stream":"'))
        assert stream is not None, "every entry names its stream"
        return position, UUID(stream[0].decode()), int(version[1]), one.type, one.at, state

    def _stamped(self, state: bytes, copy: Copy) -> bytes:
        lasting, passing = copy.salt(True), copy.salt(False)

        def other(match: "re.Match[bytes]") -> bytes:
            found = match[0]
            if found in self._constant:
                return found
            number = int(found.replace(b"-", b""), 16) ^ (lasting if found in self._lasting else passing)
            return str(UUID(int=number)).encode()

        stream = _UUID.search(state, state.rindex(b'"stream":"'))
        assert stream is not None, "every entry has a stream"
        archive = self._archives.get(stream[0])
        if archive is not None:
            version = _VERSION.search(state)
            assert version is not None, "every entry ends in its version"
            # The rounds go on in one archive, one after the other at each step.
            number = (int(version[1]) - 1) * copy.rounds + copy.round + 1
            state = state[: version.start(1)] + str(number).encode() + b"}"
        state = _UUID.sub(other, state).replace(_NAMED, f'"PK-{copy.branch:04d}"'.encode())
        return _MATTER.sub(rb'"matter":"\g<1>.%d"' % copy.round, state) if copy.round else state


def made(admin_url: str, entries: int, branches: int = BRANCHES) -> tuple[Urls, Size]:
    """A new database with a district of about so many entries; read models are not made yet."""
    district = District(_template(admin_url))
    urls = bootstrap(admin_url, f"district_{uuid4().hex[:8]}", None)
    migrate(urls.migrator, urls.database)
    with psycopg.connect(urls.migrator) as connection:
        owner = sql.Identifier(names_of(urls.database)["owner"])
        connection.execute(sql.SQL("SET ROLE {}").format(owner))
        with connection.cursor().copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for row in district.rows(entries, branches):
                copy.write_row(row)
        connection.commit()
        size = _size(connection)
    with psycopg.connect(urls.migrator, autocommit=True) as connection:
        connection.execute(sql.SQL("SET ROLE {}").format(owner))
        connection.execute("VACUUM ANALYZE ledger.entries")
    return urls, size


_SIZE: Final = """
SELECT count(*), count(*) FILTER (WHERE type = 'points-recorded'), count(*) FILTER (WHERE type = 'member-registered'),
       count(*) FILTER (WHERE type = 'unit-established') - 1
FROM ledger.entries
"""


def _size(connection: "psycopg.Connection[Any]") -> Size:
    row = connection.execute(_SIZE).fetchone()
    assert row is not None, "a count is one row"
    return Size(entries=row[0], records=row[1], members=row[2], branches=row[3])


def _tell(ledger: Ledger, recorder: PostgresRecorder) -> None:
    steps = ordinary(salt)
    tell(ledger, recorder, SimulatedClock(steps[0].at), steps)


def _template(admin_url: str) -> list[bytes]:
    """The example, told to a ledger in a database of its own."""
    urls = bootstrap(admin_url, "template_branch", None)
    migrate(urls.migrator, urls.database)
    vault, recorder = Vault(b"\0" * 32, urls.writer), PostgresRecorder(urls.writer)
    ledger = Ledger(recorder, vault, decide, ORIGIN)
    try:
        if recorder.max_notification_id() is None:
            _tell(ledger, recorder)
        return [bytes(row.state) for row in recorder.select_notifications(1, 1_000_000)]
    finally:
        ledger.close()
        recorder.close()
        vault.close()
