"""A small town under a rule set of the test's own: one branch, its people signed in by number, served by HTTP."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from pydantic import SecretStr

from api.accounts import open_account
from domain.values import MemberId
from ops.clock import SimulatedClock
from ops.deployment import CLOCK_FILE, deployed, readers
from ops.embedded import Running
from ops.publish import publish
from ops.serve import house
from ops.settings import Settings
from projections import follow
from tests.api.town import PASSWORD, Town, served, worked
from tests.foundings import LOG, WORK, member
from tests.lives import Life

PEOPLE = {
    **{f"member{number}": member(number) for number in range(8)},
    "officer": member(0, WORK),
    "leader": member(1, WORK),
}
"""Logins of the branch by number (0 secretary, 3 recorder, 4 substitute), and of two above."""


@contextmanager
def founded(server: Running, folder: Path, life: Life, people: Mapping[str, MemberId] = PEOPLE) -> Generator[Town]:
    """What was lived is told to a ledger of its own; then its time goes on. ``people`` sign in under these names."""
    name = f"hamlet_{uuid4().hex[:8]}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        admin.execute(create.format(sql.Identifier(name)))
    settings = Settings(
        deployment="example",
        data=folder / "data",
        secure_cookies=False,
        database_url=SecretStr(server.url(name, "postgres")),
    )
    with deployed(settings) as deployment:
        publish(deployment, whole=True, log=LOG)
        ledger = deployment.ledger(LOG)
        for command in life.commands:
            ledger.execute(command)
        clock = SimulatedClock(life.now, file=settings.data / CLOCK_FILE)
        clock.resume()
        with psycopg.connect(deployment.database.urls.projector, autocommit=True) as connection:
            follow.ready(connection, readers(deployment))
            follow.catch_up(connection)
        with psycopg.connect(deployment.database.urls.writer) as connection:
            for login, person in people.items():
                open_account(connection, login, person, PASSWORD, life.now)
        with worked(deployment), served(house(deployment)) as base:
            town = Town(deployment, base, dict.fromkeys(people, PASSWORD), dict(people))
            town.settled()
            yield town
            for client in town.clients.values():
                client.close()
            town.sql.close()
