"""J5, the year's end, through the pages on a phone without a line of script: appraised, fixed, noticed, told."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.embedded import Running
from tests.api.lived import lived, to_the_appraisal
from tests.api.moving import Moving
from tests.api.town import Town
from tests.browser.conftest import fits
from tests.browser.test_probation import act, opener
from tests.domain.branch import BRANCH, MEMBER, RECORDER, SECRETARY, TOP

UNIT = BRANCH.replace("/", "~")
YEAR = f"/units/{UNIT}/periods/2026/Y"
APPRAISAL = f"/units/{UNIT}/appraisals/2026/Y"
BALLOTS = f"/ballots/{UNIT}/appraisals/2026/Y"
PAPER: Any = {"name": "纪要.pdf", "mimeType": "application/pdf", "buffer": b"minute"}
FEBRUARY = datetime(2027, 2, 2, 2, tzinfo=UTC)
MARCH = datetime(2027, 3, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def moving(server: Running) -> Iterator[Moving]:
    """The branch with both halves sealed and its year open."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, to_the_appraisal()) as town:
        yield Moving(town)
    shutil.rmtree(folder)


def appraisal_opened(secretary: Page) -> tuple[list[str], list[str]]:
    """The year asks for its appraisal; opened, its slips and keys are shown once: (codes, keys)."""
    secretary.goto(YEAR)
    expect(secretary.get_by_role("button", name="核算")).to_have_count(0)
    secretary.locator(f"main a[href='{APPRAISAL}']").click()
    secretary.select_option("#method", "single_subject_codes")
    secretary.locator("form[aria-labelledby=open] button").click()
    expect(secretary.locator("section[aria-labelledby=keys] li")).to_have_count(2)
    fits(secretary)
    keys = secretary.locator("section[aria-labelledby=keys] code").all_inner_texts()
    slips = secretary.locator("section:not([aria-labelledby=keys]) .slip code").all_inner_texts()
    return slips, keys


def self_evaluated(member: Page) -> None:
    member.goto(APPRAISAL)
    member.fill("#self-statement, textarea[name=statement]", "履职尽责,学习不够。")
    member.locator("form[action$='/self-evaluation'] button").click()
    expect(member.get_by_text("履职尽责,学习不够。")).to_be_visible()
    fits(member)


def voted(nobody: Page, town: Town, codes: list[str]) -> None:
    """One slip through the page, the others as quickly as they can be put in."""
    nobody.goto(BALLOTS)
    fits(nobody)
    nobody.fill("#code", codes[0])
    nobody.locator("input[name=mark][value=qualified]").check()
    nobody.locator("form.card button").click()
    expect(nobody.get_by_role("status")).to_be_visible()
    for code in codes[1:]:
        assert town.known("").post(BALLOTS, json={"code": code, "mark": "qualified"}).status_code == 200


def counted(secretary: Page, keys: list[str]) -> None:
    """Two tellers open the box together."""
    secretary.goto(APPRAISAL)
    fits(secretary)
    for number, (teller, key) in enumerate(zip((SECRETARY, RECORDER), keys, strict=True), 1):
        secretary.select_option(f"#teller-{number}", str(teller))
        secretary.fill(f"#key-{number}", key)
    for box in secretary.locator("input[name=took_part]").all():
        box.check()
    secretary.locator("form[aria-labelledby=count] button").click()
    expect(secretary.locator("form[aria-labelledby=count]")).to_have_count(0)
    expect(secretary.locator("section[aria-labelledby=people]").get_by_text("80.00").first).to_be_visible()
    fits(secretary)


def adopted(page: Page) -> None:
    page.goto(YEAR)
    page.fill("#minute", "会议纪要〔2027〕2号")
    page.set_input_files("#minute-file", PAPER)
    page.locator("form[aria-labelledby=adopt] button").click()
    expect(page.locator("form[aria-labelledby=adopt]")).to_have_count(0)


def test_评议打分_支部定分_上报_公示_step_by_step(moving: Moving, browser: Browser) -> None:
    with moving.at(FEBRUARY) as town, ExitStack() as stack:
        opened = opener(town, browser, stack)
        secretary = act(opened("secretary"), "secretary", BRANCH)
        member, higher = act(opened("member"), "member", BRANCH), act(opened("higher"), "secretary", TOP)
        slips, keys = appraisal_opened(secretary)
        self_evaluated(member)
        nobody = stack.enter_context(browser.new_context(base_url=town.base, java_script_enabled=False)).new_page()
        nobody.set_viewport_size({"width": 390, "height": 844})
        voted(nobody, town, slips)
        counted(secretary, keys)
        secretary.goto(YEAR)
        secretary.get_by_role("button", name="核算").click()
        expect(secretary.locator(".lead .badge.computed")).to_be_visible()
        expect(secretary.locator("details.affair").first).to_contain_text("基本合格")
        fits(secretary)
        adopted(secretary)
        expect(secretary.locator(".lead .badge.computed")).to_be_visible()
        fits(higher)
        adopted(higher)
        expect(higher.locator(".lead .badge.decided")).to_be_visible()
        moving.carry_out(FEBRUARY)
        secretary.goto(YEAR)
        secretary.get_by_role("link", name="查看公示").click()
        secretary.locator("form[action$='/check'] button").click()
        secretary.get_by_role("button", name="发布公示").click()
        expect(secretary.locator(".badge.posted")).to_be_visible()
        fits(secretary)


def test_after_the_term_it_is_sealed_measures_are_opened_and_everybody_is_told(
    moving: Moving, browser: Browser
) -> None:
    with moving.at(MARCH) as town, ExitStack() as stack:
        opened = opener(town, browser, stack)
        secretary, member = act(opened("secretary"), "secretary", BRANCH), act(opened("member"), "member", BRANCH)
        secretary.goto(YEAR)
        expect(secretary.locator(".lead .badge.sealed")).to_be_visible()
        secretary.goto(f"/units/{UNIT}/measures")
        fits(secretary)
        secretary.locator(".row", has_text=re.compile(name_of(secretary))).click()
        secretary.locator("form[action$='/opening'] button").click()
        expect(secretary.locator("h2", has_text="书面思想汇报")).to_be_visible()
        fits(secretary)
        secretary.goto(YEAR)
        secretary.select_option("#member", str(MEMBER))
        secretary.fill("#told_on", "2027-03-01")
        secretary.fill("#note", "已当面反馈,指出学习不足。")
        secretary.get_by_role("button", name="登记反馈").click()
        expect(secretary.get_by_text("已反馈本人").first).to_be_visible()
        member.goto(f"/members/{MEMBER}/results")
        expect(member.locator("main").get_by_text("基本合格").first).to_be_visible()
        expect(member.get_by_text("已反馈本人").first).to_be_visible()
        fits(member)
        member.goto("/measures/mine")
        expect(member.locator("h2", has_text="书面思想汇报").first).to_be_visible()
        fits(member)


def name_of(secretary: Page) -> str:
    """The member's name as the list of measures has it."""
    secretary.goto(YEAR)
    name = secretary.locator(f"#member option[value='{MEMBER}']").inner_text()
    secretary.goto(f"/units/{UNIT}/measures")
    return name
