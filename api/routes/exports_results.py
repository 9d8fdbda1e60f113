"""导出考评结果 — periods, figures, appraisals, measures and probations as files, for whoever reads them as pages.

Of appraisals the turn-out and, for whoever sees them on the page, the means, of each category where each is marked by
itself; nothing of any ballot or voter, no distribution, and no mean of too few voices.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Response

from api.appraisal_views import SEES_ALL, CategoryView, appraisal_view, categories_of
from api.asked import Asked, permitted
from api.consequences import measure_views
from api.documents import described
from api.exports.cells import Cell
from api.exports.files import MEDIA, Format, Row, file_of
from api.exports.taking import file_name, headings, listed, note_taking
from api.names import names_of
from api.past_views import PastResultView, result_views, vouched
from api.period_views import ResultLine, determined, result_line
from api.readings import note_lines, note_reading
from api.refusals import NotFound
from api.routes.appraisals import PeriodCode
from api.routes.appraisals import scheme_of as scheme_of_session
from api.routes.members import YearAsked
from api.routes.periods import Year, board_of, scheme_of
from api.routes.probations import row_of
from domain.values import Code, MemberId, points
from projections import appraisals, assessments, measures, past_years, probations
from projections.answers import AsyncConnection

router = APIRouter(tags=["exports"])

_OF_PERIOD = ("export.year", "export.period")


@router.get("/units/{unit:code}/exports/periods.{kind}")
@described(media_type=MEDIA["csv"])
async def periods_of(
    unit: str, kind: Format, asked: Annotated[Asked, permitted("period.read")], year: YearAsked = None
) -> Response:
    """The periods of a year: one's own, and how far the organisations below have come."""
    wanted = year or asked.today.year
    await note_taking(asked, f"periods.{kind}")
    async with asked.ready() as connection:
        board = (await board_of(asked, connection, unit, wanted)).value
    title = unit if asked.unit is None else asked.unit.title
    of_units = ((title, board.periods), *((one.title, one.periods) for one in board.below))
    rows: list[Row] = [
        (
            of,
            wanted,
            asked.words.either(one.zh, one.en),
            one.first_on,
            one.last_on,
            asked.words(f"status.{one.status}"),
            one.members,
            one.blocked,
            one.seats,
            one.excellent,
        )
        for of, periods in of_units
        for one in periods
    ]
    span = ("export.unit", *_OF_PERIOD, "export.from_on", "export.until_on", "export.status")
    keys = (*span, "export.members", "export.blocked", "export.seats", "export.excellent")
    return file_of(kind, file_name(unit, f"periods-{wanted}"), headings(asked, keys), listed(rows))


@router.get("/units/{unit:code}/periods/{year}/{period:code}/exports/results.{kind}")
@described(media_type=MEDIA["csv"])
async def results_of(
    unit: str, year: Year, period: PeriodCode, kind: Format, asked: Annotated[Asked, permitted("result.read")]
) -> Response:
    """Everybody's figures of a period, in the order of the pseudonyms, never of merit."""
    await note_taking(asked, f"results.{kind}")
    async with asked.ready() as connection:
        found = (await assessments.results_of_unit(connection, unit, year, period)).value
        scheme = await scheme_of(asked, connection)
        names = await names_of(asked, connection, [one.member for one in found], unit=unit)
        means = await _category_means(asked, connection, unit, year, period)
    shown = await note_lines(asked, (one.member for one in found), "export")
    found = tuple(one for one in found if one.member in shown)

    def row(state: assessments.ResultState) -> Row:
        one = result_line(scheme, state, names)
        of_categories = means.of(one.member)
        figures = (one.base, one.honours, one.deductions, one.appraisal, *of_categories, one.committee, one.task)
        exact = [_exact(figure) for figure in (*figures, one.total)]
        grade = asked.words.either(one.grade_zh or "", one.grade_en or "")
        state_of = asked.words("status.determined" if one.determined else "status.computed")
        return (one.name, year, asked.words.either(one.zh, one.en), *exact, grade, state_of)

    figures = ("points.base", "points.honours", "points.deductions", "export.appraisal")
    rest = ("component.committee", "component.task", "points.total", "export.grade", "export.status")
    first = headings(asked, ("export.name", *_OF_PERIOD, *figures))
    columns = [*first, *means.headings(asked), *headings(asked, rest)]
    return file_of(kind, file_name(unit, f"results-{year}-{period}"), columns, listed(map(row, found)))


def _exact(figure: str | None) -> Cell:
    return None if figure is None else Decimal(figure)


class CategoryMeans(NamedTuple):
    """What came of each category for everybody, where each was marked by itself and the reader sees everybody's."""

    categories: tuple[CategoryView, ...] = ()
    known: Mapping[tuple[MemberId, Code], str] = {}

    def headings(self, asked: Asked) -> list[str]:
        """The words above the columns."""
        mean = asked.words("export.appraisal")
        return [f"{mean} · {asked.words.either(one.zh, one.en)}" for one in self.categories]

    def of(self, member: MemberId) -> tuple[str | None, ...]:
        """Somebody's, in the order of the rule set; None where too few said something."""
        return tuple(self.known.get((member, one.code)) for one in self.categories)


async def _category_means(
    asked: Asked, connection: AsyncConnection, unit: Code, year: int, period: Code
) -> CategoryMeans:
    session = (await appraisals.appraisal(connection, unit, year, period)).value
    if session is None or not asked.reads(SEES_ALL):
        return CategoryMeans()
    scheme = await scheme_of_session(asked, connection, year, period, session.rules)
    tallies = (await appraisals.categories_of(connection, unit, year, period)).value
    known = {(one.member, one.category): points(one.mean) for one in tallies if one.mean is not None}
    return CategoryMeans(() if scheme is None else categories_of(scheme), known)


@router.get("/units/{unit:code}/appraisals/{year}/{period}/exports/means.{kind}")
@described(media_type=MEDIA["csv"])
async def means_of(
    unit: str, year: Year, period: PeriodCode, kind: Format, asked: Annotated[Asked, permitted("appraisal.read")]
) -> Response:
    """What was published of each person in one appraisal: for whoever fixes the scores, else one's own line."""
    await note_taking(asked, f"means.{kind}")
    async with asked.ready() as connection:
        session = (await appraisals.appraisal(connection, unit, year, period)).value
        if session is None or session.status != "closed":
            raise NotFound
        scheme = await scheme_of_session(asked, connection, year, period, session.rules)
        view = await appraisal_view(asked, connection, year, period, session, scheme)
    people = view.people or (() if view.mine is None else (view.mine,))
    own = {(one.member, part.category): part.mean for one in people for part in one.categories if part.mean is not None}
    means = CategoryMeans(view.categories, own)
    of_period = (year, asked.words.either(view.period_zh, view.period_en))
    rows: list[Row] = [
        (one.name, *of_period, one.ballots, _exact(one.mean), *map(_exact, means.of(one.member)))
        for one in people
        if one.ballots is not None
    ]
    keys = ("export.name", *_OF_PERIOD, "appraisal.ballots", "export.appraisal")
    columns = [*headings(asked, keys), *means.headings(asked)]
    return file_of(kind, file_name(unit, f"means-{year}-{period}"), columns, listed(rows))


@router.get("/members/{member:uuid}/exports/results.{kind}")
@described(media_type=MEDIA["csv"])
async def results_of_member(member: UUID, kind: Format, asked: Annotated[Asked, permitted("result.read")]) -> Response:
    """What was determined of a member; below it what papers say of the years before the log, labelled as imported."""
    await note_taking(asked, f"results.{kind}")
    await note_reading(asked, member, "export")
    assert asked.unit is not None, "the address names a member"
    async with asked.ready() as connection:
        names = await names_of(asked, connection, [member])
        here = await determined(asked, connection, member, names)
        found = (await past_years.past_results(connection, member)).value
        papers = await vouched(asked, connection, await result_views(connection, asked.unit.scheme, found))
    rows = [*(_determined_row(asked, one) for one in here), *(_imported_row(asked, one) for one in papers)]
    figures = ("points.base", "points.honours", "points.deductions", "export.appraisal", "points.total")
    source = ("past.by_rules", "past.document", "past.by", "export.position")
    keys = (*_OF_PERIOD, *figures, "export.grade", "export.status", *source)
    return file_of(kind, f"results-{member}", headings(asked, keys), listed(rows))


def _determined_row(asked: Asked, one: ResultLine) -> Row:
    figures = map(_exact, (one.base, one.honours, one.deductions, one.appraisal, one.total))
    grade = asked.words.either(one.grade_zh or "", one.grade_en or "")
    period = asked.words.either(one.zh, one.en)
    return (one.year, period, *figures, grade, asked.words("status.determined"), one.rules, None, None, None)


def _imported_row(asked: Asked, one: PastResultView) -> Row:
    figures = map(_exact, (one.base, one.honours, one.deductions, one.appraisal, one.total))
    grade = asked.words.either(one.grade_zh or "", one.grade_en or "")
    status = asked.words("past.imported_withdrawn" if one.withdrawn else "past.imported")
    by_rules = one.number or one.rules
    named = f"period.{one.period}"
    period = asked.words(named) if asked.words.has(named) else one.period
    return (one.year, period, *figures, grade, status, by_rules, one.document, one.vouched_by, one.position)


@router.get("/units/{unit:code}/exports/appraisals.{kind}")
@described(media_type=MEDIA["csv"])
async def appraisals_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("appraisal.read")]) -> Response:
    """The turn-out of every appraisal: counts alone."""
    await note_taking(asked, f"appraisals.{kind}")
    async with asked.ready() as connection:
        found = (await appraisals.appraisals_of_unit(connection, unit)).value
        scheme = await scheme_of(asked, connection)

    def row(one: appraisals.AppraisalState) -> Row:
        period = None if scheme is None else scheme.period(one.period)
        return (
            one.year,
            one.period if period is None else asked.words.either(period.zh, period.en),
            asked.words(f"appraisal.method.{one.method}"),
            one.opened_on,
            asked.words(f"status.appraisal-{one.status}"),
            one.subjects,
            one.voters,
            one.took_part,
            one.ballots,
            one.spoilt,
        )

    of_session = ("appraisal.method", "appraisal.opened_on", "export.status", "export.subjects")
    counts = ("export.voters", "appraisal.took_part", "appraisal.ballots", "export.spoilt")
    keys = (*_OF_PERIOD, *of_session, *counts)
    return file_of(kind, file_name(unit, "appraisals"), headings(asked, keys), listed(map(row, found)))


@router.get("/units/{unit:code}/exports/measures.{kind}")
@described(media_type=MEDIA["csv"])
async def measures_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("measure.read")]) -> Response:
    """The measures of an organisation and all below it; nothing of what is written about them."""
    await note_taking(asked, f"measures.{kind}")
    async with asked.ready() as connection:
        found = (await measures.measures_under(connection, unit)).value
        views = await measure_views(asked, connection, found)
    shown = await note_lines(asked, (one.member for one in found), "export")
    views = tuple(one for one in views if one.member in shown)
    rows: list[Row] = [
        (
            one.name,
            one.unit_title,
            asked.words.either(one.zh, one.en),
            one.year,
            one.period,
            asked.words.either(one.grade_zh or "", one.grade_en or ""),
            asked.words(f"measures.status.{one.status}"),
            asked.words("measures.overdue") if one.overdue else "",
            one.opened_on,
        )
        for one in views
    ]
    what = ("export.name", "export.unit", "export.title", *_OF_PERIOD, "export.grade", "export.status")
    keys = (*what, "export.overdue", "export.from_on")
    return file_of(kind, file_name(unit, "measures"), headings(asked, keys), listed(rows))


@router.get("/units/{unit:code}/exports/probations.{kind}")
@described(media_type=MEDIA["csv"])
async def probations_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("probation.read")]) -> Response:
    """The probations of an organisation and all below it: windows, proposals, terms."""
    await note_taking(asked, f"probations.{kind}")
    async with asked.ready() as connection:
        found = (await probations.cases_under(connection, unit)).value
        names = await names_of(asked, connection, [one.member for one in found], unit=unit)
    shown = await note_lines(asked, (one.member for one in found), "export")
    found = tuple(one for one in found if one.member in shown)

    def row(case: probations.Case) -> Row:
        one = row_of(asked, case, names(case.member))
        proposal = "" if one.proposal is None else asked.words(f"probation.proposal.{one.proposal}")
        overdue = asked.words("probation.overdue") if one.overdue else ""
        status = asked.words(f"probation.status.{one.status}")
        return (one.name, one.unit_title, one.first_on, one.last_on, status, proposal, one.decide_by, overdue)

    what = ("export.name", "export.unit", "export.from_on", "export.until_on", "export.status")
    keys = (*what, "probation.what", "export.due_on", "export.overdue")
    return file_of(kind, file_name(unit, "probations"), headings(asked, keys), listed(map(row, found)))
