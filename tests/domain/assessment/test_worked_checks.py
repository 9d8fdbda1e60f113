"""The page of worked checks, number by number; the figures are written out as they stand there."""

from typing import NamedTuple

import pytest

from domain.assessment.grading import Candidate, grade_of, seats, within_quota
from domain.assessment.lines import Line
from domain.assessment.probation import needs_hint, proposal, window_total
from domain.assessment.rows import MatterRow, Tally
from domain.assessment.scoring import Case, Score, Span, score
from domain.assessment.tariff import half_tariff, window_tariff
from domain.assessment.totals import mean, total
from domain.rules.scheme import Scheme
from domain.values import hundredths, points
from tests.domain.assessment.counted import Held, Said, full_duty, matters, tallies

Table = dict[str, tuple[Said, str]]


class Member(NamedTuple):
    """One member of the page: what differs from full duty in each half, and every figure that follows."""

    first: Table
    second: Table
    categories: str
    base: str
    honours: list[MatterRow]
    honour_points: str
    deductions: list[MatterRow]
    deduction_points: str
    ledger: str
    ballots: dict[str, int]
    appraisal: str
    total: str
    grade: str
    idle: bool = False


NO_ROWS: list[MatterRow] = []
ALL_FULL = (
    "LX 7.50 + 7.50 · QZ 10.00 + 10.00 · DD 5.00 + 5.00 · GJ 7.50 + 7.50"
    " · ZT 5.00 + 5.00 · LJ 5.00 + 5.00 · WM 7.50 + 7.50 · CY 2.50 + 2.50"
)

A = Member(
    {}, {}, ALL_FULL, "50.00 + 50.00 = 100.00", NO_ROWS, "0.00", NO_ROWS, "0.00", "100.00",
    {"excellent": 4, "qualified": 4, "basically_qualified": 2}, "85.00", "80.00 + 17.00 = 97.00", "优秀",
)  # fmt: skip

LECTURES = [("H-LX-3", "session", f"LEC-{number}", f"2026-09-{2 + 2 * number:02d}") for number in range(1, 11)]
B = Member(
    {}, {}, ALL_FULL, "50.00 + 50.00 = 100.00",
    matters(("H-LX-1", "municipal_first", "AW-1", "2026-05-12"), *LECTURES), "7.00", NO_ROWS, "0.00", "107.00",
    {"excellent": 7, "qualified": 2, "basically_qualified": 1}, "92.50", "85.60 + 18.50 = 104.10", "优秀",
)  # fmt: skip

C = Member(
    {
        "R-LX-1": (Held(4, 6), "2.00"),
        "R-LX-2": (Held(1, 2), "1.00"),
        "R-LX-3": (1, "2.50"),
        "R-QZ-1": ((), "5.00"),
        "R-QZ-2": (Held(4, 5), "2.40"),
        "R-DD-2": (1, "1.00"),
        "R-GJ-1": (Held(5, 6), "2.50"),
        "R-ZT-2": (Held(1, 2), "1.00"),
        "R-WM-1": (2, "2.00"),
        "R-WM-2": (Held(3, 4), "1.50"),
        "R-WM-3": (1, "1.00"),
        "R-CY-2": (0, "0.00"),
    },
    {
        "R-LX-1": (Held(4, 6), "2.00"),
        "R-LX-2": (Held(6, 6), "2.00"),
        "R-LX-3": (0, "0.00"),
        "R-QZ-1": (("minor", "minor"), "3.00"),
        "R-QZ-2": (Held(7, 10), "2.10"),
        "R-DD-2": (1, "1.00"),
        "R-GJ-1": (Held(6, 7, excused=1), "2.57"),
        "R-ZT-2": (Held(5, 7), "1.43"),
        "R-WM-1": (1, "1.00"),
        "R-WM-2": (Held(6, 6), "2.00"),
        "R-WM-3": (2, "2.00"),
        "R-CY-2": (1, "1.00"),
    },
    "LX 5.50 + 4.00 · QZ 9.40 + 7.10 · DD 4.00 + 4.00 · GJ 7.00 + 7.07"
    " · ZT 4.00 + 4.43 · LJ 5.00 + 5.00 · WM 4.50 + 5.00 · CY 1.50 + 2.50",
    "40.90 + 39.10 = 80.00",
    NO_ROWS, "0.00",
    matters(
        ("N-GJ-2", "each", "MT-0311", "2026-03-11"),
        ("N-QZ-1", "each", "CMP-7", "2026-04-20"),
        ("N-QZ-2", "unit", "CRIT-3", "2026-09-10"),
        ("N-GJ-2", "each", "MT-1014", "2026-10-14"),
    ),
    "5.00", "75.00",
    {"excellent": 1, "qualified": 8, "unqualified": 1}, "78.00", "60.00 + 15.60 = 75.60", "合格",
)  # fmt: skip

D = Member(
    {
        "R-LX-1": (Held(2, 6), "1.00"),
        "R-LX-2": (Held(1, 2), "1.00"),
        "R-LX-3": (0, "0.00"),
        "R-QZ-1": (("main",), "2.50"),
        "R-QZ-2": (Held(1, 2), "1.50"),
        "R-QZ-3": (("breach",), "1.00"),
        "R-DD-1": (0, "0.00"),
        "R-DD-2": (2, "2.00"),
        "R-GJ-1": (Held(3, 6), "1.50"),
        "R-GJ-2": (Held(6, 6), "3.00"),
        "R-ZT-1": (1, "2.00"),
        "R-ZT-2": (Held(0, 2), "0.00"),
        "R-LJ-1": (Held(1, 2), "1.00"),
        "R-WM-1": (1, "1.00"),
        "R-WM-2": (Held(2, 4), "1.00"),
        "R-WM-3": (0, "0.00"),
        "R-CY-2": (0, "0.00"),
    },
    {
        "R-LX-1": (Held(1, 6), "0.50"),
        "R-LX-2": (Held(0, 2), "0.00"),
        "R-LX-3": (0, "0.00"),
        "R-QZ-1": (("main",), "2.50"),
        "R-QZ-2": (Held(0, 0, replaced=1), "3.00"),
        "R-QZ-3": (("breach", "breach"), "0.00"),
        "R-DD-1": (0, "0.00"),
        "R-DD-2": (1, "1.00"),
        "R-GJ-1": (Held(2, 6), "1.00"),
        "R-GJ-2": (Held(5, 6), "2.50"),
        "R-ZT-1": (0, "0.00"),
        "R-ZT-2": (Held(1, 2), "1.00"),
        "R-LJ-1": (Held(1, 2), "1.00"),
        "R-WM-1": (1, "1.00"),
        "R-WM-2": (Held(1, 2), "1.00"),
        "R-WM-3": (1, "1.00"),
        "R-CY-2": (1, "1.00"),
    },
    "LX 2.00 + 0.50 · QZ 5.00 + 5.50 · DD 2.00 + 1.00 · GJ 6.00 + 5.00"
    " · ZT 3.00 + 2.00 · LJ 4.00 + 4.00 · WM 2.00 + 3.00 · CY 1.50 + 2.50",
    "25.50 + 23.50 = 49.00",
    NO_ROWS, "0.00",
    matters(
        ("N-GJ-4", "admonition", "HD-12", "2026-08-06"),
        ("N-CY-1", "minor", "FR-5", "2026-09-03"),
        ("N-ZT-1", "each", "TASK-9", "2026-10-21"),
    ),
    "13.00", "36.00",
    {"basically_qualified": 6, "unqualified": 4}, "55.00", "28.80 + 11.00 = 39.80", "不合格",
)  # fmt: skip

E = Member(
    {}, {},
    "LX 5.00 + 5.00 · QZ 10.00 + 10.00 · DD 0.00 + 0.00 · GJ 7.50 + 7.50"
    " · ZT 3.00 + 3.00 · LJ 4.00 + 4.00 · WM 2.00 + 2.00 · CY 1.50 + 1.50",
    "33.00 + 33.00 = 66.00", NO_ROWS, "0.00", NO_ROWS, "0.00", "66.00",
    {"qualified": 10}, "80.00", "52.80 + 16.00 = 68.80", "基本合格", idle=True,
)  # fmt: skip

MEMBERS = {"A": A, "B": B, "C": C, "D": D, "E": E}
EVERY = pytest.mark.parametrize("name", MEMBERS)


def half_tallies(scheme: Scheme, member: Member, table: Table, month: int) -> list[Tally]:
    said = {} if member.idle else full_duty(scheme)
    said.update({item: what for item, (what, _) in table.items()})
    return tallies(scheme, said, month=month)


def year(scheme: Scheme, member: Member) -> Score:
    spans = tuple(
        Span(code=code, months_present=6, tallies=half_tallies(scheme, member, table, month))
        for code, table, month in (("H1", member.first, 3), ("H2", member.second, 9))
    )
    case = Case(spans=spans, honours=member.honours, deductions=member.deductions, closed=True)
    scored = score(half_tariff(scheme), case)
    assert not scored.provisional
    assert scored.confirmed is scored.with_pending
    return scored.confirmed


def by_item(found: Score, half: int) -> dict[str, Line]:
    return {line.item: line for category in found.spans[half].categories for line in category.lines}


@EVERY
def test_every_line_of_both_halves(scheme: Scheme, name: str) -> None:
    member = MEMBERS[name]
    found = year(scheme, member)
    for half, table in enumerate((member.first, member.second)):
        lines = by_item(found, half)
        assert len(lines) == 22
        for item, line in lines.items():
            mode_default = 0 if member.idle and line.mode == "earn" else line.cap
            expected = hundredths(table[item][1]) if item in table else mode_default
            assert (item, half, points(line.points)) == (item, half, points(expected))


@EVERY
def test_category_sums_and_base(scheme: Scheme, name: str) -> None:
    member = MEMBERS[name]
    first, second = year(scheme, member).spans
    pairs = zip(first.categories, second.categories, strict=True)
    sums = " · ".join(f"{one.code} {points(one.points)} + {points(other.points)}" for one, other in pairs)
    assert sums == member.categories
    found = year(scheme, member)
    assert f"{points(first.base)} + {points(second.base)} = {points(found.base)}" == member.base
    assert [points(span.maximum) for span in found.spans] == ["50.00", "50.00"]
    assert points(found.base_max) == "100.00"


@EVERY
def test_ledger_appraisal_total_and_grade(scheme: Scheme, name: str) -> None:
    member = MEMBERS[name]
    found = year(scheme, member)
    assert points(found.honour_points) == member.honour_points
    assert points(found.deduction_points) == member.deduction_points
    assert points(found.ledger) == member.ledger
    appraisal, profile = mean(member.ballots, scheme.appraisal), scheme.profile("full")
    assert appraisal is not None
    assert profile is not None
    assert points(appraisal) == member.appraisal
    whole = total(found.ledger, appraisal, profile)
    assert whole.appraisal_part is not None
    parts = f"{points(whole.ledger_part)} + {points(whole.appraisal_part)} = {points(whole.points)}"
    assert parts == member.total
    assert grade_of(whole.points, scheme.grades).zh == member.grade


def test_the_ninth_and_tenth_lecture_are_surplus(scheme: Scheme) -> None:
    lines = year(scheme, B).honours
    assert [points(line.points) for line in lines] == ["3.00", *["0.50"] * 8, "0.00", "0.00"]
    assert [points(line.surplus) for line in lines] == [*["0.00"] * 9, "0.50", "0.50"]
    assert [line.cut for line in lines] == [*[None] * 9, "item-cap", "item-cap"]


def test_with_attendance_as_deeds_an_idle_recorder_leaves_36(scheme: Scheme) -> None:
    found = year(scheme, E)
    ratio = sum(line.points for line in found.lines() if line.mode == "ratio")
    assert points(ratio) == "30.00"
    base = found.base - ratio
    profile = scheme.profile("full")
    assert profile is not None
    assert (points(base), points(total(base, 8000, profile).points)) == ("36.00", "44.80")


def one_line(scheme: Scheme, item: str, what: Said, *, months: int = 6) -> Line:
    case = Case(spans=(Span(code="H1", months_present=months, tallies=tallies(scheme, {item: what})),))
    return by_item(score(half_tariff(scheme), case).confirmed, 0)[item]


def test_rounding_once_where_a_number_is_published(scheme: Scheme) -> None:
    appraisal = mean({"excellent": 4, "basically_qualified": 2}, scheme.appraisal)
    profile = scheme.profile("full")
    assert appraisal is not None
    assert profile is not None
    assert points(appraisal) == "88.33"
    found = total(8733, appraisal, profile)
    assert (points(found.ledger_part), points(found.appraisal_part or 0), points(found.points)) == (
        "69.86",
        "17.67",
        "87.53",
    )


def test_probationary_6999_is_extended_and_7000_confirmed_with_a_hint(scheme: Scheme) -> None:
    rule = scheme.probation
    assert (proposal(6999, rule, in_extension=False), needs_hint(6999, rule)) == ("extend", False)
    assert (proposal(7000, rule, in_extension=False), needs_hint(7000, rule)) == ("confirm", True)
    assert proposal(6999, rule, in_extension=True) == "cancel"
    assert proposal(7000, rule, in_extension=True) == "confirm"


def test_a_joiner_of_april_with_one_visit_has_two_points(scheme: Scheme) -> None:
    assert points(one_line(scheme, "R-WM-1", 1, months=3).points) == "2.00"


def test_a_joiner_is_asked_only_for_the_meetings_since(scheme: Scheme) -> None:
    assert points(one_line(scheme, "R-GJ-1", Held(3, 4), months=3).points) == "2.25"


def test_a_deduction_takes_its_matter_out_of_the_line(scheme: Scheme) -> None:
    said: dict[str, Said] = {"R-GJ-1": Held(5, 5, replaced=1)}
    case = Case(
        spans=(Span(code="H1", months_present=6, tallies=tallies(scheme, said)),),
        deductions=matters(("N-GJ-1", "each", "MT-6", "2026-06-10")),
    )
    found = score(half_tariff(scheme), case).confirmed
    line = by_item(found, 0)["R-GJ-1"]
    assert (line.held, line.asked, points(line.points), points(found.deduction_points)) == (6, 5, "3.00", "1.00")


def test_the_same_absence_without_a_deduction_lowers_the_line(scheme: Scheme) -> None:
    assert points(one_line(scheme, "R-GJ-1", Held(5, 6)).points) == "2.50"


def test_the_honour_cap_fills_up_in_the_order_of_days(scheme: Scheme) -> None:
    honours = matters(
        ("H-WM-2", "lead", "C", "2026-06-01"),
        ("H-QZ-1", "national", "A", "2026-03-01"),
        ("H-CY-1", "recognised", "B", "2026-04-01"),
    )
    found = score(half_tariff(scheme), Case(spans=(), honours=honours)).confirmed
    assert [points(line.points) for line in found.honours] == ["8.00", "5.00", "2.00"]
    assert points(found.honour_points) == "15.00"
    assert [points(line.surplus) for line in found.honours] == ["0.00", "0.00", "1.00"]
    assert found.honours[2].cut == "total-cap"


def test_one_matter_counts_once_over_two_items(scheme: Scheme) -> None:
    honours = matters(
        ("H-LX-2", "district", "ESSAY", "2026-03-01"), ("H-LX-1", "municipal_second", "ESSAY", "2026-04-01")
    )
    found = score(half_tariff(scheme), Case(spans=(), honours=honours)).confirmed
    assert points(found.honour_points) == "2.00"
    assert found.honours[0].cut == "same-matter"
    assert found.honours[0].covered_by == found.honours[1].record
    assert (found.honours[0].points, found.honours[0].surplus) == (0, 0)


def window(scheme: Scheme, months: int, said: dict[str, Said]) -> Score:
    case = Case(spans=(Span(code="window", months_present=months, tallies=tallies(scheme, said)),))
    return score(window_tariff(scheme, months), case).confirmed


def test_a_full_window_has_the_caps_of_a_year_once(scheme: Scheme) -> None:
    found = by_item(window(scheme, 12, {"R-WM-1": 5, "R-GJ-1": Held(11, 12)}), 0)
    assert (points(found["R-WM-1"].cap), points(found["R-WM-1"].points)) == ("6.00", "5.00")
    assert points(found["R-GJ-1"].points) == "5.50"
    assert window(scheme, 12, {}).base_max == hundredths("100")


def test_an_extension_of_six_months_is_brought_to_a_year(scheme: Scheme) -> None:
    found = window(scheme, 6, {"R-WM-1": 2})
    line = by_item(found, 0)["R-WM-1"]
    assert (points(line.cap), points(line.points), points(found.base_max)) == ("3.00", "2.00", "50.00")
    whole = window_total(3750, 0, 0, 6, 0, None)
    assert points(whole.points) == "75.00"
    with_honours = window_total(3750, 200, 50, 6, 0, None)
    assert points(with_honours.points) == "76.50"


def test_the_quota_of_five_members_has_one_seat_and_takes_both_who_are_equal(scheme: Scheme) -> None:
    quota = scheme.excellent_quota
    assert seats(5, quota) == 1
    equal = [Candidate(name, 9500, 10000, 7500, 0) for name in ("one", "two")]
    third = Candidate("three", 9500, 9990, 7540, 0)
    assert within_quota([third, *equal], 5, quota) == {"one", "two"}
