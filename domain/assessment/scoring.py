"""The one scoring function: from what was counted to explained lines and totals, in integer hundredths.

It serves the live score, "why this score", what-if, restatement and the offline check: only the counting of
rows differs from place to place.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from domain.assessment.lines import Line
from domain.assessment.matters import MatterLine, deduction_lines, honour_lines
from domain.assessment.rounding import Rounder
from domain.assessment.rows import MatterRow, VetoRow
from domain.assessment.spans import CategoryScore, GroupScore, Prices, Span, SpanScore, bounded, span_scores
from domain.assessment.tariff import MONTHS_OF_HALF, Tariff
from domain.assessment.vetoes import VetoLine, veto_lines

__all__ = [
    "Case",
    "CategoryScore",
    "GroupScore",
    "Score",
    "Scored",
    "Span",
    "SpanScore",
    "Totals",
    "ledger",
    "mean_of",
    "score",
]

_HALVES: Final = 2

ScoreOfSpan: TypeAlias = Callable[[Tariff, Prices, Span, str | None], tuple[SpanScore, SpanScore]]
"""What makes a span's score: its confirmed records alone, and all."""


class Case(Struct, frozen=True, kw_only=True):
    """All that one member's period is scored from: one span for a half or a window, several for a year."""

    spans: tuple[Span, ...]
    honours: Sequence[MatterRow] = ()
    deductions: Sequence[MatterRow] = ()
    vetoes: Sequence[VetoRow] = ()
    profile: str | None = None
    """The person's class; None where the rule set asks the same of everybody."""
    last_total: int | None = None
    """Last year's determined total, in hundredths, of which a part may be carried over."""
    ends_on: date | None = None
    """The period's last day: by it the effect of a deduction or a veto may have ended."""
    closed: bool = False
    mean: bool = False
    """Whether the base is the mean of the spans, each brought to the maximum of them all, and not their sum."""


class Score(Struct, frozen=True):
    """What one begins with and earns, honours, deductions, and the ledger that they make; points in hundredths.

    base = start + Σ spans (or their mean, where the rule set says so);
    ledger = base + honours + carried − deductions − over, between floor and ceiling.
    """

    spans: tuple[SpanScore, ...]
    base: int
    base_max: int
    honours: tuple[MatterLine, ...]
    honour_points: int
    deductions: tuple[MatterLine, ...]
    deduction_points: int
    ledger: int
    start: int = 0
    carried: int = 0
    over: int = 0
    """What a maximum of all that adds cut off."""
    vetoes: tuple[VetoLine, ...] = ()
    short_of_benchmark: int = 0
    is_mean: bool = False
    """Whether the base is the mean of the spans, not their sum."""

    def lines(self) -> Iterable[Line]:
        """Every line, span by span; those of a borrowed half once."""
        for span in self.spans:
            if not span.borrowed:
                for category in span.categories:
                    yield from category.lines


class Scored(Struct, frozen=True):
    """What stands, and what would stand if everything pending were confirmed."""

    confirmed: Score
    with_pending: Score
    provisional: bool  # the period is still open: a line may yet rise or fall


def score(tariff: Tariff, case: Case, earlier: Iterable[Tariff] = (), *, of_span: ScoreOfSpan = span_scores) -> Scored:
    """The score of one member and period.

    `tariff` is that of the rule set in force at the period's end: its items, caps and categories hold, but for a span
    that names its own: a half-year keeps what it came to, whatever the second half's rules say. A record
    of an act under an earlier version is worth what that version says; that version's tariff is among `earlier`.
    Raises Uncountable for a record whose version, item, level or outcome is not known: it must never be skipped.
    `of_span` may remember what a span came to, for whoever scores several periods that share it.
    """
    prices = {version: known.prices for version, known in _by_version(tariff, earlier).items()}
    spans = [of_span(span.tariff or tariff, prices, span, case.profile) for span in case.spans]
    return Totals(tariff, case, earlier).of(spans)


def _by_version(tariff: Tariff, earlier: Iterable[Tariff]) -> dict[str, Tariff]:
    return {tariff.version: tariff, **{other.version: other for other in earlier}}


class Totals:
    """What the spans of one case add up to; or of the many cases that differ in nothing but their records.

    The case's tallies are not read: each span comes scored, by its confirmed records and by all.
    """

    def __init__(self, tariff: Tariff, case: Case, earlier: Iterable[Tariff] = ()) -> None:
        self._tariff, self._tariffs, self._case = tariff, _by_version(tariff, earlier), case
        self._start = _start(tariff, case)
        self._carried = _carried(tariff, case.last_total)
        self._only_half = _only_half(tariff, case.spans)
        # Most rule sets bound no span beyond its items, and most people have nothing on their lists.
        self._plain = not tariff.groups and not any(limit.of_list == "responsibility" for limit in tariff.limits)
        self._summed = not any(limit.scope == "total" for limit in tariff.limits)
        self._mean = case.mean
        self._listed = bool(case.honours or case.deductions or case.vetoes)
        plain = self._plain and self._summed and not self._listed and not self._mean
        self.plain = plain and self._only_half is None
        """Whether it is no more than the sum of the spans, and the ledger that they make."""

    def of(self, spans: Sequence[tuple[SpanScore, SpanScore]]) -> Scored:
        """The score of one member."""
        sure = tuple(one for one, _ in spans)
        both = tuple(other for _, other in spans)
        confirmed = self._together(sure, pending=False)
        settled = all(one is other for one, other in spans)
        everything = confirmed if settled and self._all_confirmed() else self._together(both, pending=True)
        return Scored(confirmed, everything, not self._case.closed)

    def _all_confirmed(self) -> bool:
        if not self._listed:
            return True
        rows: tuple[MatterRow | VetoRow, ...] = (*self._case.honours, *self._case.deductions, *self._case.vetoes)
        return all(row.confirmed for row in rows)

    def _together(self, spans: tuple[SpanScore, ...], *, pending: bool) -> Score:
        tariff = self._tariff
        honours, deductions, vetoes = self._lists(pending=pending) if self._listed else ((), (), ())
        if self._only_half is not None:
            spans = _doubled(self._only_half, spans)
        if not self._plain or vetoes:
            spans = tuple(bounded(tariff, self._case.spans, spans, _emptied(vetoes)))
        base, total = self.simple(self._points(spans))
        base_max = sum([span.maximum for span in spans], self._start)
        added = sum([line.points for line in honours])
        taken = sum([line.points for line in deductions])
        over = 0 if self._summed else _over(tariff, self._case.spans, spans, honours)
        if added or taken or over:
            total = ledger(base + self._carried - over, added, taken, tariff.floor, tariff.ceiling)
        if vetoes and any(veto.zeroes == "ledger" for veto in vetoes):
            total = 0
        short = 0 if tariff.benchmark is None else max(0, tariff.benchmark - total)
        return Score(
            *(spans, base, base_max, honours, added, deductions, taken, total),
            *(self._start, self._carried, over, vetoes, short, self._mean),
        )

    def _points(self, spans: Sequence[SpanScore]) -> int:
        """What all spans give."""
        if self._mean:
            return mean_of([(span.base, span.maximum) for span in spans], self._tariff.rounding)
        return sum([span.base for span in spans])

    def simple(self, points: int) -> tuple[int, int]:
        """Base and ledger of what all spans give, where nothing is added and nothing taken."""
        base = self._start + points
        return base, ledger(base + self._carried, 0, 0, self._tariff.floor, self._tariff.ceiling)

    def _lists(self, *, pending: bool) -> tuple[tuple[MatterLine, ...], tuple[MatterLine, ...], tuple[VetoLine, ...]]:
        """Honours, deductions and vetoes."""
        tariff, tariffs, case = self._tariff, self._tariffs, self._case
        vetoes = veto_lines(tariff, tariffs, [row for row in case.vetoes if pending or row.confirmed], case.ends_on)
        honours = honour_lines(
            tariff, tariffs, [row for row in case.honours if pending or row.confirmed], scale=_scale(tariff, case)
        )
        if any(veto.zeroes == "honours" for veto in vetoes):
            honours = tuple(_zeroed(line) for line in honours)
        deductions = deduction_lines(
            tariff, tariffs, [row for row in case.deductions if pending or row.confirmed], ends_on=case.ends_on
        )
        return honours, deductions, vetoes


def mean_of(parts: Iterable[tuple[int, int]], rounding: Rounder) -> int:
    """The mean of some (points, maximum), each brought to the maximum of them all; rounded once.

    >>> from domain.assessment.rounding import HALF_UP
    >>> mean_of([(3000, 4000), (5000, 6000)], HALF_UP)  # (75.00 + 83.333…) ÷ 2
    7917
    """
    asked = [(points, maximum) for points, maximum in parts if maximum]
    whole = sum(maximum for _, maximum in asked)
    mean = sum((Fraction(points * whole, maximum) for points, maximum in asked), Fraction()) / max(1, len(asked))
    return rounding(mean.numerator, mean.denominator)


def ledger(base: int, honours: int, deductions: int, floor: int | None, ceiling: int | None) -> int:
    """max(floor, base + honours − deductions), and not above a ceiling if there is one.

    >>> ledger(10000, 700, 0, 0, None), ledger(300, 0, 800, 0, None), ledger(10000, 700, 0, 0, 10000)
    (10700, 0, 10000)
    """
    total = base + honours - deductions
    if floor is not None:
        total = max(floor, total)
    return total if ceiling is None else min(ceiling, total)


def _emptied(vetoes: Iterable[VetoLine]) -> frozenset[str]:
    return frozenset(veto.category for veto in vetoes if veto.zeroes == "category" and veto.category is not None)


def _zeroed(line: MatterLine) -> MatterLine:
    return msgspec.structs.replace(line, points=0, surplus=0, cut="zeroed") if line.points else line


def _scale(tariff: Tariff, case: Case) -> tuple[int, int]:
    """The part of the period for which a scaled cap stands: months present of its months."""
    if not tariff.scaling.honour_cap or not case.spans:
        return 1, 1
    return sum(span.months_present for span in case.spans), tariff.months * len(case.spans)


def _start(tariff: Tariff, case: Case) -> int:
    start = tariff.view_of(case.profile).start
    if not start or not tariff.scaling.base or not case.spans:
        return start
    present = sum(span.months_present for span in case.spans)
    return tariff.rounding(start * present, tariff.months * len(case.spans))


def _carried(tariff: Tariff, last_total: int | None) -> int:
    share, most = tariff.carried
    if not share or last_total is None:
        return 0
    carried = tariff.rounding(max(0, last_total) * share, 100)
    return carried if most is None else min(carried, most)


def _over(tariff: Tariff, asked: Sequence[Span], spans: Sequence[SpanScore], honours: Iterable[MatterLine]) -> int:
    """What the maxima of all that adds, responsibility and honours together, cut off in their stretches."""
    over = 0
    for limit in tariff.limits:
        if limit.scope != "total":
            continue
        sums: dict[int, int] = {}
        for position, (span, found) in enumerate(zip(asked, spans, strict=True)):
            month = position * tariff.months if span.first_month is None else span.first_month - 1
            sums[month // limit.months] = sums.get(month // limit.months, 0) + found.base
        for line in honours:
            if not line.outside_cap:
                window = (line.counted_on.month - 1) // limit.months
                sums[window] = sums.get(window, 0) + line.points
        over = max(over, sum(max(0, points - limit.points) for points in sums.values()))
    return over


def _only_half(tariff: Tariff, asked: Sequence[Span]) -> int | None:
    """Of two halves the one with presence, where that counts twice."""
    present = [index for index, span in enumerate(asked) if span.months_present]
    halves = len(asked) == _HALVES and tariff.months == MONTHS_OF_HALF
    doubles = halves and len(present) == 1 and tariff.scaling.absent_half_doubles
    return present[0] if doubles else None


def _doubled(only: int, spans: tuple[SpanScore, ...]) -> tuple[SpanScore, ...]:
    there = spans[only]
    return tuple(
        there if index == only else SpanScore(span.code, there.base, there.maximum, there.categories, borrowed=True)
        for index, span in enumerate(spans)
    )
