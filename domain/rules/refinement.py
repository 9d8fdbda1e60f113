"""单位细化项 — items that a unit has below a central version: proposed there, decided elsewhere, retired one day.

They stand in the stream of their scheme, so that whoever counts by the rules has read them as well.
"""

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Literal, TypeAlias

import msgspec

from domain.decider import Fact
from domain.rules.items import HonourItem, NegativeItem, ResponsibilityItem
from domain.rules.local import LocalAddition, LocalList, ScoredItem
from domain.values import Code, MemberId, Reference, Sha256

ITEMS: dict[LocalList, type[ScoredItem]] = {
    "responsibility": ResponsibilityItem,
    "honour": HonourItem,
    "negative": NegativeItem,
}


class LocalItemProposed(Fact, frozen=True, kw_only=True):
    """细化项拟订 — a unit wants one item more on one list of a version that is published."""

    unit: Code
    version: Code
    section: LocalList
    code: Code
    content: msgspec.Raw
    author: MemberId


class LocalItemAuthorised(Fact, frozen=True, kw_only=True):
    """单位细化项 — from a day on the item is asked of everybody in the unit and below it."""

    unit: Code
    version: Code
    section: LocalList
    code: Code
    effective_on: date
    minute: Reference
    minute_sha256: Sha256


class LocalItemDeclined(Fact, frozen=True, kw_only=True):
    """细化项不予批准 — for the reasons that the minute gives."""

    unit: Code
    version: Code
    code: Code
    minute: Reference
    minute_sha256: Sha256


class LocalItemRetired(Fact, frozen=True, kw_only=True):
    """细化项停用 — from a day on the item is asked no more; what it brought before stays."""

    unit: Code
    version: Code
    code: Code
    from_on: date
    minute: Reference
    minute_sha256: Sha256


LocalFact: TypeAlias = LocalItemProposed | LocalItemAuthorised | LocalItemDeclined | LocalItemRetired
LOCAL_FACTS: tuple[type[Fact], ...] = (LocalItemProposed, LocalItemAuthorised, LocalItemDeclined, LocalItemRetired)

LocalStatus: TypeAlias = Literal["proposed", "authorised", "declined"]


class LocalItem(msgspec.Struct, frozen=True, kw_only=True):
    """One item of one unit, and how far it has come."""

    unit: str
    version: str
    section: LocalList
    item: ScoredItem
    digest: Sha256
    author: MemberId
    status: LocalStatus = "proposed"
    minute: str | None = None
    effective_on: date | None = None
    retired_on: date | None = None
    """The first day on which it is asked no more."""

    @property
    def code(self) -> str:
        """Of the item."""
        return self.item.code

    def holds(self, day: date) -> bool:
        """Whether it is asked on a day."""
        begun = self.effective_on is not None and self.effective_on <= day
        return begun and (self.retired_on is None or day < self.retired_on)


def read_item(section: LocalList, content: msgspec.Raw | bytes) -> ScoredItem:
    """The item of a list that a JSON text says."""
    return msgspec.convert(msgspec.json.decode(content), ITEMS[section], strict=True)


def digest_of(content: msgspec.Raw | bytes) -> Sha256:
    """SHA-256 in hex over an item's canonical bytes: JSON, UTF-8, keys sorted, no white space."""
    return hashlib.sha256(msgspec.json.encode(msgspec.json.decode(content), order="sorted")).hexdigest()


def after(known: tuple[LocalItem, ...], fact: LocalFact) -> tuple[LocalItem, ...]:
    """The local items after one more fact; what was declined may be proposed anew."""
    match fact:
        case LocalItemProposed():
            new = LocalItem(
                unit=fact.unit,
                version=fact.version,
                section=fact.section,
                item=read_item(fact.section, fact.content),
                digest=digest_of(fact.content),
                author=fact.author,
            )
            return (*known, new)
        case LocalItemAuthorised():
            return _changed(known, fact, status="authorised", effective_on=fact.effective_on, minute=fact.minute)
        case LocalItemDeclined():
            return _changed(known, fact, status="declined", minute=fact.minute)
        case LocalItemRetired():
            return _changed(known, fact, retired_on=fact.from_on)


def _changed(known: tuple[LocalItem, ...], fact: LocalFact, **more: object) -> tuple[LocalItem, ...]:
    return tuple(
        msgspec.structs.replace(one, **more)
        if (one.unit, one.version, one.code) == (fact.unit, fact.version, fact.code) and one.status != "declined"
        else one
        for one in known
    )


def added(scheme: str, version: str, unit: str, items: Iterable[LocalItem]) -> LocalAddition:
    """Some local items as one addition to a version, each list in the order of proposal."""
    every = tuple(items)
    return LocalAddition(
        unit=unit.replace("/", "."),
        scheme=scheme,
        version=version,
        responsibility=tuple(one.item for one in every if isinstance(one.item, ResponsibilityItem)),
        honour=tuple(one.item for one in every if isinstance(one.item, HonourItem)),
        negative=tuple(one.item for one in every if isinstance(one.item, NegativeItem)),
    )


def digest_with(central: Sha256, items: Iterable[LocalItem]) -> Sha256:
    """What names a version together with local items: SHA-256 over its digest and theirs, one a line; none: its own."""
    own = sorted(one.digest for one in items)
    return hashlib.sha256("\n".join((central, *own)).encode()).hexdigest() if own else central
