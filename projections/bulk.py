"""批量重算 — everybody's scores made again, member range by member range, by one process or several.

A range holds so few members that memory stays bounded whatever the log's length; the ranges are shared out as the
processes come free. A range that cannot be scored is given back to the caller, who parks whom it concerns.
"""

import multiprocessing
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from multiprocessing.pool import AsyncResult, Pool
from typing import Final, TypeAlias

import psycopg

from projections import schema, scores
from projections.alike import Alike
from projections.folding import NOT_ITS_FAULT
from projections.records import item_names
from projections.rows import Connection

Pairs: TypeAlias = Sequence[tuple[int, int]]
"""(member's key, year)."""

WORTH_HELP: Final = 8
"""Ranges from which on a process more is worth its start, which takes longer than scoring a district's members."""

_connections: list[tuple[Connection, Alike]] = []
"""The one connection of a process of the pool, and what it remembers."""


def rescore(
    url: str,
    wanted: Iterable[tuple[int, int]],
    *,
    schema_name: str = schema.READS,
    processes: int = 1,
    size: int = scores.RANGE,
) -> list[Pairs]:
    """Make scores again, so many at a time; the ranges that failed."""
    ordered = sorted(wanted)
    ranges = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    _begin(url, schema_name)
    try:
        if processes <= 1 or len(ranges) < WORTH_HELP:
            return [pairs for pairs in ranges if not _score(pairs)]
        with multiprocessing.get_context("spawn").Pool(processes - 1, _begin, (url, schema_name)) as pool:
            return _shared(ranges, pool, processes - 1)
    finally:
        _connections.pop()[0].close()


def _shared(ranges: Sequence[Pairs], pool: Pool, helpers: int) -> list[Pairs]:
    """This process and its helpers take one range after the other; nobody waits for a helper that is not there yet."""
    there = pool.apply_async(_is_there)
    waiting = deque(ranges)
    given: list[tuple[Pairs, AsyncResult[bool]]] = []
    failed: list[Pairs] = []
    while waiting:
        under_way = sum(not result.ready() for _, result in given)
        if there.ready() and under_way < 2 * helpers:
            pairs = waiting.popleft()
            given.append((pairs, pool.apply_async(_score, (pairs,))))
        elif not _score(pairs := waiting.popleft()):
            failed.append(pairs)
    return [*failed, *(pairs for pairs, result in given if not result.get())]


def _is_there() -> None:
    """Answered by the first helper that has started."""


def _begin(url: str, schema_name: str) -> None:
    connection = psycopg.connect(url, autocommit=True)
    schema.use(connection, schema_name)
    _connections.append((connection, Alike(partial(item_names, connection))))


def _score(pairs: Pairs) -> bool:
    connection, alike = _connections[-1]
    try:
        with connection.transaction():
            scores.rescore(connection, pairs, alike)
    except NOT_ITS_FAULT:
        raise
    except Exception:
        return False
    return True
