"""分值 — what the items of one rule set give, in hundredths: responsibility items over one span, levels one by one."""

from fractions import Fraction
from typing import Final

import msgspec
from msgspec import Struct

from domain.assessment.rounding import HALF_UP, Rounder, rounder_of
from domain.assessment.rows import OUTCOMES
from domain.assessment.standards import Standard, standard_of
from domain.rules.items import HonourItem, Level, Mode, NegativeItem, ResponsibilityItem
from domain.rules.maxima import cap_over, caps_of, part_of_year
from domain.rules.measuring import Threshold
from domain.rules.scheme import Scheme
from domain.rules.wording import MONTHS
from domain.values import hundredths

HIT: Final = 0  # attended, done, earned
MISS: Final = 1  # absent, not done, fallen short
OUT: Final = 2  # excused, withdrawn

OPEN: Final = 99_999_999
"""The cap of an item that none bounds: 999 999.99."""


class Step(Struct, frozen=True, gc=False):
    """A step of a threshold item: so many attended, or so many hundredths of what was asked."""

    count: int | None
    share: int | None
    points: int

    def reached(self, attended: int, asked: int) -> bool:
        """Whether either of the two is reached."""
        enough = self.count is not None and attended >= self.count
        return enough or (self.share is not None and 100 * attended >= self.share * asked)


class Price(Struct, frozen=True):
    """What one responsibility item gives over one span."""

    item: str
    category: str
    mode: Mode
    cap: int
    unit_points: int  # of one unit; 0 where the mode reads none
    quantity_max: int | None
    outcomes: dict[str, tuple[int, int]]
    """Outcome → where it counts (HIT, MISS, OUT), and the points that one unit or one shortfall is worth."""
    standard: Standard = Standard()
    plain: bool = True  # every record is worth points × quantity, whatever its month
    detailed: bool = False  # records of the item differ in worth, and the line shows how
    windows: tuple[tuple[int, int], ...] = ()
    """(months, cap) of the maxima that are shorter than the span, shortest first."""
    steps: tuple[Step, ...] = ()
    rounding: Rounder = HALF_UP


class CategoryPrices(Struct, frozen=True):
    """The items of one category and the most that they give together over one span."""

    code: str
    maximum: int
    prices: tuple[Price, ...]
    parent: str | None = None


class LevelPrices(Struct, frozen=True):
    """The levels of an honour or a deduction, and what bounds the item."""

    points: dict[str, int]
    category: str
    caps: tuple[tuple[int, int], ...] = ()
    """(months, cap) in each stretch of so many months."""
    standard: Standard = Standard()
    shares: dict[str, Fraction] = msgspec.field(default_factory=dict[str, Fraction])
    outside_cap: frozenset[str] = frozenset()
    effect_months: int | None = None
    rounding: Rounder = HALF_UP


def price_of(scheme: Scheme, item: ResponsibilityItem, *, months: int) -> Price:
    """The price of an item over a span."""
    caps = caps_of(scheme, item)
    cap = cap_over(caps, months, scale_down=item.mode != "earn")
    standard = standard_of(item.measure, item.conditions, _ranges(item.levels))
    windows = tuple((stretch, most) for stretch, most in caps if stretch < months) if item.mode == "earn" else ()
    detailed = not standard.plain or bool(item.levels)
    return Price(
        item=item.code,
        category=item.cat,
        mode=item.mode,
        cap=min(_weight_of(scheme, item.cat), *(most for _, most in caps), OPEN) if cap is None else cap,
        unit_points=hundredths(item.points) if item.mode == "earn" and item.points is not None else 0,
        # a half allows so many; a window of n months n ÷ 6 times as many
        quantity_max=None if item.quantity_max is None else item.quantity_max * 100 * months // MONTHS["half"],
        outcomes=_outcomes(item),
        standard=standard,
        plain=not detailed and not windows,
        detailed=detailed,
        windows=windows,
        steps=tuple(_step(step) for step in item.steps),
        rounding=rounder_of(scheme.rounding),
    )


def _weight_of(scheme: Scheme, category: str) -> int:
    """The most that an item without a cap of its own can give: its category's weight."""
    known = next((one for one in scheme.categories if one.code == category), None)
    return OPEN if known is None or known.weight is None else hundredths(known.weight)


def _outcomes(item: ResponsibilityItem) -> dict[str, tuple[int, int]]:
    unit_points = hundredths(item.points) if item.mode == "earn" and item.points is not None else 0
    named = () if item.mode == "earn" and item.points is None else OUTCOMES[item.mode]
    outcomes = {outcome: (place, unit_points) for place, outcome in enumerate(named)}
    outcomes.update({level.code: (HIT, hundredths(level.points)) for level in item.levels})
    outcomes.update({shortfall.code: (MISS, hundredths(shortfall.points)) for shortfall in item.shortfalls})
    return outcomes


def _step(step: Threshold) -> Step:
    return Step(step.at_least, None if step.share is None else hundredths(step.share), hundredths(step.points))


def _ranges(levels: tuple[Level, ...]) -> dict[str, tuple[int, int]]:
    return {
        level.code: (hundredths(level.points), hundredths(level.up_to)) for level in levels if level.up_to is not None
    }


def category_prices(
    scheme: Scheme, prices: dict[str, Price], profile: str | None, months: int
) -> tuple[CategoryPrices, ...]:
    """The categories that hold items, with those asked of a class of members, or with all."""
    holding = {category.parent for category in scheme.categories}
    asked = {
        item.code for item in scheme.responsibility if profile is None or not item.profiles or profile in item.profiles
    }
    found: list[CategoryPrices] = []
    for category in scheme.categories:
        own = tuple(price for price in prices.values() if price.category == category.code and price.item in asked)
        if not own and category.code in holding:
            continue
        found.append(CategoryPrices(category.code, _most(scheme, own, months), own, category.parent))
    # An item of no category would be asked of people and never counted.
    assert sum(len(category.prices) for category in found) == len(asked), "an item without category"
    return tuple(found)


def _most(scheme: Scheme, prices: tuple[Price, ...], months: int) -> int:
    """The most that a category's items give over a span; 0 where nothing bounds it."""
    caps = sum(price.cap for price in prices)
    if not prices:
        return 0
    weight = _weight_of(scheme, prices[0].category)
    most = caps if weight == OPEN else min(caps, part_of_year(weight, months))
    return 0 if most >= OPEN else most


def level_prices(scheme: Scheme, item: HonourItem | NegativeItem, rounding: Rounder) -> LevelPrices:
    """The prices of an honour's or a deduction's levels."""
    return LevelPrices(
        points={level.code: hundredths(level.points) for level in item.levels},
        category=item.cat,
        caps=caps_of(scheme, item),
        standard=standard_of(item.measure, item.conditions, _ranges(item.levels)),
        shares={one.code: part_of(one.share) for one in item.shares} if isinstance(item, HonourItem) else {},
        outside_cap=frozenset(level.code for level in item.levels if level.outside_cap),
        effect_months=item.effect_months if isinstance(item, NegativeItem) else None,
        rounding=rounding,
    )


def part_of(share: str) -> Fraction:
    """A part of a group's result, as a fraction.

    >>> part_of("0.50"), part_of("1/3")
    (Fraction(1, 2), Fraction(1, 3))
    """
    return Fraction(share)
