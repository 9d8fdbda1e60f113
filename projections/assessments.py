"""考评 — each organisation's periods and how far they have come, each member's result. Points in hundredths."""

from datetime import date
from typing import Any, Final, LiteralString
from uuid import UUID

import msgspec

from domain.assessment.period import (
    CommitteeDecided,
    CompletenessChecked,
    DecisionReferred,
    PeriodComputed,
    PeriodDetermined,
    PeriodOpened,
    PeriodReturned,
    PeriodSealed,
    QuotaApplied,
)
from domain.assessment.result import GradeDetermined, GradeProposed, MemberComputed, ResultFedBack, ScoreDetermined
from domain.decider import Fact
from domain.recording.docket import CaseListed, MatterListed
from domain.recording.sealing import ArchiveSealed
from domain.values import Code, MemberId, NoticeId
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
from projections.reading import hundredths_of
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE periods (
    stream uuid PRIMARY KEY,
    unit text NOT NULL,
    year integer NOT NULL,
    period text NOT NULL,
    first_on date NOT NULL,
    last_on date NOT NULL,
    status text NOT NULL,
    computation integer NOT NULL,
    members integer NOT NULL,
    body text,
    blocked integer NOT NULL,
    waiting integer NOT NULL,
    seats integer,
    excellent integer,
    position integer NOT NULL
);
CREATE INDEX periods_of_unit ON periods (unit, year);
CREATE TABLE results (
    stream uuid PRIMARY KEY,
    member integer NOT NULL,
    unit text NOT NULL,
    year integer NOT NULL,
    period text NOT NULL,
    base integer NOT NULL,
    honours integer NOT NULL,
    deductions integer NOT NULL,
    ledger integer NOT NULL,
    appraisal integer,
    total integer NOT NULL,
    proposed text,
    version integer NOT NULL,
    determined_total integer,
    grade text,
    reason text,
    rules text,
    notice uuid,
    fed_back_on date,
    position integer NOT NULL
);
CREATE INDEX results_of_member ON results (member, year);
CREATE INDEX results_of_unit ON results (unit, year, period);
"""


class PeriodRow(Row, kw_only=True):
    """One organisation's period."""

    table = "periods"
    stream: UUID
    unit: str
    year: int
    period: str
    first_on: date
    last_on: date
    status: str = "opened"
    computation: int = 0
    members: int = 0
    body: str | None = None
    blocked: int = 0
    waiting: int = 0
    seats: int | None = None
    excellent: int | None = None
    position: int


class ResultRow(Row, kw_only=True):
    """One member's period."""

    table = "results"
    stream: UUID
    member: int
    unit: str
    year: int
    period: str
    base: int
    honours: int
    deductions: int
    ledger: int
    appraisal: int | None
    total: int
    proposed: str | None = None
    version: int = 0
    determined_total: int | None = None
    grade: str | None = None
    reason: str | None = None
    rules: str | None = None
    notice: UUID | None = None
    fed_back_on: date | None = None
    position: int


def _opened(this: Applied, fact: PeriodOpened) -> None:
    this.batch.insert(
        PeriodRow(
            stream=this.stream,
            unit=fact.unit,
            year=fact.year,
            period=fact.period,
            first_on=fact.first_on,
            last_on=fact.last_on,
            position=this.position,
        )
    )


def _moved(this: Applied, **columns: object) -> None:
    this.batch.change(PeriodRow, this.stream, position=this.position, **columns)


def _computed(this: Applied, fact: PeriodComputed) -> None:
    _moved(this, status="computed", computation=fact.computation, members=fact.members, body=None)


def _returned(this: Applied, _: PeriodReturned) -> None:
    _moved(this, status="opened")


def _decided(this: Applied, fact: CommitteeDecided) -> None:
    _moved(this, status="computed" if fact.to else "decided", body=fact.to)


def _referred(this: Applied, fact: DecisionReferred) -> None:
    _moved(this, body=fact.to)


def _round(this: Applied, fact: PeriodDetermined) -> None:
    _moved(this, status="noticed", blocked=fact.blocked, waiting=fact.waiting)


def _quota(this: Applied, fact: QuotaApplied) -> None:
    _moved(this, seats=fact.seats, excellent=fact.excellent)


def _sealed(this: Applied, _: PeriodSealed) -> None:
    _moved(this, status="sealed")


def _member_computed(this: Applied, fact: MemberComputed) -> None:
    figures: dict[str, Any] = {
        "unit": fact.unit,
        "base": hundredths_of(fact.base),
        "honours": hundredths_of(fact.honours),
        "deductions": hundredths_of(fact.deductions),
        "ledger": hundredths_of(fact.ledger),
        "appraisal": None if fact.appraisal is None else hundredths_of(fact.appraisal),
        "total": hundredths_of(fact.total),
        "proposed": None,
        "position": this.position,
    }
    if this.entry.version > 1:
        this.batch.change(ResultRow, this.stream, **figures)
        return
    member = this.keys.member(fact.member)
    this.batch.insert(ResultRow(stream=this.stream, member=member, year=fact.year, period=fact.period, **figures))


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


def _grade(this: Applied, fact: GradeDetermined) -> None:
    this.batch.change(ResultRow, this.stream, grade=fact.grade, reason=fact.reason, position=this.position)


def _fed_back(this: Applied, fact: ResultFedBack) -> None:
    this.batch.change(ResultRow, this.stream, fed_back_on=fact.told_on, position=this.position)


def _kept_in_the_log(_: Applied, __: Fact) -> None:
    """Nothing is shown of it: it is counted in a header, or read from its stream when something is decided."""


HANDLERS: Final[Handlers] = {
    PeriodOpened: _opened,
    PeriodComputed: _computed,
    PeriodReturned: _returned,
    CommitteeDecided: _decided,
    DecisionReferred: _referred,
    PeriodDetermined: _round,
    QuotaApplied: _quota,
    PeriodSealed: _sealed,
    MemberComputed: _member_computed,
    GradeProposed: _proposed,
    ScoreDetermined: _score,
    GradeDetermined: _grade,
    ResultFedBack: _fed_back,
    **dict.fromkeys(
        (
            MatterListed,
            CaseListed,
            CompletenessChecked,
            ArchiveSealed,
        ),
        _kept_in_the_log,
    ),
}


class PeriodState(msgspec.Struct, frozen=True, kw_only=True):
    """How far an organisation's period has come."""

    unit: Code
    year: int
    period: Code
    first_on: date
    last_on: date
    status: str
    computation: int
    members: int
    body: Code | None
    """Which organisation adopts next, where it is not the first of the chain."""
    blocked: int
    waiting: int
    seats: int | None
    excellent: int | None
    position: int


class ResultState(msgspec.Struct, frozen=True, kw_only=True):
    """One member's result of a period, as it was computed last and as it was determined."""

    member: MemberId
    unit: Code
    year: int
    period: Code
    base: int
    honours: int
    deductions: int
    ledger: int
    appraisal: int | None
    total: int
    proposed: Code | None
    version: int
    """0 while nothing is determined."""
    determined_total: int | None
    grade: Code | None
    reason: str | None
    rules: Code | None
    notice: NoticeId | None
    fed_back_on: date | None
    position: int


_PERIODS: Final = """
SELECT unit, year, period, first_on, last_on, status, computation, members, body, blocked, waiting, seats, excellent,
       position
FROM periods WHERE unit = ANY(%(units)s) AND year = %(year)s ORDER BY unit, last_on, first_on DESC
"""
_RESULT: Final = """
SELECT m.person AS member, r.unit, r.year, r.period, r.base, r.honours, r.deductions, r.ledger, r.appraisal, r.total,
       r.proposed, r.version, r.determined_total, r.grade, r.reason, r.rules, r.notice, r.fed_back_on, r.position
FROM results AS r JOIN members AS m ON m.member = r.member
"""
_OF_UNIT: Final = _RESULT + "WHERE r.unit = %(unit)s AND r.year = %(year)s AND r.period = %(period)s ORDER BY m.person"
_OF_MEMBER: Final = _RESULT + "WHERE m.person = %(member)s ORDER BY r.year, r.period"


async def periods_of(connection: AsyncConnection, units: list[Code], year: int) -> Answer[tuple[PeriodState, ...]]:
    """The periods of some organisations in a year, those that ended first first."""
    return await ask(connection, PeriodState, _PERIODS, {"units": units, "year": year})


async def results_of_unit(
    connection: AsyncConnection, unit: Code, year: int, period: Code
) -> Answer[tuple[ResultState, ...]]:
    """Everybody's result of one period of an organisation, by pseudonym: never an order of merit."""
    known: dict[str, object] = {"unit": unit, "year": year, "period": period}
    return await ask(connection, ResultState, _OF_UNIT, known, where=unit)


async def results_of_member(connection: AsyncConnection, member: MemberId) -> Answer[tuple[ResultState, ...]]:
    """All results of one member, oldest first."""
    return await ask(connection, ResultState, _OF_MEMBER, {"member": member}, whose=member)
