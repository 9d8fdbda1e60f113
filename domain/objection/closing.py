"""异议归档 — what follows by itself: the end after the appeal term, a missed term, a block that lasted too long."""

from datetime import date
from typing import Final, Literal, TypeAlias, assert_never

from msgspec.structs import replace

from domain.decider import Command, Decision, Past, Refused
from domain.notice.notice import living as notice_of
from domain.objection.appeal import groups
from domain.objection.objection import (
    OBJECTION,
    Objection,
    ObjectionClosed,
    ObjectionEscalated,
    ObjectionLapsed,
    Stage,
    living,
)
from domain.objection.omitting import let_go
from domain.objection.recusal import next_level
from domain.objection.release import corrected, released, reversed_record, sealed_meanwhile, standing_record
from domain.objection.terms import officials_until, over_at, terms
from domain.recording.archive import Outcome
from domain.rules.demands import Terms
from domain.values import Code, ObjectionId, day_of

UNFAVOURABLE: Final[frozenset[Outcome]] = frozenset({"absent", "not-done", "deducted", "fallen-short"})
"""What lowers a person's points: after the longest block it falls; everything else stands."""


class AppealTermRunning(Refused):
    """复核申请期未满。 The term for an appeal is still running."""

    code = "appeal-term-running"


class BlockRunning(Refused):
    """最长暂缓期限未满。 The longest block is not over."""

    code = "block-running"


class TermNotMissed(Refused):
    """该期限未满。 This term is not over."""

    code = "term-not-missed"


class CloseObjection(Command, frozen=True, kw_only=True):
    """Close it after its appeal term or its appeal's decision, and let what was decided take effect."""

    operation = "objection.close"
    unit: Code
    objection: ObjectionId


class EscalateObjection(Command, frozen=True, kw_only=True):
    """The next level takes over what was not done in time."""

    operation = "objection.escalate"
    unit: Code
    objection: ObjectionId
    stage: Stage
    due_on: date


class EndBlock(Command, frozen=True, kw_only=True):
    """After the longest block it is decided for the person; that a line is missing, still by who decides it."""

    operation = "objection.close"
    unit: Code
    objection: ObjectionId


ClosingCommand: TypeAlias = CloseObjection | EscalateObjection | EndBlock


def decide(past: Past, command: ClosingCommand) -> Decision:
    """Close, escalate, end the block; nothing where it has gone on meanwhile."""
    objection = living(past, command.unit, command.objection)
    match command:
        case CloseObjection():
            return _close(past, command, objection)
        case EscalateObjection():
            return _escalate(past, command, objection)
        case EndBlock():
            return _end_block(past, command, objection)
        case _:
            assert_never(command)


def _close(past: Past, command: CloseObjection, objection: Objection) -> Decision:
    if objection.status not in ("replied", "declined", "final"):
        return []
    if objection.due_on is not None and command.at < over_at(objection.due_on):
        raise AppealTermRunning(appeal_by=objection.due_on)
    outcome: Literal["upheld", "partly", "rejected", "declined"] = objection.outcome or "declined"
    closed = ObjectionClosed(
        objection=objection.objection, unit=objection.unit, outcome=outcome, notice=objection.notice
    )
    ref = OBJECTION.of(command.objection)
    if outcome in ("rejected", "declined"):
        return [*released(past, objection), ref.says(closed)]
    if outcome == "partly" and objection.correction is None:
        return [*released(past, objection), ref.says(closed)]
    late = sealed_meanwhile(past, objection, objection.correction)
    effect = corrected(past, objection, objection.correction, day_of(command.at))
    return [*effect, ref.says(replace(closed, by_restatement=late))]


def _escalate(past: Past, command: EscalateObjection, objection: Objection) -> Decision:
    if objection.awaits() != command.stage or objection.due_on != command.due_on:
        return []
    if command.at < over_at(command.due_on):
        raise TermNotMissed(due_on=command.due_on)
    today = day_of(command.at)
    fact = ObjectionEscalated(
        objection=objection.objection,
        unit=objection.unit,
        stage=command.stage,
        to=_above(past, objection, command.stage, today),
        due_on=officials_until(past, today, _days(terms(past, objection.unit, today), command.stage)),
    )
    return [OBJECTION.of(command.objection).says(fact)]


def _days(limits: Terms, stage: Stage) -> int:
    match stage:
        case "acceptance":
            return limits.acceptance
        case "decision":
            return limits.decision
        case "reply":
            return limits.reply
        case "appeal_decision":
            return limits.appeal_decision


def _above(past: Past, objection: Objection, stage: Stage, day: date) -> Code:
    if stage != "appeal_decision":
        return next_level(past, notice_of(past, objection.notice), objection.body)
    here = objection.appeal_body or objection.body
    higher = [group.unit for group in groups(past, here, day) if group.unit != here]
    return higher[0] if higher else here


def _end_block(past: Past, command: EndBlock, objection: Objection) -> Decision:
    if not objection.open or objection.block_until is None:
        return []
    if command.at < over_at(objection.block_until):
        raise BlockRunning(block_until=objection.block_until)
    notice = notice_of(past, objection.notice)
    if objection.target == "missing_line":
        # Its end by itself would give nobody his line: only the others' waiting ends.
        return let_go(past, notice, objection)
    record = standing_record(past, objection, notice)
    late = sealed_meanwhile(past, objection, None)
    falls = record is not None and record.outcome in UNFAVOURABLE and not late
    lapsed = ObjectionLapsed(
        objection=objection.objection, unit=objection.unit, notice=objection.notice, reversed=falls
    )
    effect = reversed_record(past, objection) if falls else released(past, objection)
    return [*effect, OBJECTION.of(command.objection).says(lapsed)]
