"""预备期的开始、展望与提出 — a probation begins, is looked at on its days, and at its end something is proposed.

The machine proposes by the total of the window; anything else is proposed by a person, with a ground and a document.
Nothing is decided here: the general meeting resolves and the higher organisation approves (SPEC §4.10.11).
"""

from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from domain.assessment.probation import Proposal, needs_hint, proposal
from domain.decider import Command, Decision, Past, Refused, Write
from domain.organisation.member import MEMBER, Registered, belonging_to, refuse_own
from domain.organisation.unit import DayInFuture, established
from domain.result.probation import (
    CancellationProposed,
    ConfirmationProposed,
    Ended,
    EndPending,
    ExtendedAlready,
    Extension,
    ExtensionPending,
    ExtensionProposed,
    NoCase,
    ProbationOutlookIssued,
    ProbationStarted,
    Proposed,
    Running,
    probation_of,
    running,
)
from domain.result.window import Window, WindowFigures, figures, need_settled, next_look, probationary, window_from
from domain.rules.ruleset import scheme_on
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, MemberId, Reference, Sha256, day_of, points

PROPOSED: Final[dict[Proposal, type[Proposed]]] = {
    "confirm": ConfirmationProposed,
    "extend": ExtensionProposed,
    "cancel": CancellationProposed,
}


class ProbationExists(Refused):
    """该党员的预备期已登记。 The probation of this member is on record already."""

    code = "probation-exists"


class NotProbationary(Refused):
    """该党员不是预备党员。 This member is not in the class of probationary members."""

    code = "not-probationary"


class WindowRuns(Refused):
    """预备期未满,只能提出取消资格。 The window is still running: only a cancellation can be proposed."""

    code = "window-runs"


class StartProbation(Command, frozen=True, kw_only=True):
    """The general meeting admitted him on that day."""

    operation = "probation.start"
    unit: Code
    member: MemberId
    admitted_on: date
    minute: Reference
    minute_sha256: Sha256


class LookAtProbation(Command, frozen=True, kw_only=True):
    """A day on which the window is looked at: an outlook while it runs, a proposal once it is over."""

    operation = "probation.look"
    unit: Code
    member: MemberId


class ProposeOutcome(Command, frozen=True, kw_only=True):
    """Something else than the total gives, on a legal ground of its own."""

    operation = "probation.propose"
    unit: Code
    member: MemberId
    proposal: Literal["confirm", "extend", "cancel"]
    document_kind: Code
    document: Sha256
    reason: Secret


ProposingCommand: TypeAlias = StartProbation | LookAtProbation | ProposeOutcome


def decide(past: Past, command: ProposingCommand) -> Decision:
    """Start, look, propose."""
    match command:
        case StartProbation():
            return _start(past, command)
        case LookAtProbation():
            return _look(past, command)
        case ProposeOutcome():
            return _propose(past, command)


def scheme_of(past: Past, unit: Code, command: Command) -> tuple[Code, Scheme]:
    """The rule set in force for an organisation on the day of a wish."""
    return scheme_on(past, established(past, unit).scheme, day_of(command.at))


def _start(past: Past, command: StartProbation) -> Decision:
    refuse_own(command, command.member)
    member = belonging_to(past, command.member, command.unit, day_of(command.at))
    rules, scheme = scheme_of(past, command.unit, command)
    if command.admitted_on > day_of(command.at):
        raise DayInFuture(day=command.admitted_on)
    if not probationary(scheme.profile(member.profile)):
        raise NotProbationary(member=command.member, profile=member.profile)
    if not isinstance(past[probation_of(command.member)], NoCase):
        raise ProbationExists(member=command.member)
    window = window_from(1, command.admitted_on, scheme.probation.window_months)
    fact = ProbationStarted(
        member=command.member,
        unit=command.unit,
        first_on=window.first_on,
        last_on=window.last_on,
        months=window.months,
        rules=rules,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        next_at=next_look(window, scheme.probation, command.at),
    )
    return [probation_of(command.member).says(fact)]


def _look(past: Past, command: LookAtProbation) -> Decision:
    """Nothing where a proposal is pending, or where the probation or the membership has ended meanwhile."""
    state, member = past[probation_of(command.member)], past[MEMBER.of(command.member)]
    if isinstance(state, NoCase | ExtensionPending | EndPending | Ended):
        return []
    if not isinstance(member, Registered) or not member.belongs(day_of(command.at)):
        return []
    if state.window.over(day_of(command.at)):
        return [_by_result(past, command, state, member)]
    _, scheme = scheme_of(past, member.unit, command)
    now = figures(past, member, state.window)
    total = now.total.points
    fact = ProbationOutlookIssued(
        member=member.member,
        unit=member.unit,
        window=state.window.number,
        rules=now.version.version,
        months_present=now.months_present,
        base=points(now.total.base),
        base_max=points(now.base_max),
        honours=points(now.honours),
        deductions=points(now.deductions),
        total=points(total),
        below=_by_total(now, state) != "confirm",
        next_at=next_look(state.window, scheme.probation, command.at),
    )
    return [probation_of(member.member).says(fact)]


def _by_total(now: WindowFigures, state: Running) -> Proposal:
    assert now.version.scheme is not None, "a window is scored under a published version"
    scheme = now.version.scheme
    in_extension = isinstance(state, Extension)
    return proposal(now.total.points, scheme.probation, in_extension=in_extension, words=scheme.interpretation)


def _by_result(past: Past, command: Command, state: Running, member: Registered) -> Write:
    need_settled(past, member.member, state.window)
    now = figures(past, member, state.window)
    assert now.version.scheme is not None, "a window is scored under a published version"
    rule = now.version.scheme.probation
    kind = PROPOSED[_by_total(now, state)]
    fact = kind(
        member=member.member,
        unit=member.unit,
        window=state.window.number,
        ground="result",
        rules=now.version.version,
        rules_digest=now.version.digest,
        counted=points(now.total.counted),
        base=points(now.total.base),
        honours=points(now.honours),
        deductions=points(now.deductions),
        total=points(now.total.points),
        hint=needs_hint(now.total.points, rule),
        records=now.records,
        records_digest=now.digest,
        decide_by=_decide_by(state.window, rule.due_decision_days, command),
    )
    return probation_of(member.member).says(fact)


def _decide_by(window: Window, days: int, command: Command) -> date:
    """So many days after the window; where it was proposed later, so many days after that."""
    return max(window.last_on, day_of(command.at)) + timedelta(days=days)


def _propose(past: Past, command: ProposeOutcome) -> Decision:
    refuse_own(command, command.member)
    member = belonging_to(past, command.member, command.unit, day_of(command.at))
    state = running(past, command.member)
    rules, scheme = scheme_of(past, command.unit, command)
    if command.proposal == "extend" and isinstance(state, Extension):
        raise ExtendedAlready(member=command.member)
    if command.proposal != "cancel" and not state.window.over(day_of(command.at)):
        raise WindowRuns(last_on=state.window.last_on)
    kind = PROPOSED[command.proposal]
    fact = kind(
        member=member.member,
        unit=member.unit,
        window=state.window.number,
        ground="other",
        rules=rules,
        document_kind=command.document_kind,
        document=command.document,
        reason=command.reason.commitment,
        decide_by=_decide_by(state.window, scheme.probation.due_decision_days, command),
    )
    return [probation_of(command.member).says(fact)]
