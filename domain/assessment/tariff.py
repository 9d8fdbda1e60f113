"""记分标准 — one version of a rule set, made ready for counting in hundredths."""

from typing import Final

from msgspec import Struct

from domain.assessment.rows import OUTCOMES
from domain.rules.items import HonourItem, Mode, NegativeItem, ResponsibilityItem
from domain.rules.scheme import Scheme
from domain.values import hundredths

HIT: Final = 0  # attended, done, earned
MISS: Final = 1  # absent, not done, fallen short
OUT: Final = 2  # excused, withdrawn

MONTHS_OF_HALF: Final = 6
MONTHS_OF_YEAR: Final = 12


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


class CategoryPrices(Struct, frozen=True):
    """The items of one category and the most that they give together."""

    code: str
    maximum: int
    prices: tuple[Price, ...]


class LevelPrices(Struct, frozen=True):
    """The levels of an honour or a deduction, and the item's own cap if it has one."""

    points: dict[str, int]
    cap: int | None = None


class Tariff(Struct, frozen=True):
    """Everything that a span is scored with; months is the span's length."""

    version: str
    months: int
    categories: tuple[CategoryPrices, ...]
    prices: dict[str, Price]
    honours: dict[str, LevelPrices]
    honour_cap: int
    deductions: dict[str, LevelPrices]
    floor: int
    ceiling: int | None

    @property
    def maximum(self) -> int:
        """The most that the responsibility items give over one span."""
        return sum(category.maximum for category in self.categories)


def half_tariff(scheme: Scheme) -> Tariff:
    """The tariff of a half-year: each item against its half's cap."""
    return _tariff(scheme, MONTHS_OF_HALF, {item.code: hundredths(item.cap_half) for item in scheme.responsibility})


def window_tariff(scheme: Scheme, months: int) -> Tariff:
    """The tariff of a probation window: each item against the year's cap × months ÷ 12, rounded half up."""
    caps = {
        item.code: (2 * hundredths(item.cap_year) * months + MONTHS_OF_YEAR) // (2 * MONTHS_OF_YEAR)
        for item in scheme.responsibility
    }
    return _tariff(scheme, months, caps)


def _tariff(scheme: Scheme, months: int, caps: dict[str, int]) -> Tariff:
    prices = {item.code: _price(item, caps[item.code], months) for item in scheme.responsibility}
    categories = tuple(_category(category.code, prices) for category in scheme.categories)
    # An item of no category would be asked of people and never counted.
    assert sum(len(category.prices) for category in categories) == len(prices), "an item without category"
    return Tariff(
        version=scheme.version,
        months=months,
        categories=categories,
        prices=prices,
        honours={item.code: _levels(item, hundredths(item.cap_year)) for item in scheme.honour},
        honour_cap=hundredths(scheme.honour_rules.cap_year),
        deductions={
            item.code: _levels(item, None if item.max_points is None else hundredths(item.max_points))
            for item in scheme.negative
        },
        floor=hundredths(scheme.scale.floor),
        ceiling=None if scheme.scale.ceiling is None else hundredths(scheme.scale.ceiling),
    )


def _category(code: str, prices: dict[str, Price]) -> CategoryPrices:
    own = tuple(price for price in prices.values() if price.category == code)
    return CategoryPrices(code, sum(price.cap for price in own), own)


def _levels(item: HonourItem | NegativeItem, cap: int | None) -> LevelPrices:
    return LevelPrices({level.code: hundredths(level.points) for level in item.levels}, cap)


def _price(item: ResponsibilityItem, cap: int, months: int) -> Price:
    unit_points = hundredths(item.points) if item.mode == "earn" and item.points is not None else 0
    outcomes = {outcome: (place, unit_points) for place, outcome in enumerate(OUTCOMES[item.mode])}
    outcomes.update({shortfall.code: (MISS, hundredths(shortfall.points)) for shortfall in item.shortfalls})
    return Price(
        item=item.code,
        category=item.cat,
        mode=item.mode,
        cap=cap,
        unit_points=unit_points,
        # a half allows so many; a window of n months n ÷ 6 times as many
        quantity_max=None if item.quantity_max is None else item.quantity_max * 100 * months // MONTHS_OF_HALF,
        outcomes=outcomes,
    )
