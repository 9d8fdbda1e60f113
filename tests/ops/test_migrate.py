"""Migrations run once, in order, whole, as the owner; what looks wrong is refused unchanged."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from ops.bootstrap import Urls
from ops.migrate import DatabaseIsNewer, MigrationDrift, known, migrate, pending, render
from ops.roles import names_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, "0001_shelf", "CREATE TABLE shelf (id int); CREATE TABLE box (id int);")
    write(tmp_path, "0002_rights", "GRANT SELECT ON shelf TO {reader};")
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.sql").write_text(text)


def ask(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def test_what_is_missing_is_applied_once_in_order(empty_database: Urls, folder: Path) -> None:
    assert [step.name for step in migrate(empty_database.migrator, empty_database.database, folder)] == [
        "shelf",
        "rights",
    ]
    assert migrate(empty_database.migrator, empty_database.database, folder) == []
    assert ask(empty_database.reader, "SELECT number, name FROM migrations ORDER BY number") == [
        (1, "shelf"),
        (2, "rights"),
    ]


def test_everything_belongs_to_the_owner_who_cannot_log_in(empty_database: Urls, folder: Path) -> None:
    migrate(empty_database.migrator, empty_database.database, folder)
    owners = ask(empty_database.reader, "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert owners == [(f"{empty_database.database}_owner",)]


def test_roles_in_a_file_are_those_of_this_database(empty_database: Urls, folder: Path) -> None:
    migrate(empty_database.migrator, empty_database.database, folder)
    assert ask(empty_database.reader, "SELECT * FROM shelf") == []
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(empty_database.writer, "SELECT * FROM shelf")


def test_an_unknown_name_in_braces_is_refused_and_json_is_left_alone() -> None:
    names = names_of("d")
    assert render("""{writer} '{}' '{"a": 1}' {1}""", names) == """"d_writer" '{}' '{"a": 1}' {1}"""
    with pytest.raises(ValueError, match="wirter"):
        render("GRANT SELECT ON shelf TO {wirter}", names)


def test_a_quote_in_a_database_name_stays_a_name() -> None:
    assert render("TO {writer}", names_of('a"; DROP TABLE x; --')) == 'TO "a""; DROP TABLE x; --_writer"'


def test_a_failing_file_leaves_nothing_of_itself(empty_database: Urls, folder: Path) -> None:
    write(folder, "0003_broken", "CREATE TABLE half (id int); SELECT 1/0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(empty_database.migrator, empty_database.database, folder)
    assert ask(empty_database.reader, "SELECT max(number), to_regclass('half') FROM migrations") == [(2, None)]
    write(folder, "0003_broken", "CREATE TABLE half (id int);")
    assert [step.number for step in migrate(empty_database.migrator, empty_database.database, folder)] == [3]


def test_an_edited_file_is_drift(empty_database: Urls, folder: Path) -> None:
    migrate(empty_database.migrator, empty_database.database, folder)
    write(folder, "0001_shelf", "CREATE TABLE shelf (id bigint);")
    write(folder, "0003_more", "CREATE TABLE more (id int);")
    with pytest.raises(MigrationDrift, match="0001_shelf"):
        migrate(empty_database.migrator, empty_database.database, folder)
    assert ask(empty_database.reader, "SELECT to_regclass('more')") == [(None,)]


def test_a_newer_database_is_refused(empty_database: Urls, folder: Path) -> None:
    migrate(empty_database.migrator, empty_database.database, folder)
    (folder / "0002_rights.sql").unlink()
    with pytest.raises(DatabaseIsNewer):
        migrate(empty_database.migrator, empty_database.database, folder)


def test_any_role_can_ask_what_is_pending(empty_database: Urls, folder: Path) -> None:
    migrate(empty_database.migrator, empty_database.database, folder)
    write(folder, "0003_more", "CREATE TABLE more (id int);")
    assert [step.name for step in pending(empty_database.reader, folder)] == ["more"]


@pytest.mark.parametrize("name", ["0003_gap", "shelf", "0001_twice"])
def test_numbers_run_without_a_gap(tmp_path: Path, name: str) -> None:
    write(tmp_path, "0001_shelf", "SELECT 1")
    write(tmp_path, name, "SELECT 1")
    with pytest.raises(AssertionError):
        known(tmp_path)


def test_a_file_may_not_end_its_own_transaction(empty_database: Urls, tmp_path: Path) -> None:
    write(tmp_path, "0001_shelf", "CREATE TABLE shelf (id int); COMMIT;")
    with pytest.raises((AssertionError, psycopg.Error)):
        migrate(empty_database.migrator, empty_database.database, tmp_path)


def test_processes_that_migrate_at_once_do_not_collide(empty_database: Urls, tmp_path: Path) -> None:
    write(tmp_path, "0001_slow", "CREATE TABLE slow (id int); SELECT pg_sleep(0.3);")
    program = "import sys, pathlib; from ops.migrate import migrate; "
    program += "print(len(migrate(sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]))))"
    command = [sys.executable, "-c", program, empty_database.migrator, empty_database.database, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]  # noqa: S603
    answers = sorted(process.communicate()[0].strip() for process in running)
    assert answers == ["0", "0", "0", "1"]
    assert ask(empty_database.reader, "SELECT count(*) FROM migrations") == [(1,)]
