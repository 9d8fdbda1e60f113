"""The one scoring function: from what was counted to explained lines and totals, in integer hundredths.

It serves the live score, "why this score", what-if, restatement and the offline check: only the counting of
rows differs from place to place.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from msgspec import Struct

from domain.assessment.lines import MAKERS, NOTHING, QUANTITY, REPLACED, VALUE, Counts, Line
from domain.assessment.matters import MatterLine, deduction_lines, honour_lines
from domain.assessment.rows import MatterRow, Tally, Uncountable
from domain.assessment.tariff import Price, Tariff

Prices: TypeAlias = Mapping[str, Mapping[str, Price]]
"""Version of the rule set → item → price."""

_HALVES: Final = 2


class Span(Struct, frozen=True, kw_only=True):
    """A stretch of time over which each cap holds once: a half-year or a probation window."""

    code: str
    months_present: int
    tallies: Sequence[Tally] = ()
    tariff: Tariff | None = None
    """Of the rule set in force at the span's end; None where that is the period's own."""


class Case(Struct, frozen=True, kw_only=True):
    """All that one member's period is scored from: one span for a half or a window, two for a year."""

    spans: tuple[Span, ...]
    honours: Sequence[MatterRow] = ()
    deductions: Sequence[MatterRow] = ()
    closed: bool = False


class CategoryScore(Struct, frozen=True):
    """A category over one span."""

    code: str
    points: int
    maximum: int
    lines: tuple[Line, ...]


class SpanScore(Struct, frozen=True):
    """A span's base. A half without presence borrows the other half's: that one counts twice."""

    code: str
    base: int
    maximum: int
    categories: tuple[CategoryScore, ...]
    borrowed: bool = False


class Score(Struct, frozen=True):
    """Base, honours, deductions, and the ledger that they make; points in hundredths."""

    spans: tuple[SpanScore, ...]
    base: int
    base_max: int
    honours: tuple[MatterLine, ...]
    honour_points: int
    deductions: tuple[MatterLine, ...]
    deduction_points: int
    ledger: int

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


def score(tariff: Tariff, case: Case, earlier: Iterable[Tariff] = ()) -> Scored:
    """The score of one member and period.

    `tariff` is that of the rule set in force at the period's end: its items, caps and categories hold, but for a span
    that names its own: a half-year keeps what it came to, whatever the second half's rules say. A record
    of an act under an earlier version is worth what that version says; that version's tariff is among `earlier`.
    Raises Uncountable for a record whose version, item, level or outcome is not known: it must never be skipped.
    """
    tariffs = {tariff.version: tariff, **{other.version: other for other in earlier}}
    prices = {version: known.prices for version, known in tariffs.items()}
    spans = [_span(span.tariff or tariff, prices, span) for span in case.spans]
    rows = (*case.honours, *case.deductions)
    settled = all(sure is both for sure, both in spans) and all(row.confirmed for row in rows)
    confirmed = _together(tariff, tariffs, [sure for sure, _ in spans], case, pending=False)
    everything = confirmed if settled else _together(tariff, tariffs, [both for _, both in spans], case, pending=True)
    return Scored(confirmed, everything, not case.closed)


def _together(
    tariff: Tariff, tariffs: Mapping[str, Tariff], spans: Sequence[SpanScore], case: Case, *, pending: bool
) -> Score:
    spans = _with_absent_half(case.spans, spans)
    honours = honour_lines(tariff, tariffs, [row for row in case.honours if pending or row.confirmed])
    deductions = deduction_lines(tariff, tariffs, [row for row in case.deductions if pending or row.confirmed])
    base = sum(span.base for span in spans)
    added = sum(line.points for line in honours)
    taken = sum(line.points for line in deductions)
    return Score(
        tuple(spans),
        base,
        sum(span.maximum for span in spans),
        honours,
        added,
        deductions,
        taken,
        ledger(base, added, taken, tariff.floor, tariff.ceiling),
    )


def ledger(base: int, honours: int, deductions: int, floor: int, ceiling: int | None) -> int:
    """max(floor, base + honours − deductions), and not above a ceiling if there is one.

    >>> ledger(10000, 700, 0, 0, None), ledger(300, 0, 800, 0, None), ledger(10000, 700, 0, 0, 10000)
    (10700, 0, 10000)
    """
    total = max(floor, base + honours - deductions)
    return total if ceiling is None else min(ceiling, total)


def _with_absent_half(asked: Sequence[Span], spans: Sequence[SpanScore]) -> Sequence[SpanScore]:
    present = [index for index, span in enumerate(asked) if span.months_present]
    if len(spans) != _HALVES or len(present) != 1:
        return spans
    there = spans[present[0]]
    return [
        there if index in present else SpanScore(span.code, there.base, there.maximum, there.categories, borrowed=True)
        for index, span in enumerate(spans)
    ]


def _span(tariff: Tariff, prices: Prices, span: Span) -> tuple[SpanScore, SpanScore]:
    """The span by its confirmed records, and by all; the same object twice where nothing is pending."""
    assert 0 <= span.months_present <= tariff.months, span.code
    if not span.months_present:
        absent = SpanScore(span.code, 0, tariff.maximum, ())
        return absent, absent
    sure: dict[str, Counts] = {}
    pending: dict[str, Counts] = {}
    _count(prices, span.tallies, sure, pending)
    confirmed = _span_score(tariff, span, sure, {})
    if not pending:
        return confirmed, confirmed
    return confirmed, _span_score(tariff, span, sure, pending)


def _count(prices: Prices, tallies: Iterable[Tally], sure: dict[str, Counts], pending: dict[str, Counts]) -> None:
    for row in tallies:
        item, number = row.item, row.count
        try:
            price = prices[row.rules][item]
            place, worth = price.outcomes[row.outcome]
        except KeyError:
            raise Uncountable(f"{row.rules}: {item} {row.outcome}") from None
        if row.condition is not None:
            raise Uncountable(f"{row.rules}: {item} has no condition {row.condition}")
        into = sure if row.confirmed else pending
        counts = into.get(item)
        if counts is None:
            counts = into[item] = [0, 0, 0, 0, 0, 0]
        if row.replaced:
            counts[REPLACED] += number
        elif price.mode == "earn":
            quantity = number * row.quantity
            counts[place] += number
            counts[QUANTITY] += quantity
            counts[VALUE] += worth * quantity
        else:
            counts[place] += number
            counts[VALUE] += worth * number * 100


def _span_score(tariff: Tariff, span: Span, sure: dict[str, Counts], pending: dict[str, Counts]) -> SpanScore:
    known = tariff.prices
    for item in (*sure, *pending):
        if item not in known:
            raise Uncountable(f"{tariff.version}: {item} is not mapped")
    categories: list[CategoryScore] = []
    base = 0
    months, present = tariff.months, span.months_present
    for category in tariff.categories:
        lines: list[Line] = []
        points = 0
        for price in category.prices:
            counts = sure.get(price.item, NOTHING)
            more = pending.get(price.item)
            if more is not None:
                counts = [one + other for one, other in zip(counts, more, strict=True)]
            line = MAKERS[price.mode](price, counts, months, present)
            lines.append(line)
            points += line.points
        categories.append(CategoryScore(category.code, points, category.maximum, tuple(lines)))
        base += points
    return SpanScore(span.code, base, tariff.maximum, tuple(categories))
