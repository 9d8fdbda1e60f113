"""核查 — the reviews of a disciplinary office: opened, access given and ended, what was sealed, closed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from anyio import to_thread
from fastapi import APIRouter, Response

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.documents import described
from api.names import Names, names_of
from api.pages import address
from api.refusals import NotFound
from api.review_wishes import AccessWish, CloseReviewWish, ReviewWish, RevokeWish
from api.reviewing import SubjectGone, review_of, subject_of
from api.routes.matters import Since
from api.wishes import Nothing
from domain.organisation.member import MemberUnknown
from domain.oversight.review import Purpose, review_id
from domain.oversight.reviewing import (
    AccessTerm,
    CloseReview,
    GrantAccess,
    OpenReview,
    RevokeAccess,
    TakeOverReview,
    may_take_over,
)
from domain.sealed import Secret
from domain.values import Code, MemberId, Reference, Sha256, midnight_after
from projections import offices, reviews
from projections.answers import AsyncConnection, instead
from projections.reviews import ReviewState

router = APIRouter(tags=["reviews"])

PURPOSES: tuple[Purpose, ...] = ("discipline", "complaint", "inspection")


class ReviewRow(msgspec.Struct, frozen=True, kw_only=True):
    """One review of the register; whom it is about is told to who opened it and to who may read."""

    review: UUID
    number: Reference
    basis: str
    first_on: date
    last_on: date
    name: str | None
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None


class AccessView(msgspec.Struct, frozen=True, kw_only=True):
    """One access that was given."""

    reviewer: MemberId
    name: str
    purpose: str
    granted_by: str
    granted_at: datetime
    until: datetime
    ended_at: datetime | None
    lasts: bool


class BundleView(msgspec.Struct, frozen=True, kw_only=True):
    """One bundle that was sealed."""

    position: int
    bundle: Sha256
    size: int
    entries: int
    sealed_by: str
    sealed_at: datetime


class ColleagueView(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewer of the office to whom access can be given."""

    member: MemberId
    name: str


class ReviewView(msgspec.Struct, frozen=True, kw_only=True):
    """One review."""

    unit: Code
    review: ReviewRow
    reason: str | None
    conclusion: str | None
    may_read: bool
    takes_part: bool
    """Leads it, or may read now: gives and ends access, and closes it."""
    led_by: str | None
    """Told to whoever takes part."""
    may_take_over: bool
    """Nobody leads it any more, and the reader may."""
    access: tuple[AccessView, ...]
    bundles: tuple[BundleView, ...]
    colleagues: tuple[ColleagueView, ...]


class ReviewRegister(msgspec.Struct, frozen=True, kw_only=True):
    """The reviews of an office, newest first."""

    unit: Code
    reviews: tuple[ReviewRow, ...]


@router.get("/units/{unit:code}/reviews")
@described(ReviewRegister)
async def register(unit: str, asked: Annotated[Asked, permitted("review.read")], since: Since = None) -> Response:
    """The reviews of the disciplinary office."""
    async with asked.ready(since) as connection:
        found = await reviews.reviews_of(connection, unit)
        said = await _said(asked, connection, found.value)
        rows = tuple(_row(asked, one, said) for one in found.value)
    return answer(asked, "reviews.html", instead(found, ReviewRegister(unit=unit, reviews=rows)), fresh=asked.now)


@router.get("/units/{unit:code}/reviews/{review:uuid}")
@described(ReviewView)
async def one(
    unit: str, review: UUID, asked: Annotated[Asked, permitted("review.read")], since: Since = None
) -> Response:
    """One review: who may read until when, and what was sealed."""
    async with asked.ready(since) as connection:
        found = await reviews.review(connection, unit, review)
        if found.value is None:
            raise NotFound
        state = found.value
        said = await _said(asked, connection, (state,))
        held = (await offices.officers_of(connection, unit, asked.today)).value
        others = [office.member for office in held if office.role == "reviewer"]
        names = await names_of(asked, connection, others)
        free = await to_thread.run_sync(_may_take_over, asked, unit, review)
    view = _view(asked, state, said)
    colleagues = tuple(ColleagueView(member=one, name=names(one)) for one in others if one != asked.reader.person)
    shown = msgspec.structs.replace(view, colleagues=colleagues, may_take_over=free)
    # An access runs out without a further entry.
    return answer(asked, "review.html", instead(found, shown), fresh=asked.now, purposes=PURPOSES)


def _may_take_over(asked: Asked, unit: Code, review: UUID) -> bool:
    state, person, today = review_of(asked, unit, review), asked.reader.person, asked.today
    if state.closed or state.led_by == person or not asked.may("review.grant"):
        return False
    try:
        subject = UUID(subject_of(asked, state).value)
    except SubjectGone:
        return False
    return asked.house.ledger.ask(lambda past: may_take_over(past, state, subject, person, today))


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What the vault and the roster say of some reviews."""

    names: Names
    values: Mapping[Sha256, str]


async def _said(asked: Asked, connection: AsyncConnection, found: tuple[ReviewState, ...]) -> Said:
    told = [one for one in found if _is_told(asked, one)]
    sealed = [one for state in told for one in (state.subject, state.reason, state.conclusion) if one is not None]
    opened = await to_thread.run_sync(asked.house.vault.open, sealed)
    values = {commitment: secret.value for commitment, secret in opened.items()}
    people = {UUID(values[one.subject]) for one in told if one.subject in values}
    for state in found:
        people |= {
            state.opened_by,
            state.led_by,
            *(one.reviewer for one in state.access),
            *(one.granted_by for one in state.access),
        }
        people |= {one.sealed_by for one in state.bundles}
    return Said(names=await names_of(asked, connection, people), values=values)


def _is_told(asked: Asked, state: ReviewState) -> bool:
    """Whether the reader knows whom it is about: he leads it, or may read now."""
    return state.led_by == asked.reader.person or state.may_read(asked.reader.person, asked.now)


def _row(asked: Asked, state: ReviewState, said: Said) -> ReviewRow:
    known = _is_told(asked, state) and state.subject in said.values
    return ReviewRow(
        review=state.review,
        number=state.number,
        basis=state.basis,
        first_on=state.first_on,
        last_on=state.last_on,
        name=said.names(UUID(said.values[state.subject])) if known else None,
        opened_by=said.names(state.opened_by),
        opened_at=state.opened_at,
        closed_at=state.closed_at,
    )


def _view(asked: Asked, state: ReviewState, said: Said) -> ReviewView:
    return ReviewView(
        unit=state.unit,
        review=_row(asked, state, said),
        reason=said.values.get(state.reason),
        conclusion=None if state.conclusion is None else said.values.get(state.conclusion),
        may_read=state.may_read(asked.reader.person, asked.now),
        takes_part=_is_told(asked, state),
        led_by=said.names(state.led_by) if _is_told(asked, state) else None,
        may_take_over=False,
        access=tuple(
            AccessView(
                reviewer=one.reviewer,
                name=said.names(one.reviewer),
                purpose=one.purpose,
                granted_by=said.names(one.granted_by),
                granted_at=one.granted_at,
                until=one.until,
                ended_at=one.ended_at,
                lasts=one.lasts(asked.now),
            )
            for one in state.access
        ),
        bundles=tuple(
            BundleView(
                position=one.sealed,
                bundle=one.bundle,
                size=one.size,
                entries=one.entries,
                sealed_by=said.names(one.sealed_by),
                sealed_at=one.sealed_at,
            )
            for one in state.bundles
        ),
        colleagues=(),
    )


@router.post("/units/{unit:code}/reviews", status_code=201)
@described(creates=True)
def open_one(unit: str, asked: Annotated[Asked, permitted("review.open", takes=ReviewWish)]) -> Response:
    """Open a review of one person and period."""
    wish: ReviewWish = asked.body
    review = review_id(unit, wish.number)
    receipt = asked.execute(
        OpenReview,
        unit=unit,
        number=wish.number,
        basis=wish.basis,
        subject=asked.secret(review, "subject", str(_person(asked, wish.person))),
        reason=asked.secret(review, "reason", wish.reason),
        first_on=wish.first_on,
        last_on=wish.last_on,
    )
    return granted(asked, receipt, place(unit, review), created=True)


def _person(asked: Asked, said: str) -> MemberId:
    """By the pseudonym, else by the work number."""
    try:
        return UUID(said)
    except ValueError:
        number = Secret(subject=UUID(int=0), name="work_number", value=said, salt="")
        found = asked.house.vault.holder([number])
        if found is None:
            raise MemberUnknown(work_number=said) from None
        return found


def place(unit: Code, review: UUID) -> str:
    """Where a review stands."""
    return f"/units/{address(unit)}/reviews/{review}"


@router.post("/units/{unit:code}/reviews/{review:uuid}/access")
@described()
def grant(unit: str, review: UUID, asked: Annotated[Asked, permitted("review.grant", takes=AccessWish)]) -> Response:
    """Let a reviewer read until the end of a day."""
    wish: AccessWish = asked.body
    if wish.until_on == date.max:
        raise AccessTerm  # no day follows it
    receipt = asked.execute(
        GrantAccess,
        unit=unit,
        review=review,
        subject=subject_of(asked, review_of(asked, unit, review)),
        reviewer=wish.reviewer,
        purpose=wish.purpose,
        until=midnight_after(wish.until_on),
    )
    return granted(asked, receipt, place(unit, review))


@router.post("/units/{unit:code}/reviews/{review:uuid}/access/end")
@described()
def revoke(unit: str, review: UUID, asked: Annotated[Asked, permitted("review.grant", takes=RevokeWish)]) -> Response:
    """End a reviewer's access before its time."""
    receipt = asked.execute(RevokeAccess, unit=unit, review=review, reviewer=asked.body.reviewer)
    return granted(asked, receipt, place(unit, review))


@router.post("/units/{unit:code}/reviews/{review:uuid}/succession")
@described()
def take_over(unit: str, review: UUID, asked: Annotated[Asked, permitted("review.grant", takes=Nothing)]) -> Response:
    """Lead a review on that nobody of the office leads any more."""
    subject = subject_of(asked, review_of(asked, unit, review))
    receipt = asked.execute(TakeOverReview, unit=unit, review=review, subject=subject)
    return granted(asked, receipt, place(unit, review))


@router.post("/units/{unit:code}/reviews/{review:uuid}/closing")
@described()
def close(
    unit: str, review: UUID, asked: Annotated[Asked, permitted("review.close", takes=CloseReviewWish)]
) -> Response:
    """Close a review: every access ends at once, and the person can see who has read."""
    conclusion = asked.secret(review, "conclusion", asked.body.conclusion)
    receipt = asked.execute(CloseReview, unit=unit, review=review, conclusion=conclusion)
    return granted(asked, receipt, place(unit, review))
