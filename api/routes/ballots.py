"""投票 — the page at which whoever drew a slip casts its ballot: no name, no sign-in, no trace of who or when."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.appraisal_views import CategoryView, MarkView, categories_of, marks_of, period_names
from api.appraisal_wishes import BallotWish
from api.appraising import cast
from api.asked import Asked, permitted
from api.documents import described
from api.negotiation import wants_page
from api.pages import address, show
from api.refusals import NotFound
from api.routes.appraisals import PeriodCode, Year, scheme_of
from domain.rules.scheme import Scheme
from domain.values import Code
from projections import appraisals, organisation
from projections.appraisals import AppraisalState

router = APIRouter(tags=["appraisals"])

NO_STORE = {"Cache-Control": "no-store"}


class BallotView(msgspec.Struct, frozen=True, kw_only=True):
    """What can be voted on here, and how."""

    unit: Code
    unit_title: str
    year: int
    period: Code
    period_zh: str
    period_en: str
    open: bool
    marks: tuple[MarkView, ...]
    categories: tuple[CategoryView, ...]
    """What is marked one by one; none where the ballot is one mark for the whole of a person."""


class CastView(msgspec.Struct, frozen=True, kw_only=True):
    """A ballot lies in the box."""

    cast: bool = True


@router.get("/ballots/{unit:code}/appraisals/{year}/{period}")
@described(BallotView, bare=True)
async def form(
    unit: str,
    year: Year,
    period: PeriodCode,
    asked: Annotated[Asked, permitted("open")],
    cast: bool = False,
) -> Response:
    """The marks of a session that is open, for whoever holds a slip."""
    session, scheme = await _session(asked, unit, year, period)
    assert asked.unit is not None
    value = BallotView(
        unit=unit,
        unit_title=asked.unit.title,
        year=year,
        period=period,
        **period_names(scheme, period),
        open=session.status == "open" and session.codes > 0,
        marks=marks_of(scheme.appraisal),
        categories=categories_of(scheme),
    )
    if wants_page(asked.request):
        shown = show(asked.request, "ballot.html", {"value": value, "cast": cast})
        shown.headers.update(NO_STORE)
        return shown
    return Response(msgspec.json.encode(value), media_type="application/json", headers=NO_STORE)


@router.post("/ballots/{unit:code}/appraisals/{year}/{period}")
@described(CastView, bare=True)
async def put_in(
    unit: str, year: Year, period: PeriodCode, asked: Annotated[Asked, permitted("open", takes=BallotWish)]
) -> Response:
    """Cast one ballot, or one for each category. The same again changes nothing; another mark spoils it."""
    _, scheme = await _session(asked, unit, year, period)
    await cast(asked, unit, year, period, asked.body, scheme)
    if asked.sent is not None and asked.sent.by_form:
        place = f"/ballots/{address(unit)}/appraisals/{year}/{period}?cast=true"
        return RedirectResponse(place, 303, headers=NO_STORE)
    return Response(msgspec.json.encode(CastView()), media_type="application/json", headers=NO_STORE)


async def _session(asked: Asked, unit: Code, year: int, period: Code) -> tuple[AppraisalState, Scheme]:
    async with asked.ready() as connection:
        asked.unit = (await organisation.unit(connection, unit)).value
        session = (await appraisals.appraisal(connection, unit, year, period)).value
        if asked.unit is None or session is None:
            raise NotFound
        scheme = await scheme_of(asked, connection, year, period, session.rules)
    assert scheme is not None, "a session was opened by a rule set"
    return session, scheme
