"""A branch of the domain's tests, served: what happened to it so far, and its people signed in."""

import json
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import psycopg
from psycopg import sql

from api.accounts import open_account
from domain.decider import Command
from domain.oversight.log import OpenLog
from ops.deployment import CLOCK_FILE, Deployment, deployed, readers
from ops.embedded import Running
from ops.publish import publish
from ops.serve import house
from ops.settings import Settings
from projections import follow
from tests.api.town import PASSWORD, Town, served, worked
from tests.domain.branch import DOCUMENT, HIGHER_SECRETARY, MEMBER, OTHER, RECORDER, SECRETARY, calendar, commands
from tests.domain.year import H1_OVER, H2_OVER, Y_OVER, half, period_opened

PEOPLE = {"secretary": SECRETARY, "recorder": RECORDER, "member": MEMBER, "other": OTHER, "higher": HIGHER_SECRETARY}


def to_the_appraisal(document: bytes = DOCUMENT) -> tuple[Command, ...]:
    """Both halves of the branch's year sealed, and the year open."""
    year = msgspec.structs.replace(period_opened("Y"), at=Y_OVER)
    return (*commands(document), calendar(2027), *half("H1", H1_OVER), *half("H2", H2_OVER), year)


@contextmanager
def lived(server: Running, folder: Path, told: Iterable[Command], people: dict[str, UUID] = PEOPLE) -> Generator[Town]:
    """What was told in a database of its own, followed, published and served; the clock goes on from its end."""
    name = f"life_{uuid4().hex[:8]}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        admin.execute(create.format(sql.Identifier(name)))
    settings = Settings(
        deployment="example", data=folder / "data", secure_cookies=False, database_url=server.url(name, "postgres")
    )
    with deployed(settings) as deployment:
        ended_at = _tell(deployment, settings, told)
        with psycopg.connect(deployment.database.urls.writer) as connection:
            for login, member in people.items():
                open_account(connection, login, member, PASSWORD, ended_at)
        with worked(deployment), served(house(deployment)) as base:
            town = Town(deployment, base, dict.fromkeys(people, PASSWORD), dict(people))
            town.settled()
            yield town
            for client in town.clients.values():
                client.close()
            town.sql.close()


def _tell(deployment: Deployment, settings: Settings, told: Iterable[Command]) -> datetime:
    """Everything in its order; when it ended."""
    at = datetime.min.replace(tzinfo=UTC)
    ledger = None
    for command in told:
        if isinstance(command, OpenLog):
            publish(deployment, whole=True, log=command.origin)
            ledger = deployment.ledger(command.origin)
        assert ledger is not None, "a log is opened first"
        ledger.execute(command)
        at = max(at, command.at)
    stand = {"real_at": datetime.now(UTC).isoformat(), "simulated_at": at.isoformat()}
    (settings.data / CLOCK_FILE).write_text(json.dumps(stand))
    with psycopg.connect(deployment.database.urls.projector, autocommit=True) as connection:
        follow.ready(connection, readers(deployment))
        follow.catch_up(connection)
    return at
