"""Probation through HTTP and pages: started, looked at, proposed, resolved, approved, returned, extended, cancelled."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from ops.embedded import Running
from ops.example.founding import RULES_FILE
from ops.example.people import BRANCH, WORK_COMMITTEE
from ops.example.told import SCHEME
from tests.api.moving import Moving
from tests.api.town import PAGE, Town, founded, key

DIGEST = hashlib.sha256(b"minute").hexdigest()
FILE = ("纪要.pdf", b"minute")
VERSION = f"probation-{uuid4().hex[:6]}"
"""The example's rule set, in which seven visits make 3.99 points; four turns of duty make 4.00."""
MAY, JUNE, JULY = (datetime(2026, month, day, 2, tzinfo=UTC) for month, day in ((5, 21), (6, 10), (7, 6)))
OVER, EXTENDED = datetime(2027, 6, 10, 2, tzinfo=UTC), datetime(2027, 12, 10, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def moving(server: Running) -> Iterator[Moving]:
    """A town of its own, in which time goes on."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with founded(server, folder) as town:
        yield Moving(town)
    shutil.rmtree(folder)


JSON = {"accept": "application/json"}


def say(client: httpx2.Client, path: str, **fields: Any) -> httpx2.Response:
    return followed(client, client.post(path, json=fields, headers=key()))


def followed(client: httpx2.Client, answered: httpx2.Response) -> httpx2.Response:
    """What was written is looked at once, so that everybody can read it from here on."""
    if "location" in answered.headers:
        client.get(answered.headers["location"])
    return answered


def granted(answered: httpx2.Response) -> str:
    assert answered.status_code in (200, 201, 303), answered.text
    return str(answered.headers["location"])


def refused(answered: httpx2.Response) -> tuple[int, str]:
    return answered.status_code, answered.json()["code"]


def value(client: httpx2.Client, path: str) -> Any:
    answered = client.get(path, headers={"accept": "application/json"})
    assert answered.status_code == 200, answered.text
    return answered.json()["value"]


def secretary(town: Town) -> httpx2.Client:
    return town.acting("secretary", "secretary", BRANCH)


def leader(town: Town) -> httpx2.Client:
    return town.acting("leader", "secretary", WORK_COMMITTEE)


def newcomer(town: Town) -> str:
    """A probationary member, there since 10 June 2026."""
    officer, name = town.acting("officer", "officer", WORK_COMMITTEE), f"示例·{uuid4().hex[:8]}"
    wish = {"name": name, "work_number": uuid4().hex[:10], "profile": "probationary", "present_from": "2026-06-10"}
    place = granted(say(officer, f"/units/{BRANCH}/members", **wish))
    return str(next(one["member"] for one in value(officer, place)["members"] if one["name"] == name))


def start(town: Town, member: str) -> None:
    """Admitted on 10 June 2026: the window is over on 9 June 2027."""
    wish = {"member": member, "admitted_on": "2026-06-10", "minute": "大会〔2026〕1号", "minute_sha256": DIGEST}
    granted(say(secretary(town), f"/units/{BRANCH}/probations", **wish))


def case(client: httpx2.Client, member: str) -> Any:
    return value(client, f"/members/{member}/probation")


def proposal(found: Any) -> tuple[str, str, bool]:
    """What was proposed by the total."""
    said = next(step for step in found["steps"] if step["ground"] == "result")
    return found["case"]["proposal"], said["total"], said["hint"]


def by_form(client: httpx2.Client, path: str, **fields: Any) -> httpx2.Response:
    wish = {"idempotency_key": str(uuid4()), **fields}
    return followed(client, client.post(path, data=wish, files={"file": FILE}, headers=PAGE))


def status(client: httpx2.Client, member: str) -> tuple[str, str | None]:
    found = case(client, member)["case"]
    return found["status"], found["proposal"]


def sitting(client: httpx2.Client, member: str, **fields: Any) -> dict[str, Any]:
    voters = [voter["member"] for voter in case(client, member)["voters"]]
    return {"minute": "纪要〔2026〕7号", "minute_sha256": DIGEST, "present": voters, **fields}


def resolve(client: httpx2.Client, member: str, **fields: Any) -> httpx2.Response:
    return say(client, f"/members/{member}/probation/resolution", **sitting(client, member, **fields))


def approve(client: httpx2.Client, member: str, **fields: Any) -> httpx2.Response:
    wish = sitting(client, member, **{"verdict": "approved", **fields})
    return say(client, f"/members/{member}/probation/approval", **wish)


def publish_rules(town: Town) -> None:
    """The version and the calendars of the years to come."""
    document = json.loads(RULES_FILE.read_bytes()) | {"version": VERSION}
    for item in document["responsibility"]:
        if item["code"] == "R-WM-1":
            item["points"] = "0.57"
    officer, here = town.acting("officer", "officer", WORK_COMMITTEE), f"/units/{WORK_COMMITTEE}"
    granted(say(officer, f"{here}/rules", scheme=SCHEME, version=VERSION, document=document))
    place = f"{here}/rules/{SCHEME}/{VERSION}"
    granted(say(officer, f"{place}/simulation", year=2025, period="Y"))
    group = town.acting("leader", "leading_group", WORK_COMMITTEE)
    granted(say(group, f"{place}/approval", minute="领导小组〔2026〕4号", minute_sha256=DIGEST))
    officer = town.acting("officer", "officer", WORK_COMMITTEE)
    early = say(officer, f"{place}/publication", effective_on="2026-05-26")
    assert (early.status_code, early.json()["code"]) == (422, "announced-too-late")
    granted(say(officer, f"{place}/publication", effective_on="2026-06-02"))
    everybody_sees_what_changes(town)
    for year in (2027, 2028):
        days = {"year": year, "days_off": [f"{year}-10-04"], "make_up_days": [], "document_sha256": DIGEST}
        granted(say(officer, f"{here}/calendars", **days))


def everybody_sees_what_changes(town: Town) -> None:
    """J6: before it takes effect, whoever comes by sees what is announced, what changes and how long it is."""
    town.settled()
    with town.visit() as stranger:
        place = f"/rules/{SCHEME}/coming"
        value = stranger.get(place, headers=JSON).json()["value"]
        (one,) = [row for row in value["coming"] if row["version"] == VERSION]
        assert value["in_force"] != VERSION
        assert (one["effective_on"], one["announced_until"]) == ("2026-06-02", "2026-06-01")
        assert one["days_left"] > one["working_days_left"] >= 7
        changed = {(row["section"], row["code"], row["path"], row["after"]) for row in one["differences"]}
        assert changed == {("responsibility", "R-WM-1", "points", "0.57")}
        page = stranger.get(place, headers=PAGE).text
        assert "0.57" in page
        assert place in stranger.get(f"/rules/{SCHEME}", headers=PAGE).text
    member = town.acting("member", "member", BRANCH)
    assert place in member.get(f"/units/{BRANCH}/notices", headers=PAGE).text
    assert member.get(f"/units/{BRANCH}/notices", headers=JSON).json()["value"]["coming"][0]["version"] == VERSION


def deeds(town: Town, kind: str, item: str, evidence: str, member: str, **quantity: str) -> None:
    """Something done today, entered and approved."""
    code, recorder = f"PB-{uuid4().hex[:6]}", town.acting("recorder", "recorder", BRANCH)
    place, day = f"/units/{BRANCH}/matters/{code}", "2026-06-10"
    plan = {"kind": kind, "title": "走访或志愿服务", "matter": code, "planned_on": day}
    granted(say(recorder, f"/units/{BRANCH}/matters", **plan))
    granted(say(recorder, f"{place}/holding", occurred_on=day))
    granted(say(recorder, f"{place}/evidence", kind=evidence, sha256="ab" * 32))
    granted(say(recorder, f"{place}/sheets", item=item))
    line = {"member": member, "outcome": "earned", **quantity}
    granted(say(recorder, f"{place}/sheets/{item}/lines", but=[line]))
    granted(say(recorder, f"{place}/sheets/{item}/submission"))
    committee = secretary(town)
    present = [one["member"] for one in value(committee, f"{place}/sheets/{item}")["voters"]]
    minute = {"minute": "纪要〔2026〕6号", "minute_sha256": DIGEST, "present": present}
    granted(say(committee, f"{place}/sheets/{item}/approval", **minute))


def post_everything(town: Town) -> None:
    client = secretary(town)
    for notice in value(client, f"/units/{BRANCH}/notices")["to_post"]:
        here = f"/units/{BRANCH}/notices/{notice['notice']}"
        granted(say(client, f"{here}/check", shows=["name", "item", "outcome", "quantity"]))
        granted(say(client, f"{here}/posting"))


@pytest.fixture(scope="module")
def due(moving: Moving) -> dict[str, str]:
    """Three windows that are over: one comes to 69.99, one to 70.00, one to 66.00."""
    with moving.at(MAY) as town:
        publish_rules(town)
    with moving.at(JUNE) as town:
        found = {which: newcomer(town) for which in ("below", "enough", "idle", "otherwise")}
        deeds(town, "visit", "R-WM-1", "visit_register", found["below"], quantity="7.00")
        deeds(town, "duty", "R-DD-2", "duty_roster", found["enough"], quantity="4.00")
        for member in found.values():
            start(town, member)
    with moving.at(JUNE.replace(hour=3)) as town:
        post_everything(town)
    with moving.at(JULY) as town:
        rows = {one["member"]: one["status"] for one in value(secretary(town), f"/units/{BRANCH}/probations")["items"]}
        assert {rows[member] for member in found.values()} == {"running"}
        outlook = resolve(secretary(town), found["below"])
        assert refused(outlook) == (409, "nothing-proposed")
    return found


def test_11_预备党员70分以下_69_99_is_extended_and_70_00_confirmed(moving: Moving, due: dict[str, str]) -> None:
    with moving.at(OVER) as town:
        client = secretary(town)
        below, enough = (case(client, due[which]) for which in ("below", "enough"))
        assert proposal(below) == ("extend", "69.99", False)
        assert proposal(enough) == ("confirm", "70.00", True)
        page = client.get(f"/members/{due['enough']}/probation", headers=PAGE).text
        assert "正好在界线上" in page
        assert "登记大会决议" in page
        alone = [str(town.members["secretary"])]
        assert refused(resolve(client, due["below"], months=5)) == (422, "extension-length")
        assert refused(resolve(client, due["below"], months=6, present=alone)) == (409, "no-quorum")
        granted(resolve(client, due["below"], months=6))
        granted(resolve(client, due["enough"]))
        assert refused(approve(client, due["enough"])) == (403, "not-permitted")
        above = leader(town)
        assert status(above, due["enough"]) == ("higher", "confirm")
        granted(approve(above, due["below"]))
        granted(approve(above, due["enough"]))
        assert status(above, due["enough"])[0] == "confirmed"
        town.settled()
        classes = {one["member"]: one["profile"] for one in value(above, f"/units/{BRANCH}")["members"]}
        assert (classes[due["enough"]], classes[due["below"]]) == ("full", "probationary")
        extended = case(above, due["below"])["case"]
        assert (extended["extended"], extended["first_on"], extended["last_on"]) == (True, "2027-06-10", "2027-12-09")


def test_what_the_meeting_does_not_adopt_is_proposed_otherwise_and_cancelled_by_form(
    moving: Moving, due: dict[str, str]
) -> None:
    member = due["otherwise"]
    with moving.at(OVER.replace(hour=4)) as town:
        client, here = secretary(town), f"/members/{member}/probation"
        assert status(client, member) == ("meeting", "extend")
        voters = [voter["member"] for voter in case(client, member)["voters"]]
        form = {"minute": "大会〔2027〕9号", "present": voters, "months": "6"}
        against = {**form, "not_in_favour": voters[: len(voters) // 2 + 1]}
        granted(by_form(client, f"{here}/resolution", **against))
        assert status(client, member) == ("due", None)
        page = client.get(here, headers=PAGE).text
        assert "未通过" in page
        kind = page.partition('name="document_kind">')[2].partition('<option value="')[2].partition('"')[0]
        ground = {"proposal": "cancel", "document_kind": kind, "reason": "另案查明"}
        granted(by_form(client, f"{here}/proposal", **ground))
        assert status(client, member) == ("meeting", "cancel")
        assert "另案查明" in client.get(here, headers=PAGE).text
        granted(by_form(client, f"{here}/resolution", minute="大会〔2027〕10号", present=voters))
        above = leader(town)
        present = [voter["member"] for voter in case(above, member)["voters"]]
        wish = {"verdict": "approved", "minute": "工委〔2027〕8号", "present": present}
        silent = by_form(above, f"{here}/approval", **wish)
        assert silent.status_code == 422
        assert "须说明理由" in silent.text
        granted(by_form(above, f"{here}/approval", **wish, reason="不具备条件"))
        assert status(above, member)[0] == "cancelled"
        town.settled()
        assert value(above, f"/members/{member}/membership")["ended_on"] == "2027-06-10"


def test_the_list_enters_a_new_one_by_form_and_once(moving: Moving, due: dict[str, str]) -> None:
    with moving.at(OVER.replace(hour=6)) as town:
        member, client, here = newcomer(town), secretary(town), f"/units/{BRANCH}/probations"
        assert "登记预备期开始" in client.get(here, headers=PAGE).text
        form = {"member": member, "admitted_on": "2027-06-01", "minute": "大会〔2027〕1号"}
        granted(by_form(client, here, **form))
        rows = {one["member"]: one["status"] for one in value(client, here)["items"]}
        assert rows[member] == "running"
        assert rows[due["idle"]] == "meeting"
        assert refused(say(client, here, **form, minute_sha256=DIGEST)) == (409, "probation-exists")
        assert str(town.members["probationary"]) in rows


def test_he_reads_his_own_probation_and_the_others_of_the_branch_do_not(moving: Moving, due: dict[str, str]) -> None:
    with moving.at(OVER.replace(hour=8)) as town:
        himself, member = town.known("probationary"), town.members["probationary"]
        page = himself.get(f"/members/{member}/probation", headers=PAGE).text
        assert "预备期展望" in page
        other = town.acting("member", "member", BRANCH)
        assert refused(other.get(f"/members/{member}/probation")) == (403, "not-permitted")
        assert refused(other.get(f"/units/{BRANCH}/probations")) == (403, "not-permitted")


def test_12_a_second_extension_is_impossible(moving: Moving, due: dict[str, str]) -> None:
    member = due["below"]
    with moving.at(EXTENDED) as town:
        client = secretary(town)
        assert status(client, member) == ("meeting", "cancel"), "66.00 in the extension"
        granted(resolve(client, member))
        granted(approve(leader(town), member, verdict="refused", reason="材料不全"))
        client = secretary(town)
        assert case(client, member)["round"] == 2
        assert "上级已退回过一次" in client.get(f"/members/{member}/probation", headers=PAGE).text
        granted(resolve(client, member))
        above = leader(town)
        again = approve(above, member, verdict="refused", reason="x", instead="extend", months=6)
        assert refused(again) == (409, "extended-already")
        assert refused(approve(above, member, verdict="refused", reason="x")) == (422, "outcome-missing")
        page = above.get(f"/members/{member}/probation", headers=PAGE).text
        assert 'value="extend"' not in page
        granted(approve(above, member, verdict="refused", reason="已具备条件", instead="confirm"))
        assert status(above, member)[0] == "confirmed"
        assert refused(resolve(secretary(town), member)) == (409, "probation-over")
