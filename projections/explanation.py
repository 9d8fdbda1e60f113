"""为什么是这个分 — the tree from a total down to the records, made of the same rows and the same scoring function.

total → half → category → item (with its sentence) → record (with what it brought); beside the halves each honour and
each deduction, with what a cap or another record of its matter cut, and each veto. Points in hundredths.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, TypeAlias

import msgspec

from domain.assessment.allotment import Allotment, Effect, allot
from domain.assessment.explanation import explain, names_of
from domain.assessment.lines import Line
from domain.assessment.period import days_of
from domain.assessment.scoring import SpanScore
from domain.rules.assessing import Period
from domain.rules.items import ResponsibilityItem
from domain.rules.scheme import months_of
from domain.values import Code, MemberId, RecordId, Reference
from projections.answers import Answer, AsyncConnection, instead
from projections.as_of import When, inputs_at
from projections.inputs import Inputs, RecordInput, inputs_of, subject_of
from projections.merit_parts import MatterPart, VetoPart, ceiling_of, matter_parts, state_of, veto_parts
from projections.periods import (
    Ruled,
    Subject,
    case_of,
    lists_of,
    merits_in,
    reaching,
    result_of,
    ruled_period,
    ruled_periods,
    running,
    span_version,
)
from projections.records import WORDS
from projections.rules import Published

Shown: TypeAlias = Literal["confirmed", "with_pending"]


class RecordPart(msgspec.Struct, frozen=True, kw_only=True):
    """What one record brought to its line."""

    record: RecordId
    matter: Code
    title: str
    occurred_on: date
    outcome: str
    quantity: int
    state: str
    """pending, suspended while an objection holds it back, or confirmed."""
    effect: Effect | Literal["pending"]
    points: int
    surplus: int
    position: int
    level: Code | None = None
    """Of a shortfall, or of an item that has levels."""
    said_zh: str | None = None
    """Level and condition in words."""
    said_en: str | None = None


class ItemPart(msgspec.Struct, frozen=True, kw_only=True):
    """One line: ``start`` plus what the records brought is its points."""

    item: Code
    zh: str
    en: str
    clause: str
    mode: str
    points: int
    maximum: int
    start: int
    sentence_zh: str
    sentence_en: str
    records: tuple[RecordPart, ...]
    unit: Code | None = None
    """Whose own item it is; None for one of the central rule set."""
    minute: Reference | None = None
    """By which decision it is asked there."""


class CategoryPart(msgspec.Struct, frozen=True, kw_only=True):
    """One category of a half."""

    code: Code
    zh: str
    en: str
    points: int
    maximum: int
    items: tuple[ItemPart, ...]


class SpanPart(msgspec.Struct, frozen=True, kw_only=True):
    """One half; ``borrowed`` where he was absent in it, so that the other half counts twice."""

    code: str
    zh: str
    en: str
    base: int
    maximum: int
    months_present: int
    borrowed: bool
    categories: tuple[CategoryPart, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """The whole tree of one member's period."""

    member: MemberId
    year: int
    period: str
    ends_on: date
    shown: Shown
    rules: Code
    digest: str
    title_zh: str
    """Of the rule set's document."""
    title_en: str
    total: int
    base: int
    maximum: int
    start: int
    """What his class begins with, part of the base."""
    carried: int
    """From last year's determined total."""
    over: int
    """What a maximum of all that adds cut off."""
    honours: int
    deductions: int
    spans: tuple[SpanPart, ...]
    honour_lines: tuple[MatterPart, ...] = ()
    deduction_lines: tuple[MatterPart, ...] = ()
    vetoes: tuple[VetoPart, ...] = ()
    ceiling: Code | None = None
    """The best grade that the vetoes in force let him have; None where there is none."""
    ceiling_zh: str | None = None
    ceiling_en: str | None = None


async def explanation(
    connection: AsyncConnection,
    member: MemberId,
    year: int,
    period: str | None = None,
    shown: Shown = "confirmed",
    *,
    only: Code | None = None,
    today: date | None = None,
    when: When | None = None,
) -> Answer[Explanation | None]:
    """Why a member's score of a period is what it is; None where nobody or no rule set is known.

    Without a period: of what has begun ``today``, of the whole year without a day. ``only``: of the categories this
    one alone. ``when``: as it was known and valid then.
    """
    given = await (inputs_of(connection, member, year) if when is None else inputs_at(connection, member, year, when))
    if given.value is None:
        return instead(given, None)
    subject = await subject_of(connection, given.value)
    wanted = period or running(ruled_periods(subject, year), today or date(year, 12, 31))
    ruled = None if wanted is None else ruled_period(subject, year, wanted)
    if ruled is None:
        return instead(given, None)
    return instead(given, _tree(member, subject, ruled, year, shown, given.value, only))


def _tree(
    member: MemberId,
    subject: Subject,
    ruled: Ruled,
    year: int,
    shown: Shown,
    given: Inputs,
    only: Code | None,
) -> Explanation:
    version = ruled.version
    merits = reaching(subject, year, given.merits)
    case = case_of(subject, year, ruled, given.tallies, lists_of(merits))
    result = result_of(subject, ruled, case)
    seen = result.confirmed if shown == "confirmed" else result.with_pending
    months = {span.code: span.months_present for span in case.spans}
    own = merits_in(ruled, merits)
    vetoes = veto_parts(subject, version, own)
    best = ceiling_of(version, vetoes)
    return Explanation(
        member=member,
        year=year,
        period=ruled.period,
        ends_on=ruled.ends_on,
        shown=shown,
        rules=version.version,
        digest=version.digest,
        title_zh=version.scheme.document.zh,
        title_en=version.scheme.document.en,
        total=seen.ledger,
        base=seen.base,
        maximum=seen.base_max,
        start=seen.start,
        carried=seen.carried,
        over=seen.over,
        honours=seen.honour_points,
        deductions=seen.deduction_points,
        spans=tuple(
            _span(subject, year, ruled, part, span, months[span.code], shown, given.lines, only)
            for part, span in zip(ruled.parts, seen.spans, strict=True)
        ),
        honour_lines=matter_parts(subject, seen.honours, own, "honour"),
        deduction_lines=matter_parts(subject, seen.deductions, own, "deduction"),
        vetoes=vetoes,
        ceiling=None if best is None else best.code,
        ceiling_zh=None if best is None else best.zh,
        ceiling_en=None if best is None else best.en,
    )


def _span(
    subject: Subject,
    year: int,
    ruled: Ruled,
    part: Period,
    span: SpanScore,
    months_present: int,
    shown: Shown,
    records: Sequence[RecordInput],
    only: Code | None,
) -> SpanPart:
    version = span_version(subject, year, ruled, part)
    first_on, last_on = days_of(part, year)
    own = [] if span.borrowed else [record for record in records if first_on <= record.day <= last_on]
    counted = [record for record in own if shown == "with_pending" or record.confirmed is not None]
    lines = [line for category in span.categories for line in category.lines]
    months = months_of(part)
    earlier = [other.over(months) for other in subject.others(version)]
    rows = [record.counted for record in counted]
    allotments = (
        {} if span.borrowed else {a.item: a for a in allot(version.over(months, anew=ruled.anew), lines, rows, earlier)}
    )
    by_item: defaultdict[str, list[RecordInput]] = defaultdict(list)
    for record in own:
        by_item[record.item].append(record)
    return SpanPart(
        code=span.code,
        zh=part.zh,
        en=part.en,
        base=span.base,
        maximum=span.maximum,
        months_present=months_present,
        borrowed=span.borrowed,
        categories=_categories(subject, version, span, allotments, by_item, only),
    )


def _categories(
    subject: Subject,
    version: Published,
    span: SpanScore,
    allotments: Mapping[str, Allotment],
    records: Mapping[str, Sequence[RecordInput]],
    only: Code | None,
) -> tuple[CategoryPart, ...]:
    if span.borrowed:
        return ()
    names = {category.code: category for category in version.scheme.categories}
    return tuple(
        CategoryPart(
            code=category.code,
            zh=names[category.code].zh,
            en=names[category.code].en,
            points=category.points,
            maximum=category.maximum,
            items=tuple(
                _item(subject, version, line, allotments[line.item], records.get(line.item, ()))
                for line in category.lines
            ),
        )
        for category in span.categories
        if only in (None, category.code)
    )


def _item(
    subject: Subject, version: Published, line: Line, allotment: Allotment, records: Sequence[RecordInput]
) -> ItemPart:
    item = version.scheme.item(line.item)
    assert isinstance(item, ResponsibilityItem), f"{line.item} is no responsibility item"
    local = subject.local_item(version.version, line.item)
    brought = {portion.record: portion for portion in allotment.portions}
    return ItemPart(
        item=line.item,
        zh=item.zh,
        en=item.en,
        clause=item.clause,
        mode=line.mode,
        points=line.points,
        maximum=line.cap,
        start=allotment.start,
        sentence_zh=explain(line, "zh", item.unit, names_of(item)),
        sentence_en=explain(line, "en", item.unit, names_of(item)),
        records=tuple(
            _record(record, item, portion.points, portion.surplus, portion.effect)
            if (portion := brought.get(record.id)) is not None
            else _record(record, item, 0, 0, "pending")
            for record in records
        ),
        unit=None if local is None else local.unit,
        minute=None if local is None else local.minute,
    )


def _record(
    record: RecordInput, item: ResponsibilityItem, points: int, surplus: int, effect: Effect | Literal["pending"]
) -> RecordPart:
    words = [one for one in (*item.levels, *item.shortfalls, *item.conditions) if one.code in record.says]
    return RecordPart(
        record=record.id,
        matter=record.matter,
        title=record.title,
        occurred_on=record.day,
        outcome=WORDS[record.number],
        quantity=record.quantity,
        state=state_of(record),
        effect=effect,
        points=points,
        surplus=surplus,
        position=record.position,
        level=record.level,
        said_zh="、".join(one.zh for one in words) or None,
        said_en=", ".join(one.en for one in words) or None,
    )
