"""A notice of five hundred lines: one fact a line, so that no entry grows with the number of members."""

from datetime import UTC, datetime

from domain.decider import Command
from domain.entry import Entry, encode, entry_id
from domain.notice.drafting import DraftNotice
from domain.notice.notice import NoticeLineDrafted, notice_id
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.recording.archive import PointsConfirmed, PointsRecorded
from tests.domain.branch import (
    AS_SECRETARY,
    BRANCH,
    PROCESS,
    RULED,
    STUDY,
    ready,
    registered,
    sheet_approved,
    who,
    wish,
)

MEMBERS = 500
LARGEST = 4_096
"""Bytes; an entry may have 65,535."""
NOTICE = notice_id(BRANCH, "MT-0512", STUDY, 1)
MONDAY = datetime(2026, 6, 8, 1, tzinfo=UTC)
OVER = datetime(2026, 6, 12, 16, 1, tzinfo=UTC)


def test_no_entry_grows_with_the_members_of_a_branch() -> None:
    crowd = RULED.given(*(registered(who(f"crowd-{number}")) for number in range(MEMBERS - 8)))
    world = ready(base=crowd).world.copy()
    counted = {PointsRecorded: 0, NoticeLineDrafted: 0, PointsConfirmed: 0}
    for command in _to_its_end():
        for ordinal, write in enumerate(world.execute(command)):
            entry = Entry(
                actor=command.actor,
                at=command.at,
                cause=None,
                command=command.id,
                fact=write.fact,
                id=entry_id(command.id, ordinal),
                log="test",
                stream=write.stream,
                version=1,
            )
            assert len(encode(entry)) < LARGEST
            if type(write.fact) in counted:
                counted[type(write.fact)] += 1
    assert set(counted.values()) == {MEMBERS}


def _to_its_end() -> tuple[Command, ...]:
    about = {"unit": BRANCH, "notice": NOTICE}
    return (
        sheet_approved(),
        wish(DraftNotice, PROCESS, unit=BRANCH, matter="MT-0512", item=STUDY, decision=1),
        wish(CheckDisclosure, AS_SECRETARY, MONDAY, **about, shows=("name", "outcome")),
        wish(PostNotice, AS_SECRETARY, MONDAY, **about),
        wish(CloseNotice, PROCESS, OVER, **about),
        wish(ConfirmRecords, PROCESS, OVER, **about),
    )
