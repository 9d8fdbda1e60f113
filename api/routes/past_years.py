"""以往年度 — earlier rules, and what was imported taken back; results and records are shown with a member's own."""

from typing import Annotated
from uuid import UUID

import msgspec
from fastapi import APIRouter, Path, Response

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.documents import described
from api.names import names_of
from api.pages import address
from api.past_views import PastRulesView, rules_view
from api.routes.matters import Since
from api.wishes import ReturnWish
from domain.history.past_rules import WithdrawPastRules
from domain.history.past_year import WithdrawPastEntry
from domain.values import Code
from projections import past_years, rules
from projections.answers import instead

router = APIRouter(tags=["history"])

Year = Annotated[int, Path(ge=1900, le=2100)]


class PastRulesBoard(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of the years before the log."""

    unit: Code
    title: str
    on_top: bool
    """Whether they are entered here."""
    items: tuple[PastRulesView, ...]


@router.get("/units/{unit:code}/past-rules")
@described(PastRulesBoard)
async def earlier(unit: str, asked: Annotated[Asked, permitted("unit.read")], since: Since = None) -> Response:
    """The documents by which the years before the log were assessed, oldest first."""
    here = asked.unit
    assert here is not None, "the address names an organisation"
    async with asked.ready(since) as connection:
        found = await past_years.past_rules(connection, here.scheme)
        names = await names_of(asked, connection, {one.by_person for one in found.value})
        versions = await rules.versions(connection, here.scheme)
    value = PastRulesBoard(
        unit=unit,
        title=here.title,
        on_top=here.parent is None,
        items=tuple(rules_view(one, names) for one in found.value),
    )
    called = {grade.code: (grade.zh, grade.en) for one in versions for grade in one.scheme.grades}
    return answer(asked, "past_rules.html", instead(found, value), unit=here, called=called)


@router.post("/units/{unit:code}/past-rules/{version:code}/withdrawal")
@described()
def withdraw_rules(
    unit: str, version: str, asked: Annotated[Asked, permitted("history.import", takes=ReturnWish)]
) -> Response:
    """Take back a version that was entered wrongly."""
    wish: ReturnWish = asked.body
    reason = asked.secret(asked.reader.person, "reason", wish.reason)
    receipt = asked.execute(WithdrawPastRules, unit=unit, version=version, reason=reason)
    return granted(asked, receipt, f"/units/{address(unit)}/past-rules")


@router.post("/members/{member:uuid}/past/{year}/{told:uuid}/withdrawal")
@described()
def withdraw(
    member: UUID, year: Year, told: UUID, asked: Annotated[Asked, permitted("history.import", takes=ReturnWish)]
) -> Response:
    """Take back an imported result or record; it stays readable, and may be brought in anew."""
    wish: ReturnWish = asked.body
    assert asked.subject is not None, "the address names a member"
    reason = asked.secret(asked.reader.person, "reason", wish.reason)
    receipt = asked.execute(
        WithdrawPastEntry, unit=asked.subject.unit, member=member, year=year, entry=told, reason=reason
    )
    return granted(asked, receipt, f"/members/{member}/results")
