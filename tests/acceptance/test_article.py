"""文章的话 — the article's own sentences as scenarios, told of one branch.

Each test carries the words that it holds the system to; what it plays is the smallest story in which they could fail.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from domain.decider import NotPermitted, Refused
from domain.notice.drafting import DraftNotice
from domain.notice.notice import NOTICE, Notice, NoticeNotClosed, TermRunning, notice_id
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.organisation.appointments import OneRecorderOnly
from domain.recording.approval import RecorderApproves, SheetNotSubmitted
from domain.recording.archive import Archive, PointsConfirmed, PointsRecorded, archive_of
from domain.recording.entering import AlreadyRecorded, recorded
from domain.recording.filling import (
    LineWish,
    OwnPoints,
    QuantityOutsideRule,
    SheetExists,
    SheetIncomplete,
    ShortfallNeedsProcedure,
)
from domain.recording.sheet import EvidenceMissing, ItemUnknown
from tests.domain.branch import (
    AS_RECORDER,
    AS_SECRETARY,
    AS_SUBSTITUTE,
    BRANCH,
    HELD_ON,
    MEMBER,
    OTHER,
    PEOPLE,
    PROCESS,
    READY,
    RECORDER,
    RULED,
    STUDY,
    appointed,
    evidenced,
    filled,
    held,
    opened,
    planned,
    sheet_approved,
    submitted,
    wish,
)

NOTICE_ID = notice_id(BRANCH, "MT-0512", STUDY, 1)
DRAFTED = READY.given(
    sheet_approved(), wish(DraftNotice, PROCESS, unit=BRANCH, matter="MT-0512", item=STUDY, decision=1)
)
POSTED_AT = datetime(2026, 5, 14, 1, tzinfo=UTC)
"""Thursday; three working days end on Tuesday 19 May, paper is waited for until Wednesday."""
CHECKED = DRAFTED.given(
    wish(CheckDisclosure, AS_SECRETARY, POSTED_AT, unit=BRANCH, notice=NOTICE_ID, shows=("name", "outcome"))
)
POSTED = CHECKED.given(wish(PostNotice, AS_SECRETARY, POSTED_AT, unit=BRANCH, notice=NOTICE_ID))
MAY_CLOSE_AT = datetime(2026, 5, 20, 16, 1, tzinfo=UTC)


def closed(at: datetime = MAY_CLOSE_AT) -> CloseNotice:
    return wish(CloseNotice, PROCESS, at, unit=BRANCH, notice=NOTICE_ID)


def confirmed(at: datetime = MAY_CLOSE_AT) -> ConfirmRecords:
    return wish(ConfirmRecords, PROCESS, at, unit=BRANCH, notice=NOTICE_ID)


def archive(world: object, member: UUID = MEMBER) -> Archive:
    found = world[archive_of(member, HELD_ON)]  # type: ignore[index]
    assert isinstance(found, Archive)
    return found


def test_各党支部明确由组织委员担任积分记录员_one_recorder_for_each_branch() -> None:
    RULED.when(appointed(OTHER, "recorder")).refused(OneRecorderOnly, unit=BRANCH)


def test_一事一记_the_same_matter_is_never_recorded_twice() -> None:
    approved = READY.given(sheet_approved())
    approved.when(opened()).refused(SheetExists)
    first = next(iter(archive(approved.world).records.values()))
    again = PointsRecorded(
        record=MEMBER,
        member=MEMBER,
        unit=BRANCH,
        matter=first.matter,
        item=first.item,
        rules="illustrative-1",
        outcome="attended",
        quantity="1.00",
        occurred_on=HELD_ON,
        entitled=3,
        present=3,
        in_favour=3,
    )
    refusal = _refusal_of(approved.world, again)
    assert isinstance(refusal, AlreadyRecorded)
    assert refusal.facts["record"] == first.record


def _refusal_of(world: object, fact: PointsRecorded) -> Refused | None:
    try:
        recorded(world, fact)  # type: ignore[arg-type]
    except Refused as refused:
        return refused
    return None


def test_按照制度评议审定_体现原则性_nobody_approves_what_he_entered() -> None:
    READY.when(sheet_approved(AS_RECORDER)).refused(NotPermitted)
    as_member = msgspec.structs.replace(AS_RECORDER, role="committee_member")
    READY.when(sheet_approved(as_member)).refused(RecorderApproves)


def test_没有审定就没有积分_nothing_is_recorded_before_it_is_submitted_and_decided() -> None:
    unsubmitted = RULED.given(planned(), held(), evidenced(), opened(), filled(otherwise="attended"))
    unsubmitted.when(sheet_approved()).refused(SheetNotSubmitted)
    assert archive(unsubmitted.world).records == {}


def test_在每个积分环节都进行公示_nothing_counts_before_its_notice_has_run_its_full_term() -> None:
    DRAFTED.when(confirmed()).refused(NoticeNotClosed)
    POSTED.when(confirmed()).refused(NoticeNotClosed)
    POSTED.when(closed(MAY_CLOSE_AT - timedelta(seconds=1))).refused(TermRunning)
    over = POSTED.given(closed())
    facts = over.when(confirmed()).facts()
    assert [type(fact) for fact in facts] == [PointsConfirmed] * len(PEOPLE)
    assert {record.status for record in archive(over.given(confirmed()).world).records.values()} == {"confirmed"}


def test_公示期满确认一次_a_record_is_confirmed_exactly_once() -> None:
    POSTED.given(closed(), confirmed()).when(confirmed()).nothing()


def test_积分有标准_no_points_outside_the_published_lists() -> None:
    matter = RULED.given(planned(), held(), evidenced())
    matter.when(opened(item="R-XX-9")).refused(ItemUnknown, item="R-XX-9")
    study_task = RULED.given(
        planned("ST-1", "half_year_study_task"),
        held("ST-1"),
        evidenced("ST-1", "study_paper"),
        opened("ST-1", "R-LX-3"),
    )
    twice = LineWish(member=MEMBER, outcome="earned", quantity="2.00")
    study_task.when(filled(matter="ST-1", item="R-LX-3", but=(twice,))).refused(QuantityOutsideRule)


def test_都用事实说话_no_approval_without_the_evidence_that_the_item_demands() -> None:
    bare = RULED.given(planned(), held(), opened(), filled(otherwise="attended"))
    own = LineWish(member=RECORDER, outcome="attended")
    with_all = bare.given(filled(AS_SUBSTITUTE, but=(own,)))
    with_all.when(submitted()).refused(EvidenceMissing)


def test_不易操作的不纳入_thoughts_and_impressions_have_no_sheet() -> None:
    conduct = RULED.given(planned("CF-1", "conduct_finding"), held("CF-1"))
    conduct.when(opened("CF-1", "R-CY-1")).refused(ShortfallNeedsProcedure)


def test_公平_the_recorder_does_not_record_himself_and_leaves_nobody_out() -> None:
    opened_sheet = RULED.given(planned(), held(), evidenced(), opened())
    opened_sheet.when(filled(but=(LineWish(member=RECORDER, outcome="attended"),))).refused(OwnPoints)
    opened_sheet.given(filled(otherwise="attended")).when(submitted()).refused(SheetIncomplete, missing=1)


def test_接受监督_the_notice_shows_everybody_on_the_sheet() -> None:
    notice = POSTED.world[NOTICE.of(NOTICE_ID)]
    assert isinstance(notice, Notice)
    assert {line.member for line in notice.lines} == set(PEOPLE)
