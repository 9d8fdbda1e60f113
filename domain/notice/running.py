"""公示期 — a notice is posted for a term of full working days, closes, and what stands is confirmed.

The posting day does not count; the term ends at 24:00 Asia/Shanghai of its last working day. Paper objections count
by the day they were received, so a notice closes only after the rule set's grace, and a minute more.
"""

from datetime import timedelta
from typing import Final, TypeAlias

from domain.decider import Command, Decision, NotPermitted, Past
from domain.notice.extension import NoticeExtended
from domain.notice.notice import (
    NOTICE,
    DisclosureChecked,
    Notice,
    NoticeClosed,
    NoticeNotClosed,
    NoticeNotDraft,
    NoticeNotPosted,
    NoticePosted,
    NoticeUnknown,
    TermRunning,
    living,
)
from domain.organisation.unit import established
from domain.recording.archive import archive_of, confirmed
from domain.rules.calendar import lengthened, published
from domain.rules.ruleset import scheme_on
from domain.rules.working_days import closes_on, term_end
from domain.values import Code, Instant, NoticeId, day_of, midnight_after

CLOSING_GRACE: Final = timedelta(seconds=60)
"""So that an objection sent in the last second has arrived before the notice closes."""


class PostNotice(Command, frozen=True, kw_only=True):
    """Check the disclosure and post."""

    operation = "notice.post"
    unit: Code
    notice: NoticeId


class CloseNotice(Command, frozen=True, kw_only=True):
    """Close a notice whose term is over."""

    operation = "notice.close"
    unit: Code
    notice: NoticeId


class ConfirmRecords(Command, frozen=True, kw_only=True):
    """Confirm the records of every clear line of a closed notice."""

    operation = "record.confirm"
    unit: Code
    notice: NoticeId


RunningCommand: TypeAlias = PostNotice | CloseNotice | ConfirmRecords


def decide(past: Past, command: RunningCommand) -> Decision:
    """Post, close, confirm."""
    match command:
        case PostNotice():
            return _post(past, command)
        case CloseNotice():
            return _close(past, command)
        case ConfirmRecords():
            return _confirm(past, command)


def _of_unit(past: Past, command: PostNotice | CloseNotice | ConfirmRecords) -> Notice:
    notice = living(past, command.notice)
    if notice.unit != command.unit:
        raise NoticeUnknown(notice=command.notice)
    return notice


def _post(past: Past, command: PostNotice) -> Decision:
    notice = _of_unit(past, command)
    if notice.status != "drafted":
        raise NoticeNotDraft(notice=command.notice)
    assert command.actor.person is not None, "the permission table lets only people post"
    today = day_of(command.at)
    unit = established(past, notice.unit)
    # A higher organisation posts for a branch that has no committee, and for no other.
    if command.actor.unit != notice.unit and unit.approval_body == "own_committee":
        raise NotPermitted
    _, scheme = scheme_on(past, unit.scheme, today)
    stage = scheme.stage(notice.stage)
    assert stage is not None, f"the lint lets no rule set pass without stage {notice.stage}"
    calendars = published(past, range(today.year, today.year + 2), today)
    ends_on = term_end(today, stage.days, calendars)
    last_on = closes_on(ends_on, scheme.notice.paper_grace_working_days, calendars)
    ref = NOTICE.of(command.notice)
    posted = NoticePosted(
        notice=notice.notice,
        unit=notice.unit,
        posted_on=today,
        working_days=stage.days,
        audience=stage.audience,
        ends_on=ends_on,
        may_close_at=midnight_after(last_on) + CLOSING_GRACE,
    )
    return [ref.says(DisclosureChecked(by=command.actor.person)), ref.says(posted)]


def _close(past: Past, command: CloseNotice) -> Decision:
    notice = _of_unit(past, command)
    if notice.status != "posted" or notice.may_close_at is None:
        raise NoticeNotPosted(notice=command.notice)
    if command.at < notice.may_close_at:
        raise TermRunning(may_close_at=notice.may_close_at)
    ref = NOTICE.of(command.notice)
    extended = _extended(past, notice, command.at)
    if extended is not None:
        return [ref.says(extended)]
    return [ref.says(NoticeClosed(notice=notice.notice, unit=notice.unit, cleared=len(notice.lines)))]


def _extended(past: Past, notice: Notice, at: Instant) -> NoticeExtended | None:
    """The longer term, where the calendar was changed while it ran; the notice then closes by that one."""
    assert notice.term is not None, "a posted notice has a term"
    assert notice.may_close_at is not None, "a posted notice has a term"
    term = lengthened(past, notice.term, day_of(at))
    may_close_at = midnight_after(term.closes_on) + CLOSING_GRACE
    if may_close_at <= notice.may_close_at:
        return None
    return NoticeExtended(notice=notice.notice, unit=notice.unit, ends_on=term.ends_on, may_close_at=may_close_at)


def _confirm(past: Past, command: ConfirmRecords) -> Decision:
    notice = _of_unit(past, command)
    if notice.status != "closed":
        raise NoticeNotClosed(notice=command.notice)
    refs = [archive_of(line.member, notice.occurred_on) for line in notice.lines]
    past.many(refs)
    writes = (confirmed(past, ref, line.record, command.notice) for ref, line in zip(refs, notice.lines, strict=True))
    return [write for write in writes if write is not None]
