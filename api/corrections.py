"""更正的选项 — what may be said in the place of what was noticed: what the rule set lets be said of the item."""

from collections.abc import Iterator

import msgspec

from domain.objection.objection import Target
from domain.recording.archive import Outcome
from domain.recording.filling import OUTCOMES
from domain.rules.demands import levels_of
from domain.rules.items import HonourItem, Level, ListItem, NegativeItem, ResponsibilityItem, Shortfall
from domain.rules.wording import Coded
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
    """What the level gives or takes; of a range, the least."""
    counted: bool = False
    """Whether a quantity is asked for: how often, or how many points of a range."""


class Rights(msgspec.Struct, frozen=True, kw_only=True):
    """All that may be said in its place: the choices, and what the item lets be said besides."""

    choices: tuple[RightChoice, ...] = ()
    conditions: tuple[Coded, ...] = ()
    shares: tuple[Coded, ...] = ()
    """Places in the group whose result it is."""


async def rights(
    connection: AsyncConnection, scheme: Code, found: notice_board.Notice, number: int | None, target: Target
) -> Rights:
    """The outcomes of a sheet's item, or the other levels of an honour, a deduction or a shortfall."""
    header = found.header
    published = [one for one in await rules.versions(connection, scheme) if one.version == header.rules]
    item = published[0].scheme.item(header.item) if published else None
    if item is None or target not in ("line", "missing_line"):
        return Rights()
    line = next((one for one in found.lines if one.line == number), None)
    whole = item if isinstance(item, ResponsibilityItem | HonourItem | NegativeItem) else None
    conditions = () if whole is None else tuple(whole.conditions)
    shares = tuple(item.shares) if isinstance(item, HonourItem) else ()
    choices = _choices(item, line, besides=bool(conditions or shares))
    return Rights(choices=tuple(choices), conditions=conditions, shares=shares)


def _choices(item: ListItem, line: notice_board.NoticeLine | None, *, besides: bool) -> Iterator[RightChoice]:
    """The level that was noticed among them only where something besides it may be wrong."""
    if isinstance(item, ResponsibilityItem) and (line is None or line.outcome != "fallen-short"):
        for outcome in OUTCOMES[item.mode]:
            if outcome != "earned" or not item.levels:
                yield RightChoice(outcome=outcome, counted=outcome == "earned")
            for priced in item.levels if outcome == "earned" else ():
                yield _of_level(priced, outcome)
    elif line is not None:
        outcome = msgspec.convert(line.outcome, Outcome)
        levels: tuple[Level | Shortfall, ...] = (
            item.shortfalls if isinstance(item, ResponsibilityItem) else levels_of(item)
        )
        for level in levels:
            if besides or level.code != line.level:
                yield _of_level(level, outcome)


def _of_level(level: Level | Shortfall, outcome: Outcome) -> RightChoice:
    ranged = isinstance(level, Level) and level.up_to is not None
    return RightChoice(
        outcome=outcome,
        level=level.code,
        zh=level.zh,
        en=level.en,
        points=points(hundredths(level.points)),
        counted=ranged or outcome == "earned",
    )
