"""分量 — what a record says beyond its level: points of a range, an amount, a condition, a place in a group."""

from datetime import date
from typing import Final, NamedTuple
from uuid import UUID

from domain.assessment.matters import worth_of
from domain.assessment.prices import level_prices
from domain.assessment.rounding import rounder_of
from domain.assessment.rows import MatterRow
from domain.decider import Refused
from domain.rules.demands import item_named, level_named, wrongs_of
from domain.rules.items import HonourItem, NegativeItem
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, Points, Quantity, Sha256, hundredths, points

ONE: Final[Quantity] = "1.00"
LIMIT: Final = 1_000_000_000
"""Hundredths that the wire has no room for."""


class Amount(NamedTuple):
    """How much of a level: for a range the points chosen, else how many units of the item's measure."""

    quantity: Quantity = ONE
    condition: Code | None = None
    share: Code | None = None

    @property
    def unless_one(self) -> Quantity | None:
        """As a fact says it: nothing where it is one matter."""
        return None if self.quantity == ONE else self.quantity


class LevelUnknown(Refused):
    """办法中没有这个档次,或未写明档次。 The rule set has no such level of this item, or none was named."""

    code = "level-unknown"


class QuantityOutsideRule(Refused):
    """数量超出办法规定。 The quantity lies outside the rule."""

    code = "quantity-outside-rule"


class PointsOutsideRange(Refused):
    """所选分值不在该档次的区间内。 The points chosen lie outside the range of this level."""

    code = "points-outside-range"


class RangeReasonMissing(Refused):
    """在区间内取分须说明理由。 Points chosen inside a range need a reason."""

    code = "range-reason-missing"


class ConditionUnknown(Refused):
    """该条目没有这种情形。 The item knows no such condition."""

    code = "condition-unknown"


class ShareMissing(Refused):
    """集体成果须写明在其中的位次。 A result of a group needs the place of the person in it."""

    code = "share-missing"


class ShareUnknown(Refused):
    """该条目没有这种位次。 The item knows no such place in a group."""

    code = "share-unknown"


_REFUSALS: Final[dict[str, type[Refused]]] = {
    one.code: one
    for one in (
        QuantityOutsideRule,
        PointsOutsideRange,
        RangeReasonMissing,
        ConditionUnknown,
        ShareMissing,
        ShareUnknown,
    )
}


def need_amount(scheme: Scheme, item: Code, level: Code | None, said: Amount, *, has_reason: bool) -> None:
    """Refuse the first thing that a record says against its item; an unknown item or level raises NotInRules."""
    wrong = wrongs_of(
        scheme,
        item,
        level,
        quantity=hundredths(said.quantity),
        condition=said.condition,
        share=said.share,
        has_reason=has_reason,
    )
    for one in wrong:
        raise _REFUSALS[one.code](item=item, allowed=one.allowed)


def reason_of(scheme: Scheme, item: Code, level: Code | None, reason: Secret | None) -> Sha256 | None:
    """Commitment to why these points were chosen; None where the level leaves no choice."""
    found = None if level is None else level_named(scheme, item, level)
    return reason.commitment if reason is not None and getattr(found, "up_to", None) is not None else None


def worth_shown(scheme: Scheme, item: Code, level: Code, said: Amount) -> Points:
    """What an honour, a deduction or a shortfall comes to by itself, before any cap: for those who decide on it."""
    found = item_named(scheme, item)
    if not isinstance(found, HonourItem | NegativeItem):
        return points(hundredths(level_named(scheme, item, level).points))
    row = MatterRow(
        record=UUID(int=0),
        item=item,
        level=level,
        matter="",
        counted_on=date.min,
        position=0,
        rules=scheme.version,
        quantity=hundredths(said.quantity),
        condition=said.condition,
        share=said.share,
    )
    worth = worth_of(level_prices(scheme, found, rounder_of(scheme.rounding)), row)
    if worth >= LIMIT:
        raise QuantityOutsideRule(item=item)
    return points(worth)
