"""公示期 — a notice is checked, posted for a term of full working days, closes, and what stands is confirmed.

The posting day does not count; the term ends at 24:00 Asia/Shanghai of its last working day. Paper objections count
by the day they were received, so a notice closes only after the rule set's grace, and a minute more.
"""

from datetime import date, timedelta
from typing import Final, TypeAlias, assert_never

import msgspec

from domain.assessment.adopting import superseded
from domain.assessment.determination import determined, determined_since
from domain.decider import Command, Decision, NotPermitted, Past, Refused
from domain.notice.committing import archives_committed
from domain.notice.drafting import audience_of
from domain.notice.notice import (
    NOTICE,
    DisclosureChecked,
    Notice,
    NoticeClosed,
    NoticeExtended,
    NoticeNotChecked,
    NoticeNotClosed,
    NoticeNotDraft,
    NoticeNotPosted,
    NoticePosted,
    Shown,
    TermRunning,
    of_unit,
)
from domain.notice.results import PROBATION
from domain.organisation.bodies import committee_of
from domain.organisation.unit import established
from domain.recording.archive import archive_of
from domain.recording.standing import confirmed
from domain.rules.calendar import lengthened, published
from domain.rules.demands import notice_ends_on, unit_of
from domain.rules.procedure import Notice as NoticeRules
from domain.rules.procedure import NoticeStage
from domain.rules.ruling import scheme_here
from domain.rules.working_days import closes_on
from domain.sealed import Secret
from domain.values import Code, Instant, MemberId, NoticeId, day_of, midnight_after

CLOSING_GRACE: Final = timedelta(seconds=60)
"""So that an objection sent in the last second has arrived before the notice closes."""


class EntererShows(Refused):
    """您登记或提出了所公示的内容,请由他人审查、发布。 You entered or proposed what is shown: others post it."""

    code = "enterer-shows"


class CheckDisclosure(Command, frozen=True, kw_only=True):
    """Find what the notice shows of a person: the minimum has a word for each, and there is none for anything else."""

    operation = "notice.check"
    unit: Code
    notice: NoticeId
    shows: tuple[Shown, ...]


class PostNotice(Command, frozen=True, kw_only=True):
    """Post what was checked."""

    operation = "notice.post"
    unit: Code
    notice: NoticeId


class CloseNotice(Command, frozen=True, kw_only=True):
    """Close a notice whose term is over."""

    operation = "notice.close"
    unit: Code
    notice: NoticeId
    term: Instant | None = None
    """The end that called for it: a term that was extended, withdrawn or begun anew has an end of its own."""


class ConfirmRecords(Command, frozen=True, kw_only=True):
    """Confirm the records of every clear line of a closed notice."""

    operation = "record.confirm"
    fresh = ("seed",)
    unit: Code
    notice: NoticeId
    after_objection: bool = False
    """Called for by the end of an objection: while the notice still hangs there is nothing to do."""
    seed: Secret | None = None
    """Of the commitment to the archives of everybody shown; without one nothing is committed to."""


RunningCommand: TypeAlias = CheckDisclosure | PostNotice | CloseNotice | ConfirmRecords


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """A term that begins today."""

    posted_on: date
    working_days: int
    audience: Code
    ends_on: date
    may_close_at: Instant


def decide(past: Past, command: RunningCommand) -> Decision:
    """Check, post, close, confirm."""
    match command:
        case CheckDisclosure():
            return _check(past, command)
        case PostNotice():
            return _post(past, command)
        case CloseNotice():
            return _close(past, command)
        case ConfirmRecords():
            return _confirm(past, command)
        case _:
            assert_never(command)


def by_its_own(past: Past, command: Command, notice: Notice) -> MemberId:
    """Who acts; a higher organisation acts for a branch that has no committee, and for no other."""
    assert command.actor.person is not None, "the permission table lets only people post"
    if command.actor.unit != notice.unit and established(past, notice.unit).approval_body == "own_committee":
        raise NotPermitted
    return command.actor.person


def shown_by(past: Past, command: Command, notice: Notice) -> MemberId:
    """Who checks or posts: neither who entered or proposed what is shown, nor who sits in the place of one of them."""
    person = by_its_own(past, command, notice)
    behind = committee_of(past, command.actor.unit or notice.unit, day_of(command.at))
    if person in behind.recused(notice.entered_by):
        raise EntererShows
    return person


def stage_today(past: Past, notice: Notice, today: date) -> tuple[NoticeRules, NoticeStage]:
    """The rule set in force, and what it says of this kind of notice."""
    _, scheme = scheme_here(past, notice.unit, today)
    stage = scheme.stage(notice.stage)
    assert stage is not None, f"the lint lets no rule set pass without stage {notice.stage}"
    return scheme.notice, stage


def term_from(past: Past, notice: Notice, today: date) -> Posted:
    """The full term, by the calendars of every year that it touches; refused where one is not published."""
    rules, stage = stage_today(past, notice, today)
    calendars = published(past, range(today.year, today.year + 2), today)
    ends_on = notice_ends_on(rules, stage, today, calendars)
    last_on = closes_on(ends_on, rules.paper_grace_working_days, calendars)
    return Posted(
        posted_on=today,
        working_days=stage.days,
        audience=audience_of(rules, stage, notice),
        ends_on=ends_on,
        may_close_at=midnight_after(last_on) + CLOSING_GRACE,
    )


def _check(past: Past, command: CheckDisclosure) -> Decision:
    notice = of_unit(past, command.unit, command.notice)
    if notice.status != "drafted":
        raise NoticeNotDraft(notice=command.notice)
    person = shown_by(past, command, notice)
    shows = tuple(sorted(set(command.shows)))
    return [NOTICE.of(command.notice).says(DisclosureChecked(by=person, shows=shows))]


def _post(past: Past, command: PostNotice) -> Decision:
    notice = of_unit(past, command.unit, command.notice)
    if notice.status == "drafted":
        raise NoticeNotChecked(notice=command.notice)
    if notice.status != "checked":
        raise NoticeNotDraft(notice=command.notice)
    person = shown_by(past, command, notice)
    term = term_from(past, notice, day_of(command.at))
    posted = NoticePosted(notice=notice.notice, unit=notice.unit, by=person, **msgspec.structs.asdict(term))
    return [NOTICE.of(command.notice).says(posted)]


def _close(past: Past, command: CloseNotice) -> Decision:
    notice = of_unit(past, command.unit, command.notice)
    if command.term is not None and command.term != notice.may_close_at:
        return []
    if notice.status in ("withdrawn", "closed") and command.term is not None:
        return []
    if notice.status != "posted" or notice.may_close_at is None:
        raise NoticeNotPosted(notice=command.notice)
    if command.at < notice.may_close_at:
        raise TermRunning(may_close_at=notice.may_close_at)
    longer = _lengthened(past, notice, command.at)
    if longer is not None:
        return [NOTICE.of(command.notice).says(longer)]
    clear = sum(line.clear for line in notice.lines)
    return [NOTICE.of(command.notice).says(NoticeClosed(notice=notice.notice, unit=notice.unit, cleared=clear))]


def _lengthened(past: Past, notice: Notice, at: Instant) -> NoticeExtended | None:
    """The longer term, where the calendar was changed while it ran; the notice then closes by that one."""
    assert notice.term is not None, "a posted notice has a term"
    assert notice.ends_on is not None, "a posted notice has a term"
    assert notice.may_close_at is not None, "a posted notice has a term"
    unit = unit_of(*stage_today(past, notice, notice.term.posted_on))
    term = lengthened(past, notice.term, day_of(at), calendar_days=unit == "calendar_days")
    may_close_at = midnight_after(term.closes_on) + CLOSING_GRACE
    if may_close_at <= notice.may_close_at:
        return None
    ends_on = max(term.ends_on, notice.ends_on)
    return NoticeExtended(notice=notice.notice, unit=notice.unit, ends_on=ends_on, may_close_at=may_close_at)


def _confirm(past: Past, command: ConfirmRecords) -> Decision:
    notice = of_unit(past, command.unit, command.notice)
    if notice.status != "closed":
        if command.after_objection:
            return []
        raise NoticeNotClosed(notice=command.notice)
    if notice.results is not None and notice.results.period == PROBATION:
        return []
    if notice.results is not None and notice.results.restatement is not None:
        return superseded(past, notice, notice.results)
    if notice.results is not None:
        return determined(past, notice, notice.results, day_of(command.at))
    clear = [line for line in notice.lines if line.clear]
    refs = [archive_of(line.member, notice.occurred_on) for line in clear]
    past.many(refs)
    found = (confirmed(past, ref, line.record, command.notice) for ref, line in zip(refs, clear, strict=True))
    writes = [write for write in found if write is not None]
    if command.after_objection and not writes:
        return determined_since(past, notice, day_of(command.at))
    if command.seed is None:
        return writes
    return [archives_committed(past, notice, command.seed), *writes]
