"""The district of the example: as the article counts it, made up throughout, told through workbooks and the ledger."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from api.workbook.columns import LAYOUTS
from api.workbook.read import read
from domain.entry import Entry, decode
from domain.house import decide
from domain.ledger import Ledger
from domain.organisation.member import MemberRegistered
from ops.bootstrap import Urls
from ops.clock import SimulatedClock
from ops.example import books
from ops.example.founding import ORIGIN
from ops.example.load import load
from ops.example.people import WORK_COMMITTEE, people
from ops.example.places import BRANCHES, district
from ops.example.story import ENDS_AT, story
from ops.recorder import PostgresRecorder
from projections import follow
from projections.rebuild import rebuild
from projections.vault import Vault, load_master_key
from tests.projections.conftest import tables_of

FEW = 3


def test_the_district_has_51_directly_run_organisations_and_132_known_branches() -> None:
    places = district(BRANCHES).places
    direct = Counter(place.kind for place in places if place.parent == WORK_COMMITTEE)
    direct["branch"] += 1  # the story's own
    assert direct == {"branch": 34, "party_committee": 1, "general_branch": 16}
    assert direct.total() == 51
    below = [place for place in places if place.parent.startswith("PK-ZZ")]
    assert len(below) == 98
    assert len({place.unit for place in places}) == len(places)


def test_the_district_has_2400_members_and_some_of_them_are_probationary() -> None:
    everybody = [*people(), *(person for branch in district(BRANCHES).branches for person in branch.people)]
    assert len(everybody) >= 2400
    assert 0 < sum(person.profile == "probationary" for person in everybody) < 200
    assert len({person.member for person in everybody}) == len(everybody)
    assert len({person.work_number for person in everybody}) == len(everybody)


def test_everybody_is_made_up_and_says_so() -> None:
    assert all(p.name.startswith("示例·") for branch in district(BRANCHES).branches for p in branch.people)


def test_the_same_seed_gives_the_same_workbooks() -> None:
    branch = district(FEW).branches[0]
    first, second = (books.month(branch, 3) for _ in range(2))
    assert first == second
    assert read(first, filename="3.xlsx", layouts=LAYOUTS).matters.rows


class Told:
    """A district of three branches, told once for all tests."""

    def __init__(self, urls: Urls, folder: Path) -> None:
        self.urls = urls
        self.recorder = PostgresRecorder(urls.writer)
        self.vault = Vault(load_master_key(folder / "master"), urls.writer)
        self.ledger = Ledger(self.recorder, self.vault, decide, ORIGIN)

    def tell(self) -> int:
        """Tell it, or what is missing of it; gives how many commands it took."""
        clock = SimulatedClock(story(lambda: "")[0].at)
        count = load(self.ledger, self.recorder, clock, lambda done, of: None, FEW)
        assert clock.now() == ENDS_AT
        return count

    def entries(self) -> list[Entry]:
        """The whole log."""
        return [decode(row.state) for row in self.recorder.select_notifications(1, 100_000)]

    def close(self) -> None:
        """Let the connections go."""
        self.recorder.close()
        self.vault.close()


@pytest.fixture
def told(database: Urls, tmp_path: Path) -> Iterator[Told]:
    found = Told(database, tmp_path)
    yield found
    found.close()


def test_a_small_district_is_told_through_the_ledger_alone_and_rebuilds_as_it_was_followed(told: Told) -> None:
    commands = told.tell()
    entries = told.entries()
    _every_fact_is_of_a_command(told, entries)
    _every_branch_has_come_some_way(entries)
    _rebuilt_is_followed(told)
    assert told.tell() == commands, "whoever tells it again gets the first receipts"
    assert told.recorder.max_notification_id() == len(entries)


def _every_fact_is_of_a_command(told: Told, entries: list[Entry]) -> None:
    """No fact of the log came in by another way than ``Ledger.execute``."""
    wanted = sorted({entry.command for entry in entries if entry.command is not None})
    assert all(entry.command is not None for entry in entries)
    with psycopg.connect(told.urls.writer) as connection:
        found = connection.execute(
            "SELECT count(*) FROM ledger.commands WHERE command = ANY(%(wanted)s)", {"wanted": wanted}
        ).fetchone()
    assert found == (len(wanted),)


def _every_branch_has_come_some_way(entries: list[Entry]) -> None:
    registered = Counter(entry.fact.unit for entry in entries if isinstance(entry.fact, MemberRegistered))
    for branch in district(FEW).branches:
        unit = branch.place.unit
        assert registered[unit] == len(branch.people)
        words = Counter(entry.type for entry in entries if getattr(entry.fact, "unit", None) == unit)
        for word in ("role-appointed", "matter-planned", "sheet-opened", "sheet-approved", "notice-posted"):
            assert words[word] > 0, (unit, word)
        assert words["notice-closed"] > 0


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
