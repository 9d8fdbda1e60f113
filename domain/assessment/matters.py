"""荣誉加分与负面减分: one matter once, at its highest, and caps that fill up in the order of days."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from domain.assessment.rows import MatterRow, Uncountable, in_order
from domain.assessment.tariff import LevelPrices, Tariff
from domain.values import RecordId

Cut: TypeAlias = Literal["same-matter", "item-cap", "total-cap"]
"""Why a row gives less than its level: another row covers the matter, or a cap was full."""


class MatterLine(Struct, frozen=True):
    """One honour or deduction as it counts; points in hundredths.

    claimed = points + surplus, but for a row whose matter another one covers: that gives nothing, and is no
    surplus.
    """

    record: RecordId
    item: str
    level: str
    matter: str
    claimed: int
    points: int
    surplus: int = 0
    cut: Cut | None = None
    covered_by: RecordId | None = None


Table: TypeAlias = Callable[[Tariff], Mapping[str, LevelPrices]]


def honour_lines(tariff: Tariff, tariffs: Mapping[str, Tariff], rows: Iterable[MatterRow]) -> tuple[MatterLine, ...]:
    """Honours by (day, position): the highest of each matter over all items, then item caps, then the total cap.

    The caps are those of `tariff`, the points those of each row's own version.
    """
    ordered = in_order(rows)
    claimed = [_claimed(tariffs, row, lambda known: known.honours) for row in ordered]
    return _capped(ordered, claimed, tariff.honours, tariff.honour_cap)


def deduction_lines(tariff: Tariff, tariffs: Mapping[str, Tariff], rows: Iterable[MatterRow]) -> tuple[MatterLine, ...]:
    """Deductions by (day, position): the highest of each matter over all items, then an item's maximum if any."""
    ordered = in_order(rows)
    claimed = [_claimed(tariffs, row, lambda known: known.deductions) for row in ordered]
    return _capped(ordered, claimed, tariff.deductions, None)


def _capped(
    rows: Sequence[MatterRow], claimed: Sequence[int], levels: Mapping[str, LevelPrices], total_left: int | None
) -> tuple[MatterLine, ...]:
    covering = _highest(rows, claimed)
    item_left = {code: known.cap for code, known in levels.items() if known.cap is not None}
    lines: list[MatterLine] = []
    for row, amount in zip(rows, claimed, strict=True):
        if row.item not in levels:
            raise Uncountable(f"{row.item} is not mapped")
        if covering[row.matter] is not row:
            lines.append(_covered(row, amount, covering[row.matter]))
            continue
        by_item = min(amount, item_left.get(row.item, amount))
        points = by_item if total_left is None else min(by_item, total_left)
        if row.item in item_left:
            item_left[row.item] -= by_item
        if total_left is not None:
            total_left -= points
        cut: Cut | None = None if points == amount else ("total-cap" if points < by_item else "item-cap")
        lines.append(MatterLine(row.record, row.item, row.level, row.matter, amount, points, amount - points, cut))
    return tuple(lines)


def _covered(row: MatterRow, amount: int, covering: MatterRow) -> MatterLine:
    return MatterLine(row.record, row.item, row.level, row.matter, amount, 0, 0, "same-matter", covering.record)


def _claimed(tariffs: Mapping[str, Tariff], row: MatterRow, table: Table) -> int:
    try:
        points = table(tariffs[row.rules])[row.item].points[row.level]
    except KeyError:
        raise Uncountable(f"{row.rules}: {row.item} {row.level}") from None
    return (2 * points * row.quantity + 100) // 200


def _highest(rows: Sequence[MatterRow], claimed: Sequence[int]) -> dict[str, MatterRow]:
    """Matter → the row that counts: the highest, of equals the first."""
    best: dict[str, tuple[int, MatterRow]] = {}
    for row, amount in zip(rows, claimed, strict=True):
        if row.matter not in best or amount > best[row.matter][0]:
            best[row.matter] = (amount, row)
    return {matter: row for matter, (_, row) in best.items()}
