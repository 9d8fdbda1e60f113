"""Every record says what it gave, and the portions of a line add up to the line."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given

from domain.assessment.allotment import Allotment, allot
from domain.assessment.rows import ResponsibilityRow, Uncountable
from tests.domain.assessment.counted import row
from tests.domain.assessment.drawn import HALF, MONTHS, ROWS, half


def day(number: int) -> date:
    return date(2026, 3, number)


def of(item: str, rows: list[ResponsibilityRow], months: int = 6) -> Allotment:
    found = allot(HALF, half(rows, months).confirmed.lines(), rows)
    return next(one for one in found if one.item == item)


def told(allotment: Allotment) -> list[tuple[int, int, str]]:
    return [(portion.points, portion.surplus, portion.effect) for portion in allotment.portions]


@given(ROWS, MONTHS)
def test_portions_add_up_to_their_line(rows: list[ResponsibilityRow], months: int) -> None:
    scored = half(rows, months)
    for one, own in ((scored.confirmed, [some for some in rows if some.confirmed]), (scored.with_pending, rows)):
        found = allot(HALF, one.lines(), own)
        for line, allotment in zip(one.lines(), found, strict=True):
            assert allotment.start + sum(portion.points for portion in allotment.portions) == line.points
            assert (allotment.item, allotment.points) == (line.item, line.points)
        handed_out = [portion.record for allotment in found for portion in allotment.portions]
        assert sorted(handed_out) == sorted(some.record for some in own)


@given(ROWS)
def test_once_a_cap_is_full_nothing_later_gives(rows: list[ResponsibilityRow]) -> None:
    for allotment in allot(HALF, half(rows).with_pending.lines(), rows):
        effects = [portion.effect for portion in allotment.portions if portion.effect != "replaced"]
        assert all(after == "cut" for before, after in pairwise(effects) if before in ("cut", "partly-cut"))


def test_the_record_that_meets_the_cap_is_cut_in_the_order_of_days() -> None:
    rows = [row(9, "R-WM-3", "earned", day(1)), row(1, "R-WM-3", "earned", day(4)), row(2, "R-WM-3", "earned", day(3))]
    rows.append(row(3, "R-WM-3", "earned", day(5)))
    allotment = of("R-WM-3", rows)
    assert [portion.record for portion in allotment.portions] == [
        rows[0].record,
        rows[2].record,
        rows[1].record,
        rows[3].record,
    ]
    assert told(allotment) == [(100, 0, "counted"), (100, 0, "counted"), (50, 50, "partly-cut"), (0, 100, "cut")]


def test_on_one_day_the_position_in_the_log_decides() -> None:
    rows = [row(2, "R-CY-2", "earned", day(1)), row(1, "R-CY-2", "earned", day(1))]
    allotment = of("R-CY-2", rows)
    assert [portion.record for portion in allotment.portions] == [rows[1].record, rows[0].record]
    assert told(allotment) == [(100, 0, "counted"), (0, 100, "cut")]


def test_a_ratio_is_shared_by_those_attended() -> None:
    outcomes = ["attended", "absent", "attended", "excused", "attended"]
    rows = [row(number, "R-GJ-1", outcome, day(number)) for number, outcome in enumerate(outcomes, 1)]
    rows.append(row(6, "R-GJ-1", "absent", day(6), replaced=True))
    allotment = of("R-GJ-1", rows)
    assert allotment.points == 225
    assert told(allotment) == [
        (75, 0, "counted"), (0, 0, "missed"), (75, 0, "counted"), (0, 0, "excused"), (75, 0, "counted"),
        (0, 0, "replaced"),
    ]  # fmt: skip


def test_hundredths_that_do_not_divide_fall_where_rounding_puts_them() -> None:
    rows = [row(number, "R-LX-2", "attended", day(number)) for number in (1, 2, 3)]
    assert [portion.points for portion in of("R-LX-2", rows).portions] == [67, 66, 67]


def test_where_nothing_was_asked_the_cap_stands_without_a_record() -> None:
    allotment = of("R-LX-2", [row(1, "R-LX-2", "excused", day(1))])
    assert (allotment.start, allotment.points, told(allotment)) == (200, 200, [(0, 0, "excused")])


def test_a_shortfall_takes_until_nothing_is_left() -> None:
    rows = [row(1, "R-QZ-1", "main", day(1)), row(2, "R-QZ-1", "main", day(2)), row(3, "R-QZ-1", "minor", day(3))]
    allotment = of("R-QZ-1", rows)
    assert (allotment.start, allotment.points) == (500, 0)
    assert told(allotment) == [(-250, 0, "counted"), (-250, 0, "counted"), (0, 100, "cut")]


def test_a_joiner_s_deed_gives_more() -> None:
    allotment = of("R-WM-1", [row(1, "R-WM-1", "earned", day(1)), row(2, "R-WM-1", "earned", day(2))], months=3)
    assert told(allotment) == [(200, 0, "counted"), (100, 100, "partly-cut")]


def test_a_row_without_a_line_is_never_skipped() -> None:
    with pytest.raises(Uncountable, match="no line"):
        allot(HALF, [], [row(1, "R-WM-1", "earned", day(1))])
