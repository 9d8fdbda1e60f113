"""试算 — what a past period would have come to under another version: who changes, by branch, which lines are crossed.

For whoever drafts: no name, no pseudonym, and no figure of a group so small that one could be told in it (E12). Nothing
is written by it.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from domain.assessment.grading import Candidate
from domain.assessment.seats import seated_anew
from domain.assessment.tariff import Tariff
from domain.decider import Refused
from domain.rules.digest import Part, assemble, digest
from domain.rules.scheme import Scheme, load
from domain.values import Code
from projections.given import Given, read
from projections.records import ItemNames, item_names
from projections.rows import Connection
from projections.rules import Published
from projections.sayings import Numbers
from projections.standing import NONE, Standing, standing
from projections.supposing import LONG_AGO, Outcomes, Supposing

AT_A_TIME: Final = 500
"""Members counted at a time, so that memory stays bounded."""
AHEAD: Final = 2
"""Ranges that are read before they are counted."""
SMALLEST: Final = 10
"""Of a group of which figures are shown, where the rule set asks for no more."""

_TITLES: Final = "SELECT code, title FROM units WHERE scheme = %(scheme)s"
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
        effective_on=LONG_AGO,
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
    found = standing(connection, scheme, year, period, unit, [one.code for one in version.scheme.grades])
    if found is None:
        raise NothingDetermined(year=year, period=period)
    titles: dict[Code, str] = dict(connection.execute(_TITLES, {"scheme": scheme}).fetchall())
    names = [item_names(connection)]
    with ThreadPoolExecutor(1, "reading") as reader:

        def named() -> ItemNames:
            return names.pop() if names else reader.submit(item_names, connection).result()

        supposing = Supposing(version, year, period, named)
        outcomes: list[Outcomes] = []
        for first, given in _read(connection, reader, found, year, version.tariff):
            outcomes.append(supposing.outcomes(given, found.part(first, first + len(given))))
            progress(first + len(given), found.members)
    seated = _seated(version.scheme, found, Outcomes.together(outcomes))
    return _summed(version, year, period, found, seated, titles)


def _read(
    connection: Connection, reader: ThreadPoolExecutor, found: Standing, year: int, supposed: Tariff
) -> Iterator[tuple[int, list[Given]]]:
    """Range by range; the next one is read while this one is counted."""
    ahead: deque[tuple[int, Future[list[Given]]]] = deque()
    for first in range(0, found.members, AT_A_TIME):
        pairs = [(member, year) for member in found.member[first : first + AT_A_TIME].tolist()]
        ahead.append((first, reader.submit(read, connection, pairs, supposed)))
        if len(ahead) > AHEAD:
            number, given = ahead.popleft()
            yield number, given.result()
    for number, given in ahead:
        yield number, given.result()


def _seated(scheme: Scheme, found: Standing, outcomes: Outcomes) -> Outcomes:
    """With the quota of each organisation; seats that people settle stay with whoever holds one."""
    best = _best(scheme, found)
    reached, held = best[outcomes.grade], best[found.grade]
    candidates, holders = _by_unit(found, outcomes.graded & reached), _by_unit(found, held)
    graded = np.bincount(found.unit[outcomes.graded], minlength=len(found.units)).tolist()
    inside: set[str] = set()
    for unit in candidates:
        own = [_candidate(found, outcomes, place) for place in candidates[unit]]
        before = frozenset(str(found.member[place]) for place in holders.get(unit, ()))
        inside |= seated_anew(scheme.excellent_quota, before, own, graded[unit])
    grade = outcomes.grade.copy()
    for place in np.flatnonzero(reached).tolist():
        if str(found.member[place]) not in inside:
            grade[place] = _next(scheme, int(grade[place]))
    return outcomes._replace(grade=grade)


def _best(scheme: Scheme, found: Standing) -> NDArray[np.bool_]:
    """Of each grade whether it is one of those with seats; the last is no grade at all."""
    codes = {grade.code for grade in scheme.grades if grade.candidate}
    return np.array([*(code in codes for code in found.grades), False])


def _by_unit(found: Standing, meant: NDArray[np.bool_]) -> dict[int, list[int]]:
    units: dict[int, list[int]] = {}
    places = np.flatnonzero(meant)
    for unit, place in zip(found.unit[places].tolist(), places.tolist(), strict=True):
        units.setdefault(unit, []).append(place)
    return units


def _candidate(found: Standing, outcomes: Outcomes, place: int) -> Candidate:
    columns = outcomes.total, outcomes.ledger, outcomes.deductions
    whole, ledger, deductions = (int(one[place]) for one in columns)
    return Candidate(str(found.member[place]), whole, ledger, found.appraisal(place) or 0, deductions)


def _next(scheme: Scheme, grade: int) -> int:
    """The first grade without seats, from one on; as the version's own grades come first, their places are its own."""
    return next((place for place in range(grade, len(scheme.grades)) if not scheme.grades[place].candidate), grade)


def _summed(
    version: Published, year: int, period: Code, found: Standing, outcomes: Outcomes, titles: Mapping[Code, str]
) -> WhatIf:
    smallest, members = smallest_group(version), found.members
    if members < smallest:
        return _too_few(version, year, period, members)
    effect = _effects(version.scheme, found, outcomes)
    better, worse = int((effect > 0).sum()), int((effect < 0).sum())
    return WhatIf(
        version=version.version,
        digest=version.digest,
        year=year,
        period=period,
        members=members,
        changed=better + worse,
        better=better,
        worse=worse,
        mean_before=int(found.total.sum()) // members,
        mean_after=int(outcomes.total.sum()) // members,
        branches=tuple(_branches(found, effect, smallest, titles)),
        crossings=tuple(_crossings(found, outcomes)),
        unmapped=tuple(UnmappedItem(item=item, members=number) for item, number in sorted(outcomes.unmapped.items())),
        uncountable=outcomes.uncountable,
    )


def _crossings(found: Standing, outcomes: Outcomes) -> list[Crossing]:
    grades = found.grades
    crossed = (found.grade != outcomes.grade) & (found.grade != NONE) & (outcomes.grade != NONE)
    befores: list[int] = found.grade[crossed].tolist()
    afters: list[int] = outcomes.grade[crossed].tolist()
    ends = Counter(zip(befores, afters, strict=True))
    named = {(grades[before], grades[after]): number for (before, after), number in ends.items()}
    return [Crossing(before=before, after=after, members=number) for (before, after), number in sorted(named.items())]


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


def _branches(found: Standing, effect: Numbers, smallest: int, titles: Mapping[Code, str]) -> Iterator[BranchChange]:
    """By organisation; those below the smallest group together, with the smallest of the others if need be.

    Left out, they would be what the whole has more than the organisations shown.
    """
    members, better, worse = (
        dict(zip(found.units, np.bincount(found.unit[meant], minlength=len(found.units)).tolist(), strict=True))
        for meant in (effect == effect, effect > 0, effect < 0)
    )
    shown = [unit for unit in found.units if members[unit] >= smallest]
    others = [unit for unit in found.units if members[unit] < smallest]
    while 0 < sum(members[unit] for unit in others) < smallest and shown:
        least = min(shown, key=lambda unit: (members[unit], unit))
        shown.remove(least)
        others.append(least)
    groups: list[tuple[Code | None, list[Code]]] = [*((unit, [unit]) for unit in shown)]
    for unit, units in [*groups, (None, others)] if others else groups:
        yield BranchChange(
            unit=unit,
            title="" if unit is None else titles[unit],
            members=sum(members[one] for one in units),
            better=sum(better[one] for one in units),
            worse=sum(worse[one] for one in units),
        )


def _effects(scheme: Scheme, found: Standing, outcomes: Outcomes) -> Numbers:
    """1 better, -1 worse, 0 the same, by grade and total; what is no grade of the version is below all of them."""
    known = len(scheme.grades)
    before, after = (np.where((one == NONE) | (one >= known), known, one) for one in (found.grade, outcomes.grade))
    worse = (outcomes.total < found.total) | (after > before)
    better = (outcomes.total > found.total) | (after < before)
    return np.where(worse, -1, better.astype(np.int64))
