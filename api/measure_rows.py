"""待办措施 — a measure that waits for somebody, in a list: what and by when; of whom it is, its own page says."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

import msgspec

from api.asked import Asked
from api.consequences import in_charge, rule_of
from api.pages import address
from domain.rules.scheme import Scheme
from domain.values import Code
from projections import measures, rules
from projections.answers import AsyncConnection


class MeasureRow(msgspec.Struct, frozen=True, kw_only=True):
    """A measure in a list; without a name, so that looking at the list reads nobody's archive."""

    measure: UUID
    unit: Code
    unit_title: str
    zh: str
    en: str
    year: int
    status: str
    overdue: bool
    due_on: date | None
    place: str
    """Where the reader sees to it."""


async def waiting_measures(asked: Asked, connection: AsyncConnection) -> tuple[MeasureRow, ...]:
    """What waits for the reader: as somebody in charge or a helper, and for the committee in which he acts."""
    own = (await measures.measures_concerning(connection, asked.reader.person)).value
    found = [one for one in own if any(_personal(asked, step) for step in one.steps)]
    rows = await _rows(asked, connection, found, "/measures/mine")
    if asked.acting is None or not asked.may("measure.open"):
        return rows
    known = {one.measure for one in found}
    office = (await measures.measures_waiting(connection, asked.acting.unit, asked.today)).value
    led = [one for one in office if one.measure not in known and _waits(asked, one)]
    return (*await _rows(asked, connection, led, ""), *rows)


def _personal(asked: Asked, step: measures.StepState) -> bool:
    """Whether the reader has to accept the step, to carry it out or to help in it."""
    return step.done_on is None and asked.reader.person in (step.designee, step.helper)


def _waits(asked: Asked, one: measures.MeasureState) -> bool:
    """Whether it waits for the committee: to be opened, carried out, or closed; or it is overdue. Never one's own."""
    assert asked.acting is not None, "a committee acts"
    if one.member == asked.reader.person:
        return False
    if one.status == "proposed":
        return one.unit == asked.acting.unit
    done = all(step.done_on is not None or step.optional for step in one.steps)
    return done or one.overdue(asked.today) or any(in_charge(asked, one, step) for step in one.steps)


async def _rows(
    asked: Asked, connection: AsyncConnection, found: Iterable[measures.MeasureState], place: str
) -> tuple[MeasureRow, ...]:
    known = tuple(found)
    schemes: dict[tuple[Code, Code], Scheme] = {}
    for code in {one.scheme for one in known}:
        for version in await rules.versions(connection, code):
            schemes[code, version.version] = version.scheme
    return tuple(_row(asked, one, schemes[one.scheme, one.rules], place) for one in known)


def _row(asked: Asked, one: measures.MeasureState, scheme: Scheme, place: str) -> MeasureRow:
    rule = rule_of(scheme, one.code)
    terms = [until for step in one.steps if (until := step.waits_until) is not None]
    return MeasureRow(
        measure=one.measure,
        unit=one.unit,
        unit_title=one.unit_title,
        zh=rule.zh,
        en=rule.en,
        year=one.year,
        status=one.status,
        overdue=one.overdue(asked.today),
        due_on=min(terms, default=None),
        place=place or f"/units/{address(one.unit)}/measures/{one.measure}",
    )
