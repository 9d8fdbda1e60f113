"""重算 — ordered by the leading group, computed by itself, heard, approved, noticed; the old result stays readable."""

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Path, Response
from starlette.concurrency import run_in_threadpool

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.documents import described
from api.exports.files import MEDIA, Format, Row, file_of
from api.exports.taking import file_name, headings, note_taking
from api.names import names_of, subject_name
from api.pages import address
from api.period_views import VoterView
from api.readings import note_lines, note_reading
from api.refusals import NotFound
from api.restatement_views import (
    OwnRestatements,
    RestatedView,
    RestatementList,
    RestatementPage,
    determination_view,
    member_view,
    row_view,
)
from api.restatement_wishes import ApprovalWish, OrderWish
from api.routes.matters import Since
from api.wishes import StatementWish
from domain.assessment.adding import AddRecord
from domain.assessment.agreeing import RightRecord
from domain.assessment.ordering import ApproveRestatement, FileRestatementStatement, OrderRestatement, groups
from domain.assessment.restatement import restatement_id, restatement_notice_id
from domain.organisation.bodies import Seated
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId
from projections import determinations, organisation, progress, restatements, rules
from projections.answers import Answer, AsyncConnection, instead

router = APIRouter(tags=["restatements"])

Year = Annotated[int, Path(ge=2000, le=2100)]
Number = Annotated[int, Path(ge=1, le=10_000)]
YEARS_BACK = 10


@router.get("/units/{unit:code}/restatements")
@described(RestatementList)
async def board(unit: str, asked: Annotated[Asked, permitted("restatement.read")], since: Since = None) -> Response:
    """The restatements of an organisation and of those below; the order form for the leading group."""
    assert asked.unit is not None
    async with asked.ready(since) as connection:
        units = [one.unit for one in (await organisation.units(connection, unit)).value]
        found = await restatements.restatements_of(connection, units)
        versions = await rules.versions(connection, asked.unit.scheme)
        sealed = await _sealed(asked, connection, unit) if asked.may("restatement.order") else ()
        voters = await _voters(asked, connection, unit) if sealed else ()
    value = RestatementList(
        unit=unit,
        items=tuple(row_view(one) for one in found.value),
        versions=tuple(one.version for one in versions),
        voters=voters,
        sealed=sealed,
    )
    return answer(asked, "restatements.html", instead(found, value), unit=asked.unit)


async def _sealed(asked: Asked, connection: AsyncConnection, unit: Code) -> tuple[str, ...]:
    found: list[str] = []
    for year in range(asked.today.year, asked.today.year - YEARS_BACK, -1):
        periods = (await progress.periods_of(connection, [unit], year)).value
        found += [f"{one.year}/{one.period}" for one in periods if one.status == "sealed"]
    return tuple(found)


async def _voters(asked: Asked, connection: AsyncConnection, unit: Code) -> tuple[VoterView, ...]:
    """The nearest leading group; who of them steps back is said when they decide."""
    there: list[Seated] = await run_in_threadpool(asked.house.ledger.ask, lambda past: groups(past, unit, asked.today))
    if not there:
        return ()
    people = sorted(there[0].members, key=str)
    names = await names_of(asked, connection, people, unit=there[0].unit)
    return tuple(VoterView(member=one, name=names(one), recused=False) for one in people)


@router.get("/units/{unit:code}/restatements/{year}/{period:code}/{number}")
@described(RestatementPage)
async def one(
    unit: str,
    year: Year,
    period: str,
    number: Number,
    asked: Annotated[Asked, permitted("restatement.read")],
    since: Since = None,
) -> Response:
    """How one came out: every member whose result differs, every line old and new."""
    async with asked.ready(since) as connection:
        found = await restatements.restatement(connection, restatement_id(unit, year, period, number))
        if found.value is None:
            raise NotFound
        people = await _people(asked, connection, found.value)
        deciding = found.value.status == "computed" and asked.may("restatement.approve")
        voters = await _voters(asked, connection, unit) if deciding else ()
    state = found.value
    page = RestatementPage(
        row=row_view(state),
        document_kind=state.document_kind,
        document=state.document,
        minute=state.minute,
        approved_minute=state.approved_minute,
        notice=restatement_notice_id(state.id) if state.status == "approved" else state.notice,
        members=state.members,
        same=state.same,
        people=people,
        voters=voters,
    )
    return answer(asked, "restatement.html", instead(found, page), unit=asked.unit)


async def _people(
    asked: Asked, connection: AsyncConnection, state: restatements.RestatementState
) -> tuple[RestatedView, ...]:
    """Everybody with a line, for whoever may read everybody's results; that they were read is written down first."""
    if not asked.may("result.read"):
        return ()
    members = (await restatements.restated_members(connection, state.id)).value
    shown = await note_lines(asked, (one.member for one in members), "result")
    members = tuple(one for one in members if one.member in shown)
    names = await names_of(asked, connection, [one.member for one in members], unit=state.unit)
    said = await asked.house.vault.values(tuple(one.statement for one in members if one.statement is not None))
    schemes = await _schemes(asked, connection)
    gone = asked.words("text.gone")
    return tuple(
        member_view(one, names, schemes, None if one.statement is None else said.get(one.statement, gone))
        for one in members
    )


async def _schemes(asked: Asked, connection: AsyncConnection) -> list[Scheme]:
    """Every published version, the latest first: items and grades are called as they were called last."""
    assert asked.unit is not None
    return [one.scheme for one in reversed(await rules.versions(connection, asked.unit.scheme))]


@router.get("/units/{unit:code}/restatements/{year}/{period:code}/{number}/exports/lines.{kind}")
@described(media_type=MEDIA["csv"])
async def lines(
    unit: str,
    year: Year,
    period: str,
    number: Number,
    kind: Format,
    asked: Annotated[Asked, permitted("restatement.read")],
) -> Response:
    """The full difference as a file: member, total and grade old and new, and each line that differs."""
    await note_taking(asked, f"restatement.{kind}")
    async with asked.ready() as connection:
        state = (await restatements.restatement(connection, restatement_id(unit, year, period, number))).value
        if state is None:
            raise NotFound
        people = await _people(asked, connection, state)

    async def rows() -> AsyncIterator[Row]:
        for one in people:
            yield (one.name, "", "", _amount(one.before_total), _amount(one.total), one.before_grade, one.grade, "")
            for line in one.lines:
                mark = asked.words("restatement.unmapped") if line.unmapped else ""
                item = asked.words.either(line.zh, line.en)
                yield (one.name, item, line.span or "", _amount(line.old), _amount(line.new), "", "", mark)

    keys = (
        "export.name",
        "export.item",
        "restatement.span",
        "restatement.old",
        "restatement.new",
        "restatement.old_grade",
        "restatement.new_grade",
        "export.status",
    )
    return file_of(kind, file_name(unit, "restatement"), headings(asked, keys), rows())


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@router.get("/members/{member:uuid}/restatements")
@described(OwnRestatements)
async def of_member(
    member: UUID, asked: Annotated[Asked, permitted("restatement.read")], since: Since = None
) -> Response:
    """A member's determinations, superseded ones included, and what is being restated of them."""
    await note_reading(asked, member, "result")
    # That there is an order is known to more people than what it comes to for one person.
    sees = asked.reads("result.read")
    async with asked.ready(since) as connection:
        found = await determinations.determinations_of(connection, member)
        orders = (await restatements.restatements_concerning(connection, member)).value
        schemes = await _schemes(asked, connection) if sees else []
        waiting = await _waiting(asked, connection, member, orders, schemes) if sees else ()
    value = OwnRestatements(
        member=member,
        name=subject_name(asked),
        determinations=tuple(determination_view(one, schemes) for one in found.value) if sees else (),
        items=tuple(row_view(one) for one in orders),
        waiting=waiting,
    )
    return answer(asked, "restatements_mine.html", instead(found, value), unit=asked.unit)


async def _waiting(
    asked: Asked,
    connection: AsyncConnection,
    member: MemberId,
    orders: tuple[restatements.RestatementState, ...],
    schemes: list[Scheme],
) -> tuple[RestatedView, ...]:
    names = await names_of(asked, connection, [member])
    computed = [one for one in orders if one.status == "computed"]
    found: list[Answer[tuple[restatements.RestatedMember, ...]]] = [
        await restatements.restated_members(connection, one.id, member) for one in computed
    ]
    return tuple(member_view(one, names, schemes, None) for answered in found for one in answered.value)


@router.post("/units/{unit:code}/restatements", status_code=201)
@described(creates=True, uploads=True)
def order(unit: str, asked: Annotated[Asked, permitted("restatement.order", takes=OrderWish)]) -> Response:
    """Order one; who made the rule or the first decision steps back."""
    wish: OrderWish = asked.body
    receipt = asked.execute(
        OrderRestatement,
        unit=unit,
        year=wish.year,
        period=wish.period,
        rules=wish.rules,
        unfavourable=wish.unfavourable,
        corrections=tuple(
            RightRecord(
                member=one.member,
                record=one.record,
                right=one.right,
                occurred_on=one.occurred_on,
                counted_on=one.counted_on,
            )
            for one in wish.corrections
        ),
        additions=tuple(AddRecord(**msgspec.structs.asdict(one)) for one in wish.additions),
        document_kind=wish.document_kind,
        document=wish.document,
        reason=asked.secret(asked.reader.person, "reason", wish.reason),
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        present=wish.present,
        not_in_favour=wish.not_in_favour,
    )
    return granted(asked, receipt, f"/units/{address(unit)}/restatements", created=True)


@router.post("/units/{unit:code}/restatements/{year}/{period:code}/{number}/approval")
@described(uploads=True)
def approve(
    unit: str,
    year: Year,
    period: str,
    number: Number,
    asked: Annotated[Asked, permitted("restatement.approve", takes=ApprovalWish)],
) -> Response:
    """Approve it or drop it; who brought the order steps back."""
    wish: ApprovalWish = asked.body
    receipt = asked.execute(
        ApproveRestatement,
        unit=unit,
        year=year,
        period=period,
        number=number,
        verdict=wish.verdict,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        present=wish.present,
        not_in_favour=wish.not_in_favour,
        reason=None if wish.reason is None else asked.secret(asked.reader.person, "reason", wish.reason),
        spared=wish.spared,
    )
    return granted(asked, receipt, f"/units/{address(unit)}/restatements/{year}/{address(period)}/{number}")


@router.post("/units/{unit:code}/restatements/{year}/{period:code}/{number}/statement")
@described()
def state(
    unit: str,
    year: Year,
    period: str,
    number: Number,
    asked: Annotated[Asked, permitted("restatement.answer", takes=StatementWish)],
) -> Response:
    """What a member says of a result that is worse for him."""
    wish: StatementWish = asked.body
    person = asked.reader.person
    receipt = asked.execute(
        FileRestatementStatement,
        unit=unit,
        year=year,
        period=period,
        number=number,
        statement=None if wish.statement is None else asked.secret(person, "statement", wish.statement),
        final=wish.final,
    )
    return granted(asked, receipt, f"/members/{person}/restatements")
