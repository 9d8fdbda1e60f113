"""众人同算: many members scored by what they have in common come, each of them, to what he is explained to have."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assessment import many
from domain.assessment.many import Figures, PeriodAlike, SpansAlike, figures_of
from domain.assessment.rows import OUTCOMES, ResponsibilityRow, Tally, Uncountable, tally
from domain.assessment.scoring import Case, Span, Totals, score
from domain.assessment.tariff import half_tariff
from domain.rules.items import ResponsibilityItem
from domain.rules.scheme import Scheme
from tests.domain.assessment.drawn import SCHEME as EXAMPLE
from tests.domain.rules.kinds import (
    test_base_sixty,
    test_full_with_deductions,
    test_monthly,
    test_tree_and_groups,
    test_versions_and_parts_of_a_year,
    test_veto_to_zero,
)
from tests.domain.rules.kinds.writing import matter, record

_versions = test_versions_and_parts_of_a_year
KINDS: list[tuple[Scheme, Scheme | None]] = [
    (EXAMPLE, None),
    (test_base_sixty.SCHEME, None),
    (test_full_with_deductions.SCHEME, None),
    (test_monthly.SCHEME, None),
    (test_tree_and_groups.SCHEME, None),
    (test_veto_to_zero.SCHEME, None),
    (_versions.mapped(), _versions.OLD),
    (_versions.mapped(visit={"value": "as_new", "times": "2"}), _versions.OLD),
]
"""Each with the version before it, whose records it maps."""


class Member(NamedTuple):
    """What is on record of one person's year."""

    months: tuple[int, int]
    rows: tuple[list[ResponsibilityRow], list[ResponsibilityRow]]
    honours: int


def said_by(item: ResponsibilityItem) -> list[str]:
    named = [] if item.levels else list(OUTCOMES[item.mode])
    return [*named, *(level.code for level in item.levels), *(one.code for one in item.shortfalls)]


@st.composite
def row(draw: st.DrawFn, scheme: Scheme, half: int) -> ResponsibilityRow:
    item = draw(st.sampled_from(scheme.responsibility))
    conditions = [None, *(condition.code for condition in item.conditions)]
    day = draw(st.dates(date(2026, 6 * half - 5, 1), date(2026, 6 * half, 28)))
    quantity = draw(st.sampled_from([100, 100, 50, 333]))
    made = record(
        item.code, draw(st.sampled_from(said_by(item))), day.isoformat(), quantity, draw(st.sampled_from(conditions))
    )
    return msgspec.structs.replace(
        made, rules=scheme.version, confirmed=draw(st.booleans()), replaced=draw(st.integers(0, 9)) == 0
    )


@st.composite
def people(draw: st.DrawFn) -> tuple[int, list[Member]]:
    """(which rule sets, members)."""
    kind = draw(st.integers(0, len(KINDS) - 1))
    months = st.sampled_from([(6, 6), (6, 6), (0, 4), (0, 0)])

    def rows(half: int) -> st.SearchStrategy[list[ResponsibilityRow]]:
        spoken = [row(known, half) for known in KINDS[kind] if known is not None and known.responsibility]
        return st.lists(st.one_of(spoken), max_size=8) if spoken else st.just([])

    one = st.builds(Member, months, st.tuples(rows(1), rows(2)), st.integers(0, 3))
    return kind, draw(st.lists(one, min_size=2, max_size=5))


class Together:
    """All members of one rule set, scored alike; and each alone."""

    def __init__(self, scheme: Scheme, before: Scheme | None) -> None:
        self.scheme, self.tariff = scheme, half_tariff(scheme)
        self.earlier = [half_tariff(before)] if before else []
        self.prices = {one.version: one.prices for one in (self.tariff, *self.earlier)}
        self.spans: dict[tuple[int, int], SpansAlike[Tally]] = {}

    def alone(self, case: Case) -> tuple[Figures, Figures]:
        """By the one scoring function, with every line."""
        found = score(self.tariff, case, self.earlier)
        return figures_of(found.confirmed), figures_of(found.with_pending)

    def alike(self, case: Case, rows: Sequence[Sequence[ResponsibilityRow]]) -> tuple[Figures, Figures]:
        """By what many have in common."""
        bare = msgspec.structs.replace(case, honours=(), deductions=())
        known = [self._span(half, span) for half, span in enumerate(bare.spans)]
        found = [span.find([tally([one])[0] for one in said]) for span, said in zip(known, rows, strict=True)]
        own = Totals(self.tariff, case, self.earlier) if case.honours or case.deductions else None
        period = PeriodAlike(Totals(self.tariff, bare, self.earlier), known, short=True)
        sure, both = period.figures(found, own)
        return self._whole(sure, found, both=False), self._whole(both or sure, found, both=True)

    def _whole(self, figures: Figures, found: Sequence[many.SpanFound], *, both: bool) -> Figures:
        """With the points of categories that are left to be added up."""
        if figures.categories is None:
            spans = [one.both if both else one.sure for one in found]
            points = [sum(one) for one in zip(*spans, strict=True)]
            return msgspec.structs.replace(figures, categories=points)
        return msgspec.structs.replace(figures, categories=list(figures.categories))

    def _span(self, half: int, span: Span) -> SpansAlike[Tally]:
        key = half, span.months_present
        if key not in self.spans:
            empty = msgspec.structs.replace(span, tallies=())
            self.spans[key] = SpansAlike(self.tariff, self.prices, None, empty, lambda said: said)
        return self.spans[key]


def _compared(kind: int, members: Sequence[Member]) -> None:
    together = Together(*KINDS[kind])
    for member in [*members, *members]:
        spans = tuple(
            Span(code=f"H{half}", months_present=present, tallies=tally(rows))
            for half, present, rows in zip((1, 2), member.months, member.rows, strict=True)
        )
        levels = [(item.code, item.levels[0]) for item in together.scheme.honour if not item.conditions]
        honours = [
            msgspec.structs.replace(matter(code, one.code, "2026-03-01"), rules=together.scheme.version)
            for code, one in levels[: member.honours]
            if one.up_to is None
        ]
        for case, rows in (
            (Case(spans=spans[:1]), member.rows[:1]),
            (Case(spans=spans), member.rows),
            (Case(spans=spans, honours=honours), member.rows),
        ):
            try:
                wanted = together.alone(case)
            except Uncountable:
                with pytest.raises(Uncountable):
                    together.alike(case, rows)
                continue
            assert together.alike(case, rows) == wanted


@settings(deadline=None, max_examples=60)
@given(people())
def test_whoever_is_scored_with_many_has_what_he_has_alone(drawn: tuple[int, list[Member]]) -> None:
    _compared(*drawn)


@settings(deadline=None, max_examples=30)
@given(people())
def test_forgetting_changes_no_score(drawn: tuple[int, list[Member]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "KEPT", 2)
        _compared(*drawn)


def test_more_records_than_a_number_holds_are_counted_one_by_one() -> None:
    together = Together(*KINDS[0])
    item = next(one for one in EXAMPLE.responsibility if one.mode == "earn")
    one = record(item.code, "earned", "2026-03-01")
    rows = [msgspec.structs.replace(one, rules=EXAMPLE.version)] * 1_100
    case = Case(spans=(Span(code="H1", months_present=6, tallies=tally(rows)),))
    assert together.alike(case, [rows]) == together.alone(case)
