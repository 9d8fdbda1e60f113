"""Which record gave what: the points of a line handed out to its records, and what the cap cut off."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from domain.assessment.lines import Line, within_windows
from domain.assessment.prices import HIT, MISS, Price
from domain.assessment.rounding import Rounder
from domain.assessment.rows import ResponsibilityRow, Uncountable
from domain.assessment.spans import was_presumed
from domain.assessment.standards import Worth, worth
from domain.assessment.tariff import MapTo, Tariff
from domain.values import RecordId

Effect: TypeAlias = Literal["counted", "missed", "excused", "replaced", "partly-cut", "cut"]
"""What a record did: gave or took all its points, missed its chance, left the denominator as excused or through a
deduction, or met the cap (for a shortfall: zero) in part or wholly."""


class Portion(Struct, frozen=True):
    """What one record brought to its line, in hundredths; a shortfall brings less than nothing.

    surplus is what the cap cut off, or what of a shortfall found nothing left to take.
    """

    record: RecordId
    points: int
    surplus: int
    effect: Effect


class Allotment(Struct, frozen=True):
    """A line's points by record: start + Σ portions = points.

    start is what stands without any record: the cap of a presumed item, or of one for which nothing was asked.
    """

    item: str
    points: int
    start: int
    portions: tuple[Portion, ...]


def allot(
    tariff: Tariff, lines: Iterable[Line], rows: Iterable[ResponsibilityRow], earlier: Iterable[Tariff] = ()
) -> tuple[Allotment, ...]:
    """What each record contributed to its line, in (counting day, position) order.

    The rows are those from which the lines were scored: one span's, only the confirmed ones for a confirmed
    score. Raises Uncountable for a row without a line, or whose version does not know it.
    """
    tariffs: dict[str, Tariff] = {tariff.version: tariff, **{other.version: other for other in earlier}}
    by_item: defaultdict[str, list[ResponsibilityRow]] = defaultdict(list)
    for row in rows:
        target = None if row.rules == tariff.version else tariff.mapped.get(row.item)
        by_item[row.item if target is None else target.item].append(_now(tariff, row, target))
    found: list[Allotment] = []
    for line in lines:
        price = tariff.prices[line.item]
        own = sorted(by_item.pop(line.item, []), key=lambda row: (row.counted_on, row.position))
        found.append(_allot(line, own, tariffs, price))
    # Where classes of members or units are asked different things, what is known and has no line is not asked of him.
    differs = bool(tariff.views) or len(tariff.prices) > sum(len(one.prices) for one in tariff.categories)
    unknown = sorted(
        item
        for item in by_item
        if not (differs and item in tariff.prices)
        and not was_presumed((known.prices for known in tariffs.values()), item)
    )
    if unknown:
        raise Uncountable(f"no line for {unknown}")
    return tuple(found)


def _now(tariff: Tariff, row: ResponsibilityRow, target: MapTo | None) -> ResponsibilityRow:
    """The row under the period's own rules, where a mapping says that they value it."""
    if target is None or not target.as_new:
        return row
    return msgspec.structs.replace(
        row,
        item=target.item,
        rules=tariff.version,
        outcome=target.outcomes.get(row.outcome, row.outcome),
        quantity=row.quantity * target.times // 100,
    )


def _allot(line: Line, rows: Sequence[ResponsibilityRow], tariffs: Mapping[str, Tariff], price: Price) -> Allotment:
    priced = [_priced(row, tariffs) for row in rows]
    places = [known.outcomes[row.outcome][0] for row, known in zip(rows, priced, strict=True)]
    if line.mode == "earn":
        start, portions = 0, _earned(line, rows, priced, price)
    elif line.mode == "presumed":
        amounts = [known.outcomes[row.outcome][1] for row, known in zip(rows, priced, strict=True)]
        portions = _taken(line, rows, amounts)
        start = line.points - sum(portion.points for portion in portions)
    else:
        start, portions = (0 if line.asked else line.points), _shared(line, rows, places, price.rounding)
    allotment = Allotment(line.item, line.points, start, tuple(portions))
    assert start + sum(portion.points for portion in portions) == line.points, line.item
    return allotment


def _priced(row: ResponsibilityRow, tariffs: Mapping[str, Tariff]) -> Price:
    price = tariffs[row.rules].prices.get(row.item) if row.rules in tariffs else None
    if price is None or row.outcome not in price.outcomes:
        raise Uncountable(f"{row.rules}: {row.item} {row.outcome}")
    return price


def _earned(line: Line, rows: Sequence[ResponsibilityRow], priced: Sequence[Price], price: Price) -> list[Portion]:
    """Each record gives what the running sum grows by, rounded as the line is rounded, until the cap is full."""
    per = 100 * line.months_present
    running: Worth = 0
    by_month: dict[int, Worth] = {}
    gross = given = 0
    left = line.counted
    portions: list[Portion] = []
    for row, known in zip(rows, priced, strict=True):
        if row.replaced:
            portions.append(Portion(row.record, 0, 0, "replaced"))
            continue
        each = worth(known.standard, known.outcomes[row.outcome][1], row.outcome, row.quantity, row.condition)
        running += each
        by_month[row.counted_on.month] = by_month.get(row.counted_on.month, 0) + each
        kept = within_windows(price.windows, by_month) if price.windows else running
        whole = price.rounding(running * line.months, per)
        alone, gross = whole - gross, whole
        left -= row.quantity
        value = price.rounding(kept * line.months, per)
        reached = line.points if left <= 0 else min(line.points, value)
        points, given = reached - given, reached
        portions.append(_portion(row, points, max(0, alone - points)))
    return portions


def _shared(line: Line, rows: Sequence[ResponsibilityRow], places: Sequence[int], rounding: Rounder) -> list[Portion]:
    """Each attended matter gives an equal share; the hundredths that do not divide fall where rounding puts them."""
    portions: list[Portion] = []
    attended = given = 0
    most = line.points if line.mode == "threshold" or line.longer_cut else line.cap
    among = line.attended if line.mode == "threshold" or line.longer_cut else line.asked
    for row, place in zip(rows, places, strict=True):
        if row.replaced or place != HIT:
            effect: Effect = "replaced" if row.replaced else ("missed" if place == MISS else "excused")
            portions.append(Portion(row.record, 0, 0, effect))
            continue
        attended += 1
        reached = rounding(most * attended, among)
        portions.append(Portion(row.record, reached - given, 0, "counted"))
        given = reached
    return portions


def _taken(line: Line, rows: Sequence[ResponsibilityRow], amounts: Sequence[int]) -> list[Portion]:
    """Each shortfall takes its points until nothing is left."""
    portions: list[Portion] = []
    left = line.cap
    for row, amount in zip(rows, amounts, strict=True):
        if row.replaced:
            portions.append(Portion(row.record, 0, 0, "replaced"))
            continue
        points = min(amount, left)
        left -= points
        portions.append(_portion(row, -points, amount - points))
    return portions


def _portion(row: ResponsibilityRow, points: int, surplus: int) -> Portion:
    if not surplus:
        return Portion(row.record, points, 0, "counted")
    return Portion(row.record, points, surplus, "partly-cut" if points else "cut")
