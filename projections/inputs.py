"""计分依据 — all that one member's year is scored from, read in one statement."""

from datetime import date
from typing import Final

import msgspec

from domain.assessment.presence import Away, Stay
from domain.assessment.rows import ResponsibilityRow, Tally, tally
from domain.values import Code, MemberId, RecordId
from projections.answers import Answer, AsyncConnection, ask_one
from projections.assessments import RESULTS_OF_MEMBER, ResultState
from projections.figures import YearScores
from projections.local_items import ITEMS_OF_MEMBER, LocalInput
from projections.merits import COLUMNS, STANDING, MeritInput
from projections.past_years import RESULTS as PAST_RESULTS
from projections.past_years import PastResultState
from projections.periods import SCORES, ProfileSince, Seat, Subject
from projections.records import NUMBERS, WORDS
from projections.rules import loaded_version


class RecordInput(msgspec.Struct, frozen=True, kw_only=True):
    """One record as it is scored and shown."""

    id: RecordId
    item: Code
    rules: Code
    number: int
    """Of the outcome, in ``records.WORDS``."""
    quantity: int
    day: date
    position: int
    confirmed: int | None
    replaced: int | None
    matter: Code
    title: str
    level: Code | None = None
    """Of a shortfall, or of an item that has levels: what it says."""
    condition: Code | None = None
    held: bool = False
    """Whether an objection holds it back now."""

    @property
    def says(self) -> tuple[Code | None, ...]:
        """Which level and condition."""
        return self.level, self.condition

    @property
    def counted(self) -> ResponsibilityRow:
        """As the scoring counts it."""
        return ResponsibilityRow(
            record=self.id,
            item=self.item,
            outcome=self.level or WORDS[self.number],
            counted_on=self.day,
            position=self.position,
            rules=self.rules,
            quantity=self.quantity,
            condition=self.condition,
            confirmed=self.confirmed is not None,
            replaced=self.replaced is not None,
        )


class StayInput(msgspec.Struct, frozen=True, kw_only=True):
    """One enrolment."""

    scheme: Code
    from_on: date
    until_on: date | None
    path: tuple[Code, ...] = ()
    """The organisation and those above it."""


class AwayInput(msgspec.Struct, frozen=True, kw_only=True):
    """One leave or exemption."""

    from_on: date
    until_on: date | None
    exempt: bool


class VersionInput(msgspec.Struct, frozen=True, kw_only=True):
    """One published rule set."""

    version: Code
    digest: str
    effective_on: date


class TotalInput(msgspec.Struct, frozen=True, kw_only=True):
    """One determined total, in hundredths."""

    year: int
    period: Code
    total: int


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """All that one member's year is scored from, read in one statement."""

    stays: tuple[StayInput, ...]
    away: tuple[AwayInput, ...]
    versions: tuple[VersionInput, ...]
    profiles: tuple[ProfileSince, ...]
    totals: tuple[TotalInput, ...]
    records: tuple[RecordInput, ...]
    """Those that sheets brought."""
    merits: tuple[MeritInput, ...]
    """Honours, deductions, shortfalls, vetoes; of the years before those that may last."""
    scores: tuple[YearScores, ...]
    """What is stored of the year, as it was scored last: one row, or none."""
    results: tuple[ResultState, ...]
    """Of every period that was ever computed."""
    local: tuple[LocalInput, ...] = ()
    """What any unit has below these rule sets."""
    past: tuple[PastResultState, ...] = ()
    """What papers say of the periods before the log."""

    @property
    def tallies(self) -> list[Tally]:
        """The records of sheets, counted."""
        return tally(record.counted for record in self.records)

    @property
    def lines(self) -> tuple[RecordInput, ...]:
        """The records of sheets and the shortfalls: all that stands behind the lines of responsibility items."""
        shortfalls = (m for m in self.merits if m.kind == "shortfall" and m.status in STANDING)
        return (*self.records, *(_line_of(merit) for merit in shortfalls))


def _line_of(merit: MeritInput) -> RecordInput:
    return RecordInput(
        id=merit.id,
        item=merit.item,
        rules=merit.rules,
        number=NUMBERS["fallen-short"],
        quantity=100,
        day=merit.day,
        position=merit.position,
        confirmed=merit.confirmed,
        replaced=merit.replaced,
        matter=merit.matter,
        title=merit.matter,
        level=merit.level,
        held=merit.held,
    )


_INPUTS: Final = "".join(
    (
        """
SELECT
  (SELECT COALESCE(json_agg(json_build_object('scheme', u.scheme, 'from_on', e.from_on, 'until_on', e.until_on,
                                              'path', u.path) ORDER BY e.enrolment), '[]')
   FROM enrolments AS e JOIN units AS u ON u.code = e.unit WHERE e.member = m.member) AS stays,
  (SELECT COALESCE(json_agg(json_build_object('from_on', a.from_on, 'until_on', a.until_on, 'exempt', a.exempt)
                            ORDER BY a.absence), '[]')
   FROM absences AS a WHERE a.member = m.member) AS away,
  (SELECT COALESCE(json_agg(json_build_object('version', s.version, 'digest', s.digest,
                                              'effective_on', s.effective_on) ORDER BY s.effective_on), '[]')
   FROM rule_sets AS s
   WHERE s.status = 'published' AND s.scheme = (
     SELECT u.scheme FROM enrolments AS e JOIN units AS u ON u.code = e.unit
     WHERE e.member = m.member ORDER BY e.enrolment DESC LIMIT 1)) AS versions,
  (SELECT COALESCE(json_agg(json_build_object('profile', p.profile, 'from_on', p.from_on) ORDER BY p.assigned), '[]')
   FROM profiles AS p WHERE p.member = m.member) AS profiles,
  (SELECT COALESCE(json_agg(json_build_object('year', t.year, 'period', t.period, 'total', t.determined_total)), '[]')
   FROM results AS t WHERE t.member = m.member AND t.determined_total IS NOT NULL) AS totals,
  (SELECT COALESCE(json_agg(json_build_object(
            'id', r.id, 'item', p.code, 'rules', s.version, 'number', r.outcome, 'quantity', r.quantity, 'day', r.day,
            'position', r.record, 'confirmed', r.confirmed, 'replaced', r.replaced, 'matter', x.code, 'title', x.title,
            'level', r.level, 'condition', r.condition,
            'held', r.id IN (SELECT o.record FROM objections AS o WHERE o.subject = %(member)s
                             AND o.suspended IS NOT NULL AND o.cleared IS NULL AND o.corrected IS NULL)
          ) ORDER BY r.day, r.record), '[]')
   FROM records AS r JOIN rule_parts AS p ON p.part = r.item JOIN rule_sets AS s USING (rule_set)
   JOIN matters AS x ON x.matter = r.matter
   WHERE r.member = m.member AND r.reversed IS NULL AND (%(lines)s OR EXISTS (
       SELECT FROM merits AS h WHERE h.member = m.member AND h.kind IN ('honour', 'deduction')
         AND (h.day >= make_date(%(year)s, 1, 1) OR h.kind = 'deduction')
         AND h.day <= make_date(%(year)s, 12, 31)))
     AND r.day BETWEEN make_date(%(year)s, 1, 1) AND make_date(%(year)s, 12, 31)) AS records,
  (SELECT COALESCE(json_agg(row_to_json(y) ORDER BY y.day, y.position), '[]') FROM (SELECT""",
        COLUMNS,
        """FROM merits AS x LEFT JOIN cases AS c ON c.opened = x.opened
   WHERE x.member = m.member AND x.day <= make_date(%(year)s, 12, 31)
     AND (x.day >= make_date(%(year)s, 1, 1) OR x.kind IN ('deduction', 'veto'))) AS y
  ) AS merits,
  (SELECT COALESCE(json_agg(row_to_json(z)), '[]') FROM (""",
        SCORES,
        """) AS z) AS scores,
  (SELECT COALESCE(json_agg(row_to_json(w)), '[]') FROM (""",
        RESULTS_OF_MEMBER,
        """) AS w) AS results,
  (SELECT COALESCE(json_agg(row_to_json(v)), '[]') FROM (""",
        ITEMS_OF_MEMBER,
        """) AS v) AS local,
  (SELECT COALESCE(json_agg(row_to_json(q)), '[]') FROM (""",
        PAST_RESULTS,
        """) AS q) AS past
FROM members AS m WHERE m.person = %(member)s
""",
    )
)


async def inputs_of(
    connection: AsyncConnection, member: MemberId, year: int, *, lines: bool = True
) -> Answer[Inputs | None]:
    """A member's records of a year, his presence, the published rule sets, his scores; None for an unknown member.

    Without ``lines`` the records of sheets are left out where no honour and no deduction stands beside them.
    """
    known: dict[str, object] = {"member": member, "year": year, "lines": lines, "until": None}
    return await ask_one(connection, Inputs, _INPUTS, known, whose=member)


async def subject_of(connection: AsyncConnection, given: Inputs) -> Subject:
    """Whom the inputs are about, with the documents of the rule sets."""
    loaded = [await loaded_version(connection, v.version, v.digest, v.effective_on) for v in given.versions]
    stays = tuple(Stay(stay.from_on, stay.until_on) for stay in given.stays)
    away = tuple(Away(one.from_on, one.until_on, one.exempt) for one in given.away)
    local = tuple(one.item for one in given.local)
    seats = (Seat(from_on=stay.from_on, path=stay.path) for stay in given.stays)
    return Subject(
        stays=stays,
        versions=tuple(loaded),
        local=local,
        seats=tuple(seats) if local else (),
        away=away,
        profiles=given.profiles,
        totals={(one.year, one.period): one.total for one in given.totals},
    )
