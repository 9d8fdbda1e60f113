"""查阅记录 — who has read whose archive: written before it is shown, and shown to the person himself."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from api.asked import Asked
from api.house import House
from api.purpose import look_at, look_at_case
from domain.organisation.custody import ProcessingIsRestricted
from domain.values import Code, MemberId, RecordId

WRITE: Final = """
INSERT INTO access.readings (at, reader, role, unit, subject, what, record, review)
SELECT %(at)s, %(reader)s, %(role)s, %(unit)s, %(subject)s, %(what)s, %(record)s, %(review)s
WHERE %(review)s::uuid IS NOT NULL
   OR NOT EXISTS (SELECT FROM custodies WHERE person = %(whose)s AND restricted)
"""
"""Nothing is written, and so nothing shown, of somebody whose data is restricted, but under a review."""
_OF: Final = """
SELECT reading, at, reader, role, unit, what, record FROM access.readings
WHERE subject = ANY(%(subjects)s) AND (%(before)s::bigint IS NULL OR reading < %(before)s)
  AND (review IS NULL OR review = ANY(%(told)s::uuid[]))
  AND (what <> 'retaliation' OR %(own)s)
ORDER BY reading DESC LIMIT %(limit)s
"""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody read something of a person's archive."""

    reading: int
    at: datetime
    reader: MemberId
    role: str
    unit: Code
    what: str
    """points, category, record, timeline, honour, deduction, veto, appraisal, result, retaliation, dossier, bundle…"""
    record: UUID | None


async def note_reading(
    asked: Asked,
    member: MemberId,
    what: str,
    record: RecordId | None = None,
    review: UUID | None = None,
    flag: UUID | None = None,
) -> None:
    """Write down that somebody else is about to look; under a review, the person is told once that is closed.

    Of a flag of retaliation that stands in his place: nobody without the vault's key can tell whose it is.
    """
    reader = asked.reader
    if member == reader.person:
        return
    assert reader.acting is not None, "who holds no office is granted nobody's archive but his own"
    acting = reader.acting
    if flag is None:
        await look_at(asked, (member,), what)
    else:
        await look_at_case(asked, flag, what)
    await _write(
        asked.house,
        reader=reader.person,
        role=acting.role,
        unit=acting.unit,
        whose=member,
        subject=flag or member,
        what=what,
        record=record,
        review=review,
    )


async def note_readings(
    asked: Asked, people: Iterable[tuple[MemberId, RecordId | None]], what: str
) -> frozenset[MemberId]:
    """Write down a look at a list of people; whom of them it may show: not those whose data is restricted."""
    shown: set[MemberId] = set()
    noted = dict.fromkeys(people)
    await look_at(asked, (member for member, _ in noted), what)
    for member, record in noted:
        try:
            await note_reading(asked, member, what, record)
        except ProcessingIsRestricted:
            continue
        shown.add(member)
    return frozenset(shown)


async def note_lines(asked: Asked, people: Iterable[MemberId], what: str) -> frozenset[MemberId]:
    """The same of a list with nothing but a line of each."""
    return await note_readings(asked, ((member, None) for member in people), what)


async def _write(
    house: House,
    *,
    reader: MemberId,
    role: str,
    unit: Code,
    whose: MemberId,
    subject: UUID,
    what: str,
    record: UUID | None,
    review: UUID | None,
) -> None:
    """Write down that somebody is about to see something; what cannot be written down is not shown.

    Of somebody whose data is restricted nothing is shown to others but under a review: that has a basis of its own.
    """
    known = {"at": house.clock.now(), "reader": reader, "role": role, "unit": unit, "review": review, "whose": whose}
    async with house.access.connection() as connection:
        done = await connection.execute(WRITE, {**known, "subject": subject, "what": what, "record": record})
    if done.rowcount == 0:
        raise ProcessingIsRestricted


async def readings_of(
    house: House,
    subject: MemberId,
    told: Sequence[UUID],
    before: int | None = None,
    limit: int = 50,
    flags: Sequence[UUID] | None = None,
) -> tuple[Reading, ...]:
    """Who has read a person's archive, newest first; under reviews those alone that are ``told``.

    With his own ``flags`` of retaliation for himself alone: anybody else is not shown what would tell that he objected.
    """
    own = flags is not None
    subjects = [subject, *(flags or ())]
    known = {"own": own, "subjects": subjects, "before": before, "limit": limit, "told": list(told)}
    async with house.access.connection() as connection:
        rows = await (await connection.execute(_OF, known)).fetchall()
    return tuple(
        Reading(reading=n, at=at, reader=reader, role=role, unit=unit, what=what, record=record)
        for n, at, reader, role, unit, what, record in rows
    )
