"""个人考评 — one member's result of one period: computed, proposed, determined, superseded, fed back.

The figures are what the one scoring function gave; a determination says all by which a replay gives them again: the
rule version and its digest, the calendars, the records by count and digest, every component, the command that
computed, the notice under which everybody could object.
"""

from datetime import date
from typing import Final, Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from domain.decider import Fact, Refused, Stream, StreamRef
from domain.values import Code, CommandId, MemberId, NoticeId, Points, RestatementId, Sha256, hundredths

Reason: TypeAlias = Literal["threshold", "veto", "quota"]
"""Why this grade: the total alone, a ceiling, or no seat left."""


class MemberComputed(Fact, frozen=True, kw_only=True):
    """核算一人 — every component of one member's result."""

    member: MemberId
    unit: Code
    year: int
    period: Code
    computation: int
    profile: Code
    months_present: int
    base: Points
    base_max: Points
    honours: Points
    deductions: Points
    ledger: Points
    appraisal: Points | None = None
    """The mean of the ballots; None where there is none."""
    ledger_part: Points
    appraisal_part: Points | None = None
    committee: Points | None = None
    """What the body gave, where a part of the total is given by one."""
    committee_part: Points | None = None
    task: Points | None = None
    task_part: Points | None = None
    total: Points
    graded: bool = False
    """Whether a grade belongs to this period, this class of members and this presence."""
    vetoes: tuple[Code, ...] = ()
    """The vetoes that hold on the last day: at most those of the rule set."""
    records: int
    records_digest: Sha256
    """Over the ids of the records that counted, sorted."""


class GradeProposed(Fact, frozen=True, kw_only=True):
    """拟定格次 — by threshold, vetoes and quota; nobody has decided anything yet."""

    member: MemberId
    unit: Code
    year: int
    period: Code
    computation: int
    grade: Code
    reason: Reason


class ScoreDetermined(Fact, frozen=True, kw_only=True):
    """积分确定 — adopted, noticed for the full term, without an open objection."""

    member: MemberId
    unit: Code
    year: int
    period: Code
    version: int
    """1, and one more for each determination that supersedes."""
    first_on: date
    last_on: date
    profile: Code
    rules: Code
    rules_digest: Sha256
    calendar: Sha256
    as_of: CommandId
    notice: NoticeId
    base: Points
    honours: Points
    deductions: Points
    ledger: Points
    ledger_part: Points
    appraisal: Points | None = None
    appraisal_part: Points | None = None
    committee: Points | None = None
    committee_part: Points | None = None
    task: Points | None = None
    task_part: Points | None = None
    total: Points
    records: int
    records_digest: Sha256
    restatement: RestatementId | None = None
    """Present where it supersedes: every record was counted under ``rules``, as if that had been in force."""


class DeterminationSuperseded(Fact, frozen=True, kw_only=True):
    """更正评定 — a determination gives way to the next, which follows it; it stays readable."""

    member: MemberId
    unit: Code
    year: int
    period: Code
    version: int
    """The one that gives way."""
    by_version: int
    restatement: RestatementId
    notice: NoticeId


class GradeDetermined(Fact, frozen=True, kw_only=True):
    """格次评定."""

    member: MemberId
    unit: Code
    year: int
    period: Code
    version: int
    grade: Code
    reason: Reason
    total: Points
    notice: NoticeId
    determined_on: date | None = None
    """The day on which the grade was given."""


class ResultFedBack(Fact, frozen=True, kw_only=True):
    """反馈本人 — somebody of the branch talked with him about the result; the note of the talk is sealed."""

    member: MemberId
    unit: Code
    year: int
    period: Code
    version: int
    by: MemberId
    told_on: date
    note: Sha256 | None = None


class ResultAcknowledged(Fact, frozen=True, kw_only=True):
    """本人签收 — he has seen this version of his result; that he agrees is not said, and objecting stays open."""

    member: MemberId
    unit: Code
    """Where he belongs by then."""
    year: int
    period: Code
    version: int


class Determination(msgspec.Struct, frozen=True, kw_only=True):
    """What was determined; points in hundredths."""

    version: int
    unit: str
    rules: str
    total: int
    notice: NoticeId
    grade: str | None = None
    reason: Reason | None = None
    graded_on: date | None = None
    fed_back: bool = False
    acknowledged: bool = False
    superseded: bool = False


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One member's period: what was computed last, and every determination, oldest first."""

    computed: MemberComputed | None = None
    proposed: GradeProposed | None = None
    determinations: tuple[Determination, ...] = ()

    @property
    def standing(self) -> Determination | None:
        """The determination that none supersedes."""
        return self.determinations[-1] if self.determinations else None


class NotDetermined(Refused):
    """该党员本期积分尚未确定。 This member's result of the period is not determined yet."""

    code = "not-determined"


class AlreadyFedBack(Refused):
    """本期结果已反馈本人。 This result was fed back already."""

    code = "already-fed-back"


class AlreadyAcknowledged(Refused):
    """本期结果您已签收。 You acknowledged this result already."""

    code = "already-acknowledged"


def evolve(state: Result, fact: Fact) -> Result:
    """The result after one more fact."""
    match fact:
        case MemberComputed():
            return replace(state, computed=fact, proposed=None)
        case GradeProposed():
            assert state.computed is not None, "a grade is proposed for what was computed"
            return replace(state, proposed=fact)
        case ScoreDetermined():
            assert fact.version == len(state.determinations) + 1, f"version {fact.version} follows no other"
            return replace(state, determinations=(*state.determinations, _determined(fact)))
        case DeterminationSuperseded():
            *before, last = state.determinations
            assert fact.version == last.version, f"version {fact.version} is not the last"
            return replace(state, determinations=(*before, replace(last, superseded=True)))
        case ResultAcknowledged():
            *before, last = state.determinations
            assert fact.version == last.version, f"version {fact.version} is not the last"
            return replace(state, determinations=(*before, replace(last, acknowledged=True)))
        case GradeDetermined() | ResultFedBack():
            *before, last = state.determinations
            assert fact.version == last.version, f"version {fact.version} is not the last"
            if isinstance(fact, ResultFedBack):
                return replace(state, determinations=(*before, replace(last, fed_back=True)))
            assert last.grade is None, "a grade is determined once"
            graded = replace(last, grade=fact.grade, reason=fact.reason, graded_on=fact.determined_on)
            return replace(state, determinations=(*before, graded))
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to a result")


def _determined(fact: ScoreDetermined) -> Determination:
    return Determination(
        version=fact.version, unit=fact.unit, rules=fact.rules, total=hundredths(fact.total), notice=fact.notice
    )


RESULT: Final[Stream[Result]] = Stream(
    "member-assessment",
    Result(),
    evolve,
    (
        MemberComputed,
        GradeProposed,
        ScoreDetermined,
        GradeDetermined,
        ResultFedBack,
        DeterminationSuperseded,
        ResultAcknowledged,
    ),
)


def result_of(member: MemberId, year: int, period: Code) -> StreamRef[Result]:
    """The one stream of a member's period."""
    return RESULT.of(member, year, period)
