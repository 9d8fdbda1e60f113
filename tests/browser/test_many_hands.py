"""Many hands, through the pages: a claim before three bodies, one after the other; and a handler who objected himself.

A small town of its own: the branch's committee, its general meeting and the work committee decide an honour. Number 7
of the branch sits in the work committee as well: what he objects to as a member comes to him as a handler.
"""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from domain.notice.notice import notice_id
from domain.organisation.appointments import AppointRole
from ops.embedded import Running
from tests.api.hamlet import PEOPLE, founded
from tests.api.town import Town
from tests.browser.conftest import PHONE, Visit, choose, fits, visiting
from tests.domain.rules.kinds.writing import category, honour, item, level, months, named, rule_set
from tests.foundings import BRANCH, SCHEME, WORK, acting, member
from tests.lives import Life

HELD_ON = date(2026, 3, 10)
ABOVE = {"higher": member(2, WORK), "deputy": member(3, WORK)}
CHAIN = ["branch_committee", "branch_meeting", "work_committee"]


@pytest.fixture(scope="module")
def hamlet(server: Running) -> Iterator[Town]:
    """A notice hangs there; nothing is claimed yet."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    life = Life(
        rule_set(
            id=SCHEME,
            scale={"base_max": "12"},
            categories=[category("ALL", "12")],
            responsibility=[item("R-1", "ALL", "ratio", cap_month="1")],
            honour=[honour("H-1", "ALL", level("city", "1", tier="municipal"))],
            approval_chains=[
                {"what": "honour", "tiers": ["municipal"], "steps": CHAIN},
                {"what": "any", "steps": ["branch_committee"]},
            ],
            periods=months(*range(1, 13)),
            grades=[named("met", at_least="6"), named("not-met", at_least="0")],
        )
    )
    seat = {"unit": WORK, "role": "committee_member", "person": member(7), "from_on": HELD_ON - timedelta(days=30)}
    life.on(HELD_ON)
    life.do(AppointRole, acting(0, "officer", WORK), **seat)
    life.sheet("TD-1", "R-1", HELD_ON, [(7, "absent", 1)])
    life.on(HELD_ON, 15)
    with founded(server, folder, life, {**PEOPLE, **ABOVE}) as found:
        yield found
    shutil.rmtree(folder)


@pytest.fixture
def visit(hamlet: Town, browser: Browser) -> Iterator[Visit]:
    """Whoever is asked for, in that town."""
    with visiting(hamlet, browser) as visit:
        yield visit


def _paper(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": name.encode()}


def _approves(page: Page, case: str, minute: str) -> None:
    """This body's step, with its minute."""
    page.goto(case)
    page.locator("label.choice", has_text="同意加分").click()
    page.fill("#minute", minute)
    page.set_input_files("#minute-file", _paper(f"{minute}.pdf"))
    page.get_by_role("button", name="登记决定").click()
    expect(page.locator("dl.facts dd", has_text=minute)).to_be_visible()
    fits(page)


def test_a_claim_goes_before_three_bodies_each_of_which_signs_in_for_its_own_step(hamlet: Town, visit: Visit) -> None:
    claimant = visit("member5", PHONE)
    choose(claimant, "member", BRANCH)
    claimant.goto(f"/members/{PEOPLE['member5']}/honours")
    claimant.select_option("#what", "H-1 city paper")
    claimant.fill("#title", "全市演讲比赛")
    claimant.fill("#dated_on", str(HELD_ON))
    claimant.set_input_files("#certificate", _paper("证书.pdf"))
    claimant.get_by_role("button", name="提交申报").click()
    expect(claimant.locator(".badge.claimed")).to_be_visible()
    case = claimant.url.partition("?")[0]
    # The secretary for the committee; another of it for the general meeting; who sits above for the work committee.
    steps = (("member0", "secretary", BRANCH), ("member1", "committee_member", BRANCH), ("higher", "secretary", WORK))
    for number, (login, role, unit) in enumerate(steps, start=1):
        hamlet.settled()
        body = visit(login)
        choose(body, role, unit)
        _approves(body, case, f"纪要〔2026〕{number}号")
        hamlet.settled()
        claimant.reload()
        expect(claimant.locator("dl.facts dd", has_text="纪要〔2026〕")).to_have_count(number)
        expect(claimant.locator(".lead .badge.approved")).to_have_count(1 if number == len(steps) else 0)
    fits(claimant)


def test_a_handler_who_objected_himself_is_told_to_step_back_and_another_takes_the_case(
    hamlet: Town, visit: Visit
) -> None:
    board = f"/units/{BRANCH}/notices/{notice_id(BRANCH, 'TD-1', 'R-1', 1)}"
    himself, above = visit("member7"), visit("higher", PHONE)
    choose(himself, "member", BRANCH)
    himself.goto(board)
    himself.get_by_role("link", name="提出异议").click()
    himself.select_option("#what", index=1)
    himself.fill("#reason", "当天有人代签。")
    himself.get_by_role("button", name="提交异议").click()
    expect(himself.locator("h1")).to_have_text("异议回执")
    number = himself.locator("dl.facts code").first.inner_text()
    hamlet.settled()
    choose(above, "secretary", WORK)

    def opened(page: Page) -> None:
        hamlet.settled()
        page.goto("/objections/desk")
        page.locator("a.row", has_text=number).click()
        expect(page.locator("h1")).to_contain_text(number)

    opened(above)
    above.get_by_role("button", name="受理", exact=True).click()
    expect(above.locator(".lead .badge.accepted")).to_be_visible()
    above.select_option("#handler", str(PEOPLE["member7"]))
    above.get_by_role("button", name="指定承办人", exact=True).click()
    expect(above.locator(".lead .badge.assigned")).to_be_visible()
    choose(himself, "committee_member", WORK)
    opened(himself)
    expect(himself.get_by_text("您与此事有关联,不能办理。")).to_be_visible()
    expect(himself.get_by_text("当天有人代签。")).to_have_count(0)
    expect(himself.get_by_role("button", name="听取意见", exact=True)).to_have_count(0)
    fits(himself)
    himself.get_by_role("button", name="本人回避", exact=True).click()
    expect(himself.locator(".lead .badge.accepted")).to_be_visible()
    opened(above)
    above.select_option("#handler", str(ABOVE["deputy"]))
    above.get_by_role("button", name="指定承办人", exact=True).click()
    expect(above.locator(".lead .badge.assigned")).to_be_visible()
    deputy = visit("deputy")
    choose(deputy, "committee_member", WORK)
    opened(deputy)
    expect(deputy.get_by_text("当天有人代签。")).to_be_visible()
    expect(deputy.get_by_role("button", name="听取意见", exact=True)).to_be_visible()
    fits(deputy)
