"""What-if in figures: nobody can be told in a group below ten, and a grade line that is crossed is counted."""

import json

from projections.whatif import _Outcome, _Standing, _summed, supposed
from tests.domain.branch import DOCUMENT

VERSION = supposed(json.loads(DOCUMENT))


def outcome(member: int, unit: str, total: int, grade: str) -> _Outcome:
    """Somebody who stood at 68.80."""
    standing = _Standing(member, unit, unit, 6880, "basically_qualified", 8000, graded=True, months=12)
    return _Outcome(standing, total, total, 0, grade, graded=True, unmapped=frozenset({"R-1"}))


def test_branches_below_ten_are_folded_together_and_left_out_where_still_too_few() -> None:
    large = [outcome(number, "A", 6880, "basically_qualified") for number in range(12)]
    small = [outcome(100 + number, f"S{number % 3}", 7000, "qualified") for number in range(12)]
    found = _summed(VERSION, 2026, "Y", [*large, *small], 0)
    assert [(one.unit, one.members, one.better) for one in found.branches] == [("A", 12, 0), (None, 12, 12)]
    assert [(one.before, one.after, one.members) for one in found.crossings] == [
        ("basically_qualified", "qualified", 12)
    ]
    assert (found.changed, found.unmapped[0].members) == (12, 24)
    few = _summed(VERSION, 2026, "Y", small[:9], 0)
    assert (few.too_few, few.members, few.branches, few.crossings) == (True, 9, (), ())
    assert (few.changed, few.mean_before, few.mean_after, few.unmapped) == (0, 0, 0, ())


def test_what_is_left_out_is_not_what_the_whole_has_more() -> None:
    """Two of a small branch would be told by the difference: they are folded into the smallest of the others."""
    found = _summed(
        VERSION,
        2026,
        "Y",
        [
            *(outcome(number, "A", 6880, "basically_qualified") for number in range(14)),
            *(outcome(50 + number, "B", 6880, "basically_qualified") for number in range(12)),
            *(outcome(90 + number, "C", 7000, "qualified") for number in range(2)),
        ],
        0,
    )
    assert [(one.unit, one.members, one.better) for one in found.branches] == [("A", 14, 0), (None, 14, 2)]
