"""Callers that do one thing again and again at the same time, and how often and how fast they got it done."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

Act = Callable[[], None]

WARM_UP_S: Final = 0.2


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often something was done in a second, by all callers together, and how long one caller waited for it."""

    per_s: float
    p50_ms: float
    p99_ms: float


def pace_of(acts: Sequence[Act], seconds: float) -> Pace:
    """Let every caller do his act again and again for some seconds; the first moments do not count."""
    start = threading.Barrier(len(acts) + 1)
    waits_s: list[list[float]] = [[] for _ in acts]
    errors: list[Exception] = []
    until = [0.0, 0.0]
    ends = [0.0]

    def call(act: Act, waited_s: list[float]) -> None:
        start.wait()
        since, to = until
        try:
            began = time.perf_counter()
            # At least once, however slow: a pace of nothing is none.
            while began < to or not waited_s:
                act()
                ended = time.perf_counter()
                if began >= since:
                    waited_s.append(ended - began)
                began = ended
            ends.append(began)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=call, args=pair) for pair in zip(acts, waits_s, strict=True)]
    for thread in threads:
        thread.start()
    began = time.perf_counter()
    until[:] = began + WARM_UP_S, began + WARM_UP_S + seconds
    start.wait()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return summary([wait for waited_s in waits_s for wait in waited_s], max(seconds, max(ends) - until[0]))


def summary(waits_s: Sequence[float], seconds: float) -> Pace:
    """The pace that these waits amount to."""
    ordered = sorted(waits_s)
    return Pace(
        per_s=round(len(ordered) / seconds, 1),
        p50_ms=round(1000 * ordered[len(ordered) // 2], 3),
        p99_ms=round(1000 * ordered[len(ordered) * 99 // 100], 3),
    )
