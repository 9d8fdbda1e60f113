"""The template: the branch's people, the rule set's choices, the same bytes again."""

import io
from datetime import date

import openpyxl
from openpyxl import Workbook

from api.workbook.entries import OUTCOME_WORDS
from api.workbook.read import read
from api.workbook.template import template
from domain.recording.archive import Outcome
from domain.recording.filling import OUTCOMES
from tests.api.workbook.books import NAMES, ROSTER, RULES, blank


def opened() -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(blank()))


def test_the_same_month_gives_the_same_bytes() -> None:
    assert blank() == blank()
    other = template(unit_title="浦口一支部", month=date(2026, 6, 1), roster=ROSTER, scheme=RULES)
    assert other != blank()


def test_the_roster_is_filled_in() -> None:
    book = opened()
    rows = [tuple(cell.value for cell in row[:2]) for row in book["记分"].iter_rows(min_row=2, max_row=9)]
    assert rows == list(NAMES.values())
    assert [tuple(cell.value for cell in row) for row in book["名册"].iter_rows(min_row=2)] == list(NAMES.values())
    assert book["记分"]["A2"].number_format == "@"


def choices(book: Workbook, sheet: str, column: str) -> list[str]:
    """What a drop-down offers."""
    found = [v for v in book[sheet].data_validations.dataValidation if str(v.sqref).startswith(f"{column}2")]
    source, _, area = found[0].formula1.partition("!")
    first, last = area.replace("$", "").split(":")
    return [row[0].value for row in book[source.strip("'=")][first:last]]


def test_drop_downs_offer_what_the_rule_set_knows() -> None:
    book = opened()
    countable = [item for item in RULES.responsibility if item.mode != "presumed"]
    assert choices(book, "事项", "B") == [f"{item.matter} {item.zh}" for item in countable]
    assert choices(book, "事项", "H") == [f"{code} {kind.zh}" for code, kind in RULES.evidence_kinds.items()]
    assert choices(book, "记分", "D") == [f"{item.code} {item.zh}" for item in countable]
    assert choices(book, "记分", "E") == list(OUTCOME_WORDS)
    assert choices(book, "记分", "A") == [number for number, _ in NAMES.values()]


def test_every_outcome_of_the_domain_has_its_word() -> None:
    every: set[Outcome] = {outcome for outcomes in OUTCOMES.values() for outcome in outcomes}
    assert set(OUTCOME_WORDS.values()) == every


def test_headings_stand_still_and_the_advice_comes_first() -> None:
    book = opened()
    assert book.sheetnames == ["说明", "事项", "记分", "名册", "选项"]
    assert book["事项"].freeze_panes == "B2"
    assert book["选项"].sheet_state == "hidden"
    assert "例外" in str([cell.value for (cell,) in book["说明"].iter_rows()])


def test_a_branch_without_people_has_a_template_too() -> None:
    empty = template(unit_title="新支部", month=date(2026, 5, 1), roster=(), scheme=RULES)
    assert read(empty, filename="x").marks.rows == {}


def test_a_name_that_looks_like_a_formula_stays_a_name() -> None:
    odd = [ROSTER[0]._replace(name="=1+1", work_number="+1")]
    book = openpyxl.load_workbook(
        io.BytesIO(template(unit_title="=x", month=date(2026, 5, 1), roster=odd, scheme=RULES))
    )
    assert (book["记分"]["A2"].data_type, book["记分"]["B2"].value, book["记分"]["B2"].data_type) == ("s", "=1+1", "s")
