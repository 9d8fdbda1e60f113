"""首页 — what waits for the reader in the office in which he acts."""

from datetime import date, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.answering import answer
from api.asked import Asked, permitted
from api.cases import CaseRowView, case_rows
from api.documents import described
from api.measure_rows import MeasureRow, waiting_measures
from api.names import names_of
from api.negotiation import wants_page
from api.reader import Acting
from api.refusals import NotSignedIn
from api.result_notices import called
from domain.decider import NotPermitted
from domain.values import Code, MemberId, NoticeId, points
from projections import (
    boards,
    cases,
    matters,
    membership,
    notice_board,
    organisation,
    periods,
    probations,
    rules,
    scores,
    sheets,
)
from projections.answers import Answer, AsyncConnection, instead
from projections.waiting import as_of

router = APIRouter(tags=["home"])


class SheetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet in a list."""

    unit: Code
    matter: Code
    item: Code
    title: str
    item_zh: str
    item_en: str
    occurred_on: date
    status: str
    returned: bool
    changed_at: datetime


class NoticeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A notice in a list."""

    unit: Code
    unit_title: str
    notice: NoticeId
    title: str
    item_zh: str
    item_en: str
    status: str
    lines: int
    occurred_on: date
    posted_on: date | None
    ends_on: date | None


class MatterRow(msgspec.Struct, frozen=True, kw_only=True):
    """A matter that was to be held and is not settled."""

    unit: Code
    matter: Code
    title: str
    planned_on: date


class ExemptionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A request to be exempt that the reader's body decides next."""

    member: MemberId
    name: str
    unit: Code
    from_on: date


class OwnPoints(msgspec.Struct, frozen=True, kw_only=True):
    """The reader's own total of the year."""

    year: int
    confirmed: str
    with_pending: str
    provisional: bool


class Home(msgspec.Struct, frozen=True, kw_only=True):
    """What waits."""

    acting: Acting | None
    to_hold: tuple[MatterRow, ...] = ()
    to_fill: tuple[SheetRow, ...] = ()
    to_decide: tuple[SheetRow, ...] = ()
    to_post: tuple[NoticeRow, ...] = ()
    to_answer: tuple[CaseRowView, ...] = ()
    """Proposed against the reader himself: he is told before anybody else sees it."""
    honours_to_decide: tuple[CaseRowView, ...] = ()
    deductions_to_decide: tuple[CaseRowView, ...] = ()
    to_exempt: tuple[ExemptionRow, ...] = ()
    measures: tuple[MeasureRow, ...] = ()
    """What waits to be opened, carried out or closed: by the reader, or by the committee in which he acts."""
    on_probation: bool = False
    """The reader's own probation runs, or waits for a decision."""
    running: tuple[NoticeRow, ...] = ()
    points: OwnPoints | None = None


@router.get("/")
@described(Home)
async def home(asked: Annotated[Asked, permitted("open")]) -> Response:
    """What waits for me."""
    if asked.signed_in is None:
        if wants_page(asked.request):
            return RedirectResponse("/session", 303)
        raise NotSignedIn
    if asked.reader.session.scopes is not None:
        # What waits is made of many operations; a program asks for each of those that its token names.
        raise NotPermitted
    async with asked.house.reads.connection() as connection:
        found = Answer(as_of=await as_of(connection), complete=True, value=Home(acting=asked.acting))
        if asked.acting is not None:
            found = await _waiting(asked, connection, asked.acting, found)
        found = instead(found, await _with_own(asked, connection, found.value))
        own = await scores.points_of(connection, asked.reader.person, asked.today.year)
    return answer(asked, "home.html", instead(found, _with_points(asked, found.value, own)))


async def _waiting(asked: Asked, connection: AsyncConnection, acting: Acting, found: Answer[Home]) -> Answer[Home]:
    unit, value = acting.unit, found.value
    if asked.may("sheet.fill"):
        planned = await matters.to_hold(connection, unit, asked.today)
        drafts = await sheets.sheets_of(connection, unit, "draft")
        value = msgspec.structs.replace(
            value,
            to_hold=tuple(
                MatterRow(unit=m.unit, matter=m.matter, title=m.title, planned_on=m.planned_on) for m in planned.value
            ),
            to_fill=tuple(sheet_row(header) for header in drafts.value.items),
        )
    if asked.may("sheet.decide"):
        waiting = await sheets.sheets_before(connection, unit)
        value = msgspec.structs.replace(value, to_decide=tuple(sheet_row(header) for header in waiting.value))
    if asked.may("notice.post"):
        drafted = await notice_board.notices_to_post(connection, [unit])
        value = msgspec.structs.replace(value, to_post=tuple(notice_row(header) for header in drafted.value.items))
    if asked.may("honour.decide"):
        value = await _with_cases(asked, connection, unit, value)
    if asked.may("exemption.decide"):
        value = msgspec.structs.replace(value, to_exempt=await _to_exempt(asked, connection, acting))
    running = await boards.hanging_for(connection, asked.reader.person, sorted(_belonging(asked)))
    rows = tuple(notice_row(header) for header in running.value)
    return instead(running, msgspec.structs.replace(value, running=rows))


async def _with_own(asked: Asked, connection: AsyncConnection, value: Home) -> Home:
    """What the reader is told, as a person, whatever office he acts in."""
    against = await cases.cases_of_member(connection, asked.reader.person, cases.DEDUCTIONS)
    rows = await case_rows(asked, connection, (header for header in against.value if header.open))
    own = (await probations.case_of(connection, asked.reader.person)).value
    return msgspec.structs.replace(
        value,
        to_answer=rows,
        measures=await waiting_measures(asked, connection),
        on_probation=own is not None and own.case.ended_on is None,
    )


async def _with_cases(asked: Asked, connection: AsyncConnection, unit: Code, value: Home) -> Home:
    waiting = await cases.cases_before(connection, unit, asked.now)
    rows = await case_rows(asked, connection, waiting.value)
    return msgspec.structs.replace(
        value,
        honours_to_decide=tuple(row for row in rows if row.kind == "honour"),
        deductions_to_decide=tuple(row for row in rows if row.kind != "honour"),
    )


async def _to_exempt(asked: Asked, connection: AsyncConnection, acting: Acting) -> tuple[ExemptionRow, ...]:
    """Requests whose turn is that of the body in which the reader sits; never his own."""
    waiting = (await membership.exemptions_asked_for(connection, acting.unit)).value
    here = (await organisation.unit(connection, acting.unit)).value
    published = None if here is None else await rules.scheme_on(connection, here.scheme, asked.today)
    if not waiting or published is None:
        return ()
    path = next((one.decided_by for one in published.scheme.profiles if one.decided_by), ())
    mine = [one for one in waiting if one.steps < len(path) and _sits(acting, path[one.steps], one.unit)]
    mine = [one for one in mine if one.member != asked.reader.person]
    names = await names_of(asked, connection, [one.member for one in mine])
    return tuple(
        ExemptionRow(member=one.member, name=names(one.member), unit=one.unit, from_on=one.from_on) for one in mine
    )


def _sits(acting: Acting, body: str, unit: Code) -> bool:
    if body == "leading_group" or acting.role == "leading_group":
        return body == acting.role
    return (acting.unit == unit) == body.startswith("branch_")


def _belonging(asked: Asked) -> set[Code]:
    return {office.unit for office in asked.reader.offices if office.role == "member"}


def _with_points(asked: Asked, value: Home, own: Answer[tuple[periods.PeriodScore, ...]]) -> Home:
    current = periods.running(own.value, asked.today)
    year = next((period for period in own.value if period.period == current), None)
    if year is None:
        return value
    total = OwnPoints(
        year=year.year,
        confirmed=points(year.ledger),
        with_pending=points(year.pending_ledger),
        provisional=year.provisional(asked.today),
    )
    return msgspec.structs.replace(value, points=total)


def sheet_row(header: sheets.SheetHeader) -> SheetRow:
    """A sheet's header as a row."""
    returned = header.returned is not None and (header.submitted is None or header.returned > header.submitted)
    return SheetRow(
        unit=header.unit,
        matter=header.matter,
        item=header.item,
        title=header.title,
        item_zh=header.item_zh,
        item_en=header.item_en,
        occurred_on=header.occurred_on,
        status=header.status,
        returned=returned,
        changed_at=header.changed_at,
    )


def notice_row(header: notice_board.NoticeHeader) -> NoticeRow:
    """A notice's header as a row."""
    title, item_zh, item_en = called(header)
    return NoticeRow(
        unit=header.unit,
        unit_title=header.unit_title,
        notice=header.notice,
        title=title,
        item_zh=item_zh,
        item_en=item_en,
        status=header.status,
        lines=header.lines,
        occurred_on=header.occurred_on,
        posted_on=header.posted_on,
        ends_on=header.ends_on,
    )
