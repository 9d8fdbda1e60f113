"""载入示例 — tells the story once into an empty log, or goes on where an earlier telling broke off."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from typing import Final

from domain.decider import Command
from domain.entry import Entry, decode
from domain.ledger import Ledger, LogRecorder, Receipt
from domain.process import FOLLOW_UPS
from domain.recording.approval import ApproveSheet
from domain.vocabulary import stored_name
from ops.clock import SimulatedClock
from ops.example.bringing import SALT_BYTES, Importer
from ops.example.simulation import Simulation
from ops.example.story import ENDS_AT, story
from ops.example.told import Brought, Told

_TRIGGERS: Final = tuple(stored_name(fact) for fact in FOLLOW_UPS)
_OF_A_MONTH: Final = 12
"""About so many commands come of a month's workbook."""


def load(
    ledger: Ledger, recorder: LogRecorder, clock: SimulatedClock, told: Callable[[int, int], None], branches: int = 1
) -> int:
    """Tell the story up to its end; gives how many commands it took. ``told(done, of)`` reports progress.

    Every command keeps its id, so a command that was committed earlier answers with its first receipt.
    """
    return tell(ledger, recorder, clock, story(salt, branches), told)


def salt() -> str:
    """128 random bits in base64url."""
    return secrets.token_urlsafe(SALT_BYTES)


def tell(
    ledger: Ledger,
    recorder: LogRecorder,
    clock: SimulatedClock,
    steps: Sequence[Told],
    told: Callable[[int, int], None] = lambda done, of: None,
) -> int:
    """Tell these steps, the first of which opens the log; gives how many commands it took."""
    expected = sum(_weight(step) for step in steps if step.at <= ENDS_AT)
    first = steps[0].wish
    assert isinstance(first, Command), "the story begins with opening the log"
    repeats = recorder.find_command(first.id) is not None
    importer = Importer(ledger, recorder, repeats=repeats)
    simulation = Simulation(ledger, clock, lambda receipts: triggers_of(recorder, receipts), importer)
    count = 0
    with nullcontext() if repeats else ledger.alone():
        for count, _ in enumerate(simulation.run(steps, ENDS_AT), start=1):
            told(count, expected)
    return count


def _weight(step: Told) -> int:
    """About how many commands come of a step, with all that follows by itself."""
    match step.wish:
        case Brought(kind="month"):
            return _OF_A_MONTH
        case Brought() as brought:
            return len(brought.people) if brought.kind in ("members", "appointments") else 1
        case ApproveSheet():
            return 4
        case _:
            return 1


def entries_of(recorder: LogRecorder, receipt: Receipt) -> Iterator[Entry]:
    """The entries of a receipt, in order."""
    if receipt.first == 0:
        return
    size = receipt.last - receipt.first + 1
    for row in recorder.select_notifications(receipt.first, size, receipt.last):
        yield decode(row.state)


def triggers_of(recorder: LogRecorder, receipts: Sequence[Receipt]) -> Iterator[Entry]:
    """The entries of receipts that call for something, in order."""
    wrote = [(receipt.first, receipt.last) for receipt in receipts if receipt.first]
    if not wrote:
        return
    first, last = min(wrote)[0], max(last for _, last in wrote)
    for row in recorder.select_notifications(first, last - first + 1, last, _TRIGGERS):
        if any(low <= row.id <= high for low, high in wrote):
            yield decode(row.state)
