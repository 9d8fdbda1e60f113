"""复核 — once, by the objector or the subject, to the leading group; nobody who dealt with it before takes part.

Where too few of a leading group are left, the next one above decides. Where none is left in the whole tree, the next
level up is an organisation outside this log: its decision is entered as its paper says it. The decision is final.
"""

from datetime import date
from typing import TypeAlias, assert_never

from domain.decider import Command, Decision, NotPermitted, Past, Refused
from domain.notice.notice import Notice
from domain.notice.notice import living as notice_of
from domain.objection.deciding import check_correction
from domain.objection.filing import by_objector
from domain.objection.objection import (
    OBJECTION,
    AppealDecided,
    AppealFiled,
    Appellant,
    Correction,
    Objection,
    Outcomes,
    at_step,
    living,
)
from domain.objection.recusal import ConcernedSteps, NotTheBody, acting, concerned
from domain.objection.terms import officials_until, scheme_of, terms
from domain.organisation.appointments import APPOINTMENTS
from domain.organisation.bodies import Seated, leading_group_of
from domain.organisation.unit import higher_than
from domain.recording.committee import Vote, convened
from domain.sealed import Secret
from domain.values import Code, MemberId, ObjectionId, Reference, Sha256, Title, day_of


class NotTheSubject(Refused):
    """只有异议人和所涉党员本人可以申请复核。 Only the objector and the member concerned may appeal."""

    code = "not-the-subject"


class GroupTooSmall(Refused):
    """领导小组回避后人数不足,请由上一级决定。 Too few of the leading group are left after recusal."""

    code = "leading-group-too-small"


class NotAtMeeting(Refused):
    """您不在到会名单中。 You are not among those present."""

    code = "not-at-meeting"


class GroupAble(Refused):
    """本组织树中有领导小组可以作出复核决定。 A leading group of this tree can decide the appeal."""

    code = "leading-group-able"


class FileAppeal(Command, frozen=True, kw_only=True):
    """Ask for another decision. The objector shows his secret; the subject is known."""

    operation = "objection.appeal"
    unit: Code
    objection: ObjectionId
    ground: Secret
    secret: str | None = None


class DecideAppeal(Command, frozen=True, kw_only=True):
    """The leading group's decision; who was present is counted, never stored by name."""

    operation = "objection.decide_appeal"
    unit: Code
    objection: ObjectionId
    outcome: Outcomes
    correction: Correction | None = None
    reply: Secret
    minute: Reference
    minute_sha256: Sha256
    present: tuple[MemberId, ...]
    not_in_favour: tuple[MemberId, ...] = ()


class EnterAppealDecision(Command, frozen=True, kw_only=True):
    """What the next level up outside this log decided, by its paper."""

    operation = "objection.enter_appeal"
    unit: Code
    objection: ObjectionId
    outcome: Outcomes
    correction: Correction | None = None
    reply: Secret
    authority: Title
    document: Reference
    document_sha256: Sha256


AppealCommand: TypeAlias = FileAppeal | DecideAppeal | EnterAppealDecision


def decide(past: Past, command: AppealCommand) -> Decision:
    """Appeal, decide the appeal."""
    objection = living(past, command.unit, command.objection)
    match command:
        case FileAppeal():
            return _appeal(past, command, objection)
        case DecideAppeal():
            return _decide(past, command, objection)
        case EnterAppealDecision():
            return _enter(past, command, objection)
        case _:
            assert_never(command)


def _appeal(past: Past, command: FileAppeal, objection: Objection) -> Decision:
    by = _appellant(command, objection)
    # As with a notice: until the objection is closed an appeal is in time, however late the closing.
    at_step(objection, "replied", "declined")
    today = day_of(command.at)
    fact = AppealFiled(
        objection=objection.objection,
        unit=objection.unit,
        by=by,
        ground=command.ground.commitment,
        body=_first_group(past, objection, today),
        decide_by=officials_until(past, today, terms(past, objection.unit, today).appeal_decision),
    )
    return [OBJECTION.of(command.objection).says(fact)]


def _appellant(command: FileAppeal, objection: Objection) -> Appellant:
    if command.actor.sealed is not None:
        by_objector(command, objection, command.secret or "")
        return "objector"
    missing = None if objection.correction is None else objection.correction.member
    if command.actor.person is None or command.actor.person not in (objection.subject, missing):
        raise NotTheSubject
    return "subject"


def barred(past: Past, objection: Objection, notice: Notice, day: date) -> frozenset[MemberId]:
    """Who dealt with the matter or the objection before."""
    before = objection.involved | objection.recused
    if objection.handler is not None:
        before |= {objection.handler}
    return before | concerned(past, notice, objection.subject, day)


def groups(past: Past, unit: Code, day: date) -> list[Seated]:
    """The leading groups from an organisation upwards, nearest first."""
    places = (unit, *higher_than(past, unit))
    with_group = [place for place in places if past[APPOINTMENTS.of(place)].holders(("leading_group",), day)]
    return [leading_group_of(past, place, day) for place in with_group]


def _first_group(past: Past, objection: Objection, day: date) -> Code:
    """The nearest group of which enough are left; the topmost where none is."""
    able, found = able_groups(past, objection, day), groups(past, objection.unit, day)
    if able:
        return able[0]
    return found[-1].unit if found else objection.body


def able_groups(past: Past, objection: Objection, day: date) -> list[Code]:
    """Where enough of a leading group are left to decide the appeal, nearest first."""
    out, least = barred(past, objection, notice_of(past, objection.notice), day), _least(past, objection, day)
    found = groups(past, objection.unit, day)
    return [group.unit for group in found if len(group.members - group.recused(out)) >= least]


def _decide(past: Past, command: DecideAppeal, objection: Objection) -> Decision:
    at_step(objection, "appealed")
    if command.actor.unit != objection.appeal_body:
        raise NotTheBody(body=objection.appeal_body)
    person, today = acting(command), day_of(command.at)
    if person not in command.present:
        raise NotAtMeeting
    if command.actor.role != "leading_group":
        raise NotPermitted
    group = leading_group_of(past, objection.appeal_body or objection.body, today)
    meeting = convened(group.members, command.present, command.not_in_favour, _least(past, objection, today))
    out = group.recused(barred(past, objection, notice_of(past, objection.notice), today))
    vote = meeting.vote(out)
    if vote is None:
        raise GroupTooSmall(body=objection.appeal_body)
    check_correction(past, objection, command.outcome, command.correction)
    fact = AppealDecided(
        objection=objection.objection,
        unit=objection.unit,
        outcome=command.outcome,
        correction=command.correction,
        reply=command.reply.commitment,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        vote=vote,
    )
    return [OBJECTION.of(command.objection).says(fact)]


def _enter(past: Past, command: EnterAppealDecision, objection: Objection) -> Decision:
    """By somebody of the topmost organisation who neither decided the objection nor is its subject."""
    at_step(objection, "appealed")
    person, today = acting(command), day_of(command.at)
    if command.actor.unit != objection.appeal_body:
        raise NotTheBody(body=objection.appeal_body)
    if person in (objection.handler, objection.subject):
        raise ConcernedSteps
    able = able_groups(past, objection, today)
    if able:
        raise GroupAble(body=able[0])
    check_correction(past, objection, command.outcome, command.correction)
    fact = AppealDecided(
        objection=objection.objection,
        unit=objection.unit,
        outcome=command.outcome,
        correction=command.correction,
        reply=command.reply.commitment,
        minute=command.document,
        minute_sha256=command.document_sha256,
        vote=Vote(entitled=0, present=0, in_favour=0),
        authority=command.authority,
    )
    return [OBJECTION.of(command.objection).says(fact)]


def _least(past: Past, objection: Objection, day: date) -> int:
    return scheme_of(past, objection.unit, day).bodies.leading_group.min_voters or 2
