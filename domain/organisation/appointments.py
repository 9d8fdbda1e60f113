"""任职 — who holds which office in one organisation, from which day to which.

All appointments of an organisation are one stream: "the committee on 3 July" is one question, and a decision that
counted the committee conflicts with an appointment made meanwhile.

For some days another person may stand in: put there by the organisation (代理), or asked by the holder himself (委托).
Meanwhile the holder does not act in that office, so that no seat counts twice; on the last day it ends by itself, and
with the holder's own term at the latest.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from domain.decider import Command, Decision, Fact, Past, Refused, Stream, Write
from domain.organisation.member import MembershipOver, registered
from domain.organisation.unit import established, higher_than, living
from domain.rules.ruleset import RULES
from domain.values import Code, MemberId, day_of

Role: TypeAlias = Literal[
    "secretary",
    "committee_member",
    "recorder",
    "substitute_recorder",
    "officer",
    "leading_group",
    "auditor",
    "reviewer",
    "department_officer",
]
OFFICES: Final[tuple[Role, ...]] = get_args(Role)
COMMITTEE: Final[tuple[Role, ...]] = ("secretary", "committee_member")
"""Whose holders make up the committee of an organisation."""
HANDLING: Final[tuple[Role, ...]] = ("secretary", "committee_member", "officer", "leading_group")
"""Whose holders receive objections and look into them."""

READING: Final[tuple[Role, ...]] = ("auditor", "reviewer")
"""Who looks at what others did: he holds no other office in the organisation, and nobody stands in for him."""


class RoleAppointed(Fact, frozen=True, kw_only=True):
    """任命."""

    unit: Code
    role: Role
    person: MemberId
    from_on: date
    until_on: date | None = None
    """Last day of the term, included."""


class RoleEnded(Fact, frozen=True, kw_only=True):
    """免职."""

    unit: Code
    role: Role
    person: MemberId
    last_on: date


class RoleSubstituted(Fact, frozen=True, kw_only=True):
    """代理 — the organisation lets another person act in an office for some days."""

    unit: Code
    role: Role
    person: MemberId
    stands_for: MemberId
    from_on: date
    until_on: date


class RoleDelegated(Fact, frozen=True, kw_only=True):
    """委托 — the holder of an office lets another person act in it for some days."""

    unit: Code
    role: Role
    person: MemberId
    stands_for: MemberId
    from_on: date
    until_on: date


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """One office held by one person; both days included."""

    role: Role
    person: MemberId
    from_on: date
    until_on: date | None
    stands_for: MemberId | None = None
    """Whose office it is, where somebody else acts in it."""

    def covers(self, day: date) -> bool:
        """Whether the office was held on that day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)

    def meets(self, from_on: date, until_on: date | None) -> bool:
        """Whether a term shares a day with this one."""
        begins_in_time = until_on is None or self.from_on <= until_on
        return begins_in_time and (self.until_on is None or from_on <= self.until_on)

    def outlives(self, day: date) -> bool:
        """Whether it reaches beyond a day."""
        return self.until_on is None or self.until_on > day


class Appointments(msgspec.Struct, frozen=True, kw_only=True):
    """All offices of one organisation, in the order in which they were given."""

    held: tuple[Appointment, ...] = ()

    def holders(self, roles: Iterable[Role], day: date) -> frozenset[MemberId]:
        """The persons who hold one of the roles on a day."""
        return frozenset(a.person for a in self._acting(roles, day))

    def stand_ins(self, roles: Iterable[Role], day: date) -> dict[MemberId, MemberId]:
        """Who acts on a day in one of the roles for somebody else, and for whom."""
        return {a.person: a.stands_for for a in self._acting(roles, day) if a.stands_for is not None}

    def own(self, person: MemberId, role: Role, from_on: date, until_on: date) -> bool:
        """Whether a person holds a role himself from the first of these days to the last."""
        mine = [a for a in self.held if (a.person, a.role, a.stands_for) == (person, role, None)]
        return any(a.covers(from_on) and a.covers(until_on) for a in mine)

    def roles_after(self, person: MemberId, day: date) -> frozenset[Role]:
        """In which roles a person still acts, or will act, after a day."""
        return frozenset(a.role for a in self.held if a.person == person and a.outlives(day))

    def acting(self, day: date) -> tuple[Appointment, ...]:
        """The appointments in which somebody acts on a day, in whatever role."""
        return tuple(self._acting(OFFICES, day))

    def _acting(self, roles: Iterable[Role], day: date) -> list[Appointment]:
        wanted = frozenset(roles)
        covering = [a for a in self.held if a.role in wanted and a.covers(day)]
        holders = {(a.person, a.role) for a in covering if a.stands_for is None}
        replaced = {(a.stands_for, a.role) for a in covering if a.stands_for is not None}
        return [
            a
            for a in covering
            if ((a.person, a.role) not in replaced if a.stands_for is None else (a.stands_for, a.role) in holders)
        ]


class RoleAlreadyHeld(Refused):
    """该人已任此职。 This person holds this office already."""

    code = "role-already-held"


class RoleNotHeld(Refused):
    """该人未任此职。 This person does not hold this office."""

    code = "role-not-held"


class TermBackwards(Refused):
    """任期的结束早于开始。 The term ends before it begins."""

    code = "term-backwards"


class OneRecorderOnly(Refused):
    """每个支部只有一名积分记录员。 A branch has one recorder at a time."""

    code = "one-recorder-only"


class AuditorWrites(Refused):
    """督查、核查人员不得兼任其他职务。 Whoever audits or reviews holds no other office in the organisation."""

    code = "auditor-writes"


class StandInUnfit(Refused):
    """该人不能代行这一职务。 This person cannot act in this office: not of the organisation, or without a vote."""

    code = "stand-in-unfit"


class AlreadyRepresented(Refused):
    """这些天已有人代行此职。 Somebody stands in for this office on some of these days already."""

    code = "already-represented"


class NotBeforeToday(Refused):
    """代理和委托不得倒签。 Standing in begins today at the earliest."""

    code = "not-before-today"


class AppointRole(Command, frozen=True, kw_only=True):
    """Give an office."""

    operation = "role.appoint"
    unit: Code
    role: Role
    person: MemberId
    from_on: date
    until_on: date | None = None


class EndRole(Command, frozen=True, kw_only=True):
    """End an office."""

    operation = "role.end"
    unit: Code
    role: Role
    person: MemberId
    last_on: date


class HandOverRole(Command, frozen=True, kw_only=True):
    """Hand an office over: the day before the successor's first is the last of who held it."""

    operation = "role.appoint"
    unit: Code
    role: Role
    person: MemberId
    successor: MemberId
    from_on: date
    until_on: date | None = None


class SubstituteRole(Command, frozen=True, kw_only=True):
    """Let another person act in somebody's office for some days."""

    operation = "role.substitute"
    unit: Code
    role: Role
    person: MemberId
    stands_for: MemberId
    from_on: date
    until_on: date


class DelegateRole(Command, frozen=True, kw_only=True):
    """Let another person act in one's own office for some days."""

    operation = "role.delegate"
    unit: Code
    person: MemberId
    from_on: date
    until_on: date


AppointmentCommand: TypeAlias = AppointRole | EndRole | HandOverRole | SubstituteRole | DelegateRole


def evolve(state: Appointments, fact: Fact) -> Appointments:
    """The offices after one more fact."""
    match fact:
        case RoleAppointed():
            given = Appointment(role=fact.role, person=fact.person, from_on=fact.from_on, until_on=fact.until_on)
            return Appointments(held=(*state.held, given))
        case RoleSubstituted() | RoleDelegated():
            lent = Appointment(
                role=fact.role,
                person=fact.person,
                from_on=fact.from_on,
                until_on=fact.until_on,
                stands_for=fact.stands_for,
            )
            return Appointments(held=(*state.held, lent))
        case RoleEnded():
            return Appointments(held=tuple(_ended(office, fact) for office in state.held))
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to appointments")


def _ended(office: Appointment, fact: RoleEnded) -> Appointment:
    if office.role == fact.role and office.person == fact.person and office.covers(fact.last_on):
        return msgspec.structs.replace(office, until_on=fact.last_on)
    return office


APPOINTMENTS: Final[Stream[Appointments]] = Stream(
    "appointments", Appointments(), evolve, (RoleAppointed, RoleEnded, RoleSubstituted, RoleDelegated)
)


def holds(past: Past, person: MemberId, role: Role, unit: Code, day: date) -> bool:
    """Whether a person holds a role in an organisation on a day."""
    return person in past[APPOINTMENTS.of(unit)].holders((role,), day)


def committee(past: Past, unit: Code, day: date) -> frozenset[MemberId]:
    """The committee of an organisation on a day."""
    return past[APPOINTMENTS.of(unit)].holders(COMMITTEE, day)


def decide(past: Past, command: AppointmentCommand) -> Decision:
    """One recorder at a time; nobody twice in one office."""
    living(past, command.unit, command.last_on if isinstance(command, EndRole) else command.from_on)
    match command:
        case AppointRole():
            return [_appointed(past, command, past[APPOINTMENTS.of(command.unit)])]
        case HandOverRole():
            return _hand_over(past, command)
        case SubstituteRole():
            return _stand_in(past, command, command.role, command.stands_for)
        case DelegateRole():
            assert command.actor.person is not None, "the permission table lets only people delegate"
            return _stand_in(past, command, _own_role(command), command.actor.person)
        case EndRole():
            return _end(past, command)


def _appointed(past: Past, command: AppointRole, offices: Appointments) -> Write:
    """The appointment, beside these offices."""
    member = registered(past, command.person)
    if not member.belongs(command.from_on):
        raise MembershipOver(member=command.person)
    if command.until_on is not None and command.until_on < command.from_on:
        raise TermBackwards(from_on=command.from_on, until_on=command.until_on)
    meeting = [office for office in offices.held if office.meets(command.from_on, command.until_on)]
    _beside(meeting, command.person, command.role)
    if command.role == "recorder" and any(o.role == "recorder" and o.stands_for is None for o in meeting):
        raise OneRecorderOnly(unit=command.unit)
    fact = RoleAppointed(
        unit=command.unit,
        role=command.role,
        person=command.person,
        from_on=command.from_on,
        until_on=command.until_on,
    )
    return APPOINTMENTS.of(command.unit).says(fact)


def _beside(meeting: Iterable[Appointment], person: MemberId, role: Role) -> None:
    """Refuse an office that does not go together with what a person holds on one of its days."""
    beside = {office.role for office in meeting if office.person == person}
    if role in beside:
        raise RoleAlreadyHeld(role=role)
    if beside and not (beside | {role}).isdisjoint(READING):
        raise AuditorWrites(role=role)


def _end(past: Past, command: EndRole) -> Decision:
    """The last day of an office, be it held or stood in for; a holder does not end it for his stand-in."""
    ref = APPOINTMENTS.of(command.unit)
    if not any(
        o.person == command.person and o.role == command.role and o.covers(command.last_on) for o in past[ref].held
    ):
        raise RoleNotHeld(role=command.role)
    fact = RoleEnded(unit=command.unit, role=command.role, person=command.person, last_on=command.last_on)
    return [ref.says(fact)]


def _hand_over(past: Past, command: HandOverRole) -> Decision:
    last_on = command.from_on - timedelta(days=1)
    offices, ref = past[APPOINTMENTS.of(command.unit)], APPOINTMENTS.of(command.unit)
    if command.successor == command.person or not offices.own(command.person, command.role, last_on, last_on):
        raise RoleNotHeld(role=command.role)
    ended = RoleEnded(unit=command.unit, role=command.role, person=command.person, last_on=last_on)
    appointed = AppointRole(
        id=command.id,
        actor=command.actor,
        at=command.at,
        unit=command.unit,
        role=command.role,
        person=command.successor,
        from_on=command.from_on,
        until_on=command.until_on,
    )
    return [ref.says(ended), _appointed(past, appointed, evolve(offices, ended))]


def _own_role(command: DelegateRole) -> Role:
    """The office in which the holder acts; it must be one of the organisation that he names."""
    for role in OFFICES:
        if role == command.actor.role and command.actor.unit == command.unit:
            return role
    raise RoleNotHeld(role=command.actor.role)


def _stand_in(past: Past, command: SubstituteRole | DelegateRole, role: Role, holder: MemberId) -> Decision:
    offices, day = past[APPOINTMENTS.of(command.unit)], day_of(command.at)
    if command.until_on < command.from_on:
        raise TermBackwards(from_on=command.from_on, until_on=command.until_on)
    if command.from_on < day:
        raise NotBeforeToday(day=day)
    if not offices.own(holder, role, command.from_on, command.until_on):
        raise RoleNotHeld(role=role)
    meeting = [office for office in offices.held if office.meets(command.from_on, command.until_on)]
    if any((office.stands_for, office.role) == (holder, role) for office in meeting):
        raise AlreadyRepresented(role=role)
    _beside(meeting, command.person, role)
    seats = {office.role for office in meeting if office.person == command.person}
    if role in COMMITTEE and seats & set(COMMITTEE):
        raise RoleAlreadyHeld(role=role)
    _fit(past, command, role)
    kind = RoleSubstituted if isinstance(command, SubstituteRole) else RoleDelegated
    fact = kind(
        unit=command.unit,
        role=role,
        person=command.person,
        stands_for=holder,
        from_on=command.from_on,
        until_on=command.until_on,
    )
    return [APPOINTMENTS.of(command.unit).says(fact)]


def _fit(past: Past, command: SubstituteRole | DelegateRole, role: Role) -> None:
    """Somebody of this organisation or of one below it, of a class that votes; never for who only reads."""
    person = registered(past, command.person)
    if role in READING or not person.belongs(command.until_on):
        raise StandInUnfit
    if command.unit not in (person.unit, *higher_than(past, person.unit)):
        raise StandInUnfit
    found = past[RULES.of(established(past, command.unit).scheme)].in_force(day_of(command.at))
    profile = None if found is None or found.scheme is None else found.scheme.profile(person.profile)
    if profile is not None and not profile.votes:
        raise StandInUnfit
