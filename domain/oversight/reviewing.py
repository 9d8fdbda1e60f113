"""核查办理 — a review is opened, access is given for a time, what is taken to the file is sealed, and it ends.

Whoever opens it, takes it over or is given access stands outside the person's line; nobody gives access to himself.
They alone act in it: everybody else of the office, the person himself among them, is told one and the same.
"""

from datetime import date, timedelta
from typing import Final, TypeAlias, assert_never
from uuid import UUID

from domain.decider import Command, Decision, NotPermitted, Past, Refused
from domain.organisation.appointments import RoleNotHeld, TermBackwards, holds
from domain.organisation.member import MEMBER, Registered
from domain.oversight.line import InHisLine, stand_outside
from domain.oversight.review import (
    REVIEW,
    AccessGranted,
    AccessRevoked,
    BundleSealed,
    NoAccess,
    NoReview,
    Purpose,
    Review,
    ReviewClosed,
    ReviewOpened,
    ReviewOver,
    ReviewTakenOver,
    ReviewUnknown,
    review_id,
)
from domain.sealed import Secret
from domain.values import Code, Instant, MemberId, Reference, Sha256, Title, day_of

LONGEST: Final = timedelta(days=180)
"""How long one grant of access may last: whoever needs longer is granted it anew, by somebody else."""


class ReviewExists(Refused):
    """该编号的核查已存在。 There is a review of this number already."""

    code = "review-exists"


class AccessToOneself(Refused):
    """不得给自己授予查阅权。 Nobody gives access to himself."""

    code = "review-access-to-oneself"


class AccessTerm(Refused):
    """查阅期限须在今后 180 天之内。 Access lasts until an instant within the next 180 days."""

    code = "review-access-term"


class OpenReview(Command, frozen=True, kw_only=True):
    """Open a review of one person and period."""

    operation = "review.open"
    unit: Code
    number: Reference
    basis: Title
    subject: Secret
    """The person's pseudonym, under the review's own key."""
    reason: Secret
    first_on: date
    last_on: date


class GrantAccess(Command, frozen=True, kw_only=True):
    """Let a reviewer read; ``subject`` is whom the review is about, as the vault says: it is sealed already."""

    operation = "review.grant"
    unit: Code
    review: UUID
    subject: Secret
    reviewer: MemberId
    purpose: Purpose
    until: Instant

    def secrets(self) -> tuple[Secret, ...]:
        """Nothing new."""
        return ()


class RevokeAccess(Command, frozen=True, kw_only=True):
    """End an access before its time."""

    operation = "review.grant"
    unit: Code
    review: UUID
    reviewer: MemberId


class TakeOverReview(Command, frozen=True, kw_only=True):
    """Lead it on, where whoever led it left the office; ``subject`` as for an access."""

    operation = "review.grant"
    unit: Code
    review: UUID
    subject: Secret

    def secrets(self) -> tuple[Secret, ...]:
        """Nothing new."""
        return ()


class SealBundle(Command, frozen=True, kw_only=True):
    """Keep the digest of what was taken to the file."""

    operation = "review.seal"
    fresh = ("bundle", "size", "entries")
    unit: Code
    review: UUID
    bundle: Sha256
    size: int
    entries: int


class CloseReview(Command, frozen=True, kw_only=True):
    """End a review and every access to it."""

    operation = "review.close"
    unit: Code
    review: UUID
    conclusion: Secret


ReviewCommand: TypeAlias = OpenReview | GrantAccess | RevokeAccess | TakeOverReview | SealBundle | CloseReview


def decide(past: Past, command: ReviewCommand) -> Decision:
    """What the disciplinary office does with a review."""
    by = command.actor.person
    if by is None:
        raise NotPermitted
    if isinstance(command, OpenReview):
        return _open(past, command, by)
    review = running(past, command.unit, command.review)
    ref = REVIEW.of(command.review)
    if isinstance(command, TakeOverReview):
        return [ref.says(_taken_over(past, command, review, by))]
    if not _takes_part(review, by, command.at):
        raise NoAccess
    match command:
        case GrantAccess():
            return [ref.says(_grant(past, command, review, by))]
        case RevokeAccess():
            if all(one.reviewer != command.reviewer for one in review.access):
                raise NoAccess
            said = AccessRevoked(review=command.review, unit=command.unit, reviewer=command.reviewer, by=by)
            return [ref.says(said)]
        case SealBundle():
            return [ref.says(_sealed(command, review, by))]
        case CloseReview():
            closed = ReviewClosed(
                review=command.review, unit=command.unit, conclusion=command.conclusion.commitment, by=by
            )
            return [ref.says(closed)]
        case _:
            assert_never(command)


def running(past: Past, unit: Code, review: UUID) -> Review:
    """The running review of an organisation, or a refusal."""
    state = past[REVIEW.of(review)]
    if isinstance(state, NoReview) or state.unit != unit:
        raise ReviewUnknown
    if state.closed:
        raise ReviewOver
    return state


def _takes_part(review: Review, person: MemberId, at: Instant) -> bool:
    """Asked before anybody's line is: a refusal that differed would tell the person that it is about him."""
    return person == review.led_by or review.may_read(person, at)


def may_take_over(past: Past, review: Review, subject: MemberId, person: MemberId, day: date) -> bool:
    """Whether nobody leads a running review any more, and a reviewer stands outside the person's line."""
    leader = past[MEMBER.of(review.led_by)]
    in_office = holds(past, review.led_by, "reviewer", review.unit, day)
    if review.closed or (in_office and isinstance(leader, Registered) and leader.belongs(day)):
        return False
    try:
        stand_outside(past, person, subject, review.first_on, day)
    except InHisLine:
        return False
    return True


def _taken_over(past: Past, command: TakeOverReview, review: Review, by: MemberId) -> ReviewTakenOver:
    """Refused as any other wish of who takes no part: whether it was for his line he is not told."""
    assert command.subject.commitment == review.subject, "a review is about the person whom it names"
    if not may_take_over(past, review, UUID(command.subject.value), by, day_of(command.at)):
        raise NoAccess
    return ReviewTakenOver(review=command.review, unit=command.unit, by=by)


def _open(past: Past, command: OpenReview, by: MemberId) -> Decision:
    review = review_id(command.unit, command.number)
    ref = REVIEW.of(review)
    if not isinstance(past[ref], NoReview):
        raise ReviewExists
    if command.last_on < command.first_on:
        raise TermBackwards(from_on=command.first_on, until_on=command.last_on)
    stand_outside(past, by, UUID(command.subject.value), command.first_on, day_of(command.at))
    opened = ReviewOpened(
        review=review,
        unit=command.unit,
        number=command.number,
        basis=command.basis,
        subject=command.subject.commitment,
        reason=command.reason.commitment,
        first_on=command.first_on,
        last_on=command.last_on,
        by=by,
    )
    return [ref.says(opened)]


def _grant(past: Past, command: GrantAccess, review: Review, by: MemberId) -> AccessGranted:
    today = day_of(command.at)
    assert command.subject.commitment == review.subject, "a review is about the person whom it names"
    if command.reviewer == by:
        raise AccessToOneself
    if not command.at < command.until <= command.at + LONGEST:
        raise AccessTerm
    if not holds(past, command.reviewer, "reviewer", command.unit, today):
        raise RoleNotHeld(role="reviewer")
    for person in (by, command.reviewer):
        stand_outside(past, person, UUID(command.subject.value), review.first_on, today)
    return AccessGranted(
        review=command.review,
        unit=command.unit,
        reviewer=command.reviewer,
        purpose=command.purpose,
        until=command.until,
        by=by,
    )


def _sealed(command: SealBundle, review: Review, by: MemberId) -> BundleSealed:
    if not review.may_read(by, command.at):
        raise NoAccess
    return BundleSealed(
        review=command.review,
        unit=command.unit,
        bundle=command.bundle,
        size=command.size,
        entries=command.entries,
        by=by,
    )
