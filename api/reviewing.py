"""核查查阅 — who may look under which review: asked of the log itself, so that an access that ended is gone at once."""

from typing import NamedTuple
from uuid import UUID

from anyio import to_thread

from api.asked import Asked
from api.readings import note_reading
from domain.decider import Refused
from domain.oversight.review import REVIEW, NoAccess, NoReview, Review, ReviewUnknown
from domain.sealed import Secret
from domain.values import Code, MemberId


class SubjectGone(Refused):
    """该核查的对象已无从查知。 Whom this review is about can no longer be known."""

    code = "review-subject-gone"


class Seen(NamedTuple):
    """A review under which the reader looks, and at whom."""

    review: Review
    subject: MemberId


def review_of(asked: Asked, unit: Code, review: UUID) -> Review:
    """The review as it stands in the log, or a refusal; synchronous, as writing is."""
    state = asked.house.ledger.load(REVIEW.of(review))
    if isinstance(state, NoReview) or state.unit != unit:
        raise ReviewUnknown
    return state


def subject_of(asked: Asked, review: Review) -> Secret:
    """Whom a review is about."""
    found = asked.house.vault.open([review.subject]).get(review.subject)
    if found is None:
        raise SubjectGone
    return found


async def allowed(asked: Asked, unit: Code, review: UUID) -> Seen:
    """What the reader may look at under a review; that he looks is still to be written down."""
    return await to_thread.run_sync(_may_look, asked, unit, review)


def _may_look(asked: Asked, unit: Code, review: UUID) -> Seen:
    state = review_of(asked, unit, review)
    if not state.may_read(asked.reader.person, asked.now):
        raise NoAccess
    return Seen(state, UUID(subject_of(asked, state).value))


async def looking(asked: Asked, unit: Code, review: UUID, what: str) -> Seen:
    """Let the reader look under a review: now, not before it was written down."""
    seen = await allowed(asked, unit, review)
    await note_reading(asked, seen.subject, what, review=review)
    return seen
