"""存分 — a member's scores of a year as one row keeps them: figures, and once what they are figures of.

One JSON array ``[rules, categories, heads, figures]``; for each period for which a rule set was in force there is one
head and one pair of figures:

    [["2026", "5c03…"]]                            the rule sets: version and digest
    [["LX", "QZ"]]                                 lists of categories
    [["H1", "2026-01-01", "2026-06-30", 0, 6, 5000, 0, [750, 1000]]]
                                                   period, days, rule set, months present, maximum, list, maxima
    [[[1500, 0, 0, 1500, [500, 1000]], null]]      base, honours, deductions, ledger, each category

The second figures of a period say the same as if everything pending were confirmed; null where nothing is pending. In
the place of a year's categories stands null where they are those of its halves added up.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, TypeAlias, TypeVar

import msgspec

from domain.assessment.many import Figures
from domain.assessment.scoring import Case, Score
from domain.values import Code
from projections.periods import CategoryPoints, PeriodScore, Ruled

T = TypeVar("T")


class Head(msgspec.Struct, frozen=True, array_like=True):
    """What the figures of one period are figures of: the same for many members."""

    period: str
    begins_on: date
    ends_on: date
    rules: int
    """Which of the row's rule sets."""
    months_present: int
    maximum: int
    categories: int
    """Which of the row's lists."""
    maxima: tuple[int, ...]


Rules: TypeAlias = tuple[Code, str]
Codes: TypeAlias = tuple[Code, ...]
Both: TypeAlias = tuple[Figures, Figures | None]
Stored: TypeAlias = tuple[tuple[Rules, ...], tuple[Codes, ...], tuple[Head, ...], tuple[Both, ...]]


class YearScores(msgspec.Struct, frozen=True, kw_only=True):
    """One row."""

    year: int
    scores: Stored

    @property
    def periods(self) -> tuple[PeriodScore, ...]:
        """The scores of the year's periods."""
        rules, codes, heads, figures = self.scores
        found: list[PeriodScore] = []
        for head, (sure, both) in zip(heads, figures, strict=True):
            short = sure.categories is None
            categories = _added_up(found) if short else _categories(head, codes[head.categories], sure, both or sure)
            found.append(_period(self.year, head, rules[head.rules], sure, both or sure, categories))
        return tuple(found)


def heads_of(periods: Iterable[tuple[Ruled, Case, Score]]) -> str:
    """All of a row but its figures, by any score of each period."""
    rules: list[Rules] = []
    codes: list[Codes] = []
    heads: list[Head] = []
    for ruled, case, score in periods:
        maxima: dict[Code, int] = {}
        for span in score.spans:
            for one in span.categories:
                maxima[one.code] = maxima.get(one.code, 0) + one.maximum
        heads.append(
            Head(
                period=ruled.period,
                begins_on=ruled.begins_on,
                ends_on=ruled.ends_on,
                rules=_place(rules, (ruled.version.version, ruled.version.digest)),
                months_present=sum(span.months_present for span in case.spans),
                maximum=score.base_max,
                categories=_place(codes, tuple(maxima)),
                maxima=tuple(maxima.values()),
            )
        )
    return ",".join(msgspec.json.encode(one).decode() for one in (rules, codes, heads))


def _place(known: list[T], one: T) -> int:
    if one not in known:
        known.append(one)
    return known.index(one)


def row_text(heads: str, figures: Sequence[tuple[Figures, Figures | None]]) -> str:
    """The whole row."""
    return f"[{heads},{_ENCODER.encode(figures).decode()}]"


def row_texts(heads: str, figures: Sequence[tuple[object, ...]]) -> list[str]:
    """The whole rows of many of whom the heads are the same."""
    begins, lines = f"[{heads},", _ENCODER.encode_lines(figures).decode()
    return [f"{begins}{line}]" for line in lines.split("\n")[:-1]]


_ENCODER: Final = msgspec.json.Encoder()


def _categories(head: Head, codes: Codes, sure: Figures, both: Figures) -> tuple[CategoryPoints, ...]:
    if sure.categories is None or both.categories is None:
        return ()
    return tuple(
        CategoryPoints(code=code, points=points, with_pending=pending, maximum=maximum)
        for code, maximum, points, pending in zip(codes, head.maxima, sure.categories, both.categories, strict=True)
    )


def _added_up(halves: Sequence[PeriodScore]) -> tuple[CategoryPoints, ...]:
    return tuple(
        CategoryPoints(
            code=one.code,
            points=one.points + other.points,
            with_pending=one.with_pending + other.with_pending,
            maximum=one.maximum + other.maximum,
        )
        for one, other in zip(halves[0].categories, halves[1].categories, strict=True)
    )


def _period(
    year: int, head: Head, rules: Rules, sure: Figures, both: Figures, categories: tuple[CategoryPoints, ...]
) -> PeriodScore:
    return PeriodScore(
        year=year,
        period=head.period,
        begins_on=head.begins_on,
        ends_on=head.ends_on,
        rules=rules[0],
        digest=rules[1],
        months_present=head.months_present,
        maximum=head.maximum,
        base=sure.base,
        honours=sure.honours,
        deductions=sure.deductions,
        ledger=sure.ledger,
        pending_base=both.base,
        pending_honours=both.honours,
        pending_deductions=both.deductions,
        pending_ledger=both.ledger,
        categories=categories,
    )
