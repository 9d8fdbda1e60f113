"""A month counts if the member was there on its 15th; under six months there is no grade."""

from datetime import date

import pytest

from domain.assessment.presence import Away, Stay, gradable, half_months, months_present
from domain.rules.scheme import Scheme


@pytest.mark.parametrize(
    ("stays", "half", "months"),
    [
        ([], 1, []),
        ([Stay(date(2020, 1, 1))], 1, [1, 2, 3, 4, 5, 6]),
        ([Stay(date(2026, 4, 1))], 1, [4, 5, 6]),
        ([Stay(date(2026, 4, 15))], 1, [4, 5, 6]),
        ([Stay(date(2026, 4, 16))], 1, [5, 6]),
        ([Stay(date(2020, 1, 1), date(2026, 8, 15))], 2, [7, 8]),
        ([Stay(date(2020, 1, 1), date(2026, 8, 14))], 2, [7]),
        ([Stay(date(2020, 1, 1), date(2026, 2, 1)), Stay(date(2026, 5, 2))], 1, [1, 5, 6]),
        ([Stay(date(2026, 3, 1), date(2026, 3, 31)), Stay(date(2026, 3, 10))], 1, [3, 4, 5, 6]),
        ([Stay(date(2026, 6, 20))], 1, []),
    ],
)
def test_a_month_counts_if_present_on_its_fifteenth(
    scheme: Scheme, stays: list[Stay], half: int, months: list[int]
) -> None:
    found = months_present(stays, half_months(2026, half), scheme.counting.pro_rata)
    assert [month for _, month in found] == months


@pytest.mark.parametrize(
    ("halves", "graded"), [((6, 6), True), ((0, 6), True), ((3, 3), True), ((3, 2), False), ((0, 5), False)]
)
def test_under_six_months_there_is_no_grade(scheme: Scheme, halves: tuple[int, int], graded: bool) -> None:
    assert gradable(halves, scheme.counting.pro_rata) is graded


@pytest.mark.parametrize(
    ("away", "months"),
    [
        (Away(date(2026, 5, 1), date(2026, 5, 31)), [1, 2, 3, 4, 6]),
        (Away(date(2026, 5, 1), date(2026, 5, 29)), [1, 2, 3, 4, 5, 6]),  # 29 days: too short for the rule
        (Away(date(2026, 5, 15), date(2026, 5, 15)), [1, 2, 3, 4, 5, 6]),
        (Away(date(2026, 5, 15), date(2026, 5, 15), exempt=True), [1, 2, 3, 4, 6]),
        (Away(date(2026, 2, 16), date(2026, 4, 14)), [1, 2, 4, 5, 6]),
        (Away(date(2026, 4, 1), None, exempt=True), [1, 2, 3]),
    ],
)
def test_a_month_away_does_not_count_where_the_leave_is_long_enough_or_he_is_exempt(
    scheme: Scheme, away: Away, months: list[int]
) -> None:
    rule = scheme.counting.pro_rata
    found = months_present([Stay(date(2020, 1, 1))], half_months(2026, 1), rule, [away])
    assert [month for _, month in found] == months
