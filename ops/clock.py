"""The one clock of a deployment; nothing else in the program asks what time it is."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, Self


class Clock(Protocol):
    """Whoever can say what time it is."""

    def now(self) -> datetime:
        """Aware UTC instant."""
        ...


class RealClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Aware UTC instant."""
        return datetime.now(UTC)


class SimulatedClock:
    """A clock that stands still until it is moved, and after `resume` goes on at real speed.

    Only a log whose first entry says so may be written by it. `resume` stores in `file`, if there is one,
    where the simulation stands, so that every later process goes on from there:

        {"real_at": "2026-11-23T08:00:00+00:00", "simulated_at": "2025-03-14T02:30:00+00:00"}
    """

    def __init__(self, start: datetime, *, file: Path | None = None, real: Clock | None = None) -> None:
        self._at = _utc(start)
        self._since: datetime | None = None  # None while it stands still
        self._file = file
        self._real = real or RealClock()

    @classmethod
    def reopen(cls, file: Path, *, real: Clock | None = None) -> Self:
        """The running clock that an earlier `resume` stored; FileNotFoundError where there was none."""
        stored = json.loads(file.read_bytes())
        clock = cls(datetime.fromisoformat(stored["simulated_at"]), file=file, real=real)
        clock._since = _utc(datetime.fromisoformat(stored["real_at"]))
        return clock

    def now(self) -> datetime:
        """Aware UTC instant of the simulation; never before an instant that it has shown."""
        if self._since is None:
            return self._at
        elapsed = self._real.now() - self._since
        if elapsed.total_seconds() > 0:  # the machine's clock may be set back: then we wait for it
            self._at, self._since = self._at + elapsed, self._since + elapsed
        return self._at

    def advance_to(self, instant: datetime) -> None:
        """Move to a later instant, or stay; ValueError backwards, or once the clock runs."""
        if self._since is not None:
            raise ValueError("the clock runs: it can no longer be moved")
        if _utc(instant) < self._at:
            raise ValueError(f"time does not run backwards: {instant} is before {self._at}")
        self._at = _utc(instant)

    def resume(self) -> None:
        """Run at real speed from here on, in this process and in every later one; twice is once."""
        if self._since is not None:
            return
        self._since = self._real.now()
        if self._file is not None:
            _store(self._file, {"real_at": self._since.isoformat(), "simulated_at": self._at.isoformat()})


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"an instant without an offset: {instant}")
    return instant.astimezone(UTC)


def _store(file: Path, stand: dict[str, str]) -> None:
    side = file.with_name(f"{file.name}.new")
    with side.open("w") as stream:
        json.dump(stand, stream)
        stream.flush()
        os.fsync(stream.fileno())
    side.rename(file)
