"""组织与人员 — organisations, members and offices, and who stands where on a day.

Names are not here: a member carries the commitments to his name and work number, the vault opens them.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from domain.organisation.member import MemberRegistered
from domain.organisation.roster import MemberEnrolled, MemberReleased
from domain.organisation.unit import ApprovalBodyAssigned, UnitDissolved, UnitEstablished, UnitMoved, UnitRenamed
from domain.values import Code, MemberId, Sha256, day_of
from projections.answers import Answer, AsyncConnection, ask, ask_one
from projections.applying import Applied, Handlers
from projections.rows import Connection, Row

DDL: Final[LiteralString] = """
CREATE TABLE units (
    unit integer PRIMARY KEY,
    code text NOT NULL UNIQUE,
    kind text NOT NULL,
    title text NOT NULL,
    parent text,
    scheme text NOT NULL,
    approval_body text NOT NULL,
    path text[] NOT NULL,
    established_on date NOT NULL,
    dissolved_on date
);
CREATE TABLE unit_changes (
    change integer PRIMARY KEY,
    unit text NOT NULL,
    type text NOT NULL,
    day date NOT NULL,
    said text NOT NULL
);
CREATE INDEX unit_changes_of_unit ON unit_changes (unit);
CREATE TABLE members (
    member integer PRIMARY KEY,
    person uuid NOT NULL UNIQUE,
    unit text NOT NULL,
    profile text NOT NULL,
    name text NOT NULL,
    work_number text NOT NULL,
    present_from date NOT NULL,
    ended_on date
);
CREATE TABLE enrolments (
    enrolment integer PRIMARY KEY,
    unit text NOT NULL,
    member integer NOT NULL,
    from_on date NOT NULL,
    until_on date
);
CREATE INDEX enrolments_of_member ON enrolments (member);
CREATE INDEX enrolments_of_unit ON enrolments (unit);
"""


class UnitRow(Row, kw_only=True):
    """One organisation; ``path`` holds the codes from the root down to itself."""

    table = "units"
    unit: int
    code: str
    kind: str
    title: str
    parent: str | None
    scheme: str
    approval_body: str
    path: list[str]
    established_on: date
    dissolved_on: date | None = None


class UnitChangeRow(Row, kw_only=True):
    """One change of an organisation: its new name, its new place, who decides, or its end."""

    table = "unit_changes"
    change: int
    unit: str
    type: str
    day: date
    said: str


class MemberRow(Row, kw_only=True):
    """One person."""

    table = "members"
    member: int
    person: UUID
    unit: str
    profile: str
    name: str
    work_number: str
    present_from: date
    ended_on: date | None = None


class EnrolmentRow(Row, kw_only=True):
    """One person's time in one organisation."""

    table = "enrolments"
    enrolment: int
    unit: str
    member: int
    from_on: date
    until_on: date | None = None


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation."""

    unit: Code
    kind: str
    title: str
    parent: Code | None
    scheme: Code
    approval_body: str
    path: tuple[Code, ...]
    """Codes from the root down to itself."""
    established_on: date
    dissolved_on: date | None
    first_body: Code
    """Which organisation decides its sheets first."""
    position: int


class UnitChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change in an organisation's life."""

    type: str
    """Stored name of the fact."""
    day: date
    said: str
    """The new name, the organisation above, the deciding body; empty for an end."""
    position: int


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One person under his pseudonym."""

    member: MemberId
    unit: Code
    """Where he is enrolled on the day asked for; where he belongs, or belonged last, if no day was asked for."""
    profile: str
    name: str
    """Commitment; the vault knows the value."""
    work_number: str
    present_from: date
    ended_on: date | None
    position: int


def _established(this: Applied, fact: UnitEstablished) -> None:
    above = [] if fact.parent is None else this.keys.path(fact.parent)
    this.keys.remember("unit", fact.unit, key=(this.position, fact.scheme))
    this.keys.remember("path", fact.unit, key=([*above, fact.unit],))
    this.batch.insert(
        UnitRow(
            unit=this.position,
            code=fact.unit,
            kind=fact.kind,
            title=fact.title,
            parent=fact.parent,
            scheme=fact.scheme,
            approval_body=fact.approval_body,
            path=[*above, fact.unit],
            established_on=fact.established_on,
        )
    )


def _registered(this: Applied, fact: MemberRegistered) -> None:
    this.keys.members[fact.member.int] = this.position
    this.keys.remember("person", this.position, key=(fact.member,))
    this.batch.insert(
        MemberRow(
            member=this.position,
            person=fact.member,
            unit=fact.unit,
            profile=fact.profile,
            name=fact.name,
            work_number=fact.work_number,
            present_from=fact.present_from,
        )
    )


def _enrolled(this: Applied, fact: MemberEnrolled) -> None:
    member = this.keys.member(fact.member)
    this.batch.touched.add((member, day_of(this.entry.at).year))
    this.batch.insert(EnrolmentRow(enrolment=this.position, unit=fact.unit, member=member, from_on=fact.from_on))


def _released(this: Applied, fact: MemberReleased) -> None:
    member = this.keys.member(fact.member)
    this.batch.touched.update((member, year) for year in since(this, fact.last_on))
    known = {"unit": fact.unit, "member": member, "last_on": fact.last_on}
    assert this.execute(_RELEASE, known).rowcount == 1, f"{fact.member} is not on the roster of {fact.unit}"


def since(this: Applied, day: date) -> range:
    """The years from a day to the entry's own, which its scores may reach back to."""
    now = day_of(this.entry.at).year
    return range(min(day.year, now), now + 1)


def _renamed(this: Applied, fact: UnitRenamed) -> None:
    this.batch.change(UnitRow, this.keys.unit(fact.unit)[0], title=fact.title)
    _changed(this, fact.unit, fact.from_on, fact.title)


def _moved(this: Applied, fact: UnitMoved) -> None:
    this.batch.change(UnitRow, this.keys.unit(fact.unit)[0], parent=fact.parent)
    _changed(this, fact.unit, fact.from_on, fact.parent)
    this.execute(_MOVE, {"unit": fact.unit, "above": this.keys.path(fact.parent)})
    # What the organisations above ask beside the rule set is another from now on.
    this.batch.touched.update(this.execute(_SCORED_BELOW, {"unit": fact.unit}).fetchall())
    this.keys.forget()


def _dissolved(this: Applied, fact: UnitDissolved) -> None:
    this.batch.change(UnitRow, this.keys.unit(fact.unit)[0], dissolved_on=fact.last_on)
    _changed(this, fact.unit, fact.last_on, "")


def _body_assigned(this: Applied, fact: ApprovalBodyAssigned) -> None:
    this.batch.change(UnitRow, this.keys.unit(fact.unit)[0], approval_body=fact.approval_body)
    _changed(this, fact.unit, day_of(this.entry.at), fact.approval_body)


def _changed(this: Applied, unit: Code, day: date, said: str) -> None:
    this.batch.insert(UnitChangeRow(change=this.position, unit=unit, type=this.line.type, day=day, said=said))


_RELEASE: Final = """
UPDATE enrolments SET until_on = %(last_on)s
WHERE unit = %(unit)s AND member = %(member)s AND until_on IS NULL
"""
_SCORED_BELOW: Final = """
SELECT DISTINCT s.member, s.year
FROM scores AS s JOIN enrolments AS e ON e.member = s.member JOIN units AS u ON u.code = e.unit
WHERE %(unit)s = ANY(u.path) AND EXISTS (SELECT FROM local_items)
"""
_MOVE: Final = """
UPDATE units SET path = %(above)s::text[] || path[array_position(path, %(unit)s):] WHERE %(unit)s = ANY(path)
"""

HANDLERS: Final[Handlers] = {
    UnitEstablished: _established,
    UnitRenamed: _renamed,
    UnitMoved: _moved,
    UnitDissolved: _dissolved,
    ApprovalBodyAssigned: _body_assigned,
    MemberRegistered: _registered,
    MemberEnrolled: _enrolled,
    MemberReleased: _released,
}

_EVERYBODY: Final = "SELECT DISTINCT member FROM enrolments"
_KEY_OF: Final = "SELECT member FROM members WHERE person = %(person)s"


def everybody(connection: Connection) -> list[int]:
    """The keys of all members who were ever enrolled."""
    return [member for (member,) in connection.execute(_EVERYBODY)]


def key_of(connection: Connection, person: MemberId) -> int | None:
    """A member's key; None if he is not known."""
    row = connection.execute(_KEY_OF, {"person": person}).fetchone()
    return None if row is None else int(row[0])


_PERSON_OF: Final = "SELECT person FROM members WHERE member = %(member)s"


def person_of(connection: Connection, member: int) -> MemberId:
    """The pseudonym of a key."""
    row = connection.execute(_PERSON_OF, {"member": member}).fetchone()
    assert row is not None, f"there is no member {member}"
    return UUID(str(row[0]))


FIRST_BODY: Final = """
CASE WHEN u.parent IS NULL OR (u.approval_body <> 'parent_committee' AND u.dissolved_on IS NULL) THEN u.code
ELSE (SELECT above.code FROM units AS above
      WHERE above.code = ANY(u.path) AND above.code <> u.code AND above.dissolved_on IS NULL
      ORDER BY cardinality(above.path) DESC LIMIT 1)
END
"""
"""Which organisation decides the sheets of the unit ``u`` first."""
UNIT_COLUMNS: Final = (
    """
SELECT u.code AS unit, u.kind, u.title, u.parent, u.scheme, u.approval_body, u.path, u.established_on, u.dissolved_on,
       u.unit AS position, """
    + FIRST_BODY
    + """ AS first_body
FROM units AS u
"""
)
_UNITS: Final = UNIT_COLUMNS + "WHERE %(within)s::text IS NULL OR %(within)s = ANY(u.path) ORDER BY u.path"
_UNIT: Final = UNIT_COLUMNS + "WHERE u.code = %(unit)s"
_SEALED_NAMES: Final = "SELECT person, name FROM members WHERE person = ANY(%(people)s)"
_CHANGES: Final = """
SELECT type, day, said, change AS position FROM unit_changes WHERE unit = %(unit)s ORDER BY change
"""
MEMBER: Final = """
SELECT person AS member, unit, profile, name, work_number, present_from, ended_on, member AS position
FROM members WHERE person = %(member)s
"""
_MEMBERS: Final = """
SELECT m.person AS member, e.unit,
       COALESCE((SELECT p.profile FROM profiles AS p WHERE p.member = m.member AND p.from_on <= %(day)s
                 ORDER BY p.from_on DESC, p.assigned DESC LIMIT 1), m.profile) AS profile,
       m.name, m.work_number, m.present_from, m.ended_on, m.member AS position
FROM enrolments AS e JOIN members AS m ON m.member = e.member
WHERE e.unit = %(unit)s AND e.from_on <= %(day)s AND (e.until_on IS NULL OR %(day)s <= e.until_on)
ORDER BY e.enrolment
"""


async def units(connection: AsyncConnection, within: Code | None = None) -> Answer[tuple[Unit, ...]]:
    """An organisation and all below it, or all there are; parents before children."""
    return await ask(connection, Unit, _UNITS, {"within": within})


async def unit(connection: AsyncConnection, code: Code) -> Answer[Unit | None]:
    """One organisation."""
    return await ask_one(connection, Unit, _UNIT, {"unit": code}, where=code)


async def changes_of(connection: AsyncConnection, code: Code) -> Answer[tuple[UnitChange, ...]]:
    """What changed in an organisation's life, oldest first."""
    return await ask(connection, UnitChange, _CHANGES, {"unit": code}, where=code)


async def member(connection: AsyncConnection, person: MemberId) -> Answer[Member | None]:
    """One person, with the organisation to which he belongs, or belonged last."""
    return await ask_one(connection, Member, MEMBER, {"member": person}, whose=person)


async def sealed_names(connection: AsyncConnection, people: Iterable[MemberId]) -> dict[MemberId, Sha256]:
    """The commitments of the names of some people."""
    rows = await (await connection.execute(_SEALED_NAMES, {"people": list(people)})).fetchall()
    return dict(rows)


async def members_of(connection: AsyncConnection, unit: Code, day: date) -> Answer[tuple[Member, ...]]:
    """Everybody on the roster of an organisation on a day, in enrolment order."""
    return await ask(connection, Member, _MEMBERS, {"unit": unit, "day": day}, where=unit)
