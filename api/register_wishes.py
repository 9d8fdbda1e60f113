"""What a client sends about registers: entries, corrections, steps, who belongs to them; what the public leaves."""

from datetime import date
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta
from starlette.datastructures import FormData

from api.bodies import uploads
from api.wishes import Told, Wish, digest_of, filled, last, sha256_of, two_places
from domain.register.fields import Field, Value, Written
from domain.values import Code, MemberId, Sha256, Title

FIELD: Final = "value."
FILE: Final = "file."
LEFT_MOST: Final = 1000


async def _values(form: FormData) -> dict[str, str]:
    """``value.<field>`` as it was typed; of ``file.<field>`` the digest, the file is not kept."""
    found = {
        name.removeprefix(FIELD): last(form, name) for name in dict.fromkeys(form.keys()) if name.startswith(FIELD)
    }
    for name in dict.fromkeys(form.keys()):
        chosen = uploads(form, name) if name.startswith(FILE) else []
        if chosen:
            found[name.removeprefix(FILE)] = await sha256_of(chosen[0])
    return {field: value for field, value in found.items() if value}


def in_order(fields: tuple[Field, ...], values: dict[str, str]) -> tuple[Value, ...]:
    """The values as a wish of the domain: first those of the table, in its order, then whatever else was sent."""
    known = [field.code for field in fields]
    places = {field.code for field in fields if field.type == "number"}
    ordered = [*(code for code in known if code in values), *(code for code in values if code not in known)]
    return tuple(
        Value(field=code, value=two_places(values[code]) if code in places else values[code]) for code in ordered
    )


class EntryWish(Wish, frozen=True, kw_only=True):
    """One thing for a register: its code, and what the register asks. Of a matter title and day are known."""

    entry: Code
    title: Title | None = None
    on: date | None = None
    values: dict[Code, Written] = msgspec.field(default_factory=dict[Code, Written])
    words: Told | None = None

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """One field ``value.<field>`` for each that the register has."""
        return {**filled(form, "entry", "title", "on", "words"), "values": await _values(form)}


class CorrectionWish(Wish, frozen=True, kw_only=True):
    """Everything that the entry says from now on, and why."""

    title: Title | None = None
    on: date | None = None
    values: dict[Code, Written] = msgspec.field(default_factory=dict[Code, Written])
    reason: Told

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """As an entry, with the reason."""
        return {**filled(form, "title", "on", "reason"), "values": await _values(form)}


class StepWish(Wish, frozen=True, kw_only=True):
    """A step: which, when, what it says, the document that shows it."""

    step: Code
    on: date
    values: dict[Code, Written] = msgspec.field(default_factory=dict[Code, Written])
    document: Sha256 | None = None

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The digest of the document's file, which is not kept."""
        document = await digest_of(form, "file", "document")
        paper = {"document": document} if document else {}
        return {**filled(form, "step", "on"), "values": await _values(form), **paper}


class WhyWish(Wish, frozen=True, kw_only=True):
    """Why an entry is withdrawn, or a step taken back."""

    reason: Told


class PartWish(Wish, frozen=True, kw_only=True):
    """A member, or an entry of another register by its organisation and code."""

    part: Code
    member: MemberId | None = None
    of_unit: Code | None = None
    of_entry: Code | None = None

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """A form offers entries as ``unit:code``."""
        unit, _, entry = last(form, "of").partition(":")
        other = {"of_unit": unit, "of_entry": entry} if unit and entry else {}
        return {**filled(form, "part", "member", "of_unit", "of_entry"), **other}


class FeedbackWish(Wish, frozen=True, kw_only=True):
    """Two answers, and words if somebody likes: no name, no address, nothing else."""

    aware: Code
    approves: Code
    words: Annotated[str, Meta(min_length=1, max_length=LEFT_MOST)] | None = None
