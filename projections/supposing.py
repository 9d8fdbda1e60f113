"""设想 — what members' determined results would be under a version: most counted together, the others one by one.

Together is counted whose records all have a place in the version, and who has nothing else to it: no honour, no
deduction, no old line to be kept. By himself everybody comes to the same.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from domain.assessment.grading import grade_of, under_vetoes
from domain.assessment.keeping import Kept, with_kept
from domain.assessment.presence import gradable
from domain.assessment.rounding import rounder_of
from domain.assessment.rows import Tally, Uncountable
from domain.assessment.scoring import Score
from domain.assessment.totals import total
from domain.rules.assessing import Profile
from domain.rules.items import VetoItem
from domain.values import Code
from projections.alike import Alike, Situation, Supposed, Together
from projections.crowd import Token
from projections.given import Given
from projections.periods import NOTHING, Lists, Ruled, Subject, case_of, result_of, ruled_period
from projections.placing import Placing
from projections.records import ItemNames
from projections.rules import Published
from projections.sayings import Numbers, distinct
from projections.sayings import Said as Says
from projections.standing import NONE, Standing

LONG_AGO: Final = date(1900, 1, 1)

REMEMBERED: Final = 5_000
"""Situations, and members counted alone, that are remembered from range to range, so that memory stays bounded."""


class Outcomes(NamedTuple):
    """What members' results would be, one column each; points in hundredths."""

    total: Numbers
    ledger: Numbers
    deductions: Numbers
    grade: NDArray[np.intp]
    """Which of the grades of what stands, or ``standing.NONE``."""
    graded: NDArray[np.bool_]
    unmapped: Counter[Code]
    """Items that the version neither knows nor maps, and whose old lines how many keep."""
    uncountable: int

    @classmethod
    def as_they_stand(cls, standing: Standing) -> "Outcomes":
        """Nothing would be another."""
        nothing: Numbers = np.zeros(standing.members, dtype=np.int64)
        columns = standing.total.copy(), standing.total.copy(), nothing
        return cls(*columns, standing.grade.copy(), standing.graded.copy(), Counter(), 0)

    @classmethod
    def together(cls, parts: Sequence["Outcomes"]) -> "Outcomes":
        """Those of all ranges."""
        unmapped: Counter[Code] = Counter()
        for part in parts:
            unmapped.update(part.unmapped)
        return cls(
            total=np.concatenate([one.total for one in parts]),
            ledger=np.concatenate([one.ledger for one in parts]),
            deductions=np.concatenate([one.deductions for one in parts]),
            grade=np.concatenate([one.grade for one in parts]),
            graded=np.concatenate([one.graded for one in parts]),
            unmapped=unmapped,
            uncountable=sum(one.uncountable for one in parts),
        )


class _Asked(NamedTuple):
    """What the version makes of one situation."""

    situation: Situation
    profile: Profile | None
    """None where members are counted one by one, or stay as they are."""


class Supposing:
    """One version asked about one period."""

    def __init__(self, version: Published, year: int, period: Code, named: Callable[[], ItemNames]) -> None:
        self._version, self._year, self._period = version, year, period
        self._placing = Placing(version.tariff)
        self._alike = Alike(named, Supposed(period, self._subject, self._placing.tally))
        self._asked: dict[int, _Asked] = {}
        self._remembered: dict[object, Kept | None] = {}
        self._rounder = rounder_of(version.scheme.rounding)

    def outcomes(self, given: Sequence[Given], standing: Standing) -> Outcomes:
        """What some members' results would be."""
        self._bound()
        found = Outcomes.as_they_stand(standing)
        try:
            alone = self._counted(given, standing, found)
        except Uncountable:
            # One of them, whom nobody knows yet: by himself each comes to what he comes to.
            alone = list(range(len(given)))
        uncountable = sum([not self._alone(given[place], place, standing, found) for place in alone])
        return found._replace(uncountable=uncountable)

    @property
    def kept(self) -> tuple[int, int, int]:
        """How much is remembered: situations, members counted alone, different things said."""
        return len(self._asked), len(self._remembered), self._alike.kept

    def _bound(self) -> None:
        """Forget what has become too much: before a range is looked at, never within it."""
        self._alike.bound()
        if len(self._asked) > REMEMBERED:
            self._asked.clear()
        if len(self._remembered) > REMEMBERED:
            self._remembered.clear()

    def _counted(self, given: Sequence[Given], standing: Standing, found: Outcomes) -> list[int]:
        """Count together whom one can; the others."""
        together = Together(self._alike, given, self._alike.situations(given))
        alone: list[int] = []
        for situation, places in together.groups:
            profile = self._profile(given[int(places[0])].subject, situation)
            if profile is None:
                alone += places.tolist()
                continue
            apart = together.apart(situation, places)
            alone += places[apart].tolist()
            plain = places[~apart]
            if len(plain):
                self._summed(situation, profile, together.points(situation, plain), plain, standing, found)
        return alone

    def _profile(self, subject: Subject, situation: Situation) -> Profile | None:
        known = self._asked.get(id(situation))
        if known is None:
            # Kept with it, so that no other gets its identity.
            known = self._asked[id(situation)] = _Asked(situation, self._profile_of(subject, situation))
        return known.profile

    def _profile_of(self, subject: Subject, situation: Situation) -> Profile | None:
        own = ruled_period(subject, self._year, self._period)
        if own is None or not situation.periods or not self._placing.has_items_of(own.tariff):
            return None
        (period,) = situation.periods
        profile = self._version.scheme.profile(period.case.profile or "")
        counted = period.alike.sums and profile is not None and profile.components.ledger is not None
        return profile if counted else None

    def _summed(
        self,
        situation: Situation,
        profile: Profile,
        points: Numbers,
        places: NDArray[np.intp],
        standing: Standing,
        found: Outcomes,
    ) -> None:
        """Of those whose records alone make it."""
        scheme, (period,) = self._version.scheme, situation.periods
        ledgers = _each(points, lambda sums: [one for _, one in map(period.alike.simple(sums).__getitem__, sums)])
        judged = (one[places] for one in (standing.appraisals, standing.committees, standing.tasks))
        first, which = distinct(ledgers, *judged)
        ends = zip(ledgers[first].tolist(), places[first].tolist(), strict=True)
        totals = [self._total(ledger, profile, standing, place) for ledger, place in ends]
        asked = self._asks_grade(profile)
        grades = [
            standing.grades.index(grade_of(one, scheme.grades, scheme.interpretation).code) if asked else NONE
            for one in totals
        ]
        graded = asked & _each(standing.months[places], lambda months: list(map(self._has_months, months))).astype(bool)
        found.ledger[places] = ledgers
        found.total[places] = np.array(totals, dtype=np.int64)[which]
        found.graded[places] = graded
        found.grade[places] = np.where(graded, np.array(grades, dtype=np.intp)[which], NONE)

    def _alone(self, one: Given, place: int, standing: Standing, found: Outcomes) -> bool:
        """One member; whether the version can count him."""
        made = self._kept(one)
        scheme = self._version.scheme
        profile = scheme.profile(one.subject.profile_on(self._last_on(one.subject)) or "")
        if made is None or profile is None or profile.components.ledger is None:
            return made is not None
        score = made.score
        whole = self._total(score.ledger, profile, standing, place)
        graded = self._asks_grade(profile) and self._has_months(int(standing.months[place]))
        items = (scheme.item(veto.item) for veto in score.vetoes)
        vetoes = [item for item in items if isinstance(item, VetoItem)]
        reached = grade_of(whole, scheme.grades, scheme.interpretation) if graded else None
        grade = None if reached is None else under_vetoes(reached, vetoes, scheme.grades).code
        found.total[place], found.ledger[place] = whole, score.ledger
        found.deductions[place], found.graded[place] = score.deduction_points, graded
        found.grade[place] = NONE if grade is None else standing.grades.index(grade)
        found.unmapped.update(made.unmapped)
        return True

    def _total(self, ledger: int, profile: Profile, standing: Standing, place: int) -> int:
        return total(ledger, standing.appraisal(place), profile, self._rounder, standing.bodies(place)).points

    def _last_on(self, subject: Subject) -> date:
        ruled = ruled_period(self._subject(subject), self._year, self._period)
        return date(self._year, 12, 31) if ruled is None else ruled.ends_on

    def _asks_grade(self, profile: Profile) -> bool:
        scheme = self._version.scheme
        period = scheme.period(self._period)
        return period is not None and period.graded and profile.graded and bool(scheme.grades)

    def _has_months(self, months: int) -> bool:
        return gradable([months], self._version.scheme.counting.pro_rata)

    def _kept(self, one: Given) -> Kept | None:
        """Most of a branch sat in the same meetings: what says the same is scored once."""
        subject, said = one.subject, one.said
        if one.lists is not NOTHING:
            return self._made(subject, said, one.lists)
        last = subject.totals.get((self._year - 1, self._period))
        rules = tuple([one.digest for one in subject.versions])
        key = rules, subject.stays, subject.away, subject.profiles, subject.seats, last, tuple(sorted(said))
        if key not in self._remembered:
            self._remembered[key] = self._made(subject, said, NOTHING)
        return self._remembered[key]

    def _made(self, subject: Subject, said: Sequence[Says], lists: Lists) -> Kept | None:
        """With the old lines of what the version has no item for; None for what it can place nowhere."""
        own = ruled_period(subject, self._year, self._period)
        supposed = self._subject(subject)
        ruled = ruled_period(supposed, self._year, self._period)
        if own is None or ruled is None:
            return None
        inside = [one for part in self._alike.situation(subject, self._year).parts for one in part.said(said)]
        tariff = self._version.tariff
        try:
            tallies, unmapped = self._placing.tallies(self._tallies(inside))
            made = self._score(supposed, ruled, tallies, self._placing.lists(lists))
            # Its own rules are asked only where something must be kept of them: that is half of the work.
            if not unmapped and self._placing.has_items_of(own.tariff):
                return with_kept(tariff, made)
            before = with_kept(own.tariff, self._score(subject, own, self._tallies(said), lists))
        except Uncountable:
            return None
        return with_kept(tariff, made, before, unmapped)

    def _tallies(self, said: Iterable[Token]) -> list[Tally]:
        return [msgspec.structs.replace(self._alike.tally(one), count=number) for one, number in Counter(said).items()]

    def _score(self, subject: Subject, ruled: Ruled, tallies: Sequence[Tally], lists: Lists) -> Score:
        return result_of(subject, ruled, case_of(subject, self._year, ruled, tallies, lists)).confirmed

    def _subject(self, subject: Subject) -> Subject:
        """Somebody as if the version had always been in force."""
        others = [one for one in subject.versions if one.version != self._version.version]
        long_ago = tuple(msgspec.structs.replace(one, effective_on=LONG_AGO) for one in others)
        return msgspec.structs.replace(subject, versions=(*long_ago, self._version))


def _each(column: Numbers, made: Callable[[list[int]], list[int]]) -> Numbers:
    """What each number comes to, made once for all that are the same."""
    first, which = distinct(column)
    return np.array(made(column[first].tolist()), dtype=np.int64)[which]
