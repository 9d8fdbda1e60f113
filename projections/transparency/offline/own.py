"""复算一人 — one person's lines again, from his own streams: an export of one person holds nobody else's records.

His tally is counted from the ballots for him, his figures from his archive under the rule set of the day, and a
determination must say what was computed. A grade must be that of his total; whether a seat of the quota was left for
him, only an export of the organisation can say. A restatement's figures for him come out of his archive as it was put
right, and what was adopted must be what was restated.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, cast
from uuid import UUID

import msgspec

from domain.assessment.adopting import adopted_for
from domain.assessment.computing import calendars_digest, capped, next_grade, results_of, ruled_period
from domain.assessment.period import Assessment, Key, period_of
from domain.assessment.restatement import Restatement, restatement_of
from domain.assessment.restating import restated_alone
from domain.assessment.result import MemberComputed, Result, result_of
from domain.assessment.superseding import archives_put_right, version_of
from domain.assessment.tallying import Ballot, tallies
from domain.decider import Fact, Refused
from domain.organisation.member import MEMBER, Registered
from domain.values import hundredths, points
from projections.transparency.offline.replay import (
    BROKEN,
    WINDOWS,
    Differs,
    Given,
    History,
    Tally,
    Told,
    Unfoldable,
    difference,
    looked_at,
)

Place = tuple[str, int, str]
"""Organisation, year and period."""

_PINNED: Final = ("rules", "rules_digest", "calendar", "as_of", "first_on", "last_on")
"""What a determination takes from its period."""


class Own:
    """One person's past, and what of his was said so far."""

    def __init__(
        self, member: UUID, read: Callable[[int], Mapping[str, Any]], tally: Tally, *, one_time: bool, told: bool
    ) -> None:
        self.one_time = one_time
        self._told = told
        self._anew: list[Fact] = []
        self.member, self.past, self.tally = member, History(read), tally
        self._ballots: dict[Place, list[Ballot]] = {}
        self._means: dict[Place, int | None] = {}

    def take(self, entry: Told) -> Iterator[Differs]:
        """One more entry; yields what of it is not as the rules give."""
        again = _AGAIN.get(entry.type)
        if again is not None and str(self.member) in (entry.fact.get("member"), entry.fact.get("subject")):
            try:
                yield from again(self, entry)
            except Refused as refused:
                yield Differs(entry.line, "", "", f"{refused.code} {refused.facts}")
            except Unfoldable as broken:
                yield Differs(broken.line, "", "", str(broken))
            except BROKEN as broken:
                yield Differs(entry.line, "", "", f"{type(broken).__name__}: {broken}")
        self.past.take(entry)

    def cast(self, entry: Told) -> Iterator[Differs]:
        """A ballot for him."""
        said = entry.fact
        digest, category = said["code_digest"], said.get("category")
        ballot = Ballot(subject=self.member, digest=digest, mark=said["mark"], category=category)
        self._ballots.setdefault(place_of(entry), []).append(ballot)
        self.tally.ballots += 1
        yield from ()

    def counted(self, entry: Told) -> Iterator[Differs]:
        """What his ballots come to: a category's, or the whole, which is told last."""
        place = place_of(entry)
        if self._told:  # single ballots are no part of this export
            self._means[place] = None if entry.fact.get("mean") is None else hundredths(entry.fact["mean"])
            return
        scheme = ruled_period(self.past, self.period(place)).scheme
        key = Key(unit=place[0], year=place[1], period=place[2])
        all_of_them = tallies(scheme, key, self._ballots.get(place, []), self.member)
        again = {one.category: one for one in all_of_them}[entry.fact.get("category")]
        if again.category is None:
            self._means[place] = None if again.mean is None else hundredths(again.mean)
            self._ballots.pop(place, None)
        yield from self._held(entry, again)

    def computed(self, entry: Told) -> Iterator[Differs]:
        """His figures."""
        if self._anew:
            yield from self._held(entry, self._anew.pop(0))
            return
        place = place_of(entry)
        found = self.period(place)
        member = self.past[MEMBER.of(self.member)]
        assert isinstance(member, Registered), "he is registered before he is assessed"
        rules = ruled_period(self.past, found)
        means = {self.member: self._means.get(place)}
        (again,) = results_of(self.past, rules, found, entry.fact["computation"], [member], means)
        self.tally.figures += 1
        yield from self._held(entry, again)

    def determined(self, entry: Told) -> Iterator[Differs]:
        """What was computed last is what is determined."""
        if self._anew:
            yield from self._held(entry, self._anew.pop(0))
            return
        place = place_of(entry)
        computed = cast("dict[str, Any]", msgspec.json.decode(msgspec.json.encode(self.figures(place))))
        found = cast("dict[str, Any]", msgspec.json.decode(msgspec.json.encode(self.period(place))))
        expected = {name: computed.get(name) for name in computed if name in entry.fact}
        expected |= {name: found[name] for name in _PINNED}
        for name, value in expected.items():
            if entry.fact.get(name) != value:
                yield Differs(entry.line, name, str(entry.fact.get(name)), str(value))
        self.tally.rounds += 1

    def graded(self, entry: Told) -> Iterator[Differs]:
        """The grade of his total, or the one below where no seat was left."""
        if self._anew:
            self.tally.grades += 1
            yield from self._held(entry, self._anew.pop(0))
            return
        place = place_of(entry)
        scheme = ruled_period(self.past, self.period(place)).scheme
        grade, reason = capped(scheme, self.figures(place))
        if entry.fact["reason"] == "quota":
            grade, reason = next_grade(scheme, grade), "quota"
        self.tally.grades += 1
        for name, value in (("grade", grade), ("reason", reason)):
            if entry.fact[name] != value:
                yield Differs(entry.line, name, str(entry.fact[name]), str(value))

    def restated(self, entry: Told) -> Iterator[Differs]:
        """His figures and how many of his lines differ, under the version that was ordered."""
        found, now = self.period(place_of(entry)), self.restatement(place_of(entry))
        member = self.past[MEMBER.of(self.member)]
        assert isinstance(member, Registered), "he is registered before he is assessed"
        right = archives_put_right(self.past, found, now).get(self.member)
        again = restated_alone(self.past, found, version_of(self.past, found, now), member, right)
        figures = cast("dict[str, Any]", msgspec.json.decode(msgspec.json.encode(again.figures)))
        expected: dict[str, Any] = {"figures": figures, "lines": len(again.lines), "unmapped": again.unmapped}
        expected |= {"before_total": points(again.standing.total), "standing": again.standing.version}
        self.tally.figures += 1
        self.tally.rounds += 1
        for name, value in expected.items():
            stored = entry.fact.get(name, 0)  # a number that is 0 may be left out
            if stored != value:
                yield Differs(entry.line, name, str(stored), str(value))

    def superseded(self, entry: Told) -> Iterator[Differs]:
        """What takes the old result's place is what was restated; the entries that follow say it."""
        found, now = self.period(place_of(entry)), self.restatement(place_of(entry))
        calendar = calendars_digest(self.past, found.year)
        one, notice = now.members[self.member], UUID(entry.fact["notice"])
        writes = [write.fact for write in adopted_for(self.past, found, now, one, notice, calendar)]
        gone, *self._anew = writes  # his archive was put right before: nothing of that is left to say
        self.tally.restated += 1
        yield from self._held(entry, gone)

    def looked(self, entry: Told) -> Iterator[Differs]:
        """His probation window."""
        decided = None if self.one_time else looked_at(Given(self.past, [entry], {}))
        for write in decided or ():
            self.tally.windows += 1
            yield from self._held(entry, write.fact)

    def restatement(self, place: Place) -> Restatement:
        """The last one of a period, as far as it is his."""
        found = self.past[restatement_of(*place)]
        assert isinstance(found, Restatement), "a restatement is ordered before it is computed"
        return found

    def period(self, place: Place) -> Assessment:
        """The period as it stands."""
        found = self.past[period_of(*place)]
        assert isinstance(found, Assessment), "a period is opened before anything is computed"
        return found

    def figures(self, place: Place) -> MemberComputed:
        """What was computed last."""
        found: Result = self.past[result_of(self.member, place[1], place[2])]
        assert found.computed is not None, "what is determined was computed"
        return found.computed

    def _held(self, entry: Told, again: Fact) -> Iterator[Differs]:
        self.tally.rounds += 1
        yield from difference(entry, entry.stream, again)


def place_of(entry: Told) -> Place:
    """The period that an entry speaks of."""
    return entry.fact["unit"], entry.fact["year"], entry.fact["period"]


_AGAIN: Final[dict[str, Callable[[Own, Told], Iterator[Differs]]]] = {
    "ballot-cast": Own.cast,
    "appraisal-tallied": Own.counted,
    "member-computed": Own.computed,
    "score-determined": Own.determined,
    "grade-determined": Own.graded,
    "member-restated": Own.restated,
    "determination-superseded": Own.superseded,
    **dict.fromkeys(WINDOWS, Own.looked),
}


def replay_own(
    entries: Iterable[Told],
    read: Callable[[int], Mapping[str, Any]],
    member: UUID,
    tally: Tally,
    *,
    one_time: bool = False,
    told: bool = False,
) -> Iterator[Differs]:
    """Yield the entries of one person that say something else than the rules give, in the order of the log.

    ``told``: there are no ballots, and tallies are taken as they stand.
    """
    own = Own(member, read, tally, one_time=one_time, told=told)
    for entry in entries:
        yield from own.take(entry)
