"""A rule set that asks for more than a level, through forms and JSON: what is said, shown, refused, and its total."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from ops.embedded import Running
from tests.api.hamlet import PEOPLE, founded
from tests.api.town import PAGE, Town, key
from tests.domain.amounts import more_asked
from tests.foundings import BRANCH, SCHEME
from tests.lives import Life

TODAY = "2026-03-10"
PDF = {"file": ("证书.pdf", "证书".encode())}


@pytest.fixture(scope="module")
def hamlet(server: Running) -> Iterator[Town]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    life = Life(more_asked(SCHEME))
    life.on(date(2026, 3, 10))
    with founded(server, folder, life) as found:
        yield found
    shutil.rmtree(folder)


def body(client: httpx2.Client, address: str) -> dict[str, Any]:
    answered = client.get(address, headers={"accept": "application/json"})
    assert answered.status_code == 200, answered.text
    value: dict[str, Any] = answered.json()["value"]
    return value


def page(client: httpx2.Client, address: str) -> str:
    answered = client.get(address, headers=PAGE)
    assert answered.status_code == 200, answered.text
    return answered.text


def sent(answered: httpx2.Response) -> str:
    assert answered.status_code in (200, 201, 303), answered.text
    return str(answered.headers["location"])


def form(**fields: str) -> dict[str, str]:
    return {"dated_on": TODAY, "idempotency_key": str(uuid4()), **fields}


def motion(case: dict[str, Any]) -> dict[str, Any]:
    present = [voter["member"] for voter in case["voters"]]
    minute = hashlib.sha256(b"minute").hexdigest()
    return {"verdict": "approved", "minute": "纪要〔2026〕9号", "minute_sha256": minute, "present": present}


def test_a_claim_of_a_group_chooses_its_points_with_a_reason_and_is_added(hamlet: Town) -> None:
    """Of the district 2.50 chosen, reported by the media × 2, as one of the group × ½: 2.50."""
    claimant, mine = hamlet.acting("member5", "member", BRANCH), f"/members/{PEOPLE['member5']}/honours"
    shown = page(claimant, mine)
    for words in ("集体成果中的位次", "lead名", "附加情形", "media名", "区间内取分的理由", "1.00–3.00"):
        assert words in shown
    wish = form(what="H-1 district paper", title="集体调研", matter="A-1", quantity="2.5", condition="media")
    place = f"/units/{BRANCH}/honours"
    answered = claimant.post(place, data=wish, files=PDF, headers=PAGE)
    assert (answered.status_code, "须说明理由" in answered.text) == (422, True)
    wish = form(**{**wish, "idempotency_key": str(uuid4()), "choice_reason": "服务面较广"})
    answered = claimant.post(place, data=wish, files=PDF, headers=PAGE)
    assert (answered.status_code, "位次" in answered.text) == (422, True)
    wish = form(**{**wish, "idempotency_key": str(uuid4()), "share": "part"})
    place = sent(claimant.post(place, data=wish, files=PDF, headers=PAGE))
    case = body(claimant, place)
    assert (case["points"], case["quantity"], case["choice_reason"]) == ("2.50", "2.50", "服务面较广")
    shown = page(claimant, place)
    assert "part名" in shown
    assert "media名" in shown
    secretary = hamlet.acting("member0", "secretary", BRANCH)
    here = f"/units/{BRANCH}/honours/{case['case']}"
    case = body(secretary, sent(secretary.post(f"{here}/decision", json=motion(case), headers=key())))
    assert case["status"] == "approved"
    hamlet.settled()
    points = body(claimant, f"/members/{PEOPLE['member5']}/points")
    assert [(line["claimed"], line["state"]) for line in points["honours"]] == [("2.50", "pending")]
    assert "part名" in page(claimant, f"/members/{PEOPLE['member5']}/records/{case['record']}")


def test_a_claim_is_taken_back_on_its_page_and_claimed_anew(hamlet: Town) -> None:
    claimant = hamlet.acting("member7", "member", BRANCH)
    claim = form(what="H-1 city paper", title="误报", matter="A-9", share="lead")
    place = sent(claimant.post(f"/units/{BRANCH}/honours", data=claim, files=PDF, headers=PAGE))
    assert "撤回申报" in page(claimant, place)
    case = body(claimant, place)["case"]
    here = f"/units/{BRANCH}/honours/{case}/withdrawal"
    stranger = hamlet.acting("member6", "member", BRANCH)
    refused = stranger.post(here, json={}, headers=key())
    assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")
    sent(claimant.post(here, data={"idempotency_key": str(uuid4())}, headers=PAGE))
    hamlet.settled()
    assert "已撤回" in page(claimant, place)
    again = claimant.post(here, json={}, headers=key())
    assert (again.status_code, again.json()["code"]) == (409, "honour-not-open")
    sent(claimant.post(f"/units/{BRANCH}/honours", data={**claim, **form()}, files=PDF, headers=PAGE))


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"share": "third"}, "share-unknown"),
        ({"share": "lead", "condition": "snow"}, "condition-unknown"),
        ({"share": "lead", "quantity": "2.00"}, "quantity-outside-rule"),
        ({"share": "lead", "level": "district", "quantity": "3.50", "choice_reason": "x"}, "points-outside-range"),
    ],
)
def test_what_the_item_does_not_know_is_a_clear_problem(hamlet: Town, said: dict[str, str], code: str) -> None:
    recorder = hamlet.acting("member3", "recorder", BRANCH)
    wish = {
        "member": str(PEOPLE["member6"]),
        "item": "H-1",
        "level": "city",
        "title": "集体调研",
        "dated_on": TODAY,
        "document_kind": "paper",
        "document": hashlib.sha256(code.encode()).hexdigest(),
        **said,
    }
    answered = recorder.post(f"/units/{BRANCH}/honours", json=wish, headers=key())
    assert (answered.status_code, answered.json()["code"]) == (422, code)


def test_a_deduction_says_how_much_and_the_person_reads_why(hamlet: Town) -> None:
    """Light, 1.50 of 1.00 to 2.00; and 2.25 hours, five half hours begun, × 0.50 = 1.25."""
    recorder, place = hamlet.acting("member3", "recorder", BRANCH), f"/units/{BRANCH}/deductions"
    common = {"member": str(PEOPLE["member6"]), "particulars": "窗口空岗"}
    wish = form(**common, what="N-1 light finding", matter="C-1", quantity="1.5", choice_reason="影响一般")
    found = sent(recorder.post(place, data=wish, files=PDF, headers=PAGE))
    assert body(recorder, found)["points"] == "1.50"
    case = found.rsplit("/", 1)[-1]
    himself = hamlet.acting("member6", "member", BRANCH)
    assert "影响一般" in page(himself, f"/members/{PEOPLE['member6']}/deductions/{case}")
    wish = form(**common, what="N-2 hour finding", matter="C-2", quantity="2.25")
    found = sent(recorder.post(place, data=wish, files=PDF, headers=PAGE))
    assert (body(recorder, found)["points"], body(recorder, found)["quantity"]) == ("1.25", "2.25")


def test_a_sheet_says_levels_and_conditions_and_the_lines_add_up(hamlet: Town) -> None:
    """Member 7: a visit that the media report, 1.00 × 2; member 2: a survey of 3.50."""
    recorder, at = hamlet.acting("member3", "recorder", BRANCH), f"/units/{BRANCH}/matters"
    plan = {"matter": "S-1", "kind": "r-1", "title": "走访调研", "planned_on": TODAY}
    sent(recorder.post(at, json=plan, headers=key()))
    sent(recorder.post(f"{at}/S-1/holding", json={"occurred_on": TODAY}, headers=key()))
    paper = {"kind": "list", "sha256": hashlib.sha256(b"list").hexdigest()}
    sent(recorder.post(f"{at}/S-1/evidence", json=paper, headers=key()))
    sent(recorder.post(f"{at}/S-1/sheets", json={"item": "R-1"}, headers=key()))
    hamlet.settled()
    sheet = f"{at}/S-1/sheets/R-1"
    assert "survey级" in page(recorder, sheet)
    seven, two = PEOPLE["member7"], PEOPLE["member2"]
    lines = {
        f"outcome.{seven}": "earned", f"level.{seven}": "visit", f"condition.{seven}": "media",
        f"outcome.{two}": "earned", f"level.{two}": "survey", f"quantity.{two}": "3.5",
        "choice_reason": "走访两个乡镇", "idempotency_key": str(uuid4()),
    }  # fmt: skip
    sent(recorder.post(f"{sheet}/lines", data=lines, headers=PAGE))
    hamlet.settled()
    said = {line["member"]: line for line in body(recorder, sheet)["lines"] if line["outcome"]}
    assert (said[str(seven)]["level"], said[str(seven)]["condition"]) == ("visit", "media")
    assert (said[str(two)]["level"], said[str(two)]["quantity"]) == ("survey", "3.50")
    sent(recorder.post(f"{sheet}/submission", json={}, headers=key()))
    hamlet.settled()
    secretary = hamlet.acting("member0", "secretary", BRANCH)
    assert "visit级" in page(secretary, sheet)
    view = body(secretary, sheet)
    present = [voter["member"] for voter in view["voters"]]
    minute = {"minute": "纪要〔2026〕8号", "minute_sha256": hashlib.sha256(b"m").hexdigest(), "present": present}
    sent(secretary.post(f"{sheet}/approval", json=minute, headers=key()))
    hamlet.settled()
    reader = hamlet.acting("member7", "member", BRANCH)
    totals = body(reader, f"/members/{seven}/points")["periods"]
    assert {one["pending_total"] for one in totals} == {"2.00"}
    assert "visit级、media名" in page(reader, f"/members/{seven}/points/2026/ALL?shown=with_pending")
