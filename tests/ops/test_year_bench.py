"""The measurement of a year closes a small district and finds everybody determined."""

import json

from rich.console import Console

from ops.bench import year
from ops.bench.year_district import MATTERS, MEMBERS
from ops.embedded import Running


def test_a_small_district_is_closed_and_every_part_measured(server: Running) -> None:
    found = json.loads(year.main(server.admin_url, 2, Console(quiet=True)))
    assert (found["branches"], found["members"]) == (2, 2 * MEMBERS)
    assert found["records"] == 2 * 2 * MATTERS * MEMBERS
    for part in ("compute_s", "half_compute_s", "determine_s", "commit_s"):
        assert found[part] > 0
    assert [bar["name"] for bar in found["bars"]] == ["compute s", "determine s"]
