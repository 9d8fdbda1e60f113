"""支部间比较 — the same item in every branch: mean, spread, number; who lies far from the others is to be looked at.

σ is the spread of the branches' means, each branch counting once; a branch is marked whose mean lies more than the
rule set's number of σ from the mean of them. With two σ no branch of five or fewer can lie so far: there it tells
nothing. That a branch is marked says that somebody should look, and no more: rows stand in the order of the tree.
"""

from fractions import Fraction
from typing import Final

from domain.values import Code, half_up, points
from projections.reports.asking import Asking
from projections.reports.attainability import ordered, said_of
from projections.reports.disclosure import told_units
from projections.reports.lines import ByItem, Sums, lines_of, root, whole
from projections.reports.table import Bar, Column, Row, Table, Value, thousandths

SUMMARY: Final = (
    *(Column("item", "text"), Column("branches"), Column("members"), Column("mean", "points")),
    *(Column("spread", "points"), Column("marked")),
)
BRANCHES: Final = (
    *(Column("branch", "text"), Column("members"), Column("mean", "points"), Column("spread", "points")),
    *(Column("distance", "points"), Column("marked")),
)
_TITLES: Final = "SELECT code, title FROM units WHERE code = ANY(%(codes)s)"


class Compared:
    """One item in the branches of which may be told."""

    def __init__(self, means: dict[Code, Sums], sigmas: int) -> None:
        self.branches, self._sigmas = means, sigmas
        number = len(means)
        self.mean = sum((one.mean for one in means.values()), Fraction(0)) / number if number else Fraction(0)
        squares = sum(((one.mean - self.mean) ** 2 for one in means.values()), Fraction(0))
        self.variance = squares / number if number else Fraction(0)

    def far(self, branch: Code) -> bool:
        """Whether a branch's mean lies too far from the mean of all: exactly, without a root."""
        return (self.branches[branch].mean - self.mean) ** 2 > self._sigmas**2 * self.variance


def compared(of: ByItem, item: Code, smallest: int, sigmas: int) -> Compared:
    """An item in every branch of the tree of which may be told; an organisation that others lie below is none."""
    units = of[item]
    told = told_units(((path, sums.number) for path, sums in units.items()), smallest)
    above = {code for path in units for code in path[:-1]}
    leaves = {path[-1] for path in units if path[-1] in told} - above
    return Compared({unit: whole(units.items(), unit) for unit in sorted(leaves)}, sigmas)


def branches(asking: Asking) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """All items in a row each, and one item branch by branch."""
    if not asking.is_over:
        return (), ("running",)
    items, sigmas = lines_of(asking), asking.fairness.branch_spread_sigma
    found = {item: compared(items, item, asking.smallest, sigmas) for item in ordered(asking.scheme, items)}
    paths = {path[-1]: path for of in items.values() for path in of}
    tables = [_summary(asking, found, paths)]
    if asking.item in found:
        tables.append(_one(asking, found[asking.item], items[asking.item], paths))
    return tuple(tables), ("sigma",)


def _summary(asking: Asking, found: dict[Code, Compared], paths: dict[Code, tuple[Code, ...]]) -> Table:
    """Of every item, how the branches compare; what is marked is counted under the organisation that asks."""
    rows: list[Row] = []
    for item, one in found.items():
        if not one.branches:
            continue
        far = sum(one.far(branch) for branch in one.branches if asking.covers(paths[branch]))
        values: dict[str, Value] = {
            "item": said_of(asking.scheme, item)[0],
            "branches": len(one.branches),
            "members": sum(sums.number for sums in one.branches.values()),
            "mean": points(half_up(one.mean)),
            "spread": points(root(one.variance)),
            "marked": far,
        }
        to = f"?year={asking.year}&period={asking.period}&item={item}"
        rows.append(Row(values=values, to=to, marked=far > 0))
    return Table(code="items", columns=SUMMARY, rows=tuple(rows))


def _one(asking: Asking, one: Compared, of: dict[tuple[Code, ...], Sums], paths: dict[Code, tuple[Code, ...]]) -> Table:
    titled = asking.connection.execute(_TITLES, {"codes": list(one.branches)})
    titles: dict[Code, str] = {code: title for code, title in titled}  # noqa: C416 - a row is a tuple of anything
    rows: list[Row] = []
    for branch in sorted(one.branches, key=lambda code: paths[code]):
        if not asking.covers(paths[branch]):
            continue
        own, far = one.branches[branch], one.far(branch)
        low, high = (thousandths(own.mean + sign * own.spread, own.cap) for sign in (-1, 1))
        values: dict[str, Value] = {
            "branch": titles.get(branch, branch),
            "members": own.number,
            "mean": points(half_up(own.mean)),
            "spread": points(own.spread),
            "distance": points(half_up(own.mean - one.mean)),
            "marked": int(far),
        }
        rows.append(Row(values=values, marked=far, bar=Bar(thousandths(own.mean, own.cap), low, high)))
    inside = {path[-1] for path in of if asking.covers(path)} - {code for path in of for code in path[:-1]}
    hidden = len(inside - one.branches.keys())
    return Table(code="branches", columns=BRANCHES, rows=tuple(rows), hidden=hidden, drawn="mean")
