"""单位细化项 — what a unit asks below the central rule set, and what the leading group decides of it."""

from datetime import date
from typing import Annotated

import msgspec
from fastapi import APIRouter, Response

from api.answering import granted
from api.asked import Asked, permitted
from api.documents import described
from api.pages import address
from api.rules_wishes import AuthoriseLocalWish, DeclineLocalWish, LocalItemWish, RetireLocalWish
from domain.rules.items import ResponsibilityItem
from domain.rules.local import LocalList
from domain.rules.refinement import LocalStatus, read_item
from domain.rules.refining import AuthoriseLocalItem, DeclineLocalItem, ProposeLocalItem, RetireLocalItem
from domain.values import Code, MemberId, Reference
from projections.local_items import LocalView

router = APIRouter(tags=["rules"])


class LocalRow(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a unit, as far as it has come."""

    unit: Code
    unit_title: str
    version: Code
    section: LocalList
    code: Code
    zh: str
    en: str
    clause: str
    points: str | None
    """Of one deed or level."""
    cap_half: str | None
    cap_year: str | None
    author: MemberId
    status: LocalStatus
    minute: Reference | None
    effective_on: date | None
    retired_on: date | None
    proposed: int
    """Positions of the entries."""
    decided: int | None
    retired: int | None


def local_row(found: LocalView) -> LocalRow:
    """An item as it is shown."""
    item = read_item(found.section, found.content)
    levels = "–".join(level.points for level in item.levels)
    each = levels or (item.points if isinstance(item, ResponsibilityItem) else None)
    return LocalRow(
        unit=found.unit,
        unit_title=found.unit_title,
        version=found.version,
        section=found.section,
        code=found.code,
        zh=item.zh,
        en=item.en,
        clause=item.clause,
        points=each,
        cap_half=item.cap_half,
        cap_year=item.cap_year,
        author=found.author,
        status=found.status,
        minute=found.minute,
        effective_on=found.effective_on,
        retired_on=found.retired_on,
        proposed=found.proposed,
        decided=found.decided,
        retired=found.retired,
    )


def _place(unit: Code) -> str:
    return f"/units/{address(unit)}/rules"


@router.post("/units/{unit:code}/rules/local", status_code=201)
@described(creates=True)
def propose(unit: str, asked: Annotated[Asked, permitted("rules.refine", takes=LocalItemWish)]) -> Response:
    """Propose an item for the organisation and all below it; limits and lint are those of the rule set."""
    wish: LocalItemWish = asked.body
    item = msgspec.Raw(msgspec.json.encode(wish.item))
    receipt = asked.execute(ProposeLocalItem, unit=unit, version=wish.version, section=wish.section, item=item)
    return granted(asked, receipt, _place(unit), created=True)


@router.post("/units/{unit:code}/rules/local/{version:code}/{item:code}/authorisation")
@described(uploads=True)
def authorise(
    unit: str,
    version: str,
    item: str,
    asked: Annotated[Asked, permitted("rules.decide_local", takes=AuthoriseLocalWish)],
) -> Response:
    """Let an item hold from a day on; its author does not."""
    wish: AuthoriseLocalWish = asked.body
    receipt = asked.execute(
        AuthoriseLocalItem,
        unit=unit,
        version=version,
        item=item,
        effective_on=wish.effective_on,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
    )
    return granted(asked, receipt, _place(unit))


@router.post("/units/{unit:code}/rules/local/{version:code}/{item:code}/refusal")
@described(uploads=True)
def decline(
    unit: str, version: str, item: str, asked: Annotated[Asked, permitted("rules.decide_local", takes=DeclineLocalWish)]
) -> Response:
    """Do not let an item hold, for the reasons in the minute."""
    wish: DeclineLocalWish = asked.body
    receipt = asked.execute(
        DeclineLocalItem,
        unit=unit,
        version=version,
        item=item,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
    )
    return granted(asked, receipt, _place(unit))


@router.post("/units/{unit:code}/rules/local/{version:code}/{item:code}/retirement")
@described(uploads=True)
def retire(
    unit: str, version: str, item: str, asked: Annotated[Asked, permitted("rules.retire_local", takes=RetireLocalWish)]
) -> Response:
    """Ask an item no more from the first day of a period on."""
    wish: RetireLocalWish = asked.body
    receipt = asked.execute(
        RetireLocalItem,
        unit=unit,
        version=version,
        item=item,
        from_on=wish.from_on,
        minute=wish.minute,
        minute_sha256=wish.minute_sha256,
    )
    return granted(asked, receipt, _place(unit))
