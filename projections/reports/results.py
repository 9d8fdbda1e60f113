"""考评结果分布 — how the determined grades are distributed over an organisation, and which seats are still open.

Organisations stand in the order of the tree, never of their grades. Of seats it says how many there are and how many
are taken: the room that is still open is everybody's.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from domain.values import Code
from projections.reports.asking import Asking
from projections.reports.disclosure import Path, told_units
from projections.reports.table import Column, Row, Said, Table, Value, bars, percent

GRADES: Final = (Column("grade", "text"), Column("members"), Column("share", "percent"))
_RESULTS: Final = """
SELECT u.path, r.grade, count(*) FROM results AS r JOIN units AS u ON u.code = r.unit
WHERE u.path[1] = %(top)s AND u.scheme = %(scheme)s AND r.year = %(year)s AND r.period = %(period)s
  AND r.version > 0 AND r.grade IS NOT NULL
GROUP BY u.path, r.grade
"""
_SEATS: Final = """
SELECT u.path, u.title, p.seats, p.excellent
FROM units AS u LEFT JOIN periods AS p ON p.unit = u.code AND p.year = %(year)s AND p.period = %(period)s
WHERE %(unit)s = ANY(u.path) AND u.scheme = %(scheme)s ORDER BY u.path
"""


class Seats(NamedTuple):
    """What a quota gave to an organisation, and what was taken."""

    title: str
    given: int | None
    taken: int | None


def results(asking: Asking) -> tuple[tuple[Table, ...], tuple[str, ...]]:
    """The whole by grades, and each organisation of which may be told."""
    known = {
        "top": asking.path[0],
        "scheme": asking.code_of_scheme,
        "year": asking.year,
        "period": asking.period,
        "unit": asking.unit,
    }
    found: dict[Path, Counter[Code]] = {}
    for path, grade, number in asking.connection.execute(_RESULTS, known):
        found.setdefault(tuple(path), Counter())[grade] += number
    seats = {
        tuple(path): Seats(title, given, taken)
        for path, title, given, taken in asking.connection.execute(_SEATS, known)
    }
    named = {} if asking.scheme is None else {one.code: Said(one.zh, one.en) for one in asking.scheme.grades}
    return tables(asking.unit, found, seats, named, asking.smallest), ("seats",)


def tables(
    unit: Code,
    found: Mapping[Path, Counter[Code]],
    seats: Mapping[Path, Seats],
    named: Mapping[Code, Said],
    smallest: int,
) -> tuple[Table, ...]:
    """Both tables; the grades in the order of the rule set."""
    told = told_units(((path, counts.total()) for path, counts in found.items()), smallest)
    grades = [*named, *sorted({grade for counts in found.values() for grade in counts} - named.keys())]
    columns = tuple(Column(grade, title=named.get(grade, Said(grade, grade))) for grade in grades)
    rows = [
        _row(path, found, seats, grades)
        for path in seats
        if path[-1] in told and any(path[-1] in other for other in found)
    ]
    hidden = sum(path[-1] not in told and _whole(found, path).total() > 0 for path in seats)
    every = _whole(found, next((path for path in seats if path[-1] == unit), (unit,)))
    shares = _grades(every, grades, named) if unit in told else ()
    of_grades = Table(code="grades", columns=GRADES, rows=shares, drawn="share")
    of_units = (Column("unit", "text"), Column("graded"), *columns, Column("seats"), Column("taken"), Column("open"))
    return of_grades, Table(code="results", columns=of_units, rows=tuple(rows), hidden=hidden)


def _whole(found: Mapping[Path, Counter[Code]], path: Path) -> Counter[Code]:
    return sum((counts for other, counts in found.items() if path[-1] in other), Counter[Code]())


def _grades(every: Counter[Code], grades: list[Code], named: Mapping[Code, Said]) -> tuple[Row, ...]:
    drawn = bars([every[grade] for grade in grades])
    whole = every.total()
    return tuple(
        Row(
            values={
                "grade": named.get(grade, Said(grade, grade)),
                "members": every[grade],
                "share": percent(every[grade], whole),
            },
            bar=bar,
        )
        for grade, bar in zip(grades, drawn, strict=True)
    )


def _row(path: Path, found: Mapping[Path, Counter[Code]], seats: Mapping[Path, Seats], grades: list[Code]) -> Row:
    counts = _whole(found, path)
    below = [one for other, one in seats.items() if path[-1] in other and one.given is not None]
    given, taken = sum(one.given or 0 for one in below), sum(one.taken or 0 for one in below)
    values: dict[str, Value] = {"unit": seats[path].title, "graded": counts.total()}
    values |= {grade: counts[grade] for grade in grades}
    room: dict[str, Value] = {"seats": given, "taken": taken, "open": max(0, given - taken)}
    return Row(values=values | (room if below else dict.fromkeys(room)))
