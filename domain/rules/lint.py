"""体检 — what a rule set says against itself, against the law or against the person, each with a sentence."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final, TypeAlias

from domain.rules.findings import Finding, refuse, warn
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
    chains_missing_or_double,
    notices_too_short,
    pairs_that_do_not_fit,
    settings_without_effect,
    unknown_bodies,
)
from domain.rules.scheme import Scheme
from domain.values import hundredths, points

__all__ = ["Finding", "lint"]

_SUBJECTIVE_MAX: Final = 20  # hundredths: the rule set may be stricter, never laxer
_LEDGER_WHOLE: Final = 100

Check: TypeAlias = Callable[[Scheme], Iterator[Finding]]


def lint(scheme: Scheme) -> list[Finding]:
    """All findings, in the order of the checks; a rule set with one of severity `refuse` may not be adopted."""
    return list(chain.from_iterable(check(scheme) for check in _CHECKS))


def weights(scheme: Scheme) -> Iterator[Finding]:
    """The weights of the categories make up the whole base."""
    total = sum(hundredths(category.weight) for category in scheme.categories)
    base = hundredths(scheme.scale.base_max)
    if total != base:
        yield refuse(
            "weights-not-base",
            "$.categories",
            f"各类权重之和 {points(total)} 不等于基础分 {points(base)}。",
            f"the weights add up to {points(total)}, the base is {points(base)}",
        )


def caps_of_categories(scheme: Scheme) -> Iterator[Finding]:
    """The caps of a category's items make up its weight."""
    for index, category in enumerate(scheme.categories):
        caps = sum(hundredths(item.cap_year) for item in scheme.responsibility if item.cat == category.code)
        weight = hundredths(category.weight)
        if caps != weight:
            yield refuse(
                "caps-not-weight",
                f"$.categories[{index}].weight",
                f"“{category.zh}”各项上限之和 {points(caps)} 不等于权重 {points(weight)}。",
                f"the caps of {category.en!r} add up to {points(caps)}, its weight is {points(weight)}",
            )


def halves(scheme: Scheme) -> Iterator[Finding]:
    """Where halves are summed, a half's cap is half of the year's."""
    if not any(period.base == "sum_of_halves" for period in scheme.periods):
        return
    for index, item in enumerate(scheme.responsibility):
        if 2 * hundredths(item.cap_half) != hundredths(item.cap_year):
            yield refuse(
                "half-not-half",
                f"$.responsibility[{index}].cap_half",
                f"{item.code} 半年上限 {item.cap_half} 不是全年上限 {item.cap_year} 的一半。",
                f"{item.code}: the half-year cap {item.cap_half} is not half of {item.cap_year}",
            )


def grades(scheme: Scheme) -> Iterator[Finding]:
    """Every total has exactly one grade, and every grade can be reached."""
    most = hundredths(scheme.scale.base_max) + hundredths(scheme.honour_rules.cap_year)
    if scheme.scale.ceiling is not None:
        most = min(most, hundredths(scheme.scale.ceiling))
    before = most + 1
    for index, grade in enumerate(scheme.grades):
        path, from_on = f"$.grades[{index}].at_least", hundredths(grade.at_least)
        if from_on == before and index:
            zh, en = f"“{grade.zh}”与上一格次起点相同。", f"{grade.en!r} begins where the grade before begins"
            yield refuse("grades-overlap", path, zh, en)
        elif from_on >= before:
            zh = f"“{grade.zh}”({grade.at_least}分)无人能够达到。"
            yield refuse("grade-unreachable", path, zh, f"nobody can reach {grade.en!r} ({grade.at_least})")
        before = min(before, from_on)
    if before > hundredths(scheme.scale.floor):
        zh, en = f"{points(before)} 分以下没有格次。", f"there is no grade below {points(before)}"
        yield refuse("grades-gap", "$.grades", zh, en)


def components(scheme: Scheme) -> Iterator[Finding]:
    """The shares of a total make one, and judgement has at most a fifth."""
    subjective_max = min(_SUBJECTIVE_MAX, hundredths(scheme.fairness.subjective_share_max))
    for index, profile in enumerate(scheme.profiles):
        path = f"$.profiles[{index}].components"
        ledger, appraisal = (hundredths(share or "0") for share in _shares(scheme, index))
        if (ledger or appraisal or profile.graded) and ledger + appraisal != _LEDGER_WHOLE:
            zh, en = f"“{profile.zh}”各部分比重之和不为 1。", f"the shares of {profile.en!r} do not make one"
            yield refuse("components-not-one", path, zh, en)
        elif appraisal > subjective_max:
            zh = f"“{profile.zh}”主观评价占 {points(appraisal)},超过 {points(subjective_max)}。"
            en = f"judgement makes {points(appraisal)} of {profile.en!r}, more than {points(subjective_max)}"
            yield refuse("subjective-share", path, zh, en)


def _shares(scheme: Scheme, index: int) -> tuple[str | None, str | None]:
    shares = scheme.profiles[index].components
    return shares.ledger, shares.appraisal


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
    named = [(f"$.veto[{index}].to", veto.to) for index, veto in enumerate(scheme.veto)]
    for index, rule in enumerate(scheme.measures.table):
        for when in (rule.when, *rule.when.any_of):
            if when.grade is not None:
                named.append((f"$.measures.table[{index}].when", when.grade))
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
    weights,
    caps_of_categories,
    halves,
    unknown_references,
    items_without_evidence,
    deductions_without_basis_document,
    mode_fields,
    fields_without_effect,
    levels_that_overlap,
    open_clauses,
    forbidden_topics,
    grades,
    components,
    probationary_members,
    unknown_grades,
    unknown_bodies,
    chains_missing_or_double,
    pairs_that_do_not_fit,
    notices_too_short,
    settings_without_effect,
    evidence_never_asked_for,
    few_planned_matters,
)
