"""所说 — what the records of some members' years say, as numbers: no more of them is read by a score.

All of a range's records come in one row, so that a record costs the driver nothing: two numbers each, of eight bytes,
the highest first. In bits, the lowest first: *where* is 31 of the item, 9 of the day of the year, 23 of the place of
the (member, year) that was asked for; *says* is 31 of the quantity, 15 of the outcome, one each for pending and for
taken over by a deduction, and 15 of the place of the words, from 1 on, for the few that say a level or a condition.
"""

from calendar import isleap
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from domain.assessment.rows import Tally
from projections.records import WORDS, ItemNames
from projections.rows import Connection, Cursor, arrays

Numbers: TypeAlias = NDArray[np.int64]

_ASKED: Final = """
SELECT string_agg(
         int8send((p.place << 40) | ((r.day - p.first_on)::bigint << 31) | r.item)
         || int8send(r.quantity | (r.outcome::bigint << 31) | ((r.confirmed IS NULL)::int::bigint << 46)
           | ((r.replaced IS NOT NULL)::int::bigint << 47)
           | ((r.level IS NOT NULL OR r.condition IS NOT NULL)::int::bigint << 48)), ''),
       string_agg(concat(r.level, ' ', r.condition), ',')
         FILTER (WHERE r.level IS NOT NULL OR r.condition IS NOT NULL)
FROM (
  SELECT q.place - 1 AS place, q.member, make_date(q.year, 1, 1) AS first_on, make_date(q.year, 12, 31) AS last_on
  FROM """
_MANY: Final = "unnest(%(members)s::int[], %(years)s::int[]) WITH ORDINALITY AS q (member, year, place)"
_ONE: Final = "(SELECT %(members)s::int AS member, %(years)s::int AS year, 1::bigint AS place) AS q"
"""Of one alone, what is asked looks alike to the planner each time, and is planned no more after the fifth."""
_RECORDS: Final = """ OFFSET 0
) AS p CROSS JOIN LATERAL (
  SELECT day, item, quantity, outcome, confirmed, replaced, level, condition FROM records
  WHERE member = p.member AND day BETWEEN p.first_on AND p.last_on AND reversed IS NULL
) AS r
"""
SAID: Final = "".join((_ASKED, _MANY, _RECORDS))
SAID_OF_ONE: Final = "".join((_ASKED, _ONE, _RECORDS))

_ITEM: Final = (1 << 31) - 1
_DAY: Final = (1 << 9) - 1
_OUTCOME: Final = (1 << 15) - 1
_PENDING: Final = 1 << 46
_REPLACED: Final = 1 << 47
_WORD: Final = 48
_PLACE: Final = 40
_SAYS: Final = (1 << _WORD) - 1
_FROM_MARCH: Final = (31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MONTHS: Final = np.array(
    [
        [*(month for month, days in enumerate(lengths, 1) for _ in range(days)), 12][:366]
        for lengths in ((31, 28, *_FROM_MARCH), (31, 29, *_FROM_MARCH))
    ]
)
"""The month of each day of a common and of a leap year."""


class Said(NamedTuple):
    """What one record says."""

    item: int
    says: int
    words: str
    """``level condition``, either of which may be empty; or nothing at all."""
    month: int


class Sayings:
    """What all records say of the (member, year)s that were asked for, in their order."""

    def __init__(self, numbers: bytes | None, words: str | None, years: Sequence[int]) -> None:
        pairs = np.frombuffer(numbers or b"", dtype=">i8").astype(np.int64).reshape(-1, 2)
        where, said = pairs[:, 0], pairs[:, 1]
        self._words = [""]
        if words:
            self._number(said, words.split(","))
        # The database may have joined them in another order.
        order = np.argsort(where >> _PLACE, kind="stable")
        where, self.says = where[order], said[order]
        self.item: Numbers = where & _ITEM
        self.place: Numbers = where >> _PLACE
        leap = np.array([isleap(year) for year in years], dtype=np.intp)
        self.month: Numbers = _MONTHS[leap[self.place], where >> 31 & _DAY]
        self._years = len(years)

    def _number(self, says: Numbers, words: Sequence[str]) -> None:
        """Each record with words has the number of its own."""
        known = {word: number for number, word in enumerate(dict.fromkeys(words), 1)}
        assert len(known) <= _OUTCOME, "more words than there are numbers for them"
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
        first, which = distinct(self.says * 0x9E3779B1 + self.item * 0x5851F42D4C95)
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
        return list(pairwise(np.searchsorted(self.place, np.arange(self._years + 1)).tolist()))


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


def ask_said(connection: Connection, pairs: Sequence[tuple[int, int]]) -> Cursor:
    """Ask what the records of some (member, year)s say."""
    if len(pairs) == 1:
        member, year = pairs[0]
        return connection.execute(SAID_OF_ONE, {"members": member, "years": year}, binary=True)
    members, years = arrays(pairs)
    return connection.execute(SAID, {"members": members, "years": years}, binary=True)


def said_in(cursor: Cursor, pairs: Sequence[tuple[int, int]]) -> Sayings:
    """What they say."""
    row = cursor.fetchone()
    assert row is not None, "all records are one row"
    numbers, words = row
    return Sayings(numbers, words, [year for _, year in pairs])


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


def saying(outcome: int, quantity: int, *, pending: bool = False, replaced: bool = False) -> int:
    """What a record with these says, as a number."""
    return quantity | outcome << 31 | pending * _PENDING | replaced * _REPLACED
