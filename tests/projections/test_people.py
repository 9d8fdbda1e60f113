"""人员变动: what the read models know of people over time, followed and rebuilt alike, and what scores make of it."""

import asyncio
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import uuid4

import pytest

from domain.actor import Actor
from domain.decider import Command
from domain.organisation.appointments import DelegateRole, EndRole, SubstituteRole
from domain.organisation.exemption import DecideExemption, EndExemption, RequestExemption
from domain.organisation.membership import (
    AssignProfile,
    EndMembership,
    RegisterLeave,
    ShortenLeave,
    TransferMember,
)
from domain.organisation.reorganisation import AssignApprovalBody, DissolveUnit, MoveUnit, RenameUnit
from domain.recording.archive import Archive, archive_of
from projections import membership, offices, organisation, records, scores, sheets, timeline
from projections.rebuild import rebuild
from tests.foundings import (
    BRANCH,
    WORK,
    acting,
    appoint,
    at,
    digest,
    establish,
    founding,
    member,
    register,
    secret,
)
from tests.histories import KINDS, Done, road
from tests.projections.conftest import House, tables_of

T = TypeVar("T")

SECOND: Final = "PK-02"
OFFICER: Final = acting(0, "officer", WORK)
RECORDER: Final = acting(3, "recorder")
SECRETARY: Final = acting(0, "secretary")
MOVED_ON: Final = date(2026, 8, 10)


def told(kind: type[Command], actor: Actor, when: datetime, /, **fields: Any) -> Command:
    return kind(id=uuid4(), actor=actor, at=when, **fields)


def moving(number: int = 5, on: date = MOVED_ON) -> Command:
    return told(TransferMember, OFFICER, at(on, 9), unit=BRANCH, member=member(number), to_unit=SECOND, from_on=on)


def leaving(number: int, first: date, last: date, when: date) -> Command:
    fields = {"unit": BRANCH, "member": member(number), "kind": "leave", "from_on": first, "until_on": last}
    return told(RegisterLeave, RECORDER, at(when, 9), **fields)


def ask(house: House, question: Any, *arguments: object, **named: object) -> Any:
    answered = asyncio.run(house.ask(question, *arguments, **named))
    assert answered.complete
    return answered.value


def points(house: House, number: int, year: int = 2026) -> dict[str, Any]:
    return {one.period: one for one in ask(house, scores.points_of, member(number), year)}


@pytest.fixture
def two(house: House) -> House:
    house.tell(founding((BRANCH, SECOND)))
    return house


def agrees(house: House) -> None:
    """What was followed is what a rebuild makes."""
    house.follow()
    with house.projector() as connection:
        found = tables_of(connection)
        assert found["parked"] == []
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == found


def test_the_roster_of_each_branch_by_date(two: House) -> None:
    two.tell([moving()])
    agrees(two)

    def on(unit: str, day: date) -> set[Any]:
        return {one.member for one in ask(two, organisation.members_of, unit, day)}

    assert member(5) in on(BRANCH, date(2026, 8, 9))
    assert member(5) not in on(BRANCH, MOVED_ON)
    assert member(5) in on(SECOND, MOVED_ON)
    assert member(5) not in on(SECOND, date(2026, 8, 9))
    known = ask(two, organisation.member, member(5))
    assert known.unit == SECOND
    course = ask(two, membership.course_of, member(5))
    assert [(one.unit, one.until_on) for one in course.stays] == [(BRANCH, date(2026, 8, 9)), (SECOND, None)]


def test_the_records_of_both_branches_stand_in_one_archive_and_one_score(two: House) -> None:
    """Scenario 15: transfer in August."""
    two.tell(road(Done("M1", KINDS[0], date(2026, 3, 3))))
    visit = Done("M2", KINDS[3], date(2026, 5, 12), but=((5, "earned", "1.00"),))
    two.tell(road(visit))
    two.follow()
    before = points(two, 5)["H1"]
    two.tell([moving()])
    autumn = Done("M3", KINDS[0], date(2026, 9, 8))
    two.tell(road(autumn, SECOND))
    agrees(two)
    archive = two.ledger.load(archive_of(member(5), date(2026, 9, 8)))
    assert isinstance(archive, Archive)
    assert {(one.unit, one.matter) for one in archive.records.values()} == {
        (BRANCH, "M1"),
        (BRANCH, "M2"),
        (SECOND, "M3"),
    }
    after = points(two, 5)
    assert after["H1"].base == before.base, "what he did in the old branch counts as it did"
    assert after["Y"].months_present == 12, "no month is lost between the two"
    made = {record: asyncio.run(two.ask(records.made_in, record, member(5))) for record in archive.records}
    assert {archive.records[record].unit for record in made} == {BRANCH, SECOND}
    assert all(archive.records[record].unit == unit for record, unit in made.items())


def test_the_list_of_a_branch_has_those_whose_last_branch_of_the_period_it_is(two: House) -> None:
    two.tell([moving()])
    two.follow()

    def listed(unit: str, period: str) -> set[Any]:
        return {one.member for one in ask(two, scores.branch_points, unit, 2026, period)}

    assert member(5) in listed(BRANCH, "H1")
    assert member(5) not in listed(BRANCH, "Y")
    assert member(5) in listed(SECOND, "Y")
    assert member(5) not in listed(SECOND, "H1")


def test_a_long_leave_takes_its_months_and_a_short_one_none(two: House) -> None:
    visit = Done("M1", KINDS[3], date(2026, 6, 2), but=((5, "earned", "1.00"), (6, "earned", "1.00")))
    two.tell(road(visit))
    two.tell(
        [
            leaving(5, date(2026, 2, 1), date(2026, 4, 30), date(2026, 6, 20)),
            leaving(6, date(2026, 2, 10), date(2026, 2, 20), date(2026, 6, 20)),
        ]
    )
    agrees(two)
    assert points(two, 5)["H1"].months_present == 3
    assert points(two, 6)["H1"].months_present == 6
    # earn: one visit in half the months counts twice. The absence lowers what is asked, never the points.
    assert points(two, 5)["H1"].base - points(two, 7)["H1"].base == 200
    assert points(two, 6)["H1"].base - points(two, 7)["H1"].base == 100


def test_a_leave_that_is_cut_short_gives_the_months_back(two: House) -> None:
    two.tell([leaving(5, date(2026, 2, 1), date(2026, 4, 30), date(2026, 2, 1))])
    two.follow()
    assert points(two, 5)["H1"].months_present == 3
    back = {"unit": BRANCH, "member": member(5), "from_on": date(2026, 2, 1), "last_on": date(2026, 3, 10)}
    two.tell([told(ShortenLeave, RECORDER, at(date(2026, 3, 11), 9), **back)])
    agrees(two)
    assert points(two, 5)["H1"].months_present == 5
    assert ask(two, membership.away_from, BRANCH, date(2026, 3, 10))[0].kind == "leave"
    assert ask(two, membership.away_from, BRANCH, date(2026, 3, 11)) == ()


def _exempting(number: int, from_on: date, when: date) -> Iterator[Command]:
    """Asked for by himself, agreed to by the meeting, granted by a leading group of three."""
    person = member(number)
    for extra in (20, 21):
        yield register(extra, WORK, at(when, 8, extra))
        yield appoint(extra, "leading_group", WORK, at(when, 8, extra))
    sealed = {name: secret(person, name, text) for name, text in (("ground", "retired"), ("reason", "退休"))}
    yield told(
        RequestExemption, acting(number, "member"), at(when, 9), unit=BRANCH, member=person, from_on=from_on, **sealed
    )
    common = {"unit": BRANCH, "member": person, "exemption": 1, "grant": True}
    paper = {"minute": "1号", "minute_sha256": digest("1")}
    branch = tuple(member(n) for n in range(8) if n != number)
    group = (member(1, WORK), member(20, WORK), member(21, WORK))
    yield told(DecideExemption, SECRETARY, at(when, 10), **common, **paper, present=branch)
    yield told(DecideExemption, acting(1, "leading_group", WORK), at(when, 11), **common, **paper, present=group)


def test_the_months_of_an_exemption_do_not_count(two: House) -> None:
    when = date(2026, 4, 1)
    *asked, granted = _exempting(5, when, when)
    two.tell(asked)
    two.follow()
    for unit, known in ((BRANCH, [member(5)]), (WORK, [member(5)]), (SECOND, [])):
        assert [one.member for one in ask(two, membership.exemptions_asked_for, unit)] == known, unit
    assert points(two, 5)["H1"].months_present == 6
    two.tell([granted])
    two.follow()
    assert points(two, 5)["H1"].months_present == 3
    assert ask(two, membership.exemptions_asked_for, WORK) == ()
    ended = {"unit": BRANCH, "member": member(5), "last_on": date(2026, 5, 31)}
    two.tell([told(EndExemption, SECRETARY, at(date(2026, 6, 1), 9), **ended)])
    agrees(two)
    assert points(two, 5)["H1"].months_present == 4
    (found,) = ask(two, membership.course_of, member(5)).exemptions
    assert (found.status, found.steps, found.last_on) == ("ended", 2, date(2026, 5, 31))


def test_the_months_after_the_end_of_a_membership_do_not_count(two: House) -> None:
    reason = secret(member(5), "reason", "x")
    two.tell(
        [
            told(
                EndMembership,
                OFFICER,
                at(date(2026, 5, 2), 9),
                unit=BRANCH,
                member=member(5),
                last_on=date(2026, 4, 30),
                reason=reason,
            )
        ]
    )
    agrees(two)
    assert points(two, 5)["H1"].months_present == 4
    assert points(two, 5)["Y"].months_present == 4
    assert ask(two, offices.offices_of, member(5), date(2026, 5, 1)) == ()
    assert ask(two, organisation.member, member(5)).ended_on == date(2026, 4, 30)


def test_a_class_counts_from_its_day(two: House) -> None:
    assigned = {"unit": BRANCH, "member": member(5), "profile": "probationary", "from_on": date(2026, 5, 1)}
    two.tell([told(AssignProfile, OFFICER, at(date(2026, 5, 2), 9), **assigned)])
    agrees(two)

    def profile(day: date) -> str:
        roster = {one.member: one.profile for one in ask(two, organisation.members_of, BRANCH, day)}
        return str(roster[member(5)])

    assert [profile(day) for day in (date(2026, 4, 30), date(2026, 5, 1))] == ["full", "probationary"]


def test_who_acts_in_an_office_on_a_day(two: House) -> None:
    first, last = date(2026, 5, 4), date(2026, 5, 8)
    span = {"unit": BRANCH, "from_on": first, "until_on": last}
    two.tell(
        [
            told(
                SubstituteRole, OFFICER, at(first, 8), role="recorder", person=member(6), stands_for=member(3), **span
            ),
            told(DelegateRole, SECRETARY, at(first, 9), person=member(7), **span),
        ]
    )
    agrees(two)

    def recorders(day: date) -> list[Any]:
        return [one.member for one in ask(two, offices.officers_of, BRANCH, day) if one.role == "recorder"]

    assert [recorders(day) for day in (date(2026, 5, 3), first, last, date(2026, 5, 9))] == [
        [member(3)],
        [member(6)],
        [member(6)],
        [member(3)],
    ]
    assert ("recorder", BRANCH) not in {(o.role, o.unit) for o in ask(two, offices.offices_of, member(3), first)}
    (lent,) = [one for one in ask(two, offices.committee_of, BRANCH, first) if one.stands_for]
    assert (lent.member, lent.stands_for, lent.role, lent.asked) == (member(7), member(0), "secretary", True)
    ended = {"unit": BRANCH, "role": "recorder", "person": member(3), "last_on": date(2026, 5, 5)}
    two.tell([told(EndRole, OFFICER, at(date(2026, 5, 6), 9), **ended)])
    agrees(two)
    assert recorders(date(2026, 5, 6)) == [], "with the holder's term the substitute's is over"


def test_the_tree_follows_its_changes(two: House) -> None:
    when = at(date(2026, 5, 6), 9)
    two.tell([establish("PK-Z", "general_branch", WORK, when), establish("PK-02/1", "branch", SECOND, when)])
    later = at(date(2026, 5, 7), 9)
    day = {"from_on": date(2026, 5, 7)}
    two.tell(
        [
            told(RenameUnit, OFFICER, later, unit=SECOND, title="第二支部", **day),
            told(MoveUnit, OFFICER, later, unit=SECOND, parent="PK-Z", **day),
            told(AssignApprovalBody, OFFICER, later, unit="PK-02/1", approval_body="parent_committee"),
            told(DissolveUnit, OFFICER, later, unit="PK-Z", last_on=date(2026, 5, 7)),
        ]
    )
    agrees(two)
    units = {one.unit: one for one in ask(two, organisation.units, "PK-Z")}
    assert list(units) == ["PK-Z", SECOND, "PK-02/1"]
    assert units["PK-02/1"].path == (WORK, "PK-Z", SECOND, "PK-02/1")
    assert (units[SECOND].title, units[SECOND].parent) == ("第二支部", "PK-Z")
    assert units["PK-02/1"].first_body == SECOND
    assert units["PK-Z"].dissolved_on == date(2026, 5, 7)
    assert units["PK-Z"].first_body == WORK
    assert [one.type for one in ask(two, organisation.changes_of, SECOND)] == ["unit-renamed", "unit-moved"]


def test_a_sheet_waits_before_the_body_that_is_responsible_now(two: House) -> None:
    two.tell(road(Done("M1", KINDS[0], date(2026, 3, 3), reaches="submitted")))
    two.follow()
    assert [one.matter for one in ask(two, sheets.sheets_before, BRANCH)] == ["M1"]
    body = {"unit": BRANCH, "approval_body": "parent_committee"}
    two.tell([told(AssignApprovalBody, OFFICER, at(date(2026, 3, 5), 9), **body)])
    two.follow()
    assert ask(two, sheets.sheets_before, BRANCH) == ()
    assert [one.matter for one in ask(two, sheets.sheets_before, WORK)] == ["M1"]


def test_his_timeline_names_the_organisation_of_each_moment(two: House) -> None:
    two.tell([moving(), leaving(6, date(2026, 8, 10), date(2026, 8, 20), MOVED_ON + timedelta(days=1))])
    two.follow()
    moments = ask(two, timeline.timeline, member(5)).items
    assert [(one.type, one.unit) for one in moments][:3] == [
        ("member-enrolled", SECOND),
        ("member-released", BRANCH),
        ("member-transferred", SECOND),
    ]
    assert ask(two, timeline.timeline, member(6)).items[0].type == "leave-registered"
