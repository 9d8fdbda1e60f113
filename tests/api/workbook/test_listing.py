"""Lists of people, offices, honours, deductions, past years: all or nothing, every error at its cell, twice is once."""

import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
import openpyxl
import pytest
from msgspec.structs import replace
from openpyxl.utils import get_column_letter

from api.workbook.directory import Directory
from api.workbook.listing import ListDry, Surroundings, plan_list
from api.workbook.lists import LISTS
from api.workbook.mark import mark
from api.workbook.template import list_template
from domain.actor import Actor
from domain.decider import NAMESPACE
from domain.history.past_rules import EnterPastRules
from domain.history.past_year import ImportPastRecord, ImportPastResult
from domain.organisation.appointments import AppointRole
from domain.organisation.describing import DescribeMember
from domain.organisation.member import RegisterMember
from domain.recording.claiming import ClaimHonour
from domain.recording.proposing import ProposeDeduction
from tests.api.workbook.books import DIRECTORY, ROSTER, RULES
from tests.domain import branch
from tests.domain.amounts import more_asked
from tests.domain.branch import AS_OFFICER, AS_RECORDER, AT, BRANCH, SCHEME
from tests.domain.given import World
from tests.domain.past import entered

Cells = Mapping[str, Any]

NEWCOMER: Cells = {
    "work_number": "0101",
    "name": "新一",
    "profile": "full",
    "present_from": date(2026, 5, 1),
    "unit": BRANCH,
}
SAID: Cells = {
    "work_number": "0007",
    "name": "周七",
    "born": 1985,
    "sex": "女",
    "disability": "no",
    "unit": BRANCH,
}
YOUTH: Cells = {
    "work_number": "0007",
    "name": "周七",
    "role": "委员",
    "from_on": date(2026, 5, 1),
    "unit": BRANCH,
}
PRIZE: Cells = {
    "work_number": "0007",
    "name": "周七",
    "title": "区级征文获奖",
    "matter": "AW-1",
    "item": "H-LX-1",
    "level": "district",
    "dated_on": date(2026, 5, 6),
    "evidence_kind": "award_certificate",
    "document": "签到表0512.jpg",
}
LATE: Cells = {
    "work_number": "0007",
    "name": "周七",
    "matter": "JB-1",
    "item": "N-WM-1",
    "level": "each",
    "dated_on": date(2026, 5, 6),
    "evidence_kind": "assignment_sheet",
    "document": "a" * 64,
    "particulars": "交办问题逾期",
}
RULES_OF_2016: Cells = {
    "version": "trial-2016",
    "title": "党员积分制管理实施意见(试行)",
    "number": "区级机关工委〔2016〕5号",
    "effective_on": date(2016, 3, 1),
    "last_on": date(2016, 12, 31),
    "periods": "H1 06-30;H2 12-31;Y 12-31",
    "grades": "优秀、合格、基本合格、不合格",
    "document": "a" * 64,
}
RESULT_OF_2017: Cells = {
    "work_number": "0007",
    "name": "周七",
    "year": 2017,
    "period": "年度",
    "total": 88.5,
    "base": "80.00",
    "grade": "优秀",
    "document": "a" * 64,
    "unit": BRANCH,
}
RECORD_OF_2017: Cells = {
    "work_number": "0007",
    "name": "周七",
    "kind": "荣誉清单",
    "matter": "ZW-2017-1",
    "item": "RY-3",
    "title": "征文获奖",
    "occurred_on": date(2017, 5, 4),
    "points": 2,
    "document": "b" * 64,
    "unit": BRANCH,
}
CASES = {
    "members": (NEWCOMER, AS_OFFICER, RegisterMember),
    "traits": (SAID, AS_OFFICER, DescribeMember),
    "appointments": (YOUTH, AS_OFFICER, AppointRole),
    "honours": (PRIZE, AS_RECORDER, ClaimHonour),
    "deductions": (LATE, AS_RECORDER, ProposeDeduction),
    "past-rules": (RULES_OF_2016, AS_OFFICER, EnterPastRules),
    "past-results": (RESULT_OF_2017, AS_OFFICER, ImportPastResult),
    "past-records": (RECORD_OF_2017, AS_OFFICER, ImportPastRecord),
}


def filled(kind: str, rows: Sequence[Cells]) -> bytes:
    """The template of a list, filled in."""
    layout = LISTS[kind]
    book = openpyxl.load_workbook(io.BytesIO(list_template(kind, unit_title="浦口一支部", roster=ROSTER, scheme=RULES)))
    keys = [column.key for column in layout.columns]
    for number, cells in enumerate(rows, start=2):
        for key, value in cells.items():
            book[layout.zh].cell(number, keys.index(key) + 1, value)
    into = io.BytesIO()
    book.save(into)
    return into.getvalue()


def planned(
    kind: str, data: bytes, world: World, actor: Actor, directory: Directory = DIRECTORY, at: datetime = AT
) -> ListDry:
    """The dry run of a list over a past in memory."""
    holders: dict[str, UUID] = {}
    return plan_list(
        kind,
        data,
        filename=f"{kind}.xlsx",
        directory=directory,
        actor=actor,
        at=at,
        salt=lambda: "c2FsdC1vZi0xMjgtYml0cw",
        pseudonym=lambda number: uuid5(NAMESPACE, f"test/{number}"),
        house=Surroundings(load=world.load, known=world.known, holder=lambda one: holders.get(one[0].value)),
    )


def codes_of(dry: ListDry) -> list[tuple[str, str]]:
    """(column, code) of every finding."""
    return [(one.column, one.code) for one in dry.findings]


@pytest.fixture
def world() -> World:
    return branch.RULED.given(entered("formal-2017", date(2017, 1, 1))).world


@pytest.mark.parametrize("kind", CASES)
def test_a_clean_list_becomes_wishes_that_the_house_grants_once(kind: str, world: World) -> None:
    row, actor, wanted = CASES[kind]
    data = filled(kind, [row])
    dry = planned(kind, data, world, actor)
    assert dry.findings == ()
    assert [type(command) for command in dry.commands] == [wanted]
    for command in dry.commands:
        world.execute(command)
    again = planned(kind, data, world, actor)
    assert (again.findings, again.commands, again.summary.on_record) == ((), (), 1)


@pytest.mark.parametrize("kind", CASES)
def test_one_error_and_there_is_no_wish(kind: str, world: World) -> None:
    row, actor, _ = CASES[kind]
    key = "name" if "name" in row else "number"
    dry = planned(kind, filled(kind, [row, {**row, key: None}]), world, actor)
    assert dry.commands == ()
    assert {finding.row for finding in dry.findings} == {3}
    assert {finding.code for finding in dry.findings} == {"value-missing", "row-twice"}
    assert openpyxl.load_workbook(io.BytesIO(mark(dry.book, dry.findings))).sheetnames[-1] == "问题"


@pytest.mark.parametrize(
    ("kind", "key", "value", "code"),
    [
        ("members", "profile", "贵宾 x", "profile-unknown"),
        ("members", "present_from", date(2027, 1, 1), "day-in-future"),
        ("members", "unit", "NOWHERE", "unit-unknown"),
        ("traits", "born", 85, "born-wrong"),
        ("traits", "born", "1985;sex=male", "born-wrong"),
        ("traits", "sex", "X", "trait-unknown"),
        ("traits", "disability", "轻微", "trait-unknown"),
        ("traits", "work_number", "0999", "member-unknown"),
        ("traits", "unit", "GW", "not-on-roster"),
        ("appointments", "role", "主席", "role-unknown"),
        ("appointments", "work_number", "0999", "member-unknown"),
        ("appointments", "until_on", date(2026, 4, 1), "term-backwards"),
        ("honours", "level", "宇宙级", "level-unknown"),
        ("honours", "item", "N-WM-1", "honour-unknown"),
        ("honours", "document", "没有的.jpg", "evidence-file-unknown"),
        ("honours", "condition", "下雪", "condition-unknown"),
        ("honours", "share", "第一作者", "share-unknown"),
        ("honours", "quantity", 2, "quantity-outside-rule"),
        ("deductions", "quantity", "两次", "quantity-wrong"),
        ("deductions", "dated_on", "昨天", "date-wrong"),
        ("deductions", "evidence_kind", "sign_in_list", "evidence-missing"),
        ("past-rules", "periods", "上半年到六月", "periods-wrong"),
        ("past-rules", "grades", "优秀、★", "grade-unknown"),
        ("past-rules", "last_on", date(2017, 3, 1), "past-rules-overlap"),
        ("past-rules", "version", "formal-2017", "past-rules-known"),
        ("past-rules", "effective_on", date(2026, 1, 1), "past-rules-malformed"),
        ("past-rules", "number", "文" * 65, "text-too-long"),
        ("past-results", "year", "一七年", "year-wrong"),
        ("past-results", "year", 2016, "past-rules-missing"),
        ("past-results", "year", 2026, "assessed-here"),
        ("past-results", "period", "Q1", "not-of-past-rules"),
        ("past-results", "grade", "★★", "grade-unknown"),
        ("past-results", "total", "八十八", "quantity-wrong"),
        ("past-results", "name", "周八", "name-differs"),
        ("past-records", "kind", "红黑榜", "past-kind-unknown"),
        ("past-records", "occurred_on", date(2026, 5, 4), "assessed-here"),
        ("past-records", "occurred_on", date(2012, 5, 4), "past-rules-missing"),
    ],
)
def test_what_is_wrong_is_said_at_its_row(kind: str, key: str, value: object, code: str, world: World) -> None:
    row, actor, _ = CASES[kind]
    dry = planned(kind, filled(kind, [{**row, key: value}]), world, actor)
    assert dry.commands == ()
    assert code in {finding.code for finding in dry.findings}
    assert {(finding.sheet, finding.row) for finding in dry.findings} == {(LISTS[kind].zh, 2)}


@pytest.mark.parametrize("kind", ["honours", "deductions"])
def test_where_no_calendar_says_whether_entry_has_closed_the_cell_of_the_reason_is_named(
    kind: str, world: World
) -> None:
    row, actor, _ = CASES[kind]
    eve, new_year = {**row, "dated_on": date(2026, 12, 31)}, datetime(2027, 1, 4, tzinfo=UTC)
    (found,) = planned(kind, filled(kind, [eve]), world, actor, at=new_year).findings
    columns = [column.key for column in LISTS[kind].columns]
    assert (found.code, found.column) == ("no-calendar", get_column_letter(columns.index("late_reason") + 1))
    dry = planned(kind, filled(kind, [eve | {"late_reason": "记录员住院"}]), world, actor, at=new_year)
    # Of a deduction the term for a statement cannot be counted either, and no reason helps against that.
    assert codes_of(dry) == ([] if kind == "honours" else [("A", "no-calendar")])


def test_traits_are_sealed_as_far_as_they_are_said_and_a_row_that_says_none_is_not_read(world: World) -> None:
    silent = {**SAID, "work_number": "0008", "name": "吴八", "born": None, "sex": None, "disability": None}
    dry = planned("traits", filled("traits", [{**SAID, "sex": None}, silent]), world, AS_OFFICER)
    (said,) = dry.commands
    assert isinstance(said, DescribeMember)
    assert said.traits.value == "born=1985;disability=no"
    assert said.traits.subject == said.member


def test_a_row_says_the_points_chosen_the_condition_and_the_place_in_a_group() -> None:
    document = msgspec.json.encode(more_asked(SCHEME))
    draft = replace(branch.drafted("v1"), document=msgspec.Raw(document))
    asked = branch.organised().given(draft, branch.approved("v1"), branch.published("v1"), branch.calendar(2026))
    directory = replace(DIRECTORY, schemes={})
    award = {"item": "H-1", "level": "district", "evidence_kind": "paper", "quantity": 2.5, "share": "part"}
    row = {**PRIZE, **award, "condition": "media", "choice_reason": "影响较大"}
    (claim,) = planned("honours", filled("honours", [row]), asked.world, AS_RECORDER, directory).commands
    assert isinstance(claim, ClaimHonour)
    assert (claim.quantity, claim.share, claim.condition) == ("2.50", "part", "media")
    assert claim.choice_reason is not None
    silent = planned("honours", filled("honours", [{**row, "choice_reason": None}]), asked.world, AS_RECORDER)
    assert [finding.code for finding in silent.findings] == ["range-reason-missing"]


def test_a_row_without_organisation_is_about_the_one_for_which_the_list_is_brought(world: World) -> None:
    row = {key: value for key, value in NEWCOMER.items() if key != "unit"}
    (command,) = planned("members", filled("members", [row]), world, AS_OFFICER).commands
    assert command.target() == branch.TOP


@pytest.mark.parametrize("kind", LISTS)
def test_the_same_template_is_the_same_bytes(kind: str) -> None:
    first, second = (list_template(kind, unit_title="x", roster=ROSTER, scheme=RULES) for _ in range(2))
    assert first == second
