"""等待 — until a reader sees what he has just written, without holding a connection while he waits."""

import asyncio
from typing import Final

from api.house import House, Pool
from projections.waiting import as_of

WAIT_S: Final = 10.0
"""How long a page waits at most."""

_POLL_S: Final = 0.005
_POLL_MOST_S: Final = 0.05
_LAST: Final = "SELECT COALESCE(max(position), 0) FROM ledger.entries"


async def caught_up(house: House, since: int, timeout_s: float = WAIT_S) -> bool:
    """Whether the read models have reached a position, now or in time.

    Nobody waits for what is not written: that would only keep others waiting.
    """
    if await _position(house.reads) >= since:
        return True
    # Asked of where it is written: a replica may not have it yet.
    if await _last(house.access) < since:
        return False
    loop = asyncio.get_running_loop()
    until, pause_s = loop.time() + timeout_s, _POLL_S
    while loop.time() < until:
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, _POLL_MOST_S)
        if await _position(house.reads) >= since:
            return True
    return False


async def _position(reads: Pool) -> int:
    async with reads.connection() as connection:
        return (await as_of(connection)).position


async def _last(access: Pool) -> int:
    async with access.connection() as connection:
        row = await (await connection.execute(_LAST)).fetchone()
    assert row is not None
    last: int = row[0]
    return last
