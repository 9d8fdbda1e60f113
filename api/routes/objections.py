"""异议办理 — the register with its terms, the desk of whoever has to act, and one case.

Who objects and what he wrote is opened for the handler alone, and for the leading group while it decides an appeal.
A handler who is himself the objector is told to step back, without a ground, before anything is opened.
"""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, TypeAlias
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.corrections import Rights, rights
from api.documents import described
from api.names import Names, name_in_case, names_of
from api.objecting import objector_of
from api.objection_rows import ObjectionRow, row
from api.objection_views import Case, Opened, Person, Word
from api.objection_wishes import (
    AppealDecisionWish,
    DecisionWish,
    DeclineWish,
    FindingWish,
    HandlerWish,
    HearingWish,
    OutsideDecisionWish,
    ReplyWish,
)
from api.pages import address
from api.readings import note_reading
from api.refusals import NotFound
from api.routes.home import NoticeRow, notice_row
from api.routes.matters import Before, Since
from api.routes.objecting import steps_of
from api.routes.retaliations import acts_since
from api.wishes import Nothing
from domain.decider import Command, Past
from domain.objection.appeal import DecideAppeal, EnterAppealDecision, able_groups
from domain.objection.deciding import DecideObjection, DeliverReply
from domain.objection.handling import (
    AcceptObjection,
    AssignHandler,
    DeclineObjection,
    HoldHearing,
    RecordFinding,
    RecuseHandler,
)
from domain.objection.objection import living
from domain.objection.recusal import ConcernedSteps
from domain.organisation.appointments import HANDLING
from domain.rules.wording import Coded
from domain.values import MemberId
from projections import disputes, notice_board, offices, organisation, rules
from projections.answers import AsyncConnection, instead

router = APIRouter(tags=["objections"])


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """What runs, with its terms, and every objection."""

    notices: tuple[NoticeRow, ...]
    objections: tuple[ObjectionRow, ...]
    before: int | None


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for whoever handles objections."""

    objections: tuple[ObjectionRow, ...]


@router.get("/units/{unit:code}/objections")
@described(Register)
async def register(
    unit: str, asked: Annotated[Asked, permitted("objection.read")], before: Before = None, since: Since = None
) -> Response:
    """The objections of an organisation and the terms that run."""
    async with asked.ready(since) as connection:
        found = await disputes.register(connection, unit, before=before)
        running = await notice_board.open_notices(connection, [unit])
    view = Register(
        notices=tuple(notice_row(header) for header in running.value.items),
        objections=tuple(row(header, asked.today) for header in found.value.items),
        before=found.value.before,
    )
    return answer(asked, "objections.html", instead(found, view), unit=asked.unit)


@router.get("/objections/desk")
@described(Desk)
async def desk(asked: Annotated[Asked, permitted("objection.handle")], since: Since = None) -> Response:
    """What waits for me and for the organisation in which I act."""
    acting = asked.acting
    assert acting is not None, "the permission table grants nothing to nobody"
    async with asked.ready(since) as connection:
        group = acting.role == "leading_group"
        found = await disputes.desk(connection, asked.reader.person, acting.unit, group=group)
    view = Desk(objections=tuple(row(header, asked.today) for header in found.value))
    return answer(asked, "objections_desk.html", instead(found, view))


@router.get("/units/{unit:code}/objections/{objection:uuid}")
@described(Case)
async def case(
    unit: str, objection: UUID, asked: Annotated[Asked, permitted("objection.read")], since: Since = None
) -> Response:
    """One objection: its way for whoever may see the register, all of it for its handler."""
    async with asked.ready(since) as connection:
        found = await disputes.objection(connection, objection)
        if found.value is None or found.value.header.unit != unit:
            raise NotFound
        if found.value.subject is not None:
            await note_reading(asked, found.value.subject, "objection", found.value.record)
        view = await _case(asked, connection, found.value)
    return answer(asked, "objection.html", instead(found, view), unit=asked.unit)


Act: TypeAlias = Annotated[Asked, permitted("objection.handle", takes=Nothing)]


@router.post("/units/{unit:code}/objections/{objection:uuid}/acceptance")
@described()
def accept(
    unit: str, objection: UUID, asked: Annotated[Asked, permitted("objection.receive", takes=Nothing)]
) -> Response:
    """Take it up."""
    return _done(asked, unit, objection, AcceptObjection)


@router.post("/units/{unit:code}/objections/{objection:uuid}/decline")
@described()
def decline(
    unit: str, objection: UUID, asked: Annotated[Asked, permitted("objection.receive", takes=DeclineWish)]
) -> Response:
    """Do not take it up, on a ground of the rule set."""
    body: DeclineWish = asked.body
    reason = asked.secret(objection, "decline", body.reason)
    return _done(asked, unit, objection, DeclineObjection, ground=body.ground, reason=reason)


@router.post("/units/{unit:code}/objections/{objection:uuid}/handler")
@described()
def assign(
    unit: str, objection: UUID, asked: Annotated[Asked, permitted("objection.receive", takes=HandlerWish)]
) -> Response:
    """Say who looks into it."""
    body: HandlerWish = asked.body
    return _done(asked, unit, objection, AssignHandler, handler=body.handler, of=body.of)


@router.post("/units/{unit:code}/objections/{objection:uuid}/recusal")
@described()
def recuse(unit: str, objection: UUID, asked: Act) -> Response:
    """Step back, without a ground."""
    return _done(asked, unit, objection, RecuseHandler)


@router.post("/units/{unit:code}/objections/{objection:uuid}/hearing")
@described()
async def hear(
    unit: str, objection: UUID, asked: Annotated[Asked, permitted("objection.handle", takes=HearingWish)]
) -> Response:
    """Who was heard, and what they said."""
    body: HearingWish = asked.body
    note = asked.secret(objection, "note", body.note)
    return await _handled(asked, unit, objection, HoldHearing, heard=body.heard, held_on=body.held_on, note=note)


@router.post("/units/{unit:code}/objections/{objection:uuid}/finding")
@described()
async def find(
    unit: str, objection: UUID, asked: Annotated[Asked, permitted("objection.handle", takes=FindingWish)]
) -> Response:
    """What was found."""
    finding = asked.secret(objection, "finding", asked.body.finding)
    return await _handled(asked, unit, objection, RecordFinding, finding=finding)


@router.post("/units/{unit:code}/objections/{objection:uuid}/decision")
@described()
async def decide(
    unit: str, objection: UUID, asked: Annotated[Asked, permitted("objection.handle", takes=DecisionWish)]
) -> Response:
    """Upheld, partly upheld or rejected, with the reply."""
    body: DecisionWish = asked.body
    reply = asked.secret(objection, "reply", body.reply)
    wish = {"outcome": body.outcome, "correction": body.correction, "reply": reply}
    return await _handled(asked, unit, objection, DecideObjection, **wish)


@router.post("/units/{unit:code}/objections/{objection:uuid}/reply")
@described()
def reply(
    unit: str, objection: UUID, asked: Annotated[Asked, permitted("objection.handle", takes=ReplyWish)]
) -> Response:
    """Deliver the reply."""
    return _done(asked, unit, objection, DeliverReply, how=asked.body.how)


@router.post("/units/{unit:code}/objections/{objection:uuid}/appeal-decision")
@described()
def decide_appeal(
    unit: str, objection: UUID, asked: Annotated[Asked, permitted("objection.decide_appeal", takes=AppealDecisionWish)]
) -> Response:
    """The leading group's decision, which is final."""
    body: AppealDecisionWish = asked.body
    return _done(
        asked,
        unit,
        objection,
        DecideAppeal,
        outcome=body.outcome,
        correction=body.correction,
        reply=asked.secret(objection, "appeal_reply", body.reply),
        minute=body.minute,
        minute_sha256=body.minute_sha256,
        present=body.present,
        not_in_favour=body.not_in_favour,
    )


@router.post("/units/{unit:code}/objections/{objection:uuid}/outside-decision")
@described()
def enter_appeal(
    unit: str, objection: UUID, asked: Annotated[Asked, permitted("objection.enter_appeal", takes=OutsideDecisionWish)]
) -> Response:
    """Enter what the next level up outside this log decided; only where no leading group of the tree can."""
    body: OutsideDecisionWish = asked.body
    return _done(
        asked,
        unit,
        objection,
        EnterAppealDecision,
        outcome=body.outcome,
        correction=body.correction,
        reply=asked.secret(objection, "appeal_reply", body.reply),
        authority=body.authority,
        document=body.document,
        document_sha256=body.document_sha256,
    )


def _done(asked: Asked, unit: str, objection: UUID, kind: type[Command], **wish: object) -> Response:
    receipt = asked.execute(kind, unit=unit, objection=objection, **wish)
    return granted(asked, receipt, f"/units/{address(unit)}/objections/{objection}")


async def _handled(asked: Asked, unit: str, objection: UUID, kind: type[Command], **wish: object) -> Response:
    """An act of the handler: not of one who is himself the objector."""
    async with asked.ready() as connection:
        found = (await disputes.objection(connection, objection)).value
    if found is not None and found.header.handler == asked.reader.person and await _is_objector(asked, found):
        raise ConcernedSteps
    return await run_in_threadpool(_done, asked, unit, objection, kind, **wish)


async def _is_objector(asked: Asked, found: disputes.Objection) -> bool:
    """Asked only where the reader is the one who would be told who objects."""
    who = await objector_of(asked.house, found.objector)
    return who is not None and who.person == asked.reader.person


async def _case(asked: Asked, connection: AsyncConnection, found: disputes.Objection) -> Case:
    header, me = found.header, asked.reader.person
    mine = header.handler == me and header.status != "closed"
    acting = asked.acting
    receives = acting is not None and acting.role in HANDLING and acting.unit == header.body
    group = acting is not None and acting.role == "leading_group" and acting.unit == found.appeal_body
    voters = await _voters(asked, connection, found) if group and header.status == "appealed" else ()
    decides = me in voters
    enters = acting is not None and acting.unit == found.appeal_body and await _outside(asked, header)
    must_step_back = (mine or decides) and await _is_objector(asked, found)
    opened = await _opened(asked, connection, found) if (mine or decides) and not must_step_back else None
    right = await _rights(asked, connection, header) if opened is not None or enters else Rights()
    candidates = await _candidates(connection, header, asked.today) if receives else ()
    roster = await organisation.members_of(connection, header.unit, asked.today)
    people = [one.member for one in roster.value]
    mentioned: list[MemberId | None] = [
        found.subject,
        header.handler,
        found.right_member,
        *candidates,
        *voters,
        *people,
    ]
    names = await names_of(asked, connection, mentioned, unit=header.unit)
    return Case(
        row=row(header, asked.today),
        notice=header.notice,
        body=header.body,
        body_title=header.body_title,
        subject=None if found.subject is None else names(found.subject),
        handler=None if header.handler is None else names(header.handler),
        mine=mine,
        receives=receives,
        decides_appeal=decides,
        enters_outside=enters,
        must_step_back=must_step_back,
        opened=opened,
        reply=await _reply(asked, found) if found.delivered_on is not None or mine else None,
        candidates=_people(candidates, names),
        voters=_people(voters, names),
        grounds=await _grounds(asked, connection) if receives else (),
        rights=right.choices,
        conditions=_words(right.conditions),
        shares=_words(right.shares),
        roster=_people(people, names) if (opened is not None or enters) and header.target == "missing_line" else (),
        appeal_by=found.appeal_by,
        appellant=found.appellant,
        right_outcome=found.right_outcome,
        renoticed=found.renoticed,
        steps=steps_of(found),
    )


def _words(words: Iterable[Coded]) -> tuple[Word, ...]:
    return tuple(Word(code=one.code, zh=one.zh, en=one.en) for one in words)


def _people(people: Iterable[MemberId], names: Names) -> tuple[Person, ...]:
    return tuple(Person(member=one, name=names(one)) for one in dict.fromkeys(people))


async def _outside(asked: Asked, header: disputes.ObjectionHeader) -> bool:
    """Whether the reader may enter the decision of an organisation outside: no leading group of the tree is left."""
    if header.status != "appealed" or header.handler == asked.reader.person or not asked.may("objection.enter_appeal"):
        return False

    def unable(past: Past) -> bool:
        return not able_groups(past, living(past, header.unit, header.objection), asked.today)

    return await run_in_threadpool(asked.house.ledger.ask, unable)


async def _opened(asked: Asked, connection: AsyncConnection, found: disputes.Objection) -> Opened:
    """Who objects and what he wrote, and what the handler has put down so far."""
    who = await objector_of(asked.house, found.objector)
    sealed = [c for c in (found.reason, found.note, found.finding, found.appeal_ground) if c is not None]
    values = await asked.house.vault.values(sealed)
    gone = asked.words("text.gone")
    person = None if who is None else who.person
    name = None if who is None else who.name
    if person is not None:
        name = await name_in_case(asked, connection, person, found.header.objection)
    mine = found.header.handler == asked.reader.person
    return Opened(
        name=name or gone,
        contact=None if who is None else who.contact,
        reason=values.get(found.reason, gone),
        note=None if found.note is None else values.get(found.note, gone),
        finding=None if found.finding is None else values.get(found.finding, gone),
        appeal_ground=None if found.appeal_ground is None else values.get(found.appeal_ground, gone),
        acts=() if not mine or person is None else await acts_since(asked, connection, person, found.header),
    )


async def _reply(asked: Asked, found: disputes.Objection) -> str | None:
    """The reply that was delivered; for everybody who may see the register."""
    told = found.appeal_reply or found.reply
    if told is None:
        return None
    return (await asked.house.vault.values((told,))).get(told, asked.words("text.gone"))


async def _rights(asked: Asked, connection: AsyncConnection, header: disputes.ObjectionHeader) -> Rights:
    found = (await notice_board.notice(connection, header.notice)).value
    assert asked.unit is not None, "the address names the organisation"
    assert found is not None, "an objection is about a notice"
    return await rights(connection, asked.unit.scheme, found, header.line, header.target)


async def _candidates(
    connection: AsyncConnection, header: disputes.ObjectionHeader, today: date
) -> tuple[MemberId, ...]:
    """Who holds an office of the body; whom the recusal bars is told when he is chosen."""
    found = await offices.officers_of(connection, header.body, today)
    return tuple(dict.fromkeys(office.member for office in found.value if office.role in HANDLING))


async def _voters(asked: Asked, connection: AsyncConnection, found: disputes.Objection) -> tuple[MemberId, ...]:
    """The leading group; whoever dealt with it is left out."""
    assert found.appeal_body is not None, "it is appealed"
    members = await offices.officers_of(connection, found.appeal_body, asked.today)
    dealt = {found.header.handler, found.subject}
    return tuple(dict.fromkeys(o.member for o in members.value if o.role == "leading_group" and o.member not in dealt))


async def _grounds(asked: Asked, connection: AsyncConnection) -> tuple[tuple[str, str, str], ...]:
    assert asked.unit is not None, "the address names the organisation"
    published = await rules.scheme_on(connection, asked.unit.scheme, asked.today)
    if published is None:
        return ()
    return tuple((ground.code, ground.zh, ground.en) for ground in published.scheme.objection.decline_grounds)
