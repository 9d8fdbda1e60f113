"""报复标记 — the flags of an organisation that examines them, and what was done to somebody since he objected.

A row says no more than its fact: whose objection and which act it is about stands in the vault.
"""

from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from domain.objection.retaliation import ActKind, Conclusion, RetaliationExamined, RetaliationFlagged
from domain.values import Code, MemberId, Sha256
from projections.answers import PAGE, Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE retaliations (
    id uuid PRIMARY KEY,
    body text NOT NULL,
    about text NOT NULL,
    reason text NOT NULL,
    flagged integer NOT NULL,
    flagged_at timestamptz NOT NULL,
    conclusion text,
    finding text,
    examiner uuid,
    examined_at timestamptz
);
CREATE INDEX retaliations_of_body ON retaliations (body, flagged);
"""


class RetaliationRow(Row, kw_only=True):
    """One flag."""

    table = "retaliations"
    id: UUID
    body: str
    about: str
    reason: str
    flagged: int
    flagged_at: str
    conclusion: str | None = None
    finding: str | None = None
    examiner: UUID | None = None
    examined_at: str | None = None


def _flagged(this: Applied, fact: RetaliationFlagged) -> None:
    this.batch.insert(
        RetaliationRow(
            id=fact.flag,
            body=fact.body,
            about=fact.about,
            reason=fact.reason,
            flagged=this.position,
            flagged_at=this.at,
        )
    )


def _examined(this: Applied, fact: RetaliationExamined) -> None:
    said = {"conclusion": fact.conclusion, "finding": fact.finding, "examiner": fact.by, "examined_at": this.at}
    this.batch.change(RetaliationRow, fact.flag, **said)


HANDLERS: Final[Handlers] = {RetaliationFlagged: _flagged, RetaliationExamined: _examined}


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """One flag as its row says it."""

    flag: UUID
    about: Sha256
    reason: Sha256
    flagged_at: datetime
    conclusion: Conclusion | None
    finding: Sha256 | None
    examined_at: datetime | None


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done to a person."""

    kind: ActKind
    id: UUID
    unit: Code
    zh: str
    en: str
    day: date
    """The day that it states: of its document, or of its opening."""
    position: int


_FLAG: Final = """
SELECT id AS flag, about, reason, flagged_at, conclusion, finding, examined_at FROM retaliations
"""
_OF_BODY: Final = _FLAG + "WHERE body = %(body)s ORDER BY conclusion IS NOT NULL, flagged DESC LIMIT %(limit)s"
_LIVING: Final = _FLAG + "WHERE NOT EXISTS (SELECT FROM case_keys AS k WHERE k.id = retaliations.id)"
_KNOWN: Final = _FLAG + "WHERE id = ANY(%(flags)s)"
_DONE: Final = """
SELECT done.* FROM (
  SELECT CASE c.kind WHEN 'honour' THEN 'claim' ELSE 'deduction' END AS kind, c.id, c.unit,
         p.content->>'zh' AS zh, p.content->>'en' AS en, c.dated_on AS day,
         CASE c.kind WHEN 'honour' THEN c.changed ELSE c.opened END AS position
  FROM cases AS c JOIN members AS m ON m.member = c.member JOIN rule_parts AS p ON p.part = c.part
  WHERE m.person = %(member)s AND (c.kind <> 'honour' OR c.status = 'returned')
  UNION ALL
  SELECT 'veto', x.id, x.unit, p.content->>'zh', p.content->>'en', x.day, x.merit
  FROM merits AS x JOIN members AS m ON m.member = x.member JOIN rule_parts AS p ON p.part = x.part
  WHERE m.person = %(member)s AND x.kind = 'veto'
  UNION ALL
  SELECT 'measure', x.id, x.unit, x.code, x.code, x.opened_on,
         (SELECT max(f.position) FROM measure_facts AS f WHERE f.measure = x.id AND f.type = 'measure-opened')
  FROM measures AS x JOIN members AS m ON m.member = x.member
  WHERE m.person = %(member)s AND x.opened_on IS NOT NULL
) AS done
WHERE done.position > %(since)s ORDER BY done.position DESC LIMIT %(limit)s
"""


async def flags_of(connection: AsyncConnection, body: Code) -> Answer[tuple[Flag, ...]]:
    """The flags that an organisation examines: what is open first."""
    return await ask(connection, Flag, _OF_BODY, {"body": body, "limit": PAGE})


async def all_flags(connection: AsyncConnection) -> Answer[tuple[Flag, ...]]:
    """Every flag of which the vault still knows what it is about: few, however large the deployment."""
    return await ask(connection, Flag, _LIVING, {})


async def flags_named(connection: AsyncConnection, flags: list[UUID]) -> Answer[tuple[Flag, ...]]:
    """Those of some flags that were raised."""
    return await ask(connection, Flag, _KNOWN, {"flags": flags})


async def done_to(connection: AsyncConnection, member: MemberId, since: int) -> Answer[tuple[Done, ...]]:
    """What was done to a person after a position of the log, newest first."""
    return await ask(connection, Done, _DONE, {"member": member, "since": since, "limit": PAGE}, whose=member)
