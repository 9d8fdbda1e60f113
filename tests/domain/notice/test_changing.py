"""公示变更: the picture on the wall, a longer term, withdrawal, and the full term anew."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain.decider import Command, NotPermitted
from domain.notice.changing import (
    EvidenceOutsideTerm,
    EvidencePosting,
    ExtendNotice,
    NoticeNotWithdrawn,
    RepostNotice,
    TermNotLonger,
    WithdrawNotice,
)
from domain.notice.notice import (
    NoticeClosed,
    NoticeExtended,
    NoticeNotPosted,
    NoticeReposted,
    NoticeWithdrawn,
    PostingEvidenced,
    TermRunning,
)
from domain.notice.running import CloseNotice
from domain.organisation.unit import DayInFuture
from domain.rules.working_days import NoCalendar
from tests.domain.branch import (
    AS_HIGHER,
    AS_RECORDER,
    AS_SECRETARY,
    BRANCH,
    OTHER,
    PROCESS,
    SECRETARY,
    digest,
    secret,
    wish,
)
from tests.domain.objection.disputes import (
    CHECKED,
    FILED,
    MAY_CLOSE_AT,
    MONDAY,
    NOTICE_ID,
    POSTED,
    closed,
    line_of,
    notice,
)

FRIDAY = datetime(2026, 6, 12, 1, tzinfo=UTC)
NEXT_TUESDAY = date(2026, 6, 16)


def changed(kind: type[Any], at: datetime = MONDAY, actor: Any = AS_SECRETARY, **fields: Any) -> Command:
    return wish(kind, actor, at, unit=BRANCH, notice=NOTICE_ID, **fields)


def longer(ends_on: date = NEXT_TUESDAY) -> Command:
    return changed(ExtendNotice, ends_on=ends_on)


def taken_down(at: datetime = MONDAY) -> Command:
    return changed(WithdrawNotice, at, reason=secret("reason", "姓名写错"))


def posted_again(at: datetime = FRIDAY) -> Command:
    return changed(RepostNotice, at)


def test_the_picture_of_the_paper_is_kept_by_its_digest() -> None:
    picture = changed(EvidencePosting, posted_on=date(2026, 6, 8), sha256=digest("photo"), actor=AS_RECORDER)
    (fact,) = POSTED.when(picture).says(PostingEvidenced)
    assert isinstance(fact, PostingEvidenced)
    assert fact.sha256 == digest("photo")
    CHECKED.when(picture).refused(NoticeNotPosted)
    early = changed(EvidencePosting, posted_on=date(2026, 6, 7), sha256=digest("photo"))
    POSTED.when(early).refused(EvidenceOutsideTerm)
    POSTED.when(changed(EvidencePosting, posted_on=date(2026, 6, 9), sha256=digest("p"))).refused(DayInFuture)


def test_a_term_becomes_longer_never_shorter_and_ends_on_a_working_day() -> None:
    (fact,) = POSTED.when(longer()).says(NoticeExtended)
    assert isinstance(fact, NoticeExtended)
    assert (fact.ends_on, fact.may_close_at) == (NEXT_TUESDAY, datetime(2026, 6, 17, 16, 1, tzinfo=UTC))
    for day in (date(2026, 6, 11), date(2026, 6, 10), date(2026, 6, 13)):
        POSTED.when(longer(day)).refused(TermNotLonger)
    POSTED.when(longer(date(2027, 1, 5))).refused(NoCalendar)
    POSTED.when(changed(ExtendNotice, ends_on=NEXT_TUESDAY, actor=AS_HIGHER)).refused(NotPermitted)


def test_an_extended_notice_closes_by_its_new_end_and_not_by_the_old_one() -> None:
    extended = POSTED.given(longer())
    extended.when(closed()).refused(TermRunning)
    called_for = changed(CloseNotice, MAY_CLOSE_AT, PROCESS, term=MAY_CLOSE_AT)
    extended.when(called_for).nothing()
    end = datetime(2026, 6, 17, 16, 1, tzinfo=UTC)
    extended.when(changed(CloseNotice, end, PROCESS, term=end)).says(NoticeClosed)


def test_what_was_withdrawn_is_posted_again_for_the_full_term() -> None:
    (gone,) = POSTED.when(taken_down()).says(NoticeWithdrawn)
    assert isinstance(gone, NoticeWithdrawn)
    assert gone.by == SECRETARY
    POSTED.when(posted_again()).refused(NoticeNotWithdrawn)
    history = POSTED.given(taken_down())
    history.when(taken_down()).refused(NoticeNotPosted)
    (fact,) = history.when(posted_again()).says(NoticeReposted)
    assert isinstance(fact, NoticeReposted)
    assert (fact.posted_on, fact.working_days, fact.ends_on) == (date(2026, 6, 12), 3, date(2026, 6, 17))
    again = history.given(posted_again())
    again.when(changed(CloseNotice, MAY_CLOSE_AT, PROCESS, term=MAY_CLOSE_AT)).nothing()
    again.when(closed(fact.may_close_at - timedelta(seconds=1))).refused(TermRunning)
    again.when(closed(fact.may_close_at)).says(NoticeClosed)


def test_an_objection_stays_with_its_line_through_withdrawal_and_reposting() -> None:
    history = FILED.given(taken_down(FRIDAY), posted_again())
    assert not line_of(history.world, OTHER).clear
    assert notice(history.world).running()
