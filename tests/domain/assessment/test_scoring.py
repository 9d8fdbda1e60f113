"""What holds for every score: caps, order, excuses, pending records, absences, versions."""

from datetime import date
from random import Random
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assessment.allotment import allot
from domain.assessment.probation import window_total
from domain.assessment.rows import OUTCOMES, ResponsibilityRow, Tally, Uncountable, VetoRow, tally
from domain.assessment.scoring import Case, Span, score
from domain.assessment.tariff import half_tariff, window_tariff
from domain.rules.scheme import Scheme, load
from tests.domain.assessment.counted import RULES, Held, full_duty, matters, row, tallies
from tests.domain.assessment.drawn import DAYS, HALF, MONTHS, ROWS, SCHEME, half


@given(ROWS, MONTHS)
def test_a_line_lies_between_zero_and_its_cap(rows: list[ResponsibilityRow], months: int) -> None:
    for one in (half(rows, months).confirmed, half(rows, months).with_pending):
        assert all(0 <= line.points <= line.cap for line in one.lines())
        assert 0 <= one.base <= one.base_max == 5000
        assert one.base == sum(line.points for line in one.lines())
        for category in one.spans[0].categories:
            assert category.points == sum(line.points for line in category.lines) <= category.maximum


@given(ROWS, MONTHS, st.randoms())
def test_the_order_of_rows_never_matters(rows: list[ResponsibilityRow], months: int, random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert half(shuffled, months) == half(rows, months)


@given(ROWS, MONTHS)
def test_pending_records_never_change_the_confirmed_score(rows: list[ResponsibilityRow], months: int) -> None:
    confirmed = [one for one in rows if one.confirmed]
    assert half(rows, months).confirmed == half(confirmed, months).confirmed == half(confirmed, months).with_pending
    everything = [msgspec.structs.replace(one, confirmed=True) for one in rows]
    assert half(rows, months).with_pending == half(everything, months).confirmed


@given(ROWS, st.sampled_from([item.code for item in SCHEME.responsibility if item.mode == "ratio"]), DAYS)
def test_an_excused_absence_never_lowers_a_line(rows: list[ResponsibilityRow], item: str, day: date) -> None:
    excused = [*rows, row(1000, item, "excused", day)]
    absent = [*rows, row(1000, item, "absent", day)]
    before, after, worse = (half(some).confirmed.base for some in (rows, excused, absent))
    assert after == before >= worse


@given(ROWS, DAYS)
def test_a_deduction_that_takes_a_matter_out_never_lowers_the_line(rows: list[ResponsibilityRow], day: date) -> None:
    absent = row(1000, "R-GJ-1", "absent", day)
    replaced = msgspec.structs.replace(absent, replaced=True)
    assert half([*rows, replaced]).confirmed.base == half(rows).confirmed.base >= half([*rows, absent]).confirmed.base


@given(ROWS, MONTHS)
def test_one_deed_more_never_lowers_a_score(rows: list[ResponsibilityRow], months: int) -> None:
    for item in SCHEME.responsibility:
        if item.mode == "presumed":
            continue
        more = [*rows, row(1000, item.code, OUTCOMES[item.mode][0], date(2026, 3, 1))]
        assert half(more, months).confirmed.base >= half(rows, months).confirmed.base


@given(ROWS)
def test_counting_says_the_same_as_one_by_one(rows: list[ResponsibilityRow]) -> None:
    single = [one for some in rows for one in tally([some])]
    counted = score(HALF, Case(spans=(Span(code="H1", months_present=6, tallies=single),)))
    assert counted == half(rows)
    assert sum(one.count for one in tally(rows)) == len(rows)


def test_a_score_is_provisional_until_its_period_closes() -> None:
    spans = (Span(code="H1", months_present=6),)
    assert score(HALF, Case(spans=spans)).provisional
    assert not score(HALF, Case(spans=spans, closed=True)).provisional


def test_pending_and_confirmed_stand_apart(scheme: Scheme) -> None:
    sure = tallies(scheme, {"R-WM-1": 1, "R-GJ-1": Held(1, 2)})
    waiting = tallies(scheme, {"R-WM-1": 1, "R-GJ-1": Held(2, 2), "R-QZ-1": ("minor",)}, confirmed=False)
    found = score(HALF, Case(spans=(Span(code="H1", months_present=6, tallies=[*sure, *waiting]),)))
    first, second = ({line.item: line.points for line in one.lines()} for one in (found.confirmed, found.with_pending))
    assert (first["R-WM-1"], first["R-GJ-1"], first["R-QZ-1"]) == (100, 150, 500)
    assert (second["R-WM-1"], second["R-GJ-1"], second["R-QZ-1"]) == (200, 225, 400)


def test_pending_honours_and_deductions_stand_apart() -> None:
    honours = matters(("H-QZ-1", "unit", "A", "2026-03-01"), ("H-QZ-1", "district", "B", "2026-03-02"))
    honours[1] = msgspec.structs.replace(honours[1], confirmed=False)
    deductions = [
        msgspec.structs.replace(one, confirmed=False) for one in matters(("N-GJ-1", "each", "C", "2026-03-03"))
    ]
    case = Case(spans=(Span(code="H1", months_present=6),), honours=honours, deductions=deductions)
    found = score(HALF, case)
    assert (found.confirmed.honour_points, found.confirmed.deduction_points) == (100, 0)
    assert (found.with_pending.honour_points, found.with_pending.deduction_points) == (400, 100)
    assert found.with_pending.ledger == found.confirmed.ledger + 300 - 100


def test_a_half_without_presence_makes_the_other_count_twice(scheme: Scheme) -> None:
    there = Span(code="H2", months_present=6, tallies=tallies(scheme, {**full_duty(scheme), "R-WM-1": 1}, month=8))
    away = Span(code="H1", months_present=0, tallies=tallies(scheme, {"R-WM-1": 3}))
    found = score(HALF, Case(spans=(away, there))).confirmed
    assert [(span.code, span.base, span.borrowed) for span in found.spans] == [("H1", 4800, True), ("H2", 4800, False)]
    assert (found.base, found.base_max) == (9600, 10000)
    assert len(list(found.lines())) == 22


def test_a_year_without_presence_has_no_base() -> None:
    spans = (Span(code="H1", months_present=0), Span(code="H2", months_present=0))
    assert score(HALF, Case(spans=spans)).confirmed.base == 0


def test_the_ledger_never_falls_below_its_floor() -> None:
    deductions = matters(*[("N-GJ-4", "admonition", f"M{number}", "2026-03-01") for number in range(9)])
    found = score(HALF, Case(spans=(Span(code="H1", months_present=6),), deductions=deductions)).confirmed
    assert (found.base, found.deduction_points, found.ledger) == (3300, 7200, 0)


def test_a_deduction_with_a_maximum_takes_no_more_in_a_period(document: dict[str, Any]) -> None:
    document["negative"][0]["max_points"] = "1.5"
    deductions = matters(*[("N-GJ-1", "each", f"M{number}", "2026-03-01") for number in range(3)])
    found = score(half_tariff(load(document)), Case(spans=(), deductions=deductions)).confirmed
    assert [(line.points, line.surplus, line.cut) for line in found.deductions] == [
        (100, 0, None),
        (50, 50, "item-cap"),
        (0, 100, "item-cap"),
    ]


def test_one_matter_is_deducted_once_at_its_highest() -> None:
    deductions = matters(("N-QZ-2", "unit", "CRIT", "2026-03-01"), ("N-GJ-4", "admonition", "CRIT", "2026-04-01"))
    found = score(HALF, Case(spans=(), deductions=deductions)).confirmed
    assert [(line.points, line.cut) for line in found.deductions] == [(0, "same-matter"), (800, None)]


def test_a_record_is_worth_what_the_rules_of_its_day_say(document: dict[str, Any]) -> None:
    old = dict(document, version="v0")
    old["responsibility"] = [
        {**item, "points": "0.5"} if item["code"] == "R-WM-1" else item for item in document["responsibility"]
    ]
    before = half_tariff(load(old))
    rows = [row(1, "R-WM-1", "earned", date(2026, 2, 1)), row(2, "R-WM-1", "earned", date(2026, 5, 1))]
    mixed = [msgspec.structs.replace(rows[0], rules="v0"), rows[1]]
    case = Case(spans=(Span(code="H1", months_present=6, tallies=tally(mixed)),))
    points = {line.item: line.points for line in score(HALF, case, [before]).confirmed.lines()}
    assert points["R-WM-1"] == 150
    with pytest.raises(Uncountable, match="v0"):
        score(HALF, case)


@pytest.mark.parametrize(
    "odd",
    [
        Tally(item="R-XX-1", outcome="attended", month=1, rules=RULES),
        Tally(item="R-GJ-1", outcome="done", month=1, rules=RULES),
        Tally(item="R-QZ-1", outcome="attended", month=1, rules=RULES),
        Tally(item="R-QZ-1", outcome="huge", month=1, rules=RULES),
        Tally(item="R-GJ-1", outcome="attended", month=1, rules="v9"),
        Tally(item="R-WM-1", outcome="earned", month=1, rules=RULES, condition="media"),
        Tally(item="R-GJ-1", outcome="absent", month=1, rules="v9", replaced=True),
    ],
)
def test_what_the_rules_do_not_know_is_never_skipped(odd: Tally) -> None:
    with pytest.raises(Uncountable):
        score(HALF, Case(spans=(Span(code="H1", months_present=6, tallies=[odd]),)))


def test_an_honour_that_the_rules_do_not_know_is_never_skipped() -> None:
    with pytest.raises(Uncountable):
        score(HALF, Case(spans=(), honours=matters(("H-QZ-1", "galactic", "A", "2026-03-01"))))


def test_an_item_that_the_closing_version_dropped_waits_for_a_decision(
    document: dict[str, Any],
) -> None:
    new = dict(document, version="v2")
    new["responsibility"] = [item for item in document["responsibility"] if item["code"] != "R-WM-1"]
    case = Case(
        spans=(Span(code="H1", months_present=6, tallies=tally([row(1, "R-WM-1", "earned", date(2026, 2, 1))])),)
    )
    with pytest.raises(Uncountable, match="not mapped"):
        score(half_tariff(load(new)), case, [HALF])


def test_an_act_of_december_found_in_march_counts_as_the_rules_of_december_say(document: dict[str, Any]) -> None:
    """Version v2 drops an honour, a deduction and a veto on 1 January and maps none of them."""
    new = dict(document, version="v2")
    for section, gone in (("honour", "H-QZ-1"), ("negative", "N-QZ-1"), ("veto", "V-1")):
        new[section] = [item for item in document[section] if item["code"] != gone]
    case = Case(
        spans=(),
        honours=matters(("H-QZ-1", "unit", "A", "2027-03-01"), ("H-QZ-1", "national", "B", "2027-03-02")),
        deductions=matters(("N-QZ-1", "each", "C", "2027-03-01")),
        vetoes=[VetoRow(record=UUID(int=9), item="V-1", decided_on=date(2027, 3, 1), position=9, rules=RULES)],
        ends_on=date(2027, 12, 31),
    )
    found = score(half_tariff(load(new)), case, [HALF]).confirmed
    before = score(HALF, case).confirmed
    assert [line.points for line in found.honours] == [line.points for line in before.honours]
    # the item's own cap of its day holds, and the list's cap of the period
    assert found.honour_points == before.honour_points > 0
    assert (found.deduction_points, before.deduction_points) == (200, 200)
    assert [veto.item for veto in found.vetoes] == ["V-1"]
    with pytest.raises(Uncountable):
        score(half_tariff(load(new)), case)


def test_a_shortfall_of_a_duty_that_is_asked_no_more_has_nothing_to_lower(document: dict[str, Any]) -> None:
    new = dict(document, version="v2")
    new["responsibility"] = [item for item in document["responsibility"] if item["code"] != "R-QZ-3"]
    late = row(1, "R-QZ-3", "breach", date(2027, 3, 1))
    case = Case(spans=(Span(code="H1", months_present=6, tallies=tally([late])),))
    (span,) = score(half_tariff(load(new)), case, [HALF]).confirmed.spans
    assert span.unasked == ("R-QZ-3",)
    assert span.base == half([], tariff=half_tariff(load(new))).confirmed.base
    assert allot(half_tariff(load(new)), score(half_tariff(load(new)), case, [HALF]).confirmed.lines(), [late], [HALF])


def test_more_than_the_maximum_quantity_counts_as_the_maximum() -> None:
    found = half([row(1, "R-LX-3", "earned", date(2026, 2, 1), "3.00")]).confirmed
    line = next(line for line in found.lines() if line.item == "R-LX-3")
    assert (line.points, line.quantity, line.counted, line.surplus) == (250, 300, 100, 0)


@settings(max_examples=25)
@given(ROWS)
def test_a_window_of_six_months_equals_a_half(rows: list[ResponsibilityRow]) -> None:
    window = half(rows, tariff=window_tariff(SCHEME, 6)).confirmed
    assert window == half(rows).confirmed


def test_a_line_is_rounded_half_up_where_months_do_not_divide() -> None:
    found = half([row(1, "R-WM-1", "earned", date(2026, 2, 1), "0.33")], months=4).confirmed
    assert next(line.points for line in found.lines() if line.item == "R-WM-1") == 50


def test_a_window_scales_caps_and_maximum_quantities_with_its_months() -> None:
    year, short = window_tariff(SCHEME, 12), window_tariff(SCHEME, 7)
    tasks = [row(number, "R-LX-3", "earned", date(2026, 2, number)) for number in (1, 2, 3)]
    case = Case(spans=(Span(code="window", months_present=12, tallies=tally(tasks)),))
    line = next(line for line in score(year, case).confirmed.lines() if line.item == "R-LX-3")
    assert (line.points, line.counted, line.cap) == (500, 200, 500)
    assert short.prices["R-WM-3"].cap == 292
    assert window_total(3333, 0, 0, 7, 0, None).base == 5714


def test_of_two_equal_honours_for_one_matter_the_first_counts() -> None:
    honours = matters(("H-LX-2", "national", "A", "2026-05-01"), ("H-LX-1", "municipal_first", "A", "2026-04-01"))
    found = score(HALF, Case(spans=(), honours=honours)).confirmed
    assert [(line.item, line.points) for line in found.honours] == [("H-LX-1", 300), ("H-LX-2", 0)]


def test_what_an_item_cap_cuts_off_leaves_the_total_cap_alone() -> None:
    honours = matters(
        ("H-LX-1", "provincial", "A", "2026-01-01"),
        ("H-LX-1", "provincial", "B", "2026-02-01"),
        ("H-QZ-1", "national", "C", "2026-03-01"),
        ("H-CY-1", "recognised", "D", "2026-04-01"),
        ("H-QZ-1", "unit", "E", "2026-05-01"),
    )
    found = score(HALF, Case(spans=(), honours=honours)).confirmed
    assert [(line.points, line.cut) for line in found.honours] == [
        (400, None),
        (0, "item-cap"),
        (800, None),
        (300, "total-cap"),
        (0, "item-cap"),
    ]


def test_a_record_of_a_half_year_never_lowers_what_other_items_give() -> None:
    before = {line.item: line for line in half([]).confirmed.lines()}
    after = half([row(1, "R-GJ-1", "absent", date(2026, 2, 1))]).confirmed
    changed = [line.item for line in after.lines() if line != before[line.item]]
    assert changed == ["R-GJ-1"]


def test_a_half_keeps_what_it_came_to_whatever_the_second_halfs_rules_say(document: dict[str, Any]) -> None:
    """A version from July swaps two caps: the absence of March costs in the year what it cost in the half."""
    new = msgspec.json.decode(msgspec.json.encode(document))
    new["version"] = "illustrative-2"
    items = {item["code"]: item for item in new["responsibility"]}
    items["R-LX-1"] |= {"cap_half": "2", "cap_year": "4"}
    items["R-LX-2"] |= {"cap_half": "3", "cap_year": "6"}
    before, after = half_tariff(load(document)), half_tariff(load(new))
    march = [
        Tally(item="R-LX-1", outcome=outcome, month=3, rules="illustrative-1") for outcome in ("attended", "absent")
    ]
    first = Span(code="H1", months_present=6, tallies=march, tariff=before)
    second = Span(code="H2", months_present=6, tariff=after)
    halves = [
        score(tariff, Case(spans=(span,)), [before, after]).confirmed.base
        for tariff, span in ((before, first), (after, second))
    ]
    assert score(after, Case(spans=(first, second)), [before]).confirmed.base == sum(halves)
    assert halves[0] == 3300 - 150
