"""看护 — keeps the worker process running beside the web service, and ends it with the service."""

import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
STEADY_S: Final = 60.0
"""A worker that ran this long starts afresh with the first pause."""
STOP_S: Final = 15.0

_log = structlog.get_logger("supervisor")


class Supervisor:
    """Starts a command, starts it again when it ends, and stops it for good on ``close``."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._command = list(command)
        self._environment = dict(environment)
        self._closing = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the worker and wait for it."""
        self._closing.set()
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
        self._thread.join(STOP_S)

    def _watch(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._closing.is_set():
            started = time.monotonic()
            self._process = subprocess.Popen(self._command, env=self._environment)  # noqa: S603 - our own program
            code = self._process.wait()
            if self._closing.is_set():
                return
            pause_s = FIRST_PAUSE_S if time.monotonic() - started > STEADY_S else min(2 * pause_s, LONGEST_PAUSE_S)
            _log.error("worker ended", code=code, restarts_in_s=pause_s)
            self._closing.wait(pause_s)
