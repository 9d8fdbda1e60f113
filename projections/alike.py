"""同样的情况 — a year that says the same as another member's is scored once, however many members it is.

Most of a branch sat in the same meetings. What a score depends on is the whole key: the rule sets, the year, when the
member was there, and what his records say; so what is remembered is what the scoring function would give again.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Final, TypeAlias

from domain.assessment.presence import Away, Stay
from domain.assessment.rows import Tally
from projections.periods import NOTHING, PeriodScore, Subject, scored
from projections.records import ItemNames, Said, tallied

KEPT: Final = 5_000
"""Years remembered at a time, so that memory stays bounded."""

_OTHERS: Final = tuple(
    name for name in Subject.__struct_fields__ if name not in {"stays", "versions", "away", "totals"}
)
"""Whatever else a score depends on."""

_Key: TypeAlias = tuple[object, ...]


class Alike:
    """Scores of members on whose honours, deductions and vetoes nothing depends: they have none.

    ``named`` gives the names of all items; it is asked again for one that is not known yet. A key never gets another
    meaning, so that one of these serves as long as its connection.
    """

    def __init__(self, named: Callable[[], ItemNames]) -> None:
        self._named = named
        self._names: ItemNames = {}
        self._tallies: dict[Said, Tally] = {}
        self._scores: dict[_Key, tuple[PeriodScore, ...]] = {}

    def scored(self, subject: Subject, year: int, said: Sequence[Said]) -> tuple[PeriodScore, ...]:
        """The scores of a year's periods; raises Uncountable."""
        rules = tuple((one.digest, one.effective_on) for one in subject.versions)
        days = _stays_in(subject.stays, year), _away_in(subject.away, year)
        totals = frozenset(subject.totals.items())
        key = rules, year, days, totals, frozenset(said), *(getattr(subject, name) for name in _OTHERS)
        found = self._scores.get(key)
        if found is None:
            if len(self._scores) >= KEPT:
                self._scores.clear()
            found = self._scores[key] = tuple(scored(subject, year, [self.tally(one) for one in said], NOTHING))
        return found

    def tally(self, said: Said) -> Tally:
        """What some records say, as the scoring counts it."""
        found = self._tallies.get(said)
        if found is None:
            if said[1] not in self._names:
                self._names = self._named()
            found = self._tallies[said] = tallied(said, self._names)
        return found


def _stays_in(stays: Sequence[Stay], year: int) -> _Key:
    """The days of a year between which a member was there: all that his presence in it depends on."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return tuple(
        (max(first, stay.first_on), last if stay.last_on is None else min(last, stay.last_on))
        for stay in stays
        if stay.first_on <= last and (stay.last_on is None or first <= stay.last_on)
    )


def _away_in(away: Sequence[Away], year: int) -> _Key:
    """What takes from his presence: whole, because the length of a leave counts."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return tuple(
        (one.first_on, one.last_on, one.exempt)
        for one in away
        if one.first_on <= last and (one.last_on is None or first <= one.last_on)
    )
