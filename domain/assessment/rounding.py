"""修约 — how a number becomes a published one: once, by the rule's mode, to the rule's place."""

from fractions import Fraction

from msgspec import Struct

from domain.rules import assessing


class Rounder(Struct, frozen=True):
    """Rounds a quotient of hundredths; `unit` is the last place in hundredths (1, 10 or 100)."""

    mode: str = "half_up"
    unit: int = 1

    def __call__(self, numerator: int | Fraction, denominator: int) -> int:
        """Hundredths of a quotient that is not negative.

        >>> Rounder()(5, 2), Rounder("half_even")(5, 2), Rounder("down")(29, 10), Rounder("up", 100)(2001, 10)
        (3, 2, 2, 300)
        """
        step = denominator * self.unit
        if self.mode == "half_up":
            return int((2 * numerator + step) // (2 * step)) * self.unit
        if self.mode == "down":
            return int(numerator // step) * self.unit
        if self.mode == "up":
            return int(-(-numerator // step)) * self.unit
        return round(Fraction(numerator) / step) * self.unit  # Python's own: a half to the even neighbour


HALF_UP = Rounder()
"""四舍五入 to the hundredth: what a rule set says unless it says otherwise."""


def rounder_of(rule: assessing.Rounding) -> Rounder:
    """The rounder that a rule set asks for."""
    return Rounder(rule.mode, 10 ** (2 - rule.places))
