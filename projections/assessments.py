"""考评 — each member's result of each period. Points in hundredths."""

from datetime import date
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec

from domain.assessment.pool import PoolJoined, SeatDrawn, SeatGiven, SeatsSettled
from domain.assessment.result import (
    DeterminationSuperseded,
    GradeDetermined,
    GradeProposed,
    MemberComputed,
    ResultAcknowledged,
    ResultFedBack,
    ScoreDetermined,
)
from domain.decider import Fact
from domain.recording.docket import CaseListed, MatterListed
from domain.recording.sealing import ArchiveSealed
from domain.values import Code, MemberId, NoticeId, Points, day_of
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
from projections.reading import hundredths_of
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE results (
    stream uuid PRIMARY KEY,
    member integer NOT NULL,
    unit text NOT NULL,
    year integer NOT NULL,
    period text NOT NULL,
    months_present integer NOT NULL,
    base integer NOT NULL,
    base_max integer NOT NULL,
    honours integer NOT NULL,
    deductions integer NOT NULL,
    ledger integer NOT NULL,
    ledger_part integer NOT NULL,
    appraisal integer,
    appraisal_part integer,
    committee integer,
    committee_part integer,
    task integer,
    task_part integer,
    total integer NOT NULL,
    graded boolean NOT NULL,
    records integer NOT NULL,
    proposed text,
    version integer NOT NULL,
    determined_total integer,
    grade text,
    reason text,
    rules text,
    notice uuid,
    fed_back_on date,
    acknowledged_on date,
    position integer NOT NULL
);
CREATE INDEX results_of_member ON results (member, year);
CREATE INDEX results_of_unit ON results (unit, year, period);
"""


class ResultRow(Row, kw_only=True):
    """One member's period."""

    table = "results"
    stream: UUID
    member: int
    unit: str
    year: int
    period: str
    months_present: int
    base: int
    base_max: int
    honours: int
    deductions: int
    ledger: int
    ledger_part: int
    appraisal: int | None
    appraisal_part: int | None
    committee: int | None = None
    committee_part: int | None = None
    task: int | None = None
    task_part: int | None = None
    total: int
    graded: bool
    records: int
    proposed: str | None = None
    version: int = 0
    determined_total: int | None = None
    grade: str | None = None
    reason: str | None = None
    rules: str | None = None
    notice: UUID | None = None
    fed_back_on: date | None = None
    acknowledged_on: date | None = None
    position: int


def figures_of(fact: MemberComputed) -> dict[str, Any]:
    """Column → what a computation says, points in hundredths."""
    return {
        "unit": fact.unit,
        "months_present": fact.months_present,
        "base": hundredths_of(fact.base),
        "base_max": hundredths_of(fact.base_max),
        "honours": hundredths_of(fact.honours),
        "deductions": hundredths_of(fact.deductions),
        "ledger": hundredths_of(fact.ledger),
        "ledger_part": hundredths_of(fact.ledger_part),
        "appraisal": _hundredths(fact.appraisal),
        "appraisal_part": _hundredths(fact.appraisal_part),
        "committee": _hundredths(fact.committee),
        "committee_part": _hundredths(fact.committee_part),
        "task": _hundredths(fact.task),
        "task_part": _hundredths(fact.task_part),
        "total": hundredths_of(fact.total),
        "graded": fact.graded,
        "records": fact.records,
        "proposed": None,
    }


def _member_computed(this: Applied, fact: MemberComputed) -> None:
    figures: dict[str, Any] = {**figures_of(fact), "position": this.position}
    if this.entry.version > 1:
        this.batch.change(ResultRow, this.stream, **figures)
        return
    member = this.keys.member(fact.member)
    this.batch.insert(ResultRow(stream=this.stream, member=member, year=fact.year, period=fact.period, **figures))


def _hundredths(said: Points | None) -> int | None:
    return None if said is None else hundredths_of(said)


def _proposed(this: Applied, fact: GradeProposed) -> None:
    this.batch.change(ResultRow, this.stream, proposed=fact.grade, position=this.position)


def _score(this: Applied, fact: ScoreDetermined) -> None:
    this.batch.change(
        ResultRow,
        this.stream,
        version=fact.version,
        determined_total=hundredths_of(fact.total),
        rules=fact.rules,
        notice=fact.notice,
        position=this.position,
    )
    # A part of it may be carried over into the years that have begun since.
    member, now = this.keys.member(fact.member), day_of(this.entry.at).year
    this.batch.touched.update((member, year) for year in range(fact.year + 1, min(fact.year + 1, now) + 1))


def _grade(this: Applied, fact: GradeDetermined) -> None:
    this.batch.change(ResultRow, this.stream, grade=fact.grade, reason=fact.reason, position=this.position)


def _superseded(this: Applied, _: DeterminationSuperseded) -> None:
    """The next one follows it; whatever was said of this one was not said of that."""
    unsaid = dict.fromkeys(("grade", "reason", "fed_back_on", "acknowledged_on"))
    this.batch.change(ResultRow, this.stream, **unsaid, position=this.position)


def _fed_back(this: Applied, fact: ResultFedBack) -> None:
    this.batch.change(ResultRow, this.stream, fed_back_on=fact.told_on, position=this.position)


def _acknowledged(this: Applied, _: ResultAcknowledged) -> None:
    this.batch.change(ResultRow, this.stream, acknowledged_on=day_of(this.entry.at), position=this.position)


def _kept_in_the_log(_: Applied, __: Fact) -> None:
    """Nothing is shown of it: it is counted in a header, or read from its stream when something is decided."""


HANDLERS: Final[Handlers] = {
    MemberComputed: _member_computed,
    GradeProposed: _proposed,
    ScoreDetermined: _score,
    GradeDetermined: _grade,
    ResultFedBack: _fed_back,
    ResultAcknowledged: _acknowledged,
    DeterminationSuperseded: _superseded,
    **dict.fromkeys(
        (
            MatterListed,
            CaseListed,
            ArchiveSealed,
            PoolJoined,
            SeatsSettled,
            SeatDrawn,
            SeatGiven,
        ),
        _kept_in_the_log,
    ),
}


class ResultState(msgspec.Struct, frozen=True, kw_only=True):
    """One member's result of a period, as it was computed last and as it was determined."""

    member: MemberId
    unit: Code
    year: int
    period: Code
    months_present: int
    base: int
    base_max: int
    honours: int
    deductions: int
    ledger: int
    ledger_part: int
    appraisal: int | None
    appraisal_part: int | None
    committee: int | None = None
    committee_part: int | None = None
    task: int | None = None
    task_part: int | None = None
    total: int
    graded: bool
    records: int
    proposed: Code | None
    version: int
    """0 while nothing is determined."""
    determined_total: int | None
    grade: Code | None
    reason: str | None
    rules: Code | None
    notice: NoticeId | None
    fed_back_on: date | None
    acknowledged_on: date | None
    position: int


_RESULT: Final = """
SELECT m.person AS member, r.unit, r.year, r.period, r.months_present, r.base, r.base_max, r.honours, r.deductions,
       r.ledger, r.ledger_part, r.appraisal, r.appraisal_part, r.committee, r.committee_part, r.task,
       r.task_part, r.total, r.graded, r.records, r.proposed, r.version, r.determined_total,
       r.grade, r.reason, r.rules, r.notice, r.fed_back_on,
       r.acknowledged_on, r.position
FROM results AS r JOIN members AS m ON m.member = r.member
"""
_OF_UNIT: Final = _RESULT + "WHERE r.unit = %(unit)s AND r.year = %(year)s AND r.period = %(period)s ORDER BY m.person"
_BESIDE: Final = "".join(
    (
        _RESULT,
        "JOIN units AS u ON u.code = r.unit JOIN units AS own ON own.code = %(unit)s",
        " WHERE own.parent IN (u.parent, u.code) AND r.year = %(year)s AND r.period = %(period)s",
        " AND r.grade = COALESCE(%(grade)s, r.grade) ORDER BY m.person",
    )
)
RESULTS_OF_MEMBER: Final = _RESULT + "WHERE m.person = %(member)s ORDER BY r.year, r.period"


async def results_of_unit(
    connection: AsyncConnection, unit: Code, year: int, period: Code
) -> Answer[tuple[ResultState, ...]]:
    """Everybody's result of one period of an organisation, by pseudonym: never an order of merit."""
    known: dict[str, object] = {"unit": unit, "year": year, "period": period}
    return await ask(connection, ResultState, _OF_UNIT, known, where=unit)


async def graded_beside(
    connection: AsyncConnection, unit: Code, year: int, period: Code, grade: Code | None
) -> Answer[tuple[ResultState, ...]]:
    """Who of the organisations beside an organisation, or of the one above it, was given a grade; None: any."""
    known: dict[str, object] = {"unit": unit, "year": year, "period": period, "grade": grade}
    return await ask(connection, ResultState, _BESIDE, known, where=unit)


async def results_of_member(connection: AsyncConnection, member: MemberId) -> Answer[tuple[ResultState, ...]]:
    """All results of one member, oldest first."""
    return await ask(connection, ResultState, RESULTS_OF_MEMBER, {"member": member}, whose=member)
