"""所说 — what the records of some members' years say, as numbers: no more of them is read by a score.

All of a range's records come in one row, so that a record costs the driver nothing: two numbers each, of eight bytes,
the highest first. In bits, the lowest first: *whose* is 31 of the item and 31 of the member's key; *said* stands so in
the record's own row and is 31 of the quantity, 8 of the outcome, one each for pending, for taken over by a deduction
and for saying a level or a condition in words, and 21 of the days since 1900.
"""

from collections.abc import Sequence
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from domain.assessment.rows import Tally
from projections.records import WORDS, ItemNames

Numbers: TypeAlias = NDArray[np.int64]

SAID: Final = """
SELECT string_agg(int8send(r.member::bigint << 31 | r.item) || int8send(r.said), '') AS numbers,
       string_agg(concat(r.level, ' ', r.condition), ',')
         FILTER (WHERE r.level IS NOT NULL OR r.condition IS NOT NULL) AS words
FROM records AS r
WHERE r.member = ANY(%(members)s::int[]) AND r.day BETWEEN %(from_on)s AND %(until_on)s AND r.said >= 0
"""

_ITEM: Final = (1 << 31) - 1
_OUTCOME: Final = (1 << 8) - 1
_PENDING: Final = 1 << 39
_REPLACED: Final = 1 << 40
_WORD: Final = 41
_DAY: Final = 42
_SAYS: Final = (1 << _WORD) - 1
_EPOCH: Final = date(1900, 1, 1).toordinal()
_MIX: Final = -0x61C8864680B583EB
"""Two to the 64th by the golden ratio, as a signed number: what differs in any bit differs in the highest."""
_MIXED: Final = 17
_YEARS: Final = 10_000
"""A member's key times so many, and a year, is one number."""


@lru_cache(maxsize=64)
def _calendar(first: int, last: int) -> tuple[int, Numbers, Numbers]:
    """Of some years: the number of their first day, and of each day its year and its month."""
    begins, ends = date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()
    days = [date.fromordinal(number) for number in range(begins, ends + 1)]
    return begins - _EPOCH, np.array([day.year for day in days]), np.array([day.month for day in days])


class Said(NamedTuple):
    """What one record says."""

    item: int
    says: int
    words: str
    """``level condition``, either of which may be empty; or nothing at all."""
    month: int


class Sayings:
    """What all records say of the (member, year)s that were asked for, in their order."""

    def __init__(self, numbers: bytes | None, words: str | None, pairs: Sequence[tuple[int, int]]) -> None:
        told = np.frombuffer(numbers or b"", dtype=">i8").astype(np.int64).reshape(-1, 2)
        whose, said = told[:, 0], told[:, 1]
        members, years = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        begins, year, month = _calendar(int(years.min()), int(years.max()))
        day = (said >> _DAY) - begins
        self._words = [""]
        said &= (2 << _WORD) - 1
        if words:
            self._number(said, words.split(","))
        # The database may have joined them in another order, and have some of years that were not asked for.
        keys = (whose >> 31) * _YEARS + year[day]
        order = np.argsort(keys, kind="stable")
        first, last = (np.searchsorted(keys[order], members * _YEARS + years, side) for side in ("left", "right"))
        counts = last - first
        self._ends = np.cumsum(counts)
        order = order[np.arange(counts.sum()) + np.repeat(first - self._ends + counts, counts)]
        self.place: Numbers = np.repeat(np.arange(len(pairs)), counts)
        self.item: Numbers = whose[order] & _ITEM
        self.says: Numbers = said[order]
        self.month: Numbers = month[day[order]]

    def _number(self, says: Numbers, words: Sequence[str]) -> None:
        """Each record with words has the number of its own."""
        known = {word: number for number, word in enumerate(dict.fromkeys(words), 1)}
        self._words += known
        says[says >> _WORD > 0] += np.array([known[word] - 1 for word in words]) << _WORD

    def of(self, place: int) -> list[Said]:
        """What the records of one year say."""
        first, last = self._bounds[place]
        columns = self.item, self.says, self.month
        return [
            self._said(item, says, month)
            for item, says, month in zip(*(one[first:last].tolist() for one in columns), strict=True)
        ]

    def different(self) -> tuple[list[Said], NDArray[np.intp]]:
        """All that is said, each once and of no month; and of each record which of it."""
        # Mixed, and looked at again: two that look the same by it may differ.
        mixed = (self.says * _MIX + self.item) * _MIX >> 64 - _MIXED & (1 << _MIXED) - 1
        first, which = directly(mixed, 1 << _MIXED)
        if (self.item[first][which] != self.item).any() or (self.says[first][which] != self.says).any():
            first, which = distinct(self.item, self.says)
        said = [
            self._said(item, says, 0)
            for item, says in zip(self.item[first].tolist(), self.says[first].tolist(), strict=True)
        ]
        return said, which

    def _said(self, item: int, says: int, month: int) -> Said:
        return Said(item, says & _SAYS, self._words[says >> _WORD], month)

    @cached_property
    def _bounds(self) -> list[tuple[int, int]]:
        return list(pairwise([0, *self._ends.tolist()]))


def directly(keys: Numbers, size: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The same as ``distinct`` gives, but for which of those alike stands for them: of keys below a size.

    Only the cells of keys that are there are written or read: to look at all of them would cost more than to sort.
    """
    where, own = np.empty(size, dtype=np.intp), np.arange(len(keys))
    where[keys] = own
    first = np.flatnonzero(where[keys] == own)
    where[keys[first]] = np.arange(len(first))
    return first, where[keys]


def distinct(*keys: Numbers) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The places of what differs in any of the keys, the first of each; and of everything like which of these it is.

    ``numpy.unique`` does the same, and loads half a library first.
    """
    order = np.argsort(keys[0], kind="stable") if len(keys) == 1 else np.lexsort(keys)
    new = np.zeros(len(order), dtype=np.bool_)
    new[:1] = True
    for key in keys:
        ordered = key[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    which = np.empty(len(order), dtype=np.intp)
    which[order] = np.cumsum(new) - 1
    return order[new], which


def tallied(said: Said, names: ItemNames) -> Tally:
    """One record as the scoring counts it."""
    version, code = names[said.item]
    level, _, condition = said.words.partition(" ")
    return Tally(
        item=code,
        outcome=level or WORDS[said.says >> 31 & _OUTCOME],
        month=said.month,
        rules=version,
        quantity=said.says & _ITEM,
        condition=condition or None,
        confirmed=not said.says & _PENDING,
        replaced=bool(said.says & _REPLACED),
    )
