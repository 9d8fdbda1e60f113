"""看板 — what an organisation owes, and in numbers everything below it: each number leads to its list.

There is no order of merit here: nothing of anybody's points is counted, and rows stand in the order of the tree until
a reader asks for the order of one column.
"""

from datetime import date
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from fastapi import APIRouter, Query, Response

from api.answering import answer
from api.asked import Asked, permitted
from api.documents import described
from api.names import opened
from api.objection_rows import Urgency, urgency
from api.pages import address
from api.refusals import NotFound
from api.routes.matters import Since
from domain.values import Code, MemberId
from projections import dashboard
from projections.answers import Answer, instead
from projections.dashboard import GROUP_OF, GROUPS, Group, Kind, Sum

router = APIRouter(tags=["dashboards"])

Column: TypeAlias = (
    Group | Literal["overdue", "idle", "parked"]  # the numbers of the table, in its order
)
COLUMNS: Final[tuple[Column, ...]] = (*GROUPS, "overdue", "idle", "parked")

LISTS: Final[dict[Group, str]] = {
    "missing": "sheet.read",
    "undecided": "sheet.read",
    "honours": "honour.read",
    "deductions": "deduction.read",
    "notices": "notice.read",
    "objections": "objection.read",
    "appeals": "objection.read",
}
"""Who may see the things behind a number; everybody who sees the board sees the number."""
_TERMS: Final[frozenset[Kind]] = frozenset(
    {"claim", "telling", "statement", "posted", "objection", "appeal-term", "appeal"}
)

SortBy = Annotated[Column | None, Query(alias="sort", description="The column to order by, most first.")]


class ThingView(msgspec.Struct, frozen=True, kw_only=True):
    """One open thing and where it is found."""

    kind: Kind
    due_on: date | None
    term: bool
    """Whether that day ends a term; else it is the day of the matter."""
    urgency: Urgency
    title: str
    item_zh: str
    item_en: str
    to: str


class RecorderView(msgspec.Struct, frozen=True, kw_only=True):
    """One person who acts as recorder."""

    name: str
    role: str


class ParkedView(msgspec.Struct, frozen=True, kw_only=True):
    """One person for whom facts are missing."""

    member: MemberId
    name: str
    code: str
    since: date


class DashboardView(msgspec.Struct, frozen=True, kw_only=True):
    """One organisation's board."""

    unit: Code
    title: str
    kind: str
    members: int
    planned: int
    held: int
    not_held: int
    last_on: date | None
    idle: bool
    without_recorder: bool
    own: Sum
    """The numbers of the organisation by itself."""
    things: dict[Group, tuple[ThingView, ...]]
    """What stands behind them, for whoever may read those lists."""
    recorders: tuple[RecorderView, ...]
    parked: tuple[ParkedView, ...]
    whole: Sum
    """The numbers of the organisation with everything below it."""
    below: tuple[Sum, ...]
    sort: str | None


@router.get("/units/{unit:code}/dashboard")
@described(DashboardView)
async def board(
    unit: str, asked: Annotated[Asked, permitted("dashboard.read")], sort: SortBy = None, since: Since = None
) -> Response:
    """What an organisation owes: running terms, missing sheets, idle recorders, parked members."""
    async with asked.ready(since) as connection:
        found = await dashboard.dashboard(connection, unit, asked.today, asked.now)
    if found.value is None or not found.value.units:
        raise NotFound
    view = await _view(asked, found.value, sort)
    # What may be decided by now changes with the hour, and without a further entry.
    return answer(asked, "dashboard.html", instead(found, view), fresh=view.things, columns=COLUMNS)


async def rows_of(asked: Asked, found: Answer[dashboard.Dashboard | None], sort: Column | None) -> tuple[Sum, ...]:
    """The table's rows: the organisation itself, then what lies directly below it."""
    if found.value is None or not found.value.units:
        raise NotFound
    first = found.value.units[0]
    return (dashboard.total(first, [first]), *ordered(dashboard.summed(found.value), sort))


def ordered(rows: tuple[Sum, ...], column: Column | None) -> tuple[Sum, ...]:
    """In the order of the tree, or by one column, most first."""
    return rows if column is None else tuple(sorted(rows, key=lambda row: -figure(row, column)))


def figure(row: Sum, column: Column) -> int:
    """One number of a row."""
    match column:
        case "overdue":
            return row.overdue
        case "idle":
            return row.idle
        case "parked":
            return row.parked
        case _:
            return row.counts[column]


async def _view(asked: Asked, found: dashboard.Dashboard, sort: Column | None) -> DashboardView:
    first = found.units[0]
    parked = found.parked if asked.reads("membership.read") else ()
    people = [(one.member, one.name) for one in found.recorders]
    names = await opened(asked, [*people, *((one.member, one.name) for one in parked)])
    own = dashboard.total(first, [first])
    return DashboardView(
        unit=first.unit,
        title=first.title,
        kind=first.kind,
        members=first.members,
        planned=first.planned,
        held=first.held,
        not_held=first.not_held,
        last_on=first.last_on,
        idle=first.idle,
        without_recorder=own.without_recorder > 0,
        own=own,
        things={group: _things(asked, found, group) for group in GROUPS if asked.reads(LISTS[group])},
        recorders=tuple(RecorderView(name=names(one.member), role=one.role) for one in found.recorders),
        parked=tuple(
            ParkedView(member=one.member, name=names(one.member), code=one.code, since=one.since.date())
            for one in parked
        ),
        whole=dashboard.total(first, found.units),
        below=ordered(dashboard.summed(found), sort),
        sort=sort,
    )


def _things(asked: Asked, found: dashboard.Dashboard, group: Group) -> tuple[ThingView, ...]:
    unit = found.units[0].unit
    return tuple(_thing(asked, unit, one) for one in found.open if GROUP_OF[one.kind] == group)


def _thing(asked: Asked, unit: Code, one: dashboard.Open) -> ThingView:
    term = one.kind in _TERMS
    return ThingView(
        kind=one.kind,
        due_on=one.due_on,
        term=term,
        urgency="overdue" if one.overdue else urgency(one.due_on, asked.today) if term else "calm",
        title=one.title,
        item_zh=one.item_zh or "",
        item_en=one.item_en or "",
        to=_place(f"/units/{address(unit)}", one),
    )


def _place(here: str, one: dashboard.Open) -> str:
    if one.objection is not None:
        return f"{here}/objections/{one.objection}"
    if one.notice is not None:
        return f"{here}/notices/{one.notice}"
    if one.case is not None:
        return f"{here}/{'honours' if one.kind == 'claim' else 'deductions'}/{one.case}"
    sheet = "" if one.item is None else f"/sheets/{address(one.item)}"
    return f"{here}/matters/{address(one.matter or '')}{sheet}"
