"""A recorder's month: template, filled in, read, rehearsed, executed; and everything that stops it."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest
from openpyxl import Workbook

from api.workbook.columns import MARKS, MATTERS
from api.workbook.findings import SENTENCES
from domain.actor import person
from domain.decider import NotPermitted
from domain.recording.filling import FillSheet, OpenSheet, SubmitSheet
from domain.recording.matter import MATTER, AttachEvidence, DropMatter, Held, HoldMatter, NotHeld, PlanMatter
from domain.recording.sheet import SHEET, Sheet
from tests.api.workbook.books import (
    DIRECTORY,
    LECTURE,
    MARK_HEADINGS,
    MATTER_HEADINGS,
    NAMES,
    PARTY_DAY,
    bare,
    blank,
    codes,
    dry_run,
    edited,
    mark,
    month,
)
from tests.domain import branch
from tests.domain.given import World
from tests.domain.recording.test_amounts import ASKED


@pytest.fixture
def world() -> World:
    return branch.RULED.world.copy()


def sheet_in(world: World, matter: str = "MT-0512", item: str = branch.STUDY) -> Sheet:
    found = world[SHEET.of(branch.BRANCH, matter, item)]
    assert isinstance(found, Sheet)
    return found


def taken_in(world: World, data: bytes, **options: object) -> World:
    dry = dry_run(data, world, **options)
    assert dry.findings == ()
    for command in dry.commands:
        world.execute(command)
    return world


def test_a_month_becomes_wishes_in_order_and_is_never_submitted(world: World) -> None:
    data = month([PARTY_DAY, LECTURE], [mark(branch.MEMBER, outcome="请假"), mark(branch.OTHER, outcome="缺席")])
    dry = dry_run(data, world)
    assert dry.findings == ()
    assert [type(command) for command in dry.commands] == [
        PlanMatter,
        HoldMatter,
        AttachEvidence,
        OpenSheet,
        FillSheet,
        PlanMatter,
        DropMatter,
    ]
    assert not any(isinstance(command, SubmitSheet) for command in dry.commands)
    assert (dry.summary.matters, dry.summary.held, dry.summary.not_held, dry.summary.marks) == (2, 1, 1, 2)


def test_who_is_not_named_was_present_and_the_recorder_is_left_to_the_substitute(world: World) -> None:
    taken_in(world, month(marks=[mark(branch.MEMBER, outcome="请假"), mark(branch.OTHER, outcome="缺席")]))
    said = {member: line.outcome for member, line in sheet_in(world).lines.items()}
    assert said[branch.MEMBER] == "excused"
    assert said[branch.OTHER] == "absent"
    assert branch.RECORDER not in said
    assert {
        said[member] for member in branch.PEOPLE if member not in (branch.RECORDER, branch.MEMBER, branch.OTHER)
    } == {"attended"}


def test_a_matter_without_rows_means_all_were_present(world: World) -> None:
    taken_in(world, month())
    assert {line.outcome for line in sheet_in(world).lines.values()} == {"attended"}


def test_what_the_workbook_says_stands_in_the_ledger(world: World) -> None:
    taken_in(world, month([PARTY_DAY, LECTURE]))
    matter = world[MATTER.of(branch.BRANCH, "MT-0512")]
    assert isinstance(matter, Held)
    assert matter.occurred_on == date(2026, 5, 12)
    assert [(paper.kind, paper.sha256) for paper in matter.evidence] == [("sign_in_list", branch.digest("sign-in"))]
    assert isinstance(world[MATTER.of(branch.BRANCH, "MT-0520")], NotHeld)


def test_only_planned_matters_are_planned(world: World) -> None:
    later = {"matter": "MT-0612", "kind": "study_session", "title": "六月党日", "planned_on": date(2026, 6, 12)}
    assert [type(command) for command in dry_run(month([later]), world).commands] == [PlanMatter]


def test_the_same_file_twice_wishes_the_same_and_then_nothing(world: World) -> None:
    data = month([PARTY_DAY, LECTURE], [mark(branch.MEMBER, outcome="请假")])
    first, second = dry_run(data, world), dry_run(data, world)
    assert [command.id for command in first.commands] == [command.id for command in second.commands]
    taken_in(world, data)
    facts = len(world.facts)
    again = dry_run(data, world)
    assert (again.commands, again.findings) == ((), ())
    assert again.summary.on_record == len(first.commands)
    taken_in(world, data)
    assert len(world.facts) == facts


def test_an_import_that_stopped_half_way_goes_on_where_it_stopped(world: World) -> None:
    data = month([PARTY_DAY, LECTURE], [mark(branch.MEMBER, outcome="请假")])
    whole = dry_run(data, world).commands
    for done in range(len(whole)):
        broken_off = branch.RULED.world.copy()
        for command in whole[:done]:
            broken_off.execute(command)
        assert [c.id for c in dry_run(data, broken_off).commands] == [c.id for c in whole[done:]]


def test_another_persons_upload_of_the_same_file_has_ids_of_its_own(world: World) -> None:
    data = month()
    mine, yours = dry_run(data, world), dry_run(data, world, actor=branch.AS_SUBSTITUTE)
    assert not {c.id for c in mine.commands} & {c.id for c in yours.commands}


def test_a_corrected_file_changes_only_what_changed(world: World) -> None:
    taken_in(world, month(marks=[mark(branch.MEMBER, outcome="缺席")]))
    before = len(world.facts)
    taken_in(world, month(marks=[mark(branch.MEMBER, outcome="请假")]))
    assert len(world.facts) == before + 1
    assert sheet_in(world).lines[branch.MEMBER].outcome == "excused"


def test_rows_of_last_week_may_stay_after_their_sheet_was_submitted(world: World) -> None:
    marks = [mark(branch.MEMBER, outcome="缺席")]
    taken_in(world, month(marks=marks))
    taken_in(world, month([], [mark(branch.RECORDER, outcome="出席")]), actor=branch.AS_SUBSTITUTE)
    world.execute(branch.submitted())
    second = dict(PARTY_DAY) | {"matter": "MT-0519", "planned_on": "2026/5/13", "held_on": "2026年5月13日"}
    dry = dry_run(month([PARTY_DAY, second], marks), world)
    assert dry.findings == ()
    assert {getattr(command, "matter", None) for command in dry.commands} == {"MT-0519"}
    changed = dry_run(month([PARTY_DAY], [mark(branch.MEMBER, outcome="请假")]), world)
    assert codes(changed) == [("记分", 10, "D", "sheet-not-draft")]


def test_a_substitute_who_names_the_recorder_says_nothing_of_the_others(world: World) -> None:
    taken_in(world, month(marks=[mark(branch.MEMBER, outcome="缺席")]))
    before = len(world.facts)
    taken_in(world, month([], [mark(branch.RECORDER, outcome="请假")]), actor=branch.AS_SUBSTITUTE)
    assert len(world.facts) == before + 1
    assert sheet_in(world).lines[branch.MEMBER].outcome == "absent"
    assert sheet_in(world).lines[branch.RECORDER].outcome == "excused"


def test_who_is_no_longer_named_in_a_corrected_file_was_present(world: World) -> None:
    taken_in(world, month(marks=[mark(branch.MEMBER, outcome="缺席")]))
    taken_in(world, month())
    assert sheet_in(world).lines[branch.MEMBER].outcome == "attended"


def test_marks_for_a_matter_on_record_need_no_row_of_their_own_for_it(world: World) -> None:
    for command in (branch.planned(), branch.held(), branch.evidenced()):
        world.execute(command)
    taken_in(world, month([], [mark(branch.MEMBER, outcome="缺席")]))
    assert sheet_in(world).lines[branch.MEMBER].outcome == "absent"
    assert sheet_in(world).lines[branch.OTHER].outcome == "attended"


def test_deeds_name_each_person_with_quantity_and_hours(world: World) -> None:
    service = dict(PARTY_DAY) | {
        "matter": "VS-1",
        "kind": "volunteer_service",
        "evidence_kind": "service_hours",
        "evidence": branch.digest("hours"),
    }
    taken_in(world, month([service], [mark(branch.MEMBER, "VS-1", "R-WM-3", outcome="得分", quantity=2, hours=4.5)]))
    line = sheet_in(world, "VS-1", "R-WM-3").lines[branch.MEMBER]
    assert (line.outcome, line.quantity) == ("earned", "2.00")
    assert len(sheet_in(world, "VS-1", "R-WM-3").lines) == 1


def test_everything_that_is_wrong_is_found_at_once_and_nothing_is_wished(world: World) -> None:
    wrong = dict(PARTY_DAY) | {"matter": "甲 1", "planned_on": "五月十二", "held_on": "昨天"}
    again = dict(PARTY_DAY)
    lecture = {key: value for key, value in LECTURE.items() if key != "reason"}
    marks = [
        mark(branch.MEMBER, outcome="出席") | {"name": "周八"},
        mark(branch.OTHER, outcome="走神"),
        mark(branch.OTHER, outcome="缺席", quantity=0.125),
        mark(branch.OTHER, outcome="缺席") | {"work_number": "9999"},
        mark(branch.OTHER, "MT-9999", outcome="缺席"),
        mark(branch.OTHER, "MT-0520", outcome="缺席"),
        mark(branch.YOUTH, outcome="缺席"),
        mark(branch.YOUTH, outcome="请假"),
    ]
    dry = dry_run(month([PARTY_DAY, wrong, again, lecture], marks), world)
    assert dry.commands == ()
    first = 2 + len(NAMES)
    assert codes(dry) == [
        ("事项", 3, "A", "code-malformed"),
        ("事项", 3, "D", "date-wrong"),
        ("事项", 3, "E", "held-on-wrong"),
        ("事项", 4, "A", "matter-twice"),
        ("事项", 5, "F", "reason-missing"),
        ("记分", first, "B", "name-differs"),
        ("记分", first + 1, "E", "outcome-unknown"),
        ("记分", first + 2, "A", "line-twice"),
        ("记分", first + 2, "F", "quantity-wrong"),
        ("记分", first + 3, "A", "member-unknown"),
        ("记分", first + 4, "C", "matter-not-listed"),
        ("记分", first + 5, "C", "matter-not-held"),
        ("记分", first + 7, "A", "line-twice"),
    ]
    assert all(finding.zh and finding.en for finding in dry.findings)


DOMAIN_REFUSALS: list[tuple[str, dict[str, Any], list[dict[str, Any]], tuple[str, int, str, str]]] = [
    ("day to come", {"held_on": date(2026, 5, 14)}, [], ("事项", 2, "E", "day-in-future")),
    ("unknown kind", {"kind": "tea"}, [], ("事项", 2, "B", "matter-kind-unknown")),
    ("unknown evidence", {"evidence_kind": "rumour"}, [], ("事项", 2, "H", "evidence-kind-unknown")),
    (
        "late without a reason",
        {"held_on": date(2026, 4, 1), "planned_on": date(2026, 4, 1)},
        [],
        ("事项", 2, "G", "late-reason-missing"),
    ),
    ("before any rule set", {"planned_on": date(2025, 5, 1)}, [], ("事项", 2, "A", "no-rule-in-force")),
    ("outcome of another mode", {}, [{"outcome": "完成"}], ("记分", 10, "E", "outcome-not-of-item")),
    ("two of one attendance", {}, [{"outcome": "缺席", "quantity": 2}], ("记分", 10, "F", "quantity-outside-rule")),
    ("item of another kind", {}, [{"outcome": "缺席", "item": "R-LX-2"}], ("记分", 10, "D", "item-not-of-matter")),
    ("unknown item", {}, [{"outcome": "缺席", "item": "R-XX-1"}], ("记分", 10, "D", "item-unknown")),
    (
        "a presumed item",
        {"kind": "performance_review"},
        [{"outcome": "缺席", "item": "R-QZ-1"}],
        ("记分", 10, "D", "shortfall-needs-procedure"),
    ),
]


@pytest.mark.parametrize(
    ("matter", "marks", "expected"), [c[1:] for c in DOMAIN_REFUSALS], ids=[c[0] for c in DOMAIN_REFUSALS]
)
def test_what_the_domain_refuses_is_said_at_its_cell(
    world: World, matter: dict[str, Any], marks: list[dict[str, Any]], expected: tuple[str, int, str, str]
) -> None:
    rows = [dict(mark(branch.MEMBER)) | cells for cells in marks]
    dry = dry_run(month([dict(PARTY_DAY) | matter], rows), world)
    assert codes(dry) == [expected]
    assert dry.commands == ()


def test_each_bad_line_of_a_sheet_is_found_not_only_the_first(world: World) -> None:
    marks = [
        mark(branch.RECORDER, outcome="缺席"),
        mark(branch.MEMBER, outcome="缺席"),
        mark(branch.OTHER, outcome="得分"),
        mark(branch.YOUTH, outcome="缺席", quantity=3),
    ]
    assert codes(dry_run(month(marks=marks), world)) == [
        ("记分", 10, "A", "own-points"),
        ("记分", 12, "E", "outcome-not-of-item"),
        ("记分", 13, "F", "quantity-outside-rule"),
    ]


def test_too_few_hours_are_said_at_the_hours(world: World) -> None:
    service = dict(PARTY_DAY) | {"matter": "VS-1", "kind": "volunteer_service"}
    marks = [mark(branch.MEMBER, "VS-1", "R-WM-3", outcome="得分", hours=1.5)]
    assert codes(dry_run(month([service], marks), world)) == [("记分", 10, "G", "quantity-outside-rule")]


def test_a_late_entry_with_its_reason_is_taken(world: World) -> None:
    late = dict(PARTY_DAY) | {"held_on": "2026-04-01", "planned_on": "2026-04-01", "late_reason": "记录员住院"}
    taken_in(world, month([late]))
    assert sheet_in(world).late


def test_where_no_calendar_says_whether_entry_has_closed_the_cell_of_the_reason_is_named(world: World) -> None:
    """Of New Year's Eve, brought when no calendar of the new year is published yet: a reason lets it in."""
    eve, new_year = (
        dict(PARTY_DAY) | dict.fromkeys(("held_on", "planned_on"), "2026-12-31"),
        datetime(2027, 1, 4, tzinfo=UTC),
    )
    assert codes(dry_run(month([eve]), world, at=new_year)) == [("事项", 2, "G", "no-calendar")]
    assert dry_run(month([eve | {"late_reason": "记录员住院"}]), world, at=new_year).findings == ()


def test_a_sheet_opened_in_time_and_filled_late_by_the_workbook_takes_the_reason(world: World) -> None:
    commands = dry_run(month([dict(PARTY_DAY) | {"late_reason": "记录员住院"}]), world).commands
    opening = next(command for command in commands if isinstance(command, OpenSheet))
    filling = next(command for command in commands if isinstance(command, FillSheet))
    assert opening.late_reason is not None
    assert filling.late_reason is not None
    assert filling.late_reason.value == "记录员住院"


def test_a_matter_on_record_with_another_day_or_title_is_refused(world: World) -> None:
    taken_in(world, month())
    assert codes(dry_run(month([dict(PARTY_DAY) | {"held_on": date(2026, 5, 11)}]), world)) == [
        ("事项", 2, "E", "matter-settled")
    ]
    assert codes(dry_run(month([dict(PARTY_DAY) | {"title": "别的"}]), world)) == [("事项", 2, "A", "matter-differs")]


def test_a_deed_without_rows_is_asked_for_them(world: World) -> None:
    visit = dict(PARTY_DAY) | {"kind": "visit", "evidence_kind": "visit_register"}
    assert codes(dry_run(month([visit]), world)) == [("事项", 2, "B", "lines-missing")]


def test_evidence_needs_its_kind_its_document_and_a_day(world: World) -> None:
    def found(**cells: object) -> list[tuple[str, int, str, str]]:
        return codes(dry_run(month([dict(PARTY_DAY) | cells]), world))

    assert found(evidence_kind=None) == [("事项", 2, "H", "evidence-incomplete")]
    assert found(evidence=None) == [("事项", 2, "I", "evidence-incomplete")]
    assert found(evidence="不存在.jpg") == [("事项", 2, "I", "evidence-file-unknown")]
    assert found(held_on=None) == [("事项", 2, "I", "evidence-unneeded")]


def test_several_documents_of_one_kind_are_attached_once_each(world: World) -> None:
    papers = f"签到表0512.jpg;{branch.digest('second').upper()}\n签到表0512.jpg"
    dry = dry_run(month([dict(PARTY_DAY) | {"evidence": papers}]), world)
    attached = [command.sha256 for command in dry.commands if isinstance(command, AttachEvidence)]
    assert attached == [branch.digest("sign-in"), branch.digest("second")]


def test_possible_duplicates_and_missing_evidence_are_hints_and_stop_nothing(world: World) -> None:
    alike = {key: value for key, value in PARTY_DAY.items() if not key.startswith("evidence")} | {"matter": "MT-0512B"}
    dry = dry_run(month([PARTY_DAY, alike]), world)
    assert dry.findings == ()
    assert [(hint.row, hint.code) for hint in dry.hints] == [(3, "matter-alike"), (3, "evidence-later")]


def test_who_may_not_record_is_refused_as_a_whole(world: World) -> None:
    for actor in (
        branch.AS_SECRETARY,
        person(branch.MEMBER, "recorder", branch.BRANCH),
        person(branch.RECORDER, "recorder", branch.TOP),
        branch.PROCESS,
    ):
        with pytest.raises(NotPermitted):
            dry_run(month(), world, actor=actor)


def test_a_dry_run_changes_nothing(world: World) -> None:
    before, facts = dict(world.states), list(world.facts)
    dry_run(month(marks=[mark(branch.MEMBER, outcome="缺席")]), world)
    assert (world.states, world.facts) == (before, facts)


def test_the_untouched_template_says_nothing(world: World) -> None:
    dry = dry_run(blank(), world)
    assert (dry.commands, dry.findings, dry.summary.matters) == ((), (), 0)


def test_people_paste_in_their_own_ways(world: World) -> None:
    def edit(book: Workbook) -> None:
        sheet = book[MARKS.zh]
        for column, value in enumerate(
            ["０００７", " 周 七 ", "ＭＴ-0512", "参加主题党日、集中学习", " 缺席 "], start=1
        ):
            sheet.cell(20, column, value)
        matters = book[MATTERS.zh]
        for column, value in enumerate(
            ["MT-0512", "study_session", " 主题\n党日 ", "2026/5/12", "2026.5.12", None, None, "Sign-in list"], start=1
        ):
            matters.cell(5, column, value)
        matters.cell(5, 9, "签到表0512.jpg")

    taken_in(world, edited(blank(), edit))
    assert sheet_in(world).lines[branch.MEMBER].outcome == "absent"
    matter = world[MATTER.of(branch.BRANCH, "MT-0512")]
    assert isinstance(matter, Held)
    assert matter.title == "主题 党日"


def test_columns_in_any_order_in_either_language_and_numbers_as_numbers(world: World) -> None:
    matters = [
        ["Evidence", "Held on", "planned on", "Title", "Kind", "MATTER CODE", "佐证类别\nEvidence kind"],
        ["签到表0512.jpg", date(2026, 5, 12), date(2026, 5, 12), "主题党日", "study_session", 202605, "sign_in_list"],
    ]
    marks = [
        [],
        ["Outcome", "item", "Matter code", "姓名 *", "Work Number"],
        ["absent", branch.STUDY, 202605, "周七", 1007],
    ]
    people = {"1007": DIRECTORY.people["0007"]}
    taken_in(world, bare(matters, marks), directory=msgspec.structs.replace(DIRECTORY, people=people))
    assert sheet_in(world, "202605").lines[branch.MEMBER].outcome == "absent"


def test_every_sentence_of_a_finding_is_used_and_bilingual() -> None:
    for code, sentence in SENTENCES.items():
        assert code == code.lower()
        assert any("\u4e00" <= char <= "\u9fff" for char in sentence.zh)
        assert sentence.en.isascii() or "“" in sentence.en


def test_ten_thousand_rows_are_read_rehearsed_and_found_fault_with(world: World) -> None:
    matters = [
        [f"MT-{n}", "study_session", "党日", "2026-05-12", "2026-05-12", None, None, "签到表", "签到表0512.jpg"]
        for n in range(1500)
    ]
    others = [m for m in branch.PEOPLE if m != branch.RECORDER]
    marks = [[*NAMES[member], f"MT-{n}", branch.STUDY, "缺席", None, None] for n in range(1500) for member in others]
    assert len(marks) > 10_000
    dry = dry_run(bare([MATTER_HEADINGS, *matters], [MARK_HEADINGS, *marks]), world)
    assert dry.findings == ()
    assert dry.summary.marks == len(marks)
    faulty = [[number, "错名", *rest] for number, _, *rest in marks]
    worse = dry_run(bare([MATTER_HEADINGS, *matters], [MARK_HEADINGS, *faulty]), world)
    assert len(worse.findings) == len(marks)


def test_a_mark_says_level_and_condition_by_their_words_or_codes() -> None:
    visited = {**PARTY_DAY, "kind": "r-1", "evidence_kind": "list"}
    said = {"item": "R-1", "outcome": "得分", "level": "visit", "condition": "media"}
    dry = dry_run(month([visited], [mark(branch.MEMBER, **said)]), ASKED.world.copy())
    assert dry.findings == ()
    (fill,) = (command for command in dry.commands if isinstance(command, FillSheet))
    assert [(one.level, one.condition) for one in fill.but] == [("visit", "media")]


@pytest.mark.parametrize(("key", "code"), [("level", "level-unknown"), ("condition", "condition-unknown")])
def test_a_level_or_condition_that_the_item_has_not_is_found_in_its_cell(key: str, code: str) -> None:
    visited = {**PARTY_DAY, "kind": "r-1", "evidence_kind": "list"}
    said = {"item": "R-1", "outcome": "得分", "level": "visit", key: "别的"}
    dry = dry_run(month([visited], [mark(branch.MEMBER, **said)]), ASKED.world.copy())
    assert [finding.code for finding in dry.findings] == [code]


def test_a_level_that_the_item_asks_for_and_nobody_said_is_found_in_its_cell() -> None:
    visited = {**PARTY_DAY, "kind": "r-1", "evidence_kind": "list"}
    dry = dry_run(month([visited], [mark(branch.MEMBER, item="R-1", outcome="得分")]), ASKED.world.copy())
    assert [finding.code for finding in dry.findings] == ["level-unknown"]
