"""群众反馈 — a form that anybody may fill in about an organisation: two answers and, if he likes, words. No name."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from api.asked import Asked, permitted
from api.documents import described
from api.feedback import need_room
from api.negotiation import wants_page
from api.objecting import drawn, execute
from api.pages import address, show
from api.refusals import NotFound
from api.register_wishes import FeedbackWish, in_order
from domain.register.commands import LeaveFeedback
from domain.register.fields import Choice
from domain.register.kinds import ANSWERED, kind_of
from domain.sealed import Secret
from domain.values import Code
from projections import organisation

router = APIRouter(tags=["registers"])

NO_STORE = {"Cache-Control": "no-store"}


class FeedbackForm(msgspec.Struct, frozen=True, kw_only=True):
    """About whom feedback can be left, and the answers to choose from."""

    unit: Code
    unit_title: str
    answers: tuple[Choice, ...]


class FeedbackLeft(msgspec.Struct, frozen=True, kw_only=True):
    """It was taken down."""

    left: bool = True


@router.get("/public/feedback/{unit:code}")
@described(FeedbackForm, bare=True)
async def form(unit: str, asked: Annotated[Asked, permitted("open")], left: bool = False) -> Response:
    """The form."""
    found = await _unit(asked, unit)
    value = FeedbackForm(unit=unit, unit_title=found.title, answers=ANSWERED)
    if wants_page(asked.request):
        page = show(asked.request, "feedback.html", {"value": value, "left": left})
        page.headers.update(NO_STORE)
        return page
    return Response(msgspec.json.encode(value), media_type="application/json", headers=NO_STORE)


@router.post("/public/feedback/{unit:code}")
@described(FeedbackLeft, bare=True)
async def leave(unit: str, asked: Annotated[Asked, permitted("open", takes=FeedbackWish)]) -> Response:
    """Take down what somebody answers; whoever repeats a request leaves nothing twice."""
    await _unit(asked, unit)
    await need_room(asked, unit)
    body: FeedbackWish = asked.body
    made = drawn(asked.house, f"feedback/{unit}", asked.own_key())
    told = body.words
    words = None if told is None else Secret(subject=made.objection, name="words", value=told, salt=made.salt)
    wish = {"unit": unit, "entry": f"F-{made.objection.hex[:16]}", "words": words}
    values = in_order(kind_of("feedback").fields, {"aware": body.aware, "approves": body.approves})
    await run_in_threadpool(execute, asked, LeaveFeedback, made.command, made.key, values=values, **wish)
    if asked.sent is not None and asked.sent.by_form:
        return RedirectResponse(f"/public/feedback/{address(unit)}?left=true", 303, headers=NO_STORE)
    return Response(msgspec.json.encode(FeedbackLeft()), media_type="application/json", headers=NO_STORE)


async def _unit(asked: Asked, unit: Code) -> organisation.Unit:
    async with asked.ready() as connection:
        found = (await organisation.unit(connection, unit)).value
    if found is None or found.dissolved_on is not None:
        raise NotFound
    return found
