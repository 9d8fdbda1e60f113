"""展望 — what can still be earned this year: for nobody but the person himself."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response

from api.answering import answer
from api.asked import Asked, permitted
from api.documents import described
from domain.assessment.opening import parts_of
from domain.assessment.outlook import CategorySoFar, HalfSoFar, When, YearOutlook, outlook
from domain.decider import NotPermitted
from domain.rules.scheme import Scheme
from domain.values import Code, points
from projections import scores
from projections.answers import AsyncConnection, instead
from projections.local_items import scheme_here
from projections.periods import PeriodScore, running

router = APIRouter(tags=["members"])


class RoomView(msgspec.Struct, frozen=True, kw_only=True):
    """What a category can still give."""

    code: Code
    zh: str
    en: str
    points: str


class ReachView(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a grade can still be reached by points; quota, vetoes and objections are another matter."""

    code: Code
    zh: str
    en: str
    from_points: str
    reachable: bool


class OutlookView(msgspec.Struct, frozen=True, kw_only=True):
    """What a year may come to."""

    year: int
    earned: str
    honours: str
    deductions: str
    expected: str | None
    room: tuple[RoomView, ...]
    honour_room: str | None
    best_ledger: str
    best_total: str
    grades: tuple[ReachView, ...]


@router.get("/members/{member:uuid}/outlook")
@described(OutlookView | None)
async def own(member: UUID, asked: Annotated[Asked, permitted("archive.read")]) -> Response:
    """What I can still earn this year: for nobody but myself. Nothing where no rule set is in force."""
    if member != asked.reader.person:
        raise NotPermitted
    assert asked.subject is not None, "the address names him"
    year = asked.today.year
    async with asked.ready() as connection:
        found = await scores.points_of(connection, member, year)
        scheme = await _scheme(connection, asked.subject.unit, found.value)
    profile = None if scheme is None else scheme.profile(asked.subject.profile)
    view = None
    if scheme is not None and profile is not None and profile.components.ledger is not None:
        now = next(one for one in found.value if one.period == running(found.value, asked.today))
        parts = [_part(asked, one) for one in _parts(scheme, found.value, year)]
        view = _view(year, scheme, outlook(scheme, profile, parts, now.honours, now.deductions))
    return answer(asked, "outlook.html", instead(found, view), year=year)


def _whole(found: Sequence[PeriodScore]) -> PeriodScore | None:
    """The longest period of the year: that of the year's end."""
    return max(found, key=lambda one: (one.ends_on, one.ends_on - one.begins_on), default=None)


def _parts(scheme: Scheme, found: Sequence[PeriodScore], year: int) -> list[PeriodScore]:
    """The year's parts in order. Where the first rule set comes into force within the year the first have no score."""
    whole = _whole(found)
    period = None if whole is None else scheme.period(whole.period)
    codes = [] if period is None else [one.code for one in parts_of(scheme, period, year) or [period]]
    by_period = {one.period: one for one in found}
    return [by_period[code] for code in codes if code in by_period]


async def _scheme(connection: AsyncConnection, unit: Code, found: tuple[PeriodScore, ...]) -> Scheme | None:
    """The rule set that rules the year's end."""
    whole = _whole(found)
    if whole is None:
        return None
    published = await scheme_here(connection, unit, whole.ends_on)
    return None if published is None else published.scheme


def _part(asked: Asked, score: PeriodScore) -> HalfSoFar:
    when: When = "ahead" if asked.today < score.begins_on else "running" if score.provisional(asked.today) else "over"
    parts = (CategorySoFar(code=one.code, points=one.points, maximum=one.maximum) for one in score.categories)
    return HalfSoFar(when=when, base=score.base, categories=tuple(parts))


def _view(year: int, scheme: Scheme, found: YearOutlook) -> OutlookView:
    categories = {one.code: (one.zh, one.en) for one in scheme.categories}
    grades = {one.code: one for one in scheme.grades}
    return OutlookView(
        year=year,
        earned=points(found.earned),
        honours=points(found.honours),
        deductions=points(found.deductions),
        expected=None if found.expected is None else points(found.expected),
        room=tuple(
            RoomView(code=one.code, zh=zh, en=en, points=points(one.points))
            for one in found.room
            # A category of an earlier version goes by its code.
            for zh, en in (categories.get(one.code, (one.code, one.code)),)
            if one.points
        ),
        honour_room=None if found.honour_room is None else points(found.honour_room),
        best_ledger=points(found.best_ledger),
        best_total=points(found.best_total),
        grades=tuple(
            ReachView(
                code=one.grade,
                zh=grades[one.grade].zh,
                en=grades[one.grade].en,
                from_points=grades[one.grade].threshold,
                reachable=one.reachable,
            )
            for one in found.grades
        ),
    )
