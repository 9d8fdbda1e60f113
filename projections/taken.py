"""审计导出 — what was taken away of the log, and by whom: what the log says of it but the sealed receiver."""

from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from domain.oversight.export import ExportProduced
from domain.values import Code, MemberId, Sha256
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE taken (
    position integer PRIMARY KEY,
    export uuid NOT NULL,
    at timestamptz NOT NULL,
    unit text,
    member uuid,
    year integer,
    period text,
    size integer NOT NULL,
    manifest text NOT NULL,
    by uuid,
    review uuid
);
"""
MOST: Final = 50


class TakenRow(Row, kw_only=True):
    """One export on record."""

    table = "taken"
    position: int
    export: UUID
    at: str
    unit: str | None
    member: UUID | None
    year: int | None
    period: str | None
    size: int
    manifest: str
    by: UUID | None
    review: UUID | None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One export on record; no unit, member, year and review: the whole log."""

    position: int
    at: datetime
    unit: Code | None
    member: MemberId | None
    year: int | None
    period: Code | None
    size: int
    manifest: Sha256
    by: MemberId | None
    review: UUID | None
    """Under which it was taken: of whom is sealed there."""


def _produced(this: Applied, fact: ExportProduced) -> None:
    this.batch.insert(
        TakenRow(
            position=this.position,
            export=fact.export,
            at=this.at,
            unit=fact.unit,
            member=fact.member,
            year=fact.year,
            period=fact.period,
            size=fact.size,
            manifest=fact.manifest,
            by=fact.by,
            review=fact.review,
        )
    )


HANDLERS: Final[Handlers] = {ExportProduced: _produced}

_TAKEN: Final = """
SELECT position, at, unit, member, year, period, size, manifest, by, review FROM taken
ORDER BY position DESC LIMIT %(most)s
"""


async def taken(connection: AsyncConnection) -> Answer[tuple[Taken, ...]]:
    """The newest exports, newest first."""
    return await ask(connection, Taken, _TAKEN, {"most": MOST})
