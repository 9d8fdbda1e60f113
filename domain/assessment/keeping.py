"""保留原分 — a score under another version, with the old lines of what that version has no item for (SPEC §4.7)."""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

import msgspec

from domain.assessment.scoring import Score, ledger, mean_of
from domain.assessment.spans import SpanScore
from domain.assessment.tariff import Tariff
from domain.values import Code, RecordId

LineKey: TypeAlias = tuple[Code, Code | None, RecordId | None]
"""(item, span, record): a responsibility item's line has a span, an honour or a deduction its record."""


class Kept(NamedTuple):
    """A score with base, maximum and ledger as they are once the kept lines count; points in hundredths."""

    score: Score
    lines: Mapping[LineKey, int]
    unmapped: frozenset[Code]


NOTHING: Final[frozenset[Code]] = frozenset()


def with_kept(tariff: Tariff, made: Score, own: Kept | None = None, unmapped: frozenset[Code] = NOTHING) -> Kept:
    """The score under a version; ``own`` is that by the period's own rules, None where this is it."""
    lines = lines_of(made)
    if own is None:
        return Kept(made, lines, NOTHING)
    unmapped |= _without_item(tariff, own)
    if not unmapped:
        return Kept(made, lines, NOTHING)
    kept = {key: points for key, points in own.lines.items() if key[0] in unmapped}
    others = {key: points for key, points in lines.items() if key[0] not in unmapped}
    parts = _spans_with(made, own.score, {**others, **kept}, unmapped)
    if made.is_mean and parts is not None:
        extra = mean_of(parts, tariff.rounding) - mean_of(
            [(one.base, one.maximum) for one in made.spans], tariff.rounding
        )
    else:
        extra = sum(kept.values()) - sum(points for key, points in lines.items() if key[0] in unmapped)
    score = msgspec.structs.replace(
        made,
        base=made.base + extra,
        base_max=made.base_max + _caps(own.score, unmapped) - _caps(made, unmapped),
        ledger=_ledger(tariff, made, extra),
    )
    return Kept(score, {**others, **kept}, unmapped)


def _spans_with(
    made: Score, own: Score, lines: Mapping[LineKey, int], unmapped: frozenset[Code]
) -> list[tuple[int, int]] | None:
    """Each span's points and maximum with the kept lines; None where the period's own rules divide it otherwise."""
    before = {span.code: _caps_of(span, unmapped) for span in own.spans}
    if before.keys() != {span.code for span in made.spans}:
        return None
    points = {span.code: 0 for span in made.spans}
    for (_, span, _), line in lines.items():
        if span is not None:
            points[span] += line
    return [
        (points[span.code] + span.base - _sum_of(span), span.maximum + before[span.code] - _caps_of(span, unmapped))
        for span in made.spans
    ]


def _sum_of(span: SpanScore) -> int:
    return sum(line.points for category in span.categories for line in category.lines)


def _caps_of(span: SpanScore, items: frozenset[Code]) -> int:
    return sum(line.cap for category in span.categories for line in category.lines if line.item in items)


def lines_of(made: Score) -> dict[LineKey, int]:
    """Every line of a score; what a deduction takes is below zero."""
    lines: dict[LineKey, int] = {
        (line.item, span.code, None): line.points
        for span in made.spans
        for category in span.categories
        for line in category.lines
    }
    lines |= {(line.item, None, line.record): line.points for line in made.honours}
    return lines | {(line.item, None, line.record): -line.points for line in made.deductions}


def _without_item(tariff: Tariff, own: Kept) -> frozenset[Code]:
    """The items with a line by the period's own rules that the version neither has nor maps."""
    known = tariff.prices.keys() | tariff.mapped.keys()
    return frozenset(item for item, span, _ in own.lines if span is not None and item not in known)


def _caps(made: Score, items: frozenset[Code]) -> int:
    return sum(_caps_of(span, items) for span in made.spans)


def _ledger(tariff: Tariff, made: Score, extra: int) -> int:
    """The ledger again with what was kept; 0 where a veto says so."""
    if not extra or any(veto.zeroes == "ledger" for veto in made.vetoes):
        return made.ledger
    begun = made.base + extra + made.carried - made.over
    return ledger(begun, made.honour_points, made.deduction_points, tariff.floor, tariff.ceiling)
