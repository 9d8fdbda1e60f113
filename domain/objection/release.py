"""放行与更正 — what an objection leaves behind: the line is clear again, or its record is reversed and replaced.

A record is reversed exactly once. What takes its place is a record of its own, noticed anew before it counts.
"""

from datetime import date

from domain.decider import Past, Write
from domain.notice.notice import (
    NOTICE,
    NoNotice,
    Notice,
    NoticeDrafted,
    NoticeLine,
    NoticeLineCleared,
    NoticeLineCorrected,
    NoticeLineDrafted,
    correction_id,
    lines_digest,
    living,
)
from domain.objection.objection import Correction, Objection
from domain.objection.omitting import settled
from domain.objection.righting import worth_of_right
from domain.recording.archive import (
    ENDED,
    Archive,
    Record,
    RecordReleased,
    RecordReplaced,
    RecordReversed,
    archive_of,
)
from domain.recording.entering import need_open_period
from domain.recording.sheet import SHEET, Sheet
from domain.recording.standing import in_place
from domain.rules.ruling import rules_here
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId


def released(past: Past, objection: Objection) -> list[Write]:
    """This objection holds the line and the record no longer; another may still."""
    notice = living(past, objection.notice)
    line = _line(notice, objection)
    if line is None:
        return settled(past, notice, objection)
    writes: list[Write] = []
    if objection.objection in line.held_by:
        cleared = NoticeLineCleared(
            notice=notice.notice, unit=notice.unit, line=line.line, objection=objection.objection
        )
        writes.append(NOTICE.of(notice.notice).says(cleared))
    if notice.results is not None:
        return writes
    archive = archive_of(line.member, notice.occurred_on)
    if objection.objection in past[archive].records[line.record].held_by:
        freed = RecordReleased(record=line.record, member=line.member, objection=objection.objection)
        writes.append(archive.says(freed))
    return writes


def reversed_record(past: Past, objection: Objection) -> list[Write]:
    """The line is corrected and its record taken back; nothing where another objection has done so already."""
    notice = living(past, objection.notice)
    line = _line(notice, objection)
    if line is None:
        return settled(past, notice, objection)
    corrected = NoticeLineCorrected(
        notice=notice.notice, unit=notice.unit, line=line.line, objection=objection.objection
    )
    if notice.results is not None:
        # A result is made anew from the records: there is none of its own to take back.
        return [NOTICE.of(notice.notice).says(corrected)]
    archive = archive_of(line.member, notice.occurred_on)
    if past[archive].records[line.record].status in ENDED:
        return released(past, objection)
    need_open_period(past, line.member, past[archive].records[line.record].counted_on)
    reverse = RecordReversed(record=line.record, member=line.member, objection=objection.objection)
    return [NOTICE.of(notice.notice).says(corrected), archive.says(reverse)]


def sealed_meanwhile(past: Past, objection: Objection, right: Correction | None) -> bool:
    """Whether what is decided comes too late for the records: only an ordered restatement changes a sealed period."""
    notice = living(past, objection.notice)
    before = standing_record(past, objection, notice)
    if before is not None and before.status in ENDED:
        return False
    member = None if right is None else right.member
    member, day = (member, notice.occurred_on) if before is None else (objection.subject, before.counted_on)
    return member is not None and past[archive_of(member, day)].sealed_on(day) is not None


def corrected(past: Past, objection: Objection, right: Correction | None, today: date) -> list[Write]:
    """Reversed, replaced by what is right, and the replacement's notice drafted; only let go in a sealed period."""
    if sealed_meanwhile(past, objection, right):
        return released(past, objection)
    writes = reversed_record(past, objection)
    notice = living(past, objection.notice)
    fact = None if right is None else _replacement(past, objection, notice, right)
    # Reversed by another objection already: that one's replacement stands, and is noticed by itself.
    if fact is None or (objection.record is not None and not writes):
        return writes
    archive = archive_of(fact.member, notice.occurred_on)
    write = in_place(archive, past[archive], fact)
    assert isinstance(write.fact, RecordReplaced)
    return [*writes, write, *_noticed_anew(past, objection, notice, write.fact, today)]


def _line(notice: Notice, objection: Objection) -> NoticeLine | None:
    return None if objection.line is None else notice.line(objection.line)


def standing_record(past: Past, objection: Objection, notice: Notice) -> Record | None:
    """The record that the objection is about."""
    if objection.record is None or objection.subject is None:
        return None
    archive: Archive = past[archive_of(objection.subject, notice.occurred_on)]
    return archive.records.get(objection.record)


def _replacement(past: Past, objection: Objection, notice: Notice, right: Correction) -> RecordReplaced | None:
    before = standing_record(past, objection, notice)
    if before is not None and before.status in ENDED:
        return None
    member: MemberId | None = right.member if before is None else objection.subject
    assert member is not None, "a correction is of somebody"
    if before is None and past[archive_of(member, notice.occurred_on)].live(notice.unit, notice.matter, notice.item):
        return None
    rules = rules_of(past, notice) if before is None else before.rules
    return RecordReplaced(
        record=objection.objection,  # replaced by the archive, which numbers its own records
        member=member,
        replaces=objection.record,
        objection=objection.objection,
        kind="responsibility" if before is None else before.kind,
        unit=notice.unit,
        matter=notice.matter,
        item=notice.item,
        rules=rules,
        outcome=right.outcome,
        quantity=right.quantity,
        level=right.level,
        points_shown=worth_of_right(version_of(past, notice, rules), notice.item, right),
        condition=right.condition,
        share=right.share,
        occurred_on=notice.occurred_on if before is None else before.occurred_on,
        counted_on=notice.occurred_on if before is None else before.counted_on,
    )


def version_of(past: Past, notice: Notice, rules: Code) -> Scheme:
    """The version of the rule set under which a record was entered."""
    found = rules_here(past, notice.unit).find(rules)
    assert found is not None, f"records were entered under {rules}"
    assert found.scheme is not None, f"version {rules} is in force"
    return found.scheme


def rules_of(past: Past, notice: Notice) -> str:
    """The version of the rule set under which the notice's records were entered."""
    sheet = past[SHEET.of(notice.unit, notice.matter, notice.item)]
    assert isinstance(sheet, Sheet), f"the notice of {notice.matter} has no sheet"
    return sheet.rules


def _noticed_anew(past: Past, objection: Objection, notice: Notice, fact: RecordReplaced, today: date) -> list[Write]:
    again = correction_id(objection.objection)
    line = NoticeLineDrafted(
        line=1,
        member=fact.member,
        record=fact.record,
        outcome=fact.outcome,
        quantity=fact.quantity,
        level=fact.level,
        points=fact.points_shown,
    )
    ref = NOTICE.of(again)
    assert past[ref] == NoNotice(), "a correction is noticed once"
    handler = () if objection.handler is None else (objection.handler,)
    entered_by = {*notice.entered_by, *handler}
    header = NoticeDrafted(
        notice=again,
        unit=notice.unit,
        stage=notice.stage,
        matter=notice.matter,
        item=notice.item,
        decision=0,
        occurred_on=notice.occurred_on,
        lines=1,
        digest=lines_digest([line]),
        decided_on=today,
        bodies=tuple(sorted({*notice.bodies, objection.body})),
        entered_by=tuple(sorted(entered_by, key=str)),
        hands=tuple(sorted(notice.hands - entered_by, key=str)),
        objection=objection.objection,
    )
    return [ref.says(header), ref.says(line)]
