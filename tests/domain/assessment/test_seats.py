"""优秀名额: shared over organisations, or parted by a lot that people draw; nobody's grade before it is settled."""

from datetime import date, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
import pytest

from domain.actor import Actor, person
from domain.assessment.deciding import SeatsUnsettled
from domain.assessment.grading import Candidate
from domain.assessment.period import CommitteeDecided, PeriodComputed, PeriodOpened, QuotaApplied, period_of
from domain.assessment.pool import PoolJoined, SeatDrawn, SeatGiven, SeatsSettled, pool_of
from domain.assessment.result import GradeDetermined, GradeProposed, MemberComputed, result_of
from domain.assessment.seats import seated_anew
from domain.assessment.settling import DrawnWrong, NothingToSettle, PoolIncomplete, SettleSeats, TieOpen
from domain.decider import NAMESPACE, NotPermitted, Write
from domain.organisation.appointments import SubstituteRole
from domain.recording.approval import NotPresent, WrongBody
from domain.recording.committee import NoMajority, NoQuorum, NotInBody, Vote
from domain.rules.assessing import Quota
from domain.rules.ruleset import DraftRuleSet
from tests.domain.assessment.small import FIVE, SMALL
from tests.domain.branch import (
    AS_HIGHER,
    AS_OFFICER,
    AS_SECRETARY,
    BRANCH,
    COMMITTEE,
    DOCUMENT,
    HIGHER,
    HIGHER_DEPUTY,
    HIGHER_SECRETARY,
    MEMBER,
    OTHER,
    PEOPLE,
    PUBLICITY,
    SECRETARY,
    TOP,
    VERSION,
    YOUTH,
    calendar,
    commands,
    digest,
    established,
    registered,
    secret,
    who,
    wish,
)
from tests.domain.given import Given, given
from tests.domain.year import (
    TERM,
    Y_OVER,
    YEAR,
    adopted,
    appraisal_closed,
    appraisal_opened,
    ballots,
    computed,
    halves,
    noticed,
    term_over,
)

NEW_AND_OLD: Final = (("new", 9500), ("old", 9200))
DRAWERS: Final = (HIGHER_SECRETARY, HIGHER_DEPUTY)
KEY: Final[dict[str, Any]] = {"year": YEAR, "period": "Y"}


@cache
def base(scope: str, still_tied: str) -> Given:
    """Everybody of the branch comes to 68.80, which is excellent here; a quarter of them may be."""
    document: dict[str, Any] = msgspec.json.decode(DOCUMENT)
    for grade, threshold in zip(document["grades"], ("60", "50", "40", "0"), strict=True):
        grade["at_least"] = threshold
    document["excellent_quota"] |= {"scope": scope, "still_tied": still_tied, "fraction": "1/4"}
    raw = msgspec.Raw(msgspec.json.encode(document))
    told = [msgspec.structs.replace(one, document=raw) if isinstance(one, DraftRuleSet) else one for one in commands()]
    return given(*told, calendar(2027), calendar(2028, (date(2028, 10, 2),)))


@cache
def figured(scope: str, still_tied: str) -> Given:
    """The branch's year is computed."""
    over = halves(base(scope, still_tied))
    marks = ballots({one: {"qualified": 7} for one in PEOPLE})
    return over.given(appraisal_opened(), appraisal_closed(marks), computed("Y", Y_OVER))


def settle(unit: str = BRANCH, actor: Actor = AS_HIGHER, **fields: object) -> SettleSeats:
    minute = {"minute": "名额会议〔2027〕1号", "minute_sha256": digest("seats")}
    return wish(SettleSeats, actor, Y_OVER, unit=unit, **KEY, **minute, **fields)


def test_a_tie_that_a_lot_must_part_leaves_no_grade_and_no_adoption_before_it_is_drawn() -> None:
    before = figured("unit", "lot")
    assert not any(isinstance(one, GradeProposed) for one in before.world.facts), "all eight are equal at the line"
    before.when(adopted("Y", Y_OVER)).refused(SeatsUnsettled, candidates=8)


def test_the_lot_is_drawn_by_two_others_over_exactly_those_who_are_equal() -> None:
    before = figured("unit", "lot")
    before.when(settle()).refused(TieOpen, equal=8, left=2)
    before.when(settle(order=PEOPLE[:3], drawn_by=DRAWERS)).refused(TieOpen)
    before.when(settle(order=(*PEOPLE[:7], PEOPLE[0]), drawn_by=DRAWERS)).refused(TieOpen)
    before.when(settle(order=PEOPLE)).refused(DrawnWrong)
    before.when(settle(order=PEOPLE, drawn_by=(HIGHER_SECRETARY, MEMBER))).refused(DrawnWrong)
    before.when(settle(order=PEOPLE, drawn_by=(HIGHER_SECRETARY, HIGHER_SECRETARY))).refused(DrawnWrong)
    before.when(settle(actor=AS_SECRETARY, order=PEOPLE, drawn_by=DRAWERS)).refused(DrawnWrong)


def test_what_was_drawn_gives_the_seats_and_the_year_goes_on_with_it() -> None:
    order = (OTHER, MEMBER, *(one for one in PEOPLE if one not in (OTHER, MEMBER)))
    facts = figured("unit", "lot").when(settle(order=order, drawn_by=DRAWERS)).facts()
    (header,) = (one for one in facts if isinstance(one, SeatsSettled))
    assert (header.seats, header.candidates, header.seated, header.equal, header.by_lot) == (2, 8, 2, 8, True)
    assert [one.member for one in facts if isinstance(one, SeatDrawn)] == list(order)
    assert {one.member for one in facts if isinstance(one, SeatGiven)} == {OTHER, MEMBER}
    drawn = figured("unit", "lot").given(settle(order=order, drawn_by=DRAWERS))
    drawn.when(settle(order=order, drawn_by=DRAWERS)).refused(NothingToSettle)
    done = drawn.given(adopted("Y", Y_OVER), adopted("Y", Y_OVER, AS_HIGHER, HIGHER), *noticed("Y", Y_OVER))
    over = done.given(*term_over("Y", Y_OVER + TERM))
    grades = {one.member: one.grade for one in over.world.facts if isinstance(one, GradeDetermined)}
    assert {one for one, grade in grades.items() if grade == "excellent"} == {OTHER, MEMBER}
    (applied,) = (one for one in over.world.facts if isinstance(one, QuotaApplied))
    assert (applied.seats, applied.excellent) == (2, 2)


def test_where_the_body_parts_equals_it_says_why() -> None:
    before = figured("unit", "committee")
    before.when(settle(order=PEOPLE)).refused(DrawnWrong)
    why = secret("reason", "承担急难任务", MEMBER)
    facts = before.when(settle(order=PEOPLE, reason=why, present=HIGHER)).facts()
    assert isinstance(facts[0], SeatsSettled)
    assert (facts[0].by_lot, facts[0].reason is None) == (False, False)
    assert facts[0].vote == Vote(entitled=3, present=3, in_favour=3)


def test_the_body_that_parts_equals_votes_by_quorum_and_without_them() -> None:
    all_equal = figured("unit", "committee")
    wished: dict[str, Any] = {"order": PEOPLE, "reason": secret("reason", "承担急难任务", MEMBER)}
    all_equal.when(settle(**wished)).refused(NotPresent)
    all_equal.when(settle(**wished, present=(HIGHER_SECRETARY,))).refused(NoQuorum)
    all_equal.when(settle(**wished, present=HIGHER, not_in_favour=HIGHER[1:])).refused(NoMajority)
    all_equal.when(settle(**wished, present=(*HIGHER, SECRETARY))).refused(NotInBody)
    all_equal.when(settle(actor=AS_SECRETARY, **wished, present=COMMITTEE)).refused(DrawnWrong)


def equals(one: UUID, other: UUID) -> Given:
    """The first seat of the branch is clear; these two are equal at the second."""
    totals = {PUBLICITY: "99.00", one: "90.00", other: "90.00"}
    return figured("unit", "committee").given(*(small(member, total, BRANCH) for member, total in totals.items()))


def test_while_enough_of_its_own_committee_are_left_that_decides_and_no_other() -> None:
    two = equals(MEMBER, OTHER)
    wished: dict[str, Any] = {"order": (MEMBER, OTHER), "reason": secret("reason", "承担急难任务", MEMBER)}
    two.when(settle(**wished, present=HIGHER)).refused(WrongBody, body=BRANCH)
    (header, *_) = two.when(settle(actor=AS_SECRETARY, **wished, present=COMMITTEE)).facts()
    assert isinstance(header, SeatsSettled)
    assert header.vote is not None
    assert header.vote.entitled == len(COMMITTEE)


def test_whoever_stands_in_for_an_equal_settles_nothing() -> None:
    x = who("stand-in of an equal")
    stands = wish(
        SubstituteRole,
        AS_OFFICER,
        Y_OVER,
        unit=BRANCH,
        role="committee_member",
        person=x,
        stands_for=YOUTH,
        from_on=Y_OVER.date(),
        until_on=Y_OVER.date() + timedelta(days=20),
    )
    equal = equals(YOUTH, OTHER).given(registered(x), stands)
    why = secret("reason", "承担急难任务", MEMBER)
    himself = person(x, "committee_member", BRANCH)
    meeting = settle(actor=himself, order=(YOUTH, OTHER), reason=why, present=(*COMMITTEE, x))
    equal.when(meeting).refused(DrawnWrong)


def test_where_all_equals_are_in_there_is_nothing_to_settle() -> None:
    figured("unit", "include").when(settle()).refused(NothingToSettle)
    figured("unit", "include").when(adopted("Y", Y_OVER)).says(CommitteeDecided)


def small(member: UUID, total: str, unit: str = SMALL) -> Write:
    """Somebody's figures in the second branch."""
    figures = MemberComputed(
        member=member, unit=unit, year=YEAR, period="Y", computation=1, profile="full", months_present=12, base=total,
        base_max="100.00", honours="0.00", deductions="0.00", ledger=total, ledger_part=total, total=total, graded=True,
        records=0, records_digest=digest("records"),
    )  # fmt: skip
    return result_of(member, YEAR, "Y").says(figures)


def with_small(given: Given, totals: tuple[str, ...], *, counted: bool = True) -> Given:
    """A second branch under the same organisation, with these totals."""
    key: dict[str, Any] = {"unit": SMALL, **KEY}
    ref, pool = period_of(SMALL, YEAR, "Y"), pool_of(TOP, YEAR, "Y")
    opened = PeriodOpened(**key, first_on=date(YEAR, 1, 1), last_on=date(YEAR, 12, 31), rules=VERSION)
    begun = given.given(
        established(SMALL, TOP, approval_body="parent_committee"),
        *(registered(one, SMALL) for one in FIVE),
        ref.says(opened),
        pool.says(PoolJoined(unit=TOP, **KEY, branch=SMALL)),
    )
    if not counted:
        return begun
    header = PeriodComputed(
        **key, computation=1, rules=VERSION, rules_digest=digest("rules"), calendar=digest("calendar"),
        as_of=uuid5(NAMESPACE, "small"), members=len(totals), digest=digest("results"),
    )  # fmt: skip
    people = [small(member, total) for member, total in zip(FIVE, totals, strict=True)]
    return begun.given(ref.says(header), *people, pool.says(PoolJoined(unit=TOP, **KEY, branch=SMALL, computation=1)))


def seated(facts: list[Any]) -> set[UUID]:
    return {one.member for one in facts if isinstance(one, SeatGiven)}


def test_a_pool_waits_for_every_organisation_that_takes_part_in_it() -> None:
    waiting = with_small(figured("pooled", "include"), (), counted=False)
    waiting.when(settle(TOP)).refused(PoolIncomplete, branches=(SMALL,))
    waiting.when(adopted("Y", Y_OVER)).refused(SeatsUnsettled, unit=TOP)
    waiting.when(settle(TOP, AS_SECRETARY)).refused(NotPermitted)


def test_the_seats_of_a_pool_go_to_the_best_of_all_its_organisations() -> None:
    both = with_small(figured("pooled", "include"), ("95.00", "94.00", "93.00", "30.00", "30.00"))
    facts = both.when(settle(TOP)).facts()
    assert isinstance(facts[0], SeatsSettled)
    assert (facts[0].branches, facts[0].graded, facts[0].seats) == (2, 13, 3)
    assert seated(facts) == set(FIVE[:3])
    proposed = {one.member: (one.grade, one.reason) for one in facts if isinstance(one, GradeProposed)}
    assert proposed[MEMBER] == ("qualified", "quota")
    assert proposed[FIVE[0]] == ("excellent", "threshold")
    both.given(settle(TOP)).when(adopted("Y", Y_OVER)).says(CommitteeDecided)


@pytest.mark.parametrize("still_tied", ["include", "lot"])
def test_equals_at_the_line_of_a_pool_are_parted_as_its_rules_say(still_tied: str) -> None:
    both = with_small(figured("pooled", still_tied), ("95.00", "30.00", "30.00", "30.00", "30.00"))
    if still_tied == "include":
        assert seated(both.when(settle(TOP)).facts()) == {FIVE[0], *PEOPLE}
        return
    order = (SECRETARY, *(one for one in PEOPLE if one != SECRETARY))
    facts = both.when(settle(TOP, order=order, drawn_by=DRAWERS)).facts()
    assert seated(facts) == {FIVE[0], SECRETARY, order[1]}


def test_whoever_had_a_seat_keeps_it_when_another_organisation_is_computed_anew() -> None:
    both = with_small(figured("pooled", "include"), ("62.00", "30.00", "30.00", "30.00", "30.00")).given(settle(TOP))
    adopted_ = both.given(adopted("Y", Y_OVER), adopted("Y", Y_OVER, AS_HIGHER, HIGHER))
    better = [small(one, "99.00") for one in FIVE]
    joined = PoolJoined(unit=TOP, **KEY, branch=SMALL, computation=2)
    again = adopted_.given(*better, pool_of(TOP, YEAR, "Y").says(joined))
    facts = again.when(settle(TOP)).facts()
    assert set(PEOPLE) | set(FIVE) == seated(facts), "three seats, five equal, and eight who keep theirs"
    assert {one.member for one in facts if isinstance(one, GradeProposed)} <= set(FIVE)


@pytest.mark.parametrize(
    ("settled", "seated"), [({}, {"new"}), ({"scope": "pooled"}, {"old"}), ({"still_tied": "lot"}, {"old"})]
)
def test_looked_at_again_a_seat_that_people_settle_stays_with_its_holder(
    settled: dict[str, Any], seated: set[str]
) -> None:
    quota = msgspec.convert({"enabled": True, "fraction": "1/4", **settled}, Quota)
    candidates = [Candidate(member=one, total=total, ledger=0, appraisal=0, deductions=0) for one, total in NEW_AND_OLD]
    assert seated_anew(quota, frozenset({"old"}), candidates, 4) == seated
