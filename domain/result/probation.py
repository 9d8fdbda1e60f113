"""预备期 — one probationary member's case, from the start of his window to his confirmation or cancellation.

window → proposal → resolution of the general meeting → approval by the higher organisation → full, extended once, or
cancelled. Only a first window can be extended: the state of a proposed extension holds a ``FirstWindow``, and of an
extension there is no such state, so that a second one cannot be said.
"""

from datetime import date
from typing import Final, Literal, TypeAlias, assert_never

import msgspec
from msgspec.structs import replace

from domain.assessment.probation import Proposal
from domain.decider import Fact, Past, Refused, Stream, StreamRef
from domain.recording.committee import Vote
from domain.result.window import Window
from domain.values import Code, Instant, MemberId, Points, Reference, Sha256

Ground: TypeAlias = Literal["result", "other"]
"""The total of the window, or another legal ground with its document."""
Outcome: TypeAlias = Literal["confirmed", "cancelled"]


class ProbationStarted(Fact, frozen=True, kw_only=True):
    """预备期开始 — the general meeting admitted him on the first day."""

    member: MemberId
    unit: Code
    first_on: date
    last_on: date
    months: int
    rules: Code
    minute: Reference
    minute_sha256: Sha256
    next_at: Instant
    """When the window is looked at next."""


class ProbationOutlookIssued(Fact, frozen=True, kw_only=True):
    """预备期展望 — how the window stands; nobody has decided anything."""

    member: MemberId
    unit: Code
    window: int
    rules: Code
    months_present: int
    base: Points
    """As a year's."""
    base_max: Points
    honours: Points
    deductions: Points
    total: Points
    below: bool
    """Whether an extension or a cancellation would be proposed if nothing more came."""
    next_at: Instant


class Proposed(Fact, frozen=True, kw_only=True):
    """What is proposed to the general meeting: by the total of the window, or on another ground with its document."""

    member: MemberId
    unit: Code
    window: int
    ground: Ground
    rules: Code
    rules_digest: Sha256 | None = None
    counted: Points | None = None
    """The base before it was brought to a year."""
    base: Points | None = None
    honours: Points | None = None
    deductions: Points | None = None
    total: Points | None = None
    hint: bool = False
    """The total stands exactly on the threshold: the meeting's eye is drawn to it."""
    records: int = 0
    records_digest: Sha256 | None = None
    document_kind: Code | None = None
    document: Sha256 | None = None
    reason: Sha256 | None = None
    decide_by: date
    """The day by which the meeting should have decided."""


class ConfirmationProposed(Proposed, frozen=True, kw_only=True):
    """拟按期转正."""


class ExtensionProposed(Proposed, frozen=True, kw_only=True):
    """拟延长预备期 — of a first window, and of no other."""


class CancellationProposed(Proposed, frozen=True, kw_only=True):
    """拟取消预备党员资格."""


class MeetingResolved(Fact, frozen=True, kw_only=True):
    """支部大会决议 — the counts decide: half of the entitled present, more than half of the entitled in favour."""

    member: MemberId
    unit: Code
    proposal: Proposal
    round: int
    """1, and 2 after the higher organisation returned it."""
    adopted: bool
    months: int | None = None
    """Of an extension."""
    minute: Reference
    minute_sha256: Sha256
    vote: Vote
    to: Code | None = None
    """Which organisation approves; None where it was not adopted."""
    next_at: Instant | None = None
    """When the window is looked at next, where nothing was adopted and it still runs."""


class HigherApprovalGiven(Fact, frozen=True, kw_only=True):
    """上级批准."""

    member: MemberId
    unit: Code
    body: Code
    proposal: Proposal
    round: int
    minute: Reference
    minute_sha256: Sha256
    vote: Vote


class HigherApprovalRefused(Fact, frozen=True, kw_only=True):
    """上级不予批准 — back to the general meeting, once."""

    member: MemberId
    unit: Code
    body: Code
    proposal: Proposal
    round: int
    reason: Sha256
    minute: Reference
    minute_sha256: Sha256
    vote: Vote


class HigherOrganisationDecided(Fact, frozen=True, kw_only=True):
    """上级决定 — returned once already, the higher organisation decides itself."""

    member: MemberId
    unit: Code
    body: Code
    outcome: Proposal
    months: int | None = None
    reason: Sha256
    minute: Reference
    minute_sha256: Sha256
    vote: Vote


class ProbationExtended(Fact, frozen=True, kw_only=True):
    """延长预备期 — the one extension."""

    member: MemberId
    unit: Code
    first_on: date
    last_on: date
    months: int
    next_at: Instant


class ProbationCancelled(Fact, frozen=True, kw_only=True):
    """取消预备党员资格."""

    member: MemberId
    unit: Code
    last_on: date


class MemberConfirmed(Fact, frozen=True, kw_only=True):
    """转正."""

    member: MemberId
    unit: Code
    profile: Code
    from_on: date


class NoCase(msgspec.Struct, frozen=True):
    """No probation was started."""


class FirstWindow(msgspec.Struct, frozen=True, kw_only=True):
    """The probation runs, or has run out and nothing is proposed."""

    window: Window


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """The extension runs, or has run out. Whatever comes of it, it is no further extension."""

    window: Window


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How far a proposal has come."""

    at: Literal["meeting", "higher", "approved"] = "meeting"
    round: int = 1
    months: int | None = None
    to: Code | None = None
    ground: Ground = "result"
    reason: str | None = None


class ExtensionPending(msgspec.Struct, frozen=True, kw_only=True):
    """An extension is proposed; only a first window can be here."""

    before: FirstWindow
    way: Way
    proposal: Literal["extend"] = "extend"


class EndPending(msgspec.Struct, frozen=True, kw_only=True):
    """Confirmation or cancellation is proposed."""

    before: FirstWindow | Extension
    way: Way
    proposal: Literal["confirm", "cancel"]


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """Confirmed or cancelled."""

    window: Window
    outcome: Outcome


Running: TypeAlias = FirstWindow | Extension
Pending: TypeAlias = ExtensionPending | EndPending
State: TypeAlias = NoCase | Running | Pending | Ended


class ProbationUnknown(Refused):
    """该党员没有预备期。 This member has no probation."""

    code = "probation-unknown"


class ProbationOver(Refused):
    """该预备期已经结束。 This probation has ended."""

    code = "probation-over"


class ProposalPending(Refused):
    """已有拟议的处理意见,须先由支部大会和上级作出决定。 A proposal is pending: it is decided first."""

    code = "proposal-pending"


class NothingProposed(Refused):
    """目前没有需要作出决定的处理意见。 There is no proposal to decide at this step."""

    code = "nothing-proposed"


class ExtendedAlready(Refused):
    """预备期只能延长一次。 A probation is extended once at most."""

    code = "extended-already"


def evolve(state: State, fact: Fact) -> State:
    """The case after one more fact."""
    match state, fact:
        case NoCase(), ProbationStarted():
            return FirstWindow(window=_window(1, fact))
        case FirstWindow() | Extension(), ProbationOutlookIssued():
            return state
        case FirstWindow(), ExtensionProposed():
            return ExtensionPending(before=state, way=_way(fact))
        case FirstWindow() | Extension(), ConfirmationProposed():
            return EndPending(before=state, way=_way(fact), proposal="confirm")
        case FirstWindow() | Extension(), CancellationProposed():
            return EndPending(before=state, way=_way(fact), proposal="cancel")
        case ExtensionPending() | EndPending(), (
            MeetingResolved() | HigherApprovalGiven() | HigherApprovalRefused() | HigherOrganisationDecided()
        ):
            return _decided(state, fact)
        case ExtensionPending(way=Way(at="approved")), ProbationExtended():
            return Extension(window=_window(2, fact))
        case EndPending(way=Way(at="approved"), proposal="confirm"), MemberConfirmed():
            return Ended(window=state.before.window, outcome="confirmed")
        case EndPending(way=Way(at="approved"), proposal="cancel"), ProbationCancelled():
            return Ended(window=state.before.window, outcome="cancelled")
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


def _window(number: int, fact: ProbationStarted | ProbationExtended) -> Window:
    return Window(number=number, first_on=fact.first_on, last_on=fact.last_on, months=fact.months)


def _way(fact: Proposed) -> Way:
    return Way(ground=fact.ground, reason=fact.reason)


def _decided(
    state: Pending, fact: MeetingResolved | HigherApprovalGiven | HigherApprovalRefused | HigherOrganisationDecided
) -> State:
    way = state.way
    match fact:
        case MeetingResolved():
            if not fact.adopted:
                return state.before
            return replace(state, way=replace(way, at="higher", months=fact.months, to=fact.to))
        case HigherApprovalGiven():
            return replace(state, way=replace(way, at="approved"))
        case HigherApprovalRefused():
            assert way.round == 1, "returned once, the higher organisation decides"
            return replace(state, way=replace(way, at="meeting", round=2))
        case HigherOrganisationDecided():
            return _imposed(state, fact)


def _imposed(state: Pending, fact: HigherOrganisationDecided) -> Pending:
    way = replace(state.way, at="approved", months=fact.months)
    if fact.outcome != "extend":
        return EndPending(before=state.before, way=way, proposal=fact.outcome)
    assert isinstance(state.before, FirstWindow), "a probation is extended once at most"
    return ExtensionPending(before=state.before, way=way)


PROBATION: Final[Stream[State]] = Stream(
    "probation",
    NoCase(),
    evolve,
    (
        ProbationStarted,
        ProbationOutlookIssued,
        ConfirmationProposed,
        ExtensionProposed,
        CancellationProposed,
        MeetingResolved,
        HigherApprovalGiven,
        HigherApprovalRefused,
        HigherOrganisationDecided,
        ProbationExtended,
        ProbationCancelled,
        MemberConfirmed,
    ),
)


def probation_of(member: MemberId) -> StreamRef[State]:
    """The one case of a member."""
    return PROBATION.of(member)


def running(past: Past, member: MemberId) -> Running:
    """The window, if nothing is proposed and nothing was decided for good; or a refusal."""
    state = past[probation_of(member)]
    match state:
        case FirstWindow() | Extension():
            return state
        case NoCase():
            raise ProbationUnknown(member=member)
        case ExtensionPending() | EndPending():
            raise ProposalPending(proposal=state.proposal)
        case Ended():
            raise ProbationOver(outcome=state.outcome)
        case _:
            assert_never(state)


def pending(past: Past, member: MemberId, at: Literal["meeting", "higher"]) -> Pending:
    """The proposal that is with the meeting or with the higher organisation; or a refusal."""
    state = past[probation_of(member)]
    match state:
        case ExtensionPending() | EndPending():
            if state.way.at != at:
                raise NothingProposed(step=state.way.at)
            return state
        case NoCase():
            raise ProbationUnknown(member=member)
        case FirstWindow() | Extension():
            raise NothingProposed(step="window")
        case Ended():
            raise ProbationOver(outcome=state.outcome)
        case _:
            assert_never(state)
