"""积分记录 — one narrow row per record, counted for the scoring, and the chain behind one record.

A row says what happened, never what it is worth: a rule change replays nothing. Keys are positions, so a row names
the places in the log of its member, item, matter, sheet and notice as well as its own.
"""

from datetime import date, datetime
from typing import Final, LiteralString, TypeAlias
from uuid import UUID

import msgspec

from domain.assessment.rows import OUTCOMES, Uncountable
from domain.recording.archive import PointsConfirmed, PointsRecorded, RecordReplaced, RecordReversed
from domain.values import Code, MemberId, NoticeId, RecordId, Sha256
from projections.answers import Answer, AsyncConnection, ask_one
from projections.applying import Applied, Handlers
from projections.chains import MERIT_CHAIN, SHEET_CHAIN
from projections.matters import Evidence
from projections.merits import MeritRow, give_back, in_place, take_over, taken, touch
from projections.reading import hundredths_of
from projections.rows import Connection, Row
from projections.sheets import Approval

DDL: Final[LiteralString] = """
CREATE TABLE records (
    record integer PRIMARY KEY,
    id uuid NOT NULL,
    member integer NOT NULL,
    unit integer NOT NULL,
    item integer NOT NULL,
    matter integer NOT NULL,
    sheet integer NOT NULL,
    day date NOT NULL,
    outcome smallint NOT NULL,
    quantity integer NOT NULL,
    late boolean NOT NULL,
    entitled smallint NOT NULL,
    present smallint NOT NULL,
    in_favour smallint NOT NULL,
    notice integer,
    confirmed integer,
    replaced integer,
    reversed integer,
    objection uuid,
    level text,
    condition text,
    said bigint NOT NULL GENERATED ALWAYS AS (
        CASE WHEN reversed IS NULL THEN
            quantity | (outcome::bigint << 31) | ((confirmed IS NULL)::int::bigint << 39)
            | ((replaced IS NOT NULL)::int::bigint << 40)
            | ((level IS NOT NULL OR condition IS NOT NULL)::int::bigint << 41)
            | ((day - DATE '1900-01-01')::bigint << 42)
        ELSE -1 END) STORED
);
CREATE UNIQUE INDEX records_by_id ON records (id);
CREATE INDEX records_of_member ON records (member, day) INCLUDE (item, said, level, condition);
"""
INDEXES: Final[LiteralString] = """
CREATE INDEX records_of_sheet ON records (sheet);
"""
"""For readers alone: a rebuild makes them when every row is there, in a third of the time."""

WORDS: Final[tuple[str, ...]] = (
    "attended",
    "absent",
    "excused",
    "done",
    "not-done",
    "withdrawn",
    "earned",
    "fallen-short",
)
"""Outcomes by their number in the narrow row; only ever appended to."""
NUMBERS: Final = {word: number for number, word in enumerate(WORDS)}


class RecordRow(Row, kw_only=True):
    """One record; all keys but ``id`` are positions in the log."""

    table = "records"
    record: int
    id: UUID
    member: int
    unit: int
    item: int
    matter: int
    sheet: int
    day: date
    outcome: int
    quantity: int
    late: bool
    entitled: int
    present: int
    in_favour: int
    notice: int | None = None
    confirmed: int | None = None
    replaced: int | None = None
    """The confirmed deduction that took the matter over."""
    reversed: int | None = None
    objection: UUID | None = None
    """After which it took another's place."""
    level: str | None = None
    """Where the item has levels: the outcome that is counted."""
    condition: str | None = None


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Where the facts behind one record stand in the log: each can be proved."""

    clause: int
    planned: int | None
    held: int | None
    opened: int | None
    line: int | None
    submitted: int | None
    approved: int | None
    recorded: int
    drafted: int | None
    noticed: int | None
    """The record's own line of the notice."""
    posted: int | None
    closed: int | None
    confirmed: int | None
    reversed: int | None = None


class Clause(msgspec.Struct, frozen=True, kw_only=True):
    """The item of the rule set under which the record counts."""

    scheme: Code
    version: Code
    digest: Sha256
    item: Code
    zh: str
    en: str
    category: str
    """Empty for a veto, which belongs to none."""
    mode: str
    clause: str


class NoticeOfRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The public notice that showed the record."""

    notice: NoticeId
    status: str
    posted_on: date | None
    ends_on: date | None
    closed_at: datetime | None


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """One of the facts that led to a record which no sheet brought."""

    type: str
    position: int


class RecordChain(msgspec.Struct, frozen=True, kw_only=True):
    """Everything behind one record: what, who, why, under which clause, and where each fact stands."""

    record: RecordId
    member: MemberId
    unit: Code
    unit_title: str
    matter: Code
    title: str
    occurred_on: date
    outcome: str
    quantity: int
    late: bool
    state: str
    """pending, suspended, confirmed or reversed."""
    corrected_by: str | None = None
    """The receipt of the objection after which it took another's place."""
    replaces: RecordId | None = None
    replaced_by: RecordId | None = None
    entered_by: MemberId
    submitted_by: MemberId | None
    entitled: int
    """The vote on this very line."""
    present: int
    in_favour: int
    clause: Clause
    evidence: tuple[Evidence, ...]
    approval: Approval
    notice: NoticeOfRecord | None
    places: Places
    kind: str = "responsibility"
    level: Code | None = None
    level_zh: str | None = None
    level_en: str | None = None
    points: int | None = None
    """What the level gives or takes by itself, in hundredths."""
    condition: Code | None = None
    condition_zh: str | None = None
    condition_en: str | None = None
    share: Code | None = None
    """The place in the group whose result it is."""
    share_zh: str | None = None
    share_en: str | None = None
    counted_on: date | None = None
    """The day that counts, where it is another than that of the act."""
    case: UUID | None = None
    """The claim or the proposal from which it came."""
    behind: tuple[Behind, ...] = ()


def _recorded(this: Applied, fact: PointsRecorded) -> None:
    _insert(this, fact, late=fact.late, vote=(fact.entitled, fact.present, fact.in_favour))


def _replaced(this: Applied, fact: RecordReplaced) -> None:
    """No body voted on it: it stands by the decision of the objection."""
    if fact.kind != "responsibility":
        in_place(this, fact)
        return
    _insert(this, fact, late=False, vote=(0, 0, 0), objection=fact.objection)


def _insert(
    this: Applied,
    fact: PointsRecorded | RecordReplaced,
    *,
    late: bool,
    vote: tuple[int, int, int],
    objection: UUID | None = None,
) -> None:
    member = this.keys.member(fact.member)
    unit, matter, item, mode, sheet = this.keys.place(fact.unit, fact.matter, fact.rules, fact.item)
    day = fact.occurred_on
    if fact.outcome not in OUTCOMES[mode]:
        raise Uncountable(f"{fact.rules}: {fact.item} {fact.outcome}")
    this.keys.records[fact.record.int] = this.position, member, day.year
    this.batch.touched.add((member, day.year))
    this.batch.insert(
        RecordRow(
            record=this.position,
            id=fact.record,
            member=member,
            unit=unit,
            item=item,
            matter=matter,
            sheet=sheet,
            day=day,
            outcome=NUMBERS[fact.outcome],
            quantity=hundredths_of(fact.quantity),
            late=late,
            entitled=vote[0],
            present=vote[1],
            in_favour=vote[2],
            objection=objection,
            replaced=_taken(this, member, fact),
            level=fact.level,
            condition=fact.condition,
        )
    )


def _taken(this: Applied, member: int, fact: PointsRecorded | RecordReplaced) -> int | None:
    """The confirmed deduction that took this matter over before it was recorded."""
    known = taken(this)
    return known.get((member, fact.unit, fact.matter, fact.item)) if known else None


def _confirmed(this: Applied, fact: PointsConfirmed) -> None:
    record, member, year = this.keys.record(fact.record)
    notice = this.keys.notice(fact.notice)
    # Most records are confirmed before they are written, and no fact comes more often.
    pending = this.batch.pending(RecordRow, record)
    if pending is not None:
        pending.notice, pending.confirmed = notice, this.position
        this.batch.settle(RecordRow, record)
        return
    kind = this.keys.kind(fact.record)
    touch(this, member, year, kind)
    if kind == "responsibility":
        this.batch.change(RecordRow, record, notice=notice, confirmed=this.position)
        return
    this.batch.change(MeritRow, record, notice=notice, confirmed=this.position, status="confirmed")
    if kind == "deduction":
        take_over(this, record)


def _reversed(this: Applied, fact: RecordReversed) -> None:
    record, member, year = this.keys.record(fact.record)
    touch(this, member, year, this.keys.kind(fact.record))
    if this.keys.kind(fact.record) == "responsibility":
        this.batch.change(RecordRow, record, reversed=this.position)
        return
    this.batch.change(MeritRow, record, status="reversed")
    give_back(this, record)


HANDLERS: Final[Handlers] = {
    PointsRecorded: _recorded,
    PointsConfirmed: _confirmed,
    RecordReversed: _reversed,
    RecordReplaced: _replaced,
}

ITEMS: Final = """
SELECT p.part, s.version, p.code FROM rule_parts AS p JOIN rule_sets AS s USING (rule_set)
WHERE p.section = 'responsibility'
"""

ItemNames: TypeAlias = dict[int, tuple[str, str]]
"""Item key → (version of the rule set, code)."""


def item_names(connection: Connection) -> ItemNames:
    """Every responsibility item of every version."""
    return {part: (version, code) for part, version, code in connection.execute(ITEMS)}


_YEARS: Final = """
SELECT m.member, EXTRACT(YEAR FROM r.day)::int FROM records AS r JOIN members AS m USING (member)
WHERE m.person = %(person)s
UNION SELECT m.member, EXTRACT(YEAR FROM x.day)::int FROM merits AS x JOIN members AS m USING (member)
WHERE m.person = %(person)s
"""


def years_of(connection: Connection, person: MemberId) -> set[tuple[int, int]]:
    """(member's key, year) of every year in which a member has a record."""
    return {(member, year) for member, year in connection.execute(_YEARS, {"person": person})}


async def record(
    connection: AsyncConnection, record: RecordId, member: MemberId, until: int | None = None
) -> Answer[RecordChain | None]:
    """One record of a member and everything behind it, down to clause, evidence and the places in the log.

    With ``until`` its notice is the one that showed it at that position; all else is of the present.
    """
    known: dict[str, object] = {"record": record, "until": until}
    found = await ask_one(connection, RecordChain, SHEET_CHAIN, known, whose=member)
    if found.value is None:
        found = await ask_one(connection, RecordChain, MERIT_CHAIN, known, whose=member)
    assert found.value is None or found.value.member == member
    return found


_MADE_IN: Final = """
SELECT s.unit FROM records AS r JOIN sheets AS s ON s.sheet = r.sheet JOIN members AS m ON m.member = r.member
WHERE r.id = %(record)s AND m.person = %(member)s
"""


async def made_in(connection: AsyncConnection, record: RecordId, member: MemberId) -> Code | None:
    """The organisation that made a record of this member: the one of its day, wherever he belongs now."""
    row = await (await connection.execute(_MADE_IN, {"record": record, "member": member})).fetchone()
    return None if row is None else str(row[0])
