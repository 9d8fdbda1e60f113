"""J7, a probation, through the pages without script: proposed, resolved, returned, extended, ended."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page, expect

from domain.decider import Command
from domain.organisation.member import RegisterMember
from domain.result.proposing import LookAtProbation, StartProbation
from ops.embedded import Running
from tests.api.lived import PEOPLE as LOGINS
from tests.api.lived import lived
from tests.api.moving import Moving
from tests.api.town import Town
from tests.browser.conftest import PATIENCE_MS, PHONE, fits
from tests.domain.branch import (
    AS_SECRETARY,
    BRANCH,
    INSTALLATION,
    PROCESS,
    SETUP_AT,
    TOP,
    calendar,
    commands,
    digest,
    secret,
    who,
    wish,
)
from tests.domain.probationer import OVER, STARTED_AT

Opens = Callable[[str], Page]
NAMES = ("extended", "returned", "cancelled")
PEOPLE = {name: who(f"probation-{name}") for name in NAMES}
PAPER: Any = {"name": "纪要.pdf", "mimeType": "application/pdf", "buffer": b"minute"}
AUTUMN = datetime(2027, 10, 18, 2, tzinfo=UTC)


def told() -> Iterator[Command]:
    """Three probationary members whose windows are over and come to 66.00."""
    yield from commands()
    yield from (calendar(2027), calendar(2028, (date(2028, 10, 2),)))
    for name, member in PEOPLE.items():
        yield wish(
            RegisterMember,
            INSTALLATION,
            SETUP_AT,
            member=member,
            unit=BRANCH,
            profile="probationary",
            name=secret("name", f"预备·{name}", member),
            work_number=secret("work_number", f"P-{name}", member),
            present_from=date(2025, 1, 1),
        )
    minute = {"minute": "大会〔2026〕2号", "minute_sha256": digest("admission")}
    for member in PEOPLE.values():
        about = {"unit": BRANCH, "member": member}
        yield wish(StartProbation, AS_SECRETARY, STARTED_AT, **about, admitted_on=date(2026, 4, 15), **minute)
    for member in PEOPLE.values():
        yield wish(LookAtProbation, PROCESS, OVER, unit=BRANCH, member=member)


@pytest.fixture(scope="module")
def moving(server: Running) -> Iterator[Moving]:
    """The branch on the morning after."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, told(), {**LOGINS, **PEOPLE}) as town:
        yield Moving(town)
    shutil.rmtree(folder)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def opener(town: Town, browser: Browser, stack: ExitStack) -> Opens:
    """Whoever is asked for, on a phone without script."""

    def open_page(login: str) -> Page:
        context = browser.new_context(base_url=town.base, viewport=PHONE, locale="zh-CN", java_script_enabled=False)
        context.set_default_timeout(PATIENCE_MS)
        stack.callback(context.close)
        page = context.new_page()
        page.goto("/session")
        page.fill("#login", login)
        page.fill("#password", town.passwords[login])
        with page.expect_navigation(url="**/"):
            page.click("button.wide")
        return page

    return open_page


def act(page: Page, role: str, unit: str) -> Page:
    if page.locator("#office").count():
        page.select_option("#office", f"{role}@{unit}")
        with page.expect_navigation():
            page.click("form.office button")
    return page


def go(page: Page, member: UUID) -> None:
    page.goto(f"/members/{member}/probation")
    fits(page)


def resolve(page: Page, member: UUID, months: str | None = None, *, adopted: bool = True) -> None:
    """The general meeting's vote; not adopted, everybody but one is against."""
    go(page, member)
    form = page.locator("form[action$='/resolution']")
    if months is not None:
        form.locator("#months").fill(months)
    form.locator("#minute").fill("大会〔2027〕3号")
    form.locator("#minute-file").set_input_files(PAPER)
    if not adopted:
        for box in form.locator("input[name=not_in_favour]").all():
            box.check()
    submit(page, form)


def approve(page: Page, member: UUID, verdict: str, reason: str = "", instead: str = "") -> None:
    """The higher organisation's word."""
    go(page, member)
    form = page.locator("form[action$='/approval']")
    form.locator(f"input[name=verdict][value={verdict}]").check(force=True)
    if reason:
        form.locator("#reason").fill(reason)
    if instead:
        form.locator("#instead").select_option(instead)
    form.locator("#minute").fill("党委〔2027〕8号")
    form.locator("#minute-file").set_input_files(PAPER)
    submit(page, form)


def otherwise(page: Page, member: UUID, proposal: str) -> None:
    """Something else than the total gives."""
    go(page, member)
    page.locator("details summary", has_text="另提处理意见").click()
    form = page.locator("form[action$='/proposal']")
    form.locator("#proposal").select_option(proposal)
    form.locator("#ground").set_input_files(PAPER)
    form.locator("#ground-reason").fill("另有依据")
    submit(page, form)


def submit(page: Page, form: Any) -> None:
    with page.expect_navigation():
        form.locator("button").last.click()
    fits(page)


def shows(page: Page, status: str) -> None:
    expect(page.locator(".lead .badge").first).to_have_text(status)


def test_he_sees_his_own_window_and_what_is_proposed(moving: Moving, browser: Browser, stack: ExitStack) -> None:
    page = opener(moving.town, browser, stack)("extended")
    page.get_by_role("link", name="查看我的预备期").click()
    shows(page, "待支部大会决议")
    expect(page.get_by_text("66.00").first).to_be_visible()
    expect(page.locator("form[action$='/resolution']")).to_have_count(0)
    fits(page)


def test_returned_once_then_the_higher_organisation_decides(moving: Moving, browser: Browser, stack: ExitStack) -> None:
    member, opens = PEOPLE["returned"], opener(moving.town, browser, stack)
    secretary = act(opens("secretary"), "secretary", BRANCH)
    resolve(secretary, member, "6", adopted=False)
    shows(secretary, "期满待议")
    otherwise(secretary, member, "confirm")
    resolve(secretary, member)
    shows(secretary, "待上级批准")
    higher = act(opens("higher"), "secretary", TOP)
    approve(higher, member, "refused", "材料不全")
    shows(higher, "待支部大会决议")
    resolve(secretary, member)
    approve(higher, member, "refused", "条件已具备", "confirm")
    shows(higher, "已转正")


def test_cancelled_on_another_ground(moving: Moving, browser: Browser, stack: ExitStack) -> None:
    member, opens = PEOPLE["cancelled"], opener(moving.town, browser, stack)
    secretary = act(opens("secretary"), "secretary", BRANCH)
    resolve(secretary, member, "6", adopted=False)
    otherwise(secretary, member, "cancel")
    resolve(secretary, member)
    higher = act(opens("higher"), "secretary", TOP)
    approve(higher, member, "approved", "不具备条件")
    shows(higher, "已取消资格")


def test_extended_and_in_the_extension_there_is_no_second_one(
    moving: Moving, browser: Browser, stack: ExitStack
) -> None:
    member, opens = PEOPLE["extended"], opener(moving.town, browser, stack)
    secretary = act(opens("secretary"), "secretary", BRANCH)
    resolve(secretary, member, "6")
    higher = act(opens("higher"), "secretary", TOP)
    approve(higher, member, "approved")
    shows(higher, "预备期内")
    expect(higher.locator(".lead")).to_contain_text("已延长")
    moving.town.settled()
    with moving.at(AUTUMN) as town:
        later = opener(town, browser, stack)
        secretary = act(later("secretary"), "secretary", BRANCH)
        go(secretary, member)
        shows(secretary, "待支部大会决议")
        expect(secretary.locator("h2", has_text="取消预备党员资格")).to_be_visible()
        resolve(secretary, member, adopted=False)
        shows(secretary, "期满待议")
        secretary.locator("details summary", has_text="另提处理意见").click()
        expect(secretary.locator("#proposal option[value=extend]")).to_have_count(0)
        otherwise(secretary, member, "cancel")
        resolve(secretary, member)
        higher = act(later("higher"), "secretary", TOP)
        approve(higher, member, "approved", "延长期内仍不具备条件")
        shows(higher, "已取消资格")
