"""Rebuilding while people write and read: nobody ever sees a half state, and nothing is lost."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial

import psycopg
import pytest

from projections import scores
from projections.ahead import reading_ahead
from projections.folding import PART, Fold
from projections.follow import run
from projections.rebuild import RebuildRunning, rebuild
from tests.foundings import founding, member
from tests.histories import history, road, some_matters
from tests.projections.conftest import House, tables_of

BRANCHES = tuple(f"PK-{number:02d}" for number in range(1, 9))

# One statement, so that position, rows and log are of one instant.
_AGREES = """
SELECT t.position, t.generation,
  (SELECT count(*) FROM records) = (SELECT count(*) FROM ledger.entries AS e
                                    WHERE e.type = 'points-recorded' AND e.position <= t.position),
  (SELECT count(confirmed) FROM records) = (SELECT count(*) FROM ledger.entries AS e
                                            WHERE e.type = 'points-confirmed' AND e.position <= t.position)
FROM tracking AS t
"""

_INDEXES = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'reads' ORDER BY indexname"


def test_a_rebuild_among_eight_writers_loses_and_doubles_nothing(house: House) -> None:
    # given eight branches that write, a follower, and a reader who never stops looking
    house.tell(founding(BRANCHES))
    house.follow()
    stop, errors = threading.Event(), list[BaseException]()
    seen: list[tuple[int, int, bool, bool]] = []

    def guarded(work: Callable[[], None]) -> threading.Thread:
        def body() -> None:
            try:
                work()
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=body)
        thread.start()
        return thread

    together = threading.Barrier(len(BRANCHES), timeout=60)

    def write(branch: str) -> None:
        roads = [c for done in some_matters(3, 8, branch) for c in road(done, branch)]
        for command in sorted(roads, key=lambda command: command.at):
            together.wait()  # time does not run backwards, so nobody may be ahead of the others
            house.ledger.execute(command)

    def look() -> None:
        with psycopg.connect(house.urls.reader, autocommit=True, options="-csearch_path=reads") as reader:
            while not stop.is_set():
                row = reader.execute(_AGREES).fetchone()
                assert row is not None, "the read models were empty for a moment"
                seen.append(row)

    def follow() -> None:
        run(house.urls.projector, stop, readers=house.readers, poll_s=0.05)

    others = [guarded(look), guarded(follow)]
    writers = [guarded(partial(write, branch)) for branch in BRANCHES]
    # when the tables are rebuilt and swapped twice meanwhile
    swapped = [rebuild(house.urls.projector, readers=house.readers).generation for _ in range(2)]
    for writer in writers:
        writer.join()
    rebuild(house.urls.projector, readers=house.readers)
    stop.set()
    for other in others:
        other.join()
    assert errors == []
    # then every answer agreed with the log, and what is there is what a fold from zero gives
    assert all(records and confirmed for _, _, records, confirmed in seen)
    assert [position for position, *_ in seen] == sorted(position for position, *_ in seen)
    assert swapped == [2, 3]
    assert [generation for _, generation, *_ in seen] == sorted(generation for _, generation, *_ in seen)
    house.follow()
    with house.projector() as connection:
        living = tables_of(connection)
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == living
    assert len(living["records"]) > 0


def test_a_rebuild_makes_what_was_never_there(house: House) -> None:
    house.tell(founding())
    steps: list[tuple[int, int]] = []
    reached = rebuild(house.urls.projector, readers=house.readers, progress=lambda done, of: steps.append((done, of)))
    assert steps[-1] == (reached.position, reached.position) == (len(house.entries()), len(house.entries()))
    answer = asyncio.run(house.ask(scores.points_of, member(0), 2026))
    assert answer.as_of == reached
    assert [score.period for score in answer.value] == ["H1", "H2", "Y"]


def test_what_is_forgotten_between_batches_is_asked_again(house: House) -> None:
    house.tell(history(11, matters=6))
    with house.projector() as connection:
        forgetful = Fold(connection, kept=4)
        while forgetful.advance(7):
            pass
        found = tables_of(connection)
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == found


def test_whoever_could_read_can_read_the_rebuilt_tables(house: House) -> None:
    house.tell(founding())
    house.follow()
    rebuild(house.urls.projector)
    assert len(asyncio.run(house.ask(scores.points_of, member(0), 2026)).value) == 3


def test_the_rebuilt_tables_have_every_index_of_the_followed_ones(house: House) -> None:
    house.tell(founding())
    with house.projector() as connection:
        followed = connection.execute(_INDEXES).fetchall()
    rebuild(house.urls.projector)
    with house.projector() as connection:
        assert connection.execute(_INDEXES).fetchall() == followed


def test_what_is_read_ahead_is_every_entry_once_and_what_came_meanwhile(house: House) -> None:
    # given a reader that has read ahead to the end of the log
    commands = list(history(11, matters=2))
    house.tell(commands[:20])
    with reading_ahead(house.urls.projector) as ahead:
        found = [part := ahead(0, PART)]
        # when the log grows, and is read on in small parts
        house.tell(commands[20:])
        while part is not None:
            found.append(part := ahead(part.position, 7))
    # then nothing is missed and nothing comes twice
    read = [fact for part in found if part is not None for _, fact in part.said]
    assert read == [entry.fact for entry in house.entries()]


def test_one_rebuild_at_a_time(house: House) -> None:
    house.tell(founding())
    with psycopg.connect(house.urls.projector, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtext('steelyard rebuild'))")
        with pytest.raises(RebuildRunning):
            rebuild(house.urls.projector, readers=house.readers)


def test_what_an_interrupted_rebuild_left_is_cleared_away(house: House) -> None:
    house.tell(founding())
    house.follow()
    with psycopg.connect(house.urls.projector, autocommit=True) as projector:
        projector.execute("CREATE SCHEMA reads_next CREATE TABLE tracking (nonsense int)")
    assert rebuild(house.urls.projector, readers=house.readers).generation == 2
