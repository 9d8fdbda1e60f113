"""可选 — what a claim or a proposal can be about: levels with their documents, and what an item asks besides."""

import msgspec

from domain.rules.demands import levels_of
from domain.rules.items import HonourItem, Item, Level, ListItem, ResponsibilityItem, Shortfall, VetoItem
from domain.rules.scheme import Scheme
from domain.rules.wording import Coded
from domain.values import Code, hundredths, points


class LevelChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A level under which something can be claimed or proposed, with the document that it demands."""

    item: Code
    item_zh: str
    item_en: str
    level: Code
    level_zh: str
    level_en: str
    points: str
    """Of a range both ends: "1.00–3.00"."""
    document_kind: Code
    document_zh: str
    document_en: str


class NamedChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A condition, a level of a sheet's item, or a place in a group, of one item."""

    item: Code
    item_zh: str
    item_en: str
    code: Code
    zh: str
    en: str


class MoreAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What some of the items ask besides their level; a form shows only what one of them asks."""

    ranges: bool = False
    """Points are chosen inside a range, and the choice needs a reason."""
    amounts: bool = False
    """It is said how much."""
    conditions: tuple[NamedChoice, ...] = ()
    shares: tuple[NamedChoice, ...] = ()


def choices_of(scheme: Scheme | None, kinds: tuple[str, ...]) -> tuple[LevelChoice, ...]:
    """Every level of some lists, with each kind of document that it may rest on."""
    found: list[LevelChoice] = []
    for item in () if scheme is None else scheme.items.values():
        for level in _levels(item, kinds):
            for kind in item.evidence:
                assert scheme is not None, "levels are those of a rule set"
                paper = scheme.evidence_kinds[kind]
                found.append(
                    LevelChoice(
                        item=item.code,
                        item_zh=item.zh,
                        item_en=item.en,
                        level=level.code,
                        level_zh=level.zh,
                        level_en=level.en,
                        points=_points_of(level),
                        document_kind=kind,
                        document_zh=paper.zh,
                        document_en=paper.en,
                    )
                )
    return tuple(found)


def more_asked(scheme: Scheme | None, kinds: tuple[str, ...]) -> MoreAsked:
    """What the items of some lists ask besides."""
    items = [] if scheme is None else [one for one in scheme.items.values() if _levels(one, kinds)]
    return MoreAsked(
        ranges=any(isinstance(level, Level) and level.up_to is not None for one in items for level in levels_of(one)),
        amounts=any(getattr(one, "measure", None) is not None for one in items),
        conditions=tuple(named(one, c) for one in items if not isinstance(one, VetoItem) for c in one.conditions),
        shares=tuple(named(one, share) for one in items if isinstance(one, HonourItem) for share in one.shares),
    )


def named(item: Item, one: Coded) -> NamedChoice:
    """A condition, level or place of an item, with the item's name."""
    return NamedChoice(item=item.code, item_zh=item.zh, item_en=item.en, code=one.code, zh=one.zh, en=one.en)


def _levels(item: ListItem, kinds: tuple[str, ...]) -> tuple[Level | Shortfall, ...]:
    """The levels of an item of these lists that no sheet brings: of a duty its shortfalls."""
    if item.kind not in kinds:
        return ()
    return item.shortfalls if isinstance(item, ResponsibilityItem) else levels_of(item)


def _points_of(level: Level | Shortfall) -> str:
    least = points(hundredths(level.points))
    most = level.up_to if isinstance(level, Level) else None
    return least if most is None else f"{least}–{points(hundredths(most))}"
