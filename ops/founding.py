"""开立 — a real log's first entry, and the first accounts."""

import asyncio
from uuid import uuid4

import psycopg

from api.accounts import open_account
from domain.actor import system
from domain.ledger import Receipt
from domain.oversight.log import OpenLog
from domain.values import day_of
from ops.deployment import Deployment, RealLogRefused
from ops.explain import person_of
from ops.publish import publish


def open_real_log(deployment: Deployment, origin: str, title: str) -> Receipt:
    """Sign the empty tree, then say the first word. Refused in an example deployment, and a second time."""
    if deployment.settings.deployment == "example":
        raise RealLogRefused
    if deployment.opened is None:
        publish(deployment, whole=True, log=origin)
    command = OpenLog(
        id=uuid4(), actor=system("installation"), at=deployment.clock().now(), origin=origin, title=title, clock="real"
    )
    return deployment.ledger(origin).execute(command)


def give_account(deployment: Deployment, login: str, work_number: str, password: str) -> None:
    """Let a registered member sign in."""
    now = deployment.clock().now()
    member, _ = asyncio.run(person_of(deployment, work_number, day_of(now)))
    with psycopg.connect(deployment.database.urls.writer) as connection:
        open_account(connection, login, member, password, now)
