"""台账 — the registers of an organisation: lists, entries, and what keepers say of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Response

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.documents import described
from api.names import names_of
from api.pages import address
from api.refusals import NotFound
from api.register_wishes import CorrectionWish, EntryWish, PartWish, StepWish, WhyWish, in_order
from api.workbook.shelves import SHELVES
from domain import vocabulary
from domain.register.commands import (
    AdvanceRegister,
    CorrectRegister,
    EnterRegister,
    NameRegisterPart,
    StrikeRegisterPart,
    TakeBackStep,
    WithdrawRegister,
)
from domain.register.kinds import KINDS, Kind, KindUnknown, kind_of, step_of
from domain.register.register import entry_of
from domain.values import Code, MemberId
from projections import organisation, registers
from projections.answers import AsyncConnection, Page, instead

router = APIRouter(tags=["registers"])

Before = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="Cursor: `before` of the last answer.")]
Since = Annotated[int | None, Query(ge=0, le=2**62, description="Position that the answer must have reached.")]
People = Annotated[str | None, Query(max_length=64, description="The organisation whose roster a form offers.")]

SHEETS: Final = ("entries", "steps", "persons")
"""The workbooks that a register may have."""
_FACTS: Final = {term.stored_name: (term.zh, term.en) for term in vocabulary.FACT_TERMS}


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """One register and how much stands in it."""

    register: Code
    zh: str
    en: str
    entries: int


class PartView(msgspec.Struct, frozen=True, kw_only=True):
    """Who or what belongs to an entry."""

    part: Code
    zh: str
    en: str
    member: MemberId | None
    name: str | None
    of_register: Code | None
    of_unit: Code | None
    of_entry: Code | None
    of_title: str | None
    position: int


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One fact about an entry; the reason for whoever keeps it."""

    type: str
    zh: str
    en: str
    at: datetime
    reason: str | None
    position: int


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One entry with its steps, its parts, its history; what somebody said for whoever keeps it."""

    head: registers.Listed
    words: str | None
    steps: tuple[registers.StepTaken, ...]
    next_steps: tuple[Code, ...]
    parts: tuple[PartView, ...]
    changes: tuple[ChangeView, ...]


def told(asked: Asked, kind: Kind, one: registers.Listed) -> registers.Listed:
    """An entry as the reader sees it: what single persons answered is shown to whoever keeps it alone."""
    return msgspec.structs.replace(one, said={}) if kind.public and keeps(asked) != one.unit else one


def keeps(asked: Asked) -> Code | None:
    """The organisation that the address names, if the reader keeps its registers."""
    return asked.unit.unit if asked.unit is not None and asked.may("register.keep") else None


@router.get("/units/{unit:code}/registers")
@described(tuple[Shelf, ...])
async def shelves(unit: str, asked: Annotated[Asked, permitted("register.read")], since: Since = None) -> Response:
    """Every register, with how much stands in it here and below."""
    async with asked.ready(since) as connection:
        found = await registers.kept(connection, unit)
    counts = {one.register: one.entries for one in found.value}
    value = tuple(Shelf(register=k.code, zh=k.zh, en=k.en, entries=counts.get(k.code, 0)) for k in KINDS)
    return answer(asked, "registers.html", instead(found, value), unit=asked.unit)


@router.get("/units/{unit:code}/registers/{register}")
@described(Page[registers.Listed])
async def entries(
    unit: str,
    register: str,
    asked: Annotated[Asked, permitted("register.read")],
    before: Before = None,
    since: Since = None,
) -> Response:
    """One register of an organisation and all below it, last entered first."""
    kind = _kind(register)
    async with asked.ready(since) as connection:
        found = await registers.entries(connection, unit, register, before=before)
        items = tuple(told(asked, kind, one) for one in found.value.items)
        found = instead(found, Page(items=items, before=found.value.before))
        links = await _links(asked, connection, kind)
    shelves = [sheet for sheet in SHEETS if f"registers/{register}/{sheet}" in SHELVES]
    return answer(asked, "register.html", found, unit=asked.unit, kind=kind, links=links, shelves=shelves)


@router.get("/units/{unit:code}/registers/{register}/{entry:code}")
@described(EntryView)
async def one(
    unit: str,
    register: str,
    entry: str,
    asked: Annotated[Asked, permitted("register.read")],
    people: People = None,
    since: Since = None,
) -> Response:
    """One entry."""
    kind = _kind(register)
    async with asked.ready(since) as connection:
        found = await registers.entry(connection, unit, register, entry)
        if found.value is None:
            raise NotFound
        view = await _view(asked, connection, kind, found.value)
        page: dict[str, Any] = {"links": await _links(asked, connection, kind)}
        if asked.may("register.keep"):
            page |= await _people(asked, connection, kind, people)
    frame = {"unit": asked.unit, "kind": kind, "persons": (), "places": (), "people": unit, **page}
    return answer(asked, "register_entry.html", instead(found, view), **frame)


@router.post("/units/{unit:code}/registers/{register}", status_code=201)
@described(creates=True, uploads=True)
def enter(unit: str, register: str, asked: Annotated[Asked, permitted("register.keep", takes=EntryWish)]) -> Response:
    """Enter one thing; a code stands once in a register."""
    wish: EntryWish = asked.body
    kind = _kind(register)
    receipt = asked.execute(
        EnterRegister,
        unit=unit,
        register=kind.code,
        entry=wish.entry,
        title=wish.title,
        on=wish.on,
        values=in_order(kind.fields, wish.values),
        # Under a key of its own: what somebody said is neither the keeper's nor anybody's whom an erasure could meet.
        words=None
        if wish.words is None
        else asked.secret(entry_of(unit, kind.code, wish.entry).id, "words", wish.words),
    )
    return granted(asked, receipt, _place(unit, register, wish.entry), created=True)


@router.post("/units/{unit:code}/registers/{register}/{entry:code}/correction")
@described(uploads=True)
def correct(
    unit: str, register: str, entry: str, asked: Annotated[Asked, permitted("register.keep", takes=CorrectionWish)]
) -> Response:
    """Say anew what an entry says; what it said before stays on record."""
    wish: CorrectionWish = asked.body
    kind = _kind(register)
    said = {"title": wish.title, "on": wish.on, "values": in_order(kind.fields, wish.values)}
    reason = asked.secret(asked.reader.person, "reason", wish.reason)
    receipt = asked.execute(CorrectRegister, unit=unit, register=kind.code, entry=entry, reason=reason, **said)
    return granted(asked, receipt, _place(unit, register, entry))


@router.post("/units/{unit:code}/registers/{register}/{entry:code}/withdrawal")
@described()
def withdraw(
    unit: str, register: str, entry: str, asked: Annotated[Asked, permitted("register.keep", takes=WhyWish)]
) -> Response:
    """Say that it should not have been entered: it counts nowhere and stays to be seen."""
    return _undone(WithdrawRegister, unit, register, entry, asked)


@router.post("/units/{unit:code}/registers/{register}/{entry:code}/steps", status_code=201)
@described(creates=True, uploads=True)
def step(
    unit: str, register: str, entry: str, asked: Annotated[Asked, permitted("register.keep", takes=StepWish)]
) -> Response:
    """Take a step."""
    wish: StepWish = asked.body
    kind = _kind(register)
    known = step_of(kind, wish.step)
    receipt = asked.execute(
        AdvanceRegister,
        unit=unit,
        register=kind.code,
        entry=entry,
        step=wish.step,
        on=wish.on,
        values=in_order(() if known is None else known.fields, wish.values),
        document=wish.document,
    )
    return granted(asked, receipt, _place(unit, register, entry), created=True)


@router.post("/units/{unit:code}/registers/{register}/{entry:code}/steps/undoing")
@described()
def take_back(
    unit: str, register: str, entry: str, asked: Annotated[Asked, permitted("register.keep", takes=WhyWish)]
) -> Response:
    """Say that the last step was entered in error."""
    return _undone(TakeBackStep, unit, register, entry, asked)


@router.post("/units/{unit:code}/registers/{register}/{entry:code}/parts", status_code=201)
@described(creates=True)
def name(
    unit: str, register: str, entry: str, asked: Annotated[Asked, permitted("register.keep", takes=PartWish)]
) -> Response:
    """Name a member, or an entry of another register."""
    return _part(NameRegisterPart, unit, register, entry, asked, created=True)


@router.post("/units/{unit:code}/registers/{register}/{entry:code}/parts/striking")
@described()
def strike(
    unit: str, register: str, entry: str, asked: Annotated[Asked, permitted("register.keep", takes=PartWish)]
) -> Response:
    """Strike what was named in error."""
    return _part(StrikeRegisterPart, unit, register, entry, asked, created=False)


def _kind(register: str) -> Kind:
    try:
        return kind_of(register)
    except KindUnknown as unknown:
        raise NotFound from unknown


def _place(unit: Code, register: str, entry: Code) -> str:
    return f"/units/{address(unit)}/registers/{register}/{address(entry)}"


def _undone(
    command: type[WithdrawRegister] | type[TakeBackStep], unit: str, register: str, entry: str, asked: Asked
) -> Response:
    reason = asked.secret(asked.reader.person, "reason", asked.body.reason)
    receipt = asked.execute(command, unit=unit, register=_kind(register).code, entry=entry, reason=reason)
    return granted(asked, receipt, _place(unit, register, entry))


def _part(
    command: type[NameRegisterPart] | type[StrikeRegisterPart],
    unit: str,
    register: str,
    entry: str,
    asked: Asked,
    *,
    created: bool,
) -> Response:
    wish: PartWish = asked.body
    named = {"part": wish.part, "member": wish.member, "of_unit": wish.of_unit, "of_entry": wish.of_entry}
    receipt = asked.execute(command, unit=unit, register=_kind(register).code, entry=entry, **named)
    return granted(asked, receipt, _place(unit, register, entry), created=created)


async def _view(asked: Asked, connection: AsyncConnection, kind: Kind, whole: registers.Whole) -> EntryView:
    names = await names_of(asked, connection, [part.member for part in whole.parts], unit=whole.head.unit)
    sealed = [one.reason for one in whole.changes if one.reason is not None]
    if whole.words is not None:
        sealed.append(whole.words)
    opened: Mapping[str, str] = {}
    if sealed and asked.may("register.keep"):
        opened = await asked.house.vault.values(sealed)
    labels = {part.code: part for part in kind.parts}
    return EntryView(
        head=told(asked, kind, whole.head),
        words=None if whole.words is None else opened.get(whole.words),
        steps=whole.steps,
        next_steps=() if whole.head.withdrawn else tuple(s.code for s in kind.steps if whole.head.step in s.after),
        parts=tuple(
            PartView(
                part=part.part,
                zh=labels[part.part].zh,
                en=labels[part.part].en,
                member=part.member,
                name=None if part.member is None else names(part.member),
                of_register=None if part.member is not None else labels[part.part].of,
                of_unit=part.of_unit,
                of_entry=part.of_entry,
                of_title=part.of_title,
                position=part.position,
            )
            for part in whole.parts
        ),
        changes=tuple(
            ChangeView(
                type=one.type,
                zh=_FACTS[one.type][0],
                en=_FACTS[one.type][1],
                at=one.at,
                reason=None if one.reason is None else opened.get(one.reason),
                position=one.position,
            )
            for one in whole.changes
        ),
    )


async def _links(asked: Asked, connection: AsyncConnection, kind: Kind) -> dict[str, list[tuple[str, str]]]:
    """By register, the entries to which a form of this one can lead."""
    wanted = {field.to for field in kind.fields if field.to} | {p.of for p in kind.parts if p.of != "member"}
    if not wanted or not asked.may("register.keep"):
        return {}
    assert asked.unit is not None
    above = [code for code in asked.unit.path if code != asked.unit.unit]
    found = await registers.linkable(connection, asked.unit.unit, above, sorted(wanted))
    links: dict[str, list[tuple[str, str]]] = {register: [] for register in wanted}
    for one in found.value:
        links[one.register].append((f"{one.unit}:{one.entry}", f"{one.title} · {one.unit_title}"))
    return links


async def _people(asked: Asked, connection: AsyncConnection, kind: Kind, chosen: str | None) -> dict[str, Any]:
    """Whom a form offers: the roster of this organisation, or of the one below it that was chosen."""
    assert asked.unit is not None
    if not any(part.of == "member" for part in kind.parts):
        return {}
    places = (await organisation.units(connection, asked.unit.unit)).value
    standing = [(one.unit, one.title) for one in places if one.dissolved_on is None]
    at = chosen if chosen in dict(standing) else asked.unit.unit
    roster = (await organisation.members_of(connection, at, asked.today)).value
    names = await names_of(asked, connection, [one.member for one in roster], unit=at)
    return {"persons": [(str(one.member), names(one.member)) for one in roster], "places": standing, "people": at}
