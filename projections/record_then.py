"""当时的一条记录 — how a record stood at a position of the log, and where it became another."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from domain.decider import Past, StreamRef
from domain.notice.notice import (
    NOTICE,
    DisclosureChecked,
    NoticeClosed,
    NoticeDrafted,
    NoticeExtended,
    NoticeLineDrafted,
    NoticePosted,
    NoticeReposted,
    NoticeWithdrawn,
)
from domain.organisation.unit import UNIT, UnitRenamed, established
from domain.recording.archive import ARCHIVE, ENDED, Archive, Record
from domain.recording.matter import MATTER, EvidenceAttached
from domain.values import NoticeId, RecordId
from domain.vocabulary import stored_name
from projections import notice_board
from projections.answers import AsyncConnection
from projections.as_of import When
from projections.prefix import Placed, entries_of, known
from projections.records import NoticeOfRecord, Places, RecordChain, record
from projections.steps import Step, steps_among
from projections.then import notice_then

_SHOWN_IN: Final = """
SELECT DISTINCT n.id FROM notice_lines AS x JOIN notices AS n ON n.notice = x.notice WHERE x.record = %(recorded)s
"""
_RENAMED: Final = [stored_name(UnitRenamed)]
_NOTICED: Final = (
    NoticeDrafted,
    DisclosureChecked,
    NoticePosted,
    NoticeExtended,
    NoticeReposted,
    NoticeWithdrawn,
    NoticeClosed,
)


async def record_then(connection: AsyncConnection, now: RecordChain, when: When) -> RecordChain | None:
    """A record as it stood; None where it was not on record yet, or is dated later than the day."""
    if now.places.recorded > when.position or not when.covers(now.counted_on or now.occurred_on):
        return None
    stood = await known(connection, when.position, lambda past: _record_in(past, now))
    seen = (await record(connection, now.record, now.member, when.position)).value
    assert seen is not None, "what is on record stays there"
    replaced_by = await _replaced_by(connection, now, when)
    title = await known(connection, when.position, lambda past: established(past, now.unit).title)
    notice = None if seen.notice is None else await _notice(connection, seen.notice.notice, when)
    return msgspec.structs.replace(
        seen,
        unit_title=title,
        state=_state(stood),
        replaced_by=replaced_by,
        evidence=tuple(one for one in seen.evidence if one.position <= when.position),
        notice=notice,
        places=_places(seen.places, when.position),
    )


def _years(now: RecordChain) -> Iterator[StreamRef[Archive]]:
    """An archive is of the matter's year; a paper may be of the next."""
    days = (now.occurred_on, now.counted_on or now.occurred_on)
    return (ARCHIVE.of(now.member, year) for year in range(min(days).year - 1, max(days).year + 2))


def _record_in(past: Past, now: RecordChain) -> Record:
    archives = past.many(list(_years(now)))
    return next(archive.records[now.record] for archive in archives if now.record in archive.records)


def _state(stood: Record) -> str:
    if stood.status in ENDED:
        return stood.status
    if stood.held_by:
        return "suspended"
    return "confirmed" if stood.status == "confirmed" else "pending"


async def _replaced_by(connection: AsyncConnection, now: RecordChain, when: When) -> RecordId | None:
    if now.replaced_by is None:
        return None
    other = (await record(connection, now.replaced_by, now.member)).value
    return now.replaced_by if other is not None and other.places.recorded <= when.position else None


async def _notice(connection: AsyncConnection, notice: NoticeId, when: When) -> NoticeOfRecord | None:
    now = (await notice_board.notice(connection, notice)).value
    assert now is not None, "a notice stays"
    stood = await notice_then(connection, now, when.position)
    if stood is None:
        return None
    header = stood.header
    return NoticeOfRecord(
        notice=notice,
        status=header.status,
        posted_on=header.posted_on,
        ends_on=header.ends_on,
        closed_at=header.closed_at,
    )


def _places(places: Places, position: int) -> Places:
    """What had been entered by then."""
    later = {name: None for name in Places.__struct_fields__ if (getattr(places, name) or 0) > position}
    return msgspec.structs.replace(places, **later)


async def record_steps(connection: AsyncConnection, now: RecordChain, until: int) -> tuple[Step, ...]:
    """The positions at which a record, or what its page shows of it, became another."""
    rows = await (await connection.execute(_SHOWN_IN, {"recorded": now.places.recorded})).fetchall()
    noticed = [NOTICE.of(notice) for (notice,) in rows]
    refs: list[StreamRef[Any]] = [*_years(now), MATTER.of(now.unit, now.matter), *noticed]
    entries = [one for one in await entries_of(connection, refs, until) if _concerns(one, now)]
    entries += await entries_of(connection, [UNIT.of(now.unit)], until, _RENAMED)
    return steps_among(one for one in entries if one.position >= now.places.recorded)


def _concerns(one: Placed, now: RecordChain) -> bool:
    fact = one.entry.fact
    if isinstance(fact, EvidenceAttached):
        return now.kind == "responsibility"
    if isinstance(fact, NoticeLineDrafted):
        return fact.record == now.record
    return isinstance(fact, _NOTICED) or now.record in (getattr(fact, "record", None), getattr(fact, "replaces", None))
