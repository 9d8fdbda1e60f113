"""服务 — the web service with its worker beside it, and both of them made from one deployment."""

import os
import shutil
import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import psycopg
import structlog
import uvicorn
from psycopg_pool import AsyncConnectionPool

from api.accounts import LocalAccounts
from api.app import create_app
from api.house import House, Taken
from api.house import Settings as HouseSettings
from ops import cosigning, process, retention, worker
from ops.deployment import Deployment, on_reads, readers
from ops.guarded import refusal
from ops.proving import Taking, exported
from ops.publish import publish_or_stop, publishing
from ops.supervisor import Supervisor
from projections import follow
from projections.transparency.packing import pack

READS: Final = 12
ACCESS: Final = 6
SERVICE: Final = "STEELYARD_SERVICE"
"""How a worker is told which process is its service."""
POOL_TIMEOUT_S: Final = 4.0
"""How long a request waits for a connection: in an outage everybody is told within five seconds to come again."""

Pool = AsyncConnectionPool[psycopg.AsyncConnection[tuple[Any, ...]]]

_log = structlog.get_logger("serve")


def house(deployment: Deployment) -> House:
    """Everything that the pages are served from; its pools are opened by the loop that serves."""
    clock = deployment.clock()
    settings = deployment.settings
    reads = pool_of(on_reads(deployment.database.read_url), READS)
    access = pool_of(on_reads(deployment.database.urls.writer, planned_once=True), ACCESS)
    assert settings.log is not None, "settings always name the log's folder"
    return House(
        ledger=deployment.ledger(),
        looking=lambda: psycopg.connect(on_reads(deployment.database.read_url), autocommit=True),
        reads=reads,
        access=access,
        vault=deployment.vault,
        clock=clock,
        identity=LocalAccounts(access, clock),
        log=settings.log,
        refused=lambda: _refused(deployment),
        take_away=partial(_take_away, deployment),
        counts=deployment.recorder.counts,
        settings=HouseSettings(
            origin=settings.origin,
            secure_cookies=settings.secure_cookies,
            simulated=deployment.simulated,
            session_time=timedelta(hours=settings.session_hours),
        ),
    )


def _take_away(deployment: Deployment, taken: Taken, folder: Path) -> Path:
    """One export as one file; its folder is gone again."""
    taking = Taking(taken.scope, str(taken.by), taken.by, profile=taken.profile, command=taken.command)
    done = exported(deployment, folder / "steelyard", taking)
    packed = folder / "steelyard.tar"
    with packed.open("xb") as file:
        pack(done.folder, file)
    shutil.rmtree(done.folder)
    return packed


def _refused(deployment: Deployment) -> str | None:
    found = refusal(deployment.state_folder)
    return None if found is None else found.code


def pool_of(url: str, size: int) -> Pool:
    """Connections for the loop that serves, which opens them; nobody waits for one longer than ``POOL_TIMEOUT_S``."""
    kwargs = {"autocommit": True}
    return AsyncConnectionPool(url, kwargs=kwargs, min_size=1, max_size=size, timeout=POOL_TIMEOUT_S, open=False)


def serve(deployment: Deployment) -> None:
    """Serve until told to stop; the worker ends with the service. A log that was rewritten is served for reading."""
    settings = deployment.settings
    publish_or_stop(deployment, whole=True)
    app = create_app(house(deployment))
    config = uvicorn.Config(app, host=settings.host, port=settings.port, log_level="warning", server_header=False)
    # Once it has stopped, the server raises the signal again that it was stopped by: the default would end this process
    # on the spot, and its database under the worker's hands.
    signal.signal(signal.SIGTERM, lambda number, frame: None)
    with _working(deployment):
        uvicorn.Server(config).run()


@contextmanager
def _working(deployment: Deployment) -> Generator[None]:
    # The example may be served by a command that says so itself: the worker has to know it as well.
    environment = {**os.environ, "STEELYARD_DEPLOYMENT": deployment.settings.deployment, SERVICE: str(os.getpid())}
    supervisor = Supervisor([sys.executable, "-m", "ops.cli", "work"], environment)
    try:
        yield
    finally:
        supervisor.close()


def work(deployment: Deployment) -> int:
    """Follow the log, carry out what is due, publish the tree, until the service tells it to stop. An exit code."""
    stop = threading.Event()
    policy = cosigning.in_force(deployment)

    def end(number: int, frame: object) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    _end_with_parent(stop)
    loops: dict[str, worker.Loop] = {
        "follow": lambda stop: follow.run(deployment.database.urls.projector, stop, readers=readers(deployment)),
        "process": lambda stop: _carry_out(deployment, stop),
        "publish": lambda stop: publishing(deployment, stop),
        "retention": lambda stop: retention.run(deployment, stop),
    }
    if policy is not None:
        loops["witness"] = lambda stop: cosigning.witnessing(deployment, policy, stop)
    return worker.run(loops, stop)


def _carry_out(deployment: Deployment, stop: threading.Event) -> None:
    with psycopg.connect(on_reads(deployment.database.urls.projector), autocommit=True) as connection:
        follow.ready(connection, readers(deployment))
        process.run(connection, deployment.ledger(), deployment.clock(), stop)


def _end_with_parent(stop: threading.Event) -> None:
    """A service that was killed cannot tell its worker to stop: the worker sees that it was orphaned.

    Even before it looked for the first time: it was told whose it is.
    """
    parent = int(os.environ.get(SERVICE, os.getppid()))

    def watch() -> None:
        while not stop.wait(1.0):
            if os.getppid() != parent:
                stop.set()

    threading.Thread(target=watch, name="parent", daemon=True).start()
