"""现分 — what stands of everybody whose period is determined, as columns: a year of a district is one row to read."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from domain.rules.assessing import BodyPart
from domain.values import Code
from projections.rows import Connection
from projections.sayings import Numbers

NONE: Final = -1
"""In the place of a grade that nobody gave."""
UNSAID: Final = -(1 << 31)
"""In the place of a score that nobody gave."""

_RESULTS: Final = """
SELECT string_agg(int4send(r.member) || int4send(r.determined_total) || int4send(COALESCE(r.appraisal, -2147483648))
                  || int4send(COALESCE(r.committee, -2147483648)) || int4send(COALESCE(r.task, -2147483648))
                  || int4send(r.months_present << 1 | r.graded::int), ''),
       string_agg(r.unit, ','), string_agg(COALESCE(r.grade, ''), ',')
FROM results AS r JOIN units AS u ON u.code = r.unit
WHERE r.year = %(year)s AND r.period = %(period)s AND r.version > 0 AND r.determined_total IS NOT NULL
  AND u.scheme = %(scheme)s AND (%(unit)s::text IS NULL OR %(unit)s = ANY(u.path))
"""


class Standing(NamedTuple):
    """Members and what stands of them, one column each; totals in hundredths."""

    member: Numbers
    unit: NDArray[np.intp]
    """Which of ``units``."""
    total: Numbers
    grade: NDArray[np.intp]
    """Which of ``grades``, or NONE."""
    appraisals: Numbers
    """What each was given by ballots, and below by bodies; or UNSAID."""
    committees: Numbers
    tasks: Numbers
    graded: NDArray[np.bool_]
    months: Numbers
    units: Sequence[Code]
    grades: Sequence[Code]
    """Those of the version that is asked, best first, and then what else somebody has."""

    @property
    def members(self) -> int:
        """How many members."""
        return len(self.member)

    def appraisal(self, place: int) -> int | None:
        """What one's appraisal came to; None where there was none."""
        found = int(self.appraisals[place])
        return None if found == UNSAID else found

    def bodies(self, place: int) -> dict[BodyPart, int]:
        """What bodies gave him."""
        said: dict[BodyPart, int] = {"committee": int(self.committees[place]), "task": int(self.tasks[place])}
        return {part: score for part, score in said.items() if score != UNSAID}

    def part(self, first: int, last: int) -> "Standing":
        """Some of them."""
        own = slice(first, last)
        return self._replace(
            member=self.member[own],
            unit=self.unit[own],
            total=self.total[own],
            grade=self.grade[own],
            appraisals=self.appraisals[own],
            committees=self.committees[own],
            tasks=self.tasks[own],
            graded=self.graded[own],
            months=self.months[own],
        )


def standing(
    connection: Connection, scheme: Code, year: int, period: Code, unit: Code | None, grades: Sequence[Code]
) -> Standing | None:
    """Who is determined, by his key; None where nobody is. ``grades`` are those of the version that is asked."""
    known = {"scheme": scheme, "year": year, "period": period, "unit": unit}
    row = connection.execute(_RESULTS, known, binary=True).fetchone()
    assert row is not None, "all results are one row"
    numbers, units, own = row
    if numbers is None:
        return None
    columns = np.frombuffer(numbers, dtype=">i4").astype(np.int64).reshape(-1, 6)
    return columns_of(columns, units.split(","), own.split(","), grades)


def columns_of(numbers: Numbers, units: Sequence[Code], own: Sequence[Code], grades: Sequence[Code]) -> Standing:
    """Of each member his key, total, what ballots, committee and task gave, and his months (lowest bit: graded)."""
    order = np.argsort(numbers[:, 0], kind="stable")
    member, total, appraisals, committees, tasks, months = numbers[order].T
    ordered: list[int] = order.tolist()
    whose, reached = [units[number] for number in ordered], [own[number] for number in ordered]
    known = list(dict.fromkeys(whose))
    words = [one for one in dict.fromkeys([*grades, *reached]) if one]
    place = {unit: number for number, unit in enumerate(known)}
    rank = {"": NONE, **{grade: number for number, grade in enumerate(words)}}
    return Standing(
        member=member,
        unit=np.array([place[unit] for unit in whose], dtype=np.intp),
        total=total,
        grade=np.array([rank[grade] for grade in reached], dtype=np.intp),
        appraisals=appraisals,
        committees=committees,
        tasks=tasks,
        graded=months & 1 == 1,
        months=months >> 1,
        units=known,
        grades=words,
    )
