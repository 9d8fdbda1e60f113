"""18 销毁之后: the archive keeps its numbers and loses the person: over HTTP, on the page, in a dump and in files."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
import pytest
from typer.testing import CliRunner

from domain.decider import Command
from domain.organisation.member import RegisterMember
from ops import cases, retention
from ops.cli import app
from ops.deployment import readers
from ops.destroyed import still_unswept
from ops.embedded import Running
from ops.proving import exported, verified
from projections import rebuild
from projections.transparency.verify import Folder, verify_folder
from tests.api.assessed import read, refused, send
from tests.api.lived import lived
from tests.api.town import PAGE, PASSWORD, Town
from tests.domain.branch import (
    AS_SECRETARY,
    BRANCH,
    LEADER,
    MEMBER,
    OFFICER,
    OTHER,
    RECORDER,
    SECRETARY,
    TOP,
    digest,
    secret,
)
from tests.domain.merits import AS_MEMBER, claimed, honour_returned
from tests.domain.objection.disputes import FILED, FILED_AT, OBJECTION_ID, closed, confirmed, withdrawn
from tests.domain.objection.test_retaliation import CLAIM, FLAG, NEXT_DAY, examined, flagged
from tests.domain.oversight.kept import left
from tests.domain.year import H1_OVER, TERM, half

NAME: Final = "欧阳明轩"
LOGIN: Final = "ouyang.mingxuan"
LOGINS: Final[dict[str, UUID]] = {
    "secretary": SECRETARY,
    "officer": OFFICER,
    "leader": LEADER,
    "member": MEMBER,
    LOGIN: OTHER,
}
ORDER: Final[dict[str, str]] = {"basis": "《个人信息保护法》第四十七条", "document": digest("order")}
AGREED: Final[dict[str, Any]] = {"approve": True, "minute": "纪要〔2026〕12号", "minute_sha256": digest("minute")}
DATA: Final = f"/members/{OTHER}"
HERE: Final = BRANCH.replace("/", "~")
POINTS: Final = f"{DATA}/points?year=2026"


def told() -> list[Command]:
    """A party day that counts, its half-year sealed; who objected has flagged something, one who was there has left."""
    over = H1_OVER + TERM
    claim = claimed(AS_MEMBER, FILED_AT, occurred_on=FILED_AT.date(), dated_on=FILED_AT.date())
    back = msgspec.structs.replace(honour_returned(AS_SECRETARY), at=NEXT_DAY)
    lived_through = FILED.given(
        *(claim, withdrawn(), back, flagged(CLAIM), examined(act=CLAIM)),
        *(closed(), confirmed(), *half("H1", H1_OVER), left(over + timedelta(days=1))),
    )
    wishes = {command.id: command for command, _ in lived_through.world.said if command is not None}
    return [_named(command) for command in wishes.values()]


def _named(command: Command) -> Command:
    if isinstance(command, RegisterMember) and command.member == OTHER:
        return msgspec.structs.replace(command, name=msgspec.structs.replace(command.name, value=NAME))
    return command


@pytest.fixture(scope="module")
def town(server: Running) -> Iterator[Town]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, told(), LOGINS) as found:
        yield found
    shutil.rmtree(folder)


def officer(town: Town) -> Any:
    return town.acting("officer", "officer", TOP)


def leader(town: Town) -> Any:
    return town.acting("leader", "leading_group", TOP)


def numbers(town: Town) -> dict[str, Any]:
    """His year as the secretary of his branch sees it, without the name."""
    told = read(town.acting("secretary", "secretary", BRANCH), POINTS)
    return {**told, "name": "", "results": [{**one, "name": ""} for one in told["results"]]}


def carried_out(town: Town, wait_days: int = retention.WAIT_DAYS) -> retention.Done:
    town.settled()
    deployment = town.deployment
    done = retention.carry_out(deployment, deployment.ledger(), deployment.clock().now(), wait_days=wait_days)
    town.settled()
    return done


@contextmanager
def parked(town: Town, server: Running, key: UUID, kind: str = "member") -> Iterator[None]:
    """Somebody, or a stream, whose facts the read models miss."""
    with psycopg.connect(server.url(town.deployment.database.urls.database, "postgres"), autocommit=True) as owner:
        owner.execute(PARKED, {"key": key, "kind": kind})
        try:
            yield
        finally:
            owner.execute("DELETE FROM reads.parked WHERE key = %s", (key,))


def traces(town: Town) -> list[bytes]:
    """What would give the person away: his wrapped key, his boxes, the hash of his number, his login."""
    with psycopg.connect(town.deployment.database.urls.writer) as connection:
        known = {"subject": OTHER}
        keys = connection.execute("SELECT wrapped FROM vault.keys WHERE subject = %(subject)s", known).fetchall()
        boxes = connection.execute("SELECT box FROM vault.sealed WHERE subject = %(subject)s", known).fetchall()
        numbers = connection.execute(
            "SELECT digest FROM vault.identities WHERE subject = %(subject)s", known
        ).fetchall()
    return [bytes(row[0]) for row in (*keys, *boxes, *numbers)]


def dumped(server: Running, town: Town, binaries: Path) -> bytes:
    """The whole database as PostgreSQL's own program writes it out."""
    url = server.url(town.deployment.database.urls.database, "postgres")
    done = subprocess.run([binaries / "pg_dump", url], capture_output=True, check=True)  # noqa: S603
    return done.stdout


def in_files(server: Running, town: Town, wanted: bytes) -> list[str]:
    """The table files of the database in which some bytes lie, once everything is written to them."""
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        admin.execute("CHECKPOINT")
        row = admin.execute(
            "SELECT oid FROM pg_database WHERE datname = %s",
            (town.deployment.database.urls.database,),
        ).fetchone()
    assert row is not None
    files = (server.folder / "cluster" / "base" / str(row[0])).iterdir()
    return [file.name for file in files if file.is_file() and wanted in file.read_bytes()]


def test_an_order_reaches_an_objection_and_the_flag_after_it(town: Town, server: Running) -> None:
    town.settled()
    deployment = town.deployment
    with psycopg.connect(server.url(deployment.database.urls.database, "postgres"), autocommit=True) as owner:
        owner.execute(UNSAID_ORDER)
        try:
            done = retention.carry_out(deployment, deployment.ledger(), deployment.clock().now(), batch=False)
            owner.execute("SET search_path = reads")
            found = {case.of.kind: case for case in cases.living(deployment.vault, owner)}
        finally:
            owner.execute("DELETE FROM reads.retention_orders WHERE position = 999999")
    assert (done.cases, done.waiting) == (0, 2), "both were tried, and the log knows of no such order"
    assert (found["flag"].objection, found["flag"].objector) == (OBJECTION_ID, MEMBER)
    assert found["flag"].persons == {MEMBER, OTHER}


def test_18_key_destroyed_the_archive_keeps_numbers_and_loses_the_person(
    town: Town, server: Running, binaries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: somebody who left, with a half-year of points
    before = numbers(town)
    assert NAME in town.known("secretary").get(POINTS, headers=PAGE).text
    # then: no sooner than the term, unless a law orders it
    assert refused(officer(town), f"{DATA}/erasure", {**ORDER, "ground": "term"}) == (409, "retention-runs")
    send(officer(town), f"{DATA}/erasure", {**ORDER, "ground": "law"})
    assert refused(officer(town), f"{DATA}/erasure/decision", AGREED) == (403, "not-permitted")
    back = {"minute": "撤回〔2026〕1号", "minute_sha256": AGREED["minute_sha256"]}
    assert refused(leader(town), f"{DATA}/erasure/withdrawal", back) == (403, "not-permitted")
    send(officer(town), f"{DATA}/erasure/withdrawal", back)
    assert refused(leader(town), f"{DATA}/erasure/decision", AGREED) == (404, "no-erasure")
    send(officer(town), f"{DATA}/erasure", {**ORDER, "ground": "law"})
    # then: a hold forbids it until somebody else lifts it
    hold = {**ORDER, "number": "浦纪函〔2026〕7号"}
    send(leader(town), f"{DATA}/holds", hold)
    assert refused(leader(town), f"{DATA}/erasure/decision", AGREED) == (409, "still-needed")
    assert refused(leader(town), f"{DATA}/holds/lifting", hold) == (409, "same-hand")
    send(officer(town), f"{DATA}/holds/lifting", hold)
    send(leader(town), f"{DATA}/erasure/decision", AGREED)
    # given: everything of his lies there
    found = traces(town)
    dump = dumped(server, town, binaries)
    assert len(found) >= 3
    assert all(one.hex().encode() in dump for one in found)
    assert LOGIN.encode() in dump
    assert in_files(server, town, found[0]) != []
    # when: it is carried out after the days that all wait; what fails waits, and a second time nothing is left to do
    barred = town.deployment.state_folder / "destroyed"
    barred.mkdir(parents=True)
    assert carried_out(town) == retention.Done()
    with parked(town, server, OTHER):
        assert carried_out(town, wait_days=-1) == retention.Done(waiting=1), "nobody is erased while facts are missing"
    done = carried_out(town, wait_days=-1)
    assert (done.persons, done.keys, done.waiting) == (1, 0, 1)
    barred.rmdir()
    with psycopg.connect(town.deployment.database.urls.writer) as reader:
        reader.execute("SELECT FROM vault.keys LIMIT 1")
        monkeypatch.setattr(retention, "LOCK_TIMEOUT_S", 0.2)
        done = carried_out(town)
        assert (done.persons, done.keys, done.waiting) == (0, 1, 1), "the key is gone, and its bytes are not yet"
    monkeypatch.undo()
    assert still_unswept(town.deployment.state_folder)
    assert carried_out(town) == retention.Done(), "rewritten now, although no key was left to go"
    assert not still_unswept(town.deployment.state_folder)
    # then: the keys of an objection about him and of the flag after it stay for now, and go with all that are due
    case = "SELECT count(*) FROM vault.keys WHERE subject = ANY(%s)"
    assert town.sql.execute(case, ([OBJECTION_ID, FLAG],)).fetchone() == (2,)
    later = town.deployment.clock().now() + timedelta(days=1)
    deployment, now = town.deployment, town.deployment.clock().now()
    done = retention.carry_out(deployment, deployment.ledger(), now, erased_before=later)
    assert (done.cases, done.keys, done.waiting) == (0, 0, 2), "the only one who was erased would be named by it"
    done = retention.carry_out(deployment, deployment.ledger(), now, erased_before=later, crowd=1)
    assert (done.cases, done.keys, done.waiting) == (2, 2, 0)
    assert town.sql.execute(case, ([OBJECTION_ID, FLAG],)).fetchone() == (0,)
    # then: not a byte of it is left, neither in a dump nor in the files of the small tables
    dump = dumped(server, town, binaries)
    assert [one for one in found if one.hex().encode() in dump] == []
    assert LOGIN.encode() not in dump
    assert NAME.encode() not in dump
    assert in_files(server, town, found[0]) == []
    assert in_files(server, town, LOGIN.encode()) == []
    # then: the numbers stand, on the page without the name
    page = town.acting("secretary", "secretary", BRANCH).get(POINTS, headers=PAGE)
    assert page.status_code == 200
    assert NAME not in page.text
    assert numbers(town) == before
    as_of = town.known("secretary").get(f"{POINTS}&known_at=200", headers=PAGE)
    assert as_of.status_code == 200
    page = officer(town).get(f"{DATA}/custody", headers=PAGE)
    assert "密钥销毁" in page.text
    assert NAME not in page.text
    # then: every proof stands, in the database and in an export, and the read models made anew say the same
    town.settled()
    assert verified(town.deployment, None) == []
    exported(town.deployment, tmp_path / "export")
    assert verify_folder(Folder(tmp_path / "export"), "", None).problems == []
    rebuild.rebuild(town.deployment.database.urls.projector, readers=readers(town.deployment))
    assert numbers(town) == before
    # then: nobody signs in as him, and nothing more is said of him
    signed = town.client()
    assert signed.post("/session", json={"login": LOGIN, "password": PASSWORD}).status_code == 401
    signed.close()
    assert refused(officer(town), f"{DATA}/holds", {**ORDER, "number": "2号"}) == (410, "person-erased")


def test_what_is_restricted_is_shown_to_nobody_else(town: Town) -> None:
    place = f"/members/{MEMBER}"
    secretary = town.acting("secretary", "secretary", BRANCH)
    assert secretary.get(f"{place}/points").status_code == 200
    send(officer(town), f"{place}/restriction", {**ORDER, "ground": "disputed"})
    town.settled()
    told = secretary.get(f"{place}/points")
    assert (told.status_code, told.json()["code"]) == (403, "processing-restricted")
    assert town.acting("member", "member", BRANCH).get(f"{place}/points").status_code == 200
    for part in ("exports/honours.csv", "exports/deductions.csv", "vetoes", "measures"):
        answered = secretary.get(f"/units/{BRANCH}/{part}")
        assert answered.status_code in (200, 404), (part, answered.text)
    send(officer(town), f"{place}/restriction/lifting", ORDER)
    town.settled()
    assert secretary.get(f"{place}/points").status_code == 200
    # then: nor do the changes of his page tell of it to who may not read what was ordered
    ordered = {"processing-restricted", "restriction-lifted"}
    for reader in (secretary, town.acting("member", "member", BRANCH)):
        changes = {one["type"] for one in read(reader, f"{place}/points?year=2026&step=1")["back"]["steps"]}
        assert (changes != set(), changes & ordered) == (True, set())


PARKED: Final = """
INSERT INTO reads.parked (key, kind, position, type, code, since)
VALUES (%(key)s, %(kind)s, 1, 'points-recorded', 'x', now())
"""
UNSAID_ORDER: Final = """
INSERT INTO reads.retention_orders (position, unit, type, kind, before_on, at, rows)
VALUES (999999, 'GW', 'retention-ordered', 'objections', '2027-01-01', now(), 0)
"""
OLD: Final = """
INSERT INTO access.readings (at, reader, role, unit, subject, what)
VALUES ('2020-05-01T00:00Z', %(reader)s, 'secretary', 'GW/PK-01', %(subject)s, 'points')
"""
OLD_SESSION: Final = """
INSERT INTO access.sessions (token_hash, person, begun_at, expires_at)
VALUES (decode(repeat('ab', 32), 'hex'), %(person)s, '2020-05-01T00:00Z', '2020-05-02T00:00Z')
"""
REVIEW: Final = """
INSERT INTO reads.reviews
  (review, unit, number, basis, subject, reason, first_on, last_on, opened_by, led_by, opened_at, position)
VALUES (%(review)s, 'GW', 'x', 'x', %(subject)s, 'x', '2026-01-01', '2026-01-02', %(by)s, %(by)s, now(), 1)
"""
ANOTHER_TOP: Final = """
INSERT INTO reads.units (unit, code, kind, title, parent, scheme, approval_body, path, established_on)
SELECT 999999, 'ANOTHER', kind, title, NULL, scheme, approval_body, '{ANOTHER}', established_on
FROM reads.units WHERE parent IS NULL
"""


def plan_of(town: Town, kind: str) -> dict[str, Any]:
    """What is due of one kind, as the page of the top says it."""
    town.settled()
    found = read(officer(town), f"/units/{TOP}/retention")
    return next(one for one in found["plans"] if one["kind"] == kind)


def old_readings(town: Town) -> set[UUID]:
    rows = town.sql.execute("SELECT subject FROM access.readings WHERE at < '2021-01-01'").fetchall()
    return {subject for (subject,) in rows}


def waiting_deletions(server: Running) -> int:
    """How many deletions of the access log wait for somebody's row."""
    waits = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DELETE FROM access.readings%'"
    with psycopg.connect(server.admin_url, autocommit=True) as admin:
        return admin.execute(waits).rowcount


def test_the_access_log_goes_when_an_officer_confirms_and_what_is_held_stays(
    town: Town, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given: readings of six years ago, one of them about somebody under a hold, one about somebody who is parked
    for subject in (SECRETARY, RECORDER, OTHER):
        town.sql.execute(OLD, {"reader": LEADER, "subject": subject})
    town.sql.execute(OLD, {"reader": RECORDER, "subject": MEMBER})
    town.sql.execute(OLD_SESSION, {"person": RECORDER})
    send(leader(town), f"/members/{RECORDER}/holds", {**ORDER, "number": "3号"})
    place = f"/units/{TOP}/retention"
    early = {"kind": "access-log", "before_on": "2026-01-01", "due": 0, "plan": digest("plan")}
    assert refused(officer(town), place, early) == (409, "retention-runs")
    shown = plan_of(town, "access-log")
    assert (shown["before_on"], shown["due"]) == ("2023-01-01", 2)
    assert plan_of(town, "objections")["due"] == 0
    for wrong in ({"due": 0}, {"plan": digest("plan")}, {"before_on": "2022-01-01"}):
        told = {name: shown[name] for name in ("kind", "before_on", "due", "plan")} | wrong
        assert refused(officer(town), place, told) == (409, "retention-plan-changed"), wrong
    assert shown["plan"] in officer(town).get(place, headers=PAGE).text
    # when: looked at, confirmed and carried out from the command line
    settings = town.deployment.settings
    assert settings.database_url is not None
    monkeypatch.setenv("DATABASE_URL", settings.database_url.get_secret_value())
    monkeypatch.setenv("STEELYARD_DEPLOYMENT", "example")
    monkeypatch.setenv("STEELYARD_DATA", str(settings.data))
    words = ["retention", "--unit", TOP]
    looked = CliRunner().invoke(app, words)
    assert "access-log < 2023-01-01: 2 (readings=2 sessions=0 tokens=0)" in looked.output
    assert old_readings(town) == {SECRETARY, RECORDER, MEMBER, OTHER}
    confirm = [*words, "--confirm", "access-log", "--as"]
    denied = CliRunner().invoke(app, [*confirm, "secretary", "--password", PASSWORD])
    assert type(denied.exception).__name__ == "NotPermitted"
    done = CliRunner().invoke(app, [*confirm, "officer", "--password", PASSWORD])
    assert done.exit_code == 0, done.output
    # then: a hold that comes while the rows are being deleted keeps them
    hold = {**ORDER, "number": "5号"}
    deployment, database = town.deployment, town.deployment.database.urls.database
    town.settled()
    with ThreadPoolExecutor(1) as pool, psycopg.connect(server.url(database, "postgres")) as owner:
        owner.execute("SELECT FROM access.readings WHERE subject = %s FOR UPDATE", (SECRETARY,))
        trimmed = pool.submit(retention.carry_out, deployment, deployment.ledger(), deployment.clock().now())
        while not waiting_deletions(server):
            assert not trimmed.done()
        send(leader(town), f"/members/{SECRETARY}/holds", hold)
        town.settled()
        owner.commit()
        assert (trimmed.result().rows, trimmed.result().waiting) == (0, 1)
    assert old_readings(town) == {SECRETARY, RECORDER, MEMBER, OTHER}
    send(officer(town), f"/members/{SECRETARY}/holds/lifting", hold)
    # then: what is due is gone, what is held is there, and the log says how much went
    with parked(town, server, OTHER, "stream"):
        assert carried_out(town) == retention.Done(behind=True)
        looked = CliRunner().invoke(app, [*words, "--carry-out"])
        assert "behind, nothing was done" in looked.output
    with parked(town, server, OTHER):
        assert carried_out(town).rows == 1
    assert old_readings(town) == {RECORDER, MEMBER, OTHER}
    kept = town.sql.execute("SELECT person FROM access.sessions WHERE expires_at < '2021-01-01'").fetchall()
    assert kept == [(RECORDER,)]
    assert plan_of(town, "access-log")["due"] == 1
    orders = read(officer(town), place)["orders"]
    assert [(one["en"], one["rows"]) for one in orders] == [
        ("access log trimmed", 1),
        ("clearing of what is overdue ordered", 2),
    ]
    again = plan_of(town, "access-log")
    assert refused(officer(town), place, {name: again[name] for name in early}) == (409, "retention-ordered")


def test_nobody_clears_the_deployment_while_another_organisation_has_no_superior_either(
    town: Town, server: Running
) -> None:
    wish = {"kind": "objections", "before_on": "2023-01-01", "due": 0, "plan": digest("plan")}
    with psycopg.connect(server.url(town.deployment.database.urls.database, "postgres"), autocommit=True) as owner:
        owner.execute(ANOTHER_TOP)
        try:
            assert refused(officer(town), f"/units/{TOP}/retention", wish) == (409, "only-at-the-top")
        finally:
            owner.execute("DELETE FROM reads.units WHERE code = 'ANOTHER'")


def test_nothing_goes_while_a_hold_is_acknowledged_and_not_yet_followed(town: Town, server: Running) -> None:
    town.settled()
    deployment = town.deployment
    with psycopg.connect(server.url(deployment.database.urls.database, "postgres")) as owner:
        owner.execute("LOCK TABLE reads.tracking IN EXCLUSIVE MODE")
        send(leader(town), f"/members/{MEMBER}/holds", {**ORDER, "number": "4号"})
        done = retention.carry_out(deployment, deployment.ledger(), deployment.clock().now())
    assert done == retention.Done(behind=True)
    assert not carried_out(town).behind


def test_a_case_whose_box_cannot_be_read_hides_no_other(town: Town, server: Running) -> None:
    town.settled()
    number = secret("work_number", str(MEMBER)[:8], MEMBER).commitment  # sealed, and names nobody
    with psycopg.connect(server.url(town.deployment.database.urls.database, "postgres")) as owner:
        owner.execute("SET LOCAL search_path = reads")
        for case, subject in ((1, number), (2, digest("nowhere"))):
            owner.execute(REVIEW, {"review": UUID(int=case), "subject": subject, "by": LEADER})
        found = cases.living(town.deployment.vault, owner)
        owner.rollback()
    assert [(one.readable, one.may_name(OTHER)) for one in found] == [(False, True), (True, False)]


def test_a_member_acknowledges_his_own_result_once(town: Town) -> None:
    member, place = town.acting("member", "member", BRANCH), "/results/2026/H1/acknowledgement"
    mine = f"/members/{MEMBER}/results"
    assert place in member.get(mine, headers=PAGE).text
    send(member, place, {})
    town.settled()
    assert read(member, mine)["items"][0]["acknowledged_on"] is not None
    assert place not in member.get(mine, headers=PAGE).text
    assert refused(member, place, {}) == (409, "already-acknowledged")
    period = town.acting("secretary", "secretary", BRANCH).get(f"/units/{HERE}/periods/2026/H1", headers=PAGE)
    assert "本人已签收" in period.text
