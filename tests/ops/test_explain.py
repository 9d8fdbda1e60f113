"""Explaining from the command line asks who looks, and writes it down when it is somebody else."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from rich.console import Console

from api.as_of import back_of
from domain.actor import Actor, person
from domain.decider import NotPermitted
from domain.house import decide
from domain.ledger import Ledger
from ops.bootstrap import Urls
from ops.clock import SimulatedClock
from ops.database import Database
from ops.deployment import CLOCK_FILE, Deployment
from ops.example.founding import ORIGIN
from ops.example.load import load
from ops.example.people import BRANCH, people
from ops.example.story import story
from ops.explain import explained
from ops.recorder import PostgresRecorder
from ops.settings import Settings
from projections import follow
from projections.vault import Vault, load_master_key

PEOPLE = {one.login: one for one in people() if one.login}


@pytest.fixture
def deployment(database: Urls, tmp_path: Path) -> Iterator[Deployment]:
    recorder = PostgresRecorder(database.writer)
    vault = Vault(load_master_key(tmp_path / "keys" / "master"), database.writer)
    clock = SimulatedClock(story(lambda: "")[0].at, file=tmp_path / CLOCK_FILE)
    load(Ledger(recorder, vault, decide, ORIGIN), recorder, clock, lambda done, of: None)
    clock.resume()
    with psycopg.connect(database.projector, autocommit=True) as connection:
        follow.ready(connection, [f"{database.database}_{role}" for role in ("reader", "auditor", "writer")])
        follow.catch_up(connection)
    settings = Settings(deployment="example", data=tmp_path)
    yield Deployment(settings, Database(database, database.reader, [], None), recorder, vault)
    recorder.close()
    vault.close()


def said(deployment: Deployment, actor: Actor, login: str = "member") -> str:
    console = Console(width=200)
    with console.capture() as shown:
        console.print(explained(deployment, actor, PEOPLE[login].work_number, 2026, "H1", "zh"))
    return shown.get()


def readings(database: Urls) -> list[tuple[object, ...]]:
    with psycopg.connect(database.auditor) as connection:
        return connection.execute("SELECT reader, role, subject FROM access.readings").fetchall()


def acting(login: str, role: str) -> Actor:
    return person(PEOPLE[login].member, role, PEOPLE[login].unit)


def test_a_member_reads_his_own_and_nothing_is_noted(deployment: Deployment, database: Urls) -> None:
    assert "40.25" in said(deployment, acting("member", "member"))
    assert readings(database) == []


def test_a_secretarys_look_is_written_down(deployment: Deployment, database: Urls) -> None:
    assert "40.25" in said(deployment, acting("secretary", "secretary"))
    assert readings(database) == [(PEOPLE["secretary"].member, "secretary", PEOPLE["member"].member)]


@pytest.mark.parametrize(
    "actor",
    [
        acting("probationary", "member"),
        acting("member", "secretary"),
        person(PEOPLE["leader"].member, "officer", BRANCH),
    ],
)
def test_nobody_else_looks_and_nothing_is_noted(deployment: Deployment, database: Urls, actor: Actor) -> None:
    with pytest.raises(NotPermitted):
        said(deployment, actor, "recorder")
    assert readings(database) == []


def test_a_look_back_says_what_was_known_then(deployment: Deployment) -> None:
    member = acting("member", "member")

    def then(known_at: str, valid_on: str = "") -> str:
        console = Console(width=200)
        with console.capture() as shown:
            number = PEOPLE["member"].work_number
            console.print(explained(deployment, member, number, 2026, "H1", "zh", back_of(known_at, valid_on)))
        return shown.get()

    assert then("2030-01-01") == said(deployment, member)
    assert "40.25" not in then("2026-03-01")
    assert "40.25" not in then("", "2026-02-01")
