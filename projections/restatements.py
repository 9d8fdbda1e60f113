"""重算 — each restatement with every member whose result differs, and his lines, old and new."""

from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from domain.assessment.period import PeriodRestated
from domain.assessment.restatement import (
    AdditionOrdered,
    CorrectionOrdered,
    LineRestated,
    MemberRestated,
    OfRestatement,
    RestatementApproved,
    RestatementComputed,
    RestatementDropped,
    RestatementOrdered,
    RestatementStatementFiled,
    restatement_id,
)
from domain.values import Code, MemberId, NoticeId, RecordId, RestatementId, Sha256
from projections.answers import Answer, AsyncConnection, ask, ask_one
from projections.applying import Applied, Handlers
from projections.reading import hundredths_of
from projections.rows import NULL, Row

DDL: Final[LiteralString] = """
CREATE TABLE restatements (
    id uuid PRIMARY KEY,
    unit text NOT NULL,
    year integer NOT NULL,
    period text NOT NULL,
    number integer NOT NULL,
    rules text NOT NULL,
    unfavourable boolean NOT NULL,
    corrections integer NOT NULL,
    document_kind text NOT NULL,
    document text NOT NULL,
    by uuid NOT NULL,
    body text NOT NULL,
    minute text NOT NULL,
    ordered_at timestamptz NOT NULL,
    status text NOT NULL,
    members integer,
    better integer,
    same integer,
    worse integer,
    unmapped integer,
    approved_minute text,
    notice uuid,
    adopted integer NOT NULL,
    blocked integer NOT NULL,
    follows uuid,
    minute_sha256 text NOT NULL,
    entitled integer NOT NULL,
    present integer NOT NULL,
    in_favour integer NOT NULL,
    position integer NOT NULL
);
CREATE TABLE additions (
    key text PRIMARY KEY,
    restatement uuid NOT NULL,
    document_kind text NOT NULL,
    document text NOT NULL
);
CREATE INDEX restatements_of_unit ON restatements (unit, year);
CREATE TABLE restated_members (
    key text PRIMARY KEY,
    restatement uuid NOT NULL,
    member integer NOT NULL,
    before_total integer NOT NULL,
    before_grade text,
    base integer NOT NULL,
    honours integer NOT NULL,
    deductions integer NOT NULL,
    ledger integer NOT NULL,
    total integer NOT NULL,
    grade text,
    reason text,
    effect text NOT NULL,
    adopted boolean NOT NULL,
    unmapped integer NOT NULL,
    measures_due text[] NOT NULL,
    measures_gone text[] NOT NULL,
    state_by date,
    statement text,
    final boolean NOT NULL,
    spared boolean NOT NULL
);
CREATE INDEX restated_members_of ON restated_members (restatement);
CREATE INDEX restated_members_member ON restated_members (member);
CREATE TABLE restated_lines (
    position integer NOT NULL,
    restatement uuid NOT NULL,
    member integer NOT NULL,
    item text NOT NULL,
    span text,
    record uuid,
    old integer,
    new integer,
    unmapped boolean NOT NULL
);
CREATE INDEX restated_lines_of ON restated_lines (restatement, member);
"""


class RestatementRow(Row, kw_only=True):
    """One restatement."""

    table = "restatements"
    id: UUID
    unit: str
    year: int
    period: str
    number: int
    rules: str
    unfavourable: bool
    corrections: int
    document_kind: str
    document: str
    by: UUID
    body: str
    minute: str
    ordered_at: str
    status: str = "ordered"
    members: int | None = None
    better: int | None = None
    same: int | None = None
    worse: int | None = None
    unmapped: int | None = None
    approved_minute: str | None = None
    notice: UUID | None = None
    adopted: int = 0
    blocked: int = 0
    follows: UUID | None = None
    minute_sha256: str
    entitled: int
    present: int
    in_favour: int
    position: int


class MemberRow(Row, kw_only=True):
    """One member of a restatement."""

    table = "restated_members"
    key: str
    restatement: UUID
    member: int
    before_total: int
    before_grade: str | None
    base: int
    honours: int
    deductions: int
    ledger: int
    total: int
    grade: str | None
    reason: str | None
    effect: str
    adopted: bool
    unmapped: int
    measures_due: list[str]
    measures_gone: list[str]
    state_by: date | None
    statement: str | None = None
    final: bool = False
    spared: bool = False


class AdditionRow(Row, kw_only=True):
    """The papers of a record that an order adds."""

    table = "additions"
    key: str
    restatement: UUID
    document_kind: str
    document: str


def addition_key(restatement: RestatementId | None, member: MemberId, matter: Code, item: Code) -> str:
    """The one key of what an order adds."""
    return f"{restatement} {member} {matter} {item}"


def _ordered(this: Applied, fact: RestatementOrdered) -> None:
    this.batch.insert(
        RestatementRow(
            id=fact.restatement,
            unit=fact.unit,
            year=fact.year,
            period=fact.period,
            number=fact.number,
            rules=fact.rules,
            unfavourable=fact.unfavourable,
            corrections=fact.corrections + fact.additions,
            document_kind=fact.document_kind,
            document=fact.document,
            by=fact.by,
            body=fact.body,
            minute=fact.minute,
            ordered_at=this.at,
            follows=fact.follows,
            minute_sha256=fact.minute_sha256,
            entitled=fact.vote.entitled,
            present=fact.vote.present,
            in_favour=fact.vote.in_favour,
            position=this.position,
        )
    )


def _moved(this: Applied, fact: OfRestatement, **columns: object) -> None:
    this.batch.change(RestatementRow, fact.restatement, position=this.position, **columns)


def _computed(this: Applied, fact: RestatementComputed) -> None:
    counts = {name: getattr(fact, name) for name in ("members", "better", "same", "worse", "unmapped")}
    _moved(this, fact, status="computed", **counts)


def _key(restatement: RestatementId, member: MemberId) -> str:
    return f"{restatement}/{member}"


def _member(this: Applied, fact: MemberRestated) -> None:
    figures = fact.figures
    this.batch.insert(
        MemberRow(
            key=_key(fact.restatement, fact.member),
            restatement=fact.restatement,
            member=this.keys.member(fact.member),
            before_total=hundredths_of(fact.before_total),
            before_grade=fact.before_grade,
            base=hundredths_of(figures.base),
            honours=hundredths_of(figures.honours),
            deductions=hundredths_of(figures.deductions),
            ledger=hundredths_of(figures.ledger),
            total=hundredths_of(figures.total),
            grade=fact.grade,
            reason=fact.reason,
            effect=fact.effect,
            adopted=fact.adopted,
            unmapped=fact.unmapped,
            measures_due=list(fact.measures_due),
            measures_gone=list(fact.measures_gone),
            state_by=fact.state_by,
        )
    )


def _line(this: Applied, fact: LineRestated) -> None:
    old = NULL if fact.old is None else hundredths_of(fact.old)
    new = NULL if fact.new is None else hundredths_of(fact.new)
    this.batch.append(
        "restated_lines",
        f"{this.position}\t{fact.restatement}\t{this.keys.member(fact.member)}\t{fact.item}\t{fact.span or NULL}\t"
        f"{fact.record or NULL}\t{old}\t{new}\t{fact.unmapped}",
    )


def _stated(this: Applied, fact: RestatementStatementFiled) -> None:
    this.batch.change(MemberRow, _key(fact.restatement, fact.member), statement=fact.statement, final=fact.final)


def _approved(this: Applied, fact: RestatementApproved) -> None:
    _moved(this, fact, status="approved", approved_minute=fact.minute)
    for member in fact.spared:
        this.batch.change(MemberRow, _key(fact.restatement, member), spared=True)


def _dropped(this: Applied, fact: RestatementDropped) -> None:
    _moved(this, fact, status="dropped", approved_minute=fact.minute)


def _adopted(this: Applied, fact: PeriodRestated) -> None:
    """A later round comes once an objection has ended: the counts of both belong together."""
    number = restatement_id(fact.unit, fact.year, fact.period, fact.number)
    before = this.execute("SELECT adopted FROM restatements WHERE id = %(id)s", {"id": number}).fetchone()
    assert before is not None, "what is adopted was ordered"
    this.batch.change(
        RestatementRow,
        number,
        status="adopted",
        adopted=before[0] + fact.adopted,
        blocked=fact.blocked,
        notice=fact.notice,
        position=this.position,
    )


def _kept_in_the_log(_: Applied, __: CorrectionOrdered) -> None:
    """The record says so once the restatement is adopted."""


def _added(this: Applied, fact: AdditionOrdered) -> None:
    """The record that comes of it once the restatement is adopted has its papers from here."""
    key = addition_key(fact.restatement, fact.member, fact.matter, fact.item)
    papers = AdditionRow(
        key=key, restatement=fact.restatement, document_kind=fact.document_kind, document=fact.document
    )
    this.batch.insert(papers)


HANDLERS: Final[Handlers] = {
    RestatementOrdered: _ordered,
    CorrectionOrdered: _kept_in_the_log,
    AdditionOrdered: _added,
    RestatementComputed: _computed,
    MemberRestated: _member,
    LineRestated: _line,
    RestatementStatementFiled: _stated,
    RestatementApproved: _approved,
    RestatementDropped: _dropped,
    PeriodRestated: _adopted,
}


class RestatementState(msgspec.Struct, frozen=True, kw_only=True):
    """One restatement, as far as it has come."""

    id: RestatementId
    unit: Code
    unit_title: str | None
    year: int
    period: Code
    number: int
    rules: Code
    unfavourable: bool
    corrections: int
    document_kind: Code
    document: Sha256
    by: MemberId
    body: Code
    minute: str
    ordered_at: datetime
    follows: RestatementId | None
    """The one that changed what is carried over into this year."""
    status: str
    """ordered, computed, approved, dropped or adopted."""
    members: int | None
    better: int | None
    same: int | None
    worse: int | None
    unmapped: int | None
    approved_minute: str | None
    notice: NoticeId | None
    adopted: int
    blocked: int
    position: int


class RestatedLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line, old and new, in hundredths."""

    item: Code
    span: Code | None
    record: RecordId | None
    old: int | None
    new: int | None
    unmapped: bool


class RestatedMember(msgspec.Struct, frozen=True, kw_only=True):
    """One member of a restatement; points in hundredths."""

    member: MemberId
    before_total: int
    before_grade: Code | None
    base: int
    honours: int
    deductions: int
    ledger: int
    total: int
    grade: Code | None
    reason: str | None
    effect: str
    adopted: bool
    unmapped: int
    measures_due: tuple[Code, ...]
    measures_gone: tuple[Code, ...]
    state_by: date | None
    statement: Sha256 | None
    """Sealed."""
    final: bool
    spared: bool
    lines: tuple[RestatedLine, ...]


_RESTATEMENT: Final = """
SELECT r.id, r.unit, u.title AS unit_title, r.year, r.period, r.number, r.rules, r.unfavourable, r.corrections,
       r.document_kind, r.document, r.by, r.body, r.minute, r.ordered_at, r.status, r.members, r.better, r.same,
       r.worse, r.unmapped, r.approved_minute, r.notice, r.adopted, r.blocked, r.follows,
       r.position
FROM restatements AS r LEFT JOIN units AS u ON u.code = r.unit
"""
_OF_UNITS: Final = _RESTATEMENT + "WHERE r.unit = ANY(%(units)s) ORDER BY r.ordered_at DESC, r.unit LIMIT 500"
_ONE: Final = _RESTATEMENT + "WHERE r.id = %(id)s"
_MEMBERS: Final = """
SELECT m.person AS member, x.before_total, x.before_grade, x.base, x.honours, x.deductions, x.ledger, x.total, x.grade,
       x.reason, x.effect, x.adopted, x.unmapped, x.measures_due, x.measures_gone, x.state_by, x.statement, x.final,
       x.spared,
       (SELECT COALESCE(json_agg(json_build_object('item', l.item, 'span', l.span, 'record', l.record, 'old', l.old,
                                                   'new', l.new, 'unmapped', l.unmapped) ORDER BY l.position), '[]')
        FROM restated_lines AS l WHERE l.restatement = x.restatement AND l.member = x.member) AS lines
FROM restated_members AS x JOIN members AS m ON m.member = x.member
WHERE x.restatement = %(id)s AND (%(member)s::uuid IS NULL OR m.person = %(member)s) ORDER BY m.person
"""
_CONCERNING: Final = (
    _RESTATEMENT
    + """WHERE EXISTS (SELECT FROM restated_members AS x JOIN members AS m ON m.member = x.member
              WHERE x.restatement = r.id AND m.person = %(member)s) ORDER BY r.ordered_at DESC"""
)


async def restatements_of(connection: AsyncConnection, units: list[Code]) -> Answer[tuple[RestatementState, ...]]:
    """Those of some organisations, the latest first."""
    return await ask(connection, RestatementState, _OF_UNITS, {"units": units})


async def restatements_concerning(
    connection: AsyncConnection, member: MemberId
) -> Answer[tuple[RestatementState, ...]]:
    """Those in which a member has a line."""
    return await ask(connection, RestatementState, _CONCERNING, {"member": member}, whose=member)


async def restatement(connection: AsyncConnection, number: RestatementId) -> Answer[RestatementState | None]:
    """One by its id."""
    return await ask_one(connection, RestatementState, _ONE, {"id": number})


async def restated_members(
    connection: AsyncConnection, number: RestatementId, member: MemberId | None = None
) -> Answer[tuple[RestatedMember, ...]]:
    """Everybody whose result differs in it, by pseudonym, or one of them alone."""
    return await ask(connection, RestatedMember, _MEMBERS, {"id": number, "member": member})
