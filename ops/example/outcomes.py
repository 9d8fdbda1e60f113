"""试点的结果运用 — what became of each grade: measures of the first year closed, of the second at every stage.

2024    commended; reported, talked to, admonished, helped by somebody excellent, and closed
2025    in the first branch: one done, one overdue and gone up, helps under way, one just begun, the others proposed
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from domain.actor import Actor, person
from domain.decider import Command
from domain.result.carrying import AcceptAssignment, AssignDesignee, CompleteStep
from domain.result.measure import measure_id
from domain.result.opening import CloseMeasure, OpenMeasure
from domain.result.pairing import PairHelper, ReviewHelp
from domain.values import Code
from ops.example.cast import GRADED, HELPED, REPEATER, SLACK_TWICE, VETOED, Team, player, team, top
from ops.example.people import Person
from ops.example.places import PILOT_BRANCHES
from ops.example.told import Salt, Told
from ops.example.wishing import at, digest, secret, sitting, told

_ONE, _TWO, _THREE = PILOT_BRANCHES
_CORRECTED: Final = (VETOED, SLACK_TWICE, (_TWO, 17), (_THREE, 19))
_HELPERS: Final = ((HELPED, (_ONE, 5)), (REPEATER, (_ONE, 6)))
"""Who was unqualified in 2024, and who helped."""

_FIRST: Final = date(2025, 3, 3)
_SECOND: Final = date(2026, 3, 2)
_LATELY: Final = date(2026, 5, 18)


def outcomes(salt: Salt) -> Iterator[Told]:
    """Every measure of both years."""
    for unit in PILOT_BRANCHES:
        for who in team(unit).excellent:
            yield from Road(who, 2024, "commend", _FIRST, salt).commended()
    for place in _CORRECTED:
        yield from Road(player(place), 2024, "correct", _FIRST, salt).corrected()
    for place, helper in _HELPERS:
        yield from Road(player(place), 2024, "help", _FIRST, salt).helped(player(helper), reviewed=True)
    yield from _second_year(salt)


def _second_year(salt: Salt) -> Iterator[Told]:
    first, second, *_ = team(_ONE).excellent
    yield from Road(first, 2025, "commend", _SECOND, salt).commended()
    yield Road(second, 2025, "commend", _LATELY, salt).opened()
    yield Road(player(REPEATER), 2025, "handle", _SECOND, salt).opened()
    yield from Road(player(REPEATER), 2025, "help", _SECOND, salt).helped(player((_ONE, 6)))
    yield from Road(player(SLACK_TWICE), 2025, "help", _LATELY, salt).taken("admonition")
    yield from Road(player(GRADED), 2025, "correct", _LATELY, salt).taken("talk")


class Road:
    """One measure on its way."""

    def __init__(self, who: Person, year: int, code: Code, day: date, salt: Salt) -> None:
        self._who, self._day, self._salt = who, day, salt
        self._team: Team = team(who.unit)
        self._label = f"{who.member}/{year}/{code}"
        self._meets = code in ("commend", "handle")
        measure: UUID = measure_id(who.member, year, "Y", code)
        self._about: dict[str, Any] = {"unit": who.unit, "member": who.member, "measure": measure}

    @property
    def _officer(self) -> Person:
        """Somebody of the committee who is not concerned: the secretary, or the next."""
        return self._team.people[1] if self._who == self._team.people[0] else self._team.people[0]

    @property
    def _actor(self) -> Actor:
        role = "secretary" if "secretary" in self._officer.roles else "committee_member"
        return person(self._officer.member, role, self._who.unit)

    def _told(self, kind: type[Command], what: str, actor: Actor, days: int, hour: int, **fields: object) -> Told:
        when = at(self._day + timedelta(days=days), hour)
        return told(kind, f"{self._label}/{what}", actor, when, self._who.unit, **self._about, **fields)

    def opened(self) -> Told:
        """Opened by a person; by the general meeting where it goes before it."""
        meeting: dict[str, Any] = {}
        if self._meets:
            meeting = sitting(self._team.full(self._day), f"支部党员大会纪要 {self._day:%Y-%m-%d}")
        return self._told(OpenMeasure, "open", self._actor, 0, 9, **meeting)

    def _closed(self, days: int) -> Told:
        return self._told(CloseMeasure, "close", self._actor, days, 17)

    def commended(self) -> Iterator[Told]:
        """Opened, commended by the work committee, recommended, closed."""
        yield self.opened()
        for step, actor in (("commendation", top("leader", "secretary")), ("recommendation", self._actor)):
            paper = {"step": step, "done_on": self._day + timedelta(days=16), "proof": digest(f"{self._label}/{step}")}
            yield self._told(CompleteStep, step, actor, 16, 10, **paper)
        yield self._closed(17)

    def corrected(self) -> Iterator[Told]:
        """The report came in, the talk was held, closed."""
        yield self.opened()
        yield self._noted("report", "书面思想汇报已收,整改方向:按时参加组织生活,主动认领任务。", self._actor, 8)
        yield from self._talked("talk")
        yield self._closed(17)

    def helped(self, helper: Person, *, reviewed: bool = False) -> Iterator[Told]:
        """Admonished, given a helper; after a quarter looked at and closed."""
        yield self.opened()
        yield from self._talked("admonition")
        pair = {"step": "pairing", "helper": helper.member, "paired_on": self._day + timedelta(days=10)}
        plan = digest(f"{self._label}/plan")
        yield self._told(PairHelper, "pair", self._actor, 10, 11, **pair, plan=plan)
        if reviewed:
            note = secret(self._who.member, "note", "帮促三个月,参加组织生活和完成任务均有改进。", self._salt)
            seen = {"step": "pairing", "reviewed_on": self._day + timedelta(days=99), "note": note}
            yield self._told(ReviewHelp, "review", self._actor, 99, 11, **seen)
            yield self._closed(99)

    def taken(self, step: Code) -> Iterator[Told]:
        """Opened, and somebody is in charge of a step since yesterday."""
        yield self.opened()
        yield self._assigned(step, 1)

    def _assigned(self, step: Code, days: int) -> Told:
        designee = self._team.people[3].member
        return self._told(AssignDesignee, f"assign/{step}", self._actor, days, 9, step=step, designee=designee)

    def _talked(self, step: Code) -> Iterator[Told]:
        """Somebody was put in charge, took it on, and held the talk."""
        yield self._assigned(step, 1)
        designee = person(self._team.people[3].member, "committee_member", self._who.unit)
        yield self._told(AcceptAssignment, f"accept/{step}", designee, 1, 15, step=step)
        yield self._noted(step, "谈话已进行,本人认识到差距,表示按期改进。", designee, 5)

    def _noted(self, step: Code, words: str, actor: Actor, days: int) -> Told:
        note = secret(self._who.member, "note", words, self._salt)
        fields = {"step": step, "done_on": self._day + timedelta(days=days), "note": note}
        return self._told(CompleteStep, step, actor, days, 16, **fields)
