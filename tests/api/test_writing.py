"""Writing: once per key, strictly, with a receipt; bad input is refused with its code and never breaks anything."""

import hashlib
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from domain.values import day_of
from ops.example.people import BRANCH
from tests.api.town import PAGE, Town, key

MATTERS = f"/units/{BRANCH}/matters"


@pytest.fixture
def recorder(town: Town) -> httpx2.Client:
    """The example's recorder, acting as such."""
    return town.acting("recorder", "recorder", BRANCH)


def _plan(town: Town, **other: Any) -> dict[str, Any]:
    today = day_of(town.deployment.clock().now())
    wish = {"matter": f"T-{uuid4().hex[:8]}", "kind": "study_session", "title": "测试学习", "planned_on": str(today)}
    return {**wish, **other}


def test_a_wish_is_granted_with_a_receipt_and_a_place(town: Town, recorder: httpx2.Client) -> None:
    wish = _plan(town)
    sent = recorder.post(MATTERS, json=wish, headers=key())
    receipt = sent.json()
    assert sent.status_code == 201
    assert receipt["last"] - receipt["first"] + 1 == len(receipt["leaves"]) > 0
    row = town.sql.execute(
        "SELECT encode(leaf, 'hex') FROM ledger.entries WHERE position = %(last)s", receipt
    ).fetchone()
    assert row == (receipt["leaves"][-1],)
    found = recorder.get(sent.headers["location"]).json()
    assert found["as_of"]["position"] >= receipt["last"]
    assert found["value"]["matter"]["title"] == wish["title"]


def test_the_same_key_and_body_get_the_same_receipt(town: Town, recorder: httpx2.Client) -> None:
    wish, headers = _plan(town), key()
    first = recorder.post(MATTERS, json=wish, headers=headers)
    again = recorder.post(MATTERS, json=wish, headers=headers)
    assert again.status_code == first.status_code
    assert again.json() == first.json()


def test_the_same_key_with_another_body_is_refused(town: Town, recorder: httpx2.Client) -> None:
    wish, headers = _plan(town), key()
    recorder.post(MATTERS, json=wish, headers=headers)
    other = recorder.post(MATTERS, json={**wish, "title": "另一件事"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_two_people_may_use_the_same_key(town: Town, recorder: httpx2.Client) -> None:
    headers = key()
    assert recorder.post(MATTERS, json=_plan(town), headers=headers).status_code == 201
    substitute = town.acting("substitute", "substitute_recorder", BRANCH)
    assert substitute.post(MATTERS, json=_plan(town), headers=headers).status_code == 201


def test_a_write_without_a_key_is_refused(town: Town, recorder: httpx2.Client) -> None:
    missing = recorder.post(MATTERS, json=_plan(town))
    assert (missing.status_code, missing.json()["code"]) == (400, "idempotency-key-missing")
    for wrong in ("", "k" * 129, "a b"):
        refused = recorder.post(MATTERS, json=_plan(town), headers={"idempotency-key": wrong})
        assert (refused.status_code, refused.json()["code"]) == (400, "idempotency-key-invalid"), wrong


def test_a_form_carries_its_key_and_leads_to_what_came_of_it(town: Town, recorder: httpx2.Client) -> None:
    form = {**_plan(town), "idempotency_key": str(uuid4())}
    sent = recorder.post(MATTERS, data=form, headers=PAGE)
    assert sent.status_code == 303
    assert "?since=" in sent.headers["location"]
    again = recorder.post(MATTERS, data=form, headers=PAGE)
    assert again.headers["location"] == sent.headers["location"]
    assert form["title"] in recorder.get(sent.headers["location"], headers=PAGE).text
    nothing = recorder.post(MATTERS, data=_plan(town), headers=PAGE)
    assert nothing.status_code == 400


def test_evidence_is_hashed_and_not_kept(town: Town, recorder: httpx2.Client) -> None:
    wish = _plan(town)
    recorder.post(MATTERS, json=wish, headers=key())
    matter = f"{MATTERS}/{wish['matter']}"
    recorder.post(f"{matter}/holding", json={"occurred_on": wish["planned_on"]}, headers=key())
    paper = f"签到表 {uuid4()}".encode()
    form = {"kind": "sign_in_list", "idempotency_key": str(uuid4())}
    sent = recorder.post(f"{matter}/evidence", data=form, files={"file": ("签到.pdf", paper)}, headers=PAGE)
    assert sent.status_code == 303, sent.text
    found = recorder.get(sent.headers["location"]).json()["value"]["matter"]
    assert found["evidence"][0]["sha256"] == hashlib.sha256(paper).hexdigest()


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"occurred_on": False}, "$.occurred_on"),
        ({"occurred_on": 0}, "$.occurred_on"),
        ({"occurred_on": "2026-02-30"}, "$.occurred_on"),
        ({"occurred_on": None}, "$.occurred_on"),
        ({}, "$"),
        ({"occurred_on": "2026-05-01", "points": "100.00"}, "$"),
        ([], "$"),
        ("2026-05-01", "$"),
        (17, "$"),
    ],
)
def test_a_body_of_the_wrong_form_is_refused_by_its_place(
    town: Town, recorder: httpx2.Client, body: Any, where: str
) -> None:
    before = town.position()
    sent = recorder.post(f"{MATTERS}/TD-202606/holding", json=body, headers=key())
    assert (sent.status_code, sent.json()["code"]) == (422, "body-invalid"), sent.text
    assert sent.json()["facts"]["where"] == where
    assert town.position() == before


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b'{"occurred_on":"2026-05-01"}}', b"nul", "{'a': 1}".encode("utf-16")]
)
def test_an_unreadable_body_is_refused(town: Town, recorder: httpx2.Client, body: bytes) -> None:
    headers = {"content-type": "application/json", **key()}
    sent = recorder.post(f"{MATTERS}/TD-202606/holding", content=body, headers=headers)
    assert (sent.status_code, sent.json()["code"]) == (400, "body-unreadable"), body[:20]


def test_a_body_nested_without_end_is_refused(town: Town) -> None:
    officer = town.known("officer")
    body = b'{"scheme":"s","version":"v","document":' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}"
    headers = {"content-type": "application/json", **key()}
    sent = officer.post("/units/PK/rules", content=body, headers=headers)
    assert (sent.status_code, sent.json()["code"]) == (400, "body-unreadable")


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "", "application/octet-stream"])
def test_only_json_and_forms_are_taken(town: Town, recorder: httpx2.Client, media_type: str) -> None:
    headers = {"content-type": media_type, **key()}
    sent = recorder.post(f"{MATTERS}/TD-202606/holding", content=b"{}", headers=headers)
    assert (sent.status_code, sent.json()["code"]) == (415, "media-type-unknown")


def test_a_broken_multipart_form_is_refused(town: Town, recorder: httpx2.Client) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--y\r\n", b"--x\r\nContent-Disposition: nonsense\r\n\r\n", b"--x\r\n\xff\xff"):
        sent = recorder.post(f"{MATTERS}/TD-202606/evidence", content=body, headers=headers)
        assert sent.status_code in (400, 422), (body, sent.text)


def test_ten_megabytes_are_refused_as_they_come(town: Town, recorder: httpx2.Client) -> None:
    large = b'{"reason":"' + b"x" * 10_000_000 + b'"}'
    headers = {"content-type": "application/json", **key()}
    declared = recorder.post(f"{MATTERS}/TD-202606/dropping", content=large, headers=headers)
    assert (declared.status_code, declared.json()["code"]) == (413, "body-too-large")

    def pieces() -> Any:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    streamed = recorder.post(f"{MATTERS}/TD-202606/dropping", content=pieces(), headers=headers)
    assert (streamed.status_code, streamed.json()["code"]) == (413, "body-too-large")


def test_what_the_rules_refuse_is_told_with_its_code(town: Town, recorder: httpx2.Client) -> None:
    before = town.position()
    for wish, status, code in (
        (_plan(town, kind="no_such_kind"), 422, "matter-kind-unknown"),
        (_plan(town, matter="TD-202605"), 409, "matter-exists"),
        (_plan(town, planned_on="1999-01-01"), 422, "no-rule-in-force"),
    ):
        sent = recorder.post(MATTERS, json=wish, headers=key())
        assert (sent.status_code, sent.json()["code"]) == (status, code)
        assert sent.headers["content-type"] == "application/problem+json"
    opened = recorder.post(f"{MATTERS}/TD-202605/sheets", json={"item": "R-XX-9"}, headers=key())
    assert (opened.status_code, opened.json()["code"]) == (422, "item-unknown")
    missing = recorder.post(f"{MATTERS}/NO-SUCH/sheets", json={"item": "R-LX-1"}, headers=key())
    assert (missing.status_code, missing.json()["code"]) == (404, "matter-unknown")
    assert town.position() == before


def test_a_quantity_of_thousands_of_digits_is_refused(town: Town, recorder: httpx2.Client) -> None:
    member = town.members["member"]
    form = {f"outcome.{member}": "earned", f"quantity.{member}": "9" * 5000, "idempotency_key": str(uuid4())}
    sent = recorder.post(f"{MATTERS}/TD-202605/sheets/R-LX-1/lines", data=form)
    assert (sent.status_code, sent.json()["code"]) == (422, "body-invalid")


def test_line_breaks_and_other_forms_of_letters_do_not_slip_into_codes(town: Town, recorder: httpx2.Client) -> None:
    for matter in ("T-1\n", "T 1", "Т-1", "../x", "-", "T" * 65, "t\u0000"):
        sent = recorder.post(MATTERS, json=_plan(town, matter=matter), headers=key())
        assert (sent.status_code, sent.json()["code"]) == (422, "body-invalid"), matter


def test_text_is_brought_into_one_normal_form(town: Town, recorder: httpx2.Client) -> None:
    decomposed = "Cafe\u0301学习"
    wish = _plan(town, title=decomposed)
    place = recorder.post(MATTERS, json=wish, headers=key()).headers["location"]
    assert recorder.get(place).json()["value"]["matter"]["title"] == "Café学习"


def test_a_method_that_a_place_does_not_take_is_a_problem(town: Town, recorder: httpx2.Client) -> None:
    sent = recorder.delete(MATTERS)
    assert (sent.status_code, sent.json()["code"]) == (405, "method-not-allowed")
