"""记分标准 — one version of a rule set, made ready for counting in hundredths."""

from functools import partial
from typing import Final, Literal

import msgspec
from msgspec import Struct

from domain.assessment.prices import CategoryPrices, LevelPrices, Price, category_prices, level_prices, price_of
from domain.assessment.rounding import Rounder, rounder_of
from domain.rules.assessing import Mapping
from domain.rules.items import VetoItem
from domain.rules.maxima import Limit, caps_of, part_of_year, shared_limits, weight_limits, year_cap
from domain.rules.scheme import Scheme
from domain.rules.wording import MONTHS, Written
from domain.values import hundredths

MONTHS_OF_HALF: Final = MONTHS["half"]
MONTHS_OF_YEAR: Final = MONTHS["year"]


class View(Struct, frozen=True):
    """What one class of members is asked, and what it begins with."""

    start: int
    categories: tuple[CategoryPrices, ...]


class Group(Struct, frozen=True):
    """A category that holds others; deepest first in the tariff."""

    code: str
    parent: str | None
    maximum: int | None


class MapTo(Struct, frozen=True):
    """The item that takes the place of one of an earlier version."""

    item: str
    as_new: bool
    outcomes: dict[str, str]
    times: int  # hundredths


class VetoStandard(Struct, frozen=True):
    """What a veto does to a score, and for how many months; None: for the year of its decision."""

    zeroes: Literal["ledger", "honours", "category"] | None
    category: str | None
    months: int | None


class Scaling(Struct, frozen=True):
    """How a part of a period counts."""

    earn: Literal["up", "cap", "not"] = "up"
    base: bool = False
    honour_cap: bool = False
    absent_half_doubles: bool = True


class Tariff(Struct, frozen=True):
    """Everything that a span is scored with; months is the span's length."""

    version: str
    months: int
    view: View  # of everybody
    views: dict[str, View]  # of the classes that differ
    prices: dict[str, Price]
    groups: tuple[Group, ...]
    paths: dict[str, tuple[str, ...]]  # category → itself and those above it
    limits: tuple[Limit, ...]  # that several items share, or that hold over several spans
    honours: dict[str, LevelPrices]
    deductions: dict[str, LevelPrices]
    vetoes: dict[str, VetoStandard]
    mapped: dict[str, MapTo]
    same_honour: str
    same_deduction: str
    scaling: Scaling
    rounding: Rounder
    floor: int | None
    ceiling: int | None
    benchmark: int | None
    carried: tuple[int, int | None]  # hundredths of last year's total, and the most

    @property
    def categories(self) -> tuple[CategoryPrices, ...]:
        """What everybody is asked."""
        return self.view.categories

    @property
    def maximum(self) -> int:
        """The most that the responsibility items give over one span."""
        return sum(category.maximum for category in self.categories)

    def above(self, category: str) -> tuple[str, ...]:
        """A category and those above it."""
        return self.paths.get(category, (category,))

    def view_of(self, profile: str | None) -> View:
        """What a class of members is asked."""
        return self.view if profile is None else self.views.get(profile, self.view)


def half_tariff(scheme: Scheme) -> Tariff:
    """The tariff of a half-year: each item against its half's cap."""
    return span_tariff(scheme, MONTHS_OF_HALF)


def span_tariff(scheme: Scheme, months: int) -> Tariff:
    """The tariff of a span of so many months: a month, a quarter, a half or a year."""
    make = partial(price_of, scheme, months=months)
    return _tariff(scheme, months, {item.code: make(item) for item in scheme.responsibility})


def cycle_tariff(scheme: Scheme) -> Tariff:
    """The tariff of the rule set's own cycle: its shortest period."""
    return span_tariff(scheme, scheme.cycle_months)


def priced_by(tariff: Tariff, wider: Tariff) -> Tariff:
    """The tariff with the prices of a wider one: what is not asked here gives nothing, and is still known."""
    return msgspec.structs.replace(
        tariff,
        prices={**wider.prices, **tariff.prices},
        honours={**wider.honours, **tariff.honours},
        deductions={**wider.deductions, **tariff.deductions},
    )


def window_tariff(scheme: Scheme, months: int) -> Tariff:
    """The tariff of a probation window: each item against the year's cap × months ÷ 12, rounded half up."""
    prices = {item.code: price_of(scheme, item, months=months) for item in scheme.responsibility}
    for item in scheme.responsibility:
        cap = year_cap(scheme, item)
        if cap is not None:
            scaled = part_of_year(cap, months)
            # One window instead of halves: what bounds a half does not bound a part of the window.
            price = prices[item.code]
            short = tuple(window for window in price.windows if window[0] < MONTHS_OF_HALF)
            plain = not short and not price.detailed
            prices[item.code] = msgspec.structs.replace(price, cap=scaled, windows=short, plain=plain)
    return _tariff(scheme, months, prices)


def _tariff(scheme: Scheme, months: int, prices: dict[str, Price]) -> Tariff:
    rounding = rounder_of(scheme.rounding)
    everything = category_prices(scheme, prices, None, months)
    return Tariff(
        version=scheme.version,
        months=months,
        view=View(begins_with(scheme, None), everything),
        views={
            profile.code: View(begins_with(scheme, profile.code), category_prices(scheme, prices, profile.code, months))
            for profile in scheme.profiles
            if profile.base is not None or any(item.profiles for item in scheme.responsibility)
        },
        prices=prices,
        paths={category.code: scheme.path_of(category.code) for category in scheme.categories},
        groups=_groups(scheme, months),
        limits=(*_shared(scheme, months), *_longer(scheme, prices, months)),
        honours={item.code: level_prices(scheme, item, rounding) for item in scheme.honour},
        deductions={item.code: level_prices(scheme, item, rounding) for item in scheme.negative},
        vetoes={item.code: _veto(item) for item in scheme.veto},
        mapped={one.old: _mapped(one) for one in scheme.mapping},
        same_honour=scheme.counting.same_matter.honour,
        same_deduction=scheme.counting.same_matter.negative,
        scaling=_scaling(scheme),
        rounding=rounding,
        floor=_amount(scheme.scale.floor),
        ceiling=_amount(scheme.scale.ceiling),
        benchmark=_amount(scheme.scale.benchmark),
        carried=(hundredths(scheme.carry_over.fraction), _amount(scheme.carry_over.most)),
    )


def begins_with(scheme: Scheme, profile: str | None) -> int:
    """The points with which a class of members begins a period."""
    known = None if profile is None else scheme.profile(profile)
    base = scheme.scale.base if known is None or known.base is None else known.base
    if base is not None:
        return hundredths(base)
    return hundredths(scheme.scale.base_max) if scheme.scale.start == "from_full" else 0


def _amount(text: Written | None) -> int | None:
    return None if text is None else hundredths(text)


def _groups(scheme: Scheme, months: int) -> tuple[Group, ...]:
    """The categories that hold others, deepest first."""
    parents = {category.code: category.parent for category in scheme.categories}
    holding = {parent for parent in parents.values() if parent is not None}
    depth = {code: _depth(code, parents) for code in parents}
    found = [category for category in scheme.categories if category.code in holding]
    found.sort(key=lambda category: -depth[category.code])
    weights = {one.code: _amount(one.weight) for one in found}
    return tuple(
        Group(one.code, one.parent, None if (weight := weights[one.code]) is None else part_of_year(weight, months))
        for one in found
    )


def _depth(code: str, parents: dict[str, str | None]) -> int:
    depth, above = 0, parents.get(code)
    while above is not None and depth < len(parents):
        depth, above = depth + 1, parents.get(above)
    return depth


def _shared(scheme: Scheme, months: int) -> list[Limit]:
    """The maxima that several items share; one shorter than the span holds for its multiple."""
    found = list(weight_limits(scheme, months))
    for limit in shared_limits(scheme):
        long_enough = limit.months >= months or limit.of_list in ("honour", "negative")
        times = 1 if long_enough else months // limit.months
        found.append(Limit(limit.scope, limit.of_list, limit.code, limit.months * times, limit.points * times))
    return found


def _longer(scheme: Scheme, prices: dict[str, Price], months: int) -> list[Limit]:
    """The maxima of single items that hold over several spans, and that the spans' caps do not keep anyway."""
    return [
        Limit("item", "responsibility", item.code, stretch, cap)
        for item in scheme.responsibility
        for stretch, cap in caps_of(scheme, item)
        if stretch > months and prices[item.code].cap * stretch > cap * months
    ]


def _veto(item: VetoItem) -> VetoStandard:
    zeroes = (item.zeroes or "ledger") if item.effect == "zero" else None
    return VetoStandard(zeroes, item.cat, item.lasts_months)


def _mapped(one: Mapping) -> MapTo:
    return MapTo(one.new, one.value == "as_new", dict(one.outcomes), hundredths(one.times or "1"))


def _scaling(scheme: Scheme) -> Scaling:
    rule = scheme.counting.pro_rata
    return Scaling(
        earn="up" if rule.earn.startswith("quantity") else ("cap" if rule.earn.startswith("cap") else "not"),
        base=rule.base != "not scaled",
        honour_cap=rule.honour_cap != "not scaled",
        absent_half_doubles=rule.half_without_presence == "the other half counts twice",
    )
