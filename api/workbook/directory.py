"""对照 — whom and what a workbook may name: people by work number, documents by file name, rules by day."""

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from api.workbook.columns import plain
from domain.rules.items import ResponsibilityItem
from domain.rules.scheme import Scheme
from domain.rules.wording import Bilingual
from domain.values import Code, MemberId, Sha256


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """One member as the recorder knows him."""

    member: MemberId
    name: str


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """Looked up beforehand, so that a check needs nothing but memory."""

    people: Mapping[str, Person]
    """By work number: everybody who belongs or belonged to the branch."""
    documents: Mapping[str, Sha256] = {}
    """Documents that were uploaded, by file name."""
    schemes: Mapping[date, Scheme] = {}
    """The rule set in force on each day that the workbook names."""
    held: Mapping[Code, date] = {}
    """Matters that are already on record as held."""


class Names:
    """The codes behind the names that one rule set gives."""

    def __init__(self, scheme: Scheme | None) -> None:
        items = scheme.responsibility if scheme is not None else ()
        kinds = scheme.evidence_kinds if scheme is not None else {}
        self.items: tuple[ResponsibilityItem, ...] = items
        self._items: dict[str, Code | None] = {}
        self._item_named = _named((item, item.code) for item in items)
        self._matter_named = _named((item, item.matter) for item in items)
        self._evidence_named = _named((kind, code) for code, kind in kinds.items())

    def item(self, text: str) -> Code | None:
        """The code of an item; a workbook names the same one in row after row."""
        if text not in self._items:
            self._items[text] = chosen(text, self._item_named)
        return self._items[text]

    def matter_kind(self, text: str) -> Code | None:
        """The code of a kind of matter, which is known by the name of its item."""
        return chosen(text, self._matter_named)

    def evidence_kind(self, text: str) -> Code | None:
        """The code of a kind of evidence."""
        return chosen(text, self._evidence_named)

    def mode(self, item: Code) -> str | None:
        """How the item counts; None where the rule set has no such responsibility item."""
        return next((found.mode for found in self.items if found.code == item), None)


def chosen(text: str, named: Mapping[str, Code]) -> Code | None:
    """The code behind what was picked or typed: a name, or a code with or without its name behind it.

    None where it is neither. Whether a rule set has this code is not asked here.

    >>> chosen("sign_in_list 签到表", {}), chosen("签到表", {"签到表": "sign_in_list"}), chosen("签到", {})
    ('sign_in_list', 'sign_in_list', None)
    """
    found = named.get(plain(text))
    if found is not None:
        return found
    first = unicodedata.normalize("NFKC", text).split()[0]
    try:
        return msgspec.convert(first, Code)
    except msgspec.ValidationError:
        return None


def choice(code: Code, name: Bilingual) -> str:
    """How the template offers a code: with its Chinese name behind it."""
    return f"{code} {name.zh}"


def _named(pairs: Iterable[tuple[Bilingual, Code]]) -> dict[str, Code]:
    return {plain(text): code for name, code in pairs for text in (name.zh, name.en)}
