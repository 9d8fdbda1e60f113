"""措施 — each measure with its steps: what is proposed, who is in charge, what is due, done, overdue, withdrawn.

The notes of talks are commitments; the vault opens them to whoever may read them.
"""

from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

import msgspec

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
    MeasureStepDone,
    MeasureStepSet,
    MeasureWithdrawn,
    OrganisationalHandlingOpened,
    RecommendationReported,
    StepDone,
    TalkHeld,
    ThoughtReportReceived,
)
from domain.values import Code, MemberId, Reference, Sha256
from projections.answers import Answer, AsyncConnection, ask, ask_one
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
        this.batch.change(MeasureRow, fact.measure, **said, opened_on=None, minute=None, handed_to=None)
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
    HelpTaken: _of_the_helper,
    HelpEnded: _of_the_helper,
}


class StepState(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a measure."""

    step: Code
    by: Code
    closes_with: Code
    due_on: date | None
    optional: bool
    sealed: bool
    designee: MemberId | None
    accept_by: date | None
    accepted: bool
    helper: MemberId | None
    plan: Sha256 | None
    review_by: date | None
    escalated_to: Code | None
    done_on: date | None
    done_by: MemberId | None
    proof: Sha256 | None
    note: Sha256 | None

    @property
    def waits_until(self) -> date | None:
        """The day by which something must be done about it; None where nothing is waited for."""
        if self.done_on is not None:
            return None
        return self.review_by if self.helper is not None else self.due_on


class FactState(msgspec.Struct, frozen=True, kw_only=True):
    """One fact about a measure."""

    position: int
    type: str
    at: datetime


class MeasureState(msgspec.Struct, frozen=True, kw_only=True):
    """One measure with its steps."""

    measure: UUID
    member: MemberId
    unit: Code
    unit_title: str
    scheme: Code
    code: Code
    year: int
    period: Code
    rules: Code
    grade: Code | None
    total: int
    streak: int
    status: str
    opened_on: date | None
    minute: Reference | None
    minute_sha256: Sha256 | None
    entitled: int | None
    present: int | None
    in_favour: int | None
    handed_to: Code | None
    steps: tuple[StepState, ...]
    facts: tuple[FactState, ...]
    position: int

    def overdue(self, today: date) -> bool:
        """Whether a step of it should have been done, accepted or reviewed by now."""
        return self.status == "open" and any(_late(step, today) for step in self.steps)


def _late(step: StepState, today: date) -> bool:
    until = step.waits_until
    unanswered = step.done_on is None and not step.accepted and step.accept_by is not None and step.accept_by < today
    return unanswered or (until is not None and until < today)


_MEASURE: Final = """
SELECT x.id AS measure, m.person AS member, x.unit, u.title AS unit_title, u.scheme, x.code, x.year, x.period, x.rules,
       x.grade, x.total, x.streak, x.status, x.opened_on, x.minute, x.minute_sha256, x.entitled, x.present,
       x.in_favour, x.handed_to,
       (SELECT COALESCE(json_agg(s ORDER BY s.position), '[]') FROM (
          SELECT step, by, closes_with, due_on, optional, sealed, designee, accept_by, accepted, helper, plan,
                 review_by, escalated_to, done_on, done_by, proof, note, position
          FROM measure_steps WHERE measure = x.id) AS s) AS steps,
       (SELECT COALESCE(json_agg(f ORDER BY f.position DESC), '[]') FROM (
          SELECT position, type, at FROM measure_facts WHERE measure = x.id) AS f) AS facts,
       x.position
FROM measures AS x JOIN members AS m ON m.member = x.member JOIN units AS u ON u.code = x.unit
"""
_ORDER: Final = " ORDER BY x.status NOT IN ('proposed', 'open'), x.year DESC, x.code, m.person"
_UNDER: Final = "".join((_MEASURE, "WHERE %(unit)s = ANY(u.path)", _ORDER))
_OF_MEMBER: Final = "".join((_MEASURE, "WHERE m.person = %(member)s", _ORDER))
_CONCERNING: Final = "".join(
    (
        _MEASURE,
        "WHERE x.status = 'open' AND x.id IN (SELECT measure FROM measure_steps",
        " WHERE designee = %(person)s OR helper = %(person)s)",
        _ORDER,
    )
)
_ONE: Final = _MEASURE + "WHERE x.id = %(measure)s"


async def measures_under(connection: AsyncConnection, unit: Code) -> Answer[tuple[MeasureState, ...]]:
    """The measures of an organisation and all below it: what is open first."""
    return await ask(connection, MeasureState, _UNDER, {"unit": unit})


async def measures_of_member(connection: AsyncConnection, member: MemberId) -> Answer[tuple[MeasureState, ...]]:
    """A member's measures."""
    return await ask(connection, MeasureState, _OF_MEMBER, {"member": member}, whose=member)


async def measures_concerning(connection: AsyncConnection, person: MemberId) -> Answer[tuple[MeasureState, ...]]:
    """The open measures in which somebody is in charge of a step, or helps."""
    return await ask(connection, MeasureState, _CONCERNING, {"person": person})


async def measure(connection: AsyncConnection, measure: UUID) -> Answer[MeasureState | None]:
    """One measure."""
    return await ask_one(connection, MeasureState, _ONE, {"measure": measure})
