"""积分 — each member's stored scores of a year: its halves and the whole, what is confirmed and what is pending.

A stored score is what the one scoring function gives for the record rows under the rule set in force; it is made
again for whoever a batch of facts touches. Points in hundredths.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Final, LiteralString, TypeAlias

import msgspec

from domain.values import Code, MemberId
from projections.alike import Alike
from projections.answers import Answer, AsyncConnection, ask, ask_one, instead
from projections.figures import YearScores
from projections.given import Given, read
from projections.inputs import inputs_of, subject_of
from projections.periods import SCORES, PeriodScore, lists_of, reaching, scored
from projections.records import item_names
from projections.rows import Connection, arrays

DDL: Final[LiteralString] = """
CREATE TABLE scores (
    member integer NOT NULL,
    year integer NOT NULL,
    scores text NOT NULL,
    PRIMARY KEY (member, year)
) WITH (fillfactor = 45);
"""
"""Half of each page is left empty: so a new version of a row finds room beside the old one, and no index changes.

Text, since it is JSON that nobody looks into by SQL, and reading it over would cost more than writing it.
"""


class MemberScore(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a branch's list."""

    member: MemberId
    score: PeriodScore


_STORE: Final = """
INSERT INTO scores
SELECT * FROM unnest(%(members)s::int[], %(years)s::int[], string_to_array(%(texts)s, chr(10)))
ON CONFLICT (member, year) DO UPDATE SET scores = EXCLUDED.scores
"""
RANGE: Final = 1_000
"""Members scored at a time, so that memory stays bounded."""


def rescore(connection: Connection, touched: Iterable[tuple[int, int]], alike: Alike | None = None) -> None:
    """Make the scores of some (member, year) again from their record rows; raises Uncountable.

    ``alike`` remembers from one call to the next.
    """
    alike = alike or Alike(partial(item_names, connection))
    ordered = sorted(touched)
    for start in range(0, len(ordered), RANGE):
        _rescore(connection, ordered[start : start + RANGE], alike)


def _rescore(connection: Connection, pairs: Sequence[tuple[int, int]], alike: Alike) -> None:
    store(connection, texts_of(read(connection, pairs), alike))


Found: TypeAlias = tuple[int, int, str]
"""Member, year, and the scores as a row keeps them."""


def texts_of(given: Sequence[Given], alike: Alike) -> list[Found]:
    """The scores of some members' years; raises Uncountable."""
    return [(one.member, one.year, text) for one, text in zip(given, alike.texts(given), strict=True)]


def store(connection: Connection, found: Sequence[Found]) -> None:
    """In the place of what stood there, in one trip."""
    members, years = arrays((member, year) for member, year, _ in found)
    texts = "\n".join([text for _, _, text in found])
    connection.execute(_STORE, {"members": members, "years": years, "texts": texts})


_BRANCH: Final = """
SELECT m.person AS member, s.year, s.scores::json AS scores,
       (SELECT json_agg(json_build_array(own.from_on, own.enrolment = e.enrolment)
                        ORDER BY own.from_on, own.enrolment)
        FROM enrolments AS own WHERE own.member = s.member) AS seats
FROM scores AS s JOIN members AS m ON m.member = s.member
JOIN enrolments AS e ON e.member = s.member
WHERE e.unit = %(unit)s AND s.year = %(year)s
  AND (e.until_on IS NULL OR e.until_on >= make_date(s.year, 1, 1))
ORDER BY e.enrolment
"""


class _MemberYear(YearScores, frozen=True, kw_only=True):
    member: MemberId
    seats: tuple[tuple[date, bool], ...]
    """From which day on he was where, and whether that is the stay of this row."""

    def score(self, period: str) -> PeriodScore | None:
        """The score of a period at whose end this was where he belonged."""
        found = next((one for one in self.periods if one.period == period), None)
        if found is None:
            return None
        here = [own for from_on, own in self.seats if from_on <= found.ends_on]
        return found if here and here[-1] else None


async def points_of(connection: AsyncConnection, member: MemberId, year: int) -> Answer[tuple[PeriodScore, ...]]:
    """My points: the halves of a year and the whole (H1, H2, Y). Empty where no rule set is in force yet.

    A year of which the log says nothing yet has no stored score: then it is made on the spot, of no records.
    """
    found = await ask_one(connection, YearScores, SCORES, {"member": member, "year": year}, whose=member)
    if found.value is not None:
        return instead(found, found.value.periods)
    given = await inputs_of(connection, member, year)
    if given.value is None:
        return instead(given, ())
    subject = await subject_of(connection, given.value)
    lists = lists_of(reaching(subject, year, given.value.merits))
    return instead(given, tuple(scored(subject, year, given.value.tallies, lists)))


async def branch_points(
    connection: AsyncConnection, unit: Code, year: int, period: str = "Y"
) -> Answer[tuple[MemberScore, ...]]:
    """Everybody with his score of one period whose last organisation of the period it is, in enrolment order."""
    found = await ask(connection, _MemberYear, _BRANCH, {"unit": unit, "year": year}, where=unit)
    own = [(row.member, score) for row in found.value if (score := row.score(period)) is not None]
    return instead(found, tuple(MemberScore(member=member, score=score) for member, score in own))
