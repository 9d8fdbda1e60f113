"""What a client sends about probation and measures: proposals, resolutions, approvals, and the steps of a measure."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta
from starlette.datastructures import FormData

from api.wishes import ApproveWish, Told, Wish, digest_of, filled
from domain.recording.chain import Verdict
from domain.values import Code, MemberId, Reference, Sha256

Months = Annotated[int, Meta(ge=1, le=24)]


class StartProbationWish(Wish, frozen=True, kw_only=True):
    """Who was admitted when, by which minute of the general meeting."""

    member: MemberId
    admitted_on: date
    minute: Reference
    minute_sha256: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the minute's file, which is not kept."""
        sha256 = await digest_of(form, "file", "minute_sha256")
        return {**filled(form, "member", "admitted_on", "minute"), "minute_sha256": sha256}


class OutcomeWish(Wish, frozen=True, kw_only=True):
    """What is proposed instead of what the total gives, and on which document."""

    proposal: Literal["confirm", "extend", "cancel"]
    document_kind: Code
    document: Sha256
    reason: Told

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the document's file, which is not kept."""
        sha256 = await digest_of(form, "file", "document")
        return {**filled(form, "proposal", "document_kind", "reason"), "document": sha256}


class ResolutionWish(Wish, frozen=True, kw_only=True):
    """How the general meeting voted; of an extension, for how many months."""

    minute: Reference
    minute_sha256: Sha256
    present: tuple[MemberId, ...]
    not_in_favour: tuple[MemberId, ...] = ()
    months: Months | None = None

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the minute's file, which is not kept."""
        return {**await ApproveWish.from_form(form), **_months(form)}


class HigherWish(Wish, frozen=True, kw_only=True):
    """What the higher organisation carried; refusing for the second time, what it decides instead."""

    verdict: Verdict
    minute: Reference
    minute_sha256: Sha256
    present: tuple[MemberId, ...]
    not_in_favour: tuple[MemberId, ...] = ()
    reason: Told | None = None
    instead: Literal["confirm", "extend", "cancel"] | None = None
    months: Months | None = None

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the minute's file, which is not kept."""
        said = await ApproveWish.from_form(form)
        return {**said, **filled(form, "verdict", "reason", "instead"), **_months(form)}


def _months(form: FormData) -> dict[str, Any]:
    return filled(form, "months")


class OfMemberWish(Wish, frozen=True, kw_only=True):
    """Whose measure it is."""

    member: MemberId


class OpenMeasureWish(OfMemberWish, frozen=True, kw_only=True):
    """Open it; with the general meeting's vote where it goes before it."""

    minute: Reference | None = None
    minute_sha256: Sha256 | None = None
    present: tuple[MemberId, ...] = ()
    not_in_favour: tuple[MemberId, ...] = ()

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the minute's file, which is not kept; without a minute there was no meeting."""
        member = filled(form, "member")
        if not filled(form, "minute"):
            return member
        return {**member, **await ApproveWish.from_form(form)}


class SetAsideWish(OfMemberWish, frozen=True, kw_only=True):
    """On which document it is not opened, and why."""

    basis: Reference
    basis_sha256: Sha256
    reason: Told

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the document's file, which is not kept."""
        sha256 = await digest_of(form, "file", "basis_sha256")
        return {**filled(form, "member", "basis", "reason"), "basis_sha256": sha256}


class DesigneeWish(OfMemberWish, frozen=True, kw_only=True):
    """Who is put in charge."""

    designee: MemberId


class DeclineWish(OfMemberWish, frozen=True, kw_only=True):
    """Why he cannot."""

    reason: Told


class StepWish(OfMemberWish, frozen=True, kw_only=True):
    """What was done on which day: its paper, or its note, which goes to the vault."""

    done_on: date
    proof: Sha256 | None = None
    note: Told | None = None

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the paper's file, which is not kept."""
        proof = await digest_of(form, "file", "proof")
        return {**filled(form, "member", "done_on", "note"), **({"proof": proof} if proof else {})}


class HelperWish(OfMemberWish, frozen=True, kw_only=True):
    """Who helps, from which day, by which plan."""

    helper: MemberId
    paired_on: date
    plan: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the plan's file, which is not kept."""
        return {**filled(form, "member", "helper", "paired_on"), "plan": await digest_of(form, "file", "plan")}


class HelpReviewWish(OfMemberWish, frozen=True, kw_only=True):
    """What came of the help."""

    reviewed_on: date
    note: Told
