"""标准 — what one record is worth under a published standard: quantity, range, condition. Exact, never rounded."""

from fractions import Fraction
from typing import Final, TypeAlias

import msgspec
from msgspec import Struct

from domain.assessment.rows import Uncountable
from domain.rules.measuring import Condition, Measure
from domain.values import hundredths

Worth: TypeAlias = int | Fraction
"""Hundredths of hundredths of a point: exact, whatever the rule multiplies or divides by."""

_ONE: Final = 100


class Measured(Struct, frozen=True):
    """How a quantity counts; all in hundredths of the unit."""

    per: int = _ONE
    step: int | None = None
    rounding: str = "down"
    minimum: int | None = None

    def counted(self, quantity: int) -> int:
        """What of a record's quantity counts: nothing under the minimum, else whole steps.

        >>> hours = Measured(step=50, rounding="half_up", minimum=100)
        >>> [hours.counted(quantity) for quantity in (99, 100, 124, 125, 149)]
        [0, 100, 100, 150, 150]
        """
        if self.minimum is not None and quantity < self.minimum:
            return 0
        if self.step is None:
            return quantity
        whole, rest = divmod(quantity, self.step)
        if (self.rounding == "up" and rest) or (self.rounding == "half_up" and 2 * rest >= self.step):
            whole += 1
        return whole * self.step


class Standard(Struct, frozen=True):
    """What changes the worth of a record besides its level's points."""

    measure: Measured | None = None
    conditions: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict[str, tuple[int, int]])
    """Condition → multiplier and addition, in hundredths."""
    ranges: dict[str, tuple[int, int]] = msgspec.field(default_factory=dict[str, tuple[int, int]])
    """Level → least and most, where points are chosen inside a range; the record's quantity is the choice."""

    @property
    def plain(self) -> bool:
        """Whether points × quantity is all."""
        return self.measure is None and not self.conditions and not self.ranges


def standard_of(
    measure: Measure | None, conditions: tuple[Condition, ...], ranges: dict[str, tuple[int, int]]
) -> Standard:
    """The standard of an item, in hundredths."""
    return Standard(
        None
        if measure is None
        else Measured(
            hundredths(measure.per),
            None if measure.step is None else hundredths(measure.step),
            measure.rounding,
            None if measure.minimum is None else hundredths(measure.minimum),
        ),
        {one.code: (hundredths(one.times or "1"), hundredths(one.plus or "0")) for one in conditions},
        ranges,
    )


def worth(standard: Standard, points: int, level: str, quantity: int, condition: str | None) -> Worth:
    """Points × counted quantity ÷ per × multiplier + addition, of one record.

    Raises Uncountable for a condition that the standard does not know and for a choice outside its range.
    """
    per = _ONE
    if level in standard.ranges:
        least, most = standard.ranges[level]
        if not least <= quantity <= most:
            raise Uncountable(f"{level}: {quantity} is not between {least} and {most} hundredths")
        points = _ONE
    elif standard.measure is not None:
        quantity, per = standard.measure.counted(quantity), standard.measure.per
    value = points * quantity
    if not value or (per == _ONE and condition is None):
        return value
    return _adjusted(standard, Fraction(value * _ONE, per), condition)


def _adjusted(standard: Standard, value: Fraction, condition: str | None) -> Worth:
    if condition is not None:
        if condition not in standard.conditions:
            raise Uncountable(f"no condition {condition}")
        times, plus = standard.conditions[condition]
        value = value * times / _ONE + plus * _ONE
    return value.numerator if value.denominator == 1 else value
