"""提异议 — the three fields for members and for the public, the receipt, and the page by its number.

Everything here answers the same whoever it is that objects. Who he is goes to the vault and is opened by the handler.
"""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.documents import described
from api.names import names_of
from api.negotiation import wants_page
from api.objecting import (
    Drawn,
    Objector,
    by_secret,
    command_id,
    drawn,
    execute,
    hangs,
    opened_by_link,
)
from api.objection_wishes import AppealWish, FollowWish, ObjectionWish, PaperWish, SubjectAppealWish
from api.pages import show
from api.proofs import covering
from api.refusals import NoticeOver
from api.result_notices import assessed, objected_to, public_edition, public_lines, shows_people
from api.routes.notices import NoticeView, notice_view, scheme_of_notice
from api.waiting import caught_up
from domain import vocabulary
from domain.actor import person as person_in_role
from domain.decider import NotPermitted
from domain.notice.notice import NoticeLineUnknown
from domain.objection.appeal import FileAppeal, NotTheSubject
from domain.objection.filing import EnterObjection, FileObjection, WithdrawObjection, receipt_of
from domain.objection.objection import OBJECTION, Objection
from domain.sealed import Secret
from domain.values import NoticeId, ObjectionId, Sha256
from projections import disputes, notice_board
from projections.answers import Answer, instead
from projections.waiting import as_of

router = APIRouter(tags=["objections"])


class ReceiptView(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever objects takes with him."""

    objection: ObjectionId
    receipt: str
    secret: str
    follow: str
    """Where the number and the secret are asked for."""
    first: int
    last: int


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    type: str
    zh: str
    en: str
    at: datetime


class FollowView(msgspec.Struct, frozen=True, kw_only=True):
    """How far an objection has come, for whoever filed it and for the member concerned."""

    receipt: str
    unit: str
    unit_title: str
    objection: ObjectionId
    notice_title: str
    item_zh: str
    item_en: str
    target: str
    line: int | None
    standing: str
    status: str
    awaits: str | None
    due_on: date | None
    outcome: str | None
    ended: str | None
    ground: str | None
    declined: str | None
    reply: str | None
    appeal_by: date | None
    appeal_reply: str | None
    may_withdraw: bool
    may_appeal: bool
    steps: tuple[StepView, ...]


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """The open objections about a member's own lines."""

    objections: tuple[FollowView, ...]


@router.get("/units/{unit:code}/notices/{notice:uuid}/objections/new")
@described(NoticeView)
async def form(unit: str, notice: UUID, asked: Annotated[Asked, permitted("objection.file")]) -> Response:
    """The three fields, for a member."""
    async with asked.ready() as connection:
        found = await notice_board.notice(connection, notice)
        shown = found.value
        if shown is None or shown.header.unit != unit or not hangs(asked, shown.header):
            raise NoticeOver
        people = [line.member for line in shown.lines]
        names = await names_of(asked, connection, people, unit=unit, day=shown.header.occurred_on)
        view = notice_view(asked, shown, names, None, await scheme_of_notice(connection, shown))
    return answer(asked, "objection_form.html", instead(found, view), unit=asked.unit, to=None)


@router.post("/units/{unit:code}/notices/{notice:uuid}/objections")
@described(ReceiptView)
def file(
    unit: str, notice: UUID, asked: Annotated[Asked, permitted("objection.file", takes=ObjectionWish)]
) -> Response:
    """Object, as a member."""
    body: ObjectionWish = asked.body
    made = drawn(asked.house, f"person/{asked.reader.person}", asked.own_key())
    who = Objector(person=asked.reader.person, name=body.name, contact=body.contact)
    return _file(asked, unit, notice, made, who, body, anonymous=False)


@router.get("/public/notices/{notice:uuid}/{token}")
@described(NoticeView)
async def by_link(notice: UUID, token: str, asked: Annotated[Asked, permitted("open")]) -> Response:
    """A notice by its link, while it hangs; afterwards nothing of it."""
    async with asked.ready() as connection:
        shown = await opened_by_link(asked, connection, notice, token)
        if not hangs(asked, shown.header):
            raise NoticeOver
        scheme = await scheme_of_notice(connection, shown)
        shown = public_edition(shown, scheme)
        people = [line.member for line in shown.lines]
        names = await names_of(asked, connection, people, unit=shown.header.unit, day=shown.header.occurred_on)
        found = Answer(as_of=await as_of(connection), complete=True, value=None)
        posted = shown.header.posted
        note = None if posted is None else await covering(asked.house.log, posted)
    view = notice_view(asked, shown, names, note, scheme)
    if view.results:
        view = msgspec.structs.replace(view, assessed=assessed(shown.header, len(shown.lines)))
    to = f"/public/notices/{notice}/{token}/objections"
    return answer(asked, "notice_public.html", instead(found, view), fresh=note, to=to)


@router.post("/public/notices/{notice:uuid}/{token}/objections")
@described(ReceiptView)
async def file_by_link(
    notice: UUID, token: str, asked: Annotated[Asked, permitted("open", takes=ObjectionWish)]
) -> Response:
    """Object, by the link of a notice; without a name it is information."""
    async with asked.ready() as connection:
        shown = await opened_by_link(asked, connection, notice, token)
        known = public_lines(shown, await scheme_of_notice(connection, shown))
    if shown.header.status != "posted":
        raise NoticeOver
    body: ObjectionWish = asked.body
    if shows_people(shown.header) and body.line is not None:
        # The public edition numbers its lines anew: here they are those of the notice again, and no others.
        if not 0 < body.line <= len(known):
            raise NoticeLineUnknown(line=body.line)
        body = msgspec.structs.replace(body, line=known[body.line - 1].line)
    made = drawn(asked.house, f"link/{notice}", asked.own_key())
    who = Objector(name=body.name, contact=body.contact)
    anonymous = body.name is None or body.contact is None
    return await run_in_threadpool(_file, asked, shown.header.unit, notice, made, who, body, anonymous=anonymous)


@router.post("/units/{unit:code}/notices/{notice:uuid}/objections/paper")
@described(ReceiptView)
def enter(unit: str, notice: UUID, asked: Annotated[Asked, permitted("objection.enter", takes=PaperWish)]) -> Response:
    """Enter an objection that came in on paper; hand its receipt over."""
    body: PaperWish = asked.body
    made = drawn(asked.house, f"paper/{asked.reader.person}", asked.own_key())
    who = Objector(name=body.name, contact=body.contact)
    receipt = asked.execute(
        EnterObjection,
        unit=unit,
        notice=notice,
        objection=made.objection,
        about=body.about,
        line=body.line,
        objector=_secret(asked, made.objection, "objector", who.text),
        reason=_secret(asked, made.objection, "reason", body.reason),
        key=made.key,
        anonymous=body.name is None or body.contact is None,
        received_on=body.received_on,
    )
    return _receipt(asked, made, receipt.first, receipt.last)


@router.get("/objections/follow")
@described(media_type="text/html")
async def follow_form(asked: Annotated[Asked, permitted("open")]) -> Response:
    """Where the receipt's number and secret are asked for."""
    return show(asked.request, "objection_follow.html", {"value": None, "secret": None})


@router.post("/objections/follow")
@described(FollowView)
async def follow(asked: Annotated[Asked, permitted("open", takes=FollowWish)]) -> Response:
    """How far it has come; the secret stands in no address."""
    body: FollowWish = asked.body
    return await _followed(asked, body.receipt, body.secret)


@router.post("/objections/withdrawal")
@described(FollowView)
async def withdraw(asked: Annotated[Asked, permitted("open", takes=FollowWish)]) -> Response:
    """Take it back, before it is decided."""
    body: FollowWish = asked.body
    async with asked.ready() as connection:
        found = await by_secret(connection, body.receipt, body.secret)
    command = command_id(asked.house, f"{found.header.objection}", asked.own_key())
    wish = {"unit": found.header.unit, "objection": found.header.objection, "secret": body.secret}
    receipt = await run_in_threadpool(execute, asked, WithdrawObjection, command, found.objector, **wish)
    return await _followed(asked, body.receipt, body.secret, since=receipt.last)


@router.post("/objections/appeal")
@described(FollowView)
async def appeal(asked: Annotated[Asked, permitted("open", takes=AppealWish)]) -> Response:
    """Ask for another decision, as the one who objected."""
    body: AppealWish = asked.body
    async with asked.ready() as connection:
        found = await by_secret(connection, body.receipt, body.secret)
    number = found.header.objection
    command = command_id(asked.house, f"{number}", asked.own_key())
    ground = _secret(asked, number, "appeal", body.reason)
    wish = {"unit": found.header.unit, "objection": number, "secret": body.secret, "ground": ground}
    receipt = await run_in_threadpool(execute, asked, FileAppeal, command, found.objector, **wish)
    return await _followed(asked, body.receipt, body.secret, since=receipt.last)


@router.get("/objections/mine")
@described(Own)
async def mine(asked: Annotated[Asked, permitted("signed-in")]) -> Response:
    """The open objections about my own lines: I see the decision, and may appeal once."""
    async with asked.ready() as connection:
        found = await disputes.about(connection, asked.reader.person)
        whole = [(await disputes.objection(connection, one.objection)).value for one in found.value]
    views = [await _follow_view(asked, one, by_objector=False) for one in whole if one is not None]
    return answer(asked, "objections_mine.html", instead(found, Own(objections=tuple(views))))


@router.post("/objections/mine/{objection:uuid}/appeal")
@described()
def appeal_as_subject(
    objection: UUID, asked: Annotated[Asked, permitted("signed-in", takes=SubjectAppealWish)]
) -> Response:
    """Ask for another decision, as the member whose line it is about."""
    home = next((office for office in asked.reader.offices if office.role == "member"), None)
    if home is None:
        raise NotPermitted
    state = asked.house.ledger.load(OBJECTION.of(objection))
    if not isinstance(state, Objection):
        raise NotTheSubject
    actor = person_in_role(asked.reader.person, "member", home.unit)
    ground = _secret(asked, objection, "appeal", asked.body.reason)
    receipt = asked.execute_as(actor, FileAppeal, unit=state.unit, objection=objection, ground=ground)
    return granted(asked, receipt, "/objections/mine")


def _file(
    asked: Asked, unit: str, notice: NoticeId, made: Drawn, who: Objector, body: ObjectionWish, *, anonymous: bool
) -> Response:
    sealed = Secret(subject=made.objection, name="objector", value=who.text, salt=made.salt)
    receipt = execute(
        asked,
        FileObjection,
        made.command,
        sealed.commitment,
        unit=unit,
        notice=notice,
        objection=made.objection,
        about=body.about,
        line=body.line,
        objector=sealed,
        reason=_secret(asked, made.objection, "reason", body.reason),
        key=made.key,
        anonymous=anonymous,
    )
    return _receipt(asked, made, receipt.first, receipt.last)


def _receipt(asked: Asked, made: Drawn, first: int, last: int) -> Response:
    view = ReceiptView(
        objection=made.objection,
        receipt=receipt_of(made.objection),
        secret=made.secret,
        follow="/objections/follow",
        first=first,
        last=last,
    )
    headers = {"Cache-Control": "no-store"}
    if wants_page(asked.request) or (asked.sent is not None and asked.sent.by_form):
        response = show(asked.request, "objection_receipt.html", {"value": view}, status=201)
        response.headers.update(headers)
        return response
    return Response(msgspec.json.encode(view), 201, media_type="application/json", headers=headers)


async def _followed(asked: Asked, receipt: str, secret: str, since: int | None = None) -> Response:
    if since:
        await caught_up(asked.house, since)
    async with asked.ready() as connection:
        found = await by_secret(connection, receipt, secret)
    view = await _follow_view(asked, found, by_objector=True)
    headers = {"Cache-Control": "no-store"}
    if asked.sent is not None and asked.sent.by_form:
        response = show(asked.request, "objection_follow.html", {"value": view, "secret": secret})
        response.headers.update(headers)
        return response
    return Response(msgspec.json.encode(view), media_type="application/json", headers=headers)


async def _follow_view(asked: Asked, found: disputes.Objection, *, by_objector: bool) -> FollowView:
    header = found.header
    told = [one for one in (found.declined, found.reply, found.appeal_reply) if one is not None]
    opened = await asked.house.vault.values(told)

    def said(commitment: Sha256 | None, *, when: bool = True) -> str | None:
        return None if commitment is None or not when else opened.get(commitment, asked.words("text.gone"))

    delivered = header.status in ("replied", "appealed", "final", "closed")
    title, item_zh, item_en = objected_to(header)
    before = header.status in ("filed", "accepted", "assigned", "heard", "found")
    return FollowView(
        receipt=header.receipt if by_objector else "",
        unit=header.unit,
        unit_title=header.unit_title,
        objection=header.objection,
        notice_title=title,
        item_zh=item_zh,
        item_en=item_en,
        target=header.target,
        line=header.line,
        standing=header.standing,
        status=header.status,
        awaits=header.awaits,
        due_on=header.due_on,
        outcome=header.outcome if delivered else None,
        ended=header.ended,
        ground=found.ground,
        declined=said(found.declined),
        reply=said(found.reply, when=delivered),
        appeal_by=found.appeal_by,
        appeal_reply=said(found.appeal_reply),
        may_withdraw=by_objector and before and header.standing != "information",
        may_appeal=header.status in ("replied", "declined"),
        steps=steps_of(found),
    )


_TERMS = {term.stored_name: term for term in vocabulary.FACT_TERMS}


def steps_of(found: disputes.Objection) -> tuple[StepView, ...]:
    """What happened to an objection, in the words of the vocabulary."""
    terms = ((step, _TERMS[step.type]) for step in found.steps)
    return tuple(StepView(type=step.type, zh=term.zh, en=term.en, at=step.at) for step, term in terms)


def _secret(asked: Asked, objection: ObjectionId, name: str, value: str) -> Secret:
    return asked.secret(objection, name, value)
