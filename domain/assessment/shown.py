"""What one record is worth by itself: the points that are shown when it is claimed, approved and noticed."""

from domain.assessment.rows import MatterRow, ResponsibilityRow, Uncountable
from domain.assessment.tariff import half_tariff
from domain.rules.scheme import Scheme


def points_shown(scheme: Scheme, row: MatterRow | ResponsibilityRow) -> int:
    """Hundredths that the record is worth alone, before any cap and any other record; never an input of a score.

    A deduction or a shortfall is worth what it takes, as a positive number; attendance at a ratio item has no
    worth of its own and shows 0. Raises Uncountable for what the rule set does not know.
    """
    tariff = half_tariff(scheme)
    if isinstance(row, MatterRow):
        levels = tariff.honours.get(row.item) or tariff.deductions.get(row.item)
        if levels is None or row.level not in levels.points:
            raise Uncountable(f"{scheme.version}: {row.item} {row.level}")
        return (2 * levels.points[row.level] * row.quantity + 100) // 200
    price = tariff.prices.get(row.item)
    if price is None or row.outcome not in price.outcomes:
        raise Uncountable(f"{scheme.version}: {row.item} {row.outcome}")
    _, worth = price.outcomes[row.outcome]
    return (2 * worth * row.quantity + 100) // 200
