"""公示 — what was approved is shown to those entitled, for a term of full working days, before it counts.

The posting day does not count; the term ends at 24:00 Asia/Shanghai of its last working day. Paper objections count
by the day they were received, so a notice closes only after the rule set's grace, and a minute more.
"""

import hashlib
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias, assert_never
from uuid import uuid5

import msgspec

from domain.decider import NAMESPACE, Command, Decision, Fact, NotPermitted, Past, Refused, Stream
from domain.notice.extension import NoticeExtended, term_of
from domain.organisation.unit import established
from domain.recording.archive import Outcome, archive_of, confirmed
from domain.recording.sheet import SHEET, Sheet, living
from domain.rules.calendar import lengthened, published
from domain.rules.ruleset import scheme_on
from domain.rules.working_days import Term, closes_on, term_end
from domain.values import Code, Instant, MemberId, NoticeId, Quantity, RecordId, Sha256, day_of, midnight_after

STAGE: Final = "record_sheet"
CLOSING_GRACE: Final = timedelta(seconds=60)
"""So that an objection sent in the last second has arrived before the notice closes."""


class NoticeDrafted(Fact, frozen=True, kw_only=True):
    """拟公示 — the header: how many lines follow, and the digest that pins them."""

    notice: NoticeId
    unit: Code
    stage: Code
    matter: Code
    item: Code
    decision: int
    occurred_on: date
    lines: int
    digest: Sha256


class NoticeLineDrafted(Fact, frozen=True, kw_only=True):
    """公示行 — one record: no number of a document, no reason, nothing but the minimum."""

    line: int
    member: MemberId
    record: RecordId
    outcome: Outcome
    quantity: Quantity


class DisclosureChecked(Fact, frozen=True, kw_only=True):
    """公开审查 — somebody checked that nothing beyond the minimum is shown."""

    by: MemberId


class NoticePosted(Fact, frozen=True, kw_only=True):
    """公示发布 — from now on the term runs."""

    notice: NoticeId
    unit: Code
    posted_on: date
    working_days: int
    audience: Code
    ends_on: date
    """The last day of the term, which ends at 24:00 Asia/Shanghai."""
    may_close_at: Instant


class NoticeClosed(Fact, frozen=True, kw_only=True):
    """公示期满."""

    notice: NoticeId
    unit: Code
    cleared: int


class NoticeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a notice."""

    line: int
    member: MemberId
    record: RecordId
    outcome: Outcome
    quantity: str


class NoNotice(msgspec.Struct, frozen=True):
    """No such notice."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A notice on its way."""

    notice: NoticeId
    unit: str
    stage: str
    matter: str
    item: str
    occurred_on: date
    status: Literal["drafted", "checked", "posted", "closed"] = "drafted"
    lines: tuple[NoticeLine, ...] = ()
    may_close_at: Instant | None = None
    term: Term | None = None
    """As it was posted."""


State = NoNotice | Notice


class NoticeUnknown(Refused):
    """没有这个公示。 There is no such notice."""

    code = "notice-unknown"


class NoticeExists(Refused):
    """该次审定已拟公示。 A notice of this decision exists already."""

    code = "notice-exists"


class NoticeNotDraft(Refused):
    """该公示已发布。 This notice was posted already."""

    code = "notice-not-draft"


class NoticeNotPosted(Refused):
    """该公示不在公示期。 This notice is not running."""

    code = "notice-not-posted"


class NoticeNotClosed(Refused):
    """公示尚未期满,不能确认积分。 The notice has not closed; nothing can be confirmed."""

    code = "notice-not-closed"


class TermRunning(Refused):
    """公示期未满。 The term of this notice is still running."""

    code = "term-running"


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


class PostNotice(Command, frozen=True, kw_only=True):
    """Check the disclosure and post."""

    operation = "notice.post"
    unit: Code
    notice: NoticeId


class CloseNotice(Command, frozen=True, kw_only=True):
    """Close a notice whose term is over."""

    operation = "notice.close"
    unit: Code
    notice: NoticeId


class ConfirmRecords(Command, frozen=True, kw_only=True):
    """Confirm the records of every clear line of a closed notice."""

    operation = "record.confirm"
    unit: Code
    notice: NoticeId


NoticeCommand: TypeAlias = DraftNotice | PostNotice | CloseNotice | ConfirmRecords


def evolve(state: State, fact: Fact) -> State:
    """The notice after one more fact."""
    match state, fact:
        case NoNotice(), NoticeDrafted():
            return Notice(
                notice=fact.notice,
                unit=fact.unit,
                stage=fact.stage,
                matter=fact.matter,
                item=fact.item,
                occurred_on=fact.occurred_on,
            )
        case Notice(status="drafted"), NoticeLineDrafted():
            line = NoticeLine(
                line=fact.line,
                member=fact.member,
                record=fact.record,
                outcome=fact.outcome,
                quantity=fact.quantity,
            )
            return msgspec.structs.replace(state, lines=(*state.lines, line))
        case Notice(status="drafted"), DisclosureChecked():
            return msgspec.structs.replace(state, status="checked")
        case Notice(status="checked"), NoticePosted():
            term = term_of(fact.posted_on, fact.working_days, fact.ends_on, fact.may_close_at)
            return msgspec.structs.replace(state, status="posted", may_close_at=fact.may_close_at, term=term)
        case Notice(status="posted"), NoticeExtended():
            return msgspec.structs.replace(state, may_close_at=fact.may_close_at)
        case Notice(status="posted"), NoticeClosed():
            return msgspec.structs.replace(state, status="closed")
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


NOTICE: Final[Stream[State]] = Stream(
    "notice",
    NoNotice(),
    evolve,
    (NoticeDrafted, NoticeLineDrafted, DisclosureChecked, NoticePosted, NoticeExtended, NoticeClosed),
)


def notice_id(unit: Code, matter: Code, item: Code, decision: int) -> NoticeId:
    """The one notice of one decision."""
    return uuid5(NAMESPACE, f"notice-of/{unit}/{matter}/{item}/{decision}")


def lines_digest(lines: list[NoticeLineDrafted]) -> Sha256:
    """SHA-256 over the canonical bytes of the lines in order: the header pins what follows it."""
    return hashlib.sha256(b"\n".join(msgspec.json.encode(line, order="sorted") for line in lines)).hexdigest()


def decide(past: Past, command: NoticeCommand) -> Decision:
    """Draft, post, close, confirm."""
    match command:
        case DraftNotice():
            return _draft(past, command)
        case PostNotice():
            return _post(past, command)
        case CloseNotice():
            return _close(past, command)
        case ConfirmRecords():
            return _confirm(past, command)


def _draft(past: Past, command: DraftNotice) -> Decision:
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
        stage=STAGE,
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


def _living(past: Past, notice: NoticeId) -> Notice:
    state = past[NOTICE.of(notice)]
    match state:
        case Notice() as found:
            return found
        case NoNotice():
            raise NoticeUnknown(notice=notice)
        case _:
            assert_never(state)


def _of_unit(past: Past, command: PostNotice | CloseNotice | ConfirmRecords) -> Notice:
    notice = _living(past, command.notice)
    if notice.unit != command.unit:
        raise NoticeUnknown(notice=command.notice)
    return notice


def _post(past: Past, command: PostNotice) -> Decision:
    notice = _of_unit(past, command)
    if notice.status != "drafted":
        raise NoticeNotDraft(notice=command.notice)
    assert command.actor.person is not None, "the permission table lets only people post"
    today = day_of(command.at)
    unit = established(past, notice.unit)
    # A higher organisation posts for a branch that has no committee, and for no other.
    if command.actor.unit != notice.unit and unit.approval_body == "own_committee":
        raise NotPermitted
    _, scheme = scheme_on(past, unit.scheme, today)
    stage = scheme.stage(notice.stage)
    assert stage is not None, f"the lint lets no rule set pass without stage {notice.stage}"
    calendars = published(past, range(today.year, today.year + 2), today)
    ends_on = term_end(today, stage.days, calendars)
    last_on = closes_on(ends_on, scheme.notice.paper_grace_working_days, calendars)
    ref = NOTICE.of(command.notice)
    posted = NoticePosted(
        notice=notice.notice,
        unit=notice.unit,
        posted_on=today,
        working_days=stage.days,
        audience=stage.audience,
        ends_on=ends_on,
        may_close_at=midnight_after(last_on) + CLOSING_GRACE,
    )
    return [ref.says(DisclosureChecked(by=command.actor.person)), ref.says(posted)]


def _close(past: Past, command: CloseNotice) -> Decision:
    notice = _of_unit(past, command)
    if notice.status != "posted" or notice.may_close_at is None:
        raise NoticeNotPosted(notice=command.notice)
    if command.at < notice.may_close_at:
        raise TermRunning(may_close_at=notice.may_close_at)
    ref = NOTICE.of(command.notice)
    extended = _extended(past, notice, command.at)
    if extended is not None:
        return [ref.says(extended)]
    return [ref.says(NoticeClosed(notice=notice.notice, unit=notice.unit, cleared=len(notice.lines)))]


def _extended(past: Past, notice: Notice, at: Instant) -> NoticeExtended | None:
    """The longer term, where the calendar was changed while it ran; the notice then closes by that one."""
    assert notice.term is not None, "a posted notice has a term"
    assert notice.may_close_at is not None, "a posted notice has a term"
    term = lengthened(past, notice.term, day_of(at))
    may_close_at = midnight_after(term.closes_on) + CLOSING_GRACE
    if may_close_at <= notice.may_close_at:
        return None
    return NoticeExtended(notice=notice.notice, unit=notice.unit, ends_on=term.ends_on, may_close_at=may_close_at)


def _confirm(past: Past, command: ConfirmRecords) -> Decision:
    notice = _of_unit(past, command)
    if notice.status != "closed":
        raise NoticeNotClosed(notice=command.notice)
    refs = [archive_of(line.member, notice.occurred_on) for line in notice.lines]
    past.many(refs)
    writes = (confirmed(past, ref, line.record, command.notice) for ref, line in zip(refs, notice.lines, strict=True))
    return [write for write in writes if write is not None]
