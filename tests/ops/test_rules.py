"""``steelyard rules``: what a rule-set file says is checked and tried without any log."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from domain.rules.schema import json_schema
from ops.cli import app

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```json\n(.*?)```", (ROOT / "ops" / "docs" / "rules.md").read_text(), re.DOTALL)
RUN = CliRunner()


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small rule set of the page."""
    file = tmp_path / "small.json"
    file.write_text(BLOCKS[0])
    return file


def test_the_schema_is_printed() -> None:
    printed = RUN.invoke(app, ["rules", "schema"])
    assert printed.exit_code == 0
    assert json.loads(printed.output) == json.loads(json.dumps(json_schema()))


def test_a_rule_set_that_may_be_adopted_says_so(small: Path) -> None:
    found = RUN.invoke(app, ["rules", "lint", str(small)])
    assert (found.exit_code, found.output) == (0, "可以采用 may be adopted (0 条提示 warnings)\n")


def test_the_example_may_be_adopted() -> None:
    assert RUN.invoke(app, ["rules", "lint", str(ROOT / "ops" / "example" / "pukou.json")]).exit_code == 0


def test_what_is_wrong_is_said_with_place_and_remedy(small: Path) -> None:
    document = json.loads(BLOCKS[0])
    document["scale"]["base"] = "50"
    small.write_text(json.dumps(document))
    found = RUN.invoke(app, ["rules", "lint", str(small)])
    assert found.exit_code == 1
    assert "refuse  $.categories  [weights-not-base]" in found.output
    document["scale"]["bass"] = "50"
    small.write_text(json.dumps(document))
    found = RUN.invoke(app, ["rules", "lint", str(small)])
    assert found.exit_code == 1
    assert "did you mean 'base'" in found.output


def test_a_case_is_scored_line_by_line(small: Path, tmp_path: Path) -> None:
    case = tmp_path / "case.json"
    case.write_text(BLOCKS[1])
    found = RUN.invoke(app, ["rules", "score", str(small), str(case)])
    assert found.exit_code == 0
    assert "参加学习: 应到5次,实到4次:10.00 × 4 ÷ 5 = 8.00" in found.output
    assert "80.50 + 5.00 − 2.00 → 积分 83.50" in found.output


@pytest.mark.parametrize("broken", ["{", '{"spans": [{"code": "H1", "months_present": 6, "colour": 1}]}'])
def test_a_case_that_cannot_be_read_is_refused(small: Path, tmp_path: Path, broken: str) -> None:
    case = tmp_path / "case.json"
    case.write_text(broken)
    assert RUN.invoke(app, ["rules", "score", str(small), str(case)]).exit_code == 1


def test_a_record_that_the_rules_do_not_know_is_refused(small: Path, tmp_path: Path) -> None:
    case = json.loads(BLOCKS[1])
    case["honours"][0]["level"] = "national"
    file = tmp_path / "case.json"
    file.write_text(json.dumps(case))
    found = RUN.invoke(app, ["rules", "score", str(small), str(file)])
    assert found.exit_code == 1
    assert "H-1 national" in found.output
