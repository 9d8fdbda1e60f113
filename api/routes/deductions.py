"""拟减分 — proposed with its basis, told to the person first, heard, decided; he sees it before anybody else does."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.cases import CaseView, case_rows, case_view
from api.choices import MoreAsked, choices_of, more_asked
from api.documents import described
from api.pages import address
from api.readings import note_reading
from api.refusals import NotFound
from api.routes.honours import CaseList, amounts, motion, people_of, scheme_today
from api.routes.matters import Before, Since
from api.wishes import DeliveryWish, EvidenceWish, MotionWish, Nothing, ProposeWish, StatementWish
from domain.recording.deducting import DecideDeduction
from domain.recording.deduction import DEDUCTION, Deduction, deduction_id
from domain.recording.hearing import AcknowledgeNotification, DeliverOnPaper, FileStatement
from domain.recording.proposing import AddDeductionEvidence, ProposeDeduction
from domain.values import Code, MemberId
from projections import cases
from projections.answers import instead

router = APIRouter(tags=["deductions"])

LISTS = ("negative", "responsibility")


@router.get("/units/{unit:code}/deductions")
@described(CaseList)
async def of_unit(
    unit: str, asked: Annotated[Asked, permitted("deduction.read")], before: Before = None, since: Since = None
) -> Response:
    """What was proposed in an organisation, newest first."""
    async with asked.ready(since) as connection:
        found = await cases.cases_of_unit(connection, unit, cases.DEDUCTIONS, before=before)
        scheme = await scheme_today(asked, connection)
        value = CaseList(
            items=await case_rows(asked, connection, found.value.items),
            before=found.value.before,
            choices=choices_of(scheme, LISTS),
            more=more_asked(scheme, LISTS),
            people=await people_of(asked, connection),
        )
    return answer(asked, "deductions.html", instead(found, value), unit=asked.unit)


@router.get("/members/{member:uuid}/deductions")
@described(CaseList)
async def of_member(
    member: UUID, asked: Annotated[Asked, permitted("deduction.read")], since: Since = None
) -> Response:
    """What was proposed against a person, newest first."""
    await note_reading(asked, member, "deduction")
    async with asked.ready(since) as connection:
        found = await cases.cases_of_member(connection, member, cases.DEDUCTIONS)
        rows = await case_rows(asked, connection, found.value)
    value = CaseList(items=rows, before=None, choices=(), more=MoreAsked(), people=())
    return answer(asked, "deductions.html", instead(found, value), unit=asked.unit)


@router.get("/units/{unit:code}/deductions/{deduction:uuid}")
@described(CaseView)
async def one(
    unit: str, deduction: UUID, asked: Annotated[Asked, permitted("deduction.read")], since: Since = None
) -> Response:
    """One proposal, for whoever works on it."""
    return await _shown(asked, deduction, since, unit=unit)


@router.get("/members/{member:uuid}/deductions/{deduction:uuid}")
@described(CaseView)
async def own(
    member: UUID, deduction: UUID, asked: Annotated[Asked, permitted("deduction.read")], since: Since = None
) -> Response:
    """One proposal, for the person himself: what he is told, and what he may say."""
    return await _shown(asked, deduction, since, member=member)


async def _shown(
    asked: Asked, deduction: UUID, since: int | None, *, unit: Code | None = None, member: MemberId | None = None
) -> Response:
    async with asked.ready(since) as connection:
        found = await cases.case(connection, deduction, cases.DEDUCTIONS)
        header = None if found.value is None else found.value.header
        if found.value is None or header is None or (header.unit if unit else header.member) != (unit or member):
            raise NotFound
        await note_reading(asked, header.member, "deduction", deduction)
        view = await case_view(asked, connection, found.value)
        scheme = await scheme_today(asked, connection)
    proofs = () if scheme is None else tuple((code, scheme.evidence_kinds[code]) for code in scheme.statement.evidence)
    kinds = tuple({one.document_kind: one for one in choices_of(scheme, LISTS) if one.item == header.item}.values())
    page = {"unit": asked.unit, "proofs": proofs, "kinds": kinds}
    return answer(asked, "case.html", instead(found, view), fresh=view.decidable, **page)


@router.post("/units/{unit:code}/deductions", status_code=201)
@described(creates=True, uploads=True)
def propose(unit: str, asked: Annotated[Asked, permitted("deduction.propose", takes=ProposeWish)]) -> Response:
    """Propose a deduction or a shortfall: from now on the person finds it on his page."""
    wish: ProposeWish = asked.body
    receipt = asked.execute(
        ProposeDeduction,
        unit=unit,
        member=wish.member,
        matter=wish.matter,
        item=wish.item,
        level=wish.level,
        occurred_on=wish.occurred_on or wish.dated_on,
        dated_on=wish.dated_on,
        document_kind=wish.document_kind,
        document=wish.document,
        from_own_measure=wish.from_own_measure,
        particulars=asked.secret(wish.member, "particulars", wish.particulars),
        **amounts(asked, wish),
    )
    deduction = deduction_id(unit, wish.member, wish.matter, wish.item)
    return granted(asked, receipt, _place(asked, unit, deduction), created=True)


@router.post("/units/{unit:code}/deductions/{deduction:uuid}/evidence")
@described(uploads=True)
def add_evidence(
    unit: str, deduction: UUID, asked: Annotated[Asked, permitted("deduction.propose", takes=EvidenceWish)]
) -> Response:
    """A further document: the person is told again, and has his term again."""
    wish: EvidenceWish = asked.body
    receipt = asked.execute(
        AddDeductionEvidence, unit=unit, deduction=deduction, document_kind=wish.kind, document=wish.sha256
    )
    return granted(asked, receipt, _place(asked, unit, deduction))


@router.post("/units/{unit:code}/deductions/{deduction:uuid}/acknowledgement")
@described()
def acknowledge(
    unit: str, deduction: UUID, asked: Annotated[Asked, permitted("deduction.answer", takes=Nothing)]
) -> Response:
    """I was told."""
    receipt = asked.execute(AcknowledgeNotification, unit=unit, deduction=deduction)
    return granted(asked, receipt, _place(asked, unit, deduction))


@router.post("/units/{unit:code}/deductions/{deduction:uuid}/statement")
@described()
def state(
    unit: str, deduction: UUID, asked: Annotated[Asked, permitted("deduction.answer", takes=StatementWish)]
) -> Response:
    """My view of it; or that I have nothing more to say."""
    wish: StatementWish = asked.body
    said = wish.statement
    receipt = asked.execute(
        FileStatement,
        unit=unit,
        deduction=deduction,
        statement=None if said is None else asked.secret(asked.reader.person, "statement", said),
        final=wish.final,
    )
    return granted(asked, receipt, _place(asked, unit, deduction))


@router.post("/units/{unit:code}/deductions/{deduction:uuid}/delivery")
@described(uploads=True)
def deliver(
    unit: str, deduction: UUID, asked: Annotated[Asked, permitted("deduction.deliver", takes=DeliveryWish)]
) -> Response:
    """It was handed over on paper before a witness."""
    wish: DeliveryWish = asked.body
    receipt = asked.execute(
        DeliverOnPaper,
        unit=unit,
        deduction=deduction,
        delivered_on=wish.delivered_on,
        proof_kind=wish.proof_kind,
        proof=wish.proof,
    )
    return granted(asked, receipt, _place(asked, unit, deduction))


@router.post("/units/{unit:code}/deductions/{deduction:uuid}/decision")
@described(uploads=True)
def decide(
    unit: str, deduction: UUID, asked: Annotated[Asked, permitted("deduction.decide", takes=MotionWish)]
) -> Response:
    """A body's decision on a proposal."""
    found = asked.house.ledger.load(DEDUCTION.of(deduction))
    about = found.proposal.member if isinstance(found, Deduction) else asked.reader.person
    receipt = asked.execute(DecideDeduction, unit=unit, deduction=deduction, **motion(asked, asked.body, about))
    return granted(asked, receipt, _place(asked, unit, deduction))


def _place(asked: Asked, unit: Code, deduction: UUID) -> str:
    if asked.acting is not None and asked.acting.role == "department_officer":
        return f"/units/{address(unit)}/reserved"
    if asked.acting is not None and asked.acting.role == "member":
        return f"/members/{asked.reader.person}/deductions/{deduction}"
    return f"/units/{address(unit)}/deductions/{deduction}"
