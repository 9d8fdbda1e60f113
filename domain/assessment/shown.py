"""What one record is worth by itself: the points that are shown when it is claimed, approved and noticed."""

from domain.assessment.matters import worth_of
from domain.assessment.prices import level_prices, price_of
from domain.assessment.rounding import rounder_of
from domain.assessment.rows import MatterRow, ResponsibilityRow, Uncountable
from domain.assessment.standards import worth
from domain.rules.items import HonourItem, NegativeItem, ResponsibilityItem
from domain.rules.scheme import Scheme


def points_shown(scheme: Scheme, row: MatterRow | ResponsibilityRow) -> int:
    """Hundredths that the record is worth alone, before any cap and any other record; never an input of a score.

    A deduction or a shortfall is worth what it takes, as a positive number; attendance at a ratio item has no
    worth of its own and shows 0. Raises Uncountable for what the rule set does not know.
    """
    if isinstance(row, MatterRow):
        item = scheme.item(row.item)
        if not isinstance(item, HonourItem | NegativeItem) or row.level not in {level.code for level in item.levels}:
            raise Uncountable(f"{scheme.version}: {row.item} {row.level}")
        return worth_of(level_prices(scheme, item, rounder_of(scheme.rounding)), row)
    asked = scheme.item(row.item)
    price = price_of(scheme, asked, months=scheme.cycle_months) if isinstance(asked, ResponsibilityItem) else None
    if price is None or row.outcome not in price.outcomes:
        raise Uncountable(f"{scheme.version}: {row.item} {row.outcome}")
    return price.rounding(
        worth(price.standard, price.outcomes[row.outcome][1], row.outcome, row.quantity, row.condition), 100
    )
