"""公示 — what was approved is shown to those entitled, line by line, before it counts: facts and state.

An objection holds one line back; the others run on. A corrected line is noticed anew, in a notice of its own.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias, assert_never
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from domain.decider import NAMESPACE, Fact, Past, Refused, Stream
from domain.notice.commitment import ArchivesCommitted
from domain.notice.results import ResultLineDrafted, ResultNoticeDrafted, Results
from domain.recording.archive import Outcome
from domain.rules.working_days import Term
from domain.values import Code, Instant, MemberId, NoticeId, ObjectionId, Points, Quantity, RecordId, Sha256, day_of

Shown: TypeAlias = Literal["name", "organisation", "item", "outcome", "quantity", "points", "level", "day", "clause"]
"""The minimum (E5): what a notice may show of a person. There is no word for anything beyond it."""


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
    decided_on: date | None = None
    """When the records were decided, where it is not the day of the draft."""
    bodies: tuple[Code, ...] = ()
    """The organisations whose bodies decided: none of them looks into an objection."""
    entered_by: tuple[MemberId, ...] = ()
    """Who entered or proposed what was decided: few; none of them posts it, nor looks into an objection."""
    hands: tuple[MemberId, ...] = ()
    """Who else had a part in it before it was corrected: none of them looks into an objection either."""
    objection: ObjectionId | None = None
    """The objection after which a corrected line is noticed anew."""


class NoticeLineDrafted(Fact, frozen=True, kw_only=True):
    """公示行 — one record: no number of a document, no reason, nothing but the minimum."""

    line: int
    member: MemberId
    record: RecordId
    outcome: Outcome
    quantity: Quantity
    level: Code | None = None
    """Of an honour, a deduction or a shortfall."""
    points: Points | None = None
    """What the level gives or takes."""


class DisclosureChecked(Fact, frozen=True, kw_only=True):
    """公开审查 — somebody checked that nothing beyond the minimum is shown, and says what is."""

    by: MemberId
    shows: tuple[Shown, ...] = ()


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
    by: MemberId | None = None


class PostingEvidenced(Fact, frozen=True, kw_only=True):
    """张贴留痕 — a photograph or scan of the paper on the wall, by its digest."""

    notice: NoticeId
    unit: Code
    by: MemberId
    posted_on: date
    """The day on which the picture was taken."""
    sha256: Sha256


class NoticeExtended(Fact, frozen=True, kw_only=True):
    """延长 — the term becomes longer, never shorter."""

    notice: NoticeId
    unit: Code
    ends_on: date
    may_close_at: Instant


class NoticeWithdrawn(Fact, frozen=True, kw_only=True):
    """撤回 — taken down before its term was over; the reason is sealed."""

    notice: NoticeId
    unit: Code
    by: MemberId
    reason: Sha256


class NoticeReposted(Fact, frozen=True, kw_only=True):
    """更正再公示 — posted again, for the full term."""

    notice: NoticeId
    unit: Code
    by: MemberId
    posted_on: date
    working_days: int
    audience: Code
    ends_on: date
    may_close_at: Instant


class NoticeLineSuspended(Fact, frozen=True, kw_only=True):
    """公示行暂缓 — an objection holds this line back; the others run on."""

    notice: NoticeId
    unit: Code
    line: int
    objection: ObjectionId


class NoticeLineCleared(Fact, frozen=True, kw_only=True):
    """公示行恢复 — this objection no longer holds the line back."""

    notice: NoticeId
    unit: Code
    line: int
    objection: ObjectionId


class NoticeLineCorrected(Fact, frozen=True, kw_only=True):
    """公示行更正 — the objection was right: the record is reversed, and what takes its place is noticed anew."""

    notice: NoticeId
    unit: Code
    line: int
    objection: ObjectionId


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
    outcome: Outcome | Literal["scored"]
    """``scored`` of a period's result; the others of a record."""
    quantity: str
    level: str | None = None
    points: str | None = None
    grade: str | None = None
    held_by: frozenset[UUID] = frozenset()
    """The open objections against it."""
    disputed_by: frozenset[UUID] = frozenset()
    """Every objection that ever held it back."""
    corrected: bool = False

    @property
    def clear(self) -> bool:
        """Whether nothing stands in the way of its record."""
        return not self.held_by and not self.corrected


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
    status: Literal["drafted", "checked", "posted", "withdrawn", "closed"] = "drafted"
    lines: tuple[NoticeLine, ...] = ()
    decided_on: date | None = None
    bodies: tuple[str, ...] = ()
    entered_by: frozenset[MemberId] = frozenset()
    """Who entered or proposed what was decided."""
    hands: frozenset[MemberId] = frozenset()
    """They, and whoever checked, posted or withdrew it."""
    objection: ObjectionId | None = None
    results: Results | None = None
    """Present where it shows results of a period and no records."""
    posted_on: date | None = None
    term: Term | None = None
    """As it was posted last."""
    ends_on: date | None = None
    may_close_at: Instant | None = None

    def line(self, number: int) -> NoticeLine | None:
        """One line by its number."""
        return next((line for line in self.lines if line.line == number), None)

    def running(self) -> bool:
        """Whether it hangs: until it is closed an objection is in time, however late the closing."""
        return self.status == "posted"


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


class NoticeNotChecked(Refused):
    """该公示尚未作公开审查。 Nobody has checked yet what this notice shows."""

    code = "notice-not-checked"


class NoticeLineUnknown(Refused):
    """公示中没有这一行。 The notice has no such line."""

    code = "notice-line-unknown"


class TermRunning(Refused):
    """公示期未满。 The term of this notice is still running."""

    code = "term-running"


def evolve(state: State, fact: Fact) -> State:
    """The notice after one more fact."""
    match state, fact:
        case NoNotice(), NoticeDrafted():
            return _drafted(fact)
        case Notice(status="drafted"), NoticeLineDrafted():
            line = NoticeLine(
                line=fact.line,
                member=fact.member,
                record=fact.record,
                outcome=fact.outcome,
                quantity=fact.quantity,
                level=fact.level,
                points=fact.points,
            )
            return replace(state, lines=(*state.lines, line))
        case NoNotice(), ResultNoticeDrafted():
            return _drafted_results(fact)
        case Notice(status="drafted"), ResultLineDrafted():
            return replace(state, lines=(*state.lines, _result_line(fact)))
        case Notice(status="drafted"), DisclosureChecked():
            return replace(state, status="checked", hands=state.hands | {fact.by})
        case Notice(status="checked"), NoticePosted():
            return _hanging(state, fact)
        case Notice(status="withdrawn"), NoticeReposted():
            return _hanging(state, fact)
        case Notice(status="posted"), PostingEvidenced():
            return state
        case Notice(status="posted"), NoticeExtended():
            return replace(state, ends_on=fact.ends_on, may_close_at=fact.may_close_at)
        case Notice(status="posted"), NoticeWithdrawn():
            return replace(state, status="withdrawn", hands=state.hands | {fact.by})
        case Notice(status="posted"), NoticeClosed():
            return replace(state, status="closed")
        case Notice(status="closed"), ArchivesCommitted():
            return state
        case Notice(), NoticeLineSuspended() | NoticeLineCleared() | NoticeLineCorrected():
            return replace(state, lines=tuple(_disputed(line, fact) for line in state.lines))
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


def _drafted(fact: NoticeDrafted) -> Notice:
    return Notice(
        notice=fact.notice,
        unit=fact.unit,
        stage=fact.stage,
        matter=fact.matter,
        item=fact.item,
        occurred_on=fact.occurred_on,
        decided_on=fact.decided_on,
        bodies=fact.bodies,
        entered_by=frozenset(fact.entered_by),
        hands=frozenset((*fact.entered_by, *fact.hands)),
        objection=fact.objection,
    )


def _drafted_results(fact: ResultNoticeDrafted) -> Notice:
    return Notice(
        notice=fact.notice,
        unit=fact.unit,
        stage=fact.stage,
        matter=f"{fact.year}-{fact.period}",
        item=fact.period,
        occurred_on=fact.last_on,
        decided_on=fact.decided_on,
        bodies=fact.bodies,
        results=Results(year=fact.year, period=fact.period, computation=fact.computation, restatement=fact.restatement),
    )


def _result_line(fact: ResultLineDrafted) -> NoticeLine:
    return NoticeLine(
        line=fact.line,
        member=fact.member,
        record=fact.result,
        outcome="scored",
        quantity="1.00",
        points=fact.total,
        grade=fact.grade,
    )


def _hanging(state: Notice, fact: NoticePosted | NoticeReposted) -> Notice:
    # It closes at the midnight, and a moment, after the last day of the grace.
    last_on = day_of(fact.may_close_at) - timedelta(days=1)
    term = Term(posted_on=fact.posted_on, working_days=fact.working_days, ends_on=fact.ends_on, closes_on=last_on)
    return replace(
        state,
        status="posted",
        hands=state.hands if fact.by is None else state.hands | {fact.by},
        posted_on=fact.posted_on,
        term=term,
        ends_on=fact.ends_on,
        may_close_at=fact.may_close_at,
    )


def _disputed(line: NoticeLine, fact: NoticeLineSuspended | NoticeLineCleared | NoticeLineCorrected) -> NoticeLine:
    if line.line != fact.line:
        return line
    match fact:
        case NoticeLineSuspended():
            held = {fact.objection}
            return replace(line, held_by=line.held_by | held, disputed_by=line.disputed_by | held)
        case NoticeLineCleared():
            return replace(line, held_by=line.held_by - {fact.objection})
        case NoticeLineCorrected():
            return replace(line, held_by=line.held_by - {fact.objection}, corrected=True)


NOTICE: Final[Stream[State]] = Stream(
    "notice",
    NoNotice(),
    evolve,
    (
        NoticeDrafted,
        NoticeLineDrafted,
        ResultNoticeDrafted,
        ResultLineDrafted,
        DisclosureChecked,
        NoticePosted,
        PostingEvidenced,
        NoticeExtended,
        NoticeWithdrawn,
        NoticeReposted,
        NoticeLineSuspended,
        NoticeLineCleared,
        NoticeLineCorrected,
        NoticeClosed,
        ArchivesCommitted,
    ),
)


def notice_id(unit: Code, matter: Code, item: Code, decision: int) -> NoticeId:
    """The one notice of one decision."""
    return uuid5(NAMESPACE, f"notice-of/{unit}/{matter}/{item}/{decision}")


def correction_id(objection: ObjectionId) -> NoticeId:
    """The one notice of what was corrected after an objection."""
    return uuid5(NAMESPACE, f"notice-after/{objection}")


def notice_of_record(record: RecordId) -> NoticeId:
    """The one notice of a record that no sheet brought."""
    return uuid5(NAMESPACE, f"notice-of-record/{record}")


def lines_digest(lines: Sequence[NoticeLineDrafted | ResultLineDrafted]) -> Sha256:
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


def of_unit(past: Past, unit: Code, notice: NoticeId) -> Notice:
    """The notice, if it is this organisation's; else there is none."""
    found = living(past, notice)
    if found.unit != unit:
        raise NoticeUnknown(notice=notice)
    return found
