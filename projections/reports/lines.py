"""逐项得分 — what each item came to in a period, organisation by organisation: numbers, sums, sums of squares.

By the one scoring function, from the confirmed records, of whoever belonged to an organisation at the period's end.
Points in hundredths.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import isqrt
from typing import TypeAlias

from domain.assessment.spans import SpanScore
from domain.values import Code
from projections.alike import Alike
from projections.given import read
from projections.records import item_names
from projections.reports.asking import Asking
from projections.reports.disclosure import Path
from projections.scores import RANGE


class Sums:
    """What an item came to for some people."""

    __slots__ = ("cap", "full", "nothing", "number", "squares", "sum")

    def __init__(self) -> None:
        self.number = self.full = self.nothing = self.sum = self.squares = self.cap = 0

    def add(self, points: int, cap: int) -> None:
        """One more person."""
        self.number += 1
        self.full += points >= cap
        self.nothing += points == 0
        self.sum += points
        self.squares += points * points
        self.cap = max(self.cap, cap)

    def plus(self, other: "Sums") -> None:
        """Some more people."""
        self.number += other.number
        self.full += other.full
        self.nothing += other.nothing
        self.sum += other.sum
        self.squares += other.squares
        self.cap = max(self.cap, other.cap)

    @property
    def mean(self) -> Fraction:
        """Hundredths."""
        return Fraction(self.sum, self.number)

    @property
    def spread(self) -> int:
        """Standard deviation of the people's points, in hundredths."""
        return root(Fraction(self.squares, self.number) - self.mean**2)


def root(value: Fraction) -> int:
    """The nearest integer to a square root.

    >>> root(Fraction(4)), root(Fraction(25, 4)), root(Fraction(6)), root(Fraction(0))
    (2, 3, 2, 0)
    """
    return (isqrt(4 * value.numerator // value.denominator) + 1) // 2


ByItem: TypeAlias = dict[Code, dict[Path, Sums]]


Groups: TypeAlias = Mapping[int, Path]
"""To which group, named by a path, somebody belongs: his organisation, or any other."""


def lines_of(asking: Asking) -> ByItem:
    """Item → organisation → what it came to for whoever belongs to it directly; of the whole tree."""
    return lines_by(asking, asking.people())[0]


def lines_by(asking: Asking, *every: Groups) -> tuple[ByItem, ...]:
    """The same by several ways to group the same people, who are scored once."""
    alike = Alike(partial(item_names, asking.connection))
    pairs = [(member, asking.year) for member in sorted(every[0])]
    found: tuple[ByItem, ...] = tuple({} for _ in every)
    for start in range(0, len(pairs), RANGE):
        for one in read(asking.connection, pairs[start : start + RANGE]):
            spans = alike.spans(one, asking.period)
            for groups, into in zip(every, found, strict=True):
                count(into, groups[one.member], spans)
    return found


def count(found: ByItem, path: Path, spans: Sequence[SpanScore]) -> None:
    """Add one person's lines: an item's points over all stretches against all its caps."""
    own: defaultdict[Code, list[int]] = defaultdict(lambda: [0, 0])
    for span in spans:
        for category in span.categories:
            for line in category.lines:
                sums = own[line.item]
                sums[0] += line.points
                sums[1] += line.cap
    for item, (points, cap) in own.items():
        if cap:
            found.setdefault(item, {}).setdefault(path, Sums()).add(points, cap)


def whole(of: Iterable[tuple[Path, Sums]], unit: Code) -> Sums:
    """An organisation with all below it."""
    found = Sums()
    for path, sums in of:
        if unit in path:
            found.plus(sums)
    return found
