"""众人同算 — many members' periods by one tariff: what the same counts came to once is not made a second time.

A category's score depends on how many records say what of its items, and on nothing else of the person than class and
months; so that these numbers are the key under which it is remembered, whole. What is not known yet is made by the
very functions that make and explain a single span, and a period's sums by those that make and explain a single score.
"""

from collections.abc import Callable, Hashable, Sequence
from operator import getitem
from typing import Final, Generic, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from domain.assessment.lines import Counts
from domain.assessment.prices import CategoryPrices
from domain.assessment.rows import Tally
from domain.assessment.scoring import Score, Totals
from domain.assessment.spans import (
    CategoryScore,
    Prices,
    Span,
    SpanScore,
    as_read,
    category_score,
    count,
    looked_up,
    span_scores,
    together,
)
from domain.assessment.tariff import Tariff

KEPT: Final = 5_000
"""Sayings, and scores of each category, that are remembered, so that memory stays bounded."""
KINDS: Final = 1_000
"""Different things said up to which all is remembered."""

_BITS: Final = 10
"""Of the number of records that say one thing, in the one integer that counts all that is said."""
_NUMBER: Final = (1 << _BITS) - 1

Said = TypeVar("Said", bound=Hashable)

_Made: TypeAlias = tuple[int, int, CategoryScore, CategoryScore]
"""A category's points by the confirmed records and by all, and the two scores that they are the points of."""


class SpanFound(Struct, frozen=True):
    """One member's span: the points of each category by the confirmed records, and by all.

    The same tuple twice where what is pending makes no difference.
    """

    sure: tuple[int, ...]
    both: tuple[int, ...]
    sum: int
    sum_both: int
    made: tuple[tuple[CategoryScore, ...], tuple[CategoryScore, ...]] = ((), ())
    """The categories' scores by the confirmed records, and by all."""
    alone: tuple[SpanScore, SpanScore] | None = None


class Figures(Struct, frozen=True, array_like=True):
    """A period's score without its lines; points in hundredths."""

    base: int
    honours: int
    deductions: int
    ledger: int
    categories: Sequence[int] | None = None
    """Points of each, in the order in which the spans name them first; None for what the spans' own add up to."""


class SpansAlike(Generic[Said]):
    """Scores of one span for members of one class who were there for the same number of months.

    ``read`` gives what one record says, whose count is then one; equal sayings must say equal things.
    """

    def __init__(
        self, tariff: Tariff, prices: Prices, profile: str | None, span: Span, read: Callable[[Said], Tally]
    ) -> None:
        self._tariff, self._prices, self._profile, self._span, self._read = tariff, prices, profile, span, read
        self._asked = tariff.view_of(profile).categories if span.months_present else ()
        self._category_of = {
            price.item: place for place, category in enumerate(self._asked) for price in category.prices
        }
        self._weights: dict[Said, int] = {}
        """What one record adds to the integer."""
        self._kinds: dict[Tally, int] = {}
        """What its bits count: a number of them for each thing that is said, in the order of being heard."""
        self._masks = [0 for _ in self._asked]
        """Which of the bits are a category's."""
        self._known: list[dict[int, _Made]] = [{} for _ in self._asked]
        self._full = False
        self.nothing = self.find(())
        """Of whom nothing is on record."""
        self.codes = tuple(category.code for category in self._asked)

    def find(self, said: Sequence[Said]) -> SpanFound:
        """The span by what a member's records say; raises Uncountable."""
        if not self._asked or len(said) > _NUMBER:
            return self._alone(said)
        if self._full:
            self._forget()
        try:
            return self._found(said)
        except KeyError:
            return self._learn(said)

    def _found(self, said: Sequence[Said]) -> SpanFound:
        """All in C but for this one line: it runs once for each member and half."""
        every = sum(map(self._weights.__getitem__, said))
        made = map(getitem, self._known, map(every.__and__, self._masks))
        sure, both, confirmed, everything = zip(*made, strict=True)
        if sure == both:
            both = sure
        return SpanFound(sure, both, sum(sure), sum(both), (confirmed, everything))

    def scores(self, found: SpanFound) -> tuple[SpanScore, SpanScore]:
        """The same with its lines; the same object twice where nothing is pending."""
        if found.alone is not None:
            return found.alone
        confirmed, everything = found.made
        sure = together(self._span.code, confirmed)
        if all(one is other for one, other in zip(confirmed, everything, strict=True)):
            return sure, sure
        return sure, together(self._span.code, everything)

    def _learn(self, said: Sequence[Said]) -> SpanFound:
        """The same where something is said, or comes to a number, for the first time."""
        for one in said:
            if one not in self._weights and not self._weigh(one):
                return self._alone(said)
        every = sum(self._weights[one] for one in said)
        for place, known in enumerate(self._known):
            key = every & self._masks[place]
            if key not in known:
                known[key] = self._category(self._asked[place], self._tallies(key))
                self._full = self._full or len(known) >= KEPT
        return self._found(said)

    def _forget(self) -> None:
        """Between two members only: while one is counted, what an integer's bits mean must stand."""
        self._full = False
        self._masks = [0 for _ in self._asked]
        self._weights.clear()
        self._kinds.clear()
        for known in self._known:
            known.clear()

    def _alone(self, said: Sequence[Said]) -> SpanFound:
        """Where something enters no line that is asked here: as a single span is scored."""
        span = msgspec.structs.replace(self._span, tallies=[self._read(one) for one in said])
        sure, both = span_scores(self._tariff, self._prices, span, self._profile)
        points = tuple(one.points for one in sure.categories)
        others = points if sure is both else tuple(one.points for one in both.categories)
        return SpanFound(points, others, sum(points), sum(others), ((), ()), (sure, both))

    def _weigh(self, said: Said) -> bool:
        """Give what is said its weight; whether it has one: it has none where it enters no line."""
        item, row, price, now = looked_up(self._tariff, self._prices, self._read(said))
        place = self._category_of.get(item)
        if place is None:
            return False
        first_bit = _BITS * self._kinds.setdefault(as_read(row, price, now), len(self._kinds))
        self._weights[said] = 1 << first_bit
        self._masks[place] |= _NUMBER << first_bit
        self._full = self._full or len(self._weights) >= KEPT or len(self._kinds) >= KINDS
        return True

    def _tallies(self, key: int) -> list[Tally]:
        return [
            msgspec.structs.replace(kind, count=number)
            for kind, place in self._kinds.items()
            if (number := key >> _BITS * place & _NUMBER)
        ]

    def _category(self, asked: CategoryPrices, tallies: Sequence[Tally]) -> _Made:
        counted: dict[str, Counts] = {}
        pending: dict[str, Counts] = {}
        count(self._tariff, self._prices, tallies, counted, pending)
        sure = both = category_score(self._tariff, asked, self._span.months_present, counted, {})
        if pending:
            both = category_score(self._tariff, asked, self._span.months_present, counted, pending)
        return sure.points, both.points, sure, both


class PeriodAlike(Generic[Said]):
    """A period of members who differ in nothing but their records; its spans are found one by one before.

    ``short``: its figures may leave the categories to be added up, by whoever has those of its spans as well.
    """

    def __init__(self, totals: Totals, spans: Sequence[SpansAlike[Said]], *, short: bool = False) -> None:
        self._totals, self._spans = totals, spans
        # Two halves under different rules may name different categories.
        self._plain = totals.plain and len({one.codes for one in spans}) == 1 and (short or len(spans) == 1)
        self._of_nothing = [one.nothing for one in spans]
        self.nothing = self._made(self._of_nothing)
        """Of whom nothing is on record: the very object that ``figures`` gives for him."""

    def figures(self, found: list[SpanFound], totals: Totals | None = None) -> tuple[Figures, Figures | None]:
        """By the confirmed records, and by all if that is another; with other ``totals`` for whom others hold."""
        if totals is not None:
            return self._explained(found, totals)
        return self.nothing if found == self._of_nothing else self._made(found)

    def _made(self, found: list[SpanFound]) -> tuple[Figures, Figures | None]:
        if not self._plain:
            return self._explained(found, self._totals)
        points = others = 0
        settled = True
        for one in found:
            if one.alone is not None:
                return self._explained(found, self._totals)
            points += one.sum
            others += one.sum_both
            settled = settled and one.both is one.sure
        first, alone, simple = found[0], len(found) == 1, self._totals.simple
        base, ledger = simple(points)
        sure = Figures(base, 0, 0, ledger, first.sure if alone else None)
        if settled:
            return sure, None
        base, ledger = simple(others)
        return sure, Figures(base, 0, 0, ledger, first.both if alone else None)

    def _explained(self, found: list[SpanFound], totals: Totals) -> tuple[Figures, Figures | None]:
        scored = totals.of([span.scores(one) for span, one in zip(self._spans, found, strict=True)])
        sure = figures_of(scored.confirmed)
        return sure, None if scored.confirmed is scored.with_pending else figures_of(scored.with_pending)


def figures_of(score: Score) -> Figures:
    """The figures of a score."""
    points: dict[str, int] = {}
    for span in score.spans:
        for one in span.categories:
            points[one.code] = points.get(one.code, 0) + one.points
    return Figures(score.base, score.honour_points, score.deduction_points, score.ledger, list(points.values()))
