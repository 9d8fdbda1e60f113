"""核查回避 — who is outside a person's line, and may look into his affairs: recusal goes by person, never by office.

Not the person himself, nor anybody of his branch, nor whoever recorded, decided or handled anything for that branch
or an organisation above it since the period began, or stands in for one who does.
"""

from datetime import date
from typing import Final

from domain.decider import Past, Refused
from domain.organisation.appointments import APPOINTMENTS, READING, Role
from domain.organisation.member import registered
from domain.organisation.roster import roster_of
from domain.organisation.unit import higher_than
from domain.recording.archive import ARCHIVE
from domain.values import Code, MemberId

_FIRST_YEAR: Final = 2000


class InHisLine(Refused):
    """核查人员与被核查人有关联,应当回避。 A reviewer is himself concerned, or of the person's line, and steps back."""

    code = "reviewer-in-line"


def stand_outside(past: Past, person: MemberId, subject: MemberId, first_on: date, today: date) -> None:
    """Refuse whoever is not outside the line of the person who is looked at."""
    if person == subject:
        raise InHisLine
    for unit in _branches(past, subject, first_on, today):
        if _belonged(past, unit, person, first_on):
            raise InHisLine
        for place in (unit, *higher_than(past, unit)):
            held = past[APPOINTMENTS.of(place)].held
            if any(a.person == person and _decides(a.role) and a.meets(first_on, today) for a in held):
                raise InHisLine


def _branches(past: Past, subject: MemberId, first_on: date, today: date) -> list[Code]:
    """Where he belongs, and every organisation that made a record of him in those years."""
    home = registered(past, subject).unit
    years = range(max(first_on.year, _FIRST_YEAR), today.year + 1)
    archives = past.many([ARCHIVE.of(subject, year) for year in years])
    made = (record.unit for archive in archives for record in archive.records.values())
    return list(dict.fromkeys((home, *made)))


def _belonged(past: Past, unit: Code, person: MemberId, first_on: date) -> bool:
    """Whether a person was on the roster of an organisation at any time since."""
    enrolled = past[roster_of(unit)].enrolments
    return any(e.member == person and (e.until_on is None or e.until_on >= first_on) for e in enrolled)


def _decides(role: Role) -> bool:
    return role not in READING
