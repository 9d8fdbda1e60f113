"""The measurement of a what-if asks a made-up district, and somebody would change."""

import json

from ops.bench import whatif
from ops.embedded import Running


def test_a_small_district_is_asked_and_some_would_change(server: Running) -> None:
    found = json.loads(whatif.main(server.admin_url, 3000))
    assert found["members"] > 10
    assert found["records"] > 0
    assert 0 < found["changed"] <= found["members"]
    assert [bar["name"] for bar in found["bars"]] == ["what-if s"]
