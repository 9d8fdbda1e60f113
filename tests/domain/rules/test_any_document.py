"""Whatever somebody writes: it is refused with reasons, or it can be adopted and scored; nothing breaks."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assessment.scoring import Case, Span, score
from domain.assessment.tariff import cycle_tariff, half_tariff, window_tariff
from domain.rules.lint import lint
from domain.rules.malformed import Problem, problems_of
from domain.rules.scheme import Scheme, SchemeMalformed, load
from tests.domain.rules.kinds.rich import rich

Place = tuple[str | int, ...]


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    if at:
        yield at
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*at, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*at, index))


PLACES = list(places(rich()))
ODD = [
    None, 0, 1, -1, True, "", "0", "1", "0.01", "9999999.99", "99", "N-1", "H-1", "R-1", "TOP", "TWO", "full", "high",
    "month", "year", "earn", "ratio", "threshold", "presumed", "zero", "from_full", "per_item", "sum", "down",
    "02-30", "2026-02-31", "calendar_days", "以下", [], {}, ["R-1"], ["full"],
]  # fmt: skip


def changed(document: Any, place: Place, value: Any, *, gone: bool) -> None:
    for step in place[:-1]:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return
    if not isinstance(document, dict | list) or isinstance(document, dict) == isinstance(place[-1], int):
        return
    if isinstance(document, list) and isinstance(place[-1], int) and place[-1] >= len(document):
        return
    if gone and (isinstance(document, list) or place[-1] in document):
        del document[place[-1]]
    elif not gone:
        document[place[-1]] = copy.deepcopy(value)


def scores(scheme: Scheme) -> None:
    for tariff in (half_tariff(scheme), cycle_tariff(scheme), window_tariff(scheme, 7)):
        for profile in (None, *(profile.code for profile in scheme.profiles)):
            present = Span(code="S", months_present=max(1, tariff.months - 1))
            found = score(tariff, Case(spans=(present, present), profile=profile, last_total=5000)).confirmed
            assert all(line.points >= 0 for line in found.lines())


def loaded(document: Any) -> tuple[Scheme | None, tuple[Problem, ...]]:
    try:
        return load(document), ()
    except SchemeMalformed as malformed:
        return None, malformed.problems


@settings(max_examples=400)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(ODD), st.booleans()), min_size=1, max_size=3))
def test_a_document_is_refused_with_reasons_or_can_be_scored(changes: list[tuple[Place, Any, bool]]) -> None:
    document = rich()
    for place, value, gone in changes:
        changed(document, place, value, gone=gone)
    scheme, problems = loaded(document)
    assert set(problems) == set(problems_of(document, Scheme))
    assert all(problem.zh.endswith("。") and problem.en and problem.path.startswith("$") for problem in problems)
    if scheme is None:
        assert problems
        return
    findings = lint(scheme)
    assert all(finding.zh.endswith("。") and finding.en and finding.path.startswith("$") for finding in findings)
    if all(finding.severity == "warn" for finding in findings):
        scores(scheme)
