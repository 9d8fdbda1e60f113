"""拟采取措施 — a sealed period proposes measures for its members; a superseded result has them looked at again (I19).

Nobody is under a measure by this: a person opens what is proposed, and what no longer follows is withdrawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from domain.assessment.computing import candidate, known_members, ruled_period
from domain.assessment.counting import Ruled
from domain.assessment.period import Assessment, standing
from domain.assessment.result import Determination, Result, result_of
from domain.decider import Command, Decision, Past, Write
from domain.history.past_year import past_year_of
from domain.result.consequence import LONGEST_STREAK, Determined, due_measures, streak
from domain.result.measure import (
    Measure,
    MeasureProposed,
    Measures,
    MeasureWithdrawn,
    measure_id,
    measures_of,
)
from domain.result.pairing import help_ended
from domain.rules.consequences import MeasureRule, When
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, points


class ProposeMeasures(Command, frozen=True, kw_only=True):
    """A period was sealed."""

    operation = "measure.propose"
    unit: Code
    year: int
    period: Code


class ReviewMeasures(Command, frozen=True, kw_only=True):
    """A determined result was superseded: what follows from it, and from the years after it, is looked at again.

    Where the rule set goes by places, for all whose place it may have changed.
    """

    operation = "measure.propose"
    fresh = ("imported",)  # a review granted before there was this field is still known by the same digest
    unit: Code
    member: MemberId
    year: int
    period: Code
    imported: bool = False
    """Whether it is what papers say of a year before the log: then only the years after it are looked at."""


DueCommand: TypeAlias = ProposeMeasures | ReviewMeasures


def decide(past: Past, command: DueCommand) -> Decision:
    """Propose for everybody of a period, or review one member's."""
    if isinstance(command, ReviewMeasures) and command.imported:
        return _after_import(past, command)
    found = standing(past, command.unit, command.year, command.period, "sealed")
    rules = ruled_period(past, found)
    results = _results(past, found)
    places = _places(rules.scheme, results)
    match command:
        case ProposeMeasures():
            held = past.many([measures_of(member) for member in results])
            history = _history(past, rules.scheme, list(results), found)
            return [
                write
                for (member, result), known in zip(results.items(), held, strict=True)
                for write in _newly(rules, found, member, result, known, history[member], places.get(member))
            ]
        case ReviewMeasures():
            own = _review(past, rules, found, command.member, places)
            others = {one: result for one, result in results.items() if one != command.member}
            return own + _overtaken(past, rules, found, others, places)


class Foreseen(NamedTuple):
    """What would follow from another result: measures newly due, and those that would be withdrawn."""

    due: tuple[Code, ...]
    gone: tuple[Code, ...]


def foreseen(
    past: Past, found: Assessment, others: Mapping[MemberId, tuple[Code | None, int]]
) -> dict[MemberId, Foreseen]:
    """For members with another (grade, total) of a determined period: nothing is proposed by this."""
    scheme = ruled_period(past, found).scheme
    places = _places(scheme, _results(past, found))
    held = past.many([measures_of(member) for member in others])
    history = _history(past, scheme, list(others), found)
    wanted: dict[MemberId, Foreseen] = {}
    for (member, (grade, total)), known in zip(others.items(), held, strict=True):
        decided = [one.year for one in known.known.values() if one.decided and one.year < found.year]
        seen = Determined(
            year=found.year,
            period=found.period,
            grade=grade,
            total=total,
            place=places.get(member),
            earlier=history[member],
            decided_in=max(decided, default=None),
        )
        codes = tuple(rule.code for rule in due_measures(scheme, seen))
        live = tuple(one.code for one in _of_period(known, found) if one.live)
        wanted[member] = Foreseen(
            tuple(one for one in codes if one not in live), tuple(one for one in live if one not in codes)
        )
    return wanted


def _results(past: Past, found: Assessment) -> dict[MemberId, Result]:
    members = [one.member for one in known_members(past, found)]
    states = past.many([result_of(one, found.year, found.period) for one in members])
    there = zip(members, states, strict=True)
    return {member: one for member, one in there if one.standing is not None and one.standing.unit == found.unit}


def _places(scheme: Scheme, results: Mapping[MemberId, Result]) -> dict[MemberId, int]:
    """Each graded member's place by the order of the quota's line; equals share theirs. For the table alone."""
    graded = {
        member: candidate(one.computed).rank(scheme.excellent_quota.ties)
        for member, one in results.items()
        if one.computed is not None and one.standing is not None and one.standing.grade is not None
    }
    return {member: 1 + sum(other > rank for other in graded.values()) for member, rank in graded.items()}


def _history(
    past: Past, scheme: Scheme, members: Sequence[MemberId], found: Assessment
) -> dict[MemberId, dict[int, Code | None]]:
    """Each member's earlier grades of this period, as far back as a run of grades can reach."""
    years = range(found.year - 1, found.year - LONGEST_STREAK, -1)
    states = iter(past.many([result_of(one, year, found.period) for one in members for year in years]))
    grades = {one: {year: _grade(next(states)) for year in years} for one in members}
    return {one: _with_imported(past, scheme, one, grades[one], found.period) for one in members}


def _with_imported(
    past: Past, scheme: Scheme, member: MemberId, grades: dict[int, Code | None], period: Code
) -> dict[int, Code | None]:
    """With what papers say of the years before the log, where the rule set lets that count (decision 0037)."""
    if scheme.measures.streak.imported == "never":
        return grades
    bare = [year for year, grade in grades.items() if grade is None]
    papers = zip(bare, past.many([past_year_of(member, year) for year in bare]), strict=True)
    said = {year: one.result(period) for year, one in papers}
    return grades | {year: one.grade for year, one in said.items() if one is not None}


def _grade(result: Result) -> Code | None:
    return None if result.standing is None else result.standing.grade


def _determined(
    result: Determination, found: Assessment, known: Measures, earlier: Mapping[int, Code | None], place: int | None
) -> Determined:
    decided = [one.year for one in known.known.values() if one.decided and one.year < found.year]
    return Determined(
        year=found.year,
        period=found.period,
        grade=result.grade,
        total=result.total,
        place=place,
        earlier=earlier,
        decided_in=max(decided, default=None),
    )


def _newly(
    rules: Ruled,
    found: Assessment,
    member: MemberId,
    result: Result,
    known: Measures,
    earlier: Mapping[int, Code | None],
    place: int | None,
) -> list[Write]:
    """What is due and does not stand yet."""
    determination = result.standing
    assert determination is not None, "only what is determined has consequences"
    seen = _determined(determination, found, known, earlier, place)
    wanted = due_measures(rules.scheme, seen)
    standing_now = {one.code for one in _of_period(known, found) if one.status != "withdrawn"}
    return [
        measures_of(member).says(_proposed(rules, found, member, determination, rule, seen))
        for rule in wanted
        if rule.code not in standing_now
    ]


def _of_period(known: Measures, found: Assessment) -> Iterable[Measure]:
    return (one for one in known.known.values() if (one.year, one.period) == (found.year, found.period))


def _proposed(
    rules: Ruled,
    found: Assessment,
    member: MemberId,
    determination: Determination,
    rule: MeasureRule,
    seen: Determined,
) -> MeasureProposed:
    order = [grade.code for grade in rules.scheme.grades]
    run = 0 if seen.grade is None else streak(rules.scheme.measures.streak, order, seen.grade, seen)
    return MeasureProposed(
        measure=measure_id(member, found.year, found.period, rule.code),
        member=member,
        unit=found.unit,
        code=rule.code,
        year=found.year,
        period=found.period,
        version=determination.version,
        rules=rules.version.version,
        grade=determination.grade,
        total=points(determination.total),
        streak=run,
    )


def _by_place(when: When) -> bool:
    """Whether it asks for a place among the others."""
    return when.top is not None or any(_by_place(one) for one in when.any_of)


def _overtaken(
    past: Past, rules: Ruled, found: Assessment, others: Mapping[MemberId, Result], places: Mapping[MemberId, int]
) -> list[Write]:
    """Whoever moved up or down in this period because another one's result was superseded."""
    if not any(_by_place(rule.when) for rule in rules.scheme.measures.table):
        return []
    held = past.many([measures_of(member) for member in others])
    history = _history(past, rules.scheme, list(others), found)
    return [
        write
        for (member, result), known in zip(others.items(), held, strict=True)
        if result.standing is not None
        for write in _again(past, rules, found, member, result.standing, known, history[member], places.get(member))
    ]


def _review(
    past: Past, rules: Ruled, found: Assessment, member: MemberId, places: Mapping[MemberId, int]
) -> list[Write]:
    """This period and every later one that has measures or a grade: withdraw what no longer follows, propose anew."""
    known = past[measures_of(member)]
    years = range(found.year - LONGEST_STREAK + 1, found.year + LONGEST_STREAK)
    results = dict(zip(years, past.many([result_of(member, year, found.period) for year in years]), strict=True))
    grades = {year: _grade(result) for year, result in results.items()}
    writes: list[Write] = []
    for year in range(found.year, found.year + LONGEST_STREAK):
        result = results[year].standing
        if result is None:
            continue
        then = found if year == found.year else _then(past, result, year, found.period)
        if then is None:
            continue
        ruled = rules if year == found.year else ruled_period(past, then)
        seen = _with_imported(past, ruled.scheme, member, grades, found.period)
        then_places = places if year == found.year else _places(ruled.scheme, _results(past, then))
        writes += _again(past, ruled, then, member, result, known, seen, then_places.get(member))
    return writes


def _after_import(past: Past, command: ReviewMeasures) -> list[Write]:
    """Every later year into whose run the imported grade may reach, by the rules of that year."""
    known = past[measures_of(command.member)]
    years = range(command.year + 1, command.year + LONGEST_STREAK)
    results = dict(
        zip(years, past.many([result_of(command.member, one, command.period) for one in years]), strict=True)
    )
    grades: dict[int, Code | None] = {year: _grade(result) for year, result in results.items()}
    writes: list[Write] = []
    for year, result in results.items():
        if result.standing is None:
            continue
        found = standing(past, result.standing.unit, year, command.period, "sealed", "noticed")
        ruled = ruled_period(past, found)
        if ruled.scheme.measures.streak.imported == "never":
            continue
        earlier = range(year - 1, year - LONGEST_STREAK, -1)
        seen = _with_imported(
            past, ruled.scheme, command.member, {one: grades.get(one) for one in earlier}, command.period
        )
        place = _places(ruled.scheme, _results(past, found)).get(command.member)
        writes += _again(past, ruled, found, command.member, result.standing, known, seen, place)
    return writes


def _then(past: Past, result: Determination, year: int, period: Code) -> Assessment | None:
    """The sealed period of a later year, where his result was determined."""
    return standing(past, result.unit, year, period, "sealed", "noticed")


def _again(
    past: Past,
    rules: Ruled,
    found: Assessment,
    member: MemberId,
    result: Determination,
    known: Measures,
    grades: Mapping[int, Code | None],
    place: int | None,
) -> list[Write]:
    seen = _determined(result, found, known, grades, place)
    wanted = {rule.code: rule for rule in due_measures(rules.scheme, seen)}
    now = {one.code: one for one in _of_period(known, found)}
    gone = [one for one in now.values() if one.live and one.code not in wanted]
    fresh = [rule for code, rule in wanted.items() if code not in now or now[code].status == "withdrawn"]
    ref = measures_of(member)
    writes = [ref.says(_withdrawn(one, member, result.version)) for one in gone]
    writes += [write for one in gone for write in help_ended(past, one)]
    return writes + [ref.says(_proposed(rules, found, member, result, rule, seen)) for rule in fresh]


def _withdrawn(one: Measure, member: MemberId, version: int) -> MeasureWithdrawn:
    return MeasureWithdrawn(measure=one.measure, member=member, unit=one.unit, version=version)
