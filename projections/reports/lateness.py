"""补记 — how many days lie between an act and its entry: for the whole, and organisation by organisation.

An entry is the first line of a person on a sheet, or a claim or proposal as first entered; its day is that of the log.
What is late is what the rule set let be entered with a reason only, and was flagged: long after the act, or after entry
for its period had closed.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import Final

from domain.values import Code
from projections.reports.asking import Asking
from projections.reports.table import Column, Row, Table, Value, bars, percent

BUCKETS: Final = (3, 7, 14, 30, 60)
"""Each up to so many days."""
DAYS: Final = (Column("days", "text"), Column("entries"), Column("share", "percent"))
UNITS: Final = (
    *(Column("unit", "text"), Column("entries"), Column("median_days"), Column("longest_days")),
    *(Column("late"), Column("late_share", "percent")),
)
_ENTRIES: Final = """
WITH said AS (
  SELECT s.unit, s.occurred_on, l.position, s.late OR l.late AS late
  FROM (SELECT DISTINCT ON (sheet, member) sheet, position, late FROM sheet_lines ORDER BY sheet, member, position) AS l
  JOIN sheets AS s USING (sheet)
  UNION ALL SELECT c.unit, c.occurred_on, c.opened, c.late FROM cases AS c
)
SELECT u.code, u.title, (e.known_at AT TIME ZONE 'Asia/Shanghai')::date - said.occurred_on AS days, count(*),
       count(*) FILTER (WHERE said.late)
FROM said JOIN units AS u ON u.code = said.unit JOIN ledger.entries AS e ON e.position = said.position
WHERE %(unit)s = ANY(u.path) AND said.occurred_on BETWEEN %(first_on)s AND %(last_on)s
GROUP BY u.path, u.code, u.title, days ORDER BY u.path, days
"""


def lateness(asking: Asking) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """The distribution, and each organisation."""
    known = {"unit": asking.unit, "first_on": asking.first_on, "last_on": asking.last_on}
    units: dict[Code, tuple[str, Counter[int]]] = {}
    flagged = Counter[Code]()
    for unit, title, days, entries, late in asking.connection.execute(_ENTRIES, known):
        units.setdefault(unit, (title, Counter()))[1][max(0, days)] += entries
        flagged[unit] += late
    every = sum((days for _, days in units.values()), Counter[int]())
    rows = [by_unit(title, days, flagged[unit]) for unit, (title, days) in units.items()]
    return (distribution(every), Table(code="units", columns=UNITS, rows=tuple(rows))), ("late",)


def distribution(days: Counter[int]) -> Table:
    """How many entries came within so many days."""
    whole = days.total()
    counts = [0] * (len(BUCKETS) + 1)
    for late, entries in days.items():
        counts[bisect_left(BUCKETS, late)] += entries
    names = [f"{first}–{last}" for first, last in zip((0, *(one + 1 for one in BUCKETS)), BUCKETS, strict=False)]
    names.append(f">{BUCKETS[-1]}")
    rows = [
        Row(values={"days": name, "entries": entries, "share": percent(entries, whole)}, bar=bar)
        for name, entries, bar in zip(names, counts, bars(counts), strict=True)
    ]
    return Table(code="days", columns=DAYS, rows=tuple(rows) if whole else (), drawn="entries")


def by_unit(title: str, days: Counter[int], late: int) -> Row:
    """One organisation, and how many of its entries were late; the median is the day within which half of them came."""
    whole = days.total()
    values: dict[str, Value] = {
        "unit": title,
        "entries": whole,
        "median_days": median(sorted(days.items()), whole),
        "longest_days": max(days),
        "late": late,
        "late_share": percent(late, whole),
    }
    return Row(values=values, marked=2 * late > whole)


def median(days: Iterable[tuple[int, int]], whole: int) -> int:
    """The smallest number of days within which at least half came.

    >>> median([(0, 3), (5, 2), (9, 1)], 6), median([(0, 1), (5, 2), (9, 1)], 4)
    (0, 5)
    """
    reached = 0
    for late, entries in days:
        reached += entries
        if 2 * reached >= whole:
            return late
    return 0
