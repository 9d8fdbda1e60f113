"""What is shown to whom, and that every look at another person's archive is written down first."""

import re

import psycopg
import pytest

from ops.example.people import BRANCH, people
from tests.api.town import PAGE, Town

JSON = {"accept": "application/json"}


def _notice(town: Town) -> str:
    secretary = town.acting("secretary", "secretary", BRANCH)
    found = secretary.get(f"/units/{BRANCH}/notices", headers=JSON).json()["value"]
    return f"/units/{BRANCH}/notices/{found['running'][0]['notice']}"


def test_a_notice_shows_names_and_outcomes_and_nothing_else_of_a_person(town: Town) -> None:
    place, client = _notice(town), town.known("member")
    shown = client.get(place, headers=JSON)
    lines = shown.json()["value"]["lines"]
    least = {"line", "name", "outcome", "quantity", "level_zh", "level_en", "points", "state", "grade_zh", "grade_en"}
    assert {frozenset(line) for line in lines} == {frozenset(least)}
    page = client.get(place, headers=PAGE).text
    for one in people():
        assert str(one.member) not in shown.text
        assert one.work_number not in page
        assert one.work_number not in shown.text
    own = str(town.members["member"])  # the reader's own navigation leads to his own archive
    assert set(re.findall(r"/members/([0-9a-f-]{36})", page)) == {own}


def test_a_notice_holds_no_digest_of_anything_personal(town: Town) -> None:
    text = town.known("member").get(_notice(town), headers=JSON).text
    page = town.known("member").get(_notice(town), headers=PAGE).text
    digests = set(re.findall(r"[0-9a-f]{64}", text + page))
    row = town.sql.execute("SELECT array_agg(encode(commitment, 'hex')) FROM vault.sealed").fetchone()
    assert row is not None
    assert digests.isdisjoint(row[0])


def test_a_notice_of_a_branch_is_for_the_branch(town: Town) -> None:
    place = _notice(town)
    assert town.known("member").get(place).status_code == 200
    assert town.known("stranger").get(place).status_code == 404
    assert town.known("").get(place).status_code == 401


def test_a_notice_is_taken_down_for_members_when_its_term_is_over(town: Town) -> None:
    secretary = town.acting("secretary", "secretary", BRANCH)
    closed = secretary.get(f"/units/{BRANCH}/notices", headers=JSON).json()["value"]["closed"][0]["notice"]
    member = town.known("member")
    assert secretary.get(f"/units/{BRANCH}/notices/{closed}").status_code == 200
    assert member.get(f"/units/{BRANCH}/notices/{closed}").status_code == 410
    board = member.get(f"/units/{BRANCH}/notices", headers=JSON).json()["value"]
    assert board["closed"] == []
    assert board["to_post"] == []


def test_the_posted_notice_prints_the_checkpoint_that_covers_it(town: Town) -> None:
    place, client = _notice(town), town.known("member")
    shown = client.get(place, headers=JSON).json()["value"]
    origin, size, *_ = shown["checkpoint"].split("\n")
    assert origin == "example.pukou"
    assert int(size) > 1000
    drawn = client.get(f"{place}/checkpoint.svg")
    assert drawn.headers["content-type"] == "image/svg+xml"
    assert drawn.text.startswith("<svg")
    assert "<script" not in drawn.text
    # Tomorrow's print is the same paper.
    assert client.get(place, headers=JSON).json()["value"]["checkpoint"] == shown["checkpoint"]


def _looks(town: Town, login: str) -> list[tuple[str, str]]:
    rows = town.sql.execute(
        "SELECT what, role FROM access.readings WHERE subject = %(subject)s ORDER BY reading",
        {"subject": town.members[login]},
    ).fetchall()
    return [(what, role) for what, role in rows]


@pytest.mark.parametrize(
    ("path", "what"), [("points", "points"), ("points/2026/LX", "category"), ("timeline", "timeline")]
)
def test_every_look_at_somebody_elses_archive_is_written_down(town: Town, path: str, what: str) -> None:
    secretary = town.acting("secretary", "secretary", BRANCH)
    before = _looks(town, "probationary")
    assert secretary.get(f"/members/{town.members['probationary']}/{path}").status_code == 200
    assert _looks(town, "probationary") == [*before, (what, "secretary")]


def test_a_look_at_ones_own_archive_is_not_written_down(town: Town) -> None:
    before = _looks(town, "member")
    town.known("member").get(f"/members/{town.members['member']}/points")
    assert _looks(town, "member") == before


def test_a_refused_look_is_not_a_look(town: Town) -> None:
    before = _looks(town, "probationary")
    assert town.known("member").get(f"/members/{town.members['probationary']}/points").status_code == 403
    assert _looks(town, "probationary") == before


def test_the_member_sees_who_read_his_archive_and_nobody_else_does(town: Town) -> None:
    secretary = town.acting("secretary", "secretary", BRANCH)
    member = town.members["probationary"]
    secretary.get(f"/members/{member}/points")
    found = town.known("probationary").get(f"/members/{member}/readings", headers=JSON).json()["value"]
    assert found["items"][0]["name"] == "示例·杨书记"
    assert found["items"][0]["role"] == "secretary"
    page = town.known("probationary").get(f"/members/{member}/readings", headers=PAGE).text
    assert "示例·杨书记" in page
    assert secretary.get(f"/members/{member}/readings").status_code == 403


def test_the_access_log_cannot_be_changed_by_the_service(town: Town) -> None:
    for statement in (
        "UPDATE access.readings SET what = 'nothing'",
        "DELETE FROM access.readings",
        "TRUNCATE access.readings",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            town.sql.execute(statement)


def test_no_answer_ranks_people(town: Town) -> None:
    secretary = town.acting("secretary", "secretary", BRANCH)
    shown = secretary.get(f"/units/{BRANCH}", headers=JSON)
    assert "points" not in shown.text
    assert "total" not in shown.text


def test_a_simulated_log_says_so_on_every_page(town: Town) -> None:
    with town.visit("member") as client:
        for path in ("/", "/points", "/rules", "/log", "/nowhere", "/notices"):
            assert "时钟为模拟时间" in client.get(path, headers=PAGE, follow_redirects=True).text, path
