"""What a client sends about a restatement: the order, a member's view, the approval."""

from datetime import date
from typing import Annotated, Any, Final

from msgspec import Meta
from starlette.datastructures import FormData

from api.bodies import texts
from api.wishes import ApproveWish, MotionWish, Told, Wish, digest_of, filled
from domain.objection.objection import Correction
from domain.values import Code, MemberId, RecordId, Sha256

Year = Annotated[int, Meta(ge=2000, le=2100)]


class CorrectionWish(Wish, frozen=True, kw_only=True):
    """A sealed record that was wrong, and what is right in its place, if anything."""

    member: MemberId
    record: RecordId
    right: Correction | None = None
    occurred_on: date | None = None
    counted_on: date | None = None


class AdditionWish(Wish, frozen=True, kw_only=True):
    """A record that was never entered: of a matter on record, or an honour with its certificate."""

    member: MemberId
    matter: Code
    item: Code
    right: Correction
    occurred_on: date | None = None
    counted_on: date | None = None
    document_kind: Code
    document: Sha256


class OrderWish(ApproveWish, frozen=True, kw_only=True):
    """Which period, under which version or with which records put right, on which document, by whom carried."""

    year: Year
    period: Code
    rules: Code | None = None
    unfavourable: bool = False
    corrections: Annotated[tuple[CorrectionWish, ...], Meta(max_length=50)] = ()
    additions: Annotated[tuple[AdditionWish, ...], Meta(max_length=50)] = ()
    document_kind: Code
    document: Sha256
    reason: Told

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digests are computed from the files, which are not kept; a page puts right one record at a time."""
        said = await ApproveWish.from_form(form)
        year, _, period = (texts(form, "what") or ("",))[-1].partition("/")
        record: dict[str, Any] = {**filled(form, "member", "record", "occurred_on")}
        outcome = filled(form, "outcome")
        if outcome:
            record["right"] = outcome
        added: dict[str, Any] = {**_named(form, "added_")}
        if "matter" in added:
            right = {name: added.pop(name) for name in ("outcome", "level") if name in added}
            added |= {"right": right, "document": await digest_of(form, "added_file", "document")}
        return {
            **said,
            **filled(form, "rules", "document_kind", "reason"),
            "year": int(year) if year.isdigit() else year,
            "period": period,
            "unfavourable": bool(texts(form, "unfavourable")),
            "corrections": [record] if "record" in record else [],
            "additions": [added] if "matter" in added else [],
            "document": await digest_of(form, "document_file", "document"),
        }


ADDED: Final = ("member", "matter", "item", "outcome", "level", "occurred_on", "counted_on", "document_kind")


def _named(form: FormData, before: str) -> dict[str, str]:
    """The fields of what is added, which a form tells apart by a prefix."""
    said = filled(form, *(before + name for name in ADDED))
    return {name.removeprefix(before): value for name, value in said.items()}


class ApprovalWish(MotionWish, frozen=True, kw_only=True):
    """The verdict on what was computed; who is spared though his result is worse."""

    spared: Annotated[tuple[MemberId, ...], Meta(max_length=200)] = ()

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """As of every motion, with those who are spared."""
        return {**await MotionWish.from_form(form), "spared": texts(form, "spared")}
