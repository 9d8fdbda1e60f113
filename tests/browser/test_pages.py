"""Every page: readable by everybody, in both languages, at a desk, on a phone and on paper."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from ops.example.people import BRANCH, WORK_COMMITTEE
from tests.api.town import Town
from tests.browser.conftest import DESK, PHONE, Visit, fits, visiting

ANYBODY = ("/session", "/rules", "/log", "/problems", "/permissions", f"/public/feedback/{BRANCH}", "/nowhere")
RECORDER = (
    "/",
    f"/units/{BRANCH}",
    f"/units/{BRANCH}/dashboard",
    f"/units/{BRANCH}/matters",
    f"/units/{BRANCH}/matters/TD-202605",
    f"/units/{BRANCH}/sheets",
    f"/units/{BRANCH}/matters/ZB-202605/sheets/R-DD-2",
    f"/units/{BRANCH}/matters/TD-202605/sheets/R-LX-1",
    f"/units/{BRANCH}/workbook/upload",
    f"/units/{BRANCH}/honours",
    f"/units/{BRANCH}/deductions",
    f"/units/{BRANCH}/registers/issue",
    f"/units/{BRANCH}/registers/project/XM-1",
)
SECRETARY = (
    "/",
    f"/units/{BRANCH}/notices",
    f"/units/{BRANCH}/matters/DF-202605/sheets/R-GJ-2",
    f"/units/{BRANCH}/meeting",
)
OFFICER = (
    f"/units/{WORK_COMMITTEE}/dashboard?sort=notices",
    f"/units/{WORK_COMMITTEE}",
    f"/units/{BRANCH}?on=2026-03-01",
    f"/units/{WORK_COMMITTEE}/rules",
    f"/units/{WORK_COMMITTEE}/article",
    f"/units/{WORK_COMMITTEE}/article/issues_closed",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True)
class Seen:
    """What one look at a page at a desk, then on a phone, then in English showed."""

    path: str
    wrong: list[Any]
    """(screen, rule, elements) of what keeps somebody out."""
    misfits: list[str]
    asked: list[str]
    """Addresses that it loaded."""
    said: list[str]
    """What it wrote to the console."""
    language: str
    frame: list[str]
    """Headings, buttons, labels of the page asked for in English."""


def _pages(town: Town, visit: Visit) -> list[tuple[Page, str]]:
    member = town.members["member"]
    found = [(visit(None), path) for path in ANYBODY]
    recorder, secretary, own = visit("recorder"), visit("secretary"), visit("member")
    found += [(recorder, path) for path in RECORDER]
    found += [(secretary, path) for path in SECRETARY]
    officer = visit("officer")
    found += [(officer, path) for path in (*OFFICER, f"/members/{member}/membership")]
    found.append((secretary, f"/members/{member}/membership"))
    found.append((secretary, _first(secretary, f"/units/{BRANCH}/notices", "/notices/")))
    found.append((secretary, _first(secretary, f"/units/{BRANCH}/meeting", "/honours/")))
    found.append((visit("leader"), f"/units/{WORK_COMMITTEE}/vetoes"))
    own_pages = [
        "/",
        "/points",
        f"/members/{member}/membership",
        f"/members/{member}/timeline",
        f"/members/{member}/readings",
    ]
    own_pages += [f"/members/{member}/honours", _first(own, "/", "/deductions/")]
    own_pages.append(_first(own, f"/members/{member}/points", "/records/"))
    why = f"/members/{member}/points/2026/LX"
    record = _first(own, why, "/records/")
    proof = _first(own, record, "/proofs/")
    found += [(own, path) for path in (*own_pages, why, record, proof)]
    return found


def _first(page: Page, path: str, part: str) -> str:
    page.goto(path)
    href = page.locator(f"main a[href*='{part}']").first.get_attribute("href")
    assert href is not None
    return href


def _wrong(page: Page, screen: dict[str, int], misfits: list[str]) -> list[Any]:
    page.set_viewport_size(screen)  # type: ignore[arg-type]
    try:
        fits(page)
    except AssertionError as problem:
        misfits.append(f"{screen['width']} px: {problem}")
    # The policy forbids foreign scripts: the checker is put in by the browser itself.
    found = Axe().run(page, options={"runOnly": RULES})
    return [
        (screen["width"], one["id"], [node["html"][:160] for node in one["nodes"]][:3])
        for one in found.response["violations"]
        if one["impact"] in ("serious", "critical", "moderate")
    ]


def _look(page: Page, path: str, base: str) -> Seen:
    asked: list[str] = []
    said: list[str] = []
    misfits: list[str] = []

    def ask(request: Request) -> None:
        asked.append(request.url)

    def say(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.on("request", ask)
    page.on("console", say)
    page.goto(path)
    wrong = [found for screen in (DESK, PHONE) for found in _wrong(page, screen, misfits)]
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.context.add_cookies([{"name": "steelyard-language", "value": "en", "url": base}])
    page.goto(path)
    language = page.locator("html").get_attribute("lang") or ""
    frame = page.locator("nav, h2, button, label, thead").all_inner_texts()
    page.context.add_cookies([{"name": "steelyard-language", "value": "zh", "url": base}])
    page.remove_listener("request", ask)
    page.remove_listener("console", say)
    return Seen(path, wrong, misfits, asked, said, language, frame)


@pytest.fixture(scope="module")
def looked_at(town: Town, browser: Browser) -> Iterator[list[Seen]]:
    """Each page, looked at once for all that is to hold of it: loading it is what takes the time."""
    with visiting(town, browser) as visit:
        yield [_look(page, path, town.base) for page, path in _pages(town, visit)]


def test_every_page_is_accessible(looked_at: list[Seen]) -> None:
    assert [(seen.path, seen.wrong) for seen in looked_at if seen.wrong] == []


def test_every_page_fits_a_desk_and_a_phone(looked_at: list[Seen]) -> None:
    assert [(seen.path, seen.misfits) for seen in looked_at if seen.misfits] == []


def test_no_page_asks_anything_of_another_host_or_complains(town: Town, looked_at: list[Seen]) -> None:
    foreign = {url for seen in looked_at for url in seen.asked if not url.startswith((town.base, "data:"))}
    assert foreign == set()
    assert [text for seen in looked_at for text in seen.said if "404" not in text] == []


def test_every_page_speaks_english_when_asked(looked_at: list[Seen]) -> None:
    for seen in looked_at:
        assert seen.language == "en", seen.path
        chinese = [text for text in seen.frame if re.search(r"[\u4e00-\u9fff]", text.replace("中文", ""))]
        # Titles of matters, organisations and people are as they were given.
        assert [text for text in chinese if not re.search(r"示例|月|年度|公开承诺|值班|汛|党", text)] == [], seen.path


def test_the_whole_of_a_page_is_reached_by_the_keyboard(town: Town, visit: Visit) -> None:
    page = visit("recorder")
    page.goto(f"/units/{BRANCH}/matters/ZB-202605/sheets/R-DD-2")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    seen = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert seen != "none"


def test_the_printed_notice_is_the_paper_alone(town: Town, visit: Visit) -> None:
    page = visit("secretary")
    page.goto(_first(page, f"/units/{BRANCH}/notices", "/notices/"))
    page.emulate_media(media="print")
    expect(page.locator("header.head")).to_be_hidden()
    expect(page.locator("footer.foot")).to_be_hidden()
    expect(page.locator(".paper")).to_be_visible()
    expect(page.locator(".print-only")).to_contain_text("时钟为模拟时间")
    assert page.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")


def test_the_interface_can_be_tried_in_the_browser(town: Town, visit: Visit) -> None:
    page = visit("recorder")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto("/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    assert said == []
