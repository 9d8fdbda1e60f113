"""The measurement of importing takes whole workbooks in, and finds every error of faulty ones."""

import json

from ops.bench import intake
from ops.embedded import Running


def test_every_row_is_taken_in_and_every_wrong_one_found(server: Running) -> None:
    found = json.loads(intake.main(server.admin_url, 864, services=2))
    assert (found["services"], found["workbooks"], found["rows"]) == (2, 2, 864)
    # A matter is planned (and listed), held, evidenced and its sheet opened; then a line each, of all but the recorder.
    assert found["commands"] == 2 * 24 * 5
    assert found["facts"] == 2 * 24 * (5 + 17)
    assert found["errors"] > 80
    assert found["copy_per_s"] > found["facts_per_s"] > 0
    assert [bar["name"] for bar in found["bars"]] == ["last commit s", "last error s"]
