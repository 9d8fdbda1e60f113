"""The pilot of the example: two years of three branches through the ledger alone, with everything a year brings."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from domain.assessment.pool import SeatDrawn, SeatGiven, SeatsSettled
from domain.assessment.result import GradeDetermined
from domain.entry import Entry, decode
from domain.house import decide
from domain.leaf import leaf_hash
from domain.ledger import Ledger
from domain.objection.objection import OBJECTION, Objection
from domain.result.measure import MeasureOpened, MeasureProposed, measures_of
from ops.bootstrap import Urls
from ops.clock import SimulatedClock
from ops.example.cast import (
    CANCELLED,
    CLEARED,
    CONFIRMED,
    EQUALS,
    EXTENDED,
    GRADED,
    HELPED,
    REPEATER,
    RUNNING,
    SLACK_TWICE,
    VETOED,
    player,
    teams,
)
from ops.example.disputes import objection_of
from ops.example.founding import ORIGIN, founding
from ops.example.grievances import GRIEVANCES
from ops.example.load import salt, tell
from ops.example.pilot import pilot
from ops.example.places import BRANCHES, district, is_piloted, newcomers, pilot_district
from ops.recorder import PostgresRecorder
from projections import follow
from projections.rebuild import rebuild
from projections.transparency.offline.replay import Tally, replay
from projections.transparency.offline.replay import Told as Line
from projections.vault import Vault, load_master_key
from tests.projections.conftest import tables_of


class Told:
    """The pilot alone, told into a log of its own."""

    def __init__(self, urls: Urls, folder: Path) -> None:
        self.urls = urls
        self.recorder = PostgresRecorder(urls.writer)
        self.vault = Vault(load_master_key(folder / "master"), urls.writer)
        self.ledger = Ledger(self.recorder, self.vault, decide, ORIGIN)
        steps = sorted([*founding(salt, piloted=True), *pilot(salt)], key=lambda step: step.at)
        tell(self.ledger, self.recorder, SimulatedClock(steps[0].at), steps)
        self.entries: list[Entry] = [decode(row.state) for row in self.recorder.select_notifications(1, 100_000)]

    def close(self) -> None:
        """Let the connections go."""
        self.recorder.close()
        self.vault.close()

    def words(self, member: object) -> list[str]:
        """What happened to somebody, in order."""
        return [entry.type for entry in self.entries if getattr(entry.fact, "member", None) == member]


@pytest.fixture
def told(database: Urls, tmp_path: Path) -> Iterator[Told]:
    found = Told(database, tmp_path)
    yield found
    found.close()


def test_three_branches_live_two_years_before_the_others(told: Told) -> None:
    """Told once for all that is asked of it: a telling takes its time."""
    _every_fact_is_of_a_command_but_the_ballots(told)
    _every_grade_was_given(told)
    _equals_at_the_line_were_parted_with_a_reason(told)
    _vetoes_stood_and_were_lifted(told)
    _probations_ended_each_way(told)
    _measures_stand_at_every_stage(told)
    _objections_stand_at_every_step(told)
    _outsiders_count_the_same(told)
    _rebuilt_is_followed(told)


def _every_fact_is_of_a_command_but_the_ballots(told: Told) -> None:
    assert {entry.type for entry in told.entries if entry.command is None} == {"ballot-cast"}
    wanted = sorted({entry.command for entry in told.entries if entry.command is not None})
    with psycopg.connect(told.urls.writer) as connection:
        found = connection.execute(
            "SELECT count(*) FROM ledger.commands WHERE command = ANY(%(wanted)s)", {"wanted": wanted}
        ).fetchone()
    assert found == (len(wanted),)


def _grades(told: Told) -> dict[object, list[str | None]]:
    found: dict[object, list[str | None]] = {}
    for entry in told.entries:
        if isinstance(entry.fact, GradeDetermined):
            found.setdefault(entry.fact.member, []).append(entry.fact.grade)
    return found


def _every_grade_was_given(told: Told) -> None:
    grades = _grades(told)
    assert {grade for given in grades.values() for grade in given} == {
        "excellent",
        "qualified",
        "basically_qualified",
        "unqualified",
    }
    assert grades[player(GRADED).member] == ["qualified", "basically_qualified"]
    assert grades[player(SLACK_TWICE).member] == ["basically_qualified"] * 2
    assert grades[player(REPEATER).member] == ["unqualified"] * 2
    assert grades[player(HELPED).member] == ["unqualified", "qualified"]
    for one in teams()[:1]:
        assert all(grades[who.member] == ["excellent"] * 2 for who in one.excellent)


def _equals_at_the_line_were_parted_with_a_reason(told: Told) -> None:
    (settled,) = [entry.fact for entry in told.entries if isinstance(entry.fact, SeatsSettled)]
    assert (settled.equal, settled.by_lot, settled.reason is not None) == (2, False, True)
    drawn = [entry.fact.member for entry in told.entries if isinstance(entry.fact, SeatDrawn)]
    first, second = (player(place).member for place in EQUALS)
    assert drawn == [first, second]
    seated = {entry.fact.member for entry in told.entries if isinstance(entry.fact, SeatGiven)}
    assert (first in seated, second in seated) == (True, False)
    assert _grades(told)[second] == ["qualified"]


def _vetoes_stood_and_were_lifted(told: Told) -> None:
    assert _grades(told)[player(VETOED).member] == ["basically_qualified", "qualified"]
    assert "veto-lifted" not in told.words(player(VETOED).member)
    assert [word for word in told.words(player(CLEARED).member) if "veto" in word] == ["veto-registered", "veto-lifted"]


def _probations_ended_each_way(told: Told) -> None:
    def way(member: object) -> list[str]:
        wanted = ("probation-started", "member-confirmed", "probation-extended", "probation-cancelled")
        return [word for word in told.words(member) if word in wanted]

    assert way(player(CONFIRMED).member) == ["probation-started", "member-confirmed"]
    assert way(player(CANCELLED).member) == ["probation-started", "probation-extended", "probation-cancelled"]
    assert way(EXTENDED.person.member) == ["probation-started", "probation-extended"]
    assert way(RUNNING.person.member) == ["probation-started"]


def _measures_stand_at_every_stage(told: Told) -> None:
    opened = {entry.fact.measure for entry in told.entries if isinstance(entry.fact, MeasureOpened)}
    proposed = {entry.fact.measure for entry in told.entries if isinstance(entry.fact, MeasureProposed)}
    assert opened < proposed, "some are proposed and not opened yet"
    repeater = told.ledger.load(measures_of(player(REPEATER).member))
    assert {(one.year, one.code, one.status) for one in repeater.known.values()} == {
        (2024, "help", "closed"),
        (2025, "handle", "open"),
        (2025, "help", "open"),
    }
    assert "measure-escalated" in told.words(player(REPEATER).member)
    graded = told.ledger.load(measures_of(player(GRADED).member))
    assert [(one.code, one.status) for one in graded.known.values()] == [("correct", "open")]
    assert "honour-added" in told.words(teams()[0].people[5].member), "whoever helped well earns two points"


def _objections_stand_at_every_step(told: Told) -> None:
    stands = Counter(
        one.status for one in (told.ledger.load(OBJECTION.of(objection_of(case))) for case in GRIEVANCES)
        if isinstance(one, Objection)
    )  # fmt: skip
    assert stands == {
        "closed": 3,
        "appealed": 1,
        "filed": 1,
        "accepted": 1,
        "assigned": 1,
        "heard": 1,
        "found": 1,
        "decided": 1,
        "replied": 1,
    }


def _outsiders_count_the_same(told: Told) -> None:
    """The committee parted equals, which makes a computation join a pool: it is decided again with that."""
    states = [row.state for row in told.recorder.select_notifications(1, 100_000)]
    values = [json.loads(state) for state in states]
    entries = (
        Line(number, value, leaf_hash(state).hex())
        for number, (state, value) in enumerate(zip(states, values, strict=True), 1)
    )
    tally = Tally()
    assert list(replay(entries, lambda number: values[number - 1], {}, tally)) == []
    assert tally.ballots == sum(one["type"] == "ballot-cast" for one in values)
    assert tally.grades == sum(one["type"] == "grade-determined" for one in values) > 0


def _rebuilt_is_followed(told: Told) -> None:
    with psycopg.connect(told.urls.projector, autocommit=True) as connection:
        follow.ready(connection)
        follow.catch_up(connection)
        before = tables_of(connection)
    rebuild(told.urls.projector)
    with psycopg.connect(told.urls.projector, autocommit=True) as connection:
        follow.ready(connection)
        assert tables_of(connection) == before
        parked = connection.execute("SELECT count(*) FROM parked").fetchone()
    assert parked == (0,)


def test_the_pilot_is_part_of_the_district_and_joins_it_once() -> None:
    whole = district(BRANCHES)
    early, late = pilot_district(), newcomers(whole)
    assert {one.unit for one in whole.places} == {one.unit for one in early.places} | {one.unit for one in late.places}
    assert len(whole.places) == len(early.places) + len(late.places)
    assert len(whole.branches) == len(early.branches) + len(late.branches)
    assert 40 <= sum(len(one.people) for one in early.branches) <= 60
    assert [is_piloted(number) for number in (1, 3, 5, 6, BRANCHES)] == [False, False, False, True, True]
