"""Made-up ledgers: entries as the service stores them, one after the other."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import rfc8785
from psycopg import Connection

SPACE = uuid.UUID("6f0c4f3e-55d3-4b0f-8a55-1c2d3e4f5a6b")
START = datetime(2026, 5, 12, 1, tzinfo=UTC)

INSERT = "INSERT INTO ledger.entries (position, stream, version, type, state) VALUES (%s, %s, %s, %s, %s)"
COPY = "COPY ledger.entries (position, stream, version, type, state) FROM STDIN"


def entry(position: int, **changes: object) -> dict[str, Any]:
    """The entry at `position`: seven streams in turn, one second apart."""
    lap, stream = divmod(position - 1, 7)
    return {
        "actor": {"person": str(uuid.uuid5(SPACE, "person")), "role": "recorder", "unit": "pk/ab"},
        "at": (START + timedelta(seconds=position)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "cause": None,
        "command": str(uuid.uuid5(SPACE, f"command {position}")),
        "fact": {
            "item": "R-ZZ-1",
            "note": f"第 {position} 次" if position % 4 == 0 else "",
            "quantity": "1.50",
        },
        "id": str(uuid.uuid5(SPACE, f"entry {position}")),
        "log": "pukou",
        "schema": 1,
        "stream": str(uuid.uuid5(SPACE, f"stream {stream}")),
        "type": "points-recorded",
        "version": lap + 1,
        **changes,
    }


def encode(value: object) -> bytes:
    """Canonical bytes, by another's hand than ours."""
    return rfc8785.dumps(value)  # type: ignore[arg-type]


def rows(first: int, last: int) -> Iterator[tuple[int, str, int, str, bytes]]:
    """Rows of `ledger.entries` for positions `first` to `last`."""
    for position in range(first, last + 1):
        one = entry(position)
        yield position, one["stream"], one["version"], one["type"], encode(one)


def append(connection: Connection[Any], first: int, last: int) -> None:
    """Append the made-up entries `first` to `last`."""
    copy_in(connection, rows(first, last))


def copy_in(connection: Connection[Any], values: Iterable[tuple[int, str, int, str, bytes]]) -> None:
    """Append rows as they are."""
    with connection.cursor() as cursor, cursor.copy(COPY) as copy:
        for row in values:
            copy.write_row(row)


def replace(connection: Connection[Any], position: int, state: bytes) -> None:
    """Rewrite one stored entry, as an owner of the database can."""
    connection.execute("UPDATE ledger.entries SET state = %s WHERE position = %s", (state, position))
