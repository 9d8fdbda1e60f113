"""所给 — what members' years are scored from, read for many of them at once, and in one trip."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple

import msgspec

from domain.assessment.presence import Away, Stay
from domain.assessment.tariff import Tariff
from domain.rules.refinement import LocalItem
from projections.local_items import ask_schemes, items_of
from projections.merits import MeritInput, ask_merits, merits_in
from projections.periods import NOTHING, Lists, ProfileSince, Seat, Subject, lists_of, reaching
from projections.rows import Connection, Cursor, array
from projections.rules import Published, ask_versions, versions_in
from projections.sayings import Said, Sayings, ask_said, said_in

_ABOUT: Final = """
SELECT 'stay' AS what, e.member, e.enrolment AS number, u.scheme AS said, e.from_on, e.until_on, false,
       u.path
FROM enrolments AS e JOIN units AS u ON u.code = e.unit WHERE e.member = ANY(%(members)s::int[])
UNION ALL
SELECT 'away', a.member, a.absence, NULL, a.from_on, a.until_on, a.exempt, NULL
FROM absences AS a WHERE a.member = ANY(%(members)s::int[])
UNION ALL
SELECT 'profile', p.member, p.assigned, p.profile, p.from_on, NULL, false, NULL
FROM profiles AS p WHERE p.member = ANY(%(members)s::int[])
ORDER BY 2, 3
"""
"""Where members were, when they were away, and in which class: in one trip, since a trip takes longer than the rest."""
_TOTALS: Final = """
SELECT r.member, r.year, r.period, r.determined_total
FROM results AS r WHERE r.member = ANY(%(members)s::int[]) AND r.determined_total IS NOT NULL
"""


class _About(NamedTuple):
    """One row of ``_ABOUT``, without whom it is about."""

    what: str
    said: str
    from_on: date
    until_on: date | None
    exempt: bool
    path: tuple[str, ...]


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
    known, span = {"members": array(members)}, range(min(years), max(years) + 1)
    with connection.pipeline():
        about = connection.execute(_ABOUT, known)
        published = ask_versions(connection)
        asked = ask_said(connection, pairs)
        merits = ask_merits(connection, members, span)
        refined = ask_schemes(connection)
    versions = versions_in(connection, published)
    tariffs = [*(one.tariff for every in versions.values() for one in every), *([supposed] if supposed else [])]
    carries = any(one.carried[0] for one in tariffs)
    totals = _totals(connection.execute(_TOTALS, known)) if carries else {}
    local = {scheme: items_of(connection, scheme) for (scheme,) in refined.fetchall()}
    whose = _subjects(about, versions, local, totals)
    sayings, lists = said_in(asked, pairs), merits_in(merits, span)
    return [
        Given(*pair, whose[pair[0]], _lists(whose[pair[0]], pair[1], lists.get(pair)), sayings, place)
        for place, pair in enumerate(pairs)
    ]


def _lists(subject: Subject, year: int, merits: Sequence[MeritInput] | None) -> Lists:
    found = reaching(subject, year, merits) if merits else ()
    return lists_of(found) if found else NOTHING


def _totals(cursor: Cursor) -> dict[int, dict[tuple[int, str], int]]:
    found: dict[int, dict[tuple[int, str], int]] = {}
    for member, year, period, total in cursor.fetchall():
        found.setdefault(member, {})[year, period] = total
    return found


def _subjects(
    cursor: Cursor,
    versions: Mapping[str, tuple[Published, ...]],
    local: Mapping[str, tuple[LocalItem, ...]],
    totals: Mapping[int, Mapping[tuple[int, str], int]],
) -> dict[int, Subject]:
    """Presence over all organisations; the rule sets are those of the scheme of the last one.

    Most people of a branch entered on one day: of whom the same is known, there is one subject.
    """
    about: dict[int, list[_About]] = {}
    for what, member, _, said, from_on, until_on, exempt, path in cursor.fetchall():
        own = tuple(path) if path and local else ()
        about.setdefault(member, []).append(_About(what, said, from_on, until_on, exempt, own))
    alike: dict[tuple[_About, ...], Subject | None] = {}
    found: dict[int, Subject] = {}
    for member, every in about.items():
        key = tuple(every)
        if key not in alike:
            alike[key] = _subject(key, versions, local)
        subject = alike[key]
        if subject is not None:
            own_totals = totals.get(member)
            found[member] = subject if own_totals is None else msgspec.structs.replace(subject, totals=own_totals)
    return found


def _subject(
    about: Sequence[_About],
    versions: Mapping[str, tuple[Published, ...]],
    local: Mapping[str, tuple[LocalItem, ...]],
) -> Subject | None:
    """None of whom nothing is known but when he was away."""
    stays = [one for one in about if one.what == "stay"]
    if not stays:
        return None
    scheme = stays[-1].said
    refined = local.get(scheme, ())
    return Subject(
        stays=tuple(Stay(one.from_on, one.until_on) for one in stays),
        versions=versions.get(scheme, ()),
        local=refined,
        seats=tuple(Seat(from_on=one.from_on, path=one.path) for one in stays) if refined else (),
        away=tuple(Away(one.from_on, one.until_on, one.exempt) for one in about if one.what == "away"),
        profiles=tuple(ProfileSince(profile=one.said, from_on=one.from_on) for one in about if one.what == "profile"),
    )
