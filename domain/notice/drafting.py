"""拟公示 — what was approved becomes the draft of a notice: a header that pins its lines, and the lines.

A sheet's decision makes one notice of many lines; an honour, a deduction, a shortfall, and a veto where the rule set
has a notice for it, each make a notice of their own.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, TypeAlias

from domain.decider import Command, Decision, Past, Refused
from domain.notice.notice import (
    NOTICE,
    NoNotice,
    Notice,
    NoticeDrafted,
    NoticeExists,
    NoticeLineDrafted,
    lines_digest,
    notice_id,
    notice_of_record,
)
from domain.notice.results import CONFIRMED, PROBATION
from domain.organisation.bodies import leading_group_of
from domain.organisation.unit import established, next_higher
from domain.recording.archive import Kind, Record, RecordUnknown, archive_of
from domain.recording.chain import Step, steps_of
from domain.recording.deduction import DEDUCTION, Deduction, deduction_id
from domain.recording.honour import HONOUR, Honour, honour_id
from domain.recording.sheet import SHEET, Sheet, living
from domain.rules.demands import NoticeKind, chain_by_worth, stage_of
from domain.rules.procedure import Notice as NoticeRules
from domain.rules.procedure import NoticeStage
from domain.rules.ruling import scheme_here
from domain.values import Code, MemberId, RecordId, day_of, hundredths

BRANCH: Final = "branch"
"""The audience that is the members of the branch and nobody else."""
RECORD_SHEET: Final = "record_sheet"
"""The stage of the rule set under which decided sheets are noticed."""


class NothingToNotice(Refused):
    """该次审定没有通过任何一行。 This decision approved no line."""

    code = "nothing-to-notice"


class DraftNotice(Command, frozen=True, kw_only=True):
    """Draft the notice of one decision on a sheet."""

    operation = "notice.draft"
    unit: Code
    matter: Code
    item: Code
    decision: int


class DraftRecordNotice(Command, frozen=True, kw_only=True):
    """Draft the notice of one record that no sheet brought."""

    operation = "notice.draft"
    unit: Code
    member: MemberId
    record: RecordId
    counted_on: date
    """By it the record's archive is found."""


DraftingCommand: TypeAlias = DraftNotice | DraftRecordNotice


def decide(past: Past, command: DraftingCommand) -> Decision:
    """Draft a notice, once."""
    match command:
        case DraftNotice():
            return _of_decision(past, command)
        case DraftRecordNotice():
            return _of_record(past, command)


STAGES: Final[dict[Kind, NoticeKind]] = {
    "responsibility": "record_sheet",
    "honour": "honour",
    "deduction": "deduction",
    "shortfall": "shortfall",
    "veto": "veto",
}


def _of_record(past: Past, command: DraftRecordNotice) -> Decision:
    record = past[archive_of(command.member, command.counted_on)].records.get(command.record)
    if record is None or record.unit != command.unit:
        raise RecordUnknown(record=command.record)
    notice = notice_of_record(command.record)
    ref = NOTICE.of(notice)
    if past[ref] != NoNotice():
        raise NoticeExists(notice=notice)
    if record.status != "approved":
        raise NothingToNotice
    _, scheme = scheme_here(past, command.unit, day_of(command.at))
    steps = _chain(past, record)
    line = NoticeLineDrafted(
        line=1,
        member=command.member,
        record=record.record,
        outcome=record.outcome,
        quantity=record.quantity,
        level=record.level,
        points=record.points_shown,
    )
    header = NoticeDrafted(
        notice=notice,
        unit=command.unit,
        stage=stage_of(scheme, STAGES[record.kind]).code,
        matter=record.matter,
        item=record.item,
        decision=1,
        occurred_on=record.counted_on,
        lines=1,
        digest=lines_digest([line]),
        decided_on=day_of(command.at),
        bodies=tuple(sorted({step.unit for step in steps})),
        entered_by=_proposers(past, command.member, record),
        hands=_leaders(past, steps, day_of(command.at)),
    )
    return [ref.says(header), ref.says(line)]


def _proposers(past: Past, member: MemberId, record: Record) -> tuple[MemberId, ...]:
    """Who claimed the honour, or proposed the deduction and added evidence; a veto comes from a body, not a person."""
    case = record.unit, member, record.matter, record.item
    claim = past[HONOUR.of(honour_id(*case))] if record.kind == "honour" else past[DEDUCTION.of(deduction_id(*case))]
    return tuple(sorted(claim.entered_by, key=str)) if isinstance(claim, Honour | Deduction) else ()


def audience_of(rules: NoticeRules, stage: NoticeStage, notice: Notice) -> Code:
    """Who sees a notice: of low deductions, vetoes, and a probation that is not confirmed, the branch alone (E5)."""
    least = rules.public_deduction_lines_from_points
    of_probation = notice.results is not None and notice.results.period == PROBATION
    kept = any(
        line.outcome == "vetoed"
        or (of_probation and line.grade != CONFIRMED)
        or (
            line.outcome in ("deducted", "fallen-short")
            and (least is None or line.points is None or hundredths(line.points) < hundredths(least))
        )
        for line in notice.lines
    )
    return BRANCH if kept else stage.audience


def _of_decision(past: Past, command: DraftNotice) -> Decision:
    sheet = living(past, SHEET.of(command.unit, command.matter, command.item))
    notice = notice_id(command.unit, command.matter, command.item, command.decision)
    ref = NOTICE.of(notice)
    if past[ref] != NoNotice():
        raise NoticeExists(notice=notice)
    lines = _lines(past, sheet, command.decision)
    if not lines:
        raise NothingToNotice
    header = NoticeDrafted(
        notice=notice,
        unit=command.unit,
        stage=RECORD_SHEET,
        matter=command.matter,
        item=command.item,
        decision=command.decision,
        occurred_on=sheet.occurred_on,
        lines=len(lines),
        digest=lines_digest(lines),
        decided_on=day_of(command.at),
        bodies=_bodies(past, sheet),
        entered_by=tuple(sorted(sheet.entered_by, key=str)),
    )
    return [ref.says(header), *(ref.says(line) for line in lines)]


def _bodies(past: Past, sheet: Sheet) -> tuple[Code, ...]:
    """The organisations whose bodies had this sheet before them: none of them looks into an objection."""
    unit = established(past, sheet.unit)
    first = sheet.unit if unit.approval_body != "parent_committee" else next_higher(past, sheet.unit)
    found = {one for one in (first, sheet.referred_to) if one is not None}
    return tuple(sorted(found))


def _chain(past: Past, record: Record) -> list[Step]:
    """The bodies of the chain that the record went through."""
    unit = established(past, record.unit)
    _, scheme = scheme_here(past, unit.unit, record.occurred_on)
    return steps_of(past, unit, chain_by_worth(scheme, record.item, record.level, record.points_shown))


def _leaders(past: Past, steps: Sequence[Step], day: date) -> tuple[MemberId, ...]:
    """The leading group where it was a body of the chain: it does not decide the appeal as well."""
    seats = (leading_group_of(past, step.unit, day).members for step in steps if step.body == "leading_group")
    return tuple(sorted(frozenset[MemberId]().union(*seats), key=str))


def _lines(past: Past, sheet: Sheet, decision: int) -> list[NoticeLineDrafted]:
    # 0 marks the lines that nobody has decided.
    approved = [line for line in sheet.lines.values() if line.decision == decision > 0]
    archives = past.many([archive_of(line.member, sheet.occurred_on) for line in approved])
    found: list[NoticeLineDrafted] = []
    for number, (line, archive) in enumerate(zip(approved, archives, strict=True), start=1):
        record = archive.live(sheet.unit, sheet.matter, sheet.item)
        assert record is not None, f"an approved line of {sheet.matter} has no record"
        found.append(
            NoticeLineDrafted(
                line=number,
                member=line.member,
                record=record.record,
                outcome=line.outcome,
                quantity=line.quantity,
                level=line.level,
            )
        )
    return found
