"""牵头部门报送 — what a department's officer brings, for one organisation, of the items that are reserved to it."""

from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from fastapi import APIRouter, Query, Response

from api.answering import answer
from api.asked import Asked, permitted
from api.choices import LevelChoice, MoreAsked, choices_of, more_asked
from api.documents import described
from api.readings import note_lines
from api.refusals import NotFound
from api.routes.honours import PersonChoice, people_of
from api.routes.vetoes import BroughtView, VetoChoice, brought_views
from api.routes.vetoes import choices_of as veto_choices
from domain.rules.demands import departments_of
from domain.rules.scheme import Scheme
from domain.values import Code
from projections import brought
from projections.answers import Answer
from projections.local_items import scheme_here
from projections.waiting import as_of

router = APIRouter(tags=["honours"])

Kind: TypeAlias = Literal["honours", "deductions", "vetoes"]

LISTS: Final[dict[Kind, tuple[str, ...]]] = {
    "honours": ("honour",),
    "deductions": ("negative", "responsibility"),
    "vetoes": (),
}


class ReservedView(msgspec.Struct, frozen=True, kw_only=True):
    """What the department may bring for the members of an organisation; nothing where nothing is reserved to it."""

    unit: Code
    title: str
    department: Code
    kind: Kind
    people: tuple[PersonChoice, ...]
    choices: tuple[LevelChoice, ...]
    vetoes: tuple[VetoChoice, ...]
    brought: tuple[BroughtView, ...]
    """What the department brought and no body has registered yet."""
    more: MoreAsked


@router.get("/units/{unit:code}/reserved")
@described(ReservedView)
async def reserved(
    unit: str, asked: Annotated[Asked, permitted("department.submit")], kind: Annotated[Kind, Query()] = "honours"
) -> Response:
    """The form of a department's officer for an honour, a deduction or a veto, of the reserved items alone."""
    assert asked.unit is not None
    assert asked.acting is not None, "the permission table grants it to an office"
    department = asked.acting.unit
    async with asked.ready() as connection:
        published = await scheme_here(connection, unit, asked.today)
        if published is None:
            raise NotFound
        kept = kept_by(published.scheme, department)
        choices = choices_of(kept, LISTS[kind])
        vetoes = veto_choices(published.scheme, kept.veto) if kind == "vetoes" else ()
        people = await people_of(asked, connection) if choices or vetoes else ()
        waiting = await brought.brought_by(connection, unit, department) if kind == "vetoes" else None
        seen = () if waiting is None else waiting.value
        noted = await note_lines(asked, (one.member for one in seen), "veto")
        shown = await brought_views(asked, connection, tuple(one for one in seen if one.member in noted))
        known = await as_of(connection)
    view = ReservedView(
        unit=unit,
        title=asked.unit.title,
        department=department,
        kind=kind,
        people=people,
        choices=choices,
        vetoes=vetoes,
        brought=shown,
        more=more_asked(kept, LISTS[kind]),
    )
    return answer(asked, "reserved.html", Answer(as_of=known, complete=True, value=view))


def kept_by(scheme: Scheme, department: Code) -> Scheme:
    """The rule set with the items alone that it reserves to a department."""
    return msgspec.structs.replace(
        scheme,
        responsibility=tuple(one for one in scheme.responsibility if department in departments_of(scheme, one.code)),
        honour=tuple(one for one in scheme.honour if department in departments_of(scheme, one.code)),
        negative=tuple(one for one in scheme.negative if department in departments_of(scheme, one.code)),
        veto=tuple(one for one in scheme.veto if department in departments_of(scheme, one.code)),
    )
