"""记分表 — what is said of everybody in one matter, and how far it has come: draft, submitted, approved.

A sheet is one matter under one item. Lines whose subject sits in the deciding committee are decided without him;
where too few are left, the line goes up to the next higher organisation and the others go on.
"""

from datetime import date
from typing import Final, Literal, assert_never

import msgspec
from msgspec.structs import replace

from domain.decider import Command, Fact, Past, Refused, Stream, StreamRef
from domain.recording.archive import Outcome
from domain.recording.committee import Vote
from domain.recording.matter import Held
from domain.rules.items import ResponsibilityItem
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Quantity, Reference, Sha256


class SheetOpened(Fact, frozen=True, kw_only=True):
    """建表."""

    unit: Code
    matter: Code
    item: Code
    rules: Code
    occurred_on: date
    late_reason: Sha256 | None = None
    """Present where the entry came later after the act than the rule set allows without a reason."""


class SheetLineSet(Fact, frozen=True, kw_only=True):
    """登记一行 — what is said of one person; a later line replaces an earlier one."""

    member: MemberId
    outcome: Outcome
    quantity: Quantity
    hours: Quantity | None = None
    level: Code | None = None
    """Where the item has levels; of a range the quantity is the points chosen."""
    condition: Code | None = None
    choice_reason: Sha256 | None = None
    by: MemberId
    late_reason: Sha256 | None = None
    """Present where this line was entered later than the rule set allows without a reason."""


class SheetSubmitted(Fact, frozen=True, kw_only=True):
    """送审."""

    lines: int
    by: MemberId


class SheetReturned(Fact, frozen=True, kw_only=True):
    """退回 — with a sealed reason; the lines stay and can be corrected."""

    by: MemberId
    reason: Sha256


class SheetApproved(Fact, frozen=True, kw_only=True):
    """审定 — one body's decision on the lines that it may decide."""

    unit: Code
    matter: Code
    item: Code
    decision: int
    """1 for the branch's own, 2 for the next higher organisation's on what was referred to it."""
    body: Code
    minute: Reference
    minute_sha256: Sha256
    vote: Vote
    """The counts on a line whose subject is nobody of the body."""
    recused: tuple[MemberId, ...]
    """Who entered or submitted the sheet: at most the committee."""
    approved: int
    referred: int


class SheetLineReferred(Fact, frozen=True, kw_only=True):
    """移送上级 — too few were left to decide on this line."""

    member: MemberId
    to: Code


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What the sheet says of one person."""

    member: MemberId
    outcome: Outcome
    quantity: str
    hours: str | None
    level: str | None = None
    condition: str | None = None
    by: MemberId
    late: bool = False
    decision: int = 0
    """0 while undecided, else the decision that approved it."""


class NoSheet(msgspec.Struct, frozen=True):
    """No such sheet."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet on its way."""

    unit: str
    matter: str
    item: str
    rules: str
    occurred_on: date
    late: bool
    status: Literal["draft", "submitted", "approved"] = "draft"
    lines: dict[MemberId, Line] = {}
    entered_by: frozenset[MemberId] = frozenset()
    decisions: int = 0
    referred_to: str | None = None
    """The higher organisation that decides what is left, after a referral."""

    @property
    def undecided(self) -> tuple[Line, ...]:
        """Lines that no body has decided yet, in the order in which they were first set."""
        return tuple(line for line in self.lines.values() if line.decision == 0)


State = NoSheet | Sheet


class SheetUnknown(Refused):
    """没有这张记分表。 There is no such sheet."""

    code = "sheet-unknown"


class ItemUnknown(Refused):
    """办法中没有这个责任清单条目。 The rule set in force has no such responsibility item."""

    code = "item-unknown"


class EvidenceMissing(Refused):
    """缺少条目要求的佐证材料。 The evidence that the item demands is missing."""

    code = "evidence-missing"


def evolve(state: State, fact: Fact) -> State:
    """The sheet after one more fact."""
    match state, fact:
        case NoSheet(), SheetOpened():
            return Sheet(
                unit=fact.unit,
                matter=fact.matter,
                item=fact.item,
                rules=fact.rules,
                occurred_on=fact.occurred_on,
                late=fact.late_reason is not None,
            )
        case Sheet(status="draft"), SheetLineSet() | SheetSubmitted():
            return _while_draft(state, fact)
        case Sheet(status="submitted"), SheetReturned():
            return replace(state, status="draft")
        case Sheet(status="submitted"), SheetApproved():
            decided = {member: _decided(line, fact.decision) for member, line in state.lines.items()}
            status: Literal["submitted", "approved"] = "submitted" if fact.referred else "approved"
            return replace(state, lines=decided, decisions=fact.decision, status=status)
        case Sheet(status="submitted"), SheetLineReferred():
            line = replace(state.lines[fact.member], decision=0)
            return replace(state, lines={**state.lines, fact.member: line}, referred_to=fact.to)
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


def _while_draft(state: Sheet, fact: SheetLineSet | SheetSubmitted) -> Sheet:
    entered_by = state.entered_by | {fact.by}
    match fact:
        case SheetLineSet():
            line = Line(
                member=fact.member,
                outcome=fact.outcome,
                quantity=fact.quantity,
                hours=fact.hours,
                level=fact.level,
                condition=fact.condition,
                by=fact.by,
                late=fact.late_reason is not None,
            )
            return replace(state, lines={**state.lines, fact.member: line}, entered_by=entered_by)
        case SheetSubmitted():
            return replace(state, status="submitted", entered_by=entered_by)


def _decided(line: Line, decision: int) -> Line:
    return line if line.decision else replace(line, decision=decision)


SHEET: Final[Stream[State]] = Stream(
    "sheet",
    NoSheet(),
    evolve,
    (SheetOpened, SheetLineSet, SheetSubmitted, SheetReturned, SheetApproved, SheetLineReferred),
)


def living(past: Past, ref: StreamRef[State]) -> Sheet:
    """The sheet, or a refusal that there is none."""
    state = past[ref]
    match state:
        case Sheet() as found:
            return found
        case NoSheet():
            raise SheetUnknown
        case _:
            assert_never(state)


def item_of(scheme: Scheme, code: Code) -> ResponsibilityItem:
    """The responsibility item of this code, or a refusal."""
    found = scheme.item(code)
    if not isinstance(found, ResponsibilityItem):
        raise ItemUnknown(item=code)
    return found


def acting(command: Command) -> MemberId:
    """The natural person who acts."""
    assert command.actor.person is not None, "the permission table lets only people enter and decide sheets"
    return command.actor.person


def need_evidence(matter: Held, item: ResponsibilityItem) -> None:
    """Refuse unless the matter has a document of a kind that the item demands."""
    if not any(document.kind in item.evidence for document in matter.evidence):
        raise EvidenceMissing(kinds=item.evidence)
