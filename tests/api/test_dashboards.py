"""The dashboards: every number is the length of the list to which it leads, and nobody's points are among them."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx2
import psycopg
import pytest

from ops.deployment import on_reads
from ops.example.people import BRANCH, WORK_COMMITTEE
from projections.dashboard import GROUPS
from tests.api.test_exports import rows_of
from tests.api.town import OTHER, Town

JSON = {"accept": "application/json"}


def board(client: httpx2.Client, unit: str, query: str = "") -> Any:
    answered = client.get(f"/units/{unit}/dashboard{query}", headers=JSON)
    assert answered.status_code == 200, answered.text
    return answered.json()["value"]


@contextmanager
def parked(town: Town, login: str) -> Generator[None]:
    """Somebody for whom a fact is missing."""
    url = on_reads(town.deployment.database.urls.projector)
    person = town.members[login]
    with psycopg.connect(url, autocommit=True) as projector:
        projector.execute(
            "INSERT INTO parked VALUES (%s, 'member', 1, 'points-recorded', 'unknown-thing', now())", (person,)
        )
        try:
            yield
        finally:
            projector.execute("DELETE FROM parked WHERE key = %s", (person,))


def test_each_number_of_a_branch_is_the_length_of_its_list_and_each_row_leads_to_its_thing(town: Town) -> None:
    town.settled()
    secretary = town.acting("secretary", "secretary", BRANCH)
    found = board(secretary, BRANCH)
    assert set(found["things"]) == set(GROUPS)
    assert {group: len(things) for group, things in found["things"].items()} == found["own"]["counts"]
    things = [thing for group in found["things"].values() for thing in group]
    assert {"statement", "posted"} <= {thing["kind"] for thing in things}
    for thing in things:
        assert secretary.get(thing["to"], headers=JSON).status_code == 200, thing


def test_the_numbers_of_the_district_are_the_sums_of_what_lies_below(town: Town) -> None:
    town.settled()
    officer = town.acting("officer", "officer", WORK_COMMITTEE)
    found = board(officer, WORK_COMMITTEE)
    below = {row["unit"]: row for row in found["below"]}
    assert {BRANCH, OTHER} <= below.keys()
    for group in GROUPS:
        rows = [*below.values(), found["own"]]
        assert found["whole"]["counts"][group] == sum(row["counts"][group] for row in rows)
    secretary = town.acting("secretary", "secretary", BRANCH)
    assert below[BRANCH]["counts"] == board(secretary, BRANCH)["own"]["counts"]


def test_rows_stand_in_the_order_of_the_tree_until_a_column_is_chosen(town: Town) -> None:
    officer = town.acting("officer", "officer", WORK_COMMITTEE)
    tree = [row["unit"] for row in board(officer, WORK_COMMITTEE)["below"]]
    assert tree == sorted(tree)
    for group in GROUPS:
        counts = [row["counts"][group] for row in board(officer, WORK_COMMITTEE, f"?sort={group}")["below"]]
        assert counts == sorted(counts, reverse=True)
    refused = officer.get(f"/units/{WORK_COMMITTEE}/dashboard?sort=points", headers=JSON)
    assert (refused.status_code, refused.json()["code"]) == (422, "parameter-invalid")


def test_who_may_not_read_a_list_sees_its_number_alone(town: Town) -> None:
    town.settled()
    officer = town.acting("officer", "officer", WORK_COMMITTEE)
    found = board(officer, BRANCH)
    assert found["own"]["counts"]["deductions"] > 0
    assert "deductions" not in found["things"]
    assert "notices" in found["things"]


def test_a_member_has_no_dashboard(town: Town) -> None:
    member = town.acting("member", "member", BRANCH)
    assert member.get(f"/units/{BRANCH}/dashboard", headers=JSON).status_code == 403


def test_a_branch_is_idle_once_nothing_has_come_for_longer_than_an_entry_may_be_late(town: Town) -> None:
    assert not board(town.acting("secretary", "secretary", BRANCH), BRANCH)["idle"]
    with town.later(timedelta(days=60)) as later:
        assert board(later.acting("secretary", "secretary", BRANCH), BRANCH)["idle"]
        found = board(later.acting("officer", "officer", WORK_COMMITTEE), WORK_COMMITTEE)
        assert found["whole"]["idle"] >= 1


def test_a_parked_member_is_shown_where_he_belongs_and_counted_above(town: Town) -> None:
    with parked(town, "substitute"):
        secretary, officer = (
            town.acting("secretary", "secretary", BRANCH),
            town.acting("officer", "officer", WORK_COMMITTEE),
        )
        answered = secretary.get(f"/units/{BRANCH}/dashboard", headers=JSON).json()
        assert not answered["complete"]
        assert [one["member"] for one in answered["value"]["parked"]] == [str(town.members["substitute"])]
        district = officer.get(f"/units/{WORK_COMMITTEE}/dashboard", headers=JSON).json()
        assert (district["complete"], district["value"]["whole"]["parked"]) == (False, 1)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_numbers_can_be_taken_away(town: Town, kind: str) -> None:
    officer = town.acting("officer", "officer", WORK_COMMITTEE)
    found = board(officer, WORK_COMMITTEE)
    rows = rows_of(kind, officer.get(f"/units/{WORK_COMMITTEE}/exports/dashboard.{kind}").content)
    assert [row[0] for row in rows[1:]] == [WORK_COMMITTEE, *(one["unit"] for one in found["below"])]
