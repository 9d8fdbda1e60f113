"""办法 — the published rule text with its figures and clauses, for everybody; its next versions for those in charge."""

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from api.answering import answer, granted, unchanged
from api.asked import Asked, permitted
from api.documents import described
from api.pages import address
from api.purpose import look_at
from api.refusals import NotFound
from api.routes.local_items import LocalRow, local_row
from api.routes.matters import Since
from api.wishes import ApproveRulesWish, CalendarWish, DraftRulesWish, PublishRulesWish
from domain.rules.calendar import PublishCalendar
from domain.rules.ruleset import ApproveRuleSet, DraftRuleSet, PublishRuleSet
from domain.rules.schema import json_schema
from domain.values import Code, Sha256
from projections import local_items, organisation, rules
from projections.answers import Answer, instead
from projections.waiting import as_of

router = APIRouter(tags=["rules"])


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    """One published version, and from which day it is in force."""

    version: Code
    effective_on: date


class RulesView(msgspec.Struct, frozen=True, kw_only=True):
    """The rule set in force on a day."""

    scheme: Code
    version: Code
    digest: Sha256
    effective_on: date
    versions: tuple[VersionView, ...]
    document: dict[str, Any]
    """As it was published; its canonical form has the digest."""


@router.get("/rules")
@described(media_type="text/html")
async def first(asked: Annotated[Asked, permitted("rules.read")]) -> Response:
    """To the rule set of the organisation at the top."""
    async with asked.ready() as connection:
        units = (await organisation.units(connection)).value
    if not units:
        raise NotFound
    return RedirectResponse(f"/rules/{address(units[0].scheme)}", 303)


@router.get("/rules/schema.json")
@described(media_type="application/schema+json")
async def schema(asked: Annotated[Asked, permitted("open")]) -> Response:
    """The JSON Schema of a rule set, for editors and for other people's programs."""
    del asked
    content = msgspec.json.encode(json_schema())
    return Response(content, media_type="application/schema+json", headers={"Cache-Control": "public, max-age=3600"})


@router.get("/rules/{scheme:code}")
@described(RulesView)
async def text(
    scheme: str,
    asked: Annotated[Asked, permitted("rules.read")],
    day: Annotated[date | None, Query(description="The day on which it is in force; today by default.")] = None,
    since: Since = None,
) -> Response:
    """The rule set in force on a day, item by item; before its first version begins, what is announced of it."""
    if (same := unchanged(asked, since)) is not None:
        return same
    async with asked.ready(since) as connection:
        versions = await rules.versions(connection, scheme)
        known = await as_of(connection)
    published = rules.in_force(versions, day or asked.today)
    coming = [one for one in versions if one.effective_on > asked.today]
    if published is None:
        if day is None and coming:
            return RedirectResponse(f"/rules/{address(scheme)}/coming", 303)
        raise NotFound
    view = RulesView(
        scheme=scheme,
        version=published.version,
        digest=published.digest,
        effective_on=published.effective_on,
        versions=tuple(VersionView(version=v.version, effective_on=v.effective_on) for v in versions),
        document=msgspec.json.decode(published.document),
    )
    found = Answer(as_of=known, complete=True, value=view)
    return answer(asked, "rules.html", found, scheme=published.scheme, coming=coming)


class YearView(msgspec.Struct, frozen=True, kw_only=True):
    """A year's published calendar, in numbers of days."""

    year: int
    days_off: int
    make_up_days: int


class VersionsView(msgspec.Struct, frozen=True, kw_only=True):
    """Every version of an organisation's rule set, and the published calendars."""

    unit: Code
    title: str
    on_top: bool
    """Whether it owns the rule set; the others apply it."""
    versions: tuple[rules.RuleSet, ...]
    calendars: tuple[YearView, ...]
    local: tuple[LocalRow, ...]
    """What the organisation, those above it and those below it ask beside the rule set, newest first."""


@router.get("/units/{unit:code}/rules")
@described(VersionsView)
async def every_version(unit: str, asked: Annotated[Asked, permitted("unit.read")], since: Since = None) -> Response:
    """How far each version of the rule set has come, and for which years there are calendars."""
    if (same := unchanged(asked, since)) is not None:
        return same
    assert asked.unit is not None
    async with asked.ready(since) as connection:
        found = await rules.rule_sets(connection, asked.unit.scheme)
        years = (await rules.calendars(connection)).value
        local = (await local_items.items_around(connection, unit)).value
        here = await local_items.scheme_here(connection, unit, asked.today)
    await look_at(asked, (one.author for one in found.value if one.author is not None), "rules")
    view = VersionsView(
        unit=unit,
        title=asked.unit.title,
        on_top=asked.unit.parent is None,
        versions=found.value,
        calendars=tuple(
            YearView(year=year, days_off=len(one.days_off), make_up_days=len(one.make_up_days))
            for year, one in sorted(years.items())
        ),
        local=tuple(local_row(one) for one in local),
    )
    return answer(asked, "versions.html", instead(found, view), ruled=None if here is None else here.scheme)


@router.post("/units/{unit:code}/rules", status_code=201)
@described(creates=True, uploads=True)
def draft(unit: str, asked: Annotated[Asked, permitted("rules.draft", takes=DraftRulesWish)]) -> Response:
    """Draft a version; the lint refuses what contradicts itself, the law or the person."""
    wish: DraftRulesWish = asked.body
    document = msgspec.Raw(msgspec.json.encode(wish.document))
    receipt = asked.execute(DraftRuleSet, unit=unit, scheme=wish.scheme, version=wish.version, document=document)
    return granted(asked, receipt, f"/units/{address(unit)}/rules", created=True)


@router.post("/units/{unit:code}/rules/{scheme:code}/{version:code}/approval")
@described(uploads=True)
def approve(
    unit: str, scheme: str, version: str, asked: Annotated[Asked, permitted("rules.approve", takes=ApproveRulesWish)]
) -> Response:
    """Approve a version; its author does not."""
    wish: ApproveRulesWish = asked.body
    receipt = asked.execute(
        ApproveRuleSet,
        unit=unit,
        scheme=scheme,
        version=version,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
    )
    return granted(asked, receipt, f"/units/{address(unit)}/rules")


@router.post("/units/{unit:code}/rules/{scheme:code}/{version:code}/publication")
@described()
def publish(
    unit: str, scheme: str, version: str, asked: Annotated[Asked, permitted("rules.publish", takes=PublishRulesWish)]
) -> Response:
    """Publish a version: it never changes again."""
    receipt = asked.execute(
        PublishRuleSet, unit=unit, scheme=scheme, version=version, effective_on=asked.body.effective_on
    )
    return granted(asked, receipt, f"/units/{address(unit)}/rules")


@router.post("/units/{unit:code}/calendars", status_code=201)
@described(creates=True, uploads=True)
def publish_calendar(unit: str, asked: Annotated[Asked, permitted("calendar.publish", takes=CalendarWish)]) -> Response:
    """Publish the working days of a year, for the whole tree."""
    wish: CalendarWish = asked.body
    receipt = asked.execute(
        PublishCalendar,
        unit=unit,
        year=wish.year,
        days_off=wish.days_off,
        make_up_days=wish.make_up_days,
        document_sha256=wish.document_sha256,
    )
    return granted(asked, receipt, f"/units/{address(unit)}/rules", created=True)
