"""SPEC §5.16 through HTTP: ten years scored again from their records give what was determined, to the cent."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from domain.decider import Command
from domain.notice.drafting import DraftNotice
from domain.notice.notice import notice_id
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.recording.filling import LineWish
from domain.values import hundredths
from ops.embedded import Running
from tests.api.assessed import read
from tests.api.lived import lived
from tests.api.test_measures import decided
from tests.api.town import Town
from tests.domain.branch import (
    AS_SECRETARY,
    AS_SUBSTITUTE,
    BRANCH,
    PEOPLE,
    PROCESS,
    RECORDER,
    STUDY,
    calendar,
    commands,
    evidenced,
    filled,
    held,
    opened,
    planned,
    sheet_approved,
    submitted,
    wish,
)
from tests.domain.year import TERM, appraisal_closed, appraisal_opened, ballots, period_opened

YEARS = range(2026, 2036)
OTHERS = tuple(one for one in PEOPLE if one != RECORDER)
MARKS = ("excellent", "qualified", "basically_qualified")


def study(year: int) -> Iterator[Command]:
    """One study day: one member more is absent in each year than in the year before."""
    matter, at = f"TD-{year}", datetime(year, 4, 15, 1, tzinfo=UTC)
    absent = tuple(LineWish(member=member, outcome="absent") for member in OTHERS[: (year - 2026) % len(PEOPLE)])
    own = (LineWish(member=RECORDER, outcome="attended"),)
    told = (
        planned(matter, planned_on=date(year, 4, 14)),
        held(matter, occurred_on=date(year, 4, 14)),
        evidenced(matter),
        opened(matter),
        filled(matter=matter, otherwise="attended", but=absent),
        filled(AS_SUBSTITUTE, matter=matter, but=own),
        submitted(matter=matter),
        sheet_approved(matter=matter),
    )
    yield from (replace(one, at=at) for one in told)
    notice = {"unit": BRANCH, "notice": notice_id(BRANCH, matter, STUDY, 1)}
    yield wish(DraftNotice, PROCESS, at, unit=BRANCH, matter=matter, item=STUDY, decision=1)
    yield wish(CheckDisclosure, AS_SECRETARY, at, **notice, shows=("name",))
    yield wish(PostNotice, AS_SECRETARY, at, **notice)
    over = at + TERM + timedelta(days=10)
    yield wish(CloseNotice, PROCESS, over, **notice)
    yield wish(ConfirmRecords, PROCESS, over, **notice)


def closed(year: int) -> Iterator[Command]:
    """Both halves and the year, appraised differently each time."""
    key: dict[str, Any] = {"unit": BRANCH, "year": year}
    for period, at in (
        ("H1", datetime(year, 7, 8, 1, tzinfo=UTC)),
        ("H2", datetime(year + 1, 1, 10, 1, tzinfo=UTC)),
        ("Y", datetime(year + 1, 3, 8, 1, tzinfo=UTC)),
    ):
        yield replace(period_opened(period, year=year), at=at)
        if period == "Y":
            marks = {one: {MARKS[(year + number) % len(MARKS)]: 7} for number, one in enumerate(PEOPLE)}
            yield replace(appraisal_opened(), at=at, year=year)
            yield replace(appraisal_closed(ballots(marks)), at=at, year=year)
        yield from decided(key, period, at)


def day_off(year: int) -> date:
    """The first weekday of October."""
    return next(day for number in range(1, 8) if (day := date(year, 10, number)).weekday() < 5)


def told() -> Iterator[Command]:
    yield from commands()
    yield from (calendar(year, (day_off(year),)) for year in range(2027, YEARS.stop + 2))
    happened = [one for year in YEARS for one in (*study(year), *closed(year))]
    yield from sorted(happened, key=lambda one: one.at)


@pytest.fixture(scope="module")
def town(server: Running) -> Iterator[Town]:
    """The branch after ten such years."""
    folder = Path(tempfile.mkdtemp(prefix="steelyard-"))
    with lived(server, folder, told(), {"secretary": PEOPLE[0]}) as found:
        yield found
    shutil.rmtree(folder)


def share(points: int, percent: int) -> int:
    """Rounded half up, in hundredths."""
    return (points * percent + 50) // 100


@pytest.mark.parametrize("member", PEOPLE, ids=str)
def test_16_十年重算与已确定的结果分毫不差(town: Town, member: UUID) -> None:
    client = town.acting("secretary", "secretary", BRANCH)
    results = {(one["year"], one["period"]): one for one in read(client, f"/members/{member}/results")["items"]}
    assert set(results) == {(year, period) for year in YEARS for period in ("H1", "H2", "Y")}
    for year in YEARS:
        again = {one["period"]: one for one in read(client, f"/members/{member}/points?year={year}")["periods"]}
        for period in ("H1", "H2", "Y"):
            stored = results[year, period]
            assert again[period]["total"] == stored["ledger"], (year, period)
        whole = results[year, "Y"]
        parts = share(hundredths(again["Y"]["total"]), 80), share(hundredths(whole["appraisal"]), 20)
        assert sum(parts) == hundredths(whole["total"]), year
    assert len({one["total"] for key, one in results.items() if key[1] == "Y"}) > 1, "no two kinds of year alike"
