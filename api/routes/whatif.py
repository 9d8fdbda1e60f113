"""试算 — what a version, or one other figure, would have done to a past period; no names, and nothing changes."""

import hashlib
from collections.abc import AsyncIterator, Iterable
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from api.answering import answer, granted
from api.asked import Asked, permitted
from api.documents import described
from api.exports.files import MEDIA, Format, Row, file_of
from api.exports.taking import file_name, headings, note_taking
from api.pages import address
from api.refusals import NotFound
from api.routes.periods import YearAsked
from api.wishes import Wish
from domain.rules.altering import Figure, altered, figures
from domain.rules.findings import Finding
from domain.rules.lint import lint
from domain.rules.ruleset import SimulateRuleSet
from domain.rules.scheme import load
from domain.rules.wording import Coded
from domain.values import Code, points
from projections import rules, whatif
from projections.answers import Answer
from projections.organisation import Unit
from projections.rows import Connection
from projections.waiting import as_of
from projections.whatif import WhatIf

router = APIRouter(tags=["rules"])

CodeAsked = Annotated[str | None, Query(max_length=64)]
FigureAsked = Annotated[str | None, Query(max_length=200, description="``section.code.field``")]
ValueAsked = Annotated[str | None, Query(max_length=20)]


class SimulationWish(Wish, frozen=True, kw_only=True):
    """Of which past period."""

    year: Annotated[int, msgspec.Meta(ge=2000, le=2100)]
    period: Code

    @classmethod
    async def from_form(cls, form: Any) -> dict[str, Any]:  # noqa: ANN401 - a form's values are of any kind
        """The year as a number."""
        year = str(form.get("year", ""))
        return {"year": int(year) if year.isdigit() else year, "period": form.get("period")}


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """What a period or a grade of the version is called."""

    code: Code
    zh: str
    en: str


class Supposed(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked, what can be asked, and the answer."""

    unit: Code
    versions: tuple[Code, ...]
    version: Code | None
    figures: tuple[Figure, ...]
    figure: str | None
    value: str | None
    year: int
    period: Code
    periods: tuple[Called, ...]
    grades: tuple[Called, ...]
    findings: tuple[Finding, ...]
    """What the lint says of it."""
    mean_before: str | None = None
    mean_after: str | None = None
    found: WhatIf | None
    """None where nothing was asked yet, or nothing of the period is determined."""


@router.get("/units/{unit:code}/rules/what-if")
@described(Supposed)
async def page(
    unit: str,
    asked: Annotated[Asked, permitted("rules.simulate")],
    version: CodeAsked = None,
    figure: FigureAsked = None,
    value: ValueAsked = None,
    year: YearAsked = None,
    period: Annotated[str, Query(max_length=64)] = "Y",
) -> Response:
    """Who would change, by branch, and which grade lines would be crossed, under a version or with one other figure."""
    assert asked.unit is not None
    wanted = year or asked.today.year - 1
    async with asked.ready() as connection:
        versions = tuple(one.version for one in (await rules.rule_sets(connection, asked.unit.scheme)).value)
        known = await as_of(connection)
    chosen = version or (versions[-1] if versions else None)
    supposed = await run_in_threadpool(
        _supposed, asked, chosen, (figure or None, value or None), (wanted, period), ask=version is not None
    )
    view = msgspec.structs.replace(supposed, unit=unit, versions=versions)
    return answer(asked, "what_if.html", Answer(as_of=known, complete=True, value=view), unit=asked.unit)


def _supposed(
    asked: Asked, version: Code | None, change: tuple[str | None, str | None], of: tuple[int, Code], *, ask: bool
) -> Supposed:
    assert asked.unit is not None
    scheme, (figure, value), (year, period) = asked.unit.scheme, change, of
    with asked.house.looking() as connection:
        document = None if version is None else whatif.document_of(connection, scheme, version)
        if document is None and ask:
            raise NotFound
        choices = () if document is None else tuple(figures(document))
        found: WhatIf | None = None
        findings: tuple[Finding, ...] = ()
        periods = () if document is None else _called(load(document).periods)
        grades: tuple[Called, ...] = ()
        if ask and document is not None:
            looked_at = document if not figure or value is None else altered(document, figure, value)
            supposing = whatif.supposed(looked_at)
            findings = tuple(lint(supposing.scheme))
            grades = _called(supposing.scheme.grades)
            found = _found(connection, asked.unit, supposing, year, period)
    return Supposed(
        unit="",
        versions=(),
        version=version,
        figures=choices,
        figure=figure,
        value=value,
        year=year,
        period=period,
        periods=periods,
        grades=grades,
        findings=findings,
        found=found,
        mean_before=None if found is None else points(found.mean_before),
        mean_after=None if found is None else points(found.mean_after),
    )


def _called(those: Iterable[Coded]) -> tuple[Called, ...]:
    return tuple(Called(code=one.code, zh=one.zh, en=one.en) for one in those)


def _found(connection: Connection, unit: Unit, supposing: rules.Published, year: int, period: Code) -> WhatIf | None:
    """Of the asker's organisation and those below it: of the others he reads no figure either."""
    try:
        return whatif.what_if(connection, unit.scheme, supposing, year, period, unit=unit.unit)
    except whatif.NothingDetermined:
        return None


@router.get("/units/{unit:code}/rules/what-if/exports/branches.{kind}")
@described(media_type=MEDIA["csv"])
async def branches(
    unit: str,
    kind: Format,
    asked: Annotated[Asked, permitted("rules.simulate")],
    version: CodeAsked = None,
    figure: FigureAsked = None,
    value: ValueAsked = None,
    year: YearAsked = None,
    period: Annotated[str, Query(max_length=64)] = "Y",
) -> Response:
    """The same as a file: a line for each organisation of ten or more, one for the others together."""
    await note_taking(asked, f"what-if.{kind}")
    wanted = year or asked.today.year - 1
    supposed = await run_in_threadpool(
        _supposed, asked, version, (figure or None, value or None), (wanted, period), ask=True
    )
    if supposed.found is None:
        raise whatif.NothingDetermined(year=wanted, period=period)
    found = supposed.found

    async def rows() -> AsyncIterator[Row]:
        for one in found.branches:
            title = one.title if one.unit else asked.words("what_if.others")
            yield (title, Decimal(one.members), Decimal(one.better), Decimal(one.worse))
        for crossing in found.crossings:
            yield (f"{crossing.before} → {crossing.after}", Decimal(crossing.members), None, None)

    keys = ("membership.unit", "what_if.members", "restatement.effect.better", "restatement.effect.worse")
    return file_of(kind, file_name(unit, "what-if"), headings(asked, keys), rows())


@router.post("/units/{unit:code}/rules/{scheme:code}/{version:code}/simulation")
@described()
def simulate(
    unit: str,
    scheme: str,
    version: str,
    asked: Annotated[Asked, permitted("rules.simulate", takes=SimulationWish)],
) -> Response:
    """Look at a drafted version, and put on record what was seen: nobody approves another without that."""
    wish: SimulationWish = asked.body
    found = _supposed(asked, version, (None, None), (wish.year, wish.period), ask=True).found
    shown = b"null" if found is None else msgspec.json.encode(found, order="sorted")
    receipt = asked.execute(
        SimulateRuleSet,
        unit=unit,
        scheme=scheme,
        version=version,
        year=wish.year,
        period=wish.period,
        members=0 if found is None else found.members,
        better=0 if found is None else found.better,
        worse=0 if found is None else found.worse,
        unmapped=0 if found is None else len(found.unmapped),
        digest=hashlib.sha256(shown).hexdigest(),
    )
    return granted(asked, receipt, f"/units/{address(unit)}/rules")
