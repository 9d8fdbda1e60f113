"""Real PostgreSQL for every test that wants it.

`server` is one private server per test process, of the major version that STEELYARD_TEST_POSTGRES names
(default: the wheel's). `database` is a fresh, migrated database on it, gone after the test; `database.writer`
is the address for the role writer, and so on; `server.url(database.database, "postgres")` that for the
superuser. The server runs without fsync: a test that is about crashes starts its own by `ops.embedded.start`.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from ops.bootstrap import Urls, bootstrap
from ops.embedded import Running, installed_binaries, start
from ops.migrate import migrate
from ops.roles import ROLES, names_of

_numbers = count(1)


@pytest.fixture(scope="session")
def binaries() -> Path:
    """Programs of the PostgreSQL under test."""
    installed = installed_binaries()
    wanted = os.environ.get("STEELYARD_TEST_POSTGRES") or str(installed[0][0])
    for major, folder in installed:
        if str(major) == wanted:
            return folder
    pytest.fail(f"PostgreSQL {wanted} is not installed; installed are {[major for major, _ in installed]}")


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """An empty folder with a short path (pytest's own are too long for a socket), gone after the test."""
    folder = Path(tempfile.mkdtemp(prefix="sy-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def server(binaries: Path) -> Iterator[Running]:
    """One server for all tests of this process."""
    folder = Path(tempfile.mkdtemp(prefix="sy-"))
    with start(folder, binaries=binaries, options={"fsync": "off", "full_page_writes": "off"}) as running:
        yield running
    shutil.rmtree(folder)


@pytest.fixture
def empty_database(server: Running) -> Iterator[Urls]:
    """Addresses of the login roles of a fresh database without any migration."""
    urls = bootstrap(server.admin_url, f"t{next(_numbers)}", None)
    yield urls
    _drop(server, urls.database)


@pytest.fixture
def database(empty_database: Urls) -> Urls:
    """Addresses of the login roles of a fresh migrated database."""
    migrate(empty_database.migrator, empty_database.database)
    return empty_database


def _drop(server: Running, database: str) -> None:
    """End a database, whoever is connected, and its roles."""
    names = names_of(database)
    with psycopg.connect(server.admin_url, autocommit=True) as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connection.execute(drop.format(sql.Identifier(database)))
        for role in ROLES:
            connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(names[role])))
