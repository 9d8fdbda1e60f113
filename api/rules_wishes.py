"""What a client sends about the items of a unit: proposed, decided, retired."""

from datetime import date
from typing import Any, Final

from starlette.datastructures import FormData

from api.wishes import Wish, digest_of, filled
from domain.rules.local import LocalList
from domain.values import Code, Reference, Sha256

_TEXTS: Final = ("code", "zh", "en", "cat", "clause")
_MODED: Final = ("mode", "matter", "points", "cap_half", "cap_year")


class LocalItemWish(Wish, frozen=True, kw_only=True):
    """One item as a rule set writes it, for one of its lists."""

    version: Code
    section: LocalList
    item: dict[str, Any]

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """A form says the plain ones: so much for each deed or by share, or one level of an honour or a deduction."""
        said = filled(form, "section", "version", "evidence", *_TEXTS, *_MODED)
        item: dict[str, Any] = {name: said[name] for name in _TEXTS if name in said}
        item["evidence"] = [said["evidence"]] if "evidence" in said else []
        section = said.get("section")
        if section == "responsibility":
            item |= {name: said[name] for name in _MODED if name in said}
            if said.get("mode") != "earn":
                item.pop("points", None)
        else:
            names = {name: said[name] for name in ("zh", "en") if name in said}
            item["levels"] = [{"code": "each", **names, "points": said.get("points", "")}]
            most = {"cap_year": said["cap_year"]} if "cap_year" in said else {}
            honour = {"unit": names, **most}
            item |= honour if section == "honour" else {"max_points": said.get("cap_year")}
        return {"version": said.get("version"), "section": section, "item": item}


class DeclineLocalWish(Wish, frozen=True, kw_only=True):
    """The minute of a decision about an item."""

    minute: Reference
    minute_sha256: Sha256

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest is computed from the minute's file, which is not kept."""
        return {**filled(form, "minute"), "minute_sha256": await digest_of(form, "file", "minute_sha256")}


class AuthoriseLocalWish(DeclineLocalWish, frozen=True, kw_only=True):
    """From which day on an item holds."""

    effective_on: date

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The minute, and the day."""
        return {**await DeclineLocalWish.from_form(form), **filled(form, "effective_on")}


class RetireLocalWish(DeclineLocalWish, frozen=True, kw_only=True):
    """From which day on an item is asked no more."""

    from_on: date

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The minute, and the day."""
        return {**await DeclineLocalWish.from_form(form), **filled(form, "from_on")}
