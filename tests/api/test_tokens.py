"""Tokens for programs: bound to one office and some operations, expiring, revocable."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
from psycopg import sql

from api.sessions import end_all, hashed
from api.tokens import OPERATIONS, BeyondPurpose, ScopeUnknown, TokenEndsBefore, end, issue
from domain.permissions import GRANTS
from ops.example.people import BRANCH, WORK_COMMITTEE
from ops.roles import names_of
from tests.api.town import Town, key


def issued(
    town: Town,
    scopes: Sequence[str],
    *,
    login: str = "recorder",
    role: str = "recorder",
    unit: str = BRANCH,
    days: int = 1,
    name: str = "import",
    **bound: Any,
) -> str:
    now = town.deployment.clock().now()
    return issue(
        town.sql,
        name=name,
        person=town.members[login],
        role=role,
        unit=unit,
        scopes=scopes,
        now=now - timedelta(days=2),
        until=now + timedelta(days=days),
        **bound,
    )


def _get(town: Town, token: str, path: str) -> httpx2.Response:
    return town.known("").get(path, headers={"authorization": f"Bearer {token}"})


def test_a_token_reads_and_writes_within_its_scopes_alone(town: Town) -> None:
    token = issued(town, ["sheet.read", "matter.plan"])
    assert _get(town, token, f"/units/{BRANCH}/sheets").status_code == 200
    wish = {"matter": f"K-{uuid4().hex[:6]}", "kind": "visit", "title": "走访", "planned_on": "2026-05-20"}
    headers = {"authorization": f"Bearer {token}", **key()}
    sent = town.known("").post(f"/units/{BRANCH}/matters", json=wish, headers=headers)
    assert sent.status_code == 201, sent.text
    for path in (f"/units/{BRANCH}/notices", f"/members/{town.members['recorder']}/points", "/points", "/"):
        assert _get(town, token, path).json()["code"] == "not-permitted", path


def test_what_one_token_has_already_is_no_answer_for_another_that_may_see_more(town: Town) -> None:
    town.settled()
    narrow = issued(town, ["archive.read"], name="narrow")
    wide = issued(town, ["archive.read", "result.read", "veto.read"], name="wide")
    path = f"/members/{town.members['recorder']}/points"
    tag = _get(town, narrow, path).headers["etag"]
    for token, status in ((narrow, 304), (wide, 200)):
        headers = {"authorization": f"Bearer {token}", "if-none-match": tag}
        assert town.known("").get(path, headers=headers).status_code == status


def test_a_token_can_never_do_more_than_its_person(town: Town) -> None:
    token = issued(town, ["rules.draft", "sheet.decide"], role="recorder")
    for path in ("/units/PK/rules", f"/units/{BRANCH}/matters/TD-202605/sheets/R-LX-1/approval"):
        headers = {"authorization": f"Bearer {token}", **key()}
        assert town.known("").post(path, json={}, headers=headers).status_code in (403, 404), path


def test_a_token_for_an_office_that_is_not_held_does_nothing(town: Town) -> None:
    token = issued(town, ["sheet.read"], role="auditor")
    assert _get(town, token, f"/units/{BRANCH}/sheets").json()["code"] == "not-permitted"


def test_an_expired_ended_or_invented_token_is_nobody(town: Town) -> None:
    expired = issued(town, ["sheet.read"], days=-1)
    ended = issued(town, ["sheet.read"], name="ended")
    assert _get(town, ended, f"/units/{BRANCH}/sheets").status_code == 200
    end(town.sql, town.members["recorder"], "ended", town.deployment.clock().now())
    for token in (expired, ended, "steelyard_invented", "x"):
        assert _get(town, token, f"/units/{BRANCH}/sheets").json()["code"] == "not-signed-in", token


def test_all_tokens_and_all_sessions_of_a_person_end_at_once(town: Town) -> None:
    person, now = town.members["recorder"], town.deployment.clock().now()
    end(town.sql, person, None, now)
    first, second = issued(town, ["sheet.read"], name="one"), issued(town, ["sheet.read"], name="two")
    assert end(town.sql, person, None, now) == 2
    for token in (first, second):
        assert _get(town, token, f"/units/{BRANCH}/sheets").json()["code"] == "not-signed-in"
    assert end(town.sql, person, None, now) == 0
    with town.visit("probationary") as client:
        assert client.get("/session").status_code == 200
        assert end_all(town.sql, town.members["probationary"], now) >= 1
        assert client.get("/session").status_code == 401
    town.forget("probationary")


def test_a_token_ends_after_it_begins(town: Town) -> None:
    with pytest.raises(TokenEndsBefore):
        issued(town, ["sheet.read"], days=-2)


def test_a_token_is_stored_hashed_and_its_scopes_stand_in_the_table(town: Town) -> None:
    token = issued(town, ["sheet.read"])
    row = town.sql.execute("SELECT count(*) FROM access.tokens WHERE encode(token_hash, 'escape') = %s", (token,))
    assert row.fetchone() == (0,)
    with pytest.raises(ScopeUnknown):
        issued(town, ["everything"])


def test_a_token_looks_at_no_more_people_than_its_purpose_allows(town: Town) -> None:
    token = issued(town, ["archive.read"], people_most=1)
    first, second = town.members["substitute"], town.members["member"]
    for _ in range(2):
        assert _get(town, token, f"/members/{first}/points").status_code == 200, "the same person again"
    told = _get(town, token, f"/members/{second}/points")
    assert (told.status_code, told.json()["code"]) == (403, "beyond-purpose")
    noted = "SELECT code, subject FROM access.refused_pulls WHERE token_hash = %(token)s"
    assert town.sql.execute(noted, {"token": hashed(token)}).fetchall() == [("beyond-purpose", second)]


def test_a_token_has_no_operation_that_its_purpose_does_not_need(town: Town) -> None:
    for purpose, scope in (("statistics", "archive.read"), ("statistics", "sheet.read"), ("notices", "sheet.read")):
        with pytest.raises(BeyondPurpose):
            issued(town, [scope], purpose=purpose)
    assert issued(town, ["report.read"], purpose="statistics")
    assert {scope for scopes in OPERATIONS.values() for scope in scopes} <= {grant.operation for grant in GRANTS}


def test_a_token_made_when_its_purpose_allowed_more_does_no_more_than_it_allows_today(town: Town) -> None:
    token = issued(town, ["sheet.read"])
    assert _get(town, token, f"/units/{BRANCH}/sheets").status_code == 200
    database = town.deployment.database.urls.database
    for purpose, status in (("notices", 403), ("none of today's", 403), ("entry", 200)):
        made = {"token": hashed(token), "purpose": purpose}
        with psycopg.connect(town.deployment.database.urls.migrator, autocommit=True) as owner:
            owner.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(names_of(database)["owner"])))
            owner.execute("UPDATE access.tokens SET purpose = %(purpose)s WHERE token_hash = %(token)s", made)
        assert _get(town, token, f"/units/{BRANCH}/sheets").status_code == status, purpose


def test_looks_of_one_token_at_once_are_counted_one_after_the_other(town: Town) -> None:
    token = issued(town, ["archive.read"], people_most=1)
    people = [town.members[login] for login in ("substitute", "member", "probationary", "secretary")]
    with ThreadPoolExecutor(len(people)) as pool:
        told = list(pool.map(lambda one: _get(town, token, f"/members/{one}/points").status_code, people))
    assert told.count(200) == 1, told


def test_whoever_a_list_shows_is_looked_at_and_a_list_that_does_not_fit_is_refused_whole(town: Town) -> None:
    some = issued(town, ["unit.read", "archive.read"], people_most=3)
    assert _get(town, some, f"/units/{BRANCH}").json()["code"] == "beyond-purpose"
    looked_at = "SELECT count(*) FROM access.token_people WHERE token_hash = %(token)s"
    assert town.sql.execute(looked_at, {"token": hashed(some)}).fetchone() == (0,)
    assert _get(town, some, f"/members/{town.members['substitute']}/points").status_code == 200
    enough = issued(town, ["unit.read"])
    assert _get(town, enough, f"/units/{BRANCH}").status_code == 200
    (counted,) = town.sql.execute(looked_at, {"token": hashed(enough)}).fetchone() or (0,)
    assert counted > 3
    assert _get(town, enough, f"/units/{BRANCH}").status_code == 200
    assert town.sql.execute(looked_at, {"token": hashed(enough)}).fetchone() == (counted,), "the same people again"


def test_what_was_not_given_out_is_not_counted(town: Town) -> None:
    """A page reads an archive first and then a list: where the list does not fit, the archive was not shown either."""
    few = issued(town, ["archive.read"], login="everybody", role="secretary", people_most=1)
    member, secretary = town.members["substitute"], town.acting("secretary", "secretary", BRANCH)
    points = secretary.get(f"/members/{member}/points/2026/LX").json()["value"]
    record = points["spans"][0]["items"][0]["records"][0]["record"]
    looked_at = "SELECT person FROM access.token_people WHERE token_hash = %(token)s"
    for _ in range(2):
        assert _get(town, few, f"/members/{member}/records/{record}").json()["code"] == "beyond-purpose"
    assert town.sql.execute(looked_at, {"token": hashed(few)}).fetchall() == []
    assert _get(town, few, f"/members/{member}/points").status_code == 200
    assert town.sql.execute(looked_at, {"token": hashed(few)}).fetchall() == [(member,)]
    other = town.members["member"]
    assert _get(town, few, f"/members/{other}/points").json()["code"] == "beyond-purpose"


def test_whoever_a_refusal_tells_of_is_counted_as_well(town: Town) -> None:
    """That a record is not there, or that somebody's data is restricted, is learnt of one person after the other."""
    few = issued(town, ["archive.read"], login="everybody", role="secretary", people_most=1)
    first, second = town.members["substitute"], town.members["member"]
    for member, code in ((first, "not-found"), (first, "not-found"), (second, "beyond-purpose")):
        assert _get(town, few, f"/members/{member}/points/2026/NOPE").json()["code"] == code
    looked_at = "SELECT person FROM access.token_people WHERE token_hash = %(token)s"
    assert town.sql.execute(looked_at, {"token": hashed(few)}).fetchall() == [(first,)]
    nobody = issued(town, ["archive.read"], login="everybody", role="secretary", people_most=0)
    assert _get(town, nobody, f"/members/{uuid4()}/points").json()["code"] == "not-found", "nobody was looked at"


def test_a_look_that_another_request_overtook_is_refused_by_its_person_and_what_was_asked(town: Town) -> None:
    token, member = issued(town, ["archive.read"], people_most=1), town.members["member"]
    database = town.deployment.database.urls.database
    with psycopg.connect(town.deployment.database.urls.migrator) as owner, ThreadPoolExecutor(1) as pool:
        owner.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(names_of(database)["owner"])))
        owner.execute("LOCK TABLE access.readings IN SHARE MODE")  # it has looked, and waits to write it down
        told = pool.submit(_get, town, token, f"/members/{member}/points")
        waits = "SELECT FROM pg_locks WHERE relation = 'access.readings'::regclass AND NOT granted"
        while town.sql.execute(waits).fetchone() is None:
            assert not told.done()
        other = {"token": hashed(token), "other": town.members["substitute"]}
        town.sql.execute("INSERT INTO access.token_people VALUES (%(token)s, %(other)s, now())", other)
        owner.rollback()
        assert told.result().json()["code"] == "beyond-purpose"
    noted = "SELECT what, subject FROM access.refused_pulls WHERE token_hash = %(token)s"
    assert town.sql.execute(noted, {"token": hashed(token)}).fetchall() == [("points", member)]


def test_a_token_takes_no_list_away_without_a_mandate(town: Town) -> None:
    place = f"/units/{BRANCH}/exports/sheets.csv"
    assert _get(town, issued(town, ["sheet.read"]), place).json()["code"] == "export-without-mandate"
    assert _get(town, issued(town, ["sheet.read"], mandate="浦审〔2026〕3号"), place).status_code == 200
    whole = issued(town, ["log.export"], login="auditor", role="auditor", unit=WORK_COMMITTEE, purpose="audit")
    one = {"member": str(town.members["substitute"])}
    sent = town.known("").post("/log/export.tar", json=one, headers={"authorization": f"Bearer {whole}", **key()})
    assert sent.json()["code"] == "export-without-mandate"
    looked_at = "SELECT count(*) FROM access.token_people WHERE token_hash = %(token)s"
    assert town.sql.execute(looked_at, {"token": hashed(whole)}).fetchone() == (0,), "nobody was looked at"
