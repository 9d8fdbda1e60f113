"""荣誉、减分、一票否决怎样计入 — each honour, deduction and veto of a period, and what it brought; in hundredths."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import msgspec

from domain.assessment.grading import under_vetoes
from domain.assessment.matters import Cut, MatterLine
from domain.rules.assessing import Grade
from domain.rules.items import HonourItem, ListItem, NegativeItem, VetoItem
from domain.values import Code, RecordId, Reference
from projections.inputs import RecordInput
from projections.merits import STANDING, MeritInput
from projections.periods import Subject
from projections.rules import Published


class MatterPart(msgspec.Struct, frozen=True, kw_only=True):
    """One honour or one deduction: claimed = points + surplus, unless another record covers its matter."""

    record: RecordId
    item: Code
    zh: str
    en: str
    clause: str
    level: Code
    level_zh: str
    level_en: str
    matter: Code
    title: str | None
    occurred_on: date
    counted_on: date
    state: str
    """pending or confirmed."""
    claimed: int
    points: int
    surplus: int
    effect: Literal["counted", "pending"] | Cut
    covered_by: RecordId | None
    """The record that counts for the same matter."""
    position: int
    unit: Code | None = None
    """Whose own item it is; None for one of the central rule set."""
    minute: Reference | None = None
    """By which decision it stands there."""


class VetoPart(msgspec.Struct, frozen=True, kw_only=True):
    """One veto and the grade above which it lets nobody; one that was lifted caps nothing."""

    record: RecordId
    item: Code
    zh: str
    en: str
    clause: str
    ceiling: Code | None
    """The grade that it caps; None where it does something else."""
    ceiling_zh: str | None
    ceiling_en: str | None
    counted_on: date
    lifted_on: date | None
    position: int


def matter_parts(
    subject: Subject, lines: Sequence[MatterLine], merits: Sequence[MeritInput], kind: str
) -> tuple[MatterPart, ...]:
    """Every standing record of a list in (day, position) order; what is pending and not counted gives nothing yet."""
    standing = [merit for merit in merits if merit.kind == kind and merit.status in STANDING]
    by_record = {line.record: line for line in lines}
    return tuple(_matter(subject, merit, by_record.get(merit.id)) for merit in standing)


def _matter(subject: Subject, merit: MeritInput, line: MatterLine | None) -> MatterPart:
    item = _item_then(subject, merit)
    assert isinstance(item, HonourItem | NegativeItem), f"{merit.item} has no levels"
    level = next(one for one in item.levels if one.code == merit.level)
    local = subject.local_item(merit.rules, merit.item)
    return MatterPart(
        unit=None if local is None else local.unit,
        minute=None if local is None else local.minute,
        record=merit.id,
        item=merit.item,
        zh=item.zh,
        en=item.en,
        clause=item.clause,
        level=level.code,
        level_zh=level.zh,
        level_en=level.en,
        matter=merit.matter,
        title=merit.title,
        occurred_on=merit.occurred_on,
        counted_on=merit.day,
        state=state_of(merit),
        claimed=merit.points or 0 if line is None else line.claimed,
        points=0 if line is None else line.points,
        surplus=0 if line is None else line.surplus,
        effect="pending" if line is None else (line.cut or "counted"),
        covered_by=None if line is None else line.covered_by,
        position=merit.position,
    )


def state_of(one: MeritInput | RecordInput) -> str:
    """confirmed, suspended while an objection holds it back, or pending."""
    if one.confirmed is not None:
        return "confirmed"
    return "suspended" if one.held else "pending"


def _item_then(subject: Subject, merit: MeritInput) -> ListItem:
    """The item in the rule set of the day of the act."""
    item = subject.named(merit.rules).scheme.item(merit.item)
    assert item is not None, f"{merit.rules} has no {merit.item}"
    return item


def veto_parts(subject: Subject, version: Published, merits: Sequence[MeritInput]) -> tuple[VetoPart, ...]:
    """The vetoes of the year by their decision's date, lifted ones among them."""
    grades = {grade.code: grade for grade in version.scheme.grades}
    found: list[VetoPart] = []
    for merit in merits:
        if merit.kind != "veto":
            continue
        item = _item_then(subject, merit)
        assert isinstance(item, VetoItem), f"{merit.item} is no veto"
        capped = None if item.to is None else grades[item.to]
        found.append(
            VetoPart(
                record=merit.id,
                item=merit.item,
                zh=item.zh,
                en=item.en,
                clause=item.clause,
                ceiling=item.to,
                ceiling_zh=None if capped is None else capped.zh,
                ceiling_en=None if capped is None else capped.en,
                counted_on=merit.day,
                lifted_on=merit.lifted_on,
                position=merit.position,
            )
        )
    return tuple(found)


def ceiling_of(version: Published, vetoes: Sequence[VetoPart]) -> Grade | None:
    """The best grade that the vetoes in force leave: of several the lowest ceiling holds."""
    items = [version.scheme.item(veto.item) for veto in vetoes if veto.lifted_on is None]
    if not version.scheme.grades:
        return None
    best = version.scheme.grades[0]
    left = under_vetoes(best, [item for item in items if isinstance(item, VetoItem)], version.scheme.grades)
    return None if left is best else left
