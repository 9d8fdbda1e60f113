"""A served town, and a Chromium without windows at a desk and on a phone: the one that STEELYARD_CHROMIUM names."""

import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ops.embedded import Running
from ops.example.people import BRANCH
from tests.api.moving import Moving, moving_town
from tests.api.town import Town, town_of_its_own
from tests.cheap import Kept

CHROMIUM = os.environ.get("STEELYARD_CHROMIUM") or shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
"""How long a page may take on a machine that is busy with other things."""

expect.set_options(timeout=PATIENCE_MS)

Visit: TypeAlias = Callable[..., Page]
"""(login, where) → a page of somebody who is signed in."""


def fits(page: Page) -> None:
    """Nothing sticks out at the side, and no text is squeezed into a column of single characters."""
    page.wait_for_load_state()
    over = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
    assert over <= 0, page.url
    narrow = page.evaluate(
        """() => [...document.querySelectorAll('main td, main th, main p, main li, main dd, main b')]
          .filter(e => e.offsetParent && e.textContent.trim().length > 6 && e.clientWidth > 0
                       && e.clientWidth < 40 && e.clientHeight > 100)
          .map(e => e.textContent.trim().slice(0, 20))"""
    )
    assert narrow == [], page.url


def choose(page: Page, role: str, unit: str = BRANCH) -> None:
    """Act in one of one's offices; who has only one is not asked."""
    page.goto("/")
    if page.locator("#office").count():
        page.select_option("#office", f"{role}@{unit}")
        with page.expect_navigation():  # the address is the same before and after
            page.click("form.office button")


@pytest.fixture(scope="session")
def town(kept: Kept, server: Running) -> Town:
    """The example, served."""
    return kept.once(("town", "browser", server.admin_url), lambda: town_of_its_own(server))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file: while it is open its event loop is the thread's, and others need theirs."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture
def visit(town: Town, browser: Browser) -> Iterator[Visit]:
    """Whoever is asked for, on a screen of the wanted size; errors of a page fail the test."""
    with visiting(town, browser) as visit:
        yield visit


@contextmanager
def visiting(town: Town, browser: Browser) -> Generator[Visit]:
    """The same for a town of one's own."""
    with ExitStack() as stack:

        def open_page(login: str | None = None, screen: Any = DESK, *, scripts: bool = True) -> Page:
            context = browser.new_context(
                base_url=town.base, viewport=screen, locale="zh-CN", java_script_enabled=scripts
            )
            context.set_default_timeout(PATIENCE_MS)
            stack.callback(context.close)
            page = context.new_page()
            if login is not None:
                page.goto("/session")
                page.fill("#login", login)
                page.fill("#password", town.passwords[login])
                with page.expect_navigation(url="**/"):
                    page.click("button.wide")
            return page

        yield open_page


@pytest.fixture(scope="session")
def moving(kept: Kept, server: Running) -> Moving:
    """A town whose days pass; its record sheets are noticed to the public as well."""
    return kept.once(("moving", server.admin_url), lambda: moving_town(server, public_sheets=True))


@dataclass
class Days:
    """The days of that town: each is walked through with a browser."""

    moving: Moving
    browser: Browser

    @contextmanager
    def after(self, working_days: int = 0) -> Generator[tuple[Town, Visit]]:
        """Some working days on, the town and whoever visits it."""
        if working_days:
            self.moving.pass_working_days(working_days)
        with self.moving.at(self.moving.now) as town, visiting(town, self.browser) as visit:
            yield town, visit


@pytest.fixture
def days(moving: Moving, browser: Browser) -> Days:
    """Day after day."""
    return Days(moving, browser)
