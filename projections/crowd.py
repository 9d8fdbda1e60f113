"""众人一算 — one stretch of many members, counted item by item for all of them at once.

What counts is whole numbers from beginning to end: how many records of a member say what, and the lines that the
scoring makes of each different count.
"""

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from domain.assessment.many import Lines, SpanFound, SpansAlike
from domain.assessment.rows import Tally
from projections.sayings import Numbers, Said, directly, distinct

Token: TypeAlias = Said | Tally
Places: TypeAlias = NDArray[np.intp]

FEW: Final = 12
"""Up to which members are counted one by one."""
CELLS: Final = 2_000_000
"""Of one stretch, members by kinds, up to which they are counted at once: 16 MB."""
_UNKNOWN: Final = -2
_NO_LINE: Final = -1
_DIRECT: Final = 1 << 16
"""Of different counts an item may have, up to which they are found without sorting."""
_EXACT: Final = 1 << 62


class Counted:
    """One stretch of some members, by their rows."""

    def __init__(self, span: SpansAlike[Token], rows: int) -> None:
        self._span = span
        self._lines: list[tuple[Places, list[Lines]]] = []
        categories = len(span.codes)
        self.sure: Numbers = np.zeros((rows, categories), dtype=np.int64)
        self.both: Numbers = np.zeros((rows, categories), dtype=np.int64)
        """Each member's points of each category."""
        self.apart: Places = np.zeros(0, dtype=np.intp)
        """Whose records are not all asked here: they are scored alone."""

    def add(self, category: int, which: Places, lines: list[Lines]) -> None:
        """One item: the different lines, and which of them is whose."""
        self._lines.append((which, lines))
        if len(lines) == 1:
            sure, both = lines[0]
            self.sure[:, category] += sure.points
            self.both[:, category] += both.points
            return
        self.sure[:, category] += np.array([sure.points for sure, _ in lines], dtype=np.int64)[which]
        self.both[:, category] += np.array([both.points for _, both in lines], dtype=np.int64)[which]

    def nobodys(self) -> None:
        """Nobody has a record."""
        self.sure[:], self.both[:] = self._span.nothing.sure, self._span.nothing.both

    def found(self, row: int) -> SpanFound:
        """One member's, with the lines behind it."""
        if not self._lines:
            return self._span.nothing
        return self._span.found([lines[int(which[row])] for which, lines in self._lines])


class Crowd:
    """Counts one stretch. What records say has numbers that the caller gives, and never changes."""

    def __init__(self, span: SpansAlike[Token]) -> None:
        self.span = span
        self._forgotten = span.forgotten
        self._kinds: Places = np.full(0, _UNKNOWN, dtype=np.intp)
        """By what is said: what kind of thing that is to this span."""

    def count(self, rows: int, row: Places, said: Places, named: Callable[[int], Token]) -> Counted | None:
        """All members' stretch, by each record's row and what it says; None where that takes too much memory.

        Raises Uncountable.
        """
        self.span.trim()
        counted = Counted(self.span, rows)
        if not len(said):
            counted.nobodys()
            return counted
        kinds = self._kinds_of(said, named)
        apart = kinds == _NO_LINE
        if apart.any():
            counted.apart = row[apart]
            kinds, row = kinds[~apart], row[~apart]
        seen = np.flatnonzero(np.bincount(kinds, minlength=1))
        if rows * len(seen) > CELLS:
            return None
        column = np.zeros(len(self.span.known) + 1, dtype=np.intp)
        column[seen] = np.arange(len(seen))
        counts = np.bincount(column[kinds] * rows + row, minlength=rows * len(seen)).reshape(len(seen), rows)
        own: list[list[int]] = [[] for _ in self.span.categories]
        for kind in seen.tolist() if len(kinds) else ():
            own[self.span.known[kind].place].append(kind)
        for place, category in enumerate(self.span.categories):
            which, lines = self._lines(place, own[place], counts[column[own[place]]], rows)
            counted.add(category, which, lines)
        return counted

    def _kinds_of(self, said: Places, named: Callable[[int], Token]) -> Places:
        if self._forgotten != self.span.forgotten:
            self._forgotten, self._kinds = self.span.forgotten, self._kinds[:0]
        most = int(said.max(initial=-1)) + 1
        if most > len(self._kinds):
            more = np.full(most + most // 2 - len(self._kinds), _UNKNOWN, dtype=np.intp)
            self._kinds = np.concatenate((self._kinds, more))
        kinds = self._kinds[said]
        unknown = kinds == _UNKNOWN
        if unknown.any():
            for one in set(said[unknown].tolist()):
                kind = self.span.kind(named(one))
                self._kinds[one] = _NO_LINE if kind is None else kind
            kinds = self._kinds[said]
        return kinds

    def _lines(self, place: int, kinds: Sequence[int], counts: Numbers, rows: int) -> tuple[Places, list[Lines]]:
        """An item's different lines, and which of them is each member's."""
        if not kinds:
            nobodys: Places = np.zeros(rows, dtype=np.intp)
            return nobodys, [self.span.lines(place, ())]
        first, which = _different(counts)
        lines = [
            self.span.lines(place, tuple([(kind, number) for kind, number in zip(kinds, own, strict=True) if number]))
            for own in counts[:, first].T.tolist()
        ]
        return which, lines


def _different(counts: Numbers) -> tuple[Places, Places]:
    """Of the columns the first of each that is not like one before; and of each column like which of these it is."""
    bases = [most + 1 for most in counts.max(axis=1).tolist()]
    size = 1
    for base in bases:
        size *= base
    if size > _EXACT:
        return distinct(*counts)
    keys = counts[0].copy()
    for base, row in zip(bases[1:], counts[1:], strict=True):
        keys *= base
        keys += row
    return distinct(keys) if size > _DIRECT else directly(keys, size)
