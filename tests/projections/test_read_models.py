"""What the pages ask: every read model's answers on one small, known history."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar
from uuid import uuid4

import msgspec
import psycopg
import pytest
from structlog.testing import capture_logs

from domain.decider import Command
from domain.entry import Entry
from domain.ledger import Receipt
from domain.notice.notice import NoticeLineDrafted
from domain.organisation.appointments import EndRole
from domain.organisation.member import MemberRegistered
from domain.process import carried_out
from domain.recording.archive import PointsConfirmed, PointsRecorded
from domain.values import CommandId
from ops.process import ProcessManager
from projections import (
    agenda,
    log,
    matters,
    notice_board,
    offices,
    organisation,
    parking,
    records,
    rules,
    sheets,
    timeline,
)
from projections.answers import Answer
from tests.foundings import BRANCH, CALENDAR, FOUNDED_ON, SCHEME, VERSION, WORK, acting, at, founding, member
from tests.histories import KINDS, Done, may_close_at, notice_of, road
from tests.projections.conftest import House

T = TypeVar("T")

STUDY = Done("M1", KINDS[0], date(2026, 3, 3), but=((5, "absent", "1.00"), (6, "excused", "1.00")))
VISITS = Done("M2", KINDS[3], date(2026, 3, 10), but=((5, "earned", "2.00"), (7, "earned", "1.00")), reaches="posted")
MEETING = Done("M3", KINDS[1], date(2026, 4, 8), reaches="returned")
TASK = Done("M4", KINDS[2], date(2026, 4, 20), but=((6, "done", "1.00"),), reaches="submitted")
PLANNED = Done("M5", KINDS[4], date(2026, 5, 12), reaches="planned")
ALL = (STUDY, VISITS, MEETING, TASK, PLANNED)
DAY = date(2026, 3, 1)


@dataclass
class Read:
    """The history as it is read."""

    house: House
    entries: list[Entry]

    def __call__(self, question: Callable[..., Awaitable[Answer[T]]], *arguments: object, **named: object) -> T:
        answer = asyncio.run(self.house.ask(question, *arguments, **named))
        assert answer.complete
        assert answer.as_of.position == len(self.entries)
        assert answer.as_of.at == self.entries[-1].at
        assert answer.as_of.known_at == max(entry.at for entry in self.entries)
        return answer.value

    def type_at(self, position: int | None) -> str | None:
        return None if position is None else self.entries[position - 1].type


@pytest.fixture
def read(house: House) -> Read:
    roads = sorted((command for done in ALL for command in road(done)), key=lambda command: command.at)
    house.tell([*founding(), *roads])
    house.follow()
    return Read(house, house.entries())


def test_the_log_says_what_clock_it_has(read: Read) -> None:
    opening = read(log.log)
    assert opening is not None
    assert (opening.clock, opening.position) == ("simulated", 1)


def test_organisations_come_with_their_path(read: Read) -> None:
    assert [unit.unit for unit in read(organisation.units)] == [WORK, BRANCH]
    assert [unit.path for unit in read(organisation.units, BRANCH)] == [(WORK, BRANCH)]
    found = read(organisation.unit, BRANCH)
    assert found is not None
    assert (found.parent, found.kind, read.type_at(found.position)) == (WORK, "branch", "unit-established")
    assert read(organisation.unit, "PK-0") is None


def test_a_subtree_is_exact_whatever_the_code(house: House, read: Read) -> None:
    for within in ("PK-0", "P%", "PK-01/", "%"):
        assert read(organisation.units, within) == ()


def test_members_of_a_branch_on_a_day(read: Read) -> None:
    found = read(organisation.members_of, BRANCH, DAY)
    assert [one.member for one in found] == [member(number) for number in range(8)]
    assert read(organisation.members_of, BRANCH, FOUNDED_ON - timedelta(days=1)) == ()
    one = read(organisation.member, member(3))
    assert one is not None
    registered = read.entries[one.position - 1].fact
    assert isinstance(registered, MemberRegistered)
    assert (one.name, one.work_number) == (registered.name, registered.work_number)


def test_offices_of_a_person_on_a_day(read: Read) -> None:
    found = read(offices.offices_of, member(3), DAY)
    assert [(office.role, office.unit) for office in found] == [("member", BRANCH), ("recorder", BRANCH)]
    assert {read.type_at(office.position) for office in found} == {"member-enrolled", "role-appointed"}
    assert [office.member for office in read(offices.committee_of, BRANCH, DAY)] == [member(n) for n in range(3)]


def test_an_office_ends_on_its_last_day(house: House, read: Read) -> None:
    house.ledger.execute(
        EndRole(
            id=uuid4(),
            actor=acting(0, "officer", WORK),
            at=may_close_at(STUDY) + timedelta(days=60),
            unit=BRANCH,
            role="committee_member",
            person=member(1),
            last_on=date(2026, 4, 30),
        )
    )
    house.follow()
    read.entries = house.entries()
    before, after = date(2026, 4, 30), date(2026, 5, 1)
    assert member(1) in {office.member for office in read(offices.committee_of, BRANCH, before)}
    assert member(1) not in {office.member for office in read(offices.committee_of, BRANCH, after)}


def test_rule_sets_with_the_place_of_every_part(read: Read) -> None:
    (found,) = read(rules.rule_sets, SCHEME)
    assert (found.version, found.status, found.effective_on) == (VERSION, "published", date(2026, 1, 1))
    assert [read.type_at(position) for position in (found.drafted, found.approved, found.published)] == [
        "rule-set-drafted",
        "rule-set-approved",
        "rule-set-published",
    ]
    parts = read(rules.rule_parts, SCHEME, VERSION)
    assert {read.type_at(part.position) for part in parts} == {"rule-part-added"}
    assert "R-WM-1" in {part.code for part in parts if part.section == "responsibility"}


def test_the_published_calendar_is_what_terms_are_counted_in(read: Read) -> None:
    assert read(rules.calendars) == {2026: CALENDAR[2026]}


def test_matters_last_day_first_with_their_evidence(read: Read) -> None:
    page = read(matters.matters_of, BRANCH)
    assert [(found.matter, found.status) for found in page.items] == [
        ("M5", "planned"),
        ("M4", "held"),
        ("M3", "held"),
        ("M2", "held"),
        ("M1", "held"),
    ]
    found = read(matters.matter, BRANCH, "M1")
    assert found is not None
    assert found.sheets == ("R-LX-1",)
    assert [read.type_at(paper.position) for paper in found.evidence] == ["evidence-attached"]
    assert read(matters.matter, BRANCH, "M9") is None


def test_pages_follow_one_another_without_gap_or_repeat(read: Read) -> None:
    page = read(matters.matters_of, BRANCH, limit=2)
    seen = [found.matter for found in page.items]
    while page.before is not None:
        page = read(matters.matters_of, BRANCH, before=page.before, limit=2)
        seen += [found.matter for found in page.items]
    assert seen == ["M5", "M4", "M3", "M2", "M1"]


def test_matters_stand_by_their_days_in_whatever_order_they_are_planned(house: House) -> None:
    days = {"M6": date(2026, 6, 2), "M7": date(2026, 3, 5), "M8": date(2026, 6, 2), "M9": date(2026, 4, 1)}
    planned = [road(Done(code, KINDS[0], day, reaches="planned"))[0] for code, day in days.items()]
    house.tell([*founding(), *(msgspec.structs.replace(one, at=at(date(2026, 3, 2), 9)) for one in planned)])
    house.follow()
    read = Read(house, house.entries())
    page = read(matters.matters_of, BRANCH, limit=1)
    seen = [found.matter for found in page.items]
    while page.before is not None:
        page = read(matters.matters_of, BRANCH, before=page.before, limit=1)
        seen += [found.matter for found in page.items]
    assert seen == ["M8", "M6", "M9", "M7"]
    assert [found.matter for found in read(matters.to_hold, BRANCH, date(2026, 4, 1))] == ["M7", "M9"]


def test_sheets_of_a_branch_by_status(read: Read) -> None:
    def codes(status: str | None) -> list[str]:
        return [header.matter for header in read(sheets.sheets_of, BRANCH, status).items]

    assert codes(None) == ["M4", "M3", "M2", "M1"]
    assert codes("draft") == ["M3"]
    assert codes("submitted") == ["M4"]
    assert codes("approved") == ["M2", "M1"]


def test_the_committee_sees_what_it_decides_next(read: Read) -> None:
    assert [header.matter for header in read(sheets.sheets_before, BRANCH)] == ["M4"]
    assert read(sheets.sheets_before, WORK) == ()


def test_a_sheet_shows_its_exceptions_alone(read: Read) -> None:
    found = read(sheets.sheet, BRANCH, "M1", "R-LX-1")
    assert found is not None
    assert found.header.status == "approved"
    assert found.header.lines == len(found.lines) == 8
    assert found.ordinary == "attended"
    assert [(line.member, line.outcome) for line in found.exceptions] == [
        (member(5), "absent"),
        (member(6), "excused"),
    ]
    own = next(line for line in found.lines if line.member == member(3))
    assert own.entered_by == member(4), "nobody enters his own line"
    assert all(line.record is not None for line in found.lines)
    (approval,) = found.approvals
    assert (approval.entitled, approval.present, approval.in_favour) == (3, 3, 3)
    assert read.type_at(approval.position) == "sheet-approved"
    assert read(sheets.sheet, BRANCH, "M1", "R-LX-2") is None


def test_a_returned_sheet_says_by_whom_and_keeps_its_lines(read: Read) -> None:
    found = read(sheets.sheet, BRANCH, "M3", "R-GJ-1")
    assert found is not None
    assert (found.header.status, found.header.returned_by) == ("draft", member(0))
    assert read.type_at(found.header.returned) == "sheet-returned"
    assert len(found.lines) == 8
    assert all(line.record is None for line in found.lines)


def test_the_notice_board_shows_what_runs_and_what_ran(read: Read) -> None:
    (running,) = read(notice_board.open_notices, [BRANCH]).items
    (over,) = read(notice_board.notice_history, [BRANCH]).items
    assert (running.matter, running.mode, running.unit_points) == ("M2", "earn", "1.00")
    assert (running.posted_on, running.ends_on) == (date(2026, 3, 13), date(2026, 3, 18))
    assert running.may_close_at == may_close_at(VISITS)
    assert (over.matter, over.cleared, over.status) == ("M1", 8, "closed")
    assert over.closed_at == may_close_at(STUDY)
    assert read(notice_board.open_notices, [BRANCH], ["unit_and_public"]).items == ()
    assert read(notice_board.open_notices, [BRANCH], ["branch"]).items == (running,)
    assert read(notice_board.open_notices, [WORK]).items == ()
    assert read(notice_board.notices_to_post, [BRANCH]).items == ()


def test_a_notice_shows_each_record_once(read: Read) -> None:
    found = asyncio.run(read.house.ask(notice_board.notice, notice_of(VISITS))).value
    assert found is not None
    assert [(line.line, line.member, line.outcome, line.quantity, line.confirmed) for line in found.lines] == [
        (1, member(5), "earned", 200, None),
        (2, member(7), "earned", 100, None),
    ]
    assert {read.type_at(line.position) for line in found.lines} == {"notice-line-drafted"}
    assert {read.type_at(line.recorded) for line in found.lines} == {"points-recorded"}
    assert asyncio.run(read.house.ask(notice_board.notice, uuid4())).value is None


EXPECTED = {
    "reversed": "record-reversed",
    "clause": "rule-part-added",
    "planned": "matter-planned",
    "held": "matter-held",
    "opened": "sheet-opened",
    "line": "sheet-line-set",
    "submitted": "sheet-submitted",
    "approved": "sheet-approved",
    "recorded": "points-recorded",
    "drafted": "notice-drafted",
    "noticed": "notice-line-drafted",
    "posted": "notice-posted",
    "closed": "notice-closed",
    "confirmed": "points-confirmed",
}


def test_every_record_leads_to_every_fact_behind_it(read: Read) -> None:
    facts = [entry.fact for entry in read.entries if isinstance(entry.fact, PointsRecorded)]
    confirmed = {entry.fact.record for entry in read.entries if isinstance(entry.fact, PointsConfirmed)}
    noticed = {entry.fact.record: entry for entry in read.entries if isinstance(entry.fact, NoticeLineDrafted)}
    assert len(facts) == 10
    for fact in facts:
        chain = read(records.record, fact.record, fact.member)
        assert chain is not None
        assert (chain.member, chain.matter, chain.outcome) == (fact.member, fact.matter, fact.outcome)
        assert chain.state == ("confirmed" if fact.record in confirmed else "pending")
        places = msgspec.structs.asdict(chain.places)
        still_open = {"reversed"} if fact.record in confirmed else {"closed", "confirmed", "reversed"}
        assert {name: read.type_at(place) for name, place in places.items()} == {
            name: None if name in still_open else word for name, word in EXPECTED.items()
        }
        assert read.entries[places["recorded"] - 1].fact == fact
        assert read.entries[places["noticed"] - 1] == noticed[fact.record]
        assert (chain.entitled, chain.present, chain.in_favour) == (fact.entitled, fact.present, fact.in_favour)
        assert chain.clause.clause
        assert len(chain.evidence) == 1
        assert chain.notice is not None
    assert read(records.record, uuid4(), member(5)) is None


def test_a_timeline_holds_every_entry_that_names_the_member(read: Read) -> None:
    for number in range(8):
        one = member(number)
        mine = {
            entry.fact.record
            for entry in read.entries
            if isinstance(entry.fact, PointsRecorded) and entry.fact.member == one
        }
        wanted = [
            position
            for position, entry in enumerate(read.entries, 1)
            if one in parking.named_members(entry.fact)
            or (isinstance(entry.fact, PointsConfirmed) and entry.fact.record in mine)
        ]
        page = read(timeline.timeline, one, limit=4)
        seen = list(page.items)
        while page.before is not None:
            page = read(timeline.timeline, one, before=page.before, limit=4)
            seen += page.items
        assert [moment.position for moment in seen] == wanted[::-1]
        for moment in seen:
            entry = read.entries[moment.position - 1]
            assert (moment.type, moment.at) == (entry.type, entry.at)
            assert moment.unit == BRANCH
            is_of_office = moment.type in ("member-registered", "member-enrolled", "role-appointed")
            assert (moment.matter is None) == is_of_office
            assert moment.record == getattr(entry.fact, "record", None)


def test_the_agenda_calls_for_what_the_rules_call_for(house: House, read: Read) -> None:
    # M2 runs: its closing alone is called for, at the instant the notice names
    (closing,) = read(agenda.agenda)
    assert (closing.purpose, closing.due_at) == ("close-notice", may_close_at(VISITS))
    with house.projector() as connection:
        assert agenda.due(connection, may_close_at(VISITS) - timedelta(seconds=1)) == []
        (due,) = agenda.due(connection, may_close_at(VISITS))
        assert due.follow_up.command == due.command
        assert agenda.next_due_at(connection, at(DAY, 9)) == may_close_at(VISITS)
        # a refused try stays, and is remembered
        agenda.refused(connection, due.command, "term-running")
        assert [(d.tries, d.refused_code) for d in agenda.due(connection, due.due_at)] == [(1, "term-running")]
        # carried out, it gives way to what follows from it, and then to nothing
        for purpose in ("close-notice", "confirm-records"):
            (due,) = agenda.due(connection, at(date(2026, 6, 20), 9))
            assert due.purpose == purpose
            command = carried_out(
                due.follow_up, house.entries()[due.trigger_position - 1], at(date(2026, 6, 20), 9), lambda: "salt"
            )
            house.ledger.execute(command)
            house.follow()
        assert agenda.due(connection, at(date(2026, 12, 31), 9)) == []


def test_what_was_granted_without_a_fact_can_be_settled(house: House, read: Read) -> None:
    (due,) = read(agenda.agenda)
    with house.projector() as connection:
        agenda.settled(connection, due.command)
        assert agenda.due(connection, at(date(2026, 12, 31), 9)) == []


@dataclass
class Failing:
    """A ledger in which one follow-up meets a defect."""

    house: House
    which: CommandId
    error: Exception

    def execute(self, command: Command) -> Receipt:
        if command.id == self.which:
            raise self.error
        return self.house.ledger.execute(command)


def test_a_follow_up_that_fails_is_put_off_and_the_others_go_on(house: House, read: Read) -> None:
    (failing,) = read(agenda.agenda)
    house.tell(road(Done("M6", KINDS[3], date(2026, 5, 14), but=((5, "earned", "1.00"),), reaches="posted")))
    house.follow()
    late = at(date(2026, 6, 20), 9)
    with house.projector() as connection, capture_logs() as logs:
        manager = ProcessManager(connection, Failing(house, failing.command, AssertionError("who it is")))
        assert manager.carry_out_due(late) == 1
        due = next(one for one in agenda.due(connection, late) if one.command == failing.command)
        assert (due.tries, due.refused_code) == (1, "failed")
    (said,) = [one for one in logs if one["log_level"] == "error"]
    assert (said["purpose"], said["error"]) == ("close-notice", "AssertionError")
    assert "who it is" not in str(said)


def test_a_database_that_fails_is_not_hidden_as_one_follow_ups_defect(house: House, read: Read) -> None:
    (due,) = read(agenda.agenda)
    with house.projector() as connection:
        manager = ProcessManager(connection, Failing(house, due.command, psycopg.OperationalError("gone")))
        with pytest.raises(psycopg.OperationalError):
            manager.carry_out_due(at(date(2026, 6, 20), 9))
        assert [one.tries for one in agenda.due(connection, at(date(2026, 6, 20), 9))] == [0]


def test_nobody_is_parked(read: Read) -> None:
    assert read(parking.parked) == ()
