"""What a client sends about what becomes of a person's data: always a ground and a document."""

from datetime import date
from typing import Annotated, Any

from msgspec import Meta
from starlette.datastructures import FormData

from api.wishes import Wish, digest_of, filled, last
from domain.organisation.custody import ErasureGround, RestrictionGround
from domain.oversight.retention import KeptKind
from domain.values import Reference, Sha256, Title


class GroundedWish(Wish, frozen=True, kw_only=True):
    """The provision, and the paper that asks for it; a form sends the file itself, which is hashed and not kept."""

    basis: Title
    document: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """What was filled in, and the digest of the file."""
        return {
            **filled(form, "basis", "number", "ground"),
            "document": await digest_of(form, "file", "document"),
        }


class LegalHoldWish(GroundedWish, frozen=True, kw_only=True):
    """A hold, by its number."""

    number: Reference


class RestrictionWish(GroundedWish, frozen=True, kw_only=True):
    """Why the data is restricted."""

    ground: RestrictionGround


class ErasureWish(GroundedWish, frozen=True, kw_only=True):
    """Why the key shall be destroyed."""

    ground: ErasureGround


class WithdrawalWish(Wish, frozen=True, kw_only=True):
    """A proposal is taken back, with the paper that says so."""

    minute: Reference
    minute_sha256: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the file, which is not kept."""
        return {**filled(form, "minute"), "minute_sha256": await digest_of(form, "file", "minute_sha256")}


class ErasureDecisionWish(Wish, frozen=True, kw_only=True):
    """Agreed or not, with its minute."""

    approve: bool
    minute: Reference
    minute_sha256: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the minute's file, which is not kept."""
        return {
            "approve": last(form, "approve") == "yes",
            **filled(form, "minute"),
            "minute_sha256": await digest_of(form, "file", "minute_sha256"),
        }


class RetentionWish(Wish, frozen=True, kw_only=True):
    """The plan that was shown, confirmed."""

    kind: KeptKind
    before_on: date
    due: Annotated[int, Meta(ge=0)]
    plan: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, str]:
        """As the page wrote it."""
        return filled(form, "kind", "before_on", "plan", "due")
