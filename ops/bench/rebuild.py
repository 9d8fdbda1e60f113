"""Rebuild — all read models folded from zero, next to the least that any fold must do with the same entries.

The floor, in the same run, in one process: COPY the stored bytes out, decode every entry, COPY one narrow row per
record in. The rebuild makes every read model and every score, in a process of its own whose memory is measured.
"""

import os
import resource
import subprocess
import sys
import time
from typing import Any, Final, cast

import msgspec
import psycopg

from domain.recording.archive import PointsRecorded
from ops.bench.district import Size, made
from ops.bootstrap import Urls
from ops.roles import names_of
from projections import rebuild
from projections.reading import hundredths_of, read

RATIO_BAR: Final = 0.5
MEMORY_BAR_MB: Final = 500.0

_OUT: Final = "COPY (SELECT position, state FROM ledger.entries ORDER BY position) TO STDOUT (FORMAT BINARY)"
_SCRATCH: Final = """
CREATE TEMPORARY TABLE narrow (
    record integer NOT NULL, member integer NOT NULL, item text NOT NULL, day date NOT NULL, quantity integer NOT NULL
)
"""
_IN: Final = "COPY narrow FROM STDIN"
_PARKED: Final = "SELECT count(*) FROM reads.parked"


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What one size came to."""

    size: Size
    floor_s: float
    rebuild_s: float
    floor_per_s: int
    rebuild_per_s: int
    ratio: float
    memory_mb: float
    parked: int
    bars: tuple[dict[str, object], ...]


def main(admin_url: str, entries: int, rounds: int = 3) -> bytes:
    """Measure one size; the best of some rounds of each, alternating. One JSON object."""
    urls, size = made(admin_url, entries)
    floors: list[float] = []
    rebuilds: list[tuple[float, float]] = []
    for _ in range(rounds):
        floors.append(_floor(urls))
        rebuilds.append(_in_a_process(urls))
    with psycopg.connect(urls.projector) as connection:
        row = connection.execute(_PARKED).fetchone()
    assert row is not None, "a count is one row"
    floor_s, rebuild_s = min(floors), min(seconds for seconds, _ in rebuilds)
    memory_mb = max(memory for _, memory in rebuilds)
    ratio = round(floor_s / rebuild_s, 3)
    found = Rebuilt(
        size=size,
        floor_s=round(floor_s, 2),
        rebuild_s=round(rebuild_s, 2),
        floor_per_s=int(size.entries / floor_s),
        rebuild_per_s=int(size.entries / rebuild_s),
        ratio=ratio,
        memory_mb=memory_mb,
        parked=row[0],
        bars=(
            {"name": "floor / rebuild", "value": ratio, "bar": RATIO_BAR, "met": ratio >= RATIO_BAR},
            {"name": "memory MB", "value": memory_mb, "bar": MEMORY_BAR_MB, "met": memory_mb <= MEMORY_BAR_MB},
            {"name": "parked", "value": row[0], "bar": 0, "met": row[0] == 0},
        ),
    )
    return msgspec.json.encode(found, order="sorted")


def _floor(urls: Urls) -> float:
    """Seconds for the least work."""
    members: dict[int, int] = {}
    with psycopg.connect(urls.projector) as reader, psycopg.connect(urls.projector) as writer:
        writer.execute(_SCRATCH)
        began = time.perf_counter()
        with reader.cursor().copy(_OUT) as out, writer.cursor().copy(_IN) as narrow:
            out.set_types(["int8", "bytea"])
            lines: list[str] = []
            for position, state in cast("Any", out.rows()):
                _, fact = read(state)
                if isinstance(fact, PointsRecorded):
                    member = members.setdefault(fact.member.int, len(members))
                    quantity = hundredths_of(fact.quantity)
                    lines.append(f"{position}\t{member}\t{fact.item}\t{fact.occurred_on}\t{quantity}\n")
                    if len(lines) == 1000:
                        narrow.write("".join(lines))
                        lines.clear()
            narrow.write("".join(lines))
        writer.commit()
        return time.perf_counter() - began


def _in_a_process(urls: Urls) -> tuple[float, float]:
    """(seconds, peak memory in MB of the largest process) of one rebuild."""
    given = f"{urls.projector}\n{names_of(urls.database)['reader']}\n"
    done = subprocess.run(
        [sys.executable, "-m", "ops.bench.rebuild"], input=given, capture_output=True, text=True, check=True
    )
    seconds, memory_mb = done.stdout.split()
    return float(seconds), float(memory_mb)


def _rebuild(projector_url: str, reader: str) -> str:
    began = time.perf_counter()
    rebuild.rebuild(projector_url, readers=[reader], processes=os.cpu_count() or 1)
    seconds = time.perf_counter() - began
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return f"{seconds:.3f} {max(peaks) / 1024:.1f}\n"


if __name__ == "__main__":
    sys.stdout.write(_rebuild(*sys.stdin.read().splitlines()))
