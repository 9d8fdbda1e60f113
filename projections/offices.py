"""任职 — who acts in which office of which organisation, on a day: holders, substitutes and delegates."""

from datetime import date
from typing import Final, LiteralString

import msgspec

from domain.organisation.appointments import COMMITTEE, RoleAppointed, RoleDelegated, RoleEnded, RoleSubstituted
from domain.values import Code, MemberId
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE appointments (
    appointment integer PRIMARY KEY,
    unit text NOT NULL,
    role text NOT NULL,
    member integer NOT NULL,
    from_on date NOT NULL,
    until_on date,
    ended integer,
    stands_for integer,
    asked boolean NOT NULL
);
CREATE INDEX appointments_of_member ON appointments (member);
CREATE INDEX appointments_of_unit ON appointments (unit);
CREATE INDEX appointments_standing_in ON appointments (unit) WHERE stands_for IS NOT NULL;
"""


class AppointmentRow(Row, kw_only=True):
    """One office in which one person acts; ``ended`` is the position of the entry that ended it early.

    ``stands_for`` is whose office it is where he stands in; ``asked``: by the holder himself.
    """

    table = "appointments"
    appointment: int
    unit: str
    role: str
    member: int
    from_on: date
    until_on: date | None
    ended: int | None = None
    stands_for: int | None = None
    asked: bool = False


class Office(msgspec.Struct, frozen=True, kw_only=True):
    """One role of one person in one organisation; role ``member`` for being on its roster."""

    unit: Code
    unit_title: str
    role: str
    member: MemberId
    from_on: date
    until_on: date | None
    stands_for: MemberId | None = None
    """Whose office it is, where he stands in."""
    asked: bool = False
    """By the holder himself; else by the organisation."""
    position: int


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


def _lent(this: Applied, fact: RoleSubstituted | RoleDelegated) -> None:
    this.batch.insert(
        AppointmentRow(
            appointment=this.position,
            unit=fact.unit,
            role=fact.role,
            member=this.keys.member(fact.person),
            from_on=fact.from_on,
            until_on=fact.until_on,
            stands_for=this.keys.member(fact.stands_for),
            asked=isinstance(fact, RoleDelegated),
        )
    )


_END: Final = """
UPDATE appointments SET until_on = %(last_on)s, ended = %(position)s
WHERE unit = %(unit)s AND role = %(role)s AND member = %(member)s
  AND from_on <= %(last_on)s AND (until_on IS NULL OR %(last_on)s <= until_on)
"""

HANDLERS: Final[Handlers] = {
    RoleAppointed: _appointed,
    RoleSubstituted: _lent,
    RoleDelegated: _lent,
    RoleEnded: _ended,
}

ACTS: Final = """
  a.from_on <= %(day)s AND (a.until_on IS NULL OR %(day)s <= a.until_on)
  AND EXISTS (
    SELECT FROM appointments AS x
    WHERE x.unit = a.unit AND x.role = a.role AND x.from_on <= %(day)s
      AND (x.until_on IS NULL OR %(day)s <= x.until_on)
      AND CASE WHEN a.stands_for IS NULL THEN x.stands_for = a.member
               ELSE x.stands_for IS NULL AND x.member = a.stands_for END
  ) = (a.stands_for IS NOT NULL)
"""
"""Whether the appointment ``a`` is acted in on a day: by its holder unless somebody stands in, by a stand-in only as
long as the holder has it."""
_OFFICES_OF: Final = "".join(
    (
        """
SELECT held.unit, u.title AS unit_title, held.role, m.person AS member, held.from_on, held.until_on,
       h.person AS stands_for, held.asked, held.position
FROM members AS m CROSS JOIN LATERAL (
    SELECT a.unit, a.role, a.from_on, a.until_on, a.stands_for, a.asked, a.appointment AS position
    FROM appointments AS a WHERE a.member = m.member AND """,
        ACTS,
        """
    UNION ALL
    SELECT e.unit, 'member', e.from_on, e.until_on, NULL, false, e.enrolment
    FROM enrolments AS e
    WHERE e.member = m.member AND e.from_on <= %(day)s AND (e.until_on IS NULL OR %(day)s <= e.until_on)
) AS held
LEFT JOIN members AS h ON h.member = held.stands_for
JOIN units AS u ON u.code = held.unit
WHERE (m.ended_on IS NULL OR %(day)s <= m.ended_on) AND m.person = """,
    )
)
"""By way of the person, so that an index finds what is his: whoever comes is asked for with every request."""
_OFFICES: Final = _OFFICES_OF + "%(member)s ORDER BY held.position"
OFFICES_OF_SIGNED: Final = _OFFICES_OF + "signed.person ORDER BY held.position"
"""The same for whoever stands in the row ``signed`` of a larger statement."""
_APPOINTMENTS: Final = """
SELECT a.unit, u.title AS unit_title, a.role, m.person AS member, a.from_on, a.until_on, h.person AS stands_for,
       a.asked, a.appointment AS position
FROM appointments AS a
JOIN members AS m ON m.member = a.member
LEFT JOIN members AS h ON h.member = a.stands_for
JOIN units AS u ON u.code = a.unit
WHERE """
_HOLDERS: Final = _APPOINTMENTS + "a.unit = %(unit)s AND" + ACTS + "ORDER BY a.appointment"
_BELOW: Final = _APPOINTMENTS + "%(unit)s = ANY(u.path) AND" + ACTS + "ORDER BY u.path, a.appointment"
_EVER: Final = _APPOINTMENTS + "a.unit = %(unit)s ORDER BY a.from_on, a.appointment"
_HELD_BY: Final = _APPOINTMENTS + "m.person = %(member)s ORDER BY a.from_on, a.appointment"


async def offices_of(connection: AsyncConnection, person: MemberId, day: date) -> Answer[tuple[Office, ...]]:
    """In which roles a person may act on a day, and for which organisations; membership is role ``member``."""
    return await ask(connection, Office, _OFFICES, {"member": person, "day": day}, whose=person)


async def officers_of(connection: AsyncConnection, unit: Code, day: date) -> Answer[tuple[Office, ...]]:
    """Who holds which office of an organisation on a day."""
    return await ask(connection, Office, _HOLDERS, {"unit": unit, "day": day}, where=unit)


async def officers_below(connection: AsyncConnection, unit: Code, day: date) -> Answer[tuple[Office, ...]]:
    """Who holds which office on a day in an organisation and in all below it, organisation by organisation."""
    return await ask(connection, Office, _BELOW, {"unit": unit, "day": day}, where=unit)


async def committee_of(connection: AsyncConnection, unit: Code, day: date) -> Answer[tuple[Office, ...]]:
    """The committee of an organisation on a day."""
    found = await officers_of(connection, unit, day)
    return msgspec.structs.replace(found, value=tuple(office for office in found.value if office.role in COMMITTEE))


async def appointments_of(connection: AsyncConnection, unit: Code) -> Answer[tuple[Office, ...]]:
    """Every office of an organisation that was ever given, by its first day."""
    return await ask(connection, Office, _EVER, {"unit": unit}, where=unit)


async def appointments_held(connection: AsyncConnection, person: MemberId) -> Answer[tuple[Office, ...]]:
    """Every office that a person was ever given, by its first day."""
    return await ask(connection, Office, _HELD_BY, {"member": person}, whose=person)
