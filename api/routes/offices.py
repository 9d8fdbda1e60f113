"""任职一览 — who holds which office in an organisation and in all below it, on a day; now, or as it was known then.

Who may look at his own organisation alone is shown that one alone.
"""

from datetime import date
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query, Response

from api.answering import answer
from api.as_of import Back, BackAsked, LookingBack, looking_back, when_of
from api.asked import Asked, permitted
from api.documents import described
from api.names import Names, names_of
from api.routes.organisation import OfficeView, office_view
from domain.organisation.appointments import OFFICES, Role
from domain.values import Code
from projections import offices, prefix
from projections.answers import Answer, AsyncConnection
from projections.offices_then import officers_below_then, offices_steps
from projections.waiting import as_of

router = APIRouter(tags=["organisation"])

RoleAsked = Annotated[Role | Literal[""] | None, Query(description="This office alone; every office by default.")]


class PlacedOfficeView(OfficeView, frozen=True, kw_only=True):
    """One office of one organisation, and who acts in it."""

    unit: Code
    unit_title: str


class OfficesView(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts in which office on a day."""

    unit: Code
    title: str
    day: date
    role: str | None
    offices: tuple[PlacedOfficeView, ...]
    back: LookingBack | None


@router.get("/units/{unit:code}/offices")
@described(OfficesView)
async def offices_below(
    unit: str, asked: Annotated[Asked, permitted("unit.read")], back: BackAsked, role: RoleAsked = None
) -> Response:
    """Who holds which office in an organisation and all below it: on a day, and as known at a position or instant."""
    assert asked.unit is not None
    wanted = role or None  # a form sends an empty field for what was not chosen
    async with asked.ready() as connection:
        found, seen = await _found(asked, connection, unit, wanted, back)
        chosen = [one for one in found.value if wanted in (None, one.role)]
        names = await names_of(asked, connection, [person for one in chosen for person in (one.member, one.stands_for)])
    view = OfficesView(
        unit=unit,
        title=asked.unit.title,
        day=asked.today if seen is None else seen.day,
        role=wanted,
        offices=tuple(_view(one, names) for one in chosen),
        back=seen,
    )
    return answer(asked, "offices.html", Answer(as_of=found.as_of, complete=found.complete, value=view), roles=OFFICES)


async def _found(
    asked: Asked, connection: AsyncConnection, unit: Code, role: Role | None, back: Back
) -> tuple[Answer[tuple[offices.Office, ...]], LookingBack | None]:
    below = asked.reads_below()
    if not back:
        look = offices.officers_below if below else offices.officers_of
        return await look(connection, unit, asked.today), None
    steps = await offices_steps(connection, unit, role, await prefix.head(connection), below=below)
    when = await when_of(connection, back, steps)
    seen = await looking_back(connection, when, steps)
    found = await officers_below_then(connection, unit, seen.day, when.position, below=below)
    return Answer(as_of=await as_of(connection), complete=True, value=found), seen


def _view(one: offices.Office, names: Names) -> PlacedOfficeView:
    shown = msgspec.structs.asdict(office_view(one, names))
    return PlacedOfficeView(unit=one.unit, unit_title=one.unit_title, **shown)
