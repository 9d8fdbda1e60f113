"""三级分类、集体成果、结转: a tree of categories, results of a group shared out, a fifth of last year carried over."""

import pytest

from domain.assessment.explaining_matters import explain_matter
from domain.assessment.rows import Uncountable
from domain.assessment.shown import points_shown
from domain.rules.demands import wrongs_of
from tests.domain.rules.kinds.writing import (
    adopted,
    category,
    honour,
    item,
    level,
    matter,
    named,
    record,
    records,
    rule_set,
    year,
)

AUTHORS = [
    named("first", share="1"), named("second", share="0.50"), named("third", share="0.30"),
    named("team", share="1/3"),
]  # fmt: skip

SCHEME = adopted(
    rule_set(
        scale={"base_max": "50", "ceiling": "100"},
        rounding={"mode": "down", "places": 1},
        categories=[
            category("DUTY", "30"),
            category("POLITICS", "20", parent="DUTY", capped=True),
            category("STUDY", "12", parent="POLITICS"),
            category("LIFE", "12", parent="POLITICS"),
            category("POST", "10", parent="DUTY"),
            category("GIVE", "20", capped=True),
        ],
        responsibility=[
            item("R-1", "STUDY", "ratio", cap_year="12"),
            item("R-2", "LIFE", "assigned", cap_year="12"),
            item("R-3", "POST", "presumed", cap_year="10", shortfalls=[level("each", "4")]),
            item("R-4", "GIVE", "earn", points="1", measure={"per": "3"}),
        ],
        honour=[
            honour("H-1", "STUDY", level("city", "5"), shares=AUTHORS),
            honour("H-2", "GIVE", level("each", "3")),
        ],
        honour_rules={"cap_year": "20"},
        caps=[
            {"per": "year", "points": "60"},
            {"list": "honour", "category": "DUTY", "per": "half", "points": "8"},
        ],
        counting={"same_matter": {"honour": "sum", "negative": "first"}},
        carry_over={"fraction": "0.20", "most": "15"},
        periods=[named("Y", **{"from": "01-01", "to": "12-31"}, result="total")],
    )
)


def test_a_tree_adds_up_from_below_and_a_capped_branch_cuts() -> None:
    # STUDY 12 × 5/6 = 10.0; LIFE nothing asked → 12.0; POLITICS 22.0, of which 20.0 count; POST 10 − 4 = 6.0
    # DUTY 20 + 6 = 26.0; GIVE: 100 ÷ 3 = 33.33 → 33.3 down to one place, of which the item gives its weight 20.0
    rows = [
        *records("R-1", [("attended", 5), ("absent", 1)]),
        record("R-3", "each", "2026-05-01"),
        record("R-4", "earned", "2026-05-02", 10000),
    ]
    found = year(SCHEME, rows)
    span = found.spans[0]
    assert [(one.code, one.points) for one in span.categories] == [
        ("STUDY", 1000), ("LIFE", 1200), ("POST", 600), ("GIVE", 2000),
    ]  # fmt: skip
    assert [(one.code, one.points, one.surplus) for one in span.groups] == [("POLITICS", 2000, 200), ("DUTY", 2600, 0)]
    assert (span.base, found.ledger) == (4600, 4600)


def test_rounding_follows_the_rule_set() -> None:
    # 12 × 1/7 = 1.714 → 1.7 down to one place; 7 ÷ 3 = 2.333 → 2.3
    rows = [*records("R-1", [("attended", 1), ("absent", 6)]), record("R-4", "earned", "2026-05-02", 700)]
    lines = {line.item: line.points for line in year(SCHEME, rows).lines()}
    assert (lines["R-1"], lines["R-4"]) == (170, 230)


def test_a_group_result_is_shared_by_place() -> None:
    # 5 × 1; 5 × 0.50 = 2.5; 5 × 0.30 = 1.5; 5 × 1/3 = 1.66 → 1.6
    rows = [matter("H-1", "city", "2026-03-01", share=one["code"]) for one in AUTHORS]
    assert [points_shown(SCHEME, row) for row in rows] == [500, 250, 150, 160]
    # the branch DUTY of the tree gives 8 a half: 5 + 2.5 + 0.5, then nothing
    found = year(SCHEME, honours=rows)
    assert [(line.points, line.cut) for line in found.honours] == [
        (500, None), (250, None), (50, "category-cap"), (0, "category-cap"),
    ]  # fmt: skip
    assert explain_matter(found.honours[2], SCHEME, "zh") == "H-1表彰(city级):+1.50,超出本类上限的部分不计,计0.50"


def test_a_record_of_a_group_names_the_place() -> None:
    for more in ({}, {"share": "tenth"}):
        with pytest.raises(Uncountable):
            year(SCHEME, honours=[matter("H-1", "city", "2026-03-01", **more)])
    with pytest.raises(Uncountable):
        year(SCHEME, honours=[matter("H-2", "each", "2026-03-01", share="first")])
    assert [one.code for one in wrongs_of(SCHEME, "H-1", "city")] == ["share-missing"]
    assert [one.code for one in wrongs_of(SCHEME, "H-1", "city", share="tenth")] == ["share-unknown"]


def test_the_same_matter_is_summed_where_the_rules_say_so() -> None:
    rows = [matter("H-2", "each", "2026-03-01", "essay"), matter("H-1", "city", "2026-03-02", "essay", share="second")]
    assert year(SCHEME, honours=rows).honour_points == 550


def test_a_fifth_of_last_year_is_carried_over_up_to_a_maximum() -> None:
    # base of an idle year: ratio 12, assigned 12 → POLITICS 20, POST 10, nothing given: 30.0
    assert [year(SCHEME, last_total=total).ledger for total in (None, 0, 4240, 9000)] == [3000, 3000, 3840, 4500]
    assert year(SCHEME, last_total=4240).carried == 840  # 0.20 × 42.40 = 8.48 → 8.4 down to one place


def test_everything_that_adds_stops_at_its_maximum_before_what_is_carried_over() -> None:
    # 30 + 20 (given) + honours 3 × 3 + 8 = 67, all that adds gives 60; carried 0.20 × 50 = 10 → 70
    rows = [matter("H-2", "each", f"2026-0{month}-01") for month in (1, 2, 3)]
    rows += [matter("H-1", "city", "2026-04-01", share="first"), matter("H-1", "city", "2026-05-01", share="first")]
    found = year(SCHEME, [record("R-4", "earned", "2026-05-02", 6000)], honours=rows, last_total=5000)
    assert (found.base, found.honour_points, found.over, found.carried, found.ledger) == (5000, 1700, 700, 1000, 7000)
