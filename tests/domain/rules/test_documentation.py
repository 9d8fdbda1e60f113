"""The page on rule sets names every field that the loader takes and every finding of the lint."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import msgspec
import pytest

from domain.rules.scheme import Scheme
from tests.domain.rules.test_lint import BROKEN

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
    assert {code for code, _ in BROKEN} <= NAMED
