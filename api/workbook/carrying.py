"""收入 — the wishes of a clean dry run on their way into the ledger: each by ``execute``, several at a time.

Whatever writes to a list of the organisation goes first and in order. What is then said of one matter keeps its order
as well, but matters do not depend on each other: several go at a time and are committed together. A refusal ends the
run; run again, whatever was granted gets its first receipt.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Final

from domain.decider import Command
from domain.ledger import Ledger
from domain.recording.filling import FillSheet, OpenSheet
from domain.recording.matter import AttachEvidence, DropMatter, HoldMatter

LANES: Final = 8
"""Matters at a time; they share the interpreter, and more would only wait for it."""

_OF_A_MATTER: Final = (HoldMatter, DropMatter, AttachEvidence, OpenSheet, FillSheet)

Carried = Callable[[int], None]
"""Hears how many wishes are on record; from any thread."""


def carry_in(ledger: Ledger, commands: Sequence[Command], carried: Carried = lambda number: None) -> int:
    """Execute every wish; the last position that came of them, 0 where nothing did."""
    run = _Run(ledger, carried)
    lanes: defaultdict[tuple[str, ...], list[Command]] = defaultdict(list)
    for command in commands:
        lanes[(command.unit, command.matter) if isinstance(command, _OF_A_MATTER) else ()].append(command)
    last = run.lane(lanes.pop((), ()))
    with ThreadPoolExecutor(LANES, "carrying") as pool:
        return max([last, *pool.map(run.lane, lanes.values())])


class _Run:
    """One run, which ends for all lanes where one of them is refused."""

    def __init__(self, ledger: Ledger, carried: Carried) -> None:
        self._ledger = ledger
        self._carried = carried
        self._done = count(1)
        self._ended = threading.Event()

    def lane(self, commands: Sequence[Command]) -> int:
        """One lane from its beginning; its last position."""
        last = 0
        try:
            for command in commands:
                if self._ended.is_set():
                    break
                last = max(last, self._ledger.execute(command, looked=True).last)
                self._carried(next(self._done))
        except BaseException:
            self._ended.set()
            raise
        return last
