"""A small service that appends in eight threads until it is told to stop, and keeps a journal.

    python -m tests.faults.client URL JOURNAL [--settle]

It begins by sending every attempt of the journal that has no answer again, under the same command id, as a client
would. With --settle that is all it does. SIGTERM stops it after the appends that are on their way.
"""

import signal
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from eventsourcing.persistence import OperationalError, RecordConflictError

from domain.ledger import CommandKnown, LogRecorder, OutcomeUnknown
from ops.recorder import PostgresRecorder
from tests.faults.journal import Attempt, Journal, told
from tests.ops.saves import append, entry, save

THREADS = 8
PATIENCE_S = 60.0


def settle(recorder: LogRecorder, journal: Journal, attempt: Attempt) -> None:
    """Send one attempt until there is an answer. Nobody else writes its stream: a conflict cannot be true."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        wish = save((attempt.stream, attempt.version - 1), command=attempt.command)
        try:
            (position,) = append(recorder, entry(attempt.stream, attempt.version, attempt.state), save=wish)
        except CommandKnown as answer:
            position = answer.known.receipt.first
        except RecordConflictError:
            journal.write("false", attempt.command, "conflict")
            return
        except (OutcomeUnknown, OperationalError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
            continue
        journal.write("ack", attempt.command, position)
        return


def stream_of(thread: int) -> UUID:
    return uuid5(NAMESPACE_OID, str(thread))


def write(recorder: LogRecorder, journal: Journal, thread: int, head: int, stopped: threading.Event) -> None:
    stream = stream_of(thread)
    while not stopped.is_set():
        head += 1
        attempt = Attempt(uuid4(), stream, head)
        journal.write("try", attempt.command, attempt.stream, attempt.version)
        settle(recorder, journal, attempt)


def main(url: str, path: str, *options: str) -> None:
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    before, journal, recorder = told(Path(path)), Journal(Path(path)), PostgresRecorder(url)
    for attempt in before.open:
        settle(recorder, journal, attempt)
    if "--settle" not in options:
        with ThreadPoolExecutor(THREADS) as pool:
            heads: Sequence[int] = [before.head(stream_of(thread)) for thread in range(THREADS)]
            futures = [
                pool.submit(write, recorder, journal, thread, head, stopped) for thread, head in enumerate(heads)
            ]
            for future in futures:
                future.result()
    recorder.close()
    journal.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
