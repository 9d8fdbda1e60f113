"""No field of a rule set is idle: each is read by code, or is words for people, or says the one thing that is done.

A reader of a published rule set believes in what stands there. So a field that nothing reads must not exist; what the
lint alone reads is named here.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest

from domain.rules.scheme import Scheme
from domain.rules.wording import Name, Text

ROOT: Final = Path(__file__).parents[3]
DEFINING: Final = {"assessing", "consequences", "counting", "items", "measuring", "procedure", "scheme", "wording"}
"""Modules of `domain/rules` that say what a rule set may say: a name in quotes is no reading there."""

LINTED: Final = {
    "Document": {"issued_on"},
    "ResponsibilityItem": {"recognised_by"},
    "HonourItem": {"recognised_by"},
    "NegativeItem": {"recognised_by"},
    "VetoItem": {"recognised_by"},
    "Notice": {"minimum_days"},
    "Retention": {"effect_of_deduction"},
    "Period": {"base_options"},
    "Fairness": {"subjective_share_max"},
}
"""What the lint alone reads: it refuses a rule set by it, or says that it is no more than a note."""


def structs(shape: object, seen: set[type]) -> Iterator[type]:
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct) and shape not in seen:
        seen.add(shape)
        yield shape
        for hint in get_type_hints(shape).values():
            yield from structs(hint, seen)
    for inner in get_args(shape):
        yield from structs(inner, seen)


def is_checked_elsewhere(hint: object) -> bool:
    """Words for people, a single value that cannot be otherwise, or a part whose own fields are asked about."""
    if hint == Text or type(None) in get_args(hint):
        return hint == Text or all(is_checked_elsewhere(one) for one in get_args(hint) if one is not type(None))
    if get_origin(hint) is Annotated:
        return is_checked_elsewhere(get_args(hint)[0])
    if get_origin(hint) in (tuple, dict):
        return all(is_checked_elsewhere(one) for one in get_args(hint)[-2:] if one is not Ellipsis and one != Name)
    if get_origin(hint) is Literal:
        return len(get_args(hint)) == 1
    return isinstance(hint, type) and issubclass(hint, msgspec.Struct)


def attributes_read() -> set[str]:
    read: set[str] = set()
    for room in ("domain", "projections", "api", "ops"):
        for path in (ROOT / room).rglob("*.py"):
            if path.stem.startswith("lint"):
                continue
            defining = path.parent == ROOT / "domain" / "rules" and path.stem in DEFINING
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute):
                    read.add(node.attr)
                elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not defining:
                    read.add(node.value)  # a field read by its name
    for page in (ROOT / "api" / "templates").glob("*.html"):
        read.update(re.findall(r"\.(\w+)", page.read_text()))
    return read


AMBIGUOUS: Final = {"grade", "objections", "result", "graded"}
"""Names that other things bear too, so that a reading of the name says nothing."""

READ: Final = attributes_read()
FIELDS: Final = [
    (shape.__name__, name)
    for shape in structs(Scheme, set())
    for name, hint in get_type_hints(shape, include_extras=True).items()
    if name in shape.__struct_fields__ and not is_checked_elsewhere(hint)
]


@pytest.mark.parametrize(("shape", "field"), FIELDS)
def test_every_field_is_read(shape: str, field: str) -> None:
    known = LINTED.get(shape, set())
    assert field in READ or field in known, f"nothing reads {shape}.{field}"


def test_an_exception_is_no_longer_one_once_its_field_is_read() -> None:
    named = {(shape, field) for shape, fields in LINTED.items() for field in fields}
    assert named <= set(FIELDS)
    assert {field for _, field in named} & READ <= AMBIGUOUS
