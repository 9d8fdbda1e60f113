"""荣誉、减分、一票否决的记录 — one row per record that no sheet brought, and how each enters the scoring.

There are few of them, so they stand apart from the narrow rows of ``projections.records``; a shortfall is counted
together with those. A confirmed deduction takes its matter over from the items that its rule set pairs it with.
"""

from datetime import date
from typing import Any, Final, LiteralString, TypeAlias
from uuid import UUID

import msgspec

from domain.assessment.rows import MatterRow, ResponsibilityRow, VetoRow
from domain.recording.archive import (
    DeductionApproved,
    DeductionDismissed,
    HonourAdded,
    RecordReplaced,
    VetoLifted,
    VetoRegistered,
    kind_of,
)
from domain.recording.deduction import deduction_id
from domain.recording.honour import honour_id
from domain.values import Code, MemberId, RecordId, Sha256, day_of
from projections.answers import Answer, AsyncConnection, ask
from projections.applying import Applied, Handlers
from projections.casework import CaseRow
from projections.keys import Taken
from projections.reading import hundredths_of
from projections.restatements import addition_key
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE merits (
    merit integer PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    kind text NOT NULL,
    member integer NOT NULL,
    unit text NOT NULL,
    matter text NOT NULL,
    part integer NOT NULL,
    item text NOT NULL,
    level text,
    rules text NOT NULL,
    occurred_on date NOT NULL,
    day date NOT NULL,
    points integer,
    late boolean NOT NULL,
    entitled integer,
    present integer,
    in_favour integer,
    opened integer,
    status text NOT NULL,
    document_kind text,
    document text,
    issuer text,
    minute text,
    minute_sha256 text,
    notice integer,
    confirmed integer,
    replaced integer,
    lifted integer,
    lifted_on date,
    lifting_document text,
    quantity integer NOT NULL,
    condition text,
    share text
);
CREATE INDEX merits_of_member ON merits (member, day);
CREATE INDEX merits_of_matter ON merits (unit, matter);
"""

STANDING: Final = ("approved", "confirmed", "suspended")
"""The states in which a record counts, or would if it were confirmed."""

LASTING: Final = ("deduction", "veto")
"""Whose effect may last beyond its year."""


class MeritRow(Row, kw_only=True):
    """One record; ``day`` is the one that counts."""

    table = "merits"
    merit: int
    id: UUID
    kind: str
    member: int
    unit: str
    matter: str
    part: int
    item: str
    level: str | None
    rules: str
    occurred_on: date
    day: date
    points: int | None = None
    late: bool = False
    entitled: int | None = None
    present: int | None = None
    in_favour: int | None = None
    opened: int | None = None
    status: str = "approved"
    document_kind: str | None = None
    document: str | None = None
    issuer: str | None = None
    minute: str | None = None
    minute_sha256: str | None = None
    notice: int | None = None
    confirmed: int | None = None
    replaced: int | None = None
    lifted: int | None = None
    lifted_on: date | None = None
    lifting_document: str | None = None
    quantity: int = 100
    condition: str | None = None
    share: str | None = None


Added: TypeAlias = HonourAdded | DeductionApproved | DeductionDismissed | VetoRegistered


def _added(this: Applied, fact: Added) -> None:
    kind = kind_of(fact)
    member = this.keys.member(fact.member)
    row = MeritRow(
        merit=this.position,
        id=fact.record,
        kind=kind,
        member=member,
        unit=fact.unit,
        matter=fact.matter,
        part=this.keys.list_item(this.keys.unit(fact.unit)[1], fact.rules, fact.item),
        item=fact.item,
        level=None if isinstance(fact, VetoRegistered) else fact.level,
        rules=fact.rules,
        occurred_on=fact.occurred_on,
        day=fact.counted_on,
        opened=None if isinstance(fact, VetoRegistered) else _case_of(this, fact),
    )
    if not isinstance(fact, DeductionDismissed):
        row.entitled, row.present, row.in_favour = fact.entitled, fact.present, fact.in_favour
    match fact:
        case HonourAdded() | DeductionApproved():
            row.points, row.late = hundredths_of(fact.points_shown), fact.late
            row.quantity, row.condition = hundredths_of(fact.quantity or "1.00"), fact.condition
            row.share = fact.share if isinstance(fact, HonourAdded) else None
        case DeductionDismissed():
            row.status = "dismissed"
        case VetoRegistered():
            row.document_kind, row.document, row.issuer = fact.document_kind, fact.document, fact.issuer
            row.minute, row.minute_sha256 = fact.minute, fact.minute_sha256
    if kind == "shortfall":
        row.replaced = taken(this).get((member, fact.unit, fact.matter, fact.item))
    this.keys.records[fact.record.int] = this.position, member, fact.counted_on.year
    this.keys.kinds[fact.record.int] = kind
    touch(this, member, fact.counted_on.year, kind)
    this.batch.insert(row)


def in_place(this: Applied, fact: RecordReplaced) -> None:
    """What takes another's place: of the same matter and case, at another level; or what was never entered."""
    member, before = this.keys.member(fact.member), None if fact.replaces is None else this.keys.record(fact.replaces)
    known = "SELECT opened, minute FROM merits WHERE merit = %(merit)s"
    opened = None if before is None else this.execute(known, {"merit": before[0]}).fetchone()
    # What an order adds to a sealed year was claimed nowhere: its papers, minute and vote are the order's.
    papers: dict[str, Any] = {"minute": None if opened is None else opened[1]}
    if before is None:
        papers = _papers(this, fact)
    this.keys.records[fact.record.int] = this.position, member, fact.counted_on.year
    this.keys.kinds[fact.record.int] = fact.kind
    touch(this, member, fact.counted_on.year, fact.kind)
    this.batch.insert(
        MeritRow(
            merit=this.position,
            id=fact.record,
            kind=fact.kind,
            member=member,
            unit=fact.unit,
            matter=fact.matter,
            part=this.keys.list_item(this.keys.unit(fact.unit)[1], fact.rules, fact.item),
            item=fact.item,
            level=fact.level,
            rules=fact.rules,
            occurred_on=fact.occurred_on,
            day=fact.counted_on,
            points=None if fact.points_shown is None else hundredths_of(fact.points_shown),
            opened=None if opened is None else opened[0],
            quantity=hundredths_of(fact.quantity),
            condition=fact.condition,
            share=fact.share,
            **papers,
        )
    )


_PAPERS: Final = """
SELECT a.document_kind, a.document, r.minute, r.minute_sha256, r.entitled, r.present, r.in_favour
FROM additions AS a JOIN restatements AS r ON r.id = a.restatement WHERE a.key = %(key)s
"""


def _papers(this: Applied, fact: RecordReplaced) -> dict[str, Any]:
    key = addition_key(fact.restatement, fact.member, fact.matter, fact.item)
    found = this.execute(_PAPERS, {"key": key}).fetchone()
    assert found is not None, "an order named it"
    names = ("document_kind", "document", "minute", "minute_sha256", "entitled", "present", "in_favour")
    return dict(zip(names, found, strict=True))


def _case_of(this: Applied, fact: HonourAdded | DeductionApproved | DeductionDismissed) -> int:
    identify = honour_id if isinstance(fact, HonourAdded) else deduction_id
    opened = this.keys.case(identify(fact.unit, fact.member, fact.matter, fact.item))
    this.batch.change(CaseRow, opened, record=fact.record)
    return opened


def touch(this: Applied, member: int, year: int, kind: str) -> None:
    """The scores of a record's year; and of those since, where its effect may last so long."""
    last = day_of(this.entry.at).year if kind in LASTING else year
    this.batch.touched.update((member, one) for one in range(year, max(year, last) + 1))


def _lifted(this: Applied, fact: VetoLifted) -> None:
    merit, member, year = this.keys.record(fact.record)
    touch(this, member, year, "veto")
    this.batch.change(
        MeritRow,
        merit,
        status="lifted",
        lifted=this.position,
        lifted_on=fact.lifted_on,
        lifting_document=fact.document,
    )


HANDLERS: Final[Handlers] = {
    HonourAdded: _added,
    DeductionApproved: _added,
    DeductionDismissed: _added,
    VetoRegistered: _added,
    VetoLifted: _lifted,
}

_TAKE_RECORDS: Final = """
UPDATE records AS r SET replaced = %(merit)s
FROM matters AS m, rule_parts AS p
WHERE r.member = %(member)s AND r.replaced IS NULL AND m.matter = r.matter AND p.part = r.item
  AND m.unit = %(unit)s AND m.code = %(matter)s AND p.code = ANY(%(items)s)
RETURNING EXTRACT(YEAR FROM r.day)::int
"""
_TAKE_SHORTFALLS: Final = """
UPDATE merits SET replaced = %(merit)s
WHERE member = %(member)s AND replaced IS NULL AND kind = 'shortfall'
  AND unit = %(unit)s AND matter = %(matter)s AND item = ANY(%(items)s)
RETURNING EXTRACT(YEAR FROM day)::int
"""
_GIVE_BACK: Final[tuple[LiteralString, ...]] = (
    "UPDATE records SET replaced = NULL WHERE replaced = %(merit)s RETURNING member, EXTRACT(YEAR FROM day)::int",
    "UPDATE merits SET replaced = NULL WHERE replaced = %(merit)s RETURNING member, EXTRACT(YEAR FROM day)::int",
)


def taken(this: Applied) -> Taken:
    """What confirmed deductions took over; read once, after those that the batch still holds are written."""
    if this.keys.taken is None:
        if this.batch.holds(MeritRow):
            this.batch.flush(this.connection)
        this.keys.taken = this.keys.taken_from(None)
    return this.keys.taken


def take_over(this: Applied, deduction: int) -> None:
    """A deduction was confirmed: its matter leaves the items with which the rule set pairs it."""
    this.batch.flush(this.connection)
    items: dict[tuple[int, str, str], list[str]] = {}
    for (member, unit, matter, item), by in this.keys.taken_by(deduction).items():
        assert by == deduction
        items.setdefault((member, unit, matter), []).append(item)
    for (member, unit, matter), codes in items.items():
        known = {"merit": deduction, "member": member, "unit": unit, "matter": matter, "items": codes}
        for query in (_TAKE_RECORDS, _TAKE_SHORTFALLS):
            this.batch.touched.update((member, year) for (year,) in this.execute(query, known))


def give_back(this: Applied, deduction: int) -> None:
    """A deduction was taken back: its matter counts again where it had left."""
    this.keys.forget_taken()
    for query in _GIVE_BACK:
        this.batch.touched.update((member, year) for member, year in this.execute(query, {"merit": deduction}))


class MeritInput(msgspec.Struct, frozen=True, kw_only=True):
    """One record as it is scored and shown; points in hundredths."""

    id: RecordId
    kind: str
    item: Code
    level: Code | None
    rules: Code
    unit: Code
    matter: Code
    title: str | None
    occurred_on: date
    day: date
    position: int
    points: int | None
    status: str
    confirmed: int | None
    replaced: int | None
    lifted_on: date | None
    quantity: int
    condition: Code | None
    share: Code | None
    held: bool = False
    """Whether an objection holds it back now."""

    @property
    def row(self) -> MatterRow:
        """As an honour or a deduction is counted."""
        return MatterRow(
            record=self.id,
            item=self.item,
            level=self.level or "",
            matter=f"{self.unit}/{self.matter}",
            counted_on=self.day,
            position=self.position,
            rules=self.rules,
            quantity=self.quantity,
            condition=self.condition,
            share=self.share,
            confirmed=self.confirmed is not None,
        )

    @property
    def veto(self) -> VetoRow:
        """As a veto holds or not."""
        return VetoRow(
            record=self.id,
            item=self.item,
            decided_on=self.day,
            position=self.position,
            rules=self.rules,
            lifted_on=self.lifted_on,
        )

    @property
    def shortfall(self) -> ResponsibilityRow:
        """As a shortfall is counted: its outcome is its level."""
        return ResponsibilityRow(
            record=self.id,
            item=self.item,
            outcome=self.level or "",
            counted_on=self.day,
            position=self.position,
            rules=self.rules,
            confirmed=self.confirmed is not None,
            replaced=self.replaced is not None,
        )


COLUMNS: Final = """
    x.id, x.kind, x.item, x.level, x.rules, x.unit, x.matter, c.title, x.occurred_on, x.day, x.merit AS position,
    x.points, x.status, x.confirmed, x.replaced, x.lifted_on, x.quantity, x.condition, x.share,
    EXISTS (SELECT FROM objections AS h WHERE h.record = x.id AND h.suspended IS NOT NULL
            AND h.cleared IS NULL AND h.corrected IS NULL) AS held
"""
MERITS: Final = "".join(
    (
        "SELECT json_agg(json_build_array(x.member, y) ORDER BY x.merit)::text",
        " FROM merits AS x LEFT JOIN cases AS c ON c.opened = x.opened CROSS JOIN LATERAL (SELECT ",
        COLUMNS,
        ") AS y WHERE x.member = ANY(%(members)s::int[])",
        " AND (x.day >= %(from_on)s OR x.kind IN ('deduction', 'veto')) AND x.day <= %(until_on)s",
    )
)
"""What no sheet brought of some members, for the follower."""
_DECODER: Final = msgspec.json.Decoder(list[tuple[int, MeritInput]])


def merits_in(told: str | None, years: range) -> dict[tuple[int, int], list[MeritInput]]:
    """(member's key, year) → his honours, deductions, shortfalls and vetoes, with those before that may last."""
    found: dict[tuple[int, int], list[MeritInput]] = {}
    for member, merit in _DECODER.decode(told) if told else ():
        last = years[-1] if merit.kind in LASTING else merit.day.year
        for year in range(max(years[0], merit.day.year), last + 1):
            found.setdefault((member, year), []).append(merit)
    return found


class Veto(msgspec.Struct, frozen=True, kw_only=True):
    """One veto of the register."""

    record: RecordId
    member: MemberId
    unit: Code
    unit_title: str
    matter: Code
    item: Code
    item_zh: str
    item_en: str
    clause: str
    ceiling: Code | None
    decided_on: date
    document_kind: Code
    document: Sha256
    issuer: Sha256
    status: str
    lifted_on: date | None
    lifting_document: Sha256 | None
    position: int


_VETOES: Final = """
SELECT x.id AS record, m.person AS member, x.unit, u.title AS unit_title, x.matter, x.item,
       p.content->>'zh' AS item_zh, p.content->>'en' AS item_en, p.content->>'clause' AS clause,
       p.content->>'to' AS ceiling, x.day AS decided_on, x.document_kind, x.document, x.issuer, x.status,
       x.lifted_on, x.lifting_document, x.merit AS position
FROM merits AS x JOIN members AS m ON m.member = x.member JOIN units AS u ON u.code = x.unit
JOIN rule_parts AS p ON p.part = x.part
WHERE x.kind = 'veto' AND %(unit)s = ANY(u.path)
ORDER BY x.merit DESC
"""


async def vetoes_under(connection: AsyncConnection, unit: Code) -> Answer[tuple[Veto, ...]]:
    """The vetoes of an organisation and all below it, newest first."""
    return await ask(connection, Veto, _VETOES, {"unit": unit})
