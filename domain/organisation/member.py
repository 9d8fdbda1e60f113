"""党员 — one person under a pseudonym: where he belongs, in which class, and when he is away or exempt.

The name lies in the vault, and so do the reasons: of a leave the ledger knows its kind and its days, never why.
"""

from datetime import date
from typing import Final, Literal, TypeAlias, assert_never

import msgspec
from msgspec.structs import replace

from domain.decider import Command, Decision, Fact, Past, Refused, Stream
from domain.organisation.custody import (
    CUSTODY_FACTS,
    Custody,
    ErasureApproved,
    ErasureDeclined,
    ErasureProposed,
    LegalHoldLifted,
    LegalHoldPlaced,
    PersonalKeyDestroyed,
    ProcessingRestricted,
    RestrictionLifted,
    follow,
)
from domain.organisation.roster import MemberEnrolled, NotOnRoster, roster_of
from domain.organisation.unit import DayInFuture, living
from domain.recording.committee import Vote
from domain.rules.ruleset import RULES
from domain.sealed import Secret
from domain.values import Code, MemberId, Reference, Sha256, day_of

ProfileCode: TypeAlias = Code
LeaveKind: TypeAlias = Literal["leave", "duty", "study", "secondment"]
"""Approved leave, away on duty, away to study, seconded: nothing that tells of a person's health."""
ExemptionStatus: TypeAlias = Literal["requested", "granted", "refused", "ended"]


class MemberRegistered(Fact, frozen=True, kw_only=True):
    """党员登记 — a person enters the system under a random pseudonym."""

    member: MemberId
    unit: Code
    profile: ProfileCode
    """Of the rule set: ``full``, ``probationary``, …"""
    name: Sha256
    """Commitment to the name."""
    work_number: Sha256
    """Commitment to the work number, which tells two people of one name apart."""
    present_from: date
    """From which day his months count here."""


class MemberTransferred(Fact, frozen=True, kw_only=True):
    """组织关系转接 — from this day on he belongs to another organisation; his archive goes with him."""

    member: MemberId
    from_unit: Code
    to_unit: Code
    from_on: date
    """First day in the new organisation; the day before is the last in the old one."""


class MemberProfileAssigned(Fact, frozen=True, kw_only=True):
    """类别认定."""

    member: MemberId
    unit: Code
    profile: ProfileCode
    from_on: date


class MemberDescribed(Fact, frozen=True, kw_only=True):
    """情况登记 — for fairness figures of many alone: one commitment, whatever is said in it and however much."""

    member: MemberId
    unit: Code
    traits: Sha256


class MembershipEnded(Fact, frozen=True, kw_only=True):
    """党籍终止 — how it came to that is sealed."""

    member: MemberId
    unit: Code
    last_on: date
    reason: Sha256


class LeaveRegistered(Fact, frozen=True, kw_only=True):
    """请假 — an excused span, both days included."""

    member: MemberId
    unit: Code
    kind: LeaveKind
    from_on: date
    until_on: date


class LeaveShortened(Fact, frozen=True, kw_only=True):
    """销假 — back earlier: the leave that began on this day ended on another one."""

    member: MemberId
    unit: Code
    from_on: date
    last_on: date


class ExemptionRequested(Fact, frozen=True, kw_only=True):
    """免积分申请 — the ground may tell of health: it is sealed like the words."""

    member: MemberId
    unit: Code
    exemption: int
    """1 for his first, 2 for his second…"""
    from_on: date
    ground: Sha256
    reason: Sha256


class ExemptionSupported(Fact, frozen=True, kw_only=True):
    """免积分初审通过 — one body of the decision path agrees, the next one has the word."""

    member: MemberId
    unit: Code
    exemption: int
    body: Code
    """Of the rule set: branch_meeting, leading_group, …"""
    minute: Reference
    minute_sha256: Sha256
    vote: Vote


class ExemptionGranted(Fact, frozen=True, kw_only=True):
    """免积分批准 — the last body of the path agrees."""

    member: MemberId
    unit: Code
    exemption: int
    body: Code
    minute: Reference
    minute_sha256: Sha256
    vote: Vote


class ExemptionRefused(Fact, frozen=True, kw_only=True):
    """免积分不予批准."""

    member: MemberId
    unit: Code
    exemption: int
    body: Code
    minute: Reference
    minute_sha256: Sha256


class ExemptionEnded(Fact, frozen=True, kw_only=True):
    """免积分结束 — from the day after he is assessed again."""

    member: MemberId
    unit: Code
    exemption: int
    last_on: date


class NotRegistered(msgspec.Struct, frozen=True):
    """No such person."""


class Leave(msgspec.Struct, frozen=True, kw_only=True):
    """One span of leave, both days included."""

    kind: LeaveKind
    from_on: date
    until_on: date

    def covers(self, day: date) -> bool:
        """Whether he is on this leave on a day."""
        return self.from_on <= day <= self.until_on


class Exemption(msgspec.Struct, frozen=True, kw_only=True):
    """One request to be exempt, and how far it has come."""

    number: int
    unit: str
    from_on: date
    status: ExemptionStatus = "requested"
    steps: int = 0
    """Bodies of the decision path that have agreed."""
    last_on: date | None = None

    def covers(self, day: date) -> bool:
        """Whether he is exempt on a day."""
        granted = self.status in ("granted", "ended")
        return granted and self.from_on <= day and (self.last_on is None or day <= self.last_on)


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """A member."""

    member: MemberId
    unit: str
    """Where he belongs now; after his membership ended, where he belonged last."""
    profile: str
    present_from: date
    profile_from: date
    earlier_profiles: tuple[tuple[date, str], ...] = ()
    """(from which day, profile), oldest first."""
    leaves: tuple[Leave, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    ended_on: date | None = None
    """His last day as a member."""
    custody: Custody = Custody()

    def profile_on(self, day: date) -> str:
        """In which class he was on a day; before the first day, the one in which he entered."""
        known = (*self.earlier_profiles, (self.profile_from, self.profile))
        return next((profile for since, profile in reversed(known) if since <= day), known[0][1])

    def on_leave(self, day: date) -> bool:
        """Whether he is excused on a day."""
        return any(leave.covers(day) for leave in self.leaves)

    def exempt(self, day: date) -> bool:
        """Whether he is not assessed on a day."""
        return any(exemption.covers(day) for exemption in self.exemptions)

    def belongs(self, day: date) -> bool:
        """Whether his membership is not yet over on a day."""
        return self.ended_on is None or day <= self.ended_on


State = NotRegistered | Registered


class MemberAlreadyRegistered(Refused):
    """该党员已登记。 This member is already registered."""

    code = "member-exists"


class PersonAlreadyRegistered(Refused):
    """此人(工号或身份)已经登记,请与所列组织联系。 This person is registered already: ask the organisation named."""

    code = "person-exists"


class ProfileUnknown(Refused):
    """办法中没有这类党员。 The rule set in force knows no such class of members."""

    code = "profile-unknown"


class MemberUnknown(Refused):
    """没有这名党员。 There is no such member."""

    code = "member-unknown"


class MembershipOver(Refused):
    """该党员党籍已终止。 This person's membership has ended."""

    code = "membership-over"


class OwnAffair(Refused):
    """不得办理本人的事项。 Nobody settles his own affairs: somebody else in charge does."""

    code = "own-affair"


class RegisterMember(Command, frozen=True, kw_only=True):
    """Register a person in an organisation."""

    operation = "member.register"
    fresh = ("member",)
    member: MemberId
    unit: Code
    profile: ProfileCode
    name: Secret
    work_number: Secret
    identity: Secret | None = None
    """What tells the person from everybody else for ever; it is compared, and never stored."""
    present_from: date

    def identities(self) -> tuple[Secret, ...]:
        """Nobody is registered twice under one work number or one identity."""
        return (self.work_number,) if self.identity is None else (self.work_number, self.identity)

    def duplicate(self, past: Past, holder: MemberId) -> Refused:
        """Which organisation to ask; nothing else is said of the other person."""
        return PersonAlreadyRegistered(unit=registered(past, holder).unit)


def evolve(state: State, fact: Fact) -> State:
    """The member after one more fact."""
    match state, fact:
        case NotRegistered(), MemberRegistered():
            return Registered(
                member=fact.member,
                unit=fact.unit,
                profile=fact.profile,
                present_from=fact.present_from,
                profile_from=fact.present_from,
            )
        case Registered(), MemberTransferred():
            return replace(state, unit=fact.to_unit)
        case Registered(), MemberProfileAssigned():
            earlier = (*state.earlier_profiles, (state.profile_from, state.profile))
            return replace(state, profile=fact.profile, profile_from=fact.from_on, earlier_profiles=earlier)
        case Registered(), MemberDescribed():
            return state
        case Registered(), MembershipEnded():
            return replace(state, ended_on=fact.last_on)
        case Registered(), LeaveRegistered():
            leave = Leave(kind=fact.kind, from_on=fact.from_on, until_on=fact.until_on)
            return replace(state, leaves=(*state.leaves, leave))
        case Registered(), LeaveShortened():
            return replace(state, leaves=tuple(_shortened(leave, fact) for leave in state.leaves))
        case Registered(), ExemptionRequested():
            asked = Exemption(number=fact.exemption, unit=fact.unit, from_on=fact.from_on)
            return replace(state, exemptions=(*state.exemptions, asked))
        case Registered(), ExemptionSupported() | ExemptionGranted() | ExemptionRefused() | ExemptionEnded():
            changed = (_further(one, fact) if one.number == fact.exemption else one for one in state.exemptions)
            return replace(state, exemptions=tuple(changed))
        case Registered(), (
            LegalHoldPlaced()
            | LegalHoldLifted()
            | ProcessingRestricted()
            | RestrictionLifted()
            | ErasureProposed()
            | ErasureApproved()
            | ErasureDeclined()
            | PersonalKeyDestroyed()
        ):
            return replace(state, custody=follow(state.custody, fact))
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


def _shortened(leave: Leave, fact: LeaveShortened) -> Leave:
    return replace(leave, until_on=fact.last_on) if leave.from_on == fact.from_on else leave


def _further(
    exemption: Exemption, fact: ExemptionSupported | ExemptionGranted | ExemptionRefused | ExemptionEnded
) -> Exemption:
    match fact:
        case ExemptionSupported():
            return replace(exemption, steps=exemption.steps + 1)
        case ExemptionGranted():
            return replace(exemption, steps=exemption.steps + 1, status="granted")
        case ExemptionRefused():
            return replace(exemption, status="refused")
        case ExemptionEnded():
            return replace(exemption, status="ended", last_on=fact.last_on)


MEMBER: Final[Stream[State]] = Stream(
    "member",
    NotRegistered(),
    evolve,
    (
        MemberRegistered,
        MemberTransferred,
        MemberProfileAssigned,
        MemberDescribed,
        MembershipEnded,
        LeaveRegistered,
        LeaveShortened,
        ExemptionRequested,
        ExemptionSupported,
        ExemptionGranted,
        ExemptionRefused,
        ExemptionEnded,
        *CUSTODY_FACTS,
    ),
)


def registered(past: Past, member: MemberId) -> Registered:
    """The member, or a refusal that there is none."""
    state = past[MEMBER.of(member)]
    match state:
        case Registered() as found:
            return found
        case NotRegistered():
            raise MemberUnknown(member=member)
        case _:
            assert_never(state)


def belonging_to(past: Past, member: MemberId, unit: Code, day: date) -> Registered:
    """The member if he belongs to an organisation now and is not out by that day, or a refusal."""
    found = registered(past, member)
    if not found.belongs(day):
        raise MembershipOver(member=member, last_on=found.ended_on)
    if found.unit != unit:
        raise NotOnRoster(member=member)
    return found


def refuse_own(command: Command, member: MemberId) -> None:
    """Refuse whoever settles his own affair."""
    if command.actor.person == member:
        raise OwnAffair


def decide(past: Past, command: RegisterMember) -> Decision:
    """A new pseudonym in an existing organisation; registration and enrolment are one save."""
    unit = living(past, command.unit, command.present_from)
    known_profile(past, unit.scheme, command.profile, day_of(command.at))
    ref, roster = MEMBER.of(command.member), roster_of(command.unit)
    if not isinstance(past[ref], NotRegistered):
        raise MemberAlreadyRegistered(member=command.member)
    if command.present_from > day_of(command.at):
        raise DayInFuture(day=command.present_from)
    past.many([roster])
    return [
        ref.says(
            MemberRegistered(
                member=command.member,
                unit=command.unit,
                profile=command.profile,
                name=command.name.commitment,
                work_number=command.work_number.commitment,
                present_from=command.present_from,
            )
        ),
        roster.says(MemberEnrolled(unit=command.unit, member=command.member, from_on=command.present_from)),
    ]


def known_profile(past: Past, scheme: Code, profile: ProfileCode, day: date) -> None:
    """A profile is a word of the rule set, once there is one: while a log is founded, people may come before rules."""
    found = past[RULES.of(scheme)].in_force(day)
    if found is not None and found.scheme is not None and found.scheme.profile(profile) is None:
        raise ProfileUnknown(profile=profile)
