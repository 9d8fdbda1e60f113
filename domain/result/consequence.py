"""后果 — which measures the rule set's table sets for one determined result; nothing is decided here.

By the grade, by a run of grades over consecutive years, by a total of a period without grades, by a place among the
graded members of the organisation. Source: SPEC §1.4, §1.7 A10–A13.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from domain.rules.consequences import MeasureRule, Measures, Streak, When
from domain.rules.scheme import Scheme
from domain.values import Code, hundredths

LONGEST_STREAK: Final = 10
"""Years that are looked at for a run of grades."""


class Determined(Struct, frozen=True, kw_only=True):
    """One member's determined result, with what stood before it; points in hundredths."""

    year: int
    period: Code
    grade: Code | None
    total: int
    place: int | None = None
    """Among the graded members of the organisation, 1 the first; equals share it."""
    earlier: Mapping[int, Code | None] = {}
    """Year → determined, not superseded grade; a year that is missing has none."""
    decided_in: int | None = None
    """The last year whose run of grades led to a decided case: a run begins anew after it."""


def due_measures(scheme: Scheme, found: Determined) -> tuple[MeasureRule, ...]:
    """The rows of the table that apply, in its order: those of the highest rank, or all, and those they bring along."""
    measures = scheme.measures
    order = [grade.code for grade in scheme.grades]
    matched = [rule for rule in measures.table if _applies(rule.when, measures, order, found)]
    if matched and measures.combine == "highest":
        highest = max(rule.rank for rule in matched)
        matched = [rule for rule in matched if rule.rank == highest]
    wanted = {rule.code for rule in matched} | {code for rule in matched for code in rule.also}
    return tuple(rule for rule in measures.table if rule.code in wanted)


def _applies(when: When, measures: Measures, order: Sequence[str], found: Determined) -> bool:
    if when.any_of:
        return any(_applies(one, measures, order, found) for one in when.any_of)
    asked = (
        when.period is None or when.period == found.period,
        when.below is None or found.total < hundredths(when.below),
        when.top is None or (found.place is not None and found.place <= when.top),
        _by_grade(when, measures, order, found),
    )
    return all(asked)


def _by_grade(when: When, measures: Measures, order: Sequence[str], found: Determined) -> bool:
    if when.grade is None:
        return True
    if when.streak_at_least is None:
        return found.grade == when.grade
    return streak(measures.streak, order, when.grade, found) >= when.streak_at_least


def streak(rule: Streak, order: Sequence[str], grade: Code, found: Determined) -> int:
    """How many consecutive years, the present one last, had this grade; or this or a lower one, as the rule says.

    A year without a grade ends the run, or is passed over.
    """
    run = 0
    for year in range(found.year, found.year - LONGEST_STREAK, -1):
        if found.decided_in is not None and year <= found.decided_in:
            break
        had = found.grade if year == found.year else found.earlier.get(year)
        if had is None:
            if rule.gap == "breaks":
                break
            continue
        if not _is_of(rule, order, grade, had):
            break
        run += 1
    return run


def _is_of(rule: Streak, order: Sequence[str], grade: Code, had: Code) -> bool:
    if had == grade:
        return True
    # A grade of earlier rules that these do not name is neither above nor below.
    return rule.mixed == "at_or_below" and had in order and order.index(had) > order.index(grade)
