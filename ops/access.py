"""开通 — accounts of people and tokens of programs, from the command line."""

from typing import Annotated, Final

import typer
from rich.console import Console

from api.tokens import PURPOSES, Purpose
from ops import founding
from ops.deployment import deployed
from ops.options import Unit
from ops.settings import Settings

token = typer.Typer(no_args_is_help=True)
console: Final = Console(soft_wrap=True)


def account(
    login: Annotated[str, typer.Argument(help="账号 login")],
    work_number: Annotated[str | None, typer.Argument(help="工号,开通时用 work number, to open one")] = None,
    disable: Annotated[bool, typer.Option("--disable", help="停用,登录和令牌立即失效 shut it at once")] = False,
    enable: Annotated[bool, typer.Option("--enable", help="恢复 open it again")] = False,
    reset: Annotated[bool, typer.Option("--reset", help="改密码 another password")] = False,
) -> None:
    """开通、停用、恢复账号,改密码 Give a registered member an account, shut it, open it again, change its password."""
    if (work_number is not None) + disable + enable + reset != 1:
        raise typer.BadParameter("工号、--disable、--enable、--reset 任选其一 exactly one of these")
    asks = reset or work_number is not None
    password = typer.prompt("密码 password", hide_input=True, confirmation_prompt=True) if asks else ""
    with deployed(Settings()) as deployment:
        if work_number is not None:
            founding.give_account(deployment, login, work_number, password)
        elif reset:
            founding.renew_password(deployment, login, password)
        elif disable:
            founding.disable(deployment, login)
        else:
            founding.enable(deployment, login)
    console.print(login)


@token.command()
def issue(
    work_number: Annotated[str, typer.Argument(help="工号 work number")],
    name: Annotated[str, typer.Argument(help="用途 what for")],
    unit: Unit,
    scopes: Annotated[str, typer.Option(help="操作,逗号分隔 operations, by comma")],
    role: Annotated[str, typer.Option(help="职务 office")] = "auditor",
    days: Annotated[int, typer.Option(help="天数 days", min=1, max=366)] = 30,
    purpose: Annotated[str, typer.Option(help=f"限定用途 one of: {', '.join(PURPOSES)}")] = "office",
    people: Annotated[int | None, typer.Option(help="最多查阅几人 at most so many people", min=0)] = None,
    mandate: Annotated[str | None, typer.Option(help="导出名单的授权文号 number of the paper for taking lists")] = None,
) -> None:
    """签发令牌 Issue a token; it is shown once."""
    known: dict[str, Purpose] = {one: one for one in PURPOSES}
    chosen = known.get(purpose)
    if chosen is None:
        raise typer.BadParameter(", ".join(PURPOSES))
    bound = founding.Bound(chosen, people, mandate)
    with deployed(Settings()) as deployment:
        console.print(founding.issue_token(deployment, work_number, name, role, unit, scopes.split(","), days, bound))


@token.command()
def end(
    work_number: Annotated[str, typer.Argument(help="工号 work number")],
    name: Annotated[str | None, typer.Option(help="只作废此用途的 only this one")] = None,
) -> None:
    """作废令牌 End tokens."""
    with deployed(Settings()) as deployment:
        console.print(str(founding.end_tokens(deployment, work_number, name)))
