"""补记 — a sheet that was opened in time and is filled late: the page asks why, and the reason arrives."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import httpx2
import pytest

from domain.values import day_of
from ops.example.people import BRANCH
from tests.api.town import PAGE, Town, key


def _opened(town: Town) -> str:
    """Where the sheet of a matter held today stands."""
    recorder, matter = town.acting("recorder", "recorder", BRANCH), f"L-{uuid4().hex[:8]}"
    today = str(day_of(town.deployment.clock().now()))
    place = f"/units/{BRANCH}/matters/{matter}"
    plan = {"matter": matter, "kind": "study_session", "title": "测试学习", "planned_on": today}
    for where, wish in (
        (f"/units/{BRANCH}/matters", plan),
        (f"{place}/holding", {"occurred_on": today}),
        (f"{place}/sheets", {"item": "R-LX-1"}),
    ):
        sent = recorder.post(where, json=wish, headers=key())
        assert sent.status_code in (200, 201), sent.text
    town.settled()
    return f"{place}/sheets/R-LX-1"


@pytest.fixture(scope="module")
def sheet(town: Town) -> str:
    return _opened(town)


@pytest.fixture(scope="module")
def months_later(town: Town, sheet: str) -> Iterator[Town]:
    with town.later(timedelta(days=60)) as later:
        yield later


@pytest.fixture(scope="module")
def recorder(months_later: Town) -> httpx2.Client:
    return months_later.acting("recorder", "recorder", BRANCH)


def test_a_late_fill_is_refused_without_its_reason_and_goes_on_with_it(
    months_later: Town, sheet: str, recorder: httpx2.Client
) -> None:
    # His own points are refused after the lateness was looked at: nothing is written months ahead.
    own = {"but": [{"member": str(months_later.members["recorder"]), "outcome": "attended"}]}
    silent = recorder.post(f"{sheet}/lines", json=own, headers=key())
    assert (silent.status_code, silent.json()["code"]) == (422, "late-reason-missing")
    told = recorder.post(f"{sheet}/lines", json={**own, "late_reason": "记录员住院"}, headers=key())
    assert (told.status_code, told.json()["code"]) == (409, "own-points")


def test_the_form_sends_the_reason(months_later: Town, sheet: str, recorder: httpx2.Client) -> None:
    own = {f"outcome.{months_later.members['recorder']}": "attended", "idempotency_key": str(uuid4())}
    silent = recorder.post(f"{sheet}/lines", data=own, headers=PAGE)
    told = recorder.post(f"{sheet}/lines", data={**own, "late_reason": "记录员住院"}, headers=PAGE)
    assert (silent.status_code, told.status_code) == (422, 409)


def test_the_page_asks_for_the_reason_only_when_it_is_late(town: Town, sheet: str, recorder: httpx2.Client) -> None:
    today = town.acting("recorder", "recorder", BRANCH)
    assert 'name="late_reason"' not in today.get(sheet, headers=PAGE).text
    assert today.get(sheet).json()["value"]["late_reason_missing"] is False
    assert "补录截止" in today.get(sheet, headers=PAGE).text
    assert 'name="late_reason"' in recorder.get(sheet, headers=PAGE).text
    assert recorder.get(sheet).json()["value"]["late_reason_missing"] is True


def test_each_period_says_until_when_its_entries_come_in_time(town: Town) -> None:
    year = day_of(town.deployment.clock().now()).year
    recorder = town.acting("recorder", "recorder", BRANCH)
    periods = {
        row["period"]: row for row in recorder.get(f"/units/{BRANCH}/periods?year={year}").json()["value"]["periods"]
    }
    assert str(year) + "-07-10" <= periods["H1"]["entry_closes_on"] <= str(year) + "-07-20"
