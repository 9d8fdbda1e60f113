"""年末各种办法: components (F14), cycles (F16), grades (F24), quota (F25), each scored by hand or refused by name."""

from datetime import date
from typing import Any

import pytest

from domain.assessment.grading import Candidate, Line, grade_of, line, seats, within_quota
from domain.assessment.opening import parts_of
from domain.assessment.period import days_of
from domain.assessment.totals import total
from domain.rules.assessing import Profile
from domain.rules.scheme import Scheme, load
from tests.domain.rules.kinds.writing import adopted, category, item, named, period, record, rule_set, year


def with_components(**shares: str) -> Profile:
    """A class whose total is made of these shares."""
    made = rule_set(
        scale={"base_max": "100"}, profiles=[named("full", appraised="appraisal" in shares, components=shares)]
    )
    return load(made).profiles[0]


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        # 91.25 × 0.80 = 73.00; 83.33 × 0.20 = 16.666 → 16.67; together 89.67
        ({"ledger": "0.80", "appraisal": "0.20"}, 8967),
        # 91.25 × 0.90 = 82.125 → 82.13; 83.33 × 0.10 = 8.333 → 8.33; together 90.46
        ({"ledger": "0.90", "appraisal": "0.10"}, 9046),
        # the ledger alone
        ({"ledger": "1.00"}, 9125),
    ],
)
def test_f14_each_component_is_weighted_and_rounded_by_itself(shares: dict[str, str], expected: int) -> None:
    assert total(9125, 8333, with_components(**shares)).points == expected


def test_f14_what_bodies_give_is_weighted_and_rounded_by_itself_as_well() -> None:
    # 91.25 × 0.80 = 73.00; 83.33 × 0.10 → 8.33; 66.66 × 0.05 = 3.333 → 3.33; 99.99 × 0.05 = 4.9995 → 5.00; 89.66
    profile = with_components(ledger="0.80", appraisal="0.10", committee="0.05", task="0.05")
    assert total(9125, 8333, profile, bodies={"committee": 6666, "task": 9999}).points == 8966


def test_f14_a_component_that_nobody_scores_is_refused_with_its_rule_set() -> None:
    with pytest.raises(Exception, match="leadership"):
        with_components(ledger="0.70", appraisal="0.20", leadership="0.10")


QUARTERS = [
    period("Q1", "01-01", "03-31", "score"),
    period("Q2", "04-01", "06-30", "score"),
    period("Q3", "07-01", "09-30", "score"),
    period("Q4", "10-01", "12-31", "score"),
    period("Y", "01-01", "12-31", "total"),
]


def cyclic(periods: list[dict[str, Any]], **caps: str) -> Scheme:
    """A rule set of one item with these periods."""
    return adopted(
        rule_set(
            scale={"base_max": "40"},
            categories=[category("STUDY", "40")],
            responsibility=[item("R-1", "STUDY", "earn", points="4", **caps)],
            periods=periods,
        )
    )


def test_f16_a_year_of_quarters_is_made_of_its_quarters_each_with_its_own_cap() -> None:
    scheme = cyclic(QUARTERS, cap_quarter="10")
    assert scheme.cycle_months == 3
    whole = scheme.period("Y")
    assert whole is not None
    assert [one.code for one in parts_of(scheme, whole, 2026)] == ["Q1", "Q2", "Q3", "Q4"]
    # three deeds in the first quarter: 12.00, cut to 10.00; one in each other: 4.00; 10 + 4 + 4 + 4 = 22.00
    days = ["2026-01-10", "2026-02-10", "2026-03-10", "2026-04-10", "2026-07-10", "2026-10-10"]
    assert year(scheme, [record("R-1", "earned", on) for on in days]).base == 2200


def test_f16_a_first_short_year_has_its_own_days_and_its_own_halves() -> None:
    short = [
        period("P1", "05-01", "08-31", "half_score"),
        period("P2", "09-01", "12-31", "half_score"),
        period("Y", "05-01", "12-31", "total"),
    ]
    scheme = load(rule_set(scale={"base_max": "100"}, periods=short))
    whole = scheme.period("Y")
    assert whole is not None
    assert days_of(whole, 2026) == (date(2026, 5, 1), date(2026, 12, 31))
    assert [one.code for one in parts_of(scheme, whole, 2026)] == ["P1", "P2"]


def graded(*grades: dict[str, Any], **more: Any) -> Scheme:
    """A rule set with these grades, best first."""
    return load(rule_set(scale={"base_max": "100"}, grades=list(grades), **more))


def test_f24_a_threshold_includes_its_number_as_its_own_word_says() -> None:
    scheme = graded(named("A", at_least="90"), named("B", above="75"), named("C", 以上="60"), named("D"))
    found = [grade_of(points, scheme.grades, scheme.interpretation).code for points in (9000, 8999, 7500, 6000, 5999)]
    assert found == ["A", "B", "C", "C", "D"]
    strict = graded(named("C", 以上="60"), named("D"), interpretation={"以上": "exclusive"})
    assert grade_of(6000, strict.grades, strict.interpretation).code == "D"


def test_f24_stars_beside_the_grades_are_refused_with_their_rule_set() -> None:
    with pytest.raises(Exception, match="stars"):
        graded(named("A", at_least="90"), named("B"), stars=[named("five", at_least="95")])


def quota(**fields: Any) -> Scheme:
    """A rule set with this quota."""
    first = named("A", at_least="90", candidate=True)
    return graded(first, named("B"), excellent_quota={"enabled": True, **fields})


@pytest.mark.parametrize(
    ("fields", "members", "expected"),
    [
        ({"fraction": "1/3"}, 8, 2),  # 8 ÷ 3 = 2.67 down
        ({"fraction": "1/3", "rounding": "half_up"}, 8, 3),  # 2.67 → 3
        ({"fraction": "1/4", "rounding": "half_up"}, 10, 3),  # 2.50 → 3
        ({"fraction": "15/100", "rounding": "up"}, 7, 2),  # 1.05 up
        ({"fraction": "15/100", "min_seats": 0}, 6, 0),  # 0.90 down, and no seat is given for nothing
        ({"fraction": "15/100"}, 6, 1),  # but one at least where nothing else is said
    ],
)
def test_f25_the_seats_are_the_fraction_rounded_as_the_rule_set_says(
    fields: dict[str, Any], members: int, expected: int
) -> None:
    assert seats(members, quota(**fields).excellent_quota) == expected


def one(name: str, points: int, ledger: int = 0, deductions: int = 0) -> Candidate:
    """Somebody at the line."""
    return Candidate(member=name, total=points, ledger=ledger, appraisal=0, deductions=deductions)


def test_f25_the_tie_rule_is_the_rule_sets_and_who_is_wholly_equal_is_in() -> None:
    people = [one("a", 9500), one("b", 9100, 9000, 200), one("c", 9100, 9000, 100), one("d", 9100, 8900)]
    two = {"fraction": "1/2"}
    by_all = quota(**two).excellent_quota
    assert within_quota(people, 4, by_all) == {"a", "c"}
    by_ledger = quota(**two, ties=["ledger"]).excellent_quota
    assert within_quota(people, 4, by_ledger) == {"a", "b", "c"}
    assert within_quota(people, 4, quota(enabled=False).excellent_quota) == {"a", "b", "c", "d"}


def test_f25_who_is_wholly_equal_is_known_by_name_and_never_drawn_by_the_machine() -> None:
    people = [one("a", 9500), one("b", 9100), one("c", 9100), one("d", 9000)]
    by_lot = quota(fraction="1/2", still_tied="lot").excellent_quota
    assert line(people, 4, by_lot) == Line(frozenset("a"), frozenset("bc"), 1)
    assert line(people[:3], 6, by_lot) == Line(frozenset("abc")), "three seats for three"


@pytest.mark.parametrize("wrong", [{"scope": "district"}, {"still_tied": "random"}, {"ties": ["name"]}])
def test_f25_no_other_pool_and_no_machine_draws(wrong: dict[str, Any]) -> None:
    with pytest.raises(Exception, match=next(iter(wrong))):
        quota(**wrong)
