"""The page of worked checks through HTTP: members A to E, every figure to the cent (SPEC §5: 13, 16; F14, F25)."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest

from domain.assessment.result import ScoreDetermined
from ops.embedded import Running
from tests.api.assessed import (
    HERE,
    IDLE,
    IDLE_HERE,
    IDLERS,
    MOVED,
    WORKED,
    assessed_town,
    at_branch,
    noticed,
    read,
    send,
    sitting,
)
from tests.api.moving import Moving
from tests.api.test_periods import world_of
from tests.api.town import PAGE, Town
from tests.api.worked_year import appraise, enter_half
from tests.domain.assessment.test_worked_checks import MEMBERS
from tests.domain.assessment.test_year import replayed
from tests.domain.branch import BRANCH, HIGHER, PEOPLE, TOP
from tests.domain.given import Given

H1_OVER = datetime(2026, 7, 8, 1, tzinfo=UTC)
AUGUST = datetime(2026, 8, 14, 1, tzinfo=UTC)
H2_OVER = datetime(2027, 1, 8, 1, tzinfo=UTC)
Y_OVER = datetime(2027, 2, 1, 1, tzinfo=UTC)
PUBLIC: dict[str, str] = {}
"""What the public was shown while the year's notice hung."""
END = datetime(2027, 2, 20, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def closed(server: Running) -> Iterator[Moving]:
    """The year of both branches, entered and closed through HTTP."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with assessed_town(server, folder) as moving:
        enter_half(moving, 1)
        close_period(moving, "H1", H1_OVER)
        with moving.at(AUGUST) as town:
            move = {"to_unit": IDLE, "from_on": "2026-08-15"}
            send(at_branch(town, "officer", "officer", TOP), f"/members/{MOVED}/transfer", move)
        enter_half(moving, 2)
        close_period(moving, "H2", H2_OVER)
        appraise(moving, Y_OVER)
        close_period(moving, "Y", Y_OVER)
        moving.carry_out(END)
        yield moving
    shutil.rmtree(folder)


def close_period(moving: Moving, period: str, at: datetime) -> None:
    """Opened unless it was for its appraisal, computed, adopted by every body and noticed."""
    with moving.at(at) as town:
        for client, unit in _secretaries(town):
            if period != "Y":
                send(client, f"{unit}/periods", {"year": 2026, "period": period}, 201)
            send(client, f"{unit}/periods/2026/{period}/computation", {})
        send(at_branch(town), f"{HERE}/periods/2026/{period}/decision", sitting())
        higher = at_branch(town, "higher", "secretary", TOP)
        send(higher, f"{IDLE_HERE}/periods/2026/{period}/decision", sitting(HIGHER))
        if period == "Y":
            send(higher, f"{HERE}/periods/2026/Y/decision", sitting(HIGHER))
    with moving.at(at) as town:
        noticed(town, f"{HERE}/periods/2026/{period}")
        noticed(town, f"{IDLE_HERE}/periods/2026/{period}", IDLE)
        if period == "Y":
            moving.town.settled()
            read_by_everybody(town)


def read_by_everybody(town: Town) -> None:
    """Somebody of the public follows the link of the year's notice."""
    place = f"{HERE}/notices/{read(at_branch(town), f'{HERE}/periods/2026/Y')['notice']}"
    link = read(at_branch(town), place)["link"]
    answered = town.known("").get(link[link.index("/public/") :], headers=PAGE)
    assert answered.status_code == 200
    PUBLIC["page"] = answered.text


def _secretaries(town: Town) -> list[tuple[httpx2.Client, str]]:
    return [(at_branch(town), HERE), (at_branch(town, "higher", "secretary", TOP), IDLE_HERE)]


@pytest.mark.parametrize("name", "ABCDE")
def test_the_worked_checks_come_out_to_the_cent(closed: Moving, name: str) -> None:
    worked = MEMBERS[name]
    member = IDLERS[0] if name == "E" else WORKED[name]
    with closed.at(END) as town:
        found = {one["period"]: one for one in _results(town, str(member))}
    year = found["Y"]
    ledger_part, _, rest = worked.total.partition(" + ")
    appraisal_part, _, total = rest.partition(" = ")
    assert f"{found['H1']['base']} + {found['H2']['base']} = {year['base']}" == worked.base
    assert (year["honours"], year["deductions"]) == (worked.honour_points, worked.deduction_points)
    assert (year["ledger"], year["appraisal"]) == (worked.ledger, worked.appraisal)
    assert (year["ledger_part"], year["appraisal_part"], year["total"]) == (ledger_part, appraisal_part, total)
    assert (year["grade_zh"], year["determined"]) == (worked.grade, True)


def _results(town: Town, member: str) -> list[dict[str, str]]:
    return list(read(at_branch(town, "higher", "secretary", TOP), f"/members/{member}/results")["items"])


def test_15_who_was_transferred_in_august_has_both_branches_records_in_one_archive(closed: Moving) -> None:
    with closed.at(END) as town:
        found = {one["period"]: one for one in _results(town, str(MOVED))}
    assert {period: one["unit"] for period, one in found.items()} == {"H1": BRANCH, "H2": IDLE, "Y": IDLE}
    # He was present at whatever the first branch held, and did no voluntary deed; in the second nothing was asked.
    assert (found["H1"]["base"], found["H2"]["base"], found["Y"]["base"]) == ("33.00", "33.00", "66.00")
    assert int(found["Y"]["records"]) == int(found["H1"]["records"]) > 0
    assert found["H2"]["records"] == 0
    # The closing branch determined the year.
    assert (found["Y"]["total"], found["Y"]["grade_zh"]) == ("68.80", "基本合格")


def test_16_a_replay_of_the_log_gives_every_determination_to_the_cent(closed: Moving) -> None:
    world = world_of(closed.entries())
    facts = [entry.fact for entry in closed.entries() if isinstance(entry.fact, ScoreDetermined)]
    assert len(facts) == 3 * (len(IDLERS) + len(PEOPLE) + len(WORKED) + 1)
    for fact in facts:
        again = replayed(Given(world), fact)
        assert again == (fact.base, fact.ledger, fact.total, fact.records, fact.records_digest), fact.member


def test_what_the_pages_showed_meanwhile_is_what_was_determined(closed: Moving) -> None:
    with closed.at(END) as town:
        for name, member in WORKED.items():
            points = read(at_branch(town), f"/members/{member}/points?year=2026")
            whole = next(one for one in points["periods"] if one["period"] == "Y")
            assert (whole["total"], whole["base"]) == (MEMBERS[name].ledger, MEMBERS[name].base.rpartition(" ")[2])
            assert {one["period"] for one in points["results"]} == {"H1", "H2", "Y"}


def test_the_period_is_sealed_and_the_quota_counted_over_whoever_was_determined(closed: Moving) -> None:
    with closed.at(END) as town:
        row = read(at_branch(town), f"{HERE}/periods/2026/Y")["row"]
        # 12 members: a third is 4 seats; A and B reach 90.
        assert (row["status"], row["members"], row["seats"], row["excellent"]) == ("sealed", 12, 4, 2)
        board = read(at_branch(town, "higher", "secretary", TOP), f"/units/{TOP}/periods?year=2026")
        assert {one["unit"] for one in board["below"]} >= {BRANCH, IDLE}
        assert board["sealed"] == 6


def test_the_public_edition_names_the_excellent_and_counts_the_rest(closed: Moving) -> None:
    # While it hangs: the link was read by the fixture on the day of the posting.
    page, names = PUBLIC["page"], [str(one) for one in WORKED.values()]
    assert "12 名" in page
    assert [name for name in names if name in page] == [str(WORKED["A"]), str(WORKED["B"])]
    assert "97.00" not in page
    assert "不合格" not in page
