"""措施: proposed, opened, carried out, closed, withdrawn; every step by a person, every limit kept."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from domain.actor import person
from domain.assessment.period import PeriodNotThere
from domain.decider import Fact, Write
from domain.entry import Entry
from domain.ledger import request_bytes
from domain.organisation.member import OwnAffair
from domain.process import carried_out, follow_up
from domain.recording.committee import NoMajority, NoQuorum
from domain.recording.proposing import OwnMeasure, ProposeDeduction
from domain.result.carrying import DesigneeUnfit, EscalateMeasure, NotInCharge, ProofMissing
from domain.result.measure import (
    AdmonitionHeld,
    CommendationAwarded,
    DesigneeAccepted,
    DesigneeAssigned,
    DesigneeDeclined,
    HandlingDecisionFiled,
    HelpEnded,
    HelperPaired,
    HelpReviewed,
    HelpTaken,
    MeasureClosed,
    MeasureEscalated,
    MeasureNotThere,
    MeasureOpened,
    MeasureProposed,
    MeasureStepSet,
    MeasureUnknown,
    MeasureWithdrawn,
    OrganisationalHandlingOpened,
    RecommendationReported,
    TalkHeld,
    ThoughtReportReceived,
    measures_of,
)
from domain.result.opening import MeetingMissing, StepsOpen
from domain.result.pairing import HelperUnfit, NotPairing
from domain.rules.calendar import published
from domain.rules.working_days import term_end
from tests.domain.branch import (
    AS_HIGHER,
    AS_SECRETARY,
    BRANCH,
    DISCIPLINE,
    DOCUMENT,
    MEMBER,
    OTHER,
    PEOPLE,
    PROCESS,
    PUBLICITY,
    RECORDER,
    SECRETARY,
    SUBSTITUTE,
    TOP,
    YOUTH,
    digest,
    organised,
    rules_in_force,
    secret,
    wish,
)
from tests.domain.given import Given
from tests.domain.measured import (
    GOOD,
    YEARS,
    accepted,
    assigned,
    at,
    called_for,
    closed,
    declined,
    determined,
    done,
    graded,
    looked_at_again,
    measure,
    opened,
    paired,
    reviewed,
    sealed,
    year_of,
)

BAD, BASIC = "unqualified", "basically_qualified"
ONE_BAD = determined({MEMBER: BAD})
ONE_BASIC = determined({MEMBER: BASIC})
AS_TALKER = person(PUBLICITY, "member", BRANCH)
AS_DISCIPLINE = person(DISCIPLINE, "committee_member", BRANCH)


def proposals(facts: list[Fact]) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = {}
    for fact in facts:
        if isinstance(fact, MeasureProposed):
            found.setdefault(fact.member, []).append(fact.code)
    return found


def status(given: Given, member: UUID, code: str, year: int = 2026) -> str:
    return given.world[measures_of(member)].known[measure(member, code, year)].status


def test_a_sealed_year_proposes_by_grade_and_opens_nothing() -> None:
    before = YEARS.given(*year_of(2026, {**GOOD, MEMBER: BAD, OTHER: BASIC}))
    facts = before.when(called_for(2026)).facts()
    assert proposals(facts) == {
        SECRETARY: ["commend"],
        DISCIPLINE: ["commend"],
        MEMBER: ["help"],
        OTHER: ["correct"],
    }
    assert all(isinstance(fact, MeasureProposed) for fact in facts)
    assert status(before.given(called_for(2026)), MEMBER, "help") == "proposed"


def test_what_is_proposed_once_is_not_proposed_again() -> None:
    ONE_BAD.when(called_for(2026)).nothing()


def test_9_连续两年基本合格_leads_to_admonition_and_help() -> None:
    first = determined({MEMBER: BASIC}, 2026)
    second = first.given(*year_of(2027, {**GOOD, MEMBER: BASIC}))
    facts = second.when(called_for(2027)).facts()
    assert proposals(facts)[MEMBER] == ["help"]
    (mine,) = (fact for fact in facts if isinstance(fact, MeasureProposed) and fact.member == MEMBER)
    assert (mine.streak, mine.grade, mine.year) == (2, BASIC, 2027)


def test_two_years_unqualified_open_a_case_and_decide_nothing() -> None:
    first = determined({MEMBER: BAD}, 2026)
    second = first.given(*year_of(2027, {**GOOD, MEMBER: BAD}), called_for(2027))
    assert status(second, MEMBER, "handle", 2027) == status(second, MEMBER, "help", 2027) == "proposed"
    second.when(opened(MEMBER, "handle", 2027)).refused(MeetingMissing)
    facts = second.when(opened(MEMBER, "handle", 2027, present=PEOPLE)).says(
        MeasureOpened, MeasureStepSet, OrganisationalHandlingOpened
    )
    assert isinstance(facts[0], MeasureOpened)
    assert facts[0].vote is not None
    assert (facts[0].vote.entitled, facts[0].vote.in_favour) == (7, 7), "the person himself has no vote"
    assert isinstance(facts[2], OrganisationalHandlingOpened)
    assert facts[2].to == TOP
    opened_case = second.given(opened(MEMBER, "handle", 2027, present=PEOPLE))
    filed = done(MEMBER, "handle", "case", year=2027, note=None, proof=digest("decision"))
    opened_case.when(filed).says(HandlingDecisionFiled)
    decided = opened_case.given(filed)
    third = decided.given(*year_of(2028, {**GOOD, MEMBER: BAD}))
    assert proposals(third.when(called_for(2028)).facts())[MEMBER] == ["help"], "the run begins again"


def test_10_correction_of_year_1_withdraws_the_measure_of_year_2() -> None:
    first = determined({MEMBER: BASIC}, 2026)
    second = first.given(*year_of(2027, {**GOOD, MEMBER: BASIC}), called_for(2027), opened(MEMBER, "help", 2027))
    helped = second.given(paired(MEMBER, DISCIPLINE, year=2027))
    corrected = helped.given(*graded(MEMBER, 2026, "qualified", version=2))
    facts = corrected.when(looked_at_again(MEMBER, 2026, at(2028, 4))).facts()
    kinds = [(type(fact), getattr(fact, "code", None)) for fact in facts]
    assert kinds == [
        (MeasureWithdrawn, None),
        (MeasureWithdrawn, None),
        (HelpEnded, None),
        (MeasureProposed, "correct"),
    ]
    after = corrected.given(looked_at_again(MEMBER, 2026, at(2028, 4)))
    assert status(after, MEMBER, "correct", 2026) == "withdrawn"
    assert status(after, MEMBER, "help", 2027) == "withdrawn"
    assert status(after, MEMBER, "correct", 2027) == "proposed"
    after.when(looked_at_again(MEMBER, 2026, at(2028, 5))).nothing()


def test_a_review_from_before_imports_is_known_again() -> None:
    review = looked_at_again(MEMBER, 2026, at(2027, 4))
    before = {"wish", "actor", "unit", "member", "year", "period"}
    assert set(msgspec.json.decode(request_bytes(review))) == before


def ranked(year: int, **totals: str) -> tuple[Write, ...]:
    """A sealed year in which everybody is good enough, and two have more than the others."""
    shown = {MEMBER: totals["member"], OTHER: totals["other"]}
    results = (one for member in PEOPLE for one in graded(member, year, "qualified", total=shown.get(member)))
    return (*results, *sealed(year))


def ruled_by_place() -> Given:
    """The example's rules, and the first of a year is commended."""
    document = json.loads(DOCUMENT)
    first = {
        "code": "first",
        "zh": "第一",
        "en": "First",
        "when": {"period": "Y", "top": 1},
        "rank": 99,
        "steps": document["measures"]["table"][0]["steps"],
    }
    document["measures"]["table"].append(first)
    return organised().given(*rules_in_force(json.dumps(document, ensure_ascii=False).encode()))


def test_a_measure_by_place_of_a_later_year_stands_where_an_earlier_result_is_superseded() -> None:
    both = ruled_by_place().given(*ranked(2026, member="85.00", other="90.00"), called_for(2026))
    both = both.given(*ranked(2027, member="90.00", other="85.00"), called_for(2027))
    assert status(both, MEMBER, "first", 2027) == "proposed"
    corrected = both.given(*graded(MEMBER, 2026, "qualified", 2, total="88.00"))
    corrected.when(looked_at_again(MEMBER, 2026, at(2028, 4))).nothing()


def test_whoever_moves_up_because_another_result_is_superseded_is_looked_at_too() -> None:
    year = ruled_by_place().given(*ranked(2026, member="90.00", other="85.00"), called_for(2026))
    assert status(year, MEMBER, "first") == "proposed"
    corrected = year.given(*graded(MEMBER, 2026, "qualified", 2, total="70.00"))
    review = looked_at_again(MEMBER, 2026, at(2027, 4))
    facts = corrected.when(review).says(MeasureWithdrawn, MeasureProposed)
    assert [getattr(fact, "member", None) for fact in facts] == [MEMBER, OTHER]


def test_a_measure_that_was_withdrawn_may_follow_again() -> None:
    away = ONE_BASIC.given(*graded(MEMBER, 2026, "qualified", 2), looked_at_again(MEMBER, 2026, at(2027, 4)))
    back = away.given(*graded(MEMBER, 2026, BASIC, 3), looked_at_again(MEMBER, 2026, at(2027, 5)))
    assert status(back, MEMBER, "correct") == "proposed"


def test_whoever_opens_it_sets_its_steps_with_their_terms() -> None:
    header, report, talk = ONE_BASIC.when(opened(MEMBER, "correct")).says(MeasureOpened, MeasureStepSet, MeasureStepSet)
    assert isinstance(header, MeasureOpened)
    assert isinstance(report, MeasureStepSet)
    assert isinstance(talk, MeasureStepSet)
    calendars = published(ONE_BASIC.world, range(2027, 2028), header.opened_on)
    assert (report.step, report.by, report.due_on) == ("report", "member", term_end(header.opened_on, 15, calendars))
    assert (talk.step, talk.by, talk.due_on) == ("talk", "designated_person", term_end(header.opened_on, 10, calendars))


def test_nobody_opens_his_own_nor_what_is_open() -> None:
    ONE_BAD.when(opened(SECRETARY, "commend", present=PEOPLE)).refused(OwnAffair)
    ONE_BAD.given(opened(MEMBER, "help")).when(opened(MEMBER, "help")).refused(MeasureNotThere, status="open")
    ONE_BAD.when(opened(MEMBER, "correct")).refused(MeasureUnknown)


def test_a_commendation_goes_before_the_general_meeting_then_to_the_work_committee() -> None:
    chair = {"actor": AS_DISCIPLINE}
    ONE_BAD.when(opened(SECRETARY, "commend", **chair)).refused(MeetingMissing)
    ONE_BAD.when(opened(SECRETARY, "commend", present=PEOPLE[2:4], **chair)).refused(NoQuorum)
    few = {"not_in_favour": PEOPLE[2:6]}
    ONE_BAD.when(opened(SECRETARY, "commend", present=PEOPLE, **chair, **few)).refused(NoMajority)
    begun = ONE_BAD.given(opened(SECRETARY, "commend", present=PEOPLE, **chair))
    paper: dict[str, Any] = {"note": None, "proof": digest("表彰决定")}
    begun.when(done(SECRETARY, "commend", "commendation", AS_DISCIPLINE, **paper)).refused(NotInCharge)
    awarded = done(SECRETARY, "commend", "commendation", AS_HIGHER, **paper)
    begun.when(awarded).says(CommendationAwarded)
    reported = done(SECRETARY, "commend", "recommendation", AS_DISCIPLINE, **paper)
    begun.given(awarded).when(reported).says(RecommendationReported)
    by_higher = wish(type(closed(SECRETARY, "commend")), AS_HIGHER, at(2027, 6), unit=BRANCH, member=SECRETARY,
                     measure=measure(SECRETARY, "commend"))  # fmt: skip
    begun.given(awarded).when(by_higher).says(MeasureClosed)


def test_the_report_is_received_and_the_talk_is_held_by_whoever_accepted_it() -> None:
    begun = ONE_BASIC.given(opened(MEMBER, "correct"))
    begun.when(done(MEMBER, "correct", "report")).says(ThoughtReportReceived)
    begun.when(done(MEMBER, "correct", "report", AS_TALKER)).refused(NotInCharge)
    begun.when(done(MEMBER, "correct", "talk")).refused(NotInCharge)
    begun.when(accepted(MEMBER, "correct", "talk", PUBLICITY)).refused(NotInCharge)
    begun.when(assigned(MEMBER, "correct", "talk", PUBLICITY)).says(DesigneeAssigned)
    asked = begun.given(assigned(MEMBER, "correct", "talk", PUBLICITY))
    asked.when(done(MEMBER, "correct", "talk", AS_TALKER)).refused(NotInCharge)
    asked.when(declined(MEMBER, "correct", "talk", PUBLICITY)).says(DesigneeDeclined)
    asked.when(accepted(MEMBER, "correct", "talk", PUBLICITY)).says(DesigneeAccepted)
    ready = asked.given(accepted(MEMBER, "correct", "talk", PUBLICITY))
    ready.when(done(MEMBER, "correct", "talk", AS_TALKER, note=None)).refused(ProofMissing)
    (held,) = ready.when(done(MEMBER, "correct", "talk", AS_TALKER)).says(TalkHeld)
    assert isinstance(held, TalkHeld)
    assert held.note == secret("note", "谈话记录", MEMBER).commitment, "the note itself lies in the vault"


@pytest.mark.parametrize("designee", [MEMBER, RECORDER, SUBSTITUTE])
def test_neither_the_person_nor_a_recorder_is_put_in_charge(designee: UUID) -> None:
    begun = ONE_BASIC.given(opened(MEMBER, "correct"))
    begun.when(assigned(MEMBER, "correct", "talk", designee)).refused(DesigneeUnfit)


def test_somebody_in_charge_accepts_within_two_working_days_or_it_goes_up() -> None:
    begun = ONE_BASIC.given(opened(MEMBER, "correct"))
    (fact,) = begun.when(assigned(MEMBER, "correct", "talk", PUBLICITY)).says(DesigneeAssigned)
    assert isinstance(fact, DesigneeAssigned)
    assert fact.accept_by == date(2027, 2, 12)
    asked = begun.given(assigned(MEMBER, "correct", "talk", PUBLICITY))
    (escalated,) = asked.when(overdue(fact)).says(MeasureEscalated)
    assert isinstance(escalated, MeasureEscalated)
    assert (escalated.stage, escalated.to) == ("acceptance", TOP)
    asked.given(accepted(MEMBER, "correct", "talk", PUBLICITY)).when(overdue(fact)).nothing()


def overdue(fact: Fact) -> EscalateMeasure:
    """What the process does once the term of this fact has passed."""
    entry = Entry(
        actor=PROCESS,
        at=at(2027, 2, 10),
        cause=None,
        command=measure(MEMBER, "entry"),
        fact=fact,
        id=measure(MEMBER, "entry"),
        log="test",
        stream=measures_of(MEMBER).id,
        version=1,
    )
    wanted = follow_up(entry)
    assert wanted is not None
    command = carried_out(wanted, entry, wanted.due_at, lambda: "salt")
    assert isinstance(command, EscalateMeasure)
    return command


def test_a_step_that_is_not_done_in_time_goes_up_one_level() -> None:
    facts = ONE_BASIC.when(opened(MEMBER, "correct")).facts()
    begun = ONE_BASIC.given(opened(MEMBER, "correct"))
    (escalated,) = begun.when(overdue(facts[1])).says(MeasureEscalated)
    assert isinstance(escalated, MeasureEscalated)
    assert (escalated.step, escalated.stage, escalated.to) == ("report", "completion", TOP)
    begun.given(done(MEMBER, "correct", "report")).when(overdue(facts[1])).nothing()


def test_what_must_be_done_is_done_before_it_is_closed() -> None:
    begun = ONE_BASIC.given(opened(MEMBER, "correct"), done(MEMBER, "correct", "report"))
    begun.when(closed(MEMBER, "correct")).refused(StepsOpen, steps=("talk",))
    talked = begun.given(
        assigned(MEMBER, "correct", "talk", PUBLICITY),
        accepted(MEMBER, "correct", "talk", PUBLICITY),
        done(MEMBER, "correct", "talk", AS_TALKER),
    )
    talked.when(closed(MEMBER, "correct")).says(MeasureClosed)
    talked.given(closed(MEMBER, "correct")).when(done(MEMBER, "correct", "talk", AS_TALKER)).refused(MeasureNotThere)


HELP = ONE_BAD.given(opened(MEMBER, "help"))


def test_the_helper_was_excellent_in_the_year_that_opened_the_measure() -> None:
    pair, taken = HELP.when(paired(MEMBER, DISCIPLINE)).says(HelperPaired, HelpTaken)
    assert isinstance(pair, HelperPaired)
    assert pair.review_by == date(2027, 5, 20)
    assert isinstance(taken, HelpTaken)
    assert (taken.member, taken.mentee) == (DISCIPLINE, MEMBER)
    HELP.when(paired(MEMBER, YOUTH)).refused(HelperUnfit)
    HELP.when(paired(MEMBER, MEMBER)).refused(HelperUnfit)


def test_a_helper_has_one_mentee_at_most() -> None:
    two = determined({MEMBER: BAD, OTHER: BAD}).given(opened(MEMBER, "help"), opened(OTHER, "help"))
    busy = two.given(paired(MEMBER, DISCIPLINE))
    busy.when(paired(OTHER, DISCIPLINE)).refused(HelperUnfit)
    busy.when(paired(OTHER, SECRETARY)).says(HelperPaired, HelpTaken)


def test_a_helper_is_not_under_a_measure_himself() -> None:
    earlier = determined({DISCIPLINE: BAD}, 2026, YEARS)
    later = earlier.given(*year_of(2027, {**GOOD, MEMBER: BAD}), called_for(2027), opened(MEMBER, "help", 2027))
    later.when(paired(MEMBER, DISCIPLINE, year=2027)).refused(HelperUnfit)
    later.when(paired(MEMBER, SECRETARY, year=2027)).says(HelperPaired, HelpTaken)


def test_where_nobody_may_help_a_member_of_the_committee_does() -> None:
    nobody = determined({SECRETARY: "qualified", DISCIPLINE: "qualified", MEMBER: BAD}).given(opened(MEMBER, "help"))
    nobody.when(paired(MEMBER, YOUTH)).says(HelperPaired, HelpTaken)
    nobody.when(paired(MEMBER, SUBSTITUTE)).refused(HelperUnfit)


def test_help_is_reviewed_before_it_is_done_and_ends_with_the_measure() -> None:
    helped = HELP.given(paired(MEMBER, DISCIPLINE))
    HELP.when(reviewed(MEMBER)).refused(MeasureNotThere)
    HELP.when(done(MEMBER, "help", "pairing")).refused(NotPairing)
    helped.when(closed(MEMBER, "help")).refused(StepsOpen, steps=("admonition", "pairing"))
    helped.when(reviewed(MEMBER)).says(HelpReviewed)
    admonished = helped.given(
        reviewed(MEMBER),
        assigned(MEMBER, "help", "admonition", PUBLICITY),
        accepted(MEMBER, "help", "admonition", PUBLICITY),
    )
    held = done(MEMBER, "help", "admonition", AS_TALKER)
    admonished.when(held).says(AdmonitionHeld)
    admonished.given(held).when(closed(MEMBER, "help")).says(MeasureClosed, HelpEnded)
    free = admonished.given(held, closed(MEMBER, "help")).world[measures_of(DISCIPLINE)]
    assert free.mentees == {}


def test_a_measure_of_ours_is_never_the_basis_of_a_deduction() -> None:
    talked = HELP.given(
        assigned(MEMBER, "help", "admonition", PUBLICITY),
        accepted(MEMBER, "help", "admonition", PUBLICITY),
        done(MEMBER, "help", "admonition", AS_TALKER, proof=digest("诫勉谈话记录")),
    )
    deduction = wish(
        ProposeDeduction,
        AS_SECRETARY,
        at(2027, 3),
        unit=BRANCH,
        member=MEMBER,
        matter="HD-1",
        item="N-GJ-4",
        level="admonition",
        occurred_on=date(2027, 2, 19),
        dated_on=date(2027, 2, 19),
        document_kind="handling_document",
        document=digest("诫勉谈话记录"),
        particulars=secret("particulars", "x", MEMBER),
    )
    talked.when(deduction).refused(OwnMeasure)


def test_before_the_seal_nothing_is_called_for() -> None:
    YEARS.given(*sealed(2026)[:3]).when(called_for(2026)).refused(PeriodNotThere)
