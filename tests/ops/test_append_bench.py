"""The measurement measures what it says: whole rounds of every side, and nothing left behind on the server."""

import json

import psycopg
import pytest

from ops.bench import append
from ops.bench.callers import pace_of, summary
from ops.embedded import Running

_LEFT = """
SELECT datname FROM pg_database WHERE datname LIKE 'bench%'
UNION ALL
SELECT rolname FROM pg_roles WHERE rolname LIKE 'bench%'
"""


def test_every_side_is_measured_next_to_the_others_and_cleaned_up(server: Running) -> None:
    found = json.loads(append.main(server.admin_url, seconds=0.3, callers=(1, 8), programs=None))
    assert list(found["callers"]) == ["1", "8"]
    for measured in found["callers"].values():
        assert set(measured) == {"plain", "ledger", "conflicts", "library", "ratios"}
        for side in ("plain", "ledger", "conflicts", "library"):
            assert measured[side]["per_s"] > 0
            assert 0 < measured[side]["p50_ms"] <= measured[side]["p99_ms"]
    assert {bar["name"] for bar in found["bars"]} == {"ledger_to_plain at 1", "ledger_to_plain at 8"}
    with psycopg.connect(server.admin_url) as connection:
        assert connection.execute(_LEFT).fetchall() == []


def test_an_error_of_a_caller_is_an_error_of_the_measurement() -> None:
    def fails() -> None:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        pace_of([fails, lambda: None], 0.01)


def test_a_pace_is_what_its_waits_amount_to() -> None:
    pace = summary([number / 1000 for number in range(1, 101)], seconds=2)
    assert (pace.per_s, pace.p50_ms, pace.p99_ms) == (50.0, 51.0, 100.0)
