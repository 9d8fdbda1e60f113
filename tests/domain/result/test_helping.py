"""一对一帮促: whom a form offers is whom the rule accepts; a helper's honour exists by his pairing alone."""

from datetime import date, datetime
from uuid import UUID, uuid5

from msgspec.structs import replace

from domain.actor import person
from domain.decider import NAMESPACE, Write
from domain.objection.objection import OBJECTION, HandlerAssigned, ObjectionFiled
from domain.recording.archive import HonourAdded, RecordReleased, RecordSuspended, archive_of
from domain.recording.claiming import ClaimHonour, HonourWaiting
from domain.recording.helping import NotHelped, helped_matter
from domain.recording.honour import HonourClaimed
from domain.result.carrying import DesigneeUnfit
from domain.result.designees import offered
from domain.result.measure import DesigneeAssigned
from domain.result.pairing import who_may_help
from tests.domain.branch import (
    BRANCH,
    DISCIPLINE,
    MEMBER,
    OTHER,
    PEOPLE,
    PUBLICITY,
    RECORDER,
    SECRETARY,
    SUBSTITUTE,
    VERSION,
    YOUTH,
    digest,
)
from tests.domain.given import Given
from tests.domain.measured import GOOD, assigned, at, called_for, determined, graded, measure, opened, paired, year_of
from tests.domain.merits import claimed

BAD = "unqualified"
HELP = determined({MEMBER: BAD, OTHER: BAD}).given(opened(MEMBER, "help"), opened(OTHER, "help"))
HELPED = HELP.given(paired(MEMBER, DISCIPLINE))
GRADED_ON = date(2028, 2, 5)
TODAY = at(2028, 2, 10)


def offers(given: Given, member: UUID = MEMBER) -> list[UUID]:
    asked = list(dict.fromkeys((*PEOPLE, DISCIPLINE, YOUTH, PUBLICITY)))
    return who_may_help(given.world, BRANCH, member, measure(member, "help"), asked, date(2027, 2, 20))


def test_a_form_offers_whom_the_pairing_accepts_and_nobody_else() -> None:
    assert set(offers(HELP)) == {SECRETARY, DISCIPLINE}
    assert set(offers(HELPED, OTHER)) == {SECRETARY}, "whoever helps has no room for another"


def test_where_the_branch_has_nobody_its_committee_is_offered() -> None:
    nobody = determined({SECRETARY: "qualified", DISCIPLINE: "qualified", MEMBER: BAD}).given(opened(MEMBER, "help"))
    assert set(offers(nobody)) == {SECRETARY, RECORDER, DISCIPLINE, PUBLICITY, YOUTH}
    assert SUBSTITUTE not in offers(nobody)


def test_nobody_is_offered_for_a_measure_that_there_is_not() -> None:
    assert who_may_help(HELP.world, BRANCH, YOUTH, measure(YOUTH, "help"), [SECRETARY], date(2027, 2, 20)) == []


def graded_on(member: UUID, year: int, grade: str, day: date) -> tuple[Write, ...]:
    *before, last = graded(member, year, grade)
    return (*before, Write(last.stream, last.kind, replace(last.fact, determined_on=day)))


def next_year(given: Given, grade: str = "qualified") -> Given:
    others = year_of(2027, {one: had for one, had in GOOD.items() if one != MEMBER})
    return given.given(*others, *graded_on(MEMBER, 2027, grade, GRADED_ON), called_for(2027))


def claim(when: datetime = TODAY, helper: UUID = DISCIPLINE, **fields: object) -> ClaimHonour:
    said: dict[str, object] = {
        "member": helper,
        "matter": helped_matter(measure(MEMBER, "help")),
        "title": "一对一帮促",
        "item": "H-ZT-1",
        "level": "each",
        "occurred_on": GRADED_ON,
        "dated_on": GRADED_ON,
        "document_kind": "grade_determination",
        "document": digest("determination"),
    }
    return claimed(person(helper, "member", BRANCH), when, **{**said, **fields})


def test_a_mentees_good_grade_counts_for_his_helper_when_it_is_determined() -> None:
    (fact, *_) = next_year(HELPED).when(claim()).facts()
    assert isinstance(fact, HonourClaimed)
    assert (fact.points_shown, fact.dated_on) == ("2.00", GRADED_ON)


def test_without_a_pairing_there_is_no_such_honour() -> None:
    next_year(HELP).when(claim()).refused(NotHelped)
    next_year(HELPED).when(claim(helper=SECRETARY)).refused(NotHelped)
    next_year(HELPED).when(claim(matter="HELP-1")).refused(NotHelped)


def test_a_pairing_counts_once_and_on_its_day() -> None:
    once = next_year(HELPED).given(claim())
    once.when(claim()).refused(HonourWaiting)
    next_year(HELPED).when(claim(dated_on=date(2028, 2, 6))).refused(NotHelped, graded_on=GRADED_ON)


def test_a_mentee_who_still_needs_a_measure_earns_his_helper_nothing() -> None:
    next_year(HELPED, "basically_qualified").when(claim()).refused(NotHelped)
    HELPED.when(claim()).refused(NotHelped)


def disputed(given: Given, handler: UUID) -> Given:
    """An objection against a record of the person was handled by somebody, and is over."""
    objection, record = uuid5(NAMESPACE, "objection"), uuid5(NAMESPACE, "record")
    archive, ref = archive_of(MEMBER, date(2026, 5, 8)), OBJECTION.of(objection)
    entered = HonourAdded(
        record=record, member=MEMBER, unit=BRANCH, matter="AW-1", item="H-LX-1", level="municipal_first", rules=VERSION,
        occurred_on=date(2026, 5, 6), counted_on=date(2026, 5, 8), points_shown="4.00", entitled=5, present=5,
        in_favour=5,
    )  # fmt: skip
    filed = ObjectionFiled(
        objection=objection, unit=BRANCH, notice=record, target="line", standing="objection", line=1, record=record,
        subject=MEMBER, objector=digest("objector"), reason=digest("reason"), key=digest("key"),
    )  # fmt: skip
    return given.given(
        archive.says(entered),
        archive.says(RecordSuspended(record=record, member=MEMBER, objection=objection)),
        archive.says(RecordReleased(record=record, member=MEMBER, objection=objection)),
        ref.says(filed),
        ref.says(HandlerAssigned(objection=objection, unit=BRANCH, handler=handler, by=SECRETARY)),
    )


def test_who_handled_an_objection_about_him_is_not_put_in_charge() -> None:
    handled = disputed(HELP, PUBLICITY)
    handled.when(assigned(MEMBER, "help", "admonition", PUBLICITY)).refused(DesigneeUnfit)
    handled.when(assigned(MEMBER, "help", "admonition", YOUTH)).says(DesigneeAssigned)
    handled.when(assigned(OTHER, "help", "admonition", PUBLICITY)).says(DesigneeAssigned)
    fit = offered(handled.world, BRANCH, MEMBER, measure(MEMBER, "help"), [MEMBER, PUBLICITY, YOUTH], date(2027, 2, 9))
    assert fit == [YOUTH]
