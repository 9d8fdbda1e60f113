"""The rule set of the example, as a document that a test may break."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.rules.scheme import Scheme, load

EXAMPLE = Path(__file__).parents[3] / "ops" / "example" / "pukou.json"


@pytest.fixture
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXAMPLE.read_bytes())
    return found


@pytest.fixture(scope="session")
def scheme() -> Scheme:
    return load(EXAMPLE.read_bytes())
