"""等待 — read what you wrote: wait until the read models have reached a position."""

import asyncio
from typing import Final

from psycopg.errors import UndefinedTable

from projections.answers import AsOf, AsyncConnection, NotFollowed

_READ: Final = "SELECT position, as_of_at, known_at, generation FROM tracking"
_POLL_S: Final = 0.005
_POLL_MOST_S: Final = 0.05


async def as_of(connection: AsyncConnection) -> AsOf:
    """How far the read models are."""
    try:
        row = await (await connection.execute(_READ)).fetchone()
    except UndefinedTable as missing:
        raise NotFollowed from missing
    if row is None:
        raise NotFollowed
    position, at, known_at, generation = row
    return AsOf(position=position, at=at, known_at=known_at, generation=generation)


async def wait_until(connection: AsyncConnection, position: int, timeout_s: float = 2.0) -> AsOf:
    """How far the read models are once they have reached a position, or when the time is over.

    Compare ``.position`` to know which. The connection must not be inside a transaction that keeps one snapshot.
    """
    loop = asyncio.get_running_loop()
    until, pause_s = loop.time() + timeout_s, _POLL_S
    while True:
        reached = await as_of(connection)
        if reached.position >= position or loop.time() >= until:
            return reached
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _POLL_MOST_S)
