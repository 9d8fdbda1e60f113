"""到访 — who comes with a request, in which offices, and about which organisation or person: one statement.

It is asked where sign-ins are written, so that a session that was ended and an office that was taken back are gone at
once, whatever a replica still shows.
"""

from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec
from fastapi import Request
from psycopg.errors import UndefinedTable

from api import sessions, tokens
from api.house import House
from api.sessions import Session
from domain.values import Sha256, day_of
from projections.answers import AsOf, NotFollowed
from projections.offices import OFFICES_OF_SIGNED, Office
from projections.organisation import MEMBER, UNIT_COLUMNS, Member, Unit


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """One value as it lies in the vault."""

    commitment: Sha256
    subject: UUID
    box: bytes
    wrapped: bytes


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """Who came, as he stands today, and what his address names."""

    session: Session
    as_of: AsOf
    waiting: int
    """How much is parked or held back; it changes without a further entry when somebody is put right."""
    offices: tuple[Office, ...]
    subject: Member | None
    """The person whom the address names."""
    name: Sealed | None
    """Of the person whom the address names; None where his key was destroyed."""
    place: Unit | None
    """The organisation that the address names, or to which the person whom it names belongs today: his archive moves
    with him."""

    @property
    def state(self) -> tuple[int, ...]:
        """Which state of the read models he came to: while it is the same, every answer made of them is the same."""
        return (self.as_of.generation, self.as_of.position, self.waiting)


_ARRIVED: Final = "".join(
    (
        """
), about AS MATERIALIZED (
  SELECT m.*, COALESCE((
    SELECT e.unit FROM enrolments AS e
    WHERE e.member = m.position AND e.from_on <= %(day)s AND (e.until_on IS NULL OR %(day)s <= e.until_on)
      AND (m.ended_on IS NULL OR %(day)s <= m.ended_on)
    ORDER BY e.enrolment LIMIT 1
  ), m.unit) AS home
  FROM (""",
        MEMBER,
        """) AS m
)
SELECT signed.person, signed.role, signed.unit, signed.scopes, signed.purpose,
  t.position, t.as_of_at, t.known_at, t.generation,
  (SELECT count(*) FROM parked) + (SELECT count(*) FROM held) AS waiting,
  (SELECT COALESCE(json_agg(row_to_json(o)), '[]') FROM (""",
        OFFICES_OF_SIGNED,
        """) AS o)::text AS offices,
  CASE WHEN about.member IS NOT NULL THEN row_to_json(about)::text END AS subject,
  (SELECT row_to_json(p) FROM (""",
        UNIT_COLUMNS,
        """WHERE u.code = COALESCE(%(unit)s::text, about.home)) AS p)::text AS place,
  v.name, v.subject, v.box, v.wrapped
FROM signed LEFT JOIN tracking AS t ON true LEFT JOIN about ON true
LEFT JOIN LATERAL (
  SELECT about.name, s.subject, s.box, k.wrapped
  FROM vault.sealed AS s JOIN vault.keys AS k ON k.subject = s.subject
  WHERE s.commitment = decode(about.name, 'hex')
) AS v ON true
""",
    )
)
BY_COOKIE: Final = "WITH signed AS MATERIALIZED (" + sessions.FIND + _ARRIVED
BY_TOKEN: Final = "WITH signed AS MATERIALIZED (" + tokens.FIND + _ARRIVED

_OFFICES: Final = msgspec.json.Decoder(tuple[Office, ...])
_SUBJECT: Final = msgspec.json.Decoder(Member)
_PLACE: Final = msgspec.json.Decoder(Unit)


async def arrive(house: House, request: Request) -> Arrival | None:
    """Who is signed in, by a program's token if there is one, else by a browser's cookie; None for anybody else."""
    query, token = _credential(house, request)
    if token is None:
        return None
    path, now = request.path_params, house.clock.now()
    known = {"token": token, "now": now, "day": day_of(now), "unit": path.get("unit"), "member": path.get("member")}
    async with house.access.connection() as connection:
        try:
            row = await (await connection.execute(query, known)).fetchone()
        except UndefinedTable as missing:
            raise NotFollowed from missing
    return None if row is None else _arrival(token, row)


def _credential(house: House, request: Request) -> tuple[LiteralString, bytes | None]:
    authorization = request.headers.get("authorization")
    if authorization is not None:
        return BY_TOKEN, tokens.token_in(authorization)
    return BY_COOKIE, sessions.token_in(house, request)


def _arrival(token: bytes, row: tuple[Any, ...]) -> Arrival:
    person, role, unit, scopes, purpose, position, at, known_at, generation, waiting, *rest = row
    offices, subject, place, *name = rest
    if position is None:
        raise NotFollowed
    bound = None if scopes is None else tokens.within(purpose, scopes)
    return Arrival(
        session=Session(token_hash=token, person=person, role=role, unit=unit, scopes=bound),
        as_of=AsOf(position=position, at=at, known_at=known_at, generation=generation),
        waiting=waiting,
        offices=_OFFICES.decode(offices),
        subject=None if subject is None else _SUBJECT.decode(subject),
        name=None if name[0] is None else Sealed(commitment=name[0], subject=name[1], box=name[2], wrapped=name[3]),
        place=None if place is None else _PLACE.decode(place),
    )
