"""A rule set in parts, put together again, and its digest."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TypeGuard, cast

import msgspec
from msgspec import Struct

from domain.rules.scheme import SECTIONS


class Part(Struct, frozen=True):
    """One part of a rule set, small enough for one fact.

    A section that lists things with codes is one part per thing; every other section is one part, whose code
    is None.
    """

    section: str
    code: str | None
    content: object


def parts(document: Mapping[str, object]) -> list[Part]:
    """The document cut into parts, sections in the published order, elements in their own.

    >>> [(part.section, part.code) for part in parts({"grades": [{"code": "a"}, {"code": "b"}], "id": "x"})]
    [('id', None), ('grades', 'a'), ('grades', 'b')]
    """
    found: list[Part] = []
    for section in _in_order(document):
        content = document[section]
        if _is_coded_list(content):
            found.extend(Part(section, cast("str", element["code"]), element) for element in content)
        else:
            found.append(Part(section, None, content))
    return found


def assemble(all_parts: Iterable[Part]) -> dict[str, object]:
    """The document that was cut into these parts.

    Parts of one section keep the order in which they are given; sections come out in the published order.
    Raises ValueError where two parts claim the same place.
    """
    lists: dict[str, list[object]] = {}
    whole: dict[str, object] = {}
    seen: set[tuple[str, str | None]] = set()
    for part in all_parts:
        place = (part.section, part.code)
        if place in seen or part.section in (whole if part.code is not None else lists):
            raise ValueError(f"two parts for one place: {place}")
        seen.add(place)
        if part.code is None:
            whole[part.section] = part.content
        else:
            lists.setdefault(part.section, []).append(part.content)
    together: dict[str, object] = {**whole, **lists}
    return {section: together[section] for section in _in_order(together)}


def digest(document: Mapping[str, object]) -> str:
    """SHA-256 in hex over the document's canonical bytes: JSON, UTF-8, keys sorted, no white space.

    The order of keys does not matter, the order of lists does. Raises ValueError for a float.

    >>> digest({"b": "1.50", "a": 1}) == sha256(b'{"a":1,"b":"1.50"}').hexdigest()
    True
    """
    _refuse_floats(document, "$")
    return sha256(msgspec.json.encode(document, order="sorted")).hexdigest()


def _in_order(document: Mapping[str, object]) -> list[str]:
    known = [section for section in SECTIONS if section in document]
    return known + sorted(section for section in document if section not in SECTIONS)


def _is_coded_list(content: object) -> TypeGuard[list[dict[str, object]]]:
    """Whether every element has a code of its own; an empty list stays whole, so that it is not lost."""
    if not isinstance(content, list) or not content:
        return False
    codes: list[str] = []
    for element in cast("list[object]", content):
        code = cast("dict[object, object]", element).get("code") if isinstance(element, dict) else None
        if not isinstance(code, str):
            return False
        codes.append(code)
    return len(set(codes)) == len(codes)


def _refuse_floats(value: object, path: str) -> None:
    if isinstance(value, float):
        raise ValueError(f"a float at {path}: points are written as text")
    if isinstance(value, Mapping):
        for key, element in cast("Mapping[object, object]", value).items():
            _refuse_floats(element, f"{path}.{key}")
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for index, element in enumerate(cast("Sequence[object]", value)):
            _refuse_floats(element, f"{path}[{index}]")
