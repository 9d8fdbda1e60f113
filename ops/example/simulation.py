"""模拟 — tells the story at its own dates, with everything that follows by itself at its own due instants.

The wishes go through ``Ledger.execute`` and the follow-ups through the process managers, exactly as in a running
service; only the clock is a simulated one, and the log's first entry says so.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from uuid import UUID

from domain.decider import Command
from domain.entry import Entry
from domain.ledger import Ledger, Receipt
from domain.process import FollowUp, carried_out, follow_up
from ops.clock import SimulatedClock
from ops.example.story import Told


class Simulation:
    """One telling. ``entries_of`` gives the entries of a receipt, in order."""

    def __init__(self, ledger: Ledger, clock: SimulatedClock, entries_of: Callable[[Receipt], Iterable[Entry]]) -> None:
        self._ledger = ledger
        self._clock = clock
        self._entries_of = entries_of
        self._waiting: list[tuple[datetime, UUID, FollowUp, Entry]] = []

    def run(self, story: Iterable[Told], until: datetime) -> Iterator[Receipt]:
        """Tell everything that happened before ``until``; gives a receipt for every command."""
        for told in story:
            if told.at > until:
                break
            yield from self._follow_ups(told.at)
            self._clock.advance_to(max(told.at, self._clock.now()))
            command = told.command
            yield self._execute(command if isinstance(command, Command) else command(self._ledger.load))
        yield from self._follow_ups(until)
        self._clock.advance_to(until)

    def _follow_ups(self, until: datetime) -> Iterator[Receipt]:
        while self._waiting and self._waiting[0][0] <= until:
            due_at, _, wanted, trigger = heapq.heappop(self._waiting)
            self._clock.advance_to(max(due_at, self._clock.now()))
            yield self._execute(carried_out(wanted, trigger, self._clock.now()))

    def _execute(self, command: Command) -> Receipt:
        receipt = self._ledger.execute(command)
        for entry in self._entries_of(receipt):
            wanted = follow_up(entry)
            if wanted is not None:
                heapq.heappush(self._waiting, (wanted.due_at, wanted.command, wanted, entry))
        return receipt
