"""体检 — what a rule set says against itself, against the law or against the person, each with a sentence."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final, TypeAlias

from domain.rules.assessing import BODY_PARTS, JUDGED_PARTS, BodyScores, Grade
from domain.rules.findings import Finding, refuse, warn
from domain.rules.lint_categories import ballots, caps_of_categories, halves, profiles, tree, weights
from domain.rules.lint_items import (
    deductions_without_basis_document,
    evidence_never_asked_for,
    fields_without_effect,
    forbidden_topics,
    items_without_evidence,
    levels_that_overlap,
    mode_fields,
    open_clauses,
    unknown_references,
)
from domain.rules.lint_procedure import (
    bases,
    chains_missing_or_double,
    notices_too_short,
    pairs_that_do_not_fit,
    settings_without_effect,
    sources,
    unknown_bodies,
)
from domain.rules.lint_values import (
    conditions,
    groups,
    measures,
    outside_caps,
    ranges,
    shared_caps,
    steps,
    vetoes,
)
from domain.rules.lint_versions import effect_and_retention, impossible_days, mappings, repealed
from domain.rules.scheme import Scheme
from domain.values import hundredths, points

__all__ = ["Finding", "lint"]

_ENDLESS: Final = 10**9
_SUBJECTIVE_MAX: Final = 20  # hundredths: the rule set may be stricter, never laxer
_LEDGER_WHOLE: Final = 100
_MOST_OF_A_BODY: Final = 10_000

Check: TypeAlias = Callable[[Scheme], Iterator[Finding]]


def lint(scheme: Scheme) -> list[Finding]:
    """All findings, in the order of the checks; a rule set with one of severity `refuse` may not be adopted."""
    return list(chain.from_iterable(check(scheme) for check in _CHECKS))


def grades(scheme: Scheme) -> Iterator[Finding]:
    """Every total has exactly one grade, and every grade can be reached."""
    most = most_possible(scheme)
    before: tuple[int, int] | None = None
    for index, grade in enumerate(scheme.grades):
        path = f"$.grades[{index}]"
        said = [one for one in (grade.at_least, grade.above, grade.from_on) if one is not None]
        if len(said) != 1:
            zh = f"“{grade.zh}”应恰好写 at_least(达到)、above(超过)、以上 之一。"
            en = f"{grade.en!r} must have exactly one of at_least, above, 以上"
            yield refuse("grade-threshold", path, zh, en)
            continue
        begins = _begins(scheme, grade)
        if begins == before and index:
            zh, en = f"“{grade.zh}”与上一格次起点相同。", f"{grade.en!r} begins where the grade before begins"
            yield refuse("grades-overlap", f"{path}.at_least", zh, en)
        elif (before is not None and begins > before) or (most is not None and begins > (most, 0)):
            zh = f"“{grade.zh}”({grade.threshold}分)无人能够达到。"
            yield refuse(
                "grade-unreachable", f"{path}.at_least", zh, f"nobody can reach {grade.en!r} ({grade.threshold})"
            )
        before = begins if before is None else min(before, begins)
    lowest = -_ENDLESS if scheme.scale.floor is None else hundredths(scheme.scale.floor)
    if before is not None and before > (lowest, 0) and (scheme.scale.floor is not None or before > (0, 0)):
        zh, en = f"{points(before[0])} 分以下没有格次。", f"there is no grade below {points(before[0])}"
        yield refuse("grades-gap", "$.grades", zh, en)


def _begins(scheme: Scheme, grade: Grade) -> tuple[int, int]:
    """(threshold, 0 where it includes the number, 1 where it begins just above)."""
    return hundredths(grade.threshold), 0 if scheme.includes(grade) else 1


def most_possible(scheme: Scheme) -> int | None:
    """The highest ledger that anybody can have; None where nothing bounds it."""
    if scheme.scale.ceiling is not None:
        return hundredths(scheme.scale.ceiling)
    open_ended = scheme.honour and scheme.honour_rules.cap_year is None
    outside = any(level.outside_cap for item in scheme.honour for level in item.levels)
    unweighted = any(category.weight is None for category in scheme.categories) and scheme.responsibility
    carried = hundredths(scheme.carry_over.fraction) and scheme.carry_over.most is None
    if open_ended or outside or unweighted or carried:
        return None
    honours = hundredths(scheme.honour_rules.cap_year or "0") if scheme.honour else 0
    carry = hundredths(scheme.carry_over.most or "0") if hundredths(scheme.carry_over.fraction) else 0
    above = max((hundredths(one.base) - _start(scheme) for one in scheme.profiles if one.base is not None), default=0)
    return hundredths(scheme.scale.base_max) + honours + carry + max(0, above)


def _start(scheme: Scheme) -> int:
    if scheme.scale.base is not None:
        return hundredths(scheme.scale.base)
    return hundredths(scheme.scale.base_max) if scheme.scale.start == "from_full" else 0


def start(scheme: Scheme) -> Iterator[Finding]:
    """The points that everybody begins with fit the way of beginning, and a benchmark can be reached."""
    scale = scheme.scale
    base, whole = _start(scheme), hundredths(scale.base_max)
    if (scale.start == "from_full" and base != whole) or (scale.start == "from_zero" and base):
        zh, en = (
            f"起始方式 {scale.start} 与起始分 {points(base)} 不符。",
            f"{scale.start} does not begin with {points(base)}",
        )
        yield refuse("start-does-not-fit", "$.scale.base", zh, en)
    if scale.benchmark is not None and scale.start != "from_zero":
        zh, en = "基准分只在从零起积(from_zero)时起作用。", "a benchmark has an effect only where all begin from zero"
        yield refuse("field-without-effect", "$.scale.benchmark", zh, en)
    most = most_possible(scheme)
    if scale.benchmark is not None and most is not None and hundredths(scale.benchmark) > most:
        zh, en = f"基准分 {scale.benchmark} 无人能够达到。", f"nobody can reach the benchmark {scale.benchmark}"
        yield refuse("benchmark-unreachable", "$.scale.benchmark", zh, en)


def components(scheme: Scheme) -> Iterator[Finding]:
    """The shares of a total make one, and judgement has at most a fifth."""
    subjective_max = min(_SUBJECTIVE_MAX, hundredths(scheme.fairness.subjective_share_max))
    for index, profile in enumerate(scheme.profiles):
        path, shares = f"$.profiles[{index}].components", profile.components
        judged = sum(shares.share(part) for part in JUDGED_PARTS)
        if (shares.share("ledger") or judged or profile.graded) and shares.share("ledger") + judged != _LEDGER_WHOLE:
            zh, en = f"“{profile.zh}”各部分比重之和不为 1。", f"the shares of {profile.en!r} do not make one"
            yield refuse("components-not-one", path, zh, en)
        elif judged > subjective_max:
            zh = f"“{profile.zh}”主观评价占 {points(judged)},超过 {points(subjective_max)}。"
            en = f"judgement makes {points(judged)} of {profile.en!r}, more than {points(subjective_max)}"
            yield refuse("subjective-share", path, zh, en)


def body_scores(scheme: Scheme) -> Iterator[Finding]:
    """What bodies give lies between two ends of a hundred, enters a total, and is not described for nothing."""
    used = {part for profile in scheme.profiles for part in profile.components.by_bodies}
    for part in BODY_PARTS:
        rule, path = scheme.body_scores.of(part), f"$.body_scores.{part}"
        if not hundredths(rule.least) < hundredths(rule.most) <= _MOST_OF_A_BODY:
            zh, en = "分值上下限须在 0 到 100 之间且下限低于上限。", "the ends must lie between 0 and 100, in order"
            yield refuse("body-score-ends", path, zh, en)
        elif part in used and all(period.result != "total" for period in scheme.periods):
            zh, en = "没有评总分的考评期,该部分不会计入。", "no period has a total that it could enter"
            yield refuse("field-without-effect", path, zh, en)
        elif part not in used and rule != getattr(BodyScores(), part):
            zh, en = "没有任何类别的总分包含该部分。", "no class has this part in its total"
            yield refuse("field-without-effect", path, zh, en)


def probationary_members(scheme: Scheme) -> Iterator[Finding]:
    """Probationary members get no grade and so take no seat of the quota."""
    for index, profile in enumerate(scheme.profiles):
        if profile.graded and (profile.code == "probationary" or "预备" in profile.zh):
            yield refuse(
                "quota-on-probationary",
                f"$.profiles[{index}].graded",
                "预备党员不评格次,不占优秀名额。",
                "probationary members are not graded and take no seat of the quota",
            )


def unknown_grades(scheme: Scheme) -> Iterator[Finding]:
    """A ceiling and a measure name grades that exist."""
    known = {grade.code for grade in scheme.grades}
    named = [(f"$.veto[{index}].to", veto.to) for index, veto in enumerate(scheme.veto) if veto.to is not None]
    for index, rule in enumerate(scheme.measures.table):
        for when in (rule.when, *rule.when.any_of):
            if when.grade is not None:
                named.append((f"$.measures.table[{index}].when", when.grade))
    if scheme.measures.helper.grade is not None:
        named.append(("$.measures.helper.grade", scheme.measures.helper.grade))
    for path, code in named:
        if code not in known:
            yield refuse("unknown-grade", path, f"没有格次“{code}”。", f"there is no grade {code!r}")


def few_planned_matters(scheme: Scheme) -> Iterator[Finding]:
    """A ratio item without a planned number makes a full line from very few matters: say so."""
    for index, item in enumerate(scheme.responsibility):
        if item.mode == "ratio" and item.planned_half is None:
            yield warn(
                "nothing-planned",
                f"$.responsibility[{index}]",
                f"{item.code} 未写明半年计划次数,活动少时也会得满分。",
                f"{item.code} plans no number of matters: few of them give a full line",
            )


_CHECKS: Final[tuple[Check, ...]] = (
    tree,
    weights,
    ballots,
    caps_of_categories,
    halves,
    start,
    unknown_references,
    items_without_evidence,
    deductions_without_basis_document,
    mode_fields,
    fields_without_effect,
    levels_that_overlap,
    ranges,
    conditions,
    measures,
    steps,
    groups,
    open_clauses,
    forbidden_topics,
    grades,
    components,
    body_scores,
    probationary_members,
    profiles,
    unknown_grades,
    vetoes,
    shared_caps,
    outside_caps,
    sources,
    unknown_bodies,
    chains_missing_or_double,
    pairs_that_do_not_fit,
    notices_too_short,
    settings_without_effect,
    bases,
    mappings,
    effect_and_retention,
    impossible_days,
    repealed,
    evidence_never_asked_for,
    few_planned_matters,
)
