"""可得性 — item by item, what share of the people reached full points: only what nearly all can do belongs in the list.

An item that is out of reach for somebody shows as an organisation of ten or more in which nobody got a single point
of it, while elsewhere somebody did.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from domain.rules.items import ResponsibilityItem
from domain.rules.scheme import Scheme
from domain.values import Code, half_up, points
from projections.reports.asking import Asking
from projections.reports.disclosure import Path, told_units
from projections.reports.lines import ByItem, Sums, lines_of, whole
from projections.reports.table import Bar, Column, Row, Said, Table, percent, thousandths

COLUMNS: Final = (
    *(Column("item", "text"), Column("clause", "text"), Column("cap", "points"), Column("members")),
    *(Column("full"), Column("share", "percent"), Column("mean", "points"), Column("out_of_reach")),
)


def attainability(asking: Asking) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """The table, and what must be said beside it."""
    if not asking.is_over:
        return (), ("running",)
    return (table(asking.scheme, lines_of(asking), asking.unit, asking.smallest, _warn_below(asking)),), ()


def _warn_below(asking: Asking) -> Fraction:
    return Fraction(asking.fairness.attainability_warn_below)


def table(scheme: Scheme | None, items: ByItem, unit: Code, smallest: int, warn_below: Fraction) -> Table:
    """One organisation's items, in the order of the rule set."""
    rows: list[Row] = []
    hidden = 0
    for item in ordered(scheme, items):
        of = items[item]
        told = told_units(((path, sums.number) for path, sums in of.items()), smallest)
        if unit in told:
            rows.append(_row(scheme, item, of, unit, told, warn_below))
        else:
            hidden += whole(of.items(), unit).number > 0
    return Table(code="items", columns=COLUMNS, rows=tuple(rows), hidden=hidden, drawn="share")


def ordered(scheme: Scheme | None, items: ByItem) -> list[Code]:
    """In the order of the rule set, then what it does not know."""
    known = () if scheme is None else tuple(scheme.items)
    return [*(one for one in known if one in items), *sorted(items.keys() - set(known))]


def said_of(scheme: Scheme | None, item: Code) -> tuple[Said, str]:
    """An item's words and clause; its code where the rule set does not know it."""
    known = None if scheme is None else scheme.item(item)
    if not isinstance(known, ResponsibilityItem):
        return Said(item, item), ""
    return Said(f"{item} {known.zh}", f"{item} {known.en}"), known.clause


def _row(
    scheme: Scheme | None,
    item: Code,
    of: Mapping[Path, Sums],
    unit: Code,
    told: frozenset[Code],
    warn_below: Fraction,
) -> Row:
    own = whole(of.items(), unit)
    reached = any(sums.nothing < sums.number for sums in of.values())
    inside = {path[-1] for path in of if unit in path and path[-1] in told}
    empty = sum((found := whole(of.items(), one)).nothing == found.number for one in inside) if reached else 0
    text, clause = said_of(scheme, item)
    return Row(
        values={
            "item": text,
            "clause": clause,
            "cap": points(own.cap),
            "members": own.number,
            "full": own.full,
            "share": percent(own.full, own.number),
            "mean": points(half_up(own.mean)),
            "out_of_reach": empty,
        },
        marked=empty > 0 or Fraction(own.full, own.number) < warn_below,
        bar=Bar(thousandths(own.full, own.number)),
    )
