"""部门记分表 — the sheets of the items that a department keeps, for its officer: open one, fill it, submit it."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Response

from api.answering import answer
from api.asked import Asked, permitted
from api.documents import described
from api.entry_terms import EntryTerm, entry_term
from api.refusals import NotFound
from api.routes.departments import kept_by
from api.routes.matters import Since
from api.routes.sheets import SheetView, view_of
from domain.rules.scheme import Scheme
from domain.rules.working_days import Calendars
from domain.values import Code
from projections import reserved, rules, sheets
from projections.answers import AsyncConnection, instead
from projections.local_items import scheme_here
from projections.rules import Published

router = APIRouter(tags=["sheets"])


class ReservedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A matter that was held, under an item of the department."""

    matter: Code
    title: str
    occurred_on: date
    item: Code
    item_zh: str
    item_en: str
    status: str | None
    """None where no sheet is open yet."""
    returned: bool
    entry: EntryTerm | None
    """Until when its sheet is opened in time, and whether today it says why it comes late, as the rules of its day say;
    None where none were in force."""


class ReservedSheets(msgspec.Struct, frozen=True, kw_only=True):
    """What the department's officer has to record for one organisation."""

    unit: Code
    title: str
    department: Code
    rows: tuple[ReservedRow, ...]


@router.get("/units/{unit:code}/reserved/sheets")
@described(ReservedSheets)
async def every(unit: str, asked: Annotated[Asked, permitted("department.submit")], since: Since = None) -> Response:
    """The matters that count under the department's items, with their sheets."""
    assert asked.unit is not None
    assert asked.acting is not None, "the permission table grants it to an office"
    async with asked.ready(since) as connection:
        scheme = await _kept(asked, connection, unit)
        items = [(one.code, one.matter) for one in scheme.responsibility if one.mode != "presumed"]
        known = await rules.versions(connection, asked.unit.scheme)
        years = (await rules.calendars(connection)).value
        found = await reserved.reserved_sheets(connection, unit, items)
    rows = tuple(_row(scheme, one, _entry(asked, known, one.occurred_on, years)) for one in found.value)
    view = ReservedSheets(unit=unit, title=asked.unit.title, department=asked.acting.unit, rows=rows)
    return answer(asked, "reserved_sheets.html", instead(found, view))


@router.get("/units/{unit:code}/reserved/sheets/{matter:code}/{item:code}")
@described(SheetView)
async def one(
    unit: str, matter: str, item: str, asked: Annotated[Asked, permitted("department.submit")], since: Since = None
) -> Response:
    """One sheet of the department."""
    async with asked.ready(since) as connection:
        scheme = await _kept(asked, connection, unit)
        found = await sheets.sheet(connection, unit, matter, item)
        if found.value is None or all(one.code != item for one in scheme.responsibility):
            raise NotFound
        view = await view_of(asked, connection, found, found.value)
    return answer(asked, "sheet.html", instead(found, view), unit=asked.unit)


async def _kept(asked: Asked, connection: AsyncConnection, unit: Code) -> Scheme:
    assert asked.acting is not None, "the permission table grants it to an office"
    published = await scheme_here(connection, unit, asked.today)
    if published is None:
        raise NotFound
    return kept_by(published.scheme, asked.acting.unit)


def _entry(asked: Asked, known: Sequence[Published], held: date, years: Calendars) -> EntryTerm | None:
    then = rules.in_force(known, held)
    return None if then is None else entry_term(then.scheme, held, asked.today, years)


def _row(scheme: Scheme, found: reserved.ReservedSheet, entry: EntryTerm | None) -> ReservedRow:
    item = scheme.item(found.item)
    assert item is not None, "it was asked for"
    return ReservedRow(
        matter=found.matter,
        title=found.title,
        occurred_on=found.occurred_on,
        item=found.item,
        item_zh=item.zh,
        item_en=item.en,
        status=found.status,
        returned=bool(found.returned),
        entry=entry,
    )
