"""Whoever reads on by position misses nothing, however many write."""

import subprocess
import sys
from pathlib import Path

import psycopg

from ops.bootstrap import Urls

PROCESSES = 2
ENTRIES = 100_000
PAGE = 2_000
ROOT = Path(__file__).parents[2]

_PAGE = "SELECT position FROM ledger.entries WHERE position > %(last)s ORDER BY position LIMIT %(limit)s"
_COUNTED = "SELECT count(*), min(position), max(position), count(DISTINCT (stream, version)) FROM ledger.entries"
_VERSIONS = (
    "SELECT count(*) FROM (SELECT stream FROM ledger.entries GROUP BY stream HAVING max(version) <> count(*)) AS s"
)


def storms(url: str) -> "list[subprocess.Popen[str]]":
    share = str(ENTRIES // PROCESSES)
    return [
        subprocess.Popen(  # noqa: S603 - our own program, no shell
            [sys.executable, "-m", "tests.faults.storm", url, share, str(seed)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(PROCESSES)
    ]


def test_a_tailing_reader_misses_no_entry_of_sixteen_writers(database: Urls) -> None:
    """A cursor that remembers the last position is all that a follower needs: nothing appears behind it."""
    processes = storms(database.writer)
    seen = pages = 0
    try:
        with psycopg.connect(database.projector, autocommit=True) as connection:
            is_last_look = False
            while not is_last_look:
                is_last_look = all(process.poll() is not None for process in processes)
                while page := connection.execute(_PAGE, {"last": seen, "limit": PAGE}).fetchall():
                    positions = [position for (position,) in page]
                    assert positions == list(range(seen + 1, seen + 1 + len(page))), "an entry came behind the reader"
                    seen, pages = positions[-1], pages + 1
            counted = connection.execute(_COUNTED).fetchone()
            uneven = connection.execute(_VERSIONS).fetchone()
    finally:
        for process in processes:
            process.kill()
    assert [process.wait() for process in processes] == [0] * PROCESSES
    committed = sum(int(process.communicate()[0]) for process in processes)
    assert committed >= ENTRIES
    assert seen == committed
    assert counted == (seen, 1, seen, seen)
    assert uneven == (0,)
    assert pages > PROCESSES, "the reader did not read while they wrote"
