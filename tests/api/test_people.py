"""People over time through HTTP: who may read what after a transfer, and the plain forms for what only programs did."""

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import psycopg

from api.accounts import open_account
from api.as_of import SHOWN, seen_from
from domain.values import day_of
from ops.example.founding import RULES_FILE
from ops.example.people import BRANCH, WORK_COMMITTEE
from projections.prefix import Mark
from projections.steps import Step
from tests.api.town import OTHER, PAGE, PASSWORD, Town, key

JSON = {"accept": "application/json"}
DIGEST = "0" * 64


def today(town: Town) -> date:
    return day_of(town.deployment.clock().now())


def officer(town: Town) -> httpx2.Client:
    return town.acting("officer", "officer", WORK_COMMITTEE)


def say(client: httpx2.Client, path: str, **wish: Any) -> httpx2.Response:
    return client.post(path, json=wish, headers=key())


def granted(sent: httpx2.Response) -> str:
    assert sent.status_code in (200, 201), sent.text
    return str(sent.headers["location"])


def value(client: httpx2.Client, path: str) -> Any:
    found = client.get(path, headers=JSON)
    assert found.status_code == 200, (path, found.text)
    return found.json()["value"]


def newcomer(town: Town, unit: str = BRANCH, name: str = "") -> UUID:
    """Somebody of whom no other test knows."""
    name = name or f"新人{uuid4().hex[:6]}"
    town.settled()  # the organisation may be as new as he is
    sent = say(
        officer(town),
        f"/units/{unit}/members",
        profile="full",
        name=name,
        work_number=uuid4().hex[:8],
        present_from=str(today(town) - timedelta(days=60)),
    )
    roster = value(officer(town), granted(sent))["members"]
    return UUID(next(one["member"] for one in roster if one["name"] == name))


def recorded(town: Town, member: UUID, code: str = "") -> str:
    """A visit of his, recorded by the branch and approved; the id of the record."""
    code, day = code or f"V-{uuid4().hex[:6]}", str(today(town))
    recorder = town.acting("recorder", "recorder", BRANCH)
    here = f"/units/{BRANCH}/matters/{code}"
    granted(say(recorder, f"/units/{BRANCH}/matters", matter=code, kind="visit", title=f"走访 {code}", planned_on=day))
    granted(say(recorder, f"{here}/holding", occurred_on=day))
    granted(say(recorder, f"{here}/evidence", kind="visit_register", sha256=DIGEST))
    granted(say(recorder, f"{here}/sheets", item="R-WM-1"))
    granted(say(recorder, f"{here}/sheets/R-WM-1/lines", but=[{"member": str(member), "outcome": "earned"}]))
    granted(say(recorder, f"{here}/sheets/R-WM-1/submission"))
    town.settled()
    secretary = town.acting("secretary", "secretary", BRANCH)
    place = f"{here}/sheets/R-WM-1"
    present = [one["member"] for one in value(secretary, place)["voters"] if not one["recused"]]
    approval = {"minute": "1号", "minute_sha256": DIGEST, "present": present}
    lines = value(secretary, granted(say(secretary, f"{place}/approval", **approval)))["lines"]
    return str(next(line["record"] for line in lines if line["member"] == str(member)))


def test_after_a_transfer_the_new_branch_reads_the_archive_and_the_old_one_what_it_made(town: Town) -> None:
    """Scenario 15."""
    member = newcomer(town)
    record = recorded(town, member)
    granted(say(officer(town), f"/members/{member}/transfer", to_unit=OTHER, from_on=str(today(town))))
    town.settled()
    old = town.acting("secretary", "secretary", BRANCH)
    assert old.get(f"/members/{member}/records/{record}", headers=JSON).status_code == 200
    for page in ("points", "timeline", "membership", "points/2026/WM"):
        assert old.get(f"/members/{member}/{page}", headers=JSON).status_code == 404, page
    new = town.acting("everybody", "secretary", OTHER)
    for page in ("points", "timeline", "membership", f"records/{record}"):
        assert new.get(f"/members/{member}/{page}", headers=JSON).status_code == 200, page
    assert value(new, f"/members/{member}/records/{record}")["unit"] == BRANCH
    stays = value(new, f"/members/{member}/membership")["stays"]
    yesterday = str(today(town) - timedelta(days=1))
    assert [(one["unit"], one["until_on"]) for one in stays] == [(BRANCH, yesterday), (OTHER, None)]
    for unit, day, there in ((BRANCH, yesterday, True), (BRANCH, str(today(town)), False), (OTHER, yesterday, False)):
        client = officer(town)
        roster = {one["member"] for one in value(client, f"/units/{unit}?on={day}")["members"]}
        assert (str(member) in roster) is there, (unit, day)


def test_a_look_at_where_somebody_belonged_is_written_down(town: Town) -> None:
    member = town.members["member"]
    secretary = town.acting("secretary", "secretary", BRANCH)
    value(secretary, f"/members/{member}/membership")
    page = town.known("member").get(f"/members/{member}/readings", headers=PAGE)
    assert "组织关系" in page.text


def test_a_leave_tells_its_kind_and_days_and_excuses_on_the_sheet(town: Town) -> None:
    member, day = newcomer(town), today(town)
    recorder = town.acting("recorder", "recorder", BRANCH)
    leave = {"kind": "study", "from_on": str(day - timedelta(days=3)), "until_on": str(day + timedelta(days=60))}
    found = value(recorder, granted(say(recorder, f"/members/{member}/leaves", **leave)))
    assert found["absences"] == [{"member": str(member), **leave, "exempt": False}]
    code = f"L-{uuid4().hex[:6]}"
    granted(
        say(recorder, f"/units/{BRANCH}/matters", matter=code, kind="study_session", title="学习", planned_on=str(day))
    )
    granted(say(recorder, f"/units/{BRANCH}/matters/{code}/holding", occurred_on=str(day)))
    sheet = granted(say(recorder, f"/units/{BRANCH}/matters/{code}/sheets", item="R-LX-1"))
    lines = {one["member"]: one["on_leave"] for one in value(recorder, sheet)["lines"]}
    assert lines[str(member)]
    assert sum(lines.values()) == 1
    filled = granted(say(recorder, sheet.partition("?")[0] + "/lines", otherwise="attended"))
    outcomes = {one["member"]: one["outcome"] for one in value(recorder, filled)["lines"]}
    assert outcomes[str(member)] == "excused"
    own = say(recorder, f"/members/{town.members['recorder']}/leaves", **leave)
    assert (own.status_code, own.json()["code"]) == (409, "own-affair")


def test_the_words_of_a_request_are_for_himself_and_for_those_who_decide(town: Town) -> None:
    member = newcomer(town)
    secretary = town.acting("secretary", "secretary", BRANCH)
    wish = {"from_on": str(today(town)), "ground": "retired", "reason": "年满退休"}
    place = granted(say(secretary, f"/members/{member}/exemptions", **wish))
    (seen,) = value(secretary, place)["exemptions"]
    assert (seen["ground"], seen["reason"], seen["body"]) == ("retired", "年满退休", "branch_meeting")
    recorder = town.acting("recorder", "recorder", BRANCH)
    (hidden,) = value(recorder, place)["exemptions"]
    assert (hidden["ground"], hidden["reason"], hidden["status"]) == (None, None, "requested")
    waiting = {one["member"] for one in value(secretary, "/")["to_exempt"]}
    assert str(member) in waiting
    again = say(secretary, f"/members/{member}/exemptions", **wish)
    assert again.json()["code"] == "exemption-pending"
    page = town.acting("secretary", "secretary", BRANCH).get(place, headers=PAGE)
    assert "议决免积分申请" in page.text
    voters = [one["member"] for one in value(secretary, f"/units/{BRANCH}")["members"] if one["profile"] == "full"]
    decision = {
        "idempotency_key": str(uuid4()),
        "grant": "true",
        "minute": "大会〔2026〕2号",
        "minute_sha256": DIGEST,
        "present": [one for one in voters if one != str(member)],
    }
    sent = secretary.post(f"/members/{member}/exemptions/1/decision", data=decision, headers=PAGE)
    assert sent.status_code == 303, sent.text
    (agreed,) = value(secretary, sent.headers["location"])["exemptions"]
    assert agreed["body"] == "leading_group"
    assert str(member) not in {one["member"] for one in value(secretary, "/")["to_exempt"]}
    leader = town.acting("leader", "leading_group", WORK_COMMITTEE)
    assert str(member) in {one["member"] for one in value(leader, "/")["to_exempt"]}
    secretary = town.acting("secretary", "secretary", BRANCH)
    refused = say(
        secretary,
        f"/members/{member}/exemptions/1/decision",
        grant=True,
        minute="1",
        minute_sha256=DIGEST,
        present=voters,
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "not-this-body")


def test_everything_about_an_organisation_can_be_done_by_form(town: Town) -> None:
    client, day = officer(town), str(today(town))
    unit = f"F-{uuid4().hex[:6]}"

    def send(path: str, **fields: str) -> str:
        sent = client.post(path, data={"idempotency_key": str(uuid4()), **fields}, headers=PAGE)
        assert sent.status_code == 303, sent.text
        town.settled()
        return str(client.get(sent.headers["location"], headers=PAGE).text)

    page = send(
        f"/units/{WORK_COMMITTEE}/units",
        unit=unit,
        title="表单支部",
        kind="branch",
        scheme="pukou-district-offices",
        approval_body="branch_meeting",
        established_on=day,
    )
    assert "由支部党员大会审定" in page
    for name in ("示例·甲", "示例·乙"):
        page = send(f"/units/{unit}/members", name=name, work_number=uuid4().hex[:8], profile="full", present_from=day)
    people = {one["name"]: one["member"] for one in value(client, f"/units/{unit}")["members"]}
    first, second = people["示例·甲"], people["示例·乙"]
    assert "示例·甲" in send(f"/units/{unit}/appointments", role="secretary", person=first, from_on=day)
    span = {"from_on": day, "until_on": day}
    page = send(f"/units/{unit}/appointments/substitutes", role="secretary", stands_for=first, person=second, **span)
    assert "代 示例·甲" in page
    offices = value(client, f"/units/{unit}")["offices"]
    assert [(one["name"], one["stands_for"]) for one in offices] == [("示例·乙", "示例·甲")]
    send(f"/units/{unit}/appointments/ending", role="secretary", person=second, last_on=day)
    assert "改名支部" in send(f"/units/{unit}/name", title="改名支部", from_on=day)
    assert "由上级党组织审定" in send(f"/units/{unit}/approval-body", approval_body="parent_committee")
    send(f"/units/{unit}/parent", parent=OTHER, from_on=day)
    assert value(client, f"/units/{unit}")["parent"] == OTHER
    changes = [one["type"] for one in value(client, f"/units/{unit}")["changes"]]
    assert changes == ["unit-renamed", "approval-body-assigned", "unit-moved"]
    refused = client.post(
        f"/units/{unit}/dissolution", data={"idempotency_key": str(uuid4()), "last_on": day}, headers=PAGE
    )
    assert refused.status_code == 409
    assert "不能撤销" in refused.text


def test_rule_sets_and_calendars_are_uploaded_by_form(town: Town) -> None:
    client, version = officer(town), f"form-{uuid4().hex[:6]}"
    document = json.loads(Path(RULES_FILE).read_bytes()) | {"version": version}
    here = f"/units/{WORK_COMMITTEE}/rules"

    def upload(path: str, content: bytes, **fields: str) -> httpx2.Response:
        data = {"idempotency_key": str(uuid4()), **fields}
        return client.post(path, data=data, files={"file": ("f", content)}, headers=PAGE)

    sent = upload(here, json.dumps(document).encode())
    assert sent.status_code == 303, sent.text
    assert version in client.get(sent.headers["location"], headers=PAGE).text
    assert upload(here, b"{").status_code == 400
    assert upload(here, b"[]").status_code == 422
    assert upload(here, b"{}").status_code == 422
    leader = town.acting("leader", "leading_group", WORK_COMMITTEE)
    place = f"{here}/pukou-district-offices/{version}"
    minute = {"minute": "领导小组〔2026〕3号"}
    data = {"idempotency_key": str(uuid4()), **minute}
    untried = leader.post(f"{place}/approval", data=data, files={"file": ("m.pdf", b"minute")}, headers=PAGE)
    assert "修订的办法须先试算再审议" in untried.text
    tried = {"idempotency_key": str(uuid4()), "year": "2025", "period": "Y"}
    assert officer(town).post(f"{place}/simulation", data=tried, headers=PAGE).status_code == 303
    leader = town.acting("leader", "leading_group", WORK_COMMITTEE)
    data = {"idempotency_key": str(uuid4()), **minute}
    approved = leader.post(f"{place}/approval", data=data, files={"file": ("m.pdf", b"minute")}, headers=PAGE)
    assert approved.status_code == 303, approved.text
    data = {"idempotency_key": str(uuid4()), "effective_on": "2026-01-01"}
    assert officer(town).post(f"{place}/publication", data=data, headers=PAGE).status_code == 422
    calendar = {"year": "2031", "days_off": "2031-01-01\r\n2031-10-01 2031-10-02", "make_up_days": ""}
    sent = upload(f"/units/{WORK_COMMITTEE}/calendars", b"notice", **calendar)
    assert sent.status_code == 303, sent.text
    years = {one["year"]: one["days_off"] for one in value(client, sent.headers["location"])["calendars"]}
    assert years[2031] == 3


def test_bad_input_about_people_is_a_refusal_with_its_code(town: Town) -> None:
    member, client = newcomer(town), officer(town)
    cases = [
        (f"/members/{member}/transfer", {"to_unit": "XX", "from_on": str(today(town))}, "unit-unknown"),
        (f"/members/{member}/transfer", {"to_unit": BRANCH, "from_on": str(today(town))}, "same-unit"),
        (f"/members/{member}/transfer", {"to_unit": OTHER, "from_on": "2999-01-01"}, "day-in-future"),
        (f"/members/{member}/transfer", {"to_unit": OTHER, "from_on": "soon"}, "body-invalid"),
        (f"/members/{member}/profile", {"profile": "knight", "from_on": str(today(town))}, "profile-unknown"),
        (f"/members/{member}/profile", {"profile": "exempt", "from_on": str(today(town))}, "profile-by-exemption"),
        (f"/units/{BRANCH}/parent", {"parent": BRANCH, "from_on": str(today(town))}, "unit-in-circle"),
        (f"/units/{WORK_COMMITTEE}/dissolution", {"last_on": str(today(town))}, "unit-on-top"),
        (f"/members/{uuid4()}/transfer", {"to_unit": OTHER, "from_on": str(today(town))}, "not-found"),
    ]
    before = town.position()
    for path, wish, code in cases:
        sent = say(client, path, **wish)
        assert sent.json()["code"] == code, (path, sent.text)
        assert sent.status_code < 500
    assert client.get(f"/units/{BRANCH}?on=never", headers=JSON).json()["code"] == "parameter-invalid"
    assert town.position() == before


def test_a_delegate_acts_and_the_holder_meanwhile_does_not(town: Town) -> None:
    """In a branch of its own, because everybody else's tests need their secretaries."""
    client, day = officer(town), str(today(town))
    unit = f"D-{uuid4().hex[:6]}"
    granted(
        say(
            client,
            f"/units/{WORK_COMMITTEE}/units",
            unit=unit,
            title="委托支部",
            kind="branch",
            scheme="pukou-district-offices",
            established_on=day,
        )
    )
    stand_in = newcomer(town, unit)
    granted(
        say(client, f"/units/{unit}/appointments", role="secretary", person=str(town.members["member"]), from_on=day)
    )
    town.settled()
    holder = town.acting("member", "secretary", unit)
    try:
        wish = {"person": str(stand_in), "from_on": day, "until_on": day}
        sent = say(holder, f"/units/{unit}/appointments/delegates", **wish)
        granted(sent)
        town.settled()
        again = say(holder, f"/units/{unit}/appointments/delegates", **wish)
        assert again.status_code in (403, 404)
        lent = value(client, f"/units/{unit}")["offices"]
        assert [(one["member"], one["asked"]) for one in lent] == [(str(stand_in), True)]
        timeline = value(town.known("member"), f"/members/{town.members['member']}/timeline")["items"]
        assert timeline[0]["type"] == "role-delegated"
    finally:
        town.acting("member", "member", BRANCH)


def test_who_is_away_is_nothing_for_the_other_members(town: Town) -> None:
    member, day = newcomer(town), today(town)
    recorder = town.acting("recorder", "recorder", BRANCH)
    granted(say(recorder, f"/members/{member}/leaves", kind="leave", from_on=str(day), until_on=str(day)))
    town.settled()

    def away(client: httpx2.Client) -> set[str | None]:
        return {one["away"] for one in value(client, f"/units/{BRANCH}")["members"]}

    assert "leave" in away(recorder)
    assert away(town.acting("member", "member", BRANCH)) == {None}


def test_who_was_transferred_still_reads_the_notice_that_is_about_him(town: Town) -> None:
    """The second branch's notices are none of his business, but for the one that has a line of his."""
    member, login = newcomer(town), f"t-{uuid4().hex[:6]}"
    code, day = f"N-{uuid4().hex[:6]}", today(town)
    recorded(town, member, code)
    town.settled()
    secretary = town.acting("secretary", "secretary", BRANCH)
    board = _until(lambda: value(secretary, f"/units/{BRANCH}/notices")["to_post"], code)
    notice = next(one["notice"] for one in board if code in one["title"])
    granted(say(secretary, f"/units/{BRANCH}/notices/{notice}/check", shows=["name", "item", "outcome"]))
    granted(say(secretary, f"/units/{BRANCH}/notices/{notice}/posting"))
    granted(say(officer(town), f"/members/{member}/transfer", to_unit=OTHER, from_on=str(day)))
    town.settled()
    with psycopg.connect(town.deployment.database.urls.writer) as connection:
        open_account(connection, login, member, PASSWORD, town.deployment.clock().now())
    town.passwords[login] = PASSWORD
    with town.visit(login) as own:
        assert own.get(f"/units/{BRANCH}/notices/{notice}", headers=JSON).status_code == 200
        hanging = [row["notice"] for row in own.get("/", headers=JSON).json()["value"]["running"]]
        assert notice in hanging
        assert own.get(f"/units/{BRANCH}/notices", headers=JSON).status_code == 404
        assert own.get(f"/units/{BRANCH}", headers=JSON).status_code == 404
        assert own.get(f"/members/{member}/points", headers=JSON).status_code == 200
    with town.visit("stranger") as other:
        assert other.get(f"/units/{BRANCH}/notices/{notice}", headers=JSON).status_code == 404


def _until(look: Callable[[], Any], code: str) -> Any:
    """What is shown once the process has drafted the notice of a matter."""
    for _ in range(100):
        found = look()
        if any(code in one["title"] for one in found):
            return found
        time.sleep(0.1)
    raise AssertionError(f"no notice of {code}")


def test_a_page_lists_the_changes_around_the_one_it_shows_and_its_slider_reaches_all() -> None:
    at = datetime(2026, 5, 18, tzinfo=UTC)
    steps = tuple(Step(position=2 * n, known_at=at, type="role-appointed") for n in range(1, 2 * SHOWN + 11))
    for position, first, listed in ((1, 1, SHOWN), (120, 1, SHOWN), (122, SHOWN + 1, SHOWN), (999, 2 * SHOWN + 1, 10)):
        seen = seen_from(Mark(position, at, at), None, steps)
        assert (seen.first, len(seen.steps), seen.count) == (first, listed, len(steps))
        assert seen.step == min(position // 2, len(steps))
        if seen.step:
            assert seen.steps[seen.step - seen.first].position <= position


def test_the_page_of_an_organisation_is_stepped_through_its_changes(town: Town) -> None:
    client = town.acting("secretary", "secretary", BRANCH)
    now = value(client, f"/units/{BRANCH}")
    first = value(client, f"/units/{BRANCH}?step=1")
    assert first["back"]["step"] == 1
    assert len(first["members"]) + len(first["offices"]) < len(now["members"]) + len(now["offices"])
    assert {one["type"] for one in first["back"]["steps"]} >= {"member-enrolled", "role-appointed"}
    last = value(client, f"/units/{BRANCH}?step={first['back']['count']}")
    assert [one["member"] for one in last["members"]] == [one["member"] for one in now["members"]]
    assert 'type="range"' in client.get(f"/units/{BRANCH}?step=1", headers=PAGE).text


def test_offices_below_are_shown_to_those_alone_who_may_look_there(town: Town) -> None:
    """A recorder may look at his own organisation; now or then, what lies below it is not his."""

    def shown(role: str, query: str) -> tuple[set[str], set[int]]:
        found = value(town.acting("everybody", role, WORK_COMMITTEE), f"/units/{WORK_COMMITTEE}/offices{query}")
        steps = found["back"]["steps"] if query else ()
        return {one["unit"] for one in found["offices"]}, {one["position"] for one in steps}

    for query in ("", "?known_at=1000000"):
        (below, every), (own, few) = shown("secretary", query), shown("recorder", query)
        assert below > {WORK_COMMITTEE, BRANCH}
        assert own == {WORK_COMMITTEE}
        assert few <= every
        assert bool(every - few) == bool(query), "nor are the changes there"
