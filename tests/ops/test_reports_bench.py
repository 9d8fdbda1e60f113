"""The measurement of the reports makes every one of them, with rows, of a small district."""

import json

from ops.bench import reports
from ops.embedded import Running
from projections.reports.table import NAMES


def test_every_report_of_a_small_district_is_made_next_to_a_copy(server: Running) -> None:
    found = json.loads(reports.main(server.admin_url, 2))
    assert found["members"] > 20
    assert set(found["reports"]) == set(NAMES)
    for name, cost in found["reports"].items():
        assert cost["statements"] > 1, name
        assert cost["copy_s"] > 0, name
    assert {name for name, cost in found["reports"].items() if cost["rows"]} >= {"results", "fairness", "duties"}
    assert [bar["name"] for bar in found["bars"]] == [f"{name} s" for name in NAMES]
