"""报复标记 — what was done to me since I objected, and the desk of the level above that examines it.

Whoever objected flags an act with his receipt; the handler does it for him with his consent. Nothing of it is shown to
anybody concerned: their pages, lists and refusals are what they would be without it.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.documents import described
from api.names import name_in_case
from api.objecting import by_secret, command_id, execute, objector_of
from api.objection_wishes import FlagByHandlerWish, FlagWish, FollowWish, FoundWish
from api.pages import address, show
from api.readings import note_reading
from api.refusals import NotFound
from api.retaliation import about, act_of, flag_of, reason
from api.routes.matters import Since
from api.waiting import caught_up
from domain.objection.flagging import ActUnknown, ExamineRetaliation, FlagRetaliation, may_examine
from domain.objection.retaliation import RETALIATION, FlagUnknown, NoFlag, read_about
from domain.sealed import Secret
from domain.values import Code, MemberId, Sha256
from projections import disputes, retaliations
from projections.answers import AsyncConnection, instead

router = APIRouter(tags=["objections"])

Told: TypeAlias = Callable[[Sha256 | None], str | None]
"""What was sealed, by its commitment; None for what was not said."""


class ActView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that was done to me since I objected, and what became of my flag."""

    kind: str
    act: UUID
    unit: Code
    zh: str
    en: str
    day: date
    flagged_at: datetime | None
    conclusion: str | None
    finding: str | None


class Acts(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to me since."""

    receipt: str
    acts: tuple[ActView, ...]


class FlagView(msgspec.Struct, frozen=True, kw_only=True):
    """One flag, opened for whoever examines it."""

    flag: UUID
    unit: Code
    objection: UUID
    receipt: str
    name: str
    kind: str
    zh: str
    en: str
    day: date | None
    reason: str
    flagged_at: datetime
    conclusion: str | None
    finding: str | None


class FlagDesk(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader may examine."""

    unit: Code
    flags: tuple[FlagView, ...]


@router.post("/objections/acts")
@described(Acts)
async def acts(asked: Annotated[Asked, permitted("signed-in", takes=FollowWish)]) -> Response:
    """What was done to me since the objection of this receipt."""
    body: FollowWish = asked.body
    return await _acts(asked, body.receipt, body.secret)


@router.post("/objections/flag")
@described(Acts)
async def flag(asked: Annotated[Asked, permitted("signed-in", takes=FlagWish)]) -> Response:
    """Bring one of them before the level above, as the one who objected."""
    body: FlagWish = asked.body
    async with asked.ready() as connection:
        found = (await by_secret(connection, body.receipt, body.secret)).header
        done = await _done(connection, asked.reader.person, found.filed, body.act)
    what = about(asked.house, found.unit, found.objection, act_of(done, asked.reader.person))
    command = command_id(asked.house, f"flag/{found.objection}", asked.own_key())
    wish = {"about": what, "reason": reason(asked, what, body.reason), "secret": body.secret}
    receipt = await run_in_threadpool(
        execute, asked, FlagRetaliation, command, what.commitment, unit=found.unit, flag=what.subject, **wish
    )
    return await _acts(asked, body.receipt, body.secret, since=receipt.last)


@router.post("/units/{unit:code}/objections/{objection:uuid}/flag")
@described()
async def flag_for_him(
    unit: str, objection: UUID, asked: Annotated[Asked, permitted("retaliation.flag", takes=FlagByHandlerWish)]
) -> Response:
    """The same by the handler, who alone knows, with the objector's consent."""
    body: FlagByHandlerWish = asked.body
    async with asked.ready() as connection:
        found = (await disputes.objection(connection, objection)).value
        if found is None or found.header.unit != unit or found.header.handler != asked.reader.person:
            raise NotFound
        who = await objector_of(asked.house, found.objector)
        if who is None or who.person is None or who.person == asked.reader.person:
            raise ActUnknown
        done = await _done(connection, who.person, found.header.filed, body.act)
    what = about(asked.house, unit, objection, act_of(done, who.person))
    wish = {"about": what, "reason": reason(asked, what, body.reason), "consented": body.consented}
    receipt = await run_in_threadpool(asked.execute, FlagRetaliation, unit=unit, flag=what.subject, **wish)
    return granted(asked, receipt, f"/units/{address(unit)}/objections/{objection}")


@router.get("/units/{unit:code}/retaliations")
@described(FlagDesk)
async def desk(unit: str, asked: Annotated[Asked, permitted("retaliation.examine")], since: Since = None) -> Response:
    """What an organisation has to examine, without what concerns the reader."""
    async with asked.ready(since) as connection:
        found = await retaliations.flags_of(connection, unit)
        opened = await run_in_threadpool(_free, asked, found.value)
        views = [await _view(asked, connection, one, what) for one, what in opened]
    view = FlagDesk(unit=unit, flags=tuple(views))
    return answer(asked, "retaliations.html", instead(found, view))


@router.post("/units/{unit:code}/retaliations/{flag:uuid}/finding")
@described()
def examine(
    unit: str, flag: UUID, asked: Annotated[Asked, permitted("retaliation.examine", takes=FoundWish)]
) -> Response:
    """Close it with what was found."""
    body: FoundWish = asked.body
    state = asked.house.ledger.load(RETALIATION.of(flag))
    what = None if isinstance(state, NoFlag) else asked.house.vault.open((state.about,)).get(state.about)
    if what is None:
        raise FlagUnknown
    finding = asked.secret(flag, "finding", body.finding)
    wish = {"about": what, "conclusion": body.conclusion, "finding": finding}
    receipt = asked.execute(ExamineRetaliation, unit=unit, flag=flag, **wish)
    return granted(asked, receipt, f"/units/{address(unit)}/retaliations")


def _free(asked: Asked, flags: Sequence[retaliations.Flag]) -> list[tuple[retaliations.Flag, Secret]]:
    """Those in which the reader has no part; of the others he is told nothing."""
    opened = asked.house.vault.open([one.about for one in flags])
    known = [(one, opened[one.about]) for one in flags if one.about in opened]
    me, today = asked.reader.person, asked.today

    def free(what: Secret) -> bool:
        return asked.house.ledger.ask(lambda past: may_examine(past, read_about(what.value), me, today))

    return [(one, what) for one, what in known if free(what)]


async def _view(asked: Asked, connection: AsyncConnection, one: retaliations.Flag, what: Secret) -> FlagView:
    said = read_about(what.value)
    subject = said.act.subject
    await note_reading(asked, subject, "retaliation", flag=one.flag)
    done = (await retaliations.done_to(connection, subject, 0)).value
    act = next((each for each in done if each.id == said.act.id), None)
    objection = (await disputes.objection(connection, said.objection)).value
    told = await _told(asked, one.reason, one.finding)
    return FlagView(
        flag=one.flag,
        unit=said.unit,
        objection=said.objection,
        receipt="" if objection is None else objection.header.receipt,
        name=await name_in_case(asked, connection, subject, one.flag),
        kind=said.act.kind,
        zh="" if act is None else act.zh,
        en="" if act is None else act.en,
        day=None if act is None else act.day,
        reason=told(one.reason) or "",
        flagged_at=one.flagged_at,
        conclusion=one.conclusion,
        finding=told(one.finding),
    )


async def acts_since(
    asked: Asked, connection: AsyncConnection, member: MemberId, objection: disputes.ObjectionHeader
) -> tuple[ActView, ...]:
    """What was done to somebody since his objection, with what became of each flag."""
    done = (await retaliations.done_to(connection, member, objection.filed)).value
    ids = {one.id: flag_of(asked.house, objection.objection, one.id) for one in done}
    flags = {one.flag: one for one in (await retaliations.flags_named(connection, list(ids.values()))).value}
    told = await _told(asked, *(one.finding for one in flags.values()))
    return tuple(_act(one, flags.get(ids[one.id]), told) for one in done)


def _act(done: retaliations.Done, flag: retaliations.Flag | None, told: Told) -> ActView:
    return ActView(
        kind=done.kind,
        act=done.id,
        unit=done.unit,
        zh=done.zh,
        en=done.en,
        day=done.day,
        flagged_at=None if flag is None else flag.flagged_at,
        conclusion=None if flag is None else flag.conclusion,
        finding=None if flag is None else told(flag.finding),
    )


async def _acts(asked: Asked, receipt: str, secret: str, since: int | None = None) -> Response:
    """Answered like the objection itself by its number: kept nowhere, and the secret stands in no address."""
    if since:
        await caught_up(asked.house, since)
    async with asked.ready() as connection:
        found = (await by_secret(connection, receipt, secret)).header
        view = Acts(receipt=receipt, acts=await acts_since(asked, connection, asked.reader.person, found))
    headers = {"Cache-Control": "no-store"}
    if asked.sent is not None and asked.sent.by_form:
        response = show(asked.request, "retaliation_acts.html", {"value": view, "secret": secret})
        response.headers.update(headers)
        return response
    return Response(msgspec.json.encode(view), media_type="application/json", headers=headers)


async def _done(connection: AsyncConnection, member: MemberId, since: int, act: UUID) -> retaliations.Done:
    done = (await retaliations.done_to(connection, member, since)).value
    found = next((one for one in done if one.id == act), None)
    if found is None:
        raise ActUnknown
    return found


async def _told(asked: Asked, *sealed: Sha256 | None) -> Told:
    """What was sealed, by its commitment."""
    opened = await asked.house.vault.values([one for one in sealed if one is not None])
    gone = asked.words("text.gone")
    return lambda one: None if one is None else opened.get(one, gone)
