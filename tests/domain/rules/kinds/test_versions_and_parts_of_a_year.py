"""修订与折算: what one version's records are under the next, and what a part of a year counts."""

from typing import Any

import msgspec
import pytest

from domain.assessment.allotment import allot
from domain.assessment.probation import proposal
from domain.assessment.rows import ResponsibilityRow, Uncountable, tally
from domain.assessment.scoring import Case, Span, score
from domain.assessment.tariff import Tariff, half_tariff
from domain.rules.scheme import Scheme
from tests.domain.rules.kinds.writing import (
    adopted,
    category,
    honour,
    item,
    level,
    matter,
    record,
    records,
    rule_set,
)

OLD_ITEMS = [
    item("R-VISIT", "A", "earn", cap_half="6", points="1"),
    item("R-MEET", "A", "ratio", cap_half="4"),
]


def version(name: str, **more: Any) -> Scheme:
    document = rule_set(
        scale={"base_max": "40", "base": "20"},
        categories=[category("A", "20")],
        responsibility=OLD_ITEMS,
        honour=[honour("H-1", "A", level("city", "4"), level("unit", "1"))],
        honour_rules={"cap_year": "12"},
    )
    return adopted({**document, "version": name, **more})


OLD = version("v1")
NEW_ITEMS = [
    item("R-CALL", "A", "earn", cap_half="6", points="0.5"),
    item("R-MEET", "A", "ratio", cap_half="4"),
]
NEW_HONOUR = [honour("H-2", "A", level("municipal", "3"), level("unit", "1"))]


def mapped(**how: Any) -> Scheme:
    return version(
        "v2",
        responsibility=NEW_ITEMS,
        honour=NEW_HONOUR,
        mapping=[
            {"from": "R-VISIT", "to": "R-CALL", **how.get("visit", {})},
            {"from": "H-1", "to": "H-2", **how.get("honour", {})},
        ],
    )


VISITS = [record("R-VISIT", "earned", f"2026-0{month}-01") for month in (1, 2, 3)]


def lines(scheme: Scheme, rows: list[ResponsibilityRow], months: int = 6) -> dict[str, int]:
    case = Case(spans=(Span(code="H1", months_present=months, tallies=tally(rows)),))
    return {line.item: line.points for line in score(half_tariff(scheme), case, [half_tariff(OLD)]).confirmed.lines()}


def test_a_record_keeps_its_worth_under_the_item_that_takes_its_place() -> None:
    assert lines(mapped(), VISITS)["R-CALL"] == 300


def test_a_record_is_valued_anew_where_the_mapping_says_so() -> None:
    # one visit of old is two calls of new: 3 × 2 × 0.5 = 3.00; without the factor 1.50
    assert lines(mapped(visit={"value": "as_new", "times": "2"}), VISITS)["R-CALL"] == 300
    assert lines(mapped(visit={"value": "as_new"}), VISITS)["R-CALL"] == 150


def test_levels_are_mapped_with_their_values() -> None:
    rows = [matter("H-1", "city", "2026-03-01"), matter("H-1", "unit", "2026-03-02")]
    case = Case(spans=(), honours=rows)
    found = [
        [line.points for line in score(half_tariff(scheme), case, [half_tariff(OLD)]).confirmed.honours]
        for scheme in (mapped(), mapped(honour={"value": "as_new", "outcomes": {"city": "municipal"}}))
    ]
    assert found == [[400, 100], [300, 100]]
    with pytest.raises(Uncountable):
        score(half_tariff(mapped(honour={"value": "as_new"})), case, [half_tariff(OLD)])


def test_what_is_not_mapped_waits_for_a_decision() -> None:
    with pytest.raises(Uncountable, match="not mapped"):
        lines(version("v2", responsibility=NEW_ITEMS), VISITS)


@pytest.mark.parametrize("how", [{}, {"value": "as_new", "times": "2"}])
def test_a_mapped_line_is_handed_out_to_its_records(how: dict[str, str]) -> None:
    scheme = mapped(visit=how)
    tariff, earlier = half_tariff(scheme), [half_tariff(OLD)]
    case = Case(spans=(Span(code="H1", months_present=6, tallies=tally(VISITS)),))
    found = allot(tariff, score(tariff, case, earlier).confirmed.lines(), VISITS, earlier)
    assert [portion.points for one in found if one.item == "R-CALL" for portion in one.portions] == [100, 100, 100]


def part_of_year(months: tuple[int, int], **rule: str) -> tuple[int, int, int]:
    """(R-VISIT of H1, base, honours) of somebody present so many months of each half, two visits, one big honour."""
    scheme = version("v1", counting={"pro_rata": rule}, honour_rules={"cap_year": "6"})
    tariff: Tariff = half_tariff(scheme)
    rows = [record("R-VISIT", "earned", "2026-05-01"), record("R-VISIT", "earned", "2026-05-02")]
    spans = (
        Span(code="H1", months_present=months[0], tallies=tally(rows)),
        Span(code="H2", months_present=months[1], tallies=tally([record("R-VISIT", "earned", "2026-08-01")])),
    )
    honours = [matter("H-1", "city", f"2026-0{month}-01") for month in (1, 2)]
    found = score(tariff, Case(spans=spans, honours=honours)).confirmed
    visit = next((line.points for line in found.lines() if line.item == "R-VISIT"), 0)
    return visit, found.base, found.honour_points


def test_a_part_of_a_year_counts_as_the_rule_set_says() -> None:
    # present 3 of 6 and 6 of 6: deeds of the first half count double, 2 × 6/3 = 4; 20 + 4 + 4 + 1 + 4 = 33
    assert part_of_year((3, 6)) == (400, 3300, 600)
    # not scaled: 2; 20 + 2 + 4 + 1 + 4 = 31
    assert part_of_year((3, 6), earn="not scaled") == (200, 3100, 600)
    # 9 of 12 months of the 20 that all begin with: 15; 15 + 4 + 4 + 1 + 4 = 28
    assert part_of_year((3, 6), base="base × months present ÷ months of the period") == (400, 2800, 600)
    # the honour cap of 6 stands for 9 of 12 months: 4.50
    assert part_of_year((3, 6), honour_cap="cap × months present ÷ months of the period") == (400, 3300, 450)
    # the cap of 6 stands for 1 of 6 months: 1.00, and two visits come to 2; 20 + 1 + 4 + 1 + 4 = 30
    assert part_of_year((1, 6), earn="cap × months present ÷ months of the span") == (100, 3000, 600)


def test_an_absent_half_doubles_the_other_or_counts_nothing() -> None:
    # present in the second half alone: 1 + 4 = 5, twice; 20 + 10 = 30, or 25
    assert part_of_year((0, 6))[1] == 3000
    assert part_of_year((0, 6), half_without_presence="counts nothing")[1] == 2500


@pytest.mark.parametrize(
    ("extend_if", "below", "at_seventy"),
    [
        ("below", "exclusive", "confirm"),
        ("at_or_below", "exclusive", "extend"),
        ("以下", "exclusive", "confirm"),
        ("以下", "inclusive", "extend"),
    ],
)
def test_what_below_means_is_said_by_the_rule_set(extend_if: str, below: str, at_seventy: str) -> None:
    scheme = version("v1", probation={"threshold": {"extend_if": extend_if}}, interpretation={"以下": below})
    found = [
        proposal(total, scheme.probation, in_extension=False, words=scheme.interpretation)
        for total in (7000, 6999, 7001)
    ]
    assert found == [at_seventy, "extend", "confirm"]


def test_of_a_ratio_only_what_was_asked_while_present_counts() -> None:
    assert lines(OLD, records("R-MEET", [("attended", 2), ("absent", 1)]), months=3)["R-MEET"] == 267


def test_a_month_s_cap_of_the_new_version_bounds_what_the_old_one_recorded() -> None:
    # v2 gives 2.00 a month: three visits of January under v1 and one of February under v2 come to 2 + 1
    items = [{**one, "cap_month": "2"} if one["code"] == "R-VISIT" else one for one in OLD_ITEMS]
    new = version("v2", responsibility=items)
    rows = [record("R-VISIT", "earned", f"2026-01-0{day}") for day in (1, 2, 3)]
    rows.append(msgspec.structs.replace(record("R-VISIT", "earned", "2026-02-01"), rules="v2"))
    assert lines(new, rows)["R-VISIT"] == 300
