"""``steelyard whatif`` and ``steelyard restate``: a version tried on a past period, and a determined period made anew.

Both begin with a sign-in, ask the permission table, show progress and a summary, and write the figures to a file. What
names a member by pseudonym is written down as a reading of his result before it is shown.
"""

import asyncio
import csv
import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import uuid5

import msgspec
import psycopg
import typer
from rich.console import Console
from rich.progress import Progress

from domain.actor import Actor, person
from domain.assessment.carried import readable
from domain.assessment.ordering import OrderRestatement
from domain.assessment.period import standing
from domain.assessment.restating import Restated, restated
from domain.decider import NAMESPACE, NotPermitted, Past
from domain.organisation.appointments import OFFICES
from domain.organisation.unit import established
from domain.permissions import Relation, may
from domain.rules.altering import altered
from domain.rules.ruleset import RULES, VersionUnknown
from domain.sealed import Secret
from domain.values import Code, MemberId, day_of, points
from ops import desk
from ops.deployment import Deployment, deployed, on_reads
from ops.options import Login, Password, Unit
from ops.settings import Settings
from projections import whatif as supposing
from projections.answers import AsyncConnection
from projections.offices import offices_of
from projections.organisation import Unit as UnitRow
from projections.organisation import members_of, units

SALT_BYTES: Final = 16
Year = Annotated[int, typer.Option(help="年度 year")]
Period = Annotated[str, typer.Option(help="H1, H2, Y")]
Out = Annotated[Path | None, typer.Option(help="写入 .csv 或 .json 文件 a file to write")]

_READING: Final = """
INSERT INTO access.readings (at, reader, role, unit, subject, what)
VALUES (%(at)s, %(reader)s, %(role)s, %(unit)s, %(subject)s, 'result')
"""

console = Console(soft_wrap=True, highlight=False, markup=False)


def whatif(
    login: Login,
    password: Password,
    unit: Unit,
    year: Year,
    version: Annotated[str, typer.Option(help="办法版本 the version")],
    period: Period = "Y",
    figure: Annotated[str, typer.Option(help="参数 a figure: honour_rules.cap_year")] = "",
    value: Annotated[str, typer.Option(help="改为 what it would be")] = "",
    role: Annotated[str, typer.Option(help="以何身份 the office in which you look")] = "officer",
    out: Out = None,
) -> None:
    """试算一个版本或一个参数 Try a version, or one other figure, on a determined period; without names."""
    with deployed(Settings()) as deployment:
        actor = person(desk.signed_in(deployment, login, password), role, unit)
        asyncio.run(need(deployment, actor, "rules.simulate", unit))
        found = tried(deployment, unit, version, year, period, (figure, value))
    if found.too_few:
        console.print(f"{found.members} 人,不足以显示任何数字 people, too few for any figure")
        return
    console.print(
        f"{found.members} 人 people, {found.changed} 人会变 would change: "
        f"{found.better} 变好 better, {found.worse} 变差 worse; "
        f"{points(found.mean_before)} → {points(found.mean_after)}"
    )
    for crossing in found.crossings:
        console.print(f"{crossing.before} → {crossing.after}: {crossing.members}")
    for item in found.unmapped:
        console.print(f"未对应 not mapped: {item.item} ({item.members})")
    if out is not None:
        rows = [(one.unit or "", one.title, one.members, one.better, one.worse) for one in found.branches]
        write(out, ("unit", "title", "members", "better", "worse"), rows, msgspec.to_builtins(found))


def tried(
    deployment: Deployment, unit: Code, version: Code, year: int, period: Code, change: tuple[str, str]
) -> supposing.WhatIf:
    """The answer of a version, with one other figure or none."""
    scheme = deployment.ledger().ask(lambda past: established(past, unit)).scheme
    with (
        psycopg.connect(on_reads(deployment.database.read_url), autocommit=True) as connection,
        Progress(console=console, transient=True) as progress,
    ):
        document = supposing.document_of(connection, scheme, version)
        if document is None:
            raise VersionUnknown(version=version)
        figure, value = change
        asked = supposing.supposed(altered(document, figure, value) if figure else document)
        task = progress.add_task("试算 trying", total=None)
        return supposing.what_if(
            connection,
            scheme,
            asked,
            year,
            period,
            lambda done, of: progress.update(task, completed=done, total=of),
        )


def restate(
    login: Login,
    password: Password,
    office: Annotated[str, typer.Option("--of", help="以哪个组织的领导小组 the organisation whose leading group acts")],
    unit: Annotated[list[str], typer.Option(help="重算哪些组织 which organisations; repeat for several")],
    year: Annotated[list[int], typer.Option(help="年度 years; repeat for several")],
    rules: Annotated[str, typer.Option(help="办法版本 the version")],
    period: Period = "Y",
    unfavourable: Annotated[bool, typer.Option(help="变差的也更正 adopt what is worse, too")] = False,
    order: Annotated[bool, typer.Option(help="作出决定 order it; else only look")] = False,
    document: Annotated[Path | None, typer.Option(help="依据文书 the basis document")] = None,
    reason: Annotated[str, typer.Option(help="理由,封存 the reason; sealed")] = "",
    minute: Annotated[str, typer.Option(help="纪要编号 number of the minute")] = "",
    minute_file: Annotated[Path | None, typer.Option(help="纪要 the minute")] = None,
    present: Annotated[list[str] | None, typer.Option(help="到会者工号 work numbers of those present")] = None,
    out: Out = None,
) -> None:
    """重算已评定的考评期 Look at, or order, a restatement of determined periods: every line old and new."""
    with deployed(Settings()) as deployment:
        actor = person(desk.signed_in(deployment, login, password), "leading_group", office)
        found: list[tuple[Code, int, list[Restated]]] = []
        with Progress(console=console, transient=True) as progress:
            task = progress.add_task("重算 restating", total=len(unit) * len(year))
            for one in unit:
                asyncio.run(need(deployment, actor, "restatement.read", one))
                for when in year:
                    found.append((one, when, differing(deployment, actor, (one, when, period), rules)))
                    progress.advance(task)
        _summary(found)
        if out is not None:
            written(out, found)
        if order:
            paper = _Paper(document, reason, minute, minute_file, tuple(present or ()))
            for where, when, _ in found:
                said = _ordered(deployment, actor, (where, when, period), rules, paper, unfavourable=unfavourable)
                console.print(f"{where} {when} {period}: 总账第 {said} 条 entry {said}")


class _Paper(msgspec.Struct, frozen=True):
    """On what an order rests, and who carried it."""

    document: Path | None
    reason: str
    minute: str
    minute_file: Path | None
    present: Sequence[str]


_HEAD: Final = ("unit", "year", "member", "what", "span", "old", "new", "unmapped")


def differing(deployment: Deployment, actor: Actor, of: tuple[Code, int, Code], rules: Code) -> list[Restated]:
    """Everybody of one organisation's period whose result or line would differ; that it is read is written down."""
    unit, year, period = of

    def question(past: Past) -> list[Restated]:
        found = standing(past, unit, year, period, "sealed")
        version = past[RULES.of(established(past, unit).scheme)].find(rules)
        if version is None:
            raise VersionUnknown(version=rules)
        return restated(past, found, readable(version))

    rows = [one for one in deployment.ledger().ask(question) if one.lines or one.effect != "same"]
    now = deployment.clock().now()
    with psycopg.connect(deployment.database.urls.writer) as writer:
        for one in rows:
            noted = {"reader": actor.person, "role": actor.role, "unit": actor.unit, "subject": one.member.member}
            writer.execute(_READING, {"at": now, **noted})
    return rows


def _summary(found: Iterable[tuple[Code, int, list[Restated]]]) -> None:
    for unit, year, members in found:
        better, worse = (sum(one.effect == effect for one in members) for effect in ("better", "worse"))
        unmapped = sum(one.unmapped for one in members)
        console.print(f"{unit} {year}: {better} 变好 better, {worse} 变差 worse, {unmapped} 行未对应 lines not mapped")


def written(out: Path, found: Iterable[tuple[Code, int, list[Restated]]]) -> None:
    """The full difference as a file: a line for each total, grade and line that differs."""
    rows = [row for where, when, members in found for row in _rows(where, when, members)]
    write(out, _HEAD, rows, [dict(zip(_HEAD, row, strict=True)) for row in rows])


def _rows(unit: Code, year: int, members: Iterable[Restated]) -> Iterable[tuple[object, ...]]:
    for one in members:
        who = unit, year, str(one.member.member)
        yield (*who, "total", "", points(one.standing.total), one.figures.total, "")
        yield (*who, "grade", "", one.standing.grade or "", one.grade or "", "")
        for line in one.lines:
            old, new = ("" if value is None else points(value) for value in (line.old, line.new))
            yield (*who, line.item, line.span or str(line.record), old, new, "yes" if line.unmapped else "")


def write(out: Path, head: Sequence[str], rows: Iterable[Sequence[object]], whole: Any) -> None:  # noqa: ANN401 - JSON
    """A table as CSV, or the whole as JSON where the file is called so."""
    if out.suffix == ".json":
        out.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", "utf-8")
        return
    with out.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows(rows)


def _ordered(
    deployment: Deployment,
    actor: Actor,
    of: tuple[Code, int, Code],
    rules: Code,
    paper: _Paper,
    *,
    unfavourable: bool,
) -> int:
    """The position of the order; the same order again is the same command."""
    unit, year, period = of
    if paper.document is None or paper.minute_file is None or not paper.minute or not paper.reason:
        raise typer.BadParameter("--order: --document --reason --minute --minute-file --present")
    assert actor.person is not None, "only people order"
    basis, minute = (hashlib.sha256(one.read_bytes()).hexdigest() for one in (paper.document, paper.minute_file))
    salt = secrets.token_urlsafe(SALT_BYTES)
    command = OrderRestatement(
        id=uuid5(NAMESPACE, f"restate/{unit}/{year}/{period}/{rules}/{basis}/{minute}"),
        actor=actor,
        at=deployment.clock().now(),
        unit=unit,
        year=year,
        period=period,
        rules=rules,
        unfavourable=unfavourable,
        document_kind="decision",
        document=basis,
        reason=Secret(subject=actor.person, name="reason", value=paper.reason, salt=salt),
        minute=paper.minute,
        minute_sha256=minute,
        present=asyncio.run(_people(deployment, paper.present)),
    )
    return deployment.ledger().execute(command).last


async def _people(deployment: Deployment, work_numbers: Sequence[str]) -> tuple[MemberId, ...]:
    """Whoever has these work numbers today."""
    day, wanted = day_of(deployment.clock().now()), set(work_numbers)
    found: dict[str, MemberId] = {}
    async with await _connected(deployment) as connection:
        for unit in (await units(connection)).value:
            for member in (await members_of(connection, unit.unit, day)).value:
                values = await deployment.vault.values([member.work_number])
                if values.get(member.work_number) in wanted:
                    found[values[member.work_number]] = member.member
    missing = wanted - found.keys()
    if missing:
        raise typer.BadParameter(f"--present: {' '.join(sorted(missing))}")
    return tuple(found[one] for one in work_numbers)


async def _connected(deployment: Deployment) -> AsyncConnection:
    return await psycopg.AsyncConnection.connect(on_reads(deployment.database.read_url), autocommit=True)


async def need(deployment: Deployment, actor: Actor, operation: str, unit: Code, state: str | None = None) -> None:
    """Refuse whoever does not hold, today, an office to which the table grants this, of a thing in this state."""
    assert actor.person is not None, "only people look"
    async with await _connected(deployment) as connection:
        offices = (await offices_of(connection, actor.person, day_of(deployment.clock().now()))).value
        known = {one.unit: one for one in (await units(connection)).value}
    held = any((one.role, one.unit) == (actor.role, actor.unit) for one in offices)
    if not held or not _granted(actor, operation, known.get(unit), state):
        raise NotPermitted


def _granted(actor: Actor, operation: str, unit: UnitRow | None, state: str | None) -> bool:
    path = () if unit is None else unit.path
    relation: Relation = "own" if path[-1:] == (actor.unit,) else "above" if actor.unit in path else "any"
    return any(actor.role == office and may(operation, office, relation, state) for office in OFFICES)
