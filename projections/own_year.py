"""我的一年 — what a page of points shows of a year: scores, honours, deductions, vetoes, from one statement."""

from collections.abc import Sequence
from datetime import date

import msgspec

from domain.rules.assessing import Grade, Period
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId
from projections.answers import Answer, AsyncConnection, instead
from projections.as_of import When, inputs_at
from projections.assessments import ResultState
from projections.inputs import Inputs, inputs_of, subject_of
from projections.merit_parts import MatterPart, VetoPart, ceiling_of, matter_parts, veto_parts
from projections.merits import MeritInput
from projections.past_years import PastResultState
from projections.periods import (
    PeriodScore,
    Ruled,
    Subject,
    case_of,
    lists_of,
    merits_in,
    reaching,
    result_of,
    ruled_periods,
    running,
    scored,
)


class OwnYear(msgspec.Struct, frozen=True, kw_only=True):
    """One member's year up to the end of one of its periods."""

    periods: tuple[PeriodScore, ...]
    categories: dict[Code, tuple[str, str]]
    """The two names of each category, in the rule sets by which the periods were scored."""
    named: dict[str, tuple[Period, Period | None]] = {}
    """Each period by its code; for a running total that of the whole, and its last part so far."""
    results: tuple[ResultState, ...]
    """What was determined of the year, newest first; figures that no body has adopted are none."""
    scheme: Scheme | None = None
    """The rule set in force on the day of the page."""
    honours: tuple[MatterPart, ...] = ()
    deductions: tuple[MatterPart, ...] = ()
    vetoes: tuple[VetoPart, ...] = ()
    current: str | None = None
    """The period that sums what has begun on the day of the page."""
    carried: int = 0
    """Of last year's total, in hundredths."""
    past: tuple[PastResultState, ...] = ()
    """What papers say of the periods before the log, newest first; now, and not as of then."""
    ceiling: Grade | None = None
    """The best grade that the vetoes in force let him have; None where there is none."""


async def own_year(
    connection: AsyncConnection,
    member: MemberId,
    year: int,
    period: str | None,
    today: date,
    when: When | None = None,
) -> Answer[OwnYear]:
    """A member's year up to the end of a period, else of the one that runs; now, or as it was known and valid then.

    Empty where nobody or no rule set is known.

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


def _year(subject: Subject, given: Inputs, year: int, period: str | None, today: date) -> OwnYear:
    merits = reaching(subject, year, given.merits)
    stored = given.scores
    periods = stored[0].periods if stored else tuple(scored(subject, year, given.tallies, lists_of(merits)))
    known = ruled_periods(subject, year)
    current = period or running(known, today)
    now = subject.version_on(today)
    plain = OwnYear(
        periods=periods,
        categories=_names(known),
        named={one.period: (one.whole, one.so_far) for one in known},
        results=tuple(one for one in reversed(given.results) if one.version > 0 and one.year == year),
        scheme=None if now is None else now.scheme,
        current=current,
        past=given.past,
    )
    ruled = next((one for one in known if one.period == current), None)
    return plain if ruled is None else _with_merits(plain, subject, ruled, year, merits, given)


def _names(known: Sequence[Ruled]) -> dict[Code, tuple[str, str]]:
    return {category.code: (category.zh, category.en) for one in known for category in one.version.scheme.categories}


def _with_merits(
    plain: OwnYear, subject: Subject, ruled: Ruled, year: int, merits: Sequence[MeritInput], given: Inputs
) -> OwnYear:
    own = merits_in(ruled, merits)
    vetoes = veto_parts(subject, ruled.version, own)
    found = msgspec.structs.replace(plain, vetoes=vetoes, ceiling=ceiling_of(ruled.version, vetoes))
    carrying, _ = ruled.tariff.carried
    if not carrying and not any(merit.kind in ("honour", "deduction") for merit in own):
        return found
    case = case_of(subject, year, ruled, given.tallies, lists_of(merits))
    sure = result_of(subject, ruled, case).confirmed
    return msgspec.structs.replace(
        found,
        carried=sure.carried,
        honours=matter_parts(subject, sure.honours, own, "honour"),
        deductions=matter_parts(subject, sure.deductions, own, "deduction"),
    )
