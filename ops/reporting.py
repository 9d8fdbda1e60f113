"""``steelyard report``: one report on the command line, and as a file: the same tables as on its page.

It begins with a sign-in and asks the permission table; that a table was taken away is written down first.
"""

from pathlib import Path
from typing import Annotated

import anyio
import msgspec
import psycopg
import typer
from rich.table import Table as Grid

from api.exports.cells import text_of
from api.exports.taking import NOTE
from api.reports import heading
from api.words import words_of
from domain.actor import Actor, person
from domain.organisation.unit import UnitUnknown
from domain.rules.wording import Language
from domain.values import day_of
from ops import desk
from ops.ahead import console, need, write
from ops.deployment import Deployment, deployed, on_reads
from ops.options import Login, Password, Unit
from ops.settings import Settings
from projections.answers import Answer
from projections.reports.asking import Asked
from projections.reports.catalogue import OPERATIONS, made, table_of
from projections.reports.table import Column, Name, Report, Said, Table, Value


def report(
    name: Annotated[Name, typer.Argument(help="报告 which report")],
    login: Login,
    password: Password,
    unit: Unit,
    role: Annotated[str, typer.Option(help="以何身份 the office in which you look")] = "officer",
    of: Annotated[str, typer.Option(help="所任职的组织 the organisation of that office, if another")] = "",
    year: Annotated[int | None, typer.Option(help="年度 year")] = None,
    period: Annotated[str | None, typer.Option(help="考评期 H1, H2, Y")] = None,
    item: Annotated[str | None, typer.Option(help="项目 one item, branch by branch")] = None,
    table: Annotated[str, typer.Option(help="写入文件的表 the table for the file; else the first")] = "",
    lang: Annotated[Language, typer.Option(help="语言 language")] = "zh",
    out: Annotated[Path | None, typer.Option(help="写入 .csv 或 .json 文件 a file to write")] = None,
) -> None:
    """一份报告 One report of an organisation: attainability, branches side by side, and more."""
    with deployed(Settings()) as deployment:
        actor = person(desk.signed_in(deployment, login, password), role, of or unit)
        for operation in dict.fromkeys(("report.read", OPERATIONS[name])):
            anyio.run(need, deployment, actor, operation, unit)
        now = deployment.clock().now()
        found = _made(deployment, name, Asked(unit, day_of(now), now, year, period, item))
        if out is not None:
            note_file(deployment, actor, f"report-{name}{out.suffix}", found.as_of.position)
    shown(found.value, lang)
    if out is not None:
        chosen = table_of(found.value, table) if table else next(iter(found.value.tables), None)
        rows = () if chosen is None else [_cells(chosen, one.values, lang) for one in chosen.rows]
        head = () if chosen is None else [one.code for one in chosen.columns]
        write(out, head, rows, msgspec.to_builtins(found))


def _made(deployment: Deployment, name: Name, asked: Asked) -> Answer[Report]:
    with psycopg.connect(on_reads(deployment.database.read_url), autocommit=True) as connection:
        found = made(connection, deployment.vault.open, name, asked)
    if found is None:
        raise UnitUnknown(unit=asked.unit)
    return found


def note_file(deployment: Deployment, actor: Actor, what: str, position: int) -> None:
    """Write down that a table is taken away: by whom in which office, and as of which entry."""
    operator = f"{actor.person} {actor.role}@{actor.unit} {what}"
    noted = {"at": deployment.clock().now(), "operator": operator, "size": position}
    with psycopg.connect(deployment.database.urls.writer) as writer:
        writer.execute(NOTE, noted)


def shown(found: Report, lang: Language) -> None:
    """Every table on the terminal, and what must be said beside them."""
    words = words_of(lang)
    console.print(f"{words(f'report.title.{found.name}')} · {found.unit} · {found.year or ''} {found.period or ''}")
    for note in found.notes:
        console.print(words(f"report.note.{note}"))
    for table in found.tables:
        grid = Grid(*(heading(words, one) for one in table.columns))
        for row in table.rows:
            grid.add_row(*_cells(table, row.values, lang))
        console.print(words(f"report.table.{table.code}"))
        console.print(grid)
        if table.hidden:
            console.print(words("report.hidden", count=table.hidden))
    console.print(words("report.smallest", count=found.smallest))


def _cells(table: Table, values: dict[str, Value], lang: Language) -> list[str]:
    return [text_of(_said(column, values[column.code], lang)) for column in table.columns]


def _said(column: Column, value: Value, lang: Language) -> str | int | None:
    if isinstance(value, Said):
        return value.zh if lang == "zh" else value.en
    return words_of(lang)(f"report.word.{value}") if column.kind == "word" and value is not None else value
