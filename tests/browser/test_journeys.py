"""J1, a recorder's month, through the pages: planned, held, evidenced, filled by exception, approved, noticed, seen."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from domain.values import day_of
from ops.example.people import BRANCH
from tests.api.town import Town
from tests.browser.conftest import DESK, PHONE, Visit, choose
from tests.browser.conftest import fits as fits_in


@pytest.mark.parametrize(
    ("screen", "scripts"), [(DESK, True), (PHONE, True), (DESK, False)], ids=["desk", "phone", "no-script"]
)
def test_the_month_of_a_recorder(town: Town, visit: Visit, screen: dict[str, int], scripts: bool) -> None:
    mark = uuid4().hex[:6]
    code, title = f"J1-{mark}", f"党员教育专题 {mark}"
    today = str(day_of(town.deployment.clock().now()))

    def fits(page: Page) -> None:
        if scripts:
            fits_in(page)

    # The recorder plans the matter, says that it was held, attaches the sign-in list.
    recorder = visit("recorder", screen, scripts=scripts)
    choose(recorder, "recorder")
    fits(recorder)
    recorder.goto(f"/units/{BRANCH}/matters")
    fits(recorder)
    if recorder.locator("details.card:not([open]) > summary").count():
        recorder.locator("details.card > summary").first.click()
    recorder.select_option("#kind", "study_session")
    recorder.fill("#title", title)
    recorder.fill("#matter", code)
    recorder.fill("#planned_on", today)
    recorder.get_by_role("button", name="列入计划").click()
    expect(recorder.locator("h1")).to_have_text(title)
    fits(recorder)
    recorder.get_by_role("button", name="登记为已开展").click()
    recorder.set_input_files("#file", {"name": "签到表.pdf", "mimeType": "application/pdf", "buffer": b"signed"})
    recorder.select_option("form[enctype] select", "sign_in_list")
    recorder.get_by_role("button", name="登记佐证").click()
    expect(recorder.locator(".evidence li")).to_have_count(1)
    fits(recorder)

    # He opens the sheet: everybody attended but two; himself the substitute enters.
    recorder.select_option("select#item", "R-LX-1")
    recorder.get_by_role("button", name="建记分表").click()
    expect(recorder.locator("h1")).to_contain_text("参加主题党日")
    fits(recorder)
    absent = recorder.locator("fieldset.person", has_text="示例·华昇")
    absent.get_by_label("缺席").check(force=True)
    excused = recorder.locator("fieldset.person", has_text="示例·魏远")
    excused.get_by_label("请假").check(force=True)
    recorder.get_by_role("button", name="保存").click()
    expect(recorder.locator("fieldset.person.exception")).to_have_count(2)
    sheet = recorder.url.partition("?")[0]
    substitute = visit("substitute", screen, scripts=scripts)
    choose(substitute, "substitute_recorder")
    substitute.goto(sheet)
    fits(substitute)
    own = substitute.locator("fieldset.person", has_text="示例·秦组织")
    own.get_by_label("出席").check(force=True)
    substitute.get_by_role("button", name="保存").click()

    # Submitting locks it; the recorder, who sits in the committee, cannot approve his own sheet.
    recorder.goto(sheet)
    recorder.get_by_role("button", name="送支部班子审定").click()
    expect(recorder.locator(".badge.submitted")).to_be_visible()
    choose(recorder, "committee_member")
    recorder.goto(sheet)
    expect(recorder.get_by_text("您登记了这张表")).to_be_visible()

    # The secretary sees the differences alone, approves with the minute, posts the notice.
    secretary = visit("secretary", screen, scripts=scripts)
    secretary.goto("/")
    secretary.get_by_role("link", name=re.compile(title)).first.click()
    fits(secretary)
    expect(secretary.locator("table.stack tbody tr")).to_have_count(2)
    secretary.fill("#minute", "支委会纪要〔2026〕9号")
    secretary.set_input_files("#file", {"name": "纪要.pdf", "mimeType": "application/pdf", "buffer": b"minute"})
    secretary.get_by_role("button", name="审定通过").click()
    expect(secretary.locator(".badge.approved")).to_be_visible()
    fits(secretary)
    town.settled()
    secretary.goto("/")
    secretary.get_by_role("link", name=re.compile(title)).first.click()
    fits(secretary)
    secretary.get_by_role("button", name="审查通过").click()
    fits(secretary)
    secretary.get_by_role("button", name="发布公示").click()
    expect(secretary.locator(".badge.posted")).to_be_visible()
    town.settled()

    # The member sees the notice with its witness, and in three clicks why his total is what it is.
    member = visit("member", screen, scripts=scripts)
    member.get_by_role("link", name=re.compile(title)).first.click()
    expect(member.locator("table.paper-lines tbody tr")).to_have_count(15)
    expect(member.locator(".witness img")).to_be_visible()
    fits(member)
    member.goto("/points")
    fits(member)
    member.get_by_role("link", name=re.compile("理想信念")).click()
    expect(member.locator(".sentence").first).to_contain_text("实到")
    fits(member)
    member.get_by_role("link", name=re.compile(title)).first.click()
    expect(member.locator(".verified")).to_contain_text("已核验")
    expect(member.locator(".badge.pending").first).to_be_visible()
    fits(member)


def test_a_returned_sheet_comes_back_with_its_reason(town: Town, visit: Visit) -> None:
    # The example ends with one returned sheet on the recorder's desk.
    recorder = visit("recorder", PHONE)
    recorder.locator("a.row", has=recorder.locator(".badge.returned")).first.click()
    expect(recorder.get_by_text("值班表缺少第二页")).to_be_visible()
    fits_in(recorder)


def test_a_mistake_is_explained_and_leads_back(town: Town, visit: Visit) -> None:
    recorder = visit("recorder")
    recorder.goto(f"/units/{BRANCH}/matters")
    recorder.locator("details.card > summary").first.click()
    recorder.fill("#title", "重复编号")
    recorder.fill("#matter", "TD-202605")
    recorder.fill("#planned_on", "2026-05-20")
    recorder.get_by_role("button", name="列入计划").click()
    expect(recorder.locator("h1")).to_have_text("该事项编号已存在。")
    recorder.get_by_role("link", name="返回修改").click()
    expect(recorder.locator("h1")).to_have_text("事项计划")
