"""异议 through HTTP: J3 with its exits, and what is right at the end is what counts (SPEC §5: 3, 4, 5, 6)."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from domain.notice.notice import notice_id
from domain.recording.archive import PointsConfirmed, RecordReplaced, RecordReversed
from ops.embedded import Running
from ops.example.people import BRANCH, WORK_COMMITTEE
from tests.api.moving import Moving
from tests.api.town import PAGE, Town, founded, key

NOTICE = notice_id(BRANCH, "TD-202605", "R-LX-1", 1)
BOARD = f"/units/{BRANCH}/notices/{NOTICE}"
JSON = {"accept": "application/json"}
MAY_20 = datetime(2026, 5, 20, 4, tzinfo=UTC)
LAST_MINUTE = datetime(2026, 5, 22, 16, 0, 30, tzinfo=UTC)
"""The term ended on Thursday 21 May; paper is waited for until Friday's midnight, and a minute more."""


@pytest.fixture(scope="module")
def moving(server: Running) -> Iterator[Moving]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with founded(server, folder) as town:
        yield Moving(town)
    shutil.rmtree(folder)


def read(client: httpx2.Client, path: str) -> Any:
    answered = client.get(path, headers=JSON)
    assert answered.status_code == 200, answered.text
    return answered.json()["value"]


def send(client: httpx2.Client, path: str, body: object, status: int = 200) -> Any:
    answered = client.post(path, json=body, headers={**key(), **JSON})
    assert answered.status_code == status, answered.text
    return answered.json()


def line(town: Town, login: str) -> int:
    """The line of a person, as the secretary sees it."""
    name = {"member": "吕淏然", "substitute": "何宣传"}[login]
    lines = read(town.acting("secretary", "secretary", BRANCH), BOARD)["lines"]
    return int(next(one["line"] for one in lines if name in one["name"]))


def at_desk(town: Town) -> httpx2.Client:
    return town.acting("officer", "officer", WORK_COMMITTEE)


def filed(town: Town, login: str, about: str = "line", number: int | None = None) -> Any:
    body: dict[str, object] = {"about": about, "reason": "当天我在场,签到簿有签名。"}
    if number is not None:
        body["line"] = number
    return send(town.acting(login, "member", BRANCH), f"{BOARD}/objections", body, 201)


def decided(town: Town, number: str, outcome: str, correction: object = None) -> str:
    """The whole way to the reply, by one handler of the next higher organisation."""
    place = f"/units/{BRANCH}/objections/{number}"
    client = at_desk(town)
    send(client, f"{place}/acceptance", {})
    send(client, f"{place}/handler", {"handler": str(town.members["officer"])})
    today = town_day(client)
    send(client, f"{place}/hearing", {"heard": ["subject", "recorder"], "held_on": today, "note": "均已听取。"})
    send(client, f"{place}/finding", {"finding": "签到簿第三行。"})
    send(client, f"{place}/decision", {"outcome": outcome, "correction": correction, "reply": "答复如下。"})
    send(client, f"{place}/reply", {"how": "witnessed_paper"})
    return place


def town_day(client: httpx2.Client) -> str:
    found = re.search(r"模拟时间为?.*?(\d{4})年(\d{1,2})月(\d{1,2})日", client.get("/", headers=PAGE).text)
    if found is None:
        return "2026-05-20"
    year, month, day = found.groups()
    return f"{year}-{int(month):02d}-{int(day):02d}"


def test_j3_in_the_last_minute_it_blocks_its_line_and_the_other_fourteen_confirm(moving: Moving) -> None:
    with moving.at(LAST_MINUTE) as town:
        number = line(town, "member")
        receipt = filed(town, "substitute", number=number)
        assert set(receipt) == {"objection", "receipt", "secret", "follow", "first", "last"}
    assert moving.carry_out(datetime(2026, 5, 22, 16, 2, tzinfo=UTC)) == 2
    with moving.at(datetime(2026, 5, 23, 1, tzinfo=UTC)) as town:
        secretary = town.acting("secretary", "secretary", BRANCH)
        notice = read(secretary, BOARD)
        assert (notice["status"], {one["line"]: one["state"] for one in notice["lines"]}[number]) == (
            "closed",
            "suspended",
        )
        assert sum(one["state"] == "open" for one in notice["lines"]) == 14
        closed = [entry for entry in moving.entries() if entry.type == "notice-closed"][-1]
        confirmed = [e for e in moving.entries() if isinstance(e.fact, PointsConfirmed) and e.at >= closed.at]
        assert len(confirmed) == 14
        register = read(secretary, f"/units/{BRANCH}/objections")["objections"]
        assert [(one["receipt"], one["holds"]) for one in register] == [(receipt["receipt"], True)]
        _members_see_no_names(town)
        followed = send(
            town.known(""), "/objections/follow", {"receipt": receipt["receipt"], "secret": receipt["secret"]}
        )
        assert (followed["status"], followed["may_withdraw"]) == ("filed", True)
        wrong = town.known("").post(
            "/objections/follow", json={"receipt": receipt["receipt"], "secret": "x"}, headers=JSON
        )
        assert wrong.status_code == 404
    _upheld(moving, receipt)


def _members_see_no_names(town: Town) -> None:
    gone = town.acting("member", "member", BRANCH).get(BOARD, headers=JSON)
    assert (gone.status_code, gone.json()["code"]) == (410, "notice-over")
    page = town.acting("member", "member", BRANCH).get(BOARD, headers=PAGE)
    assert page.status_code == 410
    assert "示例·施一喆" not in page.text


def _upheld(moving: Moving, receipt: Any) -> None:
    """6: reversal, replacement, a notice of its own; the total right before and after."""
    member = moving.town.members["member"]
    number = receipt["objection"]
    with moving.at(datetime(2026, 5, 25, 2, tzinfo=UTC)) as town:
        before = read(town.acting("member", "member", BRANCH), f"/members/{member}/points")
        place = decided(town, number, "upheld", {"outcome": "absent"})
        case = read(at_desk(town), place)
        assert case["opened"]["name"].endswith("何宣传")
        assert case["opened"]["reason"].startswith("当天我在场")
        seen = read(town.acting("higher", "committee_member", WORK_COMMITTEE), place)
        assert (seen["opened"], seen["mine"]) == (None, False)
        mine = read(town.acting("member", "member", BRANCH), "/objections/mine")["objections"]
        assert [one["outcome"] for one in mine] == ["upheld"]
    # One appeal term: five working days from the delivery on 25 May.
    before_the_end = len(moving.entries())
    moving.carry_out(datetime(2026, 6, 1, 15, 59, tzinfo=UTC))
    assert len(moving.entries()) == before_the_end, "terms that were kept call for nothing"
    moving.carry_out(datetime(2026, 6, 1, 16, 2, tzinfo=UTC))
    facts = [entry.fact for entry in moving.entries()]
    assert sum(isinstance(fact, RecordReversed) for fact in facts) == 1
    assert sum(isinstance(fact, RecordReplaced) for fact in facts) == 1
    with moving.at(datetime(2026, 6, 2, 1, tzinfo=UTC)) as town:
        secretary = town.acting("secretary", "secretary", BRANCH)
        again = read(secretary, f"/units/{BRANCH}/objections/{number}")["renoticed"]
        board = f"/units/{BRANCH}/notices/{again}"
        send(secretary, f"{board}/check", {"shows": ["name", "item", "outcome"]})
        send(secretary, f"{board}/posting", {})
        assert read(secretary, board)["lines"][0]["outcome"] == "absent"
    moving.carry_out(datetime(2026, 6, 9, 16, 2, tzinfo=UTC))
    with moving.at(datetime(2026, 6, 10, 1, tzinfo=UTC)) as town:
        client = town.acting("member", "member", BRANCH)
        after = read(client, f"/members/{member}/points")
        assert _study(before) != _study(after)
        records = read(client, f"/members/{member}/points/2026/LX")
        found = [r for span in records["spans"] for item in span["items"] for r in item["records"]]
        new = [one for one in found if one["outcome"] == "absent"]
        assert len(new) == 1
        chain = read(client, f"/members/{member}/records/{new[0]['record']}")
        assert (chain["state"], chain["corrected_by"]) == ("confirmed", receipt["receipt"])
        old = read(client, f"/members/{member}/records/{chain['replaces']}")
        assert (old["state"], old["replaced_by"]) == ("reversed", new[0]["record"])


def _study(points: Any) -> Any:
    return next(one for one in points["periods"] if one["period"] == "H1")
