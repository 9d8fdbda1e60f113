"""积分确定与格次评定 — after the notice's term whose line is clear is determined, and his archive of the period sealed.

A line that an objection holds back waits, and so do the excellent grades while its member could still be a candidate:
a seat must not be given away that may be his. All other scores and grades proceed (SPEC §4.10.15).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from domain.assessment.component import Given, given_to
from domain.assessment.computing import known_members, propose, ruled_period, seats_of, vetoes_of
from domain.assessment.counting import Ruled, counts, digest_of
from domain.assessment.grading import grade_of, seats, under_vetoes
from domain.assessment.period import (
    Assessment,
    PeriodDetermined,
    PeriodSealed,
    QuotaApplied,
    living,
    period_of,
    result_notice_id,
)
from domain.assessment.result import GradeDetermined, GradeProposed, MemberComputed, Result, ScoreDetermined, result_of
from domain.assessment.seats import Seating, pool_unit
from domain.assessment.totals import NO_BODIES
from domain.decider import Decision, Past, Write
from domain.notice.notice import NOTICE, Notice
from domain.notice.results import Results
from domain.organisation.roster import belonging
from domain.recording.archive import Archive, archive_of
from domain.recording.sealing import ArchiveSealed
from domain.rules.ruling import scheme_here
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, NoticeId, Sha256, hundredths, points


class Round(NamedTuple):
    """Who is who in one round of determination."""

    found: Assessment
    rules: Ruled
    notice: NoticeId
    results: Mapping[MemberId, Result]
    """Of everybody who was computed, by pseudonym."""
    fresh: tuple[MemberId, ...]
    """Whose score is determined now."""
    blocked: tuple[MemberId, ...]
    today: date

    def figures(self, member: MemberId) -> MemberComputed:
        """What was computed last."""
        computed = self.results[member].computed
        assert computed is not None, "only whom the period computed takes part"
        return computed

    def graded(self) -> list[MemberComputed]:
        """Those who are determined, now or before, and belong to a grade."""
        there = (one for one in self.results if one not in self.blocked)
        return [figures for figures in map(self.figures, there) if figures.graded]


def determined(past: Past, notice: Notice, shown: Results, today: date) -> Decision:
    """One round; nothing where no line has become clear since the last."""
    found = living(past, notice.unit, shown.year, shown.period)
    if found.status not in ("decided", "noticed") or found.computation != shown.computation:
        return []
    now = _round(past, found, notice, today)
    scores = [write for member in now.fresh for write in _score(now, member)]
    seated = seats_of(past, now.rules.scheme, found, found.computation, now.graded())
    grades, waiting = _grades(now, seated)
    # The first round is said even where every line is held back: from then on the period can be computed anew.
    if not scores and not grades and found.status == "noticed":
        return []
    ref = period_of(found.unit, found.year, found.period)
    header = PeriodDetermined(
        unit=found.unit,
        year=found.year,
        period=found.period,
        notice=notice.notice,
        determined=len(now.fresh),
        blocked=len(now.blocked),
        waiting=waiting,
    )
    end = [] if now.blocked or waiting else [ref.says(fact) for fact in _end(past, now, seated)]
    return [ref.says(header), *scores, *grades, *end]


def determined_since(past: Past, notice: Notice, today: date) -> Decision:
    """A further round of every period that a record notice's day is in: an objection has let go.

    Of its own organisation, and of those that computed whoever belonged to it that day: where he went determines him.
    """
    day = notice.occurred_on
    states = past.many([period_of(unit, day.year, code) for unit, code in _where_computed(past, notice)])
    found = [one for one in states if isinstance(one, Assessment) and one.status == "noticed"]
    inside = [one for one in found if one.first_on <= day <= one.last_on]
    ids = [result_notice_id(one.unit, one.year, one.period, one.computation) for one in inside]
    closed = [one for one in past.many([NOTICE.of(one) for one in ids]) if isinstance(one, Notice)]
    rounds = [determined(past, one, one.results, today) for one in closed if one.status == "closed" and one.results]
    return [write for one in rounds for write in one]


def _where_computed(past: Past, notice: Notice) -> Iterable[tuple[Code, Code]]:
    day = notice.occurred_on
    codes = [one.code for one in scheme_here(past, notice.unit, day)[1].periods]
    keys = [(member, code) for member in belonging(past, notice.unit, day) for code in codes]
    results = past.many([result_of(member, day.year, code) for member, code in keys])
    pairs = zip(keys, results, strict=True)
    there = [(result.computed.unit, code) for (_, code), result in pairs if result.computed is not None]
    return dict.fromkeys((*((notice.unit, code) for code in codes), *there))


def _round(past: Past, found: Assessment, notice: Notice, today: date) -> Round:
    people = known_members(past, found)
    members = [one.member for one in people]
    states = past.many([result_of(one, found.year, found.period) for one in members])
    results = {
        member: state
        for member, state in zip(members, states, strict=True)
        if state.computed is not None and state.computed.unit == found.unit
    }
    rules = ruled_period(past, found)
    clear = {line.member for line in notice.lines if line.clear}
    archives = dict(zip(results, past.many([archive_of(one, found.last_on) for one in results]), strict=True))
    given = given_to(past, rules, found, [one for one in people if one.member in results])
    open_results = [one for one, state in results.items() if state.standing is None]
    fresh = [
        one
        for one in open_results
        if one in clear
        and _unchanged(rules, results[one], archives[one])
        and _as_given(results[one], given.get(one, NO_BODIES))
    ]
    blocked = [one for one in open_results if one not in fresh]
    return Round(found, rules, notice.notice, results, tuple(fresh), tuple(blocked), today)


def _unchanged(rules: Ruled, result: Result, archive: Archive) -> bool:
    """Whether the records that count are those that were computed, and nothing is on its way or said to be missing.

    A record that a decision put in the place of another counts after its own notice: till then nothing is known of him.
    """
    assert result.computed is not None, "the caller has looked"
    inside = [one for one in archive.records.values() if rules.first_on <= one.counted_on <= rules.last_on]
    if any(one.waiting for one in inside) or archive.missing(rules.first_on, rules.last_on):
        return False
    return digest_of(filter(counts, inside)) == result.computed.records_digest


def _as_given(result: Result, given: Given) -> bool:
    """Whether what bodies gave is what was computed with: else he waits as well."""
    assert result.computed is not None, "the caller has looked"
    said = {"committee": result.computed.committee, "task": result.computed.task}
    return {part: points(score) for part, score in given.items()} == {k: v for k, v in said.items() if v is not None}


def _score(now: Round, member: MemberId) -> list[Write]:
    found, one = now.found, now.figures(member)
    assert found.rules is not None, "a period that is determined was computed"
    assert found.rules_digest is not None, "a period that is determined was computed"
    assert found.calendar is not None, "a period that is determined was computed"
    assert found.as_of is not None, "a period that is determined was computed"
    fact = ScoreDetermined(
        member=member,
        unit=found.unit,
        year=found.year,
        period=found.period,
        version=len(now.results[member].determinations) + 1,
        first_on=found.first_on,
        last_on=found.last_on,
        profile=one.profile,
        rules=found.rules,
        rules_digest=found.rules_digest,
        calendar=found.calendar,
        as_of=found.as_of,
        notice=now.notice,
        base=one.base,
        honours=one.honours,
        deductions=one.deductions,
        ledger=one.ledger,
        ledger_part=one.ledger_part,
        appraisal=one.appraisal,
        appraisal_part=one.appraisal_part,
        committee=one.committee,
        committee_part=one.committee_part,
        task=one.task,
        task_part=one.task_part,
        total=one.total,
        records=one.records,
        records_digest=one.records_digest,
    )
    sealed = ArchiveSealed(
        member=member,
        unit=found.unit,
        year=found.year,
        period=found.period,
        first_on=found.first_on,
        last_on=found.last_on,
    )
    return [
        result_of(member, found.year, found.period).says(fact),
        archive_of(member, found.last_on).says(sealed),
    ]


def _grades(now: Round, seated: Seating) -> tuple[list[Write], int]:
    """(the grades that can be given now, how many wait)."""
    scheme = now.rules.scheme
    proposals = propose(scheme, now.graded(), seated)
    held_up = any(could_be_candidate(scheme, now.figures(one)) for one in now.blocked)
    writes: list[Write] = []
    waiting = len(seated.waiting)
    for member, proposed in proposals.items():
        before = now.results[member].standing
        if before is not None and before.grade is not None:
            continue
        if held_up and _wants_seat(scheme, now.figures(member)):
            waiting += 1
            continue
        writes.append(_grade(now, member, proposed))
    return writes, waiting


def could_be_candidate(scheme: Scheme, blocked: MemberComputed) -> bool:
    """Whether a blocked member could still reach the first grade: unless a veto shuts him out, an objection might."""
    if not blocked.graded:
        return False
    best = scheme.grades[0]
    return under_vetoes(best, vetoes_of(scheme, blocked.vetoes), scheme.grades).candidate


def _wants_seat(scheme: Scheme, one: MemberComputed) -> bool:
    reached = grade_of(hundredths(one.total), scheme.grades, scheme.interpretation)
    return under_vetoes(reached, vetoes_of(scheme, one.vetoes), scheme.grades).candidate


def _grade(now: Round, member: MemberId, proposed: GradeProposed) -> Write:
    found, result = now.found, now.results[member]
    fact = GradeDetermined(
        member=member,
        unit=found.unit,
        year=found.year,
        period=found.period,
        version=max(1, len(result.determinations) + (1 if member in now.fresh else 0)),
        grade=proposed.grade,
        reason=proposed.reason,
        total=now.figures(member).total,
        notice=now.notice,
        determined_on=now.today,
    )
    return result_of(member, found.year, found.period).says(fact)


def _end(past: Past, now: Round, seated: Seating) -> Sequence[QuotaApplied | PeriodSealed]:
    found, scheme, graded = now.found, now.rules.scheme, now.graded()
    proposals = propose(scheme, graded, seated)
    pooled = scheme.excellent_quota.enabled and scheme.excellent_quota.scope == "pooled"
    best = {grade.code for grade in scheme.grades if grade.candidate}
    quota = QuotaApplied(
        unit=found.unit,
        year=found.year,
        period=found.period,
        graded=len(graded),
        seats=seats(len(graded), scheme.excellent_quota) if scheme.excellent_quota.enabled and not pooled else None,
        candidates=sum(_wants_seat(scheme, one) for one in graded),
        excellent=sum(one.grade in best for one in proposals.values()),
        pool=pool_unit(past, scheme.excellent_quota, found.unit) if pooled else None,
    )
    sealed = PeriodSealed(
        unit=found.unit,
        year=found.year,
        period=found.period,
        members=len(now.results),
        digest=sealed_digest([now.figures(one) for one in now.results], proposals),
    )
    return [quota, sealed] if now.rules.period.graded else [sealed]


def sealed_digest(figures: Sequence[MemberComputed], grades: Mapping[MemberId, GradeProposed]) -> Sha256:
    """SHA-256 over (member, total, grade) of everybody, one a line, by member."""
    said = [
        msgspec.json.encode([str(one.member), one.total, grades[one.member].grade if one.member in grades else None])
        for one in sorted(figures, key=lambda one: str(one.member))
    ]
    return hashlib.sha256(b"\n".join(said)).hexdigest()
