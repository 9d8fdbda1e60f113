"""试算 — what a past period would have come to under another version: who changes, by branch, which lines are crossed.

For whoever drafts: no name, no pseudonym, and no figure of a group so small that one could be told in it (E12). Nothing
is written by it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec

from domain.assessment.carried import Place, Said, placed
from domain.assessment.grading import Candidate, grade_of, under_vetoes
from domain.assessment.keeping import Kept, with_kept
from domain.assessment.period import days_of
from domain.assessment.presence import gradable
from domain.assessment.rounding import rounder_of
from domain.assessment.rows import MatterRow, ResponsibilityRow, Tally, Uncountable
from domain.assessment.scoring import Score
from domain.assessment.seats import seated_anew
from domain.assessment.totals import total
from domain.decider import Refused
from domain.rules.assessing import BodyPart, Profile
from domain.rules.digest import Part, assemble, digest
from domain.rules.items import VetoItem
from domain.rules.scheme import Scheme, load
from domain.values import Code
from projections.given import read
from projections.periods import NOTHING, Lists, Ruled, Subject, case_of, result_of, ruled_period
from projections.records import ItemNames, item_names
from projections.rows import Connection
from projections.rules import Published
from projections.sayings import Said as Says
from projections.sayings import tallied
from projections.scores import RANGE

SMALLEST: Final = 10
"""Of a group of which figures are shown, where the rule set asks for no more."""
_LONG_AGO: Final = date(1900, 1, 1)

_RESULTS: Final = """
SELECT r.member, r.unit, u.title, r.determined_total, r.grade, r.appraisal, r.graded, r.months_present,
       r.committee, r.task
FROM results AS r JOIN units AS u ON u.code = r.unit
WHERE r.year = %(year)s AND r.period = %(period)s AND r.version > 0 AND u.scheme = %(scheme)s
  AND (%(unit)s::text IS NULL OR %(unit)s = ANY(u.path)) ORDER BY r.member
"""


_DOCUMENT: Final = """
SELECT p.section, p.code, p.content::text FROM rule_sets AS s JOIN rule_parts AS p USING (rule_set)
WHERE s.scheme = %(scheme)s AND s.version = %(version)s ORDER BY p.part
"""


class NothingDetermined(Refused):
    """该考评期尚无已确定的结果,无从试算。 Nothing of this period is determined: there is nothing to look at."""

    code = "nothing-determined"


class BranchChange(msgspec.Struct, frozen=True, kw_only=True):
    """What would change in one organisation; ``unit`` is None for all those too small to be shown by themselves."""

    unit: Code | None
    title: str
    members: int
    better: int
    worse: int


class Crossing(msgspec.Struct, frozen=True, kw_only=True):
    """How many would cross from one grade to another."""

    before: Code
    after: Code
    members: int


class UnmappedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item that the version neither knows nor maps: whose old line is kept, and how many have it."""

    item: Code
    members: int


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """A past period under another version; totals in hundredths."""

    version: Code
    digest: str
    year: int
    period: Code
    members: int
    changed: int
    better: int
    worse: int
    mean_before: int
    mean_after: int
    branches: tuple[BranchChange, ...]
    crossings: tuple[Crossing, ...]
    unmapped: tuple[UnmappedItem, ...]
    uncountable: int
    """Members with a record that the version can place nowhere: they are left as they are."""
    too_few: bool = False
    """Fewer people than may be told of together: then no figure is given but how many they are."""


class _Standing(NamedTuple):
    """What stands of one member."""

    member: int
    unit: Code
    title: str
    total: int
    grade: Code | None
    appraisal: int | None
    graded: bool
    months: int
    committee: int | None
    task: int | None

    @property
    def bodies(self) -> dict[BodyPart, int]:
        """What bodies gave him."""
        said: dict[BodyPart, int | None] = {"committee": self.committee, "task": self.task}
        return {part: score for part, score in said.items() if score is not None}


class _Outcome(NamedTuple):
    """What it would come to."""

    standing: _Standing
    total: int
    ledger: int
    deductions: int
    grade: Code | None
    graded: bool
    unmapped: frozenset[Code]


def document_of(connection: Connection, scheme: Code, version: Code) -> dict[str, Any] | None:
    """A version's document as it was drafted, published or not; None for an unknown one."""
    known = {"scheme": scheme, "version": version}
    found = connection.execute(_DOCUMENT, known).fetchall()
    parts = [Part(section, code, msgspec.json.decode(content)) for section, code, content in found]
    return assemble(parts) if parts else None


def supposed(document: Mapping[str, Any]) -> Published:
    """A document as if it had always been in force; raises SchemeMalformed."""
    content = dict(document)
    scheme = load(content)
    return Published(
        version=scheme.version,
        digest=digest(content),
        effective_on=_LONG_AGO,
        scheme=scheme,
        document="",
    )


def what_if(
    connection: Connection,
    scheme: Code,
    version: Published,
    year: int,
    period: Code,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
    *,
    unit: Code | None = None,
) -> WhatIf:
    """Everybody whose result of a period is determined, under a version; member range by member range.

    ``unit`` asks for an organisation and those below it alone.
    """
    known = {"scheme": scheme, "year": year, "period": period, "unit": unit}
    standing = [_Standing(*row) for row in connection.execute(_RESULTS, known).fetchall()]
    if not standing:
        raise NothingDetermined(year=year, period=period)
    asking = _Asking(connection, version, year, period)
    outcomes: list[_Outcome] = []
    for start in range(0, len(standing), RANGE):
        outcomes += asking.outcomes(standing[start : start + RANGE])
        progress(len(outcomes), len(standing))
    graded = list(_graded(version.scheme, outcomes))
    return _summed(version, year, period, graded, asking.uncountable)


class _Asking:
    """One version asked about one period."""

    def __init__(self, connection: Connection, version: Published, year: int, period: Code) -> None:
        self._connection, self._version, self._year, self._period = connection, version, year, period
        asked = version.scheme.period(period)
        self._last_on = date(year, 12, 31) if asked is None else days_of(asked, year)[1]
        self._names: ItemNames = item_names(connection)
        self._alike: dict[object, Kept | None] = {}
        self._places: dict[Said, Place] = {}
        self.uncountable = 0

    def outcomes(self, standing: Sequence[_Standing]) -> Iterator[_Outcome]:
        """What some members' results would be."""
        pairs = [(one.member, self._year) for one in standing]
        every = read(self._connection, pairs, self._version.tariff)
        for one, own in zip(standing, every, strict=True):
            if own.lists is NOTHING:
                yield self._outcome(one, own.subject, self._remembered(own.subject, own.said))
            else:
                yield self._outcome(one, own.subject, self._made(own.subject, self._tallies(own.said), own.lists))

    def _remembered(self, subject: Subject, said: Sequence[Says]) -> Kept | None:
        """Most of a branch sat in the same meetings: what says the same is scored once."""
        last = subject.totals.get((self._year - 1, self._period))
        key = subject.stays, subject.away, subject.profiles, subject.seats, last, tuple(sorted(said))
        if key not in self._alike:
            self._alike[key] = self._made(subject, self._tallies(said), NOTHING)
        return self._alike[key]

    def _tallies(self, said: Sequence[Says]) -> list[Tally]:
        return [
            msgspec.structs.replace(tallied(one, self._names), count=number) for one, number in Counter(said).items()
        ]

    def _made(self, subject: Subject, tallies: Sequence[Tally], lists: Lists) -> Kept | None:
        """With the old lines of what the version has no item for; None for what it can place nowhere."""
        own = ruled_period(subject, self._year, self._period)
        if own is None:
            return None
        try:
            placed_tallies, unmapped = self._placed(tallies)
            others = [one for one in subject.versions if one.version != self._version.version]
            long_ago = tuple(msgspec.structs.replace(one, effective_on=_LONG_AGO) for one in others)
            supposing = msgspec.structs.replace(subject, versions=(*long_ago, self._version))
            ruled = ruled_period(supposing, self._year, self._period)
            if ruled is None:
                return None
            made = self._score(supposing, ruled, placed_tallies, self._placed_lists(lists))
            # Its own rules are asked only where something must be kept of them: that is half of the work.
            if not unmapped and self._has_items_of(own):
                return with_kept(self._version.tariff, made)
            before = with_kept(own.tariff, self._score(subject, own, tallies, lists))
        except Uncountable:
            return None
        return with_kept(self._version.tariff, made, before, unmapped)

    def _has_items_of(self, own: Ruled) -> bool:
        """Whether the version knows or maps every item of another."""
        tariff = self._version.tariff
        return own.tariff.prices.keys() <= tariff.prices.keys() | tariff.mapped.keys()

    def _score(self, subject: Subject, ruled: Ruled, tallies: Sequence[Tally], lists: Lists) -> Score:
        case = case_of(subject, self._year, ruled, tallies, lists)
        return result_of(subject, ruled, case).confirmed

    def _placed(self, tallies: Iterable[Tally]) -> tuple[list[Tally], frozenset[Code]]:
        found: list[Tally] = []
        unmapped: set[Code] = set()
        for one in tallies:
            place = self._place(Said("responsibility", one.rules, one.item, one.outcome, one.condition))
            if place == "unmapped":
                unmapped.add(one.item)
            else:
                found.append(msgspec.structs.replace(one, rules=self._version.version) if place == "own" else one)
        return [one for one in found if one.item not in unmapped], frozenset(unmapped)

    def _placed_lists(self, lists: Lists) -> Lists:
        """What the version does not know of honours and deductions counts as in its own day."""
        if lists is NOTHING:
            return lists
        return Lists(
            honours=tuple(self._own_matter("honour", one) for one in lists.honours),
            deductions=tuple(self._own_matter("deduction", one) for one in lists.deductions),
            shortfalls=tuple(one for one in (self._own_shortfall(row) for row in lists.shortfalls) if one is not None),
            vetoes=lists.vetoes,
        )

    def _own_matter(self, kind: str, row: MatterRow) -> MatterRow:
        place = self._place(Said(kind, row.rules, row.item, row.level, row.condition, row.share))
        return msgspec.structs.replace(row, rules=self._version.version) if place == "own" else row

    def _own_shortfall(self, row: ResponsibilityRow) -> ResponsibilityRow | None:
        place = self._place(Said("shortfall", row.rules, row.item, row.outcome, row.condition))
        if place == "unmapped":
            return None
        return msgspec.structs.replace(row, rules=self._version.version) if place == "own" else row

    def _place(self, said: Said) -> Place:
        if said not in self._places:
            self._places[said] = placed(said, self._version.tariff)
        return self._places[said]

    def _outcome(self, one: _Standing, subject: Subject, made: Kept | None) -> _Outcome:
        scheme = self._version.scheme
        profile = scheme.profile(subject.profile_on(self._last_on) or "")
        if made is None or profile is None or profile.components.ledger is None:
            self.uncountable += made is None
            return _Outcome(one, one.total, one.total, 0, one.grade, one.graded, frozenset())
        found = made.score
        whole = total(found.ledger, one.appraisal, profile, rounder_of(scheme.rounding), one.bodies)
        graded = self._is_graded(profile, one.months)
        items = (scheme.item(veto.item) for veto in found.vetoes)
        vetoes = [item for item in items if isinstance(item, VetoItem)]
        reached = grade_of(whole.points, scheme.grades, scheme.interpretation) if graded else None
        grade = None if reached is None else under_vetoes(reached, vetoes, scheme.grades).code
        return _Outcome(one, whole.points, found.ledger, found.deduction_points, grade, graded, made.unmapped)

    def _is_graded(self, profile: Profile, months: int) -> bool:
        scheme = self._version.scheme
        period = scheme.period(self._period)
        asked = period is not None and period.graded and profile.graded and bool(scheme.grades)
        return asked and gradable([months], scheme.counting.pro_rata)


def _graded(scheme: Scheme, outcomes: Sequence[_Outcome]) -> Iterator[_Outcome]:
    """With the quota of each organisation; seats that people settle stay with whoever holds one."""
    best = {grade.code for grade in scheme.grades if grade.candidate}
    units: dict[Code, list[_Outcome]] = {}
    for one in outcomes:
        units.setdefault(one.standing.unit, []).append(one)
    for found in units.values():
        candidates = [_candidate(one) for one in found if one.graded and one.grade in best]
        holders = frozenset(str(one.standing.member) for one in found if one.standing.grade in best)
        inside = seated_anew(scheme.excellent_quota, holders, candidates, sum(one.graded for one in found))
        for one in found:
            waits = one.grade in best and str(one.standing.member) not in inside
            yield one._replace(grade=_next(scheme, one.grade)) if waits else one


def _candidate(one: _Outcome) -> Candidate:
    appraisal = one.standing.appraisal or 0
    return Candidate(str(one.standing.member), one.total, one.ledger, appraisal, one.deductions)


def _next(scheme: Scheme, grade: Code | None) -> Code | None:
    codes = [one.code for one in scheme.grades]
    below = scheme.grades[codes.index(grade) :] if grade in codes else ()
    return next((one.code for one in below if not one.candidate), grade)


def _summed(version: Published, year: int, period: Code, outcomes: Sequence[_Outcome], uncountable: int) -> WhatIf:
    smallest = smallest_group(version)
    if len(outcomes) < smallest:
        return _too_few(version, year, period, len(outcomes))
    worse = sum(_effect(version.scheme, one) < 0 for one in outcomes)
    better = sum(_effect(version.scheme, one) > 0 for one in outcomes)
    crossed = Counter(
        (one.standing.grade, one.grade)
        for one in outcomes
        if one.standing.grade is not None and one.grade is not None and one.standing.grade != one.grade
    )
    unmapped = Counter(item for one in outcomes for item in one.unmapped)
    return WhatIf(
        version=version.version,
        digest=version.digest,
        year=year,
        period=period,
        members=len(outcomes),
        changed=better + worse,
        better=better,
        worse=worse,
        mean_before=sum(one.standing.total for one in outcomes) // len(outcomes),
        mean_after=sum(one.total for one in outcomes) // len(outcomes),
        branches=tuple(_branches(version.scheme, outcomes, smallest)),
        crossings=tuple(
            Crossing(before=before, after=after, members=number) for (before, after), number in sorted(crossed.items())
        ),
        unmapped=tuple(UnmappedItem(item=item, members=number) for item, number in sorted(unmapped.items())),
        uncountable=uncountable,
    )


def smallest_group(version: Published) -> int:
    """How many people there must be at least for a figure of them to be shown."""
    return max(SMALLEST, version.scheme.fairness.smallest_group)


def _too_few(version: Published, year: int, period: Code, members: int) -> WhatIf:
    return WhatIf(
        version=version.version,
        digest=version.digest,
        year=year,
        period=period,
        members=members,
        changed=0,
        better=0,
        worse=0,
        mean_before=0,
        mean_after=0,
        branches=(),
        crossings=(),
        unmapped=(),
        uncountable=0,
        too_few=True,
    )


def _branches(scheme: Scheme, outcomes: Iterable[_Outcome], smallest: int) -> Iterator[BranchChange]:
    """By organisation; those below the smallest group together, with the smallest of the others if need be.

    Left out, they would be what the whole has more than the organisations shown.
    """
    units: dict[Code | None, list[_Outcome]] = {}
    for one in outcomes:
        units.setdefault(one.standing.unit, []).append(one)
    small = [unit for unit, found in units.items() if len(found) < smallest]
    others = [one for unit in small for one in units.pop(unit)]
    while 0 < len(others) < smallest and units:
        others += units.pop(min(units, key=lambda unit: (len(units[unit]), str(unit))))
    if others:
        units[None] = others
    for unit, found in units.items():
        yield BranchChange(
            unit=unit,
            title="" if unit is None else found[0].standing.title,
            members=len(found),
            better=sum(_effect(scheme, one) > 0 for one in found),
            worse=sum(_effect(scheme, one) < 0 for one in found),
        )


def _effect(scheme: Scheme, one: _Outcome) -> int:
    """1 better, -1 worse, 0 the same, by grade and total."""
    codes = [grade.code for grade in scheme.grades]
    before, after = (codes.index(code) if code in codes else len(codes) for code in (one.standing.grade, one.grade))
    if one.total < one.standing.total or after > before:
        return -1
    return 1 if one.total > one.standing.total or after < before else 0
