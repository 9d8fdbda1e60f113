"""批量重算 — everybody's scores made again, member range by member range, by one process or several.

A range holds so few members that memory stays bounded whatever the log's length; the ranges are shared out as the
processes come free. While one range is scored the next is read already and the last is being written. A range that
cannot be scored is given back to the caller, who parks whom it concerns.
"""

import gc
import multiprocessing
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, Self, TypeAlias

import psycopg

from projections import schema, scores
from projections.alike import Alike
from projections.folding import NOT_ITS_FAULT
from projections.given import Given, read
from projections.records import item_names
from projections.rows import Connection

Pairs: TypeAlias = Sequence[tuple[int, int]]
"""(member's key, year)."""

WORTH_HELP: Final = 12
"""Ranges from which on a process more is worth its start, which takes longer than scoring a district's members."""

AHEAD: Final = 2
"""Ranges that are read before they are scored, and as many that may wait to be written."""

SHARE: Final = 16
"""Ranges that a process takes at a time, at most."""

SWITCH_S: Final = 0.0005
"""For how long a thread that scores keeps one waiting that has just been answered."""

_lines: list["Line"] = []
"""What a process of the pool works with."""


def rescore(
    url: str,
    wanted: Iterable[tuple[int, int]],
    *,
    schema_name: str = schema.READS,
    processes: int = 1,
    size: int = scores.RANGE,
    worth_help: int = WORTH_HELP,
) -> list[Pairs]:
    """Make scores again, so many at a time; the ranges that failed.

    Raises BrokenProcessPool where a helper was killed.
    """
    ordered = sorted(wanted)
    ranges = [ordered[start : start + size] for start in range(0, len(ordered), size)]
    with no_collector(), Line(url, schema_name) as line:
        if processes <= 1 or len(ranges) < worth_help:
            return line.score(ranges)
        begun = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes - 1, begun, _begin, (url, schema_name)) as pool:
            return _shared(ranges, line, pool, processes)


def _shared(ranges: Sequence[Pairs], line: "Line", pool: ProcessPoolExecutor, processes: int) -> list[Pairs]:
    """This process and its helpers take one share after the other; nobody waits for a helper that is not there yet."""
    there = pool.submit(_is_there)
    share = max(1, min(SHARE, len(ranges) // (4 * processes)))
    waiting = deque(ranges[start : start + share] for start in range(0, len(ranges), share))
    given: list[Future[list[Pairs]]] = []
    failed: list[Pairs] = []
    while waiting:
        under_way = sum(not one.done() for one in given)
        if there.done() and under_way < 2 * (processes - 1):
            given.append(pool.submit(_score, waiting.popleft()))
        else:
            failed += line.score(waiting.popleft())
    return [*failed, *(pairs for one in given for pairs in one.result())]


def _is_there() -> None:
    """Answered by the first helper that has started."""


def _begin(url: str, schema_name: str) -> None:
    gc.disable()
    sys.setswitchinterval(SWITCH_S)
    _lines.append(Line(url, schema_name))


def _score(ranges: Sequence[Pairs]) -> list[Pairs]:
    return _lines[-1].score(ranges)


@contextmanager
def no_collector() -> Generator[None]:
    """Rows and scores are made by the hundred thousand, and no cycles: looking for some takes a fifth of the time.

    Nor need a thread whose answer has come wait for long until it may take it.
    """
    was_on, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if was_on:
            gc.enable()


class Line:
    """Two connections, one to read and one to write, each with a thread that waits for it."""

    def __init__(self, url: str, schema_name: str) -> None:
        self._reader, self._writer = ThreadPoolExecutor(1, "reading"), ThreadPoolExecutor(1, "writing")
        opened = [thread.submit(self._connect, url, schema_name) for thread in (self._reader, self._writer)]
        self._reading, self._writing = (one.result() for one in opened)
        self._alike = Alike(lambda: self._writer.submit(item_names, self._writing).result())

    @staticmethod
    def _connect(url: str, schema_name: str) -> Connection:
        connection = psycopg.connect(url, autocommit=True)
        schema.use(connection, schema_name)
        return connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for thread in (self._reader, self._writer):
            thread.shutdown(cancel_futures=True)
        for connection in (self._reading, self._writing):
            connection.close()

    def score(self, ranges: Sequence[Pairs]) -> list[Pairs]:
        """Score some ranges; those that failed."""
        failed: list[Pairs] = []
        written: deque[tuple[Pairs, Future[None]]] = deque()
        for pairs, given in self._read(ranges):
            try:
                found = scores.texts_of(given.result(), self._alike)
            except NOT_ITS_FAULT:
                raise
            except Exception:
                failed.append(pairs)
                continue
            written.append((pairs, self._writer.submit(self._write, found)))
            if len(written) > AHEAD:
                failed += _failed(*written.popleft())
        while written:
            failed += _failed(*written.popleft())
        return failed

    def unstored(self, ranges: Sequence[Pairs]) -> int:
        """Score some ranges and keep nothing; how many members' years there were. Raises Uncountable."""
        return sum(len(scores.texts_of(given.result(), self._alike)) for _, given in self._read(ranges))

    def _read(self, ranges: Sequence[Pairs]) -> Iterator[tuple[Pairs, Future[list[Given]]]]:
        ahead: deque[tuple[Pairs, Future[list[Given]]]] = deque()
        for pairs in ranges:
            ahead.append((pairs, self._reader.submit(read, self._reading, pairs)))
            if len(ahead) > AHEAD:
                yield ahead.popleft()
        yield from ahead

    def _write(self, found: Sequence[scores.Found]) -> None:
        with self._writing.transaction():
            scores.store(self._writing, found)


def _failed(pairs: Pairs, written: "Future[None]") -> list[Pairs]:
    try:
        written.result()
    except NOT_ITS_FAULT:
        raise
    except Exception:
        return [pairs]
    return []
