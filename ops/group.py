"""成组提交 — saves that arrive together are committed together, in one order, by one of the threads that wait.

Whoever comes while nobody commits does it himself, at once, without a thread hop. Whoever comes meanwhile
queues; when the commit is done the first in the queue takes everybody who waits and commits for all of them.
"""

import threading
from _thread import LockType, allocate_lock
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from eventsourcing.persistence import StoredEvent

from domain.ledger import Save

GROUP_LIMIT: Final = 256
"""Saves in one group. More only make the first of them wait."""

GROUP_LIMIT_BYTES: Final = 4_000_000


class Pending:
    """One save on its way, and what became of it: ``positions`` or ``error``."""

    __slots__ = ("_gate", "entries", "error", "group", "names", "positions", "reads", "save", "size_bytes", "writes")

    def __init__(self, entries: Sequence[StoredEvent], save: Save) -> None:
        self.entries = entries
        self.save = save
        self.positions: Sequence[int] | None = None
        self.error: BaseException | None = None
        self.group: list[Pending] | None = None
        """Set when this save's thread shall commit for all of these."""
        self.writes: dict[UUID | str, int] = {}
        """The first new version of every stream that is written."""
        for entry in entries:
            self.writes.setdefault(entry.originator_id, entry.originator_version)
        self.reads = {stream for stream, _ in save.guards}
        self.names: set[UUID] = {save.command, *(key.subject for key in save.sealing.keys)}
        self.size_bytes = sum(len(entry.state) for entry in entries)
        # A raw lock is the cheapest thing to wait for: a threading.Event costs twice as much to wake.
        self._gate: LockType | None = None

    def shut(self) -> None:
        """Make the gate before anybody can open it."""
        self._gate = allocate_lock()
        self._gate.acquire()

    def wait(self) -> None:
        """Until somebody opens."""
        assert self._gate is not None
        self._gate.acquire()

    def open(self) -> None:
        """Let the waiting thread go on, if there is one."""
        if self._gate is not None:
            self._gate.release()


class Queue:
    """Lines saves up for one committing thread at a time."""

    def __init__(self, commit: Callable[[Sequence[Pending]], None]) -> None:
        """``commit`` settles every save of a group; an error that it raises is the error of all it left."""
        self._commit = commit
        self._mutex = threading.Lock()
        self._waiting: list[Pending] = []
        self._busy = False

    def run(self, pending: Pending) -> Sequence[int]:
        """Positions of a save's entries, once it is committed; raises what became of it else."""
        with self._mutex:
            if self._busy:
                pending.shut()
                self._waiting.append(pending)
            else:
                self._busy = True
                pending.group = [pending]
        if pending.group is None:
            self._wait(pending)
        if pending.group is not None:
            self._lead(pending.group, pending)
        if pending.error is not None:
            raise pending.error
        assert pending.positions is not None, "a save was left without an outcome"
        return pending.positions

    def _wait(self, pending: Pending) -> None:
        try:
            pending.wait()
        except BaseException:  # only a signal's, such as KeyboardInterrupt: the queue must not wait for this thread
            with self._mutex:
                if pending in self._waiting:
                    self._waiting.remove(pending)
                    raise
            if pending.group is not None:
                self._lead(pending.group, pending)
            raise

    def _lead(self, group: Sequence[Pending], leader: Pending) -> None:
        try:
            self._commit(group)
        except BaseException as error:
            for pending in group:
                if pending.positions is None and pending.error is None:
                    pending.error = error
            if not isinstance(error, Exception):
                raise
        finally:
            self._hand_over()
            for pending in group:
                if pending is not leader:
                    pending.open()

    def _hand_over(self) -> None:
        """The next leader first: while the others wake up he is already on the way to the database."""
        with self._mutex:
            if not self._waiting:
                self._busy = False
                return
            group, self._waiting = chosen(self._waiting)
            group[0].group = group
        group[0].open()


def chosen(waiting: Sequence[Pending]) -> tuple[list[Pending], list[Pending]]:
    """Who goes together, the first in any case, and who waits for the next group.

    Two saves meet if one writes what the other reads or writes, or if they carry the same id; the later one
    waits, and so does whoever meets one that waits, so that nobody is overtaken by what he depends on.
    """
    group: list[Pending] = []
    later: list[Pending] = []
    writes: set[UUID | str] = set()
    reads: set[UUID | str] = set()
    names: set[UUID] = set()
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
