"""A town for whole years: the branch of the domain's tests and a small one beside it, served at chosen instants."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx2
import psycopg
from psycopg import sql

from api.accounts import open_account
from domain.decider import Command
from ops.clock import SimulatedClock
from ops.deployment import CLOCK_FILE, deployed, readers
from ops.embedded import Running
from ops.publish import publish, publish_or_stop
from ops.serve import house
from ops.settings import Settings
from projections import follow
from tests.api.moving import Moving
from tests.api.town import PASSWORD, Town, key, served, worked
from tests.domain.assessment.small import FIVE, SMALL
from tests.domain.branch import (
    BRANCH,
    COMMITTEE,
    HIGHER_DEPUTY,
    HIGHER_SECRETARY,
    LEADER,
    MEMBER,
    OFFICER,
    RECORDER,
    SECRETARY,
    SETUP_AT,
    SUBSTITUTE,
    TOP,
    appointed,
    calendar,
    commands,
    digest,
    established,
    registered,
    who,
)

ORIGIN: Final = "example.test/pukou"
JSON: Final = {"accept": "application/json"}
WORKED: Final = {name: who(name) for name in "ABCD"}
"""The members of the page of worked checks; E is elsewhere."""
IDLE: Final = "GW/PK-03"
"""A branch whose recorder is idle: nothing is ever planned there."""
IDLERS: Final = tuple(who(f"idle-{number}") for number in range(12))
"""The first of them is member E of that page."""
MOVED: Final = who("moved in August")
"""Of the branch in the first half, of the idle one afterwards."""
HERE: Final = f"/units/{BRANCH.replace('/', '~')}"
IDLE_HERE: Final = f"/units/{IDLE.replace('/', '~')}"
LOGINS: Final = {
    "secretary": SECRETARY,
    "recorder": RECORDER,
    "substitute": SUBSTITUTE,
    "member": MEMBER,
    "higher": HIGHER_SECRETARY,
    "deputy": HIGHER_DEPUTY,
    "officer": OFFICER,
    "leader": LEADER,
    "small": FIVE[0],
}


def beginning() -> tuple[Command, ...]:
    """Both branches, their people, the rule set, three calendars."""
    return (
        *commands(),
        calendar(2027),
        calendar(2028, (date(2028, 10, 2),)),
        *(registered(member) for member in (*WORKED.values(), MOVED)),
        established(SMALL, TOP, approval_body="parent_committee"),
        *(registered(one, SMALL) for one in FIVE),
        appointed(FIVE[0], "secretary", SMALL),
        established(IDLE, TOP, approval_body="parent_committee"),
        *(registered(one, IDLE) for one in IDLERS),
    )


@contextmanager
def assessed_town(
    server: Running, folder: Path, happened: Sequence[Command] = (), logins: Mapping[str, UUID] = LOGINS
) -> Iterator[Moving]:
    """The town on the day on which it was set up; everything that happens comes afterwards."""
    name = f"year_{uuid4().hex[:8]}"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'")
        admin.execute(create.format(sql.Identifier(name)))
    settings = Settings(
        deployment="example", data=folder / "data", secure_cookies=False, database_url=server.url(name, "postgres")
    )
    with deployed(settings) as deployment:
        publish(deployment, whole=True, log=ORIGIN)
        clock = SimulatedClock(SETUP_AT, file=settings.data / CLOCK_FILE)
        ledger = deployment.ledger(ORIGIN)
        for command in happened or beginning():
            ledger.execute(command)
        clock.resume()
        with psycopg.connect(deployment.database.urls.projector, autocommit=True) as connection:
            follow.ready(connection, readers(deployment))
            follow.catch_up(connection)
        publish_or_stop(deployment, whole=True)
        with psycopg.connect(deployment.database.urls.writer) as connection:
            for login, member in logins.items():
                open_account(connection, login, member, PASSWORD, SETUP_AT)
        with worked(deployment), served(house(deployment)) as base:
            town = Town(deployment, base, dict.fromkeys(logins, PASSWORD), dict(logins))
            town.settled()
            yield Moving(town)
            town.sql.close()


def read(client: httpx2.Client, path: str) -> Any:
    """The value of an answer."""
    answered = client.get(path, headers=JSON)
    assert answered.status_code == 200, answered.text
    return answered.json()["value"]


def send(client: httpx2.Client, path: str, body: object, status: int = 200) -> Any:
    """A wish, and what it was answered."""
    answered = client.post(path, json=body, headers={**key(), **JSON})
    assert answered.status_code == status, answered.text
    return answered.json()


def refused(client: httpx2.Client, path: str, body: object) -> tuple[int, str]:
    """The status and the code of a refusal."""
    answered = client.post(path, json=body, headers={**key(), **JSON})
    assert answered.status_code >= 400, answered.text
    return answered.status_code, answered.json()["code"]


def sitting(present: tuple[UUID, ...] = COMMITTEE) -> dict[str, object]:
    """A meeting in which everybody was in favour."""
    return {"minute": "纪要〔2026〕9号", "minute_sha256": digest("minute"), "present": [str(one) for one in present]}


def at_branch(town: Town, login: str = "secretary", role: str = "secretary", unit: str = BRANCH) -> httpx2.Client:
    """Somebody in his office."""
    return town.acting(login, role, unit)


def noticed(town: Town, place: str, unit: str = BRANCH) -> None:
    """The drafted notice of a period is checked and posted."""
    login, where = ("secretary", BRANCH) if unit == BRANCH else ("higher", TOP)
    client = at_branch(town, login, "secretary", where)
    notice = f"/units/{unit.replace('/', '~')}/notices/{read(client, place)['notice']}"
    send(client, f"{notice}/check", {"shows": ["name", "points"]})
    send(client, f"{notice}/posting", {})
