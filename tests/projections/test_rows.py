"""Rows gathered over a batch of facts: what comes, changes and goes before anything is written."""

import pytest

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
