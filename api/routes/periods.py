"""考评期 — opened, computed once nothing is missing, adopted body by body or returned, determined, fed back."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from starlette.concurrency import run_in_threadpool

from api.answering import answer, granted, unchanged
from api.asked import Asked, permitted
from api.documents import described
from api.entry_terms import closings_of
from api.given_scores import given_scores
from api.names import Names, names_of
from api.pages import address
from api.period_views import (
    PeriodBoard,
    PeriodRowView,
    PeriodView,
    TurnView,
    UnitProgress,
    people_in,
    period_row,
    result_line,
    step_view,
    turn_view,
    unopened,
)
from api.readings import note_lines
from api.routes.matters import Since
from api.wishes import ApproveWish, FeedBackWish, Nothing, OpenPeriodWish, ReturnWish
from domain.assessment.computing import ComputePeriod
from domain.assessment.deciding import DecidePeriod, ReturnPeriod
from domain.assessment.feedback import FeedBackResult
from domain.assessment.opening import OpenPeriod
from domain.assessment.period import result_notice_id
from domain.assessment.stand import Stand, stand
from domain.rules.assessing import BODY_PARTS, BodyPart
from domain.rules.scheme import Scheme
from domain.values import Code, NoticeId
from projections import assessments, body_scores, organisation, progress, rules
from projections.answers import Answer, AsyncConnection, instead

router = APIRouter(tags=["periods"])

Year = Annotated[int, Path(ge=2000, le=2100)]
YearAsked = Annotated[int | None, Query(ge=2000, le=2100)]


@router.get("/units/{unit:code}/periods")
@described(PeriodBoard)
async def board(
    unit: str, asked: Annotated[Asked, permitted("period.read")], year: YearAsked = None, since: Since = None
) -> Response:
    """The periods of a year: one's own, and how far the organisations below have come."""
    if (same := unchanged(asked, since)) is not None:
        return same
    async with asked.ready(since) as connection:
        found = await board_of(asked, connection, unit, year or asked.today.year)
    return answer(asked, "periods.html", found, unit=asked.unit)


async def board_of(asked: Asked, connection: AsyncConnection, unit: Code, year: int) -> Answer[PeriodBoard]:
    """The periods of an organisation and of those below it in one year."""
    units = [one for one in (await organisation.units(connection, unit)).value if one.dissolved_on is None]
    found = await progress.periods_of(connection, [one.unit for one in units], year)
    scheme = await scheme_of(asked, connection)
    closings = await _closings(asked, connection, year)
    opened = {(one.unit, one.period): period_row(scheme, one, closings) for one in found.value}
    codes = [] if scheme is None else [period.code for period in scheme.periods]

    def rows(of: Code) -> tuple[PeriodRowView, ...]:
        return tuple(opened.get((of, code)) or unopened(scheme, of, year, code, closings) for code in codes)

    parents = {one.parent for one in units}
    below = tuple(
        UnitProgress(unit=one.unit, title=one.title, periods=rows(one.unit))
        for one in units
        if one.unit != unit and one.unit not in parents
    )
    statuses = [row.status for one in below for row in one.periods]
    sealed = statuses.count("sealed")
    scores = any(_scores(scheme, code) for code in codes)
    board = PeriodBoard(
        unit=unit, year=year, periods=rows(unit), below=below, sealed=sealed, of=len(statuses), scores=scores
    )
    return instead(found, board)


@router.get("/units/{unit:code}/periods/{year}/{period:code}")
@described(PeriodView)
async def one(
    unit: str,
    year: Year,
    period: str,
    asked: Annotated[Asked, permitted("period.read")],
    since: Since = None,
) -> Response:
    """One period: what is missing, whose turn it is, what happened, and everybody's figures."""
    async with asked.ready(since) as connection:
        stands = await run_in_threadpool(
            asked.house.ledger.ask, lambda past: stand(past, unit, year, period, asked.now)
        )
        found = await progress.steps_of(connection, unit, year, period)
        state = next(
            (p for p in (await progress.periods_of(connection, [unit], year)).value if p.period == period), None
        )
        scheme = await scheme_of(asked, connection)
        closings = await _closings(asked, connection, year)
        results = await _results(asked, connection, unit, year, period)
        people = [*people_in(stands, found.value), *(one.member for one in results)]
        names = await names_of(asked, connection, people, unit=unit, day=None if state is None else state.last_on)
        turn = await _turn(connection, stands, names)
        scores = (await body_scores.scores_of_unit(connection, unit, year, period)).value if results else ()
        given = await given_scores(asked, (one for one in scores if one.member in {line.member for line in results}))
    sealed = tuple(step.reason for step in found.value if step.reason is not None)
    texts = await asked.house.vault.values(sealed if asked.reads("result.read") else ())
    gone = asked.words("text.gone" if asked.reads("result.read") else "text.sealed")
    gate = None if stands is None else stands.gate
    view = PeriodView(
        row=unopened(scheme, unit, year, period, closings) if state is None else period_row(scheme, state, closings),
        gate=gate,
        clear=gate is not None and gate.clear,
        turn=turn,
        steps=tuple(step_view(step, names, texts, gone) for step in found.value),
        results=tuple(result_line(scheme, one, names, given) for one in results),
        scores=_scores(scheme, period),
        notice=_notice(state),
        seats=None if stands is None else stands.seats,
    )
    return answer(asked, "period.html", instead(found, view), fresh=stands, unit=asked.unit)


async def _results(
    asked: Asked, connection: AsyncConnection, unit: Code, year: int, period: Code
) -> tuple[assessments.ResultState, ...]:
    """The figures, for whoever may read everybody's; that they were read is written down first."""
    if not asked.may("result.read"):
        return ()
    found = await assessments.results_of_unit(connection, unit, year, period)
    shown = await note_lines(asked, (one.member for one in found.value), "result")
    return tuple(one for one in found.value if one.member in shown)


async def _turn(connection: AsyncConnection, stands: Stand | None, names: Names) -> TurnView | None:
    if stands is None or stands.turn is None:
        return None
    body = (await organisation.unit(connection, stands.turn.unit)).value
    return turn_view(stands.turn, stands.turn.unit if body is None else body.title, names)


def _scores(scheme: Scheme | None, period: Code) -> tuple[BodyPart, ...]:
    """The parts of the totals of a period that bodies give."""
    asked = None if scheme is None else scheme.period(period)
    if scheme is None or asked is None or asked.result != "total":
        return ()
    used = {part for profile in scheme.profiles for part in profile.components.by_bodies}
    return tuple(part for part in BODY_PARTS if part in used)


def _notice(state: progress.PeriodState | None) -> NoticeId | None:
    if state is None or state.status not in ("decided", "noticed", "sealed"):
        return None
    return result_notice_id(state.unit, state.year, state.period, state.computation)


@router.post("/units/{unit:code}/periods", status_code=201)
@described(creates=True)
def open_one(unit: str, asked: Annotated[Asked, permitted("period.open", takes=OpenPeriodWish)]) -> Response:
    """Open a period that the rule set names."""
    wish: OpenPeriodWish = asked.body
    receipt = asked.execute(OpenPeriod, unit=unit, year=wish.year, period=wish.period)
    return granted(asked, receipt, _place(unit, wish.year, wish.period), created=True)


@router.post("/units/{unit:code}/periods/{year}/{period:code}/computation")
@described()
def compute(
    unit: str, year: Year, period: str, asked: Annotated[Asked, permitted("period.compute", takes=Nothing)]
) -> Response:
    """Compute everybody's figures; refused, with the list, while something is missing."""
    receipt = asked.execute(ComputePeriod, unit=unit, year=year, period=period)
    return granted(asked, receipt, _place(unit, year, period))


@router.post("/units/{unit:code}/periods/{year}/{period:code}/decision")
@described(uploads=True)
def decide(
    unit: str, year: Year, period: str, asked: Annotated[Asked, permitted("period.decide", takes=ApproveWish)]
) -> Response:
    """A body adopts the figures as they were computed."""
    wish: ApproveWish = asked.body
    receipt = asked.execute(
        DecidePeriod,
        unit=unit,
        year=year,
        period=period,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        present=wish.present,
        not_in_favour=wish.not_in_favour,
    )
    return granted(asked, receipt, _place(unit, year, period))


@router.post("/units/{unit:code}/periods/{year}/{period:code}/return")
@described()
def give_back(
    unit: str, year: Year, period: str, asked: Annotated[Asked, permitted("period.decide", takes=ReturnWish)]
) -> Response:
    """A body gives the figures back with a reason; it alters none."""
    reason = asked.secret(asked.reader.person, "reason", asked.body.reason)
    receipt = asked.execute(ReturnPeriod, unit=unit, year=year, period=period, reason=reason)
    return granted(asked, receipt, _place(unit, year, period))


@router.post("/units/{unit:code}/periods/{year}/{period:code}/feedback")
@described()
def feed_back(
    unit: str, year: Year, period: str, asked: Annotated[Asked, permitted("result.feed_back", takes=FeedBackWish)]
) -> Response:
    """Say that a member was told his result; the note of the talk is sealed."""
    wish: FeedBackWish = asked.body
    note = None if wish.note is None else asked.secret(wish.member, "note", wish.note)
    receipt = asked.execute(
        FeedBackResult,
        unit=unit,
        member=wish.member,
        year=year,
        period=period,
        told_on=wish.told_on,
        note=note,
    )
    return granted(asked, receipt, _place(unit, year, period))


def _place(unit: Code, year: int, period: Code) -> str:
    return f"/units/{address(unit)}/periods/{year}/{address(period)}"


async def _closings(asked: Asked, connection: AsyncConnection, year: int) -> dict[Code, date]:
    assert asked.unit is not None
    known = await rules.versions(connection, asked.unit.scheme)
    return closings_of(known, year, (await rules.calendars(connection)).value)


async def scheme_of(asked: Asked, connection: AsyncConnection) -> Scheme | None:
    """The rule set in force today: it names the periods and the grades."""
    assert asked.unit is not None
    published = await rules.scheme_on(connection, asked.unit.scheme, asked.today)
    return None if published is None else published.scheme
