"""新旧对照 — what one version of a rule set says otherwise than another, item by item and figure by figure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeAlias

import msgspec

Change: TypeAlias = Literal["added", "removed", "changed"]

_NAMES_ITSELF: Final = ("version",)
"""What no version has in common with another."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that one version says and the other does not, or otherwise."""

    section: str
    code: str | None
    """Of the item, where the section is a list of such."""
    zh: str
    en: str
    change: Change
    path: str
    """What of it, say ``levels[2].points``; empty for the whole."""
    before: str | None
    after: str | None


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Section by section in the order of their names; of two published documents, as they were decoded.

    >>> [(d.path, d.before, d.after) for d in differences({"cap": {"year": "15"}}, {"cap": {"year": "12"}})]
    [('year', '15', '12')]
    """
    for section in sorted({*before, *after} - set(_NAMES_ITSELF)):
        old, new = before.get(section), after.get(section)
        known, wanted = _coded(old), _coded(new)
        if known is None or wanted is None:
            yield from _changes(section, None, {}, old, new)
            continue
        for code in dict.fromkeys((*wanted, *known)):
            yield from _changes(section, code, wanted.get(code) or known[code], known.get(code), wanted.get(code))


def _coded(section: object) -> dict[str, dict[str, Any]] | None:
    """A list of things by code; nothing where it is no such list."""
    listed = [_named(one) for one in (_list(section) or ())]
    things = [one for one in listed if one is not None and "code" in one]
    is_list = section is None or _list(section) is not None
    return {one["code"]: one for one in things} if is_list and len(things) == len(listed) else None


def _named(value: object) -> dict[str, Any] | None:
    return msgspec.convert(value, dict[str, Any]) if isinstance(value, dict) else None


def _list(value: object) -> list[Any] | None:
    return msgspec.convert(value, list[Any]) if isinstance(value, list) else None


def _changes(
    section: str,
    code: str | None,
    named: Mapping[str, Any],
    old: object,
    new: object,
) -> Iterator[Difference]:
    zh, en = str(named.get("zh", "")), str(named.get("en", ""))
    if old is None or new is None:
        if old != new:
            change: Change = "added" if old is None else "removed"
            yield Difference(
                section=section, code=code, zh=zh, en=en, change=change, path="", before=_text(old), after=_text(new)
            )
        return
    for path, was, now in _leaves("", old, new):
        yield Difference(
            section=section, code=code, zh=zh, en=en, change="changed", path=path, before=_text(was), after=_text(now)
        )


def _leaves(path: str, old: object, new: object) -> Iterator[tuple[str, object, object]]:
    """(path, before, after) of every value that differs."""
    was, now = _named(old), _named(new)
    listed, wanted = _list(old), _list(new)
    if was is not None and now is not None:
        for name in dict.fromkeys((*now, *was)):
            yield from _leaves(f"{path}.{name}" if path else name, was.get(name), now.get(name))
    elif listed is not None and wanted is not None and len(listed) == len(wanted):
        for number, pair in enumerate(zip(listed, wanted, strict=True), 1):
            yield from _leaves(f"{path}[{number}]", *pair)
    elif old != new:
        yield path, old, new


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()
