"""重算 — a determined year made anew: under another version, or with a sealed record put right."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.actor import Actor, person
from domain.assessment.agreeing import CorrectionElsewhere, CorrectionTwice, RightRecord
from domain.assessment.ordering import (
    ConcernedOrders,
    CorrectionOutside,
    CorrectionUndetermined,
    NothingToRestate,
    NotRestatedWorse,
    OrdererApproves,
)
from domain.assessment.period import PeriodRestated, period_of
from domain.assessment.restatement import (
    CorrectionOrdered,
    LineRestated,
    MemberRestated,
    RestatementApproved,
    RestatementComputed,
    RestatementDropped,
    RestatementOrdered,
    RestatementRunning,
    restatement_id,
    restatement_notice_id,
    restatement_of,
)
from domain.assessment.result import Result, ScoreDetermined, result_of
from domain.decider import NotPermitted
from domain.notice.notice import NOTICE, Notice
from domain.notice.running import ConfirmRecords
from domain.objection.filing import FileObjection, WithdrawObjection, digest_of
from domain.objection.objection import Correction
from domain.recording.archive import Record, RecordReplaced, RecordUnknown, archive_of
from domain.recording.committee import NoQuorum
from domain.recording.filling import OutcomeNotOfItem
from domain.recording.hearing import StatementTermRuns
from domain.result.measure import MeasureWithdrawn, measures_of
from domain.rules.ruleset import NoRuleInForce, VersionUnknown
from domain.values import RecordId
from tests.domain.assessment.test_year import DETERMINED, WORKED, record
from tests.domain.branch import (
    AS_LEADER,
    AS_SECRETARY,
    BRANCH,
    LEADER,
    PEOPLE,
    PROCESS,
    SECRETARY,
    TOP,
    VERSION,
    registered,
    secret,
    who,
    wish,
)
from tests.domain.given import Given
from tests.domain.measured import called_for, looked_at_again, measure, year_of
from tests.domain.restated import (
    APPROVER,
    AS_ORDERER,
    HEARD_AT,
    LEADERS,
    ORDERED_AT,
    adopted,
    approved,
    computed,
    ordered,
    stated,
    through,
    version_published,
    with_leaders,
)
from tests.domain.year import TERM, YEAR, days

KINDER, HARDER, RENAMED, MAPPED = "kinder-2", "harder-2", "renamed-2", "mapped-2"
LX1 = '"R-LX-1"'
A, B, C, D, E = (who(name) for name in "ABCDE")
VERSIONS = {
    KINDER: {'"at_least": "70"': '"at_least": "65"'},
    HARDER: {'"cap_year": "15"': '"cap_year": "4"'},
    RENAMED: {LX1: '"R-LX-9"'},
    MAPPED: {
        LX1: '"R-LX-9"',
        '"mapping": []': '"mapping": [{"from": "R-LX-1", "to": "R-LX-9", "value": "as_new"}]',
    },
}


def base() -> Given:
    """The worked branch's year, determined, and four more versions that were published since."""
    known = with_leaders(DETERMINED)
    for number, (version, changes) in enumerate(VERSIONS.items()):
        in_force = date(2027 + (number + 1) // 2, 1 if number % 2 else 7, 1)
        known = known.given(*version_published(version, changes, in_force))
    return known


BASE = base()


def result(given: Given, member: UUID) -> Result:
    return given.world[result_of(member, YEAR, "Y")]


def outcome(given: Given) -> dict[UUID, tuple[int, str | None, int]]:
    """(total, grade, version) of everybody's standing determination."""
    found = {one: result(given, one).standing for one in (*PEOPLE, *WORKED)}
    return {one: (d.total, d.grade, d.version) for one, d in found.items() if d is not None}


def members_of(given: Given, rules: str, **fields: object) -> dict[UUID, MemberRestated]:
    facts = given.given(ordered(rules, **fields)).when(computed()).facts()
    return {fact.member: fact for fact in facts if isinstance(fact, MemberRestated)}


def test_the_same_records_under_the_same_rules_give_the_same_figures_to_the_cent() -> None:
    facts = BASE.given(ordered(VERSION)).when(computed()).facts()
    (header,) = facts
    assert isinstance(header, RestatementComputed)
    assert (header.members, header.same, header.unmapped) == (13, 13, 0)


def test_a_restatement_lists_who_crosses_a_grade_line() -> None:
    found = members_of(BASE, KINDER)
    assert set(found) == {E, *PEOPLE}
    assert {(one.before_grade, one.grade, one.effect, one.adopted) for one in found.values()} == {
        ("basically_qualified", "qualified", "better", True)
    }


def test_a_line_without_an_item_is_listed_and_keeps_its_old_points_never_silently_zero() -> None:
    facts = BASE.given(ordered(RENAMED)).when(computed()).facts()
    lines = [fact for fact in facts if isinstance(fact, LineRestated) and fact.member == C and fact.unmapped]
    assert {(one.item, one.span, one.old == one.new) for one in lines} == {
        ("R-LX-1", "H1", True),
        ("R-LX-1", "H2", True),
    }
    assert all(one.old is not None for one in lines)
    assert all(one.effect != "worse" for one in facts if isinstance(one, MemberRestated))


def test_a_mapped_item_stands_under_its_heir() -> None:
    facts = BASE.given(ordered(MAPPED)).when(computed()).facts()
    header, members = facts[0], [fact for fact in facts if isinstance(fact, MemberRestated)]
    assert isinstance(header, RestatementComputed)
    assert (header.same, header.unmapped) == (13, 0)
    assert {one.effect for one in members} == {"same"}
    pairs = {(one.item, one.old, one.new) for one in facts if isinstance(one, LineRestated) and one.member == A}
    assert pairs == {("R-LX-1", "3.00", None), ("R-LX-9", None, "3.00")}


def test_what_is_worse_for_its_member_is_adopted_only_where_that_was_ordered() -> None:
    kind, harsh = members_of(BASE, HARDER), members_of(BASE, HARDER, unfavourable=True)
    assert [(one, found.effect, found.adopted) for one, found in kind.items()] == [(B, "worse", False)]
    assert (harsh[B].before_total, harsh[B].figures.total, harsh[B].adopted) == ("104.10", "101.70", True)
    assert harsh[B].state_by is not None
    spared = BASE.given(ordered(HARDER), computed()).when(approved()).facts()
    assert [type(fact) for fact in spared] == [RestatementApproved, PeriodRestated]


def test_nobody_is_worse_off_before_he_was_heard() -> None:
    waiting = BASE.given(ordered(HARDER, unfavourable=True), computed())
    waiting.when(approved(at=ORDERED_AT)).refused(StatementTermRuns)
    waiting.given(stated(B, final=False)).when(approved(at=ORDERED_AT)).refused(StatementTermRuns)
    waiting.given(stated(B)).when(approved(at=ORDERED_AT)).says(RestatementApproved)
    waiting.when(approved(at=HEARD_AT)).says(RestatementApproved)
    waiting.when(stated(A)).refused(NotPermitted)


def test_having_heard_him_the_group_can_spare_him() -> None:
    waiting = BASE.given(ordered(HARDER, unfavourable=True), computed(), stated(B))
    waiting.when(approved(spared=(A,))).refused(NotRestatedWorse)
    said = waiting.when(approved(spared=(B,))).facts()
    assert [type(fact) for fact in said] == [RestatementApproved, PeriodRestated]


def test_the_new_determination_names_the_old_and_both_are_visible() -> None:
    after = through(BASE, KINDER)
    first, second = result(after, E).determinations
    assert (first.superseded, first.grade, first.rules) == (True, "basically_qualified", VERSION)
    assert (second.version, second.grade, second.rules) == (2, "qualified", KINDER)
    assert [one.version for one in result(after, A).determinations] == [1]
    assert after.world[period_of(BRANCH, YEAR, "Y")].restated == 1  # type: ignore[union-attr]


def test_a_year_restated_and_restated_back_gives_the_old_figures_to_the_cent() -> None:
    for version in (KINDER, HARDER, MAPPED):
        there = through(BASE, version, unfavourable=True)
        back = through(there, VERSION, number=2, at=HEARD_AT + timedelta(days=30), unfavourable=True)
        was, now = outcome(BASE), outcome(back)
        assert {one: found[:2] for one, found in was.items()} == {one: found[:2] for one, found in now.items()}
        for one in WORKED:
            before, after = result(BASE, one).computed, result(back, one).computed
            assert before == after


def test_nobody_loses_excellent_through_anothers_restatement() -> None:
    """A and B are excellent; with room for one alone the quota would take it from A."""
    narrow = version_published("narrow-2", {'"fraction": "1/3"': '"fraction": "1/13"'}, date(2030, 1, 1))
    found = BASE.given(*narrow, ordered("narrow-2", unfavourable=True)).when(computed()).facts()
    assert not [fact for fact in found if isinstance(fact, MemberRestated) and fact.effect == "worse"]


@pytest.mark.parametrize(
    ("settled", "becomes"),
    [
        ({}, ("excellent", "threshold", "better", True)),
        ({'"scope": "unit"': '"scope": "pooled"'}, ("qualified", "quota", "same", False)),
        ({'"still_tied": "include"': '"still_tied": "lot"'}, ("qualified", "quota", "same", False)),
        ({'"still_tied": "include"': '"still_tied": "committee"'}, ("qualified", "quota", "same", False)),
    ],
)
def test_a_restatement_gives_no_seat_that_people_settle_and_takes_none(
    settled: dict[str, str], becomes: tuple[object, ...]
) -> None:
    lower = {'"at_least": "90"': '"at_least": "75"', **settled}
    base = BASE.given(*version_published("seats-2", lower, date(2030, 1, 1)))
    found = members_of(base, "seats-2", unfavourable=True)
    assert {one: (row.grade, row.reason, row.effect, row.adopted) for one, row in found.items()} == {C: becomes}


@pytest.mark.parametrize(
    ("actor", "refusal"),
    [
        (AS_LEADER, ConcernedOrders),
        (AS_SECRETARY, NotPermitted),
        (person(SECRETARY, "member", BRANCH), NotPermitted),
    ],
)
def test_a_restatement_is_never_ordered_by_who_made_the_rule_or_the_first_decision(
    actor: object, refusal: type[Exception]
) -> None:
    BASE.when(ordered(KINDER, actor=actor, present=(LEADER, *LEADERS))).refused(refusal)  # type: ignore[arg-type]


def test_who_brought_the_order_does_not_approve_what_came_of_it() -> None:
    waiting = BASE.given(ordered(KINDER), computed())
    waiting.when(approved(actor=AS_ORDERER)).refused(OrdererApproves)
    waiting.when(approved(present=(APPROVER,))).refused(NoQuorum)
    waiting.when(approved(verdict="refused", reason=secret("reason", "依据不足"))).says(RestatementDropped)


def test_only_what_was_published_rules_and_one_restatement_runs_at_a_time() -> None:
    BASE.when(ordered("nothing-2")).refused(VersionUnknown)
    BASE.when(ordered()).refused(NothingToRestate)
    BASE.given(ordered(KINDER)).when(ordered(HARDER)).refused(RestatementRunning)
    dropped = approved(verdict="refused", reason=secret("reason", "依据不足"))
    BASE.given(ordered(KINDER), computed(), dropped).when(ordered(HARDER)).facts()


def objected(member: UUID) -> tuple[FileObjection, WithdrawObjection]:
    """Somebody objects to a member's line of the restatement's notice, and takes it back."""
    objector, number, key = secret("objector", "群众甲"), who("objection"), "key"
    drafted = BASE.given(ordered(KINDER), computed(), approved(), adopted()[0])
    notice = restatement_notice_id(restatement_id(BRANCH, YEAR, "Y", 1))
    shown = drafted.world[NOTICE.of(notice)]
    assert isinstance(shown, Notice)
    line = next(one.line for one in shown.lines if one.member == member)
    about = {"unit": BRANCH, "objection": number}
    filed = wish(
        FileObjection,
        Actor(sealed=objector.commitment),
        HEARD_AT,
        **about,
        notice=notice,
        about="grade",
        line=line,
        objector=objector,
        reason=secret("reason", "总分有误"),
        key=digest_of(key),
    )
    return filed, wish(WithdrawObjection, filed.actor, HEARD_AT + TERM, **about, secret=key)


def test_no_other_restatement_is_ordered_while_a_line_of_the_last_can_still_become_clear() -> None:
    filed, taken_back = objected(E)
    *posted, over, confirmed = adopted()
    once = BASE.given(ordered(KINDER), computed(), approved(), *posted, filed, over, confirmed)
    header = next(fact for fact in once.world.facts if isinstance(fact, PeriodRestated))
    assert (header.adopted, header.blocked) == (len(PEOPLE), 1)
    again = ordered(VERSION, at=HEARD_AT + 2 * TERM)
    once.when(again).refused(RestatementRunning)
    clear = once.given(taken_back)
    clear.when(again).refused(RestatementRunning)
    round_two = wish(ConfirmRecords, PROCESS, HEARD_AT + 2 * TERM, unit=BRANCH, notice=filed.notice)
    assert clear.given(round_two).when(again).facts()


def test_a_sealed_record_is_put_right_by_order_alone_and_the_new_result_rests_on_it() -> None:
    """J9: what was taken from D in error is taken back; the determination follows, and both stay."""
    archive = BASE.world[archive_of(D, days(1))]
    wrong = max(
        (one for one in archive.records.values() if one.kind == "deduction"), key=lambda one: one.points_shown or ""
    )
    order = ordered(corrections=(RightRecord(member=D, record=wrong.record),))
    after = BASE.given(order, computed(), approved(), *adopted())
    assert after.world[archive_of(D, days(1))].records[wrong.record].status == "reversed"
    before, now = result(BASE, D).standing, result(after, D).standing
    assert before is not None
    assert now is not None
    assert (now.version, now.total > before.total) == (2, True)
    assert outcome(after) | {D: None} == outcome(BASE) | {D: None}


def test_what_takes_the_records_place_is_dated_properly_and_confirmed_by_the_restatements_notice() -> None:
    wrong = absence_of(C)
    right = RightRecord(member=C, record=wrong, right=Correction(outcome="attended"), occurred_on=date(YEAR, 5, 4))
    after = BASE.given(ordered(corrections=(right,)), computed(), approved(), *adopted())
    archive = after.world[archive_of(C, days(1))]
    fresh = next(one for one in archive.records.values() if one.replaces == wrong)
    assert (fresh.status, fresh.outcome, fresh.occurred_on) == ("confirmed", "attended", date(YEAR, 5, 4))
    outside = RightRecord(member=C, record=wrong, occurred_on=date(YEAR + 1, 5, 4))
    BASE.when(ordered(corrections=(outside,))).refused(CorrectionOutside)


def absence_of(member: UUID) -> RecordId:
    records = BASE.world[archive_of(member, days(1))].records.values()
    return next(one.record for one in records if one.outcome == "absent")


def test_one_order_puts_a_record_right_once() -> None:
    once = RightRecord(member=C, record=absence_of(C))
    BASE.when(ordered(corrections=(once, once))).refused(CorrectionTwice)


def test_two_orders_that_put_the_same_record_right_leave_one_replacement_in_its_place() -> None:
    """A year and its half-year are restated side by side, and both orders name one record."""
    right = RightRecord(member=C, record=absence_of(C), right=Correction(outcome="attended"))
    both = BASE.given(*(ordered(period=one, corrections=(right,)) for one in ("H1", "Y")))
    waiting = both.given(*(wish for one in ("H1", "Y") for wish in (computed(one), approved(one))))
    after = waiting.given(*adopted("H1"), *adopted("Y"))
    records = after.world[archive_of(C, days(1))].records.values()
    assert [one.status for one in records if one.replaces == right.record] == ["confirmed"]
    after.when(ordered(at=ORDERED_AT + timedelta(days=60), corrections=(right,))).refused(RecordUnknown)


def test_two_orders_of_different_periods_do_not_put_one_record_right_differently() -> None:
    record = absence_of(C)
    attended = RightRecord(member=C, record=record, right=Correction(outcome="attended"))
    excused = RightRecord(member=C, record=record, right=Correction(outcome="excused"))
    half = BASE.given(ordered(period="H1", corrections=(attended,)))
    for other in (excused, RightRecord(member=C, record=record)):
        half.when(ordered(corrections=(other,))).refused(CorrectionElsewhere)
    half.when(ordered(corrections=(attended,))).says(RestatementOrdered, CorrectionOrdered)
    no = approved("H1", verdict="refused", reason=secret("reason", "依据不足"))
    dropped = half.given(computed("H1"), no)
    dropped.when(ordered(corrections=(excused,))).says(RestatementOrdered, CorrectionOrdered)


def half_of_another_branch(half: Given, member: UUID) -> Given:
    """As if he had come since, and his half were determined and restated where he was before."""
    result, came_from = result_of(member, YEAR, "H1"), "CAME-FROM"
    moved = {ref(BRANCH, YEAR, "H1").id: ref(came_from, YEAR, "H1") for ref in (period_of, restatement_of)}
    said = [write for _, write in half.world.said]
    there = [moved[one.stream].says(replace(one.fact, unit=came_from)) for one in said if one.stream in moved]
    score = next(one.fact for one in said if one.stream == result.id and isinstance(one.fact, ScoreDetermined))
    version = len(half.world[result].determinations) + 1
    return BASE.given(*there, result.says(replace(score, unit=came_from, version=version)))


def test_the_orders_of_two_organisations_do_not_put_one_record_of_a_transferred_member_right_differently() -> None:
    attended = RightRecord(member=C, record=absence_of(C), right=Correction(outcome="attended"))
    excused = replace(attended, right=Correction(outcome="excused"))
    there = half_of_another_branch(BASE.given(ordered(period="H1", corrections=(attended,))), C)
    there.when(ordered(corrections=(excused,))).refused(CorrectionElsewhere, unit="CAME-FROM", period="H1")
    there.when(ordered(corrections=(attended,))).says(RestatementOrdered, CorrectionOrdered)


def test_what_stands_in_a_records_place_can_be_put_right_in_its_turn() -> None:
    right = RightRecord(member=C, record=absence_of(C), right=Correction(outcome="attended"))
    after = through(BASE, corrections=(right,))
    records = after.world[archive_of(C, days(1))].records.values()
    fresh = next(one for one in records if one.replaces == right.record)
    again = RightRecord(member=C, record=fresh.record, right=Correction(outcome="absent"))
    later = ORDERED_AT + timedelta(days=60)
    back = through(after, number=2, at=later, unfavourable=True, corrections=(again,))
    was, now = result(BASE, C).standing, result(back, C).standing
    assert was is not None
    assert now is not None
    assert (now.total, now.version) == (was.total, 3)


def test_what_waits_for_its_own_notice_does_not_count_through_an_order_that_takes_another_record_back() -> None:
    ref = archive_of(C, days(1))
    before = BASE.world[ref].records[absence_of(C)]
    waits = RecordReplaced(
        record=who("waits"),
        replaces=who("reversed"),
        member=C,
        unit=BRANCH,
        matter="MT-LATE",
        item=before.item,
        rules=VERSION,
        outcome="absent",
        quantity="1.00",
        occurred_on=days(1),
        counted_on=days(1),
    )
    order = ordered(corrections=(RightRecord(member=C, record=before.record),))
    said = [given.given(order).when(computed()).facts() for given in (BASE, BASE.given(ref.says(waits)))]
    without, beside = ([fact for fact in facts if isinstance(fact, MemberRestated)] for facts in said)
    assert [one.figures.records for one in without] == [one.figures.records for one in beside]
    assert [one.figures.total for one in without] == [one.figures.total for one in beside]


def shortfall_of(member: UUID) -> Record:
    records = BASE.world[archive_of(member, days(1))].records.values()
    return next(one for one in records if (one.kind, one.item) == ("shortfall", "R-QZ-1"))


def acted_on(day: date, level: str = "main") -> RightRecord:
    """The shortfall of C with another day of the act; its document, and so its period, stays."""
    right = Correction(outcome="fallen-short", level=level)
    return RightRecord(member=C, record=shortfall_of(C).record, right=right, occurred_on=day)


def test_a_shortfall_counts_by_its_document_under_the_version_of_the_right_day_of_the_act() -> None:
    before, other = shortfall_of(C), date(2027, 8, 2)
    after = through(BASE, unfavourable=True, corrections=(acted_on(other),))
    fresh = next(one for one in after.world[archive_of(C, days(1))].records.values() if one.replaces)
    assert (before.rules, fresh.rules) == (VERSION, KINDER)
    assert (fresh.occurred_on, fresh.counted_on) == (other, before.counted_on)


def test_the_right_day_of_an_act_has_a_version_which_knows_its_item() -> None:
    BASE.when(ordered(corrections=(acted_on(date(1999, 8, 2)),))).refused(NoRuleInForce)
    other = version_published("other-2", {'"R-QZ-1"': '"R-QZ-9"'}, date(2030, 1, 1))
    BASE.given(*other).when(ordered(corrections=(acted_on(date(2030, 8, 2)),))).refused(OutcomeNotOfItem)


def test_only_a_member_whom_the_organisation_determined_is_put_right() -> None:
    elsewhere = who("elsewhere")
    ref = archive_of(elsewhere, days(1))
    wrong = record(elsewhere, 1, "R-LX-1", "MT-9", "absent", shortfall=False)
    base = BASE.given(registered(elsewhere, TOP), ref.says(wrong))
    order = ordered(corrections=(RightRecord(member=elsewhere, record=wrong.record),))
    base.when(order).refused(CorrectionUndetermined)


def test_a_correction_of_the_first_year_withdraws_the_second_years_measure() -> None:
    """Scenario 10: two years 基本合格 gave the admonition; the first year is 合格 now."""
    second = BASE.given(
        called_for(YEAR), *year_of(YEAR + 1, dict.fromkeys((E, *PEOPLE), "basically_qualified")), called_for(YEAR + 1)
    )
    proposed = second.world[measures_of(E)].known.values()
    assert "help" in {one.code for one in proposed if one.year == YEAR + 1}
    after = through(second, KINDER, at=ORDERED_AT.replace(year=YEAR + 2))
    review = after.when(looked_at_again(E, YEAR, HEARD_AT.replace(year=YEAR + 2) + TERM)).facts()
    withdrawn = {fact.measure for fact in review if isinstance(fact, MeasureWithdrawn)}
    assert measure(E, "help", YEAR + 1) in withdrawn
    assert measure(E, "help", YEAR) not in withdrawn
