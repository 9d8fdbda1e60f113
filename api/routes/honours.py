"""荣誉申报 — claimed in a few fields by the member or the recorder, decided body by body, returned or refused."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Response

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.cases import CaseRowView, CaseView, case_rows, case_view
from api.choices import LevelChoice, MoreAsked, choices_of, more_asked
from api.documents import described
from api.names import names_of
from api.pages import address
from api.readings import note_reading
from api.refusals import NotFound
from api.routes.matters import Before, Since
from api.wishes import ClaimWish, DocumentedWish, MotionWish, Nothing, ReturnWish
from domain.recording.claiming import ClaimHonour, DecideHonour, ReturnHonour, WithdrawHonour
from domain.recording.helping import helped_matter
from domain.recording.honour import HONOUR, Honour, honour_id
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId
from projections import cases, measures, organisation
from projections.answers import AsyncConnection, instead
from projections.local_items import scheme_here

router = APIRouter(tags=["honours"])


class PersonChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the organisation."""

    member: MemberId
    name: str


class HelpedChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A pairing for which a helper may claim: the matter is the measure in which he helped."""

    matter: Code
    year: int
    name: str


class CaseList(msgspec.Struct, frozen=True, kw_only=True):
    """The claims or proposals of an organisation or a person, and what a new one can be about."""

    items: tuple[CaseRowView, ...]
    before: int | None
    choices: tuple[LevelChoice, ...]
    more: MoreAsked
    people: tuple[PersonChoice, ...]
    """For whom the reader may enter something; himself alone where he claims as a member."""
    helped: tuple[HelpedChoice, ...] = ()
    """Whom the member helped one to one."""


@router.get("/units/{unit:code}/honours")
@described(CaseList)
async def of_unit(
    unit: str, asked: Annotated[Asked, permitted("honour.read")], before: Before = None, since: Since = None
) -> Response:
    """The claims of an organisation, newest first."""
    async with asked.ready(since) as connection:
        found = await cases.cases_of_unit(connection, unit, cases.HONOURS, before=before)
        scheme = await scheme_today(asked, connection)
        value = CaseList(
            items=await case_rows(asked, connection, found.value.items),
            before=found.value.before,
            choices=choices_of(scheme, ("honour",)),
            more=more_asked(scheme, ("honour",)),
            people=await people_of(asked, connection),
        )
    return answer(asked, "honours.html", instead(found, value), unit=asked.unit, mine=False)


@router.get("/members/{member:uuid}/honours")
@described(CaseList)
async def of_member(member: UUID, asked: Annotated[Asked, permitted("honour.read")], since: Since = None) -> Response:
    """A member's own claims, newest first, and the form for a new one."""
    await note_reading(asked, member, "honour")
    async with asked.ready(since) as connection:
        found = await cases.cases_of_member(connection, member, cases.HONOURS)
        helped = (await measures.helped_by(connection, member)).value
        names = await names_of(asked, connection, [member, *(one.mentee for one in helped)])
        scheme = await scheme_today(asked, connection)
        value = CaseList(
            items=await case_rows(asked, connection, found.value),
            before=None,
            choices=choices_of(scheme, ("honour",)),
            more=more_asked(scheme, ("honour",)),
            people=(PersonChoice(member=member, name=names(member)),),
            helped=tuple(
                HelpedChoice(matter=helped_matter(one.measure), year=one.year, name=names(one.mentee)) for one in helped
            ),
        )
    mine = member == asked.reader.person
    return answer(asked, "honours.html", instead(found, value), unit=asked.unit, mine=mine)


@router.get("/units/{unit:code}/honours/{honour:uuid}")
@described(CaseView)
async def one(
    unit: str, honour: UUID, asked: Annotated[Asked, permitted("honour.read")], since: Since = None
) -> Response:
    """One claim, for whoever works on it."""
    return await _shown(asked, honour, since, unit=unit)


@router.get("/members/{member:uuid}/honours/{honour:uuid}")
@described(CaseView)
async def own(
    member: UUID, honour: UUID, asked: Annotated[Asked, permitted("honour.read")], since: Since = None
) -> Response:
    """One claim, for the person himself."""
    return await _shown(asked, honour, since, member=member)


async def _shown(
    asked: Asked, honour: UUID, since: int | None, *, unit: Code | None = None, member: MemberId | None = None
) -> Response:
    async with asked.ready(since) as connection:
        found = await cases.case(connection, honour, cases.HONOURS)
        header = None if found.value is None else found.value.header
        if found.value is None or header is None or (header.unit if unit else header.member) != (unit or member):
            raise NotFound
        await note_reading(asked, header.member, "honour", honour)
        view = await case_view(asked, connection, found.value)
    return answer(asked, "case.html", instead(found, view), fresh=view.decidable, unit=asked.unit)


@router.post("/units/{unit:code}/honours", status_code=201)
@described(creates=True, uploads=True)
def claim(unit: str, asked: Annotated[Asked, permitted("honour.claim", takes=ClaimWish)]) -> Response:
    """Claim an honour; after a return, claim it anew."""
    wish: ClaimWish = asked.body
    member = wish.member or asked.reader.person
    matter = wish.matter or f"AW-{wish.document[:12]}"
    receipt = asked.execute(
        ClaimHonour,
        unit=unit,
        member=member,
        matter=matter,
        title=wish.title,
        item=wish.item,
        level=wish.level,
        occurred_on=wish.occurred_on or wish.dated_on,
        dated_on=wish.dated_on,
        document_kind=wish.document_kind,
        document=wish.document,
        share=wish.share,
        **amounts(asked, wish),
    )
    return granted(asked, receipt, _place(asked, unit, honour_id(unit, member, matter, wish.item)), created=True)


@router.post("/units/{unit:code}/honours/{honour:uuid}/decision")
@described(uploads=True)
def decide(unit: str, honour: UUID, asked: Annotated[Asked, permitted("honour.decide", takes=MotionWish)]) -> Response:
    """A body's decision on a claim."""
    wish: MotionWish = asked.body
    receipt = asked.execute(DecideHonour, unit=unit, honour=honour, **motion(asked, wish, _claimant(asked, honour)))
    return granted(asked, receipt, _place(asked, unit, honour))


@router.post("/units/{unit:code}/honours/{honour:uuid}/return")
@described()
def give_back(
    unit: str, honour: UUID, asked: Annotated[Asked, permitted("honour.decide", takes=ReturnWish)]
) -> Response:
    """Give a claim back with a reason."""
    reason = asked.secret(_claimant(asked, honour), "reason", asked.body.reason)
    receipt = asked.execute(ReturnHonour, unit=unit, honour=honour, reason=reason)
    return granted(asked, receipt, _place(asked, unit, honour))


@router.post("/units/{unit:code}/honours/{honour:uuid}/withdrawal")
@described()
def take_back(unit: str, honour: UUID, asked: Annotated[Asked, permitted("honour.claim", takes=Nothing)]) -> Response:
    """Take a claim back before it is decided."""
    receipt = asked.execute(WithdrawHonour, unit=unit, honour=honour)
    return granted(asked, receipt, _place(asked, unit, honour))


def _claimant(asked: Asked, honour: UUID) -> MemberId:
    """Whose claim it is; where there is none, the wish is refused."""
    found = asked.house.ledger.load(HONOUR.of(honour))
    return found.claim.member if isinstance(found, Honour) else asked.reader.person


def motion(asked: Asked, wish: MotionWish, about: MemberId) -> dict[str, object]:
    """A verdict as the domain takes it; its reason is about a person, and goes with him."""
    return {
        "verdict": wish.verdict,
        "minute": wish.minute,
        "minute_sha256": wish.minute_sha256,
        "present": wish.present,
        "not_in_favour": wish.not_in_favour,
        "reason": None if wish.reason is None else asked.secret(about, "reason", wish.reason),
    }


def amounts(asked: Asked, wish: DocumentedWish) -> dict[str, object]:
    """What a claim and a proposal say of how much, and why, as the domain takes it."""
    why, late = wish.choice_reason, wish.late_reason
    return {
        "quantity": wish.quantity,
        "condition": wish.condition,
        "choice_reason": None if why is None else asked.secret(asked.reader.person, "choice_reason", why),
        "late_reason": None if late is None else asked.secret(asked.reader.person, "late_reason", late),
    }


def _place(asked: Asked, unit: Code, honour: UUID) -> str:
    if asked.acting is not None and asked.acting.role == "department_officer":
        # What a body makes of it is the branch's: he brings papers and reads no cases.
        return f"/units/{address(unit)}/reserved"
    if asked.acting is not None and asked.acting.role == "member":
        return f"/members/{asked.reader.person}/honours/{honour}"
    return f"/units/{address(unit)}/honours/{honour}"


async def scheme_today(asked: Asked, connection: AsyncConnection) -> Scheme | None:
    """The rule set in force today."""
    assert asked.unit is not None
    published = await scheme_here(connection, asked.unit.unit, asked.today)
    return None if published is None else published.scheme


async def people_of(asked: Asked, connection: AsyncConnection) -> tuple[PersonChoice, ...]:
    """Everybody of the organisation but the reader: he enters nothing of himself."""
    assert asked.unit is not None
    roster = await organisation.members_of(connection, asked.unit.unit, asked.today)
    others = [one.member for one in roster.value if one.member != asked.reader.person]
    names = await names_of(asked, connection, others, unit=asked.unit.unit)
    return tuple(PersonChoice(member=member, name=names(member)) for member in others)
