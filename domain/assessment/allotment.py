"""Which record gave what: the points of a line handed out to its records, and what the cap cut off."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from domain.assessment.lines import Line
from domain.assessment.rows import ResponsibilityRow, Uncountable
from domain.assessment.tariff import HIT, MISS, Price, Tariff
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
        by_item[row.item].append(row)
    found: list[Allotment] = []
    for line in lines:
        own = sorted(by_item.pop(line.item, []), key=lambda row: (row.counted_on, row.position))
        found.append(_allot(line, own, tariffs))
    if by_item:
        raise Uncountable(f"no line for {sorted(by_item)}")
    return tuple(found)


def _allot(line: Line, rows: Sequence[ResponsibilityRow], tariffs: Mapping[str, Tariff]) -> Allotment:
    worths = [_worth(row, tariffs) for row in rows]
    if line.mode == "earn":
        start, portions = 0, _earned(line, rows, [worth for _, worth in worths])
    elif line.mode == "presumed":
        start, portions = line.cap, _taken(line, rows, [worth for _, worth in worths])
    else:
        start, portions = (0 if line.asked else line.cap), _shared(line, rows, [place for place, _ in worths])
    allotment = Allotment(line.item, line.points, start, tuple(portions))
    assert start + sum(portion.points for portion in portions) == line.points, line.item
    return allotment


def _worth(row: ResponsibilityRow, tariffs: Mapping[str, Tariff]) -> tuple[int, int]:
    try:
        price: Price = tariffs[row.rules].prices[row.item]
        return price.outcomes[row.outcome]
    except KeyError:
        raise Uncountable(f"{row.rules}: {row.item} {row.outcome}") from None


def _earned(line: Line, rows: Sequence[ResponsibilityRow], worths: Sequence[int]) -> list[Portion]:
    """Each record gives what the running sum grows by, rounded as the line is rounded, until the cap is full."""
    per = 100 * line.months_present
    running = gross = given = 0
    left = line.counted
    portions: list[Portion] = []
    for row, worth in zip(rows, worths, strict=True):
        if row.replaced:
            portions.append(Portion(row.record, 0, 0, "replaced"))
            continue
        running += worth * row.quantity * line.months
        value = _half_up(running, per)
        alone, gross = value - gross, value
        left -= row.quantity
        reached = line.points if left <= 0 else min(line.points, value)
        points, given = reached - given, reached
        portions.append(_portion(row, points, max(0, alone - points)))
    return portions


def _shared(line: Line, rows: Sequence[ResponsibilityRow], places: Sequence[int]) -> list[Portion]:
    """Each attended matter gives an equal share; the hundredths that do not divide fall where rounding puts them."""
    portions: list[Portion] = []
    attended = given = 0
    for row, place in zip(rows, places, strict=True):
        if row.replaced or place != HIT:
            effect: Effect = "replaced" if row.replaced else ("missed" if place == MISS else "excused")
            portions.append(Portion(row.record, 0, 0, effect))
            continue
        attended += 1
        reached = _half_up(line.cap * attended, line.asked)
        portions.append(Portion(row.record, reached - given, 0, "counted"))
        given = reached
    return portions


def _taken(line: Line, rows: Sequence[ResponsibilityRow], worths: Sequence[int]) -> list[Portion]:
    """Each shortfall takes its points until nothing is left."""
    portions: list[Portion] = []
    left = line.cap
    for row, worth in zip(rows, worths, strict=True):
        if row.replaced:
            portions.append(Portion(row.record, 0, 0, "replaced"))
            continue
        points = min(worth, left)
        left -= points
        portions.append(_portion(row, -points, worth - points))
    return portions


def _portion(row: ResponsibilityRow, points: int, surplus: int) -> Portion:
    if not surplus:
        return Portion(row.record, points, 0, "counted")
    return Portion(row.record, points, surplus, "partly-cut" if points else "cut")


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
