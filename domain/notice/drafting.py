"""拟公示 — what one decision approved becomes the draft of a notice: a header that pins its lines, and the lines."""

from typing import Final

from domain.decider import Command, Decision, Past, Refused
from domain.notice.notice import (
    NOTICE,
    NoNotice,
    NoticeDrafted,
    NoticeExists,
    NoticeLineDrafted,
    lines_digest,
    notice_id,
)
from domain.recording.archive import archive_of
from domain.recording.sheet import SHEET, Sheet, living
from domain.values import Code

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


def decide(past: Past, command: DraftNotice) -> Decision:
    """Draft the notice of one decision, once."""
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
    )
    return [ref.says(header), *(ref.says(line) for line in lines)]


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
            )
        )
    return found
