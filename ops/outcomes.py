"""追加计数 — what became of the saves of one process, counted for the metrics."""

import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager

from ops.group import Outcome, Pending

WORDS = {
    Outcome.COMMITTED: "committed",
    Outcome.KNOWN: "known",
    Outcome.CONFLICT: "conflict",
    Outcome.CLOCK_WRONG: "clock_wrong",
}


class Outcomes:
    """Counts, for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts = Counter[str](dict.fromkeys((*WORDS.values(), "failed", "entries"), 0))

    @contextmanager
    def of(self, pending: Pending) -> Generator[None]:
        """Count what becomes of one save: an error without an outcome is ``failed``."""
        try:
            yield
        finally:
            word = "failed" if pending.outcome is None else WORDS[pending.outcome]
            with self._lock:
                self._counts[word] += 1
                if pending.outcome is Outcome.COMMITTED:
                    self._counts["entries"] += len(pending.entries)

    def counts(self) -> dict[str, int]:
        """Word → how many; ``entries`` counts entries, everything else saves."""
        with self._lock:
            return dict(self._counts)
