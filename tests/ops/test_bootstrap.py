"""Roles: made once, each no more than it must be, and found again without being touched."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ops.bootstrap import PasswordsMissing, Urls, WrongEncoding, bootstrap
from ops.embedded import Running, start
from ops.roles import LOGIN, NO_LOGIN, ROLES, names_of

_READ_WRITE = "SET default_transaction_read_only = off"  # a habit of reader and auditor, no barrier
_EVERYTHING = """
SELECT rolname, rolpassword, xmin::text FROM pg_authid
UNION ALL SELECT datname, datacl::text, xmin::text FROM pg_database
UNION ALL SELECT roleid::text, member::text, xmin::text FROM pg_auth_members
UNION ALL SELECT setrole::text, setconfig::text, xmin::text FROM pg_db_role_setting
ORDER BY 1, 2
"""


@pytest.fixture
def asking(short_folder: Path, binaries: Path) -> Iterator[Running]:
    """A server that asks everybody but its superuser for a password."""
    start(short_folder / "pg", binaries=binaries).close()
    rules = "local all postgres trust\nlocal all all scram-sha-256\n"
    (short_folder / "pg/cluster/pg_hba.conf").write_text(rules)
    with start(short_folder / "pg", binaries=binaries) as running:
        yield running


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def tell(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def test_a_second_time_changes_nothing(asking: Running, tmp_path: Path) -> None:
    first = bootstrap(asking.admin_url, "twice", tmp_path)
    before = ask(asking.admin_url, _EVERYTHING)
    assert bootstrap(asking.admin_url, "twice", tmp_path) == first
    assert ask(asking.admin_url, _EVERYTHING) == before


def test_once_all_stands_no_administrator_is_needed(asking: Running, tmp_path: Path) -> None:
    urls = bootstrap(asking.admin_url, "twice", tmp_path)
    assert bootstrap(urls.reader, "twice", tmp_path) == urls


def test_passwords_are_asked_for_and_lie_in_a_private_file(asking: Running, tmp_path: Path) -> None:
    urls = bootstrap(asking.admin_url, "guarded", tmp_path)
    for role in LOGIN:
        assert ask(getattr(urls, role), "SELECT current_user") == [(f"guarded_{role}",)]
    assert "password" not in repr(urls)
    assert (tmp_path / "roles.json").stat().st_mode & 0o777 == 0o600
    with pytest.raises(psycopg.OperationalError, match="password"):
        ask(asking.url("guarded", "guarded_writer"), "SELECT 1")


def test_passwords_are_not_made_anew_behind_another_machine(asking: Running, tmp_path: Path) -> None:
    urls = bootstrap(asking.admin_url, "guarded", tmp_path / "first")
    with pytest.raises(PasswordsMissing):
        bootstrap(asking.admin_url, "guarded", tmp_path / "second")
    assert ask(urls.writer, "SELECT 1") == [(1,)]


def test_renewed_passwords_end_the_old_ones(asking: Running, tmp_path: Path) -> None:
    old = bootstrap(asking.admin_url, "guarded", tmp_path)
    new = bootstrap(asking.admin_url, "guarded", tmp_path, renew=True)
    assert ask(new.writer, "SELECT 1") == [(1,)]
    with pytest.raises(psycopg.OperationalError, match="password"):
        ask(old.writer, "SELECT 1")


def test_no_role_may_make_roles_or_databases(empty_database: Urls) -> None:
    for role in LOGIN:
        for forbidden in ("CREATE ROLE x", "CREATE DATABASE x", "ALTER ROLE postgres PASSWORD 'x'"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                tell(getattr(empty_database, role), _READ_WRITE, forbidden)


def test_only_the_migrator_becomes_another_role(empty_database: Urls) -> None:
    names = names_of(empty_database.database)
    reached = {(role, target) for role in LOGIN for target in ROLES if may_become(empty_database, role, target)}
    itself = {(role, role) for role in LOGIN}
    assert reached - itself == {("migrator", "owner"), ("migrator", "appender")}
    assert not ask(empty_database.reader, f"SELECT 1 WHERE pg_has_role('{names['migrator']}', 'postgres', 'MEMBER')")


def may_become(urls: Urls, role: str, target: str) -> bool:
    try:
        tell(getattr(urls, role), f'SET ROLE "{urls.database}_{target}"')
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def test_owner_and_appender_cannot_log_in(server: Running, empty_database: Urls) -> None:
    for role in NO_LOGIN:
        with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
            ask(server.url(empty_database.database, f"{empty_database.database}_{role}"), "SELECT 1")


def test_a_membership_gives_nothing_unasked(empty_database: Urls) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tell(empty_database.migrator, "CREATE TABLE public.x (id int)")


@pytest.mark.parametrize("role", [role for role in LOGIN if role not in ("migrator", "projector")])
def test_a_login_role_can_create_nothing(empty_database: Urls, role: str) -> None:
    function = "CREATE FUNCTION public.x() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    for forbidden in ("CREATE TABLE public.x (id int)", "CREATE SCHEMA x", function):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tell(getattr(empty_database, role), _READ_WRITE, forbidden)


def test_the_projector_makes_schemas_for_a_rebuild_and_nothing_elsewhere(empty_database: Urls) -> None:
    tell(empty_database.projector, "CREATE SCHEMA reads_next", "CREATE TABLE reads_next.x (id int)")
    for forbidden in ("CREATE TABLE public.x (id int)", "CREATE FUNCTION public.x() RETURNS int LANGUAGE sql AS '1'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            tell(empty_database.projector, forbidden)


def test_a_function_is_for_nobody_until_it_is_granted(empty_database: Urls) -> None:
    owner = f'SET ROLE "{empty_database.database}_owner"'
    tell(empty_database.migrator, owner, "CREATE FUNCTION public.x() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(empty_database.writer, "SELECT public.x()")


def test_the_owner_can_hand_a_function_to_the_appender(empty_database: Urls) -> None:
    name = empty_database.database
    tell(
        empty_database.migrator,
        f'SET ROLE "{name}_owner"',
        "CREATE SCHEMA ledger",
        "CREATE FUNCTION ledger.x() RETURNS name LANGUAGE sql SECURITY DEFINER AS 'SELECT current_user'",
        f'GRANT USAGE, CREATE ON SCHEMA ledger TO "{name}_appender"',
        f'GRANT EXECUTE ON FUNCTION ledger.x() TO "{name}_writer"',
        f'ALTER FUNCTION ledger.x() OWNER TO "{name}_appender"',
        f'REVOKE CREATE ON SCHEMA ledger FROM "{name}_appender"',
        f'GRANT USAGE ON SCHEMA ledger TO "{name}_writer"',
    )
    assert ask(empty_database.writer, "SELECT ledger.x()") == [(f"{name}_appender",)]


def test_strangers_and_neighbours_cannot_connect(server: Running, empty_database: Urls) -> None:
    neighbour = bootstrap(server.admin_url, "neighbour", None)
    for role in LOGIN:
        address = server.url(empty_database.database, f"neighbour_{role}")
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            ask(address, "SELECT 1")
    assert ask(neighbour.reader, "SELECT 1") == [(1,)]
    drop(server, "neighbour")


def test_what_is_missing_or_too_much_is_put_right(server: Running, empty_database: Urls) -> None:
    name = empty_database.database
    tell(
        server.admin_url,
        f'ALTER ROLE "{name}_writer" CREATEROLE',
        f'REVOKE "{name}_owner" FROM "{name}_migrator"',
        f'GRANT CONNECT ON DATABASE "{name}" TO PUBLIC',
    )
    assert bootstrap(server.admin_url, name, None) == empty_database
    assert may_become(empty_database, "migrator", "owner")
    tell(server.admin_url, "CREATE ROLE stranger LOGIN")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        ask(server.url(name, "stranger"), "SELECT 1")
    tell(server.admin_url, "DROP ROLE stranger")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tell(empty_database.writer, "CREATE ROLE x")


def test_an_administrator_need_not_be_superuser(server: Running) -> None:
    tell(server.admin_url, "CREATE ROLE admin LOGIN CREATEROLE CREATEDB")
    urls = bootstrap(server.url("postgres", "admin"), "managed", None)
    assert ask(urls.writer, "SELECT current_user") == [("managed_writer",)]
    tell(urls.migrator, "SET ROLE managed_owner", "CREATE TABLE public.x (id int)")
    assert bootstrap(server.url("postgres", "admin"), "managed", None) == urls
    drop(server, "managed")
    tell(server.admin_url, "DROP ROLE admin")


def test_an_existing_empty_database_is_taken_over(server: Running) -> None:
    tell(server.admin_url, "CREATE DATABASE given")
    urls = bootstrap(server.url("given", "postgres"), "given", None)
    tell(urls.migrator, "SET ROLE given_owner", "CREATE TABLE public.x (id int)")
    drop(server, "given")


def test_another_encoding_is_refused(server: Running) -> None:
    tell(server.admin_url, "CREATE DATABASE ascii ENCODING 'SQL_ASCII' TEMPLATE template0")
    with pytest.raises(WrongEncoding, match="SQL_ASCII"):
        bootstrap(server.admin_url, "ascii", None)
    drop(server, "ascii")


def test_processes_that_bootstrap_at_once_do_not_collide(asking: Running, tmp_path: Path) -> None:
    program = "import sys, pathlib; from ops.bootstrap import bootstrap; "
    program += "print(bootstrap(sys.argv[1], 'raced', pathlib.Path(sys.argv[2])).writer)"
    command = [sys.executable, "-c", program, asking.admin_url, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]  # noqa: S603
    answers = {process.communicate()[0].strip() for process in running}
    assert len(answers) == 1
    assert ask(answers.pop(), "SELECT current_user") == [("raced_writer",)]


def test_a_name_that_postgresql_would_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="63"):
        names_of("d" * 54)


def drop(server: Running, database: str) -> None:
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(database)))
        for role in ROLES:
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(f"{database}_{role}")))
