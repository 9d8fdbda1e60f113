"""A small TCP proxy before PostgreSQL that breaks a connection at the moment it is told to.

``faults.put(fault)`` arms it for the next append that passes; each fault is used once.

| fault | what happens to the append | what the client sees |
|---|---|---|
| ``REPLY_LOST`` | is committed | the connection breaks instead of the answer |
| ``REQUEST_LOST`` | never arrives | the connection breaks |
| ``REQUEST_LATE`` | arrives after the client has given up and come back | the connection breaks at once |
"""

import queue
import socket
import threading
import time
from contextlib import suppress
from enum import Enum, auto
from types import TracebackType
from typing import Self

BUFFER_BYTES = 1 << 20
LATE_S = 0.2


class Fault(Enum):
    REPLY_LOST = auto()
    REQUEST_LOST = auto()
    REQUEST_LATE = auto()


class Line:
    """One connection through the proxy."""

    def __init__(self, client: socket.socket, server: socket.socket, faults: "queue.SimpleQueue[Fault]") -> None:
        self._client, self._server, self._faults = client, server, faults
        self._drops_reply = False
        self.is_broken = False
        self._threads = [threading.Thread(target=work) for work in (self._carry_there, self._carry_back)]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        _close(self._client)
        _close(self._server)
        for thread in self._threads:
            thread.join()

    def _carry_there(self) -> None:
        while said := _received(self._client):
            # A Bind message names the prepared statement; small appends come in one piece.
            if said[:1] == b"B" and b"append" in said[:40] and not self._faults.empty():
                self._break(self._faults.get(), said)
                return
            if not _sent(self._server, said):
                break
        _close(self._server)

    def _break(self, fault: Fault, said: bytes) -> None:
        self.is_broken = True
        if fault is Fault.REPLY_LOST:
            self._drops_reply = True
            _sent(self._server, said)
            return
        _close(self._client)
        if fault is Fault.REQUEST_LATE:
            time.sleep(LATE_S)
            # The other thread reads the answer, finds nobody to give it to, and closes.
            _sent(self._server, said)
            return
        _close(self._server)

    def _carry_back(self) -> None:
        while said := _received(self._server):
            if self._drops_reply or not _sent(self._client, said):
                break
        _close(self._client)
        _close(self._server)


class Proxy:
    """Listens on a port of 127.0.0.1 and passes everything on to a Unix socket."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._accepting = threading.Thread(target=self._accept)
        self._lines: list[Line] = []
        self.faults: queue.SimpleQueue[Fault] = queue.SimpleQueue()
        self.lets_in = True
        """Whether new connections are passed on."""

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def broken(self) -> int:
        """How many lines were broken."""
        return sum(line.is_broken for line in self._lines)

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        _close(self._listener)
        self._accepting.join()
        for line in self._lines:
            line.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if not self.lets_in:
                _close(client)
                continue
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._upstream)
            self._lines.append(Line(client, server, self.faults))


def _received(source: socket.socket) -> bytes:
    with suppress(OSError):
        return source.recv(BUFFER_BYTES)
    return b""


def _sent(target: socket.socket, said: bytes) -> bool:
    with suppress(OSError):
        target.sendall(said)
        return True
    return False


def _close(end: socket.socket) -> None:
    # shutdown wakes a thread that waits on it; close alone would not.
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
