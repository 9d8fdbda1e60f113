"""记分工作簿 — a month as one Excel workbook: the template down, the filled one up, all of it or nothing."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal

import msgspec
from anyio import from_thread, to_thread
from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from api.answering import since
from api.asked import Asked, permitted
from api.bodies import texts, uploads
from api.documents import described
from api.negotiation import wants_page
from api.pages import address, show
from api.purpose import look_at
from api.refusals import NotFound, WorkbookFindings
from api.wishes import Wish, sha256_of
from api.workbook import carrying
from api.workbook.directory import Directory, Person
from api.workbook.importing import Dry, Summary, plan_import
from api.workbook.mark import mark
from api.workbook.template import Colleague, template
from domain.values import Code, CommandId, Sha256
from projections import organisation
from projections.answers import AsyncConnection
from projections.local_items import scheme_here

router = APIRouter(tags=["workbooks"])

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COMMITTED: Final = "SELECT command FROM ledger.commands WHERE command = ANY(%(commands)s)"


class WorkbookWish(Wish, frozen=True, kw_only=True):
    """A filled workbook; ``check`` says what it would come to, ``record`` records it if nothing is wrong."""

    filename: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    content: bytes
    """Base64 in JSON."""
    mode: Literal["check", "record"] = "check"
    documents: dict[str, Sha256] = msgspec.field(default_factory=dict[str, Sha256])
    """Digests of the documents that the workbook names, by file name; a form sends the files, which are not kept."""

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The chosen workbook, and the documents beside it."""
        chosen = uploads(form, "file")
        found: dict[str, Any] = {
            "documents": {one.filename: await sha256_of(one) for one in uploads(form, "documents") if one.filename}
        }
        if mode := texts(form, "mode"):
            found["mode"] = mode[-1]
        if chosen:
            found["filename"] = (chosen[0].filename or "workbook.xlsx")[-200:]
            found["content"] = base64.b64encode(await chosen[0].read()).decode()
        return found


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a workbook in which nothing is wrong."""

    recorded: bool
    summary: Summary
    sha256: Sha256
    position: int
    """Of the last entry that it yielded; 0 if none did."""


@router.get("/units/{unit:code}/workbook")
@described(media_type=XLSX)
async def blank(
    unit: str,
    asked: Annotated[Asked, permitted("sheet.fill")],
    month: Annotated[str | None, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")] = None,
) -> Response:
    """The template of a month: roster, drop-downs from the rule set, one page of advice."""
    assert asked.unit is not None
    first = asked.today.replace(day=1) if month is None else date.fromisoformat(f"{month}-01")
    async with asked.ready() as connection:
        published = await scheme_here(connection, asked.unit.unit, first)
        people = await people_of(asked, connection, unit)
    await look_at(asked, (one.member for one in people.values()), "roster")
    if published is None:
        raise NotFound
    roster = [Colleague(number, person.name) for number, person in people.items()]
    title, scheme = asked.unit.title, published.scheme
    made = await to_thread.run_sync(lambda: template(unit_title=title, month=first, roster=roster, scheme=scheme))
    name = f"{address(unit)}-{first:%Y-%m}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(made, media_type=XLSX, headers=headers)


@router.get("/units/{unit:code}/workbook/upload", include_in_schema=False)
async def form(unit: str, asked: Annotated[Asked, permitted("sheet.fill")]) -> Response:
    """The page on which a workbook is chosen."""
    return show(asked.request, "workbook.html", {"unit": asked.unit, "kind": None, "dry": None, "marked": None})


@router.post("/units/{unit:code}/workbook")
@described(Outcome, bare=True, uploads=True)
async def carry_in(unit: str, asked: Annotated[Asked, permitted("sheet.fill", takes=WorkbookWish)]) -> Response:
    """Check a workbook, or record it: all of it or nothing. The same file again records nothing twice."""
    wish: WorkbookWish = asked.body
    async with asked.ready() as connection:
        people = await people_of(asked, connection, unit)
    dry = await to_thread.run_sync(_planned, asked, wish, people)
    if dry.findings:
        return await _refused(asked, dry)
    position = 0
    if wish.mode == "record":
        position = await to_thread.run_sync(_carried_in, asked, dry)
        if asked.sent is not None and asked.sent.by_form:
            return RedirectResponse(since(f"/units/{address(unit)}/sheets?status=draft", position), 303)
    if wants_page(asked.request):
        return show(asked.request, "workbook.html", {"unit": asked.unit, "kind": None, "dry": dry, "marked": None})
    value = Outcome(recorded=wish.mode == "record", summary=dry.summary, sha256=dry.sha256, position=position)
    return Response(msgspec.json.encode(value), media_type="application/json", headers={"Cache-Control": "no-store"})


async def _refused(asked: Asked, dry: Dry) -> Response:
    """What is wrong, cell by cell; a browser gets the marked copy with it."""
    if not wants_page(asked.request):
        raise WorkbookFindings(findings=dry.findings)
    marked = await to_thread.run_sync(mark, dry.book, dry.findings)
    copy = base64.b64encode(marked).decode()
    return show(
        asked.request, "workbook.html", {"unit": asked.unit, "kind": None, "dry": dry, "marked": copy}, status=422
    )


def _planned(asked: Asked, wish: WorkbookWish, people: Mapping[str, Person]) -> Dry:
    return plan_import(
        wish.content,
        filename=wish.filename,
        directory=Directory(people=people, documents=wish.documents),
        actor=asked.reader.actor,
        at=asked.now,
        salt=lambda: secrets.token_urlsafe(16),
        load=asked.house.ledger.load,
        known=lambda commands: from_thread.run(committed, asked, commands),
        load_many=asked.house.ledger.load_many,
    )


def _carried_in(asked: Asked, dry: Dry) -> int:
    return carrying.carry_in(asked.house.ledger, dry.commands)


async def committed(asked: Asked, commands: Sequence[CommandId]) -> set[CommandId]:
    """Which commands are committed; asked of the primary, which alone is never behind."""
    async with asked.house.access.connection() as connection:
        rows = await (await connection.execute(_COMMITTED, {"commands": list(commands)})).fetchall()
    return {row[0] for row in rows}


async def people_of(asked: Asked, connection: AsyncConnection, unit: Code) -> dict[str, Person]:
    """Everybody on the roster by work number, in its order."""
    members = (await organisation.members_of(connection, unit, asked.today)).value
    values = await asked.house.vault.values([one.work_number for one in members] + [one.name for one in members])
    return {
        values[one.work_number]: Person(member=one.member, name=values[one.name])
        for one in members
        if one.work_number in values and one.name in values
    }
