"""记入 — puts a record into its archive: once for each matter and item, and never into a sealed period."""

from datetime import date
from typing import TypeVar
from uuid import uuid5

from msgspec.structs import replace

from domain.decider import Past, Refused, StreamRef, Write
from domain.recording.archive import (
    Archive,
    DeductionApproved,
    DeductionDismissed,
    HonourAdded,
    PointsRecorded,
    VetoRegistered,
    archive_of,
)
from domain.recording.sealing import PeriodSealedAlready
from domain.values import MemberId, RecordId

F = TypeVar("F", PointsRecorded, HonourAdded, DeductionApproved, DeductionDismissed, VetoRegistered)


class AlreadyRecorded(Refused):
    """这件事已经记过分:一事一记。 This matter is already on record for this member."""

    code = "already-recorded"


def need_open_period(past: Past, member: MemberId, counted_on: date) -> None:
    """Refuse what would enter a sealed period (I12)."""
    need_open(past[archive_of(member, counted_on)], counted_on)


def need_open(state: Archive, counted_on: date) -> None:
    """Refuse a day of a sealed period of this archive."""
    sealed = state.sealed_on(counted_on)
    if sealed is not None:
        raise PeriodSealedAlready(period=sealed.period, last_on=sealed.last_on)


def record_id(archive: StreamRef[Archive], state: Archive) -> RecordId:
    """The id of the archive's next record: a repeat of the command draws the same."""
    return uuid5(archive.id, str(len(state.records)))


def recorded(past: Past, fact: F) -> Write:
    """Put a record into its archive, or refuse the second one of the same matter and item."""
    counted_on = fact.occurred_on if isinstance(fact, PointsRecorded) else fact.counted_on
    ref = archive_of(fact.member, counted_on)
    need_open(past[ref], counted_on)
    earlier = past[ref].live(fact.unit, fact.matter, fact.item)
    if earlier is not None:
        raise AlreadyRecorded(record=earlier.record, matter=fact.matter, item=fact.item)
    return ref.says(replace(fact, record=record_id(ref, past[ref])))
