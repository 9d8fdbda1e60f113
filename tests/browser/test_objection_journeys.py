"""J3, an objection, through the pages, with every exit; and what J1 and J2 leave to it.

Happy path: receipt at once · that line suspended, the others run on · handler of the next higher organisation ·
hearing, finding, decision, reply · upheld: reversal, replacement, the line noticed anew, counted after its own term.
Exits: the handler steps back · rejected, appealed, decided by the leading group, final · partly upheld · not accepted
in time: gone up · not taken up, on a ground · withdrawn · without a name: information · after the notice: a request
for correction, which holds nothing · undecided too long: decided for the person.
"""

import re
from uuid import uuid4

from playwright.sync_api import Page, expect

from ops.example.people import BRANCH, WORK_COMMITTEE
from tests.api.hung import hung, named, read
from tests.api.test_objections import decided
from tests.api.town import PAGE, Town
from tests.browser.conftest import PHONE, Days, Visit, choose, fits

REGISTER = f"/units/{BRANCH}/objections"


def fresh(title: str) -> tuple[str, str]:
    """A code and a title that no other test has."""
    mark = uuid4().hex[:6]
    return f"YY-{mark}", f"{title}{mark}"


def objected(page: Page, what: str, reason: str) -> tuple[str, str]:
    """The three fields, sent; gives the receipt's number and secret."""
    page.select_option("#what", what)
    page.fill("#reason", reason)
    page.get_by_role("button", name="提交异议").click()
    expect(page.locator("h1")).to_have_text("异议回执")
    number, secret = page.locator("dl.facts code").all_inner_texts()
    assert re.fullmatch(r"YY-[0-9A-F]{10}", number)
    return number, secret


def followed(town: Town, page: Page, receipt: tuple[str, str]) -> None:
    """The page by the receipt's number and secret."""
    town.settled()
    page.goto("/objections/follow")
    page.fill("#receipt", receipt[0])
    page.fill("#secret", receipt[1])
    page.get_by_role("button", name="查询异议").click()
    expect(page.locator("section.card h2").first).to_contain_text(receipt[0])


def line_of(page: Page, name: str) -> str:
    """The value of the choice of somebody's line."""
    value = page.locator("#what option", has_text=name).first.get_attribute("value")
    assert value is not None
    return value


def opened(town: Town, page: Page, receipt: tuple[str, str]) -> None:
    """From the desk to the case."""
    town.settled()
    page.goto("/objections/desk")
    page.locator("a.row", has_text=receipt[0]).click()
    expect(page.locator("h1")).to_contain_text(receipt[0])


def press(page: Page, name: str) -> None:
    """The form's own button of this name."""
    page.get_by_role("button", name=name, exact=True).click()


def looked_into(page: Page, today: str, *, outcome: str, right: str | None, reply: str) -> None:
    """Heard, found, decided, and the reply handed over."""
    page.get_by_label("所涉党员").check()
    page.get_by_label("记录人").check()
    page.fill("#held_on", today)
    page.fill("#note", "双方意见均已听取。")
    press(page, "听取意见")
    expect(page.locator(".lead .badge.heard")).to_be_visible()
    page.fill("#finding", "签到簿无其本人签名。")
    press(page, "查核结果")
    expect(page.locator(".lead .badge.found")).to_be_visible()
    page.locator("label.choice", has_text=outcome).first.click()
    if right is not None:
        page.locator("#right").select_option(right)
    page.fill("#reply", reply)
    press(page, "作出决定")
    expect(page.locator(".lead .badge.decided")).to_be_visible()
    page.locator("label.choice", has_text="书面送达").click()
    press(page, "送达答复")
    expect(page.locator(".lead .badge.replied")).to_be_visible()


def test_j3_upheld_it_corrects_its_line_and_no_other(days: Days) -> None:
    code, title = fresh("主题党日")
    with days.after() as (town, visit):
        board = hung(days.moving, town, code, title)
        receipt = _filed_by_a_member(town, visit, board)
        officer = _taken_up_after_a_recusal(town, visit, receipt)
        looked_into(officer, str(days.moving.today), outcome="异议成立", right="absent", reply="更正为缺席。")
        fits(officer)
        case = officer.url
        himself = visit("probationary", PHONE)
        town.settled()
        himself.goto("/objections/mine")
        section = himself.locator("section.card", has_text=title)
        expect(section).to_contain_text("异议成立")
        expect(section).to_contain_text("更正为缺席。")
        fits(himself)
    with days.after(7) as (town, visit):
        _noticed_anew(visit, board, case)
    with days.after(6) as (town, visit):
        himself = visit("probationary", PHONE)
        himself.goto("/points")
        himself.get_by_role("link", name=re.compile("理想信念")).click()
        himself.get_by_role("link", name=re.compile(title)).first.click()
        expect(himself.locator("h1")).to_have_text(title)
        expect(himself.locator(".lead .badge.confirmed")).to_be_visible()
        expect(himself.locator(".lead")).to_contain_text("缺席")
        himself.get_by_role("link", name="更正前的记录").click()
        expect(himself.locator(".lead .badge.reversed")).to_be_visible()
        fits(himself)


def _filed_by_a_member(town: Town, visit: Visit, board: str) -> tuple[str, str]:
    member = visit("member")
    member.goto(board)
    member.get_by_role("link", name="提出异议").click()
    fits(member)
    receipt = objected(member, line_of(member, "陶新"), "当天他请假未到。")
    member.get_by_role("button", name="查询异议").click()
    expect(member.locator(".badge.filed")).to_be_visible()
    town.settled()
    member.goto(board)
    rows = member.locator("table.paper-lines tbody tr")
    expect(rows.filter(has_text="异议办理中")).to_have_count(1)
    expect(rows.filter(has_text="陶新")).to_contain_text("异议办理中")
    return receipt


def _taken_up_after_a_recusal(town: Town, visit: Visit, receipt: tuple[str, str]) -> Page:
    officer, higher = visit("officer", PHONE), visit("higher")
    choose(officer, "officer", WORK_COMMITTEE)
    opened(town, officer, receipt)
    expect(officer.get_by_text("当天他请假未到。")).to_have_count(0)
    press(officer, "受理")
    expect(officer.locator(".lead .badge.accepted")).to_be_visible()
    officer.select_option("#handler", named("沈委员"))
    press(officer, "指定承办人")
    expect(officer.locator(".lead .badge.assigned")).to_be_visible()
    choose(higher, "committee_member", WORK_COMMITTEE)
    opened(town, higher, receipt)
    expect(higher.get_by_text("当天他请假未到。")).to_be_visible()
    press(higher, "本人回避")
    expect(higher.locator(".lead .badge.accepted")).to_be_visible()
    expect(higher.get_by_text("当天他请假未到。")).to_have_count(0)
    town.settled()
    officer.reload()
    officer.select_option("#handler", named("陈工委"))
    press(officer, "指定承办人")
    expect(officer.get_by_text("当天他请假未到。")).to_be_visible()
    expect(officer.locator("section.card", has_text="仅承办人可见")).to_contain_text("吕淏然")
    fits(officer)
    return officer


def _noticed_anew(visit: Visit, board: str, case: str) -> None:
    secretary = visit("secretary")
    secretary.goto(board)
    rows = secretary.locator("table.paper-lines tbody tr")
    expect(rows.filter(has_text="已更正,另行公示")).to_have_count(1)
    secretary.goto("/" + case.partition("//")[2].partition("/")[2])
    secretary.locator("dl.facts div", has_text="更正后公示").get_by_role("link").click()
    secretary.get_by_role("button", name="审查通过").click()
    secretary.get_by_role("button", name="发布公示").click()
    expect(secretary.locator(".status-line .badge.posted")).to_be_visible()
    expect(secretary.locator("table.paper-lines tbody tr")).to_contain_text("缺席")


def test_j3_the_public_objects_and_appeals_on_a_phone_without_a_script(days: Days) -> None:
    code, title = fresh("窗口开放日")
    with days.after(1) as (town, visit):
        board = hung(days.moving, town, code, title)
        link = read(town.acting("secretary", "secretary", BRANCH), board)["link"]
        public = visit(None, PHONE, scripts=False)
        public.goto(link[link.index("/public/") :])
        public.fill("#name", "王女士")
        public.fill("#contact", "138-0000-0000")
        receipt = objected(public, line_of(public, "华昇"), "他当天不在窗口。")
        town.settled()
        rows = read(town.acting("secretary", "secretary", BRANCH), REGISTER)["objections"]
        decided(town, next(one["objection"] for one in rows if one["receipt"] == receipt[0]), "rejected")
        town.settled()
        followed(town, public, receipt)
        expect(public.get_by_text("异议不成立", exact=True)).to_be_visible()
        expect(public.get_by_text("答复如下。")).to_be_visible()
        public.fill("#reason", "监控可以调取。")
        press(public, "申请复核")
        expect(public.locator(".badge.appealed")).to_be_visible()
        town.settled()
        _decided_by_the_leading_group(town, visit, receipt)
    with days.after(1) as (town, visit):
        public = visit(None, PHONE, scripts=False)
        followed(town, public, receipt)
        expect(public.get_by_text("维持原决定。")).to_be_visible()
        expect(public.get_by_text("已归档")).to_be_visible()
        expect(public.get_by_role("button", name="申请复核")).to_have_count(0)
        free = read(town.acting("secretary", "secretary", BRANCH), board)["lines"]
        assert {one["state"] for one in free} == {"open"}


def _decided_by_the_leading_group(town: Town, visit: Visit, receipt: tuple[str, str]) -> None:
    leader = visit("leader", PHONE, scripts=False)
    choose(leader, "leading_group", WORK_COMMITTEE)
    opened(town, leader, receipt)
    expect(leader.get_by_text("监控可以调取。")).to_be_visible()
    leader.locator("label.choice", has_text="异议不成立").click()
    leader.fill("#minute", "领导小组纪要〔2026〕5号")
    leader.set_input_files("#file", {"name": "纪要.pdf", "mimeType": "application/pdf", "buffer": b"minute"})
    leader.fill("#reply", "维持原决定。")
    press(leader, "复核决定")
    expect(leader.locator(".lead .badge.final")).to_be_visible()


def test_j3_declined_withdrawn_nameless_partly_and_late(days: Days) -> None:
    """Four objections to one notice, and one after it."""
    code, title = fresh("志愿服务")
    with days.after(1) as (town, visit):
        board = hung(days.moving, town, code, title)
        link = read(town.acting("secretary", "secretary", BRANCH), board)["link"]
        path = link[link.index("/public/") :]
        public, officer = visit(None, PHONE), visit("officer")
        choose(officer, "officer", WORK_COMMITTEE)

        def said(what: str, *, name: str = "赵先生") -> tuple[str, str]:
            public.goto(path)
            public.fill("#name", name)
            public.fill("#contact", "院内" if name else "")
            receipt = objected(public, what, "公示栏太高,看不到。")
            town.settled()
            return receipt

        _declined(town, officer, public, said("procedure"))
        _withdrawn(town, public, said("procedure"))
        nameless = said("procedure", name="")
        followed(town, public, nameless)
        expect(public.get_by_text("匿名,作为情况反映")).to_be_visible()
        fits(public)
        _partly(town, officer, said("procedure"), str(days.moving.today))
    with days.after(5) as (town, visit):
        assert town.known("").get(path, headers=PAGE).status_code == 410
        recorder = visit("recorder", PHONE)
        choose(recorder, "recorder", BRANCH)
        recorder.goto(REGISTER)
        expect(recorder.locator("a.row", has_text=nameless[0])).to_contain_text("匿名,作为情况反映")
        fits(recorder)


def _declined(town: Town, officer: Page, public: Page, receipt: tuple[str, str]) -> None:
    opened(town, officer, receipt)
    officer.locator("summary", has_text="不予受理").click()
    officer.select_option("#ground", "outside")
    officer.fill("#reason", "公示栏位置不属本次公示事项。")
    press(officer, "不予受理")
    expect(officer.locator(".lead .badge.declined")).to_be_visible()
    followed(town, public, receipt)
    expect(public.get_by_text("公示栏位置不属本次公示事项。")).to_be_visible()
    expect(public.get_by_role("button", name="申请复核")).to_be_visible()


def _withdrawn(town: Town, public: Page, receipt: tuple[str, str]) -> None:
    followed(town, public, receipt)
    press(public, "撤回异议")
    expect(public.get_by_text("已归档")).to_be_visible()
    expect(public.locator("ol.steps")).to_contain_text("撤回")


def _partly(town: Town, officer: Page, receipt: tuple[str, str], today: str) -> None:
    opened(town, officer, receipt)
    press(officer, "受理")
    officer.select_option("#handler", named("陈工委"))
    press(officer, "指定承办人")
    expect(officer.locator(".lead .badge.assigned")).to_be_visible()
    expect(officer.locator("#right")).to_have_count(0)
    looked_into(officer, today, outcome="异议部分成立", right=None, reply="公示栏已下移。")


def test_j3_what_nobody_takes_up_goes_up_and_what_nobody_decides_falls_for_the_person(days: Days) -> None:
    code, title = fresh("集中学习")
    with days.after(1) as (town, visit):
        board = hung(days.moving, town, code, title, absent=[named("陶新")])
        himself = visit("probationary", PHONE)
        himself.goto(f"{board}/objections/new")
        receipt = objected(himself, line_of(himself, "陶新"), "我当天到会,有签到。")
    with days.after(4) as (town, visit):
        officer = visit("officer")
        choose(officer, "officer", WORK_COMMITTEE)
        officer.goto("/objections/desk")
        row = officer.locator("a.row", has_text=receipt[0])
        expect(row).to_contain_text("已逾期上提")
        himself = visit("probationary", PHONE)
        followed(town, himself, receipt)
        expect(himself.locator("ol.steps")).to_contain_text("逾期上提")
        fits(himself)
    with days.after(44) as (town, visit):
        himself = visit("probationary", PHONE)
        followed(town, himself, receipt)
        expect(himself.get_by_text("已归档")).to_be_visible()
        lines = read(town.acting("secretary", "secretary", BRANCH), board)["lines"]
        assert [one["state"] for one in lines if one["name"].endswith("陶新")] == ["corrected"]
        assert {one["state"] for one in lines if not one["name"].endswith("陶新")} == {"open"}
