"""公平监测 — age band, sex, disability: the determined totals and the items' attainability of groups of ten or more.

For the whole under the highest organisation alone, one trait at a time, by what had been said of people by the
period's end. Nothing is told until everybody who is due is determined, and the first determination counts; nothing
any more once one of them is erased or has taken back what was said of him: so that no two answers differ by one
person. Whoever is not described is a group as well.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Final, LiteralString, TypeAlias

from domain.organisation.describing import Traits
from domain.rules.scheme import Scheme
from domain.values import Code, half_up, points
from projections.reports.asking import Asking
from projections.reports.attainability import ordered, said_of
from projections.reports.disclosure import told
from projections.reports.lines import ByItem, Sums, lines_by
from projections.reports.table import Bar, Column, Row, Table, Value, percent, thousandths
from projections.traits import said_by, taken_back

GROUPS: Final = (
    *(Column("group", "word"), Column("members"), Column("mean_total", "points"), Column("spread", "points")),
    *(Column("best"), Column("best_share", "percent")),
)
ITEMS: Final = (
    *(Column("item", "text"), Column("group", "word"), Column("members"), Column("share", "percent")),
    Column("share_of_others", "percent"),
)
_TOTALS: Final = """
SELECT d.member, d.total, d.grade
FROM determinations AS d JOIN units AS u ON u.code = d.unit
WHERE d.year = %(year)s AND d.period = %(period)s AND d.version = 1 AND d.restatement IS NULL
  AND u.path[1] = %(top)s AND u.scheme = %(scheme)s
ORDER BY d.member
"""
"""The first determination of each: a later one would move one person alone."""
_OPEN: Final = """
SELECT EXISTS (
  SELECT FROM periods AS p JOIN units AS u ON u.code = p.unit
  WHERE p.year = %(year)s AND p.period = %(period)s AND p.status <> 'sealed'
    AND u.path[1] = %(top)s AND u.scheme = %(scheme)s
) OR EXISTS (
  SELECT FROM members AS m
  WHERE m.member = ANY(%(members)s) AND m.profile = ANY(%(profiles)s)
    AND NOT EXISTS (SELECT FROM determinations AS d
      WHERE d.member = m.member AND d.year = %(year)s AND d.period = %(period)s)
    AND NOT EXISTS (SELECT FROM absences AS a
      WHERE a.member = m.member AND a.exempt AND a.from_on <= %(last_on)s
        AND (a.until_on IS NULL OR %(last_on)s <= a.until_on))
    AND NOT EXISTS (SELECT FROM enrolments AS e
      JOIN periods AS p ON p.unit = e.unit AND p.year = %(year)s AND p.period = %(period)s AND p.status = 'sealed'
      WHERE e.member = m.member AND e.from_on <= %(last_on)s AND (e.until_on IS NULL OR %(last_on)s <= e.until_on)
        AND e.enrolment > (SELECT max(s.position) FROM period_steps AS s
          WHERE s.stream = p.stream AND s.what = 'computed'))
) OR EXISTS (
  SELECT FROM custodies AS c JOIN members AS m ON m.person = c.person
  WHERE m.member = ANY(%(counted)s) AND c.erasure IN ('approved', 'destroyed')
)
"""
"""Whether somebody who is due is not determined yet, or somebody who was counted is erased.

Who was registered when his organisation's figures had been computed already is never determined, and not due.
"""
_CHANGED: Final = """
SELECT EXISTS (
  SELECT FROM determinations AS d
  WHERE d.member = ANY(%(counted)s) AND d.year = %(year)s AND d.period = %(period)s
    AND (d.version > 1 OR EXISTS (SELECT FROM records AS r
      WHERE r.member = d.member AND r.day BETWEEN %(first_on)s AND %(last_on)s
        AND GREATEST(r.record, r.confirmed, r.replaced, r.reversed) > d.position)
    OR EXISTS (SELECT FROM absences AS a
      WHERE a.member = d.member AND a.absence > d.position AND a.from_on <= %(last_on)s))
)
"""
"""Whether somebody's items have come to something else since he was determined."""
WIDTH: Final = 10_000
"""Of the chart: a hundred points."""
FOUR_FIFTHS: Final = Fraction(4, 5)
"""A group is marked whose share with full points is below so much of the others' share."""

Group: TypeAlias = str


def band(born: int | None, year: int) -> Group:
    """The age band of the period's year.

    >>> band(1992, 2026), band(1991, 2026), band(1956, 2026), band(None, 2026)
    ('age-under-35', 'age-35-44', 'age-60-over', 'unsaid')
    """
    if born is None:
        return "unsaid"
    age = year - born
    bands = ((35, "age-under-35"), (45, "age-35-44"), (55, "age-45-54"), (60, "age-55-59"))
    return next((name for below, name in bands if age < below), "age-60-over")


def groupings(year: int) -> Mapping[str, Callable[[Traits], Group]]:
    """Each trait, and to which group somebody belongs by it."""
    return {
        "age": lambda one: band(one.born, year),
        "sex": lambda one: "unsaid" if one.sex is None else f"sex-{one.sex}",
        "disability": lambda one: "unsaid" if one.disability is None else f"disability-{one.disability}",
    }


def fairness(asking: Asking) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """A table of totals and one of items for each trait."""
    if not asking.is_over:
        return (), ("running",)
    if asking.unit != asking.path[0]:
        return (), ("whole-only",)
    people = asking.people()
    if len(people) < asking.smallest:
        return (), ("fairness",)
    known = _known(asking, people)
    totals = asking.connection.execute(_TOTALS, known).fetchall()
    counted = [member for member, _, _ in totals]
    gone = taken_back(asking.connection, asking.last_on, asking.opened)
    if _is(asking, _OPEN, {**known, "counted": counted}) or not gone.isdisjoint(counted):
        return (), ("fairness", "fairness-waits")
    said = said_by(asking.connection, asking.last_on, asking.opened)
    nobody = Traits()
    best = {one.code for one in asking.scheme.grades if one.candidate} if asking.scheme is not None else set[Code]()
    groups = {
        trait: {member: (group_of(said.get(member, nobody)),) for member in counted}
        for trait, group_of in groupings(asking.year).items()
    }
    stands = people.keys() >= set(counted) and not _is(asking, _CHANGED, {**known, "counted": counted})
    lines = lines_by(asking, *groups.values()) if stands else tuple(ByItem() for _ in groups)
    tables: list[Table] = []
    for (trait, grouped), items in zip(groups.items(), lines, strict=True):
        of_totals = [(grouped[member][0], total, grade in best) for member, total, grade in totals]
        tables.append(totals_of(trait, of_totals, asking.smallest))
        tables.append(items_of(trait, asking.scheme, items, asking.smallest))
    return tuple(tables), ("fairness",) if stands else ("fairness", "fairness-items")


def _known(asking: Asking, people: Iterable[int]) -> dict[str, object]:
    profiles = () if asking.scheme is None else asking.scheme.profiles
    return {
        "year": asking.year,
        "period": asking.period,
        "first_on": asking.first_on,
        "last_on": asking.last_on,
        "top": asking.path[0],
        "scheme": asking.code_of_scheme,
        "members": list(people),
        "profiles": [one.code for one in profiles if one.components.ledger is not None],
    }


def _is(asking: Asking, query: LiteralString, known: Mapping[str, object]) -> bool:
    return asking.connection.execute(query, known).fetchone() == (True,)


def totals_of(trait: str, people: Iterable[tuple[Group, int, bool]], smallest: int) -> Table:
    """The totals of each group of which may be told, in the order of their words."""
    groups: defaultdict[Group, Sums] = defaultdict(Sums)
    for group, total, is_best in people:
        groups[group].add(total, WIDTH, full=is_best)
    shown = told({group: sums.number for group, sums in groups.items()}, smallest) if _enough(groups, smallest) else ()
    rows = [_total(group, groups[group]) for group in sorted(shown)]
    return Table(code=trait, columns=GROUPS, rows=tuple(rows), hidden=len(groups) - len(rows), drawn="mean_total")


def _enough(groups: Mapping[Group, Sums], smallest: int) -> bool:
    return sum(sums.number for sums in groups.values()) >= smallest


def _total(group: Group, sums: Sums) -> Row:
    low, high = (thousandths(sums.mean + sign * sums.spread, WIDTH) for sign in (-1, 1))
    values: dict[str, Value] = {
        "group": group,
        "members": sums.number,
        "mean_total": points(half_up(sums.mean)),
        "spread": points(sums.spread),
        "best": sums.full,
        "best_share": percent(sums.full, sums.number),
    }
    return Row(values=values, bar=Bar(thousandths(sums.mean, WIDTH), low, high))


def items_of(trait: str, scheme: Scheme | None, items: ByItem, smallest: int) -> Table:
    """Items in which a group of which may be told reaches full points less often than four fifths of the others do."""
    rows: list[Row] = []
    for item in ordered(scheme, items):
        groups = {path[0]: sums for path, sums in items[item].items()}
        if not _enough(groups, smallest):
            continue
        shown = told({group: sums.number for group, sums in groups.items()}, smallest)
        whole = Sums()
        for sums in groups.values():
            whole.plus(sums)
        for group in sorted(shown):
            own = groups[group]
            others = whole.number - own.number, whole.full - own.full
            if others[0] >= smallest and behind(own, *others):
                rows.append(_behind(scheme, item, group, own, others))
    return Table(code=f"{trait}-items", columns=ITEMS, rows=tuple(rows))


def behind(own: Sums, others: int, others_full: int) -> bool:
    """Whether a group's share with full points is below four fifths of the others'."""
    return Fraction(own.full, own.number) < FOUR_FIFTHS * Fraction(others_full, others)


def _behind(scheme: Scheme | None, item: Code, group: Group, own: Sums, others: tuple[int, int]) -> Row:
    values: dict[str, Value] = {
        "item": said_of(scheme, item)[0],
        "group": group,
        "members": own.number,
        "share": percent(own.full, own.number),
        "share_of_others": percent(others[1], others[0]),
    }
    return Row(values=values, marked=True)
