"""One served town for all tests of the pages in a browser."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.embedded import Running
from tests.api.town import Town, founded


@pytest.fixture(scope="session")
def town(server: Running) -> Iterator[Town]:
    """The example, served."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with founded(server, folder) as found:
        yield found
    shutil.rmtree(folder)
