"""档案承诺: when a notice of records is over, one root says where the archives of everybody shown ended."""

import msgspec

from domain.assessment.committing import headed, root, salt_of
from domain.decider import Head
from domain.leaf import leaf_hash
from domain.notice.commitment import ArchivesCommitted
from domain.notice.committing import archive_leaves
from domain.notice.notice import NOTICE, Notice
from domain.notice.running import ConfirmRecords
from domain.recording.archive import PointsConfirmed, archive_of
from domain.sealed import Secret, disclosure_of
from tests.domain.branch import HELD_ON, PEOPLE
from tests.domain.given import Given
from tests.domain.notice.test_notice import NOTICE_ID, RUNNING, closed, records_confirmed

SEED = Secret(subject=NOTICE.of(NOTICE_ID).id, name="seed", value="of-256-random-bits", salt="salt")
OVER = RUNNING.given(closed())
CONFIRMED: ConfirmRecords = msgspec.structs.replace(records_confirmed(), seed=SEED)


def committed(given: Given) -> ArchivesCommitted:
    fact = given.when(CONFIRMED).facts()[0]
    assert isinstance(fact, ArchivesCommitted)
    return fact


def test_what_a_notice_showed_is_committed_to_before_it_is_confirmed() -> None:
    OVER.when(CONFIRMED).says(ArchivesCommitted, *(PointsConfirmed for _ in PEOPLE))
    fact = committed(OVER)
    assert (fact.notice, fact.members, fact.seed) == (NOTICE_ID, len(PEOPLE), SEED.commitment)


def test_a_dropped_record_gives_another_root() -> None:
    world = OVER.world.copy()
    archive = archive_of(PEOPLE[0], HELD_ON)
    world.ends[archive.id] = Head(world.ends[archive.id].version - 1, "0" * 64)
    assert committed(Given(world)).root != committed(OVER).root


def test_a_member_who_was_shown_finds_his_leaf() -> None:
    notice = OVER.world[NOTICE.of(NOTICE_ID)]
    assert isinstance(notice, Notice)
    leaves = archive_leaves(OVER.world, notice, SEED.value)
    member = sorted(PEOPLE, key=str)[2]
    archive = archive_of(member, HELD_ON)
    said = [str(member), headed(archive, OVER.world.heads([archive])[0])]
    assert leaf_hash(disclosure_of(salt_of(SEED.value, member), "archive", said).encode()) == leaves[2]
    assert root(leaves).hex() == committed(OVER).root


def test_the_end_of_an_objection_commits_to_nothing_where_it_confirms_nothing() -> None:
    after = msgspec.structs.replace(CONFIRMED, id=NOTICE_ID, after_objection=True)
    OVER.given(CONFIRMED).when(after).nothing()
    OVER.when(after).says(ArchivesCommitted, *(PointsConfirmed for _ in PEOPLE))
    RUNNING.when(after).nothing()
