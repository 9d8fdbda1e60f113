"""积分档案: one matter, one record; a record is confirmed once and never leaves."""

from datetime import date
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.recording.archive import (
    ARCHIVE,
    Archive,
    PointsConfirmed,
    PointsRecorded,
    RecordUnknown,
    archive_of,
    evolve,
)
from domain.recording.entering import AlreadyRecorded, recorded
from domain.recording.matter import MatterHeld
from domain.recording.standing import confirmed
from tests.domain.branch import BRANCH, HELD_ON, MEMBER, OTHER, STUDY, VERSION, who
from tests.domain.given import World

NOTICE = who("notice")


def record(matter: str = "MT-0512", item: str = STUDY, member: UUID = MEMBER, day: date = HELD_ON) -> PointsRecorded:
    return PointsRecorded(
        record=member,
        member=member,
        unit=BRANCH,
        matter=matter,
        item=item,
        rules=VERSION,
        outcome="attended",
        quantity="1.00",
        occurred_on=day,
        entitled=4,
        present=4,
        in_favour=4,
    )


def written(world: World, fact: PointsRecorded) -> UUID:
    """The record's id, after it was put into its archive."""
    write = recorded(world, fact)
    world.add(write)
    assert isinstance(write.fact, PointsRecorded)
    return write.fact.record


def test_i1_a_second_record_of_one_matter_is_refused_with_the_first_ones_reference() -> None:
    world = World()
    first = written(world, record())
    with pytest.raises(AlreadyRecorded) as refused:
        recorded(world, record())
    assert refused.value.facts["record"] == first
    written(world, record(matter="MT-0519"))
    written(world, record(item="R-LX-2"))
    written(world, record(member=OTHER))


def test_i1_a_confirmed_record_stands_in_the_way_as_well() -> None:
    world = World()
    first = written(world, record())
    write = confirmed(world, archive_of(MEMBER, HELD_ON), first, NOTICE)
    assert write is not None
    world.add(write)
    with pytest.raises(AlreadyRecorded):
        recorded(world, record())


def test_the_archive_is_that_of_the_year_of_the_act() -> None:
    assert archive_of(MEMBER, date(2026, 1, 1)) == archive_of(MEMBER, date(2026, 12, 31))
    assert archive_of(MEMBER, date(2026, 12, 31)) != archive_of(MEMBER, date(2027, 1, 1))
    assert archive_of(MEMBER, HELD_ON) != archive_of(OTHER, HELD_ON)


def test_a_record_is_confirmed_once() -> None:
    world = World()
    ref = archive_of(MEMBER, HELD_ON)
    first = written(world, record())
    write = confirmed(world, ref, first, NOTICE)
    assert write is not None
    assert write.fact == PointsConfirmed(record=first, notice=NOTICE)
    world.add(write)
    assert confirmed(world, ref, first, NOTICE) is None
    with pytest.raises(AssertionError, match="confirmed"):
        evolve(world[ref], PointsConfirmed(record=first, notice=NOTICE))


def test_what_is_not_on_record_is_not_confirmed() -> None:
    with pytest.raises(RecordUnknown):
        confirmed(World(), archive_of(MEMBER, HELD_ON), who("nothing"), NOTICE)


MATTERS = st.lists(st.tuples(st.sampled_from(["A", "B", "C"]), st.booleans()), max_size=12)


@given(MATTERS)
def test_i11_no_history_takes_a_record_away_or_back(steps: list[tuple[str, bool]]) -> None:
    world = World()
    ref = archive_of(MEMBER, HELD_ON)
    for matter, confirm in steps:
        before = world[ref]
        found = before.live(BRANCH, matter, STUDY)
        if found is None:
            written(world, record(matter=matter))
        elif confirm and (write := confirmed(world, ref, found.record, NOTICE)) is not None:
            world.add(write)
        after = world[ref]
        sure = {one for one, was in before.records.items() if was.status == "confirmed"}
        assert before.records.keys() <= after.records.keys()
        assert all(after.records[one].status == "confirmed" for one in sure)
        assert len({(one.matter, one.item) for one in after.records.values()}) == len(after.records)


def test_an_archive_takes_only_its_own_facts() -> None:
    assert ARCHIVE.initial == Archive()
    foreign = MatterHeld(unit=BRANCH, matter="MT-0512", occurred_on=HELD_ON)
    with pytest.raises(AssertionError):
        evolve(Archive(), foreign)


def test_two_branches_may_use_the_same_code_for_different_matters() -> None:
    world = World()
    written(world, record())
    written(world, msgspec.structs.replace(record(), unit="GW/PK-02"))
