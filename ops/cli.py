"""命令行 — ``steelyard``: run it, look after it, prove it."""

import json
import logging
import sys
from typing import Annotated, Final

import structlog
import typer
from rich.console import Console

from domain.decider import Refused
from ops import demo as example
from ops import doctor as checks
from ops import serve as serving
from ops.deployment import Deployment, deployed
from ops.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
console: Final = Console()
complaints: Final = Console(stderr=True)


@app.command()
def demo(
    once: Annotated[bool, typer.Option(help="载入后即退出 load, do not serve")] = False,
) -> None:
    """载入浦口示例并提供服务 Load the Pukou example and serve it."""
    # An example is served on loopback without TLS.
    settings = Settings(deployment="example", secure_cookies=False)
    with deployed(settings) as deployment:
        found = example.prepare(deployment, console)
        example.show(found, settings.origin, console)
        if not once:
            serving.serve(deployment)


@app.command()
def serve() -> None:
    """提供服务 Serve an open log."""
    with deployed(Settings()) as deployment:
        _need_log(deployment)
        serving.serve(deployment)


@app.command(hidden=True)
def work() -> None:
    """后台 What runs beside the service: follow, carry out, publish."""
    with deployed(Settings()) as deployment:
        _need_log(deployment)
        code = serving.work(deployment)
    raise typer.Exit(code)


@app.command()
def migrate() -> None:
    """升级数据库 Bring the database to this release."""
    with deployed(Settings()) as deployment:
        applied = deployment.database.applied
        for migration in applied:
            console.print(f"{migration.number:04d} {migration.name}")
        console.print(f"已执行 {len(applied)} 个 applied {len(applied)}")


@app.command()
def doctor(as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """体检 Look at the deployment; 1 if something is not well."""
    with deployed(Settings()) as deployment:
        findings = list(checks.examine(deployment))
    if as_json:
        console.print_json(json.dumps([finding._asdict() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            console.print(
                f"{'✓' if finding.well else '✗'} {finding.code:<14} {finding.zh}  {finding.en}", highlight=False
            )
    if not all(finding.well for finding in findings):
        raise typer.Exit(1)


def _need_log(deployment: Deployment) -> None:
    if deployment.opened is None:
        complaints.print("总账尚未开立:先运行 steelyard open。 The log is not open yet: run `steelyard open` first.")
        raise typer.Exit(2)


def main() -> None:
    """Run the command line; a refusal is one sentence and exit code 2, never a traceback."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    try:
        app(standalone_mode=True)
    except Refused as refused:
        complaints.print(f"{refused.code}: {type(refused).__doc__}")
        sys.exit(2)


if __name__ == "__main__":
    main()
