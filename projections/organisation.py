"""组织与人员 — organisations, members and offices, and who stands where on a day.

Names are not here: a member carries the commitments to his name and work number, the vault opens them.
"""

from datetime import date
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from domain.organisation.appointments import COMMITTEE, RoleAppointed, RoleEnded
from domain.organisation.member import MemberRegistered
from domain.organisation.roster import MemberEnrolled
from domain.organisation.unit import UnitEstablished
from domain.values import Code, MemberId, day_of
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
    established_on date NOT NULL
);
CREATE TABLE members (
    member integer PRIMARY KEY,
    person uuid NOT NULL UNIQUE,
    unit text NOT NULL,
    profile text NOT NULL,
    name text NOT NULL,
    work_number text NOT NULL,
    present_from date NOT NULL
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
CREATE TABLE appointments (
    appointment integer PRIMARY KEY,
    unit text NOT NULL,
    role text NOT NULL,
    member integer NOT NULL,
    from_on date NOT NULL,
    until_on date,
    ended integer
);
CREATE INDEX appointments_of_member ON appointments (member);
CREATE INDEX appointments_of_unit ON appointments (unit);
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


class EnrolmentRow(Row, kw_only=True):
    """One person's time in one organisation."""

    table = "enrolments"
    enrolment: int
    unit: str
    member: int
    from_on: date
    until_on: date | None = None


class AppointmentRow(Row, kw_only=True):
    """One office held by one person; ``ended`` is the position of the entry that ended it early."""

    table = "appointments"
    appointment: int
    unit: str
    role: str
    member: int
    from_on: date
    until_on: date | None
    ended: int | None = None


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
    position: int


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One person under his pseudonym."""

    member: MemberId
    unit: Code
    """Where he is enrolled on the day asked for; where he was registered if no day was asked for."""
    profile: str
    name: str
    """Commitment; the vault knows the value."""
    work_number: str
    present_from: date
    position: int


class Office(msgspec.Struct, frozen=True, kw_only=True):
    """One role of one person in one organisation; role ``member`` for being on its roster."""

    unit: Code
    unit_title: str
    role: str
    member: MemberId
    from_on: date
    until_on: date | None
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


def _appointed(this: Applied, fact: RoleAppointed) -> None:
    this.batch.insert(
        AppointmentRow(
            appointment=this.position,
            unit=fact.unit,
            role=fact.role,
            member=this.keys.member(fact.person),
            from_on=fact.from_on,
            until_on=fact.until_on,
        )
    )


def _ended(this: Applied, fact: RoleEnded) -> None:
    known = {
        "unit": fact.unit,
        "role": fact.role,
        "member": this.keys.member(fact.person),
        "last_on": fact.last_on,
        "position": this.position,
    }
    ended = this.execute(_END, known).rowcount
    assert ended, f"{fact.role} of {fact.unit} was not held"


_END: Final = """
UPDATE appointments SET until_on = %(last_on)s, ended = %(position)s
WHERE unit = %(unit)s AND role = %(role)s AND member = %(member)s
  AND from_on <= %(last_on)s AND (until_on IS NULL OR %(last_on)s <= until_on)
"""

HANDLERS: Final[Handlers] = {
    UnitEstablished: _established,
    MemberRegistered: _registered,
    MemberEnrolled: _enrolled,
    RoleAppointed: _appointed,
    RoleEnded: _ended,
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


_UNITS: Final = """
SELECT code AS unit, kind, title, parent, scheme, approval_body, path, established_on, unit AS position
FROM units WHERE %(within)s::text IS NULL OR %(within)s = ANY(path)
ORDER BY path
"""
_UNIT: Final = """
SELECT code AS unit, kind, title, parent, scheme, approval_body, path, established_on, unit AS position
FROM units WHERE code = %(unit)s
"""
_MEMBER: Final = """
SELECT person AS member, unit, profile, name, work_number, present_from, member AS position
FROM members WHERE person = %(member)s
"""
_MEMBERS: Final = """
SELECT m.person AS member, e.unit, m.profile, m.name, m.work_number, m.present_from, m.member AS position
FROM enrolments AS e JOIN members AS m ON m.member = e.member
WHERE e.unit = %(unit)s AND e.from_on <= %(day)s AND (e.until_on IS NULL OR %(day)s <= e.until_on)
ORDER BY e.enrolment
"""
_OFFICES: Final = """
SELECT held.unit, u.title AS unit_title, held.role, m.person AS member, held.from_on, held.until_on, held.position
FROM (
    SELECT unit, role, member, from_on, until_on, appointment AS position FROM appointments
    UNION ALL
    SELECT unit, 'member', member, from_on, until_on, enrolment FROM enrolments
) AS held
JOIN members AS m ON m.member = held.member
JOIN units AS u ON u.code = held.unit
WHERE m.person = %(member)s AND held.from_on <= %(day)s AND (held.until_on IS NULL OR %(day)s <= held.until_on)
ORDER BY held.position
"""
_HOLDERS: Final = """
SELECT a.unit, u.title AS unit_title, a.role, m.person AS member, a.from_on, a.until_on, a.appointment AS position
FROM appointments AS a
JOIN members AS m ON m.member = a.member
JOIN units AS u ON u.code = a.unit
WHERE a.unit = %(unit)s AND a.from_on <= %(day)s AND (a.until_on IS NULL OR %(day)s <= a.until_on)
ORDER BY a.appointment
"""


async def units(connection: AsyncConnection, within: Code | None = None) -> Answer[tuple[Unit, ...]]:
    """An organisation and all below it, or all there are; parents before children."""
    return await ask(connection, Unit, _UNITS, {"within": within})


async def unit(connection: AsyncConnection, code: Code) -> Answer[Unit | None]:
    """One organisation."""
    return await ask_one(connection, Unit, _UNIT, {"unit": code}, where=code)


async def member(connection: AsyncConnection, person: MemberId) -> Answer[Member | None]:
    """One person, with the organisation in which he was registered."""
    return await ask_one(connection, Member, _MEMBER, {"member": person}, whose=person)


async def members_of(connection: AsyncConnection, unit: Code, day: date) -> Answer[tuple[Member, ...]]:
    """Everybody on the roster of an organisation on a day, in enrolment order."""
    return await ask(connection, Member, _MEMBERS, {"unit": unit, "day": day}, where=unit)


async def offices_of(connection: AsyncConnection, person: MemberId, day: date) -> Answer[tuple[Office, ...]]:
    """In which roles a person may act on a day, and for which organisations; membership is role ``member``."""
    return await ask(connection, Office, _OFFICES, {"member": person, "day": day}, whose=person)


async def officers_of(connection: AsyncConnection, unit: Code, day: date) -> Answer[tuple[Office, ...]]:
    """Who holds which office of an organisation on a day."""
    return await ask(connection, Office, _HOLDERS, {"unit": unit, "day": day}, where=unit)


async def committee_of(connection: AsyncConnection, unit: Code, day: date) -> Answer[tuple[Office, ...]]:
    """The committee of an organisation on a day."""
    found = await officers_of(connection, unit, day)
    return msgspec.structs.replace(found, value=tuple(office for office in found.value if office.role in COMMITTEE))
