"""支部大会决议与上级批准 — people decide a probation: first the general meeting by its counts, then the higher body.

A refusal by the higher organisation returns the proposal once; what the meeting resolves then, the higher
organisation decides for good, with its own outcome where it refuses again. Source: SPEC §4.10.11.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

from domain.assessment.probation import Proposal
from domain.decider import Decision, Past, Refused, Write
from domain.organisation.bodies import meeting_of
from domain.organisation.member import MEMBER, MemberProfileAssigned, Registered, belonging_to, refuse_own
from domain.organisation.membership import ending
from domain.organisation.unit import established, higher_than
from domain.recording.approval import NotPresent, WrongBody
from domain.recording.chain import Motion, ReasonMissing, Sitting, Step, higher, sitting_of, steps_of
from domain.recording.committee import Meeting, NoQuorum, Vote, convened
from domain.recording.sheet import acting
from domain.result.probation import (
    ExtendedAlready,
    Extension,
    HigherApprovalGiven,
    HigherApprovalRefused,
    HigherOrganisationDecided,
    MeetingResolved,
    MemberConfirmed,
    Pending,
    ProbationCancelled,
    ProbationExtended,
    pending,
    probation_of,
)
from domain.result.proposing import WindowRuns, scheme_of
from domain.result.window import confirmed_class, next_look, window_from
from domain.rules.assessing import ProbationExtension
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Sha256, day_of

MEETING: Final = "branch_meeting"


class ExtensionLength(Refused):
    """延长的月数不在办法规定的范围内。 An extension lasts as many months as the rule set allows, and says so."""

    code = "extension-length"


class OutcomeMissing(Refused):
    """已退回过一次:不予批准时须由上级直接作出决定。 Returned once already: whoever refuses now decides himself."""

    code = "outcome-missing"


class CancelWithoutGround(Refused):
    """积分已达要求,又无其他依据,不得取消资格。 The points were reached, and no other ground stands."""

    code = "cancel-without-ground"


class ResolveProbation(Sitting, frozen=True, kw_only=True):
    """What the general meeting voted on the proposal."""

    operation = "probation.resolve"
    member: MemberId
    months: int | None = None
    """Of an extension."""


class ApproveProbation(Motion, frozen=True, kw_only=True):
    """What the higher organisation's committee carried; refusing for the second time, what it decides instead."""

    operation = "probation.approve"
    member: MemberId
    instead: Literal["confirm", "extend", "cancel"] | None = None
    months: int | None = None


ResolvingCommand: TypeAlias = ResolveProbation | ApproveProbation


def decide(past: Past, command: ResolvingCommand) -> Decision:
    """Resolve, approve."""
    refuse_own(command, command.member)
    member = belonging_to(past, command.member, command.unit, day_of(command.at))
    match command:
        case ResolveProbation():
            return _resolve(past, command, member)
        case ApproveProbation():
            return _approve(past, command, member)


def approving(past: Past, scheme: Scheme, unit: Code) -> Code:
    """The organisation that approves what a branch's general meeting resolved."""
    chain = scheme.chain("probation_outcome")
    later = () if chain is None else tuple(body for body in chain.steps if body != MEETING)
    steps = steps_of(past, established(past, unit), later or ("parent_committee",))
    above = steps[-1].unit
    return higher(past, unit) if above == unit else above


def _resolve(past: Past, command: ResolveProbation, member: Registered) -> Decision:
    state = pending(past, command.member, "meeting")
    _, scheme = scheme_of(past, command.unit, command)
    if command.actor.unit != command.unit:
        raise WrongBody(body=command.unit)
    if acting(command) not in command.present:
        raise NotPresent
    body = meeting_of(past, scheme, command.unit, day_of(command.at)).members - {command.member}
    vote = _counted(convened(body, command.present, command.not_in_favour, scheme.bodies.least_voters(MEETING)))
    adopted = 2 * vote.in_favour > vote.entitled
    months = _months(state.proposal, command.months, scheme.probation.extension) if adopted else None
    window = state.before.window
    runs = not window.over(day_of(command.at))
    fact = MeetingResolved(
        member=member.member,
        unit=member.unit,
        proposal=state.proposal,
        round=state.way.round,
        adopted=adopted,
        months=months,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        vote=vote,
        to=approving(past, scheme, member.unit) if adopted else None,
        next_at=next_look(window, scheme.probation, command.at) if runs and not adopted else None,
    )
    return [probation_of(member.member).says(fact)]


def _counted(meeting: Meeting) -> Vote:
    """The counts, whichever way they go; half of the entitled must be there."""
    vote = meeting.counted(())
    if vote.entitled < meeting.min_voters or 2 * vote.present < vote.entitled:
        raise NoQuorum(entitled=vote.entitled, present=vote.present)
    return vote


def _months(proposal: Proposal, months: int | None, rule: ProbationExtension) -> int | None:
    wanted = proposal == "extend"
    fits = months is not None and rule.months_min <= months <= rule.months_max
    if wanted != (months is not None) or (wanted and not fits):
        raise ExtensionLength(least=rule.months_min, most=rule.months_max)
    return months


def _approve(past: Past, command: ApproveProbation, member: Registered) -> Decision:
    state = pending(past, command.member, "higher")
    _, scheme = scheme_of(past, command.unit, command)
    body = _approver(past, scheme, member.unit, state)
    vote = _carried(past, scheme, command, body)
    ref = probation_of(member.member)
    if command.verdict == "approved":
        given = HigherApprovalGiven(
            member=member.member,
            unit=member.unit,
            body=body,
            proposal=state.proposal,
            round=state.way.round,
            minute=command.minute,
            minute_sha256=command.minute_sha256,
            vote=vote,
        )
        outcome = _outcome(past, scheme, command, member, state, state.proposal, state.way.months)
        return [ref.says(given), *outcome]
    reason = _reason(command)
    if state.way.round == 1:
        refused = HigherApprovalRefused(
            member=member.member,
            unit=member.unit,
            body=body,
            proposal=state.proposal,
            round=1,
            reason=reason,
            minute=command.minute,
            minute_sha256=command.minute_sha256,
            vote=vote,
        )
        return [ref.says(refused)]
    return _decide_instead(past, scheme, command, member, state, body, vote)


def _reason(command: ApproveProbation) -> Sha256:
    if command.reason is None:
        raise ReasonMissing
    return command.reason.commitment


def _approver(past: Past, scheme: Scheme, unit: Code, state: Pending) -> Code:
    """Who approves what was adopted; after a transfer to elsewhere, whoever approves for the new branch."""
    assert state.way.to is not None, "what was adopted says who approves"
    return state.way.to if state.way.to in higher_than(past, unit) else approving(past, scheme, unit)


def _carried(past: Past, scheme: Scheme, command: ApproveProbation, body: Code) -> Vote:
    """The vote of the higher organisation's committee for its verdict; in its own name and by somebody of it."""
    step = Step("parent_committee", body)
    if command.actor.unit != step.unit:
        raise WrongBody(body=step.unit)
    if acting(command) not in command.present:
        raise NotPresent
    seated = sitting_of(past, scheme, step, day_of(command.at))
    recused = seated.recused([command.member])
    meeting = convened(seated.members, command.present, command.not_in_favour, scheme.bodies.least_voters(step.body))
    vote = meeting.vote(recused)
    if vote is None:
        raise NoQuorum(entitled=meeting.counted(recused).entitled)
    return vote


def _decide_instead(
    past: Past, scheme: Scheme, command: ApproveProbation, member: Registered, state: Pending, body: Code, vote: Vote
) -> Decision:
    """Returned once already: the higher organisation decides, but can neither extend twice nor cancel on nothing."""
    if command.instead is None:
        raise OutcomeMissing
    if command.instead == "cancel" and state.proposal == "confirm" and state.way.ground == "result":
        raise CancelWithoutGround
    if command.instead == "extend" and isinstance(state.before, Extension):
        raise ExtendedAlready(member=member.member)
    if command.instead != "cancel" and not state.before.window.over(day_of(command.at)):
        raise WindowRuns(last_on=state.before.window.last_on)
    months = _months(command.instead, command.months, scheme.probation.extension)
    fact = HigherOrganisationDecided(
        member=member.member,
        unit=member.unit,
        body=body,
        outcome=command.instead,
        months=months,
        reason=_reason(command),
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        vote=vote,
    )
    outcome = _outcome(past, scheme, command, member, state, command.instead, months)
    return [probation_of(member.member).says(fact), *outcome]


def _outcome(
    past: Past,
    scheme: Scheme,
    command: ApproveProbation,
    member: Registered,
    state: Pending,
    outcome: Proposal,
    months: int | None,
) -> Sequence[Write]:
    """What was decided takes effect in the same save."""
    window = state.before.window
    match outcome:
        case "extend":
            assert months is not None, "an extension says its months"
            return [_extended(scheme, command, member, window.last_on + timedelta(days=1), months)]
        case "confirm":
            return _confirmed(scheme, member, window.last_on + timedelta(days=1))
        case "cancel":
            return _cancelled(past, command, member)


def _extended(scheme: Scheme, command: ApproveProbation, member: Registered, first_on: date, months: int) -> Write:
    window = window_from(2, first_on, months)
    fact = ProbationExtended(
        member=member.member,
        unit=member.unit,
        first_on=window.first_on,
        last_on=window.last_on,
        months=months,
        next_at=next_look(window, scheme.probation, command.at),
    )
    return probation_of(member.member).says(fact)


def _confirmed(scheme: Scheme, member: Registered, from_on: date) -> list[Write]:
    """A full member from the day after the window; he is in that class in the register as well."""
    profile = confirmed_class(scheme).code
    confirmed = MemberConfirmed(member=member.member, unit=member.unit, profile=profile, from_on=from_on)
    writes = [probation_of(member.member).says(confirmed)]
    if member.profile != profile:
        assigned = MemberProfileAssigned(member=member.member, unit=member.unit, profile=profile, from_on=from_on)
        writes.append(MEMBER.of(member.member).says(assigned))
    return writes


def _cancelled(past: Past, command: ApproveProbation, member: Registered) -> list[Write]:
    """He is no probationary member any more from today on."""
    today = day_of(command.at)
    cancelled = ProbationCancelled(member=member.member, unit=member.unit, last_on=today)
    ended = ending(past, command.unit, member, today, _reason(command))
    return [probation_of(member.member).says(cancelled), *ended]
