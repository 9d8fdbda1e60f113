"""One published line: what an item gives over a span, and every figure that explains it."""

from collections.abc import Callable
from typing import Final, TypeAlias

from msgspec import Struct

from domain.assessment.tariff import HIT, MISS, OUT, Price
from domain.rules.items import Mode

REPLACED: Final = 3
QUANTITY: Final = 4
VALUE: Final = 5

Counts: TypeAlias = list[int]
"""HIT, MISS, OUT, REPLACED: numbers of records; QUANTITY in hundredths; VALUE in hundredths of hundredths."""

NOTHING: Final[Counts] = [0, 0, 0, 0, 0, 0]


class Line(Struct, frozen=True, gc=False):
    """A line of the score; points in hundredths.

    held = attended + missed + excused + replaced; an assigned item reads them as assigned, done, not done and
    withdrawn, a presumed item as shortfalls found. `value` is what the records are worth before the cap (earn),
    or what the shortfalls take away (presumed); `surplus` is the part of it that the cap, or zero, cuts off.
    """

    item: str
    category: str
    mode: Mode
    cap: int
    points: int
    held: int = 0
    attended: int = 0
    excused: int = 0
    replaced: int = 0
    quantity: int = 0  # hundredths
    counted: int = 0  # hundredths of it that the item's maximum lets count
    unit_points: int = 0
    months: int = 0  # of the span
    months_present: int = 0
    value: int = 0
    surplus: int = 0

    @property
    def asked(self) -> int:
        """The denominator: what was held or assigned, without what was excused or replaced."""
        return self.held - self.excused - self.replaced


Maker: TypeAlias = Callable[[Price, Counts, int, int], Line]


def earn_line(price: Price, counts: Counts, months: int, months_present: int) -> Line:
    """min(cap, points × quantity × months of the span ÷ months present)."""
    quantity, worth = counts[QUANTITY], counts[VALUE] * months
    per, counted = 100 * months_present, quantity
    if price.quantity_max is not None and quantity > price.quantity_max:
        counted = price.quantity_max
        worth, per = worth * counted, per * quantity
    value = (2 * worth + per) // (2 * per)
    points = min(price.cap, value)
    return Line(
        price.item,
        price.category,
        "earn",
        price.cap,
        points,
        counts[HIT] + counts[REPLACED],
        counts[HIT],
        0,
        counts[REPLACED],
        quantity,
        counted,
        price.unit_points,
        months,
        months_present,
        value,
        value - points,
    )


def share_line(price: Price, counts: Counts, months: int, months_present: int) -> Line:
    """Cap × attended ÷ asked, or the cap where nothing was asked; for `ratio` and for `assigned`."""
    attended, asked = counts[HIT], counts[HIT] + counts[MISS]
    points = (2 * price.cap * attended + asked) // (2 * asked) if asked else price.cap
    return Line(
        price.item,
        price.category,
        price.mode,
        price.cap,
        points,
        asked + counts[OUT] + counts[REPLACED],
        attended,
        counts[OUT],
        counts[REPLACED],
        0,
        0,
        0,
        months,
        months_present,
    )


def presumed_line(price: Price, counts: Counts, months: int, months_present: int) -> Line:
    """max(0, cap − shortfalls)."""
    taken = counts[VALUE] // 100
    points = max(0, price.cap - taken)
    return Line(
        price.item,
        price.category,
        "presumed",
        price.cap,
        points,
        counts[MISS] + counts[REPLACED],
        0,
        0,
        counts[REPLACED],
        0,
        0,
        0,
        months,
        months_present,
        taken,
        taken - (price.cap - points),
    )


MAKERS: Final[dict[Mode, Maker]] = {
    "earn": earn_line,
    "ratio": share_line,
    "assigned": share_line,
    "presumed": presumed_line,
}
