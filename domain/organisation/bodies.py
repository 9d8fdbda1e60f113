"""议事主体 — who belongs to the bodies of a rule set, on a day, in one organisation; and whom they stand for.

The rule set names bodies (``branch_meeting``, ``parent_committee``, ``leading_group``…); the tree says which
organisation that is, its offices and its roster say who sits there.
"""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from domain.decider import Past
from domain.organisation.appointments import APPOINTMENTS, COMMITTEE, committee
from domain.organisation.member import MEMBER, Registered
from domain.organisation.roster import belonging
from domain.organisation.unit import higher_than, next_higher
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId


class Seated(msgspec.Struct, frozen=True, kw_only=True):
    """A body on a day."""

    unit: Code
    """Whose body it is."""
    members: frozenset[MemberId]
    behind: Mapping[MemberId, MemberId] = {}
    """For whoever sits here in another's place: in whose."""

    def recused(self, persons: Iterable[MemberId]) -> frozenset[MemberId]:
        """These persons, and whoever stands for one of them: a right to decide is never lent past a recusal."""
        known = frozenset(persons)
        return known | {stand_in for stand_in, principal in self.behind.items() if principal in known}


def committee_of(past: Past, unit: Code, day: date) -> Seated:
    """The committee of an organisation."""
    behind = past[APPOINTMENTS.of(unit)].stand_ins(COMMITTEE, day)
    return Seated(unit=unit, members=committee(past, unit, day), behind=behind)


def meeting_of(past: Past, scheme: Scheme, unit: Code, day: date) -> Seated:
    """The general meeting of a branch: its members of a class that votes."""
    people = belonging(past, unit, day)
    states = past.many([MEMBER.of(person) for person in people])
    voting = (person for person, state in zip(people, states, strict=True) if votes(scheme, state, day))
    return Seated(unit=unit, members=frozenset(voting))


def votes(scheme: Scheme, state: object, day: date) -> bool:
    """Whether a member is of a class that votes on that day."""
    if not isinstance(state, Registered):
        return False
    profile = scheme.profile(state.profile_on(day))
    return profile is not None and profile.votes


def assessed(past: Past, unit: Code, day: date) -> tuple[list[MemberId], frozenset[MemberId]]:
    """(everybody of an organisation who is assessed on a day, who of them is on leave); not the exempt."""
    people = belonging(past, unit, day)
    states = past.many([MEMBER.of(person) for person in people])
    known = {p: state for p, state in zip(people, states, strict=True) if isinstance(state, Registered)}
    counted = [person for person in people if person not in known or not known[person].exempt(day)]
    return counted, frozenset(person for person in counted if person in known and known[person].on_leave(day))


def leading_group_of(past: Past, unit: Code, day: date) -> Seated:
    """The leading group: of the nearest organisation, from this one upwards, that has one."""
    for place in (unit, *higher_than(past, unit)):
        appointments = past[APPOINTMENTS.of(place)]
        members = appointments.holders(("leading_group",), day)
        if members:
            return Seated(unit=place, members=members, behind=appointments.stand_ins(("leading_group",), day))
    return Seated(unit=unit, members=frozenset())


def seated(past: Past, scheme: Scheme, body: Code, unit: Code, day: date) -> Seated:
    """The body of this name for an organisation's affairs."""
    match body:
        case "branch_meeting":
            return meeting_of(past, scheme, unit, day)
        case "branch_committee":
            return committee_of(past, unit, day)
        case "leading_group":
            return leading_group_of(past, unit, day)
        case _:
            return committee_of(past, next_higher(past, unit) or unit, day)
