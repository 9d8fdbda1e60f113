"""A whole example in a folder of its own, as a newcomer has it, and what a superuser can do to it."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console

from ops import demo
from ops.binaries import runnable, unprivileged_account
from ops.deployment import Deployment, deployed
from ops.embedded import Running, start
from ops.settings import Settings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Example:
    """The folder of a deployment whose server may be running or not."""

    data: Path
    binaries: Path

    @property
    def settings(self) -> Settings:
        return Settings(deployment="example", data=self.data, secure_cookies=False, postgres_binaries=self.binaries)

    @property
    def log(self) -> Path:
        return self.data / "log"

    @property
    def kept(self) -> Path:
        return self.data / "keys" / "checkpoint"

    @contextmanager
    def running(self, **options: str) -> Iterator[Running]:
        with start(self.data / "postgresql", binaries=self.binaries, options=options) as server:
            yield server

    @contextmanager
    def deployed(self, *, unread: bool = False) -> Iterator[Deployment]:
        with deployed(self.settings, unread=unread) as deployment:
            yield deployment

    def copy(self, folder: Path) -> "Example":
        """The same in another place, with its owners; the server must be stopped."""
        subprocess.run(["/bin/cp", "-a", f"{self.data}/.", folder], check=True)  # noqa: S603 - our own folders
        return Example(folder, self.binaries)

    def steelyard(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """The command line, in a process of its own."""
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "STEELYARD_DEPLOYMENT": "example",
            "STEELYARD_DATA": str(self.data),
            "STEELYARD_POSTGRES_BINARIES": str(self.binaries),
            "STEELYARD_SECURE_COOKIES": "false",
        }
        command = [sys.executable, "-m", "ops.cli", *arguments]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603

    def program(self, name: str, *arguments: str) -> None:
        """One of PostgreSQL's programs on the stopped cluster, as the account that owns it."""
        cluster = self.data / "postgresql" / "cluster"
        account = unprivileged_account(cluster)
        inside = os.open(cluster, os.O_RDONLY)  # the account may not pass the folders above it
        subprocess.run(  # noqa: S603 - PostgreSQL's own program
            [runnable(self.binaries, account) / name, "-D", f"/proc/self/fd/{inside}", *arguments],
            check=True,
            capture_output=True,
            cwd="/",
            pass_fds=[inside],
            user=account.user if account else None,
            group=account.group if account else None,
            extra_groups=[] if account else None,
        )
        os.close(inside)


@contextmanager
def told(binaries: Path) -> Iterator[Example]:
    """The example, told, published and stopped; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    example = Example(folder, binaries)
    with example.running(fsync="off"), example.deployed() as deployment:
        demo.prepare(deployment, Console(file=io.StringIO()))
    yield example
    shutil.rmtree(folder)


def superuser(server: Running, database: str = "steelyard") -> "psycopg.Connection[Any]":
    """A connection that may do anything, its way through the triggers cleared."""
    connection = psycopg.connect(server.url(database, "postgres"))
    connection.execute("ALTER TABLE ledger.entries DISABLE TRIGGER ALL")
    return connection
