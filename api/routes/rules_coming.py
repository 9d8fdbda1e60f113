"""即将施行的办法 — the versions that are published and not in force yet, for everybody: what changes, and from when."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

import msgspec
from fastapi import APIRouter, Response

from api.answering import answer
from api.asked import Asked, permitted
from api.documents import described
from api.refusals import NotFound
from domain.rules.announcing import announced_until
from domain.rules.differences import Difference, differences
from domain.rules.working_days import Calendars, NoCalendar, working_days_between
from domain.values import Code, Sha256, day_of
from projections import prefix, rules
from projections.answers import Answer, AsyncConnection
from projections.waiting import as_of

router = APIRouter(tags=["rules"])


class ComingView(msgspec.Struct, frozen=True, kw_only=True):
    """One version that is announced."""

    version: Code
    digest: Sha256
    title_zh: str
    title_en: str
    published_on: date
    announced_until: date | None
    """Last day of its term; None where no rule set was in force to ask for one."""
    effective_on: date
    days_left: int
    working_days_left: int | None
    """Until it takes effect; None where a year's calendar is not published."""
    differences: tuple[Difference, ...]
    """From the version that it follows."""


class ComingRules(msgspec.Struct, frozen=True, kw_only=True):
    """Every version of a scheme that is announced, the next one first."""

    scheme: Code
    in_force: Code | None
    coming: tuple[ComingView, ...]


class _Known(NamedTuple):
    """All versions, when each was published, and the calendars."""

    versions: Sequence[rules.Published]
    published_on: dict[Code, date]
    calendars: Calendars
    today: date


@router.get("/rules/{scheme:code}/coming")
@described(ComingRules)
async def coming(scheme: str, asked: Annotated[Asked, permitted("rules.read")]) -> Response:
    """What was announced and is not in force yet: the differences, and the days left."""
    async with asked.ready() as connection:
        known = await _known(connection, scheme, asked.today)
        at = await as_of(connection)
    if not known.versions:
        raise NotFound
    now = rules.in_force(known.versions, asked.today)
    view = ComingRules(
        scheme=scheme,
        in_force=None if now is None else now.version,
        coming=tuple(
            _view(known, before, one)
            for before, one in zip((None, *known.versions), known.versions, strict=False)
            if one.effective_on > asked.today
        ),
    )
    # The days left change at midnight, and without a further entry.
    return answer(asked, "rules_coming.html", Answer(as_of=at, complete=True, value=view), fresh=asked.today)


async def _known(connection: AsyncConnection, scheme: Code, today: date) -> _Known:
    versions = await rules.versions(connection, scheme)
    positions = {one.version: one.published for one in (await rules.rule_sets(connection, scheme)).value}
    wanted = {one.version: positions[one.version] for one in versions if one.effective_on > today}
    published_on = {
        version: day_of((await prefix.as_known(connection, position)).at)
        for version, position in wanted.items()
        if position is not None
    }
    return _Known(versions, published_on, (await rules.calendars(connection)).value, today)


def _view(known: _Known, before: rules.Published | None, one: rules.Published) -> ComingView:
    published_on = known.published_on[one.version]
    ruled = next((v for v in reversed(known.versions) if v.effective_on <= published_on), None)
    changed = () if before is None else differences(_read(before), _read(one))
    return ComingView(
        version=one.version,
        digest=one.digest,
        title_zh=one.scheme.document.zh,
        title_en=one.scheme.document.en,
        published_on=published_on,
        announced_until=None if ruled is None else _until(ruled, published_on, known.calendars),
        effective_on=one.effective_on,
        days_left=(one.effective_on - known.today).days,
        working_days_left=_left(known, one.effective_on),
        differences=tuple(changed),
    )


def _read(version: rules.Published) -> dict[str, Any]:
    return msgspec.json.decode(version.document, type=dict[str, Any])


def _until(ruled: rules.Published, published_on: date, calendars: Calendars) -> date | None:
    try:
        return announced_until(ruled.scheme, published_on, calendars)
    except NoCalendar:
        return None


def _left(known: _Known, effective_on: date) -> int | None:
    try:
        return working_days_between(known.today, effective_on, known.calendars)
    except NoCalendar:
        return None
