"""Who reads: a person with today's offices, and the one of them in which he acts."""

from collections.abc import Sequence
from typing import Final

import msgspec

from api.sessions import Session
from domain.actor import Actor
from domain.actor import person as person_in_role
from domain.permissions import Holder
from domain.values import Code, MemberId
from projections import offices

USEFUL: Final[tuple[Holder, ...]] = (
    "secretary",
    "recorder",
    "substitute_recorder",
    "committee_member",
    "leading_group",
    "officer",
    "department_officer",
    "auditor",
    "reviewer",
    "member",
)
"""Which office a person is given until he chooses: the one with most to do first."""


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """One office that a person holds today; role ``member`` for belonging to an organisation."""

    role: Holder
    unit: Code
    unit_title: str

    @property
    def key(self) -> str:
        """As a form names it: ``recorder@PK-ZWB``."""
        return f"{self.role}@{self.unit}"


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """A person who is signed in. Who holds no office and belongs nowhere today has none to act in."""

    person: MemberId
    session: Session
    offices: tuple[Acting, ...]
    acting: Acting | None

    @property
    def actor(self) -> Actor:
        """The actor of what he writes."""
        assert self.acting is not None, "the permission table grants nothing to nobody"
        return person_in_role(self.person, self.acting.role, self.acting.unit)

    def holding(self, role: str, unit: Code) -> Acting | None:
        """The office of this name, if he holds it today."""
        return next((one for one in self.offices if one.role == role and one.unit == unit), None)


def reader_of(session: Session, offices_today: Sequence[offices.Office]) -> Reader:
    """The person of a session as he stands today."""
    held = in_order(offices_today)
    chosen = None
    if session.role is not None:
        chosen = next((o for o in held if o.role == session.role and o.unit == session.unit), None)
    bound = session.scopes is not None  # a token acts in its own office or in none
    acting = chosen if bound or chosen else (held[0] if held else None)
    return Reader(person=session.person, session=session, offices=held, acting=acting)


def in_order(held: Sequence[offices.Office]) -> tuple[Acting, ...]:
    """Offices, the most useful first."""
    known = [
        Acting(role=role, unit=office.unit, unit_title=office.unit_title)
        for office in held
        for role in USEFUL
        if role == office.role
    ]
    return tuple(sorted(known, key=lambda one: (USEFUL.index(one.role), one.unit)))
