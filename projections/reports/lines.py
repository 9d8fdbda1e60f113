"""逐项得分 — what each item came to in a period, organisation by organisation: numbers, sums, sums of squares.

By the one scoring function, from the confirmed records, of whoever belonged to an organisation at the period's end.
Points in hundredths.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
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
    """What an item came to for some people.

    Whoever was there for a part of the period could get a part of the points: his are counted as the same share of
    ``cap``, so that people who came late do not make a branch look worse.
    """

    __slots__ = ("_by_cap", "cap", "full", "nothing", "number")

    def __init__(self) -> None:
        self.number = self.full = self.nothing = self.cap = 0
        self._by_cap: dict[int, tuple[int, int]] = {}  # what they could get → sum and sum of squares of what they got

    def add(self, points: int, cap: int, *, full: bool | None = None) -> None:
        """One more person; ``full`` where it says something else than that he got all."""
        self.number += 1
        self.full += points >= cap if full is None else full
        self.nothing += points == 0
        self.cap = max(self.cap, cap)
        self._count(cap, points, points * points)

    def plus(self, other: "Sums") -> None:
        """Some more people."""
        self.number += other.number
        self.full += other.full
        self.nothing += other.nothing
        self.cap = max(self.cap, other.cap)
        for cap, (points, squares) in other._by_cap.items():
            self._count(cap, points, squares)

    def _count(self, cap: int, points: int, squares: int) -> None:
        so_far = self._by_cap.get(cap, (0, 0))
        self._by_cap[cap] = so_far[0] + points, so_far[1] + squares

    @property
    def mean(self) -> Fraction:
        """Hundredths."""
        shares = (Fraction(points, cap) for cap, (points, _) in self._by_cap.items())
        return sum(shares, Fraction(0)) * self.cap / self.number

    @property
    def spread(self) -> int:
        """Standard deviation of the people's points, in hundredths."""
        shares = (Fraction(squares, cap * cap) for cap, (_, squares) in self._by_cap.items())
        return root(sum(shares, Fraction(0)) * self.cap**2 / self.number - self.mean**2)


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
    for items in found:
        for of in items.values():
            level(of.values())
    return found


def level(every: Collection[Sums]) -> None:
    """Let all groups be counted by the same cap, the highest of them."""
    most = max(one.cap for one in every)
    for one in every:
        one.cap = most


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
