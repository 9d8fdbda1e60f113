"""预备期 — each probation with its window, outlooks and proposal; the meeting resolves, the higher body approves."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Final
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response

from api.answering import answer, granted, unchanged
from api.asked import Asked, permitted
from api.documents import described
from api.names import names_of
from api.readings import note_reading
from api.refusals import NotFound
from api.result_wishes import HigherWish, OutcomeWish, ResolutionWish, StartProbationWish
from api.routes.honours import PersonChoice, scheme_today
from api.routes.matters import Since
from domain import vocabulary
from domain.result.proposing import ProposeOutcome, StartProbation
from domain.result.resolving import ApproveProbation, ResolveProbation
from domain.result.window import probationary
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Reference, Sha256, points
from projections import offices, organisation, probations
from projections.answers import AsyncConnection, instead

router = APIRouter(tags=["probation"])

_TERMS: Final = {term.stored_name: term for term in vocabulary.FACT_TERMS}
FIGURES: Final = ("base", "base_max", "honours", "deductions", "total")


class ProbationRowView(msgspec.Struct, frozen=True, kw_only=True):
    """One probation in a list."""

    member: MemberId
    name: str
    unit: Code
    unit_title: str
    status: str
    """running, due, meeting, higher, confirmed or cancelled."""
    extended: bool
    first_on: date
    last_on: date
    proposal: str | None
    decide_by: date | None
    overdue: bool


class ProbationList(msgspec.Struct, frozen=True, kw_only=True):
    """The probations of an organisation and all below it."""

    items: tuple[ProbationRowView, ...]
    people: tuple[PersonChoice, ...]
    """Probationary members without a case, for whoever may enter one."""


class ProbationStep(msgspec.Struct, frozen=True, kw_only=True):
    """One fact of a case; what it does not say is empty."""

    position: int
    type: str
    zh: str
    en: str
    at: datetime
    number: int | None
    proposal: str | None
    ground: str | None
    base: str | None
    base_max: str | None
    honours: str | None
    deductions: str | None
    total: str | None
    below: bool | None
    hint: bool | None
    adopted: bool | None
    months: int | None
    minute: Reference | None
    minute_sha256: Sha256 | None
    entitled: int | None
    present: int | None
    in_favour: int | None
    document: Sha256 | None
    reason: str | None
    from_on: date | None
    last_on: date | None


class ProbationView(msgspec.Struct, frozen=True, kw_only=True):
    """One case with every step, newest first."""

    case: ProbationRowView
    months: int
    round: int
    """2 after the higher organisation returned it."""
    months_resolved: int | None
    body: Code | None
    body_title: str | None
    months_min: int
    months_max: int
    voters: tuple[PersonChoice, ...]
    """The body that decides now, where it is the reader's own."""
    steps: tuple[ProbationStep, ...]


@router.get("/units/{unit:code}/probations")
@described(ProbationList)
async def of_unit(unit: str, asked: Annotated[Asked, permitted("probation.read")], since: Since = None) -> Response:
    """The probations of an organisation and all below it: who runs, who is due, who was decided."""
    if (same := unchanged(asked, since)) is not None:
        return same
    async with asked.ready(since) as connection:
        found = await probations.cases_under(connection, unit)
        names = await names_of(asked, connection, [case.member for case in found.value], unit=unit)
        rows = tuple(row_of(asked, case, names(case.member)) for case in found.value)
        people = await _without_case(asked, connection, {case.member for case in found.value})
    return answer(asked, "probations.html", instead(found, ProbationList(items=rows, people=people)), unit=asked.unit)


@router.get("/members/{member:uuid}/probation")
@described(ProbationView)
async def of_member(
    member: UUID, asked: Annotated[Asked, permitted("probation.read")], since: Since = None
) -> Response:
    """One member's probation: for himself, and for whoever works on it."""
    await note_reading(asked, member, "probation")
    async with asked.ready(since) as connection:
        found = await probations.case_of(connection, member)
        if found.value is None:
            raise NotFound
        scheme = await scheme_today(asked, connection)
        view = await _view(asked, connection, found.value, scheme)
    kinds = (
        ()
        if scheme is None
        else tuple((code, kind) for code, kind in scheme.evidence_kinds.items() if not kind.own_paper)
    )
    return answer(asked, "probation.html", instead(found, view), unit=asked.unit, kinds=kinds)


@router.post("/units/{unit:code}/probations", status_code=201)
@described(creates=True, uploads=True)
def start(unit: str, asked: Annotated[Asked, permitted("probation.start", takes=StartProbationWish)]) -> Response:
    """Enter the admission: the window begins on that day."""
    wish: StartProbationWish = asked.body
    receipt = asked.execute(
        StartProbation,
        unit=unit,
        member=wish.member,
        admitted_on=wish.admitted_on,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
    )
    return granted(asked, receipt, f"/members/{wish.member}/probation", created=True)


@router.post("/members/{member:uuid}/probation/proposal")
@described(uploads=True)
def propose(member: UUID, asked: Annotated[Asked, permitted("probation.propose", takes=OutcomeWish)]) -> Response:
    """Propose something else than the total gives, with its ground and document."""
    wish: OutcomeWish = asked.body
    receipt = asked.execute(
        ProposeOutcome,
        unit=_home(asked),
        member=member,
        proposal=wish.proposal,
        document_kind=wish.document_kind,
        document=wish.document,
        reason=asked.secret(member, "reason", wish.reason),
    )
    return granted(asked, receipt, f"/members/{member}/probation")


@router.post("/members/{member:uuid}/probation/resolution")
@described(uploads=True)
def resolve(member: UUID, asked: Annotated[Asked, permitted("probation.resolve", takes=ResolutionWish)]) -> Response:
    """What the general meeting voted."""
    wish: ResolutionWish = asked.body
    receipt = asked.execute(
        ResolveProbation,
        unit=_home(asked),
        member=member,
        months=wish.months,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        present=wish.present,
        not_in_favour=wish.not_in_favour,
    )
    return granted(asked, receipt, f"/members/{member}/probation")


@router.post("/members/{member:uuid}/probation/approval")
@described(uploads=True)
def approve(member: UUID, asked: Annotated[Asked, permitted("probation.approve", takes=HigherWish)]) -> Response:
    """What the higher organisation decided."""
    wish: HigherWish = asked.body
    receipt = asked.execute(
        ApproveProbation,
        unit=_home(asked),
        member=member,
        verdict=wish.verdict,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        present=wish.present,
        not_in_favour=wish.not_in_favour,
        reason=None if wish.reason is None else asked.secret(member, "reason", wish.reason),
        instead=wish.instead,
        months=wish.months,
    )
    return granted(asked, receipt, f"/members/{member}/probation")


def _home(asked: Asked) -> Code:
    """Where the person belongs."""
    assert asked.unit is not None, "the address names a person, who belongs somewhere"
    return asked.unit.unit


def row_of(asked: Asked, case: probations.Case, name: str) -> ProbationRowView:
    """A case as a row of the list."""
    over = case.status == "running" and case.last_on < asked.today
    return ProbationRowView(
        member=case.member,
        name=name,
        unit=case.unit,
        unit_title=case.unit_title,
        status="due" if over else case.status,
        extended=case.number > 1,
        first_on=case.first_on,
        last_on=case.last_on,
        proposal=case.proposal,
        decide_by=case.decide_by,
        overdue=case.decide_by is not None and case.decide_by < asked.today,
    )


async def _without_case(asked: Asked, connection: AsyncConnection, known: set[MemberId]) -> tuple[PersonChoice, ...]:
    scheme = await scheme_today(asked, connection)
    if scheme is None or asked.unit is None or not asked.may("probation.start"):
        return ()
    roster = await organisation.members_of(connection, asked.unit.unit, asked.today)
    fresh = [
        one.member for one in roster.value if probationary(scheme.profile(one.profile)) and one.member not in known
    ]
    return await _people(asked, connection, fresh)


async def _people(asked: Asked, connection: AsyncConnection, members: Iterable[MemberId]) -> tuple[PersonChoice, ...]:
    known = tuple(dict.fromkeys(members))
    names = await names_of(asked, connection, known, unit=None if asked.unit is None else asked.unit.unit)
    return tuple(PersonChoice(member=one, name=names(one)) for one in known)


async def _view(
    asked: Asked, connection: AsyncConnection, found: probations.CaseWithSteps, scheme: Scheme | None
) -> ProbationView:
    case = found.case
    names = await names_of(asked, connection, [case.member])
    # A reason is for himself and for those who may read results; everybody else sees that there is one.
    readable = asked.reader.person == case.member or asked.reads("result.read")
    sealed = tuple({step.reason for step in found.steps if step.reason is not None})
    words = await asked.house.vault.values(sealed if readable else ())
    gone = asked.words("text.gone" if readable else "text.sealed")
    rule = None if scheme is None else scheme.probation.extension
    return ProbationView(
        case=row_of(asked, case, names(case.member)),
        months=case.months,
        round=case.round,
        months_resolved=case.months_resolved,
        body=case.body,
        body_title=case.body_title,
        months_min=1 if rule is None else rule.months_min,
        months_max=1 if rule is None else rule.months_max,
        voters=await _people(asked, connection, await _voters(asked, connection, case, scheme)),
        steps=tuple(_step(step, words.get, gone) for step in found.steps),
    )


async def _voters(
    asked: Asked, connection: AsyncConnection, case: probations.Case, scheme: Scheme | None
) -> list[MemberId]:
    """Who votes next: the general meeting's full members, or the higher organisation's committee."""
    acting = asked.acting
    if acting is None or scheme is None:
        return []
    if case.status == "meeting" and acting.unit == case.unit and asked.may("probation.resolve"):
        roster = await organisation.members_of(connection, case.unit, asked.today)
        classes = {profile.code: profile.votes for profile in scheme.profiles}
        return [one.member for one in roster.value if classes.get(one.profile) and one.member != case.member]
    if case.status == "higher" and case.body == acting.unit and asked.may("probation.approve"):
        committee = await offices.committee_of(connection, acting.unit, asked.today)
        return [office.member for office in committee.value if office.member != case.member]
    return []


def _step(step: probations.Step, opened: Callable[[Sha256], str | None], gone: str) -> ProbationStep:
    term = _TERMS[step.type]
    made = (*FIGURES, "reason", "zh", "en")
    said = {name: getattr(step, name) for name in ProbationStep.__struct_fields__ if name not in made}
    figures = {name: None if (value := getattr(step, name)) is None else points(value) for name in FIGURES}
    reason = None if step.reason is None else opened(step.reason) or gone
    return msgspec.convert({**said, **figures, "reason": reason, "zh": term.zh, "en": term.en}, ProbationStep)
