"""异议 to honours and deductions through HTTP: who may look into them, what is right instead, what falls away."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from ops.embedded import Running
from ops.example.people import BRANCH, WORK_COMMITTEE
from tests.api.hung import honour_hung, minuted, named, noticed, sha
from tests.api.moving import Moving, moving_town
from tests.api.test_objections import JSON, MAY_20, at_desk, decided, form, read, send
from tests.api.town import PAGE, Town, key

REPLY_OVER = datetime(2026, 5, 27, 16, 2, tzinfo=UTC)
"""A reply handed over on 20 May lets five working days for an appeal: until Wednesday 27 May, 24:00."""


@pytest.fixture(scope="module")
def moving(server: Running) -> Iterator[Moving]:
    with moving_town(server) as moving:
        yield moving


def refused(client: httpx2.Client, path: str, body: object) -> str:
    answered = client.post(path, json=body, headers={**key(), **JSON})
    assert 400 <= answered.status_code < 500, answered.text
    return str(answered.json()["code"])


def proposed(town: Town, login: str, role: str, unit: str, member: str) -> tuple[str, str]:
    """A complaint, proposed by somebody; the notice's title and the case's address."""
    wish = {
        "member": member,
        "item": "N-QZ-1",
        "level": "each",
        "matter": f"CMP-{uuid4().hex[:6]}",
        "dated_on": "2026-05-19",
        "document_kind": "complaint_finding",
        "document": sha(str(uuid4())),
        "particulars": "窗口服务投诉经查实",
    }
    sent = town.acting(login, role, unit).post(f"/units/{BRANCH}/deductions", json=wish, headers={**key(), **JSON})
    assert sent.status_code == 201, sent.text
    return str(wish["matter"]), str(sent.headers["location"]).partition("?")[0]


def heard_and_approved(town: Town, login: str, place: str) -> None:
    """The person says that he has nothing to say; the branch's committee approves."""
    himself = town.acting(login, "member", BRANCH)
    send(himself, f"{place}/statement", {"statement": "情况属实。", "final": True})
    secretary = town.acting("secretary", "secretary", BRANCH)
    send(secretary, f"{place}/decision", {**minuted(), "verdict": "approved"})


def test_a_level_that_was_too_high_is_corrected_after_an_objection_by_the_public(moving: Moving) -> None:
    with moving.at(MAY_20) as town:
        board = honour_hung(moving, town, "FW-2026-05", "企业开办一日办结", "严玥")
        secretary = town.acting("secretary", "secretary", BRANCH)
        link = read(secretary, board)["link"]
        path = link[link.index("/public/") :]
        page = town.known("").get(path, headers=PAGE).text
        assert 'value="missing_line"' not in page, "an honour's notice has no roster"
        said = {"what": "line.1", "name": "王女士", "contact": "138-0000", "reason": "她是参与,不是牵头。"}
        filed = form(town.known(""), f"{path}/objections", **said)
        assert filed.status_code == 201
        receipt = re.search(r"YY-[0-9A-F]{10}", filed.text)
        assert receipt is not None
        moving.town.settled()
        rows = read(secretary, f"/units/{BRANCH}/objections")["objections"]
        number = next(one["objection"] for one in rows if one["receipt"] == receipt.group())
        place = f"/units/{BRANCH}/objections/{number}"
        # The work committee approved the honour: neither its secretary nor a member of it looks into it.
        leader = town.acting("leader", "secretary", WORK_COMMITTEE)
        assert refused(leader, f"{place}/acceptance", {}) == "concerned-steps-back"
        send(at_desk(town), f"{place}/acceptance", {})
        for login in ("higher", "recorder", "secretary"):
            assert refused(at_desk(town), f"{place}/handler", {"handler": str(town.members[login])}) == "handler-unfit"
        officer = at_desk(town)
        send(officer, f"{place}/handler", {"handler": str(town.members["officer"])})
        send(officer, f"{place}/hearing", {"heard": ["subject"], "held_on": "2026-05-20", "note": "本人认可。"})
        send(officer, f"{place}/finding", {"finding": "任务单上列为参与。"})
        moving.town.settled()
        asked = officer.get(place, headers=PAGE).text
        assert 'value="honoured.part"' in asked
        assert 'value="honoured.lead"' not in asked
        assert 'value="attended"' not in asked
        assert "区级机关工委(示例)" in asked
        right = {"outcome": "partly", "right_outcome": "honoured.part", "reply": "按参与计分。"}
        assert form(officer, f"{place}/decision", **right).status_code == 303
        send(officer, f"{place}/reply", {"how": "witnessed_paper"})
    moving.carry_out(REPLY_OVER)
    _counted_at_the_right_level(moving, number)


def _counted_at_the_right_level(moving: Moving, number: str) -> None:
    her = named("严玥")
    with moving.at(datetime(2026, 5, 28, 1, tzinfo=UTC)) as town:
        secretary = town.acting("secretary", "secretary", BRANCH)
        again = read(secretary, f"/units/{BRANCH}/objections/{number}")["renoticed"]
        board = f"/units/{BRANCH}/notices/{again}"
        # Who entered the honour does not show its correction either; who showed it the first time does.
        recorder = town.acting("recorder", "committee_member", BRANCH)
        assert refused(recorder, f"{board}/check", {"shows": ["name"]}) == "enterer-shows"
        assert "由班子其他成员审查、发布" in recorder.get(board, headers=PAGE).text
        send(secretary, f"{board}/check", {"shows": ["name", "item", "points"]})
        send(secretary, f"{board}/posting", {})
        line = read(secretary, board)["lines"][0]
        assert (line["outcome"], line["level_zh"], line["points"]) == ("honoured", "参与", "0.50")
    moving.carry_out(datetime(2026, 6, 9, 16, 2, tzinfo=UTC))
    with moving.at(datetime(2026, 6, 10, 1, tzinfo=UTC)) as town:
        points = read(town.acting("secretary", "secretary", BRANCH), f"/members/{her}/points")
        assert ("0.50", "confirmed") in [(one["points"], one["state"]) for one in points["honours"]]


def test_a_deduction_that_falls_is_reversed_and_its_proposer_had_no_hand_in_it(moving: Moving) -> None:
    himself = str(moving.town.members["committee"])
    with moving.at(datetime(2026, 6, 10, 2, tzinfo=UTC)) as town:
        proposer = ("higher", "committee_member", WORK_COMMITTEE)
        _, place = proposed(town, *proposer, himself)
        heard_and_approved(town, "committee", place)
        moving.carry_out(moving.now)
        board = noticed(town, place, himself)
        secretary = town.acting("secretary", "secretary", BRANCH)
        send(secretary, f"{board}/check", {"shows": ["name", "item", "points"]})
        send(secretary, f"{board}/posting", {})
        objection = {"about": "line", "line": 1, "reason": "投诉对象不是我。"}
        member = town.acting("committee", "member", BRANCH)
        filed = send(member, f"{board}/objections", objection, 201)
        moving.town.settled()
        case = f"/units/{BRANCH}/objections/{filed['objection']}"
        assert refused(town.acting(*proposer), f"{case}/acceptance", {}) == "concerned-steps-back"
        leader = town.acting("leader", "secretary", WORK_COMMITTEE)
        send(leader, f"{case}/acceptance", {})
        assert refused(leader, f"{case}/handler", {"handler": str(town.members["higher"])}) == "handler-unfit"
        decided_by_the_officer(town, filed["objection"])
        record = read(member, f"/members/{himself}/deductions/{place.rpartition('/')[2]}")["record"]
        assert read(member, f"/members/{himself}/records/{record}")["state"] == "suspended"
        assert [one["state"] for one in read(member, f"/members/{himself}/points")["deductions"]] == ["suspended"]
        assert "暂缓" in member.get(f"/members/{himself}/points", headers=PAGE).text
    moving.carry_out(datetime(2026, 6, 17, 16, 2, tzinfo=UTC))
    with moving.at(datetime(2026, 6, 18, 1, tzinfo=UTC)) as town:
        member = town.acting("committee", "member", BRANCH)
        assert read(member, f"/members/{himself}/points")["deductions"] == []
        chain = read(member, f"/members/{himself}/records/{record}")
        assert chain["state"] == "reversed"
        assert "冲销" in member.get(f"/members/{himself}/records/{record}", headers=PAGE).text


def decided_by_the_officer(town: Town, number: str) -> None:
    place, officer = f"/units/{BRANCH}/objections/{number}", at_desk(town)
    send(officer, f"{place}/handler", {"handler": str(town.members["officer"])})
    send(officer, f"{place}/hearing", {"heard": ["subject", "recorder"], "held_on": "2026-06-10", "note": "已听取。"})
    send(officer, f"{place}/finding", {"finding": "投诉对象另有其人。"})
    send(officer, f"{place}/decision", {"outcome": "upheld", "correction": None, "reply": "减分撤销。"})
    send(officer, f"{place}/reply", {"how": "witnessed_paper"})


def test_whoever_proposed_a_deduction_does_not_post_it_by_page_or_program(moving: Moving) -> None:
    her: Any = moving.town.members["probationary"]
    with moving.at(datetime(2026, 6, 18, 2, tzinfo=UTC)) as town:
        _, place = proposed(town, "committee", "committee_member", BRANCH, str(her))
        heard_and_approved(town, "probationary", place)
        moving.carry_out(moving.now)
        board = noticed(town, place, str(her))
        proposer = town.acting("committee", "committee_member", BRANCH)
        assert "由班子其他成员审查、发布" in proposer.get(board, headers=PAGE).text
        assert f'action="{board}/check"' not in proposer.get(board, headers=PAGE).text
        assert refused(proposer, f"{board}/check", {"shows": ["name"]}) == "enterer-shows"
        send(town.acting("secretary", "secretary", BRANCH), f"{board}/check", {"shows": ["name"]})
        assert refused(proposer, f"{board}/posting", {}) == "enterer-shows"
        assert form(proposer, f"{board}/posting").status_code == 409


def test_an_objection_that_is_rejected_leaves_the_deduction_as_it_was(moving: Moving) -> None:
    with moving.at(datetime(2026, 6, 18, 3, tzinfo=UTC)) as town:
        rows = read(town.acting("secretary", "secretary", BRANCH), f"/units/{BRANCH}/notices")["to_post"]
        board = f"/units/{BRANCH}/notices/" + next(one["notice"] for one in rows if one["status"] == "checked")
        send(town.acting("secretary", "secretary", BRANCH), f"{board}/posting", {})
        filed = send(
            town.acting("probationary", "member", BRANCH),
            f"{board}/objections",
            {"about": "line", "line": 1, "reason": "当天系统停机。"},
            201,
        )
        moving.town.settled()
        # The discipline commissioner of the branch decided it; the officer above did not.
        decided(town, filed["objection"], "rejected")
    moving.carry_out(datetime(2026, 7, 7, 16, 2, tzinfo=UTC))
    with moving.at(datetime(2026, 7, 8, 1, tzinfo=UTC)) as town:
        her = town.members["probationary"]
        points = read(town.acting("probationary", "member", BRANCH), f"/members/{her}/points")
        assert [(one["points"], one["state"]) for one in points["deductions"]] == [("2.00", "confirmed")]
