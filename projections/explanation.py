"""为什么是这个分 — the tree from a total down to the records, made of the same rows and the same scoring function.

total → half → category → item (with its sentence) → record (with what it brought). Points in hundredths.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Literal, TypeAlias

import msgspec

from domain.assessment.allotment import Allotment, Effect, allot
from domain.assessment.explanation import explain, names_of
from domain.assessment.lines import Line
from domain.assessment.rows import tally
from domain.assessment.scoring import SpanScore, score
from domain.rules.items import ResponsibilityItem
from domain.values import Code, MemberId, RecordId
from projections.answers import Answer, AsyncConnection, instead
from projections.inputs import RecordInput, inputs_of, subject_of
from projections.periods import Subject, cases, half_version, period_end
from projections.records import WORDS
from projections.rules import Published, in_force

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
    """pending or confirmed."""
    effect: Effect | Literal["pending"]
    points: int
    surplus: int
    position: int


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
    honours: int
    deductions: int
    spans: tuple[SpanPart, ...]


async def explanation(
    connection: AsyncConnection, member: MemberId, year: int, period: str = "Y", shown: Shown = "confirmed"
) -> Answer[Explanation | None]:
    """Why a member's score of a period (H1, H2, Y) is what it is; None where nobody or no rule set is known."""
    given = await inputs_of(connection, member, year)
    if given.value is None:
        return instead(given, None)
    subject = await subject_of(connection, given.value)
    version = in_force(subject.versions, period_end(year, period))
    if version is None:
        return instead(given, None)
    return instead(given, _tree(member, subject, version, year, period, shown, given.value.records))


def _tree(
    member: MemberId,
    subject: Subject,
    version: Published,
    year: int,
    period: str,
    shown: Shown,
    records: Sequence[RecordInput],
) -> Explanation:
    case = cases(subject, version, year, tally(record.counted for record in records))[period]
    result = score(version.tariff, case, [other.tariff for other in subject.versions if other is not version])
    seen = result.confirmed if shown == "confirmed" else result.with_pending
    months = {span.code: span.months_present for span in case.spans}
    return Explanation(
        member=member,
        year=year,
        period=period,
        ends_on=period_end(year, period),
        shown=shown,
        rules=version.version,
        digest=version.digest,
        title_zh=version.scheme.document.zh,
        title_en=version.scheme.document.en,
        total=seen.ledger,
        base=seen.base,
        maximum=seen.base_max,
        honours=seen.honour_points,
        deductions=seen.deduction_points,
        spans=tuple(
            _span(subject, half_version(subject, year, span.code) or version, span, months[span.code], shown, records)
            for span in seen.spans
        ),
    )


def _span(
    subject: Subject,
    version: Published,
    span: SpanScore,
    months_present: int,
    shown: Shown,
    records: Sequence[RecordInput],
) -> SpanPart:
    period = version.scheme.period(span.code)
    assert period is not None, f"{version.version} has no period {span.code}"
    own = [] if span.borrowed else [record for record in records if _half(record.day) == span.code]
    counted = [record for record in own if shown == "with_pending" or record.confirmed is not None]
    lines = [line for category in span.categories for line in category.lines]
    earlier = [other.tariff for other in subject.versions if other is not version]
    rows = [record.counted for record in counted]
    allotments = {} if span.borrowed else {a.item: a for a in allot(version.tariff, lines, rows, earlier)}
    by_item: defaultdict[str, list[RecordInput]] = defaultdict(list)
    for record in own:
        by_item[record.item].append(record)
    return SpanPart(
        code=span.code,
        zh=period.zh,
        en=period.en,
        base=span.base,
        maximum=span.maximum,
        months_present=months_present,
        borrowed=span.borrowed,
        categories=_categories(version, span, allotments, by_item),
    )


def _half(day: date) -> str:
    return "H1" if day.month <= 6 else "H2"


def _categories(
    version: Published,
    span: SpanScore,
    allotments: Mapping[str, Allotment],
    records: Mapping[str, Sequence[RecordInput]],
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
                _item(version, line, allotments[line.item], records.get(line.item, ())) for line in category.lines
            ),
        )
        for category in span.categories
    )


def _item(version: Published, line: Line, allotment: Allotment, records: Sequence[RecordInput]) -> ItemPart:
    item = version.scheme.item(line.item)
    assert isinstance(item, ResponsibilityItem), f"{line.item} is no responsibility item"
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
            _record(record, portion.points, portion.surplus, portion.effect)
            if (portion := brought.get(record.id)) is not None
            else _record(record, 0, 0, "pending")
            for record in records
        ),
    )


def _record(record: RecordInput, points: int, surplus: int, effect: Effect | Literal["pending"]) -> RecordPart:
    return RecordPart(
        record=record.id,
        matter=record.matter,
        title=record.title,
        occurred_on=record.day,
        outcome=WORDS[record.number],
        quantity=record.quantity,
        state="pending" if record.confirmed is None else "confirmed",
        effect=effect,
        points=points,
        surplus=surplus,
        position=record.position,
    )
