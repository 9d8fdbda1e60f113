"""核查 through HTTP: J8 by program; what nobody else notices; and that a reviewer's hands reach nowhere else."""

import hashlib
import io
import json
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx2
import psycopg
import pytest
from fastapi.routing import APIRoute

from api.asked import declared
from api.routes import ROUTERS
from domain.entry import decode
from domain.oversight.export import ExportProduced
from domain.permissions import may
from ops.deployment import on_reads
from ops.example.people import BRANCH, WORK_COMMITTEE, people
from projections.transparency.mandate import Profile
from tests.api.test_audit_export import lines_of
from tests.api.test_objector_unseen import marked
from tests.api.town import PAGE, Town, key

JSON = {"accept": "application/json"}
HERE = f"/units/{WORK_COMMITTEE}/reviews"
_READ = """
INSERT INTO access.readings (at, reader, role, unit, subject, what)
VALUES (%(at)s, %(reader)s, 'committee_member', 'PK', %(subject)s, 'retaliation')
"""
ROUTES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def reviewer(town: Town, login: str) -> httpx2.Client:
    return town.acting(login, "reviewer", WORK_COMMITTEE)


def sent(client: httpx2.Client, path: str, body: object) -> tuple[int, Any]:
    answered = client.post(path, json=body, headers={**key(), **JSON})
    return answered.status_code, answered.json()


def number_of(login: str) -> str:
    return next(one.work_number for one in people() if one.login == login)


def opened(town: Town, login: str = "member", by: str = "chief") -> str:
    """The chief, or another, opens a review of somebody; gives its address."""
    wish = {
        "number": f"浦纪核〔2026〕{uuid4().hex[:6]}号",
        "basis": "《监督执纪工作规则》第二十条",
        "person": number_of(login),
        "first_on": "2026-01-01",
        "last_on": "2026-12-31",
        "reason": "信访件反映的问题",
    }
    answered = reviewer(town, by).post(HERE, json=wish, headers={**key(), **JSON})
    assert answered.status_code == 201, answered.text
    town.settled()
    return str(answered.headers["location"]).partition("?")[0]


def granted(town: Town, place: str, until_on: str | None = None) -> None:
    """The other reviewer may look."""
    today = town.deployment.clock().now().date()
    body = {"reviewer": str(town.members["inspector"]), "purpose": "discipline", "until_on": until_on or str(today)}
    status, told = sent(reviewer(town, "chief"), f"{place}/access", body)
    assert status == 200, told
    town.settled()


def read(client: httpx2.Client, path: str) -> Any:
    answered = client.get(path, headers=JSON)
    assert answered.status_code == 200, answered.text
    return answered.json()["value"]


def refused(client: httpx2.Client, path: str) -> str:
    answered = client.get(path, headers=JSON)
    assert answered.status_code >= 400, answered.text
    return str(answered.json()["code"])


def test_j8_from_the_opening_to_the_end_of_every_access(town: Town, tmp_path: Path) -> None:
    place, member = opened(town), town.members["member"]
    inspector, himself = reviewer(town, "inspector"), town.acting("member", "member", BRANCH)
    before = read(himself, f"/members/{member}/readings")["items"]
    stranger = read(inspector, place)
    assert (stranger["review"]["name"], stranger["takes_part"]) == (None, False)
    assert sent(inspector, f"{place}/closing", {"conclusion": "了结"})[1]["code"] == "review-no-access"
    assert f'action="{place}/closing"' not in inspector.get(place, headers=PAGE).text
    assert f'action="{place}/closing"' in reviewer(town, "chief").get(place, headers=PAGE).text
    assert read(reviewer(town, "chief"), place)["reason"] == "信访件反映的问题"
    for part in ("points", "dossier", "points/2026/LX"):
        assert refused(inspector, f"{place}/{part}") == "review-no-access"
        assert refused(reviewer(town, "chief"), f"{place}/{part}") == "review-no-access"
    granted(town, place)
    _looked(town, place, inspector)
    bundle = _bundled(town, place, inspector, tmp_path)
    assert read(himself, f"/members/{member}/readings")["items"] == before, "a running review is invisible"
    assert sent(reviewer(town, "chief"), f"{place}/closing", {"conclusion": "予以了结"})[0] == 200
    for part in ("points", "dossier", f"bundles/{bundle}.zip"):
        assert refused(inspector, f"{place}/{part}") == "review-no-access", "at once"
    town.settled()
    after = read(himself, f"/members/{member}/readings")["items"]
    told = {(one["role"], one["what"]) for one in after[: len(after) - len(before)]}
    assert told >= {("reviewer", "points"), ("reviewer", "dossier"), ("reviewer", "category"), ("reviewer", "bundle")}


def _looked(town: Town, place: str, inspector: httpx2.Client) -> None:
    member = town.members["member"]
    live = read(town.acting("member", "member", BRANCH), f"/members/{member}/points?year=2026")
    seen = read(inspector, f"{place}/points?year=2026")
    assert seen["periods"] == live["periods"]
    then = read(inspector, f"{place}/points?year=2026&valid_on=2026-03-01")
    assert then["back"]["valid_on"] == "2026-03-01"
    assert then["back"]["steps"]
    assert then["periods"] != live["periods"]
    assert refused(inspector, f"{place}/points?year=2020") == "review-outside-period"
    assert read(inspector, f"{place}/points/2026/LX?known_at={then['back']['position']}")["spans"]
    dossier = read(inspector, f"{place}/dossier")
    types = {one["type"] for one in dossier["done"]}
    assert types >= {"points-recorded", "sheet-approved", "notice-posted", "points-confirmed"}
    recorded = next(one for one in dossier["done"] if one["type"] == "points-recorded")
    assert (recorded["role"], recorded["rules"]) == ("secretary", "illustrative-1")
    assert any(one["kind"] == "sign_in_list" for one in dossier["papers"])
    for part in ("", "/points", "/dossier", "/points/2026/LX"):
        for language in ("zh", "en"):
            page = inspector.get(f"{place}{part}", headers={**PAGE, "accept-language": language})
            assert page.status_code == 200, (part, page.text[:300])
    assert inspector.get(HERE, headers=PAGE).status_code == 200


def _bundled(town: Town, place: str, inspector: httpx2.Client, folder: Path) -> str:
    """Sealed, taken, and checked entry by entry by the verifier that lies in it."""
    status, told = sent(inspector, f"{place}/bundles", {})
    assert status == 200, told
    town.settled()
    sealed = read(inspector, place)["bundles"][0]
    taken = inspector.get(f"{place}/bundles/{sealed['bundle']}.zip")
    assert taken.status_code == 200, taken.text
    assert taken.content == inspector.get(f"{place}/bundles/{sealed['bundle']}.zip").content
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        archive.extractall(folder)
        names = archive.namelist()
    assert hashlib.sha256((folder / "MANIFEST").read_bytes()).hexdigest() == sealed["bundle"]
    for line in (folder / "MANIFEST").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name
    entries = [name for name in names if name.startswith("entries/")]
    assert len(entries) == sealed["entries"] > 5
    number = entries[0].removeprefix("entries/").removesuffix(".json")
    vkey = (folder / "key").read_text().strip()
    command = [
        sys.executable,
        "verify.py",
        "--proof",
        f"proofs/{number}.tlog-proof",
        "--entry",
        entries[0],
        "--key",
        vkey,
    ]
    assert subprocess.run(command, cwd=folder, check=False).returncode == 0  # noqa: S603 - our own script
    return str(sealed["bundle"])


def claimed(town: Town, login: str) -> dict[str, str]:
    """Something about somebody that stands on his timeline alone."""
    return {
        "member": str(town.members[login]),
        "item": "H-LX-3",
        "level": "session",
        "title": f"理论宣讲{uuid4().hex[:6]}",
        "dated_on": str(town.deployment.clock().now().date()),
        "document_kind": "lecture_log",
        "document": hashlib.sha256(uuid4().bytes).hexdigest(),
    }


@contextmanager
def halted(town: Town) -> Generator[None]:
    """The read models stand still; the log and its checkpoint go on."""
    with psycopg.connect(on_reads(town.deployment.database.urls.projector)) as projector:
        projector.execute("SELECT FROM tracking FOR UPDATE")
        yield


def test_a_bundle_is_sealed_of_all_that_is_signed_even_where_the_read_models_are_behind(town: Town) -> None:
    place = opened(town, "substitute")
    granted(town, place)
    inspector, recorder = reviewer(town, "inspector"), town.acting("recorder", "recorder", BRANCH)
    with ThreadPoolExecutor(1) as thread:
        with halted(town):
            assert sent(recorder, f"/units/{BRANCH}/honours", claimed(town, "substitute"))[0] == 201
            last, deadline = town.position(), time.monotonic() + 120
            while town.signed() < last:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            sealing = thread.submit(sent, inspector, f"{place}/bundles", {})
            done, _ = wait([sealing], timeout=1)
            assert not done or sealing.result()[1].get("code") == "proof-pending", "not of less than what is signed"
        status, told = sealing.result()
    if status == 503:  # a slow machine: asked again, as the refusal says
        assert told["code"] == "proof-pending"
        town.settled()
        status, told = sent(inspector, f"{place}/bundles", {})
    assert status == 200, told
    town.settled()
    bundle = read(inspector, place)["bundles"][0]["bundle"]
    assert inspector.get(f"{place}/bundles/{bundle}.zip").status_code == 200


def test_a_dossier_does_not_tell_that_somebody_objected(town: Town) -> None:
    place, inspector = opened(town), reviewer(town, "inspector")
    granted(town, place)
    member = town.members["member"]
    known = {"at": town.deployment.clock().now(), "reader": town.members["higher"], "subject": member}
    town.sql.execute(_READ, known)
    himself = town.acting("member", "member", BRANCH)
    assert read(himself, f"/members/{member}/readings")["items"][0]["what"] == "retaliation"
    for language, told in (("zh", "异议之后的处理标记"), ("en", "a flag of mine")):
        page = himself.get(f"/members/{member}/readings", headers={**PAGE, "accept-language": language})
        assert told in page.text
    shown = read(inspector, f"{place}/dossier")["readings"]
    assert shown
    assert "retaliation" not in {one["what"] for one in shown}


def test_an_access_that_has_run_out_or_was_revoked_shows_nothing(town: Town) -> None:
    place, inspector = opened(town), reviewer(town, "inspector")
    endless = {"reviewer": str(town.members["inspector"]), "purpose": "discipline", "until_on": "9999-12-31"}
    assert sent(reviewer(town, "chief"), f"{place}/access", endless)[1]["code"] == "review-access-term"
    granted(town, place)
    assert read(inspector, f"{place}/points?year=2026")["periods"]
    body = {"reviewer": str(town.members["inspector"])}
    assert sent(reviewer(town, "chief"), f"{place}/access/end", body)[0] == 200
    assert refused(reviewer(town, "inspector"), f"{place}/points") == "review-no-access"
    assert sent(reviewer(town, "inspector"), f"{place}/bundles", {})[1]["code"] == "review-no-access"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"person": "SL9999"}, "member-unknown"),
        ({"person": str(UUID(int=7))}, "member-unknown"),
        ({"last_on": "2025-01-01"}, "term-backwards"),
        ({"reason": ""}, "body-invalid"),
    ],
)
def test_what_cannot_be_opened_is_refused_by_name(town: Town, change: dict[str, str], code: str) -> None:
    wish = {
        "number": f"号{uuid4().hex[:6]}",
        "basis": "第二十条",
        "person": number_of("member"),
        "first_on": "2026-01-01",
        "last_on": "2026-06-30",
        "reason": "事由",
    }
    assert sent(reviewer(town, "chief"), HERE, {**wish, **change})[1]["code"] == code


def test_a_review_whose_leader_left_office_is_led_on_by_another(town: Town) -> None:
    today = town.deployment.clock().now().date()
    office = {"role": "reviewer", "person": str(town.members["stranger"])}
    officer, offices = town.acting("officer", "officer", WORK_COMMITTEE), f"/units/{WORK_COMMITTEE}/appointments"
    assert sent(officer, offices, {**office, "from_on": str(today - timedelta(days=9))})[0] == 201
    town.settled()
    place = opened(town, by="stranger")
    inspector = reviewer(town, "inspector")
    assert sent(inspector, f"{place}/succession", {})[1]["code"] == "review-no-access"
    assert not read(inspector, place)["may_take_over"]
    assert sent(officer, f"{offices}/ending", {**office, "last_on": str(today - timedelta(days=1))})[0] == 200
    town.settled()
    assert "接办" in inspector.get(place, headers=PAGE).text
    assert sent(inspector, f"{place}/succession", {})[0] == 200
    town.settled()
    led = read(inspector, place)
    assert (led["takes_part"], led["may_take_over"], led["review"]["name"] is None) == (True, False, False)
    assert sent(reviewer(town, "chief"), f"{place}/succession", {})[1]["code"] == "review-no-access"
    assert sent(inspector, f"{place}/closing", {"conclusion": "了结"})[0] == 200
    town.settled()


def test_20_a_reviewer_writes_nowhere_else(town: Town) -> None:
    inspector = town.acting("inspector", "reviewer", BRANCH)
    before, tried = town.position(), 0
    for route in ROUTES:
        found = declared(route)
        if "POST" not in (route.methods or set()) or found is None or found.operation in ("open", "signed-in"):
            continue
        if may(found.operation, "reviewer", "own"):
            continue
        known = {"unit": BRANCH, "matter": "TD-202605", "item": "R-LX-1", "member": str(town.members["member"])}
        path = re.sub(r"\{(\w+)\}", lambda m, known=known: known.get(m.group(1), str(UUID(int=1))), route.path_format)
        answered = inspector.post(path, json={}, headers=key())
        assert answered.status_code in (403, 404), (path, answered.status_code)
        tried += 1
    assert tried >= 80
    assert town.position() == before
    for path in (f"/members/{town.members['member']}/points", f"/units/{BRANCH}/notices", f"/units/{BRANCH}/honours"):
        assert inspector.get(path, headers=JSON).status_code in (403, 404), path


OBSERVERS = (
    ("member", "member", BRANCH),
    ("secretary", "secretary", BRANCH),
    ("leader", "leading_group", WORK_COMMITTEE),
    ("officer", "officer", WORK_COMMITTEE),
    ("auditor", "auditor", WORK_COMMITTEE),
    ("", "", ""),
)
PLACES = ("/", "/members/{member}/points", "/members/{member}/timeline", "/members/{member}/readings", "/units/{unit}")
COUNTED = re.compile(r'"(as_of|position|reading|at|known_at)":("[^"]*"|\d+|\{[^}]*\})')
SHOWN_AT = re.compile(r"<footer.*?</footer>", re.DOTALL)


def seen(town: Town) -> list[tuple[str, int, str]]:
    """What everybody else is told of two persons, but how far the log has got."""
    found: list[tuple[str, int, str]] = []
    for login, role, unit in OBSERVERS:
        client = town.acting(login, role, unit) if login else town.known("")
        for person in ("member", "recorder"):
            for path in PLACES:
                place = path.format(member=town.members[person], unit=BRANCH)
                for accept in (JSON, PAGE):
                    if login == "secretary" and "readings" in path:
                        continue
                    answered = client.get(place, headers=accept)
                    text = SHOWN_AT.sub("", COUNTED.sub("", marked(answered.text)))
                    found.append(
                        (f"{login} {place} {accept}", answered.status_code, re.sub(r"20\d\d年.{8,24}?:\d\d", "", text))
                    )
    return found


def test_while_it_runs_nobody_else_can_tell_that_somebody_is_looked_at(town: Town) -> None:
    """I17: before and during the review, the same to the letter; the reviewer has looked meanwhile."""
    seen(town)  # looking is itself logged: the second look finds what the first has left
    before = [one for one in seen(town) if "readings" not in one[0]]
    place = opened(town)
    granted(town, place)
    inspector = reviewer(town, "inspector")
    for part in ("points", "dossier"):
        assert read(inspector, f"{place}/{part}")
    during = [one for one in seen(town) if "readings" not in one[0]]
    assert before == during


def test_a_reviewer_takes_the_persons_export_and_the_log_does_not_say_whose(town: Town) -> None:
    """I17: the entry names the review; disclosed is what lies in the person's own streams, in its days."""
    place, member = opened(town), town.members["member"]
    denied = reviewer(town, "inspector").post(f"{place}/export.tar", json={}, headers=key())
    assert denied.json()["code"] == "review-no-access"
    granted(town, place)
    taken = reviewer(town, "inspector").post(f"{place}/export.tar", json={}, headers=key())
    assert taken.status_code == 200, taken.text
    entries, disclosures = (lines_of(taken.content, name) for name in ("entries.jsonl", "disclosures.jsonl"))
    profile = Profile(mandate="reviewer", member=member, first_on=date(2026, 1, 1), last_on=date(2026, 12, 31))
    asked = {one for state in entries for one in profile.asks(state)}
    shown = {json.loads(one)["commitment"] for one in disclosures}
    assert shown == town.deployment.vault.open(sorted(asked)).keys()
    rows = town.deployment.recorder.select_notifications(1, 100_000)
    fact = [one for row in rows if isinstance(one := decode(row.state).fact, ExportProduced)][-1]
    assert (fact.mandate, fact.member, str(fact.review)) == ("reviewer", None, place.rpartition("/")[2])
    with psycopg.connect(town.deployment.database.urls.auditor) as reading:
        noted = reading.execute("SELECT operator FROM access.exports ORDER BY export DESC LIMIT 1").fetchone()
    assert noted is not None
    assert str(member) not in noted[0]
