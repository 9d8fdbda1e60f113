"""后果: by grade, by a run of grades, by a low total of a quarter, by a place — in rule sets that differ in kind."""

from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from domain.result.consequence import Determined, due_measures, streak
from domain.rules.consequences import Measures, Streak
from domain.rules.scheme import Scheme, load
from tests.domain.branch import DOCUMENT
from tests.domain.rules.kinds.writing import adopted, category, item, named, rule_set

PUKOU = load(DOCUMENT)
ORDER = [grade.code for grade in PUKOU.grades]
BASIC, BAD, GOOD, BEST = "basically_qualified", "unqualified", "qualified", "excellent"


def codes(
    scheme: Scheme, grade: str | None, earlier: Mapping[int, str | None] | None = None, **fields: Any
) -> list[str]:
    found = Determined(
        **{"year": 2026, "period": "Y", "grade": grade, "total": 6500, "earlier": earlier or {}, **fields}
    )
    return [rule.code for rule in due_measures(scheme, found)]


@pytest.mark.parametrize(
    ("grade", "measures"), [(BEST, ["commend"]), (GOOD, []), (BASIC, ["correct"]), (BAD, ["help"]), (None, [])]
)
def test_each_grade_has_its_measure(grade: str | None, measures: list[str]) -> None:
    assert codes(PUKOU, grade) == measures


@pytest.mark.parametrize(
    ("earlier", "grade", "measures"),
    [
        ({2025: BASIC}, BASIC, ["help"]),
        ({2025: BASIC, 2024: BASIC}, BASIC, ["help"]),
        ({2025: BAD}, BAD, ["help", "handle"]),
        ({2025: BAD}, BASIC, ["correct"]),
        ({2025: BASIC}, BAD, ["help"]),
        ({2025: GOOD, 2024: BASIC}, BASIC, ["correct"]),
        ({2024: BASIC}, BASIC, ["correct"]),
        ({2025: None, 2024: BASIC}, BASIC, ["correct"]),
    ],
)
def test_two_consecutive_years_count_literally_and_a_gap_breaks(
    earlier: dict[int, str | None], grade: str, measures: list[str]
) -> None:
    assert codes(PUKOU, grade, earlier) == measures


def with_measures(**changes: Any) -> Scheme:
    """The example's rule set with other words on measures."""
    measures = replace(PUKOU.measures, **changes)
    return replace(PUKOU, measures=measures)


def test_a_gap_may_be_passed_over() -> None:
    skipping = with_measures(streak=Streak(gap="skip"))
    assert codes(skipping, BASIC, {2024: BASIC}) == ["help"]
    assert codes(skipping, BASIC, {2025: GOOD, 2024: BASIC}) == ["correct"]


def test_a_lower_grade_may_count_as_well() -> None:
    both = with_measures(streak=Streak(mixed="at_or_below"))
    assert codes(both, BASIC, {2025: BAD}) == ["help"]
    assert codes(both, BAD, {2025: BASIC}) == ["help"]
    assert codes(both, BAD, {2025: BAD}) == ["help", "handle"]


def test_the_measure_of_the_year_may_be_added_to_that_of_the_run() -> None:
    assert codes(with_measures(combine="cumulative"), BASIC, {2025: BASIC}) == ["correct", "help"]


def test_a_run_that_led_to_a_decided_case_begins_again() -> None:
    assert codes(PUKOU, BAD, {2025: BAD}, decided_in=2025) == ["help"]
    assert codes(PUKOU, BAD, {2025: BAD, 2024: BAD}, decided_in=2024) == ["help", "handle"]


def test_a_run_is_counted_from_the_present_year_backwards() -> None:
    found = Determined(year=2026, period="Y", grade=BASIC, total=0, earlier={2025: BASIC, 2024: BASIC, 2022: BASIC})
    assert streak(Streak(), ORDER, BASIC, found) == 3


def measure(code: str, when: dict[str, Any], rank: int = 1) -> dict[str, Any]:
    return {
        **named(code),
        "when": when,
        "rank": rank,
        "steps": [{**named("talk"), "working_days": 5, "by": "branch_committee", "closes_with": "talk_record"}],
    }


def quarterly(*table: dict[str, Any]) -> Scheme:
    quarters = [
        {**named(f"Q{number}"), "from": first, "to": last, "result": "score"}
        for number, first, last in (
            (1, "01-01", "03-31"),
            (2, "04-01", "06-30"),
            (3, "07-01", "09-30"),
            (4, "10-01", "12-31"),
        )
    ]
    year = {**named("Y"), "from": "01-01", "to": "12-31", "result": "total", "graded": True}
    return adopted(
        rule_set(
            scale={"base_max": "100"},
            categories=[category("A", "100")],
            responsibility=[item("R-1", "A", "presumed", cap_half="50", shortfalls=[named("x", points="1")])],
            periods=[*quarters, year],
            measures={"table": list(table)},
        )
    )


def test_a_quarter_below_sixty_has_an_interim_consequence_and_the_year_has_none() -> None:
    scheme = quarterly(*(measure(f"warn-{q}", {"period": q, "below": "60"}) for q in ("Q1", "Q2", "Q3", "Q4")))
    assert codes(scheme, None, period="Q2", total=5999) == ["warn-Q2"]
    assert codes(scheme, None, period="Q2", total=6000) == []
    assert codes(scheme, None, period="Y", total=5999) == []


def test_the_first_ten_may_be_commended_by_their_place() -> None:
    scheme = quarterly(measure("top", {"period": "Y", "top": 10}))
    assert codes(scheme, None, period="Y", place=10) == ["top"]
    assert codes(scheme, None, period="Y", place=11) == []
    assert codes(scheme, None, period="Y") == [], "who is not graded has no place"


def test_a_rule_set_without_a_table_calls_for_nothing() -> None:
    assert Measures().table == ()
    assert codes(quarterly(), BAD) == []
