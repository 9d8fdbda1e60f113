"""积分确认与更正补记 — a record is confirmed once, and what takes another's place stands in the same archive."""

from msgspec.structs import replace

from domain.decider import Past, StreamRef, Write
from domain.recording.archive import Archive, PointsConfirmed, RecordReplaced, RecordUnknown
from domain.recording.entering import need_open, record_id
from domain.values import NoticeId, RecordId


def confirmed(past: Past, ref: StreamRef[Archive], record: RecordId, notice: NoticeId) -> Write | None:
    """Confirm a record once; None if it is confirmed already, held back, or stands no longer."""
    found = past[ref].records.get(record)
    if found is None:
        raise RecordUnknown(record=record)
    if found.status != "approved" or found.held_by:
        return None
    return ref.says(PointsConfirmed(record=record, notice=notice))


def in_place(ref: StreamRef[Archive], state: Archive, fact: RecordReplaced) -> Write:
    """The record that takes another's place, numbered by its archive."""
    need_open(state, fact.counted_on)
    return ref.says(replace(fact, record=record_id(ref, state)))
