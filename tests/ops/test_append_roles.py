"""Nobody gets past the append function: every move that each role could try is refused."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.errors import InsufficientPrivilege, RestrictViolation

from ops.bootstrap import Urls
from ops.embedded import Running
from ops.recorder import PostgresRecorder
from ops.roles import names_of
from tests.ops.saves import append, entry, save, sealed

CHANGE = (
    "INSERT INTO {} (COLUMN) VALUES (NULL)",
    "INSERT INTO {} (COLUMN) VALUES (NULL) ON CONFLICT DO NOTHING",
    "UPDATE {} SET COLUMN = NULL",
    "DELETE FROM {}",
    "TRUNCATE {}",
    "TRUNCATE {} CASCADE",
    "COPY {} FROM STDIN",
    "MERGE INTO {} AS t USING (SELECT 1) AS s ON true WHEN MATCHED THEN DELETE",
    "LOCK TABLE {} IN EXCLUSIVE MODE",
    "LOCK TABLE {} IN SHARE MODE",
    "SELECT * FROM {} FOR UPDATE",
    "SELECT * FROM {} FOR KEY SHARE",
    "ALTER TABLE {} DISABLE TRIGGER ALL",
    "ALTER TABLE {} ADD more text",
    "ALTER TABLE {} RENAME TO gone",
    "ALTER TABLE {} SET SCHEMA public",
    "ALTER TABLE {} SET UNLOGGED",
    "ALTER TABLE {} OWNER TO CURRENT_USER",
    "ALTER TABLE {} ENABLE ROW LEVEL SECURITY",
    "CREATE RULE swallow AS ON INSERT TO {} DO INSTEAD NOTHING",
    "CREATE TRIGGER swallow BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change()",
    "CREATE INDEX ON {} ((1))",
    "DROP TABLE {}",
    "DROP TABLE {} CASCADE",
    "COMMENT ON TABLE {} IS 'mine'",
)
COLUMNS = {
    "ledger.entries": "state",
    "ledger.commands": "digest",
    "vault.keys": "wrapped",
    "vault.sealed": "box",
    "vault.identities": "subject",
    "vault.master_check": "box",
    "ledger.append_lock": "nothing",
}
ON_TABLES = [
    move.replace("COLUMN", column).replace("{}", table) for table, column in COLUMNS.items() for move in CHANGE
]
AROUND = (
    "SET session_replication_role = replica",
    "SET ROLE {owner}",
    "SET ROLE {appender}",
    "SET ROLE {migrator}",
    "SET SESSION AUTHORIZATION {owner}",
    "GRANT {appender} TO CURRENT_USER",
    "GRANT {owner} TO CURRENT_USER",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE CURRENT_USER CREATEROLE",
    "ALTER ROLE {appender} LOGIN",
    "ALTER FUNCTION ledger.append SET search_path = public",
    "ALTER FUNCTION ledger.append SECURITY INVOKER",
    "ALTER FUNCTION ledger.append OWNER TO CURRENT_USER",
    "DROP FUNCTION ledger.append",
    "CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
    "CREATE FUNCTION ledger.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION public.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE ledger.mine ()",
    "CREATE TABLE public.mine ()",
    "CREATE TABLE public.child () INHERITS (ledger.entries)",
    "CREATE TEMPORARY TABLE entries ()",
    "CREATE SCHEMA mine",
    "DROP SCHEMA ledger CASCADE",
    "ALTER SCHEMA ledger RENAME TO gone",
    "SELECT ledger.refuse_change()",
    "SELECT ledger.opens_simulation('log-opened', '')",
    "ALTER DATABASE {database} SET synchronous_commit = off",
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM SET synchronous_commit = off",
    "COPY ledger.entries TO PROGRAM 'true'",
    "SELECT pg_catalog.pg_read_file('postgresql.conf')",
    "SELECT pg_catalog.pg_switch_wal()",
)
ONE_ENTRY = """
SELECT ledger.append(
    ARRAY[gen_random_uuid()], ARRAY['\\x00'::bytea], ARRAY[clock_timestamp()],
    %(saves)s::integer[], ARRAY(SELECT gen_random_uuid() FROM unnest(%(saves)s::integer[])),
    ARRAY(SELECT 1 FROM unnest(%(saves)s::integer[])), ARRAY(SELECT 'x' FROM unnest(%(saves)s::integer[])),
    ARRAY(SELECT '{}'::bytea FROM unnest(%(saves)s::integer[])), '{}', '{}', '{}'
)
"""


@pytest.fixture
def log(database: Urls) -> Iterator[Urls]:
    """A log of three entries, with something sealed."""
    recorder = PostgresRecorder(database.writer)
    for value in (b"1", b"2", b"3"):
        append(recorder, entry(uuid4(), 1, value), save=save(sealing=sealed(UUID(int=value[0]), value, key=value)))
    recorder.close()
    yield database
    with psycopg.connect(database.writer) as connection:
        query = "SELECT string_agg(state, ',' ORDER BY position) FROM ledger.entries"
        assert connection.execute(query).fetchone() == (b"1,2,3",), "a move has changed the log"


def tried(url: str, move: str, names: dict[str, str]) -> None:
    statement = sql.SQL(move).format(**{role: sql.Identifier(name) for role, name in names.items()})
    with psycopg.connect(url, autocommit="LOCK" not in move) as connection, connection.cursor() as cursor:
        if move.endswith("FROM STDIN"):
            with cursor.copy(statement):
                pass
        else:
            cursor.execute(statement)


def test_the_service_is_refused_every_move(log: Urls) -> None:
    """One test for all: each move is one connection, and a database for each would be slower than what it shows."""
    allowed: list[str] = []
    for move in (*ON_TABLES, *AROUND):
        try:
            tried(log.writer, move, names_of(log.database))
        except InsufficientPrivilege:
            continue
        except psycopg.Error as error:
            allowed.append(f"{move}: refused for another reason: {error}")
        else:
            allowed.append(move)
    assert not allowed, "\n".join(allowed)


def test_a_right_that_the_service_gives_itself_is_none(log: Urls) -> None:
    """PostgreSQL only warns of it."""
    for table, column in COLUMNS.items():
        for move in (f"GRANT ALL ON {table} TO CURRENT_USER", f"GRANT ALL ({column}) ON {table} TO CURRENT_USER"):
            with suppress(InsufficientPrivilege):
                tried(log.writer, move, {})
    with suppress(InsufficientPrivilege):
        tried(log.writer, "GRANT ALL ON SCHEMA ledger, vault TO CURRENT_USER", {})
    for move in ON_TABLES:
        with pytest.raises(InsufficientPrivilege):
            tried(log.writer, move, {})


@pytest.mark.parametrize("role", ["reader", "auditor", "projector", "eraser"])
def test_no_other_role_can_write_the_log(log: Urls, role: str) -> None:
    # A reader's transactions are read-only by default, which protects nothing: he can ask for others.
    url = make_conninfo(str(getattr(log, role)), options="-c default_transaction_read_only=off")
    for move in ON_TABLES:
        # The right to delete sealed values is the right to lock their tables, too.
        if role == "eraser" and " vault." in move and move.startswith(("DELETE", "MERGE", "LOCK")):
            continue
        with pytest.raises(InsufficientPrivilege):
            tried(url, move, {})
    with psycopg.connect(url) as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(ONE_ENTRY.encode(), {"saves": [1]})


def test_what_each_role_may_see(log: Urls) -> None:
    sees = {
        "writer": {"ledger.entries", "ledger.commands", *(table for table in COLUMNS if table.startswith("vault."))},
        "reader": {"ledger.entries", "ledger.commands"},
        "auditor": {"ledger.entries", "ledger.commands"},
        "projector": {"ledger.entries"},
        "eraser": {"vault.keys", "vault.sealed", "vault.identities"},
    }
    for role, tables in sees.items():
        for table in COLUMNS:
            query = sql.SQL("SELECT FROM {}").format(sql.Identifier(*table.split(".")))
            with psycopg.connect(str(getattr(log, role))) as connection:
                if table in tables:
                    connection.execute(query)
                else:
                    with pytest.raises(InsufficientPrivilege):
                        connection.execute(query)


def test_the_eraser_deletes_a_key_with_all_that_it_sealed(log: Urls) -> None:
    with psycopg.connect(log.eraser) as connection:
        connection.execute("DELETE FROM vault.keys WHERE subject = %s", (UUID(int=b"2"[0]),))
        assert connection.execute("SELECT box FROM vault.sealed ORDER BY box").fetchall() == [(b"1",), (b"3",)]


def test_the_eraser_lets_nobody_append_until_he_has_committed(log: Urls) -> None:
    with psycopg.connect(log.eraser) as connection, psycopg.connect(log.writer) as service:
        connection.execute("SELECT ledger.hold_still()")
        locked = "SELECT count(*) FROM pg_locks WHERE relation = 'ledger.append_lock'::regclass AND mode = 'ShareLock'"
        assert service.execute(locked).fetchone() == (1,)
        connection.commit()
        assert service.execute(locked).fetchone() == (0,)
        with pytest.raises(InsufficientPrivilege):
            service.execute("SELECT ledger.hold_still()")


@pytest.mark.parametrize("table", ["ledger.entries", "ledger.commands"])
@pytest.mark.parametrize(
    "move", ["UPDATE {} SET COLUMN = COLUMN", "DELETE FROM {}", "TRUNCATE {}", "TRUNCATE {} CASCADE"]
)
def test_even_the_superuser_meets_the_triggers(server: Running, log: Urls, table: str, move: str) -> None:
    """Whoever owns the table can take them away first; that is what the transparency log is for."""
    column = COLUMNS[table]
    statement = move.replace("COLUMN", column).replace("{}", table)
    with psycopg.connect(server.url(log.database, "postgres")) as connection:
        connection.execute("SET session_replication_role = replica")
        with pytest.raises(RestrictViolation):
            connection.execute(statement.encode())


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO ledger.commands SELECT * FROM ledger.commands ON CONFLICT (command) DO UPDATE SET digest = ''",
        "MERGE INTO ledger.commands USING (SELECT) AS s ON true WHEN MATCHED THEN UPDATE SET digest = ''",
        "MERGE INTO ledger.commands USING (SELECT) AS s ON true WHEN MATCHED THEN DELETE",
        "WITH gone AS (DELETE FROM ledger.entries RETURNING *) SELECT count(*) FROM gone",
        "UPDATE vault.sealed SET box = ''",
        "UPDATE vault.keys SET wrapped = ''",
        "TRUNCATE vault.sealed",
        "TRUNCATE vault.keys CASCADE",
    ],
)
def test_no_roundabout_change_escapes_the_triggers(server: Running, log: Urls, change: str) -> None:
    with psycopg.connect(server.url(log.database, "postgres")) as connection, pytest.raises(RestrictViolation):
        connection.execute(change.encode())


def test_a_commit_waits_for_the_disk_whatever_the_session_says(log: Urls) -> None:
    with psycopg.connect(log.writer) as connection:
        for said, in_force in (
            ("off", "on"),
            ("local", "on"),
            ("remote_write", "on"),
            ("remote_apply", "remote_apply"),
        ):
            connection.execute(sql.SQL("SET synchronous_commit = {}").format(said))
            connection.execute(ONE_ENTRY.encode(), {"saves": [1]})
            in_force = "remote_apply" if said == "remote_apply" else "on"
            assert connection.execute("SHOW synchronous_commit").fetchone() == (in_force,)
            connection.rollback()


def test_an_older_snapshot_cannot_append(log: Urls) -> None:
    levels: tuple[LiteralString, ...] = ("REPEATABLE READ", "SERIALIZABLE")
    for level in levels:
        with psycopg.connect(log.writer) as connection:
            connection.execute(sql.SQL("SET TRANSACTION ISOLATION LEVEL {}").format(sql.SQL(level)))
            with pytest.raises(psycopg.errors.RaiseException):
                connection.execute(ONE_ENTRY.encode(), {"saves": [1]})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(saves=st.lists(st.one_of(st.none(), st.integers(-1, 3)), max_size=5))
def test_no_arguments_leave_a_hole(database: Urls, saves: Sequence[int | None]) -> None:
    with psycopg.connect(database.writer) as connection:
        try:
            connection.execute(ONE_ENTRY.encode(), {"saves": saves})
            connection.commit()
        except psycopg.Error:
            connection.rollback()
        positions = connection.execute("SELECT count(*), coalesce(max(position), 0) FROM ledger.entries").fetchone()
        assert positions is not None
        assert positions[0] == positions[1]
