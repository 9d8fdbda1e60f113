"""What a client sends about a notice on the board and about an objection."""

from datetime import date
from typing import Annotated, Any, TypeAlias
from uuid import UUID

from msgspec import Meta
from starlette.datastructures import FormData

from api.bodies import texts
from api.wishes import ApproveWish, Told, Wish, digest_of, filled, last, two_places
from domain.notice.notice import Shown
from domain.objection.objection import Correction, Delivery, Heard, Outcomes, Target
from domain.objection.retaliation import Conclusion
from domain.values import Code, MemberId, Reference, Sha256, Title

Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=60)]
Contact: TypeAlias = Annotated[str, Meta(min_length=1, max_length=120)]
Number: TypeAlias = Annotated[str, Meta(pattern=r"^YY-[0-9A-F]{10}$(?!\n)")]
Secret: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]


class CheckWish(Wish, frozen=True, kw_only=True):
    """What was found to be shown of a person."""

    shows: Annotated[tuple[Shown, ...], Meta(min_length=1)]

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """Every box that stayed ticked."""
        return {"shows": texts(form, "shows")}


class PictureWish(Wish, frozen=True, kw_only=True):
    """A picture of the paper on the wall, by its digest."""

    posted_on: date
    sha256: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest of the chosen file, which is not kept."""
        return {"posted_on": last(form, "posted_on"), "sha256": await digest_of(form, "file", "sha256")}


class ExtendWish(Wish, frozen=True, kw_only=True):
    """The new last day of the term."""

    ends_on: date


class WithdrawNoticeWish(Wish, frozen=True, kw_only=True):
    """Why a notice is taken down."""

    reason: Told


class ObjectionWish(Wish, frozen=True, kw_only=True):
    """Three fields: who (with how to reach him), what, why. A member who is signed in is known to the vault."""

    about: Target
    line: int | None = None
    name: Name | None = None
    contact: Contact | None = None
    reason: Told

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """``what`` is a line, ``line.3``, or one of the other things that can be objected to."""
        what, _, number = last(form, "what").partition(".")
        line = {"line": number} if number else {}
        return {"about": what, **line, **filled(form, "name", "contact", "reason")}


class PaperWish(ObjectionWish, frozen=True, kw_only=True):
    """The same as it came in on paper, with the day."""

    received_on: date

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """As above, with the day."""
        return {**await ObjectionWish.from_form(form), "received_on": last(form, "received_on")}


class FollowWish(Wish, frozen=True, kw_only=True):
    """What stands on the receipt."""

    receipt: Number
    secret: Secret


class AppealWish(FollowWish, frozen=True, kw_only=True):
    """Why the objector wants another decision."""

    reason: Told


class FlagWish(FollowWish, frozen=True, kw_only=True):
    """What was done to whoever objected, and why he takes it for retaliation."""

    act: UUID
    reason: Told


class FlagByHandlerWish(Wish, frozen=True, kw_only=True):
    """The same by the handler, who has asked him."""

    act: UUID
    reason: Told
    consented: bool = False

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """A box that stays empty says nothing."""
        return {"act": last(form, "act"), "reason": last(form, "reason"), "consented": bool(last(form, "consented"))}


class FoundWish(Wish, frozen=True, kw_only=True):
    """What the level above found of a flag."""

    conclusion: Conclusion
    finding: Told


class SubjectAppealWish(Wish, frozen=True, kw_only=True):
    """Why the member concerned wants another decision."""

    reason: Told


class DeclineWish(Wish, frozen=True, kw_only=True):
    """On which ground it is not taken up, and why."""

    ground: Code
    reason: Told


class HandlerWish(Wish, frozen=True, kw_only=True):
    """Who looks into it, and where he holds his office if that is elsewhere."""

    handler: MemberId
    of: Code | None = None


class HearingWish(Wish, frozen=True, kw_only=True):
    """Who was heard, when, and what they said."""

    heard: tuple[Heard, ...]
    held_on: date
    note: Told


class FindingWish(Wish, frozen=True, kw_only=True):
    """What was found."""

    finding: Told


class DecisionWish(Wish, frozen=True, kw_only=True):
    """The decision, what is right instead, and the reply."""

    outcome: Outcomes
    correction: Correction | None = None
    reply: Told

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The correction stands in fields of its own; without an outcome there is none."""
        return {**filled(form, "outcome", "reply"), **_right(form)}


class ReplyWish(Wish, frozen=True, kw_only=True):
    """How the reply is delivered."""

    how: Delivery = "page"


class AppealDecisionWish(DecisionWish, frozen=True, kw_only=True):
    """The leading group's decision, with its minute and who was present."""

    minute: Reference
    minute_sha256: Sha256
    present: tuple[MemberId, ...]
    not_in_favour: tuple[MemberId, ...] = ()

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the minute's file, which is not kept."""
        return {**await DecisionWish.from_form(form), **await ApproveWish.from_form(form)}


class OutsideDecisionWish(DecisionWish, frozen=True, kw_only=True):
    """What the next level up outside this log decided, by its paper."""

    authority: Title
    document: Reference
    document_sha256: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the paper's file, which is not kept."""
        return {
            **await DecisionWish.from_form(form),
            "authority": last(form, "authority"),
            "document": last(form, "document"),
            "document_sha256": await digest_of(form, "file", "document_sha256"),
        }


def _right(form: FormData) -> dict[str, Any]:
    """``right_outcome`` is an outcome, or one with the level that is right: ``honoured.district``."""
    outcome, _, level = last(form, "right_outcome").partition(".")
    if not outcome:
        return {}
    right: dict[str, Any] = {"outcome": outcome, "quantity": two_places(last(form, "right_quantity") or "1")}
    right |= {"level": level} if level else {}
    right |= {name: said for name in ("condition", "share") if (said := last(form, f"right_{name}"))}
    if member := last(form, "right_member"):
        right["member"] = member
    return {"correction": right}
