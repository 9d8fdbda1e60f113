"""积分档案 — one member's records of one year. 一事一记: one matter, one item, one live record."""

from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from domain.decider import Fact, Past, Refused, Stream, StreamRef, Write
from domain.values import Code, MemberId, NoticeId, ObjectionId, Quantity, RecordId

Outcome: TypeAlias = Literal["attended", "absent", "excused", "done", "not-done", "withdrawn", "earned"]


class PointsRecorded(Fact, frozen=True, kw_only=True):
    """记分 — what happened, approved; its value is a function of the rule set, never part of the fact."""

    record: RecordId
    member: MemberId
    unit: Code
    """The branch on the day of the act."""
    matter: Code
    item: Code
    rules: Code
    """Version of the rule set in force on ``occurred_on``."""
    outcome: Outcome
    quantity: Quantity
    occurred_on: date
    late: bool = False
    """Entered more than the rule set's days after the act; the reason is sealed."""
    entitled: int
    present: int
    in_favour: int
    """The vote on this very line: whoever is its subject or entered it was recused."""


class PointsConfirmed(Fact, frozen=True, kw_only=True):
    """积分确认 — noticed for the full term without an open objection: from now on it counts."""

    record: RecordId
    notice: NoticeId


# What an objection does to a record


class RecordSuspended(Fact, frozen=True, kw_only=True):
    """暂缓 — an objection holds the record back: it is not confirmed before that is decided."""

    record: RecordId
    member: MemberId
    objection: ObjectionId


class RecordReleased(Fact, frozen=True, kw_only=True):
    """解除暂缓 — this objection no longer holds the record back."""

    record: RecordId
    member: MemberId
    objection: ObjectionId


class RecordReversed(Fact, frozen=True, kw_only=True):
    """冲销 — taken back whole, once and for good; the record stays readable."""

    record: RecordId
    member: MemberId
    objection: ObjectionId


class RecordReplaced(Fact, frozen=True, kw_only=True):
    """更正补记 — what is right, in the place of what was reversed or of what was left out; it is noticed anew."""

    record: RecordId
    member: MemberId
    replaces: RecordId | None = None
    """None where a line was missing."""
    objection: ObjectionId
    unit: Code
    matter: Code
    item: Code
    rules: Code
    outcome: Outcome
    quantity: Quantity
    level: Code | None = None
    occurred_on: date
    counted_on: date | None = None
    """Where another day than that of the act counts."""


RecordStatus: TypeAlias = Literal["approved", "confirmed", "reversed"]
ENDED: Final[frozenset[RecordStatus]] = frozenset({"reversed"})
"""What no longer stands: the matter can be recorded anew."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record."""

    record: RecordId
    matter: str
    item: str
    unit: str
    status: RecordStatus
    rules: str
    outcome: Outcome
    quantity: str = "1.00"
    level: str | None = None
    occurred_on: date
    counted_on: date
    held_by: frozenset[UUID] = frozenset()
    """The open objections against it."""
    replaces: UUID | None = None


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """The records of one member and year, by id."""

    records: dict[UUID, Record] = {}

    def live(self, unit: Code, matter: Code, item: Code) -> Record | None:
        """The one record of this matter and item; a matter's code is unique in its organisation."""
        wanted = unit, matter, item
        standing = (r for r in self.records.values() if r.status not in ENDED)
        return next((r for r in standing if (r.unit, r.matter, r.item) == wanted), None)

    def held(self) -> bool:
        """Whether an open objection stands in the way of determining this member."""
        return any(record.held_by for record in self.records.values() if record.status not in ENDED)


class AlreadyRecorded(Refused):
    """这件事已经记过分:一事一记。 This matter is already on record for this member."""

    code = "already-recorded"


class RecordUnknown(Refused):
    """没有这条积分记录。 There is no such record."""

    code = "record-unknown"


def evolve(state: Archive, fact: Fact) -> Archive:
    """The archive after one more fact."""
    match fact:
        case PointsRecorded() | RecordReplaced():
            return _with(state, _new(fact))
        case PointsConfirmed():
            found = state.records[fact.record]
            assert found.status == "approved", f"record {fact.record} is {found.status}"
            return _with(state, replace(found, status="confirmed"))
        case RecordSuspended() | RecordReleased() | RecordReversed():
            return _with(state, _disputed(state.records[fact.record], fact))
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to an archive")


def _with(state: Archive, record: Record) -> Archive:
    return Archive(records={**state.records, record.record: record})


def _new(fact: PointsRecorded | RecordReplaced) -> Record:
    replaced = isinstance(fact, RecordReplaced)
    return Record(
        record=fact.record,
        matter=fact.matter,
        item=fact.item,
        unit=fact.unit,
        status="approved",
        rules=fact.rules,
        outcome=fact.outcome,
        quantity=fact.quantity,
        level=fact.level if replaced else None,
        occurred_on=fact.occurred_on,
        counted_on=(fact.counted_on if replaced else None) or fact.occurred_on,
        replaces=fact.replaces if replaced else None,
    )


def _disputed(record: Record, fact: RecordSuspended | RecordReleased | RecordReversed) -> Record:
    assert record.status not in ENDED, f"record {record.record} is {record.status}"
    match fact:
        case RecordSuspended():
            return replace(record, held_by=record.held_by | {fact.objection})
        case RecordReleased():
            return replace(record, held_by=record.held_by - {fact.objection})
        case RecordReversed():
            return replace(record, status="reversed", held_by=frozenset())


ARCHIVE: Final[Stream[Archive]] = Stream(
    "archive",
    Archive(),
    evolve,
    (PointsRecorded, PointsConfirmed, RecordSuspended, RecordReleased, RecordReversed, RecordReplaced),
)


def archive_of(member: MemberId, occurred_on: date) -> StreamRef[Archive]:
    """The archive into which an act of that day belongs: the archive year is the matter's year."""
    return ARCHIVE.of(member, occurred_on.year)


def record_id(archive: StreamRef[Archive], state: Archive) -> RecordId:
    """The id of the archive's next record: a repeat of the command draws the same."""
    return uuid5(archive.id, str(len(state.records)))


def recorded(past: Past, fact: PointsRecorded) -> Write:
    """Put a record into its archive, or refuse the second one of the same matter and item."""
    ref = archive_of(fact.member, fact.occurred_on)
    earlier = past[ref].live(fact.unit, fact.matter, fact.item)
    if earlier is not None:
        raise AlreadyRecorded(record=earlier.record, matter=fact.matter, item=fact.item)
    return ref.says(replace(fact, record=record_id(ref, past[ref])))


def confirmed(past: Past, ref: StreamRef[Archive], record: RecordId, notice: NoticeId) -> Write | None:
    """Confirm a record once; None if it is confirmed already, held back or reversed."""
    found = past[ref].records.get(record)
    if found is None:
        raise RecordUnknown(record=record)
    if found.status != "approved" or found.held_by:
        return None
    return ref.says(PointsConfirmed(record=record, notice=notice))


def correction(ref: StreamRef[Archive], state: Archive, fact: RecordReplaced) -> Write:
    """The record that takes another's place, numbered by its archive."""
    return ref.says(replace(fact, record=record_id(ref, state)))
