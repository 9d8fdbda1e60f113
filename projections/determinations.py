"""评定 — every determination of a member's period: a superseded one stays readable beside the one that follows it."""

from datetime import datetime
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from domain.assessment.result import DeterminationSuperseded, GradeDetermined, ScoreDetermined
from domain.values import Code, MemberId, NoticeId, RestatementId
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
from projections.reading import hundredths_of
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE determinations (
    key text PRIMARY KEY,
    member integer NOT NULL,
    unit text NOT NULL,
    year integer NOT NULL,
    period text NOT NULL,
    version integer NOT NULL,
    total integer NOT NULL,
    grade text,
    reason text,
    rules text NOT NULL,
    notice uuid NOT NULL,
    determined_at timestamptz NOT NULL,
    restatement uuid,
    superseded boolean NOT NULL,
    position integer NOT NULL
);
CREATE INDEX determinations_of_member ON determinations (member, year);
"""


class DeterminationRow(Row, kw_only=True):
    """One determination of a member's period."""

    table = "determinations"
    key: str
    member: int
    unit: str
    year: int
    period: str
    version: int
    total: int
    grade: str | None = None
    reason: str | None = None
    rules: str
    notice: UUID
    determined_at: str
    restatement: UUID | None
    superseded: bool = False
    position: int


def _score(this: Applied, fact: ScoreDetermined) -> None:
    this.batch.insert(
        DeterminationRow(
            key=f"{this.stream}/{fact.version}",
            member=this.keys.member(fact.member),
            unit=fact.unit,
            year=fact.year,
            period=fact.period,
            version=fact.version,
            total=hundredths_of(fact.total),
            rules=fact.rules,
            notice=fact.notice,
            determined_at=this.at,
            restatement=fact.restatement,
            position=this.position,
        )
    )


def _grade(this: Applied, fact: GradeDetermined) -> None:
    this.batch.change(DeterminationRow, f"{this.stream}/{fact.version}", grade=fact.grade, reason=fact.reason)


def _superseded(this: Applied, fact: DeterminationSuperseded) -> None:
    this.batch.change(DeterminationRow, f"{this.stream}/{fact.version}", superseded=True)


HANDLERS: Final[Handlers] = {
    ScoreDetermined: _score,
    GradeDetermined: _grade,
    DeterminationSuperseded: _superseded,
}


class DeterminationState(msgspec.Struct, frozen=True, kw_only=True):
    """One determination, standing or superseded."""

    unit: Code
    year: int
    period: Code
    version: int
    total: int
    grade: Code | None
    reason: str | None
    rules: Code
    notice: NoticeId
    determined_at: datetime
    restatement: RestatementId | None
    superseded: bool
    position: int


_DETERMINATIONS: Final = """
SELECT d.unit, d.year, d.period, d.version, d.total, d.grade, d.reason, d.rules, d.notice, d.determined_at,
       d.restatement, d.superseded, d.position
FROM determinations AS d JOIN members AS m ON m.member = d.member
WHERE m.person = %(member)s ORDER BY d.year, d.period, d.version
"""


async def determinations_of(connection: AsyncConnection, member: MemberId) -> Answer[tuple[DeterminationState, ...]]:
    """Every determination of a member, oldest first: the superseded stay readable."""
    return await ask(connection, DeterminationState, _DETERMINATIONS, {"member": member}, whose=member)
