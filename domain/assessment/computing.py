"""核算 — the figures of a period, of everybody at once: one load of all streams, one pure scoring, nobody's judgement.

The year's comes after the appraisal is tallied: 评议 → 核算 → 定分 → 公示, and no step can be skipped.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, TypedDict

import msgspec

from domain.assessment.appraisal import NoSession, appraisal_of
from domain.assessment.completeness import PeriodIncomplete, PeriodRunning, looked_through, members_of, years_of
from domain.assessment.component import Given, given_to, need_given
from domain.assessment.counting import Ruled, counted, ruled
from domain.assessment.grading import Candidate, grade_of, under_vetoes, within_quota
from domain.assessment.opening import assessed_period, parts_of, parts_sealed
from domain.assessment.period import (
    Assessment,
    CompletenessChecked,
    PeriodComputed,
    period_of,
    standing,
)
from domain.assessment.presence import gradable
from domain.assessment.result import GradeProposed, MemberComputed, Reason, Result, result_of
from domain.assessment.rounding import rounder_of
from domain.assessment.rows import Uncountable
from domain.assessment.scoring import Score, score
from domain.assessment.seats import Seating, joining, seating
from domain.assessment.totals import NO_BODIES, total
from domain.decider import Command, Decision, Past, Refused, StreamRef
from domain.organisation.member import MEMBER, Registered
from domain.organisation.unit import established
from domain.recording.archive import Archive, archive_of
from domain.recording.docket import docket_of
from domain.rules.assessing import Profile
from domain.rules.calendar import CALENDAR
from domain.rules.items import VetoItem
from domain.rules.ruleset import NoRuleInForce
from domain.rules.ruling import rules_here
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Points, Sha256, day_of, hundredths, points


class AppraisalMissing(Refused):
    """民主评议尚未计票,不能核算年度总分。 The appraisal is not tallied yet: the total cannot be computed."""

    code = "appraisal-missing"


class RecordUncountable(Refused):
    """有积分记录在办法中没有对应条目,不能核算。 The rule set does not know a record: nothing can be computed."""

    code = "record-uncountable"


class NobodyToCompute(Refused):
    """本期没有待核算的党员。 There is nobody whose figures of this period are to be made."""

    code = "nobody-to-compute"


class ComputePeriod(Command, frozen=True, kw_only=True):
    """Compute a period."""

    operation = "period.compute"
    unit: Code
    year: int
    period: Code


class Figures(TypedDict):
    """Every component of one result, as it is written."""

    months_present: int
    base: Points
    base_max: Points
    honours: Points
    deductions: Points
    ledger: Points
    appraisal: Points | None
    ledger_part: Points
    appraisal_part: Points | None
    committee: Points | None
    committee_part: Points | None
    task: Points | None
    task_part: Points | None
    total: Points
    graded: bool
    vetoes: tuple[Code, ...]


def decide(past: Past, command: ComputePeriod) -> Decision:
    """Complete, over, its parts sealed, its appraisal tallied: then every member's figures, and the grades proposed."""
    found = standing(past, command.unit, command.year, command.period, "opened", "noticed")
    if day_of(command.at) <= found.last_on:
        raise PeriodRunning(last_on=found.last_on)
    rules = ruled_period(past, found)
    parts_sealed(past, rules.scheme, command.unit, command.year, command.period)
    everybody = assessed_members(past, rules, found)
    past.many(_needed(found, [one.member for one in everybody], rules.years_back))
    members = undetermined(past, found, everybody)
    if not members:
        raise NobodyToCompute(period=command.period)
    checked = _complete(past, rules.scheme, found, [one.member for one in members])
    means = _means(past, rules, found)
    need_given(past, rules, found, members)
    computation = found.computation + 1
    results = results_of(past, rules, found, computation, members, means)
    kept = standing_figures(past, found, [one for one in everybody if one not in members])
    graded = [one for one in (*kept, *results) if one.graded]
    proposals = propose(rules.scheme, graded, seats_of(past, rules.scheme, found, computation, graded))
    header = PeriodComputed(
        unit=found.unit,
        year=found.year,
        period=found.period,
        computation=computation,
        rules=rules.version.version,
        rules_digest=rules.version.digest,
        calendar=calendars_digest(past, found.year),
        as_of=command.id,
        members=len(results),
        digest=results_digest(results),
    )
    records = sum(one.records for one in results)
    ref = period_of(found.unit, found.year, found.period)
    writes = [ref.says(msgspec.structs.replace(checked, records=records)), ref.says(header)]
    for one in results:
        own = result_of(one.member, found.year, found.period)
        writes.append(own.says(one))
        if one.member in proposals:
            writes.append(own.says(proposals[one.member]))
    if rules.period.graded:
        writes += joining(past, rules.scheme.excellent_quota, found, computation)
    return writes


def _needed(found: Assessment, members: Sequence[MemberId], years_back: int) -> list[StreamRef[Any]]:
    """Everything that the figures rest on, asked for at once: each further question makes the decision anew."""
    years = (found.year, found.year - 1)
    return [
        *(archive_of(one, date(found.year - back, 12, 31)) for one in members for back in range(years_back + 1)),
        *(result_of(one, year, found.period) for one in members for year in years),
        *(docket_of(found.unit, year) for year in years_of(found)),
        *(CALENDAR.of("CN", year) for year in (found.year, found.year + 1)),
        appraisal_of(found.unit, found.year, found.period),
    ]


def ruled_period(past: Past, found: Assessment) -> Ruled:
    """The period under the rule set in force on its last day."""
    known = rules_here(past, found.unit)
    version = known.in_force(found.last_on)
    if version is None or version.scheme is None:
        raise NoRuleInForce(scheme=established(past, found.unit).scheme, day=found.last_on)
    period = assessed_period(version.scheme, found.period)
    return ruled(known, version, period, found.first_on, parts_of(version.scheme, period, found.year))


def known_members(past: Past, found: Assessment) -> list[Registered]:
    """Everybody on the roster of the period's last day."""
    states = past.many([MEMBER.of(one) for one in members_of(past, found)])
    return [one for one in states if isinstance(one, Registered)]


def assessed_members(past: Past, rules: Ruled, found: Assessment) -> list[Registered]:
    """Those of them who have a line in the period."""
    return [one for one in known_members(past, found) if is_assessed(rules, one)]


def undetermined(past: Past, found: Assessment, members: Sequence[Registered]) -> list[Registered]:
    """Those whose result of the period is not determined: all at first, later whom an objection held back."""
    results = past.many([result_of(one.member, found.year, found.period) for one in members])
    return [one for one, result in zip(members, results, strict=True) if result.standing is None]


def standing_figures(past: Past, found: Assessment, members: Sequence[Registered]) -> list[MemberComputed]:
    """The figures of those who are determined already."""
    results = past.many([result_of(one.member, found.year, found.period) for one in members])
    return [one.computed for one in results if one.computed is not None]


def is_assessed(rules: Ruled, member: Registered) -> bool:
    """Not the exempt, nor whose class has no total: they have no line."""
    profile = rules.scheme.profile(member.profile_on(rules.last_on))
    return not member.exempt(rules.last_on) and profile is not None and profile.components.ledger is not None


def with_years_before(past: Past, member: MemberId, year: int, back: int) -> Archive:
    """A member's records of a year, and of so many before it from which an effect may last into it."""
    archives = past.many([archive_of(member, date(one, 1, 1)) for one in range(year - back, year + 1)])
    return Archive(records={number: one for archive in archives for number, one in archive.records.items()})


def _complete(past: Past, scheme: Scheme, found: Assessment, members: Sequence[MemberId]) -> CompletenessChecked:
    seen = looked_through(past, scheme, found, members)
    if seen.missing:
        raise PeriodIncomplete(**msgspec.structs.asdict(seen.missing))
    return CompletenessChecked(
        unit=found.unit,
        year=found.year,
        period=found.period,
        planned=seen.planned,
        held=seen.held,
        not_held=seen.not_held,
        sheets=seen.sheets,
        cases=seen.cases,
        records=0,
    )


def _means(past: Past, rules: Ruled, found: Assessment) -> dict[MemberId, int | None]:
    """The tallied means; none where the rule set asks for no appraisal."""
    if not rules.period.appraisal:
        return {}
    session = past[appraisal_of(found.unit, found.year, found.period)]
    if isinstance(session, NoSession) or session.status != "closed":
        raise AppraisalMissing(period=found.period, year=found.year)
    return session.means


def results_of(
    past: Past,
    rules: Ruled,
    found: Assessment,
    computation: int,
    members: Sequence[Registered],
    means: dict[MemberId, int | None],
) -> list[MemberComputed]:
    """Every component of some members' results, from their archives and the tallied means."""
    archives = past.many([archive_of(one.member, found.last_on) for one in members])
    if rules.years_back:
        archives = [with_years_before(past, one.member, found.year, rules.years_back) for one in members]
    before: list[Result] = past.many([result_of(one.member, found.year - 1, found.period) for one in members])
    past.many([result_of(one.member, found.year, found.period) for one in members])
    bodies = given_to(past, rules, found, members)
    results: list[MemberComputed] = []
    for member, archive, earlier in zip(members, archives, before, strict=True):
        last = None if earlier.standing is None else earlier.standing.total
        given = counted(rules, member, archive, last)
        try:
            made = score(rules.tariff, given.case, rules.earlier).confirmed
        except Uncountable as unknown:
            raise RecordUncountable(member=member.member, reason=str(unknown)) from unknown
        profile = rules.scheme.profile(member.profile_on(rules.last_on))
        assert profile is not None, "only whom the rule set knows is assessed"
        months = sum(span.months_present for span in given.case.spans)
        figures = figures_of(
            rules, months, profile, made, means.get(member.member), bodies.get(member.member, NO_BODIES)
        )
        results.append(
            MemberComputed(
                member=member.member,
                unit=found.unit,
                year=found.year,
                period=found.period,
                computation=computation,
                profile=profile.code,
                records=given.records,
                records_digest=given.digest,
                **figures,
            )
        )
    return results


def figures_of(
    rules: Ruled, months: int, profile: Profile, made: Score, mean: int | None, bodies: Given = NO_BODIES
) -> Figures:
    """Every component of one member's result, as it is written."""
    mean = mean if rules.period.appraisal else None
    bodies = bodies if rules.period.result == "total" else NO_BODIES
    whole = total(made.ledger, mean, profile, rounder_of(rules.scheme.rounding), bodies)
    return Figures(
        months_present=months,
        base=points(made.base),
        base_max=points(made.base_max),
        honours=points(made.honour_points),
        deductions=points(made.deduction_points),
        ledger=points(made.ledger),
        appraisal=_points(mean),
        ledger_part=points(whole.ledger_part),
        appraisal_part=_points(whole.appraisal_part),
        committee=_points(bodies.get("committee")),
        committee_part=_points(whole.committee_part),
        task=_points(bodies.get("task")),
        task_part=_points(whole.task_part),
        total=points(whole.points),
        graded=_graded(rules, profile, months),
        vetoes=tuple(sorted({one.item for one in made.vetoes})),
    )


def _points(value: int | None) -> Points | None:
    return None if value is None else points(value)


def _graded(rules: Ruled, profile: Profile, months: int) -> bool:
    """Whether somebody gets a grade: a rule set may have none at all."""
    asked = rules.period.graded and profile.graded and bool(rules.scheme.grades)
    return asked and gradable([months], rules.scheme.counting.pro_rata)


def seats_of(
    past: Past, scheme: Scheme, found: Assessment, computation: int, graded: Sequence[MemberComputed]
) -> Seating:
    """Who of them has a seat, and for whom it is not settled yet."""
    quota = scheme.excellent_quota
    return seating(past, quota, found, computation, candidates_of(scheme, graded), len(graded))


def candidates_of(scheme: Scheme, graded: Iterable[MemberComputed]) -> list[Candidate]:
    """Those whose total, under its vetoes, reaches the first grade."""
    return [candidate(one) for one in graded if is_candidate(scheme, capped(scheme, one)[0])]


def propose(
    scheme: Scheme, graded: Sequence[MemberComputed], seated: Seating | None = None
) -> dict[MemberId, GradeProposed]:
    """By threshold, then the ceilings of vetoes, then the quota; nothing for whom no seat is settled yet."""
    if seated is None:
        seated = Seating(within_quota(candidates_of(scheme, graded), len(graded), scheme.excellent_quota))
    found: dict[MemberId, GradeProposed] = {}
    for one in graded:
        grade, reason = capped(scheme, one)
        if is_candidate(scheme, grade) and str(one.member) in seated.waiting:
            continue
        if is_candidate(scheme, grade) and str(one.member) not in seated.inside:
            grade, reason = next_grade(scheme, grade), "quota"
        found[one.member] = GradeProposed(
            member=one.member,
            unit=one.unit,
            year=one.year,
            period=one.period,
            computation=one.computation,
            grade=grade,
            reason=reason,
        )
    return found


def candidate(one: MemberComputed) -> Candidate:
    """All that the order at the quota's line may look at."""
    return Candidate(
        member=str(one.member),
        total=hundredths(one.total),
        ledger=hundredths(one.ledger),
        appraisal=0 if one.appraisal is None else hundredths(one.appraisal),
        deductions=hundredths(one.deductions),
    )


def capped(scheme: Scheme, one: MemberComputed) -> tuple[Code, Reason]:
    """The grade that a total reaches under its vetoes, before any quota."""
    reached = grade_of(hundredths(one.total), scheme.grades, scheme.interpretation)
    capped = under_vetoes(reached, vetoes_of(scheme, one.vetoes), scheme.grades)
    return capped.code, "threshold" if capped.code == reached.code else "veto"


def vetoes_of(scheme: Scheme, codes: Iterable[Code]) -> list[VetoItem]:
    """The veto items of some codes."""
    items = (scheme.item(code) for code in codes)
    return [item for item in items if isinstance(item, VetoItem)]


def is_candidate(scheme: Scheme, code: Code | None) -> bool:
    """Whether it is a grade that a quota bounds."""
    return any(grade.candidate for grade in scheme.grades if grade.code == code)


def next_grade(scheme: Scheme, code: Code) -> Code:
    """The first grade below that no quota bounds."""
    codes = [grade.code for grade in scheme.grades]
    below = scheme.grades[codes.index(code) :]
    return next(grade.code for grade in below if not grade.candidate)


def results_digest(results: Sequence[MemberComputed]) -> Sha256:
    """SHA-256 over the canonical bytes of the members' facts in order: the header pins what follows it."""
    return hashlib.sha256(b"\n".join(msgspec.json.encode(one, order="sorted") for one in results)).hexdigest()


def calendars_digest(past: Past, year: int) -> Sha256:
    """SHA-256 over the editions of the year's and the next year's calendar."""
    editions = [state.editions for state in past.many([CALENDAR.of("CN", one) for one in (year, year + 1)])]
    said = [[sorted(one.calendar.days_off), sorted(one.calendar.make_up_days)] for known in editions for one in known]
    return hashlib.sha256(msgspec.json.encode(said)).hexdigest()
