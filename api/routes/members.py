"""积分档案 — my points, why they are so, each record down to its proof, my timeline."""

from datetime import date, datetime
from typing import Annotated, Literal, NamedTuple, TypeVar
from uuid import UUID

import msgspec
from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import RedirectResponse

from api.answering import answer, unchanged
from api.as_of import Back, BackAsked, LookingBack, looking_back, when_of
from api.asked import Asked, permitted
from api.documents import described
from api.lists import matter_rows, veto_row
from api.names import Names, names_of, subject_name
from api.past_views import result_views, vouched
from api.period_views import result_line
from api.points_views import (
    CategoryView,
    ItemView,
    PeriodView,
    PointsView,
    RecordRow,
    SpanView,
    WhyView,
)
from api.readings import note_reading
from api.refusals import NotFound
from api.routes.matters import Before, Since
from domain import vocabulary
from domain.rules.assessing import Period
from domain.values import Code, MemberId, RecordId, points
from projections import explanation, own_year, past_years, prefix, timeline
from projections.answers import Answer, AsyncConnection, Page, instead
from projections.as_of import When
from projections.periods import CategoryPoints, PeriodScore
from projections.steps import steps_of

router = APIRouter(tags=["members"])

V = TypeVar("V", bound=msgspec.Struct)

_TERMS = {term.stored_name: term for term in vocabulary.FACT_TERMS}

Year = Annotated[int, Path(ge=2000, le=2100)]
YearAsked = Annotated[int | None, Query(ge=2000, le=2100)]
Shown = Annotated[Literal["confirmed", "with_pending"], Query()]


class MomentView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the log says of a person."""

    position: int
    at: datetime
    type: str
    zh: str
    en: str
    unit_title: str | None
    title: str | None
    outcome: str | None
    record: RecordId | None
    case: UUID | None
    """The claim or the proposal that it is about."""
    folder: str
    """Where that is found: honours or deductions."""


@router.get("/points")
@described(media_type="text/html")
async def own(asked: Annotated[Asked, permitted("signed-in")]) -> Response:
    """To my own points."""
    return RedirectResponse(f"/members/{asked.reader.person}/points", 303)


@router.get("/members/{member:uuid}/points")
@described(PointsView)
async def of_year(
    member: UUID,
    asked: Annotated[Asked, permitted("archive.read")],
    back: BackAsked,
    year: YearAsked = None,
    since: Since = None,
) -> Response:
    """A person's points of a year: confirmed and pending apart, category by category; now, or as known and valid."""
    wanted = year or asked.today.year
    await note_reading(asked, member, "points")
    if (same := unchanged(asked, since)) is not None:
        return same

    async def find(connection: AsyncConnection) -> Answer[PointsView]:
        return await points_then(asked, connection, member, wanted, back, _sight(asked))

    named = _named(asked, await asked.once(find, since, again=bool(back)))
    results = tuple(msgspec.structs.replace(one, name=named.value.name) for one in named.value.results)
    view = msgspec.structs.replace(named.value, results=results)
    if view.past:
        async with asked.ready() as connection:
            view = msgspec.structs.replace(view, past=await vouched(asked, connection, view.past))
    return answer(asked, "points.html", instead(named, view))


def _named(asked: Asked, kept: Answer[V]) -> Answer[V]:
    """The view with the person's name, which is opened each time and kept nowhere."""
    return instead(kept, msgspec.structs.replace(kept.value, name=subject_name(asked)))


class Sight(NamedTuple):
    """What the reader may know of beside the points."""

    vetoes: bool
    results: bool
    custody: bool
    """What was ordered about his data: holds, restrictions, erasure."""


def _sight(asked: Asked) -> Sight:
    return Sight(asked.reads("veto.read"), asked.reads("result.read"), asked.reads("custody.read"))


async def _seen(
    connection: AsyncConnection, member: MemberId, year: int, back: Back, sight: Sight
) -> tuple[When | None, LookingBack | None]:
    """From where the reader looks back; None for the present."""
    if not back:
        return None, None
    last = await prefix.head(connection)
    steps = await steps_of(connection, member, year, last, **sight._asdict())
    when = await when_of(connection, back, steps)
    return when, await looking_back(connection, when, steps)


async def points_then(
    asked: Asked, connection: AsyncConnection, member: MemberId, year: int, back: Back, sight: Sight
) -> Answer[PointsView]:
    """The page of a year without the names."""
    when, seen = await _seen(connection, member, year, back, sight)
    today = asked.today if seen is None else seen.day
    found = await own_year.own_year(connection, member, year, None, today, when)
    view = _points(sight, member, found.value, year, today)
    if sight.results and asked.unit is not None:
        papers = found.value.past
        if when is not None:
            papers = (await past_years.past_results(connection, member, when.position)).value
        view = msgspec.structs.replace(view, past=await result_views(connection, asked.unit.scheme, papers))
    return instead(found, msgspec.structs.replace(view, back=seen))


def _points(sight: Sight, member: UUID, found: own_year.OwnYear, year: int, today: date) -> PointsView:
    whole = next((period for period in found.periods if period.period == found.current), None)
    vetoes = found.vetoes if sight.vetoes else ()
    ceiling = found.ceiling if vetoes else None
    results = found.results if sight.results else ()
    return PointsView(
        member=member,
        name="",
        year=year,
        rules=None if whole is None else whole.rules,
        current=found.current,
        periods=tuple(_period(period, today, *found.named[period.period]) for period in _begun(found, whole)),
        categories=() if whole is None else tuple(_category(one, found.categories) for one in whole.categories),
        honours=matter_rows(found.honours),
        deductions=matter_rows(found.deductions),
        vetoes=tuple(veto_row(veto) for veto in vetoes),
        carried=points(found.carried) if found.carried else None,
        ceiling_zh=None if ceiling is None else ceiling.zh,
        ceiling_en=None if ceiling is None else ceiling.en,
        results=tuple(result_line(found.scheme, one, Names({}, "")) for one in results),
    )


@router.get("/members/{member:uuid}/points/{year}/{category:code}")
@described(WhyView)
async def why(
    member: UUID,
    year: Year,
    category: str,
    asked: Annotated[Asked, permitted("archive.read")],
    back: BackAsked,
    shown: Shown = "confirmed",
) -> Response:
    """Why a category is what it is, or was: line by line in plain words, record by record."""
    await note_reading(asked, member, "category")
    if (same := unchanged(asked)) is not None:
        return same

    async def find(connection: AsyncConnection) -> Answer[WhyView]:
        return await why_then(asked, connection, member, year, category, shown, back, _sight(asked))

    found = await asked.once(find, again=bool(back))
    return answer(asked, "why.html", _named(asked, found), home=None)


async def why_then(
    asked: Asked,
    connection: AsyncConnection,
    member: MemberId,
    year: int,
    category: Code,
    shown: explanation.Shown,
    back: Back,
    sight: Sight,
) -> Answer[WhyView]:
    """The explanation of a category without the name."""
    when, seen = await _seen(connection, member, year, back, sight)
    today = asked.today if seen is None else seen.day
    found = await explanation.explanation(connection, member, year, shown=shown, only=category, today=today, when=when)
    view = None if found.value is None else _why(asked, found.value, category)
    if view is None:
        raise NotFound
    return instead(found, msgspec.structs.replace(view, back=seen))


@router.get("/members/{member:uuid}/timeline")
@described(Page[MomentView])
async def moments(member: UUID, asked: Annotated[Asked, permitted("archive.read")], before: Before = None) -> Response:
    """Everything that the log says of a person, newest first."""
    await note_reading(asked, member, "timeline")
    if (same := unchanged(asked)) is not None:
        return same
    async with asked.ready() as connection:
        vetoes, measures = asked.reads("veto.read"), asked.reads("measure.read")
        found = await timeline.timeline(connection, member, before=before, vetoes=vetoes, measures=measures)
        names = await names_of(asked, connection, [member])
    rows = Page(items=tuple(_moment(one) for one in found.value.items), before=found.value.before)
    return answer(asked, "timeline.html", instead(found, rows), member=member, name=names(member))


def _begun(found: own_year.OwnYear, whole: PeriodScore | None) -> list[PeriodScore]:
    """The periods that end with the one that runs, or before; of the running totals that one alone."""
    return [
        one
        for one in found.periods
        if whole is not None
        and one.period in found.named
        and one.ends_on <= whole.ends_on
        and (one.period == whole.period or found.named[one.period][1] is None)
    ]


def _period(period: PeriodScore, today: date, named: Period, so_far: Period | None) -> PeriodView:
    return PeriodView(
        period=period.period,
        zh=named.zh,
        en=named.en,
        so_far_zh=None if so_far is None else so_far.zh,
        so_far_en=None if so_far is None else so_far.en,
        begins_on=period.begins_on,
        ends_on=period.ends_on,
        provisional=period.provisional(today),
        base=points(period.base),
        maximum=points(period.maximum),
        honours=points(period.honours),
        deductions=points(period.deductions),
        total=points(period.ledger),
        pending_total=points(period.pending_ledger),
        months_present=period.months_present,
    )


def _category(one: CategoryPoints, names: dict[Code, tuple[str, str]]) -> CategoryView:
    zh, en = names.get(one.code, (one.code, one.code))
    return CategoryView(
        code=one.code,
        zh=zh,
        en=en,
        points=points(one.points),
        with_pending=points(one.with_pending),
        maximum=points(one.maximum),
        share=_per_mille(one.points, one.maximum),
        share_pending=_per_mille(one.with_pending, one.maximum),
    )


def _per_mille(part: int, whole: int) -> int:
    return min(1000, max(0, part) * 1000 // whole) if whole else 0


def _why(asked: Asked, found: explanation.Explanation, category: Code) -> WhyView | None:
    spans = [(span, one) for span in found.spans for one in span.categories if one.code == category]
    if not spans:
        return None
    first = spans[0][1]
    return WhyView(
        member=found.member,
        name="",
        year=found.year,
        code=category,
        zh=first.zh,
        en=first.en,
        shown=found.shown,
        points=points(sum(one.points for _, one in spans)),
        maximum=points(sum(one.maximum for _, one in spans)),
        rules=found.rules,
        title_zh=found.title_zh,
        title_en=found.title_en,
        spans=tuple(
            SpanView(
                code=span.code,
                zh=span.zh,
                en=span.en,
                points=points(one.points),
                maximum=points(one.maximum),
                borrowed=span.borrowed,
                items=tuple(_item(asked, item) for item in one.items),
            )
            for span, one in spans
        ),
    )


def _item(asked: Asked, item: explanation.ItemPart) -> ItemView:
    return ItemView(
        item=item.item,
        zh=item.zh,
        en=item.en,
        clause=item.clause,
        mode=item.mode,
        points=points(item.points),
        maximum=points(item.maximum),
        start=points(item.start),
        sentence=asked.words.either(item.sentence_zh, item.sentence_en),
        unit=item.unit,
        minute=item.minute,
        records=tuple(
            RecordRow(
                record=record.record,
                title=record.title,
                occurred_on=record.occurred_on,
                outcome=record.outcome,
                quantity=points(record.quantity),
                state=record.state,
                effect=record.effect,
                points=points(record.points),
                surplus=points(record.surplus) if record.surplus else None,
                said_zh=record.said_zh,
                said_en=record.said_en,
            )
            for record in item.records
        ),
    )


def _moment(one: timeline.Moment) -> MomentView:
    term = _TERMS[one.type]
    return MomentView(
        position=one.position,
        at=one.at,
        type=one.type,
        zh=term.zh,
        en=term.en,
        unit_title=one.unit_title,
        title=one.title,
        outcome=one.outcome,
        record=one.record,
        case=one.case,
        folder="honours" if one.type.startswith("honour") else "deductions",
    )
