"""更正的选项 — what may be said in the place of what was noticed: what the rule set lets be said of the item."""

import msgspec

from domain.objection.objection import Target
from domain.recording.archive import Outcome
from domain.recording.filling import OUTCOMES
from domain.rules.demands import levels_of
from domain.rules.items import ResponsibilityItem
from domain.values import Code, hundredths, points
from projections import notice_board, rules
from projections.answers import AsyncConnection


class RightChoice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that could be right instead."""

    outcome: Outcome
    level: Code | None = None
    zh: str = ""
    en: str = ""
    points: str | None = None
    """What the level gives or takes."""


async def rights(
    connection: AsyncConnection, scheme: Code, found: notice_board.Notice, number: int | None, target: Target
) -> tuple[RightChoice, ...]:
    """The outcomes of a sheet's item, or the other levels of an honour, a deduction or a shortfall."""
    header = found.header
    published = [one for one in await rules.versions(connection, scheme) if one.version == header.rules]
    item = published[0].scheme.item(header.item) if published else None
    line = next((one for one in found.lines if one.line == number), None)
    if item is None or target not in ("line", "missing_line"):
        return ()
    if line is not None and line.level is not None:
        other = (one for one in levels_of(item) if one.code != line.level)
        return tuple(
            RightChoice(
                outcome=msgspec.convert(line.outcome, Outcome),
                level=one.code,
                zh=one.zh,
                en=one.en,
                points=points(hundredths(one.points)),
            )
            for one in other
        )
    if not isinstance(item, ResponsibilityItem):
        return ()
    return tuple(RightChoice(outcome=outcome) for outcome in OUTCOMES[item.mode])
