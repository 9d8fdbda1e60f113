"""组织评分 (F14): parts of the total that bodies give — who gives them, what they must say, what the total becomes."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.actor import Actor, person
from domain.assessment.completeness import PeriodRunning
from domain.assessment.component import ComponentAssessed, ComponentMissing, component_of
from domain.assessment.giving import AssessComponent, ComponentNotAsked, ComponentOutside, ComponentTwice, MemberScore
from domain.assessment.period import PeriodNotThere
from domain.assessment.restatement import MemberRestated
from domain.assessment.result import ScoreDetermined, result_of
from domain.assessment.stand import Gate, stand
from domain.assessment.totals import Total, total
from domain.decider import NotPermitted
from domain.ledger import request_bytes
from domain.organisation.appointments import EndRole
from domain.organisation.custody import ProcessingIsRestricted, ProcessingRestricted
from domain.organisation.member import MEMBER as MEMBER_STREAM
from domain.recording.approval import NotPresent, WrongBody
from domain.recording.chain import ReasonMissing, SubjectDecides
from domain.recording.committee import NoMajority, NoQuorum
from domain.rules.lint import lint
from domain.rules.scheme import load
from tests.domain.assessment.test_worked_checks import C
from tests.domain.assessment.test_year import history
from tests.domain.branch import (
    AS_HIGHER,
    AS_OFFICER,
    AS_SECRETARY,
    BRANCH,
    COMMITTEE,
    DISCIPLINE,
    DOCUMENT,
    HIGHER,
    MEMBER,
    PEOPLE,
    SECRETARY,
    TOP,
    calendar,
    digest,
    organised,
    registered,
    rules_in_force,
    secret,
    who,
    wish,
)
from tests.domain.given import Given
from tests.domain.restated import computed as restated
from tests.domain.restated import ordered, version_published, with_leaders
from tests.domain.year import (
    H2_OVER,
    SEATED,
    TERM,
    Y_OVER,
    YEAR,
    appraisal_closed,
    appraisal_opened,
    ballots,
    computed,
    given_back,
    halves,
    term_over,
    year_adopted,
)

SHARES = b'"components": {"ledger": "0.80", "appraisal": "0.20"}'
FOUR = b'"components": {"ledger": "0.80", "appraisal": "0.10", "committee": "0.06", "task": "0.04"}'
ENDS = b'"body_scores": {"committee": {"given_by": "branch_committee", "least": "40", "most": "100"}}, "grades"'
RULES = DOCUMENT.replace(SHARES, FOUR).replace(b'"grades"', ENDS, 1)
SCHEME = load(RULES)
CALENDARS = (calendar(2027), calendar(2028, (date(2028, 10, 2),)))
WORKED = who("C")
EVERYBODY = (*PEOPLE, WORKED)
FREE = b'{"given_by": "parent_committee", "required": false}'
NOBODY: tuple[UUID, ...] = ()
RESTRICTED = ProcessingRestricted(
    member=WORKED, unit=BRANCH, ground="disputed", basis="本人申请", document=digest("request"), by=SECRETARY
)


def scores(of: dict[UUID, str], reason: str | None = "履职情况较好") -> tuple[MemberScore, ...]:
    """Everybody's score, with the same reason under his own key."""
    return tuple(
        MemberScore(member=one, score=score, reason=None if reason is None else secret("reason", reason, one))
        for one, score in of.items()
    )


def assessed(
    part: str,
    of: tuple[MemberScore, ...],
    actor: Actor = AS_SECRETARY,
    present: tuple[UUID, ...] = COMMITTEE,
    against: tuple[UUID, ...] = NOBODY,
    at: datetime = Y_OVER,
) -> AssessComponent:
    """A body gives scores."""
    return wish(
        AssessComponent, actor, at, unit=BRANCH, year=YEAR, period="Y", component=part, scores=of,
        minute="纪要〔2027〕2号", minute_sha256=digest("minute"), present=present, not_in_favour=against,
    )  # fmt: skip


def by_committee(score: str = "85.00") -> tuple[AssessComponent, AssessComponent]:
    """The branch's committee scores everybody; the secretary's own score another of the committee brings."""
    others = scores({one: score for one in EVERYBODY if one != SECRETARY})
    own = scores({SECRETARY: score})
    return assessed("committee", others), assessed("committee", own, person(DISCIPLINE, "committee_member", BRANCH))


def by_higher(score: str = "77.77") -> AssessComponent:
    """The next higher organisation scores everybody's tasks."""
    return assessed("task", scores(dict.fromkeys(EVERYBODY, score)), AS_HIGHER, HIGHER)


def ended(member: UUID) -> EndRole:
    """He leaves the committee."""
    at = Y_OVER - timedelta(days=2)
    return wish(EndRole, AS_OFFICER, at, unit=BRANCH, role="committee_member", person=member, last_on=at.date())


def appraised(rules: bytes = RULES) -> Given:
    """Both halves sealed, ballots counted; C of the page of worked checks: (100 + 6 × 80 + 40) ÷ 8 = 77.50."""
    base = organised().given(*rules_in_force(rules), *CALENDARS, registered(WORKED))
    marks = {one: {"qualified": 8} for one in PEOPLE} | {WORKED: {"excellent": 1, "qualified": 6, "unqualified": 1}}
    base = halves(base.given(*history(WORKED, C)))
    return base.given(appraisal_opened(), appraisal_closed(ballots(marks), EVERYBODY))


APPRAISED = appraised()
PLAIN = halves(SEATED)
"""Under the rule set of the example, where no body gives anything."""
COMPLETE = APPRAISED.given(*by_committee(), by_higher())


def determined(given: Given, member: UUID) -> ScoreDetermined:
    """His last determination of the year."""
    return [one for one in given.world.facts if isinstance(one, ScoreDetermined) and one.member == member][-1]


def given_of(given: Given) -> str | None:
    """What the committee gave C, as it was computed."""
    computed_as = given.world[result_of(WORKED, YEAR, "Y")].computed
    assert computed_as is not None
    return computed_as.committee


def gate(given: Given, at: datetime = Y_OVER) -> Gate:
    """What stands between the year and its figures."""
    found = stand(given.world, BRANCH, YEAR, "Y", at)
    assert found is not None
    assert found.gate is not None
    return found.gate


def test_f14_the_total_is_the_sum_of_four_parts_each_rounded() -> None:
    """C: 75.00 × 0.80 = 60.00; 77.50 × 0.10 = 7.75; 85.00 × 0.06 = 5.10; 77.77 × 0.04 = 3.1108 → 3.11; 75.96."""
    fact = determined(year_adopted(COMPLETE).given(*term_over("Y", Y_OVER + TERM)), WORKED)
    parts = (fact.ledger_part, fact.appraisal_part, fact.committee_part, fact.task_part)
    assert (fact.ledger, fact.appraisal, fact.committee, fact.task) == ("75.00", "77.50", "85.00", "77.77")
    assert parts == ("60.00", "7.75", "5.10", "3.11")
    assert fact.total == "75.96"


def test_f14_the_share_of_what_is_not_there_falls_to_the_ledger() -> None:
    """75.00 × (0.80 + 0.04) = 63.00; 7.80; 5.10: 75.90. Without appraisal and bodies the total is the ledger."""
    profile = SCHEME.profiles[0]
    assert total(7500, 7800, profile, bodies={"committee": 8500}) == Total(7590, 6300, 780, 510)
    # 75.00 × (0.80 + 0.10 + 0.06) = 72.00; 77.77 × 0.04 → 3.11
    assert total(7500, None, profile, bodies={"task": 7777}) == Total(7511, 7200, None, None, 311)
    assert total(7500, None, profile) == Total(7500, 7500)


def test_nothing_is_computed_while_a_score_is_missing_and_the_refusal_says_how_many() -> None:
    APPRAISED.when(computed("Y", Y_OVER)).refused(ComponentMissing, scores=18, committee=9, task=9)
    own, rest = by_committee()[1], APPRAISED.given(by_committee()[0])
    rest.when(computed("Y", Y_OVER)).refused(ComponentMissing, scores=10, committee=1, task=9)
    assert gate(rest.given(own)).scores_missing == {"task": 9}
    assert not gate(rest.given(own)).clear
    assert gate(COMPLETE).clear


def test_what_a_rule_set_does_not_wait_for_need_not_be_given() -> None:
    """Without the task's 0.04: 75.00 × 0.84 = 63.00; 77.50 × 0.10 = 7.75; 85.00 × 0.06 = 5.10; 75.85."""
    rules = RULES.replace(b'"most": "100"}}', b'"most": "100"}, "task": ' + FREE + b"}")
    given = appraised(rules).given(*by_committee())
    fact = determined(year_adopted(given).given(*term_over("Y", Y_OVER + TERM)), WORKED)
    assert (fact.ledger_part, fact.committee_part, fact.task, fact.total) == ("63.00", "5.10", None, "75.85")


def test_a_later_score_takes_the_place_of_the_earlier_until_it_is_computed_and_never_after() -> None:
    better = assessed("committee", scores({WORKED: "95.00"}))
    changed = COMPLETE.given(better, computed("Y", Y_OVER))
    assert given_of(changed) == "95.00"
    changed.when(assessed("committee", scores({WORKED: "90.00"}))).refused(PeriodNotThere)
    returned = changed.given(given_back("Y", Y_OVER), assessed("committee", scores({WORKED: "90.00"})))
    again = returned.given(computed("Y", Y_OVER))
    assert given_of(again) == "90.00"
    both = [one.score for one in again.world.facts if isinstance(one, ComponentAssessed) and one.member == WORKED]
    assert both == ["85.00", "77.77", "95.00", "90.00"]


def test_who_has_the_body_s_office_gives_it_and_nobody_else() -> None:
    of = scores({WORKED: "80.00"})
    APPRAISED.when(assessed("task", of)).refused(WrongBody, body=TOP)
    APPRAISED.when(assessed("committee", of, AS_HIGHER, HIGHER)).refused(WrongBody, body=BRANCH)
    APPRAISED.when(assessed("task", of, AS_HIGHER, HIGHER)).says(ComponentAssessed)
    APPRAISED.when(assessed("committee", of, person(MEMBER, "member", BRANCH))).refused(NotPermitted)


def test_nobody_decides_his_own_score_and_it_is_carried_without_him() -> None:
    APPRAISED.when(assessed("committee", scores({SECRETARY: "99.00"}))).refused(SubjectDecides)
    (fact,) = APPRAISED.when(by_committee()[1]).facts()
    assert isinstance(fact, ComponentAssessed)
    assert (fact.vote.entitled, fact.vote.present, fact.vote.in_favour) == (4, 4, 4)


def test_where_too_few_are_left_without_him_the_next_higher_organisation_gives_it() -> None:
    """Of the higher committee's three members one is recused: two are enough. Of a committee of two, one is not."""
    two = APPRAISED.given(*(ended(one) for one in COMMITTEE[2:]))
    two.when(assessed("committee", scores({SECRETARY: "80.00"}), present=COMMITTEE[:2])).refused(WrongBody, body=TOP)
    two.when(assessed("committee", scores({SECRETARY: "80.00"}), AS_HIGHER, HIGHER)).says(ComponentAssessed)
    two.when(assessed("committee", scores({WORKED: "80.00"}), present=COMMITTEE[:2])).says(ComponentAssessed)


def test_a_score_needs_quorum_majority_and_the_presence_of_who_brings_it() -> None:
    of = scores({WORKED: "80.00"})
    APPRAISED.when(assessed("committee", of, present=COMMITTEE[:2])).refused(NoQuorum)
    APPRAISED.when(assessed("committee", of, against=COMMITTEE[1:4])).refused(NoMajority)
    APPRAISED.when(assessed("committee", of, present=COMMITTEE[1:])).refused(NotPresent)


@pytest.mark.parametrize("score", ["39.99", "100.01"])
def test_a_score_stays_between_the_ends_of_the_rule_set(score: str) -> None:
    APPRAISED.when(assessed("committee", scores({WORKED: score}))).refused(ComponentOutside, least="40", most="100")


def test_a_score_needs_its_reason_where_the_rule_set_says_so() -> None:
    APPRAISED.when(assessed("committee", scores({WORKED: "80.00"}, None))).refused(ReasonMissing)


def test_only_whom_the_rules_name_is_scored_once_a_wish_and_after_the_period() -> None:
    once = scores({WORKED: "80.00"})
    APPRAISED.when(assessed("committee", (*once, *once))).refused(ComponentTwice)
    APPRAISED.when(assessed("committee", ())).refused(ComponentNotAsked)
    APPRAISED.when(assessed("committee", scores({who("nobody"): "80.00"}))).refused(ComponentNotAsked)
    APPRAISED.when(assessed("committee", once, at=H2_OVER - timedelta(days=30))).refused(PeriodRunning)
    PLAIN.when(assessed("committee", scores({MEMBER: "80.00"}))).refused(ComponentNotAsked)


def test_the_reason_is_sealed_under_the_key_of_whom_it_is_about() -> None:
    wish_ = assessed("committee", scores({WORKED: "80.00", MEMBER: "81.00"}))
    assert {one.subject for one in wish_.secrets()} == {WORKED, MEMBER}
    facts = APPRAISED.when(wish_).facts()
    reasons = [one.reason for one in facts if isinstance(one, ComponentAssessed)]
    assert reasons == [one.commitment for one in wish_.secrets()]


def test_a_repeat_with_other_salts_is_the_same_request() -> None:
    first = assessed("committee", scores({WORKED: "80.00"}))
    (one,) = first.scores
    assert one.reason is not None
    again = replace(first, scores=(replace(one, reason=replace(one.reason, salt="b3RoZXItc2FsdC1vZi0xMjg")),))
    assert request_bytes(again) == request_bytes(first)
    assert request_bytes(replace(first, scores=(replace(one, score="81.00"),))) != request_bytes(first)


def test_whose_score_changed_after_it_was_computed_waits_for_a_new_computation() -> None:
    given = year_adopted(COMPLETE)
    first = next(one for one in given.world.facts if isinstance(one, ComponentAssessed) and one.member == WORKED)
    since = given.given(component_of(WORKED, YEAR, "Y").says(replace(first, score="95.00")))
    waiting = since.given(*term_over("Y", Y_OVER + TERM))
    standing = {one: waiting.world[result_of(one, YEAR, "Y")].standing for one in EVERYBODY}
    assert [one for one, found in standing.items() if found is None] == [WORKED]
    late = Y_OVER + TERM
    waiting.when(assessed("task", scores({WORKED: "80.00"}), AS_HIGHER, HIGHER, at=late)).says(ComponentAssessed)
    waiting.when(assessed("task", scores({MEMBER: "80.00"}), AS_HIGHER, HIGHER, at=late)).refused(ComponentNotAsked)
    assert given_of(waiting.given(computed("Y", late))) == "95.00"


def test_a_restatement_keeps_what_bodies_gave_and_weighs_it_anew() -> None:
    """75.00 × 0.85 = 63.75; 77.50 × 0.10 = 7.75; 85.00 × 0.05 = 4.25; no task: 75.75."""
    shares = '"components": {"ledger": "0.85", "appraisal": "0.10", "committee": "0.05"}'
    known = with_leaders(year_adopted(COMPLETE).given(*term_over("Y", Y_OVER + TERM)))
    known = known.given(*version_published("other-2", {SHARES.decode(): shares}, date(2027, 7, 1)))
    facts = known.given(ordered("other-2")).when(restated()).facts()
    found = next(one for one in facts if isinstance(one, MemberRestated) and one.member == WORKED)
    assert (found.figures.committee_part, found.figures.task_part, found.figures.total) == ("4.25", None, "75.75")


def refusals(rules: bytes) -> list[str]:
    """What the lint refuses of a rule set."""
    return [one.code for one in lint(load(rules)) if one.severity == "refuse"]


def test_the_subjective_share_counts_what_bodies_give_and_ends_are_ends() -> None:
    more = FOUR.replace(b'"0.80"', b'"0.76"').replace(b'"0.04"', b'"0.08"')
    assert refusals(RULES.replace(FOUR, more)) == ["subjective-share"]
    assert refusals(RULES.replace(b'"task": "0.04"', b'"task": "0.05"')) == ["components-not-one"]
    assert refusals(RULES.replace(b'"least": "40"', b'"least": "100"')) == ["body-score-ends"]
    assert refusals(RULES.replace(FOUR, SHARES)) == ["field-without-effect"]
    assert refusals(RULES) == []


def test_before_the_computing_it_is_said_of_which_items_fewer_matters_were_held_than_planned() -> None:
    """Nothing was held, so that every planned item is named: six theme days a half are twelve a year."""
    found = {one.item: (one.planned, one.held) for one in gate(COMPLETE).below_plan}
    assert found["R-LX-1"] == (12, 0)
    assert all(held < planned for planned, held in found.values())


def test_whose_data_is_restricted_gets_no_score_and_keeps_nobody_waiting() -> None:
    limited = APPRAISED.given(MEMBER_STREAM.of(WORKED).says(RESTRICTED))
    others = scores({one: "85.00" for one in EVERYBODY if one not in (SECRETARY, WORKED)})
    limited.when(by_committee()[0]).refused(ProcessingIsRestricted)
    given = limited.given(assessed("committee", others), by_committee()[1])
    given = given.given(assessed("task", scores(dict.fromkeys(PEOPLE, "77.77")), AS_HIGHER, HIGHER))
    assert gate(given).clear
    assert given_of(given.given(computed("Y", Y_OVER))) is None


def test_what_another_branch_s_body_gave_before_somebody_was_transferred_does_not_count_here() -> None:
    facts = [one for one in COMPLETE.world.facts if isinstance(one, ComponentAssessed) and one.member == WORKED]
    elsewhere = [component_of(WORKED, YEAR, "Y").says(replace(one, unit=TOP)) for one in facts]
    COMPLETE.given(*elsewhere).when(computed("Y", Y_OVER)).refused(ComponentMissing, scores=2, committee=1, task=1)
