"""``steelyard bench`` — every claim of speed has a command here, as a ratio to the machine's limit in the same run."""

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ops import embedded
from ops.bench import append as appending
from ops.bench import award as awarding

app = typer.Typer(no_args_is_help=True)


@app.callback()
def bench() -> None:
    """Measure on a private server in a temporary folder, which is thrown away."""


@app.command()
def append(
    seconds: Annotated[float, typer.Option(help="每格秒数 seconds a cell")] = 2.0,
    callers: Annotated[str, typer.Option(help="并发数 callers, by comma")] = "1,8,32,64",
    programs: Annotated[Path | None, typer.Option(help="pgbench 所在文件夹 folder with pgbench")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """记账速度 Ordered, acknowledged appends next to a plain INSERT, pgbench and the library's recorder."""
    console = Console(stderr=as_json)
    with tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder:
        server = embedded.start(Path(folder) / "postgresql")
        try:
            with console.status("measuring"):
                result = appending.main(
                    server.admin_url,
                    seconds=seconds,
                    callers=[int(number) for number in callers.split(",")],
                    programs=programs or _pgbench(),
                )
        finally:
            server.close()
    if as_json:
        typer.echo(result.decode())
    else:
        console.print(_table(json.loads(result)["bars"]))


@app.command()
def award(
    rounds: Annotated[int, typer.Option(help="次数 awards")] = 200,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """一次记分 One award through the whole service: answer, and until the page shows it."""
    console = Console(stderr=as_json)
    with tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder, console.status("measuring"):
        result = awarding.main(Path(folder), rounds)
    if as_json:
        typer.echo(result.decode())
    else:
        console.print(_table(json.loads(result)["bars"]))


def _pgbench() -> Path | None:
    """Debian keeps pgbench beside its server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return found[-1].parent if found else None


def _table(bars: list[dict[str, object]]) -> Table:
    table = Table("bar", "measured", "wanted", "met")
    for bar in bars:
        table.add_row(str(bar["name"]), str(bar["value"]), str(bar["bar"]), "yes" if bar["met"] else "NO")
    return table
