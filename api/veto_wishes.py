"""What a client sends about a veto.

A struct has one base with fields, so that the two sittings about what a department brought repeat those of a sitting.
"""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta
from starlette.datastructures import FormData

from api.wishes import ApproveWish, Wish, digest_of, filled, last
from domain.values import Code, MemberId, Reference, Sha256


class BroughtVetoWish(Wish, frozen=True, kw_only=True):
    """The decision of a competent body, as a department brings it."""

    member: MemberId
    matter: Code
    item: Code
    occurred_on: date
    decided_on: date
    document_kind: Code
    document: Sha256
    issuer: Annotated[str, Meta(min_length=1, max_length=120)]

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """``what`` is item and kind of document in one choice; the file is hashed, not kept."""
        names = ("member", "matter", "occurred_on", "decided_on", "issuer")
        item, _, kind = last(form, "what").partition(" ")
        return {
            **filled(form, *names),
            "item": item,
            "document_kind": kind,
            "document": await digest_of(form, "decision_file", "document"),
        }


class ClosedVetoWish(Wish, frozen=True, kw_only=True):
    """Which brought veto is taken back, and why."""

    member: MemberId
    matter: Code
    item: Code
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """As the form says it."""
        return dict(filled(form, "member", "matter", "item", "reason"))


class DeclinedVetoWish(ClosedVetoWish, frozen=True, kw_only=True):
    """The same, and the sitting that declines it."""

    minute: Reference
    minute_sha256: Sha256
    present: tuple[MemberId, ...]
    not_in_favour: tuple[MemberId, ...] = ()

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The minute's file is hashed, not kept."""
        return {**await ApproveWish.from_form(form), **await ClosedVetoWish.from_form(form)}


class VetoWish(BroughtVetoWish, frozen=True, kw_only=True):
    """The same, and the sitting that registers it."""

    minute: Reference
    minute_sha256: Sha256
    present: tuple[MemberId, ...]
    not_in_favour: tuple[MemberId, ...] = ()

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """Both files are hashed, not kept."""
        return {**await ApproveWish.from_form(form), **await BroughtVetoWish.from_form(form)}


class LiftWish(ApproveWish, frozen=True, kw_only=True):
    """The document that changes the decision, and the sitting that lifts the veto."""

    member: MemberId
    decided_on: date
    lifted_on: date
    document_kind: Code
    document: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """Both files are hashed, not kept."""
        return {
            **await ApproveWish.from_form(form),
            **filled(form, "member", "decided_on", "lifted_on", "document_kind"),
            "document": await digest_of(form, "decision_file", "document"),
        }
