"""One served town for all tests of the interface and of the pages."""

import pytest

from ops.embedded import Running
from tests.api.town import Town, town_of_its_own
from tests.cheap import Kept


@pytest.fixture(scope="session")
def town(kept: Kept, server: Running) -> Town:
    """The example, served."""
    return kept.once(("town", "api", server.admin_url), lambda: town_of_its_own(server))
