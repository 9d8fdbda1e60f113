"""A server to be killed, its database, and what can be asked of it afterwards."""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString, Self

import psycopg

from ops.bootstrap import Urls, bootstrap
from ops.embedded import Running, start
from ops.migrate import migrate

DATABASE = "victim"


@dataclass
class Victim:
    """PostgreSQL with its defaults (fsync is on)."""

    folder: Path
    binaries: Path
    server: Running
    urls: Urls

    @classmethod
    def started(cls, folder: Path, binaries: Path) -> Self:
        server = start(folder, binaries=binaries)
        urls = bootstrap(server.admin_url, DATABASE, None)
        migrate(urls.migrator, DATABASE)
        return cls(folder, binaries, server, urls)

    def crash(self) -> None:
        """Kill every process of the server at once: what it held in memory is gone, as in a power cut."""
        pid = self.server.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for process in (pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.server.close()

    def restart(self) -> None:
        self.server = start(self.folder, binaries=self.binaries)

    def ask(self, query: LiteralString, *parameters: object) -> list[tuple[object, ...]]:
        """Rows, asked as superuser."""
        with psycopg.connect(self.server.url(DATABASE, "postgres"), autocommit=True) as connection:
            return connection.execute(query, parameters).fetchall()

    def tell(self, statement: str) -> None:
        """A statement without an answer, as superuser."""
        with psycopg.connect(self.server.url(DATABASE, "postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())
