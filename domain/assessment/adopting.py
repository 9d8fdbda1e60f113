"""更正评定 — after the notice's term whoever's line is clear has a new determination; the old one stays readable.

What an order puts right in a sealed archive enters it here, together with the determination that rests on it.
"""

from collections.abc import Sequence

from domain.assessment.computing import calendars_digest
from domain.assessment.correcting import adopted as correcting
from domain.assessment.period import Assessment, PeriodRestated, living, period_of
from domain.assessment.restatement import MemberRestated, Restatement, restatement_notice_id, restatement_of
from domain.assessment.restating import resting_on
from domain.assessment.result import (
    DeterminationSuperseded,
    GradeDetermined,
    Result,
    ScoreDetermined,
    result_of,
)
from domain.assessment.superseding import archives_put_right, version_of
from domain.decider import Decision, Past, Write
from domain.notice.notice import NOTICE, Notice
from domain.notice.results import Results
from domain.recording.archive import archive_of
from domain.values import MemberId, NoticeId


def superseded(past: Past, notice: Notice, shown: Results) -> Decision:
    """One round; nothing where no line has become clear since the last, or another restatement was ordered since.

    Whose archive has changed since he was computed keeps what stands: his figures would rest on other records.
    """
    found = living(past, notice.unit, shown.year, shown.period)
    now = past[restatement_of(notice.unit, shown.year, shown.period)]
    if not isinstance(now, Restatement) or now.order.number != shown.restatement or now.status != "approved":
        return []
    clear = {line.member for line in notice.lines if line.clear}
    results = past.many([result_of(one.member, found.year, found.period) for one in now.adopted])
    waiting = [one for one, result in zip(now.adopted, results, strict=True) if _stands(result, one)]
    same = _as_computed(past, found, now, waiting)
    fresh = [one for one in waiting if one.member in clear and one.member in same]
    if not fresh and found.restated >= now.order.number:
        return []
    header = PeriodRestated(
        unit=found.unit,
        year=found.year,
        period=found.period,
        number=now.order.number,
        notice=notice.notice,
        adopted=len(fresh),
        blocked=len(waiting) - len(fresh),
    )
    calendar = calendars_digest(past, found.year)
    writes = [write for one in fresh for write in adopted_for(past, found, now, one, notice.notice, calendar)]
    return [period_of(found.unit, found.year, found.period).says(header), *writes]


def still_open(past: Past, found: Assessment, now: Restatement) -> bool:
    """Whether a line that an objection holds back can still become clear, or has become so and awaits its round.

    One whose records have changed since does not count: he is computed anew by the next order.
    """
    notice = past[NOTICE.of(restatement_notice_id(now.order.restatement))]
    if not isinstance(notice, Notice):
        return False
    open_lines = {line.member for line in notice.lines if not line.corrected}
    results = past.many([result_of(one.member, found.year, found.period) for one in now.adopted])
    waiting = [
        one
        for one, result in zip(now.adopted, results, strict=True)
        if one.member in open_lines and _stands(result, one)
    ]
    return bool(_as_computed(past, found, now, waiting))


def _as_computed(
    past: Past, found: Assessment, now: Restatement, waiting: Sequence[MemberRestated]
) -> frozenset[MemberId]:
    """Whose archive is still the one by which he was heard and noticed; everybody else needs another order."""
    if not waiting:
        return frozenset()
    version = version_of(past, found, now)
    return resting_on(past, found, version, waiting, archives_put_right(past, found, now))


def _stands(result: Result, one: MemberRestated) -> bool:
    return result.standing is not None and result.standing.version == one.standing


def adopted_for(
    past: Past, found: Assessment, now: Restatement, one: MemberRestated, notice: NoticeId, calendar: str
) -> list[Write]:
    """What one member's new result comes to: his archive put right, the old determination gone, the new one."""
    archive = archive_of(one.member, found.last_on)
    right = [fact for fact in now.put_right if fact.member == one.member]
    ref, version = result_of(one.member, found.year, found.period), one.standing + 1
    gone = DeterminationSuperseded(
        member=one.member,
        unit=found.unit,
        year=found.year,
        period=found.period,
        version=one.standing,
        by_version=version,
        restatement=now.order.restatement,
        notice=notice,
    )
    writes = [archive.says(fact) for fact in correcting(archive, past[archive], right, notice)]
    writes += [ref.says(gone), ref.says(one.figures), ref.says(_score(found, now, one, notice, calendar))]
    if one.grade is not None and one.reason is not None:
        grade = GradeDetermined(
            member=one.member,
            unit=found.unit,
            year=found.year,
            period=found.period,
            version=version,
            grade=one.grade,
            reason=one.reason,
            total=one.figures.total,
            notice=notice,
        )
        writes.append(ref.says(grade))
    return writes


def _score(
    found: Assessment, now: Restatement, one: MemberRestated, notice: NoticeId, calendar: str
) -> ScoreDetermined:
    figures = one.figures
    assert now.as_of is not None, "only what was computed is adopted"
    return ScoreDetermined(
        member=one.member,
        unit=found.unit,
        year=found.year,
        period=found.period,
        version=one.standing + 1,
        first_on=found.first_on,
        last_on=found.last_on,
        profile=figures.profile,
        rules=now.order.rules,
        rules_digest=now.order.rules_digest,
        calendar=calendar,
        as_of=now.as_of,
        notice=notice,
        base=figures.base,
        honours=figures.honours,
        deductions=figures.deductions,
        ledger=figures.ledger,
        ledger_part=figures.ledger_part,
        appraisal=figures.appraisal,
        appraisal_part=figures.appraisal_part,
        committee=figures.committee,
        committee_part=figures.committee_part,
        task=figures.task,
        task_part=figures.task_part,
        total=figures.total,
        records=figures.records,
        records_digest=figures.records_digest,
        restatement=now.order.restatement,
    )
