"""报告 — the same tables on the page, for a program, as a file and on the command line; nothing of too few people."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest

from domain.organisation.describing import Traits
from domain.values import day_of, hundredths
from ops.deployment import on_reads
from ops.example.people import BRANCH, WORK_COMMITTEE
from projections.reports.asking import Asked as Question
from projections.reports.catalogue import made
from projections.reports.table import NAMES
from projections.traits import said_by
from tests.api.test_command_line import Run, run
from tests.api.test_exports import rows_of
from tests.api.town import PAGE, Town

__all__ = ["run"]

JSON = {"accept": "application/json"}
HOLDERS = {"officer": WORK_COMMITTEE, "secretary": BRANCH}


@pytest.fixture(scope="module")
def july(town: Town) -> Iterator[Town]:
    """When the first half-year of the example is over."""
    with town.later(timedelta(days=70)) as later:
        yield later


def report(client: httpx2.Client, unit: str, name: str, query: str = "") -> Any:
    answered = client.get(f"/units/{unit}/reports/{name}{query}", headers=JSON)
    assert answered.status_code == 200, answered.text
    return answered.json()["value"]


def leader(town: Town) -> httpx2.Client:
    return town.acting("leader", "leading_group", WORK_COMMITTEE)


def test_every_report_is_a_page_in_both_languages_and_a_file_of_each_table(july: Town) -> None:
    client = leader(july)
    names = client.get(f"/units/{WORK_COMMITTEE}/reports", headers=JSON).json()["value"]["reports"]
    assert tuple(names) == NAMES
    for name in names:
        place = f"/units/{WORK_COMMITTEE}/reports/{name}"
        for language in ("zh-CN", "en"):
            page = client.get(place, headers={**PAGE, "accept-language": language})
            assert page.status_code == 200, (name, page.text[:400])
        for table in report(client, WORK_COMMITTEE, name)["tables"]:
            for kind in ("csv", "xlsx"):
                rows = rows_of(kind, client.get(f"{place}/exports/{table['code']}.{kind}").content)
                assert len(rows) == 1 + len(table["rows"]), (name, table["code"], kind)


def test_a_report_that_the_reader_has_is_not_sent_again(july: Town) -> None:
    client = leader(july)
    for name in NAMES:
        place = f"/units/{WORK_COMMITTEE}/reports/{name}"
        tag = client.get(place, headers=JSON).headers["etag"]
        assert client.get(place, headers={**JSON, "if-none-match": tag}).status_code == 304


def test_the_first_half_shows_its_items_once_it_is_over(town: Town, july: Town) -> None:
    running = report(leader(town), WORK_COMMITTEE, "attainability", "?year=2026&period=H1")
    assert (running["notes"], running["tables"]) == (["running"], [])
    found = report(leader(july), WORK_COMMITTEE, "attainability")
    assert (found["year"], found["period"]) == (2026, "H1")
    for row in found["tables"][0]["rows"]:
        values = row["values"]
        assert values["members"] >= found["smallest"] == 10
        assert values["full"] <= values["members"]
        assert hundredths(values["mean"]) <= hundredths(values["cap"])


def test_one_item_is_shown_branch_by_branch(july: Town) -> None:
    client = leader(july)
    first = report(client, WORK_COMMITTEE, "branches")["tables"][0]["rows"][0]
    found = report(client, WORK_COMMITTEE, "branches", first["to"])
    branches = found["tables"][1]
    assert branches["rows"] or branches["hidden"]
    own = report(july.acting("secretary", "secretary", BRANCH), BRANCH, "branches", first["to"])
    assert own["tables"][0]["rows"][0]["values"]["mean"] == first["values"]["mean"]
    assert len(own["tables"][1]["rows"]) <= 1


def test_who_may_not_read_a_report_is_told_so_and_is_not_shown_it(july: Town) -> None:
    member = july.acting("member", "member", BRANCH)
    assert member.get(f"/units/{BRANCH}/reports", headers=JSON).status_code == 403
    for login, unit in HOLDERS.items():
        client = july.acting(login, login, unit)
        mine = client.get(f"/units/{unit}/reports", headers=JSON).json()["value"]["reports"]
        for name in NAMES:
            answered = client.get(f"/units/{unit}/reports/{name}", headers=JSON)
            assert answered.status_code == (200 if name in mine else 403), name


def test_what_there_is_not_is_a_plain_problem(july: Town) -> None:
    client = leader(july)
    place = f"/units/{WORK_COMMITTEE}/reports"
    assert client.get(f"{place}/best", headers=JSON).status_code == 422
    assert client.get(f"{place}/branches/exports/nothing.csv", headers=JSON).status_code == 404
    unknown = client.get(f"{place}/branches?period=H9", headers=JSON)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "period-unknown")


def test_the_command_line_writes_the_same_table(town: Town, run: Run, tmp_path: Any) -> None:
    out = tmp_path / "items.csv"
    words = ("report", "branches", "--as", "leader", "--unit", WORK_COMMITTEE, "--role", "leading_group")
    done = run(*words, "--out", out, typed=f"{town.passwords['leader']}\n")
    assert done.exit_code == 0, done.output
    assert re.search("支部间比较", done.output)
    assert out.exists()
    refused = run("report", "branches", "--as", "member", "--unit", BRANCH, typed=f"{town.passwords['member']}\n")
    assert refused.exit_code != 0


BROKEN = {
    "enters-own": "UPDATE sheet_lines SET entered_by = member",
    "enters-and-decides": """
        UPDATE approvals SET decided_by = s.submitted_by FROM sheets AS s WHERE s.sheet = approvals.sheet""",
    "decides-own-line": "UPDATE records SET entitled = entitled + 20",
    "decides-own-case": """
        UPDATE case_decisions SET decided_by = m.person FROM cases AS c JOIN members AS m USING (member)
        WHERE c.opened = case_decisions.opened""",
    "enters-and-decides-case": """
        UPDATE case_papers SET entered_by = d.decided_by FROM case_decisions AS d
        WHERE d.opened = case_papers.opened""",
    "handles-own-doing": "UPDATE objections SET handler = subject WHERE subject IS NOT NULL",
    "handles-and-hears-appeal": """
        UPDATE objections SET handler = (x.said #>> '{actor,person}')::uuid
        FROM (SELECT convert_from(state, 'UTF8')::jsonb AS said FROM ledger.entries WHERE type = 'appeal-decided') AS x
        WHERE objections.id = (x.said #>> '{fact,objection}')::uuid""",
    "drafts-and-approves": """
        UPDATE rule_sets SET author = (
          SELECT COALESCE(x.said #>> '{fact,by}', x.said #>> '{actor,person}')::uuid
          FROM (SELECT convert_from(state, 'UTF8')::jsonb AS said FROM ledger.entries WHERE position = approved) AS x)
        WHERE approved IS NOT NULL""",
}
"""What the ledger would refuse, written past it."""


def duties_of(town: Town, change: str = "", unit: str = WORK_COMMITTEE, now: datetime | None = None) -> dict[str, Any]:
    """The report as the projector sees it, after a change that is taken back."""
    now = now or town.deployment.clock().now()
    question = Question(unit, day_of(now), now, now.year, "Y")
    with psycopg.connect(on_reads(town.deployment.database.urls.projector)) as connection:
        if change:
            assert connection.execute(change.encode()).rowcount > 0
        found = made(connection, town.deployment.vault.open, "duties", question)
        connection.rollback()
    assert found is not None
    return {str(row.values["rule"]): row.values for row in found.value.tables[0].rows}


def test_in_the_example_nobody_did_two_things_that_belong_apart(town: Town) -> None:
    found = duties_of(town)
    assert {rule: values["wrong"] for rule, values in found.items()} == dict.fromkeys(found, 0)
    looked_at = {rule for rule, values in found.items() if values["checked"]}
    assert looked_at >= set(BROKEN)


@pytest.mark.parametrize("rule", BROKEN)
def test_each_rule_finds_what_breaks_it(town: Town, rule: str) -> None:
    assert int(str(duties_of(town, BROKEN[rule])[rule]["wrong"])) > 0


def test_what_is_said_of_a_person_is_sealed_and_enters_figures_of_many_alone(town: Town) -> None:
    officer, member = town.acting("officer", "officer", WORK_COMMITTEE), town.members["member"]
    said = {"born": 1985, "sex": "female"}
    sent = officer.post(f"/members/{member}/traits", json=said, headers={"idempotency-key": str(uuid4())})
    assert sent.status_code == 200, sent.text
    town.settled()
    today = day_of(town.deployment.clock().now())
    with psycopg.connect(on_reads(town.deployment.database.urls.reader)) as connection:
        found = said_by(connection, today, town.deployment.vault.open)
        assert Traits(1985, "female", None) in found.values()
        assert said_by(connection, today - timedelta(days=1), town.deployment.vault.open) == {}
    assert "1985" not in officer.get(f"/members/{member}/membership", headers=PAGE).text
    with town.later(timedelta(days=70)) as later:
        for table in report(leader(later), WORK_COMMITTEE, "fairness")["tables"]:
            assert all(row["values"]["members"] >= 10 for row in table["rows"]), table["code"]
        own = report(later.acting("secretary", "secretary", BRANCH), BRANCH, "fairness")
        assert (own["notes"], own["tables"]) == (["whole-only"], [])


WAITS = {
    "somebody is determined late": "DELETE FROM determinations WHERE member = (SELECT min(member) FROM determinations)",
    "somebody is erased": """
        INSERT INTO custodies (person, unit, erasure)
        SELECT m.person, 'PK', 'destroyed' FROM members AS m
        WHERE m.member = (SELECT min(member) FROM determinations WHERE version = 1)""",
}

REGISTERED_LATE = (
    WAITS["somebody is determined late"].replace("min(member)", "max(member)"),
    """
    INSERT INTO periods (stream, unit, year, period, first_on, last_on, status, computation, members, blocked, waiting,
                         position)
    SELECT gen_random_uuid(), e.unit, 2026, 'H1', '2026-01-01', '2026-06-30', 'sealed', 1, 1, 0, 0, 900000
    FROM enrolments AS e WHERE e.member = (SELECT max(member) FROM enrolments) AND e.until_on IS NULL""",
    """
    INSERT INTO period_steps (stream, position, at, what)
    SELECT stream, 900000, now(), 'computed' FROM periods WHERE period = 'H1'""",
    "UPDATE enrolments SET enrolment = 900001 WHERE member = (SELECT max(member) FROM enrolments)",
)
"""Somebody of an organisation that has its figures already."""


DETERMINED = """
INSERT INTO determinations
  (key, member, unit, year, period, version, total, grade, rules, notice, determined_at, superseded, position)
SELECT gen_random_uuid()::text, e.member, e.unit, 2026, 'H1', 1, 8000, NULL, 'illustrative-1', gen_random_uuid(),
       now(), false, 1000000
FROM (SELECT DISTINCT ON (member) member, unit FROM enrolments ORDER BY member, enrolment DESC) AS e
"""


def fairness_after(town: Town, *changes: str) -> tuple[list[int], tuple[str, ...]]:
    """How many people stand in each group when everybody is determined, after changes that are taken back."""
    now = town.deployment.clock().now()
    question = Question(WORK_COMMITTEE, date(2026, 7, 20), now, 2026, "H1")
    with psycopg.connect(on_reads(town.deployment.database.urls.projector)) as connection:
        connection.execute("UPDATE periods SET status = 'sealed' WHERE period = 'H1'")
        connection.execute("DELETE FROM determinations")
        for change in (DETERMINED, *changes):
            assert connection.execute(change.encode()).rowcount > 0, change
        found = made(connection, town.deployment.vault.open, "fairness", question)
        connection.rollback()
    assert found is not None
    told = [int(str(row.values["members"])) for table in found.value.tables[::2] for row in table.rows]
    return told, tuple(found.value.notes)


def test_fairness_is_told_of_everybody_at_once_and_not_any_more_where_one_would_be_told_apart(town: Town) -> None:
    told, notes = fairness_after(town)
    assert told, notes
    assert notes[:1] == ("fairness",)
    assert "fairness-waits" not in notes
    for why in ("somebody is determined late", "somebody is erased"):
        assert fairness_after(town, WAITS[why]) == ([], ("fairness", "fairness-waits")), why
    assert fairness_after(town, *REGISTERED_LATE[:3])[1] == ("fairness", "fairness-waits")
    assert "fairness-waits" not in fairness_after(town, *REGISTERED_LATE)[1], "never determined, and not waited for"
    again = """
        INSERT INTO determinations (key, member, unit, year, period, version, total, rules, notice, determined_at,
                                    superseded, position)
        SELECT 'again', member, unit, year, period, 2, 0, rules, notice, now(), false, 1000001
        FROM determinations LIMIT 1"""
    restated, notes = fairness_after(town, again)
    assert (restated, notes) == (told, ("fairness", "fairness-items")), "by the first determination"


def test_what_is_taken_back_is_not_used_any_more(town: Town) -> None:
    officer, member = town.acting("officer", "officer", WORK_COMMITTEE), town.members["substitute"]
    for said in ({"born": 1971}, {}):
        place = f"/members/{member}/traits"
        assert officer.post(place, json=said, headers={"idempotency-key": str(uuid4())}).status_code == 200
    town.settled()
    today, opened = day_of(town.deployment.clock().now()), town.deployment.vault.open
    with psycopg.connect(on_reads(town.deployment.database.urls.projector)) as connection:
        moved = """UPDATE traits SET day = day - 5 WHERE described = (SELECT min(t.described) FROM traits AS t
            JOIN members AS m USING (member) WHERE m.person = %s)"""
        assert connection.execute(moved, (member,)).rowcount == 1
        row = connection.execute("SELECT member FROM members WHERE person = %s", (member,)).fetchone()
        assert row is not None
        assert row[0] not in said_by(connection, today - timedelta(days=2), opened)
        connection.rollback()


def test_nothing_else_may_be_said_of_a_person(town: Town) -> None:
    officer, place = town.acting("officer", "officer", WORK_COMMITTEE), f"/members/{town.members['member']}/traits"
    for wrong in ({"born": 85}, {"sex": "f"}, {"faith": "none"}):
        sent = officer.post(place, json=wrong, headers={"idempotency-key": str(uuid4())})
        assert (sent.status_code, sent.json()["code"]) == (422, "body-invalid"), wrong
