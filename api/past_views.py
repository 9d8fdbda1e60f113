"""以往年度的样子 — what papers say of the years before the log, as it is shown: always labelled as imported."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from uuid import UUID

import msgspec

from api.asked import Asked
from api.names import Names, names_of
from domain.history.past_year import PastKind
from domain.rules.scheme import Scheme
from domain.values import Code, MemberId, Sha256, points
from projections import past_years, rules
from projections.answers import AsyncConnection


class PastRulesView(msgspec.Struct, frozen=True, kw_only=True):
    """One version of earlier rules."""

    version: Code
    title: str
    number: str
    effective_on: date
    last_on: date
    periods: tuple[str, ...]
    """Code and last day: ``Y 12-31``."""
    grades: tuple[Code, ...]
    document: Sha256
    file: Sha256
    vouched_by: str
    position: int


class PastResultView(msgspec.Struct, frozen=True, kw_only=True):
    """An imported result."""

    entry: UUID
    unit: Code
    year: int
    period: Code
    last_on: date
    rules: Code
    number: str | None
    total: str
    base: str | None
    honours: str | None
    deductions: str | None
    appraisal: str | None
    grade: Code | None
    grade_zh: str | None
    grade_en: str | None
    document: Sha256
    file: Sha256
    vouched_by: str
    withdrawn: bool
    position: int
    imported: bool = True


class PastRecordView(msgspec.Struct, frozen=True, kw_only=True):
    """An imported record."""

    entry: UUID
    unit: Code
    year: int
    kind: PastKind
    matter: Code
    item: Code
    title: str
    rules: Code
    occurred_on: date
    points: str | None
    document: Sha256
    file: Sha256
    vouched_by: str
    withdrawn: bool
    position: int
    imported: bool = True


class PastView(msgspec.Struct, frozen=True, kw_only=True):
    """All that papers say of one member."""

    results: tuple[PastResultView, ...] = ()
    records: tuple[PastRecordView, ...] = ()


def rules_view(one: past_years.PastRulesState, names: Names) -> PastRulesView:
    """One version."""
    return PastRulesView(
        version=one.version,
        title=one.title,
        number=one.number,
        effective_on=one.effective_on,
        last_on=one.last_on,
        periods=one.periods,
        grades=one.grades,
        document=one.document,
        file=one.file,
        vouched_by=names(one.by_person),
        position=one.position,
    )


async def past_of(asked: Asked, connection: AsyncConnection, member: MemberId, *, vetoes: bool) -> PastView:
    """What papers say of a member, with who vouches for it."""
    assert asked.unit is not None, "a member belongs somewhere"
    results = (await past_years.past_results(connection, member)).value
    records = (await past_years.past_records(connection, member, vetoes=vetoes)).value
    if not results and not records:
        return PastView()
    vouching = {*(one.by_person for one in results), *(one.by_person for one in records)}
    names = await names_of(asked, connection, vouching)
    return PastView(
        results=await result_views(connection, asked.unit.scheme, results, names),
        records=tuple(_record(one, names) for one in records),
    )


async def result_views(
    connection: AsyncConnection,
    scheme: Code,
    found: Sequence[past_years.PastResultState],
    name: Callable[[MemberId], str] = str,
) -> tuple[PastResultView, ...]:
    """Imported results, grades as they are called today; who vouches by pseudonym where nothing names him."""
    if not found:
        return ()
    schemes = [one.scheme for one in reversed(await rules.versions(connection, scheme))]
    return tuple(_result(one, name, schemes) for one in found)


async def vouched(
    asked: Asked, connection: AsyncConnection, found: Sequence[PastResultView]
) -> tuple[PastResultView, ...]:
    """The same with the names of those who vouch, where pseudonyms stood."""
    names = await names_of(asked, connection, {UUID(one.vouched_by) for one in found})
    return tuple(msgspec.structs.replace(one, vouched_by=names(UUID(one.vouched_by))) for one in found)


def _result(
    one: past_years.PastResultState, name: Callable[[MemberId], str], schemes: Iterable[Scheme]
) -> PastResultView:
    zh, en = _grade(schemes, one.grade)
    return PastResultView(
        entry=one.entry,
        unit=one.unit,
        year=one.year,
        period=one.period,
        last_on=one.last_on,
        rules=one.rules,
        number=one.number,
        total=points(one.total),
        base=_points(one.base),
        honours=_points(one.honours),
        deductions=_points(one.deductions),
        appraisal=_points(one.appraisal),
        grade=one.grade,
        grade_zh=zh,
        grade_en=en,
        document=one.document,
        file=one.file,
        vouched_by=name(one.by_person),
        withdrawn=one.withdrawn,
        position=one.position,
    )


def _record(one: past_years.PastRecordState, names: Names) -> PastRecordView:
    return PastRecordView(
        entry=one.entry,
        unit=one.unit,
        year=one.year,
        kind=one.kind,
        matter=one.matter,
        item=one.item,
        title=one.title,
        rules=one.rules,
        occurred_on=one.occurred_on,
        points=_points(one.points),
        document=one.document,
        file=one.file,
        vouched_by=names(one.by_person),
        withdrawn=one.withdrawn,
        position=one.position,
    )


def _points(value: int | None) -> str | None:
    return None if value is None else points(value)


def _grade(schemes: Iterable[Scheme], code: Code | None) -> tuple[str | None, str | None]:
    """As it is called today, where it means the same; else its own code."""
    found = next((grade for one in schemes for grade in one.grades if grade.code == code), None)
    return (code, code) if found is None else (found.zh, found.en)
