"""荣誉、减分、一票否决的样子 — the lines of the lists as they are shown on a member's page of points."""

from datetime import date

import msgspec

from domain.values import RecordId, points
from projections import merit_parts


class MatterRow(msgspec.Struct, frozen=True, kw_only=True):
    """One honour or one deduction, as it counts."""

    record: RecordId
    zh: str
    en: str
    level_zh: str
    level_en: str
    title: str | None
    counted_on: date
    state: str
    claimed: str
    points: str
    surplus: str | None
    effect: str
    """counted, pending, same-matter, item-cap or total-cap."""
    covered_by: RecordId | None


class VetoRow(msgspec.Struct, frozen=True, kw_only=True):
    """One veto and its ceiling."""

    record: RecordId
    zh: str
    en: str
    clause: str
    ceiling_zh: str | None
    ceiling_en: str | None
    counted_on: date
    lifted_on: date | None


def matter_rows(lines: tuple[merit_parts.MatterPart, ...]) -> tuple[MatterRow, ...]:
    """The lines of a list as they are shown."""
    return tuple(
        MatterRow(
            record=line.record,
            zh=line.zh,
            en=line.en,
            level_zh=line.level_zh,
            level_en=line.level_en,
            title=line.title,
            counted_on=line.counted_on,
            state=line.state,
            claimed=points(line.claimed),
            points=points(line.points),
            surplus=points(line.surplus) if line.surplus else None,
            effect=line.effect,
            covered_by=line.covered_by,
        )
        for line in lines
    )


def veto_row(veto: merit_parts.VetoPart) -> VetoRow:
    """A veto as it is shown."""
    return VetoRow(
        record=veto.record,
        zh=veto.zh,
        en=veto.en,
        clause=veto.clause,
        ceiling_zh=veto.ceiling_zh,
        ceiling_en=veto.ceiling_en,
        counted_on=veto.counted_on,
        lifted_on=veto.lifted_on,
    )
