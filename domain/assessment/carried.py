"""对应 — the same records under another version: each stands under the item that takes its item's place.

What the version neither knows nor maps is listed and keeps its old line; it is never silently zero (SPEC §4.7).
"""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal, NamedTuple, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from domain.assessment.counting import Ruled, concerns, ruled
from domain.assessment.opening import assessed_period, parts_of
from domain.assessment.prices import LevelPrices
from domain.assessment.tariff import Tariff
from domain.recording.archive import Archive, Record
from domain.rules.digest import assemble
from domain.rules.ruleset import RuleSets, Version
from domain.rules.scheme import load
from domain.values import Code, RecordId

LINED: Final = frozenset({"responsibility", "shortfall"})


Place: TypeAlias = Literal["as_is", "own", "unmapped"]
"""As it stands (the scoring finds or maps it), under the version's own item of that code, or nowhere."""


class Said(NamedTuple):
    """What a record says, by the rules of its day."""

    kind: str
    rules: Code
    item: Code
    says: str
    condition: Code | None = None
    share: Code | None = None


class Carried(Struct, frozen=True):
    """An archive as another version sees it."""

    archive: Archive
    unmapped_items: frozenset[Code]
    """Responsibility items whose records the version cannot count: their old lines are kept."""
    unmapped_records: frozenset[RecordId]
    """Honours and deductions that it knows not: they count as in their own day."""


def readable(version: Version) -> Version:
    """The version with its content, which one that is not published yet has in parts."""
    return version if version.scheme is not None else replace(version, scheme=load(assemble(version.parts)))


def ruled_under(known: RuleSets, version: Version, period: Code, year: int) -> Ruled:
    """A period as if a version had been in force all through it."""
    found = readable(version)
    assert found.scheme is not None, "a readable version has a content"
    whole = assessed_period(found.scheme, period)
    others = RuleSets(versions=tuple(found if one.version == found.version else one for one in known.versions))
    parts = parts_of(found.scheme, whole, year)
    first_on = _first_day(whole.first_day, year)
    return ruled(others, found, whole, first_on, parts, throughout=True)


def inside(archive: Archive, rules: Ruled) -> list[Record]:
    """The records that count in a period."""
    every = archive.records.values()
    return [one for one in every if concerns(rules, one)]


def _first_day(text: str, year: int) -> date:
    return date.fromisoformat(f"{year}-{text}")


def carried(archive: Archive, rules: Ruled) -> Carried:
    """The archive with each record that counts under the version's own item, where it has one.

    Under the period's own rules every record stands as it was entered.
    """
    if not rules.throughout:
        return Carried(archive, frozenset(), frozenset())
    tariff = rules.tariff
    kept = dict(archive.records)
    items: set[Code] = set()
    records: set[RecordId] = set()
    for record in inside(archive, rules):
        match placed(_said(record), tariff):
            case "own":
                kept[record.record] = replace(record, rules=tariff.version)
            case "unmapped" if record.kind in LINED:
                items.add(record.item)
            case "unmapped" if record.kind != "veto":
                records.add(record.record)
            case _:
                pass
    for record in list(kept.values()):
        if record.kind in LINED and record.item in items:
            del kept[record.record]
    return Carried(replace(archive, records=kept), frozenset(items), frozenset(records))


def _said(record: Record) -> Said:
    return Said(record.kind, record.rules, record.item, record.level or record.outcome, record.condition, record.share)


def placed(said: Said, tariff: Tariff) -> Place:
    """Where a version puts what a record says."""
    if said.rules == tariff.version:
        return "as_is"
    target = tariff.mapped.get(said.item)
    if target is None:
        return "own" if _has(said, tariff, said.item, said.says) else "unmapped"
    says = target.outcomes.get(said.says, said.says) if target.as_new else None
    return "as_is" if _has(said, tariff, target.item, says) else "unmapped"


def _has(said: Said, tariff: Tariff, item: Code, says: str | None) -> bool:
    """Whether the version can count it under an item; ``says`` None where its own day's worth counts."""
    if said.kind in LINED:
        price = tariff.prices.get(item)
        if price is None or says is None:
            return price is not None
        return says in price.outcomes and _conditioned(said, price.standard.conditions)
    if said.kind == "veto":
        return item in tariff.vetoes
    levels = (tariff.honours if said.kind == "honour" else tariff.deductions).get(item)
    return levels is not None and (says is None or _levelled(said, levels, says))


def _levelled(said: Said, levels: LevelPrices, says: str) -> bool:
    shared = (said.share in levels.shares) if levels.shares else said.share is None
    return says in levels.points and shared and _conditioned(said, levels.standard.conditions)


def _conditioned(said: Said, conditions: Iterable[str]) -> bool:
    return said.condition is None or said.condition in conditions
