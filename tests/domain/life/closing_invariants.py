"""The invariants of SPEC §4.4 that hold over periods: I12, I13, I16 to I19, I21 to I23, asked after every wish."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from domain.assessment.appraisal import (
    AppraisalClosed,
    AppraisalTallied,
    BallotCast,
    Session,
    VoterTookPart,
    appraisal_of,
)
from domain.assessment.computing import ruled_period
from domain.assessment.counting import counted
from domain.assessment.grading import reaches
from domain.assessment.period import (
    Assessment,
    CommitteeDecided,
    CompletenessChecked,
    NotOpened,
    PeriodComputed,
    PeriodSealed,
    period_of,
)
from domain.assessment.result import GradeDetermined, GradeProposed, MemberComputed, Result, ScoreDetermined, result_of
from domain.assessment.rounding import rounder_of
from domain.assessment.scoring import score
from domain.assessment.totals import total
from domain.decider import Fact
from domain.notice.notice import NOTICE, Notice
from domain.organisation.member import MEMBER, Registered
from domain.organisation.roster import belonging
from domain.recording.archive import (
    Archive,
    DeductionApproved,
    HonourAdded,
    PointsRecorded,
    VetoRegistered,
    archive_of,
)
from domain.recording.deduction import DeductionProposed
from domain.recording.docket import docket_of
from domain.recording.honour import HonourClaimed
from domain.recording.matter import MATTER, MatterHeld, MatterPlanned, Planned
from domain.values import hundredths
from tests.domain.life.invariants import archives, facts
from tests.domain.life.life import Step

PERIODS: Final = ("H1", "H2", "Y")
LEAST_VOICES: Final = 5
DAY_THAT_COUNTS: Final[dict[type[Fact], str]] = {
    MatterPlanned: "planned_on",
    MatterHeld: "occurred_on",
    HonourClaimed: "dated_on",
    DeductionProposed: "dated_on",
    PointsRecorded: "occurred_on",
    HonourAdded: "counted_on",
    DeductionApproved: "counted_on",
    VetoRegistered: "counted_on",
}
"""Of a fact that enters a period: the field that says into which."""
GRADES: Final = ("excellent", "qualified", "basically_qualified", "unqualified")


def i12_nothing_enters_a_sealed_period(step: Step) -> None:
    """I12: no record, and nothing that may become one, whose day lies in a sealed period of its branch or archive."""
    for fact in facts(step, *DAY_THAT_COUNTS):
        day = getattr(fact, DAY_THAT_COUNTS[type(fact)])
        for period in PERIODS:
            found = step.before[period_of(fact.unit, day.year, period)]
            assert not (
                isinstance(found, Assessment) and found.status == "sealed" and found.first_on <= day <= found.last_on
            )
    for was, now in archives(step):
        for record in now.records.values():
            if was.sealed_on(record.counted_on) is not None:
                assert was.records.get(record.record) == record, "what is sealed stays as it was determined"


def i13_nothing_is_computed_before_everything_is_settled(step: Step) -> None:
    """I13: no matter of the period is still planned when its figures are made, and its parts are sealed."""
    for fact in facts(step, CompletenessChecked):
        found = step.after[period_of(fact.unit, fact.year, fact.period)]
        assert isinstance(found, Assessment)
        for code in step.before[docket_of(fact.unit, fact.year)].matters:
            matter = step.before[MATTER.of(fact.unit, code)]
            assert not (isinstance(matter, Planned) and found.first_on <= matter.planned_on <= found.last_on)
        if fact.period == "Y":
            parts = [step.before[period_of(fact.unit, fact.year, part)] for part in ("H1", "H2")]
            assert all(isinstance(part, Assessment) and part.status == "sealed" for part in parts)


def i16_a_probationary_member_has_no_grade(step: Step) -> None:
    """I16: graded is who was a full member on the last day of the year; a half has no grades at all."""
    for fact in facts(step, GradeProposed, GradeDetermined):
        member = step.after[MEMBER.of(fact.member)]
        period = step.after[period_of(fact.unit, fact.year, fact.period)]
        assert isinstance(member, Registered)
        assert isinstance(period, Assessment)
        assert fact.period == "Y"
        assert member.profile_on(period.last_on) == "full"


def i17_excellent_needs_threshold_and_no_veto_and_a_clear_line(step: Step) -> None:
    """I17: excellent is whose total reaches the threshold, under no veto, with no open objection to his line."""
    for fact in facts(step, GradeDetermined):
        period = step.after[period_of(fact.unit, fact.year, fact.period)]
        result = step.after[result_of(fact.member, fact.year, fact.period)]
        notice = step.before[NOTICE.of(fact.notice)]
        assert isinstance(period, Assessment)
        assert isinstance(notice, Notice)
        assert result.computed is not None
        assert any(line.member == fact.member and line.clear for line in notice.lines) or result.standing is not None
        scheme = ruled_period(step.after, period).scheme
        if fact.grade == GRADES[0]:
            assert reaches(hundredths(fact.total), scheme.grades[0], scheme.interpretation)
            assert not result.computed.vetoes
        assert fact.total == result.computed.total


def i18_the_order_at_the_line_of_the_quota_is_of_points_alone(step: Step) -> None:
    """I18: nobody is put back for the quota who outranks, by total, ledger, appraisal and deductions, an excellent."""
    for fact in facts(step, PeriodSealed):
        graded = [one for one in _results(step, fact) if one.standing is not None and one.standing.grade is not None]
        excellent = [_rank(one) for one in graded if one.standing is not None and one.standing.grade == GRADES[0]]
        put_back = [_rank(one) for one in graded if one.standing is not None and one.standing.reason == "quota"]
        assert not excellent or not put_back or max(put_back) < min(excellent)
        assert not put_back or len(excellent) >= max(1, len(graded) // 3)


def _results(step: Step, fact: PeriodSealed) -> list[Result]:
    period = step.after[period_of(fact.unit, fact.year, fact.period)]
    assert isinstance(period, Assessment)
    people = belonging(step.after, fact.unit, period.last_on)
    found = step.after.many([result_of(one, fact.year, fact.period) for one in sorted(people, key=str)])
    return [one for one in found if one.standing is not None and one.standing.unit == fact.unit]


def _rank(result: Result) -> tuple[int, int, int, int]:
    one = result.computed
    assert one is not None
    appraisal = 0 if one.appraisal is None else hundredths(one.appraisal)
    return hundredths(one.total), hundredths(one.ledger), appraisal, -hundredths(one.deductions)


def i19_a_determination_follows_the_one_before_it(step: Step) -> None:
    """I19: versions of a member's result count up, and a grade belongs to the one that stands."""
    for fact in facts(step, ScoreDetermined, GradeDetermined):
        before = step.before[result_of(fact.member, fact.year, fact.period)].determinations
        made = isinstance(fact, ScoreDetermined) or any(
            one.member == fact.member for one in facts(step, ScoreDetermined)
        )
        assert fact.version == len(before) + made


def i21_a_veto_rests_on_a_document(step: Step) -> None:
    """I21: no veto without the decision document of a competent body."""
    for fact in facts(step, VetoRegistered):
        assert fact.document


def i22_one_ballot_each_for_everybody_else_and_none_before_the_counting(step: Step) -> None:
    """I22: never more ballots for somebody than others who voted; under five voices there is no mean."""
    there = {one.member for one in facts(step, VoterTookPart)}
    cast = list(facts(step, BallotCast))
    if not cast:
        return
    (closed,) = facts(step, AppraisalClosed)
    session = step.before[appraisal_of(closed.unit, closed.year, closed.period)]
    assert isinstance(session, Session)
    assert there <= set(session.voters)
    assert [one.code_digest for one in cast] == sorted({one.code_digest for one in cast})
    for (subject, _), number in Counter((one.subject, one.category) for one in cast).items():
        assert subject in session.subjects
        assert number <= len(there - {subject})
    for one in facts(step, AppraisalTallied):
        voices = sum(ballot.subject == one.member and ballot.mark != "abstain" for ballot in cast)
        assert one.voices == voices
        assert (one.mean is None) == (voices < LEAST_VOICES)


def i23_a_replay_gives_every_determination_to_the_cent(step: Step) -> None:
    """I23: from the archive, the rule set and the mean that it names, a determination comes out again."""
    for fact in facts(step, ScoreDetermined):
        period, member = step.after[period_of(fact.unit, fact.year, fact.period)], step.after[MEMBER.of(fact.member)]
        assert isinstance(period, Assessment)
        assert isinstance(member, Registered)
        rules = ruled_period(step.after, period)
        assert (rules.version.version, rules.version.digest) == (fact.rules, fact.rules_digest)
        archive: Archive = step.after[archive_of(fact.member, fact.last_on)]
        again = counted(rules, member, archive, None)
        made = score(rules.tariff, again.case, rules.earlier).confirmed
        profile = rules.scheme.profile(fact.profile)
        assert profile is not None
        mean = None if fact.appraisal is None else hundredths(fact.appraisal)
        whole = total(made.ledger, mean, profile, rounder_of(rules.scheme.rounding))
        assert (hundredths(fact.total), fact.records, fact.records_digest) == (
            whole.points,
            again.records,
            again.digest,
        )


def a5_no_step_of_the_year_is_skipped(step: Step) -> None:
    """评议 → 定分 → 公示 → 确定: each step finds the one before it, and people have decided."""
    for fact in facts(step, PeriodComputed):
        session = step.before[appraisal_of(fact.unit, fact.year, fact.period)]
        assert fact.period != "Y" or (isinstance(session, Session) and session.status == "closed")
        assert not isinstance(step.before[period_of(fact.unit, fact.year, fact.period)], NotOpened)
    assert step.command.actor.person is not None or not any(True for _ in facts(step, CommitteeDecided))
    for fact in facts(step, ScoreDetermined):
        period = step.before[period_of(fact.unit, fact.year, fact.period)]
        notice = step.before[NOTICE.of(fact.notice)]
        assert isinstance(period, Assessment)
        assert period.bodies, "a body has adopted the figures"
        assert isinstance(notice, Notice)
        assert notice.status == "closed", "they have hung their full term"


def a5_a_body_alters_no_figure(step: Step) -> None:
    """支部定分 adopts or returns: figures come of computing alone."""
    made = list(facts(step, MemberComputed))
    assert not made or any(True for _ in facts(step, PeriodComputed))


OVER_PERIODS: Final[tuple[Callable[[Step], None], ...]] = (
    i12_nothing_enters_a_sealed_period,
    i13_nothing_is_computed_before_everything_is_settled,
    i16_a_probationary_member_has_no_grade,
    i17_excellent_needs_threshold_and_no_veto_and_a_clear_line,
    i18_the_order_at_the_line_of_the_quota_is_of_points_alone,
    i19_a_determination_follows_the_one_before_it,
    i21_a_veto_rests_on_a_document,
    i22_one_ballot_each_for_everybody_else_and_none_before_the_counting,
    i23_a_replay_gives_every_determination_to_the_cent,
    a5_no_step_of_the_year_is_skipped,
    a5_a_body_alters_no_figure,
)
