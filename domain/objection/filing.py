"""提出异议 — by a member, by the public, or on paper: the objection, its receipt and what it holds back are one save.

It is in time until the notice is closed, and on paper by the day received. Too late, it is a request for correction;
without a name, it is information: neither holds anything back.
"""

import hashlib
import hmac
from datetime import date
from typing import Final, TypeAlias, assert_never

from domain.decider import Command, Decision, NotPermitted, Past, Refused, StreamRef, Write
from domain.notice.notice import (
    NOTICE,
    Notice,
    NoticeLine,
    NoticeLineSuspended,
    NoticeLineUnknown,
    NoticeUnknown,
    of_unit,
)
from domain.objection.objection import (
    OBJECTION,
    NoObjection,
    Objection,
    ObjectionClosed,
    ObjectionFiled,
    ObjectionReceipted,
    ObjectionWithdrawn,
    Standing,
    Target,
    at_step,
    living,
)
from domain.objection.omitting import held_back
from domain.objection.recusal import levels
from domain.objection.release import released
from domain.objection.terms import officials_until, terms
from domain.organisation.unit import DayInFuture
from domain.recording.archive import Archive, Record, RecordSuspended, archive_of
from domain.recording.sheet import SHEET, Sheet
from domain.sealed import Secret
from domain.values import Code, NoticeId, ObjectionId, Sha256, day_of

GRADED: Final = ("half_year", "year_end", "restatement", "probation")
"""The stages that show totals or grades."""
IN_TIME_MISSING: Final = ("objection", "missing_line")


class ObjectionExists(Refused):
    """该异议已提出。 This objection was filed already."""

    code = "objection-exists"


class ReceivedBeforePosting(Refused):
    """书面异议的收到日期早于公示发布。 The paper came in before the notice was posted."""

    code = "received-before-posting"


class TargetNotOfNotice(Refused):
    """该公示没有这类可提异议的内容。 This notice has nothing of that kind to object to."""

    code = "target-not-of-notice"


class KeyWrong(Refused):
    """回执号或查询码不正确。 The receipt number or the secret is wrong."""

    code = "objection-key-wrong"


class FileObjection(Command, frozen=True, kw_only=True):
    """Object. ``objection`` and ``key`` are made of the request's key, so that a repeat gets the same receipt."""

    operation = "objection.file"
    unit: Code
    notice: NoticeId
    objection: ObjectionId
    about: Target
    line: int | None = None
    objector: Secret
    reason: Secret
    key: Sha256
    anonymous: bool = False


class EnterObjection(Command, frozen=True, kw_only=True):
    """Enter an objection that came in on paper; it counts by the day received."""

    operation = "objection.enter"
    unit: Code
    notice: NoticeId
    objection: ObjectionId
    about: Target
    line: int | None = None
    objector: Secret
    reason: Secret
    key: Sha256
    anonymous: bool = False
    received_on: date


class WithdrawObjection(Command, frozen=True, kw_only=True):
    """Whoever filed it takes it back, before it is decided."""

    operation = "objection.withdraw"
    unit: Code
    objection: ObjectionId
    secret: str


FilingCommand: TypeAlias = FileObjection | EnterObjection | WithdrawObjection


def decide(past: Past, command: FilingCommand) -> Decision:
    """File, enter, withdraw."""
    match command:
        case FileObjection():
            if command.actor.sealed != command.objector.commitment:
                raise NotPermitted
            return _file(past, command, None)
        case EnterObjection():
            if command.received_on > day_of(command.at):
                raise DayInFuture(day=command.received_on)
            return _file(past, command, command.received_on)
        case WithdrawObjection():
            return _withdraw(past, command)
        case _:
            assert_never(command)


def receipt_of(objection: ObjectionId) -> Code:
    """The number that is handed out: says nothing of who or when."""
    return f"YY-{objection.hex[:10].upper()}"


def digest_of(secret: str) -> Sha256:
    """What the log keeps of a secret of 128 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def by_objector(command: Command, objection: Objection, secret: str) -> None:
    """Refuse whoever does not hold the secret of this objection."""
    if command.actor.sealed != objection.objector or not hmac.compare_digest(digest_of(secret), objection.key):
        raise KeyWrong


def _file(past: Past, command: FileObjection | EnterObjection, received_on: date | None) -> Decision:
    notice = of_unit(past, command.unit, command.notice)
    if notice.posted_on is None:
        raise NoticeUnknown(notice=command.notice)
    if received_on is not None and received_on < notice.posted_on:
        raise ReceivedBeforePosting(posted_on=notice.posted_on)
    ref = OBJECTION.of(command.objection)
    if past[ref] != NoObjection():
        raise ObjectionExists(objection=command.objection)
    _target(past, notice, command.about)
    line = _line(notice, command)
    standing = _standing(notice, received_on, anonymous=command.anonymous)
    waits = held_back(past, notice, command.objection) if (standing, command.about) == IN_TIME_MISSING else []
    holds = bool(waits) or (standing == "objection" and line is not None and _can_hold(past, notice, line))
    today = day_of(command.at)
    limits = terms(past, notice.unit, today)
    filed = ObjectionFiled(
        objection=command.objection,
        unit=notice.unit,
        notice=notice.notice,
        target=command.about,
        standing=standing,
        line=None if line is None else line.line,
        record=None if line is None else line.record,
        subject=None if line is None else line.member,
        objector=command.objector.commitment,
        reason=command.reason.commitment,
        key=command.key,
        received_on=received_on,
        block_until=officials_until(past, today, limits.longest_block) if holds else None,
        filed_on=today,
    )
    receipted = ObjectionReceipted(
        objection=command.objection,
        unit=notice.unit,
        receipt=receipt_of(command.objection),
        body=levels(past, notice)[0],
        accept_by=None if standing == "information" else officials_until(past, today, limits.acceptance),
    )
    return [ref.says(filed), ref.says(receipted), *_effect(notice, line, filed, ref, holds=holds), *waits]


def _effect(
    notice: Notice,
    line: NoticeLine | None,
    filed: ObjectionFiled,
    ref: StreamRef[NoObjection | Objection],
    *,
    holds: bool,
) -> list[Write]:
    if filed.standing == "information":
        closed = ObjectionClosed(objection=filed.objection, unit=filed.unit, outcome="information", notice=filed.notice)
        return [ref.says(closed)]
    if line is None or not holds:
        return []
    suspended = NOTICE.of(notice.notice).says(
        NoticeLineSuspended(notice=notice.notice, unit=notice.unit, line=line.line, objection=filed.objection)
    )
    if notice.results is not None:
        return [suspended]
    archive = archive_of(line.member, notice.occurred_on)
    return [
        suspended,
        archive.says(RecordSuspended(record=line.record, member=line.member, objection=filed.objection)),
    ]


def _target(past: Past, notice: Notice, target: Target) -> None:
    """A line can be missing where everybody is noticed; a grade be wrong where grades are."""
    if target == "missing_line" and not isinstance(past[SHEET.of(notice.unit, notice.matter, notice.item)], Sheet):
        raise TargetNotOfNotice(target=target)
    if target == "grade" and notice.stage not in GRADED:
        raise TargetNotOfNotice(target=target)


def _line(notice: Notice, command: FileObjection | EnterObjection) -> NoticeLine | None:
    if command.about != "line" and (command.about != "grade" or command.line is None):
        return None
    line = None if command.line is None else notice.line(command.line)
    if line is None:
        raise NoticeLineUnknown(line=command.line)
    return line


def _standing(notice: Notice, received_on: date | None, *, anonymous: bool) -> Standing:
    if anonymous:
        return "information"
    if notice.status in ("posted", "withdrawn"):
        return "objection"
    in_time = received_on is not None and notice.ends_on is not None and received_on <= notice.ends_on
    return "objection" if in_time else "correction_request"


def _can_hold(past: Past, notice: Notice, line: NoticeLine) -> bool:
    """Whether there is anything left to hold back: not once the record is confirmed or gone."""
    if line.corrected or notice.status not in ("posted", "withdrawn"):
        return False
    if notice.results is not None:
        return True
    archive: Archive = past[archive_of(line.member, notice.occurred_on)]
    record: Record | None = archive.records.get(line.record)
    return record is not None and record.status == "approved"


def _withdraw(past: Past, command: WithdrawObjection) -> Decision:
    objection = living(past, command.unit, command.objection)
    by_objector(command, objection, command.secret)
    at_step(objection, "filed", "accepted", "assigned", "heard", "found")
    ref = OBJECTION.of(command.objection)
    closed = ObjectionClosed(
        objection=objection.objection, unit=objection.unit, outcome="withdrawn", notice=objection.notice
    )
    withdrawn = ObjectionWithdrawn(objection=objection.objection, unit=objection.unit)
    return [ref.says(withdrawn), ref.says(closed), *released(past, objection)]
