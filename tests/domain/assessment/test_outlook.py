"""展望: what can still be earned is the scorer's own arithmetic on what is confirmed, and no promise."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.assessment.outlook import When, YearOutlook, YearSoFar, outlook
from domain.assessment.rounding import rounder_of
from domain.assessment.rows import MatterRow, ResponsibilityRow
from domain.assessment.scoring import Case, Score, Span, score
from domain.assessment.tariff import span_tariff
from domain.assessment.totals import total
from domain.rules.assessing import Profile
from domain.rules.items import ResponsibilityItem
from domain.rules.scheme import Scheme, load
from tests.domain.branch import DOCUMENT
from tests.domain.rules.kinds.rich import rich
from tests.domain.rules.kinds.writing import (
    VERSION,
    Document,
    adopted,
    category,
    honour,
    item,
    level,
    matter,
    months,
    named,
    negative,
    record,
    rule_set,
    spans,
    vetoed,
)

LAST_DAYS: Final = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


def halves(**more: Any) -> Document:
    """LX 40 and WM 60 of 100, a point a piece; honours up to 15; the appraisal and the grades of the example."""
    example = json.loads(DOCUMENT)
    return rule_set(
        scale={"base_max": "100"},
        categories=[category("LX", "40"), category("WM", "60")],
        responsibility=[
            item("R-LX", "LX", "earn", points="1", cap_half="20"),
            item("R-WM", "WM", "earn", points="1", cap_half="30"),
        ],
        honour=[honour("H-1", "LX", level("any", "3")), honour("H-2", "WM", level("few", "1"), cap_year="2")],
        honour_rules={"cap_year": "15"},
        negative=[negative("N-1", "LX", level("each", "1"))],
        grades=example["grades"],
        appraisal=example["appraisal"],
        periods=example["periods"],
        profiles=example["profiles"],
        **more,
    )


SCHEME: Final = adopted(halves())


def profile(code: str, scheme: Scheme = SCHEME) -> Profile:
    found = scheme.profile(code)
    assert found is not None
    return found


def ends(scheme: Scheme, length: int) -> list[date]:
    return [date(2026, month, LAST_DAYS[month]) for month in range(length, 13, length)]


def so_far(scheme: Scheme, parts: Sequence[When], rows: Sequence[ResponsibilityRow] = (), **more: Any) -> YearSoFar:
    """A year of equal parts, each so far, with its records."""
    length = 12 // len(parts)
    own = {"profile": "full", "ends_on": date(2026, 12, 31), **more}
    case = Case(spans=spans(scheme, rows, length), **own)
    return YearSoFar(tariff=span_tariff(scheme, length), case=case, parts=parts, ends=ends(scheme, length))


def pieces(first: int, second: int, on: str) -> list[ResponsibilityRow]:
    """So many hundredths of pieces of each of the two items on a day."""
    return [record(code, "earned", on, number) for code, number in (("R-LX", first), ("R-WM", second)) if number]


def honours(*worth: int) -> list[MatterRow]:
    return [matter("H-1", "any", "2026-03-01", quantity=one * 100 // 3) for one in worth]


def less(points: int) -> list[MatterRow]:
    return [matter("N-1", "each", "2026-03-02", quantity=100) for _ in range(points)]


def seen(found: YearSoFar, scheme: Scheme = SCHEME, whose: str = "full") -> YearOutlook:
    return outlook(scheme, profile(whose, scheme), replace(found, case=replace(found.case, profile=whose)))


def reachable(found: YearOutlook) -> list[str]:
    return [one.grade for one in found.grades if one.reachable]


def test_after_the_first_half_the_year_is_expected_to_be_twice_its_base() -> None:
    # 2 × 40.00 + 3.00 − 2.00 = 81.00; room 20.00 + 30.00 of the second half, 15.00 − 3.00 of the honours' cap.
    # Best ledger 40.00 + 50.00 + 15.00 − 2.00 = 103.00; best total 0.80 × 103.00 + 0.20 × 100.00 = 82.40 + 20.00.
    rows = pieces(2_000, 2_000, "2026-02-03")
    found = seen(so_far(SCHEME, ("over", "ahead"), rows, honours=honours(3), deductions=less(2)))
    assert (found.expected, found.earned, found.honour_room) == (8_100, 4_000, 1_200)
    assert [(one.code, one.points) for one in found.room] == [("LX", 2_000), ("WM", 3_000)]
    assert (found.best_ledger, found.best_total) == (10_300, 10_240)
    assert reachable(found) == ["excellent", "qualified", "basically_qualified", "unqualified"]


def test_while_the_first_half_runs_nothing_is_expected_and_a_half_ahead_gives_no_point_yet() -> None:
    # The running half: 25.00, room 0.00 + 25.00, and the whole of the half ahead.
    found = seen(so_far(SCHEME, ("running", "ahead"), pieces(2_000, 500, "2026-02-03")))
    assert (found.expected, found.earned) == (None, 2_500)
    assert [one.points for one in found.room] == [0 + 2_000, 2_500 + 3_000]
    assert found.best_ledger == 2_500 + 7_500 + 1_500


def test_what_is_lost_is_lost_and_a_grade_out_of_reach_is_said_to_be() -> None:
    # Best ledger 20.00 + 50.00 + 15.00 − 25.00 = 60.00; best total 48.00 + 20.00 = 68.00: under 70 and over 60.
    rows = pieces(2_000, 0, "2026-02-03")
    found = seen(so_far(SCHEME, ("over", "ahead"), rows, deductions=less(25)))
    assert (found.best_ledger, found.best_total) == (6_000, 6_800)
    assert reachable(found) == ["basically_qualified", "unqualified"]


def test_at_the_end_nothing_is_left_but_honours_and_the_appraisal() -> None:
    rows = [*pieces(2_000, 2_500, "2026-02-03"), *pieces(2_000, 2_700, "2026-08-03")]
    found = seen(so_far(SCHEME, ("over", "over"), rows, honours=honours(15)))
    assert {one.points for one in found.room} == {0}
    assert found.honour_room == 0
    # 92.00 + 15.00 = 107.00; 85.60 + 20.00 = 105.60.
    assert (found.expected, found.best_ledger, found.best_total) == (10_700, 10_700, 10_560)


def test_a_probationary_member_has_no_grade_and_no_appraisal_to_look_out_to() -> None:
    found = seen(so_far(SCHEME, ("over", "ahead"), pieces(2_000, 2_000, "2026-02-03")), whose="probationary")
    assert found.grades == ()
    assert found.best_total == found.best_ledger


def test_what_one_begins_with_counts_once_however_many_parts_there_are() -> None:
    """Begins with 60.00 of 160.00; H1 40.00 of 50.00: 60 + 40 = 100; expected 60 + 2 × 40; best 60 + 40 + 50 + 15."""
    scheme = load(json.dumps(halves() | {"profiles": [named("full", base="60")]}).encode())
    found = seen(so_far(scheme, ("over", "ahead"), pieces(2_000, 2_000, "2026-02-03")), scheme)
    assert (found.earned, found.expected, found.best_ledger) == (10_000, 14_000, 16_500)


def test_no_more_is_foretold_than_floor_ceiling_and_veto_let_stand() -> None:
    scheme = load(json.dumps(halves(veto=[{**named("V-1"), "effect": "zero", "clause": "V", "evidence": ["finding"]}])
                             | {"scale": {"base_max": "100", "ceiling": "100"}}).encode())  # fmt: skip
    rows = pieces(2_000, 2_000, "2026-02-03")
    assert seen(so_far(scheme, ("over", "ahead"), rows), scheme).best_ledger == 10_000
    zeroed = seen(so_far(scheme, ("over", "ahead"), rows, vetoes=[vetoed("V-1", "2026-03-01")]), scheme)
    assert (zeroed.expected, zeroed.best_ledger) == (0, 0)


def test_no_grade_above_a_veto_s_ceiling_is_told_to_be_within_reach() -> None:
    said = {"clause": "V", "evidence": ["finding"]}
    lowest = json.loads(DOCUMENT)["grades"][-1]["code"]
    vetoes = [{**named("V-1"), **said, "effect": "not_excellent"},
              {**named("V-2"), **said, "effect": "grade_ceiling", "to": lowest}]  # fmt: skip
    scheme = load(json.dumps(halves(veto=vetoes)).encode())
    year = so_far(scheme, ("over", "ahead"), pieces(2_000, 2_000, "2026-02-03"))
    every = [grade.code for grade in scheme.grades]
    assert reachable(seen(year, scheme)) == every
    for veto, left in (("V-1", every[1:]), ("V-2", [lowest])):
        under = replace(year, case=replace(year.case, vetoes=[vetoed(veto, "2026-03-01")]))
        assert reachable(seen(under, scheme)) == left


def test_the_mean_of_halves_brings_each_to_the_whole() -> None:
    """H1 30.00 of 50.00, H2 all: (60.00 + 100.00) ÷ 2 = 80.00 + 15.00; expected (60 + 60) ÷ 2 = 60.00."""
    rows = pieces(0, 3_000, "2026-02-03")
    found = so_far(SCHEME, ("over", "ahead"), rows, mean=True)
    assert (seen(found).expected, seen(found).best_ledger) == (6_000, 9_500)


def test_counted_anew_from_all_records_everything_can_still_be_earned() -> None:
    scheme = adopted(halves() | {"responsibility": [
        item("R-LX", "LX", "earn", points="1", cap_year="40"), item("R-WM", "WM", "earn", points="1", cap_year="60"),
    ]})  # fmt: skip
    found = seen(so_far(scheme, ("running",), pieces(2_000, 1_000, "2026-02-03")), scheme)
    assert (found.expected, found.earned, found.best_ledger) == (None, 3_000, 11_500)


MONTHLY: Final = adopted(
    rule_set(
        scale={"base_max": "120"},
        categories=[category("TOP", "120"), category("A", "60", parent="TOP", capped=True),
                    category("B", "60", parent="TOP")],
        responsibility=[
            item("R-A1", "A", "earn", points="2", cap_month="4"), item("R-A2", "A", "ratio", cap_month="3"),
            item("R-B1", "B", "assigned", cap_month="3"), item("R-B2", "B", "presumed", cap_month="2",
                 shortfalls=[level("late", "0.50")]),
        ],
        honour=[honour("H-1", "A", level("one", "2"), level("two", "5"), cap_half="7"),
                honour("H-2", "B", level("only", "1"))],
        honour_rules={"cap_year": "11"},
        negative=[negative("N-1", "A", level("each", "1"))],
        caps=[{"list": "responsibility", "per": "quarter", "points": "26"},
              {"per": "half", "points": "55"}],
        periods=months(*range(1, 13)),
        grades=[named("met", at_least="60"), named("not-met", at_least="0")],
    )
)  # fmt: skip
"""Monthly, with every kind of maximum: of items, a category, a list, of all that adds."""

RICH: Final = adopted(rich())
KINDS: Final = {
    "halves": (SCHEME, 6),
    "monthly": (MONTHLY, 1),
    "rich": (RICH, 6),
    "example": (load(DOCUMENT.replace(b"illustrative-1", VERSION.encode())), 6),
}
HITS: Final = {"ratio": "attended", "threshold": "attended", "assigned": "done", "earn": "earned"}
MISSES: Final = {"ratio": "absent", "threshold": "absent", "assigned": "not-done"}


def said(one: ResponsibilityItem, on: str, quantity: int = 100) -> ResponsibilityRow:
    """One good record: the highest level where there are levels, at its most."""
    top = max(one.levels, key=lambda found: float(found.up_to or found.points), default=None)
    if top is None:
        return record(one.code, HITS[one.mode], on, quantity)
    return record(one.code, top.code, on, quantity if top.up_to is None else int(float(top.up_to) * 100))


def present(of: Sequence[Span], months: Sequence[int]) -> tuple[Span, ...]:
    """The same spans, somebody being there for the first so many months of each."""
    return tuple(replace(span, months_present=there) for span, there in zip(of, months, strict=True))


def everything(scheme: Scheme, found: YearSoFar, length: int) -> list[ResponsibilityRow]:
    """Records that earn, in each part that is not over, all that can be earned: far more than any cap."""
    rows: list[ResponsibilityRow] = []
    for number, when in enumerate(found.parts):
        if when != "over":
            for month in range(number * length + 1, number * length + 1 + found.case.spans[number].months_present):
                day = f"2026-{month:02d}-28"
                for one in scheme.responsibility:
                    if one.mode != "presumed":
                        many = 12 if one.mode == "earn" else 2
                        rows += [said(one, day, 100 * (one.quantity_max or 10)) for _ in range(many)]
    return rows


def more_honours(scheme: Scheme, found: YearSoFar) -> list[MatterRow]:
    """The same of honours: of each item its best level inside the cap, over and over, on every part's last day."""
    rows: list[MatterRow] = []
    open_days = [day for day, when in zip(found.ends, found.parts, strict=True) if when != "over"] or [found.ends[-1]]
    for one in scheme.honour:
        inside = [level for level in one.levels if not level.outside_cap]
        if not inside:
            continue
        top = max(inside, key=lambda known: float(known.points))
        share = {"share": "lead"} if one.shares else {}
        rows += [matter(one.code, top.code, str(day), **share) for day in open_days for _ in range(30)]
    return rows


@st.composite
def years(draw: st.DrawFn, scheme: Scheme, length: int) -> tuple[YearSoFar, list[ResponsibilityRow], dict[str, Any]]:
    number = 12 // length
    over = draw(st.integers(0, number))
    parts: list[When] = ["over"] * over
    if over < number:
        parts += [draw(st.sampled_from(("running", "ahead"))), *["ahead"] * (number - over - 1)]
    rows: list[ResponsibilityRow] = []
    for one in scheme.responsibility:
        for part, when in enumerate(parts):
            on = f"2026-{part * length + 1:02d}-05"
            if when == "ahead":
                continue
            for _ in range(draw(st.integers(0, 3))):
                if one.mode == "presumed":
                    rows += [record(one.code, short.code, on) for short in one.shortfalls[:1]]
                elif when == "over" and one.mode in MISSES and draw(st.booleans()):
                    rows.append(record(one.code, MISSES[one.mode], on))
                else:
                    rows.append(said(one, on))
    own: dict[str, Any] = {
        "honours": [
            matter(one.code, one.levels[0].code, "2026-01-09", **({"share": "lead"} if one.shares else {}))
            for one in scheme.honour
            if not any(level.up_to for level in one.levels[:1]) and draw(st.integers(0, 4)) == 0
        ],
        "deductions": [
            matter(one.code, one.levels[0].code, "2026-01-08")
            for one in scheme.negative
            if not any(level.up_to for level in one.levels[:1]) and draw(st.integers(0, 4)) == 0
        ],
        "mean": draw(st.booleans()) and not any(cap.per == "quarter" for cap in scheme.caps),
        "last_total": draw(st.sampled_from([None, 8_000])),
    }
    found = so_far(scheme, parts, rows, **own)
    there = [draw(st.sampled_from([length, length, max(1, length - 2), 1])) for _ in parts]
    return replace(found, case=replace(found.case, spans=present(found.case.spans, there))), rows, own


def scored(scheme: Scheme, found: YearSoFar, rows: Sequence[ResponsibilityRow], own: dict[str, Any]) -> Score:
    length = 12 // len(found.parts)
    own_spans = present(spans(scheme, rows, length), [span.months_present for span in found.case.spans])
    case = Case(spans=own_spans, profile="full", ends_on=date(2026, 12, 31), closed=True, **own)
    return score(found.tariff, case).confirmed


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12, deadline=None)
@given(st.data())
def test_the_best_is_what_the_scorer_gives_for_records_that_earn_everything(kind: str, data: st.DataObject) -> None:
    scheme, length = KINDS[kind]
    found, rows, own = data.draw(years(scheme, length))
    every = [*rows, *everything(scheme, found, length)]
    best = scored(scheme, found, every, {**own, "honours": [*own["honours"], *more_honours(scheme, found)]})
    told = seen(found, scheme)
    assert told.best_ledger == best.ledger
    assert told.honour_room == best.honour_points - told.honours
    mark = 10_000 if profile("full", scheme).appraised and scheme.appraisal.values else None
    rounding = rounder_of(scheme.rounding)
    assert told.best_total == total(best.ledger, mark, profile("full", scheme), rounding).points


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12, deadline=None)
@given(st.data())
def test_at_the_end_of_the_year_what_is_expected_is_what_the_scorer_gives(kind: str, data: st.DataObject) -> None:
    scheme, length = KINDS[kind]
    found, rows, own = data.draw(years(scheme, length))
    over = replace(found, parts=["over"] * len(found.parts))
    stands = scored(scheme, over, rows, own)
    told = seen(over, scheme)
    assert (told.expected, told.earned) == (stands.ledger, stands.base)
