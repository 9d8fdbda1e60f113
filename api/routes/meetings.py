"""支委会 — everything that waits for one meeting of a committee: sheets, claims, proposals; differences only."""

from collections.abc import Collection, Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Response

from api.answering import answer
from api.asked import Asked, permitted
from api.cases import CaseRowView, case_row, decidable, scheme_of, voters_of
from api.documents import described
from api.names import Names, names_of
from api.routes.home import SheetRow, sheet_row
from api.routes.matters import Since
from api.seats import Seats, seats_of
from domain.values import Code, MemberId, points
from projections import cases, rules, sheets
from projections.answers import AsyncConnection, instead

router = APIRouter(tags=["meetings"])


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A line that says something else than most of its sheet."""

    name: str
    outcome: str
    quantity: str


class SheetToDecide(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet before the meeting."""

    row: SheetRow
    lines: int
    ordinary: str | None
    differences: tuple[Difference, ...]
    recused: tuple[str, ...]
    """Who entered it: he votes on none of its lines."""
    subjects: tuple[str, ...]
    """Who of the committee is its subject: he does not vote on his own line."""


class CaseToDecide(msgspec.Struct, frozen=True, kw_only=True):
    """A claim or a proposal before the meeting."""

    row: CaseRowView
    statements: int
    voters: tuple[str, ...]
    recused: tuple[str, ...]


class Meeting(msgspec.Struct, frozen=True, kw_only=True):
    """All that waits for one meeting."""

    unit: Code
    committee: tuple[str, ...]
    """Who decides its sheets: the committee, or everybody with a vote where the branch's meeting does."""
    sheets: tuple[SheetToDecide, ...]
    honours: tuple[CaseToDecide, ...]
    deductions: tuple[CaseToDecide, ...]


@router.get("/units/{unit:code}/meeting")
@described(Meeting)
async def meeting(unit: str, asked: Annotated[Asked, permitted("sheet.decide")], since: Since = None) -> Response:
    """All that waits for the next meeting of an organisation's committee, on one page."""
    async with asked.ready(since) as connection:
        found = await cases.cases_before(connection, unit, asked.now)
        committee = await _committee(asked, connection)
        waiting = [await cases.case(connection, one.case, [one.kind]) for one in found.value if decidable(asked, one)]
        open_cases = [one.value for one in waiting if one.value is not None]
        before = await sheets.sheets_before(connection, unit)
        papers = [await sheets.sheet(connection, one.unit, one.matter, one.item) for one in before.value]
        open_sheets = [one.value for one in papers if one.value is not None]
        voters = [await _voters(asked, connection, one) for one in open_cases]
        mentioned = [*committee, *(one for each in voters for one in each)]
        names = await _names(asked, connection, mentioned, open_cases, open_sheets)
    rows = [(one.header.kind, _case(one, who, names)) for one, who in zip(open_cases, voters, strict=True)]
    value = Meeting(
        unit=unit,
        committee=names.of(committee),
        sheets=tuple(_sheet(sheet, committee, names) for sheet in open_sheets),
        honours=tuple(row for kind, row in rows if kind == "honour"),
        deductions=tuple(row for kind, row in rows if kind != "honour"),
    )
    return answer(asked, "meeting.html", instead(found, value), fresh=len(open_cases), unit=asked.unit)


async def _committee(asked: Asked, connection: AsyncConnection) -> Seats:
    """Who decides the sheets: a committee, or everybody with a vote where the branch's own meeting does."""
    assert asked.unit is not None
    body = "branch_meeting" if asked.unit.approval_body == "branch_meeting" else "parent_committee"
    published = await rules.scheme_on(connection, asked.unit.scheme, asked.today)
    return {} if published is None else await seats_of(connection, published.scheme, body, asked.unit.unit, asked.today)


async def _voters(asked: Asked, connection: AsyncConnection, case: cases.Case) -> Seats:
    return await voters_of(connection, asked.today, case, await scheme_of(connection, case.header))


async def _names(
    asked: Asked,
    connection: AsyncConnection,
    mentioned: Sequence[MemberId],
    open_cases: list[cases.Case],
    open_sheets: list[sheets.Sheet],
) -> Names:
    people: list[MemberId | None] = [*mentioned, *(one.header.member for one in open_cases)]
    for one in open_cases:
        people += one.entered_by
    for sheet in open_sheets:
        people += [line.member for line in sheet.exceptions]
        people += [line.entered_by for line in sheet.lines]
    unit = None if asked.unit is None else asked.unit.unit
    return await names_of(asked, connection, people, unit=unit)


def _sheet(sheet: sheets.Sheet, committee: Seats, names: Names) -> SheetToDecide:
    entered = {line.entered_by for line in sheet.lines} | {sheet.header.submitted_by}
    subjects = {line.member for line in sheet.lines if line.record is None}
    return SheetToDecide(
        row=sheet_row(sheet.header),
        lines=len(sheet.lines),
        ordinary=sheet.ordinary,
        differences=tuple(
            Difference(name=names(line.member), outcome=line.outcome, quantity=points(line.quantity))
            for line in sheet.exceptions
        ),
        recused=names.of(_without(committee, entered)),
        subjects=names.of(one for one in _without(committee, subjects) if one not in _without(committee, entered)),
    )


def _without(committee: Seats, concerned: Collection[MemberId | None]) -> list[MemberId]:
    """Who of the committee is concerned, or sits in the place of somebody who is."""
    return [one for one, holder in committee.items() if one in concerned or holder in concerned]


def _case(case: cases.Case, committee: Seats, names: Names) -> CaseToDecide:
    without = _without(committee, case.concerned)
    return CaseToDecide(
        row=case_row(case.header, names),
        statements=len(case.statements),
        voters=names.of(one for one in committee if one not in without),
        recused=names.of(without),
    )
