"""A rule set loads strictly, names everything wrong at once, and answers what it is asked."""

import json
from typing import Any

import pytest

from domain.rules.scheme import SECTIONS, Scheme, SchemeMalformed, load


def problems(document: dict[str, Any] | bytes) -> list[tuple[str, str]]:
    with pytest.raises(SchemeMalformed) as refused:
        load(document)
    for problem in refused.value.problems:
        assert problem.zh
        assert problem.en
        assert problem.path in str(refused.value)
    return [(problem.path, problem.code) for problem in refused.value.problems]


def test_the_example_loads_whole(scheme: Scheme, document: dict[str, Any]) -> None:
    assert set(document) == set(SECTIONS) - {"body_scores", "caps", "sources"}
    assert [len(part) for part in (scheme.responsibility, scheme.honour, scheme.negative, scheme.veto)] == [
        22,
        12,
        13,
        4,
    ]
    assert load(document) == scheme


def test_every_problem_is_named_not_only_the_first(document: dict[str, Any]) -> None:
    document["colour"] = "red"
    del document["scale"]
    document["honour"][2]["levels"][0]["points"] = 3
    document["responsibility"][0]["evidence"] = "sign_in_list"
    document["responsibility"][1]["mode"] = "guess"
    document["notice"]["stages"][3]["days"] = 0
    document["grades"][1]["code"] = "excellent"
    document["evidence_kinds"]["minutes"]["zh"] = ""
    document["bodies"]["leading_group"]["present"] = "0.5"
    assert sorted(problems(document)) == sorted(
        [
            ("$.colour", "unknown-field"),
            ("$.scale", "missing-field"),
            ("$.honour[2].levels[0].points", "wrong-value"),
            ("$.responsibility[0].evidence", "wrong-value"),
            ("$.responsibility[1].mode", "wrong-value"),
            ("$.notice.stages[3].days", "wrong-value"),
            ("$.grades[1].code", "repeated-code"),
            ("$.evidence_kinds.minutes.zh", "wrong-value"),
            ("$.bodies.leading_group.present", "wrong-value"),
        ]
    )


@pytest.mark.parametrize("text", ["2.505", "-1", "1e2", "02", "2.5\n", "", ".5", "2."])
def test_points_have_at_most_two_places_and_no_sign(document: dict[str, Any], text: str) -> None:
    document["responsibility"][0]["cap_half"] = text
    assert problems(document) == [("$.responsibility[0].cap_half", "wrong-value")]


def test_an_unknown_field_deep_inside_is_refused_with_its_path(document: dict[str, Any]) -> None:
    document["measures"]["table"][1]["steps"][0]["colour"] = "red"
    assert problems(document) == [("$.measures.table[1].steps[0].colour", "unknown-field")]


def test_a_problem_says_what_may_be_written_instead(document: dict[str, Any]) -> None:
    document["rounding"]["mode"] = "bankers"
    document["scale"]["base_max"] = 100
    document["scale"]["floors"] = "0"
    document["honour"][0].pop("levels")
    document["negative"][0]["levels"][0].pop("points")
    document["scale"]["ceiling"] = "lots"
    with pytest.raises(SchemeMalformed) as refused:
        load(document)
    said = {problem.path: (problem.zh, problem.en) for problem in refused.value.problems}
    assert said["$.rounding.mode"][1] == ('"bankers" stands here; expected: "half_up", "half_even", "down", "up"')
    assert said["$.scale.base_max"][0] == '写的是 100,应为分值文字,至多两位小数、不带符号,如 "2.5"。'
    assert said["$.scale.floors"][0].startswith("不认识的字段“floors”,是否为“floor”?可写:base_max, floor,")
    assert said["$.honour[0].levels"] == ("缺少字段“levels”,应为数组。", "the field 'levels' is missing: a list")
    assert said["$.negative[0].levels[0].points"][1].startswith("the field 'points' is missing: points as text")
    assert said["$.scale.ceiling"][1].endswith('like "2.5", or null')


def test_a_chain_needs_a_step(document: dict[str, Any]) -> None:
    document["approval_chains"][0]["steps"] = []
    assert problems(document) == [("$.approval_chains[0].steps", "wrong-value")]


def test_a_setting_that_the_engine_does_not_know_is_refused(document: dict[str, Any]) -> None:
    document["rounding"]["mode"] = "bankers"
    document["modes"]["guess"] = {"zh": "猜", "en": "guess"}
    assert problems(document) == [("$.rounding.mode", "wrong-value"), ("$.modes.guess", "wrong-value")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not-json"),
        (b"\xff\xfe", "not-json"),
        (b"[" * 100_000, "not-json"),
        (b"[]", "wrong-value"),
        (b'{"id": "a", "id": "b"}', "repeated-key"),
        (b'{"scale": {"base_max": 100.5}}', "not-exact"),
        (b'{"scale": NaN}', "not-exact"),
        (b'{"scale": 1e400}', "not-exact"),
    ],
    ids=["empty", "not-utf8", "deep", "list", "key-twice", "decimal", "nan", "huge"],
)
def test_bytes_that_are_no_exact_json_object_are_refused(content: bytes, code: str) -> None:
    assert problems(content) == [("$", code)]


def test_an_item_knows_its_list_and_its_category(scheme: Scheme) -> None:
    kinds = {code: item.kind for code, item in scheme.items.items()}
    assert [kinds[code] for code in ("R-LX-1", "H-LX-1", "N-GJ-1", "V-1")] == [
        "responsibility",
        "honour",
        "negative",
        "veto",
    ]
    assert len(kinds) == 51
    category = scheme.category_of("H-WM-2")
    assert category is not None
    assert category.zh == "为民服务"
    assert scheme.category_of("V-1") is None
    assert scheme.item("R-XX-9") is None
    assert scheme.category_of("R-XX-9") is None


def test_look_ups_answer_or_say_nothing(scheme: Scheme) -> None:
    full, stage, half = scheme.profile("full"), scheme.stage("half_year"), scheme.period("H1")
    assert full is not None
    assert stage is not None
    assert half is not None
    assert (full.components.ledger, stage.days, half.last_day) == ("0.80", 5, "06-30")
    assert [scheme.profile("guest"), scheme.stage("poster"), scheme.period("H3")] == [None, None, None]
    assert scheme.evidence_for("R-GJ-1") == ("sign_in_list", "minutes")
    assert scheme.evidence_for("R-XX-9") == ()


@pytest.mark.parametrize(
    ("what", "tier", "points", "steps"),
    [
        ("responsibility_sheet", None, None, ("branch_committee",)),
        ("honour", "district", None, ("branch_committee", "parent_committee")),
        ("honour", "municipal", None, ("branch_committee", "parent_committee", "work_committee")),
        ("deduction_or_shortfall", None, 499, ("branch_committee",)),
        ("deduction_or_shortfall", None, 500, ("branch_committee", "parent_committee")),
    ],
)
def test_the_approval_chain_follows_tier_and_points(
    scheme: Scheme, what: str, tier: str | None, points: int | None, steps: tuple[str, ...]
) -> None:
    chain = scheme.chain(what, tier=tier, points=points)
    assert chain is not None
    assert chain.steps == steps


def test_a_chain_that_asks_for_points_or_tier_fits_nothing_without(scheme: Scheme) -> None:
    assert scheme.chain("honour") is None
    assert scheme.chain("deduction_or_shortfall") is None
    assert scheme.chain("tea") is None


def test_pairs_say_what_a_deduction_takes_out_and_what_forbids_it(scheme: Scheme) -> None:
    assert scheme.leaves("N-GJ-1") == ("R-LX-1", "R-LX-2", "R-GJ-1", "R-ZT-2", "R-LJ-1")
    assert scheme.already_counted_in("N-GJ-1") == ("R-ZT-1",)
    assert scheme.leaves("N-GJ-2") == ()


def test_a_level_without_tier_is_of_the_tier_that_its_code_names(scheme: Scheme) -> None:
    tiers = {f"{item.code}/{level.code}": level.chain_tier for item in scheme.honour for level in item.levels}
    assert tiers["H-QZ-1/national"] == "national"
    assert tiers["H-LX-1/municipal_first"] == "municipal"
    assert tiers["H-DD-2/district_up"] == "district"


def test_the_order_of_keys_does_not_matter(document: dict[str, Any], scheme: Scheme) -> None:
    backwards = dict(reversed(document.items()))
    assert load(json.dumps(backwards).encode()) == scheme
