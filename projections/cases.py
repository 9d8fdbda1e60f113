"""申报与拟减分 — each honour that is claimed and each deduction that is proposed, with what was done about it.

Texts are commitments; the vault opens them. Points in hundredths.
"""

from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec

from domain.recording.chain import Verdict
from domain.values import Code, MemberId, RecordId, Reference, Sha256
from projections.answers import PAGE, Answer, AsyncConnection, Page, ask, ask_one, paged

OPEN: Final = ("claimed", "returned", "proposed", "notified", "heard")
"""States in which nobody has decided for good."""


class CaseHeader(msgspec.Struct, frozen=True, kw_only=True):
    """One claim or proposal without what hangs on it; points in hundredths."""

    case: UUID
    kind: str
    """honour, deduction or shortfall."""
    unit: Code
    unit_title: str
    member: MemberId
    matter: Code
    title: str | None
    item: Code
    item_zh: str
    item_en: str
    clause: str
    level: Code
    level_zh: str
    level_en: str
    points: int
    quantity: int
    """Of a range the points chosen, else how many units; in hundredths."""
    condition_zh: str | None
    condition_en: str | None
    share_zh: str | None
    """The place in the group whose result it is."""
    share_en: str | None
    choice_reason: Sha256 | None
    """Why these points of a range."""
    rules: Code
    occurred_on: date
    dated_on: date
    entered_by: MemberId
    source: str | None
    particulars: Sha256 | None
    late: bool
    status: str
    round: int
    step: int
    """Of the chain's bodies, counted from 0: which decides next."""
    body: Code
    body_title: str
    answer_by: datetime | None
    deemed_at: datetime | None
    delivery: str | None
    delivered_on: date | None
    ends_on: date | None
    may_decide_at: datetime | None
    reason: Sha256 | None
    """Of the last return or refusal."""
    record: RecordId | None
    opened: int
    changed_at: datetime

    @property
    def open(self) -> bool:
        """Whether nobody has decided for good."""
        return self.status in OPEN


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One document behind it."""

    kind: Code
    sha256: Sha256
    entered_by: MemberId
    position: int


class StatementFiled(msgspec.Struct, frozen=True, kw_only=True):
    """What the person said."""

    statement: Sha256 | None
    final: bool
    at: datetime
    position: int


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """One body's decision."""

    step: int
    body: Code
    body_title: str
    verdict: Verdict
    minute: Reference
    minute_sha256: Sha256
    entitled: int
    present: int
    in_favour: int
    recused: tuple[MemberId, ...]
    reason: Sha256 | None
    decided_by: MemberId | None
    at: datetime
    position: int


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One claim or proposal with everything on it."""

    header: CaseHeader
    papers: tuple[Paper, ...]
    statements: tuple[StatementFiled, ...]
    decisions: tuple[Decided, ...]

    @property
    def entered_by(self) -> frozenset[MemberId]:
        """Whoever entered any of it: he does not vote."""
        return frozenset({self.header.entered_by, *(paper.entered_by for paper in self.papers)})

    @property
    def concerned(self) -> frozenset[MemberId]:
        """They and the subject: none of them, and nobody in the place of one of them, has a vote."""
        return self.entered_by | {self.header.member}


_HEADER: Final = """
SELECT c.id AS case, c.kind, c.unit, u.title AS unit_title, m.person AS member, c.matter, c.title, c.item,
       p.content->>'zh' AS item_zh, p.content->>'en' AS item_en, p.content->>'clause' AS clause,
       c.level, v.level->>'zh' AS level_zh, v.level->>'en' AS level_en, c.points, c.quantity,
       n.condition->>'zh' AS condition_zh, n.condition->>'en' AS condition_en, n.share->>'zh' AS share_zh,
       n.share->>'en' AS share_en, c.choice_reason, c.rules, c.occurred_on, c.dated_on,
       c.entered_by, c.source, c.particulars, c.late, c.status, c.round, c.step, c.body,
       (SELECT b.title FROM units AS b WHERE b.code = c.body) AS body_title, c.answer_by, c.deemed_at, c.delivery,
       c.delivered_on, c.ends_on, c.may_decide_at, c.reason, c.record, c.opened, c.changed_at
FROM cases AS c
JOIN units AS u ON u.code = c.unit
JOIN members AS m ON m.member = c.member
JOIN rule_parts AS p ON p.part = c.part
CROSS JOIN LATERAL (
  SELECT one.level FROM json_array_elements(COALESCE(p.content->'levels', p.content->'shortfalls')) AS one(level)
  WHERE one.level->>'code' = c.level
) AS v
CROSS JOIN LATERAL (
  SELECT (SELECT x.o FROM json_array_elements(p.content->'conditions') AS x(o) WHERE x.o->>'code' = c.condition),
         (SELECT x.o FROM json_array_elements(p.content->'shares') AS x(o) WHERE x.o->>'code' = c.share)
) AS n(condition, share)
"""
_OF_UNIT: Final = (
    _HEADER
    + """
WHERE c.unit = %(unit)s AND c.kind = ANY(%(kinds)s) AND (%(before)s::int IS NULL OR c.opened < %(before)s)
ORDER BY c.opened DESC LIMIT %(limit)s + 1
"""
)
_OF_MEMBER: Final = _HEADER + "WHERE m.person = %(member)s AND c.kind = ANY(%(kinds)s) ORDER BY c.opened DESC"
_BEFORE_BODY: Final = (
    _HEADER
    + """
WHERE c.body = %(body)s
  AND (c.status IN ('claimed', 'heard') OR (c.status = 'notified' AND c.may_decide_at <= %(now)s))
ORDER BY c.opened
"""
)
_CASE: Final = "".join(
    (
        "SELECT (SELECT row_to_json(h) FROM (",
        _HEADER,
        """WHERE c.opened = this.opened) AS h) AS header,
  (SELECT COALESCE(json_agg(json_build_object('kind', x.kind, 'sha256', x.sha256, 'entered_by', x.entered_by,
                                              'position', x.position) ORDER BY x.position), '[]')
   FROM case_papers AS x WHERE x.opened = this.opened) AS papers,
  (SELECT COALESCE(json_agg(json_build_object('statement', x.statement, 'final', x.final, 'at', x.at,
                                              'position', x.position) ORDER BY x.position), '[]')
   FROM case_statements AS x WHERE x.opened = this.opened) AS statements,
  (SELECT COALESCE(json_agg(json_build_object(
            'step', x.step, 'body', x.body,
            'body_title', (SELECT b.title FROM units AS b WHERE b.code = x.body),
            'verdict', x.verdict, 'minute', x.minute,
            'minute_sha256', x.minute_sha256, 'entitled', x.entitled, 'present', x.present,
            'in_favour', x.in_favour, 'recused', x.recused, 'reason', x.reason, 'decided_by', x.decided_by,
            'at', x.at, 'position', x.decision) ORDER BY x.decision), '[]')
   FROM case_decisions AS x WHERE x.opened = this.opened) AS decisions
FROM cases AS this WHERE this.id = %(case)s AND this.kind = ANY(%(kinds)s)
""",
    )
)

HONOURS: Final = ["honour"]
DEDUCTIONS: Final = ["deduction", "shortfall"]


async def cases_of_unit(
    connection: AsyncConnection, unit: Code, kinds: list[str], *, before: int | None = None, limit: int = PAGE
) -> Answer[Page[CaseHeader]]:
    """The claims or proposals of an organisation, newest first."""
    known: dict[str, object] = {"unit": unit, "kinds": kinds, "before": before, "limit": limit}
    found = await ask(connection, CaseHeader, _OF_UNIT, known, where=unit)
    return paged(found, [header.opened for header in found.value], limit)


async def cases_of_member(
    connection: AsyncConnection, member: MemberId, kinds: list[str]
) -> Answer[tuple[CaseHeader, ...]]:
    """A member's claims and what was proposed against him, newest first."""
    return await ask(connection, CaseHeader, _OF_MEMBER, {"member": member, "kinds": kinds}, whose=member)


async def cases_before(connection: AsyncConnection, body: Code, now: datetime) -> Answer[tuple[CaseHeader, ...]]:
    """What a body can decide now, longest waiting first."""
    return await ask(connection, CaseHeader, _BEFORE_BODY, {"body": body, "now": now})


async def case(connection: AsyncConnection, case: UUID, kinds: list[str]) -> Answer[Case | None]:
    """One claim or proposal with its papers, statements and decisions."""
    return await ask_one(connection, Case, _CASE, {"case": case, "kinds": kinds})
