"""The example tells its half-year through the ledger and the process managers, once, wherever it broke off."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from domain.entry import Entry, decode
from domain.house import decide
from domain.ledger import Ledger
from domain.notice.notice import (
    NOTICE,
    Notice,
    NoticeLineCleared,
    NoticeLineCorrected,
    NoticeLineSuspended,
    notice_id,
)
from domain.objection.objection import OBJECTION, Objection, ObjectionClosed, ObjectionEscalated
from domain.recording.archive import PointsConfirmed, RecordReplaced, archive_of
from domain.recording.deduction import DEDUCTION, Deduction, deduction_id
from domain.recording.honour import HONOUR, Honour, honour_id
from domain.recording.sheet import SHEET, Sheet
from domain.rules.calendar import CalendarPublished, PublishCalendar
from ops.bootstrap import Urls
from ops.clock import SimulatedClock
from ops.deployment import on_reads
from ops.example.disputes import DISPUTES, objection_of
from ops.example.founding import ORIGIN
from ops.example.load import load
from ops.example.merits import COMPLAINT, ESSAY, LATE, OVERDUE, POST, PRIZE, REFORM, Listed
from ops.example.people import BRANCH, WORK_COMMITTEE, people
from ops.example.story import ENDS_AT, story
from ops.process import ProcessManager
from ops.recorder import PostgresRecorder
from projections import follow
from projections.vault import Vault, load_master_key


class Deployed:
    def __init__(self, database: Urls, folder: Path) -> None:
        self.urls = database
        self.recorder = PostgresRecorder(database.writer)
        self.vault = Vault(load_master_key(folder / "master"), database.writer)
        self.ledger = Ledger(self.recorder, self.vault, decide, ORIGIN)
        self.clock = SimulatedClock(story(lambda: "")[0].at)

    def entries(self) -> int:
        return self.recorder.max_notification_id() or 0

    def close(self) -> None:
        self.recorder.close()
        self.vault.close()


@pytest.fixture
def deployed(database: Urls, tmp_path: Path) -> Iterator[Deployed]:
    found = Deployed(database, tmp_path)
    yield found
    found.close()


def test_the_example_is_told_once(deployed: Deployed) -> None:
    commands = load(deployed.ledger, deployed.recorder, deployed.clock, lambda done, of: None)
    entries = deployed.entries()
    again = load(deployed.ledger, deployed.recorder, SimulatedClock(deployed.clock.now() - timedelta(days=365)), _quiet)
    assert (again, deployed.entries()) == (commands, entries)
    assert deployed.clock.now() == ENDS_AT


def _quiet(done: int, of: int) -> None:
    assert done > 0


class BrokeOff(Exception):
    """The telling was interrupted here."""


@pytest.mark.parametrize("after", [1, 40, 41, 150, 300])
def test_a_telling_that_broke_off_goes_on_where_it_was(deployed: Deployed, after: int) -> None:
    def break_off(done: int, of: int) -> None:
        if done == after:
            raise BrokeOff

    with pytest.raises(BrokeOff):
        load(deployed.ledger, deployed.recorder, deployed.clock, break_off)
    load(deployed.ledger, deployed.recorder, SimulatedClock(story(lambda: "")[0].at), _quiet)
    rows = deployed.recorder.select_notifications(1, 10_000)
    words = [decode(row.state).type for row in rows]
    assert [row.id for row in rows] == list(range(1, len(rows) + 1))
    assert (words.count("notice-posted"), words.count("notice-closed")) == (29, 27)


def test_a_newcomer_finds_a_notice_in_the_middle_of_its_term(deployed: Deployed) -> None:
    load(deployed.ledger, deployed.recorder, deployed.clock, _quiet)
    notice = deployed.ledger.load(NOTICE.of(notice_id(BRANCH, "TD-202605", "R-LX-1", 1)))
    assert isinstance(notice, Notice)
    assert notice.status == "posted"
    assert notice.may_close_at is not None
    assert notice.may_close_at - timedelta(days=4) < deployed.clock.now() < notice.may_close_at


def test_the_sheets_of_may_stand_at_every_stage_of_their_road(deployed: Deployed) -> None:
    load(deployed.ledger, deployed.recorder, deployed.clock, _quiet)
    stages = {
        code: deployed.ledger.load(SHEET.of(BRANCH, code, item))
        for code, item in (("DF-202605", "R-GJ-2"), ("ZB-202605", "R-DD-2"), ("BM-202605", "R-GJ-1"))
    }
    found = {code: sheet.status for code, sheet in stages.items() if isinstance(sheet, Sheet)}
    assert found == {"DF-202605": "submitted", "ZB-202605": "draft", "BM-202605": "approved"}


def test_honours_deductions_and_a_veto_stand_at_every_stage_of_their_road(deployed: Deployed) -> None:
    load(deployed.ledger, deployed.recorder, deployed.clock, _quiet)
    member = {one.name.rpartition("·")[2]: one.member for one in people()}

    def honour(about: Listed) -> tuple[str, int]:
        found = deployed.ledger.load(HONOUR.of(honour_id(BRANCH, member[about.name], about.matter, about.item)))
        assert isinstance(found, Honour)
        return found.status, found.step

    def deduction(about: Listed) -> str:
        found = deployed.ledger.load(DEDUCTION.of(deduction_id(BRANCH, member[about.name], about.matter, about.item)))
        assert isinstance(found, Deduction)
        return found.status

    assert [honour(about) for about in (PRIZE, ESSAY, REFORM, POST)] == [
        ("approved", 1),
        ("approved", 1),
        ("approved", 1),
        ("claimed", 0),
    ]
    assert [deduction(about) for about in (COMPLAINT, OVERDUE, LATE)] == ["refused", "approved", "notified"]
    archives = {
        name: deployed.ledger.load(archive_of(member[name], date(2026, 4, 1)))
        for name in ("吕淏然", "张文堃", "孔珺", "严玥", "曹翀")
    }
    listed = {
        (name, record.kind, record.status)
        for name, archive in archives.items()
        for record in archive.records.values()
        if record.kind != "responsibility"
    }
    assert listed == {
        ("吕淏然", "honour", "confirmed"),
        ("张文堃", "deduction", "dismissed"),
        ("孔珺", "deduction", "confirmed"),
        ("严玥", "honour", "approved"),
        ("曹翀", "veto", "approved"),
    }


def test_objections_stand_at_every_step_of_their_way(deployed: Deployed) -> None:
    load(deployed.ledger, deployed.recorder, deployed.clock, _quiet)
    found = {one.label: deployed.ledger.load(OBJECTION.of(objection_of(one))) for one in DISPUTES}
    stands = {label: one.status for label, one in found.items() if isinstance(one, Objection)}
    assert stands == {
        "rejected": "closed",
        "withdrawn": "closed",
        "information": "closed",
        "filed": "filed",
        "assigned": "assigned",
        "found": "found",
        "late": "filed",
        "declined": "closed",
        "partly": "closed",
        "upheld": "closed",
        "final": "closed",
        "appealed": "appealed",
    }
    facts = [entry.fact for entry in _entries(deployed)]
    assert {one.outcome for one in facts if isinstance(one, ObjectionClosed)} == {
        "rejected",
        "withdrawn",
        "information",
        "declined",
        "partly",
        "upheld",
    }
    assert [one.stage for one in facts if isinstance(one, ObjectionEscalated)] == ["acceptance"]
    held = [one for one in facts if isinstance(one, NoticeLineSuspended)]
    freed = [one for one in facts if isinstance(one, NoticeLineCleared | NoticeLineCorrected)]
    assert (len(held), len(freed)) == (4, 3), "one line is held back while its appeal waits"
    right = next(one for one in facts if isinstance(one, RecordReplaced))
    assert any(isinstance(one, PointsConfirmed) and one.record == right.record for one in facts)


def test_no_name_stands_in_the_log(deployed: Deployed) -> None:
    load(deployed.ledger, deployed.recorder, deployed.clock, _quiet)
    log = b"".join(row.state for row in deployed.recorder.select_notifications(1, 10_000))
    named = [one for one in people() if one.name.encode() in log or one.work_number.encode() in log]
    assert named == []
    for words in ("值班表缺少第二页", "系统升级停机", "窗口办理时长", "示例区纪委"):
        assert words.encode() not in log


def test_what_is_due_is_carried_out_once_though_the_service_restarts_between_any_two_steps(deployed: Deployed) -> None:
    """The May theme day and an honour are closed, then confirmed, by managers that know nothing of each other."""
    load(deployed.ledger, deployed.recorder, deployed.clock, _quiet)
    later = datetime(2026, 5, 23, 2, tzinfo=UTC)
    granted = [_run_a_fresh_manager(deployed, later) for _ in range(6)]
    words = [decode(row.state) for row in deployed.recorder.select_notifications(1, 10_000)]
    closings = [entry for entry in words if entry.type == "notice-closed" and entry.at == later]
    confirmed = [entry for entry in words if entry.type == "points-confirmed" and entry.at == later]
    assert granted[-2:] == [0, 0], "the objections of the example have their terms, too"
    assert (len(closings), len(confirmed)) == (2, 16)
    assert {entry.cause for entry in confirmed} == {closing.id for closing in closings}


def _run_a_fresh_manager(deployed: Deployed, now: datetime) -> int:
    with psycopg.connect(on_reads(deployed.urls.projector), autocommit=True) as connection:
        follow.ready(connection, ())
        follow.catch_up(connection)
        return ProcessManager(connection, deployed.ledger).carry_out_due(now)


def test_nothing_is_carried_out_before_its_term(deployed: Deployed) -> None:
    load(deployed.ledger, deployed.recorder, deployed.clock, _quiet)
    entries = deployed.entries()
    _run_a_fresh_manager(deployed, datetime(2026, 5, 20, 16, 0, 59, tzinfo=UTC))
    assert deployed.entries() == entries


def test_a_notice_whose_calendar_changed_closes_by_the_longer_term(deployed: Deployed) -> None:
    """21 May is taken off in the middle of the term: the process managers extend it, and close it at its new end."""
    load(deployed.ledger, deployed.recorder, deployed.clock, _quiet)
    first = next(entry for entry in _entries(deployed) if isinstance(entry.fact, CalendarPublished))
    assert isinstance(first.fact, CalendarPublished)
    again = PublishCalendar(
        id=uuid4(),
        actor=first.actor,
        at=deployed.clock.now(),
        unit=WORK_COMMITTEE,
        year=2026,
        days_off=(*first.fact.days_off, date(2026, 5, 21)),
        make_up_days=first.fact.make_up_days,
        document_sha256=first.fact.document_sha256,
    )
    deployed.ledger.execute(again)
    term_over, longer_over = datetime(2026, 5, 22, 16, 1, tzinfo=UTC), datetime(2026, 5, 25, 16, 1, tzinfo=UTC)
    steps = (term_over, longer_over - timedelta(seconds=1), longer_over, longer_over)
    for now in steps:
        _run_a_fresh_manager(deployed, now)
    theme_day = notice_id(BRANCH, "TD-202605", "R-LX-1", 1)
    told = [one for one in _entries(deployed) if one.at >= term_over and getattr(one.fact, "notice", None) == theme_day]
    ending = ["notice-extended", "notice-closed", "archives-committed"]
    assert [entry.type for entry in told] == [*ending, *["points-confirmed"] * 15]
    with psycopg.connect(on_reads(deployed.urls.projector), autocommit=True) as connection:
        follow.catch_up(connection)
        shown = connection.execute(
            "SELECT ends_on, may_close_at FROM notices WHERE id = %(notice)s", {"notice": theme_day}
        )
        assert shown.fetchall() == [(date(2026, 5, 22), longer_over)]
        days_off = connection.execute("SELECT days_off FROM calendars WHERE year = 2026").fetchone()
        assert days_off is not None
        assert date(2026, 5, 21) in days_off[0]


def _entries(deployed: Deployed) -> list[Entry]:
    return [decode(row.state) for row in deployed.recorder.select_notifications(1, 10_000)]
