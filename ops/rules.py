"""``steelyard rules``: a rule-set file looked at from the command line."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

from domain.assessment.rows import Uncountable
from domain.rules.findings import Finding
from domain.rules.malformed import Problem
from domain.rules.schema import json_schema
from domain.rules.scheme import Scheme, SchemeMalformed
from ops import trial

app = typer.Typer(no_args_is_help=True)
console = Console(soft_wrap=True, highlight=False, markup=False)


@app.command()
def schema() -> None:
    """打印 JSON Schema Print the JSON Schema of a rule set."""
    typer.echo(msgspec.json.format(msgspec.json.encode(json_schema()), indent=1).decode())


@app.command()
def lint(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="规则文件 a rule-set file")]) -> None:
    """检查一份规则文件 Check a rule-set file: its form, then what it says."""
    _, findings = _checked(file)
    for finding in findings:
        _say(finding)
    if any(finding.severity == "refuse" for finding in findings):
        raise typer.Exit(1)
    console.print(f"可以采用 may be adopted ({len(findings)} 条提示 warnings)")


@app.command()
def score(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="规则文件 a rule-set file")],
    case: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="一名党员的记录 one member's records")],
) -> None:
    """试算一名党员的积分 Score one member's records under a rule-set file, line by line."""
    scheme, _ = _checked(file)
    try:
        found = trial.tried(scheme, case.read_bytes())
    except (msgspec.DecodeError, Uncountable) as error:
        console.print(f"{case.name}: {error}")
        raise typer.Exit(1) from None
    for language in ("zh", "en"):
        for sentence in trial.sentences(scheme, found, language):
            console.print(sentence)


def _checked(file: Path) -> tuple[Scheme, list[Finding]]:
    try:
        return trial.checked(file)
    except SchemeMalformed as malformed:
        for problem in malformed.problems:
            _say(problem)
        raise typer.Exit(1) from None


def _say(found: Finding | Problem) -> None:
    severity = found.severity if isinstance(found, Finding) else "refuse"
    console.print(f"{severity}  {found.path}  [{found.code}]\n  {found.zh}\n  {found.en}")
