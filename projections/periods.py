"""考评期 — what each period of a year is scored from, and the score as it is stored. Points in hundredths."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from datetime import date
from typing import Final

import msgspec

from domain.assessment.presence import Away, Stay, half_months, months_present
from domain.assessment.rows import MatterRow, ResponsibilityRow, Tally, VetoRow, tally
from domain.assessment.scoring import Case, Scored, Span, SpanScore, score
from domain.assessment.spans import Prices, span_scores
from domain.assessment.tariff import Tariff
from domain.values import Code
from projections.merits import STANDING, MeritInput
from projections.rules import Published, in_force

PERIODS: Final = ("H1", "H2", "Y")


SCORES: Final = """
SELECT s.year, s.scores FROM scores AS s JOIN members AS m ON m.member = s.member
WHERE m.person = %(member)s AND s.year = %(year)s
"""
"""A member's stored scores of a year, as ``figures.YearScores``."""


class CategoryPoints(msgspec.Struct, frozen=True, kw_only=True):
    """One category over a period, in hundredths."""

    code: Code
    points: int
    """Confirmed."""
    with_pending: int
    """If everything pending were confirmed; may be less than ``points``."""
    maximum: int


class PeriodScore(msgspec.Struct, frozen=True, kw_only=True):
    """One member's score of one period; ``pending_*`` is what would stand if everything pending were confirmed."""

    year: int
    period: str
    """H1, H2 or Y."""
    ends_on: date
    rules: Code
    digest: str
    months_present: int
    maximum: int
    base: int
    honours: int
    deductions: int
    ledger: int
    """The total, as long as there is no appraisal."""
    pending_base: int
    pending_honours: int
    pending_deductions: int
    pending_ledger: int
    categories: tuple[CategoryPoints, ...]

    def provisional(self, today: date) -> bool:
        """Whether the period is still open, so that a line may yet rise or fall."""
        return today <= self.ends_on


class Lists(msgspec.Struct, frozen=True, kw_only=True):
    """A year's honours, deductions and shortfalls that count, or would if they were confirmed."""

    honours: tuple[MatterRow, ...] = ()
    deductions: tuple[MatterRow, ...] = ()
    shortfalls: tuple[ResponsibilityRow, ...] = ()
    vetoes: tuple[VetoRow, ...] = ()


NOTHING: Final = Lists()


def lists_of(merits: Sequence[MeritInput]) -> Lists:
    """What of a year's records counts on which list; what was dismissed counts on none."""
    standing = [merit for merit in merits if merit.status in STANDING]
    return Lists(
        honours=tuple(merit.row for merit in standing if merit.kind == "honour"),
        deductions=tuple(merit.row for merit in standing if merit.kind == "deduction"),
        shortfalls=tuple(merit.shortfall for merit in standing if merit.kind == "shortfall"),
        vetoes=tuple(merit.veto for merit in merits if merit.kind == "veto" and merit.lifted_on is None),
    )


class ProfileSince(msgspec.Struct, frozen=True, kw_only=True):
    """A class of members, and the day from which somebody is in it."""

    profile: Code
    from_on: date


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a score is made for: where he was when, and under which rule sets."""

    stays: tuple[Stay, ...]
    versions: tuple[Published, ...]
    away: tuple[Away, ...] = ()
    profiles: tuple[ProfileSince, ...] = ()
    """In the order in which they were assigned."""
    totals: Lookup[tuple[int, str], int] = {}
    """(year, period) → the determined total."""

    def profile_on(self, day: date) -> str | None:
        """In which class he was on a day; before the first day, the one in which he entered."""
        known = [one.profile for one in self.profiles if one.from_on <= day] or [p.profile for p in self.profiles[:1]]
        return known[-1] if known else None


def period_end(year: int, period: str) -> date:
    """The last day of a period."""
    return date(year, 6, 30) if period == "H1" else date(year, 12, 31)


def running(year: int, today: date) -> str:
    """The period that sums what has begun: the first half while it runs, then the year.

    A half that has not begun would stand at its caps for want of anything asked: points that nobody has yet.
    """
    return "H1" if today <= period_end(year, "H1") else "Y"


def half_version(subject: Subject, year: int, half: str) -> Published | None:
    """The rule set in force at a half's end: it rules that half, in the year's sum as well."""
    return in_force(subject.versions, period_end(year, half))


def cases(
    subject: Subject, version: Published, year: int, counted: Sequence[Tally], lists: Lists = NOTHING
) -> dict[str, Case]:
    """What each period of a year is scored from, each half under the rules in force at its own end."""
    rule = version.scheme.counting.pro_rata
    every = [*counted, *tally(lists.shortfalls)]
    spans: list[Span] = []
    for half in (1, 2):
        months = half_months(year, half)
        numbers = {month for _, month in months}
        own = half_version(subject, year, f"H{half}")
        spans.append(
            Span(
                code=f"H{half}",
                months_present=len(months_present(subject.stays, months, rule, subject.away)),
                tallies=[row for row in every if row.month in numbers],
                tariff=None if own is None else own.tariff,
            )
        )
    return {
        "H1": _case(subject, year, "H1", (spans[0],), lists),
        "H2": _case(subject, year, "H2", (spans[1],), lists),
        "Y": _case(subject, year, "Y", tuple(spans), lists),
    }


def _case(subject: Subject, year: int, period: str, spans: tuple[Span, ...], lists: Lists) -> Case:
    """A half is noticed with its own honours and deductions, the year with all of them."""
    ends_on = period_end(year, period)
    months = range(7 if period == "H2" else 1, ends_on.month + 1)
    return Case(
        spans=spans,
        honours=[row for row in lists.honours if row.counted_on.month in months],
        deductions=[row for row in lists.deductions if row.counted_on.month in months],
        vetoes=[row for row in lists.vetoes if row.decided_on.month in months],
        profile=subject.profile_on(ends_on),
        last_total=subject.totals.get((year - 1, period)),
        ends_on=ends_on,
    )


def scored(subject: Subject, year: int, counted: Sequence[Tally], lists: Lists = NOTHING) -> list[PeriodScore]:
    """The scores of a year's periods for which a rule set is in force at their end.

    Raises Uncountable for a record that no rule set knows.
    """
    found: list[PeriodScore] = []
    made: dict[str, dict[str, Case]] = {}
    of_span = _Remembered()
    for period in PERIODS:
        version = in_force(subject.versions, period_end(year, period))
        if version is None:
            continue
        if version.digest not in made:
            made[version.digest] = cases(subject, version, year, counted, lists)
        case = made[version.digest][period]
        earlier = [other.tariff for other in subject.versions if other is not version]
        found.append(_stored(year, period, version, case, score(version.tariff, case, earlier, of_span=of_span)))
    return found


class _Remembered:
    """Scores a span once for all periods of a year that share it: the year is scored from its halves."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, str | None], tuple[SpanScore, SpanScore]] = {}
        self._kept: list[tuple[Span, Tariff]] = []

    def __call__(self, tariff: Tariff, prices: Prices, span: Span, profile: str | None) -> tuple[SpanScore, SpanScore]:
        key = id(span), id(tariff), profile
        if key not in self._known:
            self._known[key] = span_scores(tariff, prices, span, profile)
            self._kept.append((span, tariff))  # alive, so that no other gets its identity
        return self._known[key]


def _stored(year: int, period: str, version: Published, case: Case, result: Scored) -> PeriodScore:
    sure, both = result.confirmed, result.with_pending
    return PeriodScore(
        year=year,
        period=period,
        ends_on=period_end(year, period),
        rules=version.version,
        digest=version.digest,
        months_present=sum(span.months_present for span in case.spans),
        maximum=sure.base_max,
        base=sure.base,
        honours=sure.honour_points,
        deductions=sure.deduction_points,
        ledger=sure.ledger,
        pending_base=both.base,
        pending_honours=both.honour_points,
        pending_deductions=both.deduction_points,
        pending_ledger=both.ledger,
        categories=_categories(result),
    )


def _categories(result: Scored) -> tuple[CategoryPoints, ...]:
    points: dict[str, list[int]] = {}
    for sure, both in zip(result.confirmed.spans, result.with_pending.spans, strict=True):
        for one, other in zip(sure.categories, both.categories, strict=True):
            sums = points.setdefault(one.code, [0, 0, 0])
            sums[0] += one.points
            sums[1] += other.points
            sums[2] += one.maximum
    return tuple(
        CategoryPoints(code=code, points=sums[0], with_pending=sums[1], maximum=sums[2])
        for code, sums in points.items()
    )
