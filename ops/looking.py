"""``steelyard then``: offices, a notice, a record as they were known at a position, an instant or a day's end.

Each begins with a sign-in and asks the permission table of today; a look at somebody's record is written down first.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated
from uuid import UUID

import anyio
import msgspec
import typer
from rich.table import Table

from api.as_of import Back, back_of, when_of
from api.refusals import NotFound, NothingKnownThen
from api.words import Words, words_of
from domain.actor import Actor, person
from domain.organisation.appointments import OFFICES
from domain.permissions import may
from domain.rules.wording import Language
from domain.values import Code, MemberId, day_of, points
from ops import desk
from ops.ahead import console, need, write
from ops.deployment import Deployment, deployed
from ops.explain import connected, noted
from ops.options import Login, Password, Unit
from ops.reporting import note_file
from ops.settings import Settings
from projections import notice_board, prefix, records
from projections.answers import AsyncConnection
from projections.as_of import When
from projections.notice_board import Notice
from projections.offices import Office
from projections.offices_then import officers_below_then
from projections.organisation import member as member_of
from projections.organisation import sealed_names
from projections.record_then import record_then
from projections.records import RecordChain
from projections.then import notice_then

app = typer.Typer(no_args_is_help=True)

KnownAt = Annotated[str, typer.Option(help="当时已知:位置、时间或日期 position, instant or day known at")]
ValidOn = Annotated[str, typer.Option(help="截至哪一天 day valid on")]
Role = Annotated[str, typer.Option(help="以何身份 the office in which you look")]
Lang = Annotated[Language, typer.Option(help="语言 language")]


@app.command()
def offices(
    unit: Annotated[str, typer.Argument(help="组织编号 an organisation and all below it")],
    login: Login,
    password: Password,
    role: Role = "officer",
    of: Annotated[str, typer.Option(help="所任职的组织 the organisation of that office, if another")] = "",
    office: Annotated[str, typer.Option(help="只要这个职务 this office alone")] = "",
    known_at: KnownAt = "",
    valid_on: ValidOn = "",
    lang: Lang = "zh",
    out: Annotated[Path | None, typer.Option(help="写入 .csv 或 .json 文件 a file to write")] = None,
) -> None:
    """任职一览 Who held which office on a day, as known then; below it as well for who may look there."""
    with deployed(Settings()) as deployment:
        actor = person(desk.signed_in(deployment, login, password), role, of or unit)
        anyio.run(need, deployment, actor, "unit.read", unit)
        below = any(role == one and may("unit.read", one, "above") for one in OFFICES)
        when, found = anyio.run(_offices, deployment, unit, back_of(known_at, valid_on), below)
        chosen = [one for one in found if office in ("", one.role)]
        names = anyio.run(_names, deployment, [who for one in chosen for who in (one.member, one.stands_for)])
        if out is not None:
            note_file(deployment, actor, f"offices{out.suffix}", when.position)
    words = words_of(lang)
    rows = [_office(one, names, words) for one in chosen]
    head = ("unit", "title", "office", "name", "from_on", "until_on", "stands_for")
    console.print(_grid(f"{unit} · {when.position}", head, rows))
    if out is not None:
        write(out, head, rows, [dict(zip(head, row, strict=True)) for row in rows])


def _office(one: Office, names: dict[MemberId, str], words: Words) -> list[str]:
    until = "" if one.until_on is None else str(one.until_on)
    stands_for = "" if one.stands_for is None else names.get(one.stands_for, "")
    office = words(f"role.{one.role}")
    return [one.unit, one.unit_title, office, names.get(one.member, ""), str(one.from_on), until, stands_for]


async def _offices(
    deployment: Deployment,
    unit: Code,
    back: Back,
    below: bool,
) -> tuple[When, tuple[Office, ...]]:
    async with await connected(deployment) as connection:
        when, day = await _when(connection, back)
        return when, await officers_below_then(connection, unit, day, when.position, below=below)


async def _when(connection: AsyncConnection, back: Back) -> tuple[When, date]:
    """(from where one looks back, the day into which he puts himself)."""
    when = await when_of(connection, back)
    mark = await prefix.as_known(connection, when.position)
    return when, when.valid_on or day_of(mark.known_at)


@app.command()
def record(
    member: Annotated[UUID, typer.Argument(help="党员 the member's pseudonym")],
    record_id: Annotated[UUID, typer.Argument(metavar="RECORD", help="积分记录 the record")],
    login: Login,
    password: Password,
    unit: Unit = "",
    role: Role = "member",
    known_at: KnownAt = "",
    valid_on: ValidOn = "",
    lang: Lang = "zh",
) -> None:
    """一条积分记录 How one record stood then."""
    with deployed(Settings()) as deployment:
        actor = person(desk.signed_in(deployment, login, password), role, unit or "-")
        if actor.person != member:
            anyio.run(lambda: noted(deployment, actor, member, "record", record_id))
        found = anyio.run(_record, deployment, actor, member, record_id, back_of(known_at, valid_on))
    console.print(_facts(_said(found, words_of(lang), lang)))


async def _record(deployment: Deployment, actor: Actor, member: MemberId, record_id: UUID, back: Back) -> RecordChain:
    async with await connected(deployment) as connection:
        now = (await records.record(connection, record_id, member)).value
        whose = (await member_of(connection, member)).value
        if now is None or now.member != member or whose is None:
            raise NotFound
        if now.kind == "veto" and actor.person != member:
            await need(deployment, actor, "veto.read", whose.unit)
        when, _ = await _when(connection, back)
        found = await record_then(connection, now, when)
    if found is None:
        raise NothingKnownThen
    return found


def _said(found: RecordChain, words: Words, lang: Language) -> list[tuple[str, str]]:
    notice = found.notice
    said = [
        ("record", str(found.record)),
        ("state", words(f"status.{found.state}")),
        ("item", f"{found.clause.item} {found.clause.zh if lang == 'zh' else found.clause.en}"),
        ("rules", f"{found.clause.version} {found.clause.digest}"),
        ("matter", f"{found.matter} {found.title}"),
        ("unit", f"{found.unit} {found.unit_title}"),
        ("occurred_on", str(found.occurred_on)),
        ("outcome", f"{words(f'outcome.{found.outcome}')} ×{points(found.quantity)}"),
        ("minute", f"{found.approval.minute} {found.in_favour}/{found.present}/{found.entitled}"),
    ]
    if notice is not None:
        said.append(("notice", f"{words(f'status.{notice.status}')} {notice.posted_on or ''} — {notice.ends_on or ''}"))
    if found.replaced_by is not None:
        said.append(("replaced_by", str(found.replaced_by)))
    places = msgspec.structs.asdict(found.places)
    return [*said, *((name, str(position)) for name, position in places.items() if position is not None)]


@app.command()
def notice(
    unit: Annotated[str, typer.Argument(help="组织编号 the organisation's code")],
    notice_id: Annotated[UUID, typer.Argument(metavar="NOTICE", help="公示 the notice")],
    login: Login,
    password: Password,
    role: Role = "secretary",
    of: Annotated[str, typer.Option(help="所任职的组织 the organisation of that office, if another")] = "",
    known_at: KnownAt = "",
    lang: Lang = "zh",
) -> None:
    """一份公示 How a notice and its lines stood then."""
    with deployed(Settings()) as deployment:
        actor = person(desk.signed_in(deployment, login, password), role, of or unit)
        anyio.run(need, deployment, actor, "notice.read", unit, "closed")
        found = anyio.run(_notice, deployment, unit, notice_id, back_of(known_at))
        names = anyio.run(_names, deployment, [line.member for line in found.lines])
    words, header = words_of(lang), found.header
    console.print(
        f"{header.title} · {words(f'status.{header.status}')} · {header.posted_on or ''} — {header.ends_on or ''}"
    )
    rows = [
        [names.get(line.member, ""), words(f"outcome.{line.outcome}"), points(line.quantity), line.state]
        for line in found.lines
    ]
    console.print(_grid(str(notice_id), ("name", "outcome", "quantity", "state"), rows))


async def _notice(deployment: Deployment, unit: Code, notice_id: UUID, back: Back) -> Notice:
    async with await connected(deployment) as connection:
        now = (await notice_board.notice(connection, notice_id)).value
        if now is None or now.header.unit != unit:
            raise NotFound
        when, _ = await _when(connection, back)
        found = await notice_then(connection, now, when.position)
    if found is None:
        raise NothingKnownThen
    return found


async def _names(deployment: Deployment, people: Iterable[MemberId | None]) -> dict[MemberId, str]:
    """The names that the vault still has."""
    async with await connected(deployment) as connection:
        sealed = await sealed_names(connection, {one for one in people if one is not None})
    values = await deployment.vault.values(tuple(sealed.values()))
    return {one: values[name] for one, name in sealed.items() if name in values}


def _grid(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(*head, title=title)
    for row in rows:
        table.add_row(*row)
    return table


def _facts(pairs: Iterable[tuple[str, str]]) -> Table:
    table = Table(show_header=False)
    for name, value in pairs:
        table.add_row(name, value)
    return table
