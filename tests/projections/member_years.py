"""Members' years made up at random, under rule sets of every kind: as they are read for many at once."""

from datetime import date
from hashlib import sha256
from struct import pack
from typing import Final

from hypothesis import strategies as st

from domain.assessment.presence import Away, Stay
from domain.assessment.rows import OUTCOMES
from domain.rules.scheme import load
from projections.given import Given
from projections.periods import NOTHING, ProfileSince, Subject
from projections.records import NUMBERS, ItemNames
from projections.rules import Published
from projections.sayings import Sayings
from tests.domain.rules.kinds.test_many_members import KINDS
from tests.foundings import RULES_FILE
from tests.projections.test_bases import two_items

_CONTENT: Final = RULES_FILE.read_bytes()
SCHEME: Final = load(_CONTENT)
PUBLISHED: Final = Published(
    version=SCHEME.version,
    digest=sha256(_CONTENT).hexdigest(),
    effective_on=date(2025, 1, 1),
    scheme=SCHEME,
    document=_CONTENT.decode(),
)
EVERY: Final = [
    PUBLISHED,
    *(
        Published(version=one.version, digest=f"{number}", effective_on=date(2025, 1, 1), scheme=one, document="")
        for number, (one, before) in enumerate(KINDS)
        if before is None and any(OUTCOMES[item.mode] for item in one.responsibility)
    ),
    *(
        Published(version=base, digest=base, effective_on=date(2025, 1, 1), scheme=two_items(base, base), document="")
        for base in ("mean_of_halves", "recompute")
    ),
]
"""Rule sets of every kind."""
ITEMS: Final = [item for item in SCHEME.responsibility if OUTCOMES[item.mode]]
NAMES: Final[ItemNames] = {
    1_000 * number + place: (one.version, item.code)
    for number, one in enumerate(EVERY)
    for place, item in enumerate(item for item in one.scheme.responsibility if OUTCOMES[item.mode])
}
_DAYS: Final = st.sampled_from([date(2025, 11, 3), date(2026, 1, 1), date(2026, 4, 20), date(2026, 9, 15)])


Record = tuple[int, int, int, str]
"""Item, day of the year from 0, what it says as a number, and its words."""


def saying(outcome: int, quantity: int, *, pending: bool = False, replaced: bool = False) -> int:
    """What a record with these says, as a number."""
    return quantity | outcome << 31 | pending << 39 | replaced << 40


def _first(year: int) -> int:
    return (date(year, 1, 1) - date(1900, 1, 1)).days


@st.composite
def _records(draw: st.DrawFn, number: int) -> Record:
    items = [item for item in EVERY[number].scheme.responsibility if OUTCOMES[item.mode]]
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


MemberYear = tuple[Subject, int, list[Record]]
"""Who, which year, and what is on record of it."""


@st.composite
def member_years(draw: st.DrawFn, years: tuple[int, ...] = (2024, 2025, 2026)) -> MemberYear:
    """Somebody's year."""
    number = draw(st.integers(0, len(EVERY) - 1))
    whole = st.builds(Subject, stays=st.tuples(st.builds(Stay, _DAYS)), versions=st.just((EVERY[number],)))
    part = st.builds(
        Subject,
        stays=st.just((Stay(date(2025, 1, 1), date(2026, 8, 31)),)),
        versions=st.just((EVERY[number],)),
        away=st.tuples(st.builds(Away, _DAYS, st.none(), st.booleans())),
        profiles=st.just((ProfileSince(profile="probationary", from_on=date(2026, 8, 1)),)),
    )
    records = st.lists(_records(number), max_size=9)
    return draw(whole | part), draw(st.sampled_from(years)), draw(records)


def given_of(years: list[MemberYear]) -> list[Given]:
    """All of them as they are read together."""
    every = [(place, record) for place, (_, _, records) in enumerate(years) for record in records]
    numbers = [
        pack(">qq", place << 31 | item, says | bool(words) << 41 | (_first(years[place][1]) + day) << 42)
        for place, (item, day, says, words) in every
    ]
    words = ",".join(words for _, (_, _, _, words) in every if words)
    sayings = Sayings(
        b"".join(numbers) or None, words or None, [(place, year) for place, (_, year, _) in enumerate(years)]
    )
    return [Given(place, year, subject, NOTHING, sayings, place) for place, (subject, year, _) in enumerate(years)]
