"""The page on rule sets names every field that the loader takes and every finding of the lint."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest

from domain.rules.lint import lint
from domain.rules.scheme import Scheme, load
from domain.values import hundredths
from tests.domain.rules.kinds import writing
from tests.domain.rules.test_lint import BROKEN
from tests.domain.rules.test_lint_kinds import BROKEN as OTHER_KINDS

PAGE = (Path(__file__).parents[3] / "ops" / "docs" / "rules.md").read_text()
NAMED = {word for code in re.findall(r"`([^`\n]+)`", PAGE) for word in re.findall(r"[\w-]+", code)}


def fields(shape: object, seen: set[type]) -> Iterator[tuple[str, str]]:
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        if shape in seen:
            return
        seen.add(shape)
        hints = get_type_hints(shape)
        for field in msgspec.structs.fields(shape):
            yield shape.__name__, field.encode_name
            yield from fields(hints[field.name], seen)
    for inner in get_args(shape):
        yield from fields(inner, seen)


@pytest.mark.parametrize(("where", "field"), list(fields(Scheme, set())))
def test_every_field_is_described(where: str, field: str) -> None:
    assert field in NAMED, where


def test_every_finding_is_described() -> None:
    assert {code for code, _ in (*BROKEN, *OTHER_KINDS)} <= NAMED


def test_the_small_rule_set_of_the_page_passes_and_gives_what_the_page_says() -> None:
    document, case = (json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL))
    scheme = load(document)
    assert lint(scheme) == []
    rows = [
        writing.record(one["item"], one["outcome"], one["on"], hundredths(one.get("quantity", "1")))
        for one in case["spans"][0]["records"]
        for _ in range(one.get("times", 1))
    ]
    honours = [writing.matter(one["item"], one["level"], one["on"]) for one in case["honours"]]
    deductions = [writing.matter(one["item"], one["level"], one["on"]) for one in case["deductions"]]
    found = writing.year(scheme, rows, honours=honours, deductions=deductions)
    assert (found.base, found.ledger) == (8050, 8350)
    assert "60 + 8 + 2.5 + 10 = 80.50;+ 5 − 2 → 83.50" in PAGE
