"""考评结果公示 — the notice of a period's results, drafted by itself once the last body has adopted them.

Its lines are those of the branch edition: totals, and grades where the period has them. The public edition is made of
them when it is shown: the names of the excellent and the count of the determined, nothing else (SPEC §4.10.1).
"""

from domain.assessment.computing import known_members, ruled_period, undetermined
from domain.assessment.period import line_id, result_notice_id, standing
from domain.assessment.result import Result, result_of
from domain.decider import Command, Decision, Past
from domain.notice.notice import NOTICE, NoNotice, NoticeExists, lines_digest
from domain.notice.results import ResultLineDrafted, ResultNoticeDrafted
from domain.rules.demands import NoticeKind, stage_of
from domain.values import Code, day_of


class DraftResultNotice(Command, frozen=True, kw_only=True):
    """Draft the notice of what was adopted."""

    operation = "notice.draft"
    unit: Code
    year: int
    period: Code


def decide(past: Past, command: DraftResultNotice) -> Decision:
    """One line for each member whose figures were adopted, by pseudonym; once."""
    found = standing(past, command.unit, command.year, command.period, "decided")
    rules = ruled_period(past, found)
    notice = result_notice_id(found.unit, found.year, found.period, found.computation)
    ref = NOTICE.of(notice)
    if past[ref] != NoNotice():
        raise NoticeExists(notice=notice)
    members = undetermined(past, found, known_members(past, found))
    results: list[Result] = past.many([result_of(one.member, found.year, found.period) for one in members])
    computed = [one for one in results if one.computed is not None and one.computed.computation == found.computation]
    lines = [_line(number, one) for number, one in enumerate(computed, start=1)]
    kind: NoticeKind = "year_end" if rules.period.result == "total" else "half_year"
    header = ResultNoticeDrafted(
        notice=notice,
        unit=found.unit,
        stage=stage_of(rules.scheme, kind).code,
        year=found.year,
        period=found.period,
        computation=found.computation,
        last_on=found.last_on,
        lines=len(lines),
        digest=lines_digest(lines),
        decided_on=day_of(command.at),
        bodies=tuple(sorted(set(found.bodies))),
    )
    return [ref.says(header), *(ref.says(line) for line in lines)]


def _line(number: int, result: Result) -> ResultLineDrafted:
    assert result.computed is not None, "only what was computed is noticed"
    one = result.computed
    return ResultLineDrafted(
        line=number,
        member=one.member,
        result=line_id(one.member, one.year, one.period, one.computation),
        total=one.total,
        grade=None if result.proposed is None else result.proposed.grade,
    )
