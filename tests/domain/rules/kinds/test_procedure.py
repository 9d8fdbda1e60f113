"""程序: who declares, who submits, who approves, how long a notice hangs, which terms run, what a unit may add."""

from datetime import date
from typing import Any, get_args

import msgspec
import pytest

from domain.assessment import rows
from domain.recording import filling
from domain.rules.demands import (
    NotInRules,
    chain_by_worth,
    chain_of,
    channels_of,
    declarers_of,
    demand_of,
    evidence_of,
    may_submit,
    notice_ends_on,
    stage_of,
    terms_of,
    wrongs_of,
)
from domain.rules.hearing import (
    appeal_to,
    counts_as_delivered,
    deduction_is_public,
    escalates_to,
    feedback_to,
    handler_from,
    may_appeal,
    names_go,
    objection_wrongs,
    shown_in,
)
from domain.rules.items import Mode
from domain.rules.local import LocalAddition, with_local
from domain.rules.working_days import NoCalendar, YearCalendar
from tests.domain.rules.kinds.writing import (
    Document,
    adopted,
    category,
    honour,
    item,
    level,
    matter,
    named,
    negative,
    record,
    rule_set,
    veto,
    year,
)


def stage(code: str, days: int, **more: Any) -> Document:
    return named(code, days=days, audience="branch", **more)


STAGES = [
    stage("record_sheet", 3), stage("honour", 7, unit="calendar_days", channels=["page", "paper"]),
    stage("deduction", 5), stage("year_end", 5), stage("half_year", 3), stage("restatement", 5),
    stage("rule_change", 7),
]  # fmt: skip

SECTIONS: dict[str, Any] = {
    "scale": {"base_max": "10"},
    "categories": [category("A", "10")],
    "responsibility": [
        item("R-1", "A", "ratio", cap_half="3"),
        item("R-2", "A", "presumed", cap_half="2", shortfalls=[level("small", "0.5"), level("big", "2")],
             acknowledged=True),
    ],
    "honour": [
        honour("H-1", "A", level("district", "1"), level("provincial", "4"), declared_by=["source"]),
        honour("H-2", "A", level("each", "1", tier="unit")),
    ],
    "honour_rules": {"cap_year": "5"},
    "negative": [
        negative("N-1", "A", level("light", "1"), level("heavy", "2", up_to="6")),
        negative("N-2", "A", level("each", "1")),
    ],
    "veto": [veto("V-1", "not_excellent")],
    "sources": [named("discipline", items=["N-1", "V-1"]), named("publicity", items=["H-1"])],
    "approval_chains": [
        {"what": "any", "steps": ["branch_committee"]},
        {"what": "honour", "tiers": ["provincial"],
         "steps": ["branch_committee", "parent_committee", "work_committee", "leading_group"]},
        {"what": "deduction_or_shortfall", "points_from": "5", "steps": ["branch_committee", "parent_committee"]},
        {"what": "deduction_or_shortfall", "items": ["N-2"], "steps": ["branch_meeting"]},
        {"what": "veto", "steps": ["work_committee"]},
    ],
    "notice": {"stages": STAGES},
    "objection": {"terms_working_days": {"decision": 7}, "forms": ["paper"], "feedback_to": ["objector"]},
    "statement": {"working_days": 5},
    "local_items": {"allowed": True, "max_points_per_category": "2", "max_points_total": "2",
                    "lists": ["responsibility"], "counts": "on_top"},
}  # fmt: skip
SCHEME = adopted(rule_set(**SECTIONS))
PLAIN = {2026: YearCalendar(year=2026)}


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        (("R-1",), ["branch_committee"]),
        (("R-2", "big"), ["branch_committee"]),
        (("H-1", "district"), ["branch_committee"]),
        (("H-1", "provincial"), ["branch_committee", "parent_committee", "work_committee", "leading_group"]),
        (("N-1", "light"), ["branch_committee"]),
        (("N-1", "heavy"), ["branch_committee", "parent_committee"]),
        (("N-1", "heavy", 400), ["branch_committee"]),
        (("N-2", "each"), ["branch_meeting"]),
        (("V-1",), ["work_committee"]),
    ],
)
def test_the_chain_follows_list_item_level_and_points(asked: tuple[Any, ...], steps: list[str]) -> None:
    assert list(chain_of(SCHEME, *asked)) == steps


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        (("N-1", "light", "-20.00"), ["branch_committee", "parent_committee"]),
        (("N-1", "light", "-1.00"), ["branch_committee"]),
        (("N-1", "heavy", "-1.00"), ["branch_committee", "parent_committee"]),
        (("H-1", "district", "40.00"), ["branch_committee"]),
        (("V-1", None, None), ["work_committee"]),
    ],
)
def test_many_small_ones_take_the_way_of_what_they_come_to(asked: tuple[Any, ...], steps: list[str]) -> None:
    assert list(chain_by_worth(SCHEME, *asked)) == steps


def test_what_the_rules_do_not_have_is_not_approved() -> None:
    for asked in (("X-1", None), ("H-1", "national"), ("R-2", "huge")):
        with pytest.raises(NotInRules):
            demand_of(SCHEME, *asked)


def test_each_item_says_who_brings_it_forward_and_who_signs() -> None:
    assert declarers_of(SCHEME, "H-1") == ("source",)
    assert declarers_of(SCHEME, "H-2") == ("member", "recorder")
    assert declarers_of(SCHEME, "R-1") == ("recorder",)
    assert [demand_of(SCHEME, code).acknowledged for code in ("R-1", "R-2")] == [False, True]
    assert evidence_of(SCHEME, "H-1", "district") == ("paper",)


def test_a_department_submits_its_items_and_nobody_else_does() -> None:
    assert may_submit(SCHEME, "N-1", "discipline")
    assert not may_submit(SCHEME, "N-1", "publicity")
    assert not may_submit(SCHEME, "N-1", None)
    assert may_submit(SCHEME, "N-2", None)


def test_wishes_beside_the_rules_are_named() -> None:
    assert wrongs_of(SCHEME, "N-2", "each") == []
    codes = [one.code for one in wrongs_of(SCHEME, "N-2", "each", quantity=0, condition="media", share="first")]
    assert codes == ["quantity-outside-rule", "condition-unknown", "share-unknown"]


def test_a_notice_hangs_for_working_days_or_for_all_days() -> None:
    friday = date(2026, 6, 5)
    sheet, honours = stage_of(SCHEME, "record_sheet"), stage_of(SCHEME, "honour")
    assert notice_ends_on(SCHEME.notice, sheet, friday, PLAIN) == date(2026, 6, 10)
    assert notice_ends_on(SCHEME.notice, honours, friday, PLAIN) == date(2026, 6, 12)
    assert (channels_of(sheet), channels_of(honours)) == (("page",), ("page", "paper"))
    with pytest.raises(NoCalendar):
        notice_ends_on(SCHEME.notice, sheet, friday, {})


def test_a_kind_without_a_stage_of_its_own_is_posted_as_what_it_follows() -> None:
    assert stage_of(SCHEME, "veto").code == "deduction"
    assert stage_of(SCHEME, "shortfall").code == "deduction"
    assert stage_of(SCHEME, "correction", of="honour").code == "honour"
    assert stage_of(SCHEME, "correction", of="veto").code == "deduction"
    with pytest.raises(NotInRules):
        stage_of(SCHEME, "probation")


def test_the_terms_are_those_of_the_rule_set() -> None:
    terms = terms_of(SCHEME)
    assert (terms.unit, terms.statement, terms.acceptance, terms.decision, terms.appeal) == ("working_days", 5, 2, 7, 5)


def local(**more: Any) -> LocalAddition:
    return msgspec.convert({"unit": "GW", "scheme": "kind", "version": "v1", **more}, LocalAddition)


OWN = item("L-1", "A", "earn", points="1", cap_year="2")


def test_a_unit_adds_items_within_the_limits() -> None:
    scheme, findings = with_local(SCHEME, local(responsibility=[OWN]))
    assert findings == []
    # the central 10 and 2 of its own on top, for three deeds
    found = year(scheme, [record("L-1", "earned", f"2026-0{month}-01") for month in (1, 2, 3)])
    assert (found.base_max, found.ledger) == (1200, 1200)


def test_an_addition_inside_the_category_never_raises_its_weight() -> None:
    within = adopted(rule_set(**{**SECTIONS, "local_items": {**SECTIONS["local_items"], "counts": "within_category"}}))
    scheme, findings = with_local(within, local(responsibility=[OWN]))
    assert findings == []
    rows = [record("R-1", "attended", "2026-02-01"), record("R-1", "absent", "2026-02-01")]
    rows += [record("L-1", "earned", "2026-03-01"), record("L-1", "earned", "2026-04-01")]
    # H1: 1.5 + 2 + 2 = 5.5, of which 5 count; H2: 3 + 2 = 5
    assert year(scheme, rows).ledger == 1000


@pytest.mark.parametrize(
    ("code", "added"),
    [
        ("local-other-version", {"version": "v0"}),
        ("local-list", {"honour": [honour("L-2", "A", level("each", "1", tier="unit"), cap_year="1")]}),
        ("local-code-taken", {"responsibility": [{**OWN, "code": "R-1"}]}),
        ("local-without-cap", {"responsibility": [item("L-1", "A", "earn", points="1")]}),
        ("local-too-much", {"responsibility": [{**OWN, "cap_year": "2.5"}]}),
        ("item-without-evidence", {"responsibility": [{**OWN, "evidence": []}]}),
        ("opinion", {"responsibility": [{**OWN, "zh": "朋友圈点赞"}]}),
        ("unknown-category", {"responsibility": [{**OWN, "cat": "B"}]}),
    ],
)
def test_an_addition_beyond_the_limits_leaves_the_central_rules(code: str, added: dict[str, Any]) -> None:
    scheme, findings = with_local(SCHEME, local(**added))
    assert scheme is SCHEME
    assert code in {finding.code for finding in findings}
    assert all(finding.zh.endswith("。") and finding.en for finding in findings)


def test_where_the_rules_allow_none_a_unit_adds_nothing() -> None:
    closed = adopted(rule_set(**{**SECTIONS, "local_items": {}}))
    assert [finding.code for finding in with_local(closed, local(responsibility=[OWN]))[1]] == ["local-off"]


def test_the_first_of_one_matter_counts_where_the_rules_say_first() -> None:
    first = adopted(rule_set(**{**SECTIONS, "counting": {"same_matter": {"negative": "first"}}}))
    rows = [matter("N-2", "each", "2026-03-01", "M"), matter("N-1", "heavy", "2026-04-01", "M", quantity=600)]
    assert [year(scheme, deductions=rows).deduction_points for scheme in (first, SCHEME)] == [100, 600]


def test_an_objection_is_taken_in_the_forms_and_about_the_targets_of_the_rules() -> None:
    assert objection_wrongs(SCHEME, form="paper", target="line", names_himself=True) == []
    codes = [one.code for one in objection_wrongs(SCHEME, form="page", target="tea", names_himself=False)]
    assert codes == ["objection-form", "objection-target", "objection-anonymous"]
    assert feedback_to(SCHEME) == ("objector",)


def test_one_appeal_is_open_to_both() -> None:
    assert [may_appeal(SCHEME, "subject", before) for before in (0, 1)] == [True, False]
    once_more = adopted(rule_set(**{**SECTIONS, "objection": {"appeals": 2, "appeal_by": ["objector"]}}))
    assert may_appeal(once_more, "objector", 1)
    assert not may_appeal(once_more, "subject", 0)


def test_what_counts_as_delivered_and_what_a_notice_shows_is_rule_data() -> None:
    assert [counts_as_delivered(SCHEME, way) for way in ("acknowledged", "telephone")] == [True, False]
    assert not deduction_is_public(SCHEME, 9900)
    public = adopted(rule_set(**{**SECTIONS, "notice": {"stages": STAGES, "public_deduction_lines_from_points": "5"}}))
    assert [deduction_is_public(public, amount) for amount in (499, 500)] == [False, True]
    assert shown_in(SCHEME, "public") == ("name_of_excellent", "count_of_determined")
    assert shown_in(SCHEME, "branch")[0] == "name"
    assert names_go(SCHEME)


def test_a_sheet_knows_the_words_of_every_mode() -> None:
    assert filling.OUTCOMES == rows.OUTCOMES
    assert set(filling.OUTCOMES) == set(get_args(Mode))


def test_each_body_of_the_procedure_is_named() -> None:
    assert (handler_from(SCHEME), appeal_to(SCHEME), escalates_to(SCHEME)) == (
        "parent_committee", "leading_group", "parent_committee",
    )  # fmt: skip
    assert demand_of(SCHEME, "V-1").registered_by == "work_committee"
    assert demand_of(SCHEME, "N-1", "light").registered_by is None
