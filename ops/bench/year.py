"""The year — closing it for a whole district: everybody's figures, then the determination of all branches.

The district is told to the ledger first, without a watch. Measured are the wishes of the year alone, one after the
other as the people of a district would send them on one day, each with all that ``Ledger.execute`` does for it.
"""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from domain.decider import Command
from domain.entry import Entry, decode
from domain.house import decide
from domain.ledger import Ledger
from domain.process import carried_out, follow_up
from ops.bench import year_district as district
from ops.bench.year_district import Branch
from ops.bootstrap import bootstrap
from ops.clock import SimulatedClock
from ops.example.founding import ORIGIN
from ops.example.load import salt, tell
from ops.example.story import ordinary
from ops.migrate import migrate
from ops.recorder import PostgresRecorder
from projections.vault import Vault

BRANCHES: Final = 134
COMPUTE_BAR_S: Final = 5.0
DETERMINE_BAR_S: Final = 60.0
THREADS: Final = 8
_COLUMNS: Final = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())

Part = Callable[[Branch], Iterable[Command]]


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """What closing came to."""

    branches: int
    members: int
    records: int
    entries: int
    compute_s: float
    """Of the year: completeness, scoring and the grades proposed, for every branch."""
    half_compute_s: float
    determine_s: float
    commit_s: float
    """The commitments to the members' states that follow."""
    bars: tuple[dict[str, object], ...]


def main(admin_url: str, branches: int, console: Console) -> bytes:
    """Tell a district and close its year. One JSON object."""
    urls = bootstrap(admin_url, "year", None)
    migrate(urls.migrator, urls.database)
    vault, recorder = Vault(b"\0" * 32, urls.writer), PostgresRecorder(urls.writer)
    ledger = Ledger(recorder, vault, decide, ORIGIN)
    with Progress(*_COLUMNS, console=console) as progress:
        run = Closing(ledger, recorder, progress, [district.branch(number) for number in range(branches)])
        try:
            return run.whole()
        finally:
            ledger.close()
            recorder.close()
            vault.close()


class Closing:
    """One district on its way through a year."""

    def __init__(self, ledger: Ledger, recorder: PostgresRecorder, progress: Progress, branches: list[Branch]) -> None:
        self._ledger = ledger
        self._recorder = recorder
        self._progress = progress
        self._branches = branches

    def whole(self) -> bytes:
        """Found it, let both halves pass, close the year; the figures as one JSON object."""
        self._founded()
        half_compute_s = 0.0
        for period in ("H1", "H2"):
            self._each(f"记录 records {period}", partial(district.entered, period))
            self._each(f"公示 notices {period}", partial(district.confirmed, period))
            half_compute_s = self._computed(period)
            self._determined(period)
        compute_s = self._computed("Y")
        determine_s, commit_s = self._determined("Y")
        return self._said(half_compute_s, compute_s, determine_s, commit_s)

    def _founded(self) -> None:
        steps = ordinary(salt)
        first = [step for step in steps if step.at.date() == steps[0].at.date()]
        tell(self._ledger, self._recorder, SimulatedClock(first[0].at), first)
        for command in district.calendars():
            self._ledger.execute(command)
        self._each("组织 branches", district.founded)

    def _computed(self, period: str) -> float:
        self._each(f"开启 opened {period}", partial(district.opened, period))
        seconds = self._each(f"核算 computed {period}", partial(district.computed, period), threads=1)
        self._each(f"定分 adopted {period}", partial(district.adopted, period))
        return seconds

    def _determined(self, period: str) -> tuple[float, float]:
        seconds = self._each(f"确定 determined {period}", partial(district.determined, period), threads=1)
        return seconds, self._committed(period)

    def _committed(self, period: str) -> float:
        last = self._recorder.max_notification_id() or 0
        rows = self._recorder.select_notifications(1, last, last, ("period-determined",))
        wanted = [row for row in rows if f'"period":"{period}"'.encode() in row.state]
        began = time.perf_counter()
        for row in wanted:
            trigger = self._entry(row.id)
            found = follow_up(trigger)
            assert found is not None, "a round is committed to"
            self._ledger.execute(carried_out(found, trigger, trigger.at, salt))
        return time.perf_counter() - began

    def _each(self, label: str, part: Part, threads: int = THREADS) -> float:
        task = self._progress.add_task(label, total=len(self._branches))

        def told(one: Branch) -> None:
            for command in part(one):
                self._ledger.execute(command)
            self._progress.advance(task)

        began = time.perf_counter()
        if threads == 1:
            for one in self._branches:
                told(one)
        else:
            with ThreadPoolExecutor(threads, "closing") as pool:
                for _ in pool.map(told, self._branches):
                    pass
        return time.perf_counter() - began

    def _entry(self, position: int) -> Entry:
        (row,) = self._recorder.select_notifications(position, 1, position)
        return decode(row.state)

    def _said(self, half_compute_s: float, compute_s: float, determine_s: float, commit_s: float) -> bytes:
        last = self._recorder.max_notification_id() or 0
        records = len(self._recorder.select_notifications(1, last, last, ("points-recorded",)))
        found = Closed(
            branches=len(self._branches),
            members=len(self._branches) * district.MEMBERS,
            records=records,
            entries=last,
            half_compute_s=round(half_compute_s, 2),
            compute_s=round(compute_s, 2),
            determine_s=round(determine_s, 2),
            commit_s=round(commit_s, 2),
            bars=(
                _bar("compute s", compute_s, COMPUTE_BAR_S),
                _bar("determine s", determine_s, DETERMINE_BAR_S),
            ),
        )
        return msgspec.json.encode(found, order="sorted")


def _bar(name: str, seconds: float, most: float) -> dict[str, object]:
    return {"name": name, "value": round(seconds, 2), "bar": most, "met": seconds <= most}
