"""问题 — what is wrong with a workbook, cell by cell, with a code and a sentence in both languages.

A refusal of the domain becomes a finding too: its own docstring is the sentence.
"""

import re
from typing import Final, NamedTuple

import msgspec

from api.workbook.read import Page
from domain.decider import Refused


class Sentence(NamedTuple):
    """What the reader is told."""

    zh: str
    en: str


SENTENCES: Final[dict[str, Sentence]] = {
    "cell-error": Sentence("单元格显示错误值 {shown}。", "The cell shows an error: {shown}."),
    "cell-not-calculated": Sentence(
        "公式没有计算结果,请粘贴为数值。", "The formula has no result; paste the value instead."
    ),
    "value-missing": Sentence(
        "此处必须填写(合并的单元格请先拆分)。", "This must be filled in (split merged cells first)."
    ),
    "value-not-text": Sentence("此处应为文字。", "Text is expected here."),
    "text-too-long": Sentence("文字过长,最多 {most} 个字。", "The text is too long: at most {most} characters."),
    "text-not-allowed": Sentence("文字中含有控制字符。", "The text contains control characters."),
    "code-malformed": Sentence(
        "编号只能用字母、数字和 . _ - /,以字母或数字开头,最多 64 位。",
        "A code is letters, digits and . _ - /, beginning with a letter or digit, at most 64.",
    ),
    "date-wrong": Sentence(
        "日期无法识别,请写成 2026-05-12。", "This is not a day that can be read; write it as 2026-05-12."
    ),
    "held-on-wrong": Sentence(
        "请填写开展日期(如 2026-05-12)或“未开展”。", "Give the day on which it was held (2026-05-12), or “not held”."
    ),
    "reason-missing": Sentence("未开展的事项须说明原因。", "A matter that was not held needs a reason."),
    "reason-unneeded": Sentence("只有未开展的事项才填写原因。", "Only a matter that was not held takes a reason."),
    "evidence-incomplete": Sentence("佐证类别和佐证材料须同时填写。", "Evidence needs both its kind and the document."),
    "evidence-unneeded": Sentence("只有已开展的事项才能登记佐证。", "Only a matter that was held can have evidence."),
    "evidence-file-unknown": Sentence(
        "没有名为“{file}”的材料,请先上传或填写其 SHA-256。",
        "There is no document named “{file}”; upload it first or give its SHA-256.",
    ),
    "matter-kind-unknown": Sentence(
        "没有这类事项,请从列表选择。", "There is no such kind of matter; choose from the list."
    ),
    "item-unknown": Sentence("没有这个条目,请从列表选择。", "There is no such item; choose from the list."),
    "evidence-kind-unknown": Sentence(
        "没有这类佐证材料,请从列表选择。", "There is no such kind of evidence; choose from the list."
    ),
    "quantity-wrong": Sentence(
        "应为不小于 0、最多两位小数的数。", "A number is expected, not negative, with at most two decimals."
    ),
    "outcome-unknown": Sentence(
        "登记结果应为:出席、缺席、请假、完成、未完成、撤销、得分。",
        "The outcome is one of: attended, absent, excused, done, not-done, withdrawn, earned.",
    ),
    "matter-twice": Sentence("事项编号重复:第 {first} 行已登记。", "This matter code stands in row {first} already."),
    "matter-not-listed": Sentence("“事项”表中没有这个事项。", "The sheet of matters does not list this matter."),
    "matter-not-held": Sentence("该事项没有开展日期,不能记分。", "This matter has no day on which it was held."),
    "lines-missing": Sentence(
        "这类事项不按例外登记,请在“记分”表逐人登记。",
        "A matter of this kind is not recorded by exception; name each person on the sheet of marks.",
    ),
    "item-ambiguous": Sentence(
        "这类事项对应多个条目({items}),请在“记分”表至少登记一行。",
        "A matter of this kind belongs to several items ({items}); give at least one row of marks.",
    ),
    "line-twice": Sentence(
        "同一事项、同一条目、同一人已在第 {first} 行登记。",
        "Row {first} already names this person for this matter and item.",
    ),
    "member-unknown": Sentence(
        "本支部名册中没有这个工号(注意前导零)。", "Nobody in this branch has this work number (mind leading zeros)."
    ),
    "name-differs": Sentence("姓名与工号不符。", "The name does not belong to this work number."),
    "matter-alike": Sentence(
        "与第 {first} 行同一天、同一类别:是否重复登记?", "Same day and kind as row {first}: is this a duplicate?"
    ),
    "evidence-later": Sentence(
        "尚无佐证材料:送审前须补充。", "There is no evidence yet; it is needed before the sheet is submitted."
    ),
    "profile-unknown": Sentence(
        "没有这类党员,请从列表选择。", "There is no such class of members; choose from the list."
    ),
    "step-unknown": Sentence("该台账没有这一进展。", "This register has no such step."),
    "part-unknown": Sentence("该台账不登记这类人员。", "This register names no persons of this kind."),
    "role-unknown": Sentence("没有这种职务,请从列表选择。", "There is no such office; choose from the list."),
    "level-unknown": Sentence("该条目没有这个档次,请从列表选择。", "The item has no such level; choose from the list."),
    "condition-unknown": Sentence(
        "该条目没有这种情形,请从列表选择。", "The item has no such condition; choose from the list."
    ),
    "share-unknown": Sentence(
        "该条目没有这种位次,请从列表选择。", "The item has no such place in a group; choose from the list."
    ),
    "born-wrong": Sentence("出生年应写成 1985。", "A year of birth is written 1985."),
    "trait-unknown": Sentence(
        "没有这种填法,请从列表选择或留空。", "There is no such word; choose from the list or leave it empty."
    ),
    "year-wrong": Sentence("年度应写成 2017。", "A year is written 2017."),
    "periods-wrong": Sentence(
        "考评期写成“代码 月-日”,多个用分号分开,如:H1 06-30;H2 12-31;Y 12-31。",
        "Periods are written “code month-day”, divided by semicolons: H1 06-30; H2 12-31; Y 12-31.",
    ),
    "grade-unknown": Sentence(
        "没有这个格次:写今天办法中的名称,或一个代码。", "There is no such grade: give its name of today, or a code."
    ),
    "past-kind-unknown": Sentence(
        "清单应为:责任清单、荣誉清单、负面清单、一票否决。",
        "The list is one of: responsibility, honour, deduction, veto.",
    ),
    "row-twice": Sentence("与第 {first} 行重复。", "This repeats row {first}."),
    "matter-differs": Sentence(
        "该事项已登记,类别或名称与此不同。", "This matter is on record with another kind or title."
    ),
}
"""Of every code that reading a workbook finds by itself."""

_BILINGUAL: Final = re.compile(r"(.*?[。!?])\s+(.*)", re.DOTALL)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong, and where."""

    sheet: str
    row: int
    column: str
    """In letters: A, B, … AA."""
    code: str
    zh: str
    en: str


class Findings:
    """What was found so far, each thing once, and whether a cell was found fault with already."""

    def __init__(self) -> None:
        self._found: dict[Finding, None] = {}
        self._cells: set[tuple[str, int, str]] = set()

    def note(self, page: Page, row: int, key: str, code: str, **facts: object) -> None:
        """A finding of our own at a row and a column's key."""
        sentence = SENTENCES[code]
        self._add(page, row, key, code, Sentence(sentence.zh.format(**facts), sentence.en.format(**facts)))

    def refused(self, page: Page, row: int, key: str, refusal: Refused) -> None:
        """A refusal of the domain as a finding."""
        self._add(page, row, key, refusal.code, said(refusal))

    def at(self, page: Page, row: int, key: str) -> bool:
        """Whether something is wrong with this cell."""
        return (page.name, row, page.letter(key)) in self._cells

    def in_order(self, *pages: Page) -> tuple[Finding, ...]:
        """Everything as one reads the workbook: by sheet, row and column."""
        sheets = {page.name: number for number, page in enumerate(pages)}
        return tuple(sorted(self._found, key=lambda f: (sheets[f.sheet], f.row, len(f.column), f.column)))

    def __len__(self) -> int:
        return len(self._found)

    def _add(self, page: Page, row: int, key: str, code: str, sentence: Sentence) -> None:
        column = page.letter(key)
        self._cells.add((page.name, row, column))
        found = Finding(sheet=page.name, row=row, column=column, code=code, zh=sentence.zh, en=sentence.en)
        self._found[found] = None


def said(refused: Refused) -> Sentence:
    """The two sentences of a refusal's docstring.

    >>> said(Refused())
    Sentence(zh='不能办理。', en='This cannot be done.')
    """
    found = _BILINGUAL.fullmatch((type(refused).__doc__ or "").strip())
    assert found is not None, f"{type(refused).__name__} does not say what it refuses in both languages"
    return Sentence(found[1], found[2])
