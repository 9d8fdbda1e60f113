"""基础分 60: everybody begins with 60, another class with 70; honours add 30 at most, one kind outside the cap."""

from domain.assessment.scoring import Case, Span, score
from domain.assessment.tariff import half_tariff
from domain.rules.demands import chain_of, demand_of, wrongs_of
from tests.domain.rules.kinds.writing import (
    adopted,
    category,
    honour,
    item,
    level,
    matter,
    named,
    records,
    rule_set,
    year,
)

SCHEME = adopted(
    rule_set(
        scale={"base_max": "100", "base": "60", "ceiling": "120"},
        categories=[category("STUDY", "40")],
        responsibility=[
            item("R-1", "STUDY", "ratio", cap_half="12", profiles=["full", "core"]),
            item("R-2", "STUDY", "threshold", cap_half="8", profiles=["full", "core"],
                 steps=[{"at_least": 5, "share": "0.80", "points": "8"}, {"share": "0.60", "points": "4"}]),
            item("R-3", "STUDY", "earn", cap_half="20", points="5", profiles=["mobile"]),
        ],
        honour=[
            honour("H-1", "STUDY", level("district", "6"), level("municipal", "10"),
                   level("national", "25", outside_cap=True), cap_half="12"),
            honour("H-2", "STUDY", level("unit", "9", up_to="15")),
        ],
        honour_rules={"cap_year": "30", "claim_by": ["member"]},
        profiles=[
            named("full"), named("core", base="70"), named("mobile", graded=False),
        ],
        approval_chains=[
            {"what": "any", "steps": ["branch_committee"]},
            {"what": "honour", "outside_cap": False, "steps": ["branch_committee", "parent_committee"]},
            {"what": "honour", "outside_cap": True,
             "steps": ["branch_committee", "parent_committee", "work_committee", "leading_group"]},
        ],
    )
)  # fmt: skip


def test_each_class_begins_with_its_own_base() -> None:
    # nothing asked, nothing recorded: ratio and threshold items stand at their caps, 2 × (12 + 8) = 40
    assert year(SCHEME, profile="full").ledger == 6000 + 4000
    assert year(SCHEME, profile="core").ledger == 7000 + 4000
    # the mobile are asked R-3 alone, by deed: nothing done, nothing earned
    assert year(SCHEME, profile="mobile").ledger == 6000


def test_a_threshold_is_reached_by_number_or_by_share() -> None:
    # H1: 3 of 4 = 75 %: not 5 times, not 80 %, but 60 % → 4.00;  H2: 5 of 9 = 55.6 %, but 5 times → 8.00
    # R-1 in H1 9 of 12 → 12 × 9/12 = 9.00, in H2 nothing held → 12.00;  60 + 9 + 4 + 12 + 8 = 93.00
    rows = [
        *records("R-2", [("attended", 3), ("absent", 1)]),
        *records("R-2", [("attended", 5), ("absent", 4)], "2026-08-01"),
        *records("R-1", [("attended", 9), ("absent", 3), ("excused", 2)]),
    ]
    found = year(SCHEME, rows)
    assert [(line.item, line.points) for line in found.lines() if line.item != "R-3"] == [
        ("R-1", 900), ("R-2", 400), ("R-1", 1200), ("R-2", 800),
    ]  # fmt: skip
    assert found.ledger == 9300


def test_less_than_the_lowest_step_gives_nothing() -> None:
    found = year(SCHEME, records("R-2", [("attended", 1), ("absent", 1)]))
    assert next(line.points for line in found.lines() if line.item == "R-2") == 0


def test_additions_stop_at_thirty_but_for_the_honour_outside_the_cap() -> None:
    # H-1 in H1: 10 + 6, the item gives 12 a half → 10, 2; the national 25 lies outside; H-1 in H2: 10
    # H-2: 15 chosen in 9–15; the list gives 30: 10 + 2 + 10 = 22 are used → 8
    # 60 + 40 + (10 + 2 + 25 + 10 + 8) = 155, the ceiling is 120
    rows = [
        matter("H-1", "municipal", "2026-02-01"), matter("H-1", "district", "2026-03-01"),
        matter("H-1", "national", "2026-04-01"), matter("H-1", "municipal", "2026-08-01"),
        matter("H-2", "unit", "2026-09-01", quantity=1500),
    ]  # fmt: skip
    found = year(SCHEME, honours=rows)
    assert [(line.points, line.cut, line.outside_cap) for line in found.honours] == [
        (1000, None, False), (200, "item-cap", False), (2500, None, True),
        (1000, None, False), (800, "total-cap", False),
    ]  # fmt: skip
    assert (found.honour_points, found.ledger) == (5500, 12000)


def test_outside_the_cap_more_hands_approve() -> None:
    assert chain_of(SCHEME, "H-1", "municipal") == ("branch_committee", "parent_committee")
    assert len(chain_of(SCHEME, "H-1", "national")) == 4
    asked = demand_of(SCHEME, "H-2", "unit")
    assert (asked.points_from, asked.points_to, asked.reason, asked.declared_by) == (900, 1500, True, ("member",))


def test_points_of_a_range_lie_inside_and_have_a_reason() -> None:
    assert wrongs_of(SCHEME, "H-2", "unit", quantity=1200, has_reason=True) == []
    codes = [one.code for one in wrongs_of(SCHEME, "H-2", "unit", quantity=800)]
    assert codes == ["points-outside-range", "range-reason-missing"]


def test_what_a_class_is_not_asked_is_named_and_gives_nothing() -> None:
    found = year(SCHEME, records("R-1", [("attended", 1)]), profile="mobile")
    assert [span.unasked for span in found.spans] == [("R-1",), ()]
    assert found.ledger == 6000


def test_a_half_alone_begins_with_the_base_as_well() -> None:
    case = Case(spans=(Span(code="H1", months_present=6),))
    assert score(half_tariff(SCHEME), case).confirmed.ledger == 8000  # 60 + 12 + 8
