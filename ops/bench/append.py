"""How fast facts get into the log, next to what the same machine can do without any order or promise.

One fact a command, acknowledged only after the commit that holds it. Side by side, each on an empty table of a
database of its own on the same server, in short turns so that a slow moment hits all alike:

| side | what a caller does |
|---|---|
| `plain` | INSERT of the same row into a table with the same indexes: psycopg, a connection a caller, no order |
| `ledger` | `PostgresRecorder.insert_events`: ordered, gap-free, guarded, with its command id |
| `conflicts` | the same, but one save in ten meets a moved stream and is sent again; only what is committed counts |
| `library` | the default recorder of `eventsourcing` |
| `pgbench` | the plain INSERT by a client written in C |
"""

import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final, TypeAlias
from uuid import UUID, uuid4

import msgspec
import psycopg
from eventsourcing.persistence import RecordConflictError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from domain.ledger import LogRecorder, Save
from ops.bench.callers import Act, Pace, pace_of
from ops.bootstrap import Urls, bootstrap
from ops.migrate import migrate
from ops.recorder import PostgresRecorder
from ops.roles import ROLES, names_of

Side: TypeAlias = Callable[["Bench", int, float], Pace]

CALLERS: Final = (1, 8, 32, 64)
TURNS: Final = 3
STATE_BYTES: Final = 370
"""An ordinary entry. Source: FINDINGS, the events that rebuilding was measured with."""

CONFLICT_EVERY: Final = 10
READ_STREAMS: Final = 2
"""Guards beside the written stream: who holds which role, and the rule set in force."""

_PLAIN_TABLE: Final = """
CREATE TABLE plain (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream uuid NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    state bytea NOT NULL,
    UNIQUE (stream, version)
)
"""
_PLAIN_INSERT: Final = """
INSERT INTO plain (stream, version, type, state) VALUES (%(stream)s, %(version)s, %(type)s, %(state)s)
"""
_PGBENCH_INSERT: Final = r"""
INSERT INTO plain (stream, version, type, state)
VALUES (gen_random_uuid(), 1, 'matter-planned', convert_to(repeat('x', {size}), 'UTF8'));
"""


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """One fresh, migrated database and how to reach it."""

    admin_url: str
    urls: Urls
    programs: Path | None


def run(
    admin_url: str, *, seconds: float = 2.0, callers: Sequence[int] = CALLERS, programs: Path | None = None
) -> dict[str, object]:
    """Measure all sides with each number of callers, each for some seconds in three turns.

    ``admin_url`` names a role that may create databases; each turn makes one and drops it. ``programs`` is the
    folder with `pgbench`; without it that side is left out. Answers ``{"callers": {"1": {"plain": {"per_s",
    "p50_ms", "p99_ms"}, …, "ratios": {…}}, …}, "bars": [{"name", "value", "bar", "met"}, …]}``.
    """
    table = {str(number): _measured(admin_url, seconds, number, programs) for number in callers}
    return {"seconds": seconds, "turns": TURNS, "callers": table, "bars": _bars(table)}


def _measured(admin_url: str, seconds: float, callers: int, programs: Path | None) -> dict[str, dict[str, float]]:
    turns: dict[str, list[Pace]] = {name: [] for name in SIDES}
    for _ in range(TURNS):
        for name, side in SIDES.items():
            if name == "pgbench" and not (programs and (programs / "pgbench").exists()):
                continue
            with _fresh(admin_url, programs) as bench:
                turns[name].append(side(bench, callers, seconds / TURNS))
    measured = {name: _middle(paces) for name, paces in turns.items() if paces}
    return measured | {"ratios": _ratios(measured)}


def _middle(paces: Sequence[Pace]) -> dict[str, float]:
    return {
        "per_s": median(pace.per_s for pace in paces),
        "p50_ms": median(pace.p50_ms for pace in paces),
        "p99_ms": median(pace.p99_ms for pace in paces),
    }


def _ratios(measured: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    ledger, plain = measured["ledger"], measured["plain"]
    ratios = {
        "ledger_to_plain": ledger["per_s"] / plain["per_s"],
        "ledger_to_library": ledger["per_s"] / measured["library"]["per_s"],
        "conflicts_to_ledger": measured["conflicts"]["per_s"] / ledger["per_s"],
        "p99_ledger_to_plain": ledger["p99_ms"] / plain["p99_ms"],
    }
    if "pgbench" in measured:
        ratios["ledger_to_pgbench"] = ledger["per_s"] / measured["pgbench"]["per_s"]
    return {name: round(ratio, 2) for name, ratio in ratios.items()}


_BARS: Final = (
    ("1", "ledger_to_plain", 0.5, True),
    ("8", "ledger_to_plain", 0.5, True),
    ("32", "ledger_to_plain", 1.0, True),
    ("64", "ledger_to_plain", 1.0, True),
    ("32", "ledger_to_library", 5.0, True),
    ("32", "p99_ledger_to_plain", 2.0, False),
    ("32", "conflicts_to_ledger", 0.67, True),
)
"""(callers, ratio, bar, whether more is better)."""


def _bars(table: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[dict[str, object]]:
    bars: list[dict[str, object]] = []
    for callers, ratio, bar, more_is_better in _BARS:
        if callers in table:
            value = table[callers]["ratios"][ratio]
            met = value >= bar if more_is_better else value <= bar
            bars.append({"name": f"{ratio} at {callers}", "value": value, "bar": bar, "met": met})
    return bars


@contextmanager
def _fresh(admin_url: str, programs: Path | None) -> Generator[Bench, None, None]:
    name = f"bench_{uuid4().hex[:12]}"
    try:
        with tempfile.TemporaryDirectory() as folder:
            needs_passwords = "password" in conninfo_to_dict(admin_url)
            urls = bootstrap(admin_url, name, Path(folder) if needs_passwords else None)
            migrate(urls.migrator, name)
            yield Bench(admin_url=make_conninfo(admin_url, dbname=name), urls=urls, programs=programs)
    finally:
        with psycopg.connect(admin_url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            for role in ROLES:
                role_name = sql.Identifier(names_of(name)[role])
                connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(role_name))


def _entries() -> Iterator[StoredEvent]:
    """Entries of ever new streams, twenty in each."""
    while True:
        stream = uuid4()
        for version in range(1, 21):
            state = f'{{"stream":"{stream}","version":{version}}}'.ljust(STATE_BYTES).encode()
            yield StoredEvent(originator_id=stream, originator_version=version, topic="matter-planned", state=state)


def _plain(bench: Bench, callers: int, seconds: float) -> Pace:
    with ExitStack() as stack:
        stack.enter_context(psycopg.connect(bench.admin_url, autocommit=True)).execute(_PLAIN_TABLE)

        def act() -> Act:
            entries = _entries()
            connection = stack.enter_context(psycopg.connect(bench.admin_url, autocommit=True))

            def insert() -> None:
                entry = next(entries)
                row = {
                    "stream": entry.originator_id,
                    "version": entry.originator_version,
                    "type": entry.topic,
                    "state": entry.state,
                }
                connection.execute(_PLAIN_INSERT, row, prepare=True)

            return insert

        return pace_of([act() for _ in range(callers)], seconds)


def _ledger(bench: Bench, callers: int, seconds: float, conflict_every: int = 0) -> Pace:
    recorder = PostgresRecorder(bench.urls.writer)
    try:
        acts = [_appending(recorder, conflict_every) for _ in range(callers)]
        return pace_of(acts, seconds)
    finally:
        recorder.close()


def _conflicts(bench: Bench, callers: int, seconds: float) -> Pace:
    return _ledger(bench, callers, seconds, CONFLICT_EVERY)


def _appending(recorder: LogRecorder, conflict_every: int) -> Act:
    entries, numbers, read = _entries(), count(1), [uuid4() for _ in range(READ_STREAMS)]

    def append() -> None:
        entry = next(entries)
        if conflict_every and next(numbers) % conflict_every == 0:
            try:
                recorder.insert_events((entry,), save=_save(entry, read, stale=True))
            except RecordConflictError:
                pass
            else:
                raise AssertionError("a moved stream was not seen")
        recorder.insert_events((entry,), save=_save(entry, read))

    return append


def _save(entry: StoredEvent, read: Sequence[UUID], *, stale: bool = False) -> Save:
    assert isinstance(entry.originator_id, UUID)
    return Save(
        command=uuid4(),
        digest=b"0123456789abcdef0123456789abcdef",
        at=datetime.now(UTC),
        guards=(
            (entry.originator_id, entry.originator_version - 1),
            *((stream, int(stale)) for stream in read),
        ),
    )


def _library(bench: Bench, callers: int, seconds: float) -> Pace:
    server = conninfo_to_dict(bench.admin_url)
    datastore = PostgresDatastore(
        dbname=str(server["dbname"]),
        host=str(server.get("host", "")),
        port=str(server.get("port", 5432)),
        user=str(server["user"]),
        password=str(server.get("password", "")),
        pool_size=callers,
    )
    try:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="plain")
        recorder.create_table()

        def act() -> Act:
            entries = _entries()
            return lambda: recorder.insert_events([next(entries)]) and None

        return pace_of([act() for _ in range(callers)], seconds)
    finally:
        datastore.close()


def _pgbench(bench: Bench, callers: int, seconds: float) -> Pace:
    assert bench.programs is not None
    with psycopg.connect(bench.admin_url, autocommit=True) as connection:
        connection.execute(_PLAIN_TABLE)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "insert.sql"
        script.write_text(_PGBENCH_INSERT.format(size=STATE_BYTES))
        command = [str(bench.programs / "pgbench"), "--no-vacuum", "--protocol=prepared", f"--file={script}", "--log"]
        load = [f"--client={callers}", f"--jobs={min(callers, 2)}", f"--time={max(1, round(seconds))}"]
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            [*command, *load, bench.admin_url], capture_output=True, text=True, check=True, cwd=folder
        )
        # One line a transaction; its third word is the latency in microseconds.
        lines = [line for log in Path(folder).glob("pgbench_log.*") for line in log.read_text().splitlines()]
    waits_ms = sorted(int(line.split()[2]) / 1000 for line in lines)
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found, done.stdout
    return Pace(
        per_s=round(float(found[1]), 1),
        p50_ms=round(waits_ms[len(waits_ms) // 2], 3),
        p99_ms=round(waits_ms[len(waits_ms) * 99 // 100], 3),
    )


SIDES: Final[dict[str, Side]] = {
    "plain": _plain,
    "ledger": _ledger,
    "conflicts": _conflicts,
    "library": _library,
    "pgbench": _pgbench,
}


def main(admin_url: str, *, seconds: float, callers: Sequence[int], programs: Path | None) -> bytes:
    """The measurement as JSON, indented."""
    began = time.monotonic()
    result = run(admin_url, seconds=seconds, callers=callers, programs=programs)
    result["took_s"] = round(time.monotonic() - began, 1)
    return msgspec.json.format(msgspec.json.encode(result), indent=1)
