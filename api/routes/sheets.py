"""记分表 — filled by exception by the recorder, decided by the committee: approved with a minute, or returned."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Query, Response

from api.answering import answer, granted, unchanged
from api.asked import Asked, permitted
from api.choices import NamedChoice, named
from api.documents import described
from api.entry_terms import entry_term
from api.names import Names, names_of
from api.refusals import NotFound
from api.routes.home import SheetRow, sheet_row
from api.routes.matters import Before, Since
from api.seats import Seats, seats_of
from api.sheet_places import sheet_place
from api.wishes import ApproveWish, FillWish, Nothing, ReturnWish
from domain.recording.approval import ApproveSheet, ReturnSheet
from domain.recording.filling import OUTCOMES, FillSheet, SubmitSheet
from domain.rules.items import ResponsibilityItem
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Quantity, RecordId, Sha256, points
from projections import membership, organisation, rules, sheets
from projections.answers import Answer, AsyncConnection, Page, instead
from projections.local_items import scheme_here
from projections.matters import Evidence

router = APIRouter(tags=["sheets"])

Status = Annotated[Literal["draft", "submitted", "approved"] | None, Query()]
_ONE: Final = 100


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody, by pseudonym and name."""

    member: MemberId
    name: str


class LineView(msgspec.Struct, frozen=True, kw_only=True):
    """What the sheet says of one person; nothing yet where the outcome is missing."""

    member: MemberId
    name: str
    outcome: str | None
    quantity: Quantity
    hours: Quantity | None
    level: Code | None
    condition: Code | None
    exception: bool
    """It says something else than most lines."""
    on_leave: bool
    """He was on leave that day: excused, unless the recorder says otherwise."""
    referred_to: Code | None
    record: RecordId | None


class ApprovalView(msgspec.Struct, frozen=True, kw_only=True):
    """One body's decision."""

    decision: int
    body: Code
    minute: str
    minute_sha256: Sha256
    entitled: int
    present: int
    in_favour: int
    recused: tuple[str, ...]
    approved: int
    referred: int
    at: datetime
    position: int


class Voter(msgspec.Struct, frozen=True, kw_only=True):
    """One of the deciding body."""

    member: MemberId
    name: str
    recused: bool
    """He entered or submitted the sheet: he does not vote on any line of it."""
    subject: bool
    """A line of the sheet is about him: he does not vote on that line."""


class SheetView(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet with everything on it."""

    unit: Code
    matter: Code
    title: str
    item: Code
    item_zh: str
    item_en: str
    clause: str
    mode: str
    rules: Code
    occurred_on: date
    late: bool
    late_reason_missing: bool
    """It was opened in time, but whoever changes a line today says why it comes late."""
    entry_closes_on: date | None
    status: str
    returned: bool
    reason: str | None
    """Of the last return, for whoever works on the sheet."""
    outcomes: tuple[str, ...]
    """What may be said of a person."""
    ordinary: str | None
    """What most lines say."""
    minimum_hours: str | None
    levels: tuple[NamedChoice, ...]
    ranges: bool
    """Of one of the levels the points are chosen inside a range, and the choice needs a reason."""
    conditions: tuple[NamedChoice, ...]
    lines: tuple[LineView, ...]
    submitted_by: str | None
    evidence: tuple[Evidence, ...]
    approvals: tuple[ApprovalView, ...]
    body: Code
    """Which organisation's committee decides it next."""
    voters: tuple[Voter, ...]


@router.get("/units/{unit:code}/sheets")
@described(Page[SheetRow])
async def of_unit(
    unit: str,
    asked: Annotated[Asked, permitted("sheet.read")],
    status: Status = None,
    before: Before = None,
    since: Since = None,
) -> Response:
    """The sheets of an organisation, newest first."""
    if (same := unchanged(asked, since)) is not None:
        return same
    async with asked.ready(since) as connection:
        found = await sheets.sheets_of(connection, unit, status, before=before)
    rows = Page(items=tuple(sheet_row(header) for header in found.value.items), before=found.value.before)
    return answer(asked, "sheets.html", instead(found, rows), unit=asked.unit, status=status)


@router.get("/units/{unit:code}/matters/{matter:code}/sheets/{item:code}")
@described(SheetView)
async def one(
    unit: str, matter: str, item: str, asked: Annotated[Asked, permitted("sheet.read")], since: Since = None
) -> Response:
    """One sheet."""
    async with asked.ready(since) as connection:
        found = await sheets.sheet(connection, unit, matter, item)
        if found.value is None:
            raise NotFound
        view = await view_of(asked, connection, found, found.value)
    return answer(asked, "sheet.html", instead(found, view), unit=asked.unit)


@router.post("/units/{unit:code}/matters/{matter:code}/sheets/{item:code}/lines")
@described()
def fill(
    unit: str, matter: str, item: str, asked: Annotated[Asked, permitted("sheet.fill", takes=FillWish)]
) -> Response:
    """Say of everybody one thing, but of some another. Only what changes is written."""
    wish: FillWish = asked.body
    late, why = wish.late_reason, wish.choice_reason
    receipt = asked.execute(
        FillSheet,
        unit=unit,
        matter=matter,
        item=item,
        otherwise=wish.otherwise,
        but=wish.but,
        choice_reason=None if why is None else asked.secret(asked.reader.person, "choice_reason", why),
        late_reason=None if late is None else asked.secret(asked.reader.person, "late_reason", late),
    )
    return granted(asked, receipt, sheet_place(asked, unit, matter, item))


@router.post("/units/{unit:code}/matters/{matter:code}/sheets/{item:code}/submission")
@described()
def submit(
    unit: str, matter: str, item: str, asked: Annotated[Asked, permitted("sheet.fill", takes=Nothing)]
) -> Response:
    """Put the sheet before the committee."""
    receipt = asked.execute(SubmitSheet, unit=unit, matter=matter, item=item)
    return granted(asked, receipt, sheet_place(asked, unit, matter, item))


@router.post("/units/{unit:code}/matters/{matter:code}/sheets/{item:code}/approval")
@described(uploads=True)
def approve(
    unit: str, matter: str, item: str, asked: Annotated[Asked, permitted("sheet.decide", takes=ApproveWish)]
) -> Response:
    """The committee's decision. Who was present and who was not in favour is counted, never stored by name."""
    wish: ApproveWish = asked.body
    receipt = asked.execute(
        ApproveSheet,
        unit=unit,
        matter=matter,
        item=item,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
        present=wish.present,
        not_in_favour=wish.not_in_favour,
    )
    return granted(asked, receipt, sheet_place(asked, unit, matter, item))


@router.post("/units/{unit:code}/matters/{matter:code}/sheets/{item:code}/return")
@described()
def give_back(
    unit: str, matter: str, item: str, asked: Annotated[Asked, permitted("sheet.decide", takes=ReturnWish)]
) -> Response:
    """Give the sheet back with a reason."""
    reason = asked.secret(asked.reader.person, "reason", asked.body.reason)
    receipt = asked.execute(ReturnSheet, unit=unit, matter=matter, item=item, reason=reason)
    return granted(asked, receipt, sheet_place(asked, unit, matter, item))


async def view_of(
    asked: Asked, connection: AsyncConnection, found: Answer[sheets.Sheet | None], sheet: sheets.Sheet
) -> SheetView:
    """One sheet as it is shown, to whoever may see it."""
    assert asked.unit is not None
    header = sheet.header
    roster = await organisation.members_of(connection, header.unit, header.occurred_on)
    body = header.referred_to or asked.unit.first_body
    scheme = await _scheme(connection, header)
    voters = await _body(asked, connection, body, scheme)
    away = (await membership.away_from(connection, header.unit, header.occurred_on)).value
    people = [one.member for one in roster.value] + list(voters)
    people += [line.member for line in sheet.lines] + [line.entered_by for line in sheet.lines]
    people += [person for approval in sheet.approvals for person in approval.recused]
    mentioned = [*people, header.submitted_by]
    names = await names_of(asked, connection, mentioned, unit=header.unit, day=header.occurred_on)
    years = (await rules.calendars(connection)).value
    entry = entry_term(scheme, header.occurred_on, asked.today, years)
    item = scheme.item(header.item)
    assert isinstance(item, ResponsibilityItem)
    returned = sheet_row(header).returned
    return SheetView(
        unit=header.unit,
        matter=header.matter,
        title=header.title,
        item=header.item,
        item_zh=header.item_zh,
        item_en=header.item_en,
        clause=header.clause,
        mode=item.mode,
        rules=header.rules,
        occurred_on=header.occurred_on,
        late=header.late,
        late_reason_missing=header.status == "draft" and not header.late and entry.late,
        entry_closes_on=entry.closes_on,
        status=header.status,
        returned=returned,
        reason=await _reason(asked, header) if returned else None,
        outcomes=OUTCOMES[item.mode],
        ordinary=sheet.ordinary,
        minimum_hours=item.minimum_hours,
        levels=tuple(named(item, level) for level in item.levels),
        ranges=any(level.up_to is not None for level in item.levels),
        conditions=tuple(named(item, one) for one in item.conditions),
        lines=_lines(sheet, [one.member for one in roster.value], away, names),
        submitted_by=None if header.submitted_by is None else names(header.submitted_by),
        evidence=sheet.evidence,
        approvals=tuple(_approval(approval, names) for approval in sheet.approvals),
        body=body,
        voters=_voters(sheet, voters, names),
    )


async def _body(asked: Asked, connection: AsyncConnection, body: Code, scheme: Scheme) -> Seats:
    """Who votes: the committee, each with whom he stands for; or everybody with a vote, where a meeting decides."""
    unit = asked.unit
    assert unit is not None
    meets = body == unit.unit and unit.approval_body == "branch_meeting"
    return await seats_of(connection, scheme, "branch_meeting" if meets else "parent_committee", body, asked.today)


async def _scheme(connection: AsyncConnection, header: sheets.SheetHeader) -> Scheme:
    published = await scheme_here(connection, header.unit, header.occurred_on)
    assert published is not None, f"a sheet was opened under {header.rules}, which is not there"
    return published.scheme


async def _reason(asked: Asked, header: sheets.SheetHeader) -> str | None:
    """Why it was returned; gone once its author's key is."""
    if header.reason is None:
        return None
    return (await asked.house.vault.values((header.reason,))).get(header.reason, asked.words("text.gone"))


def _lines(
    sheet: sheets.Sheet, roster: Sequence[MemberId], away: Sequence[membership.Absence], names: Names
) -> tuple[LineView, ...]:
    """Everybody on the roster but the exempt, said of or not, and whoever left it since."""
    said = {line.member: line for line in sheet.lines}
    exceptions = {line.member for line in sheet.exceptions}
    exempt = {one.member for one in away if one.exempt}
    on_leave = {one.member for one in away if not one.exempt}
    everybody = dict.fromkeys([*(member for member in roster if member not in exempt), *said])
    return tuple(
        _line(member, said.get(member), member in exceptions, names, on_leave=member in on_leave)
        for member in everybody
    )


def _line(
    member: MemberId, line: sheets.SheetLine | None, exception: bool, names: Names, *, on_leave: bool
) -> LineView:
    return LineView(
        member=member,
        name=names(member),
        outcome=None if line is None else line.outcome,
        quantity=points(_ONE if line is None else line.quantity),
        hours=None if line is None or line.hours is None else points(line.hours),
        level=None if line is None else line.level,
        condition=None if line is None else line.condition,
        exception=exception,
        on_leave=on_leave,
        referred_to=None if line is None else line.referred_to,
        record=None if line is None else line.record,
    )


def _approval(approval: sheets.Approval, names: Names) -> ApprovalView:
    return ApprovalView(
        decision=approval.decision,
        body=approval.body,
        minute=approval.minute,
        minute_sha256=approval.minute_sha256,
        entitled=approval.entitled,
        present=approval.present,
        in_favour=approval.in_favour,
        recused=names.of(approval.recused),
        approved=approval.approved,
        referred=approval.referred,
        at=approval.at,
        position=approval.position,
    )


def _voters(sheet: sheets.Sheet, voters: Seats, names: Names) -> tuple[Voter, ...]:
    """Whoever stands in for somebody is recused where the other one would be."""
    entered = {line.entered_by for line in sheet.lines} | {sheet.header.submitted_by}
    subjects = {line.member for line in sheet.lines if line.record is None}
    return tuple(
        Voter(
            member=one, name=names(one), recused=bool({one, holder} & entered), subject=bool({one, holder} & subjects)
        )
        for one, holder in voters.items()
    )
