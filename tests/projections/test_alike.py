"""Members whose year says the same share one score; whoever differs in anything that counts has his own."""

from datetime import date
from hashlib import sha256
from typing import Final

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assessment.presence import Away, Stay
from domain.assessment.rows import OUTCOMES, Tally
from domain.rules.scheme import load
from projections.alike import Alike
from projections.figures import YearScores
from projections.periods import PeriodScore, ProfileSince, Subject, scored
from projections.records import NUMBERS, ItemNames, Said, SaidOfYear
from projections.rules import Published
from tests.foundings import RULES_FILE

_CONTENT: Final = RULES_FILE.read_bytes()
_SCHEME: Final = load(_CONTENT)
_PUBLISHED: Final = Published(
    version=_SCHEME.version,
    digest=sha256(_CONTENT).hexdigest(),
    effective_on=date(2025, 1, 1),
    scheme=_SCHEME,
    document=_CONTENT.decode(),
)
_ITEMS: Final = [item for item in _SCHEME.responsibility if OUTCOMES[item.mode]]
_NAMES: Final[ItemNames] = {number: (_SCHEME.version, item.code) for number, item in enumerate(_ITEMS)}
_DAYS: Final = st.sampled_from([date(2025, 11, 3), date(2026, 1, 1), date(2026, 4, 20), date(2026, 9, 15)])


@st.composite
def _records(draw: st.DrawFn) -> tuple[int, Said]:
    """(half, what a record says)."""
    number = draw(st.integers(0, len(_ITEMS) - 1))
    outcome = draw(st.sampled_from(OUTCOMES[_ITEMS[number].mode]))
    quantity = draw(st.sampled_from([100, 200]))
    pending, replaced = draw(st.sampled_from("? ")), draw(st.sampled_from("- "))
    return draw(st.sampled_from([1, 2])), f"{number}{pending}{NUMBERS[outcome]}{replaced}{quantity}"


_YEARS: Final = st.tuples(
    st.builds(Subject, stays=st.tuples(st.builds(Stay, _DAYS)), versions=st.just((_PUBLISHED,)))
    | st.builds(
        Subject,
        stays=st.just((Stay(date(2025, 1, 1), date(2026, 8, 31)),)),
        versions=st.just((_PUBLISHED,)),
        away=st.tuples(st.builds(Away, _DAYS, st.none(), st.booleans())),
        profiles=st.just((ProfileSince(profile="probationary", from_on=date(2026, 8, 1)),)),
    ),
    st.sampled_from([2025, 2026]),
    st.lists(_records(), max_size=9),
)


def _halves(said: list[tuple[int, Said]]) -> SaidOfYear:
    first, second = ([one for half, one in said if half == wanted] for wanted in (1, 2))
    return first, second


def _read_back(alike: Alike, subject: Subject, year: int, said: SaidOfYear) -> tuple[PeriodScore, ...]:
    """As it comes out of the row in which it was kept."""
    row = f'{{"year": {year}, "scores": {alike.text(subject, year, said)}}}'
    return msgspec.json.decode(row, type=YearScores).periods


@settings(max_examples=60, deadline=None)
@given(st.lists(_YEARS, min_size=2, max_size=6))
def test_what_is_remembered_is_what_the_scoring_gives(years: list[tuple[Subject, int, list[tuple[int, Said]]]]) -> None:
    alike = Alike(lambda: _NAMES)
    for subject, year, said in [*years, *years]:
        wanted = scored(subject, year, [alike.tally(one, half) for half, one in said])
        assert _read_back(alike, subject, year, _halves(said[::-1])) == tuple(wanted)


def test_what_a_record_says_is_read_as_it_was_written() -> None:
    alike = Alike(lambda: _NAMES)
    item = _ITEMS[0].code
    plain = alike.tally(f"0 {NUMBERS['attended']} 100", 2)
    assert plain == Tally(item=item, outcome="attended", month=7, rules=_SCHEME.version)
    more = alike.tally(f"0?{NUMBERS['attended']}-250 city media 11", 2)
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
    assert alike.tally("0 6 100  media ", 1).outcome == "earned"
    assert alike.tally("0 6 100 city  ", 1).condition is None


def test_those_who_did_the_same_are_in_one_situation() -> None:
    alike = Alike(lambda: _NAMES)
    earlier, later = (Subject(stays=(Stay(date(year, 3, 1)),), versions=(_PUBLISHED,)) for year in (2019, 2024))
    assert alike.situation(earlier, 2026) is alike.situation(later, 2026)
    assert alike.situation(earlier, 2026) is not alike.situation(later, 2024)
