"""保存期限 — what is due, from the command line: looked at first, confirmed by a person, carried out by the machine."""

from typing import Annotated, Final

import typer
from rich.console import Console

from domain.decider import Refused
from domain.oversight.retention import KEPT_KINDS
from domain.values import day_of
from ops import desk, retention
from ops.deployment import deployed
from ops.options import Unit
from ops.settings import Settings

console: Final = Console(soft_wrap=True)


class NothingDue(Refused):
    """没有到期的记录。 Nothing of this kind is due."""

    code = "nothing-due"


def clear(
    unit: Unit,
    confirm: Annotated[str | None, typer.Option(help=f"确认清理 confirm one of: {', '.join(KEPT_KINDS)}")] = None,
    login: Annotated[str, typer.Option("--as", help="确认人的账号 login of who confirms")] = "",
    password: Annotated[str | None, typer.Option(envvar="STEELYARD_PASSWORD", help="密码 password")] = None,
    carry_out: Annotated[bool, typer.Option("--carry-out", help="执行已决定的 carry out what is decided")] = False,
) -> None:
    """到期清单;确认、执行 What is due; with --confirm order it, with --carry-out do what was ordered or approved."""
    with deployed(Settings()) as deployment:
        now = deployment.clock().now()
        plans = retention.planned(deployment, unit, now)
        for plan in plans:
            counted = " ".join(f"{what}={count}" for what, count in plan.counted.items())
            console.print(f"{plan.kind} < {plan.before_on}: {plan.due} ({counted})", highlight=False)
        for one in retention.overdue(deployment, unit, now):
            console.print(f"{one.person} {one.unit} {one.last_year}", highlight=False)
        if confirm is not None:
            wanted = next((plan for plan in plans if plan.kind == confirm and plan.due), None)
            if wanted is None:
                raise NothingDue(kind=confirm, day=day_of(now))
            told = password or typer.prompt("密码 password", hide_input=True)
            person = desk.signed_in(deployment, login, told)
            retention.confirmed(deployment, person, unit, wanted, now)
            console.print(f"已决定 ordered: {wanted.kind} {wanted.plan}", highlight=False)
        if carry_out:
            done = retention.carried_out(deployment, now)
            if done.behind:
                console.print(
                    "落后,未清理 behind, nothing was done: steelyard unpark, steelyard doctor", highlight=False
                )
            said = f"人 persons {done.persons}, 案件 cases {done.cases}, 行 rows {done.rows}, 密钥 keys {done.keys}"
            console.print(f"{said}, 等待 waiting {done.waiting}", highlight=False)
