"""措施的台账 — the tables of measures and their steps, and how each fact changes them.

What is asked of them stands in ``projections.measures``.
"""

from datetime import date
from typing import Final, LiteralString
from uuid import UUID

from domain.result.measure import (
    AdmonitionHeld,
    CommendationAwarded,
    DesigneeAccepted,
    DesigneeAssigned,
    DesigneeDeclined,
    HandlingDecisionFiled,
    HelpEnded,
    HelperPaired,
    HelpReviewed,
    HelpTaken,
    MeasureClosed,
    MeasureEscalated,
    MeasureOpened,
    MeasureProposed,
    MeasureSetAside,
    MeasureStepDone,
    MeasureStepSet,
    MeasureWithdrawn,
    OrganisationalHandlingOpened,
    RecommendationReported,
    StepDone,
    TalkHeld,
    ThoughtReportReceived,
)
from domain.values import Code
from projections.applying import Applied, Handlers
from projections.reading import hundredths_of
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE measures (
    id uuid PRIMARY KEY,
    member integer NOT NULL,
    unit text NOT NULL,
    code text NOT NULL,
    year integer NOT NULL,
    period text NOT NULL,
    rules text NOT NULL,
    grade text,
    total integer NOT NULL,
    streak integer NOT NULL,
    status text NOT NULL,
    opened_on date,
    minute text,
    minute_sha256 text,
    entitled integer,
    present integer,
    in_favour integer,
    handed_to text,
    set_aside_by text,
    basis text,
    basis_sha256 text,
    reason text,
    position integer NOT NULL
);
CREATE INDEX measures_of_member ON measures (member);
CREATE INDEX measures_of_unit ON measures (unit, year);
CREATE TABLE measure_steps (
    id text PRIMARY KEY,
    measure uuid NOT NULL,
    step text NOT NULL,
    by text NOT NULL,
    closes_with text NOT NULL,
    due_on date,
    optional boolean NOT NULL,
    sealed boolean NOT NULL,
    designee uuid,
    accept_by date,
    accepted boolean NOT NULL,
    helper uuid,
    plan text,
    review_by date,
    escalated_to text,
    done_on date,
    done_by uuid,
    proof text,
    note text,
    position integer NOT NULL
);
CREATE INDEX measure_steps_of_measure ON measure_steps (measure, position);
CREATE INDEX measure_steps_of_designee ON measure_steps (designee) WHERE designee IS NOT NULL;
CREATE INDEX measure_steps_of_helper ON measure_steps (helper) WHERE helper IS NOT NULL;
CREATE TABLE measure_facts (
    measure uuid NOT NULL,
    position integer NOT NULL,
    type text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (measure, position)
);
"""


class MeasureRow(Row, kw_only=True):
    """One measure."""

    table = "measures"
    id: UUID
    member: int
    unit: str
    code: str
    year: int
    period: str
    rules: str
    grade: str | None
    total: int
    streak: int
    status: str = "proposed"
    opened_on: date | None = None
    minute: str | None = None
    minute_sha256: str | None = None
    entitled: int | None = None
    present: int | None = None
    in_favour: int | None = None
    handed_to: str | None = None
    set_aside_by: str | None = None
    basis: str | None = None
    basis_sha256: str | None = None
    reason: str | None = None
    position: int


class StepRow(Row, kw_only=True):
    """One step; its key is the measure and its code."""

    table = "measure_steps"
    id: str
    measure: UUID
    step: str
    by: str
    closes_with: str
    due_on: date | None
    optional: bool
    sealed: bool
    designee: UUID | None = None
    accept_by: date | None = None
    accepted: bool = False
    helper: UUID | None = None
    plan: str | None = None
    review_by: date | None = None
    escalated_to: str | None = None
    done_on: date | None = None
    done_by: UUID | None = None
    proof: str | None = None
    note: str | None = None
    position: int


_KNOWN: Final = "SELECT EXISTS (SELECT FROM measures WHERE id = %(id)s)"
_CLEARED: Final[tuple[LiteralString, ...]] = ("DELETE FROM measure_steps WHERE measure = %(id)s",)


def _proposed(this: Applied, fact: MeasureProposed) -> None:
    """What was withdrawn may follow again: the same measure begins anew, and every fact is kept."""
    said: dict[str, object] = {
        "unit": fact.unit,
        "rules": fact.rules,
        "grade": fact.grade,
        "total": hundredths_of(fact.total),
        "streak": fact.streak,
        "status": "proposed",
        "position": this.position,
    }
    known = this.execute(_KNOWN, {"id": fact.measure}).fetchone()
    if known is not None and known[0]:
        for statement in _CLEARED:
            this.execute(statement, {"id": fact.measure})
        said |= dict.fromkeys(("opened_on", "minute", "handed_to", "set_aside_by", "basis", "basis_sha256", "reason"))
        this.batch.change(MeasureRow, fact.measure, **said)
    else:
        row = MeasureRow(
            id=fact.measure,
            member=this.keys.member(fact.member),
            unit=fact.unit,
            code=fact.code,
            year=fact.year,
            period=fact.period,
            rules=fact.rules,
            grade=fact.grade,
            total=hundredths_of(fact.total),
            streak=fact.streak,
            position=this.position,
        )
        this.batch.insert(row)
    _say(this, fact.measure)


def _say(this: Applied, measure: UUID) -> None:
    this.batch.append("measure_facts", f"{measure}\t{this.position}\t{this.line.type}\t{this.at}")


def _moved(this: Applied, measure: UUID, **columns: object) -> None:
    this.batch.change(MeasureRow, measure, position=this.position, **columns)
    _say(this, measure)


def _key(measure: UUID, step: Code) -> str:
    return f"{measure}/{step}"


def _stepped(this: Applied, measure: UUID, step: Code, **columns: object) -> None:
    this.batch.change(StepRow, _key(measure, step), **columns)
    _say(this, measure)


def _opened(this: Applied, fact: MeasureOpened) -> None:
    vote: dict[str, object] = {}
    if fact.vote is not None:
        vote = {"entitled": fact.vote.entitled, "present": fact.vote.present, "in_favour": fact.vote.in_favour}
    _moved(
        this,
        fact.measure,
        status="open",
        opened_on=fact.opened_on,
        minute=fact.minute,
        minute_sha256=fact.minute_sha256,
        **vote,
    )


def _step_set(this: Applied, fact: MeasureStepSet) -> None:
    this.batch.insert(
        StepRow(
            id=_key(fact.measure, fact.step),
            measure=fact.measure,
            step=fact.step,
            by=fact.by,
            closes_with=fact.closes_with,
            due_on=fact.due_on,
            optional=fact.optional,
            sealed=fact.sealed,
            position=this.position,
        )
    )


def _assigned(this: Applied, fact: DesigneeAssigned) -> None:
    said = {"designee": fact.designee, "accept_by": fact.accept_by, "accepted": False}
    _stepped(this, fact.measure, fact.step, **said)


def _accepted(this: Applied, fact: DesigneeAccepted) -> None:
    _stepped(this, fact.measure, fact.step, accepted=True)


def _declined(this: Applied, fact: DesigneeDeclined) -> None:
    _stepped(this, fact.measure, fact.step, designee=None, accept_by=None, accepted=False)


def _done(this: Applied, fact: StepDone) -> None:
    said = {"done_on": fact.done_on, "done_by": fact.by, "proof": fact.proof, "note": fact.note}
    _stepped(this, fact.measure, fact.step, **said)


def _paired(this: Applied, fact: HelperPaired) -> None:
    said: dict[str, object] = {"helper": fact.helper, "plan": fact.plan, "review_by": fact.review_by}
    if fact.review_by is None:
        said |= {"done_on": fact.paired_on, "done_by": fact.by}
    _stepped(this, fact.measure, fact.step, **said)


def _reviewed(this: Applied, fact: HelpReviewed) -> None:
    _stepped(this, fact.measure, fact.step, done_on=fact.reviewed_on, done_by=fact.by, note=fact.note)


def _escalated(this: Applied, fact: MeasureEscalated) -> None:
    _stepped(this, fact.measure, fact.step, escalated_to=fact.to)


def _handed(this: Applied, fact: OrganisationalHandlingOpened) -> None:
    _moved(this, fact.measure, handed_to=fact.to)


def _closed(this: Applied, fact: MeasureClosed) -> None:
    _moved(this, fact.measure, status="closed")


def _set_aside(this: Applied, fact: MeasureSetAside) -> None:
    said = {"basis": fact.basis, "basis_sha256": fact.basis_sha256, "reason": fact.reason}
    _moved(this, fact.measure, status="set_aside", set_aside_by=fact.body, **said)


def _withdrawn(this: Applied, fact: MeasureWithdrawn) -> None:
    _moved(this, fact.measure, status="withdrawn")


def _of_the_helper(_: Applied, __: HelpTaken | HelpEnded) -> None:
    """Stands with the step of the one who is helped."""


HANDLERS: Final[Handlers] = {
    MeasureProposed: _proposed,
    MeasureOpened: _opened,
    MeasureStepSet: _step_set,
    DesigneeAssigned: _assigned,
    DesigneeAccepted: _accepted,
    DesigneeDeclined: _declined,
    **dict.fromkeys(
        (
            ThoughtReportReceived,
            TalkHeld,
            AdmonitionHeld,
            CommendationAwarded,
            RecommendationReported,
            HandlingDecisionFiled,
            MeasureStepDone,
        ),
        _done,
    ),
    HelperPaired: _paired,
    HelpReviewed: _reviewed,
    MeasureEscalated: _escalated,
    OrganisationalHandlingOpened: _handed,
    MeasureClosed: _closed,
    MeasureWithdrawn: _withdrawn,
    MeasureSetAside: _set_aside,
    HelpTaken: _of_the_helper,
    HelpEnded: _of_the_helper,
}
