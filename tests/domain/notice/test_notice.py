"""公示: drafted from one decision, posted for full working days, closed after its term, and only then confirmed."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.actor import person
from domain.decider import NotPermitted
from domain.notice.drafting import DraftNotice, NothingToNotice
from domain.notice.notice import (
    NOTICE,
    DisclosureChecked,
    Notice,
    NoticeClosed,
    NoticeDrafted,
    NoticeExists,
    NoticeExtended,
    NoticeLineDrafted,
    NoticeNotChecked,
    NoticeNotClosed,
    NoticeNotDraft,
    NoticeNotPosted,
    NoticePosted,
    NoticeUnknown,
    TermRunning,
    lines_digest,
    notice_id,
)
from domain.notice.running import CheckDisclosure, CloseNotice, ConfirmRecords, PostNotice
from domain.recording.archive import PointsConfirmed, archive_of
from domain.rules.calendar import PublishCalendar
from domain.rules.working_days import NoCalendar
from tests.domain.branch import (
    AS_HIGHER,
    AS_RECORDER,
    AS_SECRETARY,
    AT,
    BRANCH,
    HELD_ON,
    MEMBER,
    NATIONAL_DAY_2026,
    PEOPLE,
    PROCESS,
    READY,
    SECRETARY,
    STUDY,
    SUBSTITUTE,
    TOP,
    calendar,
    sheet_approved,
    wish,
)
from tests.domain.given import Given

APPROVED = READY.given(sheet_approved())
NOTICE_ID = notice_id(BRANCH, "MT-0512", STUDY, 1)
WEDNESDAY = datetime(2026, 9, 30, 8, tzinfo=UTC)
"""30 September 2026, 16:00 in Shanghai: the day before the National Day holiday."""
MAY_CLOSE_AT = datetime(2026, 10, 12, 16, 1, tzinfo=UTC)
"""12 October 24:00 in Shanghai, one working day after the term for what comes on paper, and a minute."""


def drafted(decision: int = 1) -> DraftNotice:
    return wish(DraftNotice, PROCESS, unit=BRANCH, matter="MT-0512", item=STUDY, decision=decision)


def posted(at: datetime = WEDNESDAY, notice: UUID = NOTICE_ID) -> PostNotice:
    return wish(PostNotice, AS_SECRETARY, at, unit=BRANCH, notice=notice)


def closed(at: datetime = MAY_CLOSE_AT) -> CloseNotice:
    return wish(CloseNotice, PROCESS, at, unit=BRANCH, notice=NOTICE_ID)


def records_confirmed(at: datetime = MAY_CLOSE_AT) -> ConfirmRecords:
    return wish(ConfirmRecords, PROCESS, at, unit=BRANCH, notice=NOTICE_ID)


def checked(at: datetime = WEDNESDAY, notice: UUID = NOTICE_ID) -> CheckDisclosure:
    return wish(CheckDisclosure, AS_SECRETARY, at, unit=BRANCH, notice=notice, shows=("name", "item", "outcome"))


DRAFTED = APPROVED.given(drafted())
CHECKED = DRAFTED.given(checked())


def test_a_notice_has_a_line_for_each_record_and_a_header_that_pins_them() -> None:
    header, *lines = APPROVED.when(drafted()).facts()
    assert isinstance(header, NoticeDrafted)
    of_lines = [line for line in lines if isinstance(line, NoticeLineDrafted)]
    assert [line.line for line in of_lines] == list(range(1, len(PEOPLE) + 1))
    assert {line.member for line in of_lines} == set(PEOPLE)
    assert (header.lines, header.digest, header.notice) == (len(PEOPLE), lines_digest(of_lines), NOTICE_ID)
    archive = APPROVED.world[archive_of(MEMBER, HELD_ON)]
    assert {line.record for line in of_lines if line.member == MEMBER} == archive.records.keys()


def test_a_changed_line_changes_the_digest() -> None:
    lines = [fact for fact in APPROVED.when(drafted()).facts() if isinstance(fact, NoticeLineDrafted)]
    changed = [replace(lines[0], outcome="absent"), *lines[1:]]
    assert lines_digest(changed) != lines_digest(lines)
    assert lines_digest(lines[::-1]) != lines_digest(lines)


def test_a_decision_has_one_notice() -> None:
    DRAFTED.when(drafted()).refused(NoticeExists, notice=NOTICE_ID)


def test_what_nobody_decided_is_not_noticed() -> None:
    APPROVED.when(drafted(decision=2)).refused(NothingToNotice)


def test_there_is_no_decision_before_the_first() -> None:
    READY.when(drafted(decision=0)).refused(NothingToNotice)


def test_i7_posted_before_national_day_three_working_days_end_on_the_make_up_saturday() -> None:
    (fact,) = CHECKED.when(posted()).says(NoticePosted)
    assert isinstance(fact, NoticePosted)
    assert (fact.posted_on, fact.working_days) == (date(2026, 9, 30), 3)
    assert fact.ends_on == date(2026, 10, 10)
    assert fact.may_close_at == MAY_CLOSE_AT


def test_i7_the_posting_day_is_that_of_shanghai_and_does_not_count() -> None:
    late_evening = datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC)
    (fact,) = CHECKED.when(posted(late_evening)).facts()
    (after_midnight,) = CHECKED.when(posted(late_evening + timedelta(seconds=1))).facts()
    assert isinstance(fact, NoticePosted)
    assert isinstance(after_midnight, NoticePosted)
    assert (fact.posted_on, fact.ends_on) == (date(2026, 9, 30), date(2026, 10, 10))
    assert (after_midnight.posted_on, after_midnight.ends_on) == (date(2026, 10, 1), date(2026, 10, 10))


def test_i8_no_notice_runs_into_a_year_without_a_calendar() -> None:
    new_year = datetime(2026, 12, 30, 8, tzinfo=UTC)
    CHECKED.when(posted(new_year)).refused(NoCalendar, year=2027)
    (fact,) = CHECKED.given(calendar(2027)).when(posted(new_year)).facts()
    assert isinstance(fact, NoticePosted)
    assert fact.ends_on == date(2027, 1, 4)


def test_what_a_notice_shows_is_found_by_a_person_before_it_is_posted() -> None:
    DRAFTED.when(posted()).refused(NoticeNotChecked)
    DRAFTED.when(checked()).then(DisclosureChecked(by=SECRETARY, shows=("item", "name", "outcome")))
    CHECKED.when(checked()).refused(NoticeNotDraft)


def test_a_notice_is_posted_once_by_the_branch_itself() -> None:
    CHECKED.given(posted()).when(posted()).refused(NoticeNotDraft)
    CHECKED.when(wish(PostNotice, AS_RECORDER, unit=BRANCH, notice=NOTICE_ID)).refused(NotPermitted)
    CHECKED.when(wish(PostNotice, AS_HIGHER, unit=BRANCH, notice=NOTICE_ID)).refused(NotPermitted)
    CHECKED.when(wish(PostNotice, AS_HIGHER, unit=TOP, notice=NOTICE_ID)).refused(NoticeUnknown)
    APPROVED.when(posted()).refused(NoticeUnknown)


RUNNING = CHECKED.given(posted())


def test_i10_a_notice_is_not_closed_before_its_term() -> None:
    DRAFTED.when(closed()).refused(NoticeNotPosted)
    RUNNING.when(closed(MAY_CLOSE_AT - timedelta(microseconds=1))).refused(TermRunning, may_close_at=MAY_CLOSE_AT)
    RUNNING.when(closed()).then(NoticeClosed(notice=NOTICE_ID, unit=BRANCH, cleared=len(PEOPLE)))
    RUNNING.when(closed(MAY_CLOSE_AT + timedelta(days=400))).says(NoticeClosed)


@given(st.integers(0, 20 * 86_400).map(lambda s: WEDNESDAY + timedelta(seconds=s)))
def test_i10_at_no_instant_before_the_end(at: datetime) -> None:
    if at < MAY_CLOSE_AT:
        RUNNING.when(closed(at)).refused(TermRunning)
    else:
        RUNNING.when(closed(at)).says(NoticeClosed)


def test_only_the_process_closes_and_confirms() -> None:
    for actor in (AS_SECRETARY, AS_HIGHER, person(SUBSTITUTE, "member", BRANCH)):
        RUNNING.when(wish(CloseNotice, actor, MAY_CLOSE_AT, unit=BRANCH, notice=NOTICE_ID)).refused(NotPermitted)
        RUNNING.when(wish(ConfirmRecords, actor, MAY_CLOSE_AT, unit=BRANCH, notice=NOTICE_ID)).refused(NotPermitted)


def confirmed_in(history: Given) -> int:
    """How many records count."""
    archives = history.world.many([archive_of(member, HELD_ON) for member in PEOPLE])
    return sum(record.status == "confirmed" for archive in archives for record in archive.records.values())


def test_i6_nothing_counts_unless_approved_noticed_for_the_full_term_and_confirmed() -> None:
    steps = (sheet_approved(), drafted(), checked(), posted(), closed())
    for done in range(len(steps) + 1):
        history = READY.given(*steps[:done])
        assert confirmed_in(history) == 0
        if done < len(steps):
            history.when(records_confirmed()).refused(NoticeUnknown if done < 2 else NoticeNotClosed)
    assert confirmed_in(READY.given(*steps, records_confirmed())) == len(PEOPLE)


def test_confirming_twice_changes_nothing() -> None:
    done = RUNNING.given(closed())
    facts = done.when(records_confirmed()).facts()
    assert {type(fact) for fact in facts} == {PointsConfirmed}
    assert {fact.notice for fact in facts if isinstance(fact, PointsConfirmed)} == {NOTICE_ID}
    done.given(records_confirmed()).when(records_confirmed()).nothing()


def test_a_notice_says_of_a_person_nothing_but_the_minimum() -> None:
    minimum = {"line", "member", "record", "outcome", "quantity", "level", "points"}
    assert set(NoticeLineDrafted.__struct_fields__) == minimum


def test_the_states_of_a_notice_follow_each_other() -> None:
    def status(history: Given) -> str:
        found = history.world[NOTICE.of(NOTICE_ID)]
        assert isinstance(found, Notice)
        return found.status

    assert [status(h) for h in (DRAFTED, RUNNING, RUNNING.given(closed()))] == ["drafted", "posted", "closed"]
    assert AT < WEDNESDAY


def changed_calendar(*off: date, at: datetime) -> PublishCalendar:
    """A later edition of 2026 with more days off than the National Day holiday."""
    return replace(calendar(2026, (*NATIONAL_DAY_2026, *off), (date(2026, 10, 10),)), at=at)


OCTOBER_THE_EIGHTH = datetime(2026, 10, 8, 1, tzinfo=UTC)


def test_a_later_edition_of_the_calendar_lengthens_a_running_term() -> None:
    running = RUNNING.given(changed_calendar(date(2026, 10, 9), at=OCTOBER_THE_EIGHTH))
    running.when(closed(MAY_CLOSE_AT - timedelta(seconds=1))).refused(TermRunning, may_close_at=MAY_CLOSE_AT)
    [extended] = running.when(closed()).says(NoticeExtended)
    assert isinstance(extended, NoticeExtended)
    assert extended.ends_on == date(2026, 10, 12)
    assert extended.may_close_at == datetime(2026, 10, 13, 16, 1, tzinfo=UTC)
    longer = running.given(closed())
    longer.when(closed(extended.may_close_at - timedelta(seconds=1))).refused(TermRunning)
    longer.when(closed(extended.may_close_at)).says(NoticeClosed)


def test_a_later_edition_of_the_calendar_never_shortens_a_running_term() -> None:
    shorter = replace(
        calendar(2026, NATIONAL_DAY_2026, (date(2026, 10, 10), date(2026, 10, 11))), at=OCTOBER_THE_EIGHTH
    )
    RUNNING.given(shorter).when(closed()).says(NoticeClosed)
    longest = RUNNING.given(changed_calendar(date(2026, 10, 9), at=WEDNESDAY))
    taken_back = changed_calendar(at=OCTOBER_THE_EIGHTH - timedelta(days=1))
    longest.given(taken_back).when(closed()).says(NoticeExtended)


def test_a_term_that_was_over_before_the_calendar_changed_closes_as_it_was_posted() -> None:
    late = MAY_CLOSE_AT + timedelta(days=3)
    changed = changed_calendar(date(2026, 10, 16), at=late - timedelta(hours=1))
    RUNNING.given(changed).when(closed(late)).says(NoticeClosed)
