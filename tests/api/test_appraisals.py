"""民主评议 over HTTP and pages: opened, evaluated, cast by code, counted by two tellers, and nobody's ballots."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.tokens import issue
from ops.embedded import Running
from tests.api.lived import lived, to_the_appraisal
from tests.api.town import PAGE, Town, key
from tests.domain.branch import BRANCH, MEMBER, OTHER, PEOPLE, RECORDER, SECRETARY

UNIT = BRANCH.replace("/", "~")
PLACE = f"/units/{UNIT}/appraisals/2026/Y"
BALLOTS = f"/ballots/{UNIT}/appraisals/2026/Y"
OTHERS = len(PEOPLE) - 1


@pytest.fixture(scope="module")
def year(server: Running) -> Iterator[Town]:
    """The branch at the end of its year."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, to_the_appraisal()) as town:
        yield town
    shutil.rmtree(folder)


def value(client: httpx2.Client, place: str = PLACE) -> Any:
    answered = client.get(place, headers={"accept": "application/json"})
    assert answered.status_code == 200, answered.text
    return answered.json()["value"]


def opened(town: Town, method: str) -> Any:
    """A session, opened anew."""
    secretary = town.acting("secretary", "secretary", BRANCH)
    sent = secretary.post(PLACE, json={"method": method}, headers=key())
    assert sent.status_code == 201, sent.text
    town.settled()
    return sent.json()


def annulled(town: Town) -> None:
    sent = town.known("secretary").post(f"{PLACE}/annulment", json={"reason": "评议码遗失"}, headers=key())
    assert sent.status_code == 200, sent.text
    town.settled()


def cast(town: Town, code: str, mark: str) -> httpx2.Response:
    return town.known("").post(BALLOTS, json={"code": code, "mark": mark})


def count(
    town: Town, keys: list[str] | None, took_part: tuple[object, ...] = PEOPLE, **more: object
) -> httpx2.Response:
    body = {"tellers": [str(SECRETARY), str(RECORDER)], "took_part": [str(one) for one in took_part], **more}
    return town.known("secretary").post(f"{PLACE}/count", json={**body, "keys": keys}, headers=key())


def test_a_session_that_went_wrong_is_annulled_and_its_slips_are_worth_nothing(year: Town) -> None:
    first = opened(year, "single_subject_codes")
    assert cast(year, first["slips"][0]["code"], "qualified").json() == {"cast": True}
    annulled(year)
    assert value(year.known("secretary"))["session"] is None
    opened(year, "single_subject_codes")
    assert cast(year, first["slips"][0]["code"], "qualified").json()["code"] == "ballot-code-unknown"
    annulled(year)


def test_every_way_into_the_box_but_the_right_one_is_refused_by_name(year: Town) -> None:
    session = opened(year, "single_subject_codes")
    code = session["slips"][0]["code"]
    assert cast(year, "AAAA-BBBB-CCCC-DDDD", "qualified").json()["code"] == "ballot-code-unknown"
    assert cast(year, code, "splendid").json()["code"] == "ballot-mark-unknown"
    assert cast(year, "x" * 100, "qualified").json()["code"] == "body-invalid"
    assert count(year, ["AAAA-AAAA", session["keys"][1]]).json()["code"] == "ballot-box-keys-wrong"
    assert count(year, None).json()["code"] == "ballot-box-keys-wrong"
    assert count(year, session["keys"], took_part=PEOPLE[:3]).json()["code"] == "appraisal-no-quorum"
    assert cast(year, code.lower().replace("-", " "), "qualified").json() == {"cast": True}, "the box is open again"
    again = year.known("secretary").post(PLACE, json={"method": "single_subject_codes"}, headers=key())
    assert again.json()["code"] == "appraisal-exists"
    member = year.acting("member", "member", BRANCH)
    assert member.post(f"{PLACE}/count", json={}, headers=key()).json()["code"] == "not-permitted"
    annulled(year)


def test_a_token_that_may_not_look_at_so_many_opens_nothing(year: Town) -> None:
    now = year.deployment.clock().now()
    token = issue(
        year.sql,
        name="slips",
        person=year.members["secretary"],
        role="secretary",
        unit=BRANCH,
        scopes=["appraisal.run"],
        now=now - timedelta(days=1),
        until=now + timedelta(days=1),
        people_most=1,
    )
    headers = {"authorization": f"Bearer {token}", **key()}
    sent = year.known("").post(PLACE, json={"method": "single_subject_codes"}, headers=headers)
    assert (sent.status_code, sent.json()["code"]) == (403, "beyond-purpose")
    year.settled()
    assert value(year.acting("secretary", "secretary", BRANCH))["session"] is None


def test_slips_are_shown_once_and_a_repeat_of_the_opening_shows_none(year: Town) -> None:
    secretary = year.acting("secretary", "secretary", BRANCH)
    once = key()
    first = secretary.post(PLACE, json={"method": "single_subject_codes"}, headers=once)
    assert (first.status_code, first.headers["cache-control"]) == (201, "no-store")
    again = secretary.post(PLACE, json={"method": "single_subject_codes"}, headers=once)
    assert (again.status_code, again.json()["code"]) == (409, "ballot-codes-shown-once")
    issued = Counter(one["member"] for one in first.json()["slips"])
    assert issued == {str(one): OTHERS for one in PEOPLE}, "one of each other voter, and none for oneself"
    year.settled()
    annulled(year)


def test_评议打分_is_cast_by_code_and_counted_by_two_tellers_and_each_sees_his_own(year: Town) -> None:
    session = opened(year, "single_subject_codes")
    page = year.known("").get(BALLOTS, headers=PAGE)
    assert "每张评议票投一次" in page.text
    member = year.acting("member", "member", BRANCH)
    filed = member.post(f"{PLACE}/self-evaluation", json={"statement": "尽职尽责"}, headers=key())
    assert filed.status_code == 200, filed.text
    twice = member.post(f"{PLACE}/self-evaluation", json={"statement": "再报"}, headers=key())
    assert twice.json()["code"] == "self-evaluated"
    for slip in session["slips"]:
        mark = "excellent" if slip["member"] == str(MEMBER) else "qualified"
        assert cast(year, slip["code"], mark).status_code == 200
    spoilt = next(one["code"] for one in session["slips"] if one["member"] == str(OTHER))
    assert cast(year, spoilt, "qualified").status_code == 200, "the same again changes nothing"
    assert cast(year, spoilt, "unqualified").status_code == 200, "another one spoils it"
    counted = count(year, [session["keys"][1], session["keys"][0]])
    assert counted.status_code == 200, counted.text
    year.settled()
    seen = value(year.acting("secretary", "secretary", BRANCH))
    assert (seen["session"]["status"], seen["session"]["ballots"], seen["session"]["spoilt"]) == ("closed", 55, 1)
    tally = {one["member"]: (one["ballots"], one["mean"], one["took_part"]) for one in seen["people"]}
    assert tally[str(MEMBER)] == (OTHERS, "100.00", True)
    assert tally[str(OTHER)][0] == OTHERS - 1
    assert all(one["marks"] is None for one in seen["people"]), "under ten ballots no distribution"
    own = value(year.acting("member", "member", BRANCH))
    assert own["people"] == []
    assert (own["mine"]["mean"], own["mine"]["statement"]) == ("100.00", "尽职尽责")
    late = cast(year, session["slips"][0]["code"], "qualified")
    assert late.json()["code"] == "appraisal-not-open"
    for login in ("secretary", "member"):
        for language in ("zh", "en"):
            shown = year.known(login).get(PLACE, headers={**PAGE, "accept-language": language})
            assert shown.status_code == 200
            assert "100.00" in shown.text
    assert year.known("secretary").get(f"/units/{UNIT}/appraisals", headers=PAGE).status_code == 200
