"""最高分 — every maximum of a rule set in one form: of what, over which stretch of the calendar, how much."""

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from msgspec import Struct

from domain.rules.items import HonourItem, ListKind, NegativeItem, ResponsibilityItem
from domain.rules.scheme import Scheme
from domain.rules.wording import MONTHS, Window, Written
from domain.values import hundredths

Scope: TypeAlias = Literal["item", "category", "list", "total"]
"""What a maximum bounds; `total` is all that adds: responsibility and honours."""

WINDOWS: tuple[Window, ...] = ("month", "quarter", "half", "year")


class Limit(Struct, frozen=True):
    """At most so many hundredths in each stretch of so many months."""

    scope: Scope
    of_list: ListKind | None
    code: str | None
    months: int
    points: int


def own_caps(item: ResponsibilityItem | HonourItem | NegativeItem) -> tuple[tuple[int, int], ...]:
    """(months, hundredths) of the maxima that the item states itself, shortest first."""
    stated: tuple[tuple[Window, Written | None], ...] = (
        ("month", item.cap_month),
        ("quarter", item.cap_quarter),
        ("half", item.cap_half),
        ("year", item.cap_year),
    )
    return tuple((MONTHS[window], hundredths(cap)) for window, cap in stated if cap is not None)


def caps_of(scheme: Scheme, item: ResponsibilityItem | HonourItem | NegativeItem) -> tuple[tuple[int, int], ...]:
    """(months, hundredths) of all maxima of one item, its own and those of the section `caps`, shortest first."""
    more = [(MONTHS[cap.per], hundredths(cap.points)) for cap in scheme.caps if cap.item == item.code]
    return tuple(sorted((*own_caps(item), *more)))


def cap_over(caps: Iterable[tuple[int, int]], months: int, *, scale_down: bool) -> int | None:
    """The most that an item gives over so many months, or nothing where no maximum says it.

    A maximum of just that stretch, else the multiple of a shorter one; else, if asked, the part of a longer one.
    """
    known = sorted(caps)
    exact = [cap for stretch, cap in known if stretch == months]
    if exact:
        return min(exact)
    shorter = [cap * months // stretch for stretch, cap in known if stretch < months]
    if shorter:
        return min(shorter)
    longer = [(2 * cap * months + stretch) // (2 * stretch) for stretch, cap in known if stretch > months]
    return min(longer) if longer and scale_down else None


def year_cap(scheme: Scheme, item: ResponsibilityItem | HonourItem | NegativeItem) -> int | None:
    """The most that an item gives in a year."""
    return cap_over(caps_of(scheme, item), MONTHS["year"], scale_down=False)


def shared_limits(scheme: Scheme) -> Iterator[Limit]:
    """The maxima that several items share: of categories, of lists, of everything."""
    for cap in scheme.caps:
        if cap.item is None:
            scope: Scope = "category" if cap.category else ("list" if cap.of_list else "total")
            yield Limit(scope, cap.of_list, cap.category, MONTHS[cap.per], hundredths(cap.points))
    if scheme.honour_rules.cap_year is not None:
        yield Limit("list", "honour", None, MONTHS["year"], hundredths(scheme.honour_rules.cap_year))


def weight_limits(scheme: Scheme, months: int) -> Iterator[Limit]:
    """The weights that cut: of capped categories over a span, and of those that only deductions lower over a year."""
    asked = categories_asked(scheme)
    for category in scheme.categories:
        if category.weight is None:
            continue
        weight = hundredths(category.weight)
        if category.code not in asked and scheme.scale.start == "from_full":
            yield Limit("category", "negative", category.code, MONTHS["year"], weight)
        elif category.capped:
            yield Limit("category", "responsibility", category.code, months, part_of_year(weight, months))


def part_of_year(points: int, months: int) -> int:
    """The part of a year's points that so many months stand for, rounded half up."""
    return (2 * points * months + MONTHS["year"]) // (2 * MONTHS["year"])


def categories_asked(scheme: Scheme) -> frozenset[str]:
    """The categories that have responsibility items, in them or below them."""
    return frozenset(code for item in scheme.responsibility for code in scheme.path_of(item.cat))
