"""重建 — the read models folded again from zero beside the living ones, and swapped in with one transaction.

Readers see the old tables or the new ones, never a mixture: a statement keeps the tables it began with, and no
answer takes more than one. Writers are not kept waiting; the follower waits for the length of the swap.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, LiteralString

from psycopg import sql

from projections import bulk, schema, tracking
from projections.ahead import reading_ahead
from projections.answers import AsOf
from projections.folding import Fold, head
from projections.rows import Connection
from projections.sending import Sending

BATCH: Final = 1_000_000
"""Entries that go in one transaction: what is both made and changed within it is written once."""
KEPT: Final = 1_000_000
"""Keys that are remembered, some 200 MB: so long nothing that a later fact names is asked of the tables."""
CLOSE: Final = 1_000
"""How near the end of the log the shadow must be before the follower is made to wait."""

Progress = Callable[[int, int], None]
"""(position reached, last position of the log)."""

_LOCK: Final = "SELECT pg_try_advisory_lock(hashtext('steelyard rebuild'))"
_UNLOCK: Final = "SELECT pg_advisory_unlock(hashtext('steelyard rebuild'))"
_LOCK_LIVING: Final[LiteralString] = "LOCK TABLE reads.tracking IN EXCLUSIVE MODE"
_LIVING: Final[LiteralString] = "SELECT generation FROM reads.tracking"
_NEWLY_PARKED: Final[LiteralString] = """
SELECT key FROM reads_next.parked EXCEPT SELECT key FROM reads.parked ORDER BY key
"""
_SHADOW: Final = """
SELECT c.relname FROM pg_class AS c
WHERE c.relnamespace = to_regnamespace(%(schema)s) AND c.relkind = 'r' AND c.relname <> 'scores'
  AND pg_relation_size(c.oid) > 0
ORDER BY c.relname
"""
# A quarter of the usual sample: a quarter of the time, in which nobody does anything else.
_SAMPLE: Final = "SET LOCAL default_statistics_target = 25"
_ANALYZE_SCORES: Final = "ANALYZE reads_next.scores"
_AWAY: Final[LiteralString] = "ALTER SCHEMA reads RENAME TO reads_old"
_IN: Final[LiteralString] = "ALTER SCHEMA reads_next RENAME TO reads"


class RebuildRunning(Exception):
    """另一次重建正在进行。 Another rebuild is running."""


class MoreParked(Exception):
    """重建的结果停放了更多的人,未予采用。 The rebuilt tables park more people than the living ones: not swapped in."""


def rebuild(
    projector_url: str, *, readers: Sequence[str] = (), progress: Progress | None = None, processes: int = 1
) -> AsOf:
    """Fold the log from zero, swap the result in, and give what it has reached.

    Whoever may read the living tables may read the new ones; ``readers`` are roles that may as well.
    The scores are made by so many ``processes``.
    Raises MoreParked where it would park anybody who is not parked now, and RebuildRunning; the living tables then
    stay as they are.
    """
    with Sending.connect(projector_url, autocommit=True) as connection:
        row = connection.execute(_LOCK).fetchone()
        if row is None or not row[0]:
            raise RebuildRunning
        try:
            with reading_ahead(projector_url) as source, bulk.no_collector():
                reached = _reaching(progress, head(connection))
                fold = Fold(connection, scoring=False, source=source, kept=KEPT, reached=reached)
                _fold(connection, fold, readers)
                for failed in _scores(connection, projector_url, fold, processes):
                    fold.score_range(failed)
                while fold.advance(BATCH) > CLOSE:
                    pass
                _swap(connection, fold)
        finally:
            _drop(connection, schema.NEXT)
            _drop(connection, schema.OLD)
            connection.execute(_UNLOCK)
        schema.use(connection)
        return tracking.read(connection, schema.SHAPE)


def _reaching(progress: Progress | None, last: int) -> Callable[[int], None]:
    """What tells how far it is; people may go on writing meanwhile."""
    return lambda position: None if progress is None else progress(position, max(position, last))


def _fold(connection: Connection, fold: Fold, readers: Sequence[str]) -> None:
    """The whole log in the shadow tables, up to now; but for the scores."""
    _drop(connection, schema.NEXT)
    _drop(connection, schema.OLD)
    with connection.transaction():
        everyone = schema.readers_of(connection) | set(readers)
        schema.create(connection, schema.NEXT, readers=sorted(everyone))
    while fold.advance(BATCH):
        pass


def _scores(connection: Connection, url: str, fold: Fold, processes: int) -> list[bulk.Pairs]:
    """Everybody's scores, while the database puts the other tables in order; the ranges that failed."""
    with ThreadPoolExecutor(1, "ordering") as thread:
        ordered = thread.submit(_order, connection)
        failed = bulk.rescore(url, fold.unscored(), schema_name=schema.NEXT, processes=processes)
        ordered.result()
    connection.execute(_ANALYZE_SCORES)
    return failed


def _order(connection: Connection) -> None:
    """Indexes, and statistics of the shadow tables in which anything is: what is about to go need not be looked at."""
    with connection.transaction():
        schema.index(connection)
        connection.execute(_SAMPLE)
        for (table,) in connection.execute(_SHADOW, {"schema": schema.NEXT}).fetchall():
            connection.execute(sql.SQL("ANALYZE {}.{}").format(sql.Identifier(schema.NEXT), sql.Identifier(table)))


def _swap(connection: Connection, fold: Fold) -> None:
    """The last entries, the check, the names: in one transaction, while the follower waits."""
    with connection.transaction():
        generation = 1
        living = schema.exists(connection)
        if living:
            connection.execute(_LOCK_LIVING)
        while fold.advance(BATCH):
            pass
        if living:
            row = connection.execute(_LIVING).fetchone()
            assert row is not None, "tracking has no row"
            generation = row[0] + 1
            more = [key for (key,) in connection.execute(_NEWLY_PARKED)]
            if more:
                raise MoreParked(f"{MoreParked.__doc__} {len(more)}: {more[0]}")
            connection.execute(_AWAY)
        tracking.set_generation(connection, generation)
        connection.execute(_IN)


def _drop(connection: Connection, name: str) -> None:
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))
