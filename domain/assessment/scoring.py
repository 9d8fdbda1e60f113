"""The one scoring function: from what was counted to explained lines and totals, in integer hundredths.

It serves the live score, "why this score", what-if, restatement and the offline check: only the counting of
rows differs from place to place.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from domain.assessment.lines import Line
from domain.assessment.matters import MatterLine, deduction_lines, honour_lines
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
    "ledger",
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


class Score(Struct, frozen=True):
    """What one begins with and earns, honours, deductions, and the ledger that they make; points in hundredths.

    base = start + Σ spans; ledger = base + honours + carried − deductions − over, between floor and ceiling.
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
    tariffs = {tariff.version: tariff, **{other.version: other for other in earlier}}
    prices = {version: known.prices for version, known in tariffs.items()}
    spans = [of_span(span.tariff or tariff, prices, span, case.profile) for span in case.spans]
    rows: tuple[MatterRow | VetoRow, ...] = (*case.honours, *case.deductions, *case.vetoes)
    settled = all(sure is both for sure, both in spans) and all(row.confirmed for row in rows)
    confirmed = _together(tariff, tariffs, [sure for sure, _ in spans], case, pending=False)
    everything = confirmed if settled else _together(tariff, tariffs, [both for _, both in spans], case, pending=True)
    return Scored(confirmed, everything, not case.closed)


def _together(
    tariff: Tariff, tariffs: Mapping[str, Tariff], spans: Sequence[SpanScore], case: Case, *, pending: bool
) -> Score:
    vetoes = veto_lines(tariff, tariffs, [row for row in case.vetoes if pending or row.confirmed], case.ends_on)
    spans = bounded(tariff, case.spans, _with_absent_half(tariff, case.spans, spans), _emptied(vetoes))
    honours = honour_lines(
        tariff, tariffs, [row for row in case.honours if pending or row.confirmed], scale=_scale(tariff, case)
    )
    if any(veto.zeroes == "honours" for veto in vetoes):
        honours = tuple(_zeroed(line) for line in honours)
    deductions = deduction_lines(
        tariff, tariffs, [row for row in case.deductions if pending or row.confirmed], ends_on=case.ends_on
    )
    start = _start(tariff, case)
    base = start + sum(span.base for span in spans)
    added = sum(line.points for line in honours)
    taken = sum(line.points for line in deductions)
    carried = _carried(tariff, case.last_total)
    over = _over(tariff, case.spans, spans, honours)
    total = ledger(base + carried - over, added, taken, tariff.floor, tariff.ceiling)
    if any(veto.zeroes == "ledger" for veto in vetoes):
        total = 0
    return Score(
        tuple(spans),
        base,
        start + sum(span.maximum for span in spans),
        honours,
        added,
        deductions,
        taken,
        total,
        start,
        carried,
        over,
        vetoes,
        0 if tariff.benchmark is None else max(0, tariff.benchmark - total),
    )


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


def _with_absent_half(tariff: Tariff, asked: Sequence[Span], spans: Sequence[SpanScore]) -> Sequence[SpanScore]:
    present = [index for index, span in enumerate(asked) if span.months_present]
    halves = len(spans) == _HALVES and tariff.months == MONTHS_OF_HALF
    if not halves or len(present) != 1 or not tariff.scaling.absent_half_doubles:
        return spans
    there = spans[present[0]]
    return [
        there if index in present else SpanScore(span.code, there.base, there.maximum, there.categories, borrowed=True)
        for index, span in enumerate(spans)
    ]
