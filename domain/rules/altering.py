"""假设的办法 — a rule set with one figure changed, for a look at what it would have done; never a version.

A figure is named ``section.code.field`` or ``section.field``: ``honour_rules.cap_year``, ``grades.excellent.at_least``,
``responsibility.R-LX-1.cap_half``.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final, TypeGuard

import msgspec

from domain.decider import Refused

SECTIONS: Final = (
    "honour_rules",
    "grades",
    "excellent_quota",
    "scale",
    "responsibility",
    "honour",
    "negative",
    "categories",
)
_FIGURE: Final = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,2})?|[0-9]{1,4}/[0-9]{1,4}")
_KEYS: Final = ("code", "id")
RENAMED: Final = {"以上": "from_on"}
"""How a field is called where its name in the document is a word of Chinese."""


class FigureUnknown(Refused):
    """办法中没有这个参数。 The rule set has no such figure."""

    code = "figure-unknown"


class FigureWrong(Refused):
    """参数应为最多两位小数的数。 A figure is a decimal with at most two places, or a fraction where one stood."""

    code = "figure-wrong"


class Figure(msgspec.Struct, frozen=True):
    """One figure of a rule set."""

    path: str
    value: str
    section: str
    field: str
    zh: str
    """Of the item, grade or category that has it; empty where the section itself has it."""
    en: str


def figures(document: Mapping[str, Any]) -> Iterator[Figure]:
    """Every figure that can be supposed to be another, in the order of the document."""
    for section in SECTIONS:
        content = document.get(section)
        for entry in content if _is_list(content) else [content]:
            if _is_entry(entry):
                yield from _of_entry(section, entry)


def _is_list(content: object) -> TypeGuard[list[object]]:
    return isinstance(content, list)


def _is_entry(content: object) -> TypeGuard[dict[str, object]]:
    return isinstance(content, dict)


def _of_entry(section: str, entry: Mapping[str, object]) -> Iterator[Figure]:
    code = entry.get("code")
    for field, value in entry.items():
        if field not in _KEYS and isinstance(value, str) and _FIGURE.fullmatch(value):
            path = f"{section}.{field}" if code is None else f"{section}.{code}.{field}"
            zh, en = (str(entry.get(word) or code or "") for word in ("zh", "en"))
            yield Figure(path, value, section, RENAMED.get(field, field), zh, en)


def altered(document: Mapping[str, Any], path: str, value: str) -> dict[str, Any]:
    """The document with one figure changed, under a version name of its own."""
    if path not in {one.path for one in figures(document)}:
        raise FigureUnknown(path=path[:200])
    if not _FIGURE.fullmatch(value):
        raise FigureWrong(path=path)
    other = deepcopy(dict(document))
    section, rest = path.split(".", 1)
    code, _, field = rest.rpartition(".")
    content = other[section]
    entry = next(one for one in content if one.get("code") == code) if code else content
    entry[field] = value
    other["version"] = f"{document['version']}-what-if"
    return other
