"""异议 through HTTP: J3 with its exits, and what is right at the end is what counts (SPEC §5: 3, 4, 5, 6)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import pytest

from domain.notice.notice import notice_id
from domain.recording.archive import PointsConfirmed, RecordReplaced, RecordReversed
from ops.embedded import Running
from ops.example.people import BRANCH, WORK_COMMITTEE
from tests.api.moving import Moving, moving_town
from tests.api.town import PAGE, Town, key

NOTICE = notice_id(BRANCH, "TD-202605", "R-LX-1", 1)
BOARD = f"/units/{BRANCH}/notices/{NOTICE}"
JSON = {"accept": "application/json"}
MAY_20 = datetime(2026, 5, 20, 4, tzinfo=UTC)
LAST_MINUTE = datetime(2026, 5, 22, 16, 0, 30, tzinfo=UTC)
"""The term ended on Thursday 21 May; paper is waited for until Friday's midnight, and a minute more."""


@pytest.fixture(scope="module")
def moving(server: Running) -> Iterator[Moving]:
    # Noticed beyond the branch, so that the same notice has both editions.
    with moving_town(server, public_sheets=True) as moving:
        yield moving


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


MEETING = notice_id(BRANCH, "BM-202605", "R-GJ-1", 1)
MEETING_BOARD = f"/units/{BRANCH}/notices/{MEETING}"


def form(client: httpx2.Client, path: str, **fields: object) -> httpx2.Response:
    """A page's form, as a browser without JavaScript sends it."""
    return client.post(path, data={**key_field(), **fields}, headers=PAGE)


def key_field() -> dict[str, str]:
    return {"idempotency_key": key()["idempotency-key"]}


def test_what_is_shown_is_checked_before_it_is_posted_by_forms_alone(moving: Moving) -> None:
    with moving.at(MAY_20) as town:
        secretary = town.acting("secretary", "secretary", BRANCH)
        page = secretary.get(MEETING_BOARD, headers=PAGE).text
        assert f'action="{MEETING_BOARD}/check"' in page
        assert f'action="{MEETING_BOARD}/posting"' not in page
        early = secretary.post(f"{MEETING_BOARD}/posting", json={}, headers={**key(), **JSON})
        assert (early.status_code, early.json()["code"]) == (409, "notice-not-checked")
        too_wide = secretary.post(
            f"{MEETING_BOARD}/check", json={"shows": ["identity_card"]}, headers={**key(), **JSON}
        )
        assert (too_wide.status_code, too_wide.json()["code"]) == (422, "body-invalid")
        assert form(secretary, f"{MEETING_BOARD}/check", shows=["name", "outcome"]).status_code == 303
        assert form(secretary, f"{MEETING_BOARD}/posting").status_code == 303
        moving.town.settled()
        hung = read(secretary, MEETING_BOARD)
        assert (hung["status"], hung["shows"], hung["ends_on"]) == ("posted", ["name", "outcome"], "2026-05-25")
        picture = {"posted_on": "2026-05-20", "sha256": "ab" * 32}
        send(secretary, f"{MEETING_BOARD}/pictures", picture)
        moving.town.settled()
        assert [one["sha256"] for one in read(secretary, MEETING_BOARD)["pictures"]] == ["ab" * 32]


def test_the_public_reads_and_objects_by_an_unguessable_link(moving: Moving) -> None:
    with moving.at(MAY_20) as town:
        link = read(town.acting("secretary", "secretary", BRANCH), BOARD)["link"]
        path = link[link.index("/public/") :]
        public = town.known("")
        page = public.get(path, headers=PAGE)
        assert page.status_code == 200
        assert "noindex" in page.headers["x-robots-tag"]
        assert "示例·施一喆" in page.text
        assert str(town.members["member"]) not in page.text
        assert public.get(path[:-1] + "!", headers=JSON).status_code == 404
        assert public.get(path.replace(str(NOTICE), str(MEETING)), headers=JSON).status_code == 404
        said = {"what": "procedure", "name": "王女士", "contact": "138-0000", "reason": "公示栏太高,看不到。"}
        filed_by_form = form(public, f"{path}/objections", **said)
        assert filed_by_form.status_code == 201
        found = re.search(r"YY-[0-9A-F]{10}", filed_by_form.text)
        assert found is not None
        assert "no-store" in filed_by_form.headers["cache-control"]
        nameless = {"about": "line", "line": 1, "reason": "听说的。"}
        told = send(public, f"{path}/objections", nameless, 201)
        moving.town.settled()
        state = send(public, "/objections/follow", {"receipt": told["receipt"], "secret": told["secret"]})
        assert (state["standing"], state["status"]) == ("information", "closed")
        assert {one["state"] for one in read(public, path)["lines"]} == {"open"}
        again = {"receipt": told["receipt"], "secret": told["secret"]}
        refused = public.post("/objections/withdrawal", json=again, headers={**key(), **JSON})
        assert (refused.status_code, refused.json()["code"]) == (409, "objection-not-at-step")


def test_a_repeat_gets_the_same_receipt_and_the_same_secret(moving: Moving) -> None:
    with moving.at(MAY_20) as town:
        client, once = town.acting("member", "member", BRANCH), key()
        body = {"about": "procedure", "reason": "会议记录未公开。"}
        first, second = (client.post(f"{BOARD}/objections", json=body, headers={**once, **JSON}) for _ in range(2))
        assert first.json() == second.json()
        other = client.post(f"{BOARD}/objections", json={**body, "reason": "另一件事。"}, headers={**once, **JSON})
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
        moving.town.settled()
        kept = {"receipt": first.json()["receipt"], "secret": first.json()["secret"]}
        done = form(town.known(""), "/objections/withdrawal", **kept)
        assert done.status_code == 200
        moving.town.settled()
        assert send(town.known(""), "/objections/follow", kept)["ended"] == "withdrawn"


def test_j3_in_the_last_minute_it_blocks_its_line_and_the_other_fourteen_confirm(moving: Moving) -> None:
    with moving.at(LAST_MINUTE) as town:
        number = line(town, "member")
        receipt = filed(town, "substitute", number=number)
        assert set(receipt) == {"objection", "receipt", "secret", "follow", "first", "last"}
    moving.carry_out(datetime(2026, 5, 22, 16, 2, tzinfo=UTC))
    with moving.at(datetime(2026, 5, 23, 1, tzinfo=UTC)) as town:
        secretary = town.acting("secretary", "secretary", BRANCH)
        notice = read(secretary, BOARD)
        assert (notice["status"], {one["line"]: one["state"] for one in notice["lines"]}[number]) == (
            "closed",
            "suspended",
        )
        assert sum(one["state"] == "open" for one in notice["lines"]) == 14
        assert secretary.get(BOARD, headers=PAGE).text.count("异议办理中") == 1
        closed = [entry for entry in moving.entries() if entry.type == "notice-closed"][-1]
        confirmed = [e for e in moving.entries() if isinstance(e.fact, PointsConfirmed) and e.at >= closed.at]
        assert len(confirmed) == 14
        register = read(secretary, f"/units/{BRANCH}/objections")["objections"]
        holding = [one["receipt"] for one in register if one["holds"] and one["title"] == "5月主题党日"]
        assert holding == [receipt["receipt"]]
        _notice_as_it_was(secretary, number)
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
    moving.carry_out(datetime(2026, 6, 1, 15, 59, tzinfo=UTC))
    assert _after(moving, number) == []
    moving.carry_out(datetime(2026, 6, 1, 16, 2, tzinfo=UTC))
    assert _after(moving, number) == [RecordReversed, RecordReplaced]
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
        page = client.get(f"/members/{member}/records/{new[0]['record']}", headers=PAGE).text
        assert f"/members/{member}/records/{chain['replaces']}" in page
        assert "缺席" in page
        _as_it_was(client, member, before, after)
        _record_as_it_was(client, f"/members/{member}/records/{chain['replaces']}")
        _offices_as_they_were(client)


def _record_as_it_was(client: httpx2.Client, place: str) -> None:
    """A record that was reversed stood once; its page says so of that day, and where it changed."""
    now = read(client, place)
    then = read(client, f"{place}?known_at=2026-05-22T23:00")
    assert (then["state"], then["replaced_by"], then["back"]["valid_on"]) == ("pending", None, None)
    assert {one["what"] for one in now["places"]} > {one["what"] for one in then["places"]}
    types = [one["type"] for one in then["back"]["steps"]]
    assert types.index("record-suspended") < types.index("record-replaced")
    last = read(client, f"{place}?step={len(types)}")
    assert {**last, "back": None} == now
    page = client.get(f"{place}?known_at=2026-05-22T23:00", headers=PAGE).text
    assert 'type="range"' in page
    for early in ("known_at=2026-01-20", "valid_on=2026-01-20"):
        assert client.get(f"{place}?{early}", headers=JSON).json()["code"] == "nothing-known-then"


def _offices_as_they_were(client: httpx2.Client) -> None:
    """Who held which office on a day, as known then, in an organisation and in what lies below it."""
    place = f"/units/{BRANCH}/offices"
    now = read(client, place)
    then = read(client, f"{place}?known_at=2026-05-25&valid_on=2026-05-25&role=recorder")
    assert {one["role"] for one in then["offices"]} == {"recorder"}
    assert then["offices"] == [one for one in now["offices"] if one["role"] == "recorder"]
    assert (then["day"], then["back"]["step"] > 0) == ("2026-05-25", True)
    assert read(client, f"{place}?known_at={then['back']['steps'][0]['position'] - 1}&role=recorder")["offices"] == []
    page = client.get(f"{place}?known_at=2026-05-25", headers=PAGE).text
    assert 'type="range"' in page
    assert client.get(f"{place}?role=emperor", headers=JSON).status_code == 422


def _as_it_was(client: httpx2.Client, member: UUID, before: Any, after: Any) -> None:
    """6: the total is right at both dates: as it was known before the reversal, and as it is known now."""
    place = f"/members/{member}/points?year=2026"
    then = read(client, f"{place}&known_at=2026-05-25T10:00")
    assert {**then, "back": None} == before
    assert then["back"]["steps"][then["back"]["step"] - 1]["position"] <= then["back"]["position"]
    now = read(client, f"{place}&known_at=2026-06-10T10:00")
    assert {**now, "back": None} == after
    assert read(client, f"{place}&step={now['back']['step']}")["periods"] == after["periods"]
    day = read(client, f"{place}&valid_on=2026-03-01")
    assert all(one["counted_on"] <= "2026-03-01" for one in day["honours"])
    why = read(client, f"/members/{member}/points/2026/LX?known_at=2026-05-25T10:00&valid_on=2026-05-25")
    outcomes = [r["outcome"] for span in why["spans"] for item in span["items"] for r in item["records"]]
    assert "absent" not in outcomes
    page = client.get(f"{place}&known_at=2026-05-25T10:00&valid_on=", headers=PAGE).text
    assert 'type="range"' in page
    assert "所知的情况" in page
    for wrong in ("known_at=yesterday", "known_at=9999-12-31", "valid_on=2026-13-01", "step=x", f"known_at={'9' * 30}"):
        assert client.get(f"{place}&{wrong}", headers=JSON).status_code == 422, wrong
    assert client.get(f"{place}&known_at=2001-01-01", headers=JSON).json()["code"] == "nothing-known-then"
    unit = read(client, f"/units/{BRANCH}?on=2026-05-25&known_at=2026-05-25")
    assert unit["offices"] == read(client, f"/units/{BRANCH}?on=2026-05-25")["offices"]
    assert unit["members"] == read(client, f"/units/{BRANCH}?on=2026-05-25")["members"]


def _notice_as_it_was(client: httpx2.Client, number: int) -> None:
    """What hung before the objection, and after it."""
    first = read(client, f"{BOARD}?known_at=2026-05-22T23:00")
    assert (first["status"], {one["state"] for one in first["lines"]}) == ("posted", {"open"})
    later = read(client, f"{BOARD}?known_at=2026-05-23")
    assert {one["line"]: one["state"] for one in later["lines"]}[number] == "suspended"
    assert client.get(f"{BOARD}?known_at=2026-01-20", headers=JSON).status_code == 404


def _after(moving: Moving, number: str) -> list[type[object]]:
    """What an objection did to the record."""
    facts = [entry.fact for entry in moving.entries()]
    return [type(f) for f in facts if isinstance(f, RecordReversed | RecordReplaced) and str(f.objection) == number]


def _study(points: Any) -> Any:
    return next(one for one in points["periods"] if one["period"] == "H1")


def test_j3_rejected_it_goes_to_the_leading_group_once_and_then_the_line_is_free(moving: Moving) -> None:
    """The notice of the branch meeting is over: what came on paper in its term still counts, and holds nothing."""
    with moving.at(datetime(2026, 6, 10, 2, tzinfo=UTC)) as town:
        recorder = town.acting("recorder", "recorder", BRANCH)
        late = {"about": "line", "line": 2, "name": "赵先生", "contact": "院内", "reason": "记错了。"}
        paper = send(recorder, f"{MEETING_BOARD}/objections/paper", {**late, "received_on": "2026-06-09"}, 201)
        moving.town.settled()
        case = read(recorder, f"/units/{BRANCH}/objections/{paper['objection']}")
        assert (case["row"]["standing"], case["row"]["holds"], case["opened"]) == ("correction_request", False, None)
        place = decided(town, paper["objection"], "rejected")
        moving.town.settled()
        kept = {"receipt": paper["receipt"], "secret": paper["secret"]}
        seen = send(town.known(""), "/objections/follow", kept)
        assert (seen["outcome"], seen["may_appeal"]) == ("rejected", True)
        appealed = form(town.known(""), "/objections/appeal", **kept, reason="仍然不服。")
        assert appealed.status_code == 200
        moving.town.settled()
        leader = town.acting("leader", "leading_group", WORK_COMMITTEE)
        waiting = read(leader, "/objections/desk")["objections"]
        assert paper["objection"] in [one["objection"] for one in waiting if one["status"] == "appealed"]
        opened = read(leader, place)
        assert opened["opened"]["appeal_ground"] == "仍然不服。"
        decision = {
            "outcome": "rejected",
            "reply": "维持原决定。",
            "minute": "纪要〔2026〕8号",
            "minute_sha256": "cd" * 32,
            "present": [one["member"] for one in opened["voters"]],
        }
        send(leader, f"{place}/appeal-decision", decision)
        moving.town.settled()
    moving.carry_out(datetime(2026, 6, 10, 3, tzinfo=UTC))
    with moving.at(datetime(2026, 6, 10, 4, tzinfo=UTC)) as town:
        end = send(town.known(""), "/objections/follow", kept)
        assert (end["status"], end["ended"], end["appeal_reply"]) == ("closed", "rejected", "维持原决定。")
        twice = town.known("").post("/objections/appeal", json={**kept, "reason": "再次。"}, headers={**key(), **JSON})
        assert (twice.status_code, twice.json()["code"]) == (409, "objection-not-at-step")


def test_a_handler_who_is_the_objector_is_told_to_step_back_and_sees_nothing(moving: Moving) -> None:
    with moving.at(datetime(2026, 6, 11, 2, tzinfo=UTC)) as town:
        body = {"about": "procedure", "reason": "机密理由。"}
        own = send(town.acting("everybody", "secretary", BRANCH), f"{BOARD}/objections", body, 201)
        moving.town.settled()
        place = f"/units/{BRANCH}/objections/{own['objection']}"
        send(at_desk(town), f"{place}/acceptance", {})
        barred = at_desk(town).post(
            f"{place}/handler", json={"handler": str(town.members["everybody"])}, headers={**key(), **JSON}
        )
        assert barred.json()["code"] == "handler-unfit", "he stands in for the recorder"
        officers_own = send(town.acting("member", "member", BRANCH), f"{BOARD}/objections", body, 201)
        moving.town.settled()
        assert officers_own["receipt"] != own["receipt"]


def test_every_page_of_an_objection_says_it_in_both_languages_and_needs_no_script(moving: Moving) -> None:
    with moving.at(datetime(2026, 6, 11, 3, tzinfo=UTC)) as town:
        officer = at_desk(town)
        number = read(officer, f"/units/{BRANCH}/objections")["objections"][0]["objection"]
        for language in ("zh-CN", "en"):
            told = {**PAGE, "accept-language": language}
            for path in (
                f"/units/{BRANCH}/objections",
                f"/units/{BRANCH}/objections/{number}",
                "/objections/desk",
                "/objections/mine",
                "/objections/follow",
                MEETING_BOARD,
            ):
                page = officer.get(path, headers=told)
                assert (page.status_code, "<script" in page.text) == (200, False), (path, page.text[-300:])
