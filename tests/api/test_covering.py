"""The checkpoint that a posted notice shows: always the first that covers it, found without stopping the service."""

import asyncio
from pathlib import Path

import pytest

from api.proofs import PROBED, covering
from projections.transparency.history import HISTORY, history_name

SIZES = (3, 10, 11, 10 + 2 * PROBED, 999_999_999, 1_000_000_000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / HISTORY).mkdir()
    for size in SIZES:
        (tmp_path / history_name(size)).write_text(str(size))
    return tmp_path


@pytest.mark.parametrize("position", [1, 2, 3, 4, 10, 11, 12, 600, 999_999_998, 999_999_999, 1_000_000_000])
def test_the_first_checkpoint_that_covers_a_position_is_shown(folder: Path, position: int) -> None:
    found = asyncio.run(covering(folder, position))
    assert found == str(min(size for size in SIZES if size >= position)).encode()


def test_there_is_none_beyond_the_newest_or_before_the_first_signature(folder: Path, tmp_path: Path) -> None:
    assert asyncio.run(covering(folder, SIZES[-1] + 1)) is None
    assert asyncio.run(covering(tmp_path / "nothing", 1)) is None


def test_the_service_goes_on_while_it_is_looked_for(folder: Path) -> None:
    """It is asked of a thread: other tasks take their turn before it is found."""

    async def carry() -> bool:
        looking = asyncio.create_task(covering(folder, 600))
        await asyncio.sleep(0)
        return looking.done()

    assert asyncio.run(carry()) is False
