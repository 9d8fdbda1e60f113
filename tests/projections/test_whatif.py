"""What-if in figures: nobody can be told in a group below ten, and a grade line that is crossed is counted."""

import json
from collections import Counter
from collections.abc import Sequence

import numpy as np

from projections.standing import UNSAID, columns_of
from projections.supposing import Outcomes
from projections.whatif import WhatIf, _summed, supposed
from tests.domain.branch import DOCUMENT

VERSION = supposed(json.loads(DOCUMENT))


Told = tuple[int, str, int, str]
"""Member, organisation, and the total and the grade that he would have."""


def outcome(member: int, unit: str, total: int, grade: str) -> Told:
    """Somebody who stood at 68.80."""
    return member, unit, total, grade


def summed(told: Sequence[Told]) -> WhatIf:
    """In figures; an item of each is not mapped."""
    grades = [one.code for one in VERSION.scheme.grades]
    numbers = np.array([(member, 6880, 8000, UNSAID, UNSAID, 12 << 1 | 1) for member, _, _, _ in told], dtype=np.int64)
    units = [unit for _, unit, _, _ in told]
    standing = columns_of(numbers, units, ["basically_qualified"] * len(told), grades)
    there = Outcomes.as_they_stand(standing)
    outcomes = there._replace(
        total=np.array([total for _, _, total, _ in told], dtype=np.int64),
        grade=np.array([grades.index(grade) for _, _, _, grade in told], dtype=np.intp),
        unmapped=Counter({"R-1": len(told)}),
    )
    return _summed(VERSION, 2026, "Y", standing, outcomes, {unit: unit for unit in units})


def test_branches_below_ten_are_folded_together_and_left_out_where_still_too_few() -> None:
    large = [outcome(number, "A", 6880, "basically_qualified") for number in range(12)]
    small = [outcome(100 + number, f"S{number % 3}", 7000, "qualified") for number in range(12)]
    found = summed([*large, *small])
    assert [(one.unit, one.members, one.better) for one in found.branches] == [("A", 12, 0), (None, 12, 12)]
    assert [(one.before, one.after, one.members) for one in found.crossings] == [
        ("basically_qualified", "qualified", 12)
    ]
    assert (found.changed, found.unmapped[0].members) == (12, 24)
    few = summed(small[:9])
    assert (few.too_few, few.members, few.branches, few.crossings) == (True, 9, (), ())
    assert (few.changed, few.mean_before, few.mean_after, few.unmapped) == (0, 0, 0, ())


def test_what_is_left_out_is_not_what_the_whole_has_more() -> None:
    """Two of a small branch would be told by the difference: they are folded into the smallest of the others."""
    found = summed(
        [
            *(outcome(number, "A", 6880, "basically_qualified") for number in range(14)),
            *(outcome(50 + number, "B", 6880, "basically_qualified") for number in range(12)),
            *(outcome(90 + number, "C", 7000, "qualified") for number in range(2)),
        ],
    )
    assert [(one.unit, one.members, one.better) for one in found.branches] == [("A", 14, 0), (None, 14, 2)]
