"""组织评分 — what bodies gave whom for a part of his total, as it stands. Points in hundredths."""

from typing import Final, LiteralString
from uuid import UUID, uuid5

import msgspec

from domain.assessment.component import ComponentAssessed
from domain.rules.assessing import BodyPart
from domain.values import Code, MemberId, Reference, Sha256
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
from projections.reading import hundredths_of
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE body_scores (
    part_of_total uuid PRIMARY KEY,
    member uuid NOT NULL,
    unit text NOT NULL,
    year integer NOT NULL,
    period text NOT NULL,
    component text NOT NULL,
    score integer NOT NULL,
    body text NOT NULL,
    minute text NOT NULL,
    minute_sha256 text NOT NULL,
    entitled integer NOT NULL,
    present integer NOT NULL,
    in_favour integer NOT NULL,
    reason text,
    position integer NOT NULL
);
CREATE INDEX body_scores_of_member ON body_scores (member, year);
CREATE INDEX body_scores_of_unit ON body_scores (unit, year, period);
"""


class BodyScoreRow(Row, kw_only=True):
    """The score that stands for one part of one member's total."""

    table = "body_scores"
    part_of_total: UUID
    member: UUID
    unit: str
    year: int
    period: str
    component: str
    score: int
    body: str
    minute: str
    minute_sha256: str
    entitled: int
    present: int
    in_favour: int
    reason: str | None
    position: int


def _assessed(this: Applied, fact: ComponentAssessed) -> None:
    """The new one takes the place of an earlier one."""
    key = uuid5(this.stream, fact.component)
    said: dict[str, object] = {
        "unit": fact.unit,
        "score": hundredths_of(fact.score),
        "body": fact.body,
        "minute": fact.minute,
        "minute_sha256": fact.minute_sha256,
        "entitled": fact.vote.entitled,
        "present": fact.vote.present,
        "in_favour": fact.vote.in_favour,
        "reason": fact.reason,
        "position": this.position,
    }
    if this.entry.version > 1 and (this.batch.pending(BodyScoreRow, key) is not None or _known(this, key)):
        this.batch.change(BodyScoreRow, key, **said)
        return
    whose: dict[str, object] = {"member": fact.member, "year": fact.year, "period": fact.period}
    this.batch.insert(
        msgspec.convert({"part_of_total": key, "component": fact.component, **whose, **said}, BodyScoreRow)
    )


def _known(this: Applied, key: UUID) -> bool:
    return this.connection.execute(_ROW, {"key": key}).fetchone() is not None


HANDLERS: Final[Handlers] = {ComponentAssessed: _assessed}


class BodyScoreState(msgspec.Struct, frozen=True, kw_only=True):
    """One part of one member's total, as a body gave it."""

    member: MemberId
    unit: Code
    year: int
    period: Code
    component: BodyPart
    score: int
    body: Code
    body_title: str
    minute: Reference
    minute_sha256: Sha256
    entitled: int
    present: int
    in_favour: int
    reason: Sha256 | None
    position: int


_ROW: Final = "SELECT 1 FROM body_scores WHERE part_of_total = %(key)s"
_SCORE: Final = """
SELECT s.member, s.unit, s.year, s.period, s.component, s.score, s.body, COALESCE(u.title, s.body) AS body_title,
       s.minute, s.minute_sha256, s.entitled, s.present, s.in_favour, s.reason, s.position
FROM body_scores AS s LEFT JOIN units AS u ON u.code = s.body
"""
_OF_UNIT: Final = (
    _SCORE + "WHERE s.unit = %(unit)s AND s.year = %(year)s AND s.period = %(period)s ORDER BY s.member, s.component"
)
_OF_MEMBER: Final = _SCORE + "WHERE s.member = %(member)s ORDER BY s.year, s.period, s.component"


async def scores_of_unit(
    connection: AsyncConnection, unit: Code, year: int, period: Code
) -> Answer[tuple[BodyScoreState, ...]]:
    """Everybody's of one period of an organisation, by pseudonym."""
    known: dict[str, object] = {"unit": unit, "year": year, "period": period}
    return await ask(connection, BodyScoreState, _OF_UNIT, known, where=unit)


async def scores_of_member(connection: AsyncConnection, member: MemberId) -> Answer[tuple[BodyScoreState, ...]]:
    """All of one member, oldest first."""
    return await ask(connection, BodyScoreState, _OF_MEMBER, {"member": member}, whose=member)
