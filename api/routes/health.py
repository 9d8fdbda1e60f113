"""Health: whether the process lives, and whether it can do its work."""

from typing import Annotated, Final, Literal

import msgspec
import psycopg
from fastapi import APIRouter, Response
from psycopg_pool import PoolTimeout

from api.asked import Asked, permitted
from api.documents import described
from projections import parking, rules
from projections.answers import NotFollowed
from projections.waiting import as_of

router = APIRouter(tags=["health"])

LAG_MOST: Final = 10_000
"""Entries by which the read models may be behind before the service says that it is not ready."""
_LAST: Final = "SELECT COALESCE(max(position), 0) FROM ledger.entries"


class Readiness(msgspec.Struct, frozen=True, kw_only=True):
    """What was looked at.

    ``ok``: all well. ``degraded``: everybody is served (200), but an operator is needed: members are parked, or this
    year has no calendar. ``down``: not to be sent anybody (503).
    """

    status: Literal["ok", "degraded", "down"]
    ready: bool
    database: bool
    position: int = 0
    lag: int = 0
    """Entries that the read models have still to read."""
    parked: int = 0
    """Members whose facts could not be applied: their pages say so, everybody else goes on."""
    unreadable: int = 0
    """Streams with a fact that nobody can read: no answer is complete."""
    calendar: bool = False
    """The working days of this year are published."""
    log: str | None = None
    """Code of why the log is refused: pages are served, nothing is written."""


@router.get("/livez")
@described(media_type="text/plain")
async def live(asked: Annotated[Asked, permitted("open")]) -> Response:
    """The process answers."""
    return Response("ok\n", media_type="text/plain", headers={"Cache-Control": "no-store"})


@router.get("/readyz")
@described(Readiness, bare=True)
async def ready(asked: Annotated[Asked, permitted("open")]) -> Response:
    """The database answers, the read models follow, and the log is what was signed."""
    try:
        found = await _look(asked)
    except (psycopg.OperationalError, PoolTimeout, NotFollowed):
        found = Readiness(status="down", ready=False, database=False)
    return Response(
        msgspec.json.encode(found),
        200 if found.ready else 503,
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


async def _look(asked: Asked) -> Readiness:
    async with asked.house.reads.connection() as connection:
        reached = await as_of(connection)
        row = await (await connection.execute(_LAST)).fetchone()
        parked = await parking.parked(connection)
        calendars = await rules.calendars(connection)
    assert row is not None
    lag, refused = int(row[0]) - reached.position, asked.house.refused()
    is_ready, has_calendar = lag <= LAG_MOST and refused is None, asked.today.year in calendars.value
    members = sum(one.kind == "member" for one in parked.value)
    return Readiness(
        status="down" if not is_ready else "ok" if has_calendar and not parked.value else "degraded",
        ready=is_ready,
        database=True,
        position=reached.position,
        lag=lag,
        parked=members,
        unreadable=len(parked.value) - members,
        calendar=has_calendar,
        log=refused,
    )
