"""One call gives a migrated database, whoever serves it."""

from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from ops.bootstrap import Urls
from ops.database import NoDatabaseName, open_database
from ops.embedded import Running
from ops.settings import Settings


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    folder = tmp_path / "sql"
    folder.mkdir()
    (folder / "0001_shelf.sql").write_text("CREATE TABLE shelf (id int); GRANT SELECT ON shelf TO {reader};")
    return folder


def settings(data: Path, **more: object) -> Settings:
    return Settings.model_validate({"data": data, **more})


def test_without_an_address_a_private_server_is_started_and_stopped(
    short_folder: Path, binaries: Path, migrations: Path
) -> None:
    wanted = settings(short_folder / "data", postgres_binaries=binaries)
    with open_database(wanted, migrations=migrations) as database:
        assert [step.name for step in database.applied] == ["shelf"]
        with psycopg.connect(database.read_url) as connection:
            assert connection.execute("SELECT count(*) FROM shelf").fetchone() == (0,)
    assert (short_folder / "data").stat().st_mode & 0o777 == 0o700
    assert (short_folder / "data/.gitignore").read_text() == "*\n"
    assert database.server is not None
    assert not database.server.is_alive()
    assert not (short_folder / "data/roles.json").exists()
    with open_database(wanted, migrations=migrations) as database:
        assert database.applied == []


def test_a_failed_migration_leaves_no_server_behind(short_folder: Path, binaries: Path, migrations: Path) -> None:
    (migrations / "0002_broken.sql").write_text("SELECT 1/0")
    wanted = settings(short_folder / "data", postgres_binaries=binaries)
    with pytest.raises(psycopg.errors.DivisionByZero):
        open_database(wanted, migrations=migrations)
    assert not (short_folder / "data/postgresql/address").exists()


def test_with_an_address_that_server_is_used(
    server: Running, empty_database: Urls, migrations: Path, tmp_path: Path
) -> None:
    address = SecretStr(server.url(empty_database.database, "postgres"))
    replica = SecretStr("host=replica.example port=6432 user=somebody")
    wanted = settings(tmp_path / "data", database_url=address, read_database_url=replica)
    with pytest.raises(Exception, match=r"roles\.json"):
        open_database(wanted, migrations=migrations)
    with open_database(wanted, migrations=migrations, renew_passwords=True) as database:
        assert database.server is None
        read = conninfo_to_dict(database.read_url)
        assert (read["host"], read["user"]) == ("replica.example", f"{empty_database.database}_reader")
        assert read["password"] == conninfo_to_dict(database.urls.reader)["password"]
    assert server.is_alive()


def test_an_address_must_name_a_database(tmp_path: Path) -> None:
    with pytest.raises(NoDatabaseName):
        open_database(settings(tmp_path, database_url=SecretStr("postgresql://db.example")))
