"""A rule set that uses nearly everything, for the lint to find one thing broken in it."""

from tests.domain.rules.kinds.writing import (
    Document,
    category,
    honour,
    item,
    level,
    named,
    negative,
    period,
    rule_set,
    veto,
)


def rich() -> Document:
    """A fresh copy; the lint has nothing to say against it."""
    return rule_set(
        document={
            "zh": "办法", "en": "Rules", "issuer": {"zh": "党委", "en": "Committee"}, "effective_on": "2026-01-01",
            "status": "试行", "expires_on": "2028-01-01",
        },
        scale={"base_max": "60", "start": "from_zero", "benchmark": "50"},
        categories=[
            category("TOP", "40"), category("ONE", "16", parent="TOP"), category("TWO", "24", parent="TOP"),
            category("END", "20", capped=True),
        ],
        responsibility=[
            item("R-1", "ONE", "ratio", cap_half="8", planned_half=6),
            item("R-2", "TWO", "threshold", cap_half="12", planned_half=6,
                 steps=[{"at_least": 5, "share": "0.80", "points": "12"}, {"share": "0.60", "points": "6"}]),
            item("R-3", "END", "earn", points="1", cap_year="24",
                 measure={"per": "2", "step": "0.5", "rounding": "up", "minimum": "1"},
                 conditions=[named("media", times="2"), named("award", plus="3")]),
            item("R-4", "END", "earn", levels=[level("low", "1"), level("high", "2", up_to="4")], cap_month="2"),
        ],
        honour=[
            honour("H-1", "ONE", level("district", "2"), level("national", "9", outside_cap=True),
                   shares=[named("lead", share="1"), named("part", share="1/2")]),
        ],
        honour_rules={"cap_year": "10"},
        negative=[
            negative("N-1", "ONE", level("light", "1", up_to="2"), level("heavy", "3", up_to="5"), effect_months=18),
        ],
        veto=[
            veto("V-1", "zero", zeroes="category", cat="TWO"), veto("V-2", "grade_ceiling", to="low"),
            veto("V-3", "not_excellent", lasts_months=24),
        ],
        caps=[{"list": "negative", "category": "TOP", "per": "year", "points": "20"}, {"per": "half", "points": "40"}],
        profiles=[named("full"), named("guest", graded=False)],
        grades=[named("high", at_least="50", candidate=True), named("low", at_least="0")],
        sources=[named("office", items=["N-1"])],
        approval_chains=[
            {"what": "any", "steps": ["branch_committee"]},
            {"what": "honour", "outside_cap": True, "steps": ["branch_committee", "parent_committee"]},
        ],
        mapping=[{"from": "R-OLD", "to": "R-3", "value": "as_new", "times": "2"}],
        carry_over={"fraction": "0.10", "most": "5"},
        local_items={"allowed": True, "max_points_per_category": "2"},
        retention_years={"records": 3, "effect_of_deduction": "as each item says"},
        periods=[
            period("H1", "01-01", "06-30", "half_score"), period("H2", "07-01", "12-31", "half_score"),
            {**period("Y", "01-01", "12-31", "total"), "base": "sum_of_halves"},
        ],
    )  # fmt: skip
