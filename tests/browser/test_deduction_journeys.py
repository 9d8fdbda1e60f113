"""J2, a deduction, through the pages, with every exit; honours and vetoes, which go the same way.

Happy path: basis document · proposed, the person told · his term · recusal in the committee · notice with the least,
inside the branch · confirmed. Exits: his statement convinces: dismissed, on file, never counted
(tests/browser/test_merits.py) · nobody acknowledges: it counts as delivered, and the term ends without a word ·
further evidence: told again, and his term again · proposed by whoever would post it: others post it.
Honour: claimed at a level, returned, claimed anew, decided by both bodies, its notice withdrawn and posted again;
refused, with the reason. Veto: registered on a competent body's decision, seen by him, lifted when it is changed.
"""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from ops.example.people import BRANCH, WORK_COMMITTEE
from tests.api.hung import named
from tests.api.town import Town
from tests.browser.conftest import DESK, PHONE, Days, Visit, choose, fits

MINE = f"/units/{BRANCH}/deductions"


def paper(name: str) -> dict[str, object]:
    """A file of its own."""
    return {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": f"{name} {uuid4()}".encode()}


def press(page: Page, name: str) -> None:
    """The form's own button of this name."""
    page.get_by_role("button", name=name, exact=True).click()


def voted(page: Page, verdict: str, reason: str = "") -> None:
    """The form of a body's decision."""
    page.locator("label.choice", has_text=verdict).click()
    page.fill("#minute", "纪要〔2026〕33号")
    page.set_input_files("#minute-file", paper("纪要"))  # type: ignore[arg-type]
    if reason:
        page.fill("#verdict-reason", reason)
    press(page, "登记决定")
    expect(page.locator("h2", has_text="审定").last).to_be_visible()


def proposed(page: Page, member: str, what: str, today: str, told: str) -> str:
    """A deduction is proposed by form; gives the case's path."""
    page.goto(MINE)
    page.select_option("#member", member)
    page.select_option("#what", what)
    page.fill("#matter", f"CMP-{uuid4().hex[:6]}")
    page.fill("#dated_on", today)
    page.set_input_files("#basis", paper("查核报告"))  # type: ignore[arg-type]
    page.fill("#particulars", told)
    press(page, "提出并告知本人")
    expect(page.locator(".badge.proposed").first).to_be_visible()
    return page.url.partition("?")[0].partition("//")[2].partition("/")[2]


def posted_from_home(town: Town, visit: Visit, title: str) -> Page:
    """The secretary checks and posts what waits on his page."""
    secretary = visit("secretary")
    town.settled()
    secretary.goto("/")
    secretary.get_by_role("link", name=re.compile(title)).first.click()
    press(secretary, "审查通过")
    press(secretary, "发布公示")
    expect(secretary.locator(".status-line .badge.posted")).to_be_visible()
    return secretary


def test_j2_told_not_answered_decided_without_the_recused_noticed_and_counted(days: Days) -> None:
    told = f"窗口服务投诉{uuid4().hex[:6]}"
    with days.after(1) as (town, visit):
        recorder = visit("recorder", PHONE)
        choose(recorder, "recorder", BRANCH)
        case = "/" + proposed(recorder, named("吕淏然"), "N-QZ-1 each complaint_finding", str(days.moving.today), told)
        fits(recorder)
        himself = visit("member", PHONE)
        town.settled()
        himself.goto("/")
        himself.locator("a[href*='/deductions/']", has_text="投诉").first.click()
        expect(himself.get_by_text(told)).to_be_visible()
        expect(himself.get_by_text("起视为送达")).to_be_visible()
        fits(himself)
    with days.after(6) as (town, visit):
        # Nobody acknowledged it: it counts as delivered, and the three days run.
        himself = visit("member", PHONE)
        town.settled()
        himself.goto("/")
        himself.locator("a[href*='/deductions/']", has_text="投诉").first.click()
        expect(himself.get_by_text("视为送达").first).to_be_visible()
        expect(himself.get_by_text("陈述期至")).to_be_visible()
        secretary = visit("secretary")
        town.settled()
        secretary.goto(case)
        expect(secretary.get_by_role("button", name="登记决定")).to_have_count(0)
    with days.after(4) as (town, visit):
        _decided_without_the_recused(town, visit, case, told)
        secretary = visit("secretary")
        days.moving.carry_out(days.moving.now)
        posted = posted_from_home(town, visit, "投诉经查实")
        expect(posted.locator("table.paper-lines tbody tr")).to_have_count(1)
        expect(posted.locator("article.paper")).not_to_contain_text(told)
        expect(posted.locator("article.paper")).not_to_contain_text("群众查看")
        fits(posted)
    with days.after(7) as (town, visit):
        himself = visit("member", PHONE)
        town.settled()
        himself.goto("/points")
        row = himself.locator("section.card", has_text="减分").locator("a.row", has_text="投诉")
        row.first.click()
        expect(himself.locator(".lead .badge.confirmed")).to_be_visible()
        expect(himself.locator(".lead")).to_contain_text("−2.00 分")
        fits(himself)


def _decided_without_the_recused(town: Town, visit: Visit, case: str, told: str) -> None:
    """Whoever proposed it is told why he does not vote; the others see who does not."""
    recorder = visit("recorder")
    choose(recorder, "committee_member", BRANCH)
    town.settled()
    recorder.goto(case)
    expect(recorder.get_by_text("依规回避")).to_be_visible()
    expect(recorder.get_by_role("button", name="登记决定")).to_have_count(0)
    secretary = visit("secretary", PHONE)
    town.settled()
    secretary.goto(f"/units/{BRANCH}/meeting")
    fits(secretary)
    town.settled()
    secretary.goto(case)
    expect(secretary.get_by_text(told)).to_be_visible()
    expect(secretary.locator("ul.voters li", has=secretary.locator(".badge.recused"))).to_contain_text(["秦组织"])
    voted(secretary, "同意减分")
    expect(secretary.locator(".badge.approved").first).to_be_visible()
    fits(secretary)


def test_j2_further_evidence_is_told_again_and_gives_the_term_again(days: Days) -> None:
    told = f"逾期未办结{uuid4().hex[:6]}"
    with days.after(1) as (town, visit):
        proposer = visit("committee", scripts=False)
        choose(proposer, "committee_member", BRANCH)
        case = "/" + proposed(proposer, named("陶新"), "N-WM-1 each assignment_sheet", str(days.moving.today), told)
        himself = visit("probationary", PHONE, scripts=False)
        town.settled()
        himself.goto("/")
        himself.locator("a[href*='/deductions/']").first.click()
        press(himself, "我已知悉")
        himself.fill("#statement", "交办单没有送到我手上。")
        press(himself, "提交陈述")
        expect(himself.get_by_text("交办单没有送到我手上。")).to_be_visible()
        town.settled()
        proposer.goto(case)
        proposer.locator("summary", has_text="补充依据").click()
        proposer.set_input_files("#evidence", paper("签收单"))  # type: ignore[arg-type]
        press(proposer, "补充并重新告知")
        expect(proposer.locator(".badge.proposed").first).to_be_visible()
        town.settled()
        himself.reload()
        press(himself, "我已知悉")
        himself.check("input[name=final]")
        press(himself, "提交陈述")
        expect(himself.locator(".badge.heard").first).to_be_visible()
        secretary = visit("secretary")
        town.settled()
        secretary.goto(case)
        voted(secretary, "同意减分")
        days.moving.carry_out(days.moving.now)
        # Whoever proposed it does not post it.
        town.settled()
        proposer.goto("/")
        proposer.get_by_role("link", name=re.compile("交办群众问题")).first.click()
        expect(proposer.get_by_text("由班子其他成员审查、发布")).to_be_visible()
        expect(proposer.get_by_role("button", name="审查通过")).to_have_count(0)
        posted_from_home(town, visit, "交办群众问题")


def test_an_honour_is_returned_claimed_anew_decided_twice_and_posted_again_after_a_withdrawal(days: Days) -> None:
    title = f"岗位先锋{uuid4().hex[:6]}"
    with days.after(1) as (town, visit):
        today, certificate = str(days.moving.today), paper("证书")
        himself = visit("probationary", PHONE)
        _claimed(himself, title, today, certificate)
        case = himself.url.partition("?")[0].rpartition("/")[2]
        here = f"/units/{BRANCH}/honours/{case}"
        secretary = visit("secretary")
        town.settled()
        secretary.goto(here)
        secretary.locator("summary", has_text="退回修改").click()
        secretary.fill("#reason", "证书看不清。")
        press(secretary, "退回")
        expect(secretary.locator(".badge.returned").first).to_be_visible()
        town.settled()
        himself.reload()
        expect(himself.get_by_text("证书看不清。")).to_be_visible()
        fits(himself)
        _claimed(himself, title, today, certificate)
        town.settled()
        secretary.goto(here)
        voted(secretary, "同意加分")
        leader = visit("leader")
        choose(leader, "secretary", WORK_COMMITTEE)
        town.settled()
        leader.goto(here)
        voted(leader, "同意加分")
        expect(leader.locator(".badge.approved").first).to_be_visible()
        days.moving.carry_out(days.moving.now)
        board = _withdrawn_and_posted_again(town, visit, title)
    with days.after(7) as (town, visit):
        himself = visit("probationary", PHONE)
        town.settled()
        himself.goto("/points")
        himself.locator("a.row", has_text=title).first.click()
        expect(himself.locator(".lead .badge.confirmed")).to_be_visible()
        assert board


def _claimed(page: Page, title: str, today: str, certificate: dict[str, object]) -> None:
    page.goto("/points")
    page.get_by_role("link", name="荣誉申报").first.click()
    page.select_option("#what", "H-DD-1 district commendation_document")
    page.fill("#title", title)
    page.fill("#dated_on", today)
    page.set_input_files("#certificate", certificate)  # type: ignore[arg-type]
    press(page, "提交申报")
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator(".badge.claimed").first).to_be_visible()


def _withdrawn_and_posted_again(town: Town, visit: Visit, title: str) -> str:
    secretary = posted_from_home(town, visit, title)
    secretary.locator("summary", has_text="撤回公示").click()
    secretary.fill("#why", "姓名有误,更正后再发。")
    press(secretary, "撤回公示")
    expect(secretary.get_by_text("姓名有误,更正后再发。")).to_be_visible()
    press(secretary, "更正后再公示(重新计算期限)")
    expect(secretary.locator(".status-line .badge.posted")).to_be_visible()
    fits(secretary)
    return secretary.url


def test_an_honour_is_refused_with_a_reason_that_the_claimant_reads(days: Days) -> None:
    title = f"岗位标兵{uuid4().hex[:6]}"
    with days.after(1) as (town, visit):
        himself = visit("member", DESK, scripts=False)
        _claimed(himself, title, str(days.moving.today), paper("通报"))
        case = himself.url.partition("?")[0].rpartition("/")[2]
        secretary = visit("secretary", scripts=False)
        town.settled()
        secretary.goto(f"/units/{BRANCH}/honours/{case}")
        voted(secretary, "不予加分", "通报对象是科室,不是个人。")
        town.settled()
        himself.reload()
        expect(himself.locator(".badge.refused").first).to_be_visible()
        expect(himself.get_by_text("通报对象是科室,不是个人。").first).to_be_visible()


def test_a_veto_caps_the_grade_until_its_decision_is_changed(days: Days) -> None:
    with days.after(1) as (town, visit):
        today = str(days.moving.today)
        leader, himself = visit("leader"), visit("probationary", PHONE)
        choose(leader, "secretary", WORK_COMMITTEE)
        leader.goto(f"/units/{BRANCH}/vetoes")
        form = leader.locator("form[aria-labelledby=enter]")
        form.locator("#member").select_option(named("陶新"))
        form.locator("#what").select_option("V-1 party_decision")
        form.locator("#matter").fill(f"DEC-{uuid4().hex[:6]}")
        form.locator("#issuer").fill("示例区纪委监委")
        form.locator("#occurred_on").fill(today)
        form.locator("#decided_on").fill(today)
        form.locator("#decision").set_input_files(paper("决定"))  # type: ignore[arg-type]
        form.locator("#minute").fill("工委纪要〔2026〕11号")
        form.locator("#minute-file").set_input_files(paper("纪要"))  # type: ignore[arg-type]
        form.get_by_role("button", name="登记一票否决").click()
        article = leader.locator("article.card", has_text="陶新")
        expect(article).to_contain_text("示例区纪委监委")
        town.settled()
        himself.goto("/points")
        expect(himself.get_by_text("本年度格次最高为")).to_be_visible()
        fits(himself)
        recorder = visit("recorder")
        town.settled()
        recorder.goto(f"/members/{named('陶新')}/points")
        expect(recorder.get_by_text("一票否决")).to_have_count(0)
        _lifted(leader, today)
        town.settled()
        himself.reload()
        expect(himself.get_by_text("已解除")).to_be_visible()
        expect(himself.get_by_text("本年度格次最高为")).to_have_count(0)


def _lifted(leader: Page, today: str) -> None:
    article = leader.locator("article.card", has_text="陶新")
    article.locator("summary", has_text="解除").click()
    article.locator("input[name=lifted_on]").fill(today)
    article.locator("input[name=decision_file]").set_input_files(paper("变更决定"))  # type: ignore[arg-type]
    article.locator("input[name=minute]").fill("工委纪要〔2026〕12号")
    article.locator("input[name=file]").set_input_files(paper("纪要"))  # type: ignore[arg-type]
    article.get_by_role("button", name="解除").click()
    expect(leader.locator("article.card", has_text="陶新")).to_contain_text("已解除")
    fits(leader)
