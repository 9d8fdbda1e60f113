"""Bodies: what a program sends as JSON or a browser as a form, read strictly into one struct.

``false`` is no 0 and "1" is no 1 in JSON; a form knows only text, which is read as what its field asks for.
Text is brought into Unicode's normal form C, because the log takes no other.
"""

import typing
import unicodedata
from typing import Any, Final, Protocol, TypeVar, runtime_checkable

import msgspec
from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect

from api.refusals import BodyInvalid, BodyUnreadable, MediaTypeUnknown

T = TypeVar("T")

KEY_FIELD: Final = "idempotency_key"
MAX_FIELDS: Final = 5_000
MAX_FILES: Final = 20


@runtime_checkable
class FromForm(Protocol):
    """A struct that a page's form fills in its own way."""

    @classmethod
    async def from_form(cls, form: FormData) -> dict[str, Any]:
        """The struct's fields as they would stand in JSON, but all text."""
        ...


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What was sent: the struct, whether by a form, and the form's own idempotency key."""

    value: Any
    by_form: bool
    key: str | None = None


async def read_body(request: Request, kind: type[Any]) -> Sent:
    """The body as ``kind``. Refuses with body-unreadable, body-invalid or media-type-unknown."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/json":
        return Sent(value=decoded(await _whole(request), kind), by_form=False)
    if media_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        try:
            async with request.form(max_fields=MAX_FIELDS, max_files=MAX_FILES) as form:
                return await _from_form(form, kind)
        except (MultiPartException, UnicodeDecodeError, ClientDisconnect) as problem:
            raise BodyUnreadable from problem
    raise MediaTypeUnknown


def is_form(request: Request) -> bool:
    """Whether a browser's form was sent."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type in ("application/x-www-form-urlencoded", "multipart/form-data")


async def _whole(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect as problem:
        raise BodyUnreadable from problem


def decoded(body: bytes, kind: type[T]) -> T:
    """JSON as ``kind``, strictly.

    >>> decoded(b"[true]", list[int])
    Traceback (most recent call last):
    api.refusals.BodyInvalid: body-invalid
    """
    try:
        text = unicodedata.normalize("NFC", body.decode())
        return msgspec.json.decode(text, type=kind, strict=True)
    except msgspec.ValidationError as problem:
        raise _invalid(problem) from problem
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError) as problem:
        raise BodyUnreadable from problem


async def _from_form(form: FormData, kind: type[Any]) -> Sent:
    key = form.get(KEY_FIELD)
    own = await kind.from_form(form) if issubclass(kind, FromForm) else _fields(form, kind)
    try:
        value = msgspec.convert(own, kind, strict=False)
    except msgspec.ValidationError as problem:
        raise _invalid(problem) from problem
    return Sent(value=value, by_form=True, key=key if isinstance(key, str) else None)


def _fields(form: FormData, kind: type[Any]) -> dict[str, Any]:
    """Each field of the struct from the form's field of its name; an empty one was not filled in."""
    found: dict[str, Any] = {}
    names = {field.name for field in msgspec.structs.fields(kind)}
    for name in form.keys():  # noqa: SIM118 - iterating over the form gives the keys once for every value
        if name not in names and name != KEY_FIELD:
            raise BodyInvalid(unknown=name[:64])
    for field in msgspec.structs.fields(kind):
        values = texts(form, field.name)
        if values:
            many = typing.get_origin(field.type) in (tuple, list)
            found[field.name] = values if many else values[-1]
    return found


def texts(form: FormData, name: str) -> list[str]:
    """What was filled in under a name, in normal form C and with one kind of line break."""
    values = (value for value in form.getlist(name) if isinstance(value, str))
    cleaned = (unicodedata.normalize("NFC", value).replace("\r\n", "\n").strip() for value in values)
    return [value for value in cleaned if value]


def uploads(form: FormData, name: str) -> list[UploadFile]:
    """The files that were chosen under a name."""
    return [value for value in form.getlist(name) if isinstance(value, UploadFile) and value.size]


def _invalid(problem: msgspec.ValidationError) -> BodyInvalid:
    """Msgspec says what was expected and where, nothing of the inside: "Expected `str`, got `int` - at `$.unit`"."""
    expected, _, where = str(problem).partition(" - at ")
    return BodyInvalid(expected=expected, where=where.strip("`") or "$")
