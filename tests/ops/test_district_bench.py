"""The made-up district is a log like any other, and the measurements over it measure what they say."""

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from domain.entry import decode, encode
from ops.bench import rebuild, score
from ops.bench.district import made
from ops.embedded import Running, start
from projections.transparency.verify import Rules


@pytest.fixture
def own_server(short_folder: Path, binaries: Path) -> Iterator[Running]:
    """A server whose databases may keep their names."""
    with start(short_folder / "postgresql", binaries=binaries, options={"fsync": "off"}) as running:
        yield running


def test_the_district_is_a_log_by_every_rule_of_the_verifier(own_server: Running) -> None:
    urls, size = made(own_server.admin_url, 8_000, branches=2)
    assert size.branches == 2
    assert size.entries > 6_000
    rules = Rules()
    with psycopg.connect(urls.auditor) as connection:
        rows = connection.execute("SELECT position, state FROM ledger.entries ORDER BY position").fetchall()
    for number, (position, state) in enumerate(rows, start=1):
        assert position == number
        rules.take(bytes(state))
        assert encode(decode(bytes(state))) == bytes(state)
    assert len(rows) == size.entries


def test_a_rebuild_is_measured_next_to_its_floor_and_parks_nobody(own_server: Running) -> None:
    found = json.loads(rebuild.main(own_server.admin_url, 3_000, rounds=1))
    assert found["parked"] == 0
    assert found["ratio"] > 0
    assert found["memory_mb"] > 10
    assert {bar["name"] for bar in found["bars"]} == {"floor / rebuild", "memory MB", "parked"}


def test_rescoring_is_measured_next_to_the_copy_of_its_columns(own_server: Running) -> None:
    found = json.loads(score.main(own_server.admin_url, 2_000, rounds=1))
    assert 1_000 < found["records"] < 4_000
    assert found["member_years"] > 15
    assert min(found["copy_s"], found["one_process_s"], found["two_processes_s"], found["one_member_p50_ms"]) > 0
    assert found["ratio_unstored"] > 0
