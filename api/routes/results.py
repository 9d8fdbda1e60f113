"""考评结果 — what was determined of a member, period by period, with his grade and why it is this one."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.documents import described
from api.names import names_of
from api.past_views import PastView, past_of
from api.period_views import ResultLine, determined
from api.readings import note_reading
from api.routes.matters import Since
from api.routes.periods import Year
from api.wishes import Nothing
from domain.actor import person as person_in_role
from domain.assessment.feedback import AcknowledgeResult
from domain.decider import NotPermitted
from domain.values import MemberId
from projections import assessments
from projections.answers import instead

router = APIRouter(tags=["periods"])


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """A member's results, newest first."""

    member: MemberId
    name: str
    items: tuple[ResultLine, ...]
    past: PastView
    """What papers say of the years before the log: imported, never determined here."""


@router.get("/members/{member:uuid}/results")
@described(Results)
async def of_member(member: UUID, asked: Annotated[Asked, permitted("result.read")], since: Since = None) -> Response:
    """A member's determined results, newest first; nobody is shown figures here that no body has adopted."""
    await note_reading(asked, member, "result")
    async with asked.ready(since) as connection:
        found = await assessments.results_of_member(connection, member)
        names = await names_of(asked, connection, [member])
        items = await determined(asked, connection, member, names)
        past = await past_of(asked, connection, member, vetoes=asked.reads("veto.read"))
    view = Results(member=member, name=names(member), items=items, past=past)
    return answer(asked, "results.html", instead(found, view))


@router.post("/results/{year}/{period:code}/acknowledgement")
@described()
def acknowledge(year: Year, period: str, asked: Annotated[Asked, permitted("signed-in", takes=Nothing)]) -> Response:
    """Say that I have seen my own result; objecting stays open."""
    me = asked.reader.person
    home = next((office for office in asked.reader.offices if office.role == "member"), None)
    if home is None:
        raise NotPermitted
    actor = person_in_role(me, "member", home.unit)
    receipt = asked.execute_as(actor, AcknowledgeResult, unit=home.unit, member=me, year=year, period=period)
    return granted(asked, receipt, f"/members/{me}/results")
