"""免积分 — whoever is retired, long ill or posted away asks in writing; the bodies of the rule set decide in turn.

While it is granted he stands on no sheet and has no grade. The ground and the words are sealed. Source: SPEC §1.7 A19.
"""

from datetime import date
from typing import TypeAlias

from domain.decider import Command, Decision, NotPermitted, Past, Refused
from domain.organisation.bodies import seated
from domain.organisation.member import (
    MEMBER,
    Exemption,
    ExemptionEnded,
    ExemptionGranted,
    ExemptionRefused,
    ExemptionRequested,
    ExemptionSupported,
    Registered,
    belonging_to,
    refuse_own,
)
from domain.organisation.unit import DayInFuture, established
from domain.recording.committee import NoQuorum, Vote, convened
from domain.rules.assessing import Profile
from domain.rules.ruleset import scheme_on
from domain.rules.scheme import Scheme
from domain.sealed import Secret
from domain.values import Code, MemberId, Reference, Sha256, day_of


class ExemptionNotProvided(Refused):
    """办法没有规定免积分或这一情形。 The rule set knows no exemption, or not on this ground."""

    code = "exemption-not-provided"


class ExemptionPending(Refused):
    """已有在办或有效的免积分。 An exemption is under way or in force already."""

    code = "exemption-pending"


class ExemptionUnknown(Refused):
    """没有这项在办或有效的免积分。 There is no such exemption under way or in force."""

    code = "exemption-unknown"


class NotThisBody(Refused):
    """现在不由您所在的主体决定。 Another body has the word now."""

    code = "not-this-body"


class RequestExemption(Command, frozen=True, kw_only=True):
    """Ask to be exempt; on paper through the secretary."""

    operation = "exemption.request"
    unit: Code
    member: MemberId
    from_on: date
    ground: Secret
    reason: Secret


class DecideExemption(Command, frozen=True, kw_only=True):
    """The decision of the body whose turn it is."""

    operation = "exemption.decide"
    unit: Code
    member: MemberId
    exemption: int
    grant: bool
    minute: Reference
    minute_sha256: Sha256
    present: tuple[MemberId, ...]
    not_in_favour: tuple[MemberId, ...] = ()


class EndExemption(Command, frozen=True, kw_only=True):
    """The ground is gone: he is assessed again."""

    operation = "exemption.end"
    unit: Code
    member: MemberId
    last_on: date


ExemptionCommand: TypeAlias = RequestExemption | DecideExemption | EndExemption


def decide(past: Past, command: ExemptionCommand) -> Decision:
    """Asked once at a time, decided body by body, ended."""
    match command:
        case RequestExemption():
            return _request(past, command)
        case DecideExemption():
            return _decide(past, command)
        case EndExemption():
            return _end(past, command)


def exempting(scheme: Scheme) -> Profile:
    """The class of the exempt, which says on what grounds and who decides; or a refusal."""
    found = next((profile for profile in scheme.profiles if profile.decided_by), None)
    if found is None:
        raise ExemptionNotProvided
    return found


def _request(past: Past, command: RequestExemption) -> Decision:
    if command.actor.role == "member" and command.actor.person != command.member:
        raise NotPermitted
    member = belonging_to(past, command.member, command.unit, day_of(command.at))
    _, scheme = scheme_on(past, established(past, command.unit).scheme, day_of(command.at))
    if command.ground.value not in {ground.code for ground in exempting(scheme).grounds}:
        raise ExemptionNotProvided
    if any(one.status in ("requested", "granted") for one in member.exemptions):
        raise ExemptionPending
    fact = ExemptionRequested(
        member=command.member,
        unit=command.unit,
        exemption=len(member.exemptions) + 1,
        from_on=command.from_on,
        ground=command.ground.commitment,
        reason=command.reason.commitment,
    )
    return [MEMBER.of(command.member).says(fact)]


def _decide(past: Past, command: DecideExemption) -> Decision:
    refuse_own(command, command.member)
    member = belonging_to(past, command.member, command.unit, day_of(command.at))
    exemption = _found(member, command.exemption, "requested")
    _, scheme = scheme_on(past, established(past, command.unit).scheme, day_of(command.at))
    path = exempting(scheme).decided_by
    body = path[min(exemption.steps, len(path) - 1)]
    vote = _vote(past, scheme, command, body)
    if not command.grant:
        refused = ExemptionRefused(
            member=command.member,
            unit=command.unit,
            exemption=exemption.number,
            body=body,
            minute=command.minute,
            minute_sha256=command.minute_sha256,
        )
        return [MEMBER.of(command.member).says(refused)]
    kind = ExemptionGranted if exemption.steps + 1 >= len(path) else ExemptionSupported
    agreed = kind(
        member=command.member,
        unit=command.unit,
        exemption=exemption.number,
        body=body,
        minute=command.minute,
        minute_sha256=command.minute_sha256,
        vote=vote,
    )
    return [MEMBER.of(command.member).says(agreed)]


def _vote(past: Past, scheme: Scheme, command: DecideExemption, body: Code) -> Vote:
    """The counts of the body's decision, the member and whoever stands for him recused; or a refusal.

    A refusal of the request needs whoever records it to have been there, not a majority in favour.
    """
    sitting = seated(past, scheme, body, command.unit, day_of(command.at))
    actor, recused = command.actor, sitting.recused([command.member])
    assert actor.person is not None, "the permission table lets only people decide"
    in_its_name = (actor.role == "leading_group") == (body == "leading_group")
    if actor.unit != sitting.unit or not in_its_name or actor.person not in sitting.members - recused:
        raise NotThisBody(body=body)
    if actor.person not in command.present:
        raise NotThisBody(body=body)
    least = scheme.bodies.least_voters(body)
    meeting = convened(sitting.members, command.present, command.not_in_favour, least)
    vote = meeting.vote(recused) if command.grant else meeting.counted(recused)
    if vote is None:
        raise NoQuorum(entitled=meeting.counted(recused).entitled)
    return vote


def _end(past: Past, command: EndExemption) -> Decision:
    refuse_own(command, command.member)
    member = belonging_to(past, command.member, command.unit, command.last_on)
    granted = next((one for one in member.exemptions if one.status == "granted"), None)
    if granted is None or command.last_on < granted.from_on:
        raise ExemptionUnknown
    if command.last_on > day_of(command.at):
        raise DayInFuture(day=command.last_on)
    fact = ExemptionEnded(member=command.member, unit=command.unit, exemption=granted.number, last_on=command.last_on)
    return [MEMBER.of(command.member).says(fact)]


def _found(member: Registered, number: int, status: str) -> Exemption:
    found = next((one for one in member.exemptions if one.number == number and one.status == status), None)
    if found is None:
        raise ExemptionUnknown
    return found
