"""People over time through the pages, without a script: registered, on leave, transferred, seen in both branches."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from domain.values import day_of
from ops.example.people import BRANCH, WORK_COMMITTEE
from tests.api.town import OTHER, Town
from tests.browser.conftest import DESK, PHONE, Visit, choose, fits


def _open(page: Page, title: str) -> None:
    page.locator("details.affair > summary", has_text=title).first.click()


@pytest.mark.parametrize(("screen", "scripts"), [(DESK, False), (PHONE, True)], ids=["desk-no-script", "phone"])
def test_a_member_is_registered_on_leave_and_transferred_by_form(
    town: Town, visit: Visit, screen: dict[str, int], scripts: bool
) -> None:
    name, today = f"示例·转接{uuid4().hex[:4]}", day_of(town.deployment.clock().now())
    # The officer registers him in the branch.
    officer = visit("officer", screen, scripts=scripts)
    choose(officer, "officer", WORK_COMMITTEE)
    officer.goto(f"/units/{BRANCH}")
    _open(officer, "登记党员")
    officer.fill("#register-name", name)
    officer.fill("#register-work_number", uuid4().hex[:8])
    officer.fill("#register-present_from", "2026-04-01")
    officer.get_by_role("button", name="登记党员").click()
    expect(officer.locator(".names")).to_contain_text(name)
    # The recorder registers a leave: its kind and its days.
    recorder = visit("recorder", screen, scripts=scripts)
    choose(recorder, "recorder", BRANCH)
    recorder.goto(f"/units/{BRANCH}")
    recorder.get_by_role("link", name=name).click()
    expect(recorder.locator("h1")).to_have_text(name)
    _open(recorder, "登记请假")
    recorder.select_option("#leave-kind", "duty")
    recorder.fill("#leave-until_on", str(today.replace(day=28)))
    recorder.get_by_role("button", name="登记请假").click()
    expect(recorder.locator("main")).to_contain_text("公务外出")
    # The officer transfers him today.
    officer.get_by_role("link", name=name).click()
    _open(officer, "转接组织关系")
    officer.select_option("#transfer-to_unit", OTHER)
    officer.get_by_role("button", name="转接组织关系").click()
    expect(officer.locator("main .timeline").first).to_contain_text("第二党支部")
    if scripts:
        fits(officer)
    # Each branch's roster by date.
    officer.goto(f"/units/{BRANCH}")
    expect(officer.locator(".names")).not_to_contain_text(name)
    officer.fill("#on", "2026-04-15")
    officer.get_by_role("button", name="查看").click()
    expect(officer.locator(".names")).to_contain_text(name)
    officer.goto(f"/units/{OTHER}")
    expect(officer.locator(".names")).to_contain_text(name)


def test_a_refused_form_says_why_and_leads_back(town: Town, visit: Visit) -> None:
    officer = visit("officer", DESK, scripts=False)
    choose(officer, "officer", WORK_COMMITTEE)
    officer.goto(f"/members/{town.members['secretary']}/membership")
    _open(officer, "转接组织关系")
    officer.select_option("#transfer-to_unit", OTHER)
    officer.get_by_role("button", name="转接组织关系").click()
    expect(officer.locator("main")).to_contain_text("请先办理职务交接或免职")
    assert officer.locator(f"main a[href*='{town.members['secretary']}']").count() == 1
