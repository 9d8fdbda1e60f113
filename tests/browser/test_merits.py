"""A member claims, is told, answers; the committee decides: on a phone, without a line of script."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import expect

from domain.values import day_of
from ops.example.people import BRANCH
from tests.api.town import Town
from tests.browser.conftest import PHONE, Visit, choose, fits


def _today(town: Town) -> date:
    return day_of(town.deployment.clock().now())


def _paper(folder: Path, name: str) -> Path:
    file = folder / name
    file.write_text(f"{name} {uuid4()}")
    return file


def test_a_member_claims_an_honour_in_a_few_fields(town: Town, visit: Visit, tmp_path: Path) -> None:
    page = visit("probationary", PHONE, scripts=False)
    page.goto(f"/members/{town.members['probationary']}/honours")
    page.select_option("#what", "H-LX-2 district publication")
    page.fill("#title", "区刊采用信息稿件")
    page.fill("#dated_on", str(_today(town)))
    page.set_input_files("#certificate", _paper(tmp_path, "样稿.pdf"))
    page.get_by_role("button", name="提交申报").click()
    expect(page.locator("h1")).to_have_text("区刊采用信息稿件")
    expect(page.locator(".badge.claimed")).to_be_visible()
    fits(page)
    committee = visit("secretary", PHONE, scripts=False)
    committee.goto(f"/units/{BRANCH}/meeting")
    expect(committee.get_by_role("link", name="区刊采用信息稿件")).to_be_visible()
    fits(committee)


def test_a_deduction_is_told_heard_and_dismissed(town: Town, visit: Visit, tmp_path: Path) -> None:
    recorder = visit("recorder", PHONE, scripts=False)
    recorder.goto(f"/units/{BRANCH}/deductions")
    recorder.select_option("#member", str(town.members["committee"]))
    recorder.select_option("#what", "N-GJ-2 each sign_in_list")
    recorder.fill("#matter", f"MT-{uuid4().hex[:6]}")
    recorder.fill("#dated_on", str(_today(town)))
    recorder.set_input_files("#basis", _paper(tmp_path, "签到表.pdf"))
    recorder.fill("#particulars", "支部党员大会迟到二十分钟")
    recorder.get_by_role("button", name="提出并告知本人").click()
    expect(recorder.locator(".badge.proposed")).to_be_visible()
    fits(recorder)
    himself = visit("committee", PHONE, scripts=False)
    choose(himself, "member")
    himself.goto("/")
    expect(himself.get_by_text("在公示之前先告诉您")).to_be_visible()
    himself.locator("a[href*='/deductions/']").first.click()
    expect(himself.get_by_text("支部党员大会迟到二十分钟")).to_be_visible()
    himself.get_by_role("button", name="我已知悉").click()
    expect(himself.get_by_text("陈述期至")).to_be_visible()
    himself.fill("#statement", "途中协助处理交通事故")
    himself.check("input[name=final]")
    himself.get_by_role("button", name="提交陈述").click()
    expect(himself.get_by_text("途中协助处理交通事故")).to_be_visible()
    fits(himself)
    _dismiss(visit("secretary", PHONE, scripts=False), recorder.url, tmp_path)
    himself.reload()
    expect(himself.get_by_text("陈述属实,不予减分").first).to_be_visible()


def _dismiss(secretary: Any, address: str, folder: Path) -> None:
    secretary.goto(address)
    expect(secretary.get_by_text("途中协助处理交通事故")).to_be_visible()
    secretary.locator("label", has_text="不予减分").click()
    secretary.fill("#minute", "支委会纪要〔2026〕12号")
    secretary.set_input_files("#minute-file", _paper(folder, "纪要.pdf"))
    secretary.fill("#verdict-reason", "陈述属实,不予减分")
    secretary.get_by_role("button", name="登记决定").click()
    expect(secretary.locator(".badge.refused").first).to_be_visible()
    fits(secretary)
