"""核查 — one disciplinary review: facts and state. Nothing else in the house ever reads it.

Whom it is about stands here as a commitment alone, like its reason and its conclusion: whoever reads the log learns
that a review runs, never whose. It holds nothing back and changes no figure; a hold needs the decision of a competent
body, which is a fact of its own elsewhere.
"""

from datetime import date
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid5

import msgspec
from msgspec.structs import replace

from domain.decider import NAMESPACE, Fact, Refused, Stream
from domain.values import Code, Instant, MemberId, Reference, Sha256, Title

Purpose: TypeAlias = Literal["discipline", "complaint", "inspection"]
"""What an access is for: a disciplinary case, the verification of a complaint, an inspection."""


class ReviewOpened(Fact, frozen=True, kw_only=True):
    """核查开启 — with its number and legal basis; whom it is about and why is sealed."""

    review: UUID
    unit: Code
    """The disciplinary office's organisation."""
    number: Reference
    basis: Title
    """The provision under which it is opened."""
    subject: Sha256
    reason: Sha256
    first_on: date
    last_on: date
    """The period that is looked at."""
    by: MemberId


class AccessGranted(Fact, frozen=True, kw_only=True):
    """授予查阅权 — one reviewer may read the archive of this person and period, until then and for this purpose."""

    review: UUID
    unit: Code
    reviewer: MemberId
    purpose: Purpose
    until: Instant
    by: MemberId


class AccessRevoked(Fact, frozen=True, kw_only=True):
    """收回查阅权."""

    review: UUID
    unit: Code
    reviewer: MemberId
    by: MemberId


class BundleSealed(Fact, frozen=True, kw_only=True):
    """材料封存 — the digest of what was taken to the file: entries, disclosures, proofs."""

    review: UUID
    unit: Code
    bundle: Sha256
    size: int
    """Of the signed checkpoint by which each proof stands: so far the log was looked at."""
    entries: int
    by: MemberId


class ReviewClosed(Fact, frozen=True, kw_only=True):
    """核查结束 — every access ends with it; who has read becomes visible to the person."""

    review: UUID
    unit: Code
    conclusion: Sha256
    by: MemberId


class ReviewTakenOver(Fact, frozen=True, kw_only=True):
    """核查接办 — whoever led it holds no office any more: somebody else of the office leads it now."""

    review: UUID
    unit: Code
    by: MemberId


class NoReview(msgspec.Struct, frozen=True):
    """No such review."""


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """One reviewer's right to read."""

    reviewer: MemberId
    purpose: Purpose
    until: Instant


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """A review, running or closed."""

    review: UUID
    unit: str
    subject: Sha256
    first_on: date
    last_on: date
    led_by: MemberId
    """Who opened it; after that, who took it over."""
    access: tuple[Access, ...] = ()
    """At most one of each reviewer."""
    bundles: tuple[Sha256, ...] = ()
    closed: bool = False

    def may_read(self, person: MemberId, at: Instant) -> bool:
        """Whether a person may look at an instant: granted, not revoked, not over, and the review runs."""
        return not self.closed and any(one.reviewer == person and at < one.until for one in self.access)


State: TypeAlias = NoReview | Review


class ReviewUnknown(Refused):
    """没有这项核查。 There is no such review."""

    code = "review-unknown"


class ReviewOver(Refused):
    """核查已结束,查阅权随之终止。 The review is closed, and with it every access to it."""

    code = "review-closed"


class NoAccess(Refused):
    """您没有这项核查的查阅权,或查阅权已终止。 You have no access under this review, or it has ended."""

    code = "review-no-access"


def evolve(state: State, fact: Fact) -> State:
    """The review after one more fact."""
    match state, fact:
        case NoReview(), ReviewOpened():
            return Review(
                review=fact.review,
                unit=fact.unit,
                subject=fact.subject,
                first_on=fact.first_on,
                last_on=fact.last_on,
                led_by=fact.by,
            )
        case Review(closed=False), AccessGranted():
            given = Access(reviewer=fact.reviewer, purpose=fact.purpose, until=fact.until)
            return replace(state, access=(*_others(state, fact.reviewer), given))
        case Review(closed=False), AccessRevoked():
            return replace(state, access=_others(state, fact.reviewer))
        case Review(closed=False), ReviewTakenOver():
            return replace(state, led_by=fact.by)
        case Review(closed=False), BundleSealed():
            return replace(state, bundles=(*state.bundles, fact.bundle))
        case Review(closed=False), ReviewClosed():
            return replace(state, access=(), closed=True)
        case _:
            raise AssertionError(f"{type(fact).__name__} cannot follow {type(state).__name__}")


def _others(state: Review, reviewer: MemberId) -> tuple[Access, ...]:
    return tuple(one for one in state.access if one.reviewer != reviewer)


REVIEW: Final[Stream[State]] = Stream(
    "review",
    NoReview(),
    evolve,
    (ReviewOpened, AccessGranted, AccessRevoked, BundleSealed, ReviewClosed, ReviewTakenOver),
)


def review_id(unit: Code, number: Reference) -> UUID:
    """The one review of this number in an organisation."""
    return uuid5(NAMESPACE, f"review/{unit}/{number}")
