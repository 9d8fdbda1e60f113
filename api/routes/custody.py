"""信息处置 — holds, restriction and erasure of one person; and what is due in an organisation and those below."""

from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from anyio import to_thread
from fastapi import APIRouter, Response

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.custody_wishes import (
    ErasureDecisionWish,
    ErasureWish,
    GroundedWish,
    LegalHoldWish,
    RestrictionWish,
    RetentionWish,
    WithdrawalWish,
)
from api.documents import described
from api.names import names_of, opened
from api.pages import address
from api.refusals import NotFound
from api.retaining import COUNTS, ONLY_TOP, Plan, first_days, instants, plans
from api.routes.matters import Since
from domain import vocabulary
from domain.decider import Refused
from domain.organisation.member import MEMBER, Registered
from domain.oversight.erasing import (
    CustodyCommand,
    DecideErasure,
    LiftHold,
    LiftRestriction,
    PlaceHold,
    ProposeErasure,
    RestrictProcessing,
    WithdrawErasure,
)
from domain.oversight.retention import OnlyAtTheTop, OrderRetention
from domain.rules.consequences import Retention
from domain.rules.ruleset import NoRuleInForce
from domain.values import Code, MemberId, Reference, Sha256
from projections import custody, rules
from projections.answers import AsyncConnection, instead

router = APIRouter(tags=["custody"])

GROUNDED: Final = ("basis", "document")
MINUTED: Final = ("minute", "minute_sha256")
_TERMS: Final = {term.stored_name: term for term in vocabulary.FACT_TERMS}


class PlanChanged(Refused):
    """清单与现在到期的不一致,请重新查看后确认。 What is due is no longer what was shown: look again and confirm."""

    code = "retention-plan-changed"


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """How things stand with one person's data."""

    member: MemberId
    name: str
    unit: Code
    ended_on: date | None
    kept_until: date | None
    """Until when his records must be kept; None while the membership lasts."""
    holds: int
    restricted: bool
    erasure: str | None


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """One order, or what came of it."""

    zh: str
    en: str
    kind: str
    before_on: date
    rows: int
    at: datetime
    name: str | None
    position: int


class RetentionView(msgspec.Struct, frozen=True, kw_only=True):
    """What is due, and what is under way."""

    unit: Code
    due: tuple[PersonRow, ...]
    under_way: tuple[PersonRow, ...]
    plans: tuple[Plan, ...]
    """Empty but for the highest organisation."""
    orders: tuple[OrderView, ...]


class CustodyStep(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was decided."""

    zh: str
    en: str
    at: datetime
    name: str | None
    number: Reference | None
    ground: str | None
    basis: str | None
    document: Sha256 | None
    position: int


class CustodyView(msgspec.Struct, frozen=True, kw_only=True):
    """One person's data: what stands, and how it came to that."""

    person: PersonRow
    numbers: tuple[Reference, ...]
    """Of the holds in force."""
    steps: tuple[CustodyStep, ...]


@router.get("/units/{unit:code}/retention")
@described(RetentionView)
async def register(unit: str, asked: Annotated[Asked, permitted("custody.read")], since: Since = None) -> Response:
    """What is due in an organisation and those below, and what is under way."""
    assert asked.unit is not None, "the address names it"
    async with asked.ready(since) as connection:
        kept = await _kept(asked, connection, asked.unit.scheme)
        due = await custody.due(connection, unit, asked.today.year - kept.records)
        under_way = await custody.under_way(connection, unit)
        orders = (await custody.orders(connection)).value if asked.unit.parent is None else ()
        names = await names_of(asked, connection, [one.by for one in orders])
    people = await opened(asked, [(one.person, one.name) for one in (*due.value, *under_way.value)])
    counted = await _counted(asked, unit, kept) if asked.unit.parent is None else ()
    view = RetentionView(
        unit=unit,
        due=tuple(_row(one, people(one.person), kept) for one in due.value),
        under_way=tuple(_row(one, people(one.person), kept) for one in under_way.value),
        plans=counted,
        orders=tuple(_order(one, None if one.by is None else names(one.by)) for one in orders),
    )
    return answer(asked, "retention.html", instead(due, view), fresh=tuple(one.plan for one in counted))


async def _kept(asked: Asked, connection: AsyncConnection, scheme: Code) -> Retention:
    found = await rules.scheme_on(connection, scheme, asked.today)
    if found is None:
        raise NoRuleInForce(day=asked.today)
    return found.scheme.retention_years


async def _counted(asked: Asked, unit: Code, kept: Retention) -> tuple[Plan, ...]:
    days = first_days(kept, asked.today)
    async with asked.house.access.connection() as connection:
        row = await (await connection.execute(COUNTS, instants(days))).fetchone()
    assert row is not None, "a count is always given"
    return plans(unit, days, row)


def _row(one: custody.Standing, name: str, kept: Retention) -> PersonRow:
    until = None if one.ended_on is None else date(one.last_year + kept.records, 12, 31)
    return PersonRow(
        member=one.person,
        name=name,
        unit=one.unit,
        ended_on=one.ended_on,
        kept_until=until,
        holds=one.holds,
        restricted=one.restricted,
        erasure=one.erasure,
    )


def _order(one: custody.Order, name: str | None) -> OrderView:
    term = _TERMS[one.type]
    return OrderView(
        zh=term.zh,
        en=term.en,
        kind=one.kind,
        before_on=one.before_on,
        rows=one.rows,
        at=one.at,
        name=name,
        position=one.position,
    )


@router.post("/units/{unit:code}/retention")
@described()
async def order(unit: str, asked: Annotated[Asked, permitted("retention.order", takes=RetentionWish)]) -> Response:
    """Confirm the plan that was shown, if it is still the one that is due: the machine carries it out."""
    wish: RetentionWish = asked.body
    said: dict[str, Any] = {"kind": wish.kind, "before_on": wish.before_on, "due": wish.due, "plan": wish.plan}
    async with asked.house.access.connection() as connection:
        if await (await connection.execute(ONLY_TOP)).fetchone() != (True,):
            raise OnlyAtTheTop
    await _compared(unit, asked)
    receipt = await to_thread.run_sync(partial(asked.execute, OrderRetention, unit=unit, **said))
    return granted(asked, receipt, f"/units/{address(unit)}/retention")


async def _compared(unit: Code, asked: Asked) -> None:
    """Refuse a plan that says something else than what is due by now; that terms still run the ledger says."""
    wish: RetentionWish = asked.body
    assert asked.unit is not None, "the address names it"
    async with asked.ready() as connection:
        kept = await _kept(asked, connection, asked.unit.scheme)
    plan = next(one for one in await _counted(asked, unit, kept) if one.kind == wish.kind)
    if wish.before_on <= plan.before_on and (wish.before_on, wish.due, wish.plan) != (
        plan.before_on,
        plan.due,
        plan.plan,
    ):
        raise PlanChanged(due=plan.due)


@router.get("/members/{member:uuid}/custody")
@described(CustodyView)
async def one(member: MemberId, asked: Annotated[Asked, permitted("custody.read")], since: Since = None) -> Response:
    """What was decided about one person's data."""
    assert asked.unit is not None, "the address names a person, and he belongs somewhere"
    async with asked.ready(since) as connection:
        kept = await _kept(asked, connection, asked.unit.scheme)
        found = await custody.standing(connection, member)
        if not found.value:
            raise NotFound
        steps = (await custody.steps(connection, member)).value
        names = await names_of(asked, connection, [member, *(one.by for one in steps)])
    state = asked.house.ledger.load(MEMBER.of(member))
    held = state.custody.holds if isinstance(state, Registered) else ()
    view = CustodyView(
        person=_row(found.value[0], names(member), kept),
        numbers=tuple(one.number for one in held),
        steps=tuple(_step(one, None if one.by is None else names(one.by)) for one in steps),
    )
    return answer(asked, "custody.html", instead(found, view), fresh=asked.today)


def _step(one: custody.Step, name: str | None) -> CustodyStep:
    term = _TERMS[one.type]
    return CustodyStep(
        zh=term.zh,
        en=term.en,
        at=one.at,
        name=name,
        number=one.number,
        ground=one.ground,
        basis=one.basis,
        document=one.document,
        position=one.position,
    )


def _carried_out(asked: Asked, kind: type[CustodyCommand], member: MemberId, *names: str) -> Response:
    """These fields of what was sent, as a wish where he belongs, or belonged last, as the log says it."""
    state = asked.house.ledger.load(MEMBER.of(member))
    if not isinstance(state, Registered):
        raise NotFound
    said = {name: getattr(asked.body, name) for name in names}
    receipt = asked.execute(kind, unit=state.unit, member=member, **said)
    return granted(asked, receipt, f"/members/{member}/custody")


@router.post("/members/{member:uuid}/holds")
@described()
def hold(member: MemberId, asked: Annotated[Asked, permitted("hold.place", takes=LegalHoldWish)]) -> Response:
    """Place a legal hold: nothing of this person is destroyed until it is lifted."""
    return _carried_out(asked, PlaceHold, member, *GROUNDED, "number")


@router.post("/members/{member:uuid}/holds/lifting")
@described()
def lift_hold(member: MemberId, asked: Annotated[Asked, permitted("hold.lift", takes=LegalHoldWish)]) -> Response:
    """Lift a hold that somebody else placed."""
    return _carried_out(asked, LiftHold, member, *GROUNDED, "number")


@router.post("/members/{member:uuid}/restriction")
@described()
def restrict(
    member: MemberId, asked: Annotated[Asked, permitted("restriction.place", takes=RestrictionWish)]
) -> Response:
    """Let his data be stored, and nothing else be done with it."""
    return _carried_out(asked, RestrictProcessing, member, *GROUNDED, "ground")


@router.post("/members/{member:uuid}/restriction/lifting")
@described()
def unrestrict(
    member: MemberId, asked: Annotated[Asked, permitted("restriction.lift", takes=GroundedWish)]
) -> Response:
    """Let it be used again."""
    return _carried_out(asked, LiftRestriction, member, *GROUNDED)


@router.post("/members/{member:uuid}/erasure")
@described()
def propose(member: MemberId, asked: Annotated[Asked, permitted("erasure.propose", takes=ErasureWish)]) -> Response:
    """Ask that this person's key be destroyed."""
    return _carried_out(asked, ProposeErasure, member, *GROUNDED, "ground")


@router.post("/members/{member:uuid}/erasure/withdrawal")
@described()
def withdraw(
    member: MemberId, asked: Annotated[Asked, permitted("erasure.withdraw", takes=WithdrawalWish)]
) -> Response:
    """Take back what I proposed myself, until it is carried out."""
    return _carried_out(asked, WithdrawErasure, member, *MINUTED)


@router.post("/members/{member:uuid}/erasure/decision")
@described()
def decide(
    member: MemberId, asked: Annotated[Asked, permitted("erasure.decide", takes=ErasureDecisionWish)]
) -> Response:
    """Agree or decline, as another person than proposed it; the machine carries out what is agreed."""
    return _carried_out(asked, DecideErasure, member, *MINUTED, "approve")
