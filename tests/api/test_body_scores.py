"""组织评分 through HTTP and pages (F14): two bodies give parts of the totals, each with its reason."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from domain.decider import Command
from domain.rules.ruleset import DraftRuleSet
from ops.embedded import Running
from tests.api.assessed import JSON, read, refused, send, sitting
from tests.api.lived import PEOPLE as LOGINS
from tests.api.lived import lived
from tests.api.town import PAGE, Town, key
from tests.domain.branch import (
    BRANCH,
    COMMITTEE,
    DOCUMENT,
    HIGHER,
    MEMBER,
    PEOPLE,
    RECORDER,
    SECRETARY,
    TOP,
    calendar,
    commands,
)
from tests.domain.year import (
    H1_OVER,
    H2_OVER,
    Y_OVER,
    appraisal_closed,
    appraisal_opened,
    ballots,
    half,
    period_opened,
)

PLACE = f"/units/{BRANCH.replace('/', '~')}"
YEAR, COMMITTEES, TASKS = f"{PLACE}/periods/2026/Y", f"{PLACE}/scores/2026/Y/committee", f"{PLACE}/scores/2026/Y/task"


def told() -> Iterator[Command]:
    """Of every total, 0.06 is the committee's and 0.04 the task's; all but those are there."""
    document: dict[str, Any] = msgspec.json.decode(DOCUMENT)
    document["profiles"][0]["components"] = {"ledger": "0.80", "appraisal": "0.10", "committee": "0.06", "task": "0.04"}
    raw = msgspec.Raw(msgspec.json.encode(document))
    for one in commands():
        yield msgspec.structs.replace(one, document=raw) if isinstance(one, DraftRuleSet) else one
    yield from (calendar(2027), *half("H1", H1_OVER), *half("H2", H2_OVER))
    yield msgspec.structs.replace(period_opened("Y"), at=Y_OVER)
    yield appraisal_opened()
    yield appraisal_closed(ballots({one: {"qualified": 7} for one in PEOPLE}))


@pytest.fixture(scope="module")
def town(server: Running) -> Iterator[Town]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, told(), LOGINS) as found:
        yield found
    shutil.rmtree(folder)


def scored(of: dict[str, str]) -> list[dict[str, str]]:
    """Scores with their reason."""
    return [{"member": one, "score": score, "reason": "牵头完成专项任务"} for one, score in of.items()]


def test_f14_two_bodies_give_their_parts_and_the_total_says_so(town: Town) -> None:
    secretary = town.acting("secretary", "secretary", BRANCH)
    assert refused(secretary, f"{YEAR}/computation", {}) == (409, "component-missing")
    gate = read(secretary, YEAR)["gate"]
    assert (gate["scores_missing"], gate["appraisal_missing"]) == ({"committee": 8, "task": 8}, False)
    assert "支部班子评价还缺 8 人" in secretary.get(YEAR, headers=PAGE).text
    own = {"scores": scored({str(SECRETARY): "90"}), **sitting()}
    assert refused(secretary, COMMITTEES, own) == (409, "subject-decides")
    high = {"scores": scored({str(MEMBER): "100.5"}), **sitting()}
    assert refused(secretary, COMMITTEES, high) == (422, "component-outside")
    nothing = {"scores": [{"member": str(MEMBER), "score": "90"}], **sitting()}
    assert refused(secretary, COMMITTEES, nothing) == (422, "reason-missing")
    assert refused(secretary, TASKS, {"scores": scored({str(MEMBER): "90"}), **sitting()}) == (409, "wrong-body")
    assert refused(secretary, COMMITTEES, {"scores": [], **sitting()})[0] == 422
    # the form: one member is left empty, the secretary's own fields are not offered
    shown = secretary.get(COMMITTEES, headers=PAGE).text
    assert f"score-{MEMBER}" in shown
    assert f"score-{SECRETARY}" not in shown
    form: dict[str, Any] = {f"score-{one}": "85" for one in PEOPLE if one not in (SECRETARY, RECORDER)}
    form |= {f"score-{RECORDER}": "", **{f"reason-{one}": "支部工作扎实" for one in PEOPLE if one != SECRETARY}}
    form |= {
        "minute": "班子会〔2027〕1号",
        "present": [str(one) for one in COMMITTEE],
        "idempotency_key": key()["idempotency-key"],
    }
    sent = secretary.post(COMMITTEES, data=form, files={"file": ("纪要.pdf", b"minute")}, headers=PAGE)
    assert sent.status_code == 303, sent.text
    town.settled()
    assert read(secretary, YEAR)["gate"]["scores_missing"] == {"committee": 2, "task": 8}
    send(secretary, COMMITTEES, {"scores": scored({str(RECORDER): "85"}), **sitting()})
    send(
        town.acting("recorder", "committee_member", BRANCH),
        COMMITTEES,
        {"scores": scored({str(SECRETARY): "85"}), **sitting()},
    )
    higher = town.acting("higher", "secretary", TOP)
    board = read(higher, f"/units/{TOP}/scores?year=2026")["rows"]
    assert [(one["unit"], one["component"], one["ours"]) for one in board] == [
        (BRANCH, "committee", 0),
        (BRANCH, "task", 8),
    ]
    assert "任务考核" in higher.get(f"/units/{TOP}/scores?year=2026", headers=PAGE).text
    send(higher, TASKS, {"scores": scored({str(one): "77.77" for one in PEOPLE}), **sitting(HIGHER)})
    town.settled()
    send(town.known("secretary"), f"{YEAR}/computation", {})
    town.settled()
    line = next(one for one in read(secretary, YEAR)["results"] if one["member"] == str(MEMBER))
    # 66.00 × 0.80 = 52.80; 80.00 × 0.10 = 8.00; 85.00 × 0.06 = 5.10; 77.77 × 0.04 → 3.11
    parts = [line[name] for name in ("ledger_part", "appraisal_part", "committee_part", "task_part")]
    assert parts == ["52.80", "8.00", "5.10", "3.11"]
    assert line["total"] == "69.01"
    assert {one["component"]: one["reason"] for one in line["given"]} == {
        "committee": "支部工作扎实",
        "task": "牵头完成专项任务",
    }
    for language, words in (("zh", "52.80 + 8.00 + 5.10 + 3.11 = 69.01"), ("en", "Score of the branch committee")):
        assert words in secretary.get(YEAR, headers={**PAGE, "accept-language": language}).text
    late = {"scores": scored({str(MEMBER): "90"}), **sitting()}
    assert refused(secretary, COMMITTEES, late) == (409, "period-not-there")
    assert "本期现在不能评分" in secretary.get(COMMITTEES, headers=PAGE).text
    table = secretary.get(f"{YEAR}/exports/results.csv").text
    assert "支部班子评价,任务考核,总分" in table
    assert "85.00,77.77,69.01" in table


def test_whoever_holds_no_office_reads_nobodys_scores(town: Town) -> None:
    member = town.acting("member", "member", BRANCH)
    assert member.get(TASKS, headers=JSON).status_code == 403
    assert refused(member, TASKS, {"scores": scored({str(MEMBER): "99"}), **sitting()})[0] == 403
