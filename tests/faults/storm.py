"""One of several service processes that append at once, with everything that can go wrong on the way.

    python -m tests.faults.storm URL ENTRIES SEED

Eight threads append saves of 1 to 20 entries until the process has committed so many entries. One save in five meets
a stream that moved, one in forty is poisoned, and a ninth thread appends and rolls back. Prints what it committed.
"""

import random
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import DataError, RecordConflictError
from psycopg.pq import ExecStatus

from ops.group import Pending
from ops.parcel import APPEND, TYPES, packed
from ops.recorder import PostgresRecorder
from tests.ops.saves import append, entry, save

THREADS = 8
SHARED = [UUID(int=number) for number in range(1, 9)]
"""Streams that every thread of every process writes."""


class Storm:
    def __init__(self, url: str, entries: int, seed: int) -> None:
        self._url = url
        self._entries = entries
        self._seed = seed
        self._recorder = PostgresRecorder(url)
        self._counting = threading.Lock()
        self._committed = 0

    def run(self) -> int:
        rolling = threading.Thread(target=self._roll_back)
        rolling.start()
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(self._append, range(THREADS)))
        rolling.join()
        self._recorder.close()
        return self._committed

    def _append(self, thread: int) -> None:
        chance = random.Random(f"{self._seed}/{thread}")
        while self._committed < self._entries:
            stream = chance.choice(SHARED) if chance.random() < 0.2 else uuid4()
            head = len(self._recorder.select_events(stream)) if stream in SHARED else 0
            count = chance.randint(1, 20)
            entries = [entry(stream, head + number, b"{}") for number in range(1, count + 1)]
            if chance.random() < 0.025:
                entries.append(entry(uuid4(), 1, b"x" * 65_536))
            try:
                append(self._recorder, *entries, save=save((stream, head)))
            except (RecordConflictError, DataError):
                continue
            with self._counting:
                self._committed += count

    def _roll_back(self) -> None:
        """Holds positions for a moment and gives them back."""
        with psycopg.connect(self._url) as connection:
            while self._committed < self._entries:
                parameters = packed([Pending([entry(uuid4())], save())])
                connection.execute("SELECT 1")  # opens the transaction
                answer = connection.pgconn.exec_params(APPEND, parameters, TYPES, [1] * len(parameters))
                assert answer.status == ExecStatus.TUPLES_OK, answer.error_message
                connection.rollback()


if __name__ == "__main__":
    print(Storm(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])).run())
