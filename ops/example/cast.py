"""试点支部的人 — who is who in the three pilot branches, and how each lived through each year.

==========  =====================================================================================
keen        everything attended, everything done: a candidate for the first grade
steady      nearly everything attended, the heavier deeds left to others: qualified
slack       lectures missed, hardly a deed: basically qualified
absent      half the meetings missed, no deed, tasks not done: unqualified
==========  =====================================================================================

Places are those of the roster; the first five of each branch are its committee.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from random import Random
from typing import Final, Literal, NamedTuple, TypeAlias
from uuid import UUID

from domain.actor import Actor, person
from domain.organisation.appointments import COMMITTEE
from domain.values import MemberId
from ops.example.people import SEED, WORK_COMMITTEE, Person, people
from ops.example.places import PILOT, PILOT_BRANCHES, Branch, pilot_district

YEARS: Final = (2024, 2025)
"""Which years lie behind the pilot branches; in the third they do what every branch does."""

Way: TypeAlias = Literal["keen", "steady", "slack", "absent"]

_ONE, _TWO, _THREE = PILOT_BRANCHES
_KEEN: Final[Mapping[str, tuple[int, ...]]] = {
    _ONE: (0, 1, 5, 6, 7, 9),
    _TWO: (0, 1, 2, 5, 6, 7, 8),
    _THREE: (0, 3, 5, 6),
}
"""In the second branch seven for six seats, the last two of them wholly equal."""

_SEATS: Final[Mapping[str, int]] = {_ONE: 5, _TWO: 6, _THREE: 6}
"""A third of those graded: one candidate too many in the first two, two seats free in the third."""

_WAYS: Final[Mapping[tuple[str, int], tuple[Way, Way]]] = {
    (_ONE, 10): ("keen", "steady"),
    (_ONE, 11): ("steady", "slack"),
    (_ONE, 12): ("absent", "steady"),
    (_ONE, 13): ("slack", "slack"),
    (_ONE, 14): ("absent", "absent"),
    (_TWO, 17): ("slack", "steady"),
    (_TWO, 18): ("steady", "slack"),
    (_THREE, 18): ("steady", "absent"),
    (_THREE, 19): ("slack", "slack"),
    (_THREE, 20): ("absent", "absent"),
}
"""(branch, place) → the two years of whoever is neither keen nor steady all along."""

GRADED: Final = (_ONE, 11)
REPEATER: Final = (_ONE, 14)
"""Twice unqualified."""
SLACK_TWICE: Final = (_ONE, 13)
HELPED: Final = (_ONE, 12)
"""Unqualified, then helped, then qualified."""
VETOED: Final = (_ONE, 10)
CLEARED: Final = (_ONE, 9)
"""His veto was lifted when the decision was changed."""
EQUALS: Final = ((_TWO, 7), (_TWO, 8))
CONFIRMED: Final = (_TWO, 19)
CANCELLED: Final = (_THREE, 20)


class Trainee(NamedTuple):
    """Somebody admitted while the pilot ran."""

    person: Person
    admitted_on: date


def _trainee(login: str, name: str, number: str, unit: str, admitted_on: date) -> Trainee:
    random = Random(f"{SEED}/{number}")  # noqa: S311 - made-up people need no secret
    member = UUID(int=random.getrandbits(128), version=4)
    return Trainee(Person(login, name, number, unit, "probationary", (), member), admitted_on)


EXTENDED: Final = _trainee("extended", "示例·顾延之", "SL90001", _TWO, date(2025, 3, 5))
RUNNING: Final = _trainee("", "示例·顾新芽", "SL90002", _ONE, date(2025, 11, 5))

_LOGINS: Final = {GRADED: "graded", (_ONE, 0): "chair"}


class Team(NamedTuple):
    """One pilot branch: its people in the order of the roster, whoever was admitted later last."""

    unit: str
    people: tuple[Person, ...]

    def acting(self, role: str) -> Actor:
        """Whoever holds an office here, in it."""
        one = next(one for one in self.people if role in one.roles)
        return person(one.member, role, self.unit)

    @property
    def secretary(self) -> Actor:
        """Its secretary."""
        return self.acting("secretary")

    @property
    def committee(self) -> tuple[MemberId, ...]:
        """Its committee."""
        return tuple(one.member for one in self.people if set(one.roles) & set(COMMITTEE))

    @property
    def excellent(self) -> list[Person]:
        """Who has a seat, in either year."""
        return [self.people[place] for place in _KEEN[self.unit][: _SEATS[self.unit]]]

    def full(self, day: date) -> tuple[MemberId, ...]:
        """Full members of a day: who votes and is appraised."""
        return tuple(one.member for one in self.people if _is_full(one, day))

    def here(self, day: date) -> list[Person]:
        """Everybody on the roster of a day."""
        return [one for one in self.people if _since(one) <= day <= _until(one)]

    def way(self, one: Person, year: int) -> Way:
        """How somebody lived through a year."""
        place = self.people.index(one)
        ordinary: Way = "keen" if place in _KEEN[self.unit] else "steady"
        if one in (EXTENDED.person, player(CANCELLED)):
            return "absent"
        return _WAYS.get((self.unit, place), (ordinary, ordinary))[year - YEARS[0]]

    def fewer(self, member: MemberId, year: int) -> int:
        """How many find less of somebody than the others do: the later in the roster the more, the two equals alike."""
        place = [one.member for one in self.people].index(member)
        return place - 1 if (self.unit, place) == EQUALS[1] and year == YEARS[0] else place


CONFIRMED_ON: Final = date(2024, 12, 13)
"""When the general branch approved; before that day he has no vote."""
CANCELLED_ON: Final = date(2025, 6, 17)


def _is_full(one: Person, day: date) -> bool:
    return one.profile == "full" or (one == player(CONFIRMED) and day >= CONFIRMED_ON)


def _since(one: Person) -> date:
    return next((other.admitted_on for other in (EXTENDED, RUNNING) if other.person == one), date.min)


def _until(one: Person) -> date:
    return CANCELLED_ON if one == player(CANCELLED) else date.max


@cache
def teams() -> tuple[Team, ...]:
    """The three branches."""
    found: list[Team] = []
    for branch in pilot_district().branches:
        unit = branch.place.unit
        later = [one.person for one in (EXTENDED, RUNNING) if one.person.unit == unit]
        named = [one._replace(login=_LOGINS.get((unit, place), "")) for place, one in enumerate(branch.people)]
        found.append(Team(unit, (*named, *later)))
    return tuple(found)


def still_here(branch: Branch) -> Branch:
    """A branch without whoever left it when the pilot was over."""
    return branch._replace(people=tuple(one for one in branch.people if one != player(CANCELLED)))


def signers() -> list[Person]:
    """Who of them has a sign-in."""
    return [who for one in teams() for who in one.people if who.login]


def team(unit: str) -> Team:
    """One of them."""
    return next(one for one in teams() if one.unit == unit)


def player(place: tuple[str, int]) -> Person:
    """Who plays a part."""
    return team(place[0]).people[place[1]]


def above() -> tuple[MemberId, ...]:
    """The committee of the general branch above the three."""
    return tuple(one.member for _, _, one in pilot_district().offices)


def chair_above() -> Actor:
    """Its secretary."""
    return person(
        next(one.member for _, role, one in pilot_district().offices if role == "secretary"), "secretary", PILOT
    )


def top(login: str, role: str) -> Actor:
    """Somebody of the work committee, in an office."""
    return person(next(one.member for one in people() if one.login == login), role, WORK_COMMITTEE)


def top_committee() -> tuple[MemberId, ...]:
    """The committee of the work committee."""
    return tuple(one.member for one in people() if one.unit == WORK_COMMITTEE and set(one.roles) & set(COMMITTEE))
