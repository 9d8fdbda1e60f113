"""示例部署 — load the example, say how to sign in, serve it."""

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.accounts import open_account
from domain.decider import Command
from domain.ledger import Ledger
from ops.clock import SimulatedClock
from ops.deployment import CLOCK_FILE, Deployment, readers
from ops.example.load import load
from ops.example.people import BRANCH
from ops.example.story import ENDS_AT, ORIGIN, story
from ops.publish import publish, publish_or_stop
from ops.signins import SIGN_INS_FILE, SignIn, sign_ins
from projections import follow

WHO = {
    "recorder": "积分记录员 recorder",
    "substitute": "代理记录员 substitute recorder",
    "secretary": "支部书记 branch secretary",
    "committee": "支部委员 committee member",
    "member": "党员 member",
    "probationary": "预备党员 probationary member",
    "officer": "工委干事 officer of the work committee",
    "leader": "领导小组 leading group",
    "higher": "上级党组织委员 higher committee",
    "auditor": "督查(只读) auditor, read-only",
}


def prepare(deployment: Deployment, console: Console) -> list[SignIn]:
    """Load what is missing of the example, follow it, publish it; gives its sign-ins. Twice changes nothing."""
    ledger = deployment.ledger(ORIGIN)
    if deployment.opened is None:
        publish(deployment, whole=True, log=ORIGIN)
    if not _is_told(deployment):
        _tell(deployment, ledger, console)
    with psycopg.connect(deployment.database.urls.projector, autocommit=True) as connection:
        follow.ready(connection, readers(deployment))
        with console.status("汇总查询数据 following the log"):
            follow.catch_up(connection)
    with console.status("签发检查点 signing the checkpoint"):
        publish_or_stop(deployment, whole=True)
    return _accounts(deployment)


def show(found: list[SignIn], origin: str, console: Console) -> None:
    """Addresses and a sign-in for each role."""
    table = Table(title=f"公平秤示例 Steelyard example: {origin}", title_justify="left")
    for heading in ("账号 login", "密码 password", "姓名 name", "身份 role"):
        table.add_column(heading)
    for one in found:
        table.add_row(one.login, one.password, one.person.name, WHO[one.login])
    console.print(table)
    console.print(f"公示栏 notice board: {origin}/units/{BRANCH}/notices    接口 API: {origin}/docs", highlight=False)


def _is_told(deployment: Deployment) -> bool:
    if not (deployment.settings.data / CLOCK_FILE).exists():
        return False
    told = (step.wish for step in story(lambda: "") if step.at <= ENDS_AT)
    last = [command for command in told if isinstance(command, Command)][-1]
    return deployment.recorder.find_command(last.id) is not None


def _tell(deployment: Deployment, ledger: Ledger, console: Console) -> None:
    clock = SimulatedClock(story(lambda: "")[0].at, file=deployment.settings.data / CLOCK_FILE)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("载入示例 loading the example", total=None)
        load(
            ledger,
            deployment.recorder,
            clock,
            lambda done, of: progress.update(task, completed=done, total=max(done, of)),
        )
    clock.resume()


def _accounts(deployment: Deployment) -> list[SignIn]:
    lost = not (deployment.settings.data / SIGN_INS_FILE).exists()
    found = sign_ins(deployment.settings.data)
    with psycopg.connect(deployment.database.urls.writer) as connection:
        known = {row[0] for row in connection.execute("SELECT login FROM access.accounts").fetchall()}
        at = deployment.clock().now()
        for one in found:
            if lost or one.login not in known:
                open_account(connection, one.login, one.person.member, one.password, at)
    return found
