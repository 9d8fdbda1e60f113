"""The measurement of one award runs the whole service, measures whole rounds and leaves nothing behind."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.bench import award


@pytest.fixture
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="steelyard-bench-"))
    yield folder
    shutil.rmtree(folder)


def test_an_award_is_measured_from_the_wish_to_the_page(data: Path) -> None:
    found = json.loads(award.main(data, 2))
    assert found["awards"] == 2
    for side in ("post", "seen", "nothing", "insert"):
        assert 0 < found[side]["p50_ms"] <= found[side]["p99_ms"]
    assert found["post_to_insert"] > 0
    assert [bar["name"] for bar in found["bars"]] == ["POST p50 ms", "visible p50 ms"]
    assert {bar["bar"] for bar in found["bars"]} == {"<= 15.0", "<= 300.0"}
    # The server that the measurement used has ended with it.
    assert not (data / "postgresql" / "cluster" / "postmaster.pid").exists()
