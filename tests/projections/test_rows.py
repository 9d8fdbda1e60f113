"""Rows gathered over a batch of facts: what comes, changes and goes before anything is written."""

from collections.abc import Sequence
from itertools import product

import psycopg
import pytest

from ops.embedded import Running
from projections.rows import Batch, Row


class Wish(Row, kw_only=True):
    """A row of some table."""

    table = "wishes"
    number: int


@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_came_and_went_in_one_batch_is_not_written_however_often(times: int) -> None:
    batch = Batch()
    for _ in range(times):
        batch.insert(Wish(number=7))
        batch.remove(Wish, 7)
    assert (batch.pending(Wish, 7), batch.waiting) == (None, 0)


def test_what_came_again_after_it_had_gone_is_written() -> None:
    batch = Batch()
    batch.insert(Wish(number=7))
    batch.remove(Wish, 7)
    batch.insert(again := Wish(number=7))
    batch.remove(Wish, 8)
    assert (batch.pending(Wish, 7), batch.waiting) == (again, 1)


class Said(Row, kw_only=True):
    """A row that can change."""

    table = "said"
    number: int
    word: str = "came"


def acted(acts: Sequence[str], *, there: bool) -> tuple[Batch, str | None] | None:
    """A batch of acts on one key, and what its row says afterwards; None where they cannot follow each other."""
    batch, word = Batch(), "there" if there else None
    for number, act in enumerate(acts):
        match act, word:
            case "insert", None:
                word = f"came {number}"
                batch.insert(Said(number=7, word=word))
            case "change", str():
                word = f"changed {number}"
                batch.change(Said, 7, word=word)
            case "settle", str() if batch.pending(Said, 7) is not None:
                batch.settle(Said, 7)
            case "remove", _:
                batch.remove(Said, 7)
                word = None
            case _:
                return None
    return batch, word


def test_the_last_act_on_a_key_wins_in_whatever_order_a_batch_acts(server: Running) -> None:
    """Every sequence of up to five acts on a row that a table knows, or does not."""
    kinds = ("insert", "change", "settle", "remove")
    every = [acts for length in range(1, 6) for acts in product(kinds, repeat=length)]
    tried = 0
    with psycopg.connect(server.admin_url) as connection:
        connection.execute("CREATE TEMP TABLE said (number integer PRIMARY KEY, word text NOT NULL)")
        for acts, there in product(every, (False, True)):
            made = acted(acts, there=there)
            if made is None:
                continue
            connection.execute("TRUNCATE said")
            if there:
                connection.execute("INSERT INTO said VALUES (7, 'there')")
            made[0].flush(connection)
            found = connection.execute("SELECT word FROM said").fetchall()
            assert found == ([] if made[1] is None else [(made[1],)]), (acts, there)
            tried += 1
        connection.rollback()
    assert tried > 100
