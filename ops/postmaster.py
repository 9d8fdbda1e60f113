"""One PostgreSQL server process: made, started, told to end, and what an earlier one left behind."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ops.binaries import Account

SUPERUSER = "postgres"
PORT = 5432  # of no network: it only names the socket
SOCKET = f".s.PGSQL.{PORT}"
Process = subprocess.Popen[bytes]

_STOP_TIMEOUT_S = 60.0
_POLL_S = 0.01
_LOG_BYTES = 1_000_000
_PR_SET_PDEATHSIG = 1
_SEPARATORS = bytes.maketrans(b":= ", b"\0\0\0")
_INITDB = ("--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--data-checksums")


class NotReady(Exception):
    """私有的 PostgreSQL 没有启动成功。 The private PostgreSQL did not start."""


class StillRunning(Exception):
    """上一次运行的 PostgreSQL 进程还没有结束。 Processes of the last run have not ended yet."""


def initialise(cluster: Path, programs: Path, account: Account | None) -> None:
    """Make a data directory aside and rename it, so that a half-made one is never taken for a whole one."""
    for leftover in cluster.parent.glob("new-*"):
        shutil.rmtree(leftover)
    side = Path(tempfile.mkdtemp(prefix="new-", dir=cluster.parent))
    if account is not None:
        os.chown(side, account.user, account.group)
    with _place(side, account) as (place, descriptors):
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            [programs / "initdb", "-D", place, *_INITDB],
            cwd="/",
            env=_environment(),
            pass_fds=descriptors,
            preexec_fn=_die_with_parent(signal.SIGKILL),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            user=account.user if account else None,
            group=account.group if account else None,
            extra_groups=[] if account else None,
        )
    if done.returncode != 0:
        raise NotReady(f"{NotReady.__doc__} initdb: {done.stderr.strip()}")
    side.rename(cluster)


def spawn(cluster: Path, socket: Path, programs: Path, account: Account | None, options: Mapping[str, str]) -> Process:
    """Start the server as a child that the kernel ends with us; it may not be ready yet."""
    # The server's working folder is its data directory: a relative socket folder has no long path.
    where = "." if socket == cluster else str(socket)
    settings = {
        **options,
        "cluster_name": _mark(cluster),
        "unix_socket_directories": where,
        "port": str(PORT),
    }
    with _open_log(cluster).open("ab") as said, _place(cluster, account) as (place, descriptors):
        return subprocess.Popen(  # noqa: S603 - our own program, no shell
            [programs / "postgres", "-D", place, *(f"--{name}={value}" for name, value in settings.items())],
            cwd="/",
            env=_environment(),
            pass_fds=descriptors,
            preexec_fn=_die_with_parent(signal.SIGINT),
            start_new_session=True,  # Ctrl-C is for the service, which stops the server when it is done
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            user=account.user if account else None,
            group=account.group if account else None,
            extra_groups=[] if account else None,
        )


def stop(process: Process) -> None:
    """End a server: SIGINT closes all connections cleanly; after a minute each come SIGQUIT and SIGKILL."""
    for request in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(request)
        try:
            process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            continue
        return


def await_end_of_earlier(cluster: Path, deadline: float) -> None:
    """Wait until no process of an earlier server is left: a killed owner leaves one that is ending."""
    while remains := _remains(cluster):
        if time.monotonic() > deadline:
            raise StillRunning(f"{StillRunning.__doc__} {cluster}: {remains}")
        time.sleep(_POLL_S)
    if sys.platform == "linux":
        # Nobody runs here, so a living number in these files belongs to a stranger (a restarted container
        # counts from 1 again). PostgreSQL would take it for itself and refuse.
        for name in ("postmaster.pid", f"{SOCKET}.lock"):
            (cluster / name).unlink(missing_ok=True)


def last_words(cluster: Path) -> str:
    """The last lines of the server's log, for an error message."""
    return "\n".join(_log(cluster).read_text(errors="replace").splitlines()[-5:])


def _log(cluster: Path) -> Path:
    return cluster.with_name("server.log")


def _open_log(cluster: Path) -> Path:
    log = _log(cluster)
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.rename(log.with_name("server.log.1"))
    return log


@contextmanager
def _place(folder: Path, account: Account | None) -> Generator[tuple[str, tuple[int, ...]], None, None]:
    """How to name a folder to a server of another account, and the descriptors it must inherit.

    Its path may lead through folders which that account cannot enter, such as /root; an open descriptor is a
    way in. PostgreSQL opens everything relative to its data directory, so this one name suffices.
    """
    if account is None or sys.platform != "linux":
        yield str(folder), ()
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}", (descriptor,)
    finally:
        os.close(descriptor)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C"}


def _die_with_parent(with_signal: signal.Signals) -> Callable[[], None]:
    parent, library = os.getpid(), ctypes.CDLL(None)

    def before_exec() -> None:
        if sys.platform == "linux":
            library.prctl(_PR_SET_PDEATHSIG, int(with_signal))
        if os.getppid() != parent:
            os._exit(1)  # the parent died before we had asked to be told

    return before_exec


def _mark(cluster: Path) -> str:
    """What the process titles of this data directory carry; unique on a machine, the same after a rename."""
    status = cluster.stat()
    return f"steelyard-{status.st_dev:x}-{status.st_ino:x}"


def _remains(cluster: Path) -> list[int]:
    """Living processes of any server of this data directory (Linux; elsewhere none is seen)."""
    mark, owner = _mark(cluster).encode(), cluster.stat().st_uid
    found: list[int] = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            title = (place / "cmdline").read_bytes()
            words = title.translate(_SEPARATORS).split(b"\0")
            if mark in words and place.stat().st_uid == owner:
                found.append(int(place.name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended while we looked
    return found
