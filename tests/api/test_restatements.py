"""SPEC §5.8 and §5.10 through HTTP and pages: a year restated, and the measures of the year after it withdrawn."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest

from domain.actor import person
from ops import ahead
from ops.embedded import Running
from tests.api.assessed import JSON, at_branch, read, refused, send, sitting
from tests.api.lived import PEOPLE as LOGINS
from tests.api.lived import lived
from tests.api.moving import Moving
from tests.api.test_measures import idle_year
from tests.api.test_reports import duties_of
from tests.api.town import PAGE, Town
from tests.domain.branch import (
    BRANCH,
    LEADER,
    MEMBER,
    OFFICER,
    PEOPLE,
    TOP,
    VERSION,
    appointed,
    calendar,
    commands,
    digest,
    registered,
)
from tests.domain.restated import LEADERS, version_published

HERE = f"/units/{BRANCH.replace('/', '~')}"
KINDER = "kinder-2"
ORDERED = datetime(2028, 3, 6, 2, tzinfo=UTC)
ADOPTED = ORDERED + timedelta(days=14)

ORDERED_BY_WHO_APPROVED = """
UPDATE restatements SET by = (SELECT (convert_from(state, 'UTF8')::jsonb #>> '{actor,person}')::uuid
                              FROM ledger.entries WHERE type = 'restatement-approved')
"""


@pytest.fixture(scope="module")
def town(server: Running) -> Iterator[Moving]:
    """Two years 基本合格, and a kinder version that takes effect much later."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    told = (
        *commands(),
        calendar(2027),
        calendar(2028, (date(2028, 10, 2),)),
        *(registered(one, TOP) for one in LEADERS),
        *(appointed(one, "leading_group", TOP) for one in LEADERS),
        *idle_year(2026),
        *idle_year(2027),
        *version_published(
            KINDER,
            {'"at_least": "70"': '"at_least": "65"'},
            date(2029, 1, 1),
            datetime(2028, 2, 25, 1, tzinfo=UTC),
        ),
    )
    logins: dict[str, UUID] = {
        **LOGINS,
        "leader": LEADER,
        "officer": OFFICER,
        "orderer": LEADERS[0],
        "approver": LEADERS[1],
    }
    with lived(server, folder, told, logins) as found:
        yield Moving(found)
    shutil.rmtree(folder)


def group(town: Town, login: str) -> httpx2.Client:
    return town.acting(login, "leading_group", TOP)


def meeting() -> dict[str, object]:
    return sitting(LEADERS)


def order(**fields: object) -> dict[str, object]:
    said = {
        "year": 2026,
        "period": "Y",
        "rules": KINDER,
        "document_kind": "decision",
        "document": digest("basis"),
        "reason": "合格线定得过高,依巡察意见重算",
    }
    return {**said, **meeting(), **fields}


def page(client: httpx2.Client, path: str) -> str:
    answered = client.get(path, headers=PAGE)
    assert answered.status_code == 200, answered.text
    return answered.text


def test_10_an_ordered_restatement_of_year_1_withdraws_the_measure_of_year_2(town: Moving) -> None:
    place = f"{HERE}/restatements/2026/Y/1"
    with town.at(ORDERED) as now:
        _tried(now.acting("officer", "officer", TOP))
        _from_the_command_line(now)
        assert refused(at_branch(now), f"{HERE}/restatements", order()) == (403, "not-permitted")
        assert refused(group(now, "leader"), f"{HERE}/restatements", order())[1] == "concerned-orders"
        assert refused(group(now, "orderer"), f"{HERE}/restatements", order(rules="none"))[0] == 404
        assert "决定重算" in page(group(now, "orderer"), f"{HERE}/restatements")
        send(group(now, "orderer"), f"{HERE}/restatements", order(), 201)
    with town.at(ORDERED) as now:
        found = read(group(now, "approver"), place)
        assert (found["row"]["status"], found["members"], found["row"]["better"]) == ("computed", len(PEOPLE), 8)
        assert {(one["before_grade"], one["grade"]) for one in found["people"]} == {
            ("basically_qualified", "qualified")
        }
        assert all("correct" in one["measures_gone"] for one in found["people"])
        assert "基本合格 → 合格" in page(group(now, "approver"), place)
        assert refused(group(now, "orderer"), f"{place}/approval", {"verdict": "approved", **meeting()}) == (
            409,
            "orderer-approves",
        )
        told = group(now, "approver").get(f"{place}/exports/lines.csv")
        assert told.text.count("68.80") == 2 * len(PEOPLE)
        send(group(now, "approver"), f"{place}/approval", {"verdict": "approved", **meeting()})
    with town.at(ORDERED) as now:
        _noticed(at_branch(now))
    with town.at(ADOPTED) as now:
        assert read(group(now, "approver"), place)["row"]["adopted"] == len(PEOPLE)
        _both_stand(now.acting("member", "member", BRANCH))
        measures = _of_member(read(at_branch(now), f"{HERE}/measures")["items"])
        assert measures == {
            (2026, "correct"): "withdrawn",
            (2027, "help"): "withdrawn",
            (2027, "correct"): "proposed",
        }

    _by_different_hands(town)
    _left_out(town)


def _by_different_hands(town: Moving) -> None:
    """The report on duties looks at who ordered and who approved, and finds what the ledger would have refused."""
    rule = "orders-and-approves"
    found = duties_of(town.town, unit=TOP, now=ADOPTED)[rule]
    assert (found["checked"], found["wrong"]) == (1, 0)
    assert duties_of(town.town, ORDERED_BY_WHO_APPROVED, TOP, ADOPTED)[rule]["wrong"] == 1


def _left_out(town: Moving) -> None:
    """J9: a prize of which nobody had heard is added by order; what speaks against somebody is not."""
    prize = {
        "member": str(PEOPLE[0]), "matter": "AW-LEFT", "item": "H-LX-1", "occurred_on": "2026-05-20",
        "counted_on": "2026-05-20", "right": {"outcome": "honoured", "level": "municipal_first"},
        "document_kind": "award_certificate", "document": digest("certificate"),
    }  # fmt: skip
    burden = {**prize, "item": "N-QZ-1", "right": {"outcome": "deducted", "level": "each"}}
    with town.at(ADOPTED) as now:
        orderer = group(now, "orderer")
        assert refused(orderer, f"{HERE}/restatements", order(rules=None, additions=[burden])) == (
            409,
            "addition-is-burden",
        )
        assert "补记漏记的记录" in page(orderer, f"{HERE}/restatements")
        send(orderer, f"{HERE}/restatements", order(rules=None, additions=[prize]), 201)
    with town.at(ADOPTED) as now:
        found = read(group(now, "approver"), f"{HERE}/restatements/2026/Y/2")
        assert (found["row"]["status"], found["row"]["corrections"]) == ("computed", 1)
        better = next(one for one in found["people"] if one["member"] == str(PEOPLE[0]))
        assert [line["new"] for line in better["lines"] if line["item"] == "H-LX-1"] == ["3.00"]


def _tried(officer: httpx2.Client) -> None:
    """What if, before anything is ordered: of eight people nothing is shown but how many they are."""
    here = f"/units/{TOP}/rules/what-if?year=2026&version={VERSION}"
    found = read(officer, f"{here}&figure=grades.qualified.at_least&value=65")["found"]
    assert (found["too_few"], found["members"], found["better"], found["branches"]) == (True, 8, 0, [])
    assert "8 人会变" not in page(officer, f"{here}&figure=grades.qualified.at_least&value=65")
    assert officer.get(f"{here}&figure=grades.qualified.name&value=65", headers=JSON).json()["code"] == "figure-unknown"
    assert officer.get(f"{here}&figure=honour_rules.cap_year&value=x", headers=JSON).json()["code"] == "figure-wrong"
    assert "不足十人" in page(officer, f"/units/{TOP}/rules/what-if?year=2026&version={KINDER}")
    told = officer.get(f"{here.replace('?', '/exports/branches.csv?')}&figure=grades.qualified.at_least&value=65")
    assert "qualified" not in told.text, "nor are their grades"


def _from_the_command_line(town: Town) -> None:
    """The same figures, and the full difference of a member as a file."""
    found = ahead.tried(town.deployment, TOP, VERSION, 2026, "Y", ("grades.qualified.at_least", "65"))
    assert (found.too_few, found.members, found.better) == (True, 8, 0)
    actor = person(LEADERS[1], "leading_group", TOP)
    rows = ahead.differing(town.deployment, actor, (BRANCH, 2026, "Y"), KINDER)
    assert {(one.effect, one.grade) for one in rows} == {("better", "qualified")}
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("csv", "json"):
            file = Path(folder) / f"difference.{kind}"
            ahead.written(file, [(BRANCH, 2026, rows)])
            assert file.read_text("utf-8").count("basically_qualified") == len(PEOPLE)


def _noticed(client: httpx2.Client) -> None:
    notice = read(client, f"{HERE}/restatements/2026/Y/1")["notice"]
    assert "重算结果公示" in page(client, f"{HERE}/notices/{notice}")
    send(client, f"{HERE}/notices/{notice}/check", {"shows": ["name", "points"]})
    send(client, f"{HERE}/notices/{notice}/posting", {})


def _both_stand(member: httpx2.Client) -> None:
    """The old determination and the new, side by side, for the member himself."""
    own = read(member, f"/members/{MEMBER}/restatements")["determinations"]
    both = [
        (one["version"], one["grade"], one["superseded"]) for one in own if (one["year"], one["period"]) == (2026, "Y")
    ]
    assert both == [(1, "basically_qualified", True), (2, "qualified", False)]
    assert "已更正" in page(member, f"/members/{MEMBER}/restatements")


def _of_member(items: list[Any]) -> dict[tuple[int, str], str]:
    return {(one["year"], one["code"]): one["status"] for one in items if one["member"] == str(MEMBER)}
