"""党员变动 — a member is transferred, takes another class, or leaves; a leave is entered and cut short.

A transfer leaves neither overlap nor gap: the day before the first in the new organisation is the last in the old
one, and whoever holds an office there hands it over first. What the old organisation has begun stays with it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeAlias

from domain.decider import Command, Decision, NotPermitted, Past, Refused
from domain.organisation.appointments import APPOINTMENTS, TermBackwards
from domain.organisation.member import (
    MEMBER,
    LeaveKind,
    LeaveRegistered,
    LeaveShortened,
    MemberProfileAssigned,
    MembershipEnded,
    MembershipOver,
    MemberTransferred,
    ProfileCode,
    Registered,
    belonging_to,
    known_profile,
    refuse_own,
)
from domain.organisation.roster import MemberEnrolled, MemberReleased, NotOnRoster, roster_of
from domain.organisation.unit import DayInFuture, established, higher_than, living
from domain.result.probation import Ended, NoCase, probation_of
from domain.rules.ruleset import RULES
from domain.sealed import Secret
from domain.values import Code, MemberId, Sha256, day_of


class SameUnit(Refused):
    """该党员已在这个组织。 This member belongs to that organisation already."""

    code = "same-unit"


class BeforeEnrolment(Refused):
    """日期须晚于编入本组织之日。 The day lies not after the one on which he came here."""

    code = "before-enrolment"


class OfficesHeld(Refused):
    """请先办理职务交接或免职。 He holds offices here: hand them over or end them first."""

    code = "offices-held"


class ProfileByExemption(Refused):
    """免积分须按申请程序办理。 Exemption follows its own procedure."""

    code = "profile-by-exemption"


class ProfileByProbation(Refused):
    """预备期内的类别由支部大会和上级决定。 While a probation runs, the meeting and the higher organisation decide."""

    code = "profile-by-probation"


class LeaveOverlaps(Refused):
    """与已登记的请假日期重叠。 These days overlap with a leave on record."""

    code = "leave-overlaps"


class LeaveUnknown(Refused):
    """没有这次请假。 There is no such leave."""

    code = "leave-unknown"


class TransferMember(Command, frozen=True, kw_only=True):
    """Move a member to another organisation."""

    operation = "member.transfer"
    unit: Code
    member: MemberId
    to_unit: Code
    from_on: date


class AssignProfile(Command, frozen=True, kw_only=True):
    """Put a member into another class."""

    operation = "member.change"
    unit: Code
    member: MemberId
    profile: ProfileCode
    from_on: date


class EndMembership(Command, frozen=True, kw_only=True):
    """End a membership."""

    operation = "member.end"
    unit: Code
    member: MemberId
    last_on: date
    reason: Secret


class RegisterLeave(Command, frozen=True, kw_only=True):
    """Enter an approved leave."""

    operation = "leave.register"
    unit: Code
    member: MemberId
    kind: LeaveKind
    from_on: date
    until_on: date


class ShortenLeave(Command, frozen=True, kw_only=True):
    """Say that somebody came back before his leave was over."""

    operation = "leave.register"
    unit: Code
    member: MemberId
    from_on: date
    last_on: date


MembershipCommand: TypeAlias = TransferMember | AssignProfile | EndMembership | RegisterLeave | ShortenLeave


def decide(past: Past, command: MembershipCommand) -> Decision:
    """By somebody else in charge, of a member of this organisation."""
    refuse_own(command, command.member)
    match command:
        case TransferMember():
            return _transfer(past, command)
        case AssignProfile():
            return _assign(past, command)
        case EndMembership():
            return _end(past, command)
        case RegisterLeave():
            return _leave(past, command)
        case ShortenLeave():
            return _shorten(past, command)


def _transfer(past: Past, command: TransferMember) -> Decision:
    if command.to_unit == command.unit:
        raise SameUnit(unit=command.unit)
    belonging_to(past, command.member, command.unit, command.from_on)
    living(past, command.to_unit, command.from_on)
    if command.actor.unit is not None and command.actor.unit not in _over(past, command.to_unit):
        raise NotPermitted
    last_on = command.from_on - timedelta(days=1)
    if command.from_on > day_of(command.at):
        raise DayInFuture(day=command.from_on)
    _may_leave(past, command.unit, command.member, last_on, [command.unit])
    old, new = roster_of(command.unit), roster_of(command.to_unit)
    past.many([new])
    fact = MemberTransferred(
        member=command.member, from_unit=command.unit, to_unit=command.to_unit, from_on=command.from_on
    )
    return [
        MEMBER.of(command.member).says(fact),
        old.says(MemberReleased(unit=command.unit, member=command.member, last_on=last_on)),
        new.says(MemberEnrolled(unit=command.to_unit, member=command.member, from_on=command.from_on)),
    ]


def _over(past: Past, unit: Code) -> list[Code]:
    """An organisation and those above it."""
    return [unit, *higher_than(past, unit)]


def _may_leave(past: Past, unit: Code, member: MemberId, last_on: date, places: Sequence[Code]) -> None:
    """Refuse unless the last day lies in his time here, and no office of his in these places outlives it."""
    since = past[roster_of(unit)].since(member)
    if since is None:
        raise NotOnRoster(member=member)
    if last_on < since:
        raise BeforeEnrolment(since=since)
    for place, held in zip(places, past.many([APPOINTMENTS.of(place) for place in places]), strict=True):
        roles = held.roles_after(member, last_on)
        if roles:
            raise OfficesHeld(unit=place, roles=sorted(roles))


def _assign(past: Past, command: AssignProfile) -> Decision:
    member = belonging_to(past, command.member, command.unit, command.from_on)
    if command.from_on > day_of(command.at):
        raise DayInFuture(day=command.from_on)
    if command.from_on <= member.profile_from:
        raise BeforeEnrolment(since=member.profile_from)
    scheme = established(past, command.unit).scheme
    known_profile(past, scheme, command.profile, day_of(command.at))
    rules = past[RULES.of(scheme)].in_force(day_of(command.at))
    profile = None if rules is None or rules.scheme is None else rules.scheme.profile(command.profile)
    if profile is not None and profile.decided_by:
        raise ProfileByExemption(profile=command.profile)
    if command.profile == member.profile:
        return []
    if not isinstance(past[probation_of(command.member)], NoCase | Ended):
        raise ProfileByProbation(member=command.member)
    fact = MemberProfileAssigned(
        member=command.member, unit=command.unit, profile=command.profile, from_on=command.from_on
    )
    return [MEMBER.of(command.member).says(fact)]


def _end(past: Past, command: EndMembership) -> Decision:
    member = belonging_to(past, command.member, command.unit, command.last_on)
    if command.last_on > day_of(command.at):
        raise DayInFuture(day=command.last_on)
    return ending(past, command.unit, member, command.last_on, command.reason.commitment)


def ending(past: Past, unit: Code, member: Registered, last_on: date, reason: Sha256) -> Decision:
    """A membership ends on a day that has come: he leaves the roster, and holds no office beyond it."""
    if member.ended_on is not None:
        raise MembershipOver(member=member.member, last_on=member.ended_on)
    _may_leave(past, unit, member.member, last_on, _over(past, unit))
    fact = MembershipEnded(member=member.member, unit=unit, last_on=last_on, reason=reason)
    released = MemberReleased(unit=unit, member=member.member, last_on=last_on)
    return [MEMBER.of(member.member).says(fact), roster_of(unit).says(released)]


def _leave(past: Past, command: RegisterLeave) -> Decision:
    member = belonging_to(past, command.member, command.unit, command.from_on)
    if command.until_on < command.from_on:
        raise TermBackwards(from_on=command.from_on, until_on=command.until_on)
    meeting = [one for one in member.leaves if one.from_on <= command.until_on and command.from_on <= one.until_on]
    if meeting:
        raise LeaveOverlaps(from_on=meeting[0].from_on, until_on=meeting[0].until_on)
    fact = LeaveRegistered(
        member=command.member,
        unit=command.unit,
        kind=command.kind,
        from_on=command.from_on,
        until_on=command.until_on,
    )
    return [MEMBER.of(command.member).says(fact)]


def _shorten(past: Past, command: ShortenLeave) -> Decision:
    member = belonging_to(past, command.member, command.unit, command.last_on)
    leave = next((one for one in member.leaves if one.from_on == command.from_on), None)
    if leave is None:
        raise LeaveUnknown(from_on=command.from_on)
    if not leave.from_on <= command.last_on < leave.until_on:
        raise TermBackwards(from_on=leave.from_on, until_on=command.last_on)
    fact = LeaveShortened(member=command.member, unit=command.unit, from_on=command.from_on, last_on=command.last_on)
    return [MEMBER.of(command.member).says(fact)]
