"""Rows on their way into the read models: gathered over a batch of facts, merged, and written at once.

A thing's integer key is the position of the fact that brought it into being, so that following and rebuilding
give the same keys and every row names its own proof. What one batch both inserts and changes is written once.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import lru_cache, partial
from operator import attrgetter
from types import NoneType
from typing import Any, ClassVar, Final, LiteralString, TypeAlias, TypeVar, cast
from uuid import UUID

import msgspec
import psycopg
from psycopg import sql

from projections.sending import Sending

NULL: Final = "\\N"
"""As COPY writes it."""

Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"
Cursor: TypeAlias = "psycopg.Cursor[tuple[Any, ...]]"

_SPECIAL: Final = re.compile(r"[\\\t\n\r]").search
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Row(msgspec.Struct, kw_only=True):
    """One row; the fields are the table's columns, in any order, the first of them its key."""

    table: ClassVar[LiteralString]


def copied(rows: Iterable[Row]) -> str:
    r"""Rows of one kind as COPY's text form wants them, a column at a time: most columns hold one kind of value alone.

    >>> class Said(Row, kw_only=True):
    ...     number: int
    ...     word: str | None
    ...     among: list[str]
    >>> copied([Said(number=1, word="a\tb", among=["x", "y"]), Said(number=2, word=None, among=[])])
    '1\ta\\tb\t{"x","y"}\n2\t\\N\t{}\n'
    """
    columns = [_column(values) for values in zip(*map(msgspec.structs.astuple, rows), strict=True)]
    row = "\t".join([form for form, _ in columns])
    return (
        "\n".join(map(row.__mod__, zip(*[values for _, values in columns if values is not None], strict=True))) + "\n"
    )


def _column(values: tuple[Any, ...]) -> tuple[str, Iterable[object] | None]:
    """(how a value of the column is written, what is written there); nothing where the form says it all."""
    kinds: set[type] = set(map(type, values))
    missing = NoneType in kinds
    kinds.discard(NoneType)
    if not kinds:
        return NULL, None
    if len(kinds) > 1:
        return "%s", map(_text, values)
    (kind,) = kinds
    said = _TEXT.get(kind)
    # Hardly any text needs to be escaped, and to look through all of them at once costs next to nothing.
    if said is None or (kind is str and not _SPECIAL("".join(filter(None, values)))):
        return "%s", [NULL if value is None else value for value in values] if missing else values
    if missing:
        return "%s", [NULL if value is None else said(value) for value in values]
    # PostgreSQL takes an id without its dashes as well, and they cost more than the digits.
    return ("%032x", map(_INT, values)) if kind is UUID else ("%s", map(said, values))


def _text(value: object) -> str:
    return _TEXT.get(type(value), str)(value)


def _escaped(text: str) -> str:
    return text.translate(_ESCAPED)


def _array(parts: Sequence[object]) -> str:
    # Codes, ids and days alone stand in arrays; none of them holds a quotation mark or a backslash.
    return "{" + ",".join(f'"{part}"' for part in parts) + "}"


_INT: Final = attrgetter("int")
_TEXT: Final[dict[type, Callable[[Any], str]]] = {
    NoneType: lambda _: NULL,
    date: lru_cache(maxsize=4_096)(str),
    UUID: str,
    list: _array,
    str: _escaped,
    tuple: _array,
}
"""How a value of a kind is written, by its very kind; any other says itself."""


def array(numbers: Iterable[int]) -> str:
    """An array of numbers as the database reads it, in a tenth of the time that a list takes the driver.

    >>> array([7, 8])
    '{7,8}'
    """
    return f"{{{','.join(map(str, numbers))}}}"


def arrays(pairs: Iterable[tuple[int, int]]) -> tuple[str, str]:
    """The two arrays of some pairs.

    >>> arrays([(7, 2026), (8, 2025)])
    ('{7,8}', '{2026,2025}')
    """
    firsts, seconds = zip(*pairs, strict=True)
    return array(firsts), array(seconds)


R = TypeVar("R", bound=Row)


class Batch:
    """What a run of facts does to the tables."""

    def __init__(self) -> None:
        self.touched: set[tuple[int, int]] = set()
        """(member, year) whose score must be made again."""
        self._new: defaultdict[type[Row], dict[object, Row]] = defaultdict(dict)
        self._settled: defaultdict[type[Row], list[Row]] = defaultdict(list)
        self._lines: defaultdict[LiteralString, list[str]] = defaultdict(list)
        self._changes: defaultdict[type[Row], dict[object, dict[str, object]]] = defaultdict(dict)
        self._gone: defaultdict[type[Row], set[object]] = defaultdict(set)
        self._never: defaultdict[type[Row], set[object]] = defaultdict(set)
        """Of what is gone: what came in this very batch, so that no table knows it."""

    def insert(self, row: Row) -> None:
        """A new row."""
        key = getattr(row, row.__struct_fields__[0])
        rows = self._new[type(row)]
        assert key not in rows, f"{row.table} {key} comes twice"
        if key in self._never[type(row)]:
            self._never[type(row)].remove(key)
            self._gone[type(row)].remove(key)
        rows[key] = row

    def append(self, table: LiteralString, line: str) -> None:
        r"""A new row of a table that is never changed, as its columns in order, parted by ``\t``.

        For the tables that most facts write to; no column may need escaping.
        """
        self._lines[table].append(line)

    def change(self, kind: type[Row], key: object, /, **columns: object) -> None:
        """New values of some columns, whatever they are called; a later change of the batch replaces an earlier one."""
        pending = self._new[kind].get(key)
        if pending is None:
            assert columns.keys() <= set(kind.__struct_fields__), f"{kind.table} has not all of {sorted(columns)}"
            self._changes[kind].setdefault(key, {}).update(columns)
        else:
            for column, value in columns.items():
                setattr(pending, column, value)

    def remove(self, kind: type[Row], key: object) -> None:
        """The row goes, if it is there, in a table or in this batch: the last act on a key wins."""
        came = self._new[kind].pop(key, None) is not None
        if key in self._gone[kind]:
            return
        self._gone[kind].add(key)
        self._changes[kind].pop(key, None)
        if came:
            self._never[kind].add(key)

    def settle(self, kind: type[Row], key: object) -> None:
        """A row that this batch inserts will hardly change any more: it may be written with the next that go.

        Not one whose key another row must leave first.
        """
        if key not in self._gone[kind]:
            self._settled[kind].append(self._new[kind].pop(key))

    def pending(self, kind: type[R], key: object) -> R | None:
        """A row that this batch inserts."""
        return cast("R | None", self._new[kind].get(key))

    def holds(self, kind: type[Row]) -> bool:
        """Whether anything of a kind waits for ``flush``."""
        return bool(self._new[kind] or self._changes[kind])

    @property
    def waiting(self) -> int:
        """How many rows wait for ``flush``."""
        return sum(map(len, self._new.values())) + sum(map(len, self._changes.values()))

    def send(self, connection: Connection) -> None:
        """Write the rows that hardly anything can change any more; all others wait for ``flush``."""
        for kind, rows in self._settled.items():
            _insert(connection, kind, rows)
        for table, lines in self._lines.items():
            _copy(connection, table, (), "\n".join(lines) + "\n")
        self._settled.clear()
        self._lines.clear()

    def flush(self, connection: Connection) -> None:
        """Write everything; the batch is empty afterwards, but for what it touched."""
        for kind, keys in self._gone.items():
            if gone := [*(keys - self._never[kind])]:
                # What is settled may go as well, and what came again wants the key: so these go in between.
                _insert(connection, kind, self._settled.pop(kind, []))
                _delete(connection, kind, gone)
        for kind, rows in self._new.items():
            self._settled[kind].extend(rows.values())
        self.send(connection)
        for kind, changes in self._changes.items():
            _update(connection, kind, changes)
        for part in (self._new, self._changes, self._gone, self._never):
            part.clear()


def _behind(connection: Connection, work: Callable[[], None]) -> None:
    """Now, or behind what is under way on this connection."""
    if isinstance(connection, Sending):
        connection.send(work)
    else:
        work()


def _insert(connection: Connection, kind: type[Row], rows: Sequence[Row]) -> None:
    if rows:
        _copy(connection, kind.table, kind.__struct_fields__, copied(rows))


def _copy(connection: Connection, table: LiteralString, columns: tuple[str, ...], text: str) -> None:
    listed = sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Identifier, columns))) if columns else sql.SQL("")
    statement = sql.SQL("COPY {} {} FROM STDIN").format(sql.Identifier(table), listed)
    _behind(connection, partial(_write, connection, statement, text))


def _write(connection: Connection, statement: sql.Composed, text: str) -> None:
    with connection.cursor().copy(statement) as copy:
        copy.write(text)


def _update(connection: Connection, kind: type[Row], changes: dict[object, dict[str, object]]) -> None:
    """One statement per set of columns; no row is in two of them."""
    alike: defaultdict[frozenset[str], list[dict[str, object]]] = defaultdict(list)
    key = kind.__struct_fields__[0]
    for value, columns in changes.items():
        alike[frozenset(columns)].append({**columns, key: value})
    for names, rows in alike.items():
        assigned = (sql.SQL("{0} = given.{0}").format(sql.Identifier(column)) for column in sorted(names))
        statement = sql.SQL(
            "UPDATE {table} AS kept SET {assigned}"
            " FROM jsonb_populate_recordset(NULL::{table}, %(rows)s) AS given WHERE kept.{key} = given.{key}"
        ).format(table=sql.Identifier(kind.table), assigned=sql.SQL(", ").join(assigned), key=sql.Identifier(key))
        _behind(connection, partial(_changed, connection, statement, rows, kind.table))


def _changed(connection: Connection, statement: sql.Composed, rows: Sequence[object], table: LiteralString) -> None:
    done = connection.cursor().execute(statement, {"rows": msgspec.json.encode(rows).decode()})
    assert done.rowcount == len(rows), f"{table}: {len(rows) - done.rowcount} rows to change are missing"


def _delete(connection: Connection, kind: type[Row], keys: list[object]) -> None:
    statement = sql.SQL("DELETE FROM {} WHERE {} = ANY(%(keys)s)").format(
        sql.Identifier(kind.table), sql.Identifier(kind.__struct_fields__[0])
    )
    _behind(connection, partial(_removed, connection, statement, keys))


def _removed(connection: Connection, statement: sql.Composed, keys: list[object]) -> None:
    connection.cursor().execute(statement, {"keys": keys})
