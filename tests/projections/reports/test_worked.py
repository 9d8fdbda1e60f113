"""逐项报告 — small examples worked by hand: what is written here was added up on paper."""

from collections import Counter
from fractions import Fraction

import msgspec

from domain.assessment.lines import Line
from domain.assessment.spans import CategoryScore, SpanScore
from domain.rules.scheme import load
from projections.reports.attainability import table
from projections.reports.branches import compared
from projections.reports.fairness import band, behind, items_of, totals_of
from projections.reports.lateness import by_unit, distribution
from projections.reports.lines import ByItem, Sums, count, level, root
from projections.reports.results import Seats, tables
from projections.reports.table import Said
from tests.foundings import RULES_FILE

SCHEME = load(RULES_FILE.read_bytes())
ITEM = "R-LX-1"
FULL = 500


def sums(*people: tuple[int, int]) -> Sums:
    """Of (number of people, points of each)."""
    found = Sums()
    for number, points in people:
        for _ in range(number):
            found.add(points, FULL)
    return found


def two_branches() -> ByItem:
    """A: twelve people, nine of them full, three half; B: ten people, none with a point."""
    return {ITEM: {("PK", "A"): sums((9, FULL), (3, 250)), ("PK", "B"): sums((10, 0))}}


def test_the_share_with_full_points_is_of_all_to_whom_the_item_was_put() -> None:
    """9 of 22 are 40.9 %; (9 × 5 + 3 × 2.5) ÷ 22 = 2.386…"""
    (row,) = table(SCHEME, two_branches(), "PK", 10, Fraction("0.80")).rows
    assert row.values | {"item": "", "clause": ""} == {
        "item": "",
        "clause": "",
        "cap": "5.00",
        "members": 22,
        "full": 9,
        "share": "40.9",
        "mean": "2.39",
        "out_of_reach": 1,
    }
    assert row.marked


def test_whoever_was_there_for_half_the_period_counts_by_the_share_of_what_he_could_get() -> None:
    """4 of 5 and 2 of 2.5 are four fifths each: 4.00, and no spread between them."""
    found = sums((1, 400))
    found.add(200, 250)
    assert (found.mean, found.spread, found.full) == (400, 0, 0)
    late = Sums()
    late.add(200, 250)
    level((found, late))
    assert late.mean == found.mean


def test_an_item_out_of_reach_shows_as_a_branch_in_which_nobody_has_a_point_while_elsewhere_somebody_has() -> None:
    everywhere = {ITEM: {("PK", "A"): sums((12, 0)), ("PK", "B"): sums((10, 0))}}
    assert table(SCHEME, everywhere, "PK", 10, Fraction(0)).rows[0].values["out_of_reach"] == 0
    assert table(SCHEME, two_branches(), "PK", 10, Fraction(0)).rows[0].values["out_of_reach"] == 1


def test_an_item_that_nearly_all_reach_is_not_marked() -> None:
    nearly = {ITEM: {("PK", "A"): sums((9, FULL), (1, 0))}}
    assert not table(SCHEME, nearly, "PK", 10, Fraction("0.80")).rows[0].marked


def test_nine_people_are_not_told_of_and_their_neighbour_neither() -> None:
    """PK has 25; of A with 16 may not be told, because the rest of PK would be the nine of B."""
    of = {ITEM: {("PK", "A"): sums((16, FULL)), ("PK", "B"): sums((9, FULL))}}
    shown = {unit: table(SCHEME, of, unit, 10, Fraction(0)) for unit in ("PK", "A", "B")}
    assert {unit: (len(one.rows), one.hidden) for unit, one in shown.items()} == {
        "PK": (1, 0),
        "A": (0, 1),
        "B": (0, 1),
    }


def test_a_period_of_two_halves_asks_for_the_caps_of_both() -> None:
    """2.50 of 2.50 in the first half and 1.50 of 2.50 in the second are 4.00 of 5.00: not full."""
    line = Line(item=ITEM, category="LX", mode="ratio", cap=250, points=250)
    other = msgspec.structs.replace(line, points=150)
    spans = [
        SpanScore(code, one.points, 250, (CategoryScore("LX", one.points, 250, (one,)),))
        for code, one in (("H1", line), ("H2", other))
    ]
    found: ByItem = {}
    count(found, ("PK", "A"), spans)
    one = found[ITEM]["PK", "A"]
    assert (one.number, one.mean, one.cap, one.full) == (1, 400, 500, 0)


def test_the_mean_of_branches_and_its_spread_count_each_branch_once() -> None:
    """Means 5, 5, 5, 5, 5, 2: together 4.5; σ² = (5 × 0.25 + 6.25) ÷ 6 = 1.25; |2 − 4.5| = 2.5 > 2 × 1.118 = 2.236."""
    of = {ITEM: {("PK", name): sums((10, FULL)) for name in "ABCDE"} | {("PK", "F"): sums((30, 200))}}
    found = compared(of, ITEM, 10, 2)
    assert (found.mean, found.variance) == (Fraction(450), Fraction(12500))
    assert [name for name in found.branches if found.far(name)] == ["F"]
    assert not compared(of, ITEM, 10, 3).far("F")


def test_among_five_branches_none_lies_two_sigma_from_the_mean() -> None:
    of = {ITEM: {("PK", name): sums((10, FULL)) for name in "ABCD"} | {("PK", "F"): sums((10, 0))}}
    found = compared(of, ITEM, 10, 2)
    assert not any(found.far(name) for name in found.branches)


def test_the_spread_of_a_branch_is_that_of_its_people() -> None:
    """Five with 5.00 and five with 3.00: mean 4.00, standard deviation 1.00."""
    one = sums((5, FULL), (5, 300))
    assert (one.mean, one.spread) == (Fraction(400), 100)
    assert root(Fraction(2)) == 1


def test_a_branch_that_is_too_small_is_compared_with_none() -> None:
    """Three and twelve hidden with them: of neither the rest of the whole may tell."""
    of = {
        ITEM: {("PK", "A"): sums((3, 0)), ("PK", "B"): sums((12, FULL)), ("PK", "C"): sums((14, FULL))},
    }
    assert set(compared(of, ITEM, 10, 2).branches) == {"C"}


def test_days_between_act_and_entry_are_counted_in_stretches() -> None:
    """Of ten entries four came within 3 days, three within a week, two on day 20, one on day 61."""
    found = distribution(Counter({0: 1, 3: 3, 4: 2, 7: 1, 20: 2, 61: 1}))
    assert [(row.values["days"], row.values["entries"], row.values["share"]) for row in found.rows] == [
        ("0–3", 4, "40.0"),
        ("4–7", 3, "30.0"),
        ("8–14", 0, "0.0"),
        ("15–30", 2, "20.0"),
        ("31–60", 0, "0.0"),
        (">60", 1, "10.0"),
    ]


def test_half_of_a_branchs_entries_late_is_no_mark_and_more_is() -> None:
    half = by_unit("A", Counter({30: 2, 31: 2}), 2)
    assert (half.values["late"], half.values["late_share"], half.values["median_days"]) == (2, "50.0", 30)
    assert not half.marked
    assert by_unit("A", Counter({30: 1, 31: 2}), 2).marked


GRADES = {"A": Said("优秀", "excellent"), "B": Said("合格", "qualified")}


def test_grades_are_told_of_ten_or_more_and_the_room_still_open_with_them() -> None:
    """One with 12 graded has 4 seats and took 3; the other with 11 has 3 and took all: of 7 one is open."""
    found = {("PK", "1"): Counter({"A": 3, "B": 9}), ("PK", "2"): Counter({"A": 3, "B": 8})}
    seats = {
        ("PK",): Seats("district", None, None),
        ("PK", "1"): Seats("one", 4, 3),
        ("PK", "2"): Seats("two", 3, 3),
    }
    grades, units = tables("PK", found, seats, GRADES, 10)
    assert [(row.values["members"], row.values["share"]) for row in grades.rows] == [(6, "26.1"), (17, "73.9")]
    shown = [tuple(row.values.values()) for row in units.rows]
    assert shown == [("district", 23, 6, 17, 7, 6, 1), ("one", 12, 3, 9, 4, 3, 1), ("two", 11, 3, 8, 3, 3, 0)]


def test_organisations_stand_in_the_order_of_the_tree_whatever_their_grades() -> None:
    found = {("PK", str(number)): Counter({"A": number, "B": 10}) for number in (3, 1, 2)}
    seats = {("PK", str(number)): Seats(str(number), None, None) for number in (1, 2, 3)}
    _, units = tables("PK", found, seats, GRADES, 10)
    assert [row.values["unit"] for row in units.rows] == ["1", "2", "3"]
    assert {row.values["open"] for row in units.rows} == {None}


def test_a_group_of_nine_takes_the_next_smallest_along() -> None:
    """Nine women: of the twelve who said nothing may not be told either, or they would be known by subtraction."""
    people = [("sex-female", 9000, True)] * 9 + [("sex-male", 8000, False)] * 30 + [("unsaid", 7000, False)] * 12
    found = totals_of("sex", people, 10)
    assert [(row.values["group"], row.values["members"], row.values["mean_total"]) for row in found.rows] == [
        ("sex-male", 30, "80.00")
    ]
    assert found.hidden == 2


def test_the_totals_of_a_group_are_their_plain_mean_and_the_best_are_counted() -> None:
    """5 × 80.00 and 5 × 60.00 are 70.00, 10.00 apart from it."""
    people = [("sex-male", 8000, True)] * 5 + [("sex-male", 6000, False)] * 5
    (row,) = totals_of("sex", people, 10).rows
    told = [row.values[name] for name in ("members", "mean_total", "spread", "best")]
    assert told == [10, "70.00", "10.00", 5]


def test_of_two_groups_one_too_small_nothing_is_told() -> None:
    people = [("disability-yes", 9000, False)] * 6 + [("disability-no", 8000, False)] * 200
    assert totals_of("disability", people, 10).rows == ()
    assert totals_of("disability", people[:8], 10).rows == ()


def test_a_group_that_reaches_an_item_less_than_four_fifths_as_often_is_marked() -> None:
    """Women 6 of 12 = 50 %, men 12 of 15 = 80 %: 0.5 < 0.64; at 8 of 12 = 66.7 % no longer."""
    of = {ITEM: {("sex-female",): sums((6, FULL), (6, 0)), ("sex-male",): sums((12, FULL), (3, 0))}}
    (row,) = items_of("sex", SCHEME, of, 10).rows
    assert (row.values["group"], row.values["share"], row.values["share_of_others"]) == ("sex-female", "50.0", "80.0")
    assert not behind(sums((8, FULL), (4, 0)), 15, 12)


def test_ages_are_told_in_bands() -> None:
    assert [band(born, 2026) for born in (1990, 1980, 1970, 1968)] == [
        "age-35-44",
        "age-45-54",
        "age-55-59",
        "age-55-59",
    ]
