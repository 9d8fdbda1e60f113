"""载入示例 — tells the story once into an empty log, or goes on where an earlier telling broke off."""

import secrets
from collections.abc import Callable, Iterator
from typing import Final

from domain.entry import Entry, decode
from domain.ledger import Ledger, LogRecorder, Receipt
from ops.clock import SimulatedClock
from ops.example.simulation import Simulation
from ops.example.story import ENDS_AT, story

SALT_BYTES: Final = 16


def load(ledger: Ledger, recorder: LogRecorder, clock: SimulatedClock, told: Callable[[int, int], None]) -> int:
    """Tell the story up to its end; gives how many commands it took. ``told(done, of)`` reports progress.

    Every command keeps its id, so a command that was committed earlier answers with its first receipt.
    """
    steps = story(lambda: secrets.token_urlsafe(SALT_BYTES))
    simulation = Simulation(ledger, clock, lambda receipt: entries_of(recorder, receipt))
    count = 0
    for count, _ in enumerate(simulation.run(steps, ENDS_AT), start=1):
        told(count, len(steps))
    return count


def entries_of(recorder: LogRecorder, receipt: Receipt) -> Iterator[Entry]:
    """The entries of a receipt, in order."""
    if receipt.first == 0:
        return
    size = receipt.last - receipt.first + 1
    for row in recorder.select_notifications(receipt.first, size, receipt.last):
        yield decode(row.state)
