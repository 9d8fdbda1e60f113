"""所给 — what members' years are scored from, read for many of them at once, and in one trip."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec

from domain.assessment.presence import Away, Stay
from domain.assessment.tariff import Tariff
from domain.rules.refinement import LocalItem
from projections.local_items import REFINED, items_of
from projections.merits import MERITS, MeritInput, merits_in
from projections.periods import NOTHING, Lists, ProfileSince, Seat, Subject, lists_of, reaching
from projections.rows import Connection, Cursor, array
from projections.rules import PUBLISHED, Published, versions_in
from projections.sayings import SAID, Said, Sayings

_ABOUT: Final = """
SELECT string_agg(concat_ws('|', own.member, own.said, own.paths), chr(10))
FROM (
  SELECT a.member,
         string_agg(concat_ws(' ', a.what, a.said, a.from_on, COALESCE(a.until_on, 'infinity')), ';' ORDER BY a.number)
           AS said,
         string_agg(array_to_string(a.path, ','), ';' ORDER BY a.number) AS paths
  FROM (
    SELECT 'stay' AS what, e.member, e.enrolment AS number, u.scheme AS said, e.from_on, e.until_on, u.path
    FROM enrolments AS e JOIN units AS u ON u.code = e.unit WHERE e.member = ANY(%(members)s::int[])
    UNION ALL
    SELECT CASE WHEN a.exempt THEN 'exempt' ELSE 'away' END, a.member, a.absence, '-', a.from_on, a.until_on, NULL
    FROM absences AS a WHERE a.member = ANY(%(members)s::int[])
    UNION ALL
    SELECT 'profile', p.member, p.assigned, p.profile, p.from_on, NULL, NULL
    FROM profiles AS p WHERE p.member = ANY(%(members)s::int[])
  ) AS a GROUP BY a.member
) AS own
"""
"""Where members were, when they were away, and in which class; and of each stay the unit and those above it.

``12|profile full 2025-12-15 infinity;stay pukou 2025-12-15 infinity|PK,PK-1``
"""
_MANY: Final = "".join(
    (
        "SELECT (",
        *(_ABOUT, ") AS about, (", PUBLISHED, ") AS published, (", REFINED, ") AS refined, ("),
        *(MERITS, ") AS merits, own.numbers, own.words FROM (", SAID, ") AS own"),
    )
)
"""In one statement and one row, since a statement takes longer than the rest of it."""
_ONE: Final = _MANY.replace("= ANY(%(members)s::int[])", "= %(members)s::int")
"""Of one alone, what is asked looks alike to the planner each time, and is planned no more after the fifth."""
_TOTALS: Final = """
SELECT r.member, r.year, r.period, r.determined_total
FROM results AS r WHERE r.member = ANY(%(members)s::int[]) AND r.determined_total IS NOT NULL
"""


class Given(NamedTuple):
    """One member's year: what it is scored from."""

    member: int
    year: int
    subject: Subject
    lists: Lists
    sayings: Sayings
    place: int
    """Among those whose records say what ``sayings`` has."""

    @property
    def said(self) -> list[Said]:
        """What each of his records says."""
        return self.sayings.of(self.place)


def read(connection: Connection, pairs: Sequence[tuple[int, int]], supposed: Tariff | None = None) -> list[Given]:
    """What the years of some members are scored from, in the order of the (member, year)s.

    What only some rule sets look at is read where a published one does, or the ``supposed`` one.
    """
    members, years = sorted({member for member, _ in pairs}), [year for _, year in pairs]
    span = range(min(years), max(years) + 1)
    known: dict[str, object] = {"members": array(members), "from_on": date(span[0], 1, 1)}
    known["until_on"] = date(span[-1], 12, 31)
    if len(members) == 1:
        row = connection.execute(_ONE, {**known, "members": str(members[0])}, binary=True).fetchone()
    else:
        row = connection.execute(_MANY, known, binary=True).fetchone()
    assert row is not None, "all that is given is one row"
    about, published, refined, merits, numbers, words = row
    versions = versions_in(connection, published)
    tariffs = [*(one.tariff for every in versions.values() for one in every), *([supposed] if supposed else [])]
    carries = any(one.carried[0] for one in tariffs)
    totals = _totals(connection.execute(_TOTALS, {"members": array(members)})) if carries else {}
    local = {scheme: items_of(connection, scheme) for scheme in (refined or "").split()}
    whose = _subjects(about, versions, local, totals)
    sayings, lists = Sayings(numbers, words, pairs), merits_in(merits, span)
    own = {pair: _lists(whose[pair[0]], pair[1], merits) for pair, merits in lists.items() if pair[0] in whose}
    return [
        Given(member, year, whose[member], own.get((member, year), NOTHING), sayings, place)
        for place, (member, year) in enumerate(pairs)
    ]


def _lists(subject: Subject, year: int, merits: Sequence[MeritInput]) -> Lists:
    found = reaching(subject, year, merits)
    return lists_of(found) if found else NOTHING


def _totals(cursor: Cursor) -> dict[int, dict[tuple[int, str], int]]:
    found: dict[int, dict[tuple[int, str], int]] = {}
    for member, year, period, total in cursor.fetchall():
        found.setdefault(member, {})[year, period] = total
    return found


def _subjects(
    about: str | None,
    versions: Mapping[str, tuple[Published, ...]],
    local: Mapping[str, tuple[LocalItem, ...]],
    totals: Mapping[int, Mapping[tuple[int, str], int]],
) -> dict[int, Subject]:
    """Presence over all organisations; the rule sets are those of the scheme of the last one.

    Most people of a branch entered on one day: of whom the same is known, there is one subject.
    """
    found: dict[int, Subject] = {}
    alike: dict[str, Subject | None] = {}
    for line in about.split("\n") if about else ():
        member, _, whole = line.partition("|")
        said, _, paths = whole.partition("|")
        key = whole if local else said
        if key not in alike:
            alike[key] = _subject(said, paths, versions, local)
        subject = alike[key]
        if subject is not None:
            found[int(member)] = subject
    for whose, own in totals.items():
        if whose in found:
            found[whose] = msgspec.structs.replace(found[whose], totals=own)
    return found


def _subject(
    said: str,
    paths: str,
    versions: Mapping[str, tuple[Published, ...]],
    local: Mapping[str, tuple[LocalItem, ...]],
) -> Subject | None:
    """None of whom nothing is known but when he was away."""
    about = [one.split(" ") for one in said.split(";")]
    stays = [one for one in about if one[0] == "stay"]
    if not stays:
        return None
    _, scheme, *_ = stays[-1]
    refined = local.get(scheme, ())
    seats = zip(stays, paths.split(";"), strict=True) if refined else ()
    return Subject(
        stays=tuple(Stay(*_days(one)) for one in stays),
        versions=versions.get(scheme, ()),
        local=refined,
        seats=tuple(Seat(from_on=_days(one)[0], path=tuple(path.split(","))) for one, path in seats),
        away=tuple(Away(*_days(one), one[0] == "exempt") for one in about if one[0] in ("away", "exempt")),
        profiles=tuple(ProfileSince(profile=one[1], from_on=_days(one)[0]) for one in about if one[0] == "profile"),
    )


def _days(said: Sequence[str]) -> tuple[date, date | None]:
    """From when, and until when if it has an end."""
    return date.fromisoformat(said[2]), None if said[3] == "infinity" else date.fromisoformat(said[3])
