"""核查登记 — every review with its accesses and its sealed bundles; whom it is about stands here as a commitment.

Rows name things by their ids alone: a review touches nobody's row and nobody's timeline, so that it is followed
whoever is parked, and nothing that anybody else is shown hangs on it.
"""

from datetime import date, datetime
from typing import Final, LiteralString
from uuid import UUID

import msgspec

from domain.oversight.review import (
    AccessGranted,
    AccessRevoked,
    BundleSealed,
    ReviewClosed,
    ReviewOpened,
    ReviewTakenOver,
)
from domain.values import Code, MemberId, Reference, Sha256
from projections.answers import Answer, AsyncConnection, ask, ask_one
from projections.applying import Applied, Handlers
from projections.rows import Row

DDL: Final[LiteralString] = """
CREATE TABLE reviews (
    review uuid PRIMARY KEY,
    unit text NOT NULL,
    number text NOT NULL,
    basis text NOT NULL,
    subject text NOT NULL,
    reason text NOT NULL,
    first_on date NOT NULL,
    last_on date NOT NULL,
    opened_by uuid NOT NULL,
    led_by uuid NOT NULL,
    opened_at timestamptz NOT NULL,
    position integer NOT NULL,
    conclusion text,
    closed_by uuid,
    closed_at timestamptz
);
CREATE TABLE review_access (
    granted integer PRIMARY KEY,
    review uuid NOT NULL,
    reviewer uuid NOT NULL,
    purpose text NOT NULL,
    until timestamptz NOT NULL,
    granted_by uuid NOT NULL,
    granted_at timestamptz NOT NULL,
    ended_at timestamptz
);
CREATE TABLE review_bundles (
    sealed integer PRIMARY KEY,
    review uuid NOT NULL,
    bundle text NOT NULL,
    size integer NOT NULL,
    entries integer NOT NULL,
    sealed_by uuid NOT NULL,
    sealed_at timestamptz NOT NULL
);
"""


class ReviewRow(Row, kw_only=True):
    """One review."""

    table = "reviews"
    review: UUID
    unit: str
    number: str
    basis: str
    subject: str
    reason: str
    first_on: date
    last_on: date
    opened_by: UUID
    led_by: UUID
    opened_at: str
    position: int
    conclusion: str | None = None
    closed_by: UUID | None = None
    closed_at: str | None = None


class AccessRow(Row, kw_only=True):
    """One grant of access."""

    table = "review_access"
    granted: int
    review: UUID
    reviewer: UUID
    purpose: str
    until: datetime
    granted_by: UUID
    granted_at: str
    ended_at: str | None = None


class BundleRow(Row, kw_only=True):
    """One sealed bundle."""

    table = "review_bundles"
    sealed: int
    review: UUID
    bundle: str
    size: int
    entries: int
    sealed_by: UUID
    sealed_at: str


_END: Final = """
UPDATE review_access SET ended_at = %(at)s
WHERE review = %(review)s AND ended_at IS NULL AND (%(reviewer)s::uuid IS NULL OR reviewer = %(reviewer)s)
"""


def _opened(this: Applied, fact: ReviewOpened) -> None:
    this.batch.insert(
        ReviewRow(
            review=fact.review,
            unit=fact.unit,
            number=fact.number,
            basis=fact.basis,
            subject=fact.subject,
            reason=fact.reason,
            first_on=fact.first_on,
            last_on=fact.last_on,
            opened_by=fact.by,
            led_by=fact.by,
            opened_at=this.at,
            position=this.position,
        )
    )


def _granted(this: Applied, fact: AccessGranted) -> None:
    """A new grant stands in the place of an earlier one."""
    _end(this, fact.review, fact.reviewer)
    this.batch.insert(
        AccessRow(
            granted=this.position,
            review=fact.review,
            reviewer=fact.reviewer,
            purpose=fact.purpose,
            until=fact.until,
            granted_by=fact.by,
            granted_at=this.at,
        )
    )


def _taken_over(this: Applied, fact: ReviewTakenOver) -> None:
    this.batch.change(ReviewRow, fact.review, led_by=fact.by)


def _revoked(this: Applied, fact: AccessRevoked) -> None:
    _end(this, fact.review, fact.reviewer)


def _end(this: Applied, review: UUID, reviewer: UUID | None) -> None:
    this.execute(_END, {"at": this.at, "review": review, "reviewer": reviewer})


def _sealed(this: Applied, fact: BundleSealed) -> None:
    this.batch.insert(
        BundleRow(
            sealed=this.position,
            review=fact.review,
            bundle=fact.bundle,
            size=fact.size,
            entries=fact.entries,
            sealed_by=fact.by,
            sealed_at=this.at,
        )
    )


def _closed(this: Applied, fact: ReviewClosed) -> None:
    _end(this, fact.review, None)
    this.batch.change(ReviewRow, fact.review, conclusion=fact.conclusion, closed_by=fact.by, closed_at=this.at)


HANDLERS: Final[Handlers] = {
    ReviewOpened: _opened,
    AccessGranted: _granted,
    AccessRevoked: _revoked,
    ReviewTakenOver: _taken_over,
    BundleSealed: _sealed,
    ReviewClosed: _closed,
}


class AccessState(msgspec.Struct, frozen=True, kw_only=True):
    """One grant; it is over at ``ended_at``, or at ``until`` if that comes first."""

    reviewer: MemberId
    purpose: Code
    until: datetime
    granted_by: MemberId
    granted_at: datetime
    ended_at: datetime | None

    def lasts(self, now: datetime) -> bool:
        """Whether it lets its holder read now."""
        return self.ended_at is None and now < self.until


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """One sealed bundle."""

    sealed: int
    bundle: Sha256
    size: int
    entries: int
    sealed_by: MemberId
    sealed_at: datetime


class ReviewState(msgspec.Struct, frozen=True, kw_only=True):
    """One review as it stands."""

    review: UUID
    unit: Code
    number: Reference
    basis: str
    subject: Sha256
    reason: Sha256
    first_on: date
    last_on: date
    opened_by: MemberId
    led_by: MemberId
    opened_at: datetime
    conclusion: Sha256 | None
    closed_by: MemberId | None
    closed_at: datetime | None
    access: tuple[AccessState, ...]
    bundles: tuple[Bundle, ...]

    def may_read(self, person: MemberId, now: datetime) -> bool:
        """Whether somebody may look now."""
        return self.closed_at is None and any(one.reviewer == person and one.lasts(now) for one in self.access)


_REVIEW: Final = """
SELECT r.review, r.unit, r.number, r.basis, r.subject, r.reason, r.first_on, r.last_on, r.opened_by, r.led_by,
       r.opened_at, r.conclusion, r.closed_by, r.closed_at,
  (SELECT COALESCE(json_agg(json_build_object(
            'reviewer', a.reviewer, 'purpose', a.purpose, 'until', a.until, 'granted_by', a.granted_by,
            'granted_at', a.granted_at, 'ended_at', a.ended_at) ORDER BY a.granted), '[]')
   FROM review_access AS a WHERE a.review = r.review) AS access,
  (SELECT COALESCE(json_agg(json_build_object(
            'sealed', b.sealed, 'bundle', b.bundle, 'size', b.size, 'entries', b.entries,
            'sealed_by', b.sealed_by, 'sealed_at', b.sealed_at) ORDER BY b.sealed), '[]')
   FROM review_bundles AS b WHERE b.review = r.review) AS bundles
FROM reviews AS r
"""
_OF_UNIT: Final = _REVIEW + "WHERE r.unit = %(unit)s ORDER BY r.position DESC"
_ONE: Final = _REVIEW + "WHERE r.unit = %(unit)s AND r.review = %(review)s"
_CLOSED: Final = "SELECT review FROM reviews WHERE closed_at IS NOT NULL"


async def reviews_of(connection: AsyncConnection, unit: Code) -> Answer[tuple[ReviewState, ...]]:
    """The reviews of a disciplinary office, newest first."""
    return await ask(connection, ReviewState, _OF_UNIT, {"unit": unit}, where=unit)


async def review(connection: AsyncConnection, unit: Code, review: UUID) -> Answer[ReviewState | None]:
    """One review."""
    return await ask_one(connection, ReviewState, _ONE, {"unit": unit, "review": review}, where=unit)


async def closed(connection: AsyncConnection) -> list[UUID]:
    """The reviews that are over: whom they looked at is told who looked."""
    return [row[0] for row in await (await connection.execute(_CLOSED)).fetchall()]
