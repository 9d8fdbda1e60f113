"""党员变动 — where a member belonged when, in which class he was, his leaves and his exemptions."""

from datetime import date
from typing import Final, LiteralString

import msgspec

from domain.organisation.member import (
    ExemptionEnded,
    ExemptionGranted,
    ExemptionRefused,
    ExemptionRequested,
    ExemptionSupported,
    LeaveRegistered,
    LeaveShortened,
    MemberProfileAssigned,
    MemberRegistered,
    MembershipEnded,
    MemberTransferred,
)
from domain.values import Code, MemberId, Sha256
from projections.answers import Answer, AsyncConnection, ask, ask_one
from projections.applying import Applied, Handlers
from projections.organisation import MemberRow, since
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE profiles (
    assigned integer PRIMARY KEY,
    member integer NOT NULL,
    profile text NOT NULL,
    from_on date NOT NULL
);
CREATE INDEX profiles_of_member ON profiles (member);
CREATE TABLE absences (
    absence integer PRIMARY KEY,
    member integer NOT NULL,
    unit text NOT NULL,
    kind text NOT NULL,
    exempt boolean NOT NULL,
    from_on date NOT NULL,
    until_on date
);
CREATE INDEX absences_of_member ON absences (member);
CREATE TABLE exemptions (
    exemption integer PRIMARY KEY,
    member integer NOT NULL,
    number integer NOT NULL,
    unit text NOT NULL,
    from_on date NOT NULL,
    status text NOT NULL,
    steps integer NOT NULL,
    ground text NOT NULL,
    reason text NOT NULL,
    last_on date
);
CREATE INDEX exemptions_of_member ON exemptions (member);
"""


class ProfileRow(Row, kw_only=True):
    """One class of one member, from a day on."""

    table = "profiles"
    assigned: int
    member: int
    profile: str
    from_on: date


class AbsenceRow(Row, kw_only=True):
    """One leave, or one exemption in force."""

    table = "absences"
    absence: int
    member: int
    unit: str
    kind: str
    exempt: bool
    from_on: date
    until_on: date | None


class ExemptionRow(Row, kw_only=True):
    """One request to be exempt."""

    table = "exemptions"
    exemption: int
    member: int
    number: int
    unit: str
    from_on: date
    status: str
    steps: int
    ground: str
    reason: str
    last_on: date | None = None


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """A member's time in one organisation."""

    unit: Code
    unit_title: str
    from_on: date
    until_on: date | None


class ProfileSpan(msgspec.Struct, frozen=True, kw_only=True):
    """The class in which a member was from a day on."""

    profile: str
    from_on: date


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """A leave, or an exemption in force."""

    member: MemberId
    kind: str
    exempt: bool
    from_on: date
    until_on: date | None


class Exemption(msgspec.Struct, frozen=True, kw_only=True):
    """A request to be exempt; ``ground`` and ``reason`` are commitments."""

    member: MemberId
    number: int
    unit: Code
    from_on: date
    status: str
    steps: int
    ground: Sha256
    reason: Sha256
    last_on: date | None


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known of where a member stood when."""

    stays: tuple[Stay, ...]
    profiles: tuple[ProfileSpan, ...]
    absences: tuple[Absence, ...]
    exemptions: tuple[Exemption, ...]


def _registered(this: Applied, fact: MemberRegistered) -> None:
    _profile(this, this.keys.member(fact.member), fact.profile, fact.present_from)


def _assigned(this: Applied, fact: MemberProfileAssigned) -> None:
    member = this.keys.member(fact.member)
    this.batch.change(MemberRow, member, profile=fact.profile)
    _profile(this, member, fact.profile, fact.from_on)
    this.batch.touched.update((member, year) for year in since(this, fact.from_on))


def _profile(this: Applied, member: int, profile: str, from_on: date) -> None:
    this.batch.insert(ProfileRow(assigned=this.position, member=member, profile=profile, from_on=from_on))


def _transferred(this: Applied, fact: MemberTransferred) -> None:
    member = this.keys.member(fact.member)
    this.batch.change(MemberRow, member, unit=fact.to_unit)
    this.batch.touched.update((member, year) for year in since(this, fact.from_on))


def _over(this: Applied, fact: MembershipEnded) -> None:
    this.batch.change(MemberRow, this.keys.member(fact.member), ended_on=fact.last_on)


def _leave(this: Applied, fact: LeaveRegistered) -> None:
    member = this.keys.member(fact.member)
    this.batch.touched.update((member, year) for year in since(this, fact.from_on))
    this.batch.insert(
        AbsenceRow(
            absence=this.position,
            member=member,
            unit=fact.unit,
            kind=fact.kind,
            exempt=False,
            from_on=fact.from_on,
            until_on=fact.until_on,
        )
    )


def _shortened(this: Applied, fact: LeaveShortened) -> None:
    _until(this, fact.member, fact.from_on, fact.last_on, exempt=False)


def _until(this: Applied, person: MemberId, from_on: date, last_on: date, *, exempt: bool) -> None:
    member = this.keys.member(person)
    this.batch.touched.update((member, year) for year in since(this, last_on))
    known = {"member": member, "from_on": from_on, "last_on": last_on, "exempt": exempt}
    assert this.execute(_UNTIL, known).rowcount == 1, f"{person} was not away from {from_on}"


def _requested(this: Applied, fact: ExemptionRequested) -> None:
    this.batch.insert(
        ExemptionRow(
            exemption=this.position,
            member=this.keys.member(fact.member),
            number=fact.exemption,
            unit=fact.unit,
            from_on=fact.from_on,
            status="requested",
            steps=0,
            ground=fact.ground,
            reason=fact.reason,
        )
    )


def _decided(this: Applied, fact: ExemptionSupported | ExemptionGranted | ExemptionRefused) -> None:
    status = {ExemptionSupported: "requested", ExemptionGranted: "granted", ExemptionRefused: "refused"}[type(fact)]
    from_on = _step(this, fact.member, fact.exemption, status, None)
    if not isinstance(fact, ExemptionGranted):
        return
    member = this.keys.member(fact.member)
    this.batch.touched.update((member, year) for year in since(this, from_on))
    this.batch.insert(
        AbsenceRow(
            absence=this.position,
            member=member,
            unit=fact.unit,
            kind="exempt",
            exempt=True,
            from_on=from_on,
            until_on=None,
        )
    )


def _ended(this: Applied, fact: ExemptionEnded) -> None:
    from_on = _step(this, fact.member, fact.exemption, "ended", fact.last_on)
    _until(this, fact.member, from_on, fact.last_on, exempt=True)


def _step(this: Applied, person: MemberId, number: int, status: str, last_on: date | None) -> date:
    """Bring an exemption one step further; its first day."""
    known = {"member": this.keys.member(person), "number": number, "status": status, "last_on": last_on}
    found = this.execute(_STEP, known).fetchone()
    assert found is not None, f"{person} asked for no exemption {number}"
    from_on: date = found[0]
    return from_on


_UNTIL: Final = """
UPDATE absences SET until_on = %(last_on)s
WHERE member = %(member)s AND exempt = %(exempt)s AND from_on = %(from_on)s
"""
_STEP: Final = """
UPDATE exemptions
SET status = %(status)s, last_on = %(last_on)s, steps = steps + (%(status)s IN ('requested', 'granted'))::int
WHERE member = %(member)s AND number = %(number)s
RETURNING from_on
"""

HANDLERS: Final[Handlers] = {
    MemberRegistered: _registered,
    MemberTransferred: _transferred,
    MemberProfileAssigned: _assigned,
    MembershipEnded: _over,
    LeaveRegistered: _leave,
    LeaveShortened: _shortened,
    ExemptionRequested: _requested,
    ExemptionSupported: _decided,
    ExemptionGranted: _decided,
    ExemptionRefused: _decided,
    ExemptionEnded: _ended,
}

_ABSENCE: Final = """
SELECT m.person AS member, a.kind, a.exempt, a.from_on, a.until_on
FROM absences AS a JOIN members AS m ON m.member = a.member
"""
_EXEMPTION: Final = """
SELECT m.person AS member, x.number, x.unit, x.from_on, x.status, x.steps, x.ground, x.reason, x.last_on
FROM exemptions AS x JOIN members AS m ON m.member = x.member
"""
_AWAY: Final = (
    _ABSENCE
    + """
JOIN enrolments AS e ON e.member = a.member
WHERE e.unit = %(unit)s AND e.from_on <= %(day)s AND (e.until_on IS NULL OR %(day)s <= e.until_on)
  AND a.from_on <= %(day)s AND (a.until_on IS NULL OR %(day)s <= a.until_on)
ORDER BY a.absence
"""
)
_COURSE: Final = "".join(
    (
        """
SELECT
  (SELECT COALESCE(json_agg(json_build_object('unit', e.unit, 'unit_title', u.title, 'from_on', e.from_on,
                                              'until_on', e.until_on) ORDER BY e.from_on, e.enrolment), '[]')
   FROM enrolments AS e JOIN units AS u ON u.code = e.unit WHERE e.member = who.member) AS stays,
  (SELECT COALESCE(json_agg(json_build_object('profile', p.profile, 'from_on', p.from_on)
                            ORDER BY p.from_on, p.assigned), '[]')
   FROM profiles AS p WHERE p.member = who.member) AS profiles,
  (SELECT COALESCE(json_agg(row_to_json(x) ORDER BY x.from_on), '[]') FROM (""",
        _ABSENCE,
        """WHERE a.member = who.member) AS x) AS absences,
  (SELECT COALESCE(json_agg(row_to_json(y) ORDER BY y.number), '[]') FROM (""",
        _EXEMPTION,
        """WHERE x.member = who.member) AS y) AS exemptions
FROM members AS who WHERE who.person = %(member)s
""",
    )
)
_REQUESTED: Final = (
    _EXEMPTION
    + """
JOIN units AS u ON u.code = m.unit
WHERE x.status = 'requested' AND %(unit)s = ANY(u.path) ORDER BY x.exemption
"""
)


async def course_of(connection: AsyncConnection, person: MemberId) -> Answer[Course | None]:
    """Where a member stood when."""
    return await ask_one(connection, Course, _COURSE, {"member": person}, whose=person)


async def away_from(connection: AsyncConnection, unit: Code, day: date) -> Answer[tuple[Absence, ...]]:
    """Who of an organisation's roster is on leave or exempt on a day."""
    return await ask(connection, Absence, _AWAY, {"unit": unit, "day": day}, where=unit)


async def exemptions_asked_for(connection: AsyncConnection, unit: Code) -> Answer[tuple[Exemption, ...]]:
    """Exemptions that members of an organisation, or of one below it, have asked for and nobody has decided yet."""
    return await ask(connection, Exemption, _REQUESTED, {"unit": unit})
