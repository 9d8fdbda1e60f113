"""批量重算 — everybody's scores made again, member range by member range, by one process or several.

A range holds so few members that memory stays bounded whatever the log's length; the ranges are shared out as the
processes come free. A range that cannot be scored is given back to the caller, who parks whom it concerns.
"""

import multiprocessing
from collections.abc import Iterable, Sequence
from typing import TypeAlias

import psycopg

from projections import schema, scores
from projections.alike import Alike
from projections.folding import NOT_ITS_FAULT
from projections.records import item_names
from projections.rows import Connection

Pairs: TypeAlias = Sequence[tuple[int, int]]
"""(member's key, year)."""

_connections: list[tuple[Connection, Alike]] = []
"""The one connection of a process of the pool, and what it remembers."""


def rescore(
    url: str, wanted: Iterable[tuple[int, int]], *, schema_name: str = schema.READS, processes: int = 1
) -> list[Pairs]:
    """Make scores again; the ranges that failed."""
    ordered = sorted(wanted)
    ranges = [ordered[start : start + scores.RANGE] for start in range(0, len(ordered), scores.RANGE)]
    if processes <= 1 or len(ranges) < 2:
        _begin(url, schema_name)
        try:
            return [pairs for pairs in ranges if not _score(pairs)]
        finally:
            _connections.pop()[0].close()
    context = multiprocessing.get_context("spawn")
    with context.Pool(min(processes, len(ranges)), _begin, (url, schema_name)) as pool:
        return [pairs for pairs, done in zip(ranges, pool.imap(_score, ranges), strict=True) if not done]


def _begin(url: str, schema_name: str) -> None:
    connection = psycopg.connect(url, autocommit=True)
    schema.use(connection, schema_name)
    _connections.append((connection, Alike(item_names(connection))))


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
