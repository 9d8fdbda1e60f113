"""申报与拟减分的台账 — the tables of claims and proposals, and how each fact about them is applied.

What comes of them, a record, stands in ``projections.merits``; what is asked about them in ``projections.cases``.
"""

from datetime import date
from typing import Final, LiteralString, TypeAlias
from uuid import UUID

import msgspec

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
from domain.recording.honour import HonourClaimed, HonourDecided, HonourReferred, HonourReturned, HonourWithdrawn
from domain.values import Instant
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
    changed_at timestamptz NOT NULL,
    quantity integer NOT NULL,
    condition text,
    share text,
    choice_reason text
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
    quantity: int
    condition: str | None
    share: str | None = None
    choice_reason: str | None


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
        quantity=hundredths_of(fact.quantity or "1.00"),
        condition=fact.condition,
        choice_reason=fact.choice_reason,
    )


def _claimed(this: Applied, fact: HonourClaimed) -> None:
    row = _row(this, fact, fact.honour, "honour", "claimed")
    row.title, row.answer_by, row.share = fact.title, fact.answer_by, fact.share
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


def _withdrawn(this: Applied, fact: HonourWithdrawn) -> None:
    _change(this, fact.honour, status="withdrawn", answer_by=None)


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
    HonourWithdrawn: _withdrawn,
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
