"""登记项 — what can stand in a field of a register, and the check of what was filled in."""

import re
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from domain.decider import Refused
from domain.values import Code

FieldType: TypeAlias = Literal["count", "number", "choice", "title", "reference", "sha256", "link"]
"""A whole number, one with two places, a code of a closed list, a designation, the number of a paper, a digest, or
an entry of another register as ``unit:entry``."""

Written: TypeAlias = Annotated[str, Meta(min_length=1, max_length=129)]
"""A field's value as it stands on the wire: "159", "6.50", "city"."""

_SHAPES: Final[dict[FieldType, re.Pattern[str]]] = {
    "count": re.compile(r"0|[1-9][0-9]{0,8}"),
    "number": re.compile(r"(0|[1-9][0-9]{0,6})\.[0-9]{2}"),
    "choice": re.compile(r"[a-z][a-z_]{0,63}"),
    "title": re.compile(r".{1,120}"),
    "reference": re.compile(r".{1,64}"),
    "sha256": re.compile(r"[0-9a-f]{64}"),
    "link": re.compile(r"([A-Za-z0-9][A-Za-z0-9._/-]{0,63}):([A-Za-z0-9][A-Za-z0-9._/-]{0,63})"),
}


class Choice(msgspec.Struct, frozen=True):
    """One of a closed list, in both languages."""

    code: str
    zh: str
    en: str


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a register."""

    code: str
    type: FieldType
    zh: str
    en: str
    required: bool = True
    choices: tuple[Choice, ...] = ()
    to: str = ""
    """Of a link: the register in which its entry stands."""
    least: int = 0
    """Of a count."""
    within: str = ""
    """Of a count: the field that it cannot exceed."""


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands in one field."""

    field: Code
    value: Written


class FieldUnknown(Refused):
    """该台账没有这个登记项。 This register has no such field."""

    code = "register-field-unknown"


class FieldMissing(Refused):
    """缺少必填的登记项。 A field that must be filled in is missing."""

    code = "register-field-missing"


class FieldInvalid(Refused):
    """登记项的内容不符合要求。 What was filled in does not fit its field."""

    code = "register-field-invalid"


class TooFewAsked(Refused):
    """受访人数太少,不能登记:汇总不得指向个人。 Too few were asked: a total must not point at a person."""

    code = "register-too-few"


class CountExceeded(Refused):
    """数量超过了其所属的总数。 A count is larger than the total of which it is a part."""

    code = "register-count-exceeded"


def said(values: tuple[Value, ...]) -> dict[str, str]:
    """Values by their field."""
    return {one.field: one.value for one in values}


def link(text: str) -> tuple[str, str]:
    """Organisation and entry of a link.

    >>> link("GW/PK-01:ZW-2026")
    ('GW/PK-01', 'ZW-2026')
    """
    unit, _, entry = text.partition(":")
    return unit, entry


def checked(fields: tuple[Field, ...], values: tuple[Value, ...]) -> tuple[Value, ...]:
    """The values in the order of their fields, each known, fitting and there if it must be; raises ``Refused``."""
    found = said(values)
    if len(found) < len(values):
        raise FieldInvalid(field=values[0].field)
    unknown = found.keys() - {field.code for field in fields}
    if unknown:
        raise FieldUnknown(field=min(unknown))
    for field in fields:
        _check(field, found)
    return tuple(Value(field=field.code, value=found[field.code]) for field in fields if field.code in found)


def _check(field: Field, found: dict[str, str]) -> None:
    value = found.get(field.code)
    if value is None:
        if field.required:
            raise FieldMissing(field=field.code)
        return
    if not _SHAPES[field.type].fullmatch(value):
        raise FieldInvalid(field=field.code)
    if field.choices and value not in {choice.code for choice in field.choices}:
        raise FieldInvalid(field=field.code)
    if field.type == "count" and int(value) < field.least:
        raise TooFewAsked(field=field.code, least=field.least)
    if field.within and field.within in found and int(value) > int(found[field.within]):
        raise CountExceeded(field=field.code, total=field.within)
