"""Following: rows and position in one transaction, exactly once, whoever is killed and however many follow."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from random import Random
from typing import Any

import psycopg
import pytest

from projections import folding, schema, tracking
from projections.answers import AsyncConnection, NotFollowed
from projections.folding import Fold, Hole
from projections.follow import catch_up, lead, run
from projections.log import log
from projections.rebuild import rebuild
from projections.waiting import as_of, wait_until
from tests.foundings import founding
from tests.histories import KINDS, Done, history, road
from tests.projections.conftest import House, tables_of


@pytest.mark.parametrize("seed", range(4))
def test_what_is_rebuilt_equals_what_was_followed(house: House, seed: int) -> None:
    # given a random life, followed in random steps while it is told
    random, commands = Random(seed), history(seed, matters=8)
    with house.projector() as connection:
        fold = Fold(connection)
        while commands:
            some = random.randint(1, 60)
            house.tell(commands[:some])
            commands = commands[some:]
            fold.advance(random.choice((1, 7, 1000)))
        while fold.advance(random.choice((1, 7, 1000))):
            pass
        followed = tables_of(connection)
    # when the tables are rebuilt
    reached = rebuild(house.urls.projector, readers=house.readers)
    # then not one row differs
    with house.projector() as connection:
        assert tables_of(connection) == followed
    assert reached.generation == 2
    assert followed["parked"] == []
    assert len(followed["records"]) == sum(entry.type == "points-recorded" for entry in house.entries())


def test_a_follower_killed_between_rows_and_position_applies_nothing_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.tell(history(5, matters=3))
    advance, deaths = tracking.advance, iter(range(3))

    def dying(
        connection: "psycopg.Connection[Any]", before: int, position: int, at: datetime, known_at: datetime
    ) -> None:
        if next(deaths, None) is not None:
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        advance(connection, before, position, at, known_at)

    monkeypatch.setattr(tracking, "advance", dying)
    for _ in range(3):
        with house.projector() as connection, pytest.raises(psycopg.OperationalError):
            catch_up(connection, batch=50)
    reached = house.follow()
    with house.projector() as connection:
        found = tables_of(connection)
    assert reached == len(house.entries())
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == found


def test_one_follower_leads(house: House) -> None:
    with house.projector() as first, house.projector() as second:
        assert lead(first)
        assert not lead(second)
        first.close()
        with house.projector() as third:
            assert lead(third) or lead(second)


def test_two_followers_at_once_apply_each_entry_once(house: House) -> None:
    house.tell(history(6, matters=4))
    house.projector().close()

    def follow() -> None:
        with house.projector() as connection:
            catch_up(connection, batch=5)

    followers = [threading.Thread(target=follow) for _ in range(2)]
    for follower in followers:
        follower.start()
    for follower in followers:
        follower.join()
    with house.projector() as connection:
        found = tables_of(connection)
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == found


def test_a_running_follower_shows_what_was_written(house: House) -> None:
    house.follow()  # so that the tables stand before anybody asks
    stop = threading.Event()
    follower = threading.Thread(target=run, args=(house.urls.projector, stop), kwargs={"readers": house.readers})
    follower.start()
    try:
        position = house.tell(founding())

        async def wait(connection: AsyncConnection) -> int:
            return (await wait_until(connection, position, timeout_s=20.0)).position

        assert _asked(house, wait) == position
        position = house.tell(road(Done("M1", KINDS[0], datetime(2026, 3, 3, tzinfo=UTC).date())))
        assert _asked(house, wait) == position
    finally:
        stop.set()
        follower.join()


def _asked(house: House, question: Callable[[AsyncConnection], Awaitable[int]]) -> int:
    # A browser test of the same process may have left a loop running in this thread.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, house.ask(question)).result()


def test_waiting_ends_with_what_is_there(house: House) -> None:
    house.tell(founding())
    reached = house.follow()
    late = house.tell(road(Done("M1", KINDS[0], datetime(2026, 3, 3, tzinfo=UTC).date(), reaches="planned")))

    async def wait(connection: AsyncConnection) -> int:
        return (await wait_until(connection, late, timeout_s=0.05)).position

    assert _asked(house, wait) == reached < late


def test_tables_of_another_release_are_not_followed(house: House) -> None:
    with house.projector() as connection:
        connection.execute("UPDATE tracking SET shape = 'old'")
    with pytest.raises(tracking.OutOfShape):
        house.projector()
    rebuild(house.urls.projector, readers=house.readers)
    house.projector().close()


def test_nothing_is_read_beyond_a_hole(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.tell(founding()[:5])
    monkeypatch.setattr(
        folding, "_ENTRIES", folding._ENTRIES.replace("WHERE position >", "WHERE position <> 3 AND position >")
    )
    with house.projector() as connection:
        with pytest.raises(Hole):
            catch_up(connection)
        assert tracking.read(connection, schema.SHAPE).position == 0


def test_a_reader_cannot_write(house: House) -> None:
    house.projector().close()
    with psycopg.connect(house.urls.reader, autocommit=True, options="-csearch_path=reads") as reader:
        reader.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute("UPDATE tracking SET position = 0")


def test_before_the_first_follower_there_is_no_answer(house: House) -> None:
    for question in (as_of, log):
        with pytest.raises(NotFollowed):
            asyncio.run(house.ask(question))
    house.projector().close()
    with house.projector() as connection:
        connection.execute("DELETE FROM tracking")
    with pytest.raises(NotFollowed):
        asyncio.run(house.ask(as_of))
