"""Real PostgreSQL for every test that wants it, and no silent skips.

`server` is one private server per test process and version, without fsync: a test that is about crashes
starts its own by `ops.embedded.start`. `database` is a fresh, migrated database on it, gone after the test;
`database.writer` is the address for the role writer, and so on; `server.url(database.database, "postgres")`
that for the superuser.

Where several processes share a run they take the rooms of pages and servers first, and what is quick last: nobody
waits at the end for the longest file of another.

What a whole run makes once, such as a server or a served town, is `kept`: a run goes from one PostgreSQL to
the other and back with every file, and would else end and make it anew each time.

A test marked `storage`, or lying in tests/ops or tests/faults, runs on every PostgreSQL that
STEELYARD_TEST_POSTGRES names (default: the wheel's alone), any other on the first of them.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from psycopg import sql

from ops.bootstrap import Urls, bootstrap
from ops.embedded import Running, installed_binaries, start
from ops.migrate import migrate
from ops.roles import ROLES, names_of
from tests.cheap import Kept, use_cheap_passwords
from tests.skips import Skip, refused_skips

# How fast a machine draws examples says nothing about the rule: timings never decide a test.
settings.register_profile("steelyard", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steelyard")

# A service that runs beside a test must not write into what a command of that test answers.
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.__stderr__))

use_cheap_passwords()

_HERE = Path(__file__).parent
_STORAGE = ("ops", "faults")
_SLOWEST_FIRST = ("browser", "faults", "api", "ops", "projections", "acceptance", "domain", "architecture")
_numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    """Hand files out in the order of their collection, not by how many tests each holds."""
    config.option.loadscopereorder = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a process of several: the slow rooms first, each file as it was."""
    if hasattr(config, "workerinput"):
        rooms = {room: place for place, room in enumerate(_SLOWEST_FIRST)}
        items.sort(key=lambda item: rooms.get(item.path.relative_to(_HERE).parts[0], len(rooms)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a storage test once for each PostgreSQL, any other on the first."""
    if "binaries" in metafunc.fixturenames:
        majors = _majors()
        test = metafunc.definition
        is_storage = test.path.relative_to(_HERE).parts[0] in _STORAGE or test.get_closest_marker("storage")
        names = [f"pg{major}" for major in majors]
        wanted = slice(None if is_storage else 1)
        metafunc.parametrize("binaries", majors[wanted], ids=names[wanted], indirect=True, scope="session")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the skips that must not be."""
    for test, reason in refused_skips(_skips(terminalreporter)):
        terminalreporter.write_line(f"NOT ALLOWED TO SKIP {test} | {reason}", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run with such skips."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if session.exitstatus == pytest.ExitCode.OK and reporter and refused_skips(_skips(reporter)):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _skips(reporter: pytest.TerminalReporter) -> list[Skip]:
    found: list[Skip] = []
    for report in reporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        found.append((report.nodeid, reason.removeprefix("Skipped: ")))
    return found


def _majors() -> list[int]:
    """Versions that STEELYARD_TEST_POSTGRES names: `all`, or some like `18,15`; else the first installed."""
    installed = [major for major, _ in installed_binaries()]
    wanted = os.environ.get("STEELYARD_TEST_POSTGRES", "")
    if wanted == "all":
        return list(dict.fromkeys(installed))
    return [int(major) for major in wanted.split(",")] if wanted else installed[:1]


@pytest.fixture(scope="session")
def binaries(request: pytest.FixtureRequest) -> Path:
    """Programs of the PostgreSQL under test."""
    for major, folder in installed_binaries():
        if major == request.param:
            return folder
    pytest.fail(f"PostgreSQL {request.param} is not installed")


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """An empty folder with a short path (pytest's own are too long for a socket), gone after the test."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def kept() -> Iterator[Kept]:
    """What is made once in this process."""
    with ExitStack() as stack:
        yield Kept(stack)


@pytest.fixture(scope="session")
def server(kept: Kept, binaries: Path) -> Running:
    """One server of each PostgreSQL for all tests of this process."""
    return kept.once(("server", binaries), lambda: _serving(binaries))


@contextmanager
def _serving(binaries: Path) -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
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
