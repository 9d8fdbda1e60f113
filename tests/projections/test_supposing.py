"""What-if for many at once is what it is for each alone, whatever their records say and whatever the version asks."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assessment.rows import MatterRow
from domain.rules.altering import altered
from projections.given import Given
from projections.periods import Lists
from projections.rules import Published
from projections.standing import UNSAID, Standing, columns_of
from projections.supposing import Outcomes, Supposing
from projections.whatif import supposed
from tests.foundings import RULES_FILE
from tests.projections.member_years import EVERY, NAMES, PUBLISHED, SCHEME, MemberYear, given_of, member_years

_CONTENT: Final[dict[str, Any]] = json.loads(RULES_FILE.read_bytes())
_FIRST, _SECOND = (one["code"] for one in _CONTENT["responsibility"][:2])
_LESS: Final = altered(_CONTENT, f"responsibility.{_FIRST}.cap_half", "2")
_WITHOUT: Final = {
    **_CONTENT,
    "version": "later",
    "responsibility": [one for one in _CONTENT["responsibility"] if one["code"] != _FIRST],
}
_MAPPED: Final = {**_WITHOUT, "mapping": [{"from": _FIRST, "to": _SECOND}]}
_VERSIONS: Final[list[Published]] = [
    *(supposed(one) for one in (_LESS, _WITHOUT, _MAPPED, {**_CONTENT, "version": "again"})),
    *EVERY,
]
_PRIZE: Final = MatterRow(
    record=UUID(int=7),
    item=SCHEME.honour[0].code,
    level=SCHEME.honour[0].levels[0].code,
    matter="AW-1",
    counted_on=date(2026, 5, 4),
    position=7,
    rules=SCHEME.version,
)


def _standing(number: int, version: Published) -> Standing:
    """Members with every grade, every appraisal and every number of months."""
    places = np.arange(number, dtype=np.int64)
    judged = 7000 + 300 * places, np.where(places % 2, 8000, UNSAID), np.where(places % 3, UNSAID, 9000)
    columns = np.stack((places, 6000 + 500 * places, *judged, 2 * (4 + places % 9) + 1), axis=1)
    grades = [one.code for one in version.scheme.grades]
    own = [["", *grades, "of old"][place % (len(grades) + 2)] for place in range(number)]
    return columns_of(columns, [f"U{place % 2}" for place in range(number)], own, grades)


def _as_rows(found: Outcomes) -> list[object]:
    return [*(one.tolist() for one in found[:5]), found.unmapped, found.uncountable]


def _asked(version: Published, period: str) -> Supposing:
    return Supposing(version, 2026, period, lambda: NAMES)


def _honoured(read: Sequence[Given], places: set[int]) -> list[Given]:
    own = Lists(honours=(_PRIZE,))
    there = (one.subject.versions == (PUBLISHED,) and place in places for place, one in enumerate(read))
    return [one._replace(lists=own) if has else one for one, has in zip(read, there, strict=True)]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(member_years((2026,)), min_size=2, max_size=8),
    st.integers(0, len(_VERSIONS) - 1),
    st.sampled_from(["H1", "Y"]),
    st.sets(st.integers(0, 7), max_size=2),
)
def test_many_at_once_come_to_what_each_comes_to_alone(
    years: list[MemberYear], number: int, period: str, honoured: set[int]
) -> None:
    version = _VERSIONS[number]
    read, standing = _honoured(given_of(years), honoured), _standing(len(years), version)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("projections.alike.FEW", 0)
        patch.setattr("projections.crowd.FEW", 0)
        asked = _asked(version, period)
        many = [_as_rows(asked.outcomes(read, standing)) for _ in range(2)]
        patch.setattr(Supposing, "_counted", lambda *_: list(range(len(read))))
        alone = _as_rows(_asked(version, period).outcomes(read, standing))
    assert many == [alone, alone]


@settings(max_examples=10, deadline=None)
@given(st.lists(member_years((2026,)), min_size=2, max_size=6), st.integers(0, len(_VERSIONS) - 1))
def test_what_is_remembered_does_not_grow_with_the_members(years: list[MemberYear], number: int) -> None:
    """Range after range of others: no more than of the last one is kept, and what is forgotten changes nothing."""
    version = _VERSIONS[number]
    read, standing = [given_of([one]) for one in years], _standing(1, version)
    with pytest.MonkeyPatch.context() as patch:
        for few in ("alike.FEW", "crowd.FEW"):
            patch.setattr(f"projections.{few}", 0)
        wanted = [_as_rows(_asked(version, "Y").outcomes(one, standing)) for one in read]
        for most in ("alike.KINDS", "supposing.REMEMBERED"):
            patch.setattr(f"projections.{most}", 0)
        asked = _asked(version, "Y")
        for one, outcome in zip(read, wanted, strict=True):
            assert _as_rows(asked.outcomes(one, standing)) == outcome
            situations, alone, said = asked.kept
            assert situations <= 1
            assert alone <= 1
            assert said <= len(one[0].said)
