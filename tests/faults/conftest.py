"""A server that tests of faults may hurt: of their own, with fsync, started and ended by them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.victim import Victim


@pytest.fixture
def victim(binaries: Path, short_folder: Path) -> Iterator[Victim]:
    """A fresh server with one migrated database, gone after the test."""
    victim = Victim.started(short_folder / "postgresql", binaries)
    yield victim
    victim.server.close()
