"""Members whose year says the same share one score; whoever differs in anything that counts has his own."""

from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assessment import many
from domain.assessment.presence import Stay
from domain.assessment.rows import Tally
from projections import crowd
from projections.alike import Alike
from projections.figures import YearScores
from projections.periods import PeriodScore, Subject, scored
from projections.records import NUMBERS
from tests.projections.member_years import (
    ITEMS,
    NAMES,
    PUBLISHED,
    SCHEME,
    MemberYear,
    given_of,
    member_years,
    saying,
)


def _read_back(text: str, year: int) -> tuple[PeriodScore, ...]:
    """As it comes out of the row in which it was kept."""
    return msgspec.json.decode(f'{{"year": {year}, "scores": {text}}}', type=YearScores).periods


def _compared(years: list[MemberYear]) -> None:
    alike = Alike(lambda: NAMES)
    for read in (given_of(years), given_of(years[::-1]), given_of(years)):
        wanted = [scored(one.subject, one.year, [alike.tally(said) for said in one.said]) for one in read]
        found = [_read_back(text, one.year) for text, one in zip(alike.texts(read), read, strict=True)]
        assert found == [tuple(one) for one in wanted]


@settings(max_examples=60, deadline=None)
@given(st.lists(member_years(), min_size=2, max_size=6), st.sampled_from([0, 1, 100]), st.sampled_from([1, 50_000]))
def test_what_is_counted_for_many_is_what_the_scoring_gives(years: list[MemberYear], few: int, kept: int) -> None:
    """Counted one by one, or all at once; whether or not all is forgotten in between."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crowd, "FEW", few)
        patch.setattr("projections.alike.FEW", few)
        patch.setattr("projections.alike.KINDS", kept)
        patch.setattr(many, "KEPT", kept)
        _compared(years)


@settings(max_examples=20, deadline=None)
@given(st.lists(member_years(), min_size=2, max_size=6))
def test_the_many_ways_of_finding_what_is_different_agree(years: list[MemberYear]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("projections.alike.FEW", 0)
        for name in ("CELLS", "_DIRECT", "_EXACT"):
            patch.setattr(crowd, name, 0)
            _compared(years)


def test_what_a_record_says_is_read_as_it_was_written() -> None:
    alike = Alike(lambda: NAMES)
    item = ITEMS[0].code
    subject = Subject(stays=(Stay(date(2020, 1, 1)),), versions=(PUBLISHED,))
    records = [
        (0, 181, saying(NUMBERS["attended"], 100), ""),
        (0, 304, saying(NUMBERS["attended"], 250, pending=True, replaced=True), "city media"),
        (0, 59, saying(NUMBERS["earned"], 100), " media"),
        (0, 0, saying(NUMBERS["earned"], 100), "city "),
    ]
    common, leap = given_of([(subject, 2026, records), (subject, 2028, records)])
    plain, more, bare, levelled = map(alike.tally, common.said)
    assert plain == Tally(item=item, outcome="attended", month=7, rules=SCHEME.version)
    assert more == Tally(
        item=item,
        outcome="city",
        month=11,
        rules=SCHEME.version,
        quantity=250,
        condition="media",
        confirmed=False,
        replaced=True,
    )
    assert (bare.outcome, bare.month, bare.condition) == ("earned", 3, "media")
    assert (levelled.outcome, levelled.month, levelled.condition) == ("city", 1, None)
    assert [alike.tally(said).month for said in leap.said] == [6, 10, 2, 1]


def test_those_who_did_the_same_are_in_one_situation() -> None:
    alike = Alike(lambda: NAMES)
    earlier, later = (Subject(stays=(Stay(date(year, 3, 1)),), versions=(PUBLISHED,)) for year in (2019, 2024))
    assert alike.situation(earlier, 2026) is alike.situation(later, 2026)
    assert alike.situation(earlier, 2026) is not alike.situation(later, 2024)
