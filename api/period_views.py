"""考评的样子 — a period as it is shown: what is missing, whose turn it is, what happened, everybody's figures."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import msgspec

from api.asked import Asked
from api.given_scores import GivenScore, given_scores
from api.names import Names
from domain.assessment.stand import Gate, Stand, Turn
from domain.rules.assessing import BodyPart
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, NoticeId, Sha256, points
from projections import assessments, body_scores, progress, rules
from projections.answers import AsyncConnection


class OfPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """One period of one organisation, by its name."""

    unit: Code
    year: int
    period: Code
    zh: str
    en: str


class PeriodRowView(OfPeriod, frozen=True, kw_only=True):
    """One period in a list."""

    first_on: date | None
    last_on: date | None
    entry_closes_on: date | None
    """Until when entries of the period are in time; None where no calendar says it."""
    status: str
    """not_opened, opened, computed, decided, on_notice, noticed or sealed."""
    members: int
    blocked: int
    waiting: int
    seats: int | None
    excellent: int | None


class UnitProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far an organisation below has come in each period of the year."""

    unit: Code
    title: str
    periods: tuple[PeriodRowView, ...]


class PeriodBoard(msgspec.Struct, frozen=True, kw_only=True):
    """The periods of a year."""

    unit: Code
    year: int
    periods: tuple[PeriodRowView, ...]
    below: tuple[UnitProgress, ...]
    sealed: int
    """How many periods of the organisations below are sealed, of how many."""
    of: int
    scores: bool = False
    """Whether bodies give parts of the totals."""


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a period."""

    what: str
    at: datetime
    position: int
    body_title: str | None
    minute: str | None
    minute_sha256: Sha256 | None
    entitled: int | None
    present: int | None
    in_favour: int | None
    by: str | None
    reason: str | None
    members: int | None
    digest: Sha256 | None


class VoterView(msgspec.Struct, frozen=True, kw_only=True):
    """One of the body whose turn it is."""

    member: MemberId
    name: str
    recused: bool
    """A line is his own: for that line he is not counted."""


class TurnView(msgspec.Struct, frozen=True, kw_only=True):
    """Whose turn it is to adopt."""

    body: Code
    unit: Code
    unit_title: str
    voters: tuple[VoterView, ...]


class ResultLine(OfPeriod, frozen=True, kw_only=True):
    """One member's figures of a period, as they were computed last, and what was determined."""

    member: MemberId
    name: str
    months_present: int
    base: str
    base_max: str
    honours: str
    deductions: str
    ledger: str
    ledger_part: str
    appraisal: str | None
    appraisal_part: str | None
    committee: str | None
    committee_part: str | None
    task: str | None
    task_part: str | None
    given: tuple[GivenScore, ...]
    """What bodies gave, with their reasons, for whoever may read them."""
    total: str
    records: int
    graded: bool
    grade: Code | None
    """The determined one; before that the proposed one."""
    grade_zh: str | None
    grade_en: str | None
    threshold: str | None
    reason: str | None
    """threshold, veto or quota."""
    determined: bool
    version: int
    rules: Code | None
    notice: NoticeId | None
    fed_back_on: date | None
    acknowledged_on: date | None


class PeriodView(msgspec.Struct, frozen=True, kw_only=True):
    """One period of one organisation."""

    row: PeriodRowView
    gate: Gate | None
    clear: bool
    turn: TurnView | None
    steps: tuple[StepView, ...]
    results: tuple[ResultLine, ...]
    """For whoever may read them; by pseudonym, never an order of merit."""
    notice: NoticeId | None
    """Of the results, once they are adopted."""
    scores: tuple[BodyPart, ...] = ()
    """Which parts of the totals bodies give."""
    seats: Code | None = None
    """In whose pool the seats must be settled before that."""


def period_row(scheme: Scheme | None, state: progress.PeriodState, closings: Mapping[Code, date]) -> PeriodRowView:
    """A period that was opened, as a row."""
    zh, en = named(scheme, state.period)
    return PeriodRowView(
        unit=state.unit,
        year=state.year,
        period=state.period,
        zh=zh,
        en=en,
        first_on=state.first_on,
        last_on=state.last_on,
        entry_closes_on=closings.get(state.period),
        status="on_notice" if state.on_notice else state.status,
        members=state.members,
        blocked=state.blocked,
        waiting=state.waiting,
        seats=state.seats,
        excellent=state.excellent,
    )


def unopened(
    scheme: Scheme | None, unit: Code, year: int, period: Code, closings: Mapping[Code, date]
) -> PeriodRowView:
    """A period that nobody has opened, as a row."""
    zh, en = named(scheme, period)
    return PeriodRowView(
        unit=unit,
        year=year,
        period=period,
        zh=zh,
        en=en,
        first_on=None,
        last_on=None,
        entry_closes_on=closings.get(period),
        status="not_opened",
        members=0,
        blocked=0,
        waiting=0,
        seats=None,
        excellent=None,
    )


def named(scheme: Scheme | None, period: Code) -> tuple[str, str]:
    """A period's name in both languages; its code where the rule set no longer knows it."""
    found = None if scheme is None else scheme.period(period)
    return (period, period) if found is None else (found.zh, found.en)


def step_view(step: progress.PeriodStep, names: Names, texts: Mapping[Sha256, str], gone: str) -> StepView:
    """Something that happened, with names and the reason for whoever may read it."""
    return StepView(
        what=step.what,
        at=step.at,
        position=step.position,
        body_title=step.body_title,
        minute=step.minute,
        minute_sha256=step.minute_sha256,
        entitled=step.entitled,
        present=step.present,
        in_favour=step.in_favour,
        by=None if step.by is None else names(step.by),
        reason=None if step.reason is None else texts.get(step.reason, gone),
        members=step.members,
        digest=step.digest,
    )


def turn_view(turn: Turn, title: str, names: Names) -> TurnView:
    """Whose turn it is, by name."""
    return TurnView(
        body=turn.body,
        unit=turn.unit,
        unit_title=title,
        voters=tuple(
            VoterView(member=one.member, name=names(one.member), recused=one.concerned) for one in turn.voters
        ),
    )


def result_line(
    scheme: Scheme | None, state: assessments.ResultState, names: Names, given: Iterable[GivenScore] = ()
) -> ResultLine:
    """One member's figures and grade."""
    zh, en = named(scheme, state.period)
    of = state.member, state.year, state.period
    determined = state.determined_total is not None
    # Once his score is determined his grade may still wait for somebody else's: until then he has none.
    code = state.grade if determined else state.proposed
    grade = None if scheme is None else next((one for one in scheme.grades if one.code == code), None)
    return ResultLine(
        member=state.member,
        name=names(state.member),
        unit=state.unit,
        year=state.year,
        period=state.period,
        zh=zh,
        en=en,
        months_present=state.months_present,
        base=points(state.base),
        base_max=points(state.base_max),
        honours=points(state.honours),
        deductions=points(state.deductions),
        ledger=points(state.ledger),
        ledger_part=points(state.ledger_part),
        appraisal=_points(state.appraisal),
        appraisal_part=_points(state.appraisal_part),
        committee=_points(state.committee),
        committee_part=_points(state.committee_part),
        task=_points(state.task),
        task_part=_points(state.task_part),
        given=tuple(one for one in given if (one.member, one.year, one.period) == of),
        total=points(state.total if state.determined_total is None else state.determined_total),
        records=state.records,
        graded=state.graded,
        grade=code,
        grade_zh=code if grade is None else grade.zh,
        grade_en=code if grade is None else grade.en,
        threshold=None if grade is None else grade.threshold,
        reason=state.reason,
        determined=determined,
        version=state.version,
        rules=state.rules,
        notice=state.notice,
        fed_back_on=state.fed_back_on,
        acknowledged_on=state.acknowledged_on,
    )


def _points(value: int | None) -> str | None:
    return None if value is None else points(value)


async def determined(
    asked: Asked, connection: AsyncConnection, member: MemberId, names: Names
) -> tuple[ResultLine, ...]:
    """A member's determined results, newest first; figures that no body has adopted are none."""
    assert asked.unit is not None, "a member belongs somewhere"
    found = await assessments.results_of_member(connection, member)
    published = await rules.scheme_on(connection, asked.unit.scheme, asked.today)
    scheme = None if published is None else published.scheme
    scores = (await body_scores.scores_of_member(connection, member)).value if asked.reads("result.read") else ()
    given = await given_scores(asked, scores)
    return tuple(result_line(scheme, one, names, given) for one in reversed(found.value) if one.version > 0)


def people_in(found: Stand | None, steps: Iterable[progress.PeriodStep]) -> list[MemberId | None]:
    """Everybody whom the page of a period names beside its results."""
    turn = None if found is None else found.turn
    return [*(() if turn is None else (one.member for one in turn.voters)), *(step.by for step in steps)]
