"""后台 — the process beside the web service: follow the log, carry out what is due, publish the tree.

Three loops in three threads. If one of them ends, the process ends, loudly, and its supervisor starts it again: a
thread that dies in silence while the log goes on is the trap this file is built against.
"""

import threading
from collections.abc import Callable, Mapping
from typing import Final

import structlog

JOIN_S: Final = 10.0

_log = structlog.get_logger("worker")

Loop = Callable[[threading.Event], None]


def run(loops: Mapping[str, Loop], stop: threading.Event) -> int:
    """Run every loop until stopped. 0 if all were told to stop, 1 if one ended by itself."""
    failed = threading.Event()

    def guarded(name: str, loop: Loop) -> None:
        try:
            loop(stop)
        except BaseException:
            _log.exception("loop failed", loop=name)
            failed.set()
        finally:
            if not stop.is_set():
                failed.set()
            stop.set()

    threads = [
        threading.Thread(target=guarded, args=(name, loop), name=name, daemon=True) for name, loop in loops.items()
    ]
    for thread in threads:
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join(JOIN_S)
    return 1 if failed.is_set() else 0
