"""Each example in a docstring, wherever one stands, gives what is written under it."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

from api import codes

HOUSE = Path(__file__).parents[2]
codes.install()
MODULES = sorted(
    ".".join(file.relative_to(HOUSE).with_suffix("").parts)
    for room in ("domain", "projections", "api", "ops")
    for file in (HOUSE / room).rglob("*.py")
    if ">>> " in file.read_text("utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings_hold(name: str) -> None:
    result = doctest.testmod(import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
