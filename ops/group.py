"""成组提交 — saves that arrive together are committed together, in one order, by one of the threads that wait.

Whoever comes while nobody commits does it himself, at once, without a thread hop. Whoever comes meanwhile
queues; when the commit is done everybody who waits is sent off together, and the first of them waits for the
answer. Sending comes before waking, so that the database works while a group's threads take up their lives.
"""

import threading
from _thread import LockType, allocate_lock
from collections.abc import Sequence
from enum import IntEnum
from itertools import pairwise
from typing import Final, Protocol
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.ledger import OutcomeUnknown, Save

GROUP_LIMIT: Final = 256
"""Saves in one group. More only make the first of them wait."""

GROUP_LIMIT_BYTES: Final = 4_000_000


class Outcome(IntEnum):
    """What became of a save, as ``ledger.append`` says it."""

    COMMITTED = ord("c")
    KNOWN = ord("k")
    CONFLICT = ord("x")
    CLOCK_WRONG = ord("t")
    IDENTITY_TAKEN = ord("d")


class Pending:
    """One save on its way, and what became of it: an ``outcome`` or an ``error``."""

    __slots__ = (
        *("_gate", "entries", "error", "first", "group", "names", "outcome"),
        *("reads", "save", "size_bytes", "successor", "writes"),
    )

    def __init__(self, entries: Sequence[StoredEvent], save: Save) -> None:
        self.entries = entries
        self.save = save
        self.outcome: Outcome | None = None
        self.first = 0
        """Position of the first entry of a committed save."""
        self.error: BaseException | None = None
        self.successor: Pending | None = None
        """Whose gate this one opens as soon as its own is open."""
        self.group: list[Pending] | None = None
        """Set when this save's thread shall commit for all of these."""
        self.writes: dict[UUID | str, int] = {}
        """The first new version of every stream that is written."""
        for entry in entries:
            self.writes.setdefault(entry.originator_id, entry.originator_version)
        self.reads = {stream for stream, _ in save.guards}
        sealing = save.sealing
        self.names: set[UUID | bytes] = {save.command, *(key.subject for key in sealing.keys)}
        self.names.update(row.digest for row in sealing.identities)
        self.size_bytes = sum(len(entry.state) for entry in entries)
        # A raw lock is the cheapest thing to wait for: a threading.Event costs twice as much to wake.
        self._gate: LockType | None = None

    def shut(self) -> None:
        """Make the gate before anybody can open it."""
        self._gate = allocate_lock()
        self._gate.acquire()

    def wait(self) -> None:
        """Until somebody opens; then the next may go on.

        One after the other, not all at once: threads that wake together only fight for the interpreter's lock,
        which cost a third of the throughput of 64 callers.
        """
        assert self._gate is not None
        self._gate.acquire()
        if self.successor is not None:
            self.successor.open()

    def open(self) -> None:
        """Let the waiting thread go on."""
        assert self._gate is not None
        self._gate.release()


class Committer(Protocol):
    """Who commits the groups of a queue, one at a time."""

    def begin(self, group: Sequence[Pending]) -> None:
        """Send the group off if that can be done without waiting. Raises nothing."""
        ...

    def finish(self, group: Sequence[Pending]) -> None:
        """Settle every save of the group, begun or not; an error that it raises is the error of all it left."""
        ...


class Queue:
    """Lines saves up for one committing thread at a time."""

    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._mutex = threading.Lock()
        self._waiting: list[Pending] = []
        self._busy = False

    @property
    def waiting(self) -> int:
        """How many saves wait for the group that is being committed."""
        return len(self._waiting)

    def run(self, pending: Pending) -> None:
        """Until the save has its outcome; raises its error if it has none."""
        with self._mutex:
            leads = not self._busy
            if leads:
                self._busy = True
                pending.group = [pending]
            else:
                pending.shut()
                self._waiting.append(pending)
        if not leads:
            self._wait(pending)
        if pending.group is not None:
            self._lead(pending.group)
        if pending.error is not None:
            raise pending.error

    def _wait(self, pending: Pending) -> None:
        try:
            pending.wait()
        except BaseException:  # a signal's, such as KeyboardInterrupt: nobody must wait for this thread
            with self._mutex:
                is_queued = pending in self._waiting
                if is_queued:
                    self._waiting.remove(pending)
            if not is_queued:
                # It is on its way with others, who rely on it to pass the word on.
                pending.wait()
            if pending.group is not None:
                self._lead(pending.group)
            raise

    def _lead(self, group: Sequence[Pending]) -> None:
        try:
            self._committer.finish(group)
        except BaseException as error:
            for pending in group:
                if pending.outcome is None and pending.error is None:
                    pending.error = error if isinstance(error, Exception) else OutcomeUnknown()
            if not isinstance(error, Exception):
                raise
        finally:
            self._hand_over()
            for pending, successor in pairwise(group):
                pending.successor = successor
            if len(group) > 1:
                group[1].open()

    def _hand_over(self) -> None:
        with self._mutex:
            if not self._waiting:
                self._busy = False
                return
            group, self._waiting = chosen(self._waiting)
            leader = group[0]
            leader.group = group
        self._committer.begin(group)
        leader.open()


def chosen(waiting: Sequence[Pending]) -> tuple[list[Pending], list[Pending]]:
    """Who goes together, the first in any case, and who waits for the next group.

    Two saves meet if one writes what the other reads or writes, or if they carry the same id; the later one
    waits, and so does whoever meets one that waits, so that nobody is overtaken by what he depends on.
    """
    group: list[Pending] = []
    later: list[Pending] = []
    writes: set[UUID | str] = set()
    reads: set[UUID | str] = set()
    names: set[UUID | bytes] = set()
    size_bytes = 0
    for pending in waiting:
        meets = not (
            writes.isdisjoint(pending.writes)
            and writes.isdisjoint(pending.reads)
            and reads.isdisjoint(pending.writes)
            and names.isdisjoint(pending.names)
        )
        size_bytes += pending.size_bytes
        if group and (meets or len(group) == GROUP_LIMIT or size_bytes > GROUP_LIMIT_BYTES):
            later.append(pending)
        else:
            group.append(pending)
        writes.update(pending.writes)
        reads.update(pending.reads)
        names.update(pending.names)
    return group, later
