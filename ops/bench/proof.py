"""Proof — leaves published, the log exported and verified offline, each next to reading the same bytes.

The publisher reads the leaves through PostgreSQL and writes the tiles; the export reads and writes every entry, twice
over, beside all hashes; the verifier is the exported file itself in a process of its own, first without and then with
counting scores again. Reading is ``COPY (SELECT state) TO STDOUT`` of the same entries; processor seconds of one core
stand beside the seconds of the clock, because other work may share the machine. What a round wrote stays until all are
done: where thousands of files were just deleted, a file system takes ten times as long to make new ones.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import psycopg

from ops.bench.district import Size, made
from ops.bootstrap import Urls
from projections.transparency.export import export
from projections.transparency.note import Signer, generate_key
from projections.transparency.publisher import adopt

NAME: Final = "bench.example/log"
VERIFY_BAR: Final = 200_000
PUBLISH_BAR: Final = 150_000
EXPORT_BAR: Final = 0.5

_OUT: Final = "COPY (SELECT state FROM ledger.entries ORDER BY position) TO STDOUT (FORMAT BINARY)"
_TIMED: Final = """
import resource, runpy, sys, time
del sys.argv[0]
began = time.perf_counter()
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as ended:
    code = ended.code
used = resource.getrusage(resource.RUSAGE_SELF)
seconds, memory = time.perf_counter() - began, used.ru_maxrss / 1024
print(code or 0, seconds, used.ru_utime + used.ru_stime, memory, file=sys.stderr)
"""


class Timed(NamedTuple):
    """Seconds of the clock, and of one core."""

    clock_s: float
    core_s: float


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One step: entries a second, by the clock and by one core."""

    seconds: float
    per_s: int
    per_core_s: int


class Proved(msgspec.Struct, frozen=True, kw_only=True):
    """What one size came to."""

    size: Size
    copy: Side
    publish: Side
    export: Side
    verify: Side
    verify_memory_mb: float
    with_scores: Side
    copy_to_export: float
    bars: tuple[dict[str, object], ...]


def main(admin_url: str, entries: int, rounds: int = 3) -> bytes:
    """Measure one size; the best of some rounds of each, alternating. One JSON object."""
    urls, size = made(admin_url, entries)
    with tempfile.TemporaryDirectory(prefix="steelyard-proof-") as base:
        found = [_round(urls, Path(base) / str(number)) for number in range(rounds)]
    copies, publishes, exports, verifies, scores, memories = zip(*found, strict=True)
    copied, published, exported = _best(size, copies), _best(size, publishes), _best(size, exports)
    verified = _best(size, verifies)
    ratio = round(exported.per_s / copied.per_s, 3)
    return msgspec.json.encode(
        Proved(
            size=size,
            copy=copied,
            publish=published,
            export=exported,
            verify=verified,
            verify_memory_mb=max(memories),
            with_scores=_best(size, scores),
            copy_to_export=ratio,
            bars=(
                _bar("verified entries/s of one core", verified.per_core_s, VERIFY_BAR),
                _bar("published leaves/s", published.per_s, PUBLISH_BAR),
                _bar("export / COPY", ratio, EXPORT_BAR),
            ),
        ),
        order="sorted",
    )


def _bar(name: str, value: float, bar: float) -> dict[str, object]:
    return {"name": name, "value": value, "bar": bar, "met": value >= bar}


def _best(size: Size, found: tuple[Timed, ...]) -> Side:
    clock, core = min(one.clock_s for one in found), min(one.core_s for one in found)
    return Side(
        seconds=round(clock, 3), per_s=int(size.entries / clock), per_core_s=int(size.entries / max(core, 1e-6))
    )


def _round(urls: Urls, base: Path) -> tuple[Timed, Timed, Timed, Timed, Timed, float]:
    base.mkdir()
    signer = generate_key(base / "key", NAME)
    with psycopg.connect(urls.projector) as connection:
        copied = _timed(lambda: _copy(connection))
        published = _timed(lambda: _publish(connection, base, signer))
        exported = _timed(lambda: export(connection, base / "log", base / "export", signer.verifier))
    verified, memory = _verify(base / "export", "--no-scores")
    counted, _ = _verify(base / "export")
    return copied, published, exported, verified, counted, memory


def _timed(step: Callable[[], object]) -> Timed:
    began, used = time.perf_counter(), time.process_time()
    step()
    return Timed(time.perf_counter() - began, time.process_time() - used)


def _copy(connection: "psycopg.Connection[Any]") -> None:
    with connection.cursor().copy(_OUT) as out:
        for _ in out:
            pass


def _publish(connection: "psycopg.Connection[Any]", base: Path, signer: Signer) -> None:
    adopt(connection, base / "log", signer, NAME, state_folder=base / "state")


def _verify(folder: Path, *options: str) -> tuple[Timed, float]:
    """The exported file itself, in a process of its own; and that process's memory in MB."""
    command = [sys.executable, "-I", "-S", "-c", _TIMED, str(folder / "verify.py"), str(folder), "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - what was just exported
    code, clock, core, memory = done.stderr.split()
    if code != "0":
        raise AssertionError(json.loads(done.stdout)["problems"][:1])
    return Timed(float(clock), float(core)), round(float(memory), 1)
