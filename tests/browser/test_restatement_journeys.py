"""J6 and J9 through the pages on a phone without a line of script: a rule changes, and a year is restated by it.

J6: version 2 drafted from its file · tried on last year, without a name · approved by another · published for later.
J9: ordered with its document · computed · heard · approved by others, one spared · noticed · version 2 of the result
beside version 1. Around them what is done with the record: an auditor takes the log home, a key goes by two hands.
"""

import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from domain.decider import Command
from domain.organisation.membership import EndMembership
from ops.embedded import Running
from tests.api.lived import PEOPLE as LOGINS
from tests.api.lived import lived
from tests.api.moving import Moving
from tests.api.test_measures import idle_year
from tests.browser.conftest import fits
from tests.browser.test_probation import act, opener
from tests.domain.branch import (
    AS_OFFICER,
    BRANCH,
    LEADER,
    MEMBER,
    OFFICER,
    PEOPLE,
    SETUP_AT,
    TOP,
    appointed,
    calendar,
    commands,
    registered,
    secret,
    who,
    wish,
)
from tests.domain.restated import LEADERS, document

HERE: Final = f"/units/{BRANCH.replace('/', '~')}"
PLACE: Final = f"{HERE}/restatements/2026/Y/1"
STRICTER: Final = "stricter-2"
RULES: Final = document({'"at_least": "60"': '"at_least": "69"'}, STRICTER)
PAPER: Any = {"name": "纪要.pdf", "mimeType": "application/pdf", "buffer": b"minute"}
BASIS: Any = {"name": "巡察意见.pdf", "mimeType": "application/pdf", "buffer": b"basis"}
WATCHER, GONE = who("watcher"), who("gone")
TEN: Final = (*PEOPLE, who("ninth"), who("tenth"))
"""As many as may be counted without being known by it."""
PASSWORDS: Final[dict[str, UUID]] = {
    **LOGINS,
    "officer": OFFICER,
    "leader": LEADER,
    "orderer": LEADERS[0],
    "approver": LEADERS[1],
    "watcher": WATCHER,
}
DRAFTED = datetime(2028, 2, 25, 1, tzinfo=UTC)
ORDERED = datetime(2028, 3, 6, 2, tzinfo=UTC)
HEARD = ORDERED + timedelta(days=20)
ADOPTED = HEARD + timedelta(days=14)


def told() -> Iterator[Command]:
    """Two years 基本合格 of a branch of ten, and one who left before them."""
    yield from (*commands(), calendar(2027), calendar(2028, (date(2028, 10, 2),)))
    yield from (registered(one) for one in (*TEN[len(PEOPLE) :], GONE))
    yield from (registered(one, TOP) for one in (*LEADERS, WATCHER))
    yield from (appointed(one, "leading_group", TOP) for one in LEADERS)
    yield appointed(WATCHER, "auditor", TOP)
    reason = secret("reason", "转出", GONE)
    left_on = date(2025, 11, 30)
    yield wish(EndMembership, AS_OFFICER, SETUP_AT, unit=BRANCH, member=GONE, last_on=left_on, reason=reason)
    yield from (*idle_year(2026, TEN), *idle_year(2027, TEN))


@pytest.fixture(scope="module")
def moving(server: Running) -> Iterator[Moving]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, told(), PASSWORDS) as town:
        yield Moving(town)
    shutil.rmtree(folder)


OFFICES: Final = {
    "officer": ("officer", TOP),
    "leader": ("leading_group", TOP),
    "orderer": ("leading_group", TOP),
    "approver": ("leading_group", TOP),
    "watcher": ("auditor", TOP),
    "secretary": ("secretary", BRANCH),
    "member": ("member", BRANCH),
}


@contextmanager
def at(moving: Moving, browser: Browser, instant: datetime, *logins: str) -> Generator[list[Page]]:
    """Their pages at an instant, each in his office."""
    with moving.at(instant) as town, ExitStack() as stack:
        opened = opener(town, browser, stack)
        yield [act(opened(login), *OFFICES[login]) for login in logins]


def submit(page: Page, form: Locator) -> None:
    with page.expect_navigation():
        form.locator("button").last.click()
    fits(page)


def unfolded(page: Page, action: str) -> Locator:
    """A form that lies folded."""
    form = page.locator(f"form[action$='{action}']").first
    page.locator("details", has=form).locator("summary").first.click()
    return form


def minuted(form: Locator, minute: str, name: str = "") -> None:
    form.locator("input[name=minute]").fill(minute)
    form.locator(f"input[type=file][name={name or 'file'}]").set_input_files(PAPER)


def test_an_auditor_takes_the_log_home_and_its_verifier_calls_it_whole(
    moving: Moving, browser: Browser, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        watcher = act(opener(moving.town, browser, stack)("watcher"), *OFFICES["watcher"])
        watcher.goto("/log")
        fits(watcher)
        with watcher.expect_download() as taken:
            watcher.get_by_role("button", name="导出").click()
        with tarfile.open(taken.value.path()) as tar:
            tar.extractall(tmp_path, filter="data")
        folder = tmp_path / "steelyard"
        command = [sys.executable, "-I", "-S", str(folder / "verify.py"), str(folder), "--lang", "zh"]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own file
        assert (answer.returncode, answer.stderr) == (0, "")
        assert answer.stdout.startswith("完整:"), answer.stdout
        moving.town.settled()
        watcher.reload()
        expect(watcher.locator("table", has_text="已登记的导出")).to_contain_text("整本账")
        fits(watcher)


def test_j6_a_version_is_drafted_tried_approved_by_another_and_published(moving: Moving, browser: Browser) -> None:
    with at(moving, browser, DRAFTED, "officer", "leader") as (officer, leader):
        rules = f"/units/{TOP}/rules"
        officer.goto(rules)
        form = unfolded(officer, "/rules")
        file: Any = {"name": "rules.json", "mimeType": "application/json", "buffer": RULES}
        form.locator("input[type=file]").set_input_files(file)
        submit(officer, form)
        mine = officer.locator(".version", has_text=STRICTER)
        expect(mine.locator(".badge.drafted")).to_be_visible()
        # What would change, before anything does: how many, and over which line; nobody by name.
        officer.get_by_role("link", name="试算", exact=True).click()
        officer.select_option("#version", STRICTER)
        officer.fill("#year", "2027")
        submit(officer, officer.locator("form[aria-labelledby=ask]"))
        expect(officer.get_by_text("共 10 人,10 人会变:0 人变好,10 人变差。")).to_be_visible()
        expect(officer.locator("table", has_text="跨过的格次线").locator("tbody tr")).to_have_text("基本合格不合格10")
        assert str(MEMBER) not in officer.locator("main").inner_text()
        # Nobody approves what nobody tried.
        officer.goto(rules)
        form = unfolded(officer, "/simulation")
        form.locator("input[name=year]").fill("2027")
        submit(officer, form)
        expect(mine).to_contain_text("10 人,变好 0,变差 10")
        leader.goto(rules)
        form = unfolded(leader, f"{STRICTER}/approval")
        minuted(form, "领导小组〔2028〕1号")
        submit(leader, form)
        officer.goto(rules)
        form = unfolded(officer, f"{STRICTER}/publication")
        form.locator("input[type=date]").fill("2029-01-01")
        submit(officer, form)
        expect(mine.locator(".badge.published")).to_be_visible()
        expect(mine).to_contain_text("2029年1月1日")


def test_j9_a_year_is_restated_by_order_heard_approved_noticed_and_both_results_stand(
    moving: Moving, browser: Browser
) -> None:
    with at(moving, browser, ORDERED, "orderer") as (orderer,):
        ordered(orderer)
    with at(moving, browser, ORDERED, "member", "orderer") as (member, orderer):
        member.goto(f"/members/{MEMBER}/results")
        member.get_by_role("link", name="我的评定与更正").click()
        expect(member.locator("main")).to_contain_text("格次 基本合格 → 不合格")
        member.fill("#statement", "当年的办法没有这条线。")
        submit(member, member.locator("form[action$='/statement']"))
        expect(member.locator("#statement")).to_have_count(0)
        orderer.goto(PLACE)
        expect(orderer.locator(".lead .badge")).to_have_text("待审定")
        expect(orderer.get_by_text("共 10 人:不变 0,变好 0,变差 10")).to_be_visible()
    with at(moving, browser, HEARD, "approver") as (approver,):
        approved(approver)
    with at(moving, browser, HEARD, "secretary") as (secretary,):
        secretary.goto(PLACE)
        secretary.get_by_role("link", name="查看公示").click()
        submit(secretary, secretary.locator("form[action$='/check']"))
        secretary.get_by_role("button", name="发布公示").click()
        expect(secretary.locator(".badge.posted")).to_be_visible()
        fits(secretary)
    with at(moving, browser, ADOPTED, "secretary", "member") as (secretary, member):
        secretary.goto(PLACE)
        expect(secretary.get_by_text("公示期满,已更正评定。")).to_be_visible()
        secretary.goto(f"{HERE}/measures")
        expect(secretary.locator("main")).to_contain_text("已撤销")
        fits(secretary)
        both(member)


def ordered(orderer: Page) -> None:
    """With its document, by whoever had no part in the rule or the result."""
    orderer.goto(f"{HERE}/restatements")
    fits(orderer)
    form = orderer.locator("form[aria-labelledby=order]")
    form.locator("#what").select_option("2026/Y")
    form.locator("#rules").select_option(STRICTER)
    form.locator("#document_file").set_input_files(BASIS)
    form.locator("input[name=unfavourable]").check()
    form.locator("#reason").fill("合格线定得过低,依巡察意见重算。")
    present_alone(form)
    minuted(form, "领导小组〔2028〕4号")
    submit(orderer, form)
    expect(orderer.locator("main")).to_contain_text("2026")


def present_alone(form: Locator) -> None:
    """Who was concerned with the rule stays away."""
    form.locator(f"input[name=present][value='{LEADER}']").uncheck()


def approved(approver: Page) -> None:
    """By others than ordered it; whoever was heard with reason keeps what he had."""
    approver.goto(PLACE)
    approver.locator("details", has_text="当年的办法没有这条线。").locator("summary").click()
    expect(approver.get_by_text("当年的办法没有这条线。")).to_be_visible()
    form = approver.locator("form[action$='/approval']")
    form.locator(f"input[name=spared][value='{TEN[-1]}']").check()
    present_alone(form)
    minuted(form, "领导小组〔2028〕5号")
    submit(approver, form)
    expect(approver.get_by_text("已审定,待公示期满。")).to_be_visible()


def both(member: Page) -> None:
    """The old determination and the new, side by side."""
    member.goto(f"/members/{MEMBER}/restatements")
    rows = member.locator("table tbody tr", has_text="2026").filter(has_text="全年")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="已更正")).to_contain_text("基本合格")
    expect(rows.filter(has_not_text="已更正")).to_contain_text("不合格")
    fits(member)


def test_a_key_is_destroyed_by_two_hands_and_the_page_shows_each(moving: Moving, browser: Browser) -> None:
    place = f"/members/{GONE}/custody"
    with at(moving, browser, ADOPTED, "officer", "leader") as (officer, leader):
        officer.goto(place)
        expect(officer.get_by_text(re.compile("2025年11月30日.*党籍终止"))).to_be_visible()
        form = unfolded(officer, "/erasure")
        form.locator("select").select_option("law")
        form.locator("input[name=basis]").fill("《个人信息保护法》第四十七条")
        form.locator("input[type=file]").set_input_files(BASIS)
        submit(officer, form)
        expect(officer.locator(".badge", has_text="已提请销毁")).to_be_visible()
        expect(officer.locator("form[action$='/erasure/decision']")).to_have_count(0)
        leader.goto(f"/units/{TOP}/retention")
        fits(leader)
        leader.locator(f"main a[href='{place}']").click()
        form = unfolded(leader, "/erasure/decision")
        minuted(form, "领导小组〔2028〕6号")
        submit(leader, form)
        expect(leader.locator(".badge", has_text="已批准,待执行")).to_be_visible()
        expect(leader.locator("main table")).to_contain_text("依法提前")
