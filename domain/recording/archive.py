"""积分档案 — one member's records of one year. 一事一记: one matter, one item, one live record."""

from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid5

import msgspec

from domain.decider import Fact, Past, Refused, Stream, StreamRef, Write
from domain.values import Code, MemberId, NoticeId, Quantity, RecordId

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


RecordStatus: TypeAlias = Literal["approved", "confirmed"]


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record."""

    record: RecordId
    matter: str
    item: str
    unit: str
    status: RecordStatus


class Archive(msgspec.Struct, frozen=True, kw_only=True):
    """The records of one member and year, by id."""

    records: dict[UUID, Record] = {}

    def live(self, unit: Code, matter: Code, item: Code) -> Record | None:
        """The one record of this matter and item; a matter's code is unique in its organisation."""
        wanted = unit, matter, item
        return next((r for r in self.records.values() if (r.unit, r.matter, r.item) == wanted), None)


class AlreadyRecorded(Refused):
    """这件事已经记过分:一事一记。 This matter is already on record for this member."""

    code = "already-recorded"


class RecordUnknown(Refused):
    """没有这条积分记录。 There is no such record."""

    code = "record-unknown"


def evolve(state: Archive, fact: Fact) -> Archive:
    """The archive after one more fact."""
    match fact:
        case PointsRecorded():
            record = Record(record=fact.record, matter=fact.matter, item=fact.item, unit=fact.unit, status="approved")
            return Archive(records={**state.records, fact.record: record})
        case PointsConfirmed():
            found = state.records[fact.record]
            assert found.status == "approved", f"record {fact.record} is {found.status}"
            confirmed = msgspec.structs.replace(found, status="confirmed")
            return Archive(records={**state.records, fact.record: confirmed})
        case _:
            raise AssertionError(f"{type(fact).__name__} does not belong to an archive")


ARCHIVE: Final[Stream[Archive]] = Stream("archive", Archive(), evolve, (PointsRecorded, PointsConfirmed))


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
    return ref.says(msgspec.structs.replace(fact, record=record_id(ref, past[ref])))


def confirmed(past: Past, ref: StreamRef[Archive], record: RecordId, notice: NoticeId) -> Write | None:
    """Confirm a record once; None if it is confirmed already."""
    found = past[ref].records.get(record)
    if found is None:
        raise RecordUnknown(record=record)
    if found.status == "confirmed":
        return None
    return ref.says(PointsConfirmed(record=record, notice=notice))
