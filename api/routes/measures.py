"""措施 — what a year calls for: opened, carried out, reviewed and closed by people, for whoever has to do with it."""

from typing import Annotated
from uuid import UUID

import msgspec
from anyio import to_thread
from fastapi import APIRouter, Response

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.consequences import MeasureView, measure_views
from api.documents import described
from api.names import names_of
from api.pages import address
from api.readings import note_reading, note_readings
from api.refusals import NotFound
from api.result_wishes import (
    DeclineWish,
    DesigneeWish,
    HelperWish,
    HelpReviewWish,
    OfMemberWish,
    OpenMeasureWish,
    SetAsideWish,
    StepWish,
)
from api.routes.honours import PersonChoice, scheme_today
from api.routes.matters import Since
from domain.decider import Past
from domain.result.carrying import AcceptAssignment, AssignDesignee, CompleteStep, DeclineAssignment
from domain.result.designees import offered
from domain.result.opening import CloseMeasure, OpenMeasure
from domain.result.pairing import PairHelper, ReviewHelp, who_may_help
from domain.result.setting_aside import SetAsideMeasure
from domain.values import Code, MemberId
from projections import assessments, measures, offices, organisation
from projections.answers import AsyncConnection, instead

router = APIRouter(tags=["measures"])


class MeasureList(msgspec.Struct, frozen=True, kw_only=True):
    """Measures, those that are open first."""

    items: tuple[MeasureView, ...]


class MeasurePage(msgspec.Struct, frozen=True, kw_only=True):
    """One measure, and whom a form of it may name."""

    measure: MeasureView
    voters: tuple[PersonChoice, ...]
    """The general meeting, where it goes before it."""
    designees: tuple[PersonChoice, ...]
    helpers: tuple[PersonChoice, ...]


@router.get("/units/{unit:code}/measures")
@described(MeasureList)
async def of_unit(unit: str, asked: Annotated[Asked, permitted("measure.read")], since: Since = None) -> Response:
    """The measures of an organisation and all below it: proposed, due, overdue, done."""
    async with asked.ready(since) as connection:
        found = await measures.measures_under(connection, unit)
        shown = await note_readings(asked, ((one.member, one.measure) for one in found.value), "measure")
        listed = [one for one in found.value if one.member in shown]
        items = await measure_views(asked, connection, listed)
    return answer(asked, "measures.html", instead(found, MeasureList(items=items)), unit=asked.unit)


@router.get("/measures/mine")
@described(MeasureList)
async def mine(asked: Annotated[Asked, permitted("signed-in")], since: Since = None) -> Response:
    """My own measures, and those in which I am in charge of a step or help somebody."""
    async with asked.ready(since) as connection:
        own = await measures.measures_of_member(connection, asked.reader.person)
        found = await measures.measures_concerning(connection, asked.reader.person)
        others = found.value
        if asked.acting is not None:
            shown = await note_readings(asked, ((one.member, one.measure) for one in others), "measure")
            others = tuple(one for one in others if one.member in shown)
        items = await measure_views(asked, connection, (*own.value, *others))
    return answer(asked, "measures_mine.html", instead(found, MeasureList(items=items)))


@router.get("/units/{unit:code}/measures/{measure:uuid}")
@described(MeasurePage)
async def one(
    unit: str, measure: UUID, asked: Annotated[Asked, permitted("measure.read")], since: Since = None
) -> Response:
    """One measure with its steps."""
    async with asked.ready(since) as connection:
        found = await measures.measure(connection, measure)
        if found.value is None or found.value.unit != unit:
            raise NotFound
        await note_reading(asked, found.value.member, "measure", measure)
        (view,) = await measure_views(asked, connection, [found.value])
        page = MeasurePage(
            measure=view,
            voters=await _voters(asked, connection, view),
            designees=await _designees(asked, connection, view),
            helpers=await _helpers(asked, connection, view),
        )
    return answer(asked, "measure.html", instead(found, page), unit=asked.unit)


@router.post("/units/{unit:code}/measures/{measure:uuid}/opening")
@described(uploads=True)
def open_measure(
    unit: str, measure: UUID, asked: Annotated[Asked, permitted("measure.open", takes=OpenMeasureWish)]
) -> Response:
    """Open what is proposed."""
    wish: OpenMeasureWish = asked.body
    receipt = asked.execute(
        OpenMeasure,
        unit=unit,
        member=wish.member,
        measure=measure,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        present=wish.present,
        not_in_favour=wish.not_in_favour,
    )
    return granted(asked, receipt, _place(asked, unit, measure))


@router.post("/units/{unit:code}/measures/{measure:uuid}/setting-aside")
@described(uploads=True)
def set_aside(
    unit: str, measure: UUID, asked: Annotated[Asked, permitted("measure.set_aside", takes=SetAsideWish)]
) -> Response:
    """Decide that what is proposed is not opened."""
    wish: SetAsideWish = asked.body
    receipt = asked.execute(
        SetAsideMeasure,
        unit=unit,
        member=wish.member,
        measure=measure,
        basis=wish.basis,
        basis_sha256=wish.basis_sha256,
        reason=asked.secret(wish.member, "reason", wish.reason),
    )
    return granted(asked, receipt, _place(asked, unit, measure))


@router.post("/units/{unit:code}/measures/{measure:uuid}/closing")
@described()
def close_measure(
    unit: str, measure: UUID, asked: Annotated[Asked, permitted("measure.open", takes=OfMemberWish)]
) -> Response:
    """Close what is done."""
    receipt = asked.execute(CloseMeasure, unit=unit, member=asked.body.member, measure=measure)
    return granted(asked, receipt, _place(asked, unit, measure))


@router.post("/units/{unit:code}/measures/{measure:uuid}/steps/{step:code}/designee")
@described()
def assign(
    unit: str, measure: UUID, step: str, asked: Annotated[Asked, permitted("measure.assign", takes=DesigneeWish)]
) -> Response:
    """Put somebody in charge of a step."""
    wish: DesigneeWish = asked.body
    receipt = asked.execute(
        AssignDesignee, unit=unit, member=wish.member, measure=measure, step=step, designee=wish.designee
    )
    return granted(asked, receipt, _place(asked, unit, measure))


@router.post("/units/{unit:code}/measures/{measure:uuid}/steps/{step:code}/acceptance")
@described()
def accept(
    unit: str, measure: UUID, step: str, asked: Annotated[Asked, permitted("measure.carry", takes=OfMemberWish)]
) -> Response:
    """I take it on."""
    receipt = asked.execute(AcceptAssignment, unit=unit, member=asked.body.member, measure=measure, step=step)
    return granted(asked, receipt, _place(asked, unit, measure))


@router.post("/units/{unit:code}/measures/{measure:uuid}/steps/{step:code}/refusal")
@described()
def decline(
    unit: str, measure: UUID, step: str, asked: Annotated[Asked, permitted("measure.carry", takes=DeclineWish)]
) -> Response:
    """I cannot, and why."""
    wish: DeclineWish = asked.body
    receipt = asked.execute(
        DeclineAssignment,
        unit=unit,
        member=wish.member,
        measure=measure,
        step=step,
        reason=asked.secret(asked.reader.person, "reason", wish.reason),
    )
    return granted(asked, receipt, _place(asked, unit, measure))


@router.post("/units/{unit:code}/measures/{measure:uuid}/steps/{step:code}/completion")
@described(uploads=True)
def complete(
    unit: str, measure: UUID, step: str, asked: Annotated[Asked, permitted("measure.carry", takes=StepWish)]
) -> Response:
    """It is done."""
    wish: StepWish = asked.body
    receipt = asked.execute(
        CompleteStep,
        unit=unit,
        member=wish.member,
        measure=measure,
        step=step,
        done_on=wish.done_on,
        proof=wish.proof,
        note=None if wish.note is None else asked.secret(wish.member, "note", wish.note),
    )
    return granted(asked, receipt, _place(asked, unit, measure))


@router.post("/units/{unit:code}/measures/{measure:uuid}/steps/{step:code}/helper")
@described(uploads=True)
def pair(
    unit: str, measure: UUID, step: str, asked: Annotated[Asked, permitted("measure.assign", takes=HelperWish)]
) -> Response:
    """Give the person a helper."""
    wish: HelperWish = asked.body
    receipt = asked.execute(
        PairHelper,
        unit=unit,
        member=wish.member,
        measure=measure,
        step=step,
        helper=wish.helper,
        paired_on=wish.paired_on,
        plan=wish.plan,
    )
    return granted(asked, receipt, _place(asked, unit, measure))


@router.post("/units/{unit:code}/measures/{measure:uuid}/steps/{step:code}/review")
@described()
def review(
    unit: str, measure: UUID, step: str, asked: Annotated[Asked, permitted("measure.assign", takes=HelpReviewWish)]
) -> Response:
    """See what came of the help."""
    wish: HelpReviewWish = asked.body
    receipt = asked.execute(
        ReviewHelp,
        unit=unit,
        member=wish.member,
        measure=measure,
        step=step,
        reviewed_on=wish.reviewed_on,
        note=asked.secret(wish.member, "note", wish.note),
    )
    return granted(asked, receipt, _place(asked, unit, measure))


def _place(asked: Asked, unit: Code, measure: UUID) -> str:
    """Where whoever acted may see what came of it."""
    return f"/units/{address(unit)}/measures/{measure}" if asked.may("measure.read") else "/measures/mine"


async def _people(asked: Asked, connection: AsyncConnection, found: list[MemberId]) -> tuple[PersonChoice, ...]:
    known = tuple(dict.fromkeys(found))
    names = await names_of(asked, connection, known, unit=None if asked.unit is None else asked.unit.unit)
    return tuple(PersonChoice(member=one, name=names(one)) for one in known)


async def _voters(asked: Asked, connection: AsyncConnection, view: MeasureView) -> tuple[PersonChoice, ...]:
    """The general meeting without the person himself, for the branch's own committee."""
    acting, scheme = asked.acting, await scheme_today(asked, connection)
    if view.status != "proposed" or not view.before_meeting or acting is None or scheme is None:
        return ()
    if acting.unit != view.unit or not asked.may("measure.open"):
        return ()
    roster = await organisation.members_of(connection, view.unit, asked.today)
    classes = {profile.code: profile.votes for profile in scheme.profiles}
    voters = [one.member for one in roster.value if classes.get(one.profile) and one.member != view.member]
    return await _people(asked, connection, voters)


async def _designees(asked: Asked, connection: AsyncConnection, view: MeasureView) -> tuple[PersonChoice, ...]:
    """Whom of the branch the assignment would accept: the very rule that refuses is asked."""
    if view.status != "open" or not asked.may("measure.assign") or not any(step.designated for step in view.steps):
        return ()
    roster = await organisation.members_of(connection, view.unit, asked.today)
    known = [one.member for one in roster.value]

    def fit(past: Past) -> list[MemberId]:
        return offered(past, view.unit, view.member, view.measure, known, asked.today)

    return await _people(asked, connection, await to_thread.run_sync(asked.house.ledger.ask, fit))


async def _helpers(asked: Asked, connection: AsyncConnection, view: MeasureView) -> tuple[PersonChoice, ...]:
    """Whom the pairing would accept: of the branch, beside it, or, where the branch has none, its committee."""
    wanted = any(step.pairing and step.helper is None and step.done_on is None for step in view.steps)
    if not wanted or view.status != "open" or not asked.may("measure.assign"):
        return ()
    roster = await organisation.members_of(connection, view.unit, asked.today)
    held = await offices.officers_of(connection, view.unit, asked.today)
    beside = await assessments.graded_beside(connection, view.unit, view.year, view.period, view.helper_grade)
    everybody = [one.member for found in (roster.value, held.value, beside.value) for one in found]
    known = list(dict.fromkeys(everybody))

    def fit(past: Past) -> list[MemberId]:
        return who_may_help(past, view.unit, view.member, view.measure, known, asked.today)

    return await _people(asked, connection, await to_thread.run_sync(asked.house.ledger.ask, fit))
