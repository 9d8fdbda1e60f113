"""Members whose year says the same share one score; whoever differs in anything that counts has his own."""

from datetime import date
from hashlib import sha256
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assessment.presence import Away, Stay
from domain.assessment.rows import OUTCOMES
from domain.rules.scheme import load
from projections.alike import Alike
from projections.periods import Subject, scored
from projections.records import NUMBERS, ItemNames, Said
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
def _records(draw: st.DrawFn) -> Said:
    number = draw(st.integers(0, len(_ITEMS) - 1))
    outcome = draw(st.sampled_from(OUTCOMES[_ITEMS[number].mode]))
    quantity = draw(st.sampled_from([100, 200]))
    flags = draw(st.booleans()), draw(st.booleans())
    return draw(st.integers(1, 12)), number, NUMBERS[outcome], quantity, *flags, None, None, draw(st.integers(1, 3))


_YEARS: Final = st.tuples(
    st.builds(Subject, stays=st.tuples(st.builds(Stay, _DAYS)), versions=st.just((_PUBLISHED,)))
    | st.builds(
        Subject,
        stays=st.just((Stay(date(2025, 1, 1), date(2026, 8, 31)),)),
        versions=st.just((_PUBLISHED,)),
        away=st.tuples(st.builds(Away, _DAYS, st.none(), st.booleans())),
    ),
    st.sampled_from([2025, 2026]),
    st.lists(_records(), max_size=4, unique_by=lambda said: said[:6]),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_YEARS, min_size=2, max_size=6))
def test_what_is_remembered_is_what_the_scoring_gives(years: list[tuple[Subject, int, list[Said]]]) -> None:
    alike = Alike(lambda: _NAMES)
    for subject, year, said in [*years, *years]:
        wanted = scored(subject, year, [alike.tally(one) for one in said])
        assert alike.scored(subject, year, said[::-1]) == tuple(wanted)


def test_those_who_did_the_same_share_one_score() -> None:
    alike = Alike(lambda: _NAMES)
    earlier, later = (Subject(stays=(Stay(date(year, 3, 1)),), versions=(_PUBLISHED,)) for year in (2019, 2024))
    said: list[Said] = [(3, 0, NUMBERS[OUTCOMES[_ITEMS[0].mode][0]], 100, True, False, None, None, 1)]
    assert alike.scored(earlier, 2026, said) is alike.scored(later, 2026, said)
