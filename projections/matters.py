"""事项 — what an organisation planned and held, with the evidence behind it."""

from datetime import date
from typing import Final, LiteralString

import msgspec

from domain.recording.matter import EvidenceAttached, MatterHeld, MatterNotHeld, MatterPlanned
from domain.values import Code, Sha256
from projections.answers import PAGE, Answer, AsyncConnection, Page, ask, ask_one, paged
from projections.applying import Applied, Handlers
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE matters (
    matter integer PRIMARY KEY,
    unit text NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    title text NOT NULL,
    planned_on date NOT NULL,
    status text NOT NULL,
    occurred_on date,
    settled integer,
    UNIQUE (unit, code)
);
CREATE TABLE evidence (
    evidence integer PRIMARY KEY,
    matter integer NOT NULL,
    kind text NOT NULL,
    sha256 text NOT NULL
);
CREATE INDEX evidence_of_matter ON evidence (matter);
"""


class MatterRow(Row, kw_only=True):
    """One matter."""

    table = "matters"
    matter: int
    unit: str
    code: str
    kind: str
    title: str
    planned_on: date
    status: str
    occurred_on: date | None = None
    settled: int | None = None


class EvidenceRow(Row, kw_only=True):
    """One document behind a matter."""

    table = "evidence"
    evidence: int
    matter: int
    kind: str
    sha256: str


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One document behind a matter."""

    kind: Code
    sha256: Sha256
    position: int


class Matter(msgspec.Struct, frozen=True, kw_only=True):
    """One matter with its evidence and the items it has a sheet for."""

    unit: Code
    matter: Code
    kind: Code
    title: str
    planned_on: date
    status: str
    """planned, held or not-held."""
    occurred_on: date | None
    evidence: tuple[Evidence, ...]
    sheets: tuple[Code, ...]
    planned: int
    """Positions of the entries."""
    settled: int | None


def _planned(this: Applied, fact: MatterPlanned) -> None:
    this.keys.remember("matter", fact.unit, fact.matter, key=(this.position,))
    this.batch.insert(
        MatterRow(
            matter=this.position,
            unit=fact.unit,
            code=fact.matter,
            kind=fact.kind,
            title=fact.title,
            planned_on=fact.planned_on,
            status="planned",
        )
    )


def _held(this: Applied, fact: MatterHeld) -> None:
    matter = this.keys.matter(fact.unit, fact.matter)
    this.batch.change(MatterRow, matter, status="held", occurred_on=fact.occurred_on, settled=this.position)


def _not_held(this: Applied, fact: MatterNotHeld) -> None:
    matter = this.keys.matter(fact.unit, fact.matter)
    this.batch.change(MatterRow, matter, status="not-held", settled=this.position)


def _attached(this: Applied, fact: EvidenceAttached) -> None:
    matter = this.keys.matter(fact.unit, fact.matter)
    this.batch.insert(EvidenceRow(evidence=this.position, matter=matter, kind=fact.kind, sha256=fact.sha256))


HANDLERS: Final[Handlers] = {
    MatterPlanned: _planned,
    MatterHeld: _held,
    MatterNotHeld: _not_held,
    EvidenceAttached: _attached,
}

_MATTER: Final = """
SELECT m.unit, m.code AS matter, m.kind, m.title, m.planned_on, m.status, m.occurred_on,
  (SELECT COALESCE(json_agg(json_build_object('kind', e.kind, 'sha256', e.sha256, 'position', e.evidence)
                            ORDER BY e.evidence), '[]')
   FROM evidence AS e WHERE e.matter = m.matter) AS evidence,
  (SELECT COALESCE(json_agg(s.item ORDER BY s.sheet), '[]') FROM sheets AS s WHERE s.matter = m.matter) AS sheets,
  m.matter AS planned, m.settled
FROM matters AS m
"""
_OF_UNIT: Final = "".join(
    (
        _MATTER,
        "WHERE m.unit = %(unit)s AND (%(before)s::int IS NULL OR (m.planned_on, m.matter)",
        " < (SELECT b.planned_on, b.matter FROM matters AS b WHERE b.matter = %(before)s))",
        " ORDER BY m.planned_on DESC, m.matter DESC LIMIT %(limit)s + 1",
    )
)
_TO_HOLD: Final = "".join(
    (
        _MATTER,
        "WHERE m.unit = %(unit)s AND m.status = 'planned' AND m.planned_on <= %(day)s ORDER BY m.planned_on, m.matter",
    )
)
_ONE: Final = _MATTER + "WHERE m.unit = %(unit)s AND m.code = %(code)s"


async def matters_of(
    connection: AsyncConnection, unit: Code, *, before: int | None = None, limit: int = PAGE
) -> Answer[Page[Matter]]:
    """The matters of an organisation, by the day for which they are planned, the last day first."""
    known: dict[str, object] = {"unit": unit, "before": before, "limit": limit}
    found = await ask(connection, Matter, _OF_UNIT, known, where=unit)
    return paged(found, [matter.planned for matter in found.value], limit)


async def to_hold(connection: AsyncConnection, unit: Code, day: date) -> Answer[tuple[Matter, ...]]:
    """The matters of an organisation whose day has come, and nobody has said how they went; the oldest first."""
    return await ask(connection, Matter, _TO_HOLD, {"unit": unit, "day": day}, where=unit)


async def matter(connection: AsyncConnection, unit: Code, code: Code) -> Answer[Matter | None]:
    """One matter with its evidence."""
    return await ask_one(connection, Matter, _ONE, {"unit": unit, "code": code}, where=unit)
