"""党员名册 — who belongs to one organisation, from which day to which.

The roster is a stream of its own, so that a decision about "everybody" reads everybody: nobody can be left out
of a sheet without the append noticing it.
"""

from datetime import date
from typing import Final

import msgspec

from domain.decider import Fact, Past, Refused, Stream, StreamRef
from domain.values import Code, MemberId


class MemberEnrolled(Fact, frozen=True, kw_only=True):
    """编入名册 — belongs to this organisation from a day on."""

    unit: Code
    member: MemberId
    from_on: date


class MemberReleased(Fact, frozen=True, kw_only=True):
    """移出名册 — belonged to this organisation up to a day, included."""

    unit: Code
    member: MemberId
    last_on: date


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """One person's time in the organisation; the last day is included."""

    member: MemberId
    from_on: date
    until_on: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the person belonged here on that day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)

    def outlives(self, day: date) -> bool:
        """Whether it reaches beyond a day."""
        return self.until_on is None or self.until_on > day


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """All enrolments, in the order in which they were made."""

    enrolments: tuple[Enrolment, ...] = ()

    def on(self, day: date) -> list[MemberId]:
        """Everybody who belonged here on a day, in enrolment order."""
        return [enrolment.member for enrolment in self.enrolments if enrolment.covers(day)]

    def since(self, member: MemberId) -> date | None:
        """From which day on somebody belongs here with no end set; None for nobody of this roster."""
        open_ends = (e.from_on for e in self.enrolments if e.member == member and e.until_on is None)
        return next(open_ends, None)


class NotOnRoster(Refused):
    """该党员当日不在本支部名册。 This member did not belong to the branch on that day."""

    code = "not-on-roster"


def evolve(state: Roster, fact: Fact) -> Roster:
    """The roster after one more fact."""
    match fact:
        case MemberEnrolled():
            return Roster(enrolments=(*state.enrolments, Enrolment(member=fact.member, from_on=fact.from_on)))
        case MemberReleased():
            assert state.since(fact.member) is not None, f"{fact.member} is not on the roster"
            return Roster(enrolments=tuple(_released(enrolment, fact) for enrolment in state.enrolments))
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to a roster")


def _released(enrolment: Enrolment, fact: MemberReleased) -> Enrolment:
    if enrolment.member == fact.member and enrolment.until_on is None:
        return msgspec.structs.replace(enrolment, until_on=fact.last_on)
    return enrolment


ROSTER: Final[Stream[Roster]] = Stream("roster", Roster(), evolve, (MemberEnrolled, MemberReleased))


def roster_of(unit: Code) -> StreamRef[Roster]:
    """The roster of an organisation."""
    return ROSTER.of(unit)


def belonging(past: Past, unit: Code, day: date) -> list[MemberId]:
    """Everybody who belonged to the organisation on a day."""
    return past[roster_of(unit)].on(day)
