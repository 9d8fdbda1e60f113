"""荣誉加分与负面减分: what several records of one matter come to, and caps that fill up in the order of days."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Literal, TypeAlias

from msgspec import Struct

from domain.assessment.prices import LevelPrices
from domain.assessment.rows import MatterRow, Uncountable, in_order
from domain.assessment.standards import worth
from domain.assessment.tariff import MapTo, Tariff
from domain.rules.maxima import Limit
from domain.rules.working_days import months_later
from domain.values import RecordId

Cut: TypeAlias = Literal["same-matter", "item-cap", "category-cap", "total-cap", "lapsed", "zeroed"]
"""Why a row gives less than its level: another row covers the matter, a cap was full, its effect has ended, or a
veto empties the list."""


class MatterLine(Struct, frozen=True):
    """One honour or deduction as it counts; points in hundredths.

    claimed = points + surplus, but for a row whose matter another one covers or whose effect has ended: that gives
    nothing, and is no surplus.
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
    outside_cap: bool = False
    counted_on: date = date.min


Table: TypeAlias = Callable[[Tariff], Mapping[str, LevelPrices]]


Bound: TypeAlias = tuple[Cut, tuple[object, ...], int]
"""Why a maximum cuts, which one it is in which stretch of the calendar, and how much it is."""


class Claim(Struct, frozen=True):
    """A row under the rules of the period: its item there, what bounds it, and what it is worth before any cap."""

    row: MatterRow
    item: str
    amount: int
    prices: LevelPrices
    outside_cap: bool = False


def honour_lines(
    tariff: Tariff, tariffs: Mapping[str, Tariff], rows: Iterable[MatterRow], *, scale: tuple[int, int] = (1, 1)
) -> tuple[MatterLine, ...]:
    """Honours by (day, position): what each matter comes to, then the caps of item, category and list.

    The caps are those of `tariff`, the points those of each row's own version. `scale` is the part of the period
    for which the list's cap stands, where the rule set scales it.
    """
    claims = [_claim(tariff, tariffs, row, lambda known: known.honours) for row in in_order(rows)]
    limits = [_scaled(limit, scale) for limit in tariff.limits if limit.of_list == "honour"]
    return _Caps(tariff, limits).lines(claims, _covering(claims, tariff.same_honour))


def deduction_lines(
    tariff: Tariff, tariffs: Mapping[str, Tariff], rows: Iterable[MatterRow], *, ends_on: date | None = None
) -> tuple[MatterLine, ...]:
    """Deductions by (day, position): what each matter comes to, then the maxima of item, category and list.

    With the period's last day, a deduction whose effect has ended by then takes nothing.
    """
    claims = [_claim(tariff, tariffs, row, lambda known: known.deductions) for row in in_order(rows)]
    lapsed = [claim for claim in claims if _lapsed(claim.prices, claim.row, ends_on)]
    living = [claim for claim in claims if claim not in lapsed]
    limits = [limit for limit in tariff.limits if limit.of_list == "negative"]
    found = _Caps(tariff, limits).lines(living, _covering(living, tariff.same_deduction))
    if not lapsed:
        return found
    by_record = {line.record: line for line in found}
    return tuple(by_record.get(claim.row.record) or _without_effect(claim, "lapsed") for claim in claims)


def _lapsed(prices: LevelPrices, row: MatterRow, ends_on: date | None) -> bool:
    if prices.effect_months is None or ends_on is None:
        return False
    return months_later(row.counted_on, prices.effect_months) <= ends_on


def _scaled(limit: Limit, scale: tuple[int, int]) -> Limit:
    part, whole = scale
    if limit.scope != "list" or part == whole:
        return limit
    return Limit("list", limit.of_list, None, limit.months, (2 * limit.points * part + whole) // (2 * whole))


class _Caps:
    """What is left under each maximum, while the lines of one list are made."""

    def __init__(self, tariff: Tariff, limits: Sequence[Limit]) -> None:
        self._limits = limits
        self._above = tariff.above
        self._left: dict[tuple[object, ...], int] = {}

    def lines(self, claims: Sequence[Claim], covering: Mapping[str, Claim]) -> tuple[MatterLine, ...]:
        """One line a claim, in the claims' order."""
        return tuple(
            self._line(claim) if covering.get(claim.row.matter, claim) is claim else _covered(claim, covering)
            for claim in claims
        )

    def _line(self, claim: Claim) -> MatterLine:
        row, amount = claim.row, claim.amount
        by_item, cut = amount, None
        points = amount
        if not claim.outside_cap:
            # What the item's own caps cut off leaves the shared ones alone.
            by_item, cut = self._take(amount, self._own(claim), None)
            points, cut = self._take(by_item, self._shared(claim), cut)
        return MatterLine(
            *(row.record, row.item, row.level, row.matter, amount, points, amount - points, cut),
            outside_cap=claim.outside_cap,
            counted_on=row.counted_on,
        )

    def _take(self, points: int, bounds: Iterable[Bound], cut: Cut | None) -> tuple[int, Cut | None]:
        """What the maxima leave of some points, and which cut last; they are used up by it."""
        known = list(bounds)
        for reason, key, most in known:
            left = self._left.setdefault(key, most)
            if left < points:
                points, cut = left, reason
        for _, key, _ in known:
            self._left[key] -= points
        return points, cut

    def _own(self, claim: Claim) -> Iterable[Bound]:
        for months, cap in claim.prices.caps:
            yield "item-cap", ("item", claim.item, *_stretch(claim.row.counted_on, months)), cap

    def _shared(self, claim: Claim) -> Iterable[Bound]:
        day, above = claim.row.counted_on, self._above(claim.prices.category)
        for index, limit in enumerate(self._limits):
            if limit.scope == "list" or limit.code in above:
                reason: Cut = "total-cap" if limit.scope == "list" else "category-cap"
                yield reason, (index, *_stretch(day, limit.months)), limit.points


def _stretch(day: date, months: int) -> tuple[int, int, int]:
    return months, day.year, (day.month - 1) // months


def _covered(claim: Claim, covering: Mapping[str, Claim]) -> MatterLine:
    line = _without_effect(claim, "same-matter")
    return MatterLine(
        *(line.record, line.item, line.level, line.matter, line.claimed, 0, 0, line.cut),
        covering[claim.row.matter].row.record,
        counted_on=line.counted_on,
    )


def _without_effect(claim: Claim, cut: Cut) -> MatterLine:
    row = claim.row
    return MatterLine(row.record, row.item, row.level, row.matter, claim.amount, 0, 0, cut, counted_on=row.counted_on)


def _claim(tariff: Tariff, tariffs: Mapping[str, Tariff], row: MatterRow, table: Table) -> Claim:
    """The row's worth under the rules of its day, or of the period where a mapping says so.

    What the period's rules know no more, and map to nothing, counts and is capped as in its own day: a deed found
    after the year in which its item ended is neither lost nor forgiven by the change.
    """
    target = None if row.rules == tariff.version else tariff.mapped.get(row.item)
    item = row.item if target is None else target.item
    try:
        known = table(tariffs[row.rules])[row.item]
        now = table(tariff).get(item, known)
        if target is not None and target.as_new:
            return _worth(now, _as_new(row, target), item, row, now)
        return _worth(known, row, item, row, now)
    except KeyError:
        raise Uncountable(f"{row.rules}: {row.item} {row.level}") from None


def _as_new(row: MatterRow, target: MapTo) -> MatterRow:
    return MatterRow(
        record=row.record,
        item=target.item,
        level=target.outcomes.get(row.level, row.level),
        matter=row.matter,
        counted_on=row.counted_on,
        position=row.position,
        rules=row.rules,
        quantity=row.quantity * target.times // 100,
        condition=row.condition,
        share=row.share,
        confirmed=row.confirmed,
    )


def _worth(prices: LevelPrices, said: MatterRow, item: str, row: MatterRow, now: LevelPrices) -> Claim:
    return Claim(row, item, worth_of(prices, said), now, said.level in prices.outside_cap)


def worth_of(prices: LevelPrices, row: MatterRow) -> int:
    """Hundredths that a row is worth by itself. Raises KeyError for an unknown level, Uncountable for the rest."""
    value = worth(prices.standard, prices.points[row.level], row.level, row.quantity, row.condition)
    if (row.share is None) != (not prices.shares) or (row.share is not None and row.share not in prices.shares):
        raise Uncountable(f"{row.item}: no place {row.share} in the group")
    if row.share is not None:
        value *= prices.shares[row.share]
    return prices.rounding(value, 100)


def _covering(claims: Sequence[Claim], rule: str) -> dict[str, Claim]:
    """Matter → the one claim that counts: the highest (of equals the first), the first, or all where sums count."""
    best: dict[str, Claim] = {}
    if rule == "sum":
        return best
    for claim in claims:
        matter = claim.row.matter
        if matter not in best or (rule != "first" and claim.amount > best[matter].amount):
            best[matter] = claim
    return best
