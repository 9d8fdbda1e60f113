"""公示变更 — while a notice hangs: the picture of the paper, a longer term, withdrawal, and posting anew."""

from datetime import date
from typing import TypeAlias, assert_never

import msgspec

from domain.decider import Command, Decision, NotPermitted, Past, Refused
from domain.notice.notice import (
    NOTICE,
    NoticeExtended,
    NoticeNotPosted,
    NoticeReposted,
    NoticeWithdrawn,
    PostingEvidenced,
    of_unit,
)
from domain.notice.running import CLOSING_GRACE, by_its_own, shown_by, stage_today, term_from
from domain.organisation.unit import DayInFuture
from domain.rules.calendar import published
from domain.rules.working_days import closes_on, is_working_day
from domain.sealed import Secret
from domain.values import Code, NoticeId, Sha256, day_of, midnight_after


class TermNotLonger(Refused):
    """公示期只能延长,且须止于工作日。 A term can only become longer, and ends on a working day."""

    code = "term-not-longer"


class NoticeNotWithdrawn(Refused):
    """只有已撤回的公示才能再公示。 Only a notice that was withdrawn is posted again."""

    code = "notice-not-withdrawn"


class EvidenceOutsideTerm(Refused):
    """照片日期须在公示期内。 The picture must be of a day since the posting."""

    code = "evidence-outside-term"


class EvidencePosting(Command, frozen=True, kw_only=True):
    """Keep the digest of a picture of the paper on the wall."""

    operation = "notice.evidence"
    unit: Code
    notice: NoticeId
    posted_on: date
    sha256: Sha256


class ExtendNotice(Command, frozen=True, kw_only=True):
    """Let the term end later."""

    operation = "notice.extend"
    unit: Code
    notice: NoticeId
    ends_on: date


class WithdrawNotice(Command, frozen=True, kw_only=True):
    """Take a running notice down, with a reason."""

    operation = "notice.withdraw"
    unit: Code
    notice: NoticeId
    reason: Secret


class RepostNotice(Command, frozen=True, kw_only=True):
    """Post a notice that was withdrawn, for the full term."""

    operation = "notice.post"
    unit: Code
    notice: NoticeId


ChangingCommand: TypeAlias = EvidencePosting | ExtendNotice | WithdrawNotice | RepostNotice


def decide(past: Past, command: ChangingCommand) -> Decision:
    """Evidence, extend, withdraw, post again."""
    match command:
        case EvidencePosting():
            return _evidence(past, command)
        case ExtendNotice():
            return _extend(past, command)
        case WithdrawNotice():
            return _withdraw(past, command)
        case RepostNotice():
            return _repost(past, command)
        case _:
            assert_never(command)


def _evidence(past: Past, command: EvidencePosting) -> Decision:
    notice = of_unit(past, command.unit, command.notice)
    if not notice.running() or notice.posted_on is None:
        raise NoticeNotPosted(notice=command.notice)
    person = by_its_own(past, command, notice)
    if command.posted_on > day_of(command.at):
        raise DayInFuture(day=command.posted_on)
    if command.posted_on < notice.posted_on:
        raise EvidenceOutsideTerm(posted_on=notice.posted_on)
    fact = PostingEvidenced(
        notice=notice.notice, unit=notice.unit, by=person, posted_on=command.posted_on, sha256=command.sha256
    )
    return [NOTICE.of(command.notice).says(fact)]


def _extend(past: Past, command: ExtendNotice) -> Decision:
    notice = of_unit(past, command.unit, command.notice)
    if not notice.running() or notice.ends_on is None or notice.may_close_at is None:
        raise NoticeNotPosted(notice=command.notice)
    if command.actor.system is None:
        by_its_own(past, command, notice)
    calendars = published(past, range(notice.ends_on.year, notice.ends_on.year + 3), day_of(command.at))
    if command.ends_on <= notice.ends_on or not is_working_day(command.ends_on, calendars):
        raise TermNotLonger(ends_on=notice.ends_on)
    rules, _ = stage_today(past, notice, day_of(command.at))
    may_close_at = midnight_after(closes_on(command.ends_on, rules.paper_grace_working_days, calendars)) + CLOSING_GRACE
    fact = NoticeExtended(
        notice=notice.notice,
        unit=notice.unit,
        ends_on=command.ends_on,
        may_close_at=max(may_close_at, notice.may_close_at),
    )
    return [NOTICE.of(command.notice).says(fact)]


def _withdraw(past: Past, command: WithdrawNotice) -> Decision:
    notice = of_unit(past, command.unit, command.notice)
    if not notice.running():
        raise NoticeNotPosted(notice=command.notice)
    if command.actor.person is None:
        raise NotPermitted
    fact = NoticeWithdrawn(
        notice=notice.notice, unit=notice.unit, by=command.actor.person, reason=command.reason.commitment
    )
    return [NOTICE.of(command.notice).says(fact)]


def _repost(past: Past, command: RepostNotice) -> Decision:
    notice = of_unit(past, command.unit, command.notice)
    if notice.status != "withdrawn":
        raise NoticeNotWithdrawn(notice=command.notice)
    person = shown_by(past, command, notice)
    term = term_from(past, notice, day_of(command.at))
    fact = NoticeReposted(notice=notice.notice, unit=notice.unit, by=person, **msgspec.structs.asdict(term))
    return [NOTICE.of(command.notice).says(fact)]
