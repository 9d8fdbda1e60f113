"""党员 — one person under a pseudonym: registration, profile, probation. The name lies in the vault."""

from datetime import date
from typing import Final, Literal, TypeAlias, assert_never

import msgspec

from domain.decider import Command, Decision, Fact, Past, Refused, Stream
from domain.organisation.roster import MemberEnrolled, roster_of
from domain.organisation.unit import DayInFuture, established
from domain.rules.ruleset import RULES
from domain.sealed import Secret
from domain.values import Code, MemberId, Sha256, day_of

ProfileCode: TypeAlias = Code
MemberStatus: TypeAlias = Literal["member"]


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


class NotRegistered(msgspec.Struct, frozen=True):
    """No such person."""


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """A member."""

    member: MemberId
    unit: str
    profile: str
    present_from: date


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
            return Registered(member=fact.member, unit=fact.unit, profile=fact.profile, present_from=fact.present_from)
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


MEMBER: Final[Stream[State]] = Stream("member", NotRegistered(), evolve, (MemberRegistered,))


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


def decide(past: Past, command: RegisterMember) -> Decision:
    """A new pseudonym in an existing organisation; registration and enrolment are one save."""
    unit = established(past, command.unit)
    _known_profile(past, unit.scheme, command)
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


def _known_profile(past: Past, scheme: Code, command: RegisterMember) -> None:
    """A profile is a word of the rule set, once there is one: while a log is founded, people may come before rules."""
    found = past[RULES.of(scheme)].in_force(day_of(command.at))
    if found is not None and found.scheme is not None and found.scheme.profile(command.profile) is None:
        raise ProfileUnknown(profile=command.profile)
