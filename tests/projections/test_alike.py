"""Members whose year says the same share one score; whoever differs in anything that counts has his own."""

from datetime import date
from hashlib import sha256
from struct import pack
from typing import Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assessment import many
from domain.assessment.presence import Away, Stay
from domain.assessment.rows import OUTCOMES, Tally
from domain.rules.scheme import load
from projections import crowd
from projections.alike import Alike
from projections.figures import YearScores
from projections.given import Given
from projections.periods import NOTHING, PeriodScore, ProfileSince, Subject, scored
from projections.records import NUMBERS, ItemNames
from projections.rules import Published
from projections.sayings import Sayings, saying
from tests.domain.rules.kinds.test_many_members import KINDS
from tests.foundings import RULES_FILE
from tests.projections.test_bases import two_items

_CONTENT: Final = RULES_FILE.read_bytes()
_SCHEME: Final = load(_CONTENT)
_PUBLISHED: Final = Published(
    version=_SCHEME.version,
    digest=sha256(_CONTENT).hexdigest(),
    effective_on=date(2025, 1, 1),
    scheme=_SCHEME,
    document=_CONTENT.decode(),
)
_EVERY: Final = (
    [_PUBLISHED]
    + [
        Published(version=one.version, digest=f"{number}", effective_on=date(2025, 1, 1), scheme=one, document="")
        for number, (one, before) in enumerate(KINDS)
        if before is None and any(OUTCOMES[item.mode] for item in one.responsibility)
    ]
    + [
        Published(version=base, digest=base, effective_on=date(2025, 1, 1), scheme=two_items(base, base), document="")
        for base in ("mean_of_halves", "recompute")
    ]
)
"""Rule sets of every kind."""
_ITEMS: Final = [item for item in _SCHEME.responsibility if OUTCOMES[item.mode]]
_NAMES: Final[ItemNames] = {
    1_000 * number + place: (one.version, item.code)
    for number, one in enumerate(_EVERY)
    for place, item in enumerate(item for item in one.scheme.responsibility if OUTCOMES[item.mode])
}
_DAYS: Final = st.sampled_from([date(2025, 11, 3), date(2026, 1, 1), date(2026, 4, 20), date(2026, 9, 15)])


Record = tuple[int, int, int, str]
"""Item, day of the year from 0, what it says as a number, and its words."""


@st.composite
def _records(draw: st.DrawFn, number: int) -> Record:
    items = [item for item in _EVERY[number].scheme.responsibility if OUTCOMES[item.mode]]
    place = draw(st.integers(0, len(items) - 1))
    item = items[place]
    says = saying(
        NUMBERS[draw(st.sampled_from(OUTCOMES[item.mode]))],
        draw(st.sampled_from([100, 200])),
        pending=draw(st.booleans()),
        replaced=draw(st.booleans()),
    )
    level = draw(st.sampled_from(item.levels)).code if item.levels else ""
    condition = draw(st.sampled_from(["", *(one.code for one in item.conditions)]))
    words = f"{level} {condition}" if level or condition else ""
    return 1_000 * number + place, draw(st.sampled_from([0, 58, 180, 181, 300, 364])), says, words


@st.composite
def _years(draw: st.DrawFn) -> tuple[Subject, int, list[Record]]:
    number = draw(st.integers(0, len(_EVERY) - 1))
    whole = st.builds(Subject, stays=st.tuples(st.builds(Stay, _DAYS)), versions=st.just((_EVERY[number],)))
    part = st.builds(
        Subject,
        stays=st.just((Stay(date(2025, 1, 1), date(2026, 8, 31)),)),
        versions=st.just((_EVERY[number],)),
        away=st.tuples(st.builds(Away, _DAYS, st.none(), st.booleans())),
        profiles=st.just((ProfileSince(profile="probationary", from_on=date(2026, 8, 1)),)),
    )
    records = st.lists(_records(number), max_size=9)
    return draw(whole | part), draw(st.sampled_from([2024, 2025, 2026])), draw(records)


def _given(years: list[tuple[Subject, int, list[Record]]]) -> list[Given]:
    every = [(place, record) for place, (_, _, records) in enumerate(years) for record in records]
    numbers = [
        pack(">qq", place << 40 | day << 31 | item, says | bool(words) << 48)
        for place, (item, day, says, words) in every
    ]
    words = ",".join(words for _, (_, _, _, words) in every if words)
    sayings = Sayings(b"".join(numbers) or None, words or None, [year for _, year, _ in years])
    return [Given(place, year, subject, NOTHING, sayings, place) for place, (subject, year, _) in enumerate(years)]


def _read_back(text: str, year: int) -> tuple[PeriodScore, ...]:
    """As it comes out of the row in which it was kept."""
    return msgspec.json.decode(f'{{"year": {year}, "scores": {text}}}', type=YearScores).periods


def _compared(years: list[tuple[Subject, int, list[Record]]]) -> None:
    alike = Alike(lambda: _NAMES)
    for read in (_given(years), _given(years[::-1]), _given(years)):
        wanted = [scored(one.subject, one.year, [alike.tally(said) for said in one.said]) for one in read]
        found = [_read_back(text, one.year) for text, one in zip(alike.texts(read), read, strict=True)]
        assert found == [tuple(one) for one in wanted]


@settings(max_examples=60, deadline=None)
@given(st.lists(_years(), min_size=2, max_size=6), st.sampled_from([0, 1, 100]), st.sampled_from([1, 50_000]))
def test_what_is_counted_for_many_is_what_the_scoring_gives(
    years: list[tuple[Subject, int, list[Record]]], few: int, kept: int
) -> None:
    """Counted one by one, or all at once; whether or not all is forgotten in between."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crowd, "FEW", few)
        patch.setattr("projections.alike.FEW", few)
        patch.setattr("projections.alike.KINDS", kept)
        patch.setattr(many, "KEPT", kept)
        _compared(years)


@settings(max_examples=20, deadline=None)
@given(st.lists(_years(), min_size=2, max_size=6))
def test_the_many_ways_of_finding_what_is_different_agree(years: list[tuple[Subject, int, list[Record]]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("projections.alike.FEW", 0)
        for name in ("CELLS", "_DIRECT", "_EXACT"):
            patch.setattr(crowd, name, 0)
            _compared(years)


def test_what_a_record_says_is_read_as_it_was_written() -> None:
    alike = Alike(lambda: _NAMES)
    item = _ITEMS[0].code
    subject = Subject(stays=(Stay(date(2020, 1, 1)),), versions=(_PUBLISHED,))
    records = [
        (0, 181, saying(NUMBERS["attended"], 100), ""),
        (0, 304, saying(NUMBERS["attended"], 250, pending=True, replaced=True), "city media"),
        (0, 59, saying(NUMBERS["earned"], 100), " media"),
        (0, 0, saying(NUMBERS["earned"], 100), "city "),
    ]
    common, leap = _given([(subject, 2026, records), (subject, 2028, records)])
    plain, more, bare, levelled = map(alike.tally, common.said)
    assert plain == Tally(item=item, outcome="attended", month=7, rules=_SCHEME.version)
    assert more == Tally(
        item=item,
        outcome="city",
        month=11,
        rules=_SCHEME.version,
        quantity=250,
        condition="media",
        confirmed=False,
        replaced=True,
    )
    assert (bare.outcome, bare.month, bare.condition) == ("earned", 3, "media")
    assert (levelled.outcome, levelled.month, levelled.condition) == ("city", 1, None)
    assert [alike.tally(said).month for said in leap.said] == [6, 10, 2, 1]


def test_those_who_did_the_same_are_in_one_situation() -> None:
    alike = Alike(lambda: _NAMES)
    earlier, later = (Subject(stays=(Stay(date(year, 3, 1)),), versions=(_PUBLISHED,)) for year in (2019, 2024))
    assert alike.situation(earlier, 2026) is alike.situation(later, 2026)
    assert alike.situation(earlier, 2026) is not alike.situation(later, 2024)
