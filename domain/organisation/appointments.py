"""任职 — who holds which office in one organisation, from which day to which.

All appointments of an organisation are one stream: "the committee on 3 July" is one question, and a decision that
counted the committee conflicts with an appointment made meanwhile.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from domain.decider import Command, Decision, Fact, Past, Refused, Stream
from domain.organisation.member import registered
from domain.organisation.unit import established
from domain.values import Code, MemberId

Role: TypeAlias = Literal[
    "secretary", "committee_member", "recorder", "substitute_recorder", "officer", "leading_group", "auditor"
]
OFFICES: Final[tuple[Role, ...]] = get_args(Role)
COMMITTEE: Final[tuple[Role, ...]] = ("secretary", "committee_member")
"""Whose holders make up the committee of an organisation."""


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


class Appointment(msgspec.Struct, frozen=True, kw_only=True):
    """One office held by one person; both days included."""

    role: Role
    person: MemberId
    from_on: date
    until_on: date | None

    def covers(self, day: date) -> bool:
        """Whether the office was held on that day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)

    def meets(self, from_on: date, until_on: date | None) -> bool:
        """Whether a term shares a day with this one."""
        begins_in_time = until_on is None or self.from_on <= until_on
        return begins_in_time and (self.until_on is None or from_on <= self.until_on)


class Appointments(msgspec.Struct, frozen=True, kw_only=True):
    """All offices of one organisation, in the order in which they were given."""

    held: tuple[Appointment, ...] = ()

    def holders(self, roles: Iterable[Role], day: date) -> frozenset[MemberId]:
        """The persons who hold one of the roles on a day."""
        wanted = frozenset(roles)
        return frozenset(a.person for a in self.held if a.role in wanted and a.covers(day))


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
    """督查人员不得兼任其他职务。 An auditor holds no other office in the organisation: he only reads."""

    code = "auditor-writes"


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


def evolve(state: Appointments, fact: Fact) -> Appointments:
    """The offices after one more fact."""
    match fact:
        case RoleAppointed():
            given = Appointment(role=fact.role, person=fact.person, from_on=fact.from_on, until_on=fact.until_on)
            return Appointments(held=(*state.held, given))
        case RoleEnded():
            return Appointments(held=tuple(_ended(office, fact) for office in state.held))
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to appointments")


def _ended(office: Appointment, fact: RoleEnded) -> Appointment:
    if office.role == fact.role and office.person == fact.person and office.covers(fact.last_on):
        return msgspec.structs.replace(office, until_on=fact.last_on)
    return office


APPOINTMENTS: Final[Stream[Appointments]] = Stream("appointments", Appointments(), evolve, (RoleAppointed, RoleEnded))


def holds(past: Past, person: MemberId, role: Role, unit: Code, day: date) -> bool:
    """Whether a person holds a role in an organisation on a day."""
    return person in past[APPOINTMENTS.of(unit)].holders((role,), day)


def committee(past: Past, unit: Code, day: date) -> frozenset[MemberId]:
    """The committee of an organisation on a day."""
    return past[APPOINTMENTS.of(unit)].holders(COMMITTEE, day)


def decide(past: Past, command: AppointRole | EndRole) -> Decision:
    """One recorder at a time; nobody twice in one office."""
    established(past, command.unit)
    registered(past, command.person)
    match command:
        case AppointRole():
            return _appoint(past, command)
        case EndRole():
            return _end(past, command)


def _appoint(past: Past, command: AppointRole) -> Decision:
    ref = APPOINTMENTS.of(command.unit)
    if command.until_on is not None and command.until_on < command.from_on:
        raise TermBackwards(from_on=command.from_on, until_on=command.until_on)
    same_office = [office for office in past[ref].held if office.role == command.role]
    meeting = [office for office in same_office if office.meets(command.from_on, command.until_on)]
    if any(office.person == command.person for office in meeting):
        raise RoleAlreadyHeld(role=command.role)
    beside = {
        office.role
        for office in past[ref].held
        if office.person == command.person and office.meets(command.from_on, command.until_on)
    }
    if beside and "auditor" in beside | {command.role}:
        raise AuditorWrites(role=command.role)
    if command.role == "recorder" and meeting:
        raise OneRecorderOnly(unit=command.unit)
    fact = RoleAppointed(
        unit=command.unit,
        role=command.role,
        person=command.person,
        from_on=command.from_on,
        until_on=command.until_on,
    )
    return [ref.says(fact)]


def _end(past: Past, command: EndRole) -> Decision:
    ref = APPOINTMENTS.of(command.unit)
    if command.person not in past[ref].holders((command.role,), command.last_on):
        raise RoleNotHeld(role=command.role)
    fact = RoleEnded(unit=command.unit, role=command.role, person=command.person, last_on=command.last_on)
    return [ref.says(fact)]
