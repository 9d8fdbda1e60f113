"""展望 — what can still be earned this year: for nobody but the person himself."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response

from api.answering import answer
from api.asked import Asked, permitted
from api.documents import described
from domain.assessment.outlook import YearOutlook
from domain.decider import NotPermitted
from domain.rules.scheme import Scheme
from domain.values import Code, points
from projections.answers import instead
from projections.outlooks import outlook_of

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
    async with asked.ready() as connection:
        found = await outlook_of(connection, member, asked.today)
    view = None if found.value is None else _view(asked.today.year, *found.value)
    return answer(asked, "outlook.html", instead(found, view), year=asked.today.year)


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
