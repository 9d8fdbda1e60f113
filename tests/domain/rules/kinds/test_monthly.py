"""按月积分: a monthly cycle from zero, with caps of month, quarter and year, media doubled, hours in steps, 500 : 1."""

import pytest

from domain.assessment.explanation import explain, names_of
from domain.assessment.rows import Uncountable
from domain.rules.items import ResponsibilityItem
from tests.domain.rules.kinds.writing import adopted, category, item, months, named, record, rule_set, year

SCHEME = adopted(
    rule_set(
        scale={"base_max": "200", "start": "from_zero", "benchmark": "60"},
        categories=[category("SERVE", "96"), category("WRITE", "80", capped=True), category("APP", "24")],
        responsibility=[
            item("R-HOURS", "SERVE", "earn", points="2", cap_month="8", unit={"zh": "小时", "en": "hour"},
                 measure={"per": "1", "step": "0.5", "rounding": "half_up", "minimum": "1"}),
            item("R-WRITE", "WRITE", "earn", cap_month="10", cap_year="100", unit={"zh": "篇", "en": "text"},
                 levels=[{"code": "unit", "zh": "本单位", "en": "Unit", "points": "1"},
                         {"code": "city", "zh": "市级", "en": "City", "points": "3"}],
                 conditions=[{"code": "media", "zh": "媒体转载", "en": "in the media", "times": "2"},
                             {"code": "award", "zh": "获奖", "en": "awarded", "plus": "3"}]),
            item("R-500", "APP", "earn", points="1", cap_quarter="6", unit={"zh": "学时分", "en": "study point"},
                 measure={"per": "500", "step": "500"}),
        ],
        caps=[
            {"list": "responsibility", "per": "quarter", "points": "45"},
            {"list": "responsibility", "category": "WRITE", "per": "quarter", "points": "18"},
        ],
        periods=months(*range(1, 13)),
        grades=[named("met", at_least="60"), named("not-met", at_least="0")],
    )
)  # fmt: skip


def by_item(code: str, *rows: object) -> list[int]:
    found = year(SCHEME, rows)  # type: ignore[arg-type]
    return [line.points for line in found.lines() if line.item == code]


def test_hours_count_in_half_hours_from_one_hour_on() -> None:
    # January: 0.99 h → 0; 1.24 h → 1.0; 1.25 h → 1.5;  2 × 2.5 = 5.00
    # February: 5 h → 10.00, the month gives 8.00
    rows = [record("R-HOURS", "earned", "2026-01-05", hours) for hours in (99, 124, 125)]
    found = by_item("R-HOURS", *rows, record("R-HOURS", "earned", "2026-02-05", 500))
    assert found[:3] == [500, 800, 0]


def test_media_doubles_and_an_award_adds_three_once() -> None:
    # January: a city text 3, one in the media 3 × 2 = 6 → 9.00
    # February: two unit texts awarded, 1 × 2 + 3 = 5 in one record; one plain 1 → 6.00
    rows = [
        record("R-WRITE", "city", "2026-01-05"),
        record("R-WRITE", "city", "2026-01-06", condition="media"),
        record("R-WRITE", "unit", "2026-02-05", 200, "award"),
        record("R-WRITE", "unit", "2026-02-06"),
    ]
    assert by_item("R-WRITE", *rows)[:3] == [900, 600, 0]


def test_five_hundred_count_as_one_and_the_rest_is_dropped() -> None:
    # 1,499 → 2; 499 → 0: records are converted one by one;  March 3,000 → 6, but the quarter has 4 left
    rows = [record("R-500", "earned", "2026-01-05", value * 100) for value in (1499, 499)]
    found = year(SCHEME, [*rows, record("R-500", "earned", "2026-03-05", 300_000)])
    lines = [line for line in found.lines() if line.item == "R-500"]
    assert [line.points for line in lines[:3]] == [200, 0, 400]
    assert lines[2].longer_cut == 200


def test_category_and_list_stop_at_their_quarter() -> None:
    # each month: WRITE 10 (a text of 3 × 2, and 3 more = 9, + 1), SERVE 8; the category WRITE gives 18 a quarter:
    #   January 80/12 = 6.67 is the month's part of the capped weight 80
    #   6.67 + 6.67 + 4.66 = 18.00;  SERVE 24;  together 42 ≤ 45
    rows = [
        row
        for month in (1, 2, 3)
        for row in (
            record("R-WRITE", "city", f"2026-0{month}-05", condition="media"),
            record("R-WRITE", "city", f"2026-0{month}-06"),
            record("R-WRITE", "unit", f"2026-0{month}-07"),
            record("R-HOURS", "earned", f"2026-0{month}-08", 400),
        )
    ]
    found = year(SCHEME, [*rows, record("R-500", "earned", "2026-03-09", 200_000)])
    write = [category for span in found.spans[:3] for category in span.categories if category.code == "WRITE"]
    assert [one.points for one in write] == [667, 667, 466]
    assert [one.surplus for one in write] == [333, 333, 534]
    # January 6.67 + 8 = 14.67, February the same, March 4.66 + 8 + 4 = 16.66, of which 45 − 29.34 = 15.66 are left
    assert [(span.base, span.surplus) for span in found.spans[:3]] == [(1467, 0), (1467, 0), (1566, 100)]
    assert found.ledger == 4500
    assert found.short_of_benchmark == 1500


def test_a_condition_that_the_rules_do_not_know_is_never_skipped() -> None:
    for row in (record("R-WRITE", "city", "2026-01-05", condition="tv"), record("R-500", "city", "2026-01-05")):
        with pytest.raises(Uncountable):
            year(SCHEME, [row])


def test_a_line_with_levels_and_conditions_says_what_made_it() -> None:
    rows = [record("R-WRITE", "city", "2026-01-05"), record("R-WRITE", "city", "2026-01-06", condition="media")]
    line = next(line for line in year(SCHEME, rows).lines() if line.item == "R-WRITE")
    asked = SCHEME.item("R-WRITE")
    assert isinstance(asked, ResponsibilityItem)
    assert explain(line, "zh", asked.unit, names_of(asked)) == (
        "完成2篇(市级1篇计3.00;市级,媒体转载1篇计6.00):按各次标准合计 = 9.00"
    )
    assert explain(line, "en", asked.unit, names_of(asked)) == (
        "2 × text (City, 1 × text gives 3.00; City, in the media, 1 × text gives 6.00): each by its own standard = 9.00"
    )


def test_a_line_that_an_earlier_month_cut_says_so() -> None:
    rows = [record("R-500", "earned", f"2026-0{month}-05", 200_000) for month in (1, 2)]
    lines = [line for line in year(SCHEME, rows).lines() if line.item == "R-500"]
    assert explain(lines[1], "zh").endswith("前期已用去上限,减2.00,计2.00")
