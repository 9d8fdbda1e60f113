"""体检: the example passes, and each rule catches the one thing broken and nothing else."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from domain.rules import wordlists
from domain.rules.lint import lint
from domain.rules.scheme import Scheme, load
from tests.domain.rules.test_lint_kinds import BROKEN as OTHER_KINDS

Document = dict[str, Any]
Break = Callable[[Document], object]


def item(document: Document, code: str) -> Document:
    lists = ("responsibility", "honour", "negative", "veto", "grades", "profiles")
    found: Document = next(one for name in lists for one in document[name] if one["code"] == code)
    return found


def put(code: str, **fields: object) -> Break:
    return lambda document: item(document, code).update(fields)


def rename(code: str, zh: str = "参加活动", en: str = "Activity attended") -> Break:
    return put(code, zh=zh, en=en)


def level(code: str, zh: str, en: str, points: str = "1") -> Document:
    return {"code": code, "zh": zh, "en": en, "points": points}


def add_level(code: str, added: Document) -> Break:
    return lambda document: item(document, code)["levels"].append(added)


def only_own_paper(document: Document) -> None:
    document["evidence_kinds"]["pledge_form"]["own_paper"] = True
    item(document, "N-DD-1")["evidence"] = ["pledge_form"]


def pair(index: int, **fields: object) -> Break:
    return lambda document: document["counting"]["same_fact"]["pairs"][index].update(fields)


def chain(index: int, **fields: object) -> Break:
    return lambda document: document["approval_chains"][index].update(fields)


def stage(**fields: object) -> Break:
    return lambda document: document["notice"]["stages"][0].update(fields)


def by_category(document: Document, *weights: str | None, asked: bool = True) -> None:
    document["appraisal"]["scope"] = "per_category"
    document["periods"][2]["appraisal"] = asked
    for category, weight in zip(document["categories"], weights, strict=False):
        category["weight"] = weight


MINOR = {**level("minor", "轻", "Minor"), "per": "matter"}
EMPTY_ENDS = {"given_by": "parent_committee", "least": "60", "most": "60"}
ONLY_LEDGER_AND_A_FIFTH_MORE = {"ledger": "0.79", "appraisal": "0.21"}

BROKEN: list[tuple[str, Break]] = [
    ("weights-not-base", lambda document: document["scale"].update(base_max="101")),
    ("caps-not-weight", put("R-CY-2", cap_half="1.5", cap_year="3")),
    ("half-not-half", put("R-LX-1", cap_half="2.5")),
    ("half-not-half", put("R-LX-1", cap_half="3.01")),
    ("unknown-category", put("H-LX-1", cat="XX")),
    ("unknown-evidence", put("R-LX-1", evidence=["photo"])),
    ("unknown-evidence", put("N-GJ-1", evidence=["photo"])),
    ("unknown-basis", put("R-LX-1", basis="zg8(1)")),
    ("unknown-basis", put("V-4", basis="zg8")),
    ("item-without-evidence", put("R-GJ-1", evidence=[])),
    ("item-without-evidence", put("R-GJ-3", evidence=[])),
    ("deduction-without-basis-document", put("N-GJ-1", evidence=[])),
    ("deduction-without-basis-document", put("V-1", evidence=[])),
    ("deduction-without-basis-document", only_own_paper),
    ("ratio-with-points", put("R-LX-1", points="1")),
    ("earn-without-points", lambda document: item(document, "R-LX-3").pop("points")),
    ("presumed-without-shortfalls", put("R-QZ-1", shortfalls=[])),
    ("field-without-effect", put("R-QZ-2", points="1")),
    ("field-without-effect", put("R-LX-1", quantity_max=2)),
    ("field-without-effect", put("R-LX-3", shortfalls=[MINOR])),
    ("field-without-effect", put("R-QZ-1", planned_half=2)),
    ("levels-overlap", add_level("H-QZ-3", level("unit", "每条", "Per piece"))),
    ("levels-overlap", add_level("H-DD-2", level("municipal", "市级", "Municipal"))),
    ("levels-overlap", add_level("N-QZ-2", level("national", "国家级", "National"))),
    ("open-clause", rename("N-GJ-3", zh="其他违反规定的行为")),
    ("open-clause", rename("N-GJ-3", en="Other circumstances")),
    ("open-clause", put("N-GJ-3", zh="其他情形", recognised_by="leading_group")),
    ("open-clause", put("N-GJ-3", zh="其他情形", recognised_by="somebody", max_points="2")),
    ("open-clause", rename("H-CY-1", zh="其他荣誉")),
    ("open-clause", put("V-1", zh="其他处分", recognised_by="leading_group")),
    ("relatives", rename("N-CY-1", zh="家属有不文明行为")),
    ("relatives", rename("N-CY-1", en="Misconduct of a spouse")),
    ("protected-trait", rename("H-CY-1", zh="少数民族党员加分")),
    ("protected-trait", rename("H-CY-1", en="Female members")),
    ("opinion", rename("R-LX-3", zh="在群内点赞")),
    ("opinion", rename("R-LX-3", en="Opinions expressed")),
    ("belief", rename("N-LX-1", zh="参加宗教活动")),
    ("belief", rename("N-LX-1", en="Religious activity")),
    ("health", rename("N-GJ-1", zh="病假超过十天")),
    ("health", rename("N-GJ-1", en="Illness of more than ten days")),
    ("health", add_level("N-CY-2", level("sick", "因病", "Sick leave"))),
    ("private-life", rename("N-CY-1", zh="离婚")),
    ("private-life", rename("N-CY-1", en="Divorced in the year")),
    ("petitioning", rename("N-QZ-1", zh="越级上访")),
    ("petitioning", rename("N-QZ-1", en="Petitioning a higher office")),
    ("app-installation", rename("R-LX-3", zh="安装手机软件")),
    ("app-installation", rename("R-LX-3", en="Study app installed")),
    ("grade-unreachable", put("excellent", at_least="115.01")),
    ("grade-unreachable", put("qualified", at_least="95")),
    ("grades-overlap", put("qualified", at_least="90")),
    ("grades-gap", put("unqualified", at_least="1")),
    ("components-not-one", put("probationary", components={"ledger": "0.90"})),
    ("components-not-one", put("full", components={})),
    ("subjective-share", put("full", components=ONLY_LEDGER_AND_A_FIFTH_MORE)),
    ("subjective-share", put("full", components={"ledger": "0.75", "appraisal": "0.15", "task": "0.10"})),
    ("body-score-ends", lambda document: document.update(body_scores={"task": EMPTY_ENDS})),
    ("subjective-share", lambda document: document["fairness"].update(subjective_share_max="0.19")),
    ("quota-on-probationary", put("probationary", graded=True)),
    ("unknown-grade", put("V-1", to="splendid")),
    ("unknown-grade", lambda document: document["measures"]["table"][2]["when"]["any"][1].update(grade="splendid")),
    ("unknown-body", chain(8, steps=["board"])),
    ("unknown-body", lambda document: document["objection"].update(appeal_to="board")),
    ("approval-chain-missing", lambda document: document["approval_chains"].pop(5)),
    ("approval-chain-missing", chain(1, tiers=["unit"])),
    ("approval-chain-missing", chain(4, points_from="5.01")),
    ("approval-chain-double", chain(3, points_below="5.01")),
    ("pair-unknown-item", pair(0, negative="N-XX-1")),
    ("pair-unknown-item", pair(2, responsibility=["H-LX-1"])),
    ("pair-cannot-win", pair(1, wins="deduction")),
    ("notice-too-short", stage(days=2)),
    ("unknown-audience", stage(audience="world")),
    ("stage-missing", lambda document: document["notice"]["stages"].pop()),
    ("setting-without-effect", lambda document: document["carry_over"].update(most="5")),
    ("setting-without-effect", lambda document: document["local_items"].update(allowed=True)),
    ("setting-without-effect", lambda document: document["local_items"].update(max_points_per_category="1")),
    ("ballot-without-weights", lambda document: by_category(document, None)),
    ("ballot-without-weights", lambda document: by_category(document, *[None] * 8)),
    ("setting-without-effect", lambda document: by_category(document, asked=False)),
    ("setting-without-effect", lambda document: document["periods"][0].update(base="mean_of_halves")),
    ("base-not-an-option", lambda document: document["periods"][2].update(base_options=["recompute"])),
    ("evidence-unused", lambda document: document["evidence_kinds"].update(photo={"zh": "照片", "en": "Photo"})),
    ("nothing-planned", lambda document: item(document, "R-GJ-1").pop("planned_half")),
]

WARNINGS = ("evidence-unused", "nothing-planned")


def test_the_example_has_nothing_to_refuse(scheme: Scheme) -> None:
    found = [(finding.code, finding.severity, finding.path) for finding in lint(scheme)]
    assert found == [("nothing-planned", "warn", "$.responsibility[12]")]


@pytest.mark.parametrize(
    ("code", "break_it"), BROKEN, ids=[f"{index}-{code}" for index, (code, _) in enumerate(BROKEN)]
)
def test_one_thing_broken_is_found_and_nothing_else(
    document: Document, scheme: Scheme, code: str, break_it: Break
) -> None:
    before = set(lint(scheme))
    break_it(document)
    new = set(lint(load(document))) - before
    assert {finding.code for finding in new} == {code}
    for finding in new:
        assert finding.severity == ("warn" if code in WARNINGS else "refuse")
        assert finding.path.startswith("$.")
        assert finding.zh.endswith("。")
        assert finding.en


def test_an_open_clause_with_a_body_and_a_maximum_is_allowed(document: Document, scheme: Scheme) -> None:
    put("N-GJ-3", zh="其他情形", recognised_by="leading_group", max_points="2")(document)
    put("H-CY-1", zh="其他荣誉", recognised_by="leading_group")(document)
    assert lint(load(document)) == lint(scheme)


def test_every_code_that_the_lint_can_answer_with_is_tested_here() -> None:
    answered = {topic.code for topic in wordlists.FORBIDDEN}
    for module in Path(wordlists.__file__).parent.glob("lint*.py"):
        source = module.read_text()
        answered |= set(re.findall(r'(?:refuse|warn)\(\s*"([a-z-]+)"', source))
        answered |= set(re.findall(r'"(approval-chain-[a-z]+)"', source))
    assert answered == {code for code, _ in (*BROKEN, *OTHER_KINDS)}
