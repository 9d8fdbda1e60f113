"""分类评议的纸质票: eight categories of eight people are entered on a phone without a line of script."""

import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from ops.embedded import Running
from tests.api.lived import lived, to_the_appraisal
from tests.api.town import Town
from tests.browser.conftest import PHONE, choose, fits, visiting
from tests.domain.branch import BRANCH, MEMBER, PEOPLE, RECORDER, SECRETARY
from tests.domain.year import BY_CATEGORY

APPRAISAL = f"/units/{BRANCH.replace('/', '~')}/appraisals/2026/Y"
FOLDED = 6_000
"""Pixels: with everybody's fields unfolded it was 34,800."""


@pytest.fixture(scope="module")
def year(server: Running) -> Iterator[Town]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, to_the_appraisal(BY_CATEGORY)) as town:
        yield town
    shutil.rmtree(folder)


def test_j5_what_two_tellers_counted_on_paper_is_entered_person_by_person(year: Town, browser: Browser) -> None:
    with visiting(year, browser) as visit:
        secretary = visit("secretary", PHONE, scripts=False)
        choose(secretary, "secretary", BRANCH)
        secretary.goto(APPRAISAL)
        secretary.select_option("#method", "paper_two_tellers")
        secretary.locator("form[aria-labelledby=open] button").click()
        form = secretary.locator("form[aria-labelledby=count]")
        expect(form).to_be_visible()
        fits(secretary)
        assert secretary.evaluate("document.documentElement.scrollHeight") < FOLDED
        secretary.select_option("#teller-1", str(SECRETARY))
        secretary.select_option("#teller-2", str(RECORDER))
        for one in PEOPLE:
            secretary.check(f"input[name=took_part][value='{one}']")
        person = form.locator(f"details:has(#who-{MEMBER})")
        if person.get_attribute("open") is None:
            person.locator("summary").press("Enter")
        field = person.locator(f"[name='count.{MEMBER}.excellent:LX']")
        expect(field).to_be_visible()
        expect(field).to_have_accessible_name(re.compile("理想信念 优秀$"))
        field.fill("5")
        fits(secretary)
        form.get_by_role("button").click()
        expect(secretary.locator("section[aria-labelledby=people]")).to_contain_text("100.00")
        fits(secretary)
