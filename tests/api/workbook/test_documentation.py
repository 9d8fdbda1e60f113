"""The page on the workbook names every column, every limit and every code, in the words of the program."""

from pathlib import Path

import pytest

from api.workbook import grid, package, read
from api.workbook.columns import LAYOUTS
from api.workbook.entries import OUTCOME_WORDS
from api.workbook.findings import SENTENCES, said
from api.workbook.lists import LISTS, ROLE_WORDS
from domain.decider import Refused

PAGE = (Path(__file__).parents[3] / "ops" / "docs" / "workbook.md").read_text()
REFUSALS = [
    value
    for module in (package, read)
    for value in vars(module).values()
    if isinstance(value, type) and issubclass(value, Refused) and value.__module__ == module.__name__
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_every_refusal_stands_in_the_page_with_its_sentences(refusal: type[Refused]) -> None:
    sentence = said(refusal())
    assert f"|`{refusal.code}`|{sentence.zh}|{sentence.en}|" in PAGE


@pytest.mark.parametrize("code", SENTENCES)
def test_every_finding_stands_in_the_page(code: str) -> None:
    assert f"|`{code}`|" in PAGE


def test_every_column_outcome_and_limit_stands_in_the_page() -> None:
    for column in (column for layout in (*LAYOUTS, *LISTS.values()) for column in layout.columns):
        assert f"|{column.zh}|{column.en}|{'' if column.optional else '✓'}|" in PAGE
    assert "、".join(OUTCOME_WORDS) in PAGE
    assert "、".join(ROLE_WORDS) in PAGE
    assert f"{package.SIZE_LIMIT_BYTES // 1_000_000} MB" in PAGE
    assert f"{package.EXPANDED_LIMIT_BYTES // 1_000_000} MB" in PAGE
    assert f"{package.RATIO_LIMIT} 倍" in PAGE
    assert f"{grid.CELLS_LIMIT:,} 个" in PAGE
    assert f"{read.ROWS_LIMIT:,} 行" in PAGE
