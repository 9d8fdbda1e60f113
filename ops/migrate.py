"""Plain SQL migrations: each file once, in order, as the owner.

A migration is a file `ops/sql/NNNN_noun.sql`, numbered from 0001 without a gap, run as one transaction by the
role `owner`, who so owns every object. It may hold any number of statements, but no BEGIN or COMMIT.

Role names differ from database to database. In a file `{writer}` stands for the quoted name of this
database's writer, and likewise {owner}, {migrator}, {appender}, {eraser}, {projector}, {reader}, {auditor}
and {database}. Any other lower-case word in braces is an error, so that a slip of the pen never reaches the
server; JSON such as `{"a": 1}` and array literals such as `{}` are left alone.

What was applied stands in `public.migrations`. A released file is never edited: its SHA-256 is compared
every time.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import psycopg
from psycopg import sql
from psycopg.pq import TransactionStatus

from ops.roles import names_of

Connection: TypeAlias = "psycopg.Connection[tuple[object, ...]]"

FOLDER = Path(__file__).parent / "sql"

_LOCK_TIMEOUT = "60s"
_FILE = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")

# Two processes that start at once: the second waits here and then finds nothing left to do.
_LOCK = "SELECT pg_advisory_lock(hashtext('steelyard migrations'))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtext('steelyard migrations'))"

_HAS_TABLE = "SELECT to_regclass('public.migrations') IS NOT NULL"
_TABLE = """
CREATE TABLE public.migrations (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""
_APPLIED = "SELECT number, name, sha256 FROM public.migrations ORDER BY number"
_RECORD = """
INSERT INTO public.migrations (number, name, sha256) VALUES (%(number)s, %(name)s, %(sha256)s)
"""


class MigrationDrift(Exception):
    """已执行的迁移文件被改动过。 A migration that was applied has been edited since."""


class DatabaseIsNewer(Exception):
    """数据库比本程序新:请升级程序。 The database is newer than this program: upgrade the program."""


@dataclass(frozen=True)
class Migration:
    """One file: its number, its noun, the SHA-256 of its bytes in hex, its text with placeholders."""

    number: int
    name: str
    sha256: str
    text: str


def known(folder: Path = FOLDER) -> list[Migration]:
    """Migrations of a folder, by number from 1 on."""
    found = [_read(path) for path in sorted(folder.glob("*.sql"))]
    numbers = [migration.number for migration in found]
    assert numbers == list(range(1, len(found) + 1)), f"numbers must run from 0001 without a gap: {numbers}"
    return found


def migrate(migrator_url: str, database: str, folder: Path = FOLDER) -> list[Migration]:
    """Apply what is missing and return it. `migrator_url` names the migrator of `database`.

    Raises MigrationDrift or DatabaseIsNewer before anything is changed.
    """
    wanted = known(folder)
    names = names_of(database)
    with psycopg.connect(migrator_url, autocommit=True) as connection:
        connection.execute(sql.SQL("SET lock_timeout = {}").format(_LOCK_TIMEOUT))
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(names["owner"])))
        connection.execute(_LOCK)
        try:
            if connection.execute(_HAS_TABLE).fetchone() == (False,):
                with connection.transaction():
                    connection.execute(_TABLE)
                    connection.execute(_readable(names))
            missing = _missing(connection, wanted)
            for migration in missing:
                _apply(connection, migration, names)
        finally:
            if not connection.closed:
                connection.execute(_UNLOCK)
    return missing


def pending(url: str, folder: Path = FOLDER) -> list[Migration]:
    """Migrations that a database lacks, asked as any role; raises as `migrate` does."""
    with psycopg.connect(url) as connection:
        return _missing(connection, known(folder))


def render(text: str, names: Mapping[str, str]) -> str:
    """The statements with every placeholder replaced by its quoted name; ValueError for one unknown."""

    def quoted(match: re.Match[str]) -> str:
        if (name := names.get(match[1])) is None:
            raise ValueError(f"unknown placeholder {match[0]}; known are {sorted(names)}")
        return sql.Identifier(name).as_string(None)

    return _PLACEHOLDER.sub(quoted, text)


def _read(path: Path) -> Migration:
    match = _FILE.fullmatch(path.name)
    assert match, f"{path.name} is not named NNNN_noun.sql"
    stored = path.read_bytes()
    return Migration(int(match[1]), match[2], hashlib.sha256(stored).hexdigest(), stored.decode())


def _readable(names: Mapping[str, str]) -> sql.Composed:
    readers = [sql.Identifier(names[role]) for role in ("writer", "eraser", "projector", "reader", "auditor")]
    return sql.SQL("GRANT SELECT ON public.migrations TO {}").format(sql.SQL(", ").join(readers))


def _missing(connection: Connection, wanted: Sequence[Migration]) -> list[Migration]:
    applied = connection.execute(_APPLIED).fetchall()
    if len(applied) > len(wanted):
        raise DatabaseIsNewer(f"{DatabaseIsNewer.__doc__} {len(applied)} > {len(wanted)}")
    for (number, name, sha256), migration in zip(applied, wanted, strict=False):
        if (number, name, sha256) != (migration.number, migration.name, migration.sha256):
            raise MigrationDrift(f"{MigrationDrift.__doc__} {number:04}_{name}.sql")
    return list(wanted[len(applied) :])


def _apply(connection: Connection, migration: Migration, names: Mapping[str, str]) -> None:
    with connection.transaction():
        # Bytes without parameters go by the simple protocol, which takes many statements.
        connection.execute(render(migration.text, names).encode())
        inside = connection.info.transaction_status == TransactionStatus.INTRANS
        assert inside, f"{migration.number:04}_{migration.name}.sql ends its own transaction"
        facts = {"number": migration.number, "name": migration.name, "sha256": migration.sha256}
        connection.execute(_RECORD, facts)
