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
from domain.assessment.grading import under_vetoes
from domain.assessment.lines import Line
from domain.assessment.matters import Cut, MatterLine
from domain.assessment.scoring import SpanScore, score
from domain.rules.assessing import Grade
from domain.rules.items import HonourItem, ListItem, NegativeItem, ResponsibilityItem, VetoItem
from domain.rules.scheme import HALVES_AND_YEAR
from domain.values import Code, MemberId, RecordId
from projections.answers import Answer, AsyncConnection, instead
from projections.as_of import When, inputs_at
from projections.inputs import Inputs, RecordInput, inputs_of, subject_of
from projections.merits import STANDING, MeritInput
from projections.periods import Subject, cases, half_version, lists_of, period_end
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
    level: Code | None = None
    """Of a shortfall, or of an item that has levels."""
    said_zh: str | None = None
    """Level and condition in words."""
    said_en: str | None = None


class MatterPart(msgspec.Struct, frozen=True, kw_only=True):
    """One honour or one deduction: claimed = points + surplus, unless another record covers its matter."""

    record: RecordId
    item: Code
    zh: str
    en: str
    clause: str
    level: Code
    level_zh: str
    level_en: str
    matter: Code
    title: str | None
    occurred_on: date
    counted_on: date
    state: str
    """pending or confirmed."""
    claimed: int
    points: int
    surplus: int
    effect: Literal["counted", "pending"] | Cut
    covered_by: RecordId | None
    """The record that counts for the same matter."""
    position: int


class VetoPart(msgspec.Struct, frozen=True, kw_only=True):
    """One veto and the grade above which it lets nobody; one that was lifted caps nothing."""

    record: RecordId
    item: Code
    zh: str
    en: str
    clause: str
    ceiling: Code | None
    """The grade that it caps; None where it does something else."""
    ceiling_zh: str | None
    ceiling_en: str | None
    counted_on: date
    lifted_on: date | None
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
    period: str = "Y",
    shown: Shown = "confirmed",
    *,
    only: Code | None = None,
    when: When | None = None,
) -> Answer[Explanation | None]:
    """Why a member's score of a period (H1, H2, Y) is what it is; None where nobody or no rule set is known.

    ``only``: of the categories this one alone. ``when``: as it was known and valid then.
    """
    given = await (inputs_of(connection, member, year) if when is None else inputs_at(connection, member, year, when))
    if given.value is None:
        return instead(given, None)
    subject = await subject_of(connection, given.value)
    version = in_force(subject.versions, period_end(year, period))
    if version is None:
        return instead(given, None)
    return instead(given, _tree(member, subject, version, year, period, shown, given.value, only))


def _tree(
    member: MemberId,
    subject: Subject,
    version: Published,
    year: int,
    period: str,
    shown: Shown,
    given: Inputs,
    only: Code | None,
) -> Explanation:
    case = cases(subject, version, year, given.tallies, lists_of(given.merits))[period]
    result = score(version.tariff, case, [other.tariff for other in subject.versions if other is not version])
    seen = result.confirmed if shown == "confirmed" else result.with_pending
    months = {span.code: span.months_present for span in case.spans}
    own = [merit for merit in given.merits if period in ("Y", _half(merit.day))]
    vetoes = veto_parts(subject, version, own)
    best = ceiling_of(version, vetoes)
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
        start=seen.start,
        carried=seen.carried,
        over=seen.over,
        honours=seen.honour_points,
        deductions=seen.deduction_points,
        spans=tuple(
            _span(
                subject,
                half_version(subject, year, span.code) or version,
                span,
                months[span.code],
                shown,
                given.lines,
                only,
            )
            for span in seen.spans
        ),
        honour_lines=matter_parts(subject, seen.honours, own, "honour"),
        deduction_lines=matter_parts(subject, seen.deductions, own, "deduction"),
        vetoes=vetoes,
        ceiling=None if best is None else best.code,
        ceiling_zh=None if best is None else best.zh,
        ceiling_en=None if best is None else best.en,
    )


def matter_parts(
    subject: Subject, lines: Sequence[MatterLine], merits: Sequence[MeritInput], kind: str
) -> tuple[MatterPart, ...]:
    """Every standing record of a list in (day, position) order; what is pending and not counted gives nothing yet."""
    standing = [merit for merit in merits if merit.kind == kind and merit.status in STANDING]
    by_record = {line.record: line for line in lines}
    return tuple(_matter(subject, merit, by_record.get(merit.id)) for merit in standing)


def _matter(subject: Subject, merit: MeritInput, line: MatterLine | None) -> MatterPart:
    item = _item_then(subject, merit)
    assert isinstance(item, HonourItem | NegativeItem), f"{merit.item} has no levels"
    level = next(one for one in item.levels if one.code == merit.level)
    return MatterPart(
        record=merit.id,
        item=merit.item,
        zh=item.zh,
        en=item.en,
        clause=item.clause,
        level=level.code,
        level_zh=level.zh,
        level_en=level.en,
        matter=merit.matter,
        title=merit.title,
        occurred_on=merit.occurred_on,
        counted_on=merit.day,
        state="pending" if merit.confirmed is None else "confirmed",
        claimed=merit.points or 0 if line is None else line.claimed,
        points=0 if line is None else line.points,
        surplus=0 if line is None else line.surplus,
        effect="pending" if line is None else (line.cut or "counted"),
        covered_by=None if line is None else line.covered_by,
        position=merit.position,
    )


def _item_then(subject: Subject, merit: MeritInput) -> ListItem:
    """The item in the rule set of the day of the act."""
    version = next(one for one in subject.versions if one.version == merit.rules)
    item = version.scheme.item(merit.item)
    assert item is not None, f"{merit.rules} has no {merit.item}"
    return item


def veto_parts(subject: Subject, version: Published, merits: Sequence[MeritInput]) -> tuple[VetoPart, ...]:
    """The vetoes of the year by their decision's date, lifted ones among them."""
    grades = {grade.code: grade for grade in version.scheme.grades}
    found: list[VetoPart] = []
    for merit in merits:
        if merit.kind != "veto":
            continue
        item = _item_then(subject, merit)
        assert isinstance(item, VetoItem), f"{merit.item} is no veto"
        capped = None if item.to is None else grades[item.to]
        found.append(
            VetoPart(
                record=merit.id,
                item=merit.item,
                zh=item.zh,
                en=item.en,
                clause=item.clause,
                ceiling=item.to,
                ceiling_zh=None if capped is None else capped.zh,
                ceiling_en=None if capped is None else capped.en,
                counted_on=merit.day,
                lifted_on=merit.lifted_on,
                position=merit.position,
            )
        )
    return tuple(found)


def ceiling_of(version: Published, vetoes: Sequence[VetoPart]) -> Grade | None:
    """The best grade that the vetoes in force leave: of several the lowest ceiling holds."""
    items = [version.scheme.item(veto.item) for veto in vetoes if veto.lifted_on is None]
    if not version.scheme.grades:
        return None
    best = version.scheme.grades[0]
    left = under_vetoes(best, [item for item in items if isinstance(item, VetoItem)], version.scheme.grades)
    return None if left is best else left


def _span(
    subject: Subject,
    version: Published,
    span: SpanScore,
    months_present: int,
    shown: Shown,
    records: Sequence[RecordInput],
    only: Code | None,
) -> SpanPart:
    # The service sums halves whatever the rule set's own cycle: their names are then its own.
    known = (version.scheme.period(span.code), *(one for one in HALVES_AND_YEAR if one.code == span.code))
    period = next(one for one in known if one is not None)
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
        categories=_categories(version, span, allotments, by_item, only),
    )


def _half(day: date) -> str:
    return "H1" if day.month <= 6 else "H2"


def _categories(
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
                _item(version, line, allotments[line.item], records.get(line.item, ())) for line in category.lines
            ),
        )
        for category in span.categories
        if only in (None, category.code)
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
            _record(record, item, portion.points, portion.surplus, portion.effect)
            if (portion := brought.get(record.id)) is not None
            else _record(record, item, 0, 0, "pending")
            for record in records
        ),
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
        state="pending" if record.confirmed is None else "confirmed",
        effect=effect,
        points=points,
        surplus=surplus,
        position=record.position,
        level=record.level,
        said_zh="、".join(one.zh for one in words) or None,
        said_en=", ".join(one.en for one in words) or None,
    )
