"""The audit of the database itself: every stored row against its own bytes, the tiles and the signed roots.

What `verify.py` does with an export, done where the log lives; the same code judges the entries.
"""

from collections.abc import Generator, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from psycopg import Connection

from projections.transparency.merkle import leaf_hash
from projections.transparency.verify import (
    Folder,
    Problem,
    Report,
    Scan,
    Trusted,
    about,
    read_heads,
    read_key,
    read_trusted,
    tile_path,
    width_of,
)

ROWS = """
COPY (
    SELECT position, stream, version, type, state, leaf FROM ledger.entries ORDER BY position
) TO STDOUT (FORMAT BINARY)
"""
ROW_TYPES = ["int8", "uuid", "int4", "text", "bytea", "bytea"]

Row = tuple[int, UUID, int, str, bytes, bytes]
"""position, stream, version, type, state, leaf: as stored."""


def verify_database(
    connection: Connection[Any], folder: Path, *, key: str = "", trusted: Path | None = None
) -> list[Problem]:
    """Return what is wrong with the stored log, the first bad entry first; nothing when it is whole.

    `folder` is the public log folder. `key` is a vkey and `trusted` a checkpoint file or folder, both from
    outside; without them the folder's own key and checkpoints are the measure.
    """
    log = Folder(folder)
    report = Report([])
    log_key = read_key(log, key, report)
    heads = list(read_heads(log, log_key, report)) if log_key else []
    if log_key is None or not heads:
        return report.problems
    signed = heads[0].size
    report.size = signed
    outside = Trusted(trusted) if trusted else None
    heads += read_trusted(outside, log_key, report)
    scan = Scan(heads, lambda level, index: _tile(log, level, index, signed), outside.tile if outside else None)
    with closing(_read_rows(connection)) as rows:
        first = check_rows(scan, rows)
    return [first, *report.problems] if first else report.problems


def _read_rows(connection: Connection[Any]) -> Generator[Row]:
    """Yield the stored rows; closed early, it ends the COPY, so that the connection can be used again."""
    with connection.cursor() as cursor, cursor.copy(ROWS) as copy:
        copy.set_types(ROW_TYPES)
        yield from cast("Iterable[Row]", copy.rows())


def check_rows(scan: Scan, rows: Iterable[Row]) -> Problem | None:
    """Return the first problem of stored rows in position order, or None."""
    problem = scan.compare()
    for row in rows:
        problem = problem or _check_row(scan, row)
        if problem is not None:
            return problem
    return scan.finish()


def _check_row(scan: Scan, row: Row) -> Problem | None:
    position, stream, version, type_, state, leaf = row
    expected = scan.size + 1
    if position != expected:
        return scan.suspect or about("position-missing", expected, b"")
    problem = scan.take(state)
    if problem is not None:
        return problem
    found = (str(stream), version, type_, leaf)
    if found == (*scan.rules.last, leaf_hash(state)):
        return None
    pairs = zip(
        ("stream", "version", "type", "leaf"), found, (*scan.rules.last, leaf_hash(state)), strict=True
    )
    wrong = [column for column, stored, stated in pairs if stored != stated]
    return scan.suspect or about("column-differs", position, state, ", ".join(wrong))


def _tile(log: Folder, level: int, index: int, size: int) -> bytes:
    """Bytes of a published tile; a partial one may have been dropped for the full one that came after it."""
    name, width = tile_path(str(level), index, size), width_of(str(level), index, size)
    data = log.read(name)
    return data if len(data) == 32 * width else log.read(name.split(".p/")[0])[: 32 * width]
