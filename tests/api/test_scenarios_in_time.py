"""SPEC §5 through HTTP and pages, as days pass: scenario 3 (National Day), 14 (no committee), 15 (a transfer)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from ops.embedded import Running
from ops.example.people import BRANCH, WORK_COMMITTEE
from tests.api.hung import STUDY, approved, board_of, granted, hung, minuted, posted, read, sha
from tests.api.moving import Moving, moving_town
from tests.api.town import OTHER, PAGE, Town, key

BEFORE_NATIONAL_DAY = datetime(2026, 9, 30, 8, tzinfo=UTC)
"""Wednesday 30 September, 16:00 in Shanghai."""


@pytest.fixture(scope="module")
def moving(server: Running) -> Iterator[Moving]:
    with moving_town(server) as moving:
        yield moving


def officer(town: Town, path: str, wish: object) -> None:
    granted(town.acting("officer", "officer", WORK_COMMITTEE), path, wish)


def entered(town: Town, code: str, held_on: str) -> str:
    """A party day of the second branch before the body that decides it; gives the sheet's address.

    One recorder for everybody; his own line by a member who substitutes for him.
    """
    recorder = town.acting("everybody", "recorder", OTHER)
    matter = f"/units/{OTHER}/matters/{code}"
    sheet = f"{matter}/sheets/{STUDY}"
    plan = {"kind": "study_session", "title": f"学习日{code}", "matter": code, "planned_on": held_on}
    granted(recorder, f"/units/{OTHER}/matters", plan)
    granted(recorder, f"{matter}/holding", {"occurred_on": held_on})
    granted(recorder, f"{matter}/evidence", {"kind": "sign_in_list", "sha256": sha(code)})
    granted(recorder, f"{matter}/sheets", {"item": STUDY})
    granted(recorder, f"{sheet}/lines", {"otherwise": "attended", "but": []})
    own = {"but": [{"member": str(town.members["everybody"]), "outcome": "attended"}]}
    granted(town.acting("stranger", "substitute_recorder", OTHER), f"{sheet}/lines", own)
    granted(recorder, f"{sheet}/submission", {})
    town.settled()
    return sheet


def test_14_人数不足不设支委会的支部由上级审定(moving: Moving) -> None:
    """A branch of five has no committee: the next higher organisation approves, and shows what it approved."""
    with moving.at(datetime(2026, 5, 21, 2, tzinfo=UTC)) as town:
        substitute = {"role": "substitute_recorder", "person": str(town.members["stranger"]), "from_on": "2026-05-21"}
        officer(town, f"/units/{OTHER}/appointments", substitute)
        officer(town, f"/units/{OTHER}/approval-body", {"approval_body": "parent_committee"})
        code = f"S14-{uuid4().hex[:6]}"
        sheet = entered(town, code, "2026-05-21")
        motion = {**minuted("冯组长", "蒋委员", "沈委员"), "not_in_favour": []}
        own = town.acting("everybody", "secretary", OTHER)
        refused = own.post(f"{sheet}/approval", json=motion, headers=key())
        assert refused.json()["code"] in ("recorder-approves", "wrong-body")
        leader = town.acting("leader", "secretary", WORK_COMMITTEE)
        assert f"学习日{code}" in leader.get(f"/units/{WORK_COMMITTEE}/meeting", headers=PAGE).text
        page = leader.get(sheet, headers=PAGE).text
        assert f'action="{sheet}/approval"' in page
        assert "冯组长" in page
        granted(leader, f"{sheet}/approval", motion)
        town.settled()
        decided = read(leader, sheet)
        assert (decided["status"], len(decided["lines"])) == ("approved", 5)
        assert [(one["body"], one["approved"]) for one in decided["approvals"]] == [(WORK_COMMITTEE, 5)]


def test_15_党员组织关系转接后两个支部的记录同在一份档案(moving: Moving) -> None:
    """Transferred in August: what the first branch recorded and what the second did stand in one archive."""
    member = str(moving.town.members["member"])
    with moving.at(datetime(2026, 7, 31, 2, tzinfo=UTC)) as town:
        before = f"S15A-{uuid4().hex[:6]}"
        approved(town, before, "七月主题党日", "2026-07-31")
    with moving.at(datetime(2026, 8, 10, 2, tzinfo=UTC)) as town:
        officer(town, f"/members/{member}/transfer", {"to_unit": OTHER, "from_on": "2026-08-10"})
    with moving.at(datetime(2026, 8, 12, 2, tzinfo=UTC)) as town:
        after = f"S15B-{uuid4().hex[:6]}"
        sheet = entered(town, after, "2026-08-12")
        motion = {**minuted("冯组长", "蒋委员", "沈委员"), "not_in_favour": []}
        granted(town.acting("leader", "secretary", WORK_COMMITTEE), f"{sheet}/approval", motion)
        town.settled()
        himself = town.acting("member", "member", OTHER)
        spans = read(himself, f"/members/{member}/points/2026/LX")["spans"]
        records = [one for span in spans for item in span["items"] for one in item["records"]]
        chains = [read(himself, f"/members/{member}/records/{one['record']}") for one in records]
        units = {one["matter"]: one["unit"] for one in chains}
        assert (units[before], units[after]) == (BRANCH, OTHER)
        titles = {one["title"] for one in chains}
        page = himself.get(f"/members/{member}/points/2026/LX", headers=PAGE).text
        assert {"七月主题党日", f"学习日{after}"} <= titles
        assert "七月主题党日" in page
        assert f"学习日{after}" in page
        # The branch of the act keeps what is open: its own secretary goes on with the sheet's notice.
        moving.carry_out(moving.now)
        posted(town, board_of(before))
        town.settled()
        names = {one["name"] for one in read(town.acting("secretary", "secretary", BRANCH), board_of(before))["lines"]}
        assert "示例·吕淏然" in names


def test_3_国庆前公示调休周六计入三个工作日(moving: Moving) -> None:
    """Posted on Wednesday 30 September: three working days end on Saturday 10 October, a make-up day, at 24:00."""
    with moving.at(BEFORE_NATIONAL_DAY) as town:
        code = f"S3-{uuid4().hex[:6]}"
        board = hung(moving, town, code, "国庆前主题党日")
        secretary = town.acting("secretary", "secretary", BRANCH)
        notice = read(secretary, board)
        assert (notice["posted_on"], notice["working_days"], notice["ends_on"]) == ("2026-09-30", 3, "2026-10-10")
        page = secretary.get(board, headers=PAGE).text
        assert re.search(r"2026年9月30日[^<]*至2026年10月10日[^<]* 24:00,共 3 个工作日", page)
        english = secretary.get(board, headers={**PAGE, "accept-language": "en"}).text
        assert re.search(r"Term: [^<]*30 Sep[^<]* to [^<]*10 Oct[^<]* 24:00; 3 working days", english)
    # Paper is waited for until Monday 12 October, 24:00.
    moving.carry_out(datetime(2026, 10, 12, 15, 59, tzinfo=UTC))
    with moving.at(datetime(2026, 10, 12, 16, 2, tzinfo=UTC)) as town:
        assert read(town.acting("secretary", "secretary", BRANCH), board)["status"] == "closed"
        gone = town.acting("committee", "member", BRANCH).get(board, headers=PAGE)
        assert (gone.status_code, "示例·施一喆" in gone.text) == (410, False)
