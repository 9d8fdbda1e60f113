"""体检 of what other kinds of rule sets say: each rule catches the one thing broken, and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.rules.lint import lint
from domain.rules.scheme import load
from tests.domain.rules.kinds.rich import rich
from tests.domain.rules.kinds.writing import Document, category, named, veto

Break = Callable[[Document], object]


def put(section: str, index: int, **fields: Any) -> Break:
    return lambda document: document[section][index].update(fields)


def within(section: str, index: int, inner: str, number: int, **fields: Any) -> Break:
    return lambda document: document[section][index][inner][number].update(fields)


def add(section: str, *elements: Any) -> Break:
    return lambda document: document.setdefault(section, []).extend(elements)


def settings(section: str, **fields: Any) -> Break:
    return lambda document: document[section].update(fields)


def measure(**fields: Any) -> Break:
    return lambda document: document["responsibility"][2]["measure"].update(fields)


BROKEN: list[tuple[str, Break]] = [
    ("unknown-category", lambda document: document["categories"].append(category("X", None, parent="NONE"))),
    ("tree-too-deep", add("categories", category("A"), category("B", parent="A"), category("C", parent="B"),
                          category("D", parent="C"))),
    ("tree-too-deep", add("categories", category("D", None, parent="E"), category("E", None, parent="D"))),
    ("item-not-in-lowest", put("responsibility", 0, cat="TOP")),
    ("weights-not-parent", lambda document: [
        document["categories"][index].update(weight=weight) for index, weight in ((0, "38"), (3, "22"))]),
    ("weights-not-base", settings("scale", base_max="61")),
    ("caps-not-weight", put("responsibility", 0, cap_half="7")),
    ("caps-not-weight", put("categories", 3, capped=False)),
    ("cap-missing", put("responsibility", 0, cap_half=None)),
    ("start-does-not-fit", settings("scale", base="5")),
    ("benchmark-unreachable", settings("scale", benchmark="200", ceiling="100")),
    ("field-without-effect", settings("scale", start="per_item")),
    ("levels-overlap", within("negative", 0, "levels", 1, points="2")),
    ("levels-overlap", within("responsibility", 3, "levels", 1, zh="low级")),
    ("range-empty", within("responsibility", 3, "levels", 1, up_to="2")),
    ("condition-without-effect", within("responsibility", 2, "conditions", 0, times="1")),
    ("measure-zero", measure(per="0")),
    ("measure-zero", measure(step="0")),
    ("field-without-effect", measure(step=None)),
    ("field-without-effect", put("responsibility", 0, conditions=[named("media", times="2")])),
    ("field-without-effect", put("responsibility", 2, steps=[{"at_least": 1, "points": "1"}])),
    ("earn-without-points", put("responsibility", 3, points="1")),
    ("threshold-without-steps", put("responsibility", 1, steps=[])),
    ("steps-wrong", within("responsibility", 1, "steps", 1, points="12")),
    ("steps-wrong", within("responsibility", 1, "steps", 1, share=None)),
    ("steps-wrong", within("responsibility", 1, "steps", 0, points="25")),
    ("share-zero", within("honour", 0, "shares", 0, share="0.00")),
    ("caps-contradict", put("responsibility", 3, quantity_max=2)),
    ("cap-unknown", add("caps", {"item": "R-9", "per": "year", "points": "1"})),
    ("cap-unknown", add("caps", {"list": "honour", "category": "NONE", "per": "year", "points": "1"})),
    ("cap-unclear", add("caps", {"category": "ONE", "per": "year", "points": "1"})),
    ("cap-unclear", add("caps", {"list": "honour", "item": "N-1", "per": "year", "points": "1"})),
    ("cap-finer-than-cycle", add("caps", {"list": "responsibility", "category": "END", "per": "month", "points": "1"})),
    ("cap-finer-than-cycle", add("caps", {"per": "quarter", "points": "1"})),
    ("field-without-effect", settings("honour_rules", cap_year=None)),
    ("outside-cap-chain", lambda document: document["approval_chains"].pop()),
    ("veto-incomplete", put("veto", 1, to=None)),
    ("veto-incomplete", put("veto", 0, cat=None)),
    ("field-without-effect", put("veto", 2, to="low")),
    ("field-without-effect", put("veto", 2, zeroes="ledger")),
    ("field-without-effect", put("veto", 0, zeroes="ledger")),
    ("unknown-category", put("veto", 0, cat="NONE")),
    ("veto-score", lambda document: document.update(veto_rules={"score": "unchanged"})),
    ("unknown-profile", put("honour", 0, profiles=["stranger"])),
    ("profile-below-top", lambda document: [
        document["responsibility"][index].update(profiles=["guest"]) for index in (0, 1)]),
    ("unknown-item", put("sources", 0, items=["N-9"])),
    ("unknown-item", add("approval_chains", {"what": "veto", "items": ["V-9"], "steps": ["work_committee"]})),
    ("source-missing", put("honour", 0, declared_by=["source"])),
    ("approval-chain-double", add("approval_chains", {"what": "veto", "steps": ["work_committee"]},
                                  {"what": "veto", "steps": ["leading_group"]})),
    ("grade-threshold", put("grades", 0, above="60")),
    ("grade-threshold", put("grades", 0, at_least=None)),
    ("grades-gap", lambda document: document["grades"][1].update(at_least=None, above="0")),
    ("mapping-unknown-item", put("mapping", 0, to="R-9")),
    ("mapping-double", put("mapping", 0, **{"from": "R-1"})),
    ("mapping-double", add("mapping", {"from": "R-OLD", "to": "R-4"})),
    ("field-without-effect", put("mapping", 0, value="as_recorded")),
    ("setting-without-effect", settings("carry_over", fraction="0")),
    ("setting-without-effect", settings("local_items", allowed=False)),
    ("setting-without-effect", settings("local_items", max_points_per_category="0")),
    ("retention-shorter-than-effect", put("negative", 0, effect_months=37)),
    ("retention-shorter-than-effect", put("veto", 2, lasts_months=37)),
    ("effect-contradicted", settings("retention_years", effect_of_deduction="ends with its year")),
    ("effect-contradicted", put("negative", 0, effect_months=None)),
    ("repealed", settings("document", status="废止")),
    ("expires-before-effect", settings("document", expires_on="2026-01-01")),
    ("day-impossible", settings("document", expires_on="2027-02-29")),
    ("day-impossible", put("periods", 0, to="06-31")),
    ("issued-after-effect", settings("document", issued_on="2026-01-02")),
    ("trial-without-end", settings("document", expires_on=None)),
    ("quota-on-probationary", put("profiles", 0, zh="预备党员")),
    ("open-clause", put("negative", 0, zh="其他情形", recognised_by="leading_group")),
    ("relatives", within("honour", 0, "shares", 1, zh="家属")),
]  # fmt: skip

WARNINGS = ("profile-below-top", "trial-without-end")


def test_nothing_is_said_against_the_rich_one() -> None:
    assert lint(load(rich())) == []


@pytest.mark.parametrize(
    ("code", "break_it"), BROKEN, ids=[f"{index}-{code}" for index, (code, _) in enumerate(BROKEN)]
)
def test_one_thing_broken_is_found_and_nothing_else(code: str, break_it: Break) -> None:
    document = rich()
    break_it(document)
    found = lint(load(document))
    assert {finding.code for finding in found} == {code}
    for finding in found:
        assert finding.severity == ("warn" if code in WARNINGS else "refuse")
        assert finding.path.startswith("$.")
        assert finding.zh.endswith("。")
        assert finding.en


def test_more_than_the_weight_is_allowed_where_it_caps() -> None:
    document = rich()
    document["responsibility"][3]["cap_month"] = "9"
    assert lint(load(document)) == []


def test_a_veto_of_the_whole_score_needs_no_more_words() -> None:
    document = rich()
    document["veto"] = [veto("V-1", "zero"), veto("V-2", "zero", zeroes="honours")]
    assert lint(load(document)) == []
