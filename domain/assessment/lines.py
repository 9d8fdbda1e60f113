"""One published line: what an item gives over a span, and every figure that explains it."""

from collections.abc import Callable
from typing import Final, TypeAlias

from msgspec import Struct

from domain.assessment.prices import HIT, MISS, Price, Step
from domain.assessment.standards import Worth
from domain.rules.items import Mode


class Counts:
    """What the records of one item come to, while they are counted."""

    __slots__ = ("by_month", "details", "places", "quantity", "replaced", "value")

    def __init__(self) -> None:
        self.places = [0, 0, 0]  # HIT, MISS, OUT: numbers of records
        self.replaced = 0
        self.quantity = 0  # hundredths
        self.value: Worth = 0
        self.by_month: dict[int, Worth] | None = None  # where a maximum is shorter than the span
        self.details: dict[tuple[str, str | None], tuple[int, int, Worth]] | None = None

    def plus(self, other: "Counts") -> "Counts":
        """Both together."""
        both = Counts()
        both.places = [one + more for one, more in zip(self.places, other.places, strict=True)]
        both.replaced = self.replaced + other.replaced
        both.quantity = self.quantity + other.quantity
        both.value = self.value + other.value
        for one in (self, other):
            for month, value in (one.by_month or {}).items():
                both.by_month = both.by_month or {}
                both.by_month[month] = both.by_month.get(month, 0) + value
            for said, (number, quantity, value) in (one.details or {}).items():
                both.detail(said, number, quantity, value)
        return both

    def detail(self, said: tuple[str, str | None], number: int, quantity: int, value: Worth) -> None:
        """Some more records that say the same outcome and condition."""
        self.details = self.details or {}
        before = self.details.get(said, (0, 0, 0))
        self.details[said] = (before[0] + number, before[1] + quantity, before[2] + value)


NOTHING: Final = Counts()


class Detail(Struct, frozen=True, gc=False):
    """Records of one line that say the same: level or outcome, condition; quantity and worth in hundredths."""

    outcome: str
    condition: str | None
    records: int
    quantity: int
    value: int


class Line(Struct, frozen=True, gc=False):
    """A line of the score; points in hundredths.

    held = attended + missed + excused + replaced; an assigned item reads them as assigned, done, not done and
    withdrawn, a presumed item as shortfalls found. `value` is what the records are worth before the cap (earn),
    or what the shortfalls take away (presumed); `surplus` is the part of it that a cap, or zero, cuts off.
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
    shorter_cut: int = 0  # what the maxima of single months or quarters cut off, before `value`
    longer_cut: int = 0  # what a maximum over several spans cut off, part of `surplus`
    step: Step | None = None  # the step of a threshold item that is reached, else the lowest
    details: tuple[Detail, ...] = ()  # where levels, conditions or measures make records differ

    @property
    def asked(self) -> int:
        """The denominator: what was held or assigned, without what was excused or replaced."""
        return self.held - self.excused - self.replaced


Maker: TypeAlias = Callable[[Price, Counts, int, int], Line]


def earn_line(price: Price, counts: Counts, months: int, months_present: int) -> Line:
    """min(cap, points × quantity × months of the span ÷ months present)."""
    quantity, summed = counts.quantity, counts.value
    kept = summed if counts.by_month is None else within_windows(price.windows, counts.by_month)
    amount, per, counted = kept * months, 100 * months_present, quantity
    if price.quantity_max is not None and quantity > price.quantity_max:
        counted = price.quantity_max
        amount, per = amount * counted, per * quantity
    value = price.rounding(amount, per)
    points = min(price.cap, value)
    return Line(
        price.item,
        price.category,
        "earn",
        price.cap,
        points,
        counts.places[HIT] + counts.replaced,
        counts.places[HIT],
        0,
        counts.replaced,
        quantity,
        counted,
        price.unit_points,
        months,
        months_present,
        value,
        value - points,
        0 if kept is summed else price.rounding(summed - kept, 100),
        0,
        None,
        () if counts.details is None else details_of(counts.details),
    )


def within_windows(windows: tuple[tuple[int, int], ...], by_month: dict[int, Worth]) -> Worth:
    """What stands of the worth of single months under maxima that are shorter than the span."""
    kept: dict[int, Worth] = dict(by_month)
    for months, cap in windows:
        sums: dict[int, Worth] = {}
        for month, value in kept.items():
            window = (month - 1) // months * months + 1
            sums[window] = sums.get(window, 0) + value
        kept = {window: min(value, cap * 100) for window, value in sums.items()}
    return sum(kept.values(), start=0)


def details_of(details: dict[tuple[str, str | None], tuple[int, int, Worth]]) -> tuple[Detail, ...]:
    """The details of a line, as it shows them."""
    return tuple(
        Detail(outcome, condition, number, quantity, int((2 * value + 100) // 200))
        for (outcome, condition), (number, quantity, value) in details.items()
    )


def share_line(price: Price, counts: Counts, months: int, months_present: int) -> Line:
    """Cap × attended ÷ asked, or the cap where nothing was asked; for `ratio` and for `assigned`."""
    hit, miss, out = counts.places
    asked = hit + miss
    points = price.rounding(price.cap * hit, asked) if asked else price.cap
    return Line(
        price.item,
        price.category,
        price.mode,
        price.cap,
        points,
        asked + out + counts.replaced,
        hit,
        out,
        counts.replaced,
        0,
        0,
        0,
        months,
        months_present,
    )


def threshold_line(price: Price, counts: Counts, months: int, months_present: int) -> Line:
    """The points of the highest step that the attended reach; the cap where nothing was asked."""
    hit, miss, out = counts.places
    asked = hit + miss
    reached = next((step for step in price.steps if step.reached(hit, asked)), None)
    points = price.cap if not asked else (0 if reached is None else min(price.cap, reached.points))
    return Line(
        price.item,
        price.category,
        "threshold",
        price.cap,
        points,
        asked + out + counts.replaced,
        hit,
        out,
        counts.replaced,
        0,
        0,
        0,
        months,
        months_present,
        step=reached or (price.steps[-1] if price.steps else None),
    )


def presumed_line(price: Price, counts: Counts, months: int, months_present: int) -> Line:
    """max(0, cap − shortfalls)."""
    taken = int(counts.value // 100)
    points = max(0, price.cap - taken)
    return Line(
        price.item,
        price.category,
        "presumed",
        price.cap,
        points,
        counts.places[MISS] + counts.replaced,
        0,
        0,
        counts.replaced,
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
    "threshold": threshold_line,
}
