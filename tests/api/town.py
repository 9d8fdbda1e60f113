"""A whole deployment for the tests of pages: the example, a second branch, every office held, served by HTTP."""

import shutil
import tempfile
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID, uuid4

import httpx2
import psycopg
import uvicorn
from psycopg import sql
from rich.console import Console

from api.accounts import open_account
from api.app import create_app
from api.house import Clock, House
from domain.actor import Actor, person
from domain.decider import Command
from domain.organisation.appointments import OFFICES, AppointRole
from domain.organisation.member import RegisterMember
from domain.organisation.unit import EstablishUnit
from domain.sealed import Secret
from domain.values import MemberId, day_of
from ops import demo, worker
from ops.deployment import Deployment, deployed, on_reads, readers
from ops.embedded import Running
from ops.example.people import BRANCH, WORK_COMMITTEE, people
from ops.example.told import SCHEME
from ops.process import run as carry_out
from ops.publish import publishing
from ops.serve import house
from ops.settings import Settings
from projections import follow

OTHER = "PK-02"
"""A second branch, with which nobody of the first has anything to do."""
KEPT_ALIVE_S = 3600
PASSWORD = "a-password-of-the-tests"
READERS: Final = {"auditor": "watcher", "reviewer": "inspector"}
"""Who holds the offices that go together with no other."""
PAGE = {"accept": "text/html"}
NEWCOMERS: Final = ("everybody", *READERS.values(), "stranger", "chief")

_STATE: Final = """
SELECT position, EXISTS (SELECT FROM agenda WHERE due_at <= %(now)s AND refused_code IS NULL) FROM tracking
"""


@dataclass(frozen=True)
class Ahead:
    """A clock that is ahead of another."""

    clock: Clock
    by: timedelta

    def now(self) -> datetime:
        """Aware UTC instant."""
        return self.clock.now() + self.by


@dataclass
class Town:
    """The running service, and what a test must know of it."""

    deployment: Deployment
    base: str
    passwords: dict[str, str]
    members: dict[str, MemberId] = field(default_factory=dict)
    clients: dict[str, httpx2.Client] = field(default_factory=dict)

    def client(self, login: str | None = None) -> httpx2.Client:
        """A fresh client, signed in or not; the caller closes it."""
        client = httpx2.Client(base_url=self.base, timeout=120)
        if login is not None:
            sent = client.post("/session", json={"login": login, "password": self.passwords[login]})
            assert sent.status_code == 204, sent.text
        return client

    @contextmanager
    def visit(self, login: str | None = None) -> Generator[httpx2.Client]:
        """A fresh client for a moment."""
        client = self.client(login)
        try:
            yield client
        finally:
            client.close()

    def known(self, login: str) -> httpx2.Client:
        """A client that stays signed in for the whole run, in the office that it chose last; "" for nobody."""
        if login not in self.clients:
            self.clients[login] = self.client(login or None)
        return self.clients[login]

    def forget(self, login: str) -> None:
        """The client that stayed signed in is no more."""
        client = self.clients.pop(login, None)
        if client is not None:
            client.close()

    def acting(self, login: str, role: str, unit: str) -> httpx2.Client:
        """The same, acting in an office."""
        client = self.known(login)
        chosen = client.post("/session/office", json={"office": f"{role}@{unit}"})
        assert chosen.status_code == 303, chosen.text
        return client

    @contextmanager
    def later(self, by: timedelta) -> Generator[Self]:
        """The same town some days on. Nothing may be written then: its own time would never catch up."""
        ahead = Ahead(self.deployment.clock(), by)
        with served(replace(house(self.deployment), clock=ahead)) as base:
            town = replace(self, base=base, clients={})
            yield town
            for client in town.clients.values():
                client.close()

    @cached_property
    def sql(self) -> "psycopg.Connection[Any]":
        """A connection of the writer."""
        return psycopg.connect(self.deployment.database.urls.writer, autocommit=True)

    def position(self) -> int:
        """The log's last position."""
        row = self.sql.execute("SELECT max(position) FROM ledger.entries").fetchone()
        assert row is not None
        return int(row[0])

    def signed(self) -> int:
        """How many entries the newest checkpoint covers."""
        checkpoint = Path(str(self.deployment.settings.log)) / "checkpoint"
        return int(checkpoint.read_bytes().split(b"\n")[1]) if checkpoint.exists() else 0

    def settled(self, position: int | None = None) -> None:
        """Wait until the read models and the published tree hold what was asked for.

        With nothing asked for: everything, and what follows from it by itself has followed.
        """
        wanted = position or self.position()
        deadline = time.monotonic() + 120
        with psycopg.connect(on_reads(self.deployment.database.urls.reader), autocommit=True) as connection:
            while time.monotonic() < deadline:
                row = connection.execute(_STATE, {"now": self.deployment.clock().now()}).fetchone()
                followed = row is not None and row[0] >= wanted and (position is not None or not row[1])
                if followed and self.signed() >= wanted:
                    return
                time.sleep(0.05)
        raise AssertionError(f"position {wanted} was not reached")


@contextmanager
def town_of_its_own(server: Running) -> Generator[Town]:
    """The same in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with founded(server, folder) as found:
        yield found
    shutil.rmtree(folder)


@contextmanager
def founded(server: Running, folder: Path) -> Generator[Town]:
    """The example in a database of its own, followed, published and served."""
    name = f"town_{uuid4().hex[:8]}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        admin.execute(create.format(sql.Identifier(name)))
    settings = Settings(
        deployment="example",
        data=folder / "data",
        secure_cookies=False,
        database_url=server.url(name, "postgres"),
    )
    with deployed(settings) as deployment:
        found = demo.prepare(deployment, Console(quiet=True))
        passwords = {one.login: one.password for one in found}
        members = {one.login: one.member for one in people() if one.login}
        members |= _newcomers(deployment)
        passwords |= dict.fromkeys(NEWCOMERS, PASSWORD)
        with worked(deployment), served(house(deployment)) as base:
            town = Town(deployment, base, passwords, members)
            town.settled()
            yield town
            for client in town.clients.values():
                client.close()
            town.sql.close()


def _newcomers(deployment: Deployment) -> dict[str, MemberId]:
    """A second branch with a stranger, one who holds every office, one who audits and two who review."""
    ledger, now = deployment.ledger(), deployment.clock().now()
    officer = person(_of("officer"), "officer", WORK_COMMITTEE)
    since = date(2026, 1, 5)
    found = {login: uuid4() for login in NEWCOMERS}

    def execute(kind: type[Command], /, actor: Actor = officer, **wish: Any) -> None:
        ledger.execute(kind(id=uuid4(), actor=actor, at=now, **wish))

    execute(
        EstablishUnit,
        unit=OTHER,
        kind="branch",
        title="第二党支部(示例)",
        parent=WORK_COMMITTEE,
        scheme=SCHEME,
        established_on=since,
    )
    for login, member in found.items():
        name = Secret(subject=member, name="name", value=f"示例·{login}", salt=uuid4().hex)
        number = Secret(subject=member, name="work_number", value=f"T-{login}", salt=uuid4().hex)
        execute(
            RegisterMember,
            member=member,
            unit=OTHER,
            profile="full",
            name=name,
            work_number=number,
            present_from=since,
        )
    for unit in (WORK_COMMITTEE, BRANCH, OTHER):
        for role in OFFICES:
            holder = READERS.get(role, "everybody")
            if not (role == "recorder" and unit == BRANCH):  # the example's own recorder holds this one
                execute(AppointRole, unit=unit, role=role, person=found[holder], from_on=day_of(now))
    execute(AppointRole, unit=WORK_COMMITTEE, role="reviewer", person=found["chief"], from_on=day_of(now))
    with psycopg.connect(deployment.database.urls.writer) as connection:
        for login, member in found.items():
            open_account(connection, login, member, PASSWORD, now)
    return found


def _of(login: str) -> UUID:
    return next(one.member for one in people() if one.login == login)


@contextmanager
def worked(deployment: Deployment) -> Iterator[None]:
    """What runs beside the service, in threads of the test's process."""
    stop = threading.Event()

    def carry(stopped: threading.Event) -> None:
        with psycopg.connect(on_reads(deployment.database.urls.projector), autocommit=True) as connection:
            follow.ready(connection, readers(deployment))
            carry_out(connection, deployment.ledger(), deployment.clock(), stopped)

    loops = {
        "follow": lambda stopped: follow.run(deployment.database.urls.projector, stopped, readers=readers(deployment)),
        "process": carry,
        "publish": lambda stopped: publishing(deployment, stopped),
    }
    thread = threading.Thread(target=worker.run, args=(loops, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(30)


@contextmanager
def served(made: House) -> Iterator[str]:
    """A house, served by HTTP; gives its address."""
    # A client that stays signed in may be silent for long: on a busy machine no connection is taken away from it.
    config = uvicorn.Config(
        create_app(made),
        host="127.0.0.1",
        port=0,
        log_level="error",
        server_header=False,
        timeout_keep_alive=KEPT_ALIVE_S,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 120
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started, "the service did not start"
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)


def key() -> dict[str, str]:
    """A fresh idempotency key."""
    return {"idempotency-key": str(uuid4())}


def next_day(day: date, days: int = 1) -> date:
    """Some days later."""
    return day + timedelta(days=days)
