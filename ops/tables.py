"""表 — what a backup carries: every table of the log, the vault and the accounts, as PostgreSQL's own COPY bytes.

The tables are taken from the catalogue, so that a new migration is never forgotten. Left out are the sessions and the
failed sign-ins: whoever was signed in signs in again. Read models are made anew from the log.
"""

import hashlib
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Final

import msgspec
from psycopg import Connection, sql

SCHEMAS: Final = ("ledger", "vault", "access")
LEFT_OUT: Final = frozenset({"access.sessions", "access.attempts", "ledger.append_lock"})

_TABLES: Final = """
SELECT n.nspname, c.relname, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE n.nspname = ANY(%(schemas)s) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
GROUP BY 1, 2 ORDER BY 1, 2
"""
_REFERENCES: Final = """
SELECT fn.nspname || '.' || f.relname, tn.nspname || '.' || t.relname
FROM pg_constraint AS k
JOIN pg_class AS f ON f.oid = k.conrelid JOIN pg_namespace AS fn ON fn.oid = f.relnamespace
JOIN pg_class AS t ON t.oid = k.confrelid JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
WHERE k.contype = 'f' AND k.conrelid <> k.confrelid AND fn.nspname = ANY(%(schemas)s)
"""
_IDENTITIES: Final = """
SELECT a.attname::text, pg_get_serial_sequence(%(table)s, a.attname)
FROM pg_attribute AS a WHERE a.attrelid = %(table)s::regclass AND a.attidentity <> ''
"""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table: its schema, its name, and those of its columns that are stored as they are given."""

    schema: str
    name: str
    columns: tuple[str, ...]

    @property
    def title(self) -> str:
        """``ledger.entries``."""
        return f"{self.schema}.{self.name}"

    @property
    def place(self) -> sql.Composed:
        """Quoted: ``"ledger"."entries" ("position", …)``."""
        columns = sql.SQL(", ").join(map(sql.Identifier, self.columns))
        return sql.SQL("{}.{} ({})").format(sql.Identifier(self.schema), sql.Identifier(self.name), columns)


def tables(connection: Connection[Any]) -> list[Table]:
    """Every table that a backup carries; one that others refer to comes before them."""
    wanted = {"schemas": list(SCHEMAS)}
    rows = connection.execute(_TABLES, wanted).fetchall()
    found = [Table(schema=schema, name=name, columns=tuple(columns)) for schema, name, columns in rows]
    known = {table.title: table for table in found if table.title not in LEFT_OUT}
    order: TopologicalSorter[str] = TopologicalSorter({title: set() for title in known})
    for refers, referred in connection.execute(_REFERENCES, wanted).fetchall():
        if refers in known and referred in known:
            order.add(refers, referred)
    return [known[title] for title in order.static_order()]


def copy_out(connection: Connection[Any], table: Table, file: Path) -> tuple[int, str]:
    """Write a table's rows to a file; gives (rows, SHA-256 of the file in hex)."""
    digest = hashlib.sha256()
    statement = sql.SQL("COPY {} TO STDOUT (FORMAT BINARY)").format(table.place)
    with connection.cursor() as cursor, file.open("wb") as stream:
        with cursor.copy(statement) as copy:
            for piece in copy:
                stream.write(piece)
                digest.update(piece)
        return cursor.rowcount, digest.hexdigest()


def copy_in(connection: Connection[Any], table: Table, file: Path) -> int:
    """Read a table's rows from a file; gives how many. What counts up goes on behind them."""
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT BINARY)").format(table.place)
    with connection.cursor() as cursor, file.open("rb") as stream:
        with cursor.copy(statement) as copy:
            while piece := stream.read(1 << 20):
                copy.write(piece)
        rows = cursor.rowcount
    for column, sequence in connection.execute(_IDENTITIES, {"table": table.title}).fetchall():
        statement = sql.SQL("SELECT setval({}, COALESCE(max({}), 0) + 1, false) FROM {}.{}").format(
            sql.Literal(sequence), sql.Identifier(column), sql.Identifier(table.schema), sql.Identifier(table.name)
        )
        connection.execute(statement)
    return rows


def filled(connection: Connection[Any]) -> Iterator[str]:
    """The tables that hold something."""
    for table in tables(connection):
        statement = sql.SQL("SELECT EXISTS (SELECT FROM {}.{})").format(
            sql.Identifier(table.schema), sql.Identifier(table.name)
        )
        row = connection.execute(statement).fetchone()
        if row is not None and row[0]:
            yield table.title
