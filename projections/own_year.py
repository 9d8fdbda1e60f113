"""我的一年 — what a page of points shows of a year: scores, honours, deductions, vetoes, from one statement."""

from datetime import date

import msgspec

from domain.assessment.scoring import score
from domain.rules.assessing import Grade
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId
from projections.answers import Answer, AsyncConnection, instead
from projections.as_of import When, inputs_at
from projections.assessments import ResultState
from projections.explanation import MatterPart, VetoPart, ceiling_of, matter_parts, veto_parts
from projections.inputs import Inputs, inputs_of, subject_of
from projections.periods import PeriodScore, Subject, cases, lists_of, period_end, scored
from projections.rules import Published, in_force


class OwnYear(msgspec.Struct, frozen=True, kw_only=True):
    """One member's year up to the end of one of its periods."""

    periods: tuple[PeriodScore, ...]
    categories: dict[Code, tuple[str, str]]
    """The two names of each category, in the rule sets by which the periods were scored."""
    results: tuple[ResultState, ...]
    """What was determined of the year, newest first; figures that no body has adopted are none."""
    scheme: Scheme | None = None
    """The rule set in force on the day of the page."""
    honours: tuple[MatterPart, ...] = ()
    deductions: tuple[MatterPart, ...] = ()
    vetoes: tuple[VetoPart, ...] = ()
    carried: int = 0
    """Of last year's total, in hundredths."""
    ceiling: Grade | None = None
    """The best grade that the vetoes in force let him have; None where there is none."""


async def own_year(
    connection: AsyncConnection, member: MemberId, year: int, period: str, today: date, when: When | None = None
) -> Answer[OwnYear]:
    """A member's year, now or as it was known and valid then; empty where nobody or no rule set is known.

    A year of which the log says nothing yet has no stored score: then it is made on the spot, of no records.
    """
    if when is None:
        given = await inputs_of(connection, member, year, lines=False)
    else:
        given = await inputs_at(connection, member, year, when)
    if given.value is None:
        return instead(given, OwnYear(periods=(), categories={}, results=()))
    subject = await subject_of(connection, given.value)
    return instead(given, _year(subject, given.value, year, period, today))


def _year(subject: Subject, given: Inputs, year: int, period: str, today: date) -> OwnYear:
    lists = lists_of(given.merits)
    periods = given.scores or tuple(scored(subject, year, given.tallies, lists))
    used = {one.digest for one in periods}
    names = {
        category.code: (category.zh, category.en)
        for version in subject.versions
        if version.digest in used
        for category in version.scheme.categories
    }
    now = in_force(subject.versions, today)
    plain = OwnYear(
        periods=periods,
        categories=names,
        results=tuple(one for one in reversed(given.results) if one.version > 0 and one.year == year),
        scheme=None if now is None else now.scheme,
    )
    version = in_force(subject.versions, period_end(year, period))
    if version is None:
        return plain
    return _with_merits(plain, subject, version, year, period, given)


def _with_merits(
    plain: OwnYear, subject: Subject, version: Published, year: int, period: str, given: Inputs
) -> OwnYear:
    own = [merit for merit in given.merits if period == "Y" or (merit.day.month <= 6) == (period == "H1")]
    vetoes = veto_parts(subject, version, own)
    found = msgspec.structs.replace(plain, vetoes=vetoes, ceiling=ceiling_of(version, vetoes))
    carrying, _ = version.tariff.carried
    if not carrying and not any(merit.kind in ("honour", "deduction") for merit in own):
        return found
    case = cases(subject, version, year, given.tallies, lists_of(given.merits))[period]
    sure = score(version.tariff, case, [other.tariff for other in subject.versions if other is not version]).confirmed
    return msgspec.structs.replace(
        found,
        carried=sure.carried,
        honours=matter_parts(subject, sure.honours, own, "honour"),
        deductions=matter_parts(subject, sure.deductions, own, "deduction"),
    )
