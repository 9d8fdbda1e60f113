"""Parking: a fact that cannot be applied stops nobody but whom it touches, and nothing of his is lost."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from domain.decider import Fact, StreamRef
from domain.ledger import Save
from domain.recording.archive import PointsRecorded, archive_of
from domain.recording.bringing import State, brought_of
from ops.parked import unparked
from projections import brought, organisation, parking, schema, scores, timeline
from projections.alike import Alike
from projections.applying import Applied, Handler
from projections.folding import Fold
from projections.follow import catch_up
from projections.given import Given
from projections.rebuild import MoreParked, rebuild
from tests.foundings import BRANCH, founding, member
from tests.histories import KINDS, Done, road
from tests.lives import RULES
from tests.projections.conftest import House, tables_of

OTHER = "PK-02"
FIRST = Done("M1", KINDS[0], date(2026, 3, 3), but=((5, "absent", "1.00"),))
SECOND = Done("M2", KINDS[1], date(2026, 4, 8), but=((6, "excused", "1.00"),))
THIRD = Done("M3", KINDS[3], date(2026, 5, 11), but=((5, "earned", "2.00"), (6, "earned", "1.00")))


def told(house: House) -> None:
    house.tell(founding((BRANCH, OTHER)))
    for done in (FIRST, SECOND, THIRD):
        house.tell(road(done))


class Bug:
    """A handler that cannot apply one member's records of some matters, until it is mended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, victim: UUID, *matters: str) -> None:
        self.matters = set(matters)
        self._victim = victim
        whole: dict[type[Fact], tuple[Handler, ...]] = {
            **schema.HANDLERS,
            PointsRecorded: (self._fail, *schema.HANDLERS[PointsRecorded]),
        }
        monkeypatch.setattr("projections.folding.HANDLERS", whole)

    def _fail(self, this: Applied, fact: PointsRecorded) -> None:
        if fact.member == self._victim and fact.matter in self.matters:
            raise ArithmeticError(fact.matter)


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Bug]:
    return lambda number, *matters: Bug(monkeypatch, member(number), *matters)


def parked_now(house: House) -> tuple[parking.Parked, ...]:
    return asyncio.run(house.ask(parking.parked)).value


def test_only_the_member_whom_a_fact_touches_is_parked(house: House, bug: Callable[..., Bug]) -> None:
    told(house)
    bug(5, "M2")
    assert house.follow() == len(house.entries())
    (parked,) = parked_now(house)
    assert (parked.key, parked.kind, parked.type, parked.code) == (
        member(5),
        "member",
        "points-recorded",
        "arithmetic-error",
    )
    # everything of his after that waits; nobody else misses anything
    after = [
        position
        for position, entry in enumerate(house.entries(), 1)
        if position >= parked.position and _is_about(house, entry.fact, member(5))
    ]
    assert parked.held == len(after) > 3
    with house.projector() as connection:
        missing = connection.execute("SELECT position FROM held ORDER BY position").fetchall()
        counts = dict(
            connection.execute("SELECT m.person, count(*) FROM records JOIN members AS m USING (member) GROUP BY 1")
        )
    assert [position for (position,) in missing] == after
    assert counts[member(5)] == 1
    assert counts[member(6)] == 3


def _is_about(house: House, fact: Fact, person: UUID) -> bool:
    record = getattr(fact, "record", None)
    mine = {
        entry.fact.record
        for entry in house.entries()
        if isinstance(entry.fact, PointsRecorded) and entry.fact.member == person
    }
    return person in parking.named_members(fact) or (record in mine)


def test_what_rests_on_a_parked_fact_says_that_it_is_incomplete(house: House, bug: Callable[..., Bug]) -> None:
    told(house)
    bug(5, "M2")
    house.follow()
    assert not asyncio.run(house.ask(scores.points_of, member(5), 2026)).complete
    assert asyncio.run(house.ask(scores.points_of, member(6), 2026)).complete
    assert not asyncio.run(house.ask(scores.branch_points, BRANCH, 2026)).complete
    assert asyncio.run(house.ask(scores.branch_points, OTHER, 2026)).complete
    assert not asyncio.run(house.ask(organisation.units)).complete


def test_after_the_fix_everything_that_waited_is_applied_in_order(house: House, bug: Callable[..., Bug]) -> None:
    told(house)
    with house.projector() as connection:
        catch_up(connection)
        wanted = tables_of(connection)
        connection.execute("DROP SCHEMA reads CASCADE")
    broken = bug(5, "M2")
    house.follow()
    with house.projector() as connection:
        # still broken: he stays parked at the same fact, and nothing of his is applied
        before = tables_of(connection)
        assert Fold(connection).unpark(member(5)) == parked_now(house)[0].held
        assert tables_of(connection) == before
        broken.matters.clear()
        assert Fold(connection).unpark(member(5)) == 0
        assert tables_of(connection) == wanted


def test_what_was_brought_of_a_parked_member_and_closed_waits_for_nothing_after_the_fix(
    house: House, bug: Callable[..., Bug]
) -> None:
    told(house)
    broken = bug(5, "M2")
    _brought(house, 5)
    _append_raw(house, _veto_of(5).id, "brought-veto-closed", {**_veto(5), "outcome": "declined", "by": str(member(1))})
    house.follow()
    broken.matters.clear()
    with house.projector() as connection:
        assert Fold(connection).unpark(member(5)) == 0
    assert asyncio.run(house.ask(brought.brought_under, BRANCH)).value == ()
    shown, hidden = (
        {one.type for one in asyncio.run(house.ask(timeline.timeline, member(5), vetoes=may)).value.items}
        for may in (True, False)
    )
    assert shown - hidden == {"veto-brought", "brought-veto-closed"}


def test_what_was_registered_waits_no_longer_where_the_log_says_no_more_than_that(house: House) -> None:
    told(house)
    _brought(house, 4)
    house.follow()
    assert len(asyncio.run(house.ask(brought.brought_under, BRANCH)).value) == 1
    minute = {"minute": "纪要", "minute_sha256": "0" * 64, "entitled": 3, "present": 3, "in_favour": 3}
    registered = {**_veto(4), **_DECISION, **minute, "record": str(uuid4()), "counted_on": "2026-03-05"}
    registered.pop("decided_on")
    _append_raw(house, archive_of(member(4), date(2026, 3, 5)).id, "veto-registered", registered)
    house.follow()
    assert parked_now(house) == ()
    assert asyncio.run(house.ask(brought.brought_under, BRANCH)).value == ()


_DECISION: dict[str, Any] = {
    "rules": RULES.version,
    "occurred_on": "2026-03-02",
    "decided_on": "2026-03-05",
    "document_kind": "party_decision",
    "document": "1" * 64,
    "issuer": "2" * 64,
}


def _veto(number: int) -> dict[str, Any]:
    return {"unit": BRANCH, "member": str(member(number)), "matter": "DEC-1", "item": "V-1"}


def _veto_of(number: int) -> StreamRef[State]:
    return brought_of(BRANCH, member(number), "DEC-1", "V-1")


def _brought(house: House, number: int) -> None:
    """A department brings a decision about somebody."""
    fact = {**_veto(number), **_DECISION, "department": BRANCH, "by": str(member(1))}
    _append_raw(house, _veto_of(number).id, "veto-brought", fact)


def test_unparking_stops_at_the_next_fact_that_fails(house: House, bug: Callable[..., Bug]) -> None:
    told(house)
    broken = bug(5, "M2", "M3")
    house.follow()
    waiting = parked_now(house)[0].held
    broken.matters.remove("M2")
    with house.projector() as connection:
        left = Fold(connection).unpark(member(5))
        applied = connection.execute(
            "SELECT t.code FROM records AS r JOIN matters AS t USING (matter) JOIN members AS m ON m.member = r.member "
            "WHERE m.person = %(person)s ORDER BY 1",
            {"person": member(5)},
        ).fetchall()
    (parked,) = parked_now(house)
    assert 0 < left == parked.held < waiting
    assert parked.position == _position_of(house, "M3")
    assert applied == [("M1",), ("M2",)]


def test_an_operator_lets_everybody_go_on_in_order(house: House, bug: Callable[..., Bug]) -> None:
    told(house)
    with house.projector() as connection:
        catch_up(connection)
        wanted = tables_of(connection)
        connection.execute("DROP SCHEMA reads CASCADE")
    broken = bug(5, "M2")
    house.follow()
    with house.projector() as connection:
        assert unparked(connection) == []
        (listed,) = parking.listed(connection)
        assert listed == parked_now(house)[0]
        broken.matters.clear()
        assert unparked(connection, [member(6)]) == []
        assert unparked(connection) == [listed]
        assert parking.listed(connection) == []
        assert tables_of(connection) == wanted


def test_what_still_cannot_be_read_stays_parked_when_the_others_go_on(house: House, bug: Callable[..., Bug]) -> None:
    told(house)
    broken = bug(5, "M2")
    stream = uuid4()
    _append_raw(house, stream, "dream-dreamt", {"unit": BRANCH})
    house.follow()
    broken.matters.clear()
    with house.projector() as connection:
        assert [one.key for one in unparked(connection)] == [member(5)]
        assert [(one.key, one.held) for one in parking.listed(connection)] == [(stream, 1)]


def _position_of(house: House, matter: str) -> int:
    return next(
        position
        for position, entry in enumerate(house.entries(), 1)
        if isinstance(entry.fact, PointsRecorded) and entry.fact.member == member(5) and entry.fact.matter == matter
    )


def test_a_fact_that_cannot_be_read_makes_every_answer_incomplete(house: House) -> None:
    told(house)
    entries = house.entries()
    stream = uuid4()
    _append_raw(house, stream, "dream-dreamt", {"unit": BRANCH})
    assert house.follow() == len(entries) + 1
    (parked,) = parked_now(house)
    assert (parked.key, parked.kind, parked.type) == (stream, "stream", "dream-dreamt")
    assert not asyncio.run(house.ask(scores.points_of, member(1, OTHER), 2026)).complete
    assert len(asyncio.run(house.ask(scores.points_of, member(1, OTHER), 2026)).value) == 3


def test_a_fact_that_cannot_be_read_parks_the_member_it_names(house: House) -> None:
    told(house)
    _append_raw(house, uuid4(), "dream-dreamt", {"member": str(member(2))})
    house.follow()
    assert [(parked.key, parked.kind) for parked in parked_now(house)] == [(member(2), "member")]


def test_a_fact_in_an_archive_that_cannot_be_read_parks_its_owner(house: House) -> None:
    told(house)
    archive = next(
        entry.stream
        for entry in house.entries()
        if isinstance(entry.fact, PointsRecorded) and entry.fact.member == member(4)
    )
    _append_raw(house, archive, "points-forgotten", {"record": "unreadable"})
    house.follow()
    assert [(parked.key, parked.kind) for parked in parked_now(house)] == [(member(4), "member")]


def test_a_record_that_no_rule_set_knows_is_never_skipped(house: House) -> None:
    told(house)
    known = next(entry for entry in house.entries() if isinstance(entry.fact, PointsRecorded))
    assert isinstance(known.fact, PointsRecorded)
    fact = msgspec.structs.replace(known.fact, record=uuid4(), outcome="earned")  # of a ratio item
    _append_raw(house, known.stream, "points-recorded", msgspec.to_builtins(fact))
    house.follow()
    (parked,) = parked_now(house)
    assert (parked.key, parked.code) == (known.fact.member, "uncountable")


def _append_raw(house: House, stream: UUID, word: str, fact: dict[str, Any]) -> None:
    """An entry that no command of this release could have made, as another release might."""
    version = 1 + sum(entry.stream == stream for entry in house.entries())
    at = datetime(2026, 6, 28, 1, tzinfo=UTC)
    state = msgspec.json.encode(
        {
            "actor": {"system": "installation"},
            "at": at,
            "cause": None,
            "command": uuid4(),
            "fact": fact,
            "id": uuid4(),
            "log": "test.pukou",
            "schema": 1,
            "stream": stream,
            "type": word,
            "version": version,
        },
        order="sorted",
    )
    stored = StoredEvent(originator_id=stream, originator_version=version, topic=word, state=state)
    house.recorder.insert_events([stored], save=Save(command=uuid4(), digest=b"raw", at=at))


def test_a_score_that_fails_parks_him_alone(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    told(house)
    whole = Alike.texts

    def failing(self: Alike, given: Sequence[Given]) -> list[str]:
        if any(self.tally(said).outcome == "absent" for one in given for said in one.said):
            raise ZeroDivisionError
        return whole(self, given)

    monkeypatch.setattr(Alike, "texts", failing)
    house.follow()
    assert [parked.key for parked in parked_now(house)] == [member(5)]
    monkeypatch.setattr(Alike, "texts", whole)
    with house.projector() as connection:
        assert Fold(connection).unpark(member(5)) == 0
        found = tables_of(connection)
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == found


def test_a_rebuild_that_parks_more_is_not_swapped_in(house: House, bug: Callable[..., Bug]) -> None:
    told(house)
    house.follow()
    with house.projector() as connection:
        before = tables_of(connection)
        bug(5, "M2")
        with pytest.raises(MoreParked):
            rebuild(house.urls.projector, readers=house.readers)
        assert tables_of(connection) == before
        left = connection.execute("SELECT to_regnamespace('reads_next') IS NULL").fetchone()
    assert left == (True,)


def test_a_rebuild_parks_as_following_does(house: House, bug: Callable[..., Bug]) -> None:
    told(house)
    bug(5, "M2")
    house.follow()
    with house.projector() as connection:
        followed = tables_of(connection)
    rebuild(house.urls.projector, readers=house.readers)
    with house.projector() as connection:
        assert tables_of(connection) == followed


def test_a_lost_connection_parks_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    told(house)

    def lost(this: Applied, fact: PointsRecorded) -> None:
        raise psycopg.OperationalError("gone")

    handlers: dict[type[Fact], tuple[Handler, ...]] = {**schema.HANDLERS, PointsRecorded: (lost,)}
    monkeypatch.setattr("projections.folding.HANDLERS", handlers)
    with house.projector() as connection, pytest.raises(psycopg.OperationalError):
        catch_up(connection)
    assert parked_now(house) == ()
