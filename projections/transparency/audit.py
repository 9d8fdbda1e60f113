"""The audit of the database itself: every stored row against its own bytes, the tiles and the signed roots.

What `verify.py` does with an export, done where the log lives; the same code judges the entries.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

from psycopg import Connection, OperationalError

from projections.transparency.kept import LEAVES, KeptLeaves
from projections.transparency.leaves import DAMAGE
from projections.transparency.merkle import HASH_SIZE_BYTES, leaf_hash
from projections.transparency.verify import (
    MAX_INTEGER,
    Folder,
    Head,
    Key,
    Problem,
    Report,
    Rules,
    Scan,
    Trusted,
    about,
    microseconds_of,
    parse_key,
    read_heads,
    read_key,
    read_trusted,
    tile_path,
    width_of,
)

IN_ORDER = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
"""By the index, so that all entries before an unreadable one come first; a sort would read everything beforehand."""
ROWS = """
COPY (
    SELECT position, stream, version, type, known_at, state, leaf FROM ledger.entries ORDER BY position
) TO STDOUT (FORMAT BINARY)
"""
ROW_TYPES = ["int8", "uuid", "int4", "bytea", "int8", "bytea", "bytea"]
"""Two as the bytes that they are: a type need not be UTF-8 any more, an instant need not lie in a year of Python."""

Row = tuple[int, UUID, int, bytes, int, bytes | None, bytes]
"""position, stream, version, type, known_at (microseconds since 2000, UTC), state, leaf: as stored."""

COLUMNS: Final = ("stream", "version", "type", "known_at", "leaf")
_YEAR_2000: Final = microseconds_of("2000-01-01T00:00:00Z")


def verify_database(
    connection: Connection[Any],
    folder: Path,
    *,
    key: str = "",
    trusted: Path | None = None,
    kept: Path | None = None,
) -> list[Problem]:
    """Return what is wrong with the stored log, the first bad entry first; nothing when it is whole.

    `folder` is the public log folder. `key` is a vkey and `trusted` a checkpoint file or folder, both from
    outside, `kept` the publisher's own second copy of the last checkpoint, beside which the leaves lie that it
    covers; without them the folder's own key and checkpoints are the measure.
    """
    log = Folder(folder)
    report = Report([])
    log_key = read_key(log, key, report) or (parse_key(key) if key else None)
    if log_key is None:
        return report.problems
    outside = Trusted(trusted) if trusted else None
    heads = _read_heads(log, log_key, report, outside, kept)
    if not heads:
        return report.problems
    signed = max(head.size for head in heads)
    leaves = _kept_leaves(kept, log_key)
    scan = Scan(heads, lambda level, index: _tile(log, level, index, signed), _believed(outside, leaves))
    scan.former += report.former
    with closing(_read_rows(connection)) as rows:
        first = check_rows(scan, rows)
    if first is not None and first.code == "entry-not-trusted" and _is_own(outside, first.position):
        first = first._replace(code="entry-altered")
    return [first, *report.problems] if first else report.problems


def _read_heads(log: Folder, key: Key, report: Report, outside: Trusted | None, kept: Path | None) -> list[Head]:
    """Every signed root that is to hold. A folder that has lost its own is still measured by those kept elsewhere."""
    heads = list(read_heads(log, key, report))
    report.size = heads[0].size if heads else MAX_INTEGER
    heads += read_trusted(outside, key, report)
    if kept is not None:
        heads += read_trusted(Trusted(kept), key, report, label=f"{kept.parent.name}/")
    return heads


def _kept_leaves(kept: Path | None, key: Key) -> KeptLeaves | None:
    """The second copy of the leaves, if they give the root that the second copy of the checkpoint signs."""
    if kept is None:
        return None
    for head in read_trusted(Trusted(kept), key, Report([], size=MAX_INTEGER)):
        leaves = KeptLeaves(kept.parent / LEAVES, head.size)
        if leaves.gives(head.root):
            return leaves
    return None


def _believed(outside: Trusted | None, leaves: KeptLeaves | None) -> Callable[[int, int], bytes] | None:
    """Tiles of level 0 from where the log's folder cannot reach: those brought along, else our own copy."""
    sources = [source.tile for source in (outside, leaves) if source is not None]
    if not sources:
        return None
    return lambda level, index: next((data for tile in sources if (data := tile(level, index))), b"")


def _is_own(outside: Trusted | None, position: int) -> bool:
    """Whether the hash that an entry differs from is our own copy, and not one that was brought along."""
    index = position - 1
    return outside is None or not outside.tile(0, index >> 8)[(index & 255) * HASH_SIZE_BYTES :]


def _read_rows(connection: Connection[Any]) -> Generator[Row]:
    """Yield the stored rows; closed early, it ends the COPY, so that the connection can be used again."""
    with connection.transaction(), connection.cursor() as cursor:
        cursor.execute(IN_ORDER)
        with cursor.copy(ROWS) as copy:
            copy.set_types(ROW_TYPES)
            yield from cast("Iterable[Row]", copy.rows())


def check_rows(scan: Scan, rows: Iterable[Row]) -> Problem | None:
    """Return the first problem of stored rows in position order, or None."""
    problem = scan.compare()
    try:
        for row in rows:
            problem = problem or _check_row(scan, row)
            if problem is not None:
                return problem
    except DAMAGE as damage:
        # Rows are sent as they are read: what comes next is what the server could not read.
        detail = damage.diag.message_primary or ""
        return scan.suspect or about("entry-unreadable", scan.size + 1, b"", detail)
    except OperationalError as lost:
        if lost.sqlstate is not None:
            raise
        detail = str(lost).partition("\n")[0]
        return scan.suspect or Problem("reading-broke-off", first=scan.size + 1, detail=detail)
    return problem or scan.finish()


def _check_row(scan: Scan, row: Row) -> Problem | None:
    position, stream, version, type_, known_at, state, leaf = row
    expected = scan.size + 1
    if position != expected:
        return scan.suspect or about("position-missing", expected, b"")
    if state is None:
        return scan.suspect or about("column-differs", position, b"", "state")
    problem = scan.take(state)
    if problem is not None:
        return problem
    found = (str(stream), version, type_, known_at, leaf)
    stated = _stated(scan.rules, state)
    if found == stated:
        return None
    wrong = [column for column, one, other in zip(COLUMNS, found, stated, strict=True) if one != other]
    return scan.suspect or about("column-differs", position, state, ", ".join(wrong))


def _stated(rules: Rules, state: bytes) -> tuple[str, int, bytes, int, bytes]:
    """What the columns must hold beside this entry, computed from the bytes of it and of those before it."""
    stream, version, type_ = rules.last
    known_at = microseconds_of(rules.latest) - _YEAR_2000
    return stream, version, type_.encode(), known_at, leaf_hash(state)


def _tile(log: Folder, level: int, index: int, size: int) -> bytes:
    """Bytes of a published tile; a partial one may have been dropped for the full one that came after it."""
    name, width = tile_path(str(level), index, size), width_of(str(level), index, size)
    data = log.read(name)
    return data if len(data) == HASH_SIZE_BYTES * width else log.read(name.split(".p/")[0])[: HASH_SIZE_BYTES * width]
