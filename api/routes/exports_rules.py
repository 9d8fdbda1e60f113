"""导出办法与日历 — the versions of a rule set, the items of the one in force, the published calendars, as files."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.asked import Asked, permitted
from api.documents import described
from api.exports.files import MEDIA, Format, Row, file_of
from api.exports.taking import file_name, headings, listed, note_taking
from api.refusals import NotFound
from domain.rules.items import HonourItem, NegativeItem, ResponsibilityItem
from domain.rules.scheme import Scheme
from projections import rules

router = APIRouter(tags=["exports"])


@router.get("/units/{unit:code}/exports/rules.{kind}")
@described(media_type=MEDIA["csv"])
async def versions_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("unit.read")]) -> Response:
    """Every version of an organisation's rule set."""
    assert asked.unit is not None, "an organisation was named"
    await note_taking(asked, f"rules.{kind}")
    async with asked.ready() as connection:
        found = (await rules.rule_sets(connection, asked.unit.scheme)).value
    rows: list[Row] = [
        (one.scheme, one.version, asked.words(f"version.{one.status}"), one.effective_on, one.digest) for one in found
    ]
    keys = ("export.code", "export.version", "export.status", "versions.effective_on", "export.digest")
    return file_of(kind, file_name(unit, "rules"), headings(asked, keys), listed(rows))


@router.get("/units/{unit:code}/exports/calendars.{kind}")
@described(media_type=MEDIA["csv"])
async def calendars_of(unit: str, kind: Format, asked: Annotated[Asked, permitted("unit.read")]) -> Response:
    """Every day of the published calendars on which it is otherwise than the weekday says."""
    await note_taking(asked, f"calendars.{kind}")
    async with asked.ready() as connection:
        found = (await rules.calendars(connection)).value
    off, make_up = asked.words("versions.days_off"), asked.words("versions.make_up_days")
    rows: list[Row] = [
        (year, day, off if day in one.days_off else make_up)
        for year, one in sorted(found.items())
        for day in sorted(one.days_off | one.make_up_days)
    ]
    keys = ("export.year", "export.day", "export.what")
    return file_of(kind, file_name(unit, "calendars"), headings(asked, keys), listed(rows))


@router.get("/rules/{scheme:code}/exports/items.{kind}")
@described(media_type=MEDIA["csv"])
async def items_of(
    scheme: str,
    kind: Format,
    asked: Annotated[Asked, permitted("rules.read")],
    day: Annotated[date | None, Query(description="The day on which it is in force; today by default.")] = None,
) -> Response:
    """The items of the rule set in force on a day, level by level."""
    async with asked.ready() as connection:
        found = rules.in_force(await rules.versions(connection, scheme), day or asked.today)
    if found is None:
        raise NotFound
    keys = ("export.what", "export.item", "export.item_title", "export.level", "export.points", "rules.clause")
    return file_of(kind, f"rules-{found.version}", headings(asked, keys), listed(_items(asked, found.scheme)))


def _items(asked: Asked, scheme: Scheme) -> Iterator[Row]:
    """One row an item; one a level where it has some."""
    lists: dict[str, Sequence[ResponsibilityItem | HonourItem | NegativeItem]] = {
        "rules.responsibility": scheme.responsibility,
        "rules.honour": scheme.honour,
        "rules.negative": scheme.negative,
    }
    for word, items in lists.items():
        for item in items:
            about = (asked.words(word), item.code, asked.words.either(item.zh, item.en))
            if not item.levels:
                own = item.points if isinstance(item, ResponsibilityItem) else None
                yield (*about, "", None if own is None else Decimal(own), item.clause)
            for level in item.levels:
                yield (*about, asked.words.either(level.zh, level.en), Decimal(level.points), item.clause)
    for veto in scheme.veto:
        yield (asked.words("rules.veto"), veto.code, asked.words.either(veto.zh, veto.en), "", None, veto.clause)
