"""A span's base: its lines, its categories, the categories above them, and the maxima that they share."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import msgspec
from msgspec import Struct

from domain.assessment.lines import MAKERS, NOTHING, Counts, Line
from domain.assessment.prices import OPEN, CategoryPrices, Price
from domain.assessment.rows import Tally, Uncountable
from domain.assessment.standards import worth
from domain.assessment.tariff import MapTo, Tariff
from domain.rules.maxima import Limit

Prices: TypeAlias = Mapping[str, Mapping[str, Price]]
"""Version of the rule set → item → price."""


class Span(Struct, frozen=True, kw_only=True):
    """A stretch of time over which each cap holds once: a month, a quarter, a half-year, a probation window."""

    code: str
    months_present: int
    tallies: Sequence[Tally] = ()
    tariff: Tariff | None = None
    """Of the rule set in force at the span's end; None where that is the period's own."""
    first_month: int | None = None
    """Of the year; None where the case's spans follow one another from January."""


class CategoryScore(Struct, frozen=True):
    """A category over one span; `surplus` is what its own or a shared maximum, or a veto, cut off its lines' sum."""

    code: str
    points: int
    maximum: int
    lines: tuple[Line, ...]
    surplus: int = 0


class GroupScore(Struct, frozen=True):
    """A category that holds others, over one span."""

    code: str
    points: int
    maximum: int | None
    surplus: int = 0


class SpanScore(Struct, frozen=True):
    """A span's base. A half without presence borrows the other half's: that one counts twice."""

    code: str
    base: int
    maximum: int
    categories: tuple[CategoryScore, ...]
    borrowed: bool = False
    groups: tuple[GroupScore, ...] = ()
    surplus: int = 0  # what the maximum of the whole list cut off
    unasked: tuple[str, ...] = ()  # items of records that are not asked of the person's class: they give nothing


def span_scores(tariff: Tariff, prices: Prices, span: Span, profile: str | None) -> tuple[SpanScore, SpanScore]:
    """The span by its confirmed records, and by all; the same object twice where nothing is pending."""
    assert 0 <= span.months_present <= tariff.months, span.code
    categories = tariff.view_of(profile).categories
    if not span.months_present:
        absent = SpanScore(span.code, 0, sum(category.maximum for category in categories), ())
        return absent, absent
    sure: dict[str, Counts] = {}
    pending: dict[str, Counts] = {}
    count(tariff, prices, span.tallies, sure, pending)
    _known(tariff, prices, (*sure, *pending))
    confirmed = _span_score(tariff, categories, span, sure, {})
    if not pending:
        return confirmed, confirmed
    return confirmed, _span_score(tariff, categories, span, sure, pending)


def count(
    tariff: Tariff, prices: Prices, tallies: Iterable[Tally], sure: dict[str, Counts], pending: dict[str, Counts]
) -> None:
    """Add what some records come to, by the item whose line they enter."""
    for said in tallies:
        item, row, price, now = looked_up(tariff, prices, said)
        place, points = price.outcomes[row.outcome]
        number = row.count
        into = sure if row.confirmed else pending
        counts = into.get(item)
        if counts is None:
            counts = into[item] = Counts()
        if row.replaced:
            counts.replaced += number
            continue
        counts.places[place] += number
        if price.mode != "earn":
            counts.value += points * number * 100
        elif price.plain and now.plain:
            quantity = number * row.quantity
            counts.quantity += quantity
            counts.value += points * quantity
        else:
            _earned(counts, price, now, row, points)


def looked_up(tariff: Tariff, prices: Prices, row: Tally) -> tuple[str, Tally, Price, Price]:
    """The item whose line some records enter, what they say there, and two prices.

    The first price is that of what they say; the second the one whose months and details the line shows.
    Raises Uncountable for what is not known.
    """
    version, item = tariff.version, row.item
    target = tariff.mapped.get(item) if tariff.mapped and row.rules != version else None
    if target is not None and target.as_new:
        row = _as_new(row, target, version)
    try:
        price = prices[row.rules][row.item]
        price.outcomes[row.outcome]
    except KeyError:
        raise Uncountable(f"{row.rules}: {item} {row.outcome}") from None
    if row.condition is not None and row.condition not in price.standard.conditions:
        raise Uncountable(f"{row.rules}: {item} has no condition {row.condition}")
    name = item if target is None else target.item
    return name, row, price, price if row.rules == version else tariff.prices.get(name, price)


def as_read(row: Tally, price: Price, now: Price) -> Tally:
    """One record that says the same to a line: without what the line does not read."""
    return msgspec.structs.replace(
        row,
        count=1,
        month=row.month if now.windows else 0,
        quantity=row.quantity if price.mode == "earn" else 100,
    )


def _earned(counts: Counts, price: Price, now: Price, row: Tally, points: int) -> None:
    """Deeds whose worth depends on more than points and quantity, or on their month."""
    number, quantity = row.count, row.count * row.quantity
    each = worth(price.standard, points, row.outcome, row.quantity, row.condition)
    counts.quantity += quantity
    counts.value += each * number
    if now.windows:
        if counts.by_month is None:
            counts.by_month = {}
        counts.by_month[row.month] = counts.by_month.get(row.month, 0) + each * number
    if now.detailed:
        counts.detail((row.outcome, row.condition), number, quantity, each * number)


def _as_new(row: Tally, target: MapTo, version: str) -> Tally:
    return msgspec.structs.replace(
        row,
        item=target.item,
        rules=version,
        outcome=target.outcomes.get(row.outcome, row.outcome),
        quantity=row.quantity * target.times // 100,
    )


def _known(tariff: Tariff, prices: Prices, items: Iterable[str]) -> None:
    """Refuse what has no line here, but for a shortfall of a duty that is asked no more: it has nothing to lower."""
    for item in items:
        if item not in tariff.prices and not was_presumed(prices.values(), item):
            raise Uncountable(f"{tariff.version}: {item} is not mapped")


def was_presumed(versions: Iterable[Mapping[str, Price]], item: str) -> bool:
    """Whether an item counts in full until it falls short, in whichever version knows it."""
    modes = {known[item].mode for known in versions if item in known}
    return modes == {"presumed"}


def _span_score(
    tariff: Tariff,
    categories: Sequence[CategoryPrices],
    span: Span,
    sure: dict[str, Counts],
    pending: dict[str, Counts],
) -> SpanScore:
    found = tuple(category_score(tariff, one, span.months_present, sure, pending) for one in categories)
    asked = sum(len(category.lines) for category in found)
    gone = any(item not in tariff.prices for item in (*sure, *pending))
    unasked = () if asked == len(tariff.prices) and not gone else _unasked(found, sure, pending)
    return together(span.code, found, unasked)


def together(code: str, categories: tuple[CategoryScore, ...], unasked: tuple[str, ...] = ()) -> SpanScore:
    """A span of its categories."""
    base = maximum = 0
    for category in categories:
        base += category.points
        maximum += category.maximum
    return SpanScore(code, base, maximum, categories, unasked=unasked)


def category_score(
    tariff: Tariff, category: CategoryPrices, present: int, sure: dict[str, Counts], pending: dict[str, Counts]
) -> CategoryScore:
    """A category's lines over one span, of what was counted by item; somebody was there for so many months."""
    lines: list[Line] = []
    points = 0
    for price in category.prices:
        counts = sure.get(price.item, NOTHING)
        more = pending.get(price.item)
        line = line_of(tariff, price, present, counts if more is None else counts.plus(more))
        lines.append(line)
        points += line.points
    return CategoryScore(category.code, points, category.maximum, tuple(lines))


def line_of(tariff: Tariff, price: Price, present: int, counts: Counts) -> Line:
    """One item's line over a span in which somebody was there for so many months.

    Where deeds are not scaled up, a part of the span at most scales their cap.
    """
    if tariff.scaling.earn == "up" or present == tariff.months:
        return MAKERS[price.mode](price, counts, tariff.months, present)
    if tariff.scaling.earn == "cap" and price.mode == "earn" and price.cap != OPEN:
        price = msgspec.structs.replace(price, cap=tariff.rounding(price.cap * present, tariff.months))
    return MAKERS[price.mode](price, counts, tariff.months, tariff.months)


def _unasked(found: Sequence[CategoryScore], *counted: dict[str, Counts]) -> tuple[str, ...]:
    asked = {line.item for category in found for line in category.lines}
    return tuple(dict.fromkeys(item for counts in counted for item in counts if item not in asked))


def bounded(
    tariff: Tariff, asked: Sequence[Span], spans: Sequence[SpanScore], emptied: frozenset[str]
) -> Sequence[SpanScore]:
    """The spans under the maxima that several items or several spans share, in the order of time.

    `emptied` are categories that a veto brings to zero.
    """
    limits = [limit for limit in tariff.limits if limit.of_list == "responsibility"]
    if not limits and not tariff.groups and not emptied:
        return spans
    left: dict[tuple[int, int], int] = {}
    months = [
        (position * tariff.months if span.first_month is None else span.first_month - 1)
        for position, span in enumerate(asked)
    ]
    return [_Bound(tariff, limits, left, month, emptied).span(span) for month, span in zip(months, spans, strict=True)]


class _Bound:
    """One span under the shared maxima."""

    def __init__(
        self,
        tariff: Tariff,
        limits: Sequence[Limit],
        left: dict[tuple[int, int], int],
        month: int,
        emptied: frozenset[str],
    ) -> None:
        self._tariff, self._limits, self._left, self._emptied = tariff, limits, left, emptied
        self._month = month

    def span(self, span: SpanScore) -> SpanScore:
        """The span: its lines, then its categories, then those above, then the whole list."""
        categories = tuple(self._category(category) for category in span.categories)
        sums = {category.code: category.points for category in categories}
        groups = tuple(self._groups(sums))
        held = {group.code: group for group in self._tariff.groups}
        above = {code: path[1] if len(path) > 1 else None for code, path in self._tariff.paths.items()}
        whole = sum(points for code, points in sums.items() if above.get(code) not in held)
        base = self._left_of("list", None, whole)
        return msgspec.structs.replace(span, categories=categories, groups=groups, base=base, surplus=whole - base)

    def _category(self, category: CategoryScore) -> CategoryScore:
        lines = tuple(self._line(line) for line in category.lines)
        whole = sum(line.points for line in lines)
        points = self._left_of("category", category.code, 0 if category.code in self._emptied else whole)
        return CategoryScore(category.code, points, category.maximum, lines, whole - points)

    def _line(self, line: Line) -> Line:
        points = self._left_of("item", line.item, line.points)
        if points == line.points:
            return line
        cut = line.points - points
        return msgspec.structs.replace(line, points=points, surplus=line.surplus + cut, longer_cut=cut)

    def _groups(self, sums: dict[str, int]) -> Iterable[GroupScore]:
        paths = self._tariff.paths
        for group in self._tariff.groups:
            children = [code for code in sums if len(paths.get(code, ())) > 1 and paths[code][1] == group.code]
            whole = sum(sums[code] for code in children)
            points = self._left_of("category", group.code, 0 if group.code in self._emptied else whole)
            sums[group.code] = points
            yield GroupScore(group.code, points, group.maximum, whole - points)

    def _left_of(self, scope: str, code: str | None, points: int) -> int:
        """What the maxima of one thing leave of some points; they are used up by it."""
        meant = [index for index, one in enumerate(self._limits) if one.scope == scope and one.code == code]
        keys = [(index, self._month // self._limits[index].months) for index in meant]
        for key in keys:
            points = min(points, self._left.setdefault(key, self._limits[key[0]].points))
        for key in keys:
            self._left[key] -= points
        return points
