"""Examples for the documents: one value of each type, made of what its fields are called."""

import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, TypeAlias
from uuid import UUID

import msgspec

Kind: TypeAlias = Any
"""A type."""
Json: TypeAlias = Any
"""A value in JSON terms."""

PERSON: Final = UUID("9f0c3c1e-6f57-4c53-9d3e-0c6a2f6f1b77")
RECORD: Final = UUID("0b7f64c8-5f0e-5f7a-a5dc-3c1f0f7b2f10")
DIGEST: Final = "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab"

BY_NAME: Final[dict[str, object]] = {
    "unit": "PK-ZWB",
    "unit_title": "政务办党支部",
    "parent": "PK",
    "body": "PK-ZWB",
    "matter": "TD-202605",
    "item": "R-LX-1",
    "kind": "study_session",
    "title": "5月主题党日",
    "role": "recorder",
    "name": "张三",
    "scheme": "pukou-district-offices",
    "version": "illustrative-1",
    "rules": "illustrative-1",
    "minute": "支委会纪要〔2026〕5号",
    "quantity": "1.00",
    "hours": "2.00",
    "points": "3.00",
    "outcome": "attended",
    "status": "submitted",
    "reason": "签到表缺少第二页,请补齐后再送审。",
    "clause": "第二章第三条",
    "login": "recorder",
    "password": "correct-horse-battery",
    "mode": "ratio",
    "stage": "record_sheet",
    "audience": "branch",
    "period": "Y",
    "office": "recorder@PK-ZWB",
    "language": "zh",
    "profile": "full",
    "sha256": DIGEST,
    "receipt": "YY-6C98593A18",
}


def example(kind: Kind, name: str = "", depth: int = 0) -> Json:
    """A value of a type in plain JSON terms; lists have one element."""
    kind, pattern = _bare(kind)
    origin: Kind = typing.get_origin(kind)
    args = typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return example(next(arg for arg in args if arg is not type(None)), name, depth)
    if origin is typing.Literal:
        return BY_NAME[name] if BY_NAME.get(name) in args else args[0]
    if origin is tuple and args[-1] is not Ellipsis:
        return [example(arg, name, depth + 1) for arg in args]
    if origin in (tuple, list, frozenset):
        return [example(args[0], name, depth + 1)] if depth < 8 else []
    if origin in (dict, Mapping):
        return {str(example(args[0], name, depth + 1)): example(args[1], name, depth + 1)}
    struct = origin or kind
    if isinstance(struct, type) and issubclass(struct, msgspec.Struct):
        fields = msgspec.structs.fields(kind)
        return {field.encode_name: example(field.type, field.name, depth + 1) for field in fields}
    return _plain(kind, name, pattern)


def _bare(kind: Kind) -> tuple[Kind, str | None]:
    pattern: str | None = None
    while getattr(kind, "__metadata__", None) is not None:
        kind, *notes = typing.get_args(kind)
        pattern = next((note.pattern for note in notes if getattr(note, "pattern", None)), pattern)
    return kind, pattern


def _plain(kind: Kind, name: str, pattern: str | None) -> Json:
    if kind is str:
        if pattern is not None and "a-f]{64}" in pattern:
            return DIGEST
        if pattern is not None and "([0-9]{4})(?:-" in pattern:
            return "2026-H1"
        if pattern is not None and (r"\.[0-9]{2}" in pattern or r"\.[0-9]{1,2}" in pattern):
            return "3.00"
        return BY_NAME.get(name, "PK-ZWB" if pattern else name.replace("_", " ") or "…")
    simple: dict[Any, Any] = {
        int: {"position": 412, "first": 412, "last": 412, "year": 2026, "born": 1985}.get(name, 1),
        bool: True,
        date: "2026-05-12",
        datetime: "2026-05-12T01:00:00Z",
        UUID: str(RECORD if name == "record" else PERSON),
        bytes: "",
        Any: {},
    }
    return simple.get(kind)
