"""Importing — workbooks of a whole district, to the last commit and, where they are faulty, to the last error.

A district is founded first, without a watch. Then every branch brings one workbook: its matters, and a row for
everybody in each of them but the recorder himself, so that a row is about a fact. The ordinary importer plans them,
a few at a time as recorders send them, and ``Ledger.execute`` carries them in: in one service, or in several on the
same log, each a process with a ledger of its own. Beside it stands COPY of the same entries into a table with the
same key.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier
from typing import Final, NamedTuple
from uuid import UUID

import msgspec
import psycopg

from api.workbook.carrying import carry_in
from api.workbook.columns import MARKS, MATTERS
from api.workbook.directory import Directory, Person
from api.workbook.importing import Dry, plan_import
from domain.house import decide
from domain.ledger import Ledger
from ops.bench import year_district as district
from ops.bench.year_district import Branch
from ops.bootstrap import Urls, bootstrap
from ops.clock import SimulatedClock
from ops.example.books import Cells, book, digest
from ops.example.founding import ORIGIN
from ops.example.load import salt, tell
from ops.example.story import ordinary
from ops.migrate import migrate
from ops.recorder import PostgresRecorder
from projections.vault import Vault

ROWS: Final = 50_000
MATTERS_EACH: Final = 24
"""In one workbook: the party days, classes and meetings of half a year."""
BAR_S: Final = 15.0
AT_A_TIME: Final = 4
"""Workbooks that are on their way together, in all services."""
START_S: Final = 120.0
"""How long the services may take to start, all together."""
WRONG: Final = 10
"""In the faulty workbooks every tenth row names nobody of the branch."""
AT: Final = datetime(2026, 6, 9, 4, tzinfo=UTC)
HELD_ON: Final = date(2026, 6, 8)
_RECORDER: Final = 5
_ROWS_EACH: Final = MATTERS_EACH * district.MEMBERS
"""Its matters, and a row for each member but one in each."""

_SCRATCH: Final = """
CREATE TEMPORARY TABLE copied (
    position bigint PRIMARY KEY, stream uuid, version integer, type text, known_at timestamptz, state bytea
)
"""
_READ: Final = """
SELECT position, stream, version, type, known_at, state FROM ledger.entries WHERE position > %(after)s ORDER BY position
"""
_COPY: Final = "COPY copied FROM STDIN (FORMAT BINARY)"
_TYPES: Final = ["int8", "uuid", "int4", "text", "timestamptz", "bytea"]


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What one district of workbooks came to."""

    services: int
    """Processes that take the workbooks in."""
    workbooks: int
    rows: int
    commands: int
    facts: int
    import_s: float
    """From the first file to the last commit."""
    import_processor_s: float
    """Of the services, without the database."""
    errors: int
    errors_s: float
    """The same workbooks, faulty: to the last error."""
    errors_processor_s: float
    copy_s: float
    facts_per_s: int
    copy_per_s: int
    ratio: float
    """Facts a second from the file to the commit, next to COPY of the same entries."""
    bars: tuple[dict[str, object], ...]


class Workbook(NamedTuple):
    """What one recorder brings."""

    branch: Branch
    content: bytes
    faulty: bytes


def main(admin_url: str, rows: int = ROWS, services: int = 1) -> bytes:
    """Measure in a database of its own; one JSON object."""
    urls = bootstrap(admin_url, "intake", None)
    migrate(urls.migrator, urls.database)
    service = Service(urls.writer)
    try:
        service.found(branches := max(1, round(rows / _ROWS_EACH)))
        books = [_workbook(district.branch(number)) for number in range(branches)]
        return msgspec.json.encode(_measured(service, books, services, urls), order="sorted")
    finally:
        service.close()


def _measured(service: "Service", books: Sequence[Workbook], services: int, urls: Urls) -> Imported:
    """Every workbook checked while it is faulty, then taken in, then its entries copied."""
    errors, errors_s, errors_processor_s = _timed(lambda: service.errors(books))
    after = service.last()
    taken_in = _taken_in_by_many(books, services, urls) if services > 1 else _timed(lambda: service.taken_in(books))
    commands, import_s, import_processor_s = taken_in
    facts = service.last() - after
    copy_s = _copied(urls, after)
    rows = len(books) * _ROWS_EACH
    facts_per_s, copy_per_s = facts / import_s, facts / copy_s
    return Imported(
        services=services,
        workbooks=len(books),
        rows=rows,
        commands=commands,
        facts=facts,
        import_s=round(import_s, 2),
        import_processor_s=round(import_processor_s, 2),
        errors=errors,
        errors_s=round(errors_s, 2),
        errors_processor_s=round(errors_processor_s, 2),
        copy_s=round(copy_s, 2),
        facts_per_s=int(facts_per_s),
        copy_per_s=int(copy_per_s),
        ratio=round(facts_per_s / copy_per_s, 3),
        bars=(_bar("last commit s", import_s, rows), _bar("last error s", errors_s, rows)),
    )


_services: list["Service"] = []
"""What a process of the pool works with."""


def _taken_in_by_many(books: Sequence[Workbook], services: int, urls: Urls) -> tuple[int, float, float]:
    """As ``_timed``, from when all services run; each gets its share of the recorders.

    Raises BrokenProcessPool where one was killed.
    """
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        there = manager.Barrier(services + 1)
        with ProcessPoolExecutor(services, context, _begin, (urls.writer, there)) as pool:
            at_a_time = max(1, AT_A_TIME // services)
            # Each share calls for a process of its own, which takes it once all are there.
            shares = [pool.submit(_share, books[number::services], at_a_time) for number in range(services)]
            there.wait(START_S)
            began = time.perf_counter()
            done = [one.result() for one in shares]
            seconds = time.perf_counter() - began
    return sum(number for number, _ in done), seconds, sum(used for _, used in done)


def _begin(url: str, there: Barrier) -> None:
    _services.append(Service(url))
    there.wait(START_S)


def _share(books: Sequence[Workbook], at_a_time: int) -> tuple[int, float]:
    commands, _, used = _timed(lambda: _services[-1].taken_in(books, at_a_time))
    return commands, used


class Service:
    """One service on the log."""

    def __init__(self, url: str) -> None:
        self._vault, self._recorder = Vault(b"\0" * 32, url), PostgresRecorder(url)
        self._ledger = Ledger(self._recorder, self._vault, decide, ORIGIN)

    def close(self) -> None:
        """Let all connections go."""
        self._ledger.close()
        self._recorder.close()
        self._vault.close()

    def last(self) -> int:
        """The last position of the log."""
        return self._recorder.max_notification_id() or 0

    def found(self, branches: int) -> None:
        """A district of so many branches."""
        steps = ordinary(salt)
        first = [step for step in steps if step.at.date() == steps[0].at.date()]
        tell(self._ledger, self._recorder, SimulatedClock(first[0].at), first)
        with self._ledger.alone():
            for number in range(branches):
                for command in district.founded(district.branch(number)):
                    self._ledger.execute(command)

    def errors(self, books: Sequence[Workbook]) -> int:
        """How much is wrong with the faulty ones."""
        return sum(len(self._planned(one, one.faulty).findings) for one in books)

    def taken_in(self, books: Sequence[Workbook], at_a_time: int = AT_A_TIME) -> int:
        """How many commands there were."""
        with ThreadPoolExecutor(at_a_time, "recorder") as pool:
            return sum(pool.map(self._one_taken_in, books))

    def _one_taken_in(self, one: Workbook) -> int:
        dry = self._planned(one, one.content)
        assert not dry.findings, f"a clean workbook: {dry.findings[:3]}"
        carry_in(self._ledger, dry.commands)
        return len(dry.commands)

    def _planned(self, one: Workbook, content: bytes) -> Dry:
        return plan_import(
            content,
            filename=f"{one.branch.code}.xlsx",
            directory=Directory(people={name: Person(member=who, name=name) for name, who in _named(one.branch)}),
            actor=one.branch.acting(_RECORDER, "recorder"),
            at=AT,
            salt=salt,
            load=self._ledger.load,
            known=self._recorder.committed,
            load_many=self._ledger.load_many,
        )


def _timed(part: Callable[[], int]) -> tuple[int, float, float]:
    """(what it gives, seconds, seconds of processor time)."""
    began, used = time.perf_counter(), time.process_time()
    found = part()
    return found, time.perf_counter() - began, time.process_time() - used


def _named(branch: Branch) -> Iterator[tuple[str, UUID]]:
    """(work number, member): the founding gives everybody his pseudonym for a name."""
    return ((str(member), member) for member in branch.members)


def _workbook(branch: Branch) -> Workbook:
    matters = [_matter(branch, number) for number in range(MATTERS_EACH)]
    others = [name for place, (name, _) in enumerate(_named(branch)) if place != _RECORDER]
    marks = [_mark(one, name, "absent" if name == others[-1] else "attended") for one in matters for name in others]
    wrong = [{**row, "work_number": "nobody"} if number % WRONG == 0 else row for number, row in enumerate(marks)]
    good, bad = (book(branch.code, {MATTERS: matters, MARKS: rows}) for rows in (marks, wrong))
    return Workbook(branch, good, bad)


def _matter(branch: Branch, number: int) -> Cells:
    code = f"TD-{number:02d}"
    return {
        "matter": code,
        "kind": "study_session",
        "title": f"第{number + 1}次主题党日",
        "planned_on": HELD_ON,
        "held_on": HELD_ON,
        "evidence_kind": "sign_in_list",
        "evidence": digest(f"{branch.code} {code}"),
    }


def _mark(matter: Cells, name: str, outcome: str) -> Cells:
    return {
        "work_number": name,
        "name": name,
        "matter": matter["matter"],
        "item": district.ITEM,
        "outcome": outcome,
    }


def _copied(urls: Urls, after: int) -> float:
    """Seconds to copy everything behind a position into an empty table."""
    with psycopg.connect(urls.writer) as connection:
        rows = connection.execute(_READ, {"after": after}, binary=True).fetchall()
    with psycopg.connect(urls.projector) as connection:
        connection.execute(_SCRATCH)
        began = time.perf_counter()
        with connection.cursor().copy(_COPY) as copy:
            copy.set_types(_TYPES)
            for row in rows:
                copy.write_row(row)
        connection.commit()
        return time.perf_counter() - began


def _bar(name: str, seconds: float, rows: int) -> dict[str, object]:
    """The bar is set for fifty thousand rows."""
    most = round(BAR_S * rows / ROWS, 2)
    return {"name": name, "value": round(seconds, 2), "bar": f"<= {most:g}", "met": seconds <= most}
