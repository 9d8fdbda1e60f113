"""异议决定 — upheld, partly upheld or rejected on what was found and heard; then the reply is delivered.

What is right instead must be something that the rule set lets be said: of a person, by the mode or level of the item.
"""

from typing import TypeAlias, assert_never

from domain.decider import Command, Decision, Past, Refused, Write
from domain.notice.notice import Notice
from domain.notice.notice import living as notice_of
from domain.objection.objection import (
    OBJECTION,
    Correction,
    Delivery,
    Objection,
    ObjectionPartlyUpheld,
    ObjectionRejected,
    ObjectionUpheld,
    Outcomes,
    ReplyDelivered,
    at_step,
    living,
)
from domain.objection.omitting import let_go, on_sheet
from domain.objection.recusal import acting, handling, receiving
from domain.objection.release import rules_of, standing_record, version_of
from domain.objection.righting import need_sayable_right
from domain.objection.terms import officials_until, persons_until, terms
from domain.organisation.roster import NotOnRoster, belonging
from domain.recording.archive import Record, archive_of
from domain.recording.entering import AlreadyRecorded
from domain.sealed import Secret
from domain.values import Code, ObjectionId, day_of


class CorrectionNotWanted(Refused):
    """这类异议不更正积分记录。 An objection of this kind, or with this outcome, corrects no record."""

    code = "correction-not-wanted"


class CorrectionMissing(Refused):
    """补记遗漏的一行须写明何人、何结果。 A missing line needs to be said: of whom, and what."""

    code = "correction-missing"


class NotOnSheet(Refused):
    """此人当日免积分或类别不适用,不在表上。 The sheet asks nothing of him: he is exempt, or of another class."""

    code = "not-on-sheet"


class CorrectionChangesNothing(Refused):
    """更正后的内容与原记录相同。 The correction says what stands already."""

    code = "correction-changes-nothing"


class DecideObjection(Command, frozen=True, kw_only=True):
    """The handler's decision, with the reply to whoever objected and to the subject."""

    operation = "objection.handle"
    unit: Code
    objection: ObjectionId
    outcome: Outcomes
    correction: Correction | None = None
    reply: Secret


class DeliverReply(Command, frozen=True, kw_only=True):
    """Lay the reply on the page, or hand it over on paper before a witness."""

    operation = "objection.handle"
    unit: Code
    objection: ObjectionId
    how: Delivery = "page"


DecidingCommand: TypeAlias = DecideObjection | DeliverReply


def decide(past: Past, command: DecidingCommand) -> Decision:
    """Decide, deliver."""
    objection = living(past, command.unit, command.objection)
    match command:
        case DecideObjection():
            return _decide(past, command, objection)
        case DeliverReply():
            return _deliver(past, command, objection)
        case _:
            assert_never(command)


def _decide(past: Past, command: DecideObjection, objection: Objection) -> Decision:
    at_step(objection, "found")
    handling(command, objection)
    check_correction(past, objection, command.outcome, command.correction)
    today = day_of(command.at)
    reply_by = officials_until(past, today, terms(past, objection.unit, today).reply)
    ref, said = OBJECTION.of(command.objection), command.reply.commitment
    number, unit, right = objection.objection, objection.unit, command.correction
    match command.outcome:
        case "upheld":
            upheld = ObjectionUpheld(objection=number, unit=unit, reply=said, correction=right, reply_by=reply_by)
            return [ref.says(upheld), *_not_meant(past, objection, right)]
        case "partly":
            partly = ObjectionPartlyUpheld(objection=number, unit=unit, reply=said, correction=right, reply_by=reply_by)
            return [ref.says(partly), *_not_meant(past, objection, right)]
        case "rejected":
            return [ref.says(ObjectionRejected(objection=number, unit=unit, reply=said, reply_by=reply_by))]


def _not_meant(past: Past, objection: Objection, right: Correction | None) -> list[Write]:
    """Whose line it is has been said: nobody else waits any more."""
    if right is None or right.member is None:
        return []
    return let_go(past, notice_of(past, objection.notice), objection, but=right.member)


def _deliver(past: Past, command: DeliverReply, objection: Objection) -> Decision:
    at_step(objection, "decided")
    if objection.handler != acting(command):
        receiving(past, command, objection, notice_of(past, objection.notice))
    today = day_of(command.at)
    limits = terms(past, objection.unit, today)
    on_page = command.how == "page"
    delivered_on = persons_until(past, today, limits.deemed_reply_delivered) if on_page else today
    fact = ReplyDelivered(
        objection=objection.objection,
        unit=objection.unit,
        how=command.how,
        delivered_on=delivered_on,
        appeal_by=persons_until(past, delivered_on, limits.appeal),
    )
    return [OBJECTION.of(command.objection).says(fact)]


def check_correction(past: Past, objection: Objection, outcome: Outcomes, right: Correction | None) -> None:
    """Refuse what cannot be said under the rules, or does not belong to this kind of objection."""
    wanted = outcome != "rejected" and objection.target in ("line", "missing_line")
    if right is not None and not wanted:
        raise CorrectionNotWanted
    if objection.target == "missing_line" and wanted and (right is None or right.member is None):
        raise CorrectionMissing
    if right is None:
        return
    notice = notice_of(past, objection.notice)
    if notice.results is not None:
        raise CorrectionNotWanted
    before = standing_record(past, objection, notice)
    if before is None:
        _missing(past, notice, right)
    elif right.member is not None:
        raise CorrectionNotWanted
    elif _says(right) == _says(before):
        raise CorrectionChangesNothing
    rules = rules_of(past, notice) if before is None else before.rules
    whom = right.member or objection.subject
    assert whom is not None, "a record is of somebody"
    need_sayable_right(version_of(past, notice, rules), notice.item, before, whom, right)


def _missing(past: Past, notice: Notice, right: Correction) -> None:
    assert right.member is not None, "the caller has looked"
    if right.member not in belonging(past, notice.unit, notice.occurred_on):
        raise NotOnRoster(member=right.member)
    if right.member not in on_sheet(past, notice):
        raise NotOnSheet(member=right.member, item=notice.item)
    earlier = past[archive_of(right.member, notice.occurred_on)].live(notice.unit, notice.matter, notice.item)
    if earlier is not None:
        raise AlreadyRecorded(record=earlier.record, matter=notice.matter, item=notice.item)


def _says(one: Correction | Record) -> tuple[str | None, ...]:
    return one.outcome, one.quantity, one.level, one.condition, one.share
