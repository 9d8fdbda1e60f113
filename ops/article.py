"""``steelyard article``: the figures that the article reports, on the command line and as a file.

It begins with a sign-in and asks the permission table; that the figures were taken away is written down first.
"""

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Final

import msgspec
import psycopg
import typer
from rich.table import Table

from api.exports.cells import text_of
from api.exports.taking import NOTE
from api.words import words_of
from domain.actor import Actor, person
from domain.rules.wording import Language
from domain.values import Code, day_of
from ops import desk
from ops.ahead import console, need, write
from ops.deployment import Deployment, deployed, on_reads
from ops.options import Login, Password, Unit
from ops.settings import Settings
from projections.answers import Answer
from projections.registers_article import Figure, figures

HEAD: Final = ("line", "figure", "detail", "value", "counted", "whole", "rows")


def article(
    login: Login,
    password: Password,
    unit: Unit,
    role: Annotated[str, typer.Option(help="以何身份 the office in which you look")] = "officer",
    of: Annotated[str, typer.Option(help="所任职的组织 the organisation of that office, if another")] = "",
    from_on: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="起 first day")] = None,
    until: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="止 last day")] = None,
    lang: Annotated[Language, typer.Option(help="语言 language")] = "zh",
    out: Annotated[Path | None, typer.Option(help="写入 .csv 或 .json 文件 a file to write")] = None,
) -> None:
    """文中数据 The figures that the article reports, made of the records of an organisation and all below it."""
    with deployed(Settings()) as deployment:
        actor = person(desk.signed_in(deployment, login, password), role, of or unit)
        asyncio.run(need(deployment, actor, "register.read", unit))
        today = day_of(deployment.clock().now())
        last = today if until is None else until.date()
        first = date(last.year - 1, 1, 1) if from_on is None else from_on.date()
        found = asyncio.run(_found(deployment, unit, first, last))
        if out is not None:
            _noted(deployment, actor, f"article{out.suffix}", found.as_of.position)
    _show(found.value, f"{unit} {first} – {last}", lang)
    if out is not None:
        rows = [[text_of(cell) for cell in _cells(one)] for one in found.value]
        write(out, HEAD, rows, msgspec.to_builtins(found))


async def _found(deployment: Deployment, unit: Code, first: date, last: date) -> Answer[tuple[Figure, ...]]:
    url = on_reads(deployment.database.read_url)
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        return await figures(connection, unit, first, last)


def _cells(one: Figure) -> tuple[str | int | None, ...]:
    return (one.line, one.code, one.detail, one.value, one.counted, one.whole or None, one.rows)


def _show(found: tuple[Figure, ...], title: str, lang: Language) -> None:
    words = words_of(lang)
    grid = Table("", *(words(f"article.{key}") for key in ("figure", "detail", "value", "rows")), title=title)
    for one in found:
        sign = "%" if one.measure == "percent" and one.value is not None else ""
        grid.add_row(f"{one.line}", words(f"figure.{one.code}"), one.detail, f"{one.value or '—'}{sign}", f"{one.rows}")
    console.print(grid)


def _noted(deployment: Deployment, actor: Actor, what: str, position: int) -> None:
    operator = f"{actor.person} {actor.role}@{actor.unit} {what}"
    noted = {"at": deployment.clock().now(), "operator": operator, "size": position}
    with psycopg.connect(deployment.database.urls.writer) as writer:
        writer.execute(NOTE, noted)
