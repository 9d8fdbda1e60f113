"""示例部署 — load the example, say how to sign in, serve it."""

import os
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Final

import psycopg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.accounts import open_account
from domain.decider import Command
from domain.ledger import Ledger
from ops.clock import SimulatedClock
from ops.deployment import CLOCK_FILE, Deployment, readers
from ops.example.cast import signers
from ops.example.founding import ORIGIN
from ops.example.load import load
from ops.example.people import BRANCH, Person
from ops.example.places import is_piloted
from ops.example.story import ENDS_AT, begins_at, story
from ops.publish import publish, publish_or_stop
from ops.signins import SIGN_INS_FILE, SignIn, sign_ins
from projections import follow, rebuild, schema, tracking
from projections.rows import Connection

FAR_BEHIND: Final = 5_000
"""Entries from which on making the read models anew is quicker than following batch by batch."""
_COLUMNS: Final = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())

WHO = {
    "recorder": "积分记录员 recorder",
    "substitute": "代理记录员 substitute recorder",
    "secretary": "支部书记 branch secretary",
    "committee": "支部委员 committee member",
    "member": "党员 member",
    "probationary": "预备党员 probationary member",
    "officer": "工委干部,承办异议 officer of the work committee, handles objections",
    "leader": "领导小组,有待决复核 leading group, appeals to decide",
    "higher": "上级党组织委员 higher committee",
    "auditor": "督查(只读) auditor, read-only",
    "graded": "试点党员,两年格次,整改中 pilot member, two years of grades, a measure under way",
    "extended": "试点预备党员,延长期内 pilot probationary member, extended",
    "chair": "试点支部书记,有到期措施 pilot secretary, measures due",
}


class Measured:
    """How long each part of preparing took, from real measurement."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = {}

    @contextmanager
    def part(self, name: str) -> Generator[None]:
        """Measure what is done inside."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.parts[name] = time.perf_counter() - began

    def said(self, facts: int) -> str:
        """One line: facts a second over everything, and where the time went."""
        whole = sum(self.parts.values())
        shares = " · ".join(f"{name} {took:.1f} s" for name, took in self.parts.items())
        rate = facts / whole if whole else 0.0
        return f"{facts:,} 条事实 facts, {whole:.1f} s, {rate:,.0f} 条每秒 facts/s: {shares}"


def prepare(deployment: Deployment, console: Console, branches: int = 1) -> list[SignIn]:
    """Load what is missing of the example, follow it, publish it; gives its sign-ins. Twice changes nothing."""
    measured = Measured()
    ledger = deployment.ledger(ORIGIN)
    if deployment.opened is None:
        publish(deployment, whole=True, log=ORIGIN)
    before = deployment.recorder.max_notification_id() or 0
    if not _is_told(deployment):
        with measured.part("载入 telling"):
            _tell(deployment, ledger, console, branches)
    facts = (deployment.recorder.max_notification_id() or 0) - before
    with measured.part("汇总 following"):
        _follow(deployment, console)
    with measured.part("签发 signing"), console.status("签发检查点 signing the checkpoint"):
        publish_or_stop(deployment, whole=True)
    if facts:
        console.print(measured.said(facts), highlight=False)
    return _accounts(deployment, signers() if is_piloted(branches) else ())


def show(found: list[SignIn], origin: str, console: Console) -> None:
    """Addresses and a sign-in for each role."""
    table = Table(title=f"公平秤示例 Steelyard example: {origin}", title_justify="left")
    for heading in ("账号 login", "密码 password", "姓名 name", "身份 role"):
        table.add_column(heading)
    for one in found:
        table.add_row(one.login, one.password, one.person.name, WHO[one.login])
    console.print(table)
    console.print(f"公示栏 notice board: {origin}/units/{BRANCH}/notices    接口 API: {origin}/docs", highlight=False)


def _follow(deployment: Deployment, console: Console) -> None:
    """Everything that was told into the read models; far behind, they are made anew, which scores each member once."""
    whole = deployment.recorder.max_notification_id() or 0
    projector, allowed = deployment.database.urls.projector, readers(deployment)
    with (
        psycopg.connect(projector, autocommit=True) as connection,
        Progress(*_COLUMNS, console=console) as progress,
    ):
        task = progress.add_task("汇总查询数据 following the log", total=whole)
        if _is_far_behind(connection, allowed, whole):
            show = partial(_show_reached, progress, task)
            rebuild.rebuild(projector, readers=allowed, progress=show, processes=os.cpu_count() or 1)
        follow.catch_up(connection, lambda position: progress.update(task, completed=position))


def _is_far_behind(connection: Connection, allowed: Sequence[str], whole: int) -> bool:
    """Or made by another release."""
    try:
        follow.ready(connection, allowed)
        return whole - tracking.read(connection, schema.SHAPE).position > FAR_BEHIND
    except tracking.OutOfShape:
        return True


def _show_reached(progress: Progress, task: TaskID, position: int, last: int) -> None:
    progress.update(task, completed=position, total=last)


def _is_told(deployment: Deployment) -> bool:
    if not (deployment.settings.data / CLOCK_FILE).exists():
        return False
    told = (step.wish for step in story(lambda: "") if step.at <= ENDS_AT)
    last = [command for command in told if isinstance(command, Command)][-1]
    return deployment.recorder.find_command(last.id) is not None


def _tell(deployment: Deployment, ledger: Ledger, console: Console, branches: int) -> None:
    clock = SimulatedClock(begins_at(branches), file=deployment.settings.data / CLOCK_FILE)
    with Progress(*_COLUMNS, console=console) as progress:
        task = progress.add_task("载入示例 loading the example", total=None)
        load(
            ledger,
            deployment.recorder,
            clock,
            lambda done, of: progress.update(task, completed=done, total=max(done, of)),
            branches,
        )
    clock.resume()


def _accounts(deployment: Deployment, others: Sequence[Person]) -> list[SignIn]:
    lost = not (deployment.settings.data / SIGN_INS_FILE).exists()
    found = sign_ins(deployment.settings.data, others)
    with psycopg.connect(deployment.database.urls.writer) as connection:
        known = {row[0] for row in connection.execute("SELECT login FROM access.accounts").fetchall()}
        at = deployment.clock().now()
        for one in found:
            if lost or one.login not in known:
                open_account(connection, one.login, one.person.member, one.password, at)
    return found
