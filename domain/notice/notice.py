"""公示 — what was approved is shown to those entitled, line by line, before it counts: facts and state."""

import hashlib
from datetime import date
from typing import Final, Literal, assert_never
from uuid import uuid5

import msgspec

from domain.decider import NAMESPACE, Fact, Past, Refused, Stream
from domain.notice.extension import NoticeExtended, term_of
from domain.recording.archive import Outcome
from domain.rules.working_days import Term
from domain.values import Code, Instant, MemberId, NoticeId, Quantity, RecordId, Sha256


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


def living(past: Past, notice: NoticeId) -> Notice:
    """The notice, or a refusal that there is none."""
    state = past[NOTICE.of(notice)]
    match state:
        case Notice() as found:
            return found
        case NoNotice():
            raise NoticeUnknown(notice=notice)
        case _:
            assert_never(state)
