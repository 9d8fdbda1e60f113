"""The measurement of a restatement compares years of a made-up district, and somebody would change in each."""

import json

from ops.bench import restate
from ops.embedded import Running


def test_years_of_a_small_district_are_compared(server: Running) -> None:
    found = json.loads(restate.main(server.admin_url, 3000, rounds=1))
    assert found["years"] >= 3
    assert found["records"] > 0
    assert 0 < found["changed"] <= found["member_years"]
    assert [bar["name"] for bar in found["bars"]] == ["COPY / difference, one process", "COPY / difference, two"]
