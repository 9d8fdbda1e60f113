"""百分制扣分: everybody has 100 from the start, and only deductions change it."""

from domain.assessment.grading import grade_of
from tests.domain.rules.kinds.writing import adopted, category, level, matter, named, negative, rule_set, year

SCHEME = adopted(
    rule_set(
        scale={"base_max": "100", "start": "from_full"},
        categories=[category("DISC", "40"), category("WORK", "60")],
        negative=[
            negative("N-1", "DISC", level("each", "8"), max_points="20"),
            negative("N-2", "DISC", level("light", "2", up_to="5"), level("heavy", "6", up_to="30")),
            negative("N-3", "WORK", level("each", "3"), cap_quarter="6"),
        ],
        grades=[
            named("good", at_least="80", candidate=True),
            named("fair", above="60"),
            named("poor", 以上="0"),
        ],
    )
)


def test_without_a_deduction_everybody_keeps_the_whole() -> None:
    found = year(SCHEME)
    assert (found.start, found.base, found.base_max, found.ledger) == (10000, 10000, 10000, 10000)


def test_deductions_lower_it_within_item_quarter_and_category() -> None:
    # N-1: 8 + 8 + 8 = 24, the item takes 20 at most           → 8, 8, 4
    # N-2 heavy: 25.00 chosen in 6–30; the category DISC takes 40 at most, 20 are used → 20
    # N-3: in the first quarter 3 + 3 + 3, at most 6 a quarter → 3, 3, 0; in the second 3
    # 100 − (20 + 20 + 6 + 3) = 51
    rows = [
        *(matter("N-1", "each", f"2026-0{month}-01") for month in (1, 2, 3)),
        matter("N-2", "heavy", "2026-03-02", quantity=2500),
        *(matter("N-3", "each", f"2026-0{month}-05") for month in (1, 2, 3, 4)),
    ]
    found = year(SCHEME, deductions=rows)
    by_row = {line.record: (line.points, line.cut) for line in found.deductions}
    assert [by_row[row.record] for row in rows] == [
        (800, None), (800, None), (400, "item-cap"), (2000, "category-cap"),
        (300, None), (300, None), (0, "item-cap"), (300, None),
    ]  # fmt: skip
    assert (found.deduction_points, found.ledger) == (4900, 5100)
    assert grade_of(found.ledger, SCHEME.grades, SCHEME.interpretation).code == "poor"


def test_above_means_that_the_number_itself_does_not_reach() -> None:
    codes = [grade_of(total, SCHEME.grades, SCHEME.interpretation).code for total in (8000, 7999, 6001, 6000)]
    assert codes == ["good", "fair", "fair", "poor"]
