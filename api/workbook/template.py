"""模板 — a month's workbook to be filled in: the branch's roster, drop-downs from the rule set, one page of advice.

The same roster, rule set and month give the same bytes.
"""

import io
from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from api.workbook.columns import MARKS, MATTERS, NOT_HELD, UNREAD_SHEETS, SheetLayout, heading
from api.workbook.directory import choice
from api.workbook.entries import OUTCOME_WORDS
from api.workbook.lists import levels_in, named_in
from api.workbook.paper import Paper, Sheet, format_of, written
from api.workbook.shelves import choices_of, layout_of
from domain.rules.items import ResponsibilityItem
from domain.rules.scheme import Scheme

ROWS: Final = 2_000
"""How many rows below the headings offer a choice."""

_ADVICE: Final = (
    (
        "“事项”表:每个事项一行。尚未开展的先不填开展日期;未开展的在“开展日期”填“未开展”并说明原因。",
        "Matters: one row each. Leave “Held on” empty while a matter is only planned; write “not held” and the reason "
        "if it did not take place.",
    ),
    (
        "“记分”表按例外登记:只登记缺席、请假等例外;参会类事项没有登记任何人的,视为全体出席。",
        "Marks are by exception: name only who was absent or excused. For attendance, a matter without rows means "
        "that everybody was present.",
    ),
    (
        "完成、得分类事项须逐人登记。数量不填为 1;志愿服务须填小时数。",
        "Deeds and assignments name each person. An empty quantity is 1; voluntary service needs its hours.",
    ),
    (
        "记录员本人的积分由代理记录员登记,请勿登记自己。只有工号和姓名的行不会被读取。",
        "Nobody records himself: the substitute does. A row with nothing but number and name is not read.",
    ),
    (
        "佐证材料填写 SHA-256 或已上传的文件名,多份用分号或换行分开,类别相同。",
        "Evidence is a SHA-256 or the name of a file that was uploaded; several of one kind are divided by semicolons.",
    ),
    (
        "超过规定期限补记的,须填写补记理由。日期写成 2026-05-12。数量最多两位小数。",
        "A late entry needs its reason. Days are written 2026-05-12; numbers have at most two decimals.",
    ),
    (
        "有一处错误则全部不入账,并退回标注副本;改正后可直接上传副本。同一文件上传两次不会重复记账。",
        "One error and nothing is recorded: a marked copy comes back, which can be corrected and uploaded as it is. "
        "The same file twice records nothing twice.",
    ),
)


_LIST_ADVICE: Final = (
    (
        "每行一条。带下拉列表的栏目请从列表选择;未写组织编号的,属于下载模板的组织。",
        "One thing a row. Choose from the lists where there is one; a row without an organisation code is about the "
        "organisation whose template this is.",
    ),
    (
        "依据文书填写 SHA-256 或已上传的文件名;发生日期不填即为文书日期;超过规定期限的须写补记理由。",
        "A document is a SHA-256 or the name of a file that was uploaded; the day of the act is the document's where "
        "none is given; a late entry needs its reason.",
    ),
    _ADVICE[-1],
)


class Colleague(NamedTuple):
    """One line of the roster."""

    work_number: str
    name: str


class _Choice(NamedTuple):
    """A list on the sheet of choices: which column of which sheet offers it."""

    layout: SheetLayout
    key: str
    values: tuple[str, ...]


def template(*, unit_title: str, month: date, roster: Sequence[Colleague], scheme: Scheme) -> bytes:
    """The workbook for one branch and month, as .xlsx."""
    into = io.BytesIO()
    with written(f"{unit_title} {month:%Y-%m}", into) as paper:
        advice, matters, marks = (paper.sheet(name) for name in (UNREAD_SHEETS["instructions"], MATTERS.zh, MARKS.zh))
        people, lists = paper.sheet(UNREAD_SHEETS["roster"]), paper.sheet(UNREAD_SHEETS["choices"])
        _advise(paper, advice, unit_title, month, scheme)
        _lay_out(paper, matters, MATTERS)
        _lay_out(paper, marks, MARKS)
        _fill_roster(paper, people, roster)
        for row, person in enumerate(roster, start=1):
            marks.write_string(row, 0, person.work_number, paper.text)
            marks.write_string(row, 1, person.name, paper.text)
        _offer(paper, lists, {MATTERS.zh: matters, MARKS.zh: marks}, _choices(scheme))
        held_on = [column.key for column in MATTERS.columns].index("held_on")
        matters.write_comment(0, held_on, f"2026-05-12,或“{NOT_HELD[0]}”", {"author": "公平秤"})
        _offer_roster(marks, MARKS, len(roster))
        matters.activate()
    return into.getvalue()


def list_template(kind: str, *, unit_title: str, roster: Sequence[Colleague], scheme: Scheme) -> bytes:
    """The workbook of one list (of ``LISTS``) for one organisation, as .xlsx."""
    layout, into = layout_of(kind), io.BytesIO()
    with written(f"{unit_title} {layout.zh}", into) as paper:
        advice, sheet = paper.sheet(UNREAD_SHEETS["instructions"]), paper.sheet(layout.zh)
        people, lists = paper.sheet(UNREAD_SHEETS["roster"]), paper.sheet(UNREAD_SHEETS["choices"])
        _say(paper, advice, (f"{unit_title} {layout.zh}", layout.en, _document(scheme)), _LIST_ADVICE)
        _lay_out(paper, sheet, layout)
        _fill_roster(paper, people, roster)
        choices = [_Choice(layout, offered.key, offered.values) for offered in choices_of(kind, scheme)]
        _offer(paper, lists, {layout.zh: sheet}, choices)
        if kind != "members" and any(column.key == "work_number" for column in layout.columns):
            _offer_roster(sheet, layout, len(roster))
        sheet.activate()
    return into.getvalue()


def _document(scheme: Scheme) -> str:
    return f"{scheme.document.zh}({scheme.version})"


def _advise(paper: Paper, sheet: Sheet, unit_title: str, month: date, scheme: Scheme) -> None:
    title = f"{unit_title} {month.year}年{month.month}月记分工作簿"
    _say(paper, sheet, (title, f"Workbook of the recorder, {month:%Y-%m}", _document(scheme)), _ADVICE)


def _say(paper: Paper, sheet: Sheet, heads: tuple[str, str, str], advice: Sequence[tuple[str, str]]) -> None:
    sheet.set_column(0, 0, 100, paper.wrapped)
    sheet.hide_gridlines(2)
    for row, (text, look) in enumerate(zip(heads, (paper.title, paper.wrapped, paper.wrapped), strict=True)):
        sheet.write_string(row, 0, text, look)
    for row, (zh, en) in enumerate(advice, start=4):
        sheet.write_string(row, 0, f"{row - 3}. {zh}\n{en}", paper.wrapped)


def _lay_out(paper: Paper, sheet: Sheet, layout: SheetLayout) -> None:
    sheet.set_row(0, 32)
    for number, column in enumerate(layout.columns):
        sheet.set_column(number, number, column.width, format_of(paper, column.key))
        sheet.write_string(0, number, heading(column), paper.heading)
    sheet.freeze_panes(1, 1)


def _fill_roster(paper: Paper, sheet: Sheet, roster: Sequence[Colleague]) -> None:
    for number, column in enumerate((MARKS.column("work_number"), MARKS.column("name"))):
        sheet.set_column(number, number, column.width, paper.text)
        sheet.write_string(0, number, heading(column), paper.heading)
    for row, person in enumerate(roster, start=1):
        sheet.write_string(row, 0, person.work_number, paper.text)
        sheet.write_string(row, 1, person.name, paper.text)
    sheet.freeze_panes(1, 0)


def _sheets_of(items: Sequence[ResponsibilityItem]) -> tuple[ResponsibilityItem, ...]:
    """The items that a sheet may fill: a shortfall of a presumed one has its own procedure."""
    return tuple(item for item in items if item.mode != "presumed")


def _choices(scheme: Scheme) -> tuple[_Choice, ...]:
    items = _sheets_of(scheme.responsibility)
    return (
        _Choice(MATTERS, "kind", tuple(choice(item.matter, item) for item in items)),
        _Choice(MATTERS, "evidence_kind", tuple(choice(code, kind) for code, kind in scheme.evidence_kinds.items())),
        _Choice(MARKS, "item", tuple(choice(item.code, item) for item in items)),
        _Choice(MARKS, "outcome", tuple(OUTCOME_WORDS)),
        *_if_any("level", tuple(choice(code, one) for code, one in levels_in(items))),
        *_if_any("condition", tuple(choice(code, one) for code, one in named_in(items, "conditions"))),
    )


def _if_any(key: str, values: tuple[str, ...]) -> tuple[_Choice, ...]:
    """A list that this rule set has no use for is not offered."""
    return (_Choice(MARKS, key, values),) if values else ()


def _offer(paper: Paper, lists: Sheet, sheets: dict[str, Sheet], choices: Sequence[_Choice]) -> None:
    lists.hide()
    for number, (layout, key, values) in enumerate(choices):
        lists.set_column(number, number, 36, paper.text)
        lists.write_string(0, number, heading(layout.column(key)), paper.heading)
        for row, value in enumerate(values, start=1):
            lists.write_string(row, number, value, paper.text)
        source = f"='{UNREAD_SHEETS['choices']}'!${chr(65 + number)}$2:${chr(65 + number)}${len(values) + 1}"
        _validate(sheets[layout.zh], layout, key, source)


def _offer_roster(sheet: Sheet, layout: SheetLayout, people: int) -> None:
    if people:
        _validate(sheet, layout, "work_number", f"='{UNREAD_SHEETS['roster']}'!$A$2:$A${people + 1}")


def _validate(sheet: Sheet, layout: SheetLayout, key: str, source: str) -> None:
    column = [column.key for column in layout.columns].index(key)
    # A warning, not a bar: a code that is typed or pasted without its name is just as good.
    options = {"validate": "list", "source": source, "error_type": "warning", "ignore_blank": True}
    sheet.data_validation(1, column, ROWS, column, options)
