"""积分 — each member's stored scores of a year: its halves and the whole, what is confirmed and what is pending.

A stored score is what the one scoring function gives for the record rows under the rule set in force; it is made
again for whoever a batch of facts touches. Points in hundredths.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final, LiteralString

import msgspec

from domain.assessment.presence import Away, Stay
from domain.values import Code, MemberId
from projections.alike import Alike
from projections.answers import Answer, AsyncConnection, ask, instead
from projections.inputs import inputs_of, subject_of
from projections.local_items import items_of
from projections.merits import merits_of
from projections.periods import SCORES, PeriodScore, ProfileSince, Seat, Subject, lists_of, reaching, scored
from projections.records import item_names, said_of
from projections.rows import Connection, copied
from projections.rules import published_versions

DDL: Final[LiteralString] = """
CREATE TABLE scores (
    member integer NOT NULL,
    year integer NOT NULL,
    period text NOT NULL,
    begins_on date NOT NULL,
    ends_on date NOT NULL,
    rules text NOT NULL,
    digest text NOT NULL,
    months_present integer NOT NULL,
    maximum integer NOT NULL,
    base integer NOT NULL,
    honours integer NOT NULL,
    deductions integer NOT NULL,
    ledger integer NOT NULL,
    pending_base integer NOT NULL,
    pending_honours integer NOT NULL,
    pending_deductions integer NOT NULL,
    pending_ledger integer NOT NULL,
    categories json NOT NULL,
    PRIMARY KEY (member, year, period)
);
"""


class MemberScore(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a branch's list."""

    member: MemberId
    score: PeriodScore


SUBJECTS: Final = """
SELECT e.member, u.scheme, e.from_on, e.until_on, u.path
FROM enrolments AS e JOIN units AS u ON u.code = e.unit
WHERE e.member = ANY(%(members)s) ORDER BY e.member, e.enrolment
"""
AWAY: Final = """
SELECT a.member, a.from_on, a.until_on, a.exempt
FROM absences AS a WHERE a.member = ANY(%(members)s) ORDER BY a.member, a.absence
"""
_STORE: Final = """
INSERT INTO scores
SELECT * FROM json_populate_recordset(NULL::scores, %(rows)s)
ON CONFLICT (member, year, period) DO UPDATE SET
    begins_on = EXCLUDED.begins_on, ends_on = EXCLUDED.ends_on, rules = EXCLUDED.rules, digest = EXCLUDED.digest,
    months_present = EXCLUDED.months_present, maximum = EXCLUDED.maximum, base = EXCLUDED.base,
    honours = EXCLUDED.honours, deductions = EXCLUDED.deductions, ledger = EXCLUDED.ledger,
    pending_base = EXCLUDED.pending_base, pending_honours = EXCLUDED.pending_honours,
    pending_deductions = EXCLUDED.pending_deductions, pending_ledger = EXCLUDED.pending_ledger,
    categories = EXCLUDED.categories
"""
_CLEAR: Final = """
DELETE FROM scores
WHERE member BETWEEN %(first)s AND %(last)s
  AND (member, year) IN (SELECT * FROM unnest(%(members)s::int[], %(years)s::int[]))
"""
_COPY: Final = "COPY scores FROM STDIN"
PROFILES: Final = """
SELECT p.member, p.profile, p.from_on FROM profiles AS p WHERE p.member = ANY(%(members)s) ORDER BY p.assigned
"""
TOTALS: Final = """
SELECT r.member, r.year, r.period, r.determined_total
FROM results AS r WHERE r.member = ANY(%(members)s) AND r.determined_total IS NOT NULL
"""
RANGE: Final = 500
"""Members scored at a time, so that memory stays bounded."""
MANY: Final = 50
"""From so many on their scores are written in bulk."""


def rescore(connection: Connection, touched: Iterable[tuple[int, int]], alike: Alike | None = None) -> None:
    """Make the scores of some (member, year) again from their record rows; raises Uncountable.

    ``alike`` remembers from one call to the next.
    """
    alike = alike or Alike(partial(item_names, connection))
    ordered = sorted(touched)
    for start in range(0, len(ordered), RANGE):
        _rescore(connection, ordered[start : start + RANGE], alike)


def _rescore(connection: Connection, touched: Sequence[tuple[int, int]], alike: Alike) -> None:
    members, years = sorted({member for member, _ in touched}), [year for _, year in touched]
    subjects = subjects_of(connection, members)
    span = range(min(years), max(years) + 1)
    said, merits = said_of(connection, members, span), merits_of(connection, members, span)
    found: list[tuple[int, PeriodScore]] = []
    for member, year in touched:
        own, lists = said.get((member, year), []), reaching(subjects[member], year, merits.get((member, year), ()))
        if not lists:
            periods: Iterable[PeriodScore] = alike.scored(subjects[member], year, own)
        else:
            periods = scored(subjects[member], year, [alike.tally(one) for one in own], lists_of(lists))
        found.extend((member, period) for period in periods)
    (_store if len(touched) < MANY else _replace)(connection, touched, found)


def _store(connection: Connection, _: Sequence[tuple[int, int]], found: Sequence[tuple[int, PeriodScore]]) -> None:
    """In one trip."""
    rows = [{"member": member, **msgspec.structs.asdict(period)} for member, period in found]
    connection.execute(_STORE, {"rows": msgspec.json.encode(rows).decode()})


def _replace(
    connection: Connection, touched: Sequence[tuple[int, int]], found: Sequence[tuple[int, PeriodScore]]
) -> None:
    """In two trips, but with less work for each row; one text serves all who have the same score."""
    members, years = [member for member, _ in touched], [year for _, year in touched]
    connection.execute(_CLEAR, {"members": members, "years": years, "first": members[0], "last": members[-1]})
    texts: dict[int, str] = {}
    with connection.cursor().copy(_COPY) as copy:
        for member, period in found:
            text = texts.get(id(period))
            if text is None:
                text = texts[id(period)] = _text(period)
            copy.write(f"{member}\t{text}\n")


def _text(period: PeriodScore) -> str:
    """A score's columns behind the member, as COPY wants them."""
    *plain, categories = msgspec.structs.astuple(period)
    return "\t".join([*map(copied, plain), copied(msgspec.json.encode(categories).decode())])


def subjects_of(connection: Connection, members: list[int]) -> dict[int, Subject]:
    """Presence over all organisations; the rule sets are those of the scheme of the last one."""
    stays: dict[int, list[Stay]] = {}
    schemes: dict[int, str] = {}
    seats: dict[int, list[Seat]] = {}
    for member, scheme, from_on, until_on, path in connection.execute(SUBJECTS, {"members": members}).fetchall():
        stays.setdefault(member, []).append(Stay(from_on, until_on))
        seats.setdefault(member, []).append(Seat(from_on=from_on, path=tuple(path)))
        schemes[member] = scheme
    away: dict[int, list[Away]] = {}
    for member, from_on, until_on, exempt in connection.execute(AWAY, {"members": members}).fetchall():
        away.setdefault(member, []).append(Away(from_on, until_on, exempt))
    profiles: dict[int, list[ProfileSince]] = {}
    for member, profile, from_on in connection.execute(PROFILES, {"members": members}).fetchall():
        profiles.setdefault(member, []).append(ProfileSince(profile=profile, from_on=from_on))
    totals: dict[int, dict[tuple[int, str], int]] = {}
    for member, year, period, total in connection.execute(TOTALS, {"members": members}).fetchall():
        totals.setdefault(member, {})[year, period] = total
    versions = {scheme: tuple(published_versions(connection, scheme)) for scheme in set(schemes.values())}
    local = {scheme: items_of(connection, scheme) for scheme in versions}
    return {
        member: Subject(
            stays=tuple(own),
            versions=versions[schemes[member]],
            local=local[schemes[member]],
            seats=tuple(seats[member]) if local[schemes[member]] else (),
            away=tuple(away.get(member, ())),
            profiles=tuple(profiles.get(member, ())),
            totals=totals.get(member, {}),
        )
        for member, own in stays.items()
    }


_BRANCH: Final = """
SELECT m.person AS member, (
  SELECT row_to_json(x) FROM (
    SELECT s.year, s.period, s.begins_on, s.ends_on, s.rules, s.digest, s.months_present, s.maximum, s.base, s.honours,
           s.deductions, s.ledger, s.pending_base, s.pending_honours, s.pending_deductions, s.pending_ledger,
           s.categories
  ) AS x) AS score
FROM scores AS s JOIN members AS m ON m.member = s.member
JOIN enrolments AS e ON e.member = s.member
WHERE e.unit = %(unit)s AND s.year = %(year)s AND s.period = %(period)s
  AND (e.until_on IS NULL OR e.until_on >= make_date(s.year, 1, 1))
  AND e.enrolment = (
    SELECT last.enrolment FROM enrolments AS last
    WHERE last.member = s.member AND last.from_on <= s.ends_on ORDER BY last.from_on DESC, last.enrolment DESC LIMIT 1
  )
ORDER BY e.enrolment
"""


async def points_of(connection: AsyncConnection, member: MemberId, year: int) -> Answer[tuple[PeriodScore, ...]]:
    """My points: the halves of a year and the whole (H1, H2, Y). Empty where no rule set is in force yet.

    A year of which the log says nothing yet has no stored score: then it is made on the spot, of no records.
    """
    found = await ask(connection, PeriodScore, SCORES, {"member": member, "year": year}, whose=member)
    if found.value:
        return found
    given = await inputs_of(connection, member, year)
    if given.value is None:
        return found
    subject = await subject_of(connection, given.value)
    lists = lists_of(reaching(subject, year, given.value.merits))
    return instead(given, tuple(scored(subject, year, given.value.tallies, lists)))


async def branch_points(
    connection: AsyncConnection, unit: Code, year: int, period: str = "Y"
) -> Answer[tuple[MemberScore, ...]]:
    """Everybody with his score of one period whose last organisation of the period it is, in enrolment order."""
    known: dict[str, object] = {"unit": unit, "year": year, "period": period}
    return await ask(connection, MemberScore, _BRANCH, known, where=unit)
