"""帮促加分 — an honour that a helper earns: it exists by a pairing of the log, and by what became of the mentee.

An item whose evidence is a determination of this log is a helper's. Its matter is the measure in which he helped, so
that a pairing counts once; it counts on the day on which the mentee's next grade was determined (SPEC §4.10.9).
"""

from datetime import date
from typing import Final
from uuid import UUID

from domain.assessment.result import Determination, result_of
from domain.decider import Past, Refused
from domain.result.consequence import LONGEST_STREAK
from domain.result.measure import Measure, measures_of
from domain.rules.consequences import When
from domain.rules.items import HonourItem
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId

DETERMINATION: Final = "grade_determination"


class NotHelped(Refused):
    """帮促加分须有帮促登记,且对象下一年度评为合格以上。 It needs a pairing, and the mentee's good next grade."""

    code = "not-helped"


def by_pairing(item: HonourItem) -> bool:
    """Whether an honour is a helper's alone."""
    return DETERMINATION in item.evidence


def need_help(past: Past, scheme: Scheme, helper: MemberId, matter: Code, dated_on: date) -> None:
    """Refuse what no pairing of the log bears out."""
    graded = _next_grade(past, helper, matter)
    if graded is None or graded.grade is None or not lifts(scheme, graded.grade):
        raise NotHelped(matter=matter)
    if graded.graded_on is not None and graded.graded_on != dated_on:
        raise NotHelped(matter=matter, graded_on=graded.graded_on)


def lifts(scheme: Scheme, grade: Code) -> bool:
    """Whether a grade calls for no measure but a commendation: the mentee stands well by himself."""
    best = {one.code for one in scheme.grades if one.candidate}
    return grade in best or not any(_names(rule.when, grade) for rule in scheme.measures.table)


def _names(when: When, grade: Code) -> bool:
    return when.grade == grade or any(_names(one, grade) for one in when.any_of)


def _next_grade(past: Past, helper: MemberId, matter: Code) -> Determination | None:
    """The mentee's first determined grade after the year that opened the measure, if he was helped before its end."""
    helped = {str(measure): (measure, mentee) for measure, mentee in past[measures_of(helper)].helped.items()}
    if matter not in helped:
        return None
    number, mentee = helped[matter]
    measure = past[measures_of(mentee)].known[number]
    years = range(measure.year + 1, measure.year + LONGEST_STREAK)
    found = zip(years, past.many([result_of(mentee, year, measure.period) for year in years]), strict=True)
    graded = ((year, one.standing) for year, one in found if one.standing is not None and one.standing.grade)
    first = next(graded, None)
    paired_on = _paired_on(measure, helper)
    return None if first is None or paired_on is None or paired_on.year > first[0] else first[1]


def _paired_on(measure: Measure, helper: MemberId) -> date | None:
    return next((step.paired_on for step in measure.steps if step.helper == helper), None)


def helped_matter(measure: UUID) -> Code:
    """The matter under which a helper claims."""
    return str(measure)
