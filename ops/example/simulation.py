"""模拟 — tells the story at its own dates, with everything that follows by itself at its own due instants.

The wishes go through ``Ledger.execute`` and the follow-ups through the process managers' rules, exactly as in a
running service; only the clock is a simulated one, and the log's first entry says so. What happens at one instant in
different organisations is carried out by several threads, so that the ledger commits it in groups.
"""

import heapq
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Final, TypeAlias
from uuid import UUID

from domain.decider import Command
from domain.entry import Entry
from domain.ledger import Ledger, Receipt
from domain.process import FollowUp, carried_out, follow_up
from ops.clock import SimulatedClock
from ops.example.bringing import SALT_BYTES, Importer
from ops.example.told import Brought, Told

THREADS: Final = 8
"""How many organisations are carried on at a time: enough that a commit finds others waiting."""

Work: TypeAlias = tuple[str, Callable[[], list[Receipt]]]
"""(lane, what is done there): works of one lane are done in order, one after the other."""


def _salt() -> str:
    return secrets.token_urlsafe(SALT_BYTES)


class Simulation:
    """One telling. ``entries_of`` gives the entries of receipts that call for something, in order."""

    def __init__(
        self,
        ledger: Ledger,
        clock: SimulatedClock,
        entries_of: Callable[[Sequence[Receipt]], Iterable[Entry]],
        importer: Importer,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._entries_of = entries_of
        self._importer = importer
        self._waiting: list[tuple[datetime, UUID, FollowUp, Entry]] = []

    def run(self, story: Iterable[Told], until: datetime) -> Iterator[Receipt]:
        """Tell everything that happened before ``until``, oldest first; gives a receipt for every command."""
        with ThreadPoolExecutor(THREADS, "telling") as pool:
            for at, together in groupby(story, attrgetter("at")):
                if at > until:
                    break
                yield from self._follow_ups(pool, at)
                self._clock.advance_to(max(at, self._clock.now()))
                yield from self._carry_out(pool, [work for told in together for work in self._works(told)])
            yield from self._follow_ups(pool, until)
        self._clock.advance_to(until)

    def _works(self, told: Told) -> list[Work]:
        wish = told.wish
        if isinstance(wish, Brought) and wish.kind in ("members", "appointments"):
            taken = self._importer.planned(wish, told.at)
            first: Work = ("", lambda: taken.before)
            return [first, *(self._work(command) for command in taken.commands)]
        return [(told.lane, partial(self._tell, told))]

    def _work(self, command: Command) -> Work:
        return command.target() or "", lambda: [self._ledger.execute(command)]

    def _tell(self, told: Told) -> list[Receipt]:
        match told.wish:
            case Brought() as brought:
                taken = self._importer.planned(brought, told.at)
                return [*taken.before, *(self._ledger.execute(command) for command in taken.commands)]
            case Command() as command:
                return [self._ledger.execute(command)]
            case later:
                return [self._ledger.execute(later(self._ledger.load))]

    def _follow_ups(self, pool: ThreadPoolExecutor, until: datetime) -> Iterator[Receipt]:
        while self._waiting and self._waiting[0][0] <= until:
            due_at = self._waiting[0][0]
            self._clock.advance_to(max(due_at, self._clock.now()))
            due: list[Command] = []
            while self._waiting and self._waiting[0][0] == due_at:
                _, _, wanted, trigger = heapq.heappop(self._waiting)
                due.append(carried_out(wanted, trigger, self._clock.now(), _salt))
            yield from self._carry_out(pool, [self._work(command) for command in due])

    def _carry_out(self, pool: ThreadPoolExecutor, works: Sequence[Work]) -> Iterator[Receipt]:
        lanes: dict[str, list[Callable[[], list[Receipt]]]] = {}
        for lane, work in works:
            lanes.setdefault(lane, []).append(work)
        done = map(_in_order, lanes.values()) if len(lanes) == 1 else pool.map(_in_order, lanes.values())
        told: list[Receipt] = []
        for receipts in done:
            told += receipts
            yield from receipts
        self._note(told)

    def _note(self, receipts: Sequence[Receipt]) -> None:
        for entry in self._entries_of(receipts):
            wanted = follow_up(entry)
            if wanted is not None:
                heapq.heappush(self._waiting, (wanted.due_at, wanted.command, wanted, entry))


def _in_order(works: Sequence[Callable[[], list[Receipt]]]) -> list[Receipt]:
    return [receipt for work in works for receipt in work()]
