"""What guards the log inside PostgreSQL is as released, and whoever loosens it is seen."""

import psycopg
import pytest

from ops.bootstrap import Urls
from ops.catalogue import described, fingerprint
from ops.doctor import released
from ops.embedded import Running
from ops.migrate import known

MOVES = {
    "a trigger is disabled": "ALTER TABLE ledger.entries DISABLE TRIGGER append_only",
    "a trigger fires only at the origin": "ALTER TABLE ledger.entries ENABLE TRIGGER append_only",
    "a trigger is dropped": "DROP TRIGGER append_only ON ledger.commands",
    "the trigger's function lets everything pass": """
        CREATE OR REPLACE FUNCTION ledger.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = ''
        AS $$ BEGIN RETURN COALESCE(NEW, OLD); END $$
    """,
    "a rule swallows inserts": "CREATE RULE quiet AS ON INSERT TO ledger.commands DO INSTEAD NOTHING",
    "a policy hides rows": "CREATE POLICY hide ON ledger.entries USING (false)",
    "row security is switched on": "ALTER TABLE ledger.entries ENABLE ROW LEVEL SECURITY",
    "the table loses its log": "ALTER TABLE ledger.commands SET UNLOGGED",
    "a child table inherits": "CREATE TABLE ledger.child () INHERITS (ledger.entries)",
    "a check is dropped": "ALTER TABLE ledger.entries DROP CONSTRAINT entries_state_check",
    "uniqueness is dropped": "ALTER TABLE ledger.entries DROP CONSTRAINT entries_stream_version_key",
    "the writer may insert": "GRANT INSERT ON ledger.entries TO {writer}",
    "everybody may append": "GRANT EXECUTE ON FUNCTION ledger.append TO PUBLIC",
    "the append function runs as its caller": "ALTER FUNCTION ledger.append SECURITY INVOKER",
    "the append function looks elsewhere first": "ALTER FUNCTION ledger.append SET search_path = public",
    "the leaf is no longer computed": "ALTER TABLE ledger.entries ALTER COLUMN leaf DROP EXPRESSION",
    "a column changes its type": "ALTER TABLE ledger.entries ALTER COLUMN type TYPE varchar(20)",
    "the table changes its owner": "ALTER TABLE ledger.entries OWNER TO {migrator}",
    "the table is moved away": "ALTER TABLE ledger.commands SET SCHEMA public",
    "the table is renamed": "ALTER TABLE ledger.commands RENAME TO commands_before",
}


def superuser(server: Running, database: Urls) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(server.url(database.database, "postgres"), autocommit=True)


def test_a_fresh_database_is_as_released(database: Urls) -> None:
    with psycopg.connect(database.auditor, autocommit=True) as connection:
        found = fingerprint(connection, database.database)
        assert found in released(known()[-1].number), "\n".join(described(connection, database.database))


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_every_loosening_by_a_superuser_is_seen(server: Running, database: Urls, move: str) -> None:
    names = {role: f'"{database.database}_{role}"' for role in ("writer", "migrator")}
    with superuser(server, database) as connection:
        before = fingerprint(connection, database.database)
        for role, name in names.items():
            move = move.replace(f"{{{role}}}", name)
        connection.execute(move.encode())
        assert fingerprint(connection, database.database) != before
