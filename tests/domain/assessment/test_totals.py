"""Means, totals, grades, vetoes and the quota."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assessment.grading import Candidate, grade_of, seats, under_vetoes, within_quota
from domain.assessment.totals import mean, total
from domain.rules.items import VetoItem
from domain.rules.scheme import Scheme
from tests.domain.assessment.drawn import SCHEME


def test_abstentions_count_neither_in_the_mean_nor_towards_the_minimum(scheme: Scheme) -> None:
    assert mean({"excellent": 5, "abstain": 9}, scheme.appraisal) == 10000
    assert mean({"excellent": 4, "abstain": 9}, scheme.appraisal) is None
    assert mean({}, scheme.appraisal) is None


def test_an_unknown_mark_is_never_skipped(scheme: Scheme) -> None:
    with pytest.raises(KeyError):
        mean({"splendid": 5}, scheme.appraisal)


def test_without_a_mean_the_total_is_the_ledger(scheme: Scheme) -> None:
    full, probationary, exempt = (scheme.profile(code) for code in ("full", "probationary", "exempt"))
    assert full is not None
    assert probationary is not None
    assert exempt is not None
    assert total(8733, None, full).points == 8733
    assert total(8733, 9000, probationary).points == 8733
    with pytest.raises(ValueError, match="exempt"):
        total(8733, 9000, exempt)


@pytest.mark.parametrize(
    ("points", "grade"),
    [
        (11200, "excellent"), (9000, "excellent"), (8999, "qualified"), (7000, "qualified"),
        (6999, "basically_qualified"),
        (6000, "basically_qualified"), (5999, "unqualified"), (0, "unqualified"),
    ],
)  # fmt: skip
def test_a_grade_begins_at_its_threshold(scheme: Scheme, points: int, grade: str) -> None:
    assert grade_of(points, scheme.grades).code == grade


def test_the_lowest_ceiling_of_several_vetoes_holds(scheme: Scheme) -> None:
    vetoes = {code: item for code, item in scheme.items.items() if isinstance(item, VetoItem)}
    excellent, lowest = scheme.grades[0], scheme.grades[-1]
    assert under_vetoes(excellent, [], scheme.grades).code == "excellent"
    assert under_vetoes(excellent, [vetoes["V-1"], vetoes["V-2"]], scheme.grades).code == "basically_qualified"
    assert under_vetoes(lowest, [vetoes["V-1"]], scheme.grades).code == "unqualified"


@pytest.mark.parametrize(
    ("members", "allowed"), [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 2), (8, 2), (9, 3)]
)
def test_a_third_of_the_members_rounded_down_but_one_at_least(scheme: Scheme, members: int, allowed: int) -> None:
    assert seats(members, scheme.excellent_quota) == allowed


@pytest.mark.parametrize(
    ("other", "who"),
    [
        (Candidate("b", 9400, 9900, 9000, 0), {"a"}),
        (Candidate("b", 9500, 9900, 9000, 0), {"a"}),
        (Candidate("b", 9500, 10000, 8900, 0), {"a"}),
        (Candidate("b", 9500, 10000, 9000, 200), {"a"}),
        (Candidate("b", 9500, 10000, 9000, 100), {"a", "b"}),
        (Candidate("b", 9600, 9000, 8000, 900), {"b"}),
    ],
)
def test_ties_are_broken_by_ledger_appraisal_and_fewer_deductions(other: Candidate, who: set[str]) -> None:
    first = Candidate("a", 9500, 10000, 9000, 100)
    for candidates in ([first, other], [other, first]):
        assert within_quota(candidates, 4, SCHEME.excellent_quota) == who


CANDIDATES = st.lists(
    st.builds(Candidate, st.uuids().map(str), *[st.integers(0, 2)] * 4), max_size=8, unique_by=lambda one: one.member
)


@given(CANDIDATES, st.integers(0, 12), st.randoms())
def test_the_quota_knows_neither_name_nor_order_and_fills_its_seats(
    candidates: list[Candidate], members: int, random: Random
) -> None:
    chosen = within_quota(candidates, members, SCHEME.excellent_quota)
    shuffled = list(candidates)
    random.shuffle(shuffled)
    assert within_quota(shuffled, members, SCHEME.excellent_quota) == chosen
    assert len(chosen) >= min(len(candidates), seats(members, SCHEME.excellent_quota))
