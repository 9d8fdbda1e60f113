"""众人同算 — many members' periods by one tariff: what the same counts came to once is not made a second time.

A line depends on how many records say what of its item, and on nothing else of the person than class and months; so
that these numbers are the key under which it is remembered. What is not known yet is made by the very functions that
make and explain a single span, and a period's sums by those that make and explain a single score.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import repeat
from typing import Final, Generic, NamedTuple, TypeAlias, TypeVar

import msgspec
from msgspec import Struct

from domain.assessment.lines import NOTHING, Counts, Line
from domain.assessment.rows import Tally
from domain.assessment.scoring import Score, Totals
from domain.assessment.spans import (
    CategoryScore,
    Prices,
    Span,
    SpanScore,
    as_read,
    count,
    line_of,
    looked_up,
    span_scores,
    together,
)
from domain.assessment.tariff import Tariff

KEPT: Final = 50_000
"""Sayings, and lines, that are remembered, so that memory stays bounded."""

Said = TypeVar("Said", bound=Hashable)

Numbers: TypeAlias = tuple[tuple[int, int], ...]
"""(kind, number of records) of one item, by the kind."""

Lines: TypeAlias = tuple[Line, Line]
"""An item's line by the confirmed records, and by all; the same object twice where nothing is pending."""


class Kind(NamedTuple):
    """Something that a line reads alike, whoever's record says it."""

    place: int
    """Of the item whose line it enters."""
    tally: Tally


class SpanFound(Struct, frozen=True):
    """One member's span: the points of each category by the confirmed records, and by all.

    The same tuple twice where what is pending makes no difference.
    """

    sure: tuple[int, ...]
    both: tuple[int, ...]
    lines: tuple[Lines, ...] = ()
    """Of each item."""
    alone: tuple[SpanScore, SpanScore] | None = None


class Figures(Struct, frozen=True, array_like=True):
    """A period's score without its lines; points in hundredths."""

    base: int
    honours: int
    deductions: int
    ledger: int
    categories: Sequence[int] | None = None
    """Points of each, in the order in which the spans name them first; None for what the spans' own add up to."""


Written: TypeAlias = tuple[int, int, int, int, Sequence[int] | None]
"""Figures as they are written: of thousands, a tuple is made in a fraction of the time."""


class SpansAlike(Generic[Said]):
    """Scores of one span for members of one class who were there for the same number of months.

    ``read`` gives what one record says, whose count is then one, or None where no line of any item can say it; equal
    sayings must say equal things.
    """

    def __init__(
        self, tariff: Tariff, prices: Prices, profile: str | None, span: Span, read: Callable[[Said], Tally | None]
    ) -> None:
        self._tariff, self._prices, self._profile, self._span, self._read = tariff, prices, profile, span, read
        self._asked = tariff.view_of(profile).categories if span.months_present else ()
        self._items = tuple(price for category in self._asked for price in category.prices)
        self._place_of = {price.item: place for place, price in enumerate(self._items)}
        self._kinds: dict[Said, int | None] = {}
        self._numbers: dict[tuple[int, Tally], int] = {}
        self._lines: list[dict[Numbers, Lines]] = [{} for _ in self._items]
        self._made = 0
        self.known: list[Kind] = []
        """The kinds by their numbers."""
        self.forgotten = 0
        """How often all that was known was forgotten: a kind's number then means another."""
        self.codes = tuple(category.code for category in self._asked)
        self.categories = tuple(place for place, category in enumerate(self._asked) for _ in category.prices)
        """Of each item the place of its category."""
        self.monthly = any(price.windows for price in self._items)
        """Whether it matters in which month something was done."""
        empty = [self.lines(place, ()) for place in range(len(self._items))]
        self.nothing = self.found(empty) if self._asked else self.alone(())
        """Of whom nothing is on record."""

    def find(self, said: Sequence[Said]) -> SpanFound:
        """The span by what a member's records say; raises Uncountable."""
        if not said:
            return self.nothing
        if not self._asked:
            return self.alone(said)
        self.trim()
        own: list[dict[int, int]] = [{} for _ in self._items]
        for one, number in Counter(said).items():
            kind = self.kind(one)
            if kind is None:
                return self.alone(said)
            numbers = own[self.known[kind].place]
            numbers[kind] = numbers.get(kind, 0) + number
        return self.found([self.lines(place, tuple(sorted(one.items()))) for place, one in enumerate(own)])

    def kind(self, said: Said) -> int | None:
        """The number of what a record says; None where it enters no line that is asked here. Raises Uncountable."""
        try:
            return self._kinds[said]
        except KeyError:
            pass
        number = self._kinds[said] = self._kind(self._read(said))
        return number

    def _kind(self, read: Tally | None) -> int | None:
        if read is None:
            return None
        item, row, price, now = looked_up(self._tariff, self._prices, read)
        place = self._place_of.get(item)
        number = None
        if place is not None:
            kind = Kind(place, as_read(row, price, now))
            number = self._numbers.setdefault(kind, len(self.known))
            if number == len(self.known):
                self.known.append(kind)
        return number

    def lines(self, place: int, numbers: Numbers) -> Lines:
        """An item's line where so many records are of each kind."""
        found = self._lines[place].get(numbers)
        if found is None:
            found = self._lines[place][numbers] = self._line(place, numbers)
            self._made += 1
        return found

    def found(self, lines: Iterable[Lines]) -> SpanFound:
        """A span by the line of each of its items."""
        every = tuple(lines)
        sure, both = [0] * len(self.codes), [0] * len(self.codes)
        for category, (confirmed, everything) in zip(self.categories, every, strict=True):
            sure[category] += confirmed.points
            both[category] += everything.points
        settled = tuple(sure)
        return SpanFound(settled, settled if sure == both else tuple(both), every)

    def scores(self, found: SpanFound) -> tuple[SpanScore, SpanScore]:
        """The same with its lines; the same object twice where nothing is pending."""
        if found.alone is not None:
            return found.alone
        sure = self._together([confirmed for confirmed, _ in found.lines])
        if all(one is other for one, other in found.lines):
            return sure, sure
        return sure, self._together([everything for _, everything in found.lines])

    def alone(self, said: Sequence[Said]) -> SpanFound:
        """As a single span is scored: where something enters no line that is asked here."""
        tallies = [read for one in said if (read := self._read(one)) is not None]
        assert len(tallies) == len(said), "what no line can say is never left out"
        span = msgspec.structs.replace(self._span, tallies=tallies)
        sure, both = span_scores(self._tariff, self._prices, span, self._profile)
        points = tuple(one.points for one in sure.categories)
        others = points if sure is both else tuple(one.points for one in both.categories)
        return SpanFound(points, others, alone=(sure, both))

    def trim(self) -> None:
        """Forget, if there is too much. Between two members only: meanwhile, what a kind's number means must stand."""
        if len(self._kinds) < KEPT and self._made < KEPT:
            return
        self.forgotten += 1
        self._made = 0
        self._kinds.clear()
        self._numbers.clear()
        self.known.clear()
        for lines in self._lines:
            lines.clear()

    def _line(self, place: int, numbers: Numbers) -> Lines:
        price, present = self._items[place], self._span.months_present
        counted: dict[str, Counts] = {}
        pending: dict[str, Counts] = {}
        tallies = [msgspec.structs.replace(self.known[kind].tally, count=number) for kind, number in numbers]
        count(self._tariff, self._prices, tallies, counted, pending)
        counts = counted.get(price.item, NOTHING)
        sure = line_of(self._tariff, price, present, counts)
        if not pending:
            return sure, sure
        return sure, line_of(self._tariff, price, present, counts.plus(pending[price.item]))

    def _together(self, lines: Sequence[Line]) -> SpanScore:
        own: list[list[Line]] = [[] for _ in self._asked]
        for category, line in zip(self.categories, lines, strict=True):
            own[category].append(line)
        return together(
            self._span.code,
            tuple(
                CategoryScore(asked.code, sum([line.points for line in one]), asked.maximum, tuple(one))
                for asked, one in zip(self._asked, own, strict=True)
            ),
        )


class PeriodAlike(Generic[Said]):
    """A period of members who differ in nothing but their records; its spans are found one by one before.

    ``short``: its figures may leave the categories to be added up, by whoever has those of its spans as well.
    """

    def __init__(self, totals: Totals, spans: Sequence[SpansAlike[Said]], *, short: bool = False) -> None:
        self._totals, self._spans = totals, spans
        self.sums = totals.plain
        """Whether its base is no more than its spans' sum."""
        # Two halves under different rules may name different categories.
        self.plain = totals.plain and len({one.codes for one in spans}) == 1 and (short or len(spans) == 1)
        """Whether it is no more than its spans' sum."""
        self._simple: dict[int, tuple[int, int]] = {}
        """Base and ledger of sums: there are no more different ones than hundredths in the maximum."""
        self._of_nothing = [one.nothing for one in spans]
        self.nothing = self._made(self._of_nothing)
        """Of whom nothing is on record: the very object that ``figures`` gives for him."""

    def figures(self, found: list[SpanFound], totals: Totals | None = None) -> tuple[Figures, Figures | None]:
        """By the confirmed records, and by all if that is another; with other ``totals`` for whom others hold."""
        if totals is not None:
            return self._explained(found, totals)
        return self.nothing if found == self._of_nothing else self._made(found)

    def summed(
        self,
        sure: Sequence[int],
        both: Sequence[int],
        settled: Sequence[bool],
        categories: Sequence[Sequence[int]] | None,
        others: Sequence[Sequence[int]] | None,
    ) -> list[tuple[Written, Written | None]]:
        """Of many, where it is ``plain``: by the sums of their spans, and of each category where there is one span."""
        found: list[tuple[Written, Written | None]] = list(zip(self._written(sure, categories), repeat(None)))
        if not all(settled):
            pending = self._written(both, others)
            for place in [place for place, same in enumerate(settled) if not same]:
                found[place] = found[place][0], pending[place]
        return found

    def _written(self, sums: Sequence[int], categories: Sequence[Sequence[int]] | None) -> list[Written]:
        bases, ledgers = zip(*map(self.simple(sums).__getitem__, sums), strict=True)
        return list(zip(bases, repeat(0), repeat(0), ledgers, categories or repeat(None)))

    def simple(self, sums: Iterable[int]) -> Mapping[int, tuple[int, int]]:
        """Base and ledger of some sums at least, where it ``sums``."""
        for points in set(sums) - self._simple.keys():
            self._simple[points] = self._totals.simple(points)
        return self._simple

    def _made(self, found: list[SpanFound]) -> tuple[Figures, Figures | None]:
        if not self.plain:
            return self._explained(found, self._totals)
        points = others = 0
        settled = True
        for one in found:
            if one.alone is not None:
                return self._explained(found, self._totals)
            points += sum(one.sure)
            others += sum(one.both)
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
