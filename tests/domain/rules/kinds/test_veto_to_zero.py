"""一票否决清零: vetoes that empty the score, the additions or a category, that shut out from excellent, with dates."""

from datetime import date

from domain.assessment.explaining_matters import explain_veto
from domain.assessment.grading import under_vetoes
from domain.rules.demands import chain_of, effect_ends_on, kept_until
from domain.rules.items import VetoItem
from tests.domain.rules.kinds.writing import (
    adopted,
    category,
    honour,
    item,
    level,
    matter,
    named,
    negative,
    rule_set,
    veto,
    vetoed,
    year,
)

SCHEME = adopted(
    rule_set(
        scale={"base_max": "100"},
        categories=[category("A", "60"), category("B", "40")],
        responsibility=[
            item("R-A", "A", "ratio", cap_half="30"),
            item("R-B", "B", "presumed", cap_half="20", shortfalls=[level("each", "5")]),
        ],
        honour=[honour("H-1", "A", level("each", "4"), cap_year="10")],
        negative=[negative("N-1", "A", level("each", "6"), effect_months=8)],
        honour_rules={"cap_year": "10"},
        veto=[
            veto("V-ALL", "zero"),
            veto("V-ADD", "zero", zeroes="honours"),
            veto("V-CAT", "zero", zeroes="category", cat="B"),
            veto("V-OUT", "not_excellent", lasts_months=18),
            veto("V-CEIL", "grade_ceiling", to="fair"),
        ],
        grades=[
            named("best", at_least="90", candidate=True), named("good", at_least="75"),
            named("fair", at_least="60"), named("poor", at_least="0"),
        ],
        retention_years={"records": 2, "effect_of_deduction": "as each item says"},
    )
)  # fmt: skip

HONOURS = [matter("H-1", "each", f"2026-0{month}-01") for month in (1, 2)]


def test_nobody_under_a_veto_keeps_all() -> None:
    assert year(SCHEME, honours=HONOURS).ledger == 10800  # 60 + 40 + 4 + 4


def test_a_veto_empties_the_score() -> None:
    found = year(SCHEME, honours=HONOURS, vetoes=[vetoed("V-ALL", "2026-05-01")])
    assert (found.base, found.honour_points, found.ledger) == (10000, 800, 0)
    assert explain_veto(found.vetoes[0], SCHEME, "zh") == "V-ALL否决:积分清零"


def test_a_veto_empties_the_additions_and_says_so() -> None:
    found = year(SCHEME, honours=HONOURS, vetoes=[vetoed("V-ADD", "2026-05-01")])
    assert [(line.claimed, line.points, line.cut) for line in found.honours] == [(400, 0, "zeroed")] * 2
    assert found.ledger == 10000


def test_a_veto_empties_one_category() -> None:
    found = year(SCHEME, honours=HONOURS, vetoes=[vetoed("V-CAT", "2026-05-01")])
    assert [(one.code, one.points, one.surplus) for one in found.spans[0].categories] == [
        ("A", 3000, 0),
        ("B", 0, 2000),
    ]
    assert found.ledger == 6800  # 60 + 0 + 8


def test_a_lifted_veto_is_as_if_it_had_not_been() -> None:
    assert year(SCHEME, vetoes=[vetoed("V-ALL", "2026-05-01", "2026-11-01")]).ledger == 10000
    assert year(SCHEME, vetoes=[vetoed("V-ALL", "2026-05-01", "2027-01-15")]).ledger == 0


def test_a_veto_holds_for_its_months_or_to_the_end_of_its_year() -> None:
    # V-OUT of September 2025 lasts 18 months, to March 2027; V-ALL of 2025 ended with 2025
    found = year(SCHEME, vetoes=[vetoed("V-OUT", "2025-09-10"), vetoed("V-ALL", "2025-09-10")])
    assert [line.item for line in found.vetoes] == ["V-OUT"]
    # of 1 June 2025 it lasts to 30 November 2026: over on 31 December
    assert year(SCHEME, vetoes=[vetoed("V-OUT", "2025-06-01")]).vetoes == ()
    assert effect_ends_on(SCHEME, "V-OUT", date(2025, 6, 1)) == date(2026, 12, 1)
    assert effect_ends_on(SCHEME, "V-ALL", date(2025, 6, 1)) == date(2026, 1, 1)


def test_a_veto_bounds_the_grade() -> None:
    items = {code: one for code, one in SCHEME.items.items() if isinstance(one, VetoItem)}
    best = SCHEME.grades[0]
    assert under_vetoes(best, [items["V-OUT"]], SCHEME.grades).code == "good"
    assert under_vetoes(best, [items["V-OUT"], items["V-CEIL"]], SCHEME.grades).code == "fair"
    assert under_vetoes(best, [items["V-ADD"]], SCHEME.grades).code == "best"


def test_the_effect_of_a_deduction_ends_before_it_is_forgotten() -> None:
    # eight months: of 1 March it is over on 1 November, of 1 June it lasts into 2027; both are kept to the end of 2028
    rows = [matter("N-1", "each", "2026-03-01"), matter("N-1", "each", "2026-06-01")]
    found = year(SCHEME, deductions=rows)
    assert [(line.points, line.cut) for line in found.deductions] == [(0, "lapsed"), (600, None)]
    assert found.ledger == 9400
    assert effect_ends_on(SCHEME, "N-1", date(2026, 3, 1)) == date(2026, 11, 1)
    assert kept_until(SCHEME, date(2026, 3, 1)) == date(2028, 12, 31)


def test_a_veto_is_approved_as_such() -> None:
    assert chain_of(SCHEME, "V-ALL") == ("branch_committee",)
