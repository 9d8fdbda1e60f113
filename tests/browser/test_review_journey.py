"""J8 in the browser: opened, access given, looked at as of a day, sealed, taken, closed; on a phone, no script."""

from datetime import timedelta
from uuid import uuid4

from playwright.sync_api import expect

from domain.values import day_of
from ops.example.people import WORK_COMMITTEE
from tests.api.test_reviews import number_of
from tests.api.town import Town
from tests.browser.conftest import PHONE, Visit, choose, fits


def test_j8_a_review_from_its_number_to_the_end_of_every_access(town: Town, visit: Visit) -> None:
    today = day_of(town.deployment.clock().now())
    chief, inspector = visit("chief", PHONE, scripts=False), visit("inspector", PHONE, scripts=False)
    choose(chief, "reviewer", WORK_COMMITTEE)
    chief.get_by_role("link", name="核查", exact=True).click()
    chief.get_by_text("开启核查").first.click()
    number = f"浦纪核〔2026〕{uuid4().hex[:6]}号"
    for name, value in {
        "number": number,
        "basis": "《监督执纪工作规则》第二十条",
        "person": number_of("member"),
        "first_on": "2026-01-01",
        "last_on": "2026-12-31",
        "reason": "信访件反映的问题",
    }.items():
        chief.fill(f"#open-{name}", value)
    chief.get_by_role("button", name="开启核查").click()
    expect(chief.locator("h1")).to_contain_text(number)
    expect(chief.get_by_text("信访件反映的问题")).to_be_visible()
    fits(chief)
    place = chief.url.partition("?")[0]
    chief.locator("summary", has_text="授予查阅权").click()
    chief.select_option("#grant-reviewer", str(town.members["inspector"]))
    chief.fill("#grant-until_on", str(today + timedelta(days=30)))
    chief.get_by_role("button", name="授予查阅权").click()
    expect(chief.get_by_text("有效")).to_be_visible()
    town.settled()
    choose(inspector, "reviewer", WORK_COMMITTEE)
    inspector.goto(place)
    inspector.get_by_role("link", name="积分档案(任意日期)").click()
    expect(inspector.locator("h1")).to_contain_text("吕淏然")
    inspector.locator("summary", has_text="当时所知").click()
    inspector.fill("#valid_on", "2026-03-01")
    inspector.get_by_role("button", name="查看").first.click()
    expect(inspector.get_by_text("只计截至")).to_be_visible()
    expect(inspector.locator("#step")).to_be_visible()
    inspector.locator("summary", has_text="发生变动的位置").click()
    inspector.locator("ol.rows a").first.click()
    expect(inspector.get_by_text("所知的情况")).to_be_visible()
    fits(inspector)
    inspector.goto(f"{place}/dossier")
    expect(inspector.get_by_role("heading", name="何人何时所为")).to_be_visible()
    expect(inspector.get_by_role("heading", name="证据清单")).to_be_visible()
    fits(inspector)
    inspector.goto(place)
    with inspector.expect_download() as taken:
        inspector.get_by_role("button", name="下载该党员的审计导出").click()
    assert taken.value.suggested_filename == "steelyard.tar"
    fits(inspector)
    inspector.get_by_role("button", name="封存现有材料").click()
    with inspector.expect_download() as taken:
        inspector.get_by_role("link", name="下载", exact=True).click()
    assert taken.value.suggested_filename.endswith(".zip")
    fits(inspector)
    chief.reload()
    chief.locator("summary", has_text="结束核查").click()
    chief.fill("#close-conclusion", "予以了结")
    chief.get_by_role("button", name="结束核查").click()
    expect(chief.get_by_text("已结束").first).to_be_visible()
    inspector.goto(f"{place}/points")
    expect(inspector.get_by_text("查阅权已终止")).to_be_visible()
    himself = visit("member", PHONE, scripts=False)
    himself.goto(f"/members/{town.members['member']}/readings")
    expect(himself.get_by_text("核查卷宗").first).to_be_visible()
