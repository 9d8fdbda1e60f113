"""考评进度 — each organisation's periods, how far they have come, and what happened to them."""

from datetime import date, datetime
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
    PeriodRestated,
    PeriodReturned,
    PeriodSealed,
    QuotaApplied,
    StateCommitted,
)
from domain.values import Code, MemberId, Sha256
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
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
CREATE TABLE period_steps (
    stream uuid NOT NULL,
    position integer NOT NULL,
    at timestamptz NOT NULL,
    what text NOT NULL,
    computation integer,
    body text,
    minute text,
    minute_sha256 text,
    entitled integer,
    present integer,
    in_favour integer,
    by uuid,
    reason text,
    members integer,
    digest text,
    PRIMARY KEY (stream, position)
);
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


class StepRow(Row, kw_only=True):
    """One step of one organisation's period."""

    table = "period_steps"
    position: int
    stream: UUID
    at: str
    what: str
    computation: int | None = None
    body: str | None = None
    minute: str | None = None
    minute_sha256: str | None = None
    entitled: int | None = None
    present: int | None = None
    in_favour: int | None = None
    by: UUID | None = None
    reason: str | None = None
    members: int | None = None
    digest: str | None = None


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


def _step(this: Applied) -> dict[str, Any]:
    return {"stream": this.stream, "position": this.position, "at": this.at}


def _computed(this: Applied, fact: PeriodComputed) -> None:
    _moved(this, status="computed", computation=fact.computation, members=fact.members, body=None)
    this.batch.insert(StepRow(**_step(this), what="computed", computation=fact.computation, members=fact.members))


def _returned(this: Applied, fact: PeriodReturned) -> None:
    _moved(this, status="opened")
    this.batch.insert(
        StepRow(**_step(this), what="returned", computation=fact.computation, by=fact.by, reason=fact.reason)
    )


def _decided(this: Applied, fact: CommitteeDecided) -> None:
    _moved(this, status="computed" if fact.to else "decided", body=fact.to)
    vote = {name: getattr(fact.vote, name) for name in ("entitled", "present", "in_favour")}
    said: dict[str, Any] = {"minute": fact.minute, "minute_sha256": fact.minute_sha256, **vote}
    this.batch.insert(StepRow(**_step(this), what="decided", computation=fact.computation, body=fact.body, **said))


def _referred(this: Applied, fact: DecisionReferred) -> None:
    _moved(this, body=fact.to)
    this.batch.insert(StepRow(**_step(this), what="referred", computation=fact.computation, body=fact.to))


def _round(this: Applied, fact: PeriodDetermined) -> None:
    _moved(this, status="noticed", blocked=fact.blocked, waiting=fact.waiting)
    this.batch.insert(StepRow(**_step(this), what="determined", members=fact.determined))


def _quota(this: Applied, fact: QuotaApplied) -> None:
    _moved(this, seats=fact.seats, excellent=fact.excellent)


def _sealed(this: Applied, fact: PeriodSealed) -> None:
    _moved(this, status="sealed")
    this.batch.insert(StepRow(**_step(this), what="sealed", members=fact.members))


def _restated(this: Applied, fact: PeriodRestated) -> None:
    _moved(this)
    this.batch.insert(StepRow(**_step(this), what="restated", members=fact.adopted))


def _committed(this: Applied, fact: StateCommitted) -> None:
    this.batch.insert(StepRow(**_step(this), what="committed", members=fact.members, digest=fact.root))


def _kept_in_the_log(_: Applied, __: CompletenessChecked) -> None:
    """Its counts are read from its stream."""


HANDLERS: Final[Handlers] = {
    PeriodOpened: _opened,
    PeriodComputed: _computed,
    PeriodReturned: _returned,
    CommitteeDecided: _decided,
    DecisionReferred: _referred,
    PeriodDetermined: _round,
    QuotaApplied: _quota,
    PeriodSealed: _sealed,
    PeriodRestated: _restated,
    StateCommitted: _committed,
    CompletenessChecked: _kept_in_the_log,
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
    on_notice: bool
    """The notice of its results hangs and its term runs."""
    position: int


class PeriodStep(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to a period: computed, returned, decided, referred, determined, sealed or restated."""

    position: int
    at: datetime
    what: str
    computation: int | None
    body: Code | None
    body_title: str | None
    minute: str | None
    minute_sha256: Sha256 | None
    entitled: int | None
    present: int | None
    in_favour: int | None
    by: MemberId | None
    reason: Sha256 | None
    """Sealed."""
    members: int | None
    digest: Sha256 | None
    """Of the members' states, where they were committed to."""


_PERIODS: Final = """
SELECT unit, year, period, first_on, last_on, status, computation, members, body, blocked, waiting, seats, excellent,
       status = 'decided' AND EXISTS (
         SELECT FROM notices AS n WHERE n.unit = p.unit AND n.stage IN ('half_year', 'year_end')
           AND n.item = p.period AND n.occurred_on = p.last_on AND n.status = 'posted') AS on_notice,
       position
FROM periods AS p WHERE unit = ANY(%(units)s) AND year = %(year)s ORDER BY unit, last_on, first_on DESC
"""
_STEPS: Final = """
SELECT s.position, s.at, s.what, s.computation, s.body, u.title AS body_title, s.minute, s.minute_sha256, s.entitled,
       s.present, s.in_favour, s.by, s.reason, s.members, s.digest
FROM period_steps AS s JOIN periods AS p ON p.stream = s.stream LEFT JOIN units AS u ON u.code = s.body
WHERE p.unit = %(unit)s AND p.year = %(year)s AND p.period = %(period)s ORDER BY s.position
"""


async def periods_of(connection: AsyncConnection, units: list[Code], year: int) -> Answer[tuple[PeriodState, ...]]:
    """The periods of some organisations in a year, those that ended first first."""
    return await ask(connection, PeriodState, _PERIODS, {"units": units, "year": year})


async def steps_of(connection: AsyncConnection, unit: Code, year: int, period: Code) -> Answer[tuple[PeriodStep, ...]]:
    """What happened to one period of an organisation, in order."""
    known: dict[str, object] = {"unit": unit, "year": year, "period": period}
    return await ask(connection, PeriodStep, _STEPS, known, where=unit)
