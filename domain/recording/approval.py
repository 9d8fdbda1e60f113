"""审定 — the committee's decision on a submitted sheet: approve or return, with minute, quorum and recusal.

Each line is decided without its subject and without whoever entered it. Where too few are left for a line, that
line goes up to the next higher organisation and the others go on.
"""

from datetime import date
from typing import TypeAlias

from domain.decider import Command, Decision, Past, Refused, StreamRef
from domain.organisation.bodies import Seated, committee_of, meeting_of
from domain.organisation.unit import Established, established, next_higher
from domain.recording.archive import PointsRecorded, archive_of
from domain.recording.committee import Vote, convened
from domain.recording.entering import recorded
from domain.recording.matter import held
from domain.recording.sheet import (
    SHEET,
    Line,
    Sheet,
    SheetApproved,
    SheetLineReferred,
    SheetReturned,
    State,
    acting,
    item_of,
    living,
    need_evidence,
)
from domain.rules.ruling import scheme_here
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, MemberId, Reference, Sha256, day_of


class SheetNotSubmitted(Refused):
    """记分表不在送审状态。 The sheet is not before the committee."""

    code = "sheet-not-submitted"


class RecorderApproves(Refused):
    """记录人不得审定自己登记的记分表。 Who entered a sheet does not approve it."""

    code = "recorder-approves"


class NotPresent(Refused):
    """未到会者不得登记会议的决定。 Who was not at the meeting does not record its decision."""

    code = "not-present"


class WrongBody(Refused):
    """该记分表不由这一级审定。 This body does not decide this sheet."""

    code = "wrong-body"


class NotOneDecides(Refused):
    """本级回避后人数不足,请由上级审定。 Too few are left after recusal; the next higher organisation decides."""

    code = "body-too-small"


class ReturnSheet(Command, frozen=True, kw_only=True):
    """Give the sheet back with a reason."""

    operation = "sheet.decide"
    unit: Code
    matter: Code
    item: Code
    reason: Secret


class ApproveSheet(Command, frozen=True, kw_only=True):
    """A body's decision. Who was present and who was not in favour is counted, never stored by name."""

    operation = "sheet.decide"
    unit: Code
    matter: Code
    item: Code
    minute: Reference
    minute_sha256: Sha256
    present: tuple[MemberId, ...]
    not_in_favour: tuple[MemberId, ...] = ()


ApprovalCommand: TypeAlias = ReturnSheet | ApproveSheet


def decide(past: Past, command: ApprovalCommand) -> Decision:
    """Approve or return."""
    match command:
        case ReturnSheet():
            return _return(past, command)
        case ApproveSheet():
            return _approve(past, command)


def _sheet_of(command: ApprovalCommand) -> StreamRef[State]:
    return SHEET.of(command.unit, command.matter, command.item)


def _before_body(past: Past, command: ApprovalCommand) -> tuple[Sheet, Code]:
    """The submitted sheet and the organisation that decides it next; the actor must sit in its committee."""
    sheet = living(past, _sheet_of(command))
    if sheet.status != "submitted":
        raise SheetNotSubmitted(matter=command.matter)
    body = sheet.referred_to or _first_body(past, established(past, sheet.unit))
    behind = committee_of(past, body, day_of(command.at))
    if acting(command) in behind.recused(sheet.entered_by):
        raise RecorderApproves
    if command.actor.unit != body:
        raise WrongBody(body=body)
    return sheet, body


def _first_body(past: Past, unit: Established) -> Code:
    if unit.approval_body != "parent_committee" and unit.dissolved_on is None:
        return unit.unit
    return next_higher(past, unit.unit) or unit.unit


def _sitting(past: Past, sheet: Sheet, body: Code, scheme: Scheme, day: date) -> Seated:
    """Who decides: a committee, or the general meeting of a branch that has none."""
    if body == sheet.unit and established(past, body).approval_body == "branch_meeting":
        return meeting_of(past, scheme, body, day)
    return committee_of(past, body, day)


def _return(past: Past, command: ReturnSheet) -> Decision:
    _before_body(past, command)
    return [_sheet_of(command).says(SheetReturned(by=acting(command), reason=command.reason.commitment))]


def _approve(past: Past, command: ApproveSheet) -> Decision:
    sheet, body = _before_body(past, command)
    unit = established(past, sheet.unit)
    _, scheme = scheme_here(past, unit.unit, sheet.occurred_on)
    item = item_of(scheme, sheet.item)
    need_evidence(held(past, sheet.unit, sheet.matter), item)
    sitting = _sitting(past, sheet, body, scheme, day_of(command.at))
    least = scheme.bodies.least_voters("branch_committee")
    if acting(command) not in command.present:
        raise NotPresent
    meeting = convened(sitting.members, command.present, command.not_in_favour, least)
    recused = sitting.recused(sheet.entered_by)
    votes = {line.member: meeting.vote(recused | sitting.recused([line.member])) for line in sheet.undecided}
    referred = [member for member, vote in votes.items() if vote is None]
    if len(referred) == len(votes):
        return _refer(past, command, sheet, body)
    header = SheetApproved(
        unit=sheet.unit,
        matter=sheet.matter,
        item=sheet.item,
        decision=sheet.decisions + 1,
        body=body,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        vote=meeting.counted(recused),
        recused=tuple(sorted(recused & sitting.members, key=str)),
        approved=len(votes) - len(referred),
        referred=len(referred),
    )
    ref = _sheet_of(command)
    up = [ref.says(SheetLineReferred(member=member, to=_higher(past, body))) for member in referred]
    approved = [(line, votes[line.member]) for line in sheet.undecided]
    facts = [_record(sheet, line, vote) for line, vote in approved if vote is not None]
    past.many([archive_of(fact.member, fact.occurred_on) for fact in facts])
    return [ref.says(header), *up, *(recorded(past, fact) for fact in facts)]


def _higher(past: Past, body: Code) -> Code:
    parent = next_higher(past, body)
    if parent is None:
        raise NotOneDecides(body=body)
    return parent


def _refer(past: Past, command: ApproveSheet, sheet: Sheet, body: Code) -> Decision:
    """Nobody here may decide: the whole sheet goes up."""
    up = _higher(past, body)
    return [_sheet_of(command).says(SheetLineReferred(member=line.member, to=up)) for line in sheet.undecided]


def _record(sheet: Sheet, line: Line, vote: Vote) -> PointsRecorded:
    return PointsRecorded(
        record=line.member,  # replaced by the archive, which numbers its own records
        member=line.member,
        unit=sheet.unit,
        matter=sheet.matter,
        item=sheet.item,
        rules=sheet.rules,
        outcome=line.outcome,
        quantity=line.quantity,
        level=line.level,
        condition=line.condition,
        occurred_on=sheet.occurred_on,
        late=sheet.late or line.late,
        entitled=vote.entitled,
        present=vote.present,
        in_favour=vote.in_favour,
    )
