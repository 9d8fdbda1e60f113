"""Honours, deductions and vetoes through HTTP and pages: the example's branch, every road to its end."""

import hashlib
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from domain.values import day_of
from ops.example.people import BRANCH, WORK_COMMITTEE, people
from tests.api.town import PAGE, Town, key

PDF = ("证书.pdf", "证书".encode())


def member_of(name: str) -> str:
    return str(next(one.member for one in people() if one.name.endswith(name)))


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def today(town: Town) -> str:
    return str(day_of(town.deployment.clock().now()))


def body(client: httpx2.Client, address: str) -> dict[str, Any]:
    answered = client.get(address, headers={"accept": "application/json"})
    assert answered.status_code == 200, answered.text
    value: dict[str, Any] = answered.json()["value"]
    return value


def page(client: httpx2.Client, address: str) -> str:
    answered = client.get(address, headers=PAGE)
    assert answered.status_code == 200, answered.text
    return answered.text


def voters(case: dict[str, Any]) -> list[str]:
    return [voter["member"] for voter in case["voters"]]


def motion(case: dict[str, Any], **fields: Any) -> dict[str, Any]:
    wish = {"verdict": "approved", "minute": "纪要〔2026〕9号", "minute_sha256": sha("minute")}
    return {**wish, "present": voters(case), **fields}


def sent(answered: httpx2.Response) -> str:
    assert answered.status_code in (200, 201, 303), answered.text
    return str(answered.headers["location"])


def test_a_member_claims_in_a_few_fields_and_both_bodies_decide(town: Town) -> None:
    member = town.acting("probationary", "member", BRANCH)
    mine = f"/members/{town.members['probationary']}/honours"
    assert "荣誉名称" in page(member, mine)
    form = {
        "what": "H-QZ-3 each adoption_notice",
        "title": "合理化建议被采纳",
        "dated_on": today(town),
        "idempotency_key": str(uuid4()),
    }
    place = sent(member.post(f"/units/{BRANCH}/honours", data=form, files={"file": PDF}, headers=PAGE))
    assert place.startswith(mine)
    assert "合理化建议被采纳" in page(member, place)
    case = body(member, place)
    assert (case["status"], case["points"], case["body"]) == ("claimed", "1.00", BRANCH)
    here = f"/units/{BRANCH}/honours/{case['case']}"
    secretary = town.acting("secretary", "secretary", BRANCH)
    assert "合理化建议被采纳" in page(secretary, f"/units/{BRANCH}/meeting")
    assert "登记决定" in page(secretary, here)
    place = sent(secretary.post(f"{here}/decision", json=motion(case), headers=key()))
    case = body(secretary, place)
    assert (case["body"], len(case["decisions"])) == (WORK_COMMITTEE, 1)
    refused = secretary.post(f"{here}/decision", json=motion(case), headers=key())
    assert refused.json()["code"] == "wrong-body"
    leader = town.acting("leader", "secretary", WORK_COMMITTEE)
    case = body(leader, sent(leader.post(f"{here}/decision", json=motion(case), headers=key())))
    assert case["status"] == "approved"
    town.settled()
    points = body(member, f"/members/{town.members['probationary']}/points")
    assert [(line["state"], line["claimed"]) for line in points["honours"]] == [("pending", "1.00")]
    record = body(member, f"/members/{town.members['probationary']}/records/{case['record']}")
    behind = [place["what"] for place in record["places"]]
    assert behind[:5] == ["rule-part-added", "honour-claimed", "honour-decided", "honour-decided", "honour-added"]
    assert "合理化建议被采纳" in page(member, f"/members/{town.members['probationary']}/records/{case['record']}")


def reason_lies_under(town: Town, type_: str) -> str:
    """Whose key the reason of the newest fact of a kind lies under."""
    found = town.sql.execute(
        "SELECT s.subject FROM ledger.entries AS e JOIN vault.sealed AS s"
        " ON encode(s.commitment, 'hex') = convert_from(e.state, 'UTF8')::jsonb->'fact'->>'reason'"
        " WHERE convert_from(e.state, 'UTF8')::jsonb->>'type' = %s ORDER BY e.position DESC LIMIT 1",
        (type_,),
    ).fetchone()
    assert found is not None
    return str(found[0])


def test_a_claim_is_returned_with_a_reason_that_the_claimant_reads(town: Town) -> None:
    recorder = town.acting("recorder", "recorder", BRANCH)
    wish = {
        "member": member_of("魏远"),
        "item": "H-LX-3",
        "level": "session",
        "title": "理论宣讲",
        "dated_on": today(town),
        "document_kind": "lecture_log",
        "document": sha(str(uuid4())),
    }
    place = sent(recorder.post(f"/units/{BRANCH}/honours", json=wish, headers=key()))
    again = recorder.post(f"/units/{BRANCH}/honours", json=wish, headers=key())
    assert (again.status_code, again.json()["code"]) == (409, "honour-waiting")
    secretary = town.acting("secretary", "secretary", BRANCH)
    case = body(secretary, place)
    here = f"/units/{BRANCH}/honours/{case['case']}"
    sent(secretary.post(f"{here}/return", json={"reason": "宣讲记录缺少听众签到"}, headers=key()))
    town.settled()
    assert "宣讲记录缺少听众签到" in page(recorder, place)
    assert reason_lies_under(town, "honour-returned") == wish["member"], "it goes when he is erased"
    sent(recorder.post(f"/units/{BRANCH}/honours", json=wish, headers=key()))


def test_a_deduction_is_told_before_anything_and_dismissed_when_the_statement_convinces(town: Town) -> None:
    recorder = town.acting("recorder", "recorder", BRANCH)
    told = f"窗口投诉经过 {uuid4().hex[:6]}"
    form = {
        "member": str(town.members["committee"]),
        "what": "N-QZ-1 each complaint_finding",
        "matter": f"CMP-{uuid4().hex[:8]}",
        "dated_on": today(town),
        "particulars": told,
        "idempotency_key": str(uuid4()),
    }
    place = sent(recorder.post(f"/units/{BRANCH}/deductions", data=form, files={"file": PDF}, headers=PAGE))
    case = body(recorder, place)
    here = f"/units/{BRANCH}/deductions/{case['case']}"
    assert (case["status"], case["source"], case["decidable"]) == ("proposed", "recorder", False)
    himself = town.acting("committee", "member", BRANCH)
    town.settled()
    assert "在公示之前先告诉您" in page(himself, "/")
    mine = f"/members/{town.members['committee']}/deductions/{case['case']}"
    assert told in page(himself, mine)
    secretary = town.acting("secretary", "secretary", BRANCH)
    early = secretary.post(f"{here}/decision", json=motion(case), headers=key())
    assert (early.status_code, early.json()["code"]) == (409, "statement-term-runs")
    sent(himself.post(f"{here}/acknowledgement", json={}, headers=key()))
    view = {"statement": "已当场更正并致歉", "final": True}
    sent(himself.post(f"{here}/statement", json=view, headers=key()))
    town.settled()
    case = body(secretary, here)
    assert (case["status"], case["statements"][0]["text"], case["decidable"]) == ("heard", view["statement"], True)
    assert {voter["name"] for voter in case["voters"] if voter["recused"]} == {"示例·朱副书记", "示例·秦组织"}
    assert told not in page(town.acting("auditor", "auditor", WORK_COMMITTEE), here)
    no = motion(case, verdict="refused")
    assert secretary.post(f"{here}/decision", json=no, headers=key()).json()["code"] == "reason-missing"
    place = sent(secretary.post(f"{here}/decision", json={**no, "reason": "陈述属实"}, headers=key()))
    assert body(secretary, place)["status"] == "refused"
    assert reason_lies_under(town, "deduction-decided") == form["member"]
    town.settled()
    points = body(himself, f"/members/{town.members['committee']}/points")
    assert points["deductions"] == []
    record = body(secretary, place)["record"]
    assert "留档" in page(himself, f"/members/{town.members['committee']}/records/{record}")


def test_nobody_answers_for_another_and_paper_needs_its_proof(town: Town) -> None:
    recorder = town.acting("recorder", "recorder", BRANCH)
    wish = {
        "member": member_of("华昇"),
        "item": "R-QZ-3",
        "level": "breach",
        "matter": f"FR-{uuid4().hex[:8]}",
        "dated_on": today(town),
        "document_kind": "finding_report",
        "document": sha("finding"),
        "particulars": "无故脱岗一次",
    }
    place = sent(recorder.post(f"/units/{BRANCH}/deductions", json=wish, headers=key()))
    case = body(recorder, place)
    here = f"/units/{BRANCH}/deductions/{case['case']}"
    assert case["kind"] == "shortfall"
    other = town.acting("member", "member", BRANCH)
    refused = other.post(f"{here}/statement", json={"statement": "不是我", "final": False}, headers=key())
    assert (refused.status_code, refused.json()["code"]) == (403, "not-permitted")
    assert other.get(here).status_code == 403
    paper = {"delivered_on": today(town), "proof_kind": "minutes", "proof": sha("proof")}
    wrong = recorder.post(f"{here}/delivery", json=paper, headers=key())
    assert (wrong.status_code, wrong.json()["code"]) == (422, "evidence-missing")
    sent(recorder.post(f"{here}/delivery", json={**paper, "proof_kind": "delivery_proof"}, headers=key()))
    more = {"kind": "finding_report", "sha256": sha("second finding")}
    case = body(recorder, sent(recorder.post(f"{here}/evidence", json=more, headers=key())))
    assert (case["status"], case["round"], len(case["papers"])) == ("proposed", 2, 2)


def test_a_veto_is_known_to_whom_it_concerns_and_caps_the_grade(town: Town) -> None:
    leader = town.acting("leader", "secretary", WORK_COMMITTEE)
    register = page(leader, f"/units/{WORK_COMMITTEE}/vetoes")
    assert "受党内警告处分" in register
    assert "示例区纪委" in register
    capped = member_of("曹翀")
    points = body(leader, f"/members/{capped}/points")
    assert (points["ceiling_zh"], len(points["vetoes"])) == ("合格", 1)
    recorder = town.acting("recorder", "recorder", BRANCH)
    hidden = body(recorder, f"/members/{capped}/points")
    assert (hidden["ceiling_zh"], hidden["vetoes"]) == (None, [])
    assert recorder.get(f"/members/{capped}/records/{points['vetoes'][0]['record']}").status_code == 404
    assert "veto" not in recorder.get(f"/members/{capped}/timeline").text
    assert recorder.get(f"/units/{BRANCH}/vetoes").status_code == 403


def test_points_show_the_surplus_the_same_matter_and_what_is_pending(town: Town) -> None:
    member = town.acting("member", "member", BRANCH)
    mine = town.members["member"]
    lines = body(member, f"/members/{mine}/points")["honours"]
    assert [(line["effect"], line["points"]) for line in lines] == [("same-matter", "0.00"), ("counted", "2.00")]
    shown = page(member, f"/members/{mine}/points")
    assert "同一事项" in shown
    home = page(member, "/")
    assert "在公示之前先告诉您" in home
    assert "可陈述至" in home


@pytest.mark.parametrize("address", ["honours", "deductions", "meeting"])
def test_the_pages_of_the_branch_are_bilingual(town: Town, address: str) -> None:
    secretary = town.acting("secretary", "secretary", BRANCH)
    for language in ("zh-CN", "en"):
        shown = secretary.get(f"/units/{BRANCH}/{address}", headers={**PAGE, "accept-language": language})
        assert shown.status_code == 200
        assert f'lang="{language}"' in shown.text
