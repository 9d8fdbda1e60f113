"""名单工作簿 — people, traits, offices, merits, past years as one Excel workbook each: all of it or nothing."""

import base64
import secrets
from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID, uuid4

import msgspec
from anyio import from_thread, to_thread
from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from api.answering import since
from api.asked import Asked, permitted
from api.documents import described
from api.negotiation import wants_page
from api.pages import address, show
from api.purpose import look_at
from api.refusals import NotFound, WorkbookFindings
from api.routes.workbooks import XLSX, WorkbookWish, committed, people_of
from api.workbook.carrying import carry_in
from api.workbook.directory import Directory, Person
from api.workbook.listing import ListDry, ListSummary, Surroundings, plan_list
from api.workbook.mark import mark
from api.workbook.shelves import SHELVES, from_below, layout_of
from api.workbook.template import Colleague, list_template
from domain.values import Sha256
from projections import organisation
from projections.answers import AsyncConnection
from projections.local_items import scheme_here

router = APIRouter(tags=["workbooks"])

OPERATIONS: Final[Mapping[str, str]] = {
    "members": "member.register",
    "traits": "member.describe",
    "appointments": "role.appoint",
    "honours": "honour.claim",
    "deductions": "deduction.propose",
    "past-rules": "history.import",
    "past-results": "history.import",
    "past-records": "history.import",
}
"""What a row of each list wishes."""
_SHOWN_ON: Final[Mapping[str, str]] = {
    "members": "",
    "traits": "",
    "appointments": "",
    "honours": "/honours",
    "deductions": "/deductions",
    "past-rules": "/past-rules",
    "past-results": "/past-rules",
    "past-records": "/past-rules",
}
"""The page of the organisation on which the result stands."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a list in which nothing is wrong."""

    recorded: bool
    summary: ListSummary
    sha256: Sha256
    position: int
    """Of the last entry that it yielded; 0 if none did."""


def _serve(kind: str, operation: str) -> None:
    """The three routes of one list."""
    place = f"/units/{{unit:code}}/lists/{kind}"

    @router.get(place, name=f"blank_{kind}")
    @described(media_type=XLSX)
    async def blank(unit: str, asked: Annotated[Asked, permitted(operation)]) -> Response:
        """The template: drop-downs from the rule set and the roster, one page of advice."""
        return await hand_out(kind, asked)

    @router.get(f"{place}/upload", name=f"form_{kind}", include_in_schema=False)
    async def form(unit: str, asked: Annotated[Asked, permitted(operation)]) -> Response:
        """The page on which a list is chosen."""
        return upload_page(kind, asked, None, None)

    @router.post(place, name=f"carry_in_{kind}")
    @described(Listed, bare=True, uploads=True)
    async def carry_in(unit: str, asked: Annotated[Asked, permitted(operation, takes=WorkbookWish)]) -> Response:
        """Check a list, or record it: all of it or nothing. The same file again records nothing twice."""
        return await take_in(kind, asked)


for _kind, _operation in OPERATIONS.items():
    _serve(_kind, _operation)


async def hand_out(kind: str, asked: Asked) -> Response:
    """The template of a list, or of a register."""
    assert asked.unit is not None
    unit = asked.unit
    async with asked.ready() as connection:
        published = await scheme_here(connection, unit.unit, asked.today)
        people = await _people(kind, asked, connection)
    await look_at(asked, (one.member for one in people.values()), "roster")
    if published is None:
        raise NotFound
    roster = [Colleague(number, person.name) for number, person in people.items()]
    scheme = published.scheme
    made = await to_thread.run_sync(lambda: list_template(kind, unit_title=unit.title, roster=roster, scheme=scheme))
    name = f"{address(unit.unit)}-{kind.replace('/', '-')}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(made, media_type=XLSX, headers=headers)


async def take_in(kind: str, asked: Asked) -> Response:
    """Check a workbook or record it, as its wish says."""
    wish: WorkbookWish = asked.body
    async with asked.ready() as connection:
        people = await _people(kind, asked, connection)
    dry = await to_thread.run_sync(_planned, kind, asked, wish, people)
    if dry.findings:
        return await _refused(kind, asked, dry)
    position = 0
    if wish.mode == "record":
        position = await to_thread.run_sync(_recorded, asked, dry)
        if asked.sent is not None and asked.sent.by_form:
            assert asked.unit is not None
            return RedirectResponse(since(f"/units/{address(asked.unit.unit)}{_shown_on(kind)}", position), 303)
    if wants_page(asked.request):
        return upload_page(kind, asked, dry, None)
    value = Listed(recorded=wish.mode == "record", summary=dry.summary, sha256=dry.sha256, position=position)
    return Response(msgspec.json.encode(value), media_type="application/json", headers={"Cache-Control": "no-store"})


def _shown_on(kind: str) -> str:
    return f"/{kind.rpartition('/')[0]}" if kind in SHELVES else _SHOWN_ON[kind]


async def _refused(kind: str, asked: Asked, dry: ListDry) -> Response:
    """What is wrong, cell by cell; a browser gets the marked copy with it."""
    if not wants_page(asked.request):
        raise WorkbookFindings(findings=dry.findings)
    marked = await to_thread.run_sync(mark, dry.book, dry.findings)
    return upload_page(kind, asked, dry, base64.b64encode(marked).decode())


def upload_page(kind: str, asked: Asked, dry: ListDry | None, marked: str | None) -> Response:
    """The page on which it is chosen, with what came of it."""
    status = 200 if marked is None else 422
    layout = layout_of(kind)
    shown = {"unit": asked.unit, "kind": kind, "title": (layout.zh, layout.en), "dry": dry, "marked": marked}
    return show(asked.request, "workbook.html", shown, status=status)


def _planned(kind: str, asked: Asked, wish: WorkbookWish, people: Mapping[str, Person]) -> ListDry:
    ledger, drawn = asked.house.ledger, dict[str, UUID]()
    return plan_list(
        kind,
        wish.content,
        filename=wish.filename,
        directory=Directory(people=people, documents=wish.documents),
        place=asked.unit.unit if asked.unit is not None else None,
        actor=asked.reader.actor,
        at=asked.now,
        salt=lambda: secrets.token_urlsafe(16),
        pseudonym=lambda number: drawn.setdefault(number, uuid4()),
        house=Surroundings(
            load=ledger.load,
            known=lambda commands: from_thread.run(committed, asked, commands),
            holder=asked.house.vault.holder,
            load_many=ledger.load_many,
        ),
    )


def _recorded(asked: Asked, dry: ListDry) -> int:
    return carry_in(asked.house.ledger, dry.commands)


async def _people(kind: str, asked: Asked, connection: AsyncConnection) -> dict[str, Person]:
    """Whom the list may name: the organisation's own people, and for some lists also those of the ones below it."""
    assert asked.unit is not None
    places = [asked.unit.unit]
    if from_below(kind):
        places = [one.unit for one in (await organisation.units(connection, asked.unit.unit)).value]
    found: dict[str, Person] = {}
    for place in places:
        found.update(await people_of(asked, connection, place))
    return found
