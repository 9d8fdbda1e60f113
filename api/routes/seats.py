"""优秀名额 — how the seats of a pool stand, who is equal at the line, and the meeting that settles them."""

from typing import Annotated, Any

import msgspec
from anyio import to_thread
from fastapi import APIRouter, Response
from starlette.datastructures import FormData

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.bodies import texts
from api.documents import described
from api.names import names_of
from api.pages import address
from api.readings import note_lines
from api.refusals import NotFound
from api.routes.honours import PersonChoice
from api.routes.matters import Since
from api.routes.periods import Year
from api.wishes import Told, Wish, digest_of, filled
from domain.assessment.grading import seats
from domain.assessment.pool import Pool, pool_of
from domain.assessment.settling import Contest, SettleSeats, contest
from domain.decider import Past
from domain.values import Code, MemberId, Reference, Sha256
from projections import offices, organisation
from projections.answers import AsyncConnection, instead

router = APIRouter(tags=["periods"])


class BranchView(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation that shares the seats."""

    unit: Code
    unit_title: str
    status: str


class SeatsView(msgspec.Struct, frozen=True, kw_only=True):
    """The seats of a pool."""

    unit: Code
    year: int
    period: Code
    still_tied: str
    graded: int
    seats: int
    candidates: int
    branches: tuple[BranchView, ...]
    settled: bool
    """Whether nobody was computed since it was settled last."""
    left: int
    """How many seats those who are equal at the line compete for."""
    equal: tuple[PersonChoice, ...]
    """They, for whoever settles; by pseudonym."""
    seated: tuple[PersonChoice, ...]
    drawers: tuple[PersonChoice, ...]
    """Who may draw, or vote: the reader's committee, without those who take part."""


class SettleWish(Wish, frozen=True, kw_only=True):
    """The meeting's minute, and among equals the order as drawn, or as the body voted."""

    minute: Reference
    minute_sha256: Sha256
    order: tuple[MemberId, ...] = ()
    drawn_by: tuple[MemberId, MemberId] | None = None
    reason: Told | None = None
    present: tuple[MemberId, ...] = ()
    not_in_favour: tuple[MemberId, ...] = ()

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the minute's file, which is not kept."""
        sha256 = await digest_of(form, "file", "minute_sha256")
        drawn = [one for one in texts(form, "drawn_by") if one]
        order = [one for one in texts(form, "order") if one]
        voted = {name: texts(form, name) for name in ("present", "not_in_favour")}
        said = {**filled(form, "minute", "reason"), **voted, "minute_sha256": sha256, "order": order}
        return {**said, "drawn_by": drawn} if drawn else said


@router.get("/units/{unit:code}/seats/{year}/{period:code}")
@described(SeatsView)
async def one(
    unit: str, year: Year, period: str, asked: Annotated[Asked, permitted("period.read")], since: Since = None
) -> Response:
    """How the seats stand."""

    def stand(past: Past) -> tuple[Contest | None, Pool]:
        return contest(past, unit, year, period), past[pool_of(unit, year, period)]

    async with asked.ready(since) as connection:
        found, pool = await to_thread.run_sync(asked.house.ledger.ask, stand)
        if found is None:
            raise NotFound
        body = asked.acting.unit if asked.acting is not None and asked.may("seats.settle") else unit
        held = await offices.committee_of(connection, body, asked.today)
        view = await _view(asked, connection, (unit, year, period), found, pool, [one.member for one in held.value])
    return answer(asked, "seats.html", instead(held, view), fresh=view, unit=asked.unit)


async def _view(
    asked: Asked,
    connection: AsyncConnection,
    key: tuple[Code, int, Code],
    found: Contest,
    pool: Pool,
    committee: list[MemberId],
) -> SeatsView:
    settles = asked.may("seats.settle")
    members = {str(one.member): one.member for one in found.graded}
    equal = [members[one] for one in sorted(found.drawn.equal)] if settles else []
    seated = sorted(pool.seated, key=str) if settles else []
    names = await names_of(asked, connection, [*equal, *seated, *committee])
    titles = {one.unit: one.title for one in (await organisation.units(connection, key[0])).value}
    looked_at = {*equal, *seated}
    shown = await note_lines(asked, looked_at, "result")

    def named(one: MemberId) -> str:
        # Among equals nobody is left out; whose data is restricted is shown without a name.
        return names(one) if one in shown or one not in looked_at else asked.words("text.sealed")

    def choices(people: list[MemberId]) -> tuple[PersonChoice, ...]:
        return tuple(PersonChoice(member=one, name=named(one)) for one in people)

    unit, year, period = key
    return SeatsView(
        unit=unit,
        year=year,
        period=period,
        still_tied=found.quota.still_tied,
        graded=len(found.graded),
        seats=seats(len(found.graded), found.quota),
        candidates=found.candidates,
        branches=tuple(
            BranchView(unit=code, unit_title=titles.get(code, code), status=state.status)
            for code, state in found.branches.items()
        ),
        settled=pool.settled == pool.joined,
        left=found.drawn.left,
        equal=choices(equal),
        seated=choices(seated),
        drawers=choices([one for one in dict.fromkeys(committee) if str(one) not in found.drawn.equal]),
    )


@router.post("/units/{unit:code}/seats/{year}/{period:code}")
@described(uploads=True)
def settle(
    unit: str, year: Year, period: str, asked: Annotated[Asked, permitted("seats.settle", takes=SettleWish)]
) -> Response:
    """Settle the seats; among equals in the order that people drew or decided."""
    wish: SettleWish = asked.body
    receipt = asked.execute(
        SettleSeats,
        unit=unit,
        year=year,
        period=period,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        order=wish.order,
        drawn_by=wish.drawn_by,
        reason=None if wish.reason is None else asked.secret(asked.reader.person, "reason", wish.reason),
        present=wish.present,
        not_in_favour=wish.not_in_favour,
    )
    return granted(asked, receipt, f"/units/{address(unit)}/seats/{year}/{address(period)}")
