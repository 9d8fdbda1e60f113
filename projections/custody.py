"""信息处置 — holds, restrictions and erasures of people, what was ordered to go, and what is due.

A row says no more than its facts. What is due is asked of the day and of the terms of the rule set: nothing runs out
in the tables by itself.
"""

from datetime import date, datetime
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec

from domain.decider import Fact
from domain.organisation.custody import (
    CustodyFact,
    ErasureApproved,
    ErasureDeclined,
    ErasureProposed,
    LegalHoldLifted,
    LegalHoldPlaced,
    PersonalKeyDestroyed,
    ProcessingRestricted,
    RestrictionLifted,
)
from domain.oversight.case_key import CaseKeyDestroyed
from domain.oversight.retention import AccessLogTrimmed, RetentionOrdered
from domain.values import Code, MemberId
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE custodies (
    person uuid PRIMARY KEY,
    unit text NOT NULL,
    holds integer NOT NULL DEFAULT 0,
    restricted boolean NOT NULL DEFAULT false,
    erasure text
);
CREATE TABLE custody_steps (
    position integer PRIMARY KEY,
    person uuid NOT NULL,
    unit text NOT NULL,
    type text NOT NULL,
    at timestamptz NOT NULL,
    by uuid,
    number text,
    ground text,
    basis text,
    document text
);
CREATE INDEX custody_steps_of_person ON custody_steps (person);
CREATE TABLE case_keys (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    destroyed_at timestamptz NOT NULL
);
CREATE TABLE retention_orders (
    position integer PRIMARY KEY,
    unit text NOT NULL,
    type text NOT NULL,
    kind text NOT NULL,
    before_on date NOT NULL,
    at timestamptz NOT NULL,
    by uuid,
    rows integer NOT NULL
);
"""


class StepRow(Row, kw_only=True):
    """One fact about what becomes of a person's data."""

    table = "custody_steps"
    position: int
    person: UUID
    unit: str
    type: str
    at: str
    by: UUID | None = None
    number: str | None = None
    ground: str | None = None
    basis: str | None = None
    document: str | None = None


class CaseKeyRow(Row, kw_only=True):
    """One case whose key is gone."""

    table = "case_keys"
    id: UUID
    kind: str
    destroyed_at: str


class OrderRow(Row, kw_only=True):
    """One order, or what came of it."""

    table = "retention_orders"
    position: int
    unit: str
    type: str
    kind: str
    before_on: date
    at: str
    by: UUID | None
    rows: int


_STAND: Final = """
INSERT INTO custodies AS c (person, unit, holds, restricted, erasure)
VALUES (%(person)s, %(unit)s, %(more)s, COALESCE(%(restricted)s, false), %(erasure)s)
ON CONFLICT (person) DO UPDATE SET
  holds = c.holds + %(more)s,
  restricted = COALESCE(%(restricted)s, c.restricted),
  erasure = CASE WHEN %(erases)s THEN %(erasure)s ELSE c.erasure END
"""
_AFTER: Final[dict[type[Fact], tuple[int, bool | None, bool, str | None]]] = {
    LegalHoldPlaced: (1, None, False, None),
    LegalHoldLifted: (-1, None, False, None),
    ProcessingRestricted: (0, True, False, None),
    RestrictionLifted: (0, False, False, None),
    ErasureProposed: (0, None, True, "proposed"),
    ErasureApproved: (0, None, True, "approved"),
    ErasureDeclined: (0, None, True, None),
    PersonalKeyDestroyed: (0, None, True, "destroyed"),
}
"""(holds more, restricted or not or as before, whether the erasure is another, which)."""


def _step(this: Applied, fact: CustodyFact) -> None:
    said: dict[str, Any] = {name: getattr(fact, name, None) for name in ("by", "number", "ground", "basis", "document")}
    if isinstance(fact, ErasureApproved | ErasureDeclined):
        said |= {"number": fact.minute, "document": fact.minute_sha256}
    place: dict[str, Any] = {"person": fact.member, "unit": fact.unit}
    this.batch.insert(StepRow(position=this.position, type=this.line.type, at=this.at, **place, **said))
    more, restricted, erases, erasure = _AFTER[type(fact)]
    known = {"more": more, "restricted": restricted, "erases": erases, "erasure": erasure}
    this.execute(_STAND, {**place, **known})


def _case(this: Applied, fact: CaseKeyDestroyed) -> None:
    this.batch.insert(CaseKeyRow(id=fact.case, kind=fact.kind, destroyed_at=this.at))


def _order(this: Applied, fact: RetentionOrdered) -> None:
    _ordered(this, fact.unit, fact.kind, fact.before_on, fact.by, fact.due)


def _trim(this: Applied, fact: AccessLogTrimmed) -> None:
    rows = fact.readings + fact.sessions + fact.tokens
    _ordered(this, fact.unit, "access-log", fact.before_on, None, rows)


def _ordered(this: Applied, unit: Code, kind: str, before_on: date, by: MemberId | None, rows: int) -> None:
    this.batch.insert(
        OrderRow(
            position=this.position,
            unit=unit,
            type=this.line.type,
            kind=kind,
            before_on=before_on,
            at=this.at,
            by=by,
            rows=rows,
        )
    )


HANDLERS: Final[Handlers] = {
    **dict.fromkeys(_AFTER, _step),
    CaseKeyDestroyed: _case,
    RetentionOrdered: _order,
    AccessLogTrimmed: _trim,
}


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How things stand with one person's data."""

    person: MemberId
    name: str
    """Commitment; the vault knows the value, or no longer."""
    unit: Code
    ended_on: date | None
    last_year: int
    """The last year of which there is a record, or of his membership."""
    holds: int
    restricted: bool
    erasure: str | None


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One fact about what becomes of a person's data."""

    position: int
    type: str
    at: datetime
    by: MemberId | None
    number: str | None
    ground: str | None
    basis: str | None
    document: str | None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One order, or what came of it."""

    position: int
    unit: Code
    type: str
    kind: str
    before_on: date
    at: datetime
    by: MemberId | None
    rows: int


_STANDING: Final = """
SELECT s.* FROM (
  SELECT m.person, m.name, m.unit, m.ended_on, u.path,
    GREATEST(EXTRACT(YEAR FROM COALESCE(m.ended_on, m.present_from))::int,
      (SELECT max(EXTRACT(YEAR FROM r.day)::int) FROM records AS r WHERE r.member = m.member),
      (SELECT max(EXTRACT(YEAR FROM x.day)::int) FROM merits AS x WHERE x.member = m.member)) AS last_year,
    COALESCE(c.holds, 0) AS holds, COALESCE(c.restricted, false) AS restricted, c.erasure
  FROM members AS m JOIN units AS u ON u.code = m.unit LEFT JOIN custodies AS c ON c.person = m.person
) AS s
"""
_LEFT: Final = _STANDING + (
    "WHERE s.ended_on IS NOT NULL AND %(unit)s = ANY(s.path) AND s.last_year < %(first_kept)s"
    " AND s.erasure IS NULL ORDER BY s.last_year, s.person LIMIT %(limit)s"
)
_UNDER_WAY: Final = _STANDING + (
    "WHERE %(unit)s = ANY(s.path) AND (s.holds > 0 OR s.restricted OR s.erasure IS NOT NULL)"
    " ORDER BY s.erasure = 'destroyed', s.person LIMIT %(limit)s"
)
_ONE: Final = _STANDING + "WHERE s.person = %(person)s"
_STEPS: Final = """
SELECT position, type, at, by, number, ground, basis, document
FROM custody_steps WHERE person = %(person)s ORDER BY position
"""
_ORDERS: Final = """
SELECT position, unit, type, kind, before_on, at, by, rows FROM retention_orders ORDER BY position DESC LIMIT %(limit)s
"""
APPROVED: Final = """
SELECT c.person, m.unit FROM custodies AS c JOIN members AS m ON m.person = c.person
WHERE c.erasure = 'approved' AND c.holds = 0 AND %(before)s > (
  SELECT max(s.at) FROM custody_steps AS s WHERE s.person = c.person AND s.type = 'erasure-approved'
) ORDER BY m.person
"""
"""Whose erasure was approved before an instant and waits to be carried out."""
ERASED_BEFORE: Final = """
SELECT person, at FROM custody_steps WHERE type = 'personal-key-destroyed' AND at < %(before)s
"""
"""Who was erased before an instant, and when."""
OUTLIVED: Final = """
SELECT r.review, o.at FROM reviews AS r, (
  SELECT before_on, at FROM retention_orders WHERE type = 'retention-ordered' AND kind = 'objections'
  ORDER BY position DESC LIMIT 1
) AS o WHERE (r.closed_at AT TIME ZONE 'Asia/Shanghai')::date < o.before_on
"""
"""Reviews closed before the day of the last order that clears cases, and when it was given."""
RESTRICTED: Final = "SELECT EXISTS (SELECT FROM custodies WHERE person = %(person)s AND restricted)"
OBJECTIONS_DUE: Final = """
SELECT o.id, o.objector FROM objections AS o
WHERE o.status = 'closed' AND (o.filed_at AT TIME ZONE 'Asia/Shanghai')::date < %(before_on)s
  AND NOT EXISTS (SELECT FROM case_keys AS k WHERE k.id = o.id)
  AND NOT EXISTS (SELECT FROM custodies AS c WHERE c.person IN (o.subject, o.right_member) AND c.holds > 0)
ORDER BY o.filed
"""
"""Closed objections of before a day whose words are still there, but for those about people under a hold."""
CLOSED_BEFORE: Final = """
SELECT id FROM objections
WHERE status = 'closed' AND (filed_at AT TIME ZONE 'Asia/Shanghai')::date < %(before_on)s
"""
"""Closed objections of before a day, whether their keys are there or gone: a flag goes with its objection."""
LIMIT: Final = 200
"""Of one list: what is due comes again when these are done."""


async def due(connection: AsyncConnection, unit: Code, first_kept: int) -> Answer[tuple[Standing, ...]]:
    """Those who left, and of whom there is nothing since a year: the longest ago first."""
    return await ask(connection, Standing, _LEFT, {"unit": unit, "first_kept": first_kept, "limit": LIMIT})


async def under_way(connection: AsyncConnection, unit: Code) -> Answer[tuple[Standing, ...]]:
    """Everybody with a hold, a restriction or an erasure."""
    return await ask(connection, Standing, _UNDER_WAY, {"unit": unit, "limit": LIMIT})


async def standing(connection: AsyncConnection, person: MemberId) -> Answer[tuple[Standing, ...]]:
    """One person."""
    return await ask(connection, Standing, _ONE, {"person": person}, whose=person)


async def steps(connection: AsyncConnection, person: MemberId) -> Answer[tuple[Step, ...]]:
    """What was decided about his data, oldest first."""
    return await ask(connection, Step, _STEPS, {"person": person}, whose=person)


async def orders(connection: AsyncConnection) -> Answer[tuple[Order, ...]]:
    """What was ordered to go and what came of it, newest first."""
    return await ask(connection, Order, _ORDERS, {"limit": LIMIT})
