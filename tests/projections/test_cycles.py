"""The read models follow the rule set's own cycle, effects that outlast their year, and what a unit adds."""

import asyncio
import json
from datetime import date
from typing import Any

import msgspec

from domain.rules.refining import AuthoriseLocalItem, ProposeLocalItem, RetireLocalItem
from domain.rules.ruling import scheme_here
from projections.local_items import scheme_here as shown_here
from tests.domain.rules.kinds.writing import category, item, level, months, named, negative, period
from tests.foundings import BRANCH, VERSION, WORK, acting, digest
from tests.lives import SECRETARY, Life
from tests.projections.conftest import House
from tests.projections.test_kinds import kind, shown, told, why

LASTING = {"records": 3, "effect_of_deduction": "as each item says"}


def test_f16_a_monthly_cycle_sums_months_and_f38_a_lasting_deduction_reaches_the_next_year(house: House) -> None:
    """R-1 stands at 1.00 a month; a deed of R-2 gives 1.00, 2.00 a month at most. N-1 takes 3.00 for eighteen months.

    2026, member 5: three deeds in January, N-1 on 10 February, its effect to 10 August 2027.
    M01 1 + 2 = 3; M02 1 − 3 → 0; M03 1; up to February 1 + 2 + 1 − 3 = 1; up to March 2; the year 12 + 2 − 3 = 11.
    2027: M01 1 − 3 → 0; up to July 7 − 3 = 4; July 1 − 3 → 0; August, at whose end nothing lasts, 1; the year 12.
    Member 6: 1.00 a month, 12.00 a year.
    """
    life = Life(
        kind(
            scale={"base_max": "36"},
            categories=[category("ALL", "36")],
            responsibility=[
                item("R-1", "ALL", "ratio", cap_month="1"),
                item("R-2", "ALL", "earn", points="1", cap_month="2"),
            ],
            negative=[negative("N-1", "ALL", level("light", "3"), effect_months=18)],
            periods=months(*range(1, 13)),
            grades=[named("met", at_least="10"), named("not-met", at_least="0")],
            retention_years=LASTING,
        )
    )
    life.sheet("D-1", "R-2", date(2026, 1, 12), [(5, "earned", 3)])
    life.deduction(5, "N-1", "light", "C-1", date(2026, 2, 10))
    life.on(date(2027, 2, 1))
    told(house, life)
    first = shown(house, life, 5)
    assert {code: first[code] for code in ("M01", "M02", "M03", "Y-M02", "Y-M03", "Y")} == {
        "M01": 300, "M02": 0, "M03": 100, "Y-M02": 100, "Y-M03": 200, "Y": 1100,
    }  # fmt: skip
    second = shown(house, life, 5, 2027)
    assert {code: second[code] for code in ("M01", "M07", "M08", "Y-M07", "Y")} == {
        "M01": 0, "M07": 0, "M08": 100, "Y-M07": 400, "Y": 1200,
    }  # fmt: skip
    assert set(shown(house, life, 6).values()) == {100 * number for number in range(1, 13)}
    tree = why(house, 5)
    assert [(span.code, span.base) for span in tree.spans[:3]] == [("M01", 300), ("M02", 100), ("M03", 100)]
    assert [line.points for line in tree.deduction_lines] == [300]


def test_f16_the_parts_of_a_short_first_year_are_summed(house: House) -> None:
    """From 1 May four parts of two months each: of 3.00 a quarter, two months give 3.00 × 2 ÷ 3 = 2.00.

    The year 4 × 2 = 8.00; up to the second part 4.00, up to the third 6.00.
    """
    life = Life(
        kind(
            scale={"base_max": "12"},
            categories=[category("ALL", "12")],
            responsibility=[item("R-1", "ALL", "ratio", cap_quarter="3")],
            periods=[
                period("P1", "05-01", "06-30", "score"),
                period("P2", "07-01", "08-31", "score"),
                period("P3", "09-01", "10-31", "score"),
                period("P4", "11-01", "12-31", "score"),
                period("Y", "05-01", "12-31", "total"),
            ],
        )
    )
    life.on(date(2026, 12, 30))
    told(house, life)
    assert shown(house, life, 5) == {
        "P1": 200, "P2": 200, "P3": 200, "P4": 200, "Y": 800, "Y-P2": 400, "Y-P3": 600,
    }  # fmt: skip


def own(**more: Any) -> msgspec.Raw:
    return msgspec.Raw(json.dumps(item("L-1", "ALL", "earn", points="1", cap_half="1", **more)).encode())


def test_f32_what_a_unit_adds_is_counted_for_its_members_and_cited(house: House) -> None:
    """R-1 stands at 10.00 a half, 20.00 a year. L-1 of the branch gives 1.00 a deed and a half, from March to June.

    Member 5 with two deeds in March: H1 10 + 1 = 11 of 11, H2 10, the year 21. Member 6: 10, 10, 20. Above: nothing.
    """
    life = Life(
        kind(
            scale={"base_max": "20"},
            categories=[category("ALL", "20")],
            responsibility=[item("R-1", "ALL", "ratio", cap_half="10")],
            local_items={"allowed": True, "max_points_per_category": "2", "counts": "on_top"},
        )
    )
    leader, minute = acting(1, "leading_group", WORK), {"minute": "纪要 L", "minute_sha256": digest("minute L")}
    of_item = {"unit": BRANCH, "version": VERSION, "item": "L-1", **minute}
    life.on(date(2026, 2, 2))
    life.do(ProposeLocalItem, SECRETARY, unit=BRANCH, version=VERSION, section="responsibility", item=own())
    life.do(AuthoriseLocalItem, leader, **of_item, effective_on=date(2026, 3, 1))
    life.rules = scheme_here(life.world, BRANCH, date(2026, 3, 1))[1]
    life.sheet("V-1", "L-1", date(2026, 3, 10), [(5, "earned", 2)])
    life.do(RetireLocalItem, leader, **of_item, from_on=date(2026, 7, 1))
    life.on(date(2026, 12, 30))
    told(house, life)
    assert shown(house, life, 5) == {"H1": 1100, "H2": 1000, "Y": 2100}
    assert shown(house, life, 6) == {"H1": 1000, "H2": 1000, "Y": 2000}
    lines = [one for span in why(house, 5).spans for cat in span.categories for one in cat.items]
    assert [(one.item, one.points, one.unit, one.minute) for one in lines if one.unit] == [
        ("L-1", 100, BRANCH, "纪要 L")
    ]
    for unit, known in ((BRANCH, True), (WORK, False)):
        found = asyncio.run(house.ask(shown_here, unit, date(2026, 4, 1)))
        assert found is not None
        assert (found.scheme.item("L-1") is not None) is known
