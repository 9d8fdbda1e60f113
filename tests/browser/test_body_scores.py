"""组织评分 through the pages, on a phone without a line of script: the committee, the level above, and the sum."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ops.embedded import Running
from tests.api.lived import PEOPLE as LOGINS
from tests.api.lived import lived
from tests.api.test_body_scores import COMMITTEES, TASKS, YEAR, told
from tests.api.town import Town
from tests.browser.conftest import PHONE, choose, fits, visiting
from tests.domain.branch import BRANCH, MEMBER, PEOPLE, SECRETARY, TOP


@pytest.fixture(scope="module")
def town(server: Running) -> Iterator[Town]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, told(), LOGINS) as found:
        yield found
    shutil.rmtree(folder)


def give(page: Page, place: str, score: str, *, but: tuple[object, ...] = ()) -> None:
    """The form of a meeting, filled for everybody but some."""
    page.goto(place)
    fits(page)
    for one in PEOPLE:
        if one not in but:
            page.fill(f"#score-{one}", score)
            page.fill(f"#reason-{one}", "按季度通报的任务完成情况评定")
    page.fill("#minute", "班子会〔2027〕1号")
    page.set_input_files("#minute-file", files=[{"name": "纪要.pdf", "mimeType": "application/pdf", "buffer": b"m"}])
    page.locator("form[aria-labelledby=give] button").click()
    expect(page.locator("section[aria-labelledby=stand]")).to_contain_text(score)
    fits(page)


def test_j5_组织评分_the_committee_and_the_level_above_score_and_the_member_s_line_says_why(
    town: Town, browser: Browser
) -> None:
    with visiting(town, browser) as visit:
        secretary = visit("secretary", PHONE, scripts=False)
        choose(secretary, "secretary", BRANCH)
        secretary.goto(YEAR)
        fits(secretary)
        expect(secretary.get_by_text("支部班子评价还缺 8 人")).to_be_visible()
        secretary.get_by_text("支部班子评价还缺 8 人").get_by_role("link").click()
        expect(secretary.locator(f"#score-{SECRETARY}")).to_have_count(0)
        give(secretary, COMMITTEES, "85.00", but=(SECRETARY,))
        higher = visit("higher", PHONE, scripts=False)
        choose(higher, "secretary", TOP)
        higher.goto(f"/units/{TOP}/scores?year=2026")
        fits(higher)
        higher.locator(f"main a[href='{TASKS}']").click()
        give(higher, TASKS, "77.77")
        expect(higher.locator("section[aria-labelledby=stand] dd").first).to_contain_text(
            "按季度通报的任务完成情况评定"
        )
        higher.goto(TASKS)
        assert higher.locator(f"#score-{MEMBER}").count() == 1
