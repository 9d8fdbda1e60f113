"""A disciplinary office beside the branch of the domain's tests: two reviewers, and the wishes about one review."""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from domain.actor import Actor, person
from domain.oversight.review import review_id
from domain.oversight.reviewing import (
    CloseReview,
    GrantAccess,
    OpenReview,
    RevokeAccess,
    SealBundle,
    TakeOverReview,
)
from domain.sealed import Secret
from tests.domain.branch import AT, MEMBER, RULED, TOP, appointed, digest, registered, secret, who, wish

CHIEF, INSPECTOR, THIRD = (who(name) for name in ("chief-inspector", "inspector", "third-inspector"))
OFFICE: Final = (
    *(registered(one, TOP) for one in (CHIEF, INSPECTOR, THIRD)),
    appointed(CHIEF, "reviewer", TOP),
    appointed(INSPECTOR, "reviewer", TOP),
)
NUMBER: Final = "浦纪核〔2026〕3号"
REVIEW_ID: Final = review_id(TOP, NUMBER)
DAY: Final = timedelta(days=1)
REVIEWED: Final = RULED.given(*OFFICE)
"""The branch and the office, before anything is reviewed."""


def as_reviewer(member: UUID = CHIEF) -> Actor:
    """A reviewer of the office."""
    return person(member, "reviewer", TOP)


def about(subject: UUID = MEMBER) -> Secret:
    """Whom a review is about, under the review's own key."""
    return secret("subject", str(subject), REVIEW_ID)


def opened(subject: UUID = MEMBER, by: UUID = CHIEF, at: datetime = AT, why: str = "信访件反映") -> OpenReview:
    """The review is opened."""
    return wish(
        OpenReview,
        as_reviewer(by),
        at,
        unit=TOP,
        number=NUMBER,
        basis="《监督执纪工作规则》第二十条",
        subject=about(subject),
        reason=secret("reason", why, REVIEW_ID),
        first_on=date(2026, 1, 1),
        last_on=date(2026, 12, 31),
    )


def access(
    reviewer: UUID = INSPECTOR,
    subject: UUID = MEMBER,
    by: UUID = CHIEF,
    until: datetime = AT + 30 * DAY,
    at: datetime = AT,
) -> GrantAccess:
    """A reviewer may read."""
    return wish(
        GrantAccess,
        as_reviewer(by),
        at,
        unit=TOP,
        review=REVIEW_ID,
        subject=about(subject),
        reviewer=reviewer,
        purpose="discipline",
        until=until,
    )


def revoked(reviewer: UUID = INSPECTOR, by: UUID = CHIEF) -> RevokeAccess:
    """He may no longer."""
    return wish(RevokeAccess, as_reviewer(by), AT, unit=TOP, review=REVIEW_ID, reviewer=reviewer)


def taken_over(by: UUID = INSPECTOR, subject: UUID = MEMBER) -> TakeOverReview:
    """Somebody else leads it now."""
    return wish(TakeOverReview, as_reviewer(by), AT + DAY, unit=TOP, review=REVIEW_ID, subject=about(subject))


def sealed(by: UUID = INSPECTOR, at: datetime = AT) -> SealBundle:
    """What was taken to the file."""
    return wish(
        SealBundle,
        as_reviewer(by),
        at,
        unit=TOP,
        review=REVIEW_ID,
        bundle=digest("bundle"),
        size=41,
        entries=7,
    )


def closed(by: UUID = CHIEF, at: datetime = AT) -> CloseReview:
    """The review ends."""
    conclusion = secret("conclusion", "了结", REVIEW_ID)
    return wish(CloseReview, as_reviewer(by), at, unit=TOP, review=REVIEW_ID, conclusion=conclusion)
