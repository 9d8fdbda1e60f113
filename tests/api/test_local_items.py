"""A unit's own item from its proposal to the member's points, and a monthly cycle's periods, through HTTP."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from domain.organisation.appointments import AppointRole
from ops.embedded import Running
from tests.api.hamlet import PEOPLE, founded
from tests.api.test_amounts import body, page, sent
from tests.api.town import PAGE, Town, key
from tests.domain.rules.kinds.writing import category, honour, item, level, months, named, rule_set, veto
from tests.foundings import BRANCH, SCHEME, VERSION, WORK, acting, digest, member
from tests.lives import Life

HERE = f"/units/{BRANCH}/rules"
MINUTE = {"minute": "领导小组纪要〔2026〕3号", "minute_sha256": digest("minute L")}
FILE = {"file": ("纪要.pdf", "纪要".encode())}


@pytest.fixture(scope="module")
def hamlet(server: Running) -> Iterator[Town]:
    """R-1 stands at 1.00 a month; units may add 2.00 to a category. The organisation above keeps R-2, H-1 and V-1."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    life = Life(
        rule_set(
            id=SCHEME,
            scale={"base_max": "24"},
            categories=[category("ALL", "24")],
            responsibility=[
                item("R-1", "ALL", "ratio", cap_month="1"),
                item("R-2", "ALL", "earn", points="1", cap_month="1"),
            ],
            honour=[honour("H-1", "ALL", level("city", "1", tier="unit"))],
            veto=[veto("V-1", "not_excellent")],
            veto_rules={"registered_by": "branch_committee"},
            sources=[named("publicity", unit=WORK, items=["H-1", "V-1", "R-2"])],
            periods=months(*range(1, 13)),
            grades=[named("met", at_least="6"), named("not-met", at_least="0")],
            local_items={"allowed": True, "max_points_per_category": "2", "counts": "on_top"},
        )
    )
    life.on(date(2026, 3, 10))
    chief, office = acting(0, "officer", WORK), {"unit": WORK, "role": "department_officer", "from_on": life.now.date()}
    life.do(AppointRole, chief, person=member(1, WORK), **office)
    with founded(server, folder, life) as found:
        yield found
    shutil.rmtree(folder)


def form(**more: str) -> dict[str, str]:
    """What the page's form sends."""
    return {
        "version": VERSION, "section": "responsibility", "code": "L-1", "zh": "走访老党员", "en": "Visits",
        "cat": "ALL", "evidence": "list", "clause": "细则第三条", "mode": "earn", "matter": "visit", "points": "0.5",
        "cap_half": "1", "cap_year": "2", "idempotency_key": str(uuid4()), **more,
    }  # fmt: skip


def code(answered: httpx2.Response) -> tuple[int, str]:
    return answered.status_code, str(answered.json()["code"])


def test_an_item_is_proposed_on_the_page_decided_above_and_counted(hamlet: Town) -> None:
    secretary = hamlet.acting("member0", "secretary", BRANCH)
    leader = hamlet.acting("leader", "leading_group", WORK)
    assert "提出细化项" in page(secretary, HERE)
    too_much = secretary.post(f"{HERE}/local", data=form(cap_year="3"), headers=PAGE)
    assert (too_much.status_code, "超过 2.00 分" in too_much.text) == (422, True)
    sent(secretary.post(f"{HERE}/local", data=form(), headers=PAGE))
    hamlet.settled()
    (row,) = body(leader, HERE)["local"]
    assert (row["code"], row["status"], row["points"], row["cap_year"]) == ("L-1", "proposed", "0.5", "2")
    at = f"{HERE}/local/{VERSION}/L-1"
    assert "批准" in page(leader, HERE)
    refused = secretary.post(f"{at}/authorisation", json={**MINUTE, "effective_on": "2026-03-20"}, headers=key())
    assert code(refused) == (403, "not-permitted")
    late = leader.post(f"{at}/authorisation", json={**MINUTE, "effective_on": "2026-03-01"}, headers=key())
    assert code(late) == (422, "effective-in-past")
    decided = {"minute": MINUTE["minute"], "effective_on": "2026-03-20", "idempotency_key": str(uuid4())}
    sent(leader.post(f"{at}/authorisation", data=decided, files=FILE, headers=PAGE))
    again = leader.post(f"{at}/refusal", json=MINUTE, headers=key())
    assert code(again) == (409, "local-item-decided")
    hamlet.settled()
    shown = page(secretary, HERE)
    assert "已批准" in shown
    assert MINUTE["minute"] in shown
    # March: R-1 1.00 of 1.00, and the item's part of a month, 1 ÷ 6 rounded: 0.17 more could be earned
    member = hamlet.acting("member5", "member", BRANCH)
    why = body(member, f"/members/{PEOPLE['member5']}/points/2026/ALL")
    lines: list[dict[str, Any]] = [one for span in why["spans"] for one in span["items"] if one["item"] == "L-1"]
    assert {(one["unit"], one["minute"]) for one in lines} == {(BRANCH, MINUTE["minute"])}
    assert "细化项" in page(member, f"/members/{PEOPLE['member5']}/points/2026/ALL")
    inside = leader.post(f"{at}/retirement", json={**MINUTE, "from_on": "2026-04-15"}, headers=key())
    assert code(inside) == (422, "local-item-inside-period")
    sent(leader.post(f"{at}/retirement", json={**MINUTE, "from_on": "2026-05-01"}, headers=key()))
    hamlet.settled()
    assert body(leader, HERE)["local"][0]["retired_on"] == "2026-05-01"
    unknown = leader.post(f"{HERE}/local/{VERSION}/L-7/refusal", json=MINUTE, headers=key())
    assert code(unknown) == (404, "local-item-unknown")


def test_a_monthly_year_is_shown_up_to_the_month_that_runs(hamlet: Town) -> None:
    member = hamlet.acting("member6", "member", BRANCH)
    found = body(member, f"/members/{PEOPLE['member6']}/points")
    assert (found["current"], [one["period"] for one in found["periods"]]) == ("Y-M03", ["M01", "M02", "M03", "Y-M03"])
    shown = page(member, f"/members/{PEOPLE['member6']}/points")
    assert "截至M03名" in shown
    outlook = body(member, f"/members/{PEOPLE['member6']}/outlook")
    # two months over, 1.00 each: 2 × 12 ÷ 2 = 12.00
    assert outlook["expected"] == "12.00"
    assert page(member, "/")


def test_months_are_opened_and_computed_through_http(hamlet: Town) -> None:
    secretary = hamlet.acting("member0", "secretary", BRANCH)
    here = f"/units/{BRANCH}/periods"
    board = body(secretary, f"{here}?year=2026")
    assert [one["period"] for one in board["periods"]][:2] == ["M01", "M02"]
    for month in ("M01", "M02"):
        sent(secretary.post(here, json={"year": 2026, "period": month}, headers=key()))
        sent(secretary.post(f"{here}/2026/{month}/computation", json={}, headers=key()))
    running = secretary.post(here, json={"year": 2026, "period": "M04"}, headers=key())
    assert code(running) == (409, "period-not-begun")
    hamlet.settled()
    found = body(secretary, f"{here}/2026/M01")
    assert {one["total"] for one in found["results"]} == {"1.00"}
    assert "M01名" in page(secretary, f"{here}/2026/M01")


def test_a_department_s_officer_brings_its_item_on_his_page_and_nobody_else_does(hamlet: Town) -> None:
    officer = hamlet.acting("leader", "department_officer", WORK)
    here = f"/units/{BRANCH}/reserved"
    assert "H-1表彰" in page(officer, here)
    assert "办法没有规定由本部门提交的条目" in page(officer, f"{here}?kind=deductions")
    person = str(PEOPLE["member5"])
    assert person in {one["member"] for one in body(officer, here)["people"]}
    wish = {
        "what": "H-1 city paper", "member": person, "title": "全市征文", "dated_on": "2026-03-09",
        "idempotency_key": str(uuid4()),
    }  # fmt: skip
    place = f"/units/{BRANCH}/honours"
    assert sent(officer.post(place, data=wish, files=FILE, headers=PAGE)).startswith(here)
    for login, role in (("member5", "member"), ("member3", "recorder")):
        again = {**wish, "idempotency_key": str(uuid4()), "matter": "AW-2"}
        other = hamlet.acting(login, role, BRANCH)
        assert other.post(place, data=again, files=FILE, headers=PAGE).status_code == 403
        assert other.get(here, headers=PAGE).status_code == 403
    hamlet.settled()
    claims = body(hamlet.acting("member0", "secretary", BRANCH), place)["items"]
    assert [one["title"] for one in claims] == ["全市征文"]
    assert officer.get(place, headers=PAGE).status_code == 403


def test_a_veto_of_a_department_is_brought_on_its_officer_s_page_and_registered_by_the_committee(hamlet: Town) -> None:
    officer, secretary = (
        hamlet.acting("leader", "department_officer", WORK),
        hamlet.acting("member0", "secretary", BRANCH),
    )
    here, register = f"/units/{BRANCH}/reserved?kind=vetoes", f"/units/{BRANCH}/vetoes"
    assert "V-1否决" in page(officer, here)
    decision = {"decision_file": ("决定.pdf", "决定".encode())}
    wish = {
        "member": str(PEOPLE["member6"]), "what": "V-1 finding", "matter": "DEC-6", "issuer": "区纪委",
        "occurred_on": "2026-03-02", "decided_on": "2026-03-05",
    }  # fmt: skip
    sitting = {"minute": "纪要〔2026〕6号", "present": [str(PEOPLE[f"member{n}"]) for n in (0, 1, 2)]}

    def registered(**more: object) -> httpx2.Response:
        form = {**wish, **sitting, **more, "idempotency_key": str(uuid4())}
        return secretary.post(register, data=form, files={**decision, **FILE}, headers=PAGE)

    assert registered().status_code == 403
    bring = {**wish, "idempotency_key": str(uuid4())}
    assert sent(officer.post(f"{register}/brought", data=bring, files=decision, headers=PAGE)).startswith(here)
    hamlet.settled()
    assert "PK 提请,待登记" in page(secretary, register)
    assert "撤回提请" in page(officer, here)
    read = hamlet.sql.execute(
        "SELECT DISTINCT subject FROM access.readings WHERE what = 'veto' AND role = %s", ("department_officer",)
    )
    assert read.fetchall() == [(PEOPLE["member6"],)], "he sees who looked"
    back = {
        "member": wish["member"],
        "matter": "DEC-6",
        "item": "V-1",
        "reason": "文书送错",
        "idempotency_key": str(uuid4()),
    }
    assert sent(officer.post(f"{register}/brought/closing", data=back, headers=PAGE)).startswith(here)
    hamlet.settled()
    assert body(secretary, register)["brought"] == []
    assert registered().status_code == 403

    def brought_anew() -> None:
        anew = {**bring, "idempotency_key": str(uuid4())}
        assert sent(officer.post(f"{register}/brought", data=anew, files=decision, headers=PAGE)).startswith(here)
        hamlet.settled()

    brought_anew()
    assert "退回提请" in page(secretary, register)
    no = {**back, **sitting, "idempotency_key": str(uuid4())}
    alone = {**no, "present": sitting["present"][:1], "idempotency_key": str(uuid4())}
    assert secretary.post(f"{register}/brought/declining", data=alone, files=FILE, headers=PAGE).status_code == 409
    assert sent(secretary.post(f"{register}/brought/declining", data=no, files=FILE, headers=PAGE)).startswith(register)
    hamlet.settled()
    assert body(secretary, register)["brought"] == []
    brought_anew()
    assert registered(decided_on="2026-03-06").status_code == 409
    assert sent(registered()).startswith(register)
    hamlet.settled()
    found = body(secretary, register)
    assert ([one["item"] for one in found["items"]], found["brought"]) == (["V-1"], [])
    again = secretary.post(f"{register}/brought", data=bring, files=decision, headers=PAGE)
    assert again.status_code == 403


def test_a_department_s_officer_opens_fills_and_submits_the_sheet_of_its_item(hamlet: Town) -> None:
    officer = hamlet.acting("leader", "department_officer", WORK)
    here, matters = f"/units/{BRANCH}/reserved/sheets", f"/units/{BRANCH}/matters"
    recorder = hamlet.acting("member3", "recorder", BRANCH)
    plan = {"matter": "PUB-1", "kind": "r-2", "title": "宣传日", "planned_on": "2026-03-05"}
    assert recorder.post(matters, json=plan, headers=key()).status_code == 201
    assert (
        recorder.post(f"{matters}/PUB-1/holding", json={"occurred_on": "2026-03-05"}, headers=key()).status_code == 200
    )
    paper = {"kind": "list", "sha256": digest("list of PUB-1")}
    assert recorder.post(f"{matters}/PUB-1/evidence", json=paper, headers=key()).status_code == 201
    hamlet.settled()
    assert "宣传日" in page(officer, here)

    def send(path: str, **form: str) -> str:
        place = sent(officer.post(path, data={**form, "idempotency_key": str(uuid4())}, headers=PAGE))
        hamlet.settled()
        return place

    assert send(f"{matters}/PUB-1/sheets", item="R-2").startswith(f"{here}/PUB-1/R-2")
    sheet = body(officer, f"{here}/PUB-1/R-2")
    assert sheet["status"] == "draft"
    said = {f"outcome.{line['member']}": "earned" for line in sheet["lines"]}
    assert send(f"{matters}/PUB-1/sheets/R-2/lines", **said).startswith(f"{here}/PUB-1/R-2")
    assert send(f"{matters}/PUB-1/sheets/R-2/submission").startswith(f"{here}/PUB-1/R-2")
    assert body(officer, f"{here}/PUB-1/R-2")["status"] == "submitted"
    assert [(one["matter"], one["status"]) for one in body(officer, here)["rows"]] == [("PUB-1", "submitted")]
    assert officer.get(f"{here}/M-1/R-1", headers=PAGE).status_code == 404
    assert recorder.get(here, headers=PAGE).status_code == 403
