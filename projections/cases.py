"""申报与拟减分 — each honour that is claimed and each deduction that is proposed, with what was done about it.

What comes of it, a record, stands in ``projections.merits``. Texts are commitments; the vault opens them.
"""

from datetime import date, datetime
from typing import Final, LiteralString, TypeAlias
from uuid import UUID

import msgspec

from domain.recording.chain import Verdict
from domain.recording.committee import Vote
from domain.recording.deduction import (
    DeductionDecided,
    DeductionEvidenceAdded,
    DeductionProposed,
    DeductionReferred,
    MemberNotified,
    MemberStatementFiled,
    StatementTermEnded,
)
from domain.recording.honour import HonourClaimed, HonourDecided, HonourReferred, HonourReturned
from domain.values import Code, Instant, MemberId, RecordId, Reference, Sha256
from projections.answers import PAGE, Answer, AsyncConnection, Page, ask, ask_one, paged
from projections.applying import Applied, Handlers
from projections.reading import hundredths_of
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE cases (
    opened integer PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    kind text NOT NULL,
    unit text NOT NULL,
    member integer NOT NULL,
    matter text NOT NULL,
    title text,
    item text NOT NULL,
    part integer NOT NULL,
    level text NOT NULL,
    rules text NOT NULL,
    occurred_on date NOT NULL,
    dated_on date NOT NULL,
    points integer NOT NULL,
    entered_by uuid NOT NULL,
    source text,
    particulars text,
    late boolean NOT NULL,
    status text NOT NULL,
    round integer NOT NULL,
    step integer NOT NULL,
    body text NOT NULL,
    answer_by timestamptz,
    deemed_at timestamptz,
    delivery text,
    delivered_on date,
    ends_on date,
    may_decide_at timestamptz,
    reason text,
    record uuid,
    changed integer NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX cases_of_member ON cases (member);
CREATE INDEX cases_of_unit ON cases (unit, kind, opened);
CREATE INDEX cases_before ON cases (body) WHERE status IN ('claimed', 'proposed', 'notified', 'heard');
CREATE TABLE case_papers (
    opened integer NOT NULL,
    position integer NOT NULL,
    kind text NOT NULL,
    sha256 text NOT NULL,
    entered_by uuid NOT NULL,
    PRIMARY KEY (opened, position)
);
CREATE TABLE case_statements (
    opened integer NOT NULL,
    position integer NOT NULL,
    at timestamptz NOT NULL,
    statement text,
    final boolean NOT NULL,
    PRIMARY KEY (opened, position)
);
CREATE TABLE case_decisions (
    decision integer PRIMARY KEY,
    opened integer NOT NULL,
    step integer NOT NULL,
    body text NOT NULL,
    verdict text NOT NULL,
    minute text NOT NULL,
    minute_sha256 text NOT NULL,
    entitled integer NOT NULL,
    present integer NOT NULL,
    in_favour integer NOT NULL,
    recused uuid[] NOT NULL,
    reason text,
    decided_by uuid,
    at timestamptz NOT NULL
);
CREATE INDEX case_decisions_of_case ON case_decisions (opened);
CREATE TABLE case_facts (
    opened integer NOT NULL,
    position integer NOT NULL,
    type text NOT NULL,
    PRIMARY KEY (opened, position)
);
"""

OPEN: Final = ("claimed", "returned", "proposed", "notified", "heard")
"""States in which nobody has decided for good."""


class CaseRow(Row, kw_only=True):
    """One claim or proposal; its key is where it was first entered."""

    table = "cases"
    opened: int
    id: UUID
    kind: str
    unit: str
    member: int
    matter: str
    title: str | None
    item: str
    part: int
    level: str
    rules: str
    occurred_on: date
    dated_on: date
    points: int
    entered_by: UUID
    source: str | None = None
    particulars: str | None = None
    late: bool
    status: str
    round: int = 1
    step: int = 0
    body: str
    answer_by: Instant | None = None
    deemed_at: Instant | None = None
    delivery: str | None = None
    delivered_on: date | None = None
    ends_on: date | None = None
    may_decide_at: Instant | None = None
    reason: str | None = None
    record: UUID | None = None
    changed: int
    changed_at: str


class DecisionRow(Row, kw_only=True):
    """One body's decision."""

    table = "case_decisions"
    decision: int
    opened: int
    step: int
    body: str
    verdict: str
    minute: str
    minute_sha256: str
    entitled: int
    present: int
    in_favour: int
    recused: tuple[UUID, ...]
    reason: str | None
    decided_by: UUID | None
    at: str


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
    rules: Code
    occurred_on: date
    dated_on: date
    entered_by: MemberId
    source: str | None
    particulars: Sha256 | None
    late: bool
    status: str
    round: int
    body: Code
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


Entered: TypeAlias = HonourClaimed | DeductionProposed


def _row(this: Applied, fact: Entered, id_: UUID, kind: str, status: str) -> CaseRow:
    """What claims and proposals have in common."""
    return CaseRow(
        opened=this.keys.find_case(id_) or this.position,
        id=id_,
        kind=kind,
        unit=fact.unit,
        member=this.keys.member(fact.member),
        matter=fact.matter,
        title=None,
        item=fact.item,
        part=this.keys.list_item(this.keys.unit(fact.unit)[1], fact.rules, fact.item),
        level=fact.level,
        rules=fact.rules,
        occurred_on=fact.occurred_on,
        dated_on=fact.dated_on,
        points=hundredths_of(fact.points_shown),
        entered_by=fact.by,
        late=fact.late_reason is not None,
        status=status,
        body=fact.body,
        changed=this.position,
        changed_at=this.at,
    )


def _claimed(this: Applied, fact: HonourClaimed) -> None:
    row = _row(this, fact, fact.honour, "honour", "claimed")
    row.title, row.answer_by = fact.title, fact.answer_by
    _enter(this, row, fact)


def _proposed(this: Applied, fact: DeductionProposed) -> None:
    row = _row(this, fact, fact.deduction, "shortfall" if fact.shortfall else "deduction", "proposed")
    row.source, row.particulars, row.deemed_at = fact.source, fact.particulars, fact.deemed_at
    _enter(this, row, fact)


def _enter(this: Applied, row: CaseRow, fact: Entered) -> None:
    """Claimed anew after a return, or proposed anew after a dismissal: one matter, one row, every fact kept."""
    if row.opened == this.position:
        this.keys.remember("case", row.id, key=(this.position,))
        this.batch.insert(row)
    else:
        again = msgspec.structs.asdict(row)
        this.batch.change(CaseRow, row.opened, **{name: again[name] for name in again if name not in ("opened", "id")})
    _paper(this, row.opened, fact.document_kind, fact.document, fact.by)
    _say(this, row.opened)


def _paper(this: Applied, opened: int, kind: str, sha256: str, by: UUID) -> None:
    this.batch.append("case_papers", f"{opened}\t{this.position}\t{kind}\t{sha256}\t{by}")


def _say(this: Applied, opened: int) -> None:
    this.batch.append("case_facts", f"{opened}\t{this.position}\t{this.line.type}")


def _change(this: Applied, id_: UUID, **columns: object) -> int:
    opened = this.keys.case(id_)
    this.batch.change(CaseRow, opened, changed=this.position, changed_at=this.at, **columns)
    _say(this, opened)
    return opened


def _returned(this: Applied, fact: HonourReturned) -> None:
    _change(this, fact.honour, status="returned", reason=fact.reason, answer_by=None)


def _honour_decided(this: Applied, fact: HonourDecided) -> None:
    if fact.to is None:
        opened = _change(this, fact.honour, status=fact.verdict, reason=fact.reason, answer_by=None)
    else:
        opened = _change(this, fact.honour, body=fact.to, step=fact.next_step, answer_by=fact.answer_by)
    _decision(this, opened, fact, fact.vote)


def _deduction_decided(this: Applied, fact: DeductionDecided) -> None:
    if fact.to is None:
        opened = _change(this, fact.deduction, status=fact.verdict, reason=fact.reason)
    else:
        opened = _change(this, fact.deduction, status="heard", body=fact.to, step=fact.next_step)
    _decision(this, opened, fact, fact.vote)


def _decision(this: Applied, opened: int, fact: HonourDecided | DeductionDecided, vote: Vote) -> None:
    actor = this.entry.actor
    this.batch.insert(
        DecisionRow(
            decision=this.position,
            opened=opened,
            step=fact.step,
            body=fact.body,
            verdict=fact.verdict,
            minute=fact.minute,
            minute_sha256=fact.minute_sha256,
            entitled=vote.entitled,
            present=vote.present,
            in_favour=vote.in_favour,
            recused=fact.recused,
            reason=fact.reason,
            decided_by=None if actor is None else actor.person,
            at=this.at,
        )
    )


def _honour_referred(this: Applied, fact: HonourReferred) -> None:
    _change(this, fact.honour, body=fact.to, answer_by=fact.answer_by)


def _deduction_referred(this: Applied, fact: DeductionReferred) -> None:
    _change(this, fact.deduction, body=fact.to)


def _evidence_added(this: Applied, fact: DeductionEvidenceAdded) -> None:
    opened = _change(
        this,
        fact.deduction,
        status="proposed",
        round=fact.round,
        deemed_at=fact.deemed_at,
        delivery=None,
        delivered_on=None,
        ends_on=None,
        may_decide_at=None,
    )
    _paper(this, opened, fact.document_kind, fact.document, fact.by)


def _notified(this: Applied, fact: MemberNotified) -> None:
    _change(
        this,
        fact.deduction,
        status="notified",
        delivery=fact.delivery,
        delivered_on=fact.delivered_on,
        ends_on=fact.ends_on,
        may_decide_at=fact.may_decide_at,
    )


def _stated(this: Applied, fact: MemberStatementFiled) -> None:
    opened = _change(this, fact.deduction, **({"status": "heard"} if fact.final else {}))
    said = "\\N" if fact.statement is None else fact.statement
    this.batch.append("case_statements", f"{opened}\t{this.position}\t{this.at}\t{said}\t{fact.final}")


def _heard(this: Applied, fact: StatementTermEnded) -> None:
    _change(this, fact.deduction, status="heard")


HANDLERS: Final[Handlers] = {
    HonourClaimed: _claimed,
    HonourReturned: _returned,
    HonourDecided: _honour_decided,
    HonourReferred: _honour_referred,
    DeductionProposed: _proposed,
    DeductionEvidenceAdded: _evidence_added,
    MemberNotified: _notified,
    MemberStatementFiled: _stated,
    StatementTermEnded: _heard,
    DeductionDecided: _deduction_decided,
    DeductionReferred: _deduction_referred,
}

_HEADER: Final = """
SELECT c.id AS case, c.kind, c.unit, u.title AS unit_title, m.person AS member, c.matter, c.title, c.item,
       p.content->>'zh' AS item_zh, p.content->>'en' AS item_en, p.content->>'clause' AS clause,
       c.level, v.level->>'zh' AS level_zh, v.level->>'en' AS level_en, c.points, c.rules, c.occurred_on, c.dated_on,
       c.entered_by, c.source, c.particulars, c.late, c.status, c.round, c.body, c.answer_by, c.deemed_at, c.delivery,
       c.delivered_on, c.ends_on, c.may_decide_at, c.reason, c.record, c.opened, c.changed_at
FROM cases AS c
JOIN units AS u ON u.code = c.unit
JOIN members AS m ON m.member = c.member
JOIN rule_parts AS p ON p.part = c.part
CROSS JOIN LATERAL (
  SELECT one.level FROM json_array_elements(COALESCE(p.content->'levels', p.content->'shortfalls')) AS one(level)
  WHERE one.level->>'code' = c.level
) AS v
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
            'step', x.step, 'body', x.body, 'verdict', x.verdict, 'minute', x.minute,
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
