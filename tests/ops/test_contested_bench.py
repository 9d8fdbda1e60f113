"""The measurement of a large branch measures every step of it, in a database of its own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.bench import contested
from ops.embedded import Running, start


@pytest.fixture
def own_server(short_folder: Path, binaries: Path) -> Iterator[Running]:
    """A server whose databases may keep their names."""
    with start(short_folder / "postgresql", binaries=binaries, options={"fsync": "off"}) as running:
        yield running


def test_every_step_is_timed_and_no_entry_comes_near_its_limit(
    own_server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contested, "SIZES", (16, 20))
    monkeypatch.setattr(contested, "ROUNDS", 1)
    found = json.loads(contested.main(own_server.admin_url))
    steps = {"approval", "drafting", "check", "posting", "closing", "confirmation"}
    assert {size: set(taken) for size, taken in found["steps_s"].items()} == {"16": steps, "20": steps}
    assert all(one > 0 for taken in found["steps_s"].values() for one in taken.values())
    assert found["largest_entry_bytes"] < 4_096
    assert [bar["name"] for bar in found["bars"]][-1] == "largest entry, bytes"
