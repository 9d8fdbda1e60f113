"""Everything that is wrong with the form of a document, each with its place and a sentence."""

import json
import re
from collections.abc import Iterator
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Annotated, Final, Literal, NoReturn, TypeGuard, Union, cast, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from domain.rules.forms import FORMS


class Problem(Struct, frozen=True):
    """One thing wrong: where (`$.honour[2].levels[0].points`), what, and a sentence in both languages."""

    path: str
    code: str
    zh: str
    en: str


class _NotExact(ValueError):
    """A number with a point or an exponent, NaN or an infinity."""


def parse(content: bytes) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """The JSON object in the bytes, and what is wrong with it as JSON.

    >>> parse(b'{"a": 1, "a": 2}')[1][0].code
    'repeated-key'
    """
    repeated: list[str] = []
    try:
        document: object = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=lambda pairs: _object(pairs, repeated),
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except _NotExact as error:
        return {}, (_not_exact("$", str(error)),)
    except (ValueError, RecursionError) as error:
        zh, en = f"不是有效的 JSON:{error}", f"not valid JSON: {error}"
        return {}, (Problem("$", "not-json", zh, en),)
    if repeated:
        return {}, tuple(_repeated_key(key) for key in repeated)
    if not _is_object(document):
        return {}, (Problem("$", "wrong-value", "应为一个对象。", "an object is expected"),)
    return document, ()


def _object(pairs: list[tuple[str, object]], repeated: list[str]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        repeated.extend(sorted({key for key in keys if keys.count(key) > 1}))
    return found


def _refuse_number(text: str) -> NoReturn:
    raise _NotExact(text)


def _repeated_key(key: str) -> Problem:
    zh, en = f"字段“{key}”在同一对象中出现了两次。", f"the key {key!r} stands twice in one object"
    return Problem("$", "repeated-key", zh, en)


def _not_exact(path: str, text: str) -> Problem:
    zh = f'数字 {text} 带小数点:分值写成文字,如 "1.5"。'
    return Problem(path, "not-exact", zh, f'the number {text} is not exact: write points as text, like "1.5"')


def problems_of(value: object, shape: object, path: str = "$") -> tuple[Problem, ...]:
    """All problems of a JSON value under the type that it should have."""
    return tuple(_walk(value, shape, path))


def repeated_codes(value: object, path: str = "$") -> tuple[Problem, ...]:
    """Codes that stand twice in one list, anywhere: all that can be wrong with what has the type that it should have.

    >>> [one.path for one in repeated_codes({"items": [{"code": "A"}, {"code": "B"}, {"code": "A"}]})]
    ['$.items[2].code']
    """
    return tuple(_repeated_codes(value, path))


def _repeated_codes(value: object, path: str) -> Iterator[Problem]:
    if _is_array(value):
        for index, element in enumerate(value):
            yield from _repeated_codes(element, f"{path}[{index}]")
        yield from _same_code_twice(value, path)
    elif _is_object(value):
        for key, element in value.items():
            yield from _repeated_codes(element, f"{path}.{key}")


def _walk(value: object, shape: object, path: str) -> Iterator[Problem]:
    shape, constrained = _bare(shape), shape
    if isinstance(shape, type) and issubclass(shape, Struct) and _is_object(value):
        yield from _walk_struct(value, shape, path)
        return
    arguments = get_args(shape)
    if get_origin(shape) is tuple and len(arguments) == 2 and arguments[1] is Ellipsis and _is_array(value):
        for index, element in enumerate(value):
            yield from _walk(element, arguments[0], f"{path}[{index}]")
        yield from _same_code_twice(value, path)
        if not value:
            yield from _convert(value, constrained, path)
        return
    if get_origin(shape) is dict and _is_object(value):
        for key, element in value.items():
            yield from _convert(key, arguments[0], f"{path}.{key}")
            yield from _walk(element, arguments[1], f"{path}.{key}")
        return
    yield from _convert(value, constrained, path)


def _walk_struct(value: dict[str, object], shape: type[Struct], path: str) -> Iterator[Problem]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    types = get_type_hints(shape, include_extras=True)
    for key in value:
        if key not in fields:
            yield _unknown_field(f"{path}.{key}", key, list(fields))
    for key, field in fields.items():
        if key in value:
            yield from _walk(value[key], types[field.name], f"{path}.{key}")
        elif field.required:
            zh, en = allowed(types[field.name])
            told = f"缺少字段“{key}”" + (f",应为{zh}。" if zh else "。")
            yield Problem(
                f"{path}.{key}", "missing-field", told, f"the field {key!r} is missing" + (f": {en}" if en else "")
            )


def _unknown_field(path: str, key: str, known: list[str]) -> Problem:
    near = get_close_matches(key, known, 1)
    zh, en = f"不认识的字段“{key}”", f"unknown field {key!r}"
    if near:
        zh, en = f"{zh},是否为“{near[0]}”", f"{en}, did you mean {near[0]!r}"
    names = ", ".join(known)
    told = f"{zh}{'?' if near else ';'}可写:{names}。"
    return Problem(path, "unknown-field", told, f"{en}; allowed: {names}")


def _same_code_twice(value: list[object], path: str) -> Iterator[Problem]:
    seen: set[object] = set()
    for index, element in enumerate(value):
        code = element.get("code") if _is_object(element) else None
        if isinstance(code, str) and code in seen:
            zh, en = f"代码“{code}”在同一清单中出现了两次。", f"the code {code!r} stands twice in one list"
            yield Problem(f"{path}[{index}].code", "repeated-code", zh, en)
        if isinstance(code, str):
            seen.add(code)


def _convert(value: object, shape: object, path: str) -> Iterator[Problem]:
    try:
        msgspec.convert(value, shape, strict=True)
    except msgspec.ValidationError as error:
        en = str(error).partition(" - at ")[0]
        zh = _in_chinese(en)
        told_zh, told_en = allowed(shape)
        if told_en:
            said = msgspec.json.encode(value).decode()[:80]
            zh, en = f"写的是 {said},应为{told_zh}", f"{said} stands here; expected: {told_en}"
        yield Problem(path, "wrong-value", f"{zh}。", en)


def allowed(shape: object) -> tuple[str, str]:
    """What may be written for a type, in both languages; empty where a type says nothing plain about itself.

    >>> allowed(Literal["down", "up"])[1]
    '"down", "up"'
    """
    zh, en = _plain(shape)
    if en and get_origin(_unannotated(shape)) in (Union, UnionType):
        zh, en = f"{zh},或 null", f"{en}, or null"
    return zh, en


def _unannotated(shape: object) -> object:
    while get_origin(shape) is Annotated:
        shape = get_args(shape)[0]
    return shape


def _plain(shape: object) -> tuple[str, str]:
    bare = _bare(shape)
    if get_origin(bare) is Literal:
        values = ", ".join(msgspec.json.encode(value).decode() for value in get_args(bare))
        return values, values
    for pattern in _patterns(shape):
        return FORMS.get(pattern, ("", ""))
    if bare is bool:
        return "true 或 false", "true or false"
    if bare is int:
        return "整数", "a whole number"
    if bare is str:
        return "文字", "text"
    if get_origin(bare) is tuple:
        inner = _plain(get_args(bare)[0])
        return (f"数组,每个元素为 {inner[0]}", f"a list, each element {inner[1]}") if inner[1] else ("数组", "a list")
    return "", ""


def _patterns(shape: object) -> Iterator[str]:
    """The patterns that a type demands of its text."""
    if get_origin(shape) is Annotated:
        yield from (meta.pattern for meta in get_args(shape)[1:] if isinstance(meta, Meta) and meta.pattern)
    if get_origin(shape) in (Annotated, Union, UnionType):
        for inner in get_args(shape)[:1] if get_origin(shape) is Annotated else get_args(shape):
            yield from _patterns(inner)


def _bare(shape: object) -> object:
    """The type without its constraints and without `| None`."""
    while get_origin(shape) is Annotated:
        shape = get_args(shape)[0]
    if get_origin(shape) in (Union, UnionType):
        kinds = [kind for kind in get_args(shape) if kind is not NoneType]
        return _bare(kinds[0]) if len(kinds) == 1 else shape
    return shape


_CHINESE: Final = (
    (re.compile(r"Expected (.+), got (.+)"), r"应为 \1,实为 \2"),
    (re.compile(r"Expected `(\w+)` matching regex (.+)"), r"应符合格式 \2"),
    (re.compile(r"Expected `(\w+)` ([<>]=?) (.+)"), r"应 \2 \3"),
    (re.compile(r"Expected `(\w+)` of length ([<>]=?) (.+)"), r"长度应 \2 \3"),
    (re.compile(r"Invalid enum value (.+)"), r"不是允许的取值:\1"),
)


def _in_chinese(message: str) -> str:
    for pattern, chinese in _CHINESE:
        if pattern.fullmatch(message):
            return pattern.sub(chinese, message)
    return f"不符合要求:{message}"


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict) and all(isinstance(key, str) for key in cast("dict[object, object]", value))


def _is_array(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)
