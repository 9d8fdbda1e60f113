"""组织评分 — the parts of the totals that bodies give: what is still wanted where, and the meeting that gives it."""

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Response

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.body_score_views import ScoreBoard, ScoredMember, ScoreRow, ScoresView
from api.body_score_wishes import ScoresWish
from api.documents import described
from api.given_scores import GivenScore, given_scores
from api.names import Names, names_of
from api.pages import address
from api.period_views import VoterView, named
from api.readings import note_lines
from api.refusals import NotFound
from api.routes.matters import Since
from api.routes.periods import Year, scheme_of
from domain.assessment.awaited import AwaitedPart, AwaitedScore, awaited, awaited_in
from domain.assessment.giving import AssessComponent, MemberScore
from domain.decider import Past
from domain.rules.assessing import BodyPart
from domain.values import Code, MemberId, hundredths, points
from projections import body_scores, organisation
from projections.answers import AsyncConnection, instead

router = APIRouter(tags=["periods"])

PartAsked = Annotated[BodyPart, Path()]
YearAsked = Annotated[int | None, Query(ge=2000, le=2100)]


@router.get("/units/{unit:code}/scores")
@described(ScoreBoard)
async def board(
    unit: str, asked: Annotated[Asked, permitted("period.read")], year: YearAsked = None, since: Since = None
) -> Response:
    """Which scores this organisation's committee gives, its own branch's and those of the organisations below."""
    wanted = year or asked.today.year - 1
    async with asked.ready(since) as connection:
        known = await organisation.units(connection, unit)
        titles = {one.unit: one.title for one in known.value if one.dissolved_on is None}
        near = [one.unit for one in known.value if one.unit in titles and unit in (one.unit, one.parent)]
        scheme = await scheme_of(asked, connection)
        periods = [] if scheme is None else [one.code for one in scheme.periods if one.result == "total"]

    def read(past: Past) -> list[AwaitedPart]:
        return awaited_in(past, near, wanted, periods, asked.now)

    found = await to_thread.run_sync(asked.house.ledger.ask, read)
    rows = tuple(
        ScoreRow(
            unit=one.unit,
            unit_title=titles.get(one.unit, one.unit),
            year=one.year,
            period=one.period,
            zh=named(scheme, one.period)[0],
            en=named(scheme, one.period)[1],
            component=one.component,
            asked=len(one.scores),
            given=sum(score.given for score in one.scores),
            ours=sum(score.body == unit and not score.given for score in one.scores),
            open=one.open,
        )
        for one in found
    )
    view = ScoreBoard(unit=unit, year=wanted, rows=rows)
    return answer(asked, "scores.html", instead(known, view), fresh=view, unit=asked.unit)


@router.get("/units/{unit:code}/scores/{year}/{period:code}/{component}")
@described(ScoresView)
async def one(
    unit: str,
    year: Year,
    period: str,
    component: PartAsked,
    asked: Annotated[Asked, permitted("result.read")],
    since: Since = None,
) -> Response:
    """Whose score stands, with its reason; and, for the body that gives it, the form of its meeting."""

    def read(past: Past) -> AwaitedPart | None:
        return awaited(past, unit, year, period, component, asked.now)

    async with asked.ready(since) as connection:
        found = await to_thread.run_sync(asked.house.ledger.ask, read)
        if found is None:
            raise NotFound
        stands = await body_scores.scores_of_unit(connection, unit, year, period)
        shown = await note_lines(asked, (one.member for one in found.scores), "result")
        of = [one for one in stands.value if one.component == component and one.member in shown]
        given = {one.member: one for one in await given_scores(asked, of)}
        view = await _view(asked, connection, found, given, shown)
    return answer(asked, "score.html", instead(stands, view), fresh=view, unit=asked.unit)


async def _view(
    asked: Asked,
    connection: AsyncConnection,
    found: AwaitedPart,
    given: dict[MemberId, GivenScore],
    shown: frozenset[MemberId],
) -> ScoresView:
    voters = found.voters.get(_body_of(asked) or "", ())
    lines = [one for one in found.scores if one.member in shown]
    names = await names_of(asked, connection, [*voters, *(one.member for one in lines)], unit=found.unit)
    titles = {one.unit: one.title for one in (await organisation.units(connection, None)).value}
    scheme = await scheme_of(asked, connection)
    zh, en = named(scheme, found.period)
    return ScoresView(
        unit=found.unit,
        year=found.year,
        period=found.period,
        zh=zh,
        en=en,
        component=found.component,
        body=found.body,
        body_title=titles.get(found.body, found.body),
        least=points(hundredths(found.rule.least)),
        most=points(hundredths(found.rule.most)),
        reason=found.rule.reason,
        required=found.rule.required,
        open=found.open,
        voters=tuple(VoterView(member=one, name=names(one), recused=False) for one in voters),
        items=tuple(_line(asked, one, names, titles, given) for one in lines),
    )


def _body_of(asked: Asked) -> Code | None:
    """Whose committee the reader can bring scores to."""
    return asked.acting.unit if asked.acting is not None and asked.may("component.assess") else None


def _line(
    asked: Asked, one: AwaitedScore, names: Names, titles: dict[Code, str], given: dict[MemberId, GivenScore]
) -> ScoredMember:
    mine = one.body is not None and one.body == _body_of(asked)
    return ScoredMember(
        member=one.member,
        name=names(one.member),
        body=one.body,
        body_title=None if one.body is None else titles.get(one.body, one.body),
        ours=mine and asked.reader.person not in one.recused,
        recused=mine and asked.reader.person in one.recused,
        given=given.get(one.member),
    )


@router.post("/units/{unit:code}/scores/{year}/{period:code}/{component}")
@described(uploads=True)
def assess(
    unit: str,
    year: Year,
    period: str,
    component: PartAsked,
    asked: Annotated[Asked, permitted("component.assess", takes=ScoresWish)],
) -> Response:
    """Give scores; of whoever has one already, the new one takes its place while nothing is computed."""
    wish: ScoresWish = asked.body
    scores = tuple(
        MemberScore(
            member=one.member,
            score=points(hundredths(one.score)),
            reason=None if one.reason is None else asked.secret(one.member, "reason", one.reason),
        )
        for one in wish.scores
    )
    receipt = asked.execute(
        AssessComponent,
        unit=unit,
        year=year,
        period=period,
        component=component,
        scores=scores,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        present=wish.present,
        not_in_favour=wish.not_in_favour,
    )
    return granted(asked, receipt, f"/units/{address(unit)}/scores/{year}/{address(period)}/{component}")
