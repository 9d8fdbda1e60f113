"""Waiting for one's own writing: never for what is not written, never with a connection in the hand."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, TypeAlias
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

from api.house import House
from api.waiting import caught_up
from ops.embedded import Running
from ops.example.people import BRANCH
from ops.example.told import SCHEME
from ops.serve import house
from projections.waiting import as_of
from tests.api.town import PAGE, Town

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"
UNREACHABLE = 2**62
FOREVER_S = 3600.0


def _in_house(town: Town, carry: Callable[[House], Awaitable[object]], **pools: Any) -> object:
    """What comes of something that is done in a house whose pools are open."""

    async def run() -> object:
        made = replace(house(town.deployment), **pools)
        async with made.reads, made.access:
            return await asyncio.wait_for(carry(made), 30)

    # A thread of its own: a browser test of the same process leaves its event loop on the main one.
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(lambda: asyncio.run(run())).result()


def test_nobody_waits_for_what_is_not_written(town: Town) -> None:
    assert _in_house(town, lambda made: caught_up(made, UNREACHABLE, FOREVER_S)) is False


def test_what_is_written_is_waited_for(town: Town) -> None:
    recorder, key = town.acting("recorder", "recorder", BRANCH), str(uuid4())
    plan = {"matter": f"W-{key[:8]}", "kind": "visit", "title": "走访", "planned_on": "2026-05-19"}
    sent = recorder.post(f"/units/{BRANCH}/matters", json=plan, headers={"idempotency-key": key})
    assert _in_house(town, lambda made: caught_up(made, sent.json()["last"], FOREVER_S)) is True


@pytest.fixture
def halted(town: Town, server: Running) -> Iterator[tuple[str, Connection]]:
    """Read models that stand still before the first entry: their schema, and a superuser who can move them."""
    schema, name = f"halted_{uuid4().hex[:8]}", town.sql.info.dbname
    with psycopg.connect(server.url(name, "postgres"), autocommit=True) as admin:
        known = sql.Identifier(schema)
        admin.execute(sql.SQL("CREATE SCHEMA {}").format(known))
        copied = "CREATE TABLE {}.tracking AS SELECT 0::bigint AS position, as_of_at, known_at, generation"
        admin.execute(sql.SQL(copied + " FROM reads.tracking").format(known))
        admin.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO PUBLIC").format(known))
        admin.execute(sql.SQL("GRANT SELECT ON {}.tracking TO PUBLIC").format(known))
        yield schema, admin
        admin.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(known))


def test_no_connection_is_held_while_waiting(town: Town, halted: tuple[str, Connection]) -> None:
    """One connection serves both who waits and who only reads."""
    schema, admin = halted
    head = town.position()
    move = sql.SQL("UPDATE {}.tracking SET position = %(head)s").format(sql.Identifier(schema))

    async def carry(made: House) -> object:
        waiting = asyncio.create_task(caught_up(made, head, FOREVER_S))
        for _ in range(3):
            async with made.reads.connection() as connection:
                assert (await as_of(connection)).position == 0
            await asyncio.sleep(0.05)
        assert not waiting.done()
        admin.execute(move, {"head": head})
        return await waiting

    url = make_conninfo(town.deployment.database.read_url, options=f"-csearch_path={schema}")
    reads = AsyncConnectionPool(url, kwargs={"autocommit": True}, min_size=1, max_size=1, open=False)
    assert _in_house(town, carry, reads=reads) is True


@pytest.mark.parametrize("signed_in", [True, False])
def test_only_who_is_signed_in_is_told_that_a_page_is_behind(town: Town, signed_in: bool) -> None:
    with town.visit("member" if signed_in else None) as client:
        page = client.get(f"/rules/{SCHEME}", params={"since": UNREACHABLE}, headers=PAGE)
    assert page.status_code == 200
    assert ("页面数据稍后更新" in page.text) is signed_in
