"""Whatever a superuser changes, and recomputes, verification names the entry."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import rfc8785

from ops.embedded import Running
from ops.proving import verified
from projections.transparency.audit import verify_database
from projections.transparency.verify import Problem
from tests.faults.deployments import Example, superuser, told

Connection = psycopg.Connection[Any]
Row = tuple[Any, ...]

COLUMNS = "position, stream, version, type, known_at, state"
SELECT = f"SELECT {COLUMNS} FROM ledger.entries WHERE position = %s"  # noqa: S608 - a constant
INSERT = f"INSERT INTO ledger.entries ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s)"  # noqa: S608 - a constant


@pytest.fixture(scope="module")
def example(binaries: Path) -> Iterator[Example]:
    with told(binaries) as example:
        yield example


@pytest.fixture(scope="module")
def server(example: Example) -> Iterator[Running]:
    with example.running() as server:
        yield server


@pytest.fixture
def connection(server: Running) -> Iterator[Connection]:
    """The superuser's transaction; nothing of it stays."""
    connection = superuser(server)
    yield connection
    connection.rollback()
    connection.close()


@pytest.fixture
def verify(example: Example, connection: Connection) -> Callable[[], Problem]:
    """The first problem, as the superuser's own transaction would leave the log."""
    key = (example.log / "key").read_text().strip()
    kept = example.kept / "checkpoint"

    def first() -> Problem:
        return verify_database(connection, example.log, key=key, kept=kept)[0]

    return first


def row_at(connection: Connection, position: int) -> Row:
    row = connection.execute(SELECT, (position,)).fetchone()
    assert row is not None
    return row


def set_state(connection: Connection, position: int, state: bytes) -> None:
    connection.execute("UPDATE ledger.entries SET state = %s WHERE position = %s", (state, position))


def size_of(connection: Connection) -> int:
    row = connection.execute("SELECT max(position) FROM ledger.entries").fetchone()
    assert row is not None
    return int(row[0])


def line_at_or_after(connection: Connection, position: int) -> int:
    """Position of a recorded line of a sheet: an entry that says what a member gets."""
    row = connection.execute(
        "SELECT min(position) FROM ledger.entries WHERE type = 'points-recorded' AND position >= %s", (position,)
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_the_untouched_example_is_whole(example: Example, server: Running) -> None:
    with example.deployed() as deployment:
        assert verified(deployment, None) == []
        assert verified(deployment, example.kept / "checkpoint") == []


@pytest.mark.parametrize("position", [1, 2, 255, 256, 257, 1000, 1536, 1537, 1768])
@pytest.mark.parametrize("place", [0.0, 0.37, 0.5, 0.99])
def test_one_changed_byte_of_a_state_is_named(
    connection: Connection, verify: Callable[[], Problem], position: int, place: float
) -> None:
    state = bytearray(row_at(connection, position)[-1])
    state[int(len(state) * place)] ^= 1
    set_state(connection, position, bytes(state))
    assert verify().position == position


@pytest.mark.parametrize("position", [1, 256, 900, 1700])
def test_an_entry_rewritten_as_a_faultless_one_is_named(
    connection: Connection, verify: Callable[[], Problem], position: int
) -> None:
    """Canonical bytes, another outcome, every column and the leaf to match: nothing is wrong but that it was signed."""
    position = line_at_or_after(connection, position)
    entry = json.loads(row_at(connection, position)[-1])
    entry["fact"]["outcome"] = "absent" if entry["fact"]["outcome"] == "attended" else "attended"
    set_state(connection, position, rfc8785.dumps(entry))
    problem = verify()
    assert (problem.code, problem.position, problem.id) == ("entry-altered", position, entry["id"])
    assert f"第 {position} 条记录" in problem.sentence("zh")
    assert f"entry {position} " in problem.sentence("en")


@pytest.mark.parametrize(("one", "other"), [(5, 6), (40, 1500), (256, 257)])
def test_of_two_entries_that_changed_places_the_first_is_named(
    connection: Connection, verify: Callable[[], Problem], one: int, other: int
) -> None:
    for old, new in ((one, 10**6), (other, one), (10**6, other)):
        connection.execute("UPDATE ledger.entries SET position = %s WHERE position = %s", (new, old))
    assert verify().position == one


def renumber(connection: Connection, behind: int, by: int) -> None:
    """Close or open a gap in the positions, in two steps, because they are unique at every moment."""
    move = "UPDATE ledger.entries SET position = position + %s WHERE position > %s"
    connection.execute(move, (10**6, behind))
    connection.execute(move, (by - 10**6, 10**6))


@pytest.mark.parametrize("position", [1, 2, 256, 1000, 1767])
def test_an_entry_taken_from_the_middle_is_named_though_the_rest_closes_up(
    connection: Connection, verify: Callable[[], Problem], position: int
) -> None:
    connection.execute("DELETE FROM ledger.entries WHERE position = %s", (position,))
    problem = verify()
    assert (problem.code, problem.position) == ("position-missing", position)
    renumber(connection, position, -1)
    assert verify().position == position


def test_of_entries_cut_off_at_the_end_the_number_is_named(
    connection: Connection, verify: Callable[[], Problem]
) -> None:
    size = size_of(connection)
    connection.execute("DELETE FROM ledger.entries WHERE position = %s", (size,))
    problem = verify()
    assert (problem.code, problem.first, problem.last) == ("log-rolled-back", size - 1, size)


@pytest.mark.parametrize("position", [1, 300, 1768])
def test_a_forged_entry_put_in_between_is_named(
    connection: Connection, verify: Callable[[], Problem], position: int
) -> None:
    row = row_at(connection, position)
    forged = json.loads(row[-1])
    forged["id"] = forged["stream"] = "00000000-0000-4000-8000-000000000001"
    forged["version"] = 1
    renumber(connection, position - 1, 1)
    connection.execute(INSERT, (position, forged["stream"], 1, forged["type"], row[4], rfc8785.dumps(forged)))
    assert verify().position == position


@pytest.mark.parametrize("position", [1, 257, 1768])
@pytest.mark.parametrize(
    ("column", "change"),
    [
        ("type", "type || 'x'"),
        ("stream", "gen_random_uuid()"),
        ("version", "version + 1000"),
        ("known_at", "known_at + interval '1 us'"),
        ("known_at", "known_at - interval '1 day'"),
        ("known_at", "'infinity'"),
    ],
)
def test_a_column_that_does_not_say_what_its_bytes_say_is_named(
    connection: Connection, verify: Callable[[], Problem], position: int, column: str, change: str
) -> None:
    connection.execute(f"UPDATE ledger.entries SET {column} = {change} WHERE position = %s", (position,))  # type: ignore[arg-type]  # noqa: S608
    problem = verify()
    assert (problem.code, problem.position, problem.detail) == ("column-differs", position, column)
