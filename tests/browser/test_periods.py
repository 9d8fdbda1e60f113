"""J4, a half-year, through the pages on a phone without a line of script: every step, and every exit of it."""

import shutil
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.embedded import Running
from tests.api.assessed import HERE, assessed_town
from tests.api.moving import Moving
from tests.api.test_periods import reject_the_only_objection
from tests.browser.conftest import PATIENCE_MS, PHONE, fits
from tests.domain.branch import MEMBER, TOP

H1 = f"{HERE}/periods/2026/H1"
JUNE = datetime(2026, 6, 20, 4, tzinfo=UTC)
JULY = datetime(2026, 7, 8, 1, tzinfo=UTC)
AUGUST = datetime(2026, 8, 3, 1, tzinfo=UTC)
SEPTEMBER = datetime(2026, 9, 7, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def moving(server: Running) -> Iterator[Moving]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with assessed_town(server, folder) as found:
        yield found
    shutil.rmtree(folder)


@contextmanager
def at(moving: Moving, browser: Browser, instant: datetime, *logins: str) -> Generator[list[Page]]:
    """Pages of some people at an instant, on phones without script."""
    with moving.at(instant) as town:
        pages: list[Page] = []
        for login in logins:
            context = browser.new_context(base_url=town.base, viewport=PHONE, locale="zh-CN", java_script_enabled=False)
            context.set_default_timeout(PATIENCE_MS)
            page = context.new_page()
            page.goto("/session")
            page.fill("#login", login)
            page.fill("#password", town.passwords[login])
            with page.expect_navigation(url="**/"):
                page.click("button.wide")
            pages.append(page)
        yield pages
        for page in pages:
            page.context.close()


def test_a_period_is_opened_from_the_board_and_says_what_is_missing(moving: Moving, browser: Browser) -> None:
    with at(moving, browser, JUNE, "recorder", "secretary") as (recorder, secretary):
        recorder.goto(f"{HERE}/matters")
        if recorder.locator("details.card:not([open]) > summary").count():
            recorder.locator("details.card > summary").first.click()
        recorder.select_option("#kind", "study_session")
        recorder.fill("#title", "六月主题党日")
        recorder.fill("#matter", "TD-6")
        recorder.fill("#planned_on", "2026-06-18")
        recorder.get_by_role("button", name="列入计划").click()
        expect(recorder.locator("h1")).to_have_text("六月主题党日")
        secretary.goto(f"{HERE}/periods?year=2026")
        secretary.select_option("#period", "H1")
        secretary.get_by_role("button", name="开启", exact=True).click()
        expect(secretary.locator("h1")).to_have_text("2026 · 上半年")
        expect(secretary.get_by_text("考评期至2026年6月30日")).to_be_visible()
        expect(secretary.get_by_role("link", name="TD-6")).to_be_visible()
        expect(secretary.get_by_role("button", name="核算")).to_have_count(0)
        fits(secretary)


def test_once_nothing_is_missing_it_is_computed_returned_computed_again_and_adopted(
    moving: Moving, browser: Browser, tmp_path: Path
) -> None:
    with at(moving, browser, JULY, "recorder", "secretary") as (recorder, secretary):
        recorder.goto(H1)
        recorder.get_by_role("link", name="TD-6").click()
        recorder.fill("form[action$='/dropping'] textarea", "防汛,未开展。")
        recorder.locator("form[action$='/dropping'] button").click()
        expect(recorder.locator("form[action$='/dropping']")).to_have_count(0)
        secretary.goto(H1)
        expect(secretary.get_by_text("资料齐备,可以核算。")).to_be_visible()
        secretary.get_by_role("button", name="核算").click()
        expect(secretary.locator(".lead .badge.computed")).to_be_visible()
        fits(secretary)
        secretary.locator("summary", has_text="退回核算").click()
        secretary.fill("#reason", "请核对三月出勤。")
        secretary.get_by_role("button", name="退回", exact=True).click()
        expect(secretary.get_by_text("请核对三月出勤。")).to_be_visible()
        secretary.get_by_role("button", name="核算").click()
        minutes = tmp_path / "纪要.pdf"
        minutes.write_text("支委会纪要")
        secretary.fill("#minute", "支委会纪要〔2026〕9号")
        secretary.set_input_files("#minute-file", minutes)
        secretary.get_by_role("button", name="采纳核算结果").click()
        expect(secretary.locator(".lead .badge.decided")).to_be_visible()
        expect(secretary.get_by_text("支委会纪要〔2026〕9号")).to_be_visible()


def test_its_notice_is_checked_and_posted_and_a_member_objects(moving: Moving, browser: Browser) -> None:
    with at(moving, browser, JULY, "secretary", "member") as (secretary, member):
        secretary.goto(H1)
        secretary.get_by_role("link", name="查看公示").click()
        expect(secretary.get_by_text("2026 年上半年积分公示:本期共考评党员")).to_be_visible()
        secretary.locator("form[action$='/check'] button").click()
        secretary.get_by_role("button", name="发布公示").click()
        expect(secretary.locator(".badge.posted")).to_be_visible()
        fits(secretary)
        moving.town.settled()
        member.goto(secretary.url.partition("?")[0])
        expect(member.get_by_text("33.00").first).to_be_visible()
        member.get_by_role("link", name="提出异议").click()
        line = member.locator("#what option", has_text=str(MEMBER)).first.get_attribute("value")
        assert line is not None
        member.select_option("#what", line)
        member.fill("#reason", "志愿服务漏记。")
        member.locator("form[action$='/objections'] button").click()
        expect(member.get_by_text("YY-")).to_be_visible()


def test_whoever_is_held_back_waits_and_the_others_see_their_result(moving: Moving, browser: Browser) -> None:
    with at(moving, browser, AUGUST, "secretary", "member", "higher") as (secretary, member, higher):
        secretary.goto(H1)
        expect(secretary.locator(".lead .badge.noticed")).to_be_visible()
        member.goto(f"/members/{MEMBER}/results")
        expect(member.get_by_text("还没有已确定的考评结果。")).to_be_visible()
        higher.goto(f"/units/{TOP}/periods?year=2026")
        expect(higher.get_by_text("已封存 0 项")).to_be_visible()
        fits(higher)
    with moving.at(AUGUST) as town:
        reject_the_only_objection(town)


def test_at_the_end_it_is_sealed_the_member_is_told_and_sees_why(moving: Moving, browser: Browser) -> None:
    with at(moving, browser, SEPTEMBER, "secretary", "member") as (secretary, member):
        secretary.goto(H1)
        expect(secretary.locator(".lead .badge.sealed")).to_be_visible()
        secretary.select_option("#member", str(MEMBER))
        secretary.fill("#told_on", "2026-09-07")
        secretary.fill("#note", "已当面反馈。")
        secretary.get_by_role("button", name="登记反馈").click()
        expect(secretary.get_by_text("已反馈本人").first).to_be_visible()
        fits(secretary)
        member.goto(f"/members/{MEMBER}/points?year=2026")
        member.get_by_role("link", name="考评结果").click()
        expect(member.locator(".total")).to_contain_text("33.00")
        expect(member.get_by_text("已反馈本人")).to_be_visible()
        fits(member)
