"""What a client sends about a review."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from api.wishes import Told, Wish
from domain.oversight.review import Purpose
from domain.values import MemberId, Reference, Title


class ReviewWish(Wish, frozen=True, kw_only=True):
    """A review: its number and basis, whom and which period it looks at, why."""

    number: Reference
    basis: Title
    person: Annotated[str, Meta(min_length=1, max_length=64)]
    """His work number, or his pseudonym."""
    first_on: date
    last_on: date
    reason: Told


class AccessWish(Wish, frozen=True, kw_only=True):
    """Who may read, until the end of which day, and what for."""

    reviewer: MemberId
    purpose: Purpose
    until_on: date


class RevokeWish(Wish, frozen=True, kw_only=True):
    """Whose access ends."""

    reviewer: MemberId


class CloseReviewWish(Wish, frozen=True, kw_only=True):
    """What came of it."""

    conclusion: Told
