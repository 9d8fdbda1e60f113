"""民主评议 — opened, evaluated, counted, published; the codes are shown once and the ballots are nobody's."""

from functools import partial
from typing import Annotated

import msgspec
from anyio import to_thread
from fastapi import APIRouter, Path, Response

from api.answering import answer, granted, unchanged
from api.appraisal_views import AppraisalView, SessionView, appraisal_view, session_view
from api.appraisal_wishes import AnnulWish, CountWish, OpenAppraisalWish, SelfEvaluationWish
from api.appraising import Counting, Drawn, Slip, draw, issued, need_ours, session_of
from api.asked import Asked, permitted
from api.documents import described
from api.names import names_of
from api.negotiation import wants_page
from api.pages import address, show
from api.purpose import look_at
from api.routes.matters import Since
from domain.assessment.appraisal import Session, appraisal_of
from domain.assessment.balloting import AnnulAppraisal, CloseAppraisal, FileSelfEvaluation, OpenAppraisal
from domain.assessment.period import days_of
from domain.ledger import Receipt
from domain.rules.scheme import Scheme
from domain.values import Code
from projections import appraisals, ballot_box, rules
from projections.answers import AsyncConnection, instead

router = APIRouter(tags=["appraisals"])

Year = Annotated[int, Path(ge=2016, le=2099)]
PERIOD_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
PeriodCode = Annotated[str, Path(pattern=PERIOD_PATTERN)]


class PeriodChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A period of the rule set."""

    code: Code
    zh: str
    en: str
    appraisal: bool


class AppraisalList(msgspec.Struct, frozen=True, kw_only=True):
    """The sessions of an organisation, and the periods that ask for one."""

    sessions: tuple[SessionView, ...]
    year: int
    periods: tuple[PeriodChoice, ...]


class OpenedView(msgspec.Struct, frozen=True, kw_only=True):
    """What a session's opening shows once: the slips to be cut apart, and a key for each teller."""

    receipt: Receipt
    slips: tuple[Slip, ...]
    keys: tuple[str, ...]
    address: str
    """Where ballots are cast."""


@router.get("/units/{unit:code}/appraisals")
@described(AppraisalList)
async def listed(unit: str, asked: Annotated[Asked, permitted("appraisal.read")], since: Since = None) -> Response:
    """The sessions of an organisation, newest first."""
    if (same := unchanged(asked, since)) is not None:
        return same
    async with asked.ready(since) as connection:
        found = await appraisals.appraisals_of_unit(connection, unit)
        scheme = await scheme_of(asked, connection, asked.today.year, None)
    known = () if scheme is None else scheme.periods
    periods = tuple(PeriodChoice(code=p.code, zh=p.zh, en=p.en, appraisal=p.appraisal) for p in known)
    # The year's appraisal is held when the year is over: in spring it is last year's that people look for.
    year = asked.today.year if asked.today.month > SPRING else asked.today.year - 1
    value = AppraisalList(sessions=tuple(map(session_view, found.value)), year=year, periods=periods)
    return answer(asked, "appraisals.html", instead(found, value), unit=asked.unit)


SPRING = 6
"""The last month in which the year before is the one in hand."""


@router.get("/units/{unit:code}/appraisals/{year}/{period}")
@described(AppraisalView)
async def one(
    unit: str,
    year: Year,
    period: PeriodCode,
    asked: Annotated[Asked, permitted("appraisal.read")],
    since: Since = None,
) -> Response:
    """One session: to be opened, to be evaluated and counted, or what came of it."""
    async with asked.ready(since) as connection:
        found = await appraisals.appraisal(connection, unit, year, period)
        scheme = await scheme_of(asked, connection, year, period, None if found.value is None else found.value.rules)
        view = await appraisal_view(asked, connection, year, period, found.value, scheme)
    return answer(asked, "appraisal.html", instead(found, view), fresh=view.people, unit=asked.unit)


@router.post("/units/{unit:code}/appraisals/{year}/{period}", status_code=201)
@described(OpenedView, bare=True)
async def begin(
    unit: str,
    year: Year,
    period: PeriodCode,
    asked: Annotated[Asked, permitted("appraisal.run", takes=OpenAppraisalWish)],
) -> Response:
    """Open a session. The slips and the tellers' keys are in this answer, and nowhere else."""
    wish: OpenAppraisalWish = asked.body
    drawn = await to_thread.run_sync(draw, asked, unit, year, period, wish.method)
    # Before anything is written: what is shown once must not be refused once it is a fact.
    await look_at(asked, {one.member for one in drawn.slips}, "slips")
    box = ballot_box.box_of(*drawn.keys) if drawn.keys else None
    receipt = await to_thread.run_sync(
        partial(
            asked.execute,
            OpenAppraisal,
            unit=unit,
            year=year,
            period=period,
            method=wish.method,
            codes=issued(drawn),
            box=box,
        )
    )
    await to_thread.run_sync(need_ours, asked, unit, year, period, drawn)
    place = _place(unit, year, period)
    if not drawn.slips:
        return granted(asked, receipt, place, created=True)
    async with asked.ready() as connection:
        slips = await _named(asked, connection, drawn)
    value = OpenedView(
        receipt=receipt, slips=slips, keys=drawn.keys, address=f"/ballots/{place.removeprefix('/units/')}"
    )
    headers = {"Cache-Control": "no-store", "Location": place}
    if wants_page(asked.request):
        shown = show(asked.request, "slips.html", {"unit": asked.unit, "value": value, "to": place}, status=201)
        shown.headers.update(headers)
        return shown
    return Response(msgspec.json.encode(value), 201, media_type="application/json", headers=headers)


@router.post("/units/{unit:code}/appraisals/{year}/{period}/self-evaluation")
@described()
def evaluate(
    unit: str,
    year: Year,
    period: PeriodCode,
    asked: Annotated[Asked, permitted("appraisal.evaluate_self", takes=SelfEvaluationWish)],
) -> Response:
    """Say how one sees one's own year."""
    statement = asked.secret(asked.reader.person, "self_evaluation", asked.body.statement)
    receipt = asked.execute(FileSelfEvaluation, unit=unit, year=year, period=period, statement=statement)
    return granted(asked, receipt, _place(unit, year, period))


@router.post("/units/{unit:code}/appraisals/{year}/{period}/count")
@described()
async def count(
    unit: str,
    year: Year,
    period: PeriodCode,
    asked: Annotated[Asked, permitted("appraisal.run", takes=CountWish)],
) -> Response:
    """Open the box with the tellers' keys, or enter what they counted on paper; everything is published at once."""
    wish: CountWish = asked.body
    session = await session_of(asked, unit, year, period)
    async with asked.ready() as connection:
        scheme = await scheme_of(asked, connection, year, period, session.rules)
    assert scheme is not None, "a session was opened by a rule set"
    async with Counting(asked, session, wish, scheme.appraisal) as counting:
        receipt = await to_thread.run_sync(
            partial(
                asked.execute,
                CloseAppraisal,
                unit=unit,
                year=year,
                period=period,
                tellers=wish.tellers,
                took_part=tuple(sorted(wish.took_part, key=str)),
                ballots=counting.ballots,
                spoilt=counting.spoilt,
            )
        )
        counting.counted()
    return granted(asked, receipt, _place(unit, year, period))


@router.post("/units/{unit:code}/appraisals/{year}/{period}/annulment")
@described()
async def annul(
    unit: str,
    year: Year,
    period: PeriodCode,
    asked: Annotated[Asked, permitted("appraisal.run", takes=AnnulWish)],
) -> Response:
    """Nothing of the session counts; another may be opened."""
    reason = asked.secret(asked.reader.person, "reason", asked.body.reason)
    state = await to_thread.run_sync(asked.house.ledger.load, appraisal_of(unit, year, period))
    wish = partial(asked.execute, AnnulAppraisal, unit=unit, year=year, period=period, reason=reason)
    receipt = await to_thread.run_sync(wish)
    if isinstance(state, Session) and state.box is not None:
        async with asked.house.access.connection() as connection:
            await ballot_box.shut(connection, state.box, shut=True)
            await ballot_box.empty(connection, state.box)
    return granted(asked, receipt, _place(unit, year, period))


async def scheme_of(
    asked: Asked, connection: AsyncConnection, year: int, period: Code | None, opened_under: Code | None = None
) -> Scheme | None:
    """The rule set that rules a period: the one in force on its last day, or today's while that is not known.

    A session keeps the version under which it was opened.
    """
    assert asked.unit is not None
    known = await rules.versions(connection, asked.unit.scheme)
    now = rules.in_force(known, asked.today)
    if opened_under is not None:
        return next((one.scheme for one in known if one.version == opened_under), None)
    if period is not None:
        # Where a trial version has run out, the one before it still says when its period ended.
        for one in (*(() if now is None else (now,)), *reversed(known)):
            found = one.scheme.period(period)
            last = None if found is None else rules.in_force(known, days_of(found, year)[1])
            if last is not None:
                return last.scheme
    return None if now is None else now.scheme


async def _named(asked: Asked, connection: AsyncConnection, drawn: Drawn) -> tuple[Slip, ...]:
    assert asked.unit is not None
    names = await names_of(asked, connection, {one.member for one in drawn.slips}, unit=asked.unit.unit)
    return tuple(msgspec.structs.replace(one, name=names(one.member)) for one in drawn.slips)


def _place(unit: Code, year: int, period: Code) -> str:
    return f"/units/{address(unit)}/appraisals/{year}/{period}"
