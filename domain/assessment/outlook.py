"""展望 — what the year may still come to: shown to the person alone, promised by nobody.

A part of the year (a half, a quarter, a month: whatever the rule set scores by) that runs can rise to its maximum, one
that lies ahead gives all of its maximum, one that is over gives no more; a confirmed shortfall stays. What that comes
to the one scoring function says: shared maxima, the mean, what one begins with and carries over, floor, ceiling and
vetoes hold here as they will at the year's end. The best total takes every point that can still be earned and the best
mark of the appraisal; no grade is foretold beyond *can it still be reached*: quota and objections are no arithmetic
(SPEC §4.10.2).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from domain.assessment.grading import reaches, under_vetoes
from domain.assessment.lines import Line
from domain.assessment.matters import worth_of
from domain.assessment.prices import OPEN, LevelPrices
from domain.assessment.rounding import rounder_of
from domain.assessment.rows import MatterRow, Uncountable
from domain.assessment.scoring import Case, Score, score
from domain.assessment.spans import CategoryScore, Prices, Span, SpanScore, span_scores, together
from domain.assessment.tariff import Tariff
from domain.assessment.totals import total
from domain.assessment.vetoes import VetoLine
from domain.rules.assessing import Appraisal, BodyPart, Profile
from domain.rules.items import VetoItem
from domain.rules.scheme import Scheme
from domain.values import Code, hundredths

When: TypeAlias = Literal["over", "running", "ahead"]

_MOST_COPIES: Final = 400
"""So many more honours of one item are tried at most; no cap is as far away as that."""


class YearSoFar(Struct, frozen=True, kw_only=True):
    """What a year is scored from, as far as it has come; of its records those that are confirmed count."""

    tariff: Tariff
    case: Case
    earlier: Sequence[Tariff] = ()
    parts: Sequence[When]
    """How far each span has come, in the order of the case's spans."""
    ends: Sequence[date]
    """Each span's last day."""


class Room(Struct, frozen=True, kw_only=True):
    """What a category can still give, in hundredths."""

    code: Code
    points: int


class Reach(Struct, frozen=True, kw_only=True):
    """Whether a grade can still be reached by points."""

    grade: Code
    reachable: bool


class YearOutlook(Struct, frozen=True, kw_only=True):
    """What a year may come to, in hundredths."""

    earned: int
    """Base of the parts that have begun, as it stands, and what one begins with."""
    honours: int
    deductions: int
    expected: int | None
    """The ledger if every part that is not over gives what those that are over gave on average.

    Of halves: 2 × base of the first + honours − deductions so far. None while the first part runs, and where the year
    is counted anew from all of its records.
    """
    room: tuple[Room, ...]
    honour_room: int | None
    """None where honours are not capped."""
    best_ledger: int
    """With the room of the categories and of the honours' cap; where there is no cap, with the honours of now."""
    best_total: int
    grades: tuple[Reach, ...]


def outlook(scheme: Scheme, profile: Profile, year: YearSoFar) -> YearOutlook:
    """What can still be earned, by the rule set and what is confirmed."""
    parts = _Parts(year)
    now = _scored(year, parts.so_far)
    capped = any(one.of_list == "honour" and one.scope == "list" for one in year.tariff.limits)
    more = tuple(_more_honours(scheme, year)) if capped else ()
    best = _scored(year, parts.best, more)
    mark = _best_mark(scheme.appraisal) if profile.appraised else None
    bodies: dict[BodyPart, int] = {
        part: hundredths(scheme.body_scores.of(part).most) for part in profile.components.by_bodies
    }
    best_total = total(best.ledger, mark, profile, rounder_of(scheme.rounding), bodies).points
    return YearOutlook(
        earned=now.base,
        honours=now.honour_points,
        deductions=now.deduction_points,
        expected=_scored(year, parts.expected).ledger if parts.known else None,
        room=_room(now.spans, best.spans),
        honour_room=best.honour_points - now.honour_points if capped else None,
        best_ledger=best.ledger,
        best_total=best_total,
        grades=_grades(scheme, best_total, best.vetoes) if profile.graded else (),
    )


def _scored(year: YearSoFar, spans: Sequence[SpanScore], more: Sequence[MatterRow] = ()) -> Score:
    """What the one scoring function makes of some spans, with some more honours."""
    given = iter(spans)

    def of_span(*_: object) -> tuple[SpanScore, SpanScore]:
        found = next(given)
        return found, found

    case = replace(year.case, honours=(*year.case.honours, *more)) if more else year.case
    return score(year.tariff, case, year.earlier, of_span=of_span).confirmed


class _Parts:
    """The spans of a year as they stand, at their best, and as may be expected."""

    def __init__(self, year: YearSoFar) -> None:
        self._year = year
        self._tariffs = [span.tariff or year.tariff for span in year.case.spans]
        prices: Prices = {one.version: one.prices for one in (year.tariff, *year.earlier)}
        self._stand = [
            span_scores(tariff, prices, span, year.case.profile)[0]
            for tariff, span in zip(self._tariffs, year.case.spans, strict=True)
        ]
        # Where somebody was absent nothing is known of what he does.
        self._over = [one for one, when in self._each() if when == "over" and one.categories]

    def _each(self) -> Iterator[tuple[SpanScore, When]]:
        return zip(self._stand, self._year.parts, strict=True)

    @property
    def known(self) -> bool:
        """Whether any part is over, so that something may be expected of the others."""
        return bool(self._over)

    @property
    def so_far(self) -> list[SpanScore]:
        """Of what lies ahead no point is counted: it would stand at its caps for want of anything asked."""
        return [one if when != "ahead" else SpanScore(one.code, 0, 0, ()) for one, when in self._each()]

    @property
    def best(self) -> list[SpanScore]:
        """Every line at its most."""
        each = zip(self._each(), self._tariffs, self._year.case.spans, strict=True)
        return [one if when == "over" else _risen(one, tariff, span) for (one, when), tariff, span in each]

    @property
    def expected(self) -> list[SpanScore]:
        """What is not over as the mean of what is, category by category."""
        sums, numbers = Counter[str](), Counter[str]()
        for one in self._over:
            for category in one.categories:
                sums[category.code] += category.points
                numbers[category.code] += 1
        means = {code: self._year.tariff.rounding(sums[code], numbers[code]) for code in numbers}
        return [one if when == "over" else self._as(one, means) for one, when in self._each()]

    def _as(self, span: SpanScore, means: Mapping[str, int]) -> SpanScore:
        base, maximum = sum(one.base for one in self._over), sum(one.maximum for one in self._over)
        # A category that is new with a later version of the rules is as good as all others together.
        rounding = self._year.tariff.rounding
        points = [
            means.get(one.code, rounding(one.maximum * base, maximum) if maximum else 0) for one in span.categories
        ]
        return together(span.code, tuple(map(_in_one_line, span.categories, points)))


def _in_one_line(category: CategoryScore, points: int) -> CategoryScore:
    """A category of which nothing is known but what it gives."""
    line = Line(item="", category=category.code, mode="earn", cap=max(points, category.maximum), points=points)
    return CategoryScore(category.code, points, category.maximum, (line,))


def _risen(span: SpanScore, tariff: Tariff, asked: Span) -> SpanScore:
    """A span of which everything is earned that still can be."""
    categories: list[CategoryScore] = []
    for category in span.categories:
        lines = tuple(replace(line, points=_most(tariff, line, asked)) for line in category.lines)
        points = sum(line.points for line in lines)
        categories.append(CategoryScore(category.code, points, category.maximum, lines))
    return together(span.code, tuple(categories), span.unasked)


def _most(tariff: Tariff, line: Line, asked: Span) -> int:
    """The most that one line can still come to; nothing is foretold of what no maximum bounds.

    An absence takes nothing from it: how many matters are still to come, or to be told of, no rule bounds.
    """
    if line.mode == "presumed" or line.cap >= OPEN:
        return line.points
    most, price = line.cap, tariff.prices[line.item]
    if line.mode == "threshold" and line.asked:
        most = min(most, max((step.points for step in price.steps), default=0))
    elif line.mode == "earn":
        scale = (tariff.months, asked.months_present if tariff.scaling.earn == "up" else tariff.months)
        for months, cap in price.windows:
            windows = min(tariff.months // months, asked.months_present)
            most = min(most, tariff.rounding(cap * windows * scale[0], scale[1]))
        if price.quantity_max is not None and price.plain:
            unit = max(points for _, points in price.outcomes.values())
            most = min(most, tariff.rounding(unit * price.quantity_max * scale[0], 100 * scale[1]))
    return max(most, line.points)


def _room(now: Sequence[SpanScore], best: Sequence[SpanScore]) -> tuple[Room, ...]:
    left = Counter[Code]()
    for stands, most in zip(now, best, strict=True):
        had = {} if most.borrowed else {one.code: one.points for one in stands.categories}
        for one in () if most.borrowed else most.categories:
            left[one.code] += max(0, one.points - had.get(one.code, 0))
    return tuple(Room(code=code, points=number) for code, number in left.items())


def _more_honours(scheme: Scheme, year: YearSoFar) -> Iterator[MatterRow]:
    """Honours enough to fill every cap: of each item its highest level, on the last day of each part not yet over."""
    open_days = [day for day, when in zip(year.ends, year.parts, strict=True) if when != "over"]
    days = open_days or [max(year.ends)]
    rows = (row for code in sorted(scheme.items) for row in _of_item(year.tariff, code, days))
    for number, row in enumerate(rows):
        yield replace(row, record=UUID(int=number), matter=f"more/{number}", position=number)


def _of_item(tariff: Tariff, code: Code, days: Iterable[date]) -> Iterator[MatterRow]:
    prices = tariff.honours.get(code)
    if prices is None:
        return
    for day in days:
        found = max(_highest(tariff, code, prices, day), key=lambda one: one[0], default=None)
        if found is None:
            return
        worth, row = found
        caps = [cap for _, cap in prices.caps]
        caps += [one.points for one in tariff.limits if one.of_list == "honour" and one.scope == "list"]
        for _ in range(min(_MOST_COPIES, -(-min(caps) // worth))):
            yield row


def _highest(tariff: Tariff, code: Code, prices: LevelPrices, day: date) -> Iterator[tuple[int, MatterRow]]:
    """The levels inside the cap that give something, with what each is worth."""
    share = max(prices.shares, key=lambda one: prices.shares[one], default=None)
    measure = prices.standard.measure
    enough = 100 if measure is None else max(100, measure.per, measure.minimum or 0)
    for level in prices.points:
        if level in prices.outside_cap:
            continue
        most = prices.standard.ranges.get(level, (0, enough))[1]
        row = MatterRow(
            record=UUID(int=0), item=code, level=level, matter="", counted_on=day, position=0, rules=tariff.version,
            quantity=most, share=share,
        )  # fmt: skip
        try:
            worth = worth_of(prices, row)
        except Uncountable:
            continue
        if worth > 0:
            yield worth, row


def _best_mark(appraisal: Appraisal) -> int | None:
    return max((hundredths(one.value) for one in appraisal.values if one.value is not None), default=None)


def _grades(scheme: Scheme, best: int, vetoes: Sequence[VetoLine]) -> tuple[Reach, ...]:
    """Those that the best total reaches, and none above the ceiling of a veto that will hold at the year's end."""
    items = [item for item in (scheme.item(one.item) for one in vetoes) if isinstance(item, VetoItem)]
    highest = scheme.grades.index(under_vetoes(scheme.grades[0], items, scheme.grades)) if scheme.grades else 0
    return tuple(
        Reach(grade=one.code, reachable=place >= highest and reaches(best, one, scheme.interpretation))
        for place, one in enumerate(scheme.grades)
    )
