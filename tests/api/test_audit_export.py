"""The audit export through the service: an auditor takes a part of the log away, and anybody verifies it at home."""

import base64
import hashlib
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import msgspec
import psycopg
import pytest

from domain.decider import Fact
from domain.entry import decode
from domain.objection.objection import ObjectionFiled
from domain.organisation.member import MemberDescribed
from domain.oversight.export import ExportChanged, ExportProduced
from ops.example.people import BRANCH, WORK_COMMITTEE, people
from ops.proving import Taking, exported
from projections.transparency.mandate import Profile, sealed_in
from projections.transparency.scope import Scope
from tests.api.test_tokens import issued
from tests.api.town import PAGE, Town, key

TAKEN = "/log/export.tar"


def own_place(town: Town) -> str:
    """Where the member takes his own."""
    return f"/members/{town.members['member']}/own/export.tar"


def produced(town: Town) -> list[ExportProduced]:
    rows = town.sql.execute("SELECT state FROM ledger.entries WHERE type = 'export-produced' ORDER BY position")
    facts = [decode(bytes(state)).fact for (state,) in rows]
    return [fact for fact in facts if isinstance(fact, ExportProduced)]


def test_an_auditor_takes_a_branch_away_and_its_verifier_finds_it_whole(town: Town, tmp_path: Path) -> None:
    auditor = town.known("auditor")
    before = len(produced(town))
    taken = auditor.post(TAKEN, json={"unit": BRANCH, "period": "2026"}, headers=key())
    assert taken.status_code == 200, taken.text
    assert taken.headers["content-type"] == "application/x-tar"
    with tarfile.open(fileobj=io.BytesIO(taken.content)) as tar:
        tar.extractall(tmp_path, filter="data")
    folder = tmp_path / "steelyard"
    command = [sys.executable, "-I", "-S", str(folder / "verify.py"), str(folder), "--lang", "en"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own file
    assert (answer.returncode, answer.stderr) == (0, "")
    assert f'"unit": "{BRANCH}"' in answer.stdout
    fact = produced(town)[before]
    assert (fact.unit, fact.year, fact.mandate, fact.by) == (BRANCH, 2026, "auditor", town.members["auditor"])
    assert fact.manifest == hashlib.sha256((folder / "MANIFEST").read_bytes()).hexdigest()
    with psycopg.connect(town.deployment.database.urls.auditor) as reading:
        noted = reading.execute("SELECT operator FROM access.exports ORDER BY export DESC LIMIT 1").fetchone()
    assert noted is not None
    assert str(fact.by) in noted[0]


def test_the_same_key_again_gives_the_same_export_and_says_nothing_new(town: Town) -> None:
    """A reply was lost, and the log has gone on: it is the export of the first request, to the byte."""
    auditor, once = town.known("auditor"), key()
    first = auditor.post(TAKEN, json={"period": "2026"}, headers=once)
    town.settled()
    before = len(produced(town))
    again = auditor.post(TAKEN, json={"period": "2026"}, headers=once)
    assert (again.status_code, again.content) == (200, first.content)
    other = auditor.post(TAKEN, json={"period": "2025"}, headers=once)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert len(produced(town)) == before


def test_a_form_that_stayed_on_its_page_takes_another_part_as_well(town: Town) -> None:
    auditor = town.known("auditor")
    (fresh,) = re.findall(
        r'name="idempotency_key" value="([^"]+)"><h2 id="take"', auditor.get("/log", headers=PAGE).text
    )
    before = len(produced(town))
    for period in ("2026", "2025", "2026"):
        form = {"idempotency_key": fresh, "unit": "", "member": "", "period": period}
        assert auditor.post(TAKEN, data=form).status_code == 200
    assert [fact.year for fact in produced(town)[before:]] == [2026, 2025]


def test_no_address_gives_an_export_to_a_link_a_reload_or_another_site(town: Town) -> None:
    auditor, before = town.known("auditor"), len(produced(town))
    review = f"/units/{BRANCH}/reviews/{uuid4()}/export.tar"
    for place in (TAKEN, own_place(town), review):
        answered = auditor.get(place)
        assert (answered.status_code, answered.json()["code"]) == (405, "method-not-allowed"), place
        foreign = auditor.post(place, json={}, headers={**key(), "origin": "https://elsewhere.example"})
        assert foreign.json()["code"] == "wrong-origin", place
    assert auditor.post(TAKEN, json={}).json()["code"] == "idempotency-key-missing"
    assert len(produced(town)) == before


def test_what_can_no_longer_be_made_as_it_was_is_not_given_out_under_its_record(town: Town, tmp_path: Path) -> None:
    """Of what was sealed then less can be disclosed now."""
    member, scope = town.members["member"], Scope(member=town.members["member"])
    whole = Profile(mandate="member", member=member)
    taking = Taking(scope, "himself", member, profile=whole, command=uuid4())
    first = exported(town.deployment, tmp_path / "first", taking)
    assert exported(town.deployment, tmp_path / "again", taking).manifest_sha256 == first.manifest_sha256
    less = replace(taking, profile=msgspec.structs.replace(whole, first_on=date.max))
    with pytest.raises(ExportChanged):
        exported(town.deployment, tmp_path / "less", less)


def lines_of(content: bytes, name: str) -> list[bytes]:
    """The lines of one file of an export."""
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        file = tar.extractfile(f"steelyard/{name}")
        assert file is not None
        return file.read().splitlines()


def disclosed(content: bytes, folder: Path) -> tuple[list[str], list[Fact]]:
    """(the sealed values that an export shows, its facts); its verifier finds it whole."""
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        tar.extractall(folder, filter="data")
    whole = folder / "steelyard"
    command = [sys.executable, "-I", "-S", str(whole / "verify.py"), str(whole), "--lang", "en"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own file
    assert (answer.returncode, answer.stderr) == (0, "")
    shown = [json.loads(one)["disclosure"] for one in lines_of(content, "disclosures.jsonl")]
    values = [json.loads(base64.urlsafe_b64decode(one + "=" * (-len(one) % 4)))[2] for one in shown]
    return values, [decode(one).fact for one in lines_of(content, "entries.jsonl")]


def test_a_member_takes_what_the_log_holds_of_him_and_what_lies_under_his_own_key(town: Town, tmp_path: Path) -> None:
    member = town.members["member"]
    taken = town.acting("member", "member", BRANCH).post(own_place(town), json={}, headers=key())
    assert taken.status_code == 200, taken.text
    values, facts = disclosed(taken.content, tmp_path)
    himself = next(one for one in people() if one.login == "member")
    assert {himself.name, himself.work_number} <= set(values)
    others = {one.name for one in people() if one.login != "member"} | {one.work_number for one in people()}
    assert not (others - {himself.work_number}) & set(values)
    sealed = town.deployment.vault.open([one for fact in facts for one in sealed_in(fact)])
    own = {one.value for one in sealed.values() if one.subject == member}
    assert set(values) <= own
    for fact in facts:
        if isinstance(fact, ObjectionFiled | MemberDescribed):
            assert not {one.value for one in town.deployment.vault.open(sealed_in(fact)).values()} & set(values)
    fact = produced(town)[-1]
    assert (fact.mandate, fact.member, fact.by) == ("member", member, member)


def test_nobody_takes_another_member_s(town: Town) -> None:
    for login in ("secretary", "auditor"):
        assert town.known(login).post(own_place(town), json={}, headers=key()).status_code in (403, 404)


def test_a_person_s_export_is_among_those_who_read_his_archive(town: Town) -> None:
    member = town.members["auditor"]
    other = next(one for login, one in town.members.items() if login != "auditor")
    assert member != other
    assert town.known("auditor").post(TAKEN, json={"member": str(other)}, headers=key()).status_code == 200
    row = town.sql.execute(
        "SELECT reader, what FROM access.readings WHERE subject = %s ORDER BY reading DESC LIMIT 1", (other,)
    ).fetchone()
    assert row == (member, "export")


def test_of_two_exports_at_once_the_one_beyond_the_purpose_leaves_no_record_and_no_file(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    bound = {"purpose": "audit", "mandate": "浦审〔2026〕3号", "people_most": 1}
    token = issued(town, ["log.export"], login="auditor", role="auditor", unit=WORK_COMMITTEE, **bound)
    before, people = len(produced(town)), [str(town.members[one]) for one in ("substitute", "member")]

    def take(member: str) -> int:
        with town.visit() as client:
            headers = {"authorization": f"Bearer {token}", **key()}
            return client.post(TAKEN, json={"member": member}, headers=headers).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(take, people)) == [200, 403]
    assert len(produced(town)) == before + 1
    assert list(tmp_path.iterdir()) == []


def test_nobody_else_takes_the_log_away(town: Town) -> None:
    before = len(produced(town))
    assert town.known("secretary").post(TAKEN, json={}, headers=key()).status_code in (403, 404)
    with town.visit() as stranger:
        assert stranger.post(TAKEN, json={}, headers=key()).status_code == 401
    assert len(produced(town)) == before


def test_what_is_not_there_is_said_plainly(town: Town) -> None:
    auditor = town.known("auditor")
    for nothing in ({"unit": "NOWHERE"}, {"period": "2026-NEVER"}):
        unknown = auditor.post(TAKEN, json=nothing, headers=key())
        assert (unknown.status_code, unknown.json()["code"]) == (404, "scope-empty")
    for neither in ({"member": "somebody"}, *({"period": one} for one in ("26", "2026\n", "2026-", "H1"))):
        told = auditor.post(TAKEN, json=neither, headers=key())
        assert (told.status_code, told.json()["code"]) == (422, "body-invalid")


def test_the_page_offers_it_to_an_auditor_alone(town: Town) -> None:
    auditor = town.known("auditor")
    page = auditor.get("/log", headers=PAGE).text
    assert f'method="post" action="{TAKEN}"' in page
    assert produced(town)[-1].manifest in page
    assert TAKEN not in town.known("secretary").get("/log", headers=PAGE).text
