"""``steelyard bench`` — every claim of speed has a command here, as a ratio to the machine's limit in the same run."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ops import embedded
from ops.bench import append as appending
from ops.bench import award as awarding
from ops.bench import contested as contesting
from ops.bench import district
from ops.bench import intake as importing
from ops.bench import proof as proving
from ops.bench import reads as reading
from ops.bench import rebuild as rebuilding
from ops.bench import reports as reporting
from ops.bench import restate as restating
from ops.bench import score as scoring
from ops.bench import whatif as trying
from ops.bench import year as closing

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


@app.command()
def contested(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """大支部 A sheet of 200 members and a notice of 500 lines, each step from approval to confirmation."""
    _show(_on_a_server(contesting.main, as_json), as_json)


@app.command(name="import")
def import_workbooks(
    rows: Annotated[int, typer.Option(help="行数 rows of all workbooks")] = importing.ROWS,
    services: Annotated[int, typer.Option(help="服务进程数 services on the log")] = 1,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """导入 A district's workbooks, to the last error and to the last commit, next to COPY of the same entries."""
    _show(_on_a_server(lambda url: importing.main(url, rows, services), as_json), as_json)


@app.command()
def rebuild(
    entries: Annotated[int, typer.Option(help="条数 entries")] = 200_000,
    rounds: Annotated[int, typer.Option(help="次数 rounds")] = 3,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """重建 All read models from the log, next to reading, decoding and one narrow row per record."""
    _show(_on_a_server(lambda url: rebuilding.main(url, entries, rounds), as_json), as_json)


@app.command()
def verify(
    entries: Annotated[int, typer.Option(help="条数 entries")] = 200_000,
    rounds: Annotated[int, typer.Option(help="次数 rounds")] = 3,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """核验 Leaves published, the log exported and verified offline, next to COPY of the same bytes."""
    _show(_on_a_server(lambda url: proving.main(url, entries, rounds), as_json), as_json)


@app.command()
def score(
    records: Annotated[int, typer.Option(help="记录数 records")] = 100_000,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """重算 Everybody's scores, next to COPY of the same columns; one process and two."""
    _show(_on_a_server(lambda url: scoring.main(url, records), as_json), as_json)


@app.command()
def restate(
    records: Annotated[int, typer.Option(help="记录数 records")] = 100_000,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """重算 The difference of years of a district under another version, next to COPY of the same columns."""
    _show(_on_a_server(lambda url: restating.main(url, records), as_json), as_json)


@app.command()
def whatif(
    entries: Annotated[int, typer.Option(help="事实数 entries of the district")] = 300_000,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """试算 How long a district waits for what another cap would have done to its year."""
    _show(_on_a_server(lambda url: trying.main(url, entries), as_json), as_json)


@app.command()
def reports(
    branches: Annotated[int, typer.Option(help="支部数 branches of fifteen members")] = district.BRANCHES,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """报告 All reports of a district, each next to COPY of the rows that it reads."""
    _show(_on_a_server(lambda url: reporting.main(url, branches), as_json), as_json)


@app.command()
def year(
    branches: Annotated[int, typer.Option(help="支部数 branches of eighteen members")] = closing.BRANCHES,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """年度结账 A district's year: everybody's figures, then the determination of all branches."""
    console = Console(stderr=as_json)
    with tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder:
        server = embedded.start(Path(folder) / "postgresql")
        try:
            result = closing.main(server.admin_url, branches, console)
        finally:
            server.close()
    _show(result, as_json)


@app.command()
def reads(
    seconds: Annotated[float, typer.Option(help="每格秒数 seconds a cell")] = 3.0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """查询 Notice board, my points and explanation at 32 connections, next to one SELECT by key."""
    with tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder, Console(stderr=as_json).status("measuring"):
        result = reading.main(Path(folder), seconds)
    _show(result, as_json)


def _on_a_server(measure: Callable[[str], bytes], as_json: bool) -> bytes:
    with tempfile.TemporaryDirectory(prefix="steelyard-bench-") as folder:
        server = embedded.start(Path(folder) / "postgresql")
        try:
            with Console(stderr=as_json).status("measuring"):
                return measure(server.admin_url)
        finally:
            server.close()


def _show(result: bytes, as_json: bool) -> None:
    if as_json:
        typer.echo(result.decode())
    else:
        Console().print(_table(json.loads(result)["bars"]))


def _pgbench() -> Path | None:
    """Debian keeps pgbench beside its server."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return found[-1].parent if found else None


def _table(bars: list[dict[str, object]]) -> Table:
    table = Table("bar", "measured", "wanted", "met")
    for bar in bars:
        table.add_row(str(bar["name"]), str(bar["value"]), str(bar["bar"]), "yes" if bar["met"] else "NO")
    return table
