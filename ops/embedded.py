"""A private PostgreSQL in the data folder: started with the service, stopped with it, reached by nobody else.

What lies in the folder:

    lock         held (flock) by the process that owns the server, for as long as it lives
    cluster/     PostgreSQL's data directory; the socket lies in it (mode 0700) unless its path is too long
    address      one JSON object {"major", "pid", "socket"}, written when the server answers
    server.log   what the server said

Whoever gets the lock starts the server; everybody else connects to it. The kernel tells the server when its
owner dies, so that none is left behind.
"""

import fcntl
import json
import os
import socket
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from ops.binaries import Account, NoBinaries, installed_binaries, major_of, runnable, unprivileged_account
from ops.postmaster import (
    PORT,
    SOCKET,
    SUPERUSER,
    NotReady,
    Process,
    StillRunning,
    await_end_of_earlier,
    initialise,
    last_words,
    spawn,
    stop,
)

__all__ = ["NoBinaries", "NotReady", "OtherMajor", "Running", "StillRunning", "installed_binaries", "start"]

_SOCKET_PATH_BYTES = 107  # sockaddr_un.sun_path holds 108 with its closing zero
_SHORT = "steelyard-"  # begins the name of a folder that holds a socket and nothing else
_POLL_S = 0.01

_OPTIONS = {
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Values of a failing statement are personal data: they stay out of the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class OtherMajor(Exception):
    """数据文件夹属于另一个 PostgreSQL 大版本:请用旧版本的 pg_dumpall 导出,换空文件夹启动,再用 psql 导入。

    The data folder belongs to another major version of PostgreSQL: dump it with that version's pg_dumpall,
    start with an empty folder, and load the dump with psql.
    """


@dataclass
class Running:
    """A server that answers. Closing it stops the server if this process owns it."""

    folder: Path
    major: int
    pid: int
    socket: Path
    _process: Process | None = field(default=None, repr=False)
    _lock: int | None = field(default=None, repr=False)
    _started_by: int = field(default_factory=os.getpid, repr=False)

    @property
    def is_owner(self) -> bool:
        """Whether this very process (no fork of it) started the server and will stop it."""
        return self._process is not None and self._started_by == os.getpid()

    @property
    def admin_url(self) -> str:
        """Address of the maintenance database as superuser."""
        return self.url("postgres", SUPERUSER)

    def url(self, database: str, role: str) -> str:
        """Address of a database over the private socket; whoever can open the socket is believed."""
        host = quote(str(self.socket), safe="")
        return f"postgresql://{quote(role, safe='')}@/{quote(database, safe='')}?host={host}&port={PORT}"

    def is_alive(self) -> bool:
        """Whether the server answers now."""
        return _refusal(self.admin_url) is None

    def close(self) -> None:
        """Stop the server cleanly and give the folder back; twice is once. A guest only lets go."""
        if not self.is_owner or self._process is None or self._lock is None:
            return
        stop(self._process)
        self._process = None
        _forget_address(self.folder)
        _unlock(self._lock)

    def __enter__(self) -> Self:
        """Give the server itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it, whatever happened."""
        self.close()


def start(
    folder: Path,
    *,
    binaries: Path | None = None,
    options: Mapping[str, str] | None = None,
    timeout_s: float = 120.0,
) -> Running:
    """Server of this folder, answering: started by us, or found alive under another owner.

    `binaries` is a folder with `postgres` and `initdb` (default: the wheel's, else the system's); `options`
    are settings of PostgreSQL for this run; `timeout_s` bounds the wait for other processes, not a recovery.
    Raises NoBinaries, OtherMajor, NotReady or StillRunning.
    """
    folder = folder.resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    deadline = time.monotonic() + timeout_s
    while True:
        if (lock := _try_lock(folder / "lock")) is not None:
            try:
                return _own(folder, lock, binaries or _first_binaries(), options or {}, deadline)
            except BaseException:
                _unlock(lock)
                raise
        if (running := _find(folder)) is not None:
            return running
        if time.monotonic() > deadline:
            raise NotReady(f"{NotReady.__doc__} {folder}")
        time.sleep(_POLL_S)


def _first_binaries() -> Path:
    for _, folder in installed_binaries():
        return folder
    raise NoBinaries(NoBinaries.__doc__)


def _find(folder: Path) -> Running | None:
    """Server of another owner, if it has written its address and answers."""
    try:
        address = json.loads((folder / "address").read_bytes())
    except FileNotFoundError:
        return None
    running = Running(folder, address["major"], address["pid"], Path(address["socket"]))
    return running if running.is_alive() else None


def _forget_address(folder: Path) -> None:
    """Take back the address of a server that has ended, and its socket's folder if that was a short one.

    The address may be another folder's: copied or moved with its data, it names what belongs to the server that wrote
    it. So nothing is removed but a short folder of sockets to which nobody listens, and whatever else lies there stays.
    """
    try:
        address = json.loads((folder / "address").read_bytes())
    except FileNotFoundError:
        return
    short = Path(address["socket"])
    if short.name.startswith(_SHORT) and not _is_listened_to(short / SOCKET):
        for left in short.glob(".s.PGSQL.*"):
            left.unlink(missing_ok=True)
        with suppress(OSError):
            short.rmdir()
    (folder / "address").unlink()


def _is_listened_to(path: Path) -> bool:
    """Whether a server has this socket, were it only starting: the system says so, not the server."""
    with socket.socket(socket.AF_UNIX) as asking:
        try:
            asking.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True
    return True


def _own(folder: Path, lock: int, binaries: Path, options: Mapping[str, str], deadline: float) -> Running:
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError("the server dies with the thread that started it: start it from the main thread")
    cluster = folder / "cluster"
    account = unprivileged_account(cluster)
    major = major_of(binaries)
    if major is None:
        raise NoBinaries(f"{NoBinaries.__doc__} {binaries}")
    programs = runnable(binaries, account)
    if cluster.exists():
        _check_major(cluster, major)
        await_end_of_earlier(cluster, deadline)
        _forget_address(folder)
    else:
        initialise(cluster, programs, account)
    place = _socket_folder(cluster, account)
    process = spawn(cluster, place, programs, account, {**_OPTIONS, **options})
    running = Running(folder, major, process.pid, place, process, lock)
    try:
        _await_answer(running, process)
        address = {"major": major, "pid": process.pid, "socket": str(place)}
        (folder / "address.new").write_text(json.dumps(address))
        (folder / "address.new").rename(folder / "address")
    except BaseException:
        stop(process)
        raise
    return running


def _check_major(cluster: Path, major: int) -> None:
    made_by = int((cluster / "PG_VERSION").read_text())
    if made_by != major:
        raise OtherMajor(f"{OtherMajor.__doc__}\n{cluster}: PostgreSQL {made_by} ≠ {major}")


def _socket_folder(cluster: Path, account: Account | None) -> Path:
    if len(os.fsencode(cluster / SOCKET)) <= _SOCKET_PATH_BYTES:
        return cluster
    short = Path(tempfile.mkdtemp(prefix=_SHORT))
    if account is not None:
        os.chown(short, account.user, account.group)
    return short


def _await_answer(running: Running, process: Process) -> None:
    # As long as it lives we wait: a recovery that is cut short begins again from its start, for ever.
    while (refusal := _refusal(running.admin_url)) is not None:
        if process.poll() is not None:
            said = last_words(running.folder / "cluster")
            raise NotReady(f"{NotReady.__doc__}\n{refusal}\n{said}")
        time.sleep(_POLL_S)


def _refusal(url: str) -> psycopg.OperationalError | None:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        return error
    return None


_held: set[int] = set()


def _forget_locks() -> None:
    # A forked child shares the lock and must not keep it when its parent, the owner, is gone.
    while _held:
        os.close(_held.pop())


os.register_at_fork(after_in_child=_forget_locks)


def _try_lock(path: Path) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    _held.add(descriptor)
    return descriptor


def _unlock(descriptor: int) -> None:
    if descriptor in _held:
        _held.remove(descriptor)
        os.close(descriptor)
