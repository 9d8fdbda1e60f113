"""The metrics: complete, documented, true, and without a person."""

import re
from pathlib import Path

from api.routes.metrics import GAUGES, SAVES
from ops.example.people import BRANCH, people
from tests.api.town import Town, key

PAGE = Path(__file__).parents[2] / "ops" / "docs" / "operating.md"


def figures(text: str) -> dict[str, float]:
    return {name: float(value) for name, value in re.findall(r"^(steelyard_\S+) (\S+)$", text, re.MULTILINE)}


def test_the_figures_are_those_of_the_database(town: Town) -> None:
    town.settled()
    with town.visit() as nobody:
        answered = nobody.get("/metrics")
    found = figures(answered.text)
    assert answered.headers["content-type"].startswith("text/plain")
    assert found["steelyard_database_up"] == 1
    assert found["steelyard_log_refused"] == 0
    assert found["steelyard_log_entries"] == found["steelyard_read_models_position"] == town.position()
    assert found["steelyard_read_models_lag"] == 0
    assert found["steelyard_parked_members"] == found["steelyard_parked_streams"] == 0
    assert found["steelyard_notices_running"] >= 1
    assert found["steelyard_follow_ups_open"] >= 1
    assert {f'steelyard_saves_total{{outcome="{word}"}}' for word in SAVES} <= found.keys()


def test_a_write_is_counted_and_a_repeat_is_none(town: Town) -> None:
    recorder = town.acting("recorder", "recorder", BRANCH)
    wish = {"matter": "MX-1", "kind": "visit", "title": "走访", "planned_on": "2026-05-28"}
    before, headers = figures(recorder.get("/metrics").text), key()
    for _ in range(2):
        sent = recorder.post(f"/units/{BRANCH}/matters", json=wish, headers=headers)
        assert sent.status_code == 201
    entries = len(sent.json()["leaves"])
    after = figures(recorder.get("/metrics").text)
    committed = 'steelyard_saves_total{outcome="committed"}'
    assert after[committed] == before[committed] + 1
    assert after["steelyard_appended_entries_total"] == before["steelyard_appended_entries_total"] + entries
    assert after["steelyard_saves_waiting"] == 0


def test_every_figure_is_documented_and_none_names_a_person(town: Town) -> None:
    page = PAGE.read_text()
    with town.visit() as nobody:
        text = nobody.get("/metrics").text
    names = {name.partition("{")[0] for name in figures(text)} - {f"{gauge}_created" for gauge in GAUGES}
    assert [name for name in names if not name.endswith("_created") and f"`{name}`" not in page] == []
    assert [one.name for one in people() if one.name in text or str(one.member) in text] == []
