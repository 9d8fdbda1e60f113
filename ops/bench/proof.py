"""Proof — leaves published, the log exported and verified offline, each next to reading the same bytes.

The publisher reads the leaves through PostgreSQL and writes the tiles; the export reads and writes every entry, twice
over, beside all hashes; the verifier is the exported file itself in a process of its own, first without and then with
counting scores again. Reading is ``COPY (SELECT state) TO STDOUT`` of the same entries; processor seconds of one core
stand beside the seconds of the clock, because other work may share the machine. What a round wrote stays until all are
done: where thousands of files were just deleted, a file system takes ten times as long to make new ones.

Limits of the machine stand beside: `hashing` is reading the entries and hashing leaves and nodes, which nobody who
verifies in Python can do without; `parsing` is that and ``json.loads``, in whole blocks, with nothing checked;
`writing` is making the very files of the export once more.
"""

import json
import os
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
_TELL: Final = """
used = resource.getrusage(resource.RUSAGE_SELF)
with open("/proc/self/status") as status:  # ru_maxrss holds what the program that started this one had as well
    memory = next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
print(code or 0, time.perf_counter() - began, used.ru_utime + used.ru_stime, memory, file=sys.stderr)
"""
_TIMED: Final = f"""
import resource, runpy, sys, time
del sys.argv[0]
began = time.perf_counter()
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as ended:
    code = ended.code
{_TELL}
"""
_LIMIT: Final = f"""
import gc, hashlib, json, resource, sys, time
gc.disable()
began, code, sha256, row = time.perf_counter(), 0, hashlib.sha256, []
with open(sys.argv[1] + "/entries.jsonl", "rb") as view:
    while lines := view.readlines(1 << 17):
        row += [sha256(b"\\x00" + line[:-1]).digest() for line in lines]
        if sys.argv[2] == "parsing":
            json.loads(b"[" + b",".join(lines) + b"]")
while len(row) > 1:
    row = [sha256(b"\\x01" + left + right).digest() for left, right in zip(row[::2], row[1::2])] + row[len(row) & ~1:]
{_TELL}
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
    hashing: Side
    parsing: Side
    writing: Side
    copy_to_export: float
    copy_and_writing_to_export: float
    hashing_to_verify: float
    parsing_to_verify: float
    bars: tuple[dict[str, object], ...]


def main(admin_url: str, entries: int, rounds: int = 3) -> bytes:
    """Measure one size; the best of some rounds of each, alternating. One JSON object."""
    urls, size = made(admin_url, entries)
    with tempfile.TemporaryDirectory(prefix="steelyard-proof-") as base:
        found = [_round(urls, Path(base) / str(number)) for number in range(rounds)]
    copied, published, exported, verified, scored, hashed, parsed, written = (
        _best(size, each) for each in zip(*(timed for timed, _ in found), strict=True)
    )
    ratio = round(exported.per_s / copied.per_s, 3)
    return msgspec.json.encode(
        Proved(
            size=size,
            copy=copied,
            publish=published,
            export=exported,
            verify=verified,
            verify_memory_mb=max(memory for _, memory in found),
            with_scores=scored,
            hashing=hashed,
            parsing=parsed,
            writing=written,
            copy_to_export=ratio,
            copy_and_writing_to_export=round((copied.seconds + written.seconds) / exported.seconds, 3),
            hashing_to_verify=round(verified.per_core_s / hashed.per_core_s, 3),
            parsing_to_verify=round(verified.per_core_s / parsed.per_core_s, 3),
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


def _round(urls: Urls, base: Path) -> tuple[tuple[Timed, ...], float]:
    """The sides in the order in which `Proved` holds them, and the verifier's memory in MB."""
    base.mkdir()
    signer, folder = generate_key(base / "key", NAME), base / "export"
    with psycopg.connect(urls.projector) as connection:
        copied = _timed(lambda: _copy(connection))
        published = _timed(lambda: _publish(connection, base, signer))
        exported = _timed(lambda: export(connection, base / "log", folder, signer.verifier))
    verified, memory = _verify(folder, "--no-scores")
    counted, _ = _verify(folder)
    hashed, parsed = (_run(_LIMIT, str(folder), limit)[0] for limit in ("hashing", "parsing"))
    written = _timed(lambda: _write_again(folder, base / "again"))
    return (copied, published, exported, verified, counted, hashed, parsed, written), memory


def _write_again(folder: Path, target: Path) -> None:
    """The same files in another folder, with nothing else."""
    for path, _, names in os.walk(folder):
        inside = target / Path(path).relative_to(folder)
        inside.mkdir()
        for name in names:
            (inside / name).write_bytes(Path(path, name).read_bytes())


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
    return _run(_TIMED, str(folder / "verify.py"), str(folder), "--json", *options)


def _run(program: str, *arguments: str) -> tuple[Timed, float]:
    """A program in a process of its own, which tells its exit code, seconds and memory at the end."""
    command = [sys.executable, "-I", "-S", "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - what was just exported
    code, clock, core, memory = done.stderr.split()
    if code != "0":
        raise AssertionError(json.loads(done.stdout)["problems"][:1])
    return Timed(float(clock), float(core)), round(float(memory), 1)
