"""卷宗 — who did and knew what of one person, and when: the entries about him in a period, folded from the log.

About him are the entries that name him or one of his records, his archive and his results, and the steps of the sheets
and notices on which he stands: who opened, submitted, approved, posted and closed them. Of other people's lines there
is nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

import msgspec

from domain.actor import Actor
from domain.assessment.result import RESULT
from domain.decider import Fact, StreamRef
from domain.entry import decode
from domain.notice.notice import (
    DisclosureChecked,
    NoticeClosed,
    NoticeDrafted,
    NoticeExtended,
    NoticePosted,
    NoticeReposted,
    NoticeWithdrawn,
    PostingEvidenced,
)
from domain.organisation.member import MEMBER
from domain.recording.archive import ARCHIVE
from domain.recording.matter import MATTER
from domain.recording.sheet import SheetApproved, SheetOpened, SheetReturned, SheetSubmitted
from domain.values import Code, MemberId, Sha256, day_of
from domain.vocabulary import stored_name
from projections.answers import AsyncConnection
from projections.as_of import When, periods_of, versions_at
from projections.inputs import VersionInput
from projections.prefix import Placed, entries_of
from projections.transparency import mandate
from projections.transparency.mandate import PAPERS, days_of

_STEPS: Final = tuple(
    stored_name(kind)
    for kind in (
        SheetOpened,
        SheetSubmitted,
        SheetReturned,
        SheetApproved,
        NoticeDrafted,
        DisclosureChecked,
        NoticePosted,
        NoticeReposted,
        NoticeExtended,
        NoticeWithdrawn,
        NoticeClosed,
        PostingEvidenced,
    )
)
_YEARS: Final = (2000, 2100)
"""The years of which there can be archives."""
_POSITIONS: Final = """
WITH named AS (
  SELECT e.position, e.stream
  FROM timeline AS t JOIN ledger.entries AS e ON e.position = t.position
  WHERE t.member = (SELECT m.member FROM members AS m WHERE m.person = %(member)s) AND t.position <= %(position)s
  UNION
  SELECT e.position, e.stream FROM ledger.entries AS e
  WHERE e.stream = ANY(%(own)s) AND e.position <= %(position)s
)
SELECT e.position FROM ledger.entries AS e
WHERE e.position <= %(position)s AND (
  e.position IN (SELECT position FROM named)
  OR (e.type = ANY(%(steps)s) AND e.stream IN (SELECT stream FROM named)))
ORDER BY e.position
"""
_ENTRIES: Final = """
SELECT position, known_at, state FROM ledger.entries WHERE position = ANY(%(positions)s) ORDER BY position
"""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the log about the person, with its very bytes."""

    position: int
    known_at: datetime
    state: bytes
    placed: Placed

    @property
    def fact(self) -> Fact:
        """What happened."""
        return self.placed.entry.fact


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what when, and by which rules that day was ruled."""

    position: int
    at: datetime
    type: str
    actor: Actor | None
    occurred_on: date | None
    rules: Code | None
    """The version in force on the day of the act, as it was known at the end of what is looked at."""


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One paper that an entry names by its digest."""

    position: int
    type: str
    kind: str
    """Of the paper, where the entry says it; else the name of the field."""
    sha256: Sha256


async def dossier(
    connection: AsyncConnection, member: MemberId, first_on: date, last_on: date, position: int
) -> list[Row]:
    """The entries about a person in a period, up to a position, in the order of the log."""
    years = range(max(first_on.year, _YEARS[0]), min(last_on.year, _YEARS[1]) + 1)
    archives: list[StreamRef[Any]] = [ARCHIVE.of(member, year) for year in years]
    periods = await periods_of(connection, member, position)
    results: list[StreamRef[Any]] = [RESULT.of(member, year, period) for year in years for period in periods]
    recorded = [placed.entry.fact for placed in await entries_of(connection, archives, position)]
    matters = {MATTER.of(*place).id for fact in recorded if (place := _matter_of(fact)) is not None}
    own = [*(ref.id for ref in (MEMBER.of(member), *archives, *results)), *matters]
    known: dict[str, object] = {"member": member, "position": position, "own": own, "steps": list(_STEPS)}
    positions = [at for (at,) in await (await connection.execute(_POSITIONS, known)).fetchall()]
    rows = await (await connection.execute(_ENTRIES, {"positions": positions})).fetchall()
    found = [_row(*row) for row in rows]
    return [row for row in found if _within(row, first_on, last_on)]


def _matter_of(fact: Fact) -> tuple[Code, Code] | None:
    unit, matter = getattr(fact, "unit", None), getattr(fact, "matter", None)
    return (unit, matter) if isinstance(unit, str) and isinstance(matter, str) else None


def _row(position: int, known_at: datetime, state: bytes) -> Row:
    stored = bytes(state)
    return Row(position=position, known_at=known_at, state=stored, placed=Placed(position, known_at, decode(stored)))


def _within(row: Row, first_on: date, last_on: date) -> bool:
    days = [day_of(row.placed.entry.at), *days_of(row.fact)]
    return any(first_on <= day <= last_on for day in days)


async def done(connection: AsyncConnection, rows: Sequence[Row], scheme: Code, position: int) -> tuple[Done, ...]:
    """Who did what when."""
    versions = await versions_at(connection, scheme, When(position=position))
    return tuple(_done(row, versions) for row in rows)


def _done(row: Row, versions: Sequence[VersionInput]) -> Done:
    entry = row.placed.entry
    occurred_on = next(iter(days_of(row.fact)), None)
    day = occurred_on or day_of(entry.at)
    return Done(
        position=row.position,
        at=entry.at,
        type=entry.type,
        actor=entry.actor,
        occurred_on=occurred_on,
        rules=next((one.version for one in reversed(versions) if one.effective_on <= day), None),
    )


def papers(rows: Iterable[Row]) -> tuple[Paper, ...]:
    """Every paper that the entries name, once each."""
    found: dict[Sha256, Paper] = {}
    for row in rows:
        for name in PAPERS:
            digest = getattr(row.fact, name, None)
            if isinstance(digest, str) and digest not in found:
                kind = getattr(row.fact, "document_kind" if name == "document" else "kind", None)
                said = kind if isinstance(kind, str) and name != "minute_sha256" else name
                found[digest] = Paper(position=row.position, type=row.placed.entry.type, kind=said, sha256=digest)
    return tuple(found.values())


def sealed_in(rows: Iterable[Row]) -> list[Sha256]:
    """What may be a commitment to a sealed value, in all of them."""
    return sorted({one for row in rows for one in mandate.sealed_in(row.fact)})
