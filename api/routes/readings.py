"""查阅记录 — who has read my archive; those of a review are told once it is closed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response

from api.answering import answer
from api.asked import Asked, permitted
from api.documents import described
from api.names import Names, names_of
from api.readings import Reading, readings_of
from api.retaliation import flags_against
from api.routes.matters import Before
from domain.decider import NotPermitted
from domain.values import Code
from projections import reviews
from projections.answers import Answer, Page
from projections.waiting import as_of

router = APIRouter(tags=["members"])


class ReadingView(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody has read a person's archive."""

    reading: int
    at: datetime
    name: str
    role: str
    unit: Code
    what: str


@router.get("/members/{member:uuid}/readings")
@described(Page[ReadingView])
async def who_read(member: UUID, asked: Annotated[Asked, permitted("archive.read")], before: Before = None) -> Response:
    """Who has read my archive: for nobody but myself."""
    if member != asked.reader.person:
        raise NotPermitted
    async with asked.ready() as connection:
        told, flags = await reviews.closed(connection), await flags_against(asked, connection, member)
        found = await readings_of(asked.house, member, told, before, flags=flags)
        names = await names_of(asked, connection, [one.reader for one in found])
        known = await as_of(connection)
    items = tuple(_reading(one, names) for one in found)
    fresh = tuple(one.reading for one in found)
    rows = Page(items=items, before=found[-1].reading if len(found) == 50 else None)
    return answer(asked, "readings.html", Answer(as_of=known, complete=True, value=rows), fresh=fresh)


def _reading(one: Reading, names: Names) -> ReadingView:
    return ReadingView(
        reading=one.reading, at=one.at, name=names(one.reader), role=one.role, unit=one.unit, what=one.what
    )
