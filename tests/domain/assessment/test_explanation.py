"""Each line in one sentence, in both languages."""

import pytest
from hypothesis import given

from domain.assessment.explanation import explain
from domain.assessment.lines import Line
from domain.assessment.rows import ResponsibilityRow
from domain.assessment.scoring import Case, Span, score
from domain.rules.wording import Bilingual
from domain.values import points
from tests.domain.assessment.counted import Held, Said, tallies
from tests.domain.assessment.drawn import HALF, MONTHS, ROWS, SCHEME, half

VISIT = Bilingual(zh="户次", en="visit")


def line(item: str, what: Said, months: int = 6) -> Line:
    case = Case(spans=(Span(code="H1", months_present=months, tallies=tallies(SCHEME, {item: what})),))
    return next(one for one in score(HALF, case).confirmed.lines() if one.item == item)


@pytest.mark.parametrize(
    ("item", "what", "months", "zh", "en"),
    [
        ("R-GJ-1", Held(4, 5, excused=1), 6,
         "应到6次,请假1次,实到4次:3.00 × 4 ÷ 5 = 2.40",
         "6 held, 1 excused, 4 attended: 3.00 × 4 ÷ 5 = 2.40"),
        ("R-GJ-1", Held(5, 5, replaced=1), 6,
         "应到6次,另作减分1次,实到5次:3.00 × 5 ÷ 5 = 3.00",
         "6 held, 1 counted as a deduction instead, 5 attended: 3.00 × 5 ÷ 5 = 3.00"),
        ("R-GJ-1", Held(0, 0), 6,
         "没有应到的事项,按满分计:3.00",
         "nothing was held, so the full 3.00"),
        ("R-GJ-1", Held(0, 0, excused=1), 6,
         "应到1次,请假1次,没有其余应到的事项,按满分计:3.00",
         "1 held, 1 excused, nothing else was held, so the full 3.00"),
        ("R-WM-2", Held(3, 4), 6,
         "交办4次,按时完成3次:2.00 × 3 ÷ 4 = 1.50",
         "4 assigned, 3 done: 2.00 × 3 ÷ 4 = 1.50"),
        ("R-WM-1", 2, 6,
         "完成2户次:1.00 × 2 = 2.00",
         "2 × visit: 1.00 × 2 = 2.00"),
        ("R-WM-1", 4, 6,
         "完成4户次:1.00 × 4 = 4.00,以3.00为限,计3.00",
         "4 × visit: 1.00 × 4 = 4.00, capped at 3.00: 3.00"),
        ("R-WM-1", 1, 3, "在册3个月(共6个月),完成1户次:1.00 × 1 × 6 ÷ 3 = 2.00",
         "present 3 of 6 months, 1 × visit: 1.00 × 1 × 6 ÷ 3 = 2.00"),
        ("R-WM-1", 0, 6,
         "没有记录:0.00",
         "nothing recorded: 0.00"),
        ("R-LX-3", 3, 6,
         "完成3户次,最多计1户次:2.50 × 1 = 2.50",
         "3 × visit, at most 1 counts: 2.50 × 1 = 2.50"),
        ("R-QZ-1", (), 6,
         "没有查实的不足,按满分计:5.00",
         "no shortfall found, so the full 5.00"),
        ("R-QZ-1", ("minor", "minor"), 6,
         "查实不足2次,共2.00分:5.00 − 2.00 = 3.00",
         "2 found, 2.00 in all: 5.00 − 2.00 = 3.00"),
        ("R-QZ-3", ("breach",) * 3, 6,
         "查实不足3次,共3.00分:2.00 − 3.00,最低计0.00 = 0.00",
         "3 found, 3.00 in all: 2.00 − 3.00, not below 0.00 = 0.00"),
    ],
)  # fmt: skip
def test_a_line_in_words(item: str, what: Said, months: int, zh: str, en: str) -> None:
    one = line(item, what, months)
    assert explain(one, "zh", VISIT) == zh
    assert explain(one, "en", VISIT) == en


@given(ROWS, MONTHS)
def test_the_sentence_always_ends_with_the_line_s_points(rows: list[ResponsibilityRow], months: int) -> None:
    for one in half(rows, months).with_pending.lines():
        assert explain(one, "zh").endswith(points(one.points))
        assert explain(one, "en").endswith(points(one.points))
